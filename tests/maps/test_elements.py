"""The small parts of pages: texts in two languages, cells, numbers, samples, charts, labels."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geo.catalogue import MODE, Label
from geo.maps.basemap import dissolved, simplified_counties, window
from geo.maps.charts import Series, growth_chart
from geo.maps.elements import (
    TEMPLATES,
    bi,
    bi_attribute,
    line_sample,
    number,
    order,
    point_sample,
    used_sources,
)
from geo.maps.features import class_order, known, point_features, romanised
from geo.maps.lettering import area_labels
from geo.maps.map_page import class_groups
from geo.maps.sketches import mercator

PARTS = TEMPLATES.get_template("elements.html").module


class Texts(HTMLParser):
    """The tags and the text of a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text.append(data)


@settings(deadline=None)
@given(st.text(), st.text())
def test_a_text_stays_a_text_in_both_languages(zh, en):
    zh, en = zh.replace("\r", ""), en.replace("\r", "")
    found = Texts(bi(Label(zh, en)))
    bare = zh == en and zh.isascii()
    assert {tag for tag, _ in found.tags} <= {"span"}
    assert "".join(found.text) == (zh if bare else zh + en)


def test_what_the_page_translates():
    assert bi(MODE["rail"]) == '<span class="zh">铁路</span><span class="en">Rail</span>'
    assert bi(("<G5>", "<G5>")) == "&lt;G5&gt;"
    attribute = bi_attribute("title", Label('"铁路"', "<Rail>"))
    ((_, values),) = Texts(f"<b {attribute}>").tags
    assert values == {
        "title": '"铁路"', "data-l10n": "title", "data-zh": '"铁路"', "data-en": "<Rail>"}  # fmt: skip


def test_cells_sort_by_their_numbers():
    num = PARTS.num
    assert num(1234.5, 1) == '<td class="num" data-order="1234.500">1,234.5</td>'
    assert num(None) == '<td class="num" data-order="">–</td>'
    assert num(0.001, 2, shown="&lt;0.01").endswith(">&lt;0.01</td>")
    assert [number(float("nan")), order(None), order(12)] == ["–", "", "12.000"]
    rows = {"name": "t", "caption": Label("表", "T"), "caller": lambda: "<tr></tr>"}
    assert PARTS.table([(Label("城市", "City"), "")], **rows).count("data-sort") == 1
    assert "data-sort" not in PARTS.table([], sortable=False, **rows)


def test_samples_are_drawings():
    for svg in (line_sample("hsr"), line_sample("conventional"), point_sample("airport")):
        assert ET.fromstring(svg).attrib["aria-hidden"] == "true"
    assert line_sample("conventional").count("<path") == line_sample("hsr").count("<path") + 1


def test_what_is_unknown_is_left_out():
    assert known({"speed": 250.0, "km": 305.14, "opened": "", "lanes": float("nan")}) == {
        "speed": 250, "km": 305.1}  # fmt: skip


def test_classes_are_in_the_order_of_the_drawing():
    assert class_order(["tram", "waterway", "hsr", "alley"]) == [
        "hsr",
        "waterway",
        "alley",
        "tram",
    ]
    assert class_groups({"hsr": "layer_1"}).startswith('[{key:"hsr",layer:layer_1,color:"#')


def test_names_in_pinyin():
    assert romanised("成渝") == ["chengyu", "cy"]
    assert romanised("G5") == ["g5", "g5"]


def test_ports_and_sources(cat, drawn):
    ports = point_features(drawn, "port")["features"]
    assert {"Yibin Port", "Luzhou Port"} <= {port["properties"]["name_en"] for port in ports}
    key = cat.sources[0].key
    assert list(used_sources(cat, [key, "nobody"])) == [key]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-179, 179), st.floats(-80, 80)), min_size=1, max_size=9))
def test_the_projection_of_the_sketch_is_web_mercator(points):
    east, north = Transformer.from_crs(4326, 3857, always_xy=True).transform(*np.transpose(points))
    found = mercator(np.array(points)) * 6378137.0
    np.testing.assert_allclose(found, np.stack([east, north], axis=-1), atol=1e-3)


def test_counties_stay_a_coverage_and_make_two_provinces(cat):
    counties = simplified_counties(cat)
    assert shapely.coverage_is_valid(counties.geometry.to_numpy())
    provinces = dissolved(counties, "province")
    assert len(provinces) == 2
    assert sum(p.area for p in provinces) == pytest.approx(
        shapely.area(counties.geometry.to_numpy()).sum()
    )
    assert dissolved(counties, "nothing") == []
    assert window(cat, margin=0.5).bounds == pytest.approx((100.5, 27.5, 111.5, 33.3))


def test_neighbours_and_rivers_are_named(cat):
    labels = area_labels(cat)
    assert ("湖北", "province") in {(label["zh"], label["kind"]) for label in labels}
    rivers = [label for label in labels if label["kind"] == "river"]
    assert rivers
    assert all(abs(label["angle"]) < 62 for label in rivers)


def test_a_chart_rises_in_steps_and_is_dashed_where_unknown():
    roads, title = Series(Label("公路", "Road"), [1, 2, 4], "#333333"), Label("增长", "Growth")
    svg = growth_chart(
        [2000, 2010, 2020], [roads], title=title, known_to=2010, marks={"A": 2005.0}
    )
    (solid, ahead) = re.findall(r'<path d="([^"]+)" fill="none" stroke="#333333"', svg)
    heights = [float(y) for y in re.findall(r"V([\d.]+)", solid + ahead)]
    assert heights == sorted(heights, reverse=True)
    assert svg.count('stroke-dasharray="4 3"') == 1
    (at,) = re.findall(r'data-mark="A" transform="translate\(([\d.]+)', svg)
    first, last = (float(x) for x in re.findall(r'data-(?:first|last)="\d+ ([\d.]+)"', svg))
    assert float(at) == pytest.approx(first + (last - first) / 4, abs=0.1)
