"""What every page promises: quiet, quick, accessible, bilingual, fit for a phone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from depth import first_by_default

import geo
from geo.maps import PAGES

DAY = date(2026, 11, 23)
NAMES = list(PAGES)
PHONE = {"width": 390, "height": 844}
#: Visible text in Chinese that is not marked as a name or an original title.
UNTRANSLATED = """() => {
  const han = /[\\u3400-\\u9fff]/, found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement, text = walk.currentNode.nodeValue.trim();
    if (!han.test(text) || parent.closest('script, style, noscript, [data-original], .label')) continue;
    if (parent.closest('[lang="zh-CN"]:not(html)') || parent.closest('.leaflet-control-attribution, .foot')) continue;
    if (parent.closest('.overview')) continue;
    if (parent.checkVisibility()) found.push(text);
  }
  for (const node of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
    for (const name of ['aria-label', 'placeholder', 'title']) {
      const value = node.getAttribute(name) || '';
      if (han.test(value) && !node.closest('.crossing, svg')) found.push(name + '=' + value);
    }
  }
  return found;
}"""


@pytest.mark.parametrize("name", NAMES)
def test_the_language_switch_leaves_nothing_untranslated(name, files, visit):
    page = visit(files[name])
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    chinese = page.title()
    page.get_by_role("button", name="English").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() != chinese
    assert page.evaluate(UNTRANSLATED) == []
    assert page.url.endswith("#lang=en")
    page.get_by_role("button", name="中文").click()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.title() == chinese


@pytest.mark.parametrize(
    ("lang", "size"), first_by_default(("zh", None), ("en", PHONE)), ids=["zh", "en-phone"]
)
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_violation(name, lang, size, files, examined):
    results = examined(f"{files[name].as_uri()}#lang={lang}", size)
    assert results.violations_count == 0, results.generate_report()


def test_axe_finds_no_violation_in_open_panels(files, examined):
    def prepare(page):
        page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")
        page.locator("#search").fill("高速")
        page.locator("#found li").first.wait_for()

    results = examined(f"{files['network'].as_uri()}#section=chengyu-2", None, prepare)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("lang", first_by_default("zh", "en"))
@pytest.mark.parametrize("name", NAMES)
def test_a_phone_shows_the_whole_width_and_controls_to_touch(name, lang, files, visit, page):
    page.set_viewport_size(PHONE)
    visit(files[name], f"#lang={lang}")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, nav a, .item:has(input), input[type=range]')]
        .filter(node => node.checkVisibility() && !node.closest('table'))
        .map(node => [node.className || node.tagName, node.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
        .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
    )
    assert small == []


def test_the_map_of_the_landing_page_follows_its_story(files, visit):
    page = visit(files["index"])
    hidden = []
    for number, year in ((0, "1995"), (2, "2020"), (4, "2030")):
        scene = page.locator(f'.scene[data-scene="{number}"]')
        scene.evaluate("scene => scene.scrollIntoView({ block: 'center' })")
        page.wait_for_function(
            "n => document.querySelector('.scene.told')?.dataset.scene === n", arg=str(number)
        )
        assert year in page.locator(".shown").inner_text()
        shown = page.locator("[data-first]:not(.later)")
        firsts = shown.evaluate_all("all => all.map(group => Number(group.dataset.first))")
        assert max(firsts) == number
        hidden.append(page.locator("[data-first].later").count())
    assert hidden == sorted(hidden, reverse=True)
    scene.get_by_role("link").focus()
    assert page.locator(".scene.told").get_attribute("data-scene") == "4"


@pytest.mark.parametrize(("name", "table"), [("index", "routes"), ("network", "sections")])
def test_tables_sort(name, table, files, visit):
    page = visit(files[name])
    head = page.locator(f"#{table} th").nth(6)
    numbers = f"""[...document.querySelectorAll('#{table} tbody tr')]
        .map(row => row.cells[6].dataset.order).filter(text => text !== '').map(Number)"""
    head.get_by_role("button").click()
    values = page.evaluate(numbers)
    assert head.get_attribute("aria-sort") == "ascending"
    assert values == sorted(values)
    head.get_by_role("button").press("Enter")
    assert page.evaluate(numbers) == values[::-1]


def test_tables_stand_without_javascript(files, browser, browser_context_args):
    context = browser.new_context(**browser_context_args | {"java_script_enabled": False})
    page = context.new_page()
    for name, table in (("network", "sections"), ("crossings", "crossings-road")):
        page.goto(files[name].as_uri())
        assert page.locator(f"#{table} tbody tr").count() > 10
        assert page.locator("noscript").is_visible()
    context.close()


def test_findings_and_downloads_are_on_the_landing_page(files, visit):
    page = visit(files["index"])
    assert page.get_by_text("高速公路跨界通道 18 处").is_visible()
    link = page.get_by_role("link", name="network.gpkg")
    assert link.get_attribute("href") == "data/network.gpkg"
    assert page.locator("svg.overview path").count() > 5


@pytest.mark.parametrize("name", ["network", "crossings"])
def test_hostile_names_are_shown_as_text(name, two_provinces, visit, tmp_path):
    cat = geo.load(two_provinces)
    bad = "<img src=x onerror=window.PWN=1></script><script>window.PWN=1</script>{{7*7}}'\"\\"
    spoil = lambda rows: tuple(  # noqa: E731
        row.model_copy(update={"name": bad, "name_en": bad}) for row in rows
    )
    region = cat.region.model_copy(update={"name": bad, "name_en": bad})
    damaged = replace(
        cat, region=region, routes=spoil(cat.routes), places=spoil(cat.places),
        cities=spoil(cat.cities),
    )  # fmt: skip
    path = tmp_path / "bad.html"
    path.write_text(PAGES[name](geo.build_layers(damaged), date=DAY), encoding="utf-8")
    page = visit(path)
    if name == "network":
        page.locator("#search").fill("onerror")
        page.locator("#found li").first.click()
        assert "onerror" in page.locator("#sheet-card h2").inner_text()
        assert "{{7*7}}" in page.locator("#sheet-card h2").inner_text()
    if name == "crossings":
        page.locator(".crossing").first.hover(force=True)
        assert "onerror" in page.locator(".leaflet-tooltip").first.inner_text()
    assert page.evaluate("window.PWN") is None
    assert page.locator("img[src=x]").count() == 0


def test_tables_are_files_in_the_language_of_the_page(files, visit):
    page = visit(files["index"], "#lang=en")
    with page.expect_download() as download:
        page.locator('[data-csv="routes"]').click()
    assert download.value.suggested_filename == "routes.csv"
    rows = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("Name,No.,Class")
    assert any(row.startswith("Chengdu–Chongqing HSR,") for row in rows)
    assert len(rows) == page.locator("#routes tbody tr").count() + 1


def test_the_address_says_where_the_map_was_moved(files, visit):
    page = visit(files["crossings"])
    assert "at=" not in page.url
    page.get_by_role("button", name="放大").click()
    page.wait_for_url(re.compile("at="))
    at = page.url.split("at=")[1].replace("%2C", ",").split("&")[0]
    other = visit(files["crossings"], f"#at={at}&lang=en")
    other.reload()
    other.wait_for_selector("html[data-ready]")
    assert other.url.split("at=")[1].replace("%2C", ",").split("&")[0] == at


def test_the_way_back_leads_to_what_was_chosen_before(files, visit):
    page = visit(files["network"], "#year=2020")
    page.locator("#search").fill("成渝中线")
    page.locator("#found li").first.click()
    page.locator("#search").fill("成达万")
    page.locator("#found li").first.click()
    assert "route=chengdawan-hsr" in page.url
    page.go_back()
    assert "route=chengyu-middle-hsr" in page.url
    assert "成渝中线" in page.locator("#sheet-card h2").inner_text()
    page.go_back()
    assert page.locator("#sheet-card").is_hidden()
    assert "year=2020" in page.url


@pytest.mark.parametrize("name", first_by_default(*sorted(set(NAMES) - {"index"})))
def test_one_button_shows_the_whole_map_again(name, files, visit):
    def position():
        return [float(part) for part in page.evaluate("geo.positionOf(geo.maps[0])").split(",")]

    page = visit(files[name])
    at_first = position()
    page.get_by_role("button", name="放大").click()
    page.wait_for_url(re.compile("at="))
    assert position()[2] == at_first[2] + 0.5
    page.get_by_role("button", name="全图").click()
    page.wait_for_timeout(1000)
    if name == "plan":  # it begins nearer than the whole
        assert position()[2] < at_first[2]
    else:
        assert position() == pytest.approx(at_first, abs=0.01)
    assert "at=" not in page.url


def test_the_map_fills_the_screen(files, visit):
    page = visit(files["crossings"])
    page.get_by_role("button", name="全屏").click()
    page.wait_for_timeout(300)
    assert page.evaluate("document.fullscreenElement.className") == "stage-area"
    page.get_by_role("button", name="全屏").click()
    page.wait_for_timeout(300)
    assert page.evaluate("document.fullscreenElement") is None


@pytest.mark.parametrize("name", NAMES)
def test_search_engines_and_messengers_learn_what_a_page_is(name, pages):
    head = pages[name].split("</head>")[0]
    for part in ('name="description"', 'property="og:title"', 'property="og:description"'):
        text = head.split(part)[1].split('content="')[1].split('"')[0]
        assert len(text) > 5
    assert '<link rel="icon" type="image/svg+xml" href="data:' in head
