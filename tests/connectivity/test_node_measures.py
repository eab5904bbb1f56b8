"""Indices of nodes, edges and pairs: by hand, against NetworkX, and of the catalogue."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.connectivity import node_measures as ni
from geo.geometry import geodesic_km, straight_km

INF = math.inf
HOPS = np.array([[0, 1, 1, 1, 2], [1, 0, 1, 2, 2], [1, 1, 0, 1, 1], [1, 2, 1, 0, 2],
                 [2, 2, 1, 2, 0]], float)  # fmt: skip
KM = np.array([[0, 12, 18, 15, 27], [12, 0, 10, 22, 19], [18, 10, 0, 12, 9],
               [15, 22, 12, 0, 21], [27, 19, 9, 21, 0]], float)  # fmt: skip
XY = np.array(list(toy.K_NODES.values()), float)
STRAIGHT = np.hypot(*(XY[:, None] - XY[None]).transpose(2, 0, 1))


@pytest.fixture(scope="module")
def k(tmp_path_factory):
    folder = tmp_path_factory.mktemp("k")
    return geo.load(toy.region(folder, toy.K_NODES, toy.K_EDGES, toy.K_POPULATION))


@pytest.fixture(scope="module")
def f(tmp_path_factory):
    nodes = {n: (10 * i, 0 if n < "d" else 30) for i, n in enumerate("abcdef")}
    edges = {"ab": 10, "bc": 10, "de": 10, "ef": 10}
    return geo.load(toy.region(tmp_path_factory.mktemp("f"), nodes, edges))


def test_paths_of_the_textbook_network(k):
    net = geo.build_network(k, year=2020)
    assert ni.shortest_path_matrix(net) == pytest.approx(KM)
    assert np.array_equal(ni.shortest_path_matrix(net, None), HOPS)
    place = net.nodes.geometry
    apart = straight_km(place.x.to_numpy(), place.y.to_numpy())
    assert apart == pytest.approx(STRAIGHT, rel=2e-3)
    assert np.array_equal(apart, apart.T)


def test_sums_of_the_textbook_network():
    assert ni.shimbel_indices(HOPS).tolist() == [5, 6, 4, 6, 7]
    assert ni.dispersion(HOPS) == 28
    assert ni.shimbel_indices(KM).tolist() == [72, 63, 49, 70, 76]
    assert ni.dispersion(KM) == 330
    assert ni.konig_numbers(HOPS).tolist() == [2, 2, 1, 2, 2]


def test_centralities_of_the_textbook_network(k):
    assert ni.closeness_centrality(HOPS) == pytest.approx([0.8, 2 / 3, 1, 2 / 3, 4 / 7])
    found = ni.straightness_centrality(KM, STRAIGHT)
    assert found == pytest.approx([0.7361, 0.8638, 0.875, 0.7592, 0.8705], abs=5e-5)
    assert found.mean() == pytest.approx(0.8209, abs=1e-4)
    between = ni.node_betweenness(geo.build_network(k, year=2020).graph)
    assert [between[n] for n in "abcde"] == [0.5, 0, 3.5, 0, 0]


def test_detours_of_the_textbook_network(k):
    found = ni.circuity(KM, STRAIGHT)
    assert found["circuity"] == pytest.approx(165 / 132)
    assert found["mean_detour"] == pytest.approx(1.2414, abs=5e-5)
    assert (found["pairs"], found["unreachable"]) == (10, 0)


def test_the_table_of_the_textbook_network(k):
    table = ni.node_table(geo.build_network(k, year=2020))
    assert table["degree"].tolist() == [3, 2, 4, 2, 1]
    assert table["component_nodes"].tolist() == [5] * 5
    assert table["konig"].tolist() == table["konig_reached"].tolist() == [2, 2, 1, 2, 2]
    assert table["shimbel_hops"].tolist() == [5, 6, 4, 6, 7]
    assert table["shimbel_km"].to_numpy() == pytest.approx([72, 63, 49, 70, 76])
    assert table["betweenness_hops"].tolist() == [0.5, 0, 3.5, 0, 0]


def test_two_components_are_not_mixed(f):
    table = ni.node_table(geo.build_network(f))
    assert np.isinf(table[["konig", "shimbel_hops", "shimbel_km"]]).all(axis=None)
    assert table["konig_reached"].tolist() == [2, 1, 2, 2, 1, 2]
    assert table["component_nodes"].tolist() == [3] * 6
    assert table["closeness_hops"].to_numpy() == pytest.approx([4 / 15, 0.4, 4 / 15] * 2)
    assert table["shimbel_km_reached"].to_numpy() == pytest.approx([30, 20, 30] * 2)
    net = geo.build_network(f)
    km = ni.shortest_path_matrix(net)
    assert ni.dispersion(km) == INF
    place = net.nodes.geometry
    apart = straight_km(place.x.to_numpy(), place.y.to_numpy())
    found = ni.circuity(km, apart)
    assert found["unreachable"] == 9
    assert found["pairs"] == 6
    assert found["circuity"] == pytest.approx(1, rel=2e-3)
    assert np.isfinite(table["straightness"]).all()


def test_tiny_and_empty_graphs(k):
    none = geo.build_network(k, year=1990)
    assert ni.node_table(none).empty
    assert ni.shortest_path_matrix(none).shape == (0, 0)
    empty, one = np.zeros((0, 0)), np.zeros((1, 1))
    assert math.isnan(ni.dispersion(empty))
    assert ni.dispersion(one) == 0
    assert ni.konig_numbers(one).tolist() == [0]
    assert np.isnan(ni.closeness_centrality(one)).all()
    assert np.isnan(ni.straightness_centrality(one, one)).all()
    assert ni.konig_numbers(empty).shape == ni.closeness_centrality(empty).shape == (0,)
    assert math.isnan(ni.circuity(one, one)["circuity"])
    lone = np.array([[0, INF], [INF, 0]])
    assert ni.closeness_centrality(lone).tolist() == [0, 0]
    assert ni.straightness_centrality(lone, np.array([[0, 1.0], [1, 0]])).tolist() == [0, 0]


@settings(max_examples=15, deadline=None)
@given(
    st.integers(2, 9),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 9)), max_size=20),
)
def test_any_graph_agrees_with_networkx(size, rows):
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from((u, v, {"km": km}) for u, v, km in rows if max(u, v) < size)
    simple = nx.Graph()
    simple.add_nodes_from(range(size))
    for u, v, data in sorted(graph.edges(data=True), key=lambda edge: -edge[2]["km"]):
        if u != v:
            simple.add_edge(u, v, km=data["km"])
    for weight in (None, "km"):
        matrix = np.full((size, size), INF)
        paths = dict(nx.all_pairs_dijkstra_path_length(simple, weight=weight or (lambda *_: 1)))
        for u, reached in paths.items():
            for v, length in reached.items():
                matrix[u, v] = length
        close = nx.closeness_centrality(simple, distance=weight)
        assert ni.closeness_centrality(matrix) == pytest.approx([close[n] for n in range(size)])
        between = nx.betweenness_centrality(simple, weight=weight, normalized=False)
        found = ni.node_betweenness(graph, weight)
        assert [found[n] for n in range(size)] == pytest.approx([between[n] for n in range(size)])
        if nx.is_connected(simple):
            assert ni.dispersion(matrix) == pytest.approx(
                sum(map(sum, (p.values() for p in paths.values())))
            )
            if weight is None:
                assert ni.konig_numbers(matrix).max() == nx.diameter(simple)
                assert ni.dispersion(matrix) == 2 * nx.wiener_index(simple)
        else:
            assert np.isinf(ni.shimbel_indices(matrix)).all()


#: Nodes at irregular places, so that no two pairs are equally far apart.
NODES = {n: (30 * math.cos(i * i), 20 * math.sin(i)) for i, n in enumerate("abcdefgh")}
EDGES = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), st.integers(1, 99)),
    min_size=1,
    max_size=20,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A network of a road between each two nodes, whose edges are then exchanged."""
    pairs = {"".join(pair): 60 for pair in itertools.combinations("abcdefgh", 2)}
    return toy.network(tmp_path_factory.mktemp("m"), NODES, pairs)


