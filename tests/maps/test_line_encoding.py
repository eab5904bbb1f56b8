"""Packed lines come back as they were, within the tolerance they tell."""

from __future__ import annotations

import base64
import gzip

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.maps.line_encoding import STEPS, pack_lines


def unpacked(text):
    """Read the format again, number by number."""
    values, value, shift = [], 0, 0
    for byte in gzip.decompress(base64.b64decode(text)):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            values.append(value)
            value, shift = 0, 0
    count, values = values[0], values[1:]
    sizes, steps = values[:count], values[count:]
    steps = [-(n + 1) // 2 if n % 2 else n // 2 for n in steps]
    points = np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / STEPS
    return np.split(points, np.cumsum(sizes)[:-1]) if count else []


def test_a_line_by_hand():
    packed = pack_lines([shapely.LineString([(104, 30), (104.001, 30), (104.001, 29.999)])])
    assert gzip.decompress(base64.b64decode(packed.text)) == bytes(
        [1, 3, 0x80, 0xF4, 0xFD, 0x01, 0x80, 0x9F, 0x49, 40, 0, 0, 39]
    )
    assert packed[1:] == (1, 10.0)


#: Positions to a tenth of a millimetre: GEOS divides by zero on steps of 1e-256 degrees.
degrees = st.tuples(*(st.floats(-m, m).map(lambda v: round(v, 9)) for m in (179, 84)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(degrees, min_size=2, max_size=6), max_size=8))
def test_lines_come_back(lines):
    shapes = [shapely.LineString(points) for points in lines]
    packed = pack_lines(shapes, budget=10**9)
    found = [shapely.LineString(points) for points in unpacked(packed.text)]
    wanted = [shape for shape in shapes if shape.length > 0.001]
    assert packed.lines == len(found) >= len(wanted)
    for shape in wanted:
        apart = min(shapely.hausdorff_distance(shape, line) for line in found)
        assert apart < 10 / 111_195 + 1 / STEPS


def test_a_small_budget_coarsens_and_then_leaves_out_the_shortest():
    rng = np.random.default_rng(7)
    wiggles = rng.normal(0, 0.002, (300, 20, 2)).cumsum(axis=1) + rng.uniform(30, 31, (300, 1, 2))
    lines = shapely.linestrings(wiggles)
    fine, coarse, few = (
        pack_lines(lines),
        pack_lines(lines, budget=9000),
        pack_lines(lines, budget=1000),
    )
    assert (fine.lines, fine.tolerance_m) == (300, 10.0)
    assert coarse.tolerance_m > 10.0
    assert len(coarse.text) <= 9000
    assert len(few.text) <= 1000
    assert 0 < few.lines < coarse.lines
    shortest = min(np.linalg.norm(np.ptp(points, axis=0)) for points in unpacked(few.text))
    assert shortest > np.median([np.linalg.norm(np.ptp(points, axis=0)) for points in wiggles]) / 3


def test_multilines_count_by_part_and_points_do_not():
    both = shapely.MultiLineString([[(1, 1), (2, 2)], [(3, 3), (4, 4)]])
    assert pack_lines([both, shapely.Point(5, 5)]).lines == 2
    assert pack_lines([]).lines == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_lines_give_the_same_bytes(seed):
    lines = shapely.linestrings(np.random.default_rng(seed).uniform(1, 2, (50, 4, 2)))
    assert pack_lines(lines) == pack_lines(lines.copy())
