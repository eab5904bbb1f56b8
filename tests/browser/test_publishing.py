"""The publishing kit of every page: pictures, words, links, tables, and what it must not do."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from depth import first_by_default
from PIL import Image

from geo.maps import PAGES

NAMES = list(PAGES)
SHAPES = {"16:9": (2560, 1440), "1:1": (1920, 1920), "9:16": (1440, 2560)}
SVG = "{http://www.w3.org/2000/svg}"
#: A state of each page that chooses something, and what a caption says of it in both languages.
CHOSEN = {
    "index": ("", "通车", "Open"),
    "network": ("year=2015&route=chengyu-pdl", "2015 年底已通车", "Open, end of 2015"),
    "corridors": ("corridor=chengdawan-hsr", "高速铁路", "High-speed rail"),
    "crossings": ("crossing=1", "所选：1 成渝高速", "Chosen: 1"),
    "accessibility": ("city=chengdu", "从成都门到门可达人口", "People reached from Chengdu"),
    "criticality": ("mode=rail", "铁路", "Rail"),
    "compare": ("a=2010&b=2020", "左为 2010，右为 2020", "Left: 2010, right: 2020"),
    "plan": ("from=city:chengdu&to=zone:500101", "成都到万州", "Chengdu to Wanzhou"),
}


@pytest.fixture
def kit(files, visit):
    """Open a page in a state, and its panel for publishing."""

    def open_kit(name, state=""):
        page = visit(files[name], f"#{state}")
        page.locator(".publish").click()
        page.locator("dialog.publishing[open] img.preview").wait_for()
        return page

    return open_kit


def saved(page, kind):
    """Return a picture that the panel gives."""
    with page.expect_download() as download:
        page.locator(f'[data-save="{kind}"]').click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def drawn(raw):
    """Return what a picture draws; the bytes of its relief may differ from one drawing to the next."""
    return re.sub(rb'href="data:[^"]*"', b"", raw)


def text_of(tree):
    return " ".join(node.text or "" for node in tree.iter(f"{SVG}text"))


@pytest.mark.parametrize("name", first_by_default(*NAMES[::-1]))
def test_pictures_stand_alone_with_title_legend_credit_and_date(name, kit):
    page = kit(name, CHOSEN[name][0])
    for shape, size in SHAPES.items():
        page.locator(f'[data-shape="{shape}"]').click()
        file, raw = saved(page, "svg")
        assert file == f"{name}-{shape.replace(':', 'x')}.svg"
        tree = ET.fromstring(raw)
        assert [int(tree.get(side)) * 2 for side in ("width", "height")] == list(size)
        words = text_of(tree)
        assert tree.find(f"{SVG}title").text[:8] in words
        assert "OpenStreetMap" in words
        assert "2026-11-23" in words
        assert "公路" in words or "通车" in words or "分钟" in words  # the legend
        assert len(list(tree.iter(f"{SVG}path"))) > 20
        assert not list(tree.iter(f"{SVG}foreignObject"))
        links = [
            value for node in tree.iter() for key, value in node.attrib.items() if "href" in key
        ]
        assert all(link.startswith("data:image/jpeg") or name == "index" for link in links)
    file, raw = saved(page, "png")
    image = Image.open(io.BytesIO(raw))
    assert (image.format, image.size) == ("PNG", SHAPES["9:16"])
    colors = image.convert("RGB").quantize(64).getcolors()
    assert len(colors) > 30
    assert image.convert("RGB").getpixel((4, 4)) == (255, 255, 255)


def test_a_picture_shows_what_the_map_shows(kit):
    page = kit("network", "year=2030&layers=class:expressway")
    tree = ET.fromstring(saved(page, "svg")[1])
    strokes = {node.get("stroke", "").upper() for node in tree.iter(f"{SVG}path")}
    assert "#D55E00" in strokes
    assert "#0072B2" not in strokes
    words = text_of(tree)
    assert "高速铁路" in words
    assert "成渝中线高铁" in words
    legend = words.split("200 km")[0]
    assert "高速公路 15" in legend  # in the caption
    assert len(re.findall("高速公路", words)) == 1  # not in the legend


def test_a_picture_of_two_dates_names_them(kit):
    page = kit("compare", "view=side&a=2010&b=2020")
    words = [node.text for node in ET.fromstring(saved(page, "svg")[1]).iter(f"{SVG}text")]
    assert {"2010", "2020"} <= set(words)


def test_pictures_stay_light_where_the_page_is_dark(files, visit):
    def picture(state):
        page = visit(files["crossings"], state)
        page.locator(".publish").click()
        raw = saved(page, "svg")[1]
        page.keyboard.press("Escape")
        assert page.evaluate("document.documentElement.dataset.theme") == state.split("=")[1]
        return drawn(raw)

    assert picture("#theme=dark") == picture("#theme=light")


@pytest.mark.parametrize("name", NAMES)
def test_captions_say_the_state_in_both_languages(name, kit):
    state, zh, en = CHOSEN[name]
    page = kit(name, state)
    chinese = page.locator('[data-text="caption-zh"]').input_value()
    english = page.locator('[data-text="caption-en"]').input_value()
    assert zh in chinese
    assert en in english
    assert "数据截至 2026-11-23" in chinese
    assert "Data as of 2026-11-23" in english
    for text in (chinese, english):
        assert "OpenStreetMap" in text
        assert "undefined" not in text
        assert "NaN" not in text
    own = english.split("Data as of")[0]
    assert not re.search("[\u3400-\u9fff]", own)


@pytest.mark.parametrize("name", first_by_default(*sorted(set(NAMES) - {"index"})))
def test_the_link_leads_back_to_the_view(name, kit, files):
    page = kit(name, CHOSEN[name][0])
    link = page.locator('[data-text="link"]').input_value()
    base, state = link.split("#")
    assert base == files[name].as_uri()
    at = re.search(r"at=([\d.,]+)", state)[1]
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("html[data-ready]")
    page.wait_for_timeout(100)
    page.locator(".publish").click()
    again = page.locator('[data-text="link"]').input_value()
    assert re.search(r"at=([\d.,]+)", again)[1] == at
    assert set(state.split("&")) <= set(again.split("#")[1].split("&"))
    embed = page.locator('[data-text="embed"]').input_value()
    assert embed.startswith(f'<iframe src="{name}.html#')
    assert 'title="' in embed


@pytest.mark.parametrize("name", first_by_default(*NAMES))
def test_every_table_is_a_file(name, kit):
    page = kit(name)
    buttons = page.locator("[data-table]")
    shown = page.locator("main table:not(article[hidden] *):not(.card *)").count()
    assert buttons.count() == shown
    names = buttons.evaluate_all("all => all.map(button => button.dataset.table)")
    assert len(set(names)) == len(names)
    if name == "plan":  # its numbers stand in cards
        return
    with page.expect_download() as download:
        buttons.first.click()
    rows = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) > 1


def test_copying_says_so(kit):
    page = kit("crossings")
    page.locator(".field button").first.click()
    page.locator(".said").filter(has_text="已复制").wait_for()  # the browser copies when it can


@pytest.mark.parametrize("name", first_by_default("compare", "index", "network"))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_panel(name, theme, files, examined):
    def prepare(page):
        page.locator(".publish").click()
        page.locator("img.preview").wait_for()

    results = examined(f"{files[name].as_uri()}#theme={theme}", None, prepare)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("name", first_by_default(*NAMES))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_and_their_panel_reflow_at_320_pixels(name, lang, files, visit, page):
    page.set_viewport_size({"width": 320, "height": 700})
    visit(files[name], f"#lang={lang}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.locator(".publish").click()
    dialog = page.locator("dialog.publishing")
    dialog.locator("img.preview").wait_for()
    assert dialog.evaluate("node => node.scrollWidth <= node.clientWidth")
    page.keyboard.press("Escape")
    assert dialog.is_hidden()


def test_escape_closes_the_panel_and_not_the_card(kit):
    page = kit("network", "route=chengdawan-hsr")
    page.keyboard.press("Escape")
    assert page.locator("dialog.publishing").is_hidden()
    assert page.locator("#sheet-card").is_visible()
