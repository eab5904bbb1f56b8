"""The page of accessibility: choosing a city, indicators, dates, isochrones, languages, phones."""

from __future__ import annotations

import json
import re

import pytest
from depth import first_by_default
from test_pages import PHONE, UNTRANSLATED

from geo.maps import accessibility
from geo.maps.elements import people_label

FILLS = "() => [...document.querySelectorAll('path.city-circle')].map(p => p.getAttribute('fill'))"
SIZES = "() => [...document.querySelectorAll('path.city-circle')].map(p => p.getBBox().width)"


@pytest.fixture(scope="module")
def path(files):
    return files["accessibility"]


@pytest.fixture(scope="module")
def data(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data-access">(.*?)</script>', text)[1])


def row(page, name):
    return page.locator(".cities:not([hidden]) tbody tr", has_text=name).first


def press(page, key, value):
    page.locator(f'button[data-{key}="{value}"]').click()


def test_the_keyboard_chooses_a_city_in_the_table(path, visit, data):
    page = visit(path)
    assert page.locator("path.city-circle").count() == len(data["cities"])
    assert page.locator(".cities:not([hidden]) tbody tr").count() == len(data["cities"])
    row(page, "万州").get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert page.locator("#card h2 .zh").first.inner_text() == "万州"
    assert page.locator("path.area").count() == len(accessibility.LIMITS)
    assert page.locator("path.outline").count() == len(accessibility.LIMITS)
    assert "city=wanzhou" in page.url
    assert "chosen" in row(page, "万州").get_attribute("class")
    page.keyboard.press("Escape")
    assert page.locator("path.area, path.outline").count() == 0
    assert "city=" not in page.url
    assert page.locator("#card .reach").count() == 0


def test_the_list_chooses_a_city_and_is_in_the_order_of_pinyin(path, visit, data):
    page = visit(path)
    options = page.locator("#city option").all_inner_texts()[1:]
    assert len(options) == len(data["cities"])
    assert [text[0] for text in options] == sorted(text[0] for text in options)
    page.locator("#city").select_option(label="D 达州")
    assert page.locator("#card h2 .zh").first.inner_text() == "达州"
    page.locator("#city").select_option("")
    assert page.locator("path.area").count() == 0


def test_search_by_hanzi_and_pinyin(path, visit):
    page = visit(path)
    shown = page.locator(".cities:not([hidden]) tbody tr:visible")
    for text in ("永川", "yong chuan", "YONGCHU"):
        page.locator("#find").fill(text)
        assert shown.count() == 1
        assert "永川" in shown.inner_text()
        assert page.locator("#hits").inner_text().startswith("1 ")
    page.locator("#find").press("Enter")
    assert page.locator("#card h2 .zh").first.inner_text() == "永川"
    page.locator("#find").fill("zzz")
    assert shown.count() == 0
    assert page.locator("#hits").inner_text() == "没有找到"


def test_a_circle_chooses_its_city(path, visit):
    page = visit(path)
    circle = page.locator("path.city-circle").last
    box = circle.bounding_box()
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*at)
    name = page.locator(".leaflet-tooltip b .zh").inner_text()
    told = page.locator(".leaflet-tooltip").inner_text()
    assert re.fullmatch(rf"{name}\n平均时间 [\d.]+ 分钟\n90% 区间 [\d.]+–[\d.]+", told)
    page.mouse.click(*at)
    assert page.locator("#card h2 .zh").first.inner_text() == name
    assert page.locator(".home-name").inner_text() == name


