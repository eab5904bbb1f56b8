"""Indices of nodes, edges and pairs: by hand, against NetworkX, and of the catalogue."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.connectivity import node_measures as ni
from geo.connectivity.densities import network_densities
from geo.geometry import geodesy

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
    assert ni.distances(net) == pytest.approx(KM)
    assert np.array_equal(ni.distances(net, None), HOPS)
    place = net.nodes.geometry
    apart = geodesy.straight_km(place.x.to_numpy(), place.y.to_numpy())
    assert apart == pytest.approx(STRAIGHT, rel=2e-3)
    assert np.array_equal(apart, apart.T)


def test_sums_of_the_textbook_network():
    assert ni.shimbel(HOPS).tolist() == [5, 6, 4, 6, 7]
    assert ni.dispersion(HOPS) == 28
    assert ni.shimbel(KM).tolist() == [72, 63, 49, 70, 76]
    assert ni.dispersion(KM) == 330
    assert ni.konig(HOPS).tolist() == [2, 2, 1, 2, 2]


def test_centralities_of_the_textbook_network(k):
    assert ni.closeness(HOPS) == pytest.approx([0.8, 2 / 3, 1, 2 / 3, 4 / 7])
    found = ni.straightness(KM, STRAIGHT)
    assert found == pytest.approx([0.7361, 0.8638, 0.875, 0.7592, 0.8705], abs=5e-5)
    assert found.mean() == pytest.approx(0.8209, abs=1e-4)
    between = ni.betweenness(geo.build_network(k, year=2020).graph)
    assert [between[n] for n in "abcde"] == [0.5, 0, 3.5, 0, 0]


def test_detours_of_the_textbook_network(k):
    found = ni.circuity(KM, STRAIGHT)
    assert found["circuity"] == pytest.approx(165 / 132)
    assert found["mean_detour"] == pytest.approx(1.2414, abs=5e-5)
    assert (found["pairs"], found["unreachable"]) == (10, 0)
    ratios = ni.pair_detours(KM, STRAIGHT)
    assert ratios[0, 2] == pytest.approx(1.5)
    assert np.isnan(np.diag(ratios)).all()
    edges = ni.edge_table(geo.build_network(k, year=2020))
    assert edges["length_km"].sum() / edges["straight_km"].sum() == pytest.approx(
        76 / 61, rel=2e-3
    )
    assert edges.loc["ac-1:a", "detour"] == pytest.approx(1.5, rel=2e-3)


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
    km = ni.distances(net)
    assert ni.dispersion(km) == INF
    place = net.nodes.geometry
    apart = geodesy.straight_km(place.x.to_numpy(), place.y.to_numpy())
    found = ni.circuity(km, apart)
    assert found["unreachable"] == 9
    assert found["pairs"] == 6
    assert found["circuity"] == pytest.approx(1, rel=2e-3)
    assert np.isfinite(table["straightness"]).all()


def test_tiny_and_empty_graphs(k):
    none = geo.build_network(k, year=1990)
    assert ni.node_table(none).empty
    assert ni.edge_table(none).empty
    assert ni.distances(none).shape == (0, 0)
    empty, one = np.zeros((0, 0)), np.zeros((1, 1))
    assert math.isnan(ni.dispersion(empty))
    assert ni.dispersion(one) == 0
    assert np.isnan(ni.closeness(one)).all()
    assert np.isnan(ni.straightness(one, one)).all()
    assert ni.konig(empty).shape == ni.closeness(empty).shape == (0,)
    assert math.isnan(ni.circuity(one, one)["circuity"])
    lone = np.array([[0, INF], [INF, 0]])
    assert ni.closeness(lone).tolist() == [0, 0]
    assert ni.straightness(lone, np.array([[0, 1.0], [1, 0]])).tolist() == [0, 0]
    assert np.isnan(ni.pair_detours(one, one)).all()


@settings(max_examples=60, deadline=None)
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
        assert ni.closeness(matrix) == pytest.approx([close[n] for n in range(size)])
        between = nx.betweenness_centrality(simple, weight=weight, normalized=False)
        found = ni.betweenness(graph, weight)
        assert [found[n] for n in range(size)] == pytest.approx([between[n] for n in range(size)])
        if nx.is_connected(simple):
            assert ni.dispersion(matrix) == pytest.approx(
                sum(map(sum, (p.values() for p in paths.values())))
            )
            if weight is None:
                assert ni.konig(matrix).max() == nx.diameter(simple)
                assert ni.dispersion(matrix) == 2 * nx.wiener_index(simple)
        else:
            assert np.isinf(ni.shimbel(matrix)).all()


def test_paths_of_the_catalogue(drawn):
    net = geo.build_network(drawn, year=2026)
    table = ni.node_table(net)
    assert table["degree"].sum() == 2 * len(net.edges)
    assert table["straightness"].between(0, 1.05).all()
    assert table["closeness_km"].gt(0).all()
    assert (table["konig_reached"] < table["component_nodes"]).all()
    detour = ni.edge_table(net)["detour"].dropna()
    assert detour.between(0.9, 4).all()


def test_densities_of_the_catalogue(cat, drawn):
    net = geo.build_network(drawn, year=2026)
    whole, listed = network_densities(net, cat), network_densities(net, cat, listed=True)
    assert len(whole) == len(cat.region.regions) * (1 + len(net.modes))
    every = whole[whole["mode"] == "all"].set_index("region")
    assert every["length_km"].sum() <= net.edges["length_km"].sum()
    assert every["length_km"].sum() > 0.8 * net.edges["length_km"].sum()
    modes = whole[whole["mode"] != "all"].groupby("region")["length_km"].sum()
    assert modes.to_dict() == pytest.approx(every["length_km"].to_dict())
    # a head count of a part is never set against the length in the whole
    assert (whole["km_per_10k_people"].isna() == (whole["reason"] != "")).all()
    assert listed["km_per_10k_people"].notna().all()
    assert (listed["length_km"].to_numpy() <= whole["length_km"].to_numpy() + 1e-6).all()
    # official land areas: 486,000 and 82,400 km2
    areas = every["area_km2"].sort_values().to_numpy()
    assert areas == pytest.approx([82_400, 486_000], rel=0.01)
    rise = network_densities(geo.build_network(drawn, year=2010), cat)
    assert (rise["length_km"].to_numpy() <= whole["length_km"].to_numpy() + 1e-6).all()