def lengths(graph, weight):
    found = dict(nx.all_pairs_dijkstra_path_length(graph, weight=weight))
    return np.array([[found[a].get(b, math.inf) for b in graph] for a in graph])


@settings(max_examples=15, deadline=None)
@given(EDGES)
def test_measures_of_any_multigraph_agree_with_networkx(template, edges):
    net, graph = toy.with_edges(template, edges)
    km, hops = lengths(graph, "km"), lengths(graph, lambda *_: 1)
    assert ni.shortest_path_matrix(net) == pytest.approx(km)
    assert np.array_equal(ni.shortest_path_matrix(net, None), hops)

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

    place = np.column_stack([net.nodes.geometry.x, net.nodes.geometry.y])
    straight = geodesic_km(place[:, None], place[None])
    if len(graph) > 1:
        off = ~np.eye(len(graph), dtype=bool)
        ratio = np.where(np.isfinite(km[off]), straight[off] / km[off], 0.0)
        wanted = ratio.reshape(len(graph), -1).mean(axis=1)
        assert table["straightness"].to_numpy() == pytest.approx(wanted)
    upper = np.triu(np.isfinite(km), 1)
    found = ni.circuity(ni.shortest_path_matrix(net), straight)
    if upper.any():
        assert found["circuity"] == pytest.approx(km[upper].sum() / straight[upper].sum())
