"""The page of the corridors: choosing, keys, the map, one sheet of paper."""

from __future__ import annotations

import re

import pytest
from depth import first_by_default

from geo.scenarios import corridor_profile


@pytest.fixture
def corridors(files, visit):
    return visit(files["corridors"])


def shown(page):
    return page.locator("article:not([hidden])")


def test_the_first_corridor_is_shown_and_search_comes_first(corridors):
    assert shown(corridors).count() == 1
    assert "成渝中线高铁" in shown(corridors).locator("h2").inner_text()
    assert corridors.locator("path.route-line").count() == 4
    assert corridors.locator("path.county[fill-opacity='0.78']").count() > 20
    assert corridors.locator("path.other-way").count() >= 1
    order = corridors.evaluate(
        """() => [...document.querySelectorAll('main :is(input, button, a, [tabindex="0"])')]
        .filter(node => node.checkVisibility()).map(node => node.id || node.className)"""
    )
    assert order[0] == "search"
    assert corridors.locator(".map-frame [tabindex='0']").count() == 1


def test_a_corridor_is_chosen_by_keys(corridors):
    box = corridors.locator("#search")
    box.focus()
    assert corridors.locator("#found li").count() > 25
    box.fill("G5012")
    box.press("Enter")
    assert "达万高速" in shown(corridors).locator("h2").inner_text()
    assert "corridor=dawan" in corridors.url
    assert "达万高速" in corridors.locator("[role=status]").inner_text()
    assert corridors.locator("path.route-line.expressway").count() > 1
    corridors.get_by_role("button", name="下一条走廊").press("Enter")
    assert "达万高速" not in shown(corridors).locator("h2").inner_text()
    corridors.get_by_role("button", name="上一条走廊").press("Enter")
    assert "达万高速" in shown(corridors).locator("h2").inner_text()


def test_a_section_is_marked_on_the_map(files, visit):
    page = visit(files["corridors"], "#corridor=chengdawan-hsr")
    rows = shown(page).locator("tr[data-section]")
    assert rows.count() == 6
    assert "通车 2023-12-26" in rows.first.inner_text()
    rows.nth(2).get_by_role("button").press("Enter")
    assert page.locator("path.route-halo").count() == 1


@pytest.mark.parametrize("key", first_by_default("chengyu-middle-hsr", "dayu-yulin"))
def test_the_numbers_are_those_of_the_command(key, files, visit, drawn, cat):
    page = visit(files["corridors"], f"#corridor={key}")
    found = corridor_profile(drawn, cat.route[key], date=cat.region.as_of)
    times = found["times"][cat.route[key].mode]
    first = shown(page).locator("table.times tr").first.inner_text()
    values = [int(text) for text in re.findall(r"\d+", first)]
    assert values == [round(times[f"now{end}_min"]) for end in ("", "_low", "_high")]
    text = shown(page).inner_text()
    assert f"{found['population_served'] / 1e4:.0f}"[:3] in text.replace(",", "")
    assert all(name in text for name in found["cities_served"])


def test_a_sheet_fits_on_one_page_of_paper(files, page):
    for fragment in ("corridor=xiyu-hsr&lang=en", "corridor=baguangyu-yuguang&lang=zh"):
        page.goto(f"{files['corridors'].as_uri()}#{fragment}")
        page.reload()
        page.wait_for_selector("html[data-ready]")
        paper = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, fragment


def test_without_scripts_every_sheet_stands(files, browser, browser_context_args):
    context = browser.new_context(**browser_context_args | {"java_script_enabled": False})
    page = context.new_page()
    page.goto(files["corridors"].as_uri())
    assert page.locator("article h2").count() > 25
    assert page.locator("article h2").last.is_visible()
    context.close()
