"""What a catalogue, layers and a network show of themselves in a notebook."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import toy

import geo
from geo.catalogue.schema import Route
from geo.maps.notebook import as_html

HOSTILE = "</svg><script>alert('x')</script>\"&"


class Outline(HTMLParser):
    """Which tags are open, which were seen, and what the cells say."""

    VOID = ("br", "path")

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.rows, self.addresses = [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in self.VOID:
            self.open.append(tag)
        self.addresses += [v for k, v in attributes if k in ("src", "href") or "url(" in (v or "")]

    def handle_startendtag(self, tag, attributes):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.rows and "table" in self.open:
            self.rows[-1][-1] += data


@pytest.fixture
def region(tmp_path):
    return geo.load(toy.region(tmp_path, toy.K_NODES, toy.K_EDGES, toy.K_POPULATION))


def shown(thing):
    text = as_html(thing)
    found = Outline(text)
    assert found.addresses == []
    assert "http" not in text
    assert len(text) < 40_000
    return found


def test_a_network_shows_its_indices(region):
    rows = {
        row[0].split(" ")[0]: row[1:] for row in shown(geo.build_network(region, year=2020)).rows
    }
    assert rows["节点"] == ["5", "5"]
    assert rows["边"] == ["6", "6"]
    assert rows["独立环路"] == ["2", "2"]
    assert rows["β"] == ["1.200", "1.200"]
    assert rows["通车里程"] == ["76", "76"]


def test_a_catalogue_counts_its_rows_and_names_its_routes(region):
    found = shown(region)
    assert ["线路 Routes", "6"] in found.rows
    assert found.seen.count("li") == len(toy.K_EDGES)
    assert repr(region) == "<Catalogue Toy: 6 routes, 6 sections, 5 places>"


def test_layers_tell_lengths_by_class(region):
    drawn = geo.build_layers(region)
    assert ["高速公路 Expressway", "6", "6", "76"] in shown(drawn).rows
    assert repr(drawn) == "<Layers Toy: 5 places, 6 sections, 6 routes>"


def test_the_sketch_draws_lines_where_they_are(region):
    (path,) = re.findall(r'<path d="([^"]+)" stroke="#0072B2"', as_html(geo.build_layers(region)))
    xy = [tuple(map(int, pair)) for pair in re.findall(r"(\d+) (\d+)", path)]
    # 16 km wide and 21 km high: the longer side has 340 pixels, with 6 around
    assert {y for _, y in xy} >= {6, 346}
    assert max(x for x, _ in xy) - min(x for x, _ in xy) == pytest.approx(340 * 16 / 21, abs=3)


def test_a_network_without_edges_shows_itself(region):
    found = shown(geo.build_network(region, year=1990))
    assert "svg" not in found.seen
    assert ["边 e Edges e", "0"] in found.rows


def test_names_from_the_tables_are_text(region):
    route = region.routes[0].model_copy(update={"name": HOSTILE, "name_en": HOSTILE})
    settings = region.region.model_copy(update={"name": HOSTILE, "name_en": HOSTILE})
    hostile = replace(region, routes=(route, *region.routes[1:]), region=settings)
    assert isinstance(hostile.routes[0], Route)
    for thing in (hostile, geo.build_layers(hostile), geo.build_network(hostile, year=2020)):
        found = shown(thing)
        assert "script" not in found.seen
        assert found.seen.count("svg") == 1


def test_the_shipped_region_shows_every_class(cat, drawn):
    for thing in (cat, drawn, geo.build_network(drawn, year=2030)):
        text = as_html(thing)
        shown(thing)
        for name in ("High-speed rail", "Expressway", "Waterway"):
            assert name in text
    assert 'stroke-dasharray="4 3"' in as_html(drawn), "works are dashed"
    assert "stroke-dasharray" not in as_html(geo.build_network(drawn, year=2030))