def test_indicators_and_dates_change_colours_and_columns(path, visit):
    page = visit(path)
    fills, sizes = page.evaluate(FILLS), page.evaluate(SIZES)
    assert len(set(fills)) == len({round(size) for size in sizes}) == 5
    press(page, "indicator", "efficiency")
    assert sorted(page.evaluate(FILLS)) != sorted(fills)
    assert page.locator("#cities-any th:visible").all_inner_texts()[2].startswith("时间比")
    assert page.locator("#cities-any th:visible").count() == 5
    press(page, "indicator", "mean")
    assert sorted(page.evaluate(FILLS)) == sorted(fills)
    press(page, "view", "after")
    assert page.evaluate(FILLS).count("#1d2c78") > fills.count("#1d2c78")
    assert "view=after" in page.url
    assert page.locator('[data-view="after"]').get_attribute("aria-pressed") == "true"


def test_the_legend_of_a_change_has_a_grey_middle(path, visit):
    page = visit(path, "#view=change&indicator=people")
    legend = page.locator(".key-list .block").first
    assert "差异" in legend.locator("b").inner_text()
    assert "无变化" in legend.inner_text()
    fills = page.evaluate(FILLS)
    assert legend.locator('circle[fill="#b9bfc4"]').count() == 1
    assert set(fills) <= {
        node.get_attribute("fill") for node in legend.locator("circle").element_handles()
    }
    press(page, "mode", "rail")
    press(page, "indicator", "mean")
    assert "改善" in legend.inner_text()


def test_the_legend_has_a_line_for_every_look(path, visit):
    page = visit(path, "#view=before")
    legend = page.locator(".key-list .block").first
    for mode in ("any", "road", "rail"):
        press(page, "mode", mode)
        known = {node.get_attribute("fill") for node in legend.locator("circle").element_handles()}
        assert set(page.evaluate(FILLS)) <= known
        assert "分钟" in legend.locator("b").inner_text()


def test_isochrones_by_date(path, visit):
    page = visit(path, "#city=dazhou")
    assert page.locator("path.area").count() == page.locator("path.outline").count() == 4
    page.locator("[data-date='0']").press("Space")
    assert page.locator("path.area").count() == 0
    assert page.locator("path.outline").count() == 4
    page.locator("[data-date='0']").press("Space")
    page.locator("[data-date='1']").press("Space")
    assert page.locator("path.area").count() == 4
    assert page.locator("path.outline").count() == 0


def test_one_limit_alone_shows_what_is_gained(path, visit):
    page = visit(path, "#city=dazhou")
    assert page.locator("path.gain").count() == 0
    page.locator("#card .switch button", has_text="120").click()
    assert page.locator("path.area").count() == page.locator("path.gain").count() == 1
    assert "min=120" in page.url
    assert page.evaluate("document.activeElement.dataset.key") == "choose-120"


def test_the_difference_shows_what_is_gained_within_every_limit(path, visit):
    page = visit(path, "#city=dazhou&view=change")
    assert page.locator("path.gain").count() == page.locator("path.outline").count() > 1


def test_counties_are_areas_with_their_intervals(path, visit):
    page = visit(path)
    areas = page.locator("path.county")
    assert areas.count() > 100
    assert len(set(areas.evaluate_all("all => all.map(one => one.getAttribute('fill'))"))) > 3
    areas.nth(20).dispatch_event("mouseover")  # a circle may lie on its middle
    told = page.locator(".leaflet-tooltip").inner_text()
    assert re.search(r"2026-11-23 \d+ 分钟 \(\d+–\d+\)\n2030 年底 \d+ 分钟", told)
    press(page, "indicator", "people")
    assert areas.count() == 0


def test_the_card_says_what_the_data_say(path, visit, data):
    page = visit(path, "#lang=en&city=dazhou")
    i = [city[0] for city in data["cities"]].index("dazhou")
    own = data["modes"]["any"]
    cells = page.locator("#card .reach tbody tr").nth(3).locator("td")
    before, after = (own["areas"][i][k][3] for k in (0, 1))
    text = cells.nth(0).inner_text().replace("\n", " ")
    assert re.split(r"[ →]+", text) == [f"{before:,}", f"{after:,}", f"+{after - before:,}"]
    people = [own["values"]["people"][k][i] for k in (0, 1)]
    before, after = (people_label(value).en for value in people)
    assert f"{before} → {after}" in cells.nth(1).inner_text()
    fact = page.locator(".facts dd").first.inner_text()
    mean = [own["values"]["mean"][k][i] for k in (0, 1)]
    assert fact.startswith(f"{mean[0]:.1f} → {mean[1]:.1f}")
    new = page.locator(".newly p", has_text="New in 120 min").inner_text()
    assert "Wanzhou" in new


