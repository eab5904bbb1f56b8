"""Networks with parallel and antiparallel edges, loops and several components, as NetworkX."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

import geo
from geo.connectivity import node_measures as ni
from geo.geometry.geodesy import geod

#: Nodes at irregular places, so that no two pairs are equally far apart.
NODES = {n: (30 * math.cos(i * i), 20 * math.sin(i)) for i, n in enumerate("abcdefgh")}
#: Any two nodes in any direction, several times, a node with itself: (from, to, km).
EDGES = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), st.integers(1, 99)),
    min_size=1,
    max_size=20,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A network of a road between each two nodes, whose edges are then exchanged."""
    pairs = {"".join(pair): 60 for pair in itertools.combinations("abcdefgh", 2)}
    return geo.build_network(geo.load(toy.region(tmp_path_factory.mktemp("m"), NODES, pairs)))


def with_edges(net, edges):
    """The network with other edges, and the same as a NetworkX multigraph."""
    place = net.nodes.geometry
    rows = [
        {"edge_id": f"e{i}", "u": u, "v": v, "section_id": f"e{i}", "route_id": f"e{i}",
         "mode": "road", "class": "expressway", "route_zh": "", "route_en": "",
         "length_km": float(km), "geometry_km": float(km), "speed_kmh": 60.0,
         "time_min": float(km), "stop_min": 0.0,
         "geometry": LineString([place[u], place[v]])}
        for i, (u, v, km) in enumerate(edges)
    ]  # fmt: skip
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=4326)
    ends = {n for u, v, _ in edges for n in (u, v)}
    made = replace(net, nodes=net.nodes[net.nodes.index.isin(ends)],
                   edges=frame.set_index("edge_id"))  # fmt: skip
    graph = nx.MultiGraph()
    graph.add_nodes_from(made.nodes.index)
    graph.add_edges_from((u, v, {"km": km}) for u, v, km in edges)
    return made, graph


def lengths(graph, weight):
    found = dict(nx.all_pairs_dijkstra_path_length(graph, weight=weight))
    return np.array([[found[a].get(b, math.inf) for b in graph] for a in graph])


@settings(max_examples=60, deadline=None)
@given(EDGES)
def test_measures_of_any_multigraph_agree_with_networkx(template, edges):
    net, graph = with_edges(template, edges)
    km, hops = lengths(graph, "km"), lengths(graph, lambda *_: 1)
    matrix = net.csr("length_km").toarray()
    for (i, a), (j, b) in itertools.product(enumerate(graph), repeat=2):
        between = graph.get_edge_data(a, b) or {}
        shortest = min((edge["km"] for edge in between.values()), default=0)
        assert matrix[i, j] == (0 if a == b else shortest)
    assert ni.distances(net) == pytest.approx(km)
    assert np.array_equal(ni.distances(net, None), hops)

    table = ni.node_table(net)
    assert table["shimbel_km"].to_numpy() == pytest.approx(km.sum(axis=1))
    simple = nx.Graph()
    simple.add_nodes_from(graph)
    for u, v, length in sorted(edges, key=lambda edge: -edge[2]):
        if u != v:
            simple.add_edge(u, v, km=length)
    for column, weight in (("closeness_km", "km"), ("closeness_hops", None)):
        found = nx.closeness_centrality(simple, distance=weight)
        if len(graph) > 1:
            assert table[column].tolist() == pytest.approx([found[n] for n in graph])
    for column, weight in (("betweenness_km", "km"), ("betweenness_hops", None)):
        found = nx.betweenness_centrality(simple, normalized=False, weight=weight)
        assert table[column].tolist() == pytest.approx([found[n] for n in graph])
    assert table["degree"].tolist() == [graph.degree(n) for n in graph]

    place = net.nodes.geometry
    straight = np.array([[geod().inv(p.x, p.y, q.x, q.y)[2] / 1000 for q in place] for p in place])
    if len(graph) > 1:
        off = ~np.eye(len(graph), dtype=bool)
        ratio = np.where(np.isfinite(km[off]), straight[off] / km[off], 0.0)
        wanted = ratio.reshape(len(graph), -1).mean(axis=1)
        assert table["straightness"].to_numpy() == pytest.approx(wanted)
    upper = np.triu(np.isfinite(km), 1)
    found = ni.circuity(ni.distances(net), straight)
    if upper.any():
        assert found["circuity"] == pytest.approx(km[upper].sum() / straight[upper].sum())


@settings(max_examples=60, deadline=None)
@given(EDGES)
def test_indices_of_any_multigraph_agree_with_networkx(template, edges):
    net, graph = with_edges(template, edges)
    found = geo.connectivity_indices(net)
    parts = [graph.subgraph(nodes) for nodes in nx.connected_components(graph)]
    v, e, p = len(graph), graph.number_of_edges(), len(parts)
    assert (found["v"], found["e"], found["p"], found["mu"]) == (v, e, p, e - v + p)
    assert found["loops"] == nx.number_of_selfloops(graph)
    assert found["parallel_edges"] == e - nx.Graph(graph).number_of_edges()
    longest = max(part.size("km") for part in parts)
    widest = [
        lengths(part, "km").max() for part in parts if part.size("km") == pytest.approx(longest)
    ]
    assert found["diameter_km"] in [pytest.approx(width) for width in widest]
    if found["diameter_km"]:
        assert found["pi"] == pytest.approx(longest / found["diameter_km"])


def test_of_two_tracks_drawn_against_each_other_the_faster_counts(drawn):
    net = geo.build_network(drawn, year=2025, mode="rail")
    times = ni.distances(net, "time_min")
    i, j = (net.nodes.index.get_loc(n) for n in ("deyang-station", "mianyang-station"))
    assert times[i, j] == pytest.approx(13.8, abs=0.1)
    wanted = nx.dijkstra_path_length(net.graph, "deyang-station", "mianyang-station", "time_min")
    assert times[i, j] == times[j, i] == pytest.approx(wanted)


@pytest.mark.parametrize("mode", ["road", "rail", None])
def test_edges_cut_at_stops_are_those_of_a_network_with_stops(drawn, mode):
    from geo.network.network import cut_at_stops

    cut = cut_at_stops(geo.build_network(drawn, year=2025, mode=mode))
    made = geo.build_network(drawn, year=2025, mode=mode, nodes="stops")
    pd.testing.assert_frame_equal(
        pd.DataFrame(cut.edges.drop(columns="geometry")),
        pd.DataFrame(made.edges.drop(columns="geometry")), check_dtype=False,
    )  # fmt: skip
    assert cut.edges.geometry.geom_equals_exact(made.edges.geometry, 1e-12).all()
    pd.testing.assert_frame_equal(cut.nodes, made.nodes)


def test_travel_times_are_those_of_the_network_given(drawn):
    """A network of roads knows no trains; what was changed in its edges stays changed."""
    road = geo.build_network(drawn, year=2025, mode="road")
    minutes = geo.travel_time_matrix(road).loc["成都", "重庆"]
    assert (
        minutes
        == geo.travel_time_matrix(geo.build_network(drawn, year=2025), mode="road").loc[
            "成都", "重庆"
        ]
    )
    assert minutes > 180
    slow = replace(road, edges=road.edges.assign(time_min=2 * road.edges["time_min"]))
    assert 1.5 * minutes < geo.travel_time_matrix(slow).loc["成都", "重庆"] < 2 * minutes
    closed = replace(road, edges=road.edges.iloc[:0])
    assert geo.travel_time_matrix(closed).loc["成都", "重庆"] == math.inf
