"""Lines of a route out of many ways, on drawn cases; coordinates in metres."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.sources.chains import PieceIndex, cut_pieces, route_chains


def edges(*lines, oneway=True, other=()):
    """Edges from lines in metres; equal ends are one node; `other` are roads of no route."""
    spots: dict[tuple[float, float], int] = {}
    every = [*lines, *other]
    ends = [
        [spots.setdefault(tuple(p), len(spots)) for p in (line[0], line[-1])] for line in every
    ]
    frame = gpd.GeoDataFrame(
        {
            "u": [a for a, _ in ends],
            "v": [b for _, b in ends],
            "forward": True,
            "backward": [not oneway] * len(lines) + [True] * len(other),
            "class": "trunk",
        },
        geometry=[shapely.LineString(line) for line in every],
    )
    return frame.assign(own=[True] * len(lines) + [False] * len(other))


def chains(*lines, rail=False, least_m=1000.0, **kinds):
    """Return the lines of the route, and the share of its length that they stand for."""
    frame = edges(*lines, **kinds)
    pieces = cut_pieces(frame, np.full(len(frame), rail))
    own = np.flatnonzero(frame["own"].to_numpy()[pieces.edge])
    drawn = np.zeros(len(pieces.edge), bool)
    found, done = route_chains(PieceIndex(pieces), own, drawn, least_m=least_m)
    return found, pieces.metres[own[done]].sum() / pieces.metres[own].sum()


def lengths(found):
    return [round(chain.metres[-1]) for chain in found]


def east(start, end, y, step=1000):
    xs = np.arange(start, end, step)
    return [[(x, y), (min(x + step, end), y)] for x in xs]


def west(start, end, y):
    return [line[::-1] for line in east(start, end, y)][::-1]


def test_of_two_carriageways_one_is_followed():
    found, share = chains(*east(0, 20_000, 0), *west(0, 20_000, 40))
    assert (lengths(found), share) == ([20_000], 1)


def test_carriageways_far_apart_in_the_hills_are_one_road():
    up = [[(0, 0), (4000, 0)], [(4000, 0), (6000, 500), (10_000, 500), (12_000, 0)],
          [(12_000, 0), (16_000, 0)]]  # fmt: skip
    found, share = chains(*up, *west(0, 16_000, -40))
    assert len(found) == 1
    assert share == 1


def test_carriageways_that_meet_at_their_ends_are_not_followed_there_and_back():
    lines = [*east(0, 20_000, 0), *west(0, 20_000, 40)]
    ends = [[(20_000, 0), (20_400, 20)], [(20_400, 20), (20_000, 40)]]
    found, share = chains(*lines, *ends)
    assert len(found) == 1
    assert found[0].metres[-1] == pytest.approx(20_400, abs=50)
    assert share == 1


def test_a_dual_carriageway_goes_on_as_a_single_one():
    """The ends of the two carriageways do not touch the road that goes on."""
    found, share = chains(*east(0, 8000, 0), *west(0, 8000, 30), *east(8060, 15_000, 15))
    assert found[0].metres[-1] == pytest.approx(15_000, abs=20)
    assert (len(found), share) == (1, 1)


def test_the_road_beyond_the_end_of_a_carriageway_is_not_beside_it():
    one, two = east(0, 10_000, 0), west(5000, 15_000, 40)
    found, share = chains(*one, *two)
    assert found[0].metres[-1] == pytest.approx(15_000, abs=250)
    assert (len(found), share) == (1, 1)


def test_a_parallel_road_of_the_same_direction_is_not_the_other_carriageway():
    found, _ = chains(*east(0, 10_000, 0), *east(0, 10_000, 3000))
    assert lengths(found) == [10_000, 10_000]


def test_a_missing_number_is_bridged_over_the_road_that_is_there():
    """A roundabout of 40 m without the number, and 600 m of road."""
    gap = [[(5000, 0), (5020, 20), (5040, 0)], [(9040, 0), (9340, 300), (9640, 0)]]
    lines = [[(0, 0), (5000, 0)], [(5040, 0), (9040, 0)], [(9640, 0), (14_000, 0)]]
    found, share = chains(*lines, oneway=False, other=gap)
    assert len(found) == 1
    assert share == 1
    along = 5000 + 2 * np.hypot(20, 20) + 4000 + 2 * np.hypot(300, 300) + 4360
    assert found[0].metres[-1] == pytest.approx(along, abs=0.1)
    assert (found[0].piece >= 0).all()


def test_a_short_gap_is_bridged_straight_and_a_far_piece_is_a_line_of_its_own():
    lines = [*east(0, 10_000, 0), *east(10_300, 20_000, 0), *east(40_000, 48_000, 0)]
    found, share = chains(*lines)
    assert lengths(found) == [20_000, 8_000]
    assert (found[0].piece == -1).sum() == 1
    assert share == 1


def test_a_bridge_never_closes_a_ring():
    """Ends that a short way joins already stay ends."""
    u = [[(0, 0), (0, 5000)], [(0, 5000), (300, 5000)], [(300, 5000), (300, 0)]]
    found, _ = chains(*u, oneway=False, other=[[(0, 0), (300, 0)]])
    assert lengths(found) == [10_300]
    assert not found[0].closed


def test_a_short_piece_between_two_others_joins_them():
    lines = [[(0, 0), (5000, 0)], [(5200, 0), (5700, 0)], [(5900, 0), (9000, 0)]]
    assert lengths(chains(*lines, oneway=False)[0]) == [9000]


def test_what_is_too_short_is_told():
    found, share = chains(*east(0, 10_000, 0), *east(30_000, 30_500, 0))
    assert lengths(found) == [10_000]
    assert share == pytest.approx(10 / 10.5)


def test_a_branch_ends_on_the_line():
    found, share = chains(*east(0, 20_000, 0), [(9000, 0), (9000, 6000)], oneway=False)
    assert (lengths(found), share) == ([20_000, 6000], 1)


def test_a_ring_closes():
    angles = np.linspace(0, 2 * np.pi, 25)
    corners = [(10_000 * np.cos(a), 10_000 * np.sin(a)) for a in angles[:-1]]
    lines = [[corners[k], corners[(k + 1) % 24]] for k in range(24)]
    around = 48 * 10_000 * np.sin(np.pi / 24)
    for oneway in (True, False):
        found, share = chains(*lines, oneway=oneway)
        assert [chain.closed for chain in found] == [True]
        assert found[0].metres[-1] == pytest.approx(around)
        assert share == 1


def test_sidings_of_a_railway_do_not_lengthen_it():
    main = east(0, 30_000, 0)
    loops = [[(5_000, 0), (5_200, 30), (6_800, 30), (7_000, 0)], [(9_000, 0), (9_060, 30)]]
    found, share = chains(*main, *loops, oneway=False, rail=True)
    assert (lengths(found), share) == ([30_000], 1)


def test_tracks_side_by_side_are_one_line():
    found, share = chains(*east(0, 9000, 0), *east(4000, 20_000, 5), oneway=False, rail=True)
    assert found[0].metres[-1] == pytest.approx(20_000, abs=10)
    assert (len(found), share) == (1, 1)


def test_opposite_pieces_join_into_one_line():
    found, _ = chains(*east(0, 10_000, 0), *west(10_000, 20_000, 40))
    assert lengths(found) == [20_040]


def test_routes_that_share_a_road_follow_the_same_carriageway():
    frame = edges(*east(0, 20_000, 0), *west(0, 20_000, 40), [(5000, 0), (5000, -6000)])
    pieces = cut_pieces(frame, np.zeros(len(frame), bool))
    first = np.flatnonzero(pieces.edge < 40)
    drawn = np.zeros(len(pieces.edge), bool)
    (one,), _ = route_chains(PieceIndex(pieces), first, drawn, least_m=1000.0)
    drawn[one.piece[one.piece >= 0]] = True
    # the second route comes from the south, against the traffic of the first
    second = np.flatnonzero((pieces.edge == 40) | (pieces.middle[:, 0] > 5000))
    found, _ = route_chains(PieceIndex(pieces), second, drawn, least_m=1000.0)
    own = found[0].piece[found[0].piece >= 0]
    on_first = pieces.edge[own] < 40
    assert pieces.metres[own[on_first]].sum() > 14_000
    assert drawn[own[on_first]].mean() > 0.95
