"""The page that plans: journeys, plans and closures, by mouse, keyboard and link."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import small_region
from test_pages import PHONE, UNTRANSLATED

import geo
from geo.connectivity import link_losses
from geo.maps import PAGES
from geo.network import fastest_routes, time_interval, travel_time_matrix
from geo.scenarios import plan_of, planned_layers

DAY = date(2026, 11, 23)
NARROW = {"width": 320, "height": 640}
PLANNED = {"do": "open", "sections": ["north-2"], "year": 2026}
SETTLED = "html[data-ready]:not([data-busy])"


@pytest.fixture(scope="module")
def small(two_provinces):
    return geo.build_layers(geo.load(two_provinces))


@pytest.fixture(scope="module")
def path(small, tmp_path_factory):
    file = tmp_path_factory.mktemp("plan") / "plan.html"
    file.write_text(PAGES["plan"](small, date=DAY), encoding="utf-8")
    return file


@pytest.fixture
def planning(path, visit):
    """Open the page in a state and wait until all is computed."""

    def go(fragment="", file=path):
        return settled(visit(file, fragment))

    return go


def settled(page):
    page.wait_for_selector(SETTLED)
    return page


def minutes(text):
    """Return the minutes that a text of the page says."""
    hours = re.search(r"(\d+) 小时", text)
    return 60 * int(hours[1] if hours else 0) + int(re.search(r"(\d+) 分", text)[1])


def edits(page):
    return page.locator(".edits li > span .zh").all_inner_texts()


def network_of(layers, day=DAY):
    return geo.build_network(layers, year=day, nodes="stops")


# ---- journeys


@pytest.mark.parametrize("mode", ["any", "road", "rail"])
def test_the_journey_is_that_of_python(mode, planning, small):
    page = planning("" if mode == "any" else f"#mode={mode}")
    first, *_ = fastest_routes(network_of(small), "aa", "cc", mode=mode)
    assert minutes(page.locator(".headline > b .zh").inner_text()) == round(first.time_min)
    low, high = (round(bound) for bound in time_interval(first.time_min, mode))
    assert f"{low}–{high}" in page.locator(".headline").inner_text()
    legs = page.locator(".legs .time .zh").all_inner_texts()
    assert sum(map(minutes, legs)) == pytest.approx(first.time_min, abs=len(legs))
    assert page.locator("path.way").count() > 0
    assert page.locator(".years-chart circle").count() > 2


def test_the_fields_find_places_by_keyboard_and_stand_in_the_address(planning):
    page = planning()
    page.locator("#from").fill("bb")
    page.keyboard.press("Enter")
    settled(page)
    assert page.locator("#from").input_value() == "城bb"
    assert "from=city%3Abb" in page.url
    page.locator("[data-swap]").click()
    settled(page)
    assert [page.locator(key).input_value() for key in ("#from", "#to")] == ["城cc", "城bb"]
    page.locator("#to").fill("no such place")
    assert "没有找到" in page.locator("#to-list").inner_text()
    page.keyboard.press("Tab")
    assert page.locator("#to").input_value() == "城bb"


def test_a_click_on_the_map_is_an_end(planning):
    page = planning()
    page.mouse.click(320, 350)
    page.get_by_role("button", name="从这里出发").click()
    settled(page)
    assert page.locator("#from").input_value().startswith("地图上")
    lon, lat = map(float, re.search(r"from=at%3A([\d.-]+)%2C([\d.-]+)", page.url).groups())
    assert abs(lon) < 1
    assert abs(lat) < 1
    assert page.locator(".headline > b").is_visible()


def test_the_other_way_and_the_year_stand_in_the_address(planning):
    page = planning("#year=2010")
    assert "2010" in page.locator(".headline").inner_text()
    page = planning()
    fastest = page.locator(".headline > b .zh").inner_text()
    page.locator("#journey-result .switch button").nth(1).click()
    settled(page)
    assert page.locator(".headline > b .zh").inner_text() != fastest
    assert "way=2" in page.url
    page.reload()
    settled(page)
    assert page.locator("#journey-result .switch button").nth(1).get_attribute("aria-pressed") == (
        "true"
    )
    page.locator(".why summary").click()
    assert "km/h" in page.locator(".why").inner_text()


def test_without_a_worker_the_page_computes_itself(path, visit, page):
    page.add_init_script("delete globalThis.Worker")
    settled(visit(path))
    assert page.locator(".headline > b").is_visible()


# ---- plans


def mean_between_cities(layers, day=DAY):
    """Return the mean over the cities of their mean time to the others, weighted by people."""
    table = travel_time_matrix(network_of(layers, day))
    people = [row.population for row in layers.catalogue.centres]
    total, times = sum(people), table.to_numpy()
    means = [
        sum(times[j, i] * people[j] for j in range(len(people)) if j != i) / (total - people[i])
        for i in range(len(people))
    ]
    return sum(mean * mass for mean, mass in zip(means, people, strict=True)) / total


def test_a_project_is_moved_and_the_results_are_those_of_python(planning, small):
    page = planning("#tab=plan")
    page.locator(".projects summary").click()
    page.get_by_role("button", name="线north早一年").click()
    page.get_by_role("button", name="线north早一年").click()
    settled(page)
    assert "2026 年通车" in edits(page)[0]
    page.locator("#year").fill("2026")
    page.wait_for_timeout(300)
    settled(page)
    day = date(2026, 12, 31)
    after = planned_layers(small.catalogue, plan_of({"edits": [PLANNED]}))
    cells = page.locator(".sides tbody tr").first.locator("td").all_inner_texts()
    assert float(cells[0]) == pytest.approx(mean_between_cities(small, day), abs=0.051)
    assert float(cells[1]) == pytest.approx(mean_between_cities(after, day), abs=0.051)
    assert page.locator(".pairs li").count() > 0
    page.locator(".pairs button").first.click()
    settled(page)
    assert page.locator("#journey").is_visible()
    assert page.locator(".headline em").is_visible()


def test_undo_and_redo(planning):
    page = planning("#tab=plan")
    page.locator(".projects summary").click()
    page.locator(".projects input").first.uncheck()
    assert "不建" in edits(page)[0]
    page.wait_for_url("**plan=**")
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    assert edits(page) == []
    page.wait_for_function("() => !location.hash.includes('plan=')")
    page.keyboard.press("Control+Shift+z")
    assert len(edits(page)) == 1
    page.get_by_role("button", name="撤销", exact=True).click()
    assert edits(page) == []
    settled(page)


def click_line(page, place=0.5):
    at = page.evaluate(
        """place => {
      const line = [...document.querySelectorAll('path.route-hit')].at(-1);
      const point = line.getPointAtLength(line.getTotalLength() * place).matrixTransform(line.getScreenCTM());
      return [point.x, point.y] }""",
        place,
    )
    page.mouse.click(*at)


def test_a_line_is_changed_by_its_card(planning):
    page = planning("#tab=plan")
    click_line(page)
    card = page.locator(".section .card")
    card.get_by_role("button", name="整条线").click()
    card.locator("label", has_text="速度").locator("input").fill("60")
    page.keyboard.press("Tab")
    settled(page)
    assert edits(page)[0].startswith("60 km/h")
    card.get_by_role("button", name="关闭", exact=True).click()
    settled(page)
    assert [text[:2] for text in edits(page)] == ["60", "关闭"]
    page.get_by_role("button", name="取消这处改动").first.click()
    settled(page)
    assert len(edits(page)) == 1
    page.keyboard.press("Escape")
    assert card.count() == 0


def test_a_line_is_drawn_by_keyboard_saved_and_read(planning, small, tmp_path):
    page = planning("#tab=plan&year=2030")
    page.get_by_role("button", name="画一条新线").press("Enter")
    for name in ("Place ws", "Place es"):
        page.locator("#stop").fill(name)
        page.keyboard.press("Enter")
    assert page.locator(".stops li").count() == 2
    page.locator(".drawing label", has_text="名称").locator("input").fill("快线")
    page.get_by_role("button", name="完成，加入方案").press("Enter")
    settled(page)
    assert page.locator("path.drawn-line").count() == 1
    assert "快线" in edits(page)[0]
    with page.expect_download() as download:
        page.get_by_role("button", name="保存文件").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    saved = json.loads(file.read_text("utf-8"))
    assert saved["features"][0]["properties"]["class"] == "hsr"
    before = page.locator(".sides").inner_text()
    other = planning("#tab=plan&year=2030&lang=zh")
    other.locator("input[type=file]").set_input_files(file)
    other.wait_for_selector(".edits li")
    assert settled(other).locator(".sides").inner_text() == before


def test_the_link_holds_the_plan_and_what_is_shown(planning):
    page = planning("#tab=plan&year=2030")
    page.locator(".projects summary").click()
    page.locator(".projects input").first.uncheck()
    page.wait_for_url("**plan=**")
    settled(page)
    page.locator("[data-view=after]").click()
    page.locator("[data-mode=road]").click()
    page.locator(".of select").select_option("bb")
    settled(page)
    shown = page.locator("#plan-results").inner_text()
    link = "#" + page.url.split("#")[1]
    other = planning(link + "&lang=zh")
    other.reload()
    assert settled(other).locator("#plan-results").inner_text() == shown
    assert other.locator("[data-view=after]").get_attribute("aria-pressed") == "true"


def test_a_plan_that_cannot_be_read_is_refused_in_words(planning):
    page = planning("#tab=plan&plan=nonsense")
    assert "读不出来" in page.locator(".message").inner_text()
    assert edits(page) == []
    foreign = {"plan": {"name": "x", "name_en": "x"}, "type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"do": "remove", "sections": "elsewhere-1"}, "geometry": None}
    ]}  # fmt: skip
    page.locator("input[type=file]").set_input_files(
        {
            "name": "x.geojson",
            "mimeType": "application/json",
            "buffer": json.dumps(foreign).encode(),
        }
    )
    page.wait_for_function(
        "() => document.querySelector('.message').textContent.includes('elsewhere-1')"
    )
    assert edits(page) == []


def test_several_plans_are_compared(planning):
    page = planning("#tab=plan&year=2030")
    page.locator(".projects summary").click()
    page.locator(".projects input").first.uncheck()
    settled(page)
    page.get_by_role("button", name="另建方案").click()
    settled(page)
    click_line(page)
    page.locator(".section .card").get_by_role("button", name="关闭", exact=True).click()
    settled(page)
    assert page.locator(".bar option").count() == 2
    table = page.locator("h2", has_text="各方案比较").locator("xpath=following-sibling::div[1]")
    rows = table.locator("tbody tr")
    assert rows.count() == 2


# ---- closures


def test_a_closed_link_costs_what_python_says(planning, small):
    page = planning("#tab=break&mode=any")
    click_line(page)
    settled(page)
    edge = re.search(r"cut=([^&]+)", page.url)[1].replace("%3A", ":")
    table = link_losses(network_of(small)).set_index("edge_id")
    shown = page.locator("#break .costs dd .zh").first.inner_text()
    lost = table.loc[edge, "extra_min"]
    assert shown == f"{lost:.2f} 分钟" if lost else "0.00 分钟"
    assert page.locator("path.closed").count() == 1
    click_line(page)
    settled(page)
    assert "cut=" not in page.url
    assert page.locator("path.closed").count() == 0


def test_a_circle_closes_what_it_holds_and_stands_in_the_address(planning):
    page = planning("#tab=break")
    page.get_by_role("button", name="放一个圆").click()
    page.get_by_role("button", name="25 km").click()
    click_line(page)
    settled(page)
    title = page.locator("#break .card h2").inner_text()
    assert page.locator("path.closed").count() >= 1
    page.reload()
    settled(page)
    assert page.locator("#break .card h2").inner_text() == title
    page.keyboard.press("Escape")
    settled(page)
    assert page.locator("path.closed").count() == 0


def test_the_worst_squares_are_listed_and_marked(planning):
    page = planning("#tab=break&by=squares")
    rows = page.locator("#break .bars li")
    values = [float(text) for text in rows.locator("b").all_inner_texts()]
    assert values == sorted(values, reverse=True)
    rows.first.get_by_role("button").click()
    assert page.locator("#break .card h2").is_visible()
    assert "square=0" in page.url
    page.get_by_role("button", name="在这里放一个 25 km 的圆").click()
    settled(page)
    assert "circle=" in page.url


# ---- every state: keyboard, languages, axe, phone


STATES = {
    "journey": "#",
    "plan": "#tab=plan&year=2030",
    "break": "#tab=break&circle=0,0,25",
    "squares": "#tab=break&by=squares&square=0",
}


def open_all(page):
    """Make a plan where there is one to be made, open a card and the drawing, and every fold."""
    settled(page)
    if page.locator("#plan").is_visible():
        page.locator(".projects summary").click()
        page.locator(".projects input").first.uncheck()
        settled(page)
        click_line(page)
        page.locator("button.wide").click()
    page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")
    settled(page)


def test_the_keyboard_moves_between_the_tabs(planning):
    page = planning()
    page.locator("#tab-journey").focus()
    page.keyboard.press("ArrowRight")
    settled(page)
    assert page.evaluate("document.activeElement.id") == "tab-plan"
    assert page.locator("#plan").is_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert page.locator("#journey").is_visible()


def test_the_focus_stays_where_it_was(planning):
    page = planning("#tab=plan")
    page.locator(".projects summary").click()
    page.get_by_role("button", name="线north晚一年").press("Enter")
    settled(page)
    page.keyboard.press("Enter")
    settled(page)
    assert "2030 年通车" in edits(page)[0]
    page.get_by_role("button", name="撤销", exact=True).press("Enter")
    page.keyboard.press("Enter")
    settled(page)
    assert edits(page) == []
    page.locator("#tab-journey").click()
    settled(page)
    page.locator("#journey-result [data-key=rail]").press("Enter")
    settled(page)
    assert page.evaluate("document.activeElement.dataset.key") == "rail"


@pytest.mark.parametrize("state", STATES)
def test_the_language_switch_leaves_nothing_untranslated(state, planning):
    page = planning(STATES[state])
    open_all(page)
    page.get_by_role("button", name="English").click()
    settled(page)
    assert page.evaluate(UNTRANSLATED) == []


@pytest.mark.parametrize(
    ("look", "size"),
    [("lang=zh", None), ("lang=en&theme=dark", PHONE)],
    ids=["zh", "en-dark-phone"],
)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_no_violation_in_any_state(state, look, size, path, examined):
    results = examined(f"{path.as_uri()}{STATES[state]}&{look}", size, open_all)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "narrow"])
def test_a_phone_shows_the_whole_width_and_controls_to_touch(size, state, planning, page):
    page.set_viewport_size(size)
    planning(f"{STATES[state]}&lang=en")
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, select, summary, input')]
        .filter(node => node.checkVisibility() && !node.closest('table, label'))
        .map(node => [node.className || node.id || node.tagName, node.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
        .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
    )
    assert small == []


def test_hostile_names_stay_text(visit, tmp_path):
    layers = geo.build_layers(geo.load(small_region.hostile(tmp_path / "bad")))
    file = tmp_path / "bad.html"
    file.write_text(PAGES["plan"](layers, date=DAY), encoding="utf-8")
    page = settled(visit(file))
    assert "{{7*7}}" in page.locator(".legs").inner_text()
    for state in STATES.values():
        page.evaluate("state => { location.hash = state }", state)
        settled(page)
        if "squares" not in state:
            page.locator("path.route-hit").last.hover(force=True)
    assert page.evaluate("window.hit") is None


def test_without_javascript_the_page_says_so(path, browser, browser_context_args):
    context = browser.new_context(**browser_context_args | {"java_script_enabled": False})
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("noscript").is_visible()
    context.close()


def test_a_region_without_cities_has_its_page(visit, small, tmp_path):
    bare = geo.build_layers(replace(small.catalogue, cities=()))
    file = tmp_path / "bare.html"
    file.write_text(PAGES["plan"](bare, date=DAY), encoding="utf-8")
    page = settled(visit(file))
    for state in STATES.values():
        page.evaluate("state => { location.hash = state }", state)
        settled(page)
    assert page.locator("#break").is_visible()


# ---- the region that comes with the package


def test_the_shipped_page_is_small_and_its_plans_can_be_started(files, visit, cat):
    assert files["plan"].stat().st_size <= 3_000_000
    page = settled(visit(files["plan"], "#tab=plan"))
    assert len(cat.region.plans) == 3
    for plan in cat.region.plans:
        page = settled(visit(files["plan"], "#tab=plan&lang=zh"))
        page.reload()
        settled(page)
        page.get_by_role("button", name=plan.name).click()
        settled(page)
        assert len(edits(page)) == len(plan.edits)
        assert str(plan.year) in page.locator("#plan-results h2").first.inner_text()
        assert (page.locator(".edits .warn").count() == 1) == bool(plan.note)


def test_a_journey_of_the_shipped_region(files, visit):
    page = settled(visit(Path(files["plan"]), "#from=city:chengdu&to=zone:500101"))
    route = fastest_routes(
        geo.build_network(geo.load(), year=DAY, nodes="stops"), "chengdu", "500101"
    )[0]
    assert minutes(page.locator(".headline > b .zh").inner_text()) == round(route.time_min)
