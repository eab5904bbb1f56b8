"""Findings about how lines meet: made-up cases of every kind, and what is true of the data."""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter
from datetime import date

import pytest
import shapely
import small_region
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import bend, change, layers_of, square

from geo.network.topology import (
    crossings_without_junction,
    dead_ends,
    near_misses,
    same_places,
    topology_findings,
)

DAY = date(2026, 1, 1)
CLASSES = {"terminus", "study-border", "continues", "gap", "unknown"}


def ends_of(folder, day=DAY):
    return dead_ends(layers_of(folder), day).set_index("place_id")


NODES = {"a": (0, 0), "b": (50, 0), "c": (0, 50), "d": (150, -100), "e": (198, -100),
         "f": (230, -60), "h": (20, 1), "i": (20, 100)}  # fmt: skip
EDGES = {"ab": 50, "ac": 50, "de": 48, "ef": 51, "hi": 99, "abw": 50, "abv": 50}


@pytest.fixture
def every_class(tmp_path):
    toy.region(tmp_path, NODES, EDGES, {"b": 10})
    change(tmp_path, "sections", "ac-1", status="construction", opened="", expected=2030)
    change(tmp_path, "sections", "abw-1", status="planned", opened="", shares="ab-1")
    change(tmp_path, "sections", "abv-1", status="planned", opened="", expected=2029)
    change(tmp_path, "sections", "ef-1", status="planned", opened="", expected=2031)
    square(tmp_path)
    return tmp_path


def test_dead_ends_of_every_class(every_class):
    ends = ends_of(every_class)
    assert ends["class"].to_dict() == {
        "a": "continues", "b": "terminus", "d": "unknown", "e": "continues", "h": "gap",
        "i": "unknown",
    }  # fmt: skip
    assert set(ends["class"]) | {"study-border"} == CLASSES
    assert ends["continuation"]["a"] == "ac-1"
    assert ends["expected"]["a"] == 2030
    assert "construction, opening 2030" in ends["reason_en"]["a"]
    assert "在建" in ends["reason_zh"]["a"]
    assert ends["other_route"]["h"] == "ab"
    assert ends["distance_m"]["h"] == pytest.approx(1000, abs=5)
    assert "0 km from the centre of b" in ends["reason_en"]["b"]
    assert ends["other_route"]["i"] == "ab"
    assert ends["distance_m"]["i"] == pytest.approx(100_000, rel=0.002)
    assert ends["reason_en"]["a"] == "goes on with ac (a–c): construction, opening 2030"
    table = dead_ends(layers_of(every_class), DAY)
    assert table.index.tolist() == list(range(6))
    order = table[["mode", "class", "route_id", "place_id"]].to_numpy().tolist()
    assert order == sorted(order)


def test_a_continuation_whose_year_is_not_known(every_class):
    change(every_class, "sections", "ac-1", expected="")
    change(every_class, "sections", "abv-1", expected="")
    ends = ends_of(every_class)
    assert ends["reason_en"]["a"] == "goes on with ac (a–c): construction, opening not known"
    assert ends["reason_zh"]["a"] == "由ac(a–c,在建)接续,通车时间不详"
    assert ends["expected"].isna()["a"]


def test_an_end_in_the_county_it_is_named_after(tmp_path):
    """Far from all cities; a station in a county of another name is a terminus in a city only."""
    folder = small_region.write(tmp_path / "two")
    for city, lat in zip(
        ("aa", "bb", "cc", "dd", "ab"), (0.9, 0.92, 0.94, 0.96, 0.98), strict=True
    ):
        change(folder, "cities", city, lat=lat)
    county = county_of(folder, "ws")
    change(folder, "places", "ws", name=f"{county}东(新)")
    ends = ends_of(folder)
    assert ends["class"]["ws"] == "terminus"
    beyond = "; the catalogue has nothing beyond"
    assert ends["reason_en"]["ws"] == f"in {county}, whose name it has{beyond}"
    assert ends["reason_zh"]["ws"] == f"位于同名的{county},目录中无后续线路"
    assert ends["class"]["es"] == "unknown"
    counties = json.loads((folder / "base" / "counties.geojson").read_text("utf-8"))
    for feature in counties["features"]:
        feature["properties"]["name"] = "某区"
    (folder / "base" / "counties.geojson").write_text(json.dumps(counties), "utf-8")
    ends = ends_of(folder)
    assert ends["class"][["ws", "es"]].tolist() == ["terminus"] * 2
    assert ends["reason_en"]["es"] == f"a station in 某区{beyond}"


