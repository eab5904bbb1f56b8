"""Roads without a number that change their name, on drawn cases in metres."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from geo.sources.continued import continued_roads


def roads(*lines):
    """Return which lines are one road; a line is (name, points), a roundabout has no name."""
    spots: dict[tuple[float, float], int] = {}
    nodes = [[spots.setdefault(p, len(spots)) for p in (line[0], line[-1])] for _, line in lines]
    shapes = [shapely.LineString(line) for _, line in lines]
    frame = gpd.GeoDataFrame(
        {"u": [u for u, _ in nodes], "v": [v for _, v in nodes], "class": "primary"},
        geometry=shapes,
    )
    names = np.array([name or "" for name, _ in lines])
    own = np.array([k for k, (name, _) in enumerate(lines) if name is not None])
    around = np.array([k for k, (name, _) in enumerate(lines) if name is None], np.intp)
    label, named = continued_roads(frame, names, own, around)
    return label.tolist(), named


def test_a_road_goes_on_under_another_name_where_both_end():
    label, _ = roads(("A", [(0, 0), (900, 0)]), ("B", [(900, 0), (2000, 100)]),
                     ("C", [(900, 0), (900, 900)]))  # fmt: skip
    assert label[0] == label[1] != label[2]


def test_a_road_that_goes_through_is_not_joined_to_one_that_ends_at_it():
    label, _ = roads(("A", [(0, 0), (900, 0)]), ("A", [(900, 0), (2000, 0)]),
                     ("B", [(900, 0), (1800, 60)]))  # fmt: skip
    assert label[0] == label[1] != label[2]


def test_a_roundabout_is_a_node():
    ring = [(900, 0), (930, 30), (960, 0), (930, -30), (900, 0)]
    label, _ = roads(("A", [(0, 0), (900, 0)]), (None, ring[:3]), (None, ring[2:]),
                     ("B", [(960, 0), (2000, 0)]), ("C", [(930, 30), (930, 900)]))  # fmt: skip
    assert label[0] == label[1] != label[2]


def test_a_name_stands_for_one_road_here_and_another_elsewhere():
    label, _ = roads(("Main", [(0, 0), (900, 0)]), ("Main", [(1200, 0), (2000, 0)]),
                     ("Main", [(9000, 0), (9900, 0)]))  # fmt: skip
    assert label[0] == label[1] != label[2]


def test_what_has_no_name_at_all_is_no_named_road():
    label, named = roads(("", [(0, 0), (900, 0)]), ("A", [(5000, 0), (5900, 0)]))
    assert named == {label[1]}
