"""Lines to graphs: cut where they meet, numbered, and chains joined."""

from __future__ import annotations

import itertools
from collections import Counter

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from geo.core.errors import BadInputError
from geo.geometry.noding import (
    Noded,
    contract,
    node_lines,
    noded_graph,
    split_at_shared_points,
)


def frame(*lines, **columns):
    return gpd.GeoDataFrame(columns, geometry=[LineString(line) for line in lines])


def fingerprint(shapes):
    # rounded first: the direction of a line must not hang on the last digit
    shapes = shapely.set_precision(np.asarray(shapes, object), 1e-6, mode="pointwise")
    shapes = shapely.normalize(shapes)
    return sorted(shapely.to_wkt(shapes, rounding_precision=6))


def test_lines_are_cut_where_they_cross_touch_and_overlap():
    lines = frame(
        [(0, 0), (4, 0)],  # crossed at 1, touched at 2, overlapped from 3
        [(1, -1), (1, 1)],
        [(2, 1), (2, 0)],
        [(3, 0), (5, 0)],
        [(8, 8), (9, 9)],
    ).set_index(np.array(list("abcde")))
    made = node_lines(lines)
    assert made["parent"].tolist() == list("aaaabbcdde")
    assert made["part"].tolist() == [0, 1, 2, 3, 0, 1, 0, 0, 1, 0]
    assert made["share"].tolist() == [0.25] * 4 + [0.5, 0.5, 1, 0.5, 0.5, 1]
    assert [line.wkt for line in made.geometry][3:6] == [
        "LINESTRING (3 0, 4 0)", "LINESTRING (1 -1, 1 0)", "LINESTRING (1 0, 1 1)",
    ]  # fmt: skip


def test_a_bridge_crosses_without_a_junction_and_begins_on_its_road():
    road = [(0, 0), (10, 0)]
    bridge = [(5, -1), (5, 1)]
    over = frame(
        road,
        bridge,
        [(5, 1), (5, 4)],
        [(7, 0), (7, 3)],
        layer=[0, 1, 0, 1],
        bridge=["no", "yes", None, "yes"],
    )
    made = node_lines(over, levels=["layer", "bridge"])
    # not at (5, 0); the bridge meets its own road at (5, 1), and one ends on the road at (7, 0)
    assert made["parent"].tolist() == [0, 0, 1, 2, 3]
    assert noded_graph(made).nodes.to_numpy().tolist() == [
        [0, 0], [5, -1], [5, 1], [5, 4], [7, 0], [7, 3], [10, 0],
    ]  # fmt: skip
    assert len(node_lines(over)) == 7


def test_shared_vertices_self_crossings_and_rings():
    eight = [(0, 0), (2, 2), (2, 0), (0, 2)]
    ring = [(5, 5), (6, 5), (6, 6), (5, 5)]
    through = [(5, 4), (6, 5), (7, 4)]  # shares the vertex (6, 5) with the ring
    made = node_lines(frame(eight, ring, through))
    assert made["parent"].tolist() == [0, 0, 0, 1, 1, 2, 2]
    assert made.geometry[1].equals(LineString([(1, 1), (2, 2), (2, 0), (1, 1)]))


coordinate = st.integers(0, 6)


@settings(deadline=None)
@example([[(0, 0), (5, 5), (0, 5), (4, 1)], [(2, 1), (6, 2), (0, 6)]])
@given(
    st.lists(
        st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=4, unique=True),
        min_size=1,
        max_size=6,
    )
)
def test_no_piece_runs_on_through_a_junction(rows):
    made = node_lines(frame(*rows))
    shapes = made.geometry.to_numpy()
    ends = shapely.get_point(shapes, [[0], [-1]]).ravel()
    for piece in shapes:  # no piece runs on through the end of another
        near = ends[shapely.dwithin(piece, ends, 1e-9)]
        assert shapely.dwithin(
            piece.boundary if not piece.is_ring else Point(piece.coords[0]), near, 1e-8
        ).all()
    whole = made.groupby("parent").geometry.apply(lambda own: shapely.length(own.to_numpy()).sum())
    assert whole.to_numpy() == pytest.approx([LineString(row).length for row in rows])


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=6),
        max_size=6,
    )
)
def test_shared_vertices_are_the_only_cuts(rows):
    """One line after the other, one vertex after the other."""
    walks = [[xy for xy, _ in itertools.groupby(row)] for row in rows]
    passed = Counter(xy for walk in walks for xy in walk)
    expected = []
    for parent, walk in enumerate(walks):
        piece = walk[:1]
        for at, xy in enumerate(walk[1:], 1):
            piece.append(xy)
            if at == len(walk) - 1 or passed[xy] > 1:
                expected.append((parent, piece))
                piece = [xy]
    made = split_at_shared_points(frame(*rows, km=range(len(rows))))
    found = [[tuple(map(int, xy)) for xy in line.coords] for line in made.geometry]
    assert list(zip(made["parent"], found, strict=True)) == expected
    assert made["km"].tolist() == made["parent"].tolist()