def county_of(folder, place):
    """The county in whose box a place of the small region lies."""
    lon, lat, _ = small_region.PLACES[place]
    for feature in json.loads((folder / "base" / "counties.geojson").read_text("utf-8"))[
        "features"
    ]:
        if shapely.geometry.shape(feature["geometry"]).covers(shapely.Point(lon, lat)):
            return feature["properties"]["name"]
    raise LookupError(place)


def test_the_outer_border_explains_an_end(every_class):
    change(every_class, "sections", "ef-1", status="open", opened=2020, expected="")
    ends = ends_of(every_class)
    assert ends["class"]["f"] == "study-border"
    assert "outside the regions, in Next" in ends["reason_en"]["f"]
    assert "e" not in ends.index


def test_an_end_at_the_border_or_at_the_frame(tmp_path):
    edge = 5 * toy.KM_LON - 2
    toy.region(tmp_path, {"a": (150, 0), "b": (198, 0), "c": (400, 0), "d": (edge, 0)},
               {"ab": 48, "cd": 150})  # fmt: skip
    square(tmp_path)
    ends = ends_of(tmp_path)
    assert ends["class"].to_dict() == {
        "a": "unknown", "b": "study-border", "c": "study-border", "d": "study-border"
    }  # fmt: skip
    assert "km from the outer border: what lies beyond, in Next" in ends["reason_en"]["b"]
    (tmp_path / "region.toml").write_text(toy.REGION, encoding="utf-8")
    ends = ends_of(tmp_path)
    assert ends["class"].to_dict() == {
        "a": "unknown", "b": "unknown", "c": "unknown", "d": "study-border"
    }  # fmt: skip
    assert ends["reason_en"]["d"] == "2.0 km from the edge of the frame"


def test_a_place_with_a_ramp_beside_it_is_no_gap(tmp_path):
    nodes = {"a": (0, 0), "b": (50, 0), "c": (0.8, 1)}
    toy.region(tmp_path, nodes, {"ab": 50, "ac": 1.3})
    ends = ends_of(tmp_path)
    assert ends["class"].to_dict() == {"b": "unknown", "c": "unknown"}
    assert near_misses(layers_of(tmp_path), DAY).empty


def test_what_opened_later_was_a_continuation(tmp_path):
    toy.region(tmp_path, {"a": (0, 0), "b": (50, 0), "c": (90, 0)}, {"ab": 50, "bc": 40})
    change(tmp_path, "sections", "bc-1", opened="2010-06", started="2006")
    before = ends_of(tmp_path, date(2008, 1, 1))
    assert before["class"]["b"] == "continues"
    assert before["expected"]["b"] == 2010
    assert set(ends_of(tmp_path, date(2011, 1, 1)).index) == {"a", "c"}


def test_a_ring_has_no_end(tmp_path):
    toy.region(tmp_path, {"a": (0, 0), "b": (50, 0)}, {"aa": 40})
    bend(tmp_path, "aa", (10, 1), (10, 10), (1, 10))
    assert ends_of(tmp_path).empty


def test_lines_that_cross(tmp_path):
    nodes = {"a": (-50, 0), "b": (50, 0), "c": (20, 30), "d": (20, -30), "e": (-49, 30)}
    toy.region(tmp_path, nodes, {"ab": 100, "cd": 60, "ae": 30, "abw": 100})
    change(tmp_path, "sections", "abw-1", shares="ab-1")
    found = crossings_without_junction(layers_of(tmp_path), DAY)
    assert found[["route_id", "other_route", "times"]].to_numpy().tolist() == [["ab", "cd", 1]]
    assert found["lon"][0] == pytest.approx(20 / toy.KM_LON, abs=1e-4)
    assert found["lat"][0] == pytest.approx(0, abs=1e-4)
    bend(tmp_path, "cd", (20, 0.4), (20.3, -0.4), (20.6, 0.4), (20.9, -0.4))
    bend(tmp_path, "ae", (-49.3, -0.5), (-49, 0.7))  # crosses ab 0.8 km from their shared place
    found = crossings_without_junction(layers_of(tmp_path), DAY)
    assert found[["route_id", "other_route", "times"]].to_numpy().tolist() == [["ab", "cd", 3]]


def test_two_modes_do_not_cross(tmp_path):
    nodes = {"a": (-50, 0), "b": (50, 0), "c": (0, 30), "d": (0, -30)}
    toy.region(tmp_path, nodes, {"ab": 100, "cd": 60})
    change(tmp_path, "routes", "cd", mode="rail", **{"class": "hsr"})
    drawn = layers_of(tmp_path)
    assert crossings_without_junction(drawn, DAY).empty
    assert crossings_without_junction(drawn, date(1900, 1, 1)).empty


