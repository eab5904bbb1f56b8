"""The page of the crossings: numbers, rows, modes, state in the address."""

from __future__ import annotations

from datetime import date

import pytest

import geo


@pytest.fixture
def crossings(files, visit):
    return visit(files["crossings"])


def test_every_crossing_has_a_number_and_a_row(crossings, drawn):
    count = len(geo.border_crossings(drawn, year=date(2026, 11, 23)))
    assert crossings.locator(".crossing .number").count() == count
    assert crossings.locator("[data-crossing]").count() == count


def test_a_row_shows_its_crossing(crossings):
    row = crossings.locator('[data-crossing="3"]')
    row.get_by_role("button").click()
    assert "crossing=3" in crossings.url
    assert "chosen" in row.get_attribute("class")
    assert crossings.locator("path.route-halo").count() == 2
    assert crossings.locator(".crossing.chosen").inner_text() == "3"
    crossings.keyboard.press("Escape")
    assert crossings.locator("path.route-halo").count() == 0


def test_a_number_on_the_map_chooses_its_row(crossings):
    crossings.get_by_role("button", name="5 ").first.focus()
    crossings.keyboard.press("Enter")
    assert crossings.locator("tr.chosen").count() == 1


def test_the_modes_switch(crossings):
    rails = crossings.locator(".crossing .number.rail")
    before = rails.count()
    assert before > 3
    crossings.locator("[data-mode=rail]").uncheck()
    assert rails.count() == 0
    crossings.locator("[data-mode=rail]").check()
    assert rails.count() == before


def test_numbers_do_not_cover_each_other(crossings):
    overlaps = crossings.evaluate("""() => {
      const at = [...document.querySelectorAll('.crossing .number')].map(n => n.getBoundingClientRect())
        .map(b => [b.left + b.width / 2, b.top + b.height / 2]);
      return at.filter((a, i) => at.some((b, j) => j > i && Math.hypot(a[0] - b[0], a[1] - b[1]) < 18)).length }""")
    assert overlaps == 0


def test_the_address_restores_the_choice(files, visit):
    page = visit(files["crossings"], "#crossing=R2&lang=en")
    assert page.locator("tr.chosen").get_attribute("data-crossing") == "R2"


def test_the_table_sorts_by_name_and_opening(crossings):
    table = crossings.locator("#crossings-road")
    table.get_by_role("button", name="贯通").click()
    dates = crossings.evaluate(
        "[...document.querySelectorAll('#crossings-road tbody tr')].map(row => row.cells[4].dataset.order)"
    )
    known = [text[:4] for text in dates if text]
    assert known == sorted(known)
    table.get_by_role("button", name="序号").click()
    first = crossings.locator("#crossings-road tbody tr").first
    assert first.get_attribute("data-crossing") == "1"
