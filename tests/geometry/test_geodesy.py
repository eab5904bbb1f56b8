"""Distances on the ellipsoid: against pyproj point by point, and the projection against them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.geometry.geodesy import (
    geodesic_km,
    leg_lengths_km,
    line_lengths_km,
    nearest,
    straight_km,
    within,
)
from geo.geometry.projection import to_degrees, to_metres

WGS84 = Geod(ellps="WGS84")
FRAME = (100.0, 27.0, 112.0, 33.8)
POINTS = st.lists(st.tuples(st.floats(100, 112), st.floats(27, 33.8)), min_size=1, max_size=12)
PLACES = POINTS.map(lambda rows: np.array(rows, float))


def one_by_one(origins, targets):
    return np.array([[WGS84.inv(*a, *b)[2] / 1000 for b in targets] for a in origins])


@given(PLACES, PLACES)
def test_shapes_broadcast(origins, targets):
    expected = one_by_one(origins, targets)
    assert geodesic_km(origins[:, None], targets) == pytest.approx(expected, abs=1e-9)
    assert geodesic_km(origins[0], targets) == pytest.approx(expected[0], abs=1e-9)
    assert geodesic_km(origins[0], targets[0]) == pytest.approx(expected[0, 0], abs=1e-9)
    square = straight_km(*origins.T)
    assert square == pytest.approx(one_by_one(origins, origins), abs=1e-9)
    assert np.array_equal(square, square.T)
    assert leg_lengths_km(origins) == pytest.approx(np.diagonal(square, 1), abs=1e-9)


@given(st.lists(POINTS.filter(lambda rows: len(rows) > 1), max_size=4))
def test_lengths_of_lines_equal_pyproj(rows):
    lines = np.array([shapely.LineString(row) for row in rows], object)
    expected = [WGS84.geometry_length(line) / 1000 for line in lines]
    assert line_lengths_km(lines) == pytest.approx(expected, abs=1e-9)


def test_no_points_have_no_distances():
    none = np.empty((0, 2))
    assert geodesic_km(none, none).shape == geodesic_km([104, 30], none).shape == (0,)
    assert nearest(np.array([[104.0, 30.0]]), none, 3) == []


@settings(deadline=None)
@given(PLACES, PLACES, st.integers(1, 4), st.floats(1, 900))
def test_pairs_equal_trying_all(origins, targets, k, limit):
    expected = one_by_one(origins, targets)
    found = nearest(origins, targets, k)
    assert len(found) == len(origins) * min(k, len(targets))
    for i, row in enumerate(expected):
        own = [km for at, _, km in found if at == i]
        # the chord on a sphere finds them: off by up to 0.6 %
        assert sorted(own) == pytest.approx(np.sort(row)[:k], rel=0.01, abs=1e-6)
    for i, j, km in found:
        assert km == pytest.approx(expected[i, j], abs=1e-9)
    near = {(i, j): km for i, j, km in within(origins, targets, limit)}
    sure, perhaps = expected < limit - 1e-6, expected < limit + 1e-6
    assert set(zip(*map(np.ndarray.tolist, np.nonzero(sure)), strict=True)) <= set(near)
    assert set(near) <= set(zip(*map(np.ndarray.tolist, np.nonzero(perhaps)), strict=True))
    assert list(near) == sorted(near)


@given(PLACES)
def test_the_projection_is_true_to_a_fifth_of_a_percent(points):
    xy = to_metres(FRAME, points)
    assert to_degrees(FRAME, xy) == pytest.approx(points, abs=1e-7)
    apart = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1)) / 1000
    assert apart == pytest.approx(one_by_one(points, points), rel=0.002, abs=1e-6)
