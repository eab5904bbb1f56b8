"""One line for a route out of many ways, on drawn cases; coordinates in metres."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.sources.chains import route_chains


def edges(*lines, oneway=True):
    """Edges from lines in metres; equal ends are one node."""
    spots: dict[tuple[float, float], int] = {}
    ends = [
        [spots.setdefault(tuple(p), len(spots)) for p in (line[0], line[-1])] for line in lines
    ]
    frame = gpd.GeoDataFrame(
        {
            "u": [a for a, _ in ends],
            "v": [b for _, b in ends],
            "forward": True,
            "backward": not oneway,
        },
        geometry=[shapely.LineString(line) for line in lines],
    )
    return frame.assign(length_km=shapely.length(frame.geometry) / 1000)


def east(start, end, y, step=1000):
    xs = np.arange(start, end, step)
    return [[(x, y), (min(x + step, end), y)] for x in xs]


def west(start, end, y):
    return [line[::-1] for line in east(start, end, y)][::-1]


def test_of_two_carriageways_one_is_followed():
    found, left = route_chains(edges(*east(0, 20_000, 0), *west(0, 20_000, 40)))
    assert len(found) == 1
    assert found[0].metres[-1] == pytest.approx(20_000)
    assert left == 0


def test_carriageways_that_meet_at_their_ends_are_not_followed_there_and_back():
    lines = [*east(0, 20_000, 0), *west(0, 20_000, 40)]
    ends = [[(20_000, 0), (20_400, 20)], [(20_400, 20), (20_000, 40)]]
    found, left = route_chains(edges(*lines, *ends))
    assert len(found) == 1
    assert found[0].metres[-1] == pytest.approx(20_400, abs=250)
    assert left == 0


def test_a_gap_is_bridged_and_a_far_piece_is_a_line_of_its_own():
    lines = [*east(0, 10_000, 0), *east(10_300, 20_000, 0), *east(40_000, 48_000, 0)]
    found, left = route_chains(edges(*lines))
    assert [round(chain.metres[-1]) for chain in found] == [20_000, 8_000]
    assert (found[0].edge == -1).sum() == 1
    assert left == 0


def test_what_is_too_short_is_told():
    found, left = route_chains(edges(*east(0, 10_000, 0), *east(30_000, 33_000, 0)))
    assert len(found) == 1
    assert left == pytest.approx(3)


def test_a_ring_closes():
    angles = np.linspace(0, 2 * np.pi, 25)
    corners = [(10_000 * np.cos(a), 10_000 * np.sin(a)) for a in angles[:-1]]
    lines = [[corners[k], corners[(k + 1) % 24]] for k in range(24)]
    found, left = route_chains(edges(*lines))
    assert len(found) == 1
    assert np.allclose(found[0].points[0], found[0].points[-1])
    assert (len(found[0].edge), left) == (24, 0)
    both, left = route_chains(edges(*lines, oneway=False))
    assert sum(chain.metres[-1] for chain in both) == pytest.approx(2 * np.pi * 1e4, rel=0.01)
    assert len(both) == 1


def test_sidings_of_a_railway_do_not_lengthen_it():
    main = east(0, 30_000, 0)
    loops = [[(5_000, 0), (5_200, 30), (6_800, 30), (7_000, 0)], [(9_000, 0), (9_500, 400)]]
    found, left = route_chains(edges(*main, *loops, oneway=False))
    assert [round(chain.metres[-1]) for chain in found] == [30_000]
    assert left == 0


def test_opposite_pieces_join_into_one_line():
    found, _ = route_chains(edges(*east(0, 10_000, 0), *west(10_000, 20_000, 40)))
    assert [round(chain.metres[-1]) for chain in found] == [20_040]