def test_the_address_restores_everything(path, visit):
    page = visit(path, "#lang=en&city=chengdu&indicator=potential&view=change&mode=rail&min=60")
    assert page.locator("#card h2").inner_text().startswith("Chengdu")
    for key, value in (("indicator", "potential"), ("view", "change"), ("mode", "rail")):
        assert (
            page.locator(f'button[data-{key}="{value}"]').get_attribute("aria-pressed") == "true"
        )
    assert page.locator("path.area").count() == 1
    assert (
        page.locator("#card .switch button", has_text="60").get_attribute("aria-pressed") == "true"
    )
    assert page.locator("#cities-rail tr.chosen").is_visible()
    page.evaluate("location.hash = '#lang=en&city=constructor&mode=__proto__&min=7'")
    page.wait_for_function("!document.querySelector('path.area')")


def test_the_language_switch_keeps_the_choice_and_leaves_nothing_untranslated(path, visit):
    page = visit(path, "#city=chongqing&view=change&mode=rail&min=90")
    page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")
    page.locator("#find").fill("chong")
    page.get_by_role("button", name="English").click()
    assert page.evaluate(UNTRANSLATED) == []
    assert page.locator("#card h2").inner_text().startswith("Chongqing")
    assert page.locator("#city option:checked").inner_text() == "Chongqing"
    assert page.locator("path.area").count() == 1
    for part in ("city=chongqing", "view=change", "mode=rail", "min=90", "lang=en"):
        assert part in page.url
    page.get_by_role("button", name="中文").click()
    assert page.locator("#card h2 .zh").first.inner_text() == "重庆"


def test_tables_sort_by_the_chosen_indicator(path, visit):
    page = visit(path, "#view=change")
    head = page.locator("#cities-any th:visible").nth(4)
    head.get_by_role("button").click()
    values = page.evaluate(
        """() => [...document.querySelectorAll('#cities-any tbody tr')]
        .map(row => Number(row.querySelectorAll('.i-mean')[2].dataset.order))"""
    )
    assert values == sorted(values)
    assert values[0] < values[-1]


@pytest.mark.parametrize(
    ("lang", "size"), first_by_default(("zh", None), ("en", PHONE)), ids=["zh", "en-phone"]
)
def test_axe_finds_no_violation_with_a_city(lang, size, path, examined):
    def prepare(page):
        page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")

    results = examined(
        f"{path.as_uri()}#lang={lang}&city=chengdu&view=change&mode=rail", size, prepare
    )
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_phone(lang, path, visit, page):
    page.set_viewport_size(PHONE)
    visit(path, f"#lang={lang}&city=dazhou")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    table = page.locator("#cities-any")
    assert table.bounding_box()["width"] <= PHONE["width"]
    assert page.evaluate("document.querySelector('#card').scrollWidth") <= PHONE["width"] - 24
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, summary, select, input[type=search], .dates label')]
        .filter(node => node.checkVisibility() && !node.closest('table'))
        .map(node => [node.className || node.tagName, node.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([name]) => name)"""
    )
    assert small == []
    row(page, "Yibin" if lang == "en" else "宜宾").get_by_role("button").click()
    assert page.evaluate("scrollY") < 200
    page.wait_for_function("document.querySelector('.home-name')")


def test_tables_stand_without_javascript(path, browser, browser_context_args):
    context = browser.new_context(**browser_context_args | {"java_script_enabled": False})
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("#cities-rail tbody tr").first.is_visible()
    assert page.locator("noscript").is_visible()
    context.close()
