"""The page of the network: legend, years, search, card, state in the address."""

from __future__ import annotations

import itertools

import pytest

POINT_ON_LINE = """(path, share) => { const at = path.getPointAtLength(path.getTotalLength() * share)
    .matrixTransform(path.getScreenCTM()); return [at.x, at.y] }"""


def lines(page, class_=""):
    return page.locator(f"path.route-line{class_}")


def switch(page, key):
    return page.locator(f'[data-toggle="{key}"]')


def becomes(page, expression):
    """Wait until an expression holds; the page's policy forbids `wait_for_function`."""
    for _ in range(50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    pytest.fail(expression)


@pytest.fixture
def network(files, visit):
    return visit(files["network"])


def test_the_legend_switches_a_class(network):
    before = lines(network).count()
    rail = lines(network, ".hsr").count()
    assert rail > 5
    switch(network, "class:hsr").uncheck()
    assert lines(network, ".hsr").count() == 0
    assert lines(network).count() == before - rail
    assert "layers=class" in network.url
    switch(network, "class:hsr").check()
    assert lines(network).count() == before
    assert "layers" not in network.url


def test_the_legend_switches_status_tier_and_background(network):
    before = lines(network).count()
    switch(network, "status:c").uncheck()
    building = before - lines(network).count()
    assert building > 5
    assert network.locator('path.route-line[stroke-dasharray*=" "]').count() < before - building
    switch(network, "tier:high").uncheck()
    assert 0 < lines(network).count() < before - building
    assert network.locator("img.relief").count() == 1
    network.locator("summary", has_text="底图").click()
    switch(network, "base:relief").uncheck()
    assert network.locator("img.relief").count() == 0
    switch(network, "base:labels").uncheck()
    assert network.locator(".label").count() == 0


def test_the_legend_switches_places(network):
    airports = network.locator("path.place.airport")
    assert airports.count() > 5
    network.locator("summary", has_text="地点").click()
    switch(network, "points:airport").uncheck()
    assert airports.count() == 0


def test_the_slider_redraws_and_counts(network):
    slider = network.locator("#year")
    dashed = "path.route-line.hsr[stroke-dasharray]"
    assert network.locator(dashed).count() > 0
    open_2026 = network.locator('[data-figure="km:hsr"]').inner_text()
    slider.fill("2035")
    assert "year=2035" in network.url
    assert network.locator('[data-figure="km:hsr"]').inner_text() > open_2026
    slider.focus()
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == "1995年 / year 1995"
    assert network.locator('[data-figure="km:hsr"]').inner_text() == "0"
    assert network.locator('[data-figure="crossings:road"]').inner_text() == "1"
    assert network.locator(".figures-year").inner_text() == "1995"
    solid = lines(network, ".hsr").count() - network.locator(dashed).count()
    assert solid == 0
    slider.press("ArrowRight")
    assert network.locator("output[for=year]").inner_text() == "1996"
    status = network.locator('[data-stage-of="chengyu-1"]')
    assert "已通车" in status.inner_text()


def test_play_steps_without_motion_where_motion_is_unwanted(network):
    network.locator("#year").fill("2000")
    play = network.get_by_role("button", name="下一年")
    play.click()
    play.click()
    assert network.locator("output[for=year]").inner_text() == "2002"


def test_play_runs_and_stops(files, browser, browser_context_args):
    context = browser.new_context(**browser_context_args | {"reduced_motion": "no-preference"})
    page = context.new_page()
    page.goto(files["network"].as_uri() + "#year=2000")
    page.get_by_role("button", name="播放").click()
    becomes(page, "document.querySelector('#year').value > 2001")
    page.get_by_role("button", name="暂停").click()
    year = page.locator("#year").input_value()
    page.wait_for_timeout(600)
    assert page.locator("#year").input_value() == year
    context.close()


def test_the_legend_switches_one_route(network):
    before = lines(network, ".hsr").count()
    network.locator("details.tree summary").first.click()
    switch(network, "route:chengdawan-hsr").uncheck()
    assert lines(network, ".hsr").count() == before - 6
    assert "layers=route" in network.url
    switch(network, "class:hsr").uncheck()
    switch(network, "class:hsr").check()
    assert lines(network, ".hsr").count() == before - 6


def test_a_haze_lies_under_sketched_lines(network):
    haze = network.locator('path[stroke="#F3E2B3"]')
    assert haze.count() > 20
    assert network.locator('path[stroke="#FFFFFF"]').count() > 100
    assert network.locator('.legend svg path[stroke="#F3E2B3"]').count() == 1


def test_search_finds_a_route_by_pinyin_and_in_both_languages(network):
    texts = {
        "成达万高铁": ["chengdawan", "cdwgt", "成达万", "CHENG DA WAN", "Dazhou–Wanzhou HSR"],
        "成渝中线高铁": ["成渝中线", "chengyu-middle"],
    }
    for name, searched in texts.items():
        for text in searched:
            network.locator("#search").fill(text)
            assert name in network.locator("#found li").first.inner_text(), text
            network.locator("#search").fill("没有这条路")
            assert "没有找到" in network.locator("#found").inner_text()


def test_the_card_has_the_profile_of_speeds_and_the_dates(files, visit, drawn):
    page = visit(files["network"], "#route=chengdawan-hsr&year=2026")
    card = page.locator("#sheet-card")
    sections = drawn.sections.query("route_id == 'chengdawan-hsr'")
    lines_ = card.locator(".profile-line")
    assert lines_.count() == sections["design_speed_kmh"].notna().sum()
    assert card.locator(".profile-line[stroke-dasharray]").count() == lines_.count() - 1
    shown = card.locator(".profile text").last.text_content()
    assert abs(int(shown.removesuffix(" km")) - sections["running_km"].sum()) < 1
    assert "2023-12-26" in card.inner_text()
    page.locator("#year").fill("2030")
    assert card.locator(".profile-line[stroke-dasharray]").count() == 0


def test_a_route_that_was_found_is_shown(network):
    network.locator("#search").fill("middle line")
    first = network.locator("#found li").first
    assert "成渝中线高铁" in first.inner_text()
    network.locator("#search").press("Enter")
    assert network.locator("#found").is_hidden()
    assert "route=chengyu-middle-hsr" in network.url
    assert network.locator("path.route-halo").count() > 1
    assert "成渝中线高铁" in network.locator("#sheet-card").inner_text()


def test_search_moves_by_keyboard_and_says_when_nothing_fits(network):
    box = network.locator("#search")
    box.fill("成")
    assert network.locator("#found li").count() > 3
    box.press("ArrowDown")
    assert network.locator("#found li").nth(1).get_attribute("aria-selected") == "true"
    assert box.get_attribute("aria-activedescendant") == "hit-1"
    box.fill("没有这条路")
    assert "没有找到" in network.locator("#found").inner_text()
    box.press("Escape")
    assert network.locator("#found").is_hidden()


def test_search_finds_a_city(network):
    network.locator("#search").fill("Luzhou")
    network.locator("#found li").first.click()
    network.wait_for_timeout(300)
    assert network.locator(".label b", has_text="泸州").count() >= 1


def test_pointing_and_clicking_at_a_line(files, visit):
    page = visit(files["network"], "#route=chengyu")
    page.keyboard.press("Escape")
    hits = page.locator("path.route-hit").all()
    size = page.viewport_size
    for hit in hits:
        x, y = hit.evaluate(POINT_ON_LINE, 0.5)
        if 300 < x < size["width"] - 300 and 100 < y < size["height"] - 150:
            break
    page.mouse.move(x, y)
    assert "已通车" in page.locator(".leaflet-tooltip").inner_text()
    page.mouse.click(x, y)
    card = page.locator("#sheet-card")
    for label in ("状态", "图上里程", "位置精度", "可信度", "来源"):
        assert label in card.inner_text()
    assert card.locator(".sources li").count() > 0
    page.keyboard.press("Escape")
    assert card.is_hidden()


def test_the_card_shows_the_facts_of_the_data(files, visit, drawn):
    page = visit(files["network"], "#section=chengyu-2&year=1994")
    row, text = drawn.sections.loc["chengyu-2"], page.locator("#sheet-card").inner_text()
    assert row["opened"] in text
    assert row["to_zh"] in text
    assert f"{row['geometry_km']:.1f}".rstrip("0").rstrip(".") in text
    assert page.locator("output[for=year]").inner_text() == "1995"


def test_the_address_restores_the_state(files, visit):
    state = "#year=2030&lang=en&route=chengyu&layers=class:expressway"
    page = visit(files["network"], state)
    assert page.locator("#year").input_value() == "2030"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert lines(page, ".expressway").count() == 0
    assert "Chengdu–Chongqing Expressway" in page.locator("#sheet-card h2").inner_text()
    page.evaluate("location.hash = '#year=2001&route=constructor&section=toString'")
    becomes(page, "document.querySelector('#year').value === '2001'")
    assert lines(page, ".expressway").count() > 0


def test_a_row_of_the_table_shows_its_section(network):
    network.locator('[data-section="chengyu-2"]').click()
    assert "section=chengyu-2" in network.url
    assert network.locator("#sheet-card").is_visible()
    assert network.evaluate("scrollY") < 100


def test_labels_do_not_cover_each_other(network):
    overlaps = network.evaluate("""() => {
      const boxes = [...document.querySelectorAll('.label:not(.river) .text')].map(n => n.getBoundingClientRect());
      return boxes.filter((a, i) => boxes.some((b, j) => j > i && a.left < b.right - 2 && b.left < a.right - 2
        && a.top < b.bottom - 2 && b.top < a.bottom - 2)).length }""")
    assert network.locator(".label").count() > 12
    assert overlaps == 0


def test_the_panels_on_a_phone(files, visit, page):
    page.set_viewport_size({"width": 390, "height": 844})
    visit(files["network"])
    legend = page.locator("#sheet-legend")
    assert legend.is_hidden()
    page.get_by_role("button", name="图例").click()
    assert legend.is_visible()
    page.get_by_role("button", name="数字").click()
    assert legend.is_hidden()
    assert page.locator("#sheet-figures").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#sheet-figures").is_hidden()
    assert page.locator(".leaflet-control-attribution").is_visible()


INK = """() => { let ink = 0; document.querySelectorAll('.leaflet-context-pane canvas').forEach(tile => {
    const data = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data;
    for (let i = 3; i < data.length; i += 4) { ink += data[i] > 0 } });
    return ink }"""


def test_the_context_network_is_drawn_when_asked_for(network):
    canvas = network.locator("canvas.leaflet-tile")
    assert canvas.count() == 0
    network.locator("summary", has_text="底图").click()
    switch(network, "base:context").check()
    becomes(network, f"({INK})() > 5000")
    assert "简化至 10 m" in network.locator(".legend").inner_text()
    switch(network, "base:context").uncheck()
    assert canvas.count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_years_of_the_time_bar_keep_apart(visit, files, lang):
    page = visit(files["network"], f"#lang={lang}")
    for width in (1280, 1051, 1050, 960, 901, 900, 800, 640, 601, 600, 390, 320):
        page.set_viewport_size({"width": width, "height": 860})
        spans = page.locator(".ticks span:visible").evaluate_all(
            "spans => spans.map(s => [s.getBoundingClientRect().left,"
            " s.getBoundingClientRect().right])"
        )
        assert len(spans) >= 5
        assert all(b[0] - a[1] >= 4 for a, b in itertools.pairwise(spans)), width
        bar = page.locator(".timebar").bounding_box()
        assert bar["x"] <= spans[0][0]
        assert spans[-1][1] <= bar["x"] + bar["width"]
        assert bar["y"] + bar["height"] <= 860, width  # the header may take two rows
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator(".leaflet-control-zoom-in").click(trial=True)  # nothing covers it


def test_the_slider_says_what_opens(files, visit):
    page = visit(files["network"], "#year=2015")
    caption = page.locator(".year-caption")
    assert caption.inner_text().startswith("2015：成渝高铁")
    page.get_by_role("button", name="English").click()
    assert caption.inner_text().startswith("2015: Chengdu–Chongqing HSR")
    page.locator("#year").fill("2027")
    assert caption.inner_text().endswith("expected to open")
    page.locator("#year").fill("1995")
    assert caption.inner_text() == ""


def test_a_line_under_the_pointer_is_wider(network):
    place = network.evaluate(
        f"({POINT_ON_LINE})(document.querySelector('path.route-line.hsr'), 0.5)"
    )
    widths = "[...document.querySelectorAll('path.route-line')].map(n => +n.getAttribute('stroke-width'))"
    before = network.evaluate(widths)
    network.mouse.move(*place)
    network.wait_for_timeout(100)
    after = network.evaluate(widths)
    assert sum(after) > sum(before) + 2
    network.mouse.move(5, 5)
    network.wait_for_timeout(100)
    assert network.evaluate(widths) == before
