"""The network out of surveyed ways, with hand-drawn answers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.network.ordinary_roads import graph, noded, speed_of
from geo.readers.ways import TAGS, posted_speed


def ways(*rows):
    frame = [dict.fromkeys(TAGS) | tags for _, tags in rows]
    lines = [shapely.LineString(points) for points, _ in rows]
    return gpd.GeoDataFrame(
        frame, columns=list(TAGS), geometry=lines, crs=4326, index=range(10, 10 + len(rows))
    )


ROAD = {"highway": "primary"}
#: A cross whose arms share the point (1, 0), and a bridge that crosses without a shared point.
CROSS = ways(
    ([(0, 0), (1, 0), (2, 0)], ROAD),
    ([(1, -1), (1, 0), (1, 1)], ROAD | {"oneway": "yes", "maxspeed": "30"}),
    ([(0.5, -1), (0.5, 1)], {"railway": "rail"}),
)  # fmt: skip


def test_ways_are_cut_where_they_share_a_point_and_only_there():
    nodes, edges = noded(CROSS)
    assert len(nodes) == 7
    assert edges["osm_id"].tolist() == [10, 10, 11, 11, 12]
    ends = nodes[["lon", "lat"]].to_numpy()
    for row in edges.itertuples():
        assert row.geometry.coords[0] == tuple(ends[row.u])
        assert row.geometry.coords[-1] == tuple(ends[row.v])
    assert edges["length_km"].tolist() == pytest.approx(
        [111.3195, 111.3195, 110.5743, 110.5743, 221.1486], abs=1e-3
    )
    assert edges["time_min"][0] == pytest.approx(111.3195, abs=1e-3)
    assert edges["time_min"][2] == pytest.approx(221.1486, abs=1e-3)
    assert edges["backward"].tolist() == [True, True, False, False, True]


def test_shape_points_between_stay_and_loops_close():
    loop = ways(
        ([(0, 0), (1, 0), (1, 1), (0, 0)], ROAD),
        ([(5, 5), (5, 6), (5, 6), (6, 6)], ROAD),
    )
    nodes, edges = noded(loop)
    assert len(nodes) == 3
    assert (edges["u"][0], len(edges.geometry[0].coords)) == (edges["v"][0], 4)
    assert edges.geometry[1].coords[:] == [(5, 5), (5, 6), (6, 6)]


def test_nothing_is_a_network_too():
    nodes, edges = noded(CROSS.iloc[:0])
    assert nodes.empty
    assert edges.empty
    assert graph(nodes, edges).number_of_nodes() == 0


def test_graph_keeps_direction_and_every_kilometre():
    rng = np.random.default_rng(3)
    lines = [
        (rng.integers(0, 6, (rng.integers(2, 9), 2)) / 10 + [[0, k / 1e3]], ROAD) for k in range(2)
    ]
    lines = [(p[np.append(True, np.any(np.diff(p, axis=0), axis=1))], t) for p, t in lines]
    frame = ways(*lines, ([(0, 0), (0, 9)], {"highway": "motorway"}))
    nodes, edges = noded(frame)
    made = graph(nodes, edges)
    assert made.number_of_edges() == 2 * len(edges) - 1
    assert shapely.length(edges.geometry).sum() == pytest.approx(
        shapely.length(frame.geometry).sum()
    )


def test_speeds():
    frame = ways(*[([(0, 0), (1, 1)], tags) for tags in (
        {"highway": "motorway", "maxspeed": "120"},
        {"highway": "motorway", "maxspeed": "none"},
        {"highway": "motorway_link"},
        {"highway": "construction", "construction": "trunk", "maxspeed": "50 mph"},
        {"railway": "rail"},
    )])  # fmt: skip
    assert speed_of(frame).tolist() == pytest.approx([120, 100, 40, 80.4672, 80])
    assert posted_speed(frame).isna().tolist() == [False, True, True, False, True]
