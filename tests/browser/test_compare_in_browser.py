"""The page of two dates in the browser: divider, views, dates, tables, address, phone."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pytest
from depth import first_by_default
from test_pages import PHONE, UNTRANSLATED

from geo.maps import compare
from geo.scenarios.timeline import build_timeline

DAY = date(2026, 11, 23)
SECTION = "chengyu-middle-hsr-2"
#: How many lines of a pane have a point on the visible part of it, left and right of a share.
SEEN = """name => {
  const pane = document.querySelector(`.leaflet-date-${name}-pane`);
  const box = document.querySelector('.stage-area').getBoundingClientRect();
  const seen = {left: 0, right: 0};
  for (const path of pane.querySelectorAll('path.route-hit')) {
    const length = path.getTotalLength(), matrix = path.getScreenCTM();
    for (let k = 0; k <= 20; k += 1) {
      const at = path.getPointAtLength(length * k / 20).matrixTransform(matrix);
      const inside = at.x > box.left && at.x < box.right && at.y > box.top + 60 && at.y < box.bottom - 40;
      if (!inside || !document.elementsFromPoint(at.x, at.y).includes(path)) continue;
      seen[at.x < box.left + box.width / 2 ? 'left' : 'right'] += 1;
    }
  }
  return seen }"""


@pytest.fixture(scope="module")
def path(files):
    return files["compare"]


@pytest.fixture
def page_(path, visit):
    return visit(path)


@pytest.fixture(scope="module")
def when(drawn):
    return build_timeline(drawn, DAY)


def changed(when, a, b):
    i, j = when.at(a), when.at(b)
    same = str.maketrans("n", "p")  # not begun is planned, on a date that is past
    stages = [letters.translate(same) for letters in when.stages.values()]
    return sum(letters[i] != letters[j] for letters in stages)


def rows(page):
    return page.locator("#changes tbody tr:visible")


def test_ready_and_quiet(path, visit):
    page = visit(path)
    for name in "ab":
        assert page.locator(f".leaflet-date-{name}-pane path.route-line").count() > 200


def test_each_side_shows_its_date(page_):
    a, b = (page_.evaluate(SEEN, name) for name in "ab")
    assert (a["left"] > 50, a["right"]) == (True, 0)
    assert (b["left"], b["right"] > 50) == (0, True)


def test_keys_move_the_divider_and_what_is_drawn(page_):
    slider = page_.get_by_role("slider", name="左右分界")
    slider.focus()
    page_.keyboard.press("End")
    assert page_.evaluate(SEEN, "b") == {"left": 0, "right": 0}
    assert page_.evaluate(SEEN, "a")["right"] > 50
    page_.keyboard.press("Home")
    assert page_.evaluate(SEEN, "a") == {"left": 0, "right": 0}
    assert page_.evaluate(SEEN, "b")["left"] > 50
    for _ in range(5):
        page_.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "2020 5% | 2026-11-23 95%"
    assert "swipe=5" in page_.url


def grip(page):
    box = page.locator(".grip").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_dragging_moves_the_divider(page_):
    x, y = grip(page_)
    centre = page_.evaluate(
        "document.querySelector('.leaflet-map-pane').getBoundingClientRect().x"
    )
    page_.mouse.move(x, y)
    page_.mouse.down()
    page_.mouse.move(x + 100, y + 5, steps=4)
    page_.mouse.move(x + 200, y, steps=4)
    page_.mouse.up()
    assert grip(page_)[0] == pytest.approx(x + 200, abs=8)
    assert page_.evaluate(SEEN, "a")["right"] > 10
    assert centre == page_.evaluate(
        "document.querySelector('.leaflet-map-pane').getBoundingClientRect().x"
    )
    share = int(re.search(r"swipe=(\d+)", page_.url)[1])
    assert share == pytest.approx(100 * (x + 200) / 720, abs=1)


def test_a_finger_moves_the_divider(path, browser, browser_context_args):
    context = browser.new_context(**browser_context_args | {"viewport": PHONE, "has_touch": True})
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    x, y = grip(page)
    client = context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [(x, y)]),
        ("touchMove", [(x - 60, y)]),
        ("touchMove", [(x - 120, y)]),
        ("touchEnd", []),
    ):
        places = [{"x": a, "y": b} for a, b in points]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
    page.wait_for_function("location.hash.includes('swipe')")
    assert grip(page)[0] == pytest.approx(x - 120, abs=4)
    assert page.evaluate(SEEN, "b")["left"] > 0
    context.close()


def test_the_clip_follows_the_map(page_):
    page_.mouse.move(200, 600)
    page_.mouse.down()
    page_.mouse.move(260, 640, steps=5)
    page_.mouse.up()
    page_.get_by_role("button", name="放大").click()
    page_.wait_for_timeout(100)
    assert page_.evaluate(SEEN, "a")["right"] == 0
    assert page_.evaluate(SEEN, "b")["left"] == 0


def test_other_years_draw_other_lines_and_figures(page_, when):
    open_lines = (
        "document.querySelectorAll('.leaflet-date-a-pane path.route-line:not([stroke-dasharray])')"
        ".length"
    )
    before = page_.evaluate(open_lines)
    length = page_.locator('[data-figure="stats:length_km"] td').first.inner_text()
    assert rows(page_).count() == changed(when, "2020", DAY.isoformat())
    page_.locator("#a").select_option("2010")
    assert page_.evaluate(open_lines) < before
    assert rows(page_).count() == changed(when, "2010", DAY.isoformat())
    page_.get_by_role("button", name="连通指标").click()
    row = page_.locator('[data-figure="stats:length_km"] td')
    assert row.first.inner_text() != length
    kilometres = when.stats[when.state[when.at("2010")]]["length_km"]
    assert row.first.inner_text() == f"{kilometres:,.0f}"
    assert page_.locator("#statistics th.date-a").inner_text() == "2010"
    assert "a=2010" in page_.url
    assert "tab=stats" in page_.url


def test_ready_pairs_and_the_swap(page_, when):
    page_.get_by_role("button", name="2020 → 2030").click()
    assert page_.locator("#b").input_value() == "2030"
    assert rows(page_).count() == changed(when, "2020", "2030")
    assert page_.locator("path.expected").count() > 10
    assert page_.locator("#expected summary").inner_text().startswith("34 段")
    assert page_.locator(".divider .date-b").inner_text() == "2030"
    tile = page_.locator("#tiles dd").first.inner_text()
    page_.get_by_role("button", name="交换两期").click()
    assert page_.locator("#a").input_value() == "2030"
    assert page_.locator("#tiles dd").first.inner_text()[1:] != tile[1:]
    assert page_.locator("#tiles dd").first.inner_text().startswith("−")
    assert page_.locator('[data-mark="A"]').get_attribute("transform") > (
        page_.locator('[data-mark="B"]').get_attribute("transform")
    )


def test_the_same_date_twice_has_no_change(page_):
    page_.locator("#a").select_option("2030")
    page_.locator("#b").select_option("2032")
    assert rows(page_).count() == 0
    assert page_.locator("#nothing").is_visible()
    assert page_.locator("#tiles dd b").first.inner_text() == "0"


def test_the_city_table_follows(page_, when, cat):
    page_.locator("#b").select_option("2030")
    page_.get_by_role("button", name="城市时间").click()
    cells = page_.locator("#cities tbody tr").first.locator("td").all_inner_texts()
    from geo.scenarios.comparison import city_changes

    pair = [when.times[when.state[when.at(key)]] for key in ("2020", "2030")]
    row = city_changes(cat, *pair).iloc[0]
    assert float(cells[1]) == pytest.approx(row["mean_min_before"], abs=0.06)
    assert float(cells[2]) == pytest.approx(row["mean_min_after"], abs=0.06)
    assert float(cells[5]) == pytest.approx(row["people_120min_after"] / 1e6, abs=0.006)


def zoom(page):
    return float(
        page.evaluate("document.querySelector('.leaflet-control-scale-line').textContent").split()[
            0
        ]
    )


def test_a_row_shows_its_section_on_the_map(page_):
    wide = zoom(page_)
    rows(page_).nth(2).get_by_role("button").click()
    assert zoom(page_) < wide
    assert page_.locator("path.route-halo").count() == 2
    assert page_.locator("#card").is_visible()
    assert "chosen" in rows(page_).nth(2).get_attribute("class")
    name = rows(page_).nth(2).locator(".link .zh").inner_text()
    assert page_.locator("#card h2").inner_text() == name
    assert "section=" in page_.url
    page_.keyboard.press("Escape")
    assert page_.locator("path.route-halo").count() == 0
    assert not page_.locator("#card").is_visible()


def test_a_project_shows_all_its_sections(page_):
    page_.get_by_role("button", name="项目贡献").click()
    page_.get_by_role("button", name="成渝中线高铁").click()
    assert page_.locator("path.route-halo").count() == 8


def test_a_line_tells_both_dates(page_):
    at = page_.evaluate("""() => {
      const box = document.querySelector('.stage-area').getBoundingClientRect();
      for (const path of document.querySelectorAll('.leaflet-date-b-pane path.route-hit')) {
        const point = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
        if (document.elementFromPoint(point.x, point.y) === path) return [point.x, point.y];
      } }""")
    page_.mouse.move(*at)
    assert page_.locator(".leaflet-tooltip .when").count() == 2
    page_.mouse.click(*at)
    assert page_.locator("#card .when").count() == 2


def test_only_the_changes(page_, when):
    page_.get_by_role("button", name="只看变化").click()
    count = changed(when, "2020", DAY.isoformat())
    assert page_.locator(".leaflet-date-b-pane path.route-line").count() == count
    assert (
        page_.locator(".leaflet-date-a-pane path.route-line").count() == len(when.stages) - count
    )
    style = "getComputedStyle(document.querySelector('.leaflet-date-a-pane'))"
    assert page_.evaluate(f"{style}.filter") == "grayscale(1)"
    assert page_.evaluate(f"{style}.clipPath") == "none"
    assert not page_.locator(".grip").is_visible()
    assert "view=diff" in page_.url
    page_.locator("#b").select_option("2021")
    assert page_.locator(".leaflet-date-b-pane path.route-line").count() == changed(
        when, "2020", "2021"
    )
    page_.get_by_role("button", name="滑动对比").click()
    assert page_.evaluate(SEEN, "a")["right"] == 0


def test_side_by_side_moves_together(page_, when):
    page_.get_by_role("button", name="并排").click()
    main, twin = page_.locator(".folium-map"), page_.locator("#twin")
    assert main.bounding_box()["width"] == twin.bounding_box()["width"] == 640
    assert main.locator(".leaflet-date-b-pane path.route-line").count() == 0
    assert twin.locator("path.route-line").count() == len(when.stages)
    places = page_.evaluate("""['.folium-map', '#twin'].map(name => {
      const map = document.querySelector(name), box = map.getBoundingClientRect();
      return [...map.querySelectorAll('.label.metropolis')].map(node => {
        const at = node.getBoundingClientRect();
        return [at.x - box.x, at.y - box.y] }) })""")
    assert len(places[0]) == 2
    assert np.array(places[0]) == pytest.approx(np.array(places[1]), abs=1)
    scale = ".leaflet-control-scale-line"
    twin.get_by_role("button", name="放大").click()
    assert main.locator(scale).inner_text() == twin.locator(scale).inner_text()
    page_.get_by_role("button", name="2020 → 2030").click()
    assert twin.locator("path.expected").count() > 10
    page_.get_by_role("button", name="滑动对比").click()
    assert not twin.is_visible()
    assert main.bounding_box()["width"] == 720


def test_the_address_restores_everything(path, visit):
    page = visit(path, f"#lang=en&a=2011&b=2020&swipe=25&view=swipe&tab=cities&section={SECTION}")
    assert page.locator("#a").input_value() == "2011"
    assert page.locator("#b").input_value() == "2020"
    assert page.locator("#swipe").input_value() == "25"
    assert grip(page)[0] == pytest.approx(0.25 * 720, abs=2)
    assert page.locator("#cities").is_visible()
    assert page.locator("#card h2").inner_text() == "Chengdu–Chongqing Middle Line HSR"
    page.evaluate("location.hash = '#lang=en&a=constructor&b=1800&swipe=x&view=__proto__&tab=no'")
    page.wait_for_function("document.querySelector('#a').value === '2020'")
    assert page.locator("#swipe").input_value() == "50"
    assert page.locator("#changes").is_visible()
    assert not page.locator("#card").is_visible()


@pytest.mark.parametrize("view", ["swipe", "side", "diff"])
def test_the_language_switch_leaves_nothing_untranslated(view, path, visit):
    page = visit(path, f"#view={view}&a=2020&b=2030&section={SECTION}")
    page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")
    page.get_by_role("button", name="English").click()
    for tab in ("Sections", "Statistics", "Cities", "Projects"):
        page.get_by_role("button", name=tab).click()
        assert page.evaluate(UNTRANSLATED) == []
    page.get_by_role("button", name="中文").click()
    assert page.locator("#card h2").inner_text() == "成渝中线高铁"


def test_tables_sort(page_):
    head = page_.locator("#changes th").nth(4)
    numbers = """[...document.querySelectorAll('#changes tbody tr')]
        .map(row => Number(row.cells[4].dataset.order))"""
    head.get_by_role("button").click()
    values = page_.evaluate(numbers)
    assert values == sorted(values)
    page_.get_by_role("button", name="城市时间").click()
    page_.locator("#cities th").nth(3).get_by_role("button").click()
    deltas = page_.evaluate("""[...document.querySelectorAll('#cities tbody tr')]
        .map(row => row.cells[3].dataset.order).filter(text => text !== '').map(Number)""")
    assert deltas == sorted(deltas)


@pytest.mark.parametrize(
    ("lang", "size"), first_by_default(("zh", None), ("en", PHONE)), ids=["zh", "en-phone"]
)
@pytest.mark.parametrize("view", first_by_default("swipe", "side", "diff"))
def test_axe_finds_no_violation(view, lang, size, path, examined):
    def prepare(page):
        page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")
        page.evaluate(
            "document.querySelectorAll('[data-panel]').forEach(p => { p.hidden = false })"
        )

    results = examined(
        f"{path.as_uri()}#lang={lang}&view={view}&b=2030&section={SECTION}", size, prepare
    )
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("view", ["swipe", "side", "diff"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_phone(lang, view, path, visit, page):
    page.set_viewport_size(PHONE)
    visit(path, f"#lang={lang}&view={view}&b=2030&section={SECTION}")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, summary, select, nav a')]
        .filter(node => node.checkVisibility() && !node.closest('table'))
        .map(node => [node.className || node.tagName, node.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 37.5).map(([name]) => name)"""
    )
    assert small == []
    assert page.locator(".folium-map").bounding_box()["height"] > 280


def test_tables_stand_without_javascript(path, browser, browser_context_args):
    context = browser.new_context(**browser_context_args | {"java_script_enabled": False})
    page = context.new_page()
    page.goto(path.as_uri())
    for name in ("changes", "statistics", "cities", "projects"):
        assert page.locator(f"#{name} tbody tr").first.is_visible() or name == "changes"
    assert rows(page).count() > 10
    assert page.locator("noscript").is_visible()
    context.close()


def test_a_small_region_has_a_quiet_page(visit, tmp_path):
    import toy

    import geo

    folder = toy.region(tmp_path / "k", toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)
    made = tmp_path / "compare.html"
    made.write_text(
        compare.compare_page(geo.build_layers(geo.load(folder)), date=DAY), encoding="utf-8"
    )
    page = visit(made)
    page.locator("#a").select_option("1996")
    assert rows(page).count() == 6
    page.get_by_role("button", name="并排").click()
    assert page.locator("#twin path.route-line").count() == 6
