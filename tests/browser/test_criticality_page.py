"""The page of critical links: closing one, its card, modes, languages, phones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from depth import first_by_default
from test_pages import PHONE, UNTRANSLATED

import geo
from geo.maps import criticality

DAY = date(2026, 11, 23)
LINK = "chengyu-hsr-1:chengdu-east-station"


@pytest.fixture(scope="module")
def path(files):
    return files["criticality"]


@pytest.fixture
def closing(path, visit):
    return visit(path)


def row(page, rank=1):
    return page.locator(f".ranking:not([hidden]) tbody tr:nth-child({rank})")


def test_ready_and_quiet(path, visit):
    page = visit(path)
    assert page.locator("path.loss-line").count() == len(
        geo.build_network(geo.load(), year=DAY).edges
    )


def test_a_row_closes_its_link(closing):
    row(closing, 3).get_by_role("button").click()
    assert closing.locator("path.closed").count() == 1
    assert closing.locator("path.detour").count() == 1
    assert closing.locator(".cross").count() == 1
    assert closing.locator("#card .bars li").count() == 10
    name = row(closing, 3).locator(".link .zh").inner_text()
    assert closing.locator("#card h2").inner_text() == name
    assert "chosen" in row(closing, 3).get_attribute("class")
    assert "link=" in closing.url
    assert "mode=any" in closing.url
    closing.keyboard.press("Escape")
    assert closing.locator("path.closed, path.detour").count() == 0
    assert "link=" not in closing.url
    assert closing.locator("#card .bars").count() == 0


def test_the_keyboard_reaches_a_link(closing):
    row(closing, 1).get_by_role("button").focus()
    closing.keyboard.press("Enter")
    assert closing.locator("path.closed").count() == 1
    closing.locator("#card .close").click()
    assert closing.locator("path.closed").count() == 0


def test_a_line_on_the_map_closes_its_link(path, visit):
    page = visit(path, "#mode=rail")
    at = page.evaluate("""() => {
      const lines = [...document.querySelectorAll('path.route-hit')], line = lines[lines.length - 1];
      const point = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform(line.getScreenCTM());
      return [point.x, point.y] }""")
    page.mouse.move(*at)
    assert page.locator(".leaflet-tooltip").is_visible()
    page.mouse.click(*at)
    assert page.locator("path.closed").count() == 1
    assert page.locator("tr.chosen").is_visible()


def test_the_card_says_what_the_table_says(closing):
    cells = row(closing, 4).locator("td")
    row(closing, 4).get_by_role("button").click()
    facts = closing.locator("#card dd")
    assert facts.nth(0).inner_text() == cells.nth(2).inner_text() + " 分钟"
    assert facts.nth(1).inner_text() == cells.nth(3).inner_text()
    assert facts.nth(4).inner_text() == cells.nth(6).inner_text()


def test_the_mode_changes_the_ranking(closing):
    first = row(closing).inner_text()
    lines = closing.locator("path.loss-line").count()
    closing.get_by_role("button", name="铁路").first.click()
    assert closing.locator(".ranking:not([hidden])").count() == 1
    assert row(closing).inner_text() != first
    assert closing.locator("path.loss-line").count() < lines
    assert closing.url.endswith("#mode=rail")
    assert closing.locator("[data-mode=rail]").get_attribute("aria-pressed") == "true"


def test_a_chosen_link_stays_closed_where_the_mode_has_it(path, visit):
    page = visit(path, f"#mode=any&link={LINK}")
    page.locator("[data-mode=rail]").click()
    assert page.locator("path.closed").count() == 1
    page.locator("[data-mode=road]").click()
    assert page.locator("path.closed").count() == 0


def test_the_address_restores_the_choice(path, visit):
    page = visit(path, f"#lang=en&mode=rail&link={LINK}")
    assert page.locator("[data-mode=rail]").get_attribute("aria-pressed") == "true"
    assert page.locator("#card h2").inner_text() == "Chengdu–Chongqing HSR"
    assert page.locator("tr.chosen").is_visible()
    page.evaluate("location.hash = '#lang=en&mode=__proto__&link=constructor'")
    page.wait_for_function("!document.querySelector('path.closed')")


def test_the_language_switch_leaves_nothing_untranslated(path, visit):
    page = visit(path, f"#link={LINK}")
    page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")
    page.get_by_role("button", name="English").click()
    assert page.evaluate(UNTRANSLATED) == []
    page.get_by_role("button", name="中文").click()
    assert page.locator("#card h2").inner_text() == "成渝高铁"


def test_rankings_sort(closing):
    head = closing.locator("#losses-any th").nth(2)
    numbers = """[...document.querySelectorAll('#losses-any tbody tr')]
        .map(row => Number(row.cells[2].dataset.order))"""
    head.get_by_role("button").click()
    values = closing.evaluate(numbers)
    assert values == sorted(values)
    head.get_by_role("button").click()
    assert closing.evaluate(numbers) == values[::-1]


@pytest.mark.parametrize(
    ("lang", "size"), first_by_default(("zh", None), ("en", PHONE)), ids=["zh", "en-phone"]
)
@pytest.mark.parametrize("link", first_by_default(f"&link={LINK}", ""), ids=["chosen", "all"])
def test_axe_finds_no_violation(link, lang, size, path, examined):
    def prepare(page):
        page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")

    results = examined(f"{path.as_uri()}#lang={lang}{link}", size, prepare)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_phone(lang, path, visit, page):
    page.set_viewport_size(PHONE)
    visit(path, f"#lang={lang}&link={LINK}")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert page.locator(".ranking:not([hidden]) tbody tr:visible").count() == 30
    page.locator(".ranking:not([hidden]) .more").click()
    assert page.locator(".ranking:not([hidden]) tbody tr:visible").count() > 100
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, summary')]
        .filter(node => node.checkVisibility() && !node.closest('table'))
        .map(node => [node.className || node.tagName, node.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([name]) => name)"""
    )
    assert small == []


def test_tables_stand_without_javascript(path, browser, browser_context_args):
    context = browser.new_context(**browser_context_args | {"java_script_enabled": False})
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("#losses-rail tbody tr").first.is_visible()
    assert page.locator("noscript").is_visible()
    context.close()


def test_hostile_names_do_nothing(cat, visit, tmp_path):
    bad = "<img src=x onerror=window.PWN=1></script><script>window.PWN=1</script>{{7*7}}'\"\\"
    spoil = lambda rows: tuple(  # noqa: E731
        row.model_copy(update={"name": bad, "name_en": bad}) for row in rows
    )
    region = cat.region.model_copy(update={"name": bad, "name_en": bad})
    damaged = replace(
        cat, region=region, routes=spoil(cat.routes), places=spoil(cat.places),
        cities=spoil(cat.cities),
    )  # fmt: skip
    made = tmp_path / "bad.html"
    made.write_text(
        criticality.criticality_page(geo.build_layers(damaged), date=DAY), encoding="utf-8"
    )
    page = visit(made, f"#link={LINK}")
    assert "onerror" in page.locator("#card h2").inner_text()
    assert "{{7*7}}" in page.locator("#card .bars").inner_text()
    page.locator("path.route-hit").last.hover(force=True)
    assert page.evaluate("window.PWN") is None
    assert page.locator("img[src=x]").count() == 0