def test_many_lines_are_cut_like_a_union():
    rng = np.random.default_rng(4)
    start = rng.uniform(0, 1, (2000, 2))
    lines = shapely.linestrings(
        np.stack([start, start + rng.uniform(-0.05, 0.05, (2000, 2))], axis=1)
    )
    made = node_lines(gpd.GeoDataFrame(geometry=lines))
    union = shapely.get_parts(shapely.union_all(lines))
    assert len(made) == len(union) > 4000
    assert fingerprint(made.geometry) == fingerprint(union)


def test_the_graph_of_noded_lines():
    lines = frame(
        [(0, 0), (1, 0)], [(1 + 1e-9, -0.0), (2, 0)], [(2, 0), (-0.0, 0)], time_min=[1.0, 2, 3]
    )
    nodes, edges = noded_graph(lines)
    assert edges[["u", "v"]].to_numpy().tolist() == [[0, 1], [1, 2], [2, 0]]
    assert edges["time_min"].tolist() == [1, 2, 3]
    assert len(nodes) == 3
    with pytest.raises(BadInputError, match="line 0"):
        noded_graph(gpd.GeoDataFrame(geometry=[Point(0, 0)]))
    with pytest.raises(BadInputError, match="line 0"):
        node_lines(gpd.GeoDataFrame(geometry=[Point(0, 0)]))


def test_chains_become_one_edge():
    lines = frame(
        [(0, 0), (1, 0), (1, 1)], [(2, 1), (1, 1)], [(2, 1), (3, 1)], [(3, 1), (3, 2)], [(3, 1), (4, 1)],
        [(9, 9), (9, 8)], [(9, 8), (8, 8)], [(8, 8), (9, 9)],
        time_min=[1.0, 2, 4, 8, 16, 1, 1, 1], kind=["a", "a", "a", "b", "b", "c", "c", "c"],
    )  # fmt: skip
    graph = noded_graph(lines)
    made = contract(graph, add=["time_min"])
    assert sorted(map(sorted, made.edges["members"])) == [[0, 1, 2], [3], [4], [5, 6, 7]]
    assert sorted(made.edges["time_min"]) == [3, 7, 8, 16]
    long = made.edges.loc[made.edges["time_min"] == 7].geometry.item()
    assert long.equals(LineString([(0, 0), (1, 0), (1, 1), (2, 1), (3, 1)]))
    ring = made.edges[made.edges["u"] == made.edges["v"]]
    assert ring["time_min"].tolist() == [3]
    assert ring.geometry.item().is_ring
    assert set(made.nodes.index) == {*made.edges["u"], *made.edges["v"]}
    here = graph.nodes.to_numpy().tolist().index([2, 1])
    kept = contract(graph, add=["time_min"], keep=[here])
    assert sorted(kept.edges["time_min"]) == [3, 3, 4, 8, 16]
    lines.loc[2, "kind"] = "x"
    alike = contract(noded_graph(lines), add=["time_min"], same=["kind"])
    assert sorted(zip(alike.edges["time_min"], alike.edges["kind"], strict=True)) == [
        (3, "a"), (3, "c"), (4, "x"), (8, "b"), (16, "b"),
    ]  # fmt: skip


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_contraction_keeps_distances_and_lengths(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 25))
    xy = rng.uniform(0, 1, (size, 2))
    u, v = rng.integers(0, size, (2, int(rng.integers(1, 26))))
    u, v = u[u != v], v[u != v]
    lines = gpd.GeoDataFrame(
        {"u": u, "v": v},
        geometry=shapely.linestrings(np.stack([xy[u], xy[v]], axis=1)) if len(u) else [],
    )
    lines["km"] = rng.uniform(1, 2, len(u))
    made = contract(Noded(pd.DataFrame(xy, columns=["x", "y"]), lines), add=["km"])
    assert made.edges["km"].sum() == pytest.approx(lines["km"].sum())
    assert sorted(k for own in made.edges["members"] for k in own) == list(range(len(u)))
    assert shapely.length(made.edges.geometry.to_numpy()).sum() == pytest.approx(
        shapely.length(lines.geometry.to_numpy()).sum()
    )
    for row in made.edges.itertuples():
        ends = [list(row.geometry.coords[at]) for at in (0, -1)]
        assert ends == made.nodes.loc[[row.u, row.v]].to_numpy().tolist()
    before, after = nx.MultiGraph(), nx.MultiGraph()
    before.add_weighted_edges_from(zip(u.tolist(), v.tolist(), lines["km"], strict=True))
    after.add_weighted_edges_from(made.edges[["u", "v", "km"]].itertuples(index=False, name=None))
    ways = dict(nx.all_pairs_dijkstra_path_length(before))
    for node, row in dict(nx.all_pairs_dijkstra_path_length(after)).items():
        assert row == pytest.approx({k: d for k, d in ways[node].items() if k in after})
    assert not [k for k, d in after.degree() if d == 2 and not after.has_edge(k, k)]


def test_an_empty_graph_stays_empty():
    empty = gpd.GeoDataFrame({"km": []}, geometry=[])
    graph = noded_graph(node_lines(empty))
    assert contract(graph, add=["km"]).edges.empty
