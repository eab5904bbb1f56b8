"""The dark scheme: of the system, of the reader, and never on paper."""

from __future__ import annotations

import pytest
from depth import first_by_default

from geo.maps import PAGES

PHONE = {"width": 390, "height": 844}
#: A state of each page in which something is chosen.
CHOSEN = {
    "network": "section=chengyu-2",
    "corridors": "corridor=chengdawan-hsr",
    "crossings": "crossing=3",
    "accessibility": "city=chengdu&view=change&min=60",
    "criticality": "mode=areas&area=0",
    "compare": "view=diff&tab=stats",
    "plan": "tab=plan&year=2030",
}
GROUND = "getComputedStyle(document.body).backgroundColor"
DARK, LIGHT = "rgb(16, 24, 31)", "rgb(238, 241, 236)"


def theme(page):
    return page.evaluate("document.documentElement.dataset.theme")


@pytest.mark.parametrize("size", first_by_default(None, PHONE), ids=["desktop", "phone"])
@pytest.mark.parametrize("name", first_by_default(*PAGES))
def test_axe_finds_no_violation_in_the_dark(name, size, files, examined):
    lang = "en" if size else "zh"
    state = f"#theme=dark&lang={lang}&{CHOSEN.get(name, '')}"
    results = examined(files[name].as_uri() + state, size)
    assert results.violations_count == 0, results.generate_report()


def test_the_page_follows_the_system_until_the_reader_chooses(
    files, browser, browser_context_args
):
    context = browser.new_context(**browser_context_args | {"color_scheme": "dark"})
    page = context.new_page()
    page.goto(files["index"].as_uri())
    page.wait_for_selector("html[data-ready]")
    assert (theme(page), page.evaluate(GROUND)) == ("dark", DARK)
    page.get_by_role("button", name="浅色或深色").click()
    assert (theme(page), page.evaluate(GROUND)) == ("light", LIGHT)
    page.goto(files["network"].as_uri())  # what was chosen holds for the other pages
    page.wait_for_selector("html[data-ready]")
    assert theme(page) == "light"
    page.goto(files["network"].as_uri() + "#theme=dark")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert theme(page) == "dark"
    context.close()


def test_the_address_remembers_where_the_browser_does_not(files, visit, page):
    page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('denied', 'SecurityError') };"
    )
    visit(files["crossings"])
    page.get_by_role("button", name="浅色或深色").click()
    assert page.url.endswith("#theme=dark")
    page.get_by_role("button", name="浅色或深色").click()
    assert page.url.endswith("#theme=light")


def test_paper_stays_light(files, visit, page):
    visit(files["network"], "#theme=dark&route=chengdawan-hsr")
    stroke = "getComputedStyle(document.querySelector('path.route-line.expressway')).stroke"
    assert page.evaluate(stroke) == "rgb(77, 178, 238)"
    page.emulate_media(media="print")
    assert page.evaluate(stroke) == "rgb(0, 114, 178)"
    assert page.evaluate("getComputedStyle(document.querySelector('.legend')).color") == (
        "rgb(29, 42, 53)"
    )
    assert page.evaluate("getComputedStyle(document.querySelector('.relief')).filter") == "none"


def test_no_line_keeps_a_colour_that_only_paper_shows(files, visit):
    page = visit(files["network"], "#theme=dark")
    faint = page.evaluate(
        """() => [...document.querySelectorAll('path.route-line')]
        .map(node => getComputedStyle(node).stroke.match(/[\\d.]+/g).map(Number))
        .filter(([r, g, b]) => Math.max(r, g, b) < 120 && Math.max(r, g, b) > 40).length"""
    )
    assert faint == 0