def test_near_misses(tmp_path):
    nodes = {"a": (0, 0), "b": (50, 0), "c": (20, 1.2), "d": (20, 60), "e": (30, 2), "f": (30, 60)}
    toy.region(tmp_path, nodes, {"ab": 50, "cd": 60, "ef": 58})
    found = near_misses(layers_of(tmp_path), DAY)
    assert found[["place_id", "other_route", "stage"]].to_numpy().tolist() == [["c", "ab", "open"]]
    assert found["distance_m"][0] == pytest.approx(1200, abs=5)
    assert found[["other_section", "mode", "shared"]].to_numpy().tolist() == [
        ["ab-1", "road", False]
    ]
    change(tmp_path, "places", "e", accuracy_m=800)
    change(tmp_path, "sections", "ef-1", status="planned", opened="")
    found = near_misses(layers_of(tmp_path), DAY).set_index("place_id")
    assert found["stage"].to_dict() == {"c": "open", "e": "planned"}
    codes = Counter((f.code, f.severity) for f in topology_findings(layers_of(tmp_path), DAY))
    assert codes["near-miss", "info"] == 1
    assert codes["gap", "warning"] == 1
    assert ("near-miss", "warning") not in codes


def test_places_that_may_be_one(tmp_path):
    nodes = {"a": (0, 0), "b": (50, 0), "c": (50.3, 0), "d": (90, 0), "e": (2, 0), "f": (0, 80)}
    toy.region(tmp_path, nodes, {"ab": 50, "cd": 40, "ef": 80})
    found = same_places(layers_of(tmp_path))
    assert found[["place_id", "other_place", "same_name"]].to_numpy().tolist() == [
        ["b", "c", False]
    ]
    assert found["distance_m"][0] == pytest.approx(300, abs=2)
    change(tmp_path, "places", "e", name="a(西)")
    found = same_places(layers_of(tmp_path)).set_index("place_id")
    assert found["same_name"].to_dict() == {"a": True, "b": False}
    twins = [f for f in topology_findings(layers_of(tmp_path), DAY) if f.code == "same-place"]
    assert [(f.severity, f.file, f.row, f.route_id) for f in twins] == [
        ("warning", "tables/places.csv", 2, "ab"), ("info", "tables/places.csv", 3, "ab")
    ]  # fmt: skip
    assert str(twins[1].message) == (
        "b (b) and c (c) are 300 m apart on different routes: one place?"
    )
    change(tmp_path, "routes", "cd", mode="rail", **{"class": "hsr"})
    assert list(same_places(layers_of(tmp_path))["place_id"]) == ["a"]


@settings(max_examples=10, deadline=None)
@given(
    st.sets(st.sampled_from(["".join(p) for p in itertools.combinations("abcdef", 2)]), min_size=1)
)
def test_every_node_of_degree_one_is_an_end_once(tmp_path_factory, pairs):
    nodes = {n: (30 * math.cos(i), 20 * math.sin(i)) for i, n in enumerate("abcdef")}
    folder = toy.region(tmp_path_factory.mktemp("g"), nodes, dict.fromkeys(sorted(pairs), 60))
    drawn = layers_of(folder)
    degree = Counter("".join(pairs))
    ends = dead_ends(drawn, DAY)
    assert sorted(ends["place_id"]) == sorted(n for n, d in degree.items() if d == 1)
    assert set(ends["class"]) <= CLASSES
    for one, other in crossings_without_junction(drawn, DAY)[["route_id", "other_route"]].values:
        assert not set(one) & set(other)


def test_a_road_that_ends_in_a_ring_without_a_junction(tmp_path):
    """A square ring, a road from outside that ends inside it, and one that meets it."""
    corners = {"a": (-9, -9), "b": (9, -9), "c": (9, 9), "d": (-9, 9)}
    nodes = corners | {"o": (30, 1), "i": (0, 1), "p": (30, 9)}
    toy.region(tmp_path, nodes, {"ab": 18, "oi": 30, "pc": 21})
    toy.edit(tmp_path, "sections", lambda row: {"to_place": "a", "length_km": 72}
             if row["route_id"] == "ab" else {})  # fmt: skip
    known = {"lon": "", "lat": "", "chainage_km": "", "accuracy_m": "", "source": ""}
    rows = [{"route_id": "ab", "seq": i, "place_id": p} | known for i, p in enumerate("abcda", 1)]
    rows += [{"route_id": r, "seq": i, "place_id": p} | known
             for r in ("oi", "pc") for i, p in enumerate(r, 1)]  # fmt: skip
    toy.write(tmp_path, "alignments", rows)
    layers = layers_of(tmp_path)
    found = [f for f in topology_findings(layers, DAY) if f.code == "ends-at-ring"]
    assert [(f.severity, f.route_id) for f in found] == [("warning", "oi")]
