"""Surveyed ways become one line per section: numbers, names, carriageways, gaps."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from surveyed_world import KM, carriageway, centre

import geo
from geo.readers import split_refs
from geo.sources.conflation import conflate
from geo.sources.matching import core_name, usable_ways
from geo.sources.refresh import verdict

TRUTH = shapely.LineString(centre(np.linspace(0, 40, 4001)))


def km(line):
    return shapely.transform(line, lambda lonlat: lonlat * KM)


def off_m(line, truth=TRUTH):
    """How far a line in degrees runs from the truth at most, in metres."""
    points = shapely.get_coordinates(shapely.segmentize(km(line), 0.01))
    return 1000 * shapely.distance(shapely.points(points), truth).max()


@pytest.fixture
def drawn(region):
    return geo.build_layers(geo.load(region))


@pytest.fixture
def match(ways, drawn):
    return conflate(ways, drawn, "jia-ding")


@pytest.mark.parametrize(
    ("text", "items"),
    [("G85;G93", {"G85", "G93"}), ("g 85 ; G93", {"G85", "G93"}), ("G-85", {"G85"}),
     ("Ｇ８５", {"G85"}), ("G8", {"G8"}), ("", set()), (None, set()), (float("nan"), set())],
)  # fmt: skip
def test_numbers_are_whole_items(text, items):
    assert split_refs(text) == items


@given(st.lists(st.from_regex(r"[GSX][1-9][0-9]{0,3}", fullmatch=True), max_size=4))
def test_numbers_survive_any_spacing(items):
    assert split_refs(" ; ".join(item.lower() for item in items)) == set(items)
    assert not split_refs(";".join(items)) & {item + "0" for item in items} - set(items)


@pytest.mark.parametrize(
    ("text", "core", "kind"),
    [("成渝高速公路", "成渝", ""), ("成渝高速", "成渝", ""), ("G76成渝高速", "成渝", ""),
     ("成渝客运专线", "成渝", "fast"), ("成渝高铁", "成渝", "fast"), ("成渝铁路", "成渝", "plain"),
     ("成渝线上行线", "成渝", "plain"), ("长江干线航道", "长江", ""), ("长江", "长江", ""),
     ("Chengdu–Chongqing Expressway", "chengduchongqing", ""),
     ("Chengdu–Chongqing high-speed railway", "chengduchongqing", "fast")],
)  # fmt: skip
def test_names_without_the_word_for_their_kind(text, core, kind):
    assert core_name(text) == (core, kind)


def candidates(ways, route):
    """The ways of the class of a route with its number or a name."""
    usable = usable_ways(ways, route)
    return usable[usable["belongs"].isin(["ref", "name"])]


def test_candidates_carry_the_number_or_a_name(ways, drawn):
    found = candidates(ways, drawn.catalogue.route["jia-ding"])
    assert "G8" not in set(found["ref"])
    assert "residential" not in set(found["highway"])
    assert set(found["belongs"]) == {"ref", "name"}
    assert (~found["built"]).sum() == 4
    rails = candidates(ways, drawn.catalogue.route["wu-ji"])
    assert len(rails) == 6, "neither the siding nor the high-speed namesake"


def test_a_route_of_the_catalogue_knows_its_names(cat):
    def fits(route, **tags):
        line = [shapely.LineString([(104, 30), (105, 30)])]
        frame = gpd.GeoDataFrame([tags], geometry=line, crs=4326)
        return len(candidates(frame, cat.route[route])) == 1

    assert fits("chengyu", highway="motorway", ref="G85;G93")
    assert fits("chengyu", highway="motorway", name="成渝高速公路")
    assert not fits("chengyu", highway="motorway", name="沪蓉高速", ref="G42")
    assert fits("chengyu-hsr", railway="rail", name="成渝客运专线")
    assert not fits("chengyu-hsr", railway="rail", name="成渝铁路")
    assert fits("chengyu-railway", railway="rail", name="成渝线")
    assert not fits("chengyu-railway", railway="rail", name="成渝高速铁路")
    assert fits("yuxia-hsr", railway="construction", construction="rail", name="渝厦高速铁路")
    assert fits("yukun-hsr", railway="rail", name="渝昆高速铁路渝宜段")
    assert fits("yangtze", waterway="river", name="长江")


def test_the_line_follows_the_forward_carriageway(match):
    assert not match.reason
    assert list(match.sections.index) == ["jia-ding-1", "jia-ding-2"]
    for line in match.sections.geometry:
        assert off_m(line) < 30
    forward = shapely.LineString(carriageway(0.5, 19, 1))
    first = km(match.sections.geometry.iloc[0])
    start = shapely.line_interpolate_point(first, np.arange(1, 18, 0.5))
    assert 1000 * shapely.distance(start, forward).max() < 2


def test_sections_follow_each_other_between_their_places(match, drawn):
    one, two = match.sections.geometry
    assert one.coords[-1] == two.coords[0]
    places = drawn.places.geometry
    for line, a, b in ((one, "jia", "bing"), (two, "bing", "ding")):
        for end, place in ((line.coords[0], a), (line.coords[-1], b)):
            assert places[place].distance(shapely.Point(end)) < 0.4 / min(KM), "within 400 m"


def test_a_short_gap_is_bridged_and_told(match):
    (gap,) = match.gaps
    assert gap.length_m == pytest.approx(200, abs=30)
    assert gap.place_id == "yi"
    assert gap.lon * KM[0] == pytest.approx(20, abs=0.05)
    total = sum(1000 * km(line).length for line in match.sections.geometry)
    assert match.matched_share == pytest.approx(1 - gap.length_m / total, abs=1e-3)
    assert match.own_share == pytest.approx(match.matched_share), "the bridge counts as its own"


def test_other_ways_are_not_used(match, ways):
    used = ways.loc[match.osm_ids]
    assert not (used["ref"] == "G8").any()
    assert not used["highway"].isin(["motorway_link", "residential"]).any()
    assert (used["bridge"] == "yes").sum() == 1
    assert (used["construction"] == "motorway").sum() == 2


def test_the_shift_is_that_from_the_drawn_line(match, drawn):
    line = km(shapely.LineString(np.vstack([g.coords for g in match.sections.geometry])))
    assert 0 < match.median_shift_m < match.p95_shift_m < 1000
    points = shapely.line_interpolate_point(line, np.arange(0, line.length, 0.1))
    own = shapely.distance(points, km(drawn.routes.geometry["jia-ding"])) * 1000
    assert match.p95_shift_m == pytest.approx(np.percentile(own, 95), rel=0.02)
    assert match.median_shift_m == pytest.approx(np.median(own), rel=0.02)


def test_double_track_gives_one_line(ways, drawn):
    match = conflate(ways, drawn, "wu-ji")
    (line,) = match.sections.geometry
    assert match.matched_share == 1
    assert not match.gaps
    assert km(line).length == pytest.approx(30, abs=0.02)
    assert off_m(line, shapely.LineString([(0, -20), (30, -20)])) < 6


def test_a_route_nothing_names_says_so(ways, drawn):
    match = conflate(ways, drawn, "geng-xin")
    assert "庚辛铁路" in match.reason
    assert match.matched_share == 0
    empty = conflate(ways.iloc[:0], drawn, "jia-ding")
    assert "G85" in empty.reason


def test_a_long_gap_is_told_where_it_is(ways, drawn):
    x = ways.geometry.bounds[["minx", "maxx"]].mean(axis=1) * KM[0]
    hole = ways[(x < 10.6) | (x > 15) | ways["railway"].notna()]
    match = conflate(hole, drawn, "jia-ding")
    gap = match.gaps[0]
    assert gap.length_m == pytest.approx(4600, abs=300), "along the drawn line"
    assert gap.lon * KM[0] == pytest.approx(10.6, abs=0.05)
    assert match.matched_share < 0.9
    assert verdict(match, drawn, "jia-ding").startswith("no ways: 4.")


def test_the_order_of_the_ways_does_not_matter(ways, drawn, match):
    again = conflate(ways.iloc[::-1], drawn, "jia-ding")
    assert again.sections.geometry.equals(match.sections.geometry)
    assert again.osm_ids == match.osm_ids


def test_missing_columns_are_absent_tags(ways, drawn):
    bare = ways[["railway", "geometry"]].assign(name=ways["name"])
    assert conflate(bare, drawn, "wu-ji").matched_share == 1
