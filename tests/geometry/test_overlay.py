"""Where lines pass from one area into another."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geo.core.errors import BadInputError
from geo.geometry.overlay import line_area_crossings

WEST, EAST = box(0, 0, 5, 9), box(5, 0, 9, 9)


def crossed(lines, areas, **options):
    frames = [gpd.GeoDataFrame(geometry=list(shapes)) for shapes in (lines, areas)]
    found = line_area_crossings(*frames, **options)
    return [tuple(row) for row in found.to_numpy().tolist()]


def test_into_the_next_area_and_out_of_all():
    far = LineString([(20, 20), (30, 20)])
    road = LineString([(1, 1), (8, 1), (8, 12)])
    assert crossed([far, road, road.reverse()], [WEST, EAST]) == [
        (1, 4, 5, 1, 0, 1), (1, 15, 8, 9, 1, -1),
        (2, 3, 8, 9, -1, 1), (2, 14, 5, 1, 1, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        [(1, 1), (5, 3), (1, 5)],  # touches the border with a vertex
        [(1, 1), (5, 1), (5, 4), (1, 4)],  # follows it and turns back
        [(1, 0), (4, 0)],  # lies on the outer border
        [(2, 2), (3, 3)],
    ],
)
def test_a_line_that_only_touches_does_not_cross(line):
    assert crossed([LineString(line)], [WEST, EAST]) == []


def test_what_lies_on_a_border_counts_to_the_first_area():
    line = LineString([(4, 1), (5, 1), (5, 4), (6, 4)])
    assert crossed([line], [WEST, EAST]) == [(0, 4, 5, 4, 0, 1)]
    assert crossed([line], [EAST, WEST]) == [(0, 1, 5, 1, 1, 0)]


def test_leaving_and_returning_are_two_crossings_unless_the_stay_is_short():
    line = LineString([(4, 1), (6, 1), (6, 2), (4, 2)])
    assert crossed([line], [WEST, EAST]) == [(0, 1, 5, 1, 0, 1), (0, 4, 5, 2, 1, 0)]
    assert crossed([line], [WEST, EAST], least=3.5) == []


def test_a_gap_between_areas_is_skipped_and_the_crossing_in_its_middle():
    line, apart = LineString([(1, 1), (9, 1)]), [box(0, 0, 4, 9), box(5, 0, 9, 9)]
    assert len(crossed([line], apart)) == 2
    assert crossed([line], apart, least=1.5) == [(0, 3.5, 4.5, 1, 0, 1)]


def test_a_hole_is_outside():
    ring = shapely.difference(box(0, 0, 9, 9), box(3, 3, 6, 6))
    found = crossed([LineString([(1, 4), (8, 4)])], [ring])
    assert found == [(0, 2, 3, 4, 0, -1), (0, 5, 6, 4, -1, 0)]


def test_nothing_gives_nothing_and_other_shapes_are_refused():
    assert crossed([], [WEST]) == []
    assert crossed([LineString([(1, 1), (8, 1)])], []) == []
    with pytest.raises(BadInputError, match="line 0: a LineString expected"):
        crossed([Point(0, 0)], [WEST])
    with pytest.raises(BadInputError, match="area 1: a Polygon expected"):
        crossed([], [WEST, LineString([(0, 0), (1, 1)])])


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000))
def test_lengths_between_crossings_are_those_inside_the_areas(seed):
    rng = np.random.default_rng(seed)
    points = shapely.points(rng.uniform(0, 10, (int(rng.integers(2, 9)), 2)))
    cells = shapely.voronoi_polygons(shapely.union_all(points), extend_to=box(0, 0, 10, 10))
    areas = shapely.intersection(shapely.get_parts(cells), box(1, 1, 9, 9))
    areas = areas[shapely.area(areas) > 0]
    lines = shapely.linestrings(rng.uniform(0, 10, (12, int(rng.integers(2, 7)), 2)))
    found = crossed(lines, areas)
    for number, line in enumerate(lines):
        own = [row for row in found if row[0] == number]
        start = np.flatnonzero(shapely.intersects(areas, Point(line.coords[0])))
        held = [int(start[0]) if len(start) else -1, *(int(row[5]) for row in own)]
        assert [int(row[4]) for row in own] == held[:-1]
        stays = np.diff([0, *(row[1] for row in own), line.length])
        inside = np.bincount(np.array(held) + 1, weights=stays, minlength=len(areas) + 1)[1:]
        assert inside == pytest.approx(shapely.length(shapely.intersection(areas, line)), abs=1e-6)


def test_a_short_end_counts_where_it_is_said_to():
    line = LineString([(1, 1), (5.2, 1)])
    assert crossed([line], [WEST, EAST], least=1) == []
    assert crossed([line, line], [WEST, EAST], least=1, least_at_ends=[[0.1, 1], [1, 0.1]]) == [
        (1, 4, 5, 1, 0, 1)
    ]
