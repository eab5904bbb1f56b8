"""Roads go by the name of their class, and a region without cities says so."""

from __future__ import annotations

import re
from datetime import date

import extract
import pytest
from extract_region import THREE, areas, line

from geo.catalogue import load, way_labels
from geo.connectivity import minimum_cut
from geo.core import BadInputError
from geo.layers import build_layers
from geo.maps.crossings import crossings_page
from geo.maps.network import network_page
from geo.network import build_network
from geo.readers import read_areas
from geo.scenarios import analyse, headline_sentences
from geo.sources import draft_region

DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """Two trunk roads over the border of two areas, without any city."""
    pytest.importorskip("osmium")
    folder = tmp_path_factory.mktemp("trunk")
    ways = [(line((0, y), (50, y)), {"highway": "trunk", "ref": str(y)}) for y in (1, 9)]
    file = extract.write(folder / "t.osm.pbf", ways)
    borders = read_areas(areas(folder / "areas.geojson", *THREE))
    draft_region(folder / "r", file, areas=borders, languages=("en",))
    return build_layers(load(folder / "r"))


def test_words_by_class():
    assert way_labels("road", ["trunk"])[1].en == "main roads"
    assert way_labels("road", ["expressway", "trunk"]) == (("公路", "road"), ("公路", "roads"))
    assert way_labels("road", []) == way_labels("road", ["expressway", "trunk"])
    assert way_labels("rail", ["hsr"])[0].zh == "铁路"
    assert way_labels("water", ["ferry"])[1].en == "ferries"
    assert way_labels("water", ["ferry", "waterway"])[0].capital.en == "Waterway"


def test_pages_of_a_region_of_main_roads_know_no_expressway(layers):
    page = crossings_page(layers, date=DAY)
    assert "2 of 2 main road crossings are open on both sides" in page
    assert "Number of main road crossings" in page
    assert "干线公路跨界通道" in page
    shown = re.sub(
        r"<(script|style).*?</\1>", "", page + network_page(layers, date=DAY), flags=re.DOTALL
    )
    assert "xpressway" not in shown
    assert "高速" not in shown


def test_without_cities_nothing_is_zero(layers):
    sentences = headline_sentences(analyse(layers, date=DAY))
    said = [row["en"] for row in sentences]
    assert any("2 main roads between" in text and "are open to traffic" in text for text in said)
    assert [text for text in said if "city" in text] == [
        "No city in the tables, so no times and no independent links between cities."
    ]
    assert not any("expressway" in text or "0 in" in text for text in said)
    stops = build_network(layers, year=DAY, nodes="stops")
    with pytest.raises(BadInputError, match="no city in the tables"):
        minimum_cut(stops, "甲", "乙")
