"""Indices of whole networks: the textbook by hand, and any multigraph against NetworkX."""

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
from geo.connectivity import mode_indices
from geo.connectivity.indices import detour_index, straight_edges_km
from geo.geometry import geodesic_km

#: Nodes at irregular places, so that no two pairs are equally far apart.
NODES = {n: (30 * math.cos(i * i), 20 * math.sin(i)) for i, n in enumerate("abcdefgh")}
EDGES = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), st.integers(1, 99)),
    min_size=1,
    max_size=20,
)


@pytest.fixture(scope="module")
def k(tmp_path_factory):
    return toy.network(tmp_path_factory.mktemp("k"), toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A network of a road between each two nodes, whose edges are then exchanged."""
    pairs = {"".join(pair): 60 for pair in itertools.combinations("abcdefgh", 2)}
    return toy.network(tmp_path_factory.mktemp("m"), NODES, pairs)


def test_the_textbook_network(k):
    found = geo.connectivity_indices(k)
    wanted = {
        "v": 5, "e": 6, "p": 1, "mu": 2, "alpha": 0.4, "beta": 1.2, "gamma": 2 / 3,
        "alpha_nonplanar": 1 / 3, "gamma_nonplanar": 0.6, "eta_km": 76 / 6, "theta_km": 15.2,
        "diameter_km": 27, "pi": 76 / 27, "length_km": 76, "loops": 0, "parallel_edges": 0,
    }  # fmt: skip
    assert {key: found[key] for key in wanted} == pytest.approx(wanted)
    assert found["detour_index"] == pytest.approx(76 / 61, rel=2e-3)
    assert found["reasons"] == {}


def test_a_forest_of_two_paths(template):
    net, _ = toy.with_edges(
        template, [("a", "b", 10), ("b", "c", 10), ("d", "e", 10), ("e", "f", 11)]
    )
    found = geo.connectivity_indices(net)
    assert (found["v"], found["e"], found["p"], found["mu"], found["alpha"]) == (6, 4, 2, 0, 0)
    assert found["beta"] == pytest.approx(2 / 3)
    assert found["gamma"] == pytest.approx(1 / 3)
    assert (found["diameter_km"], found["pi"]) == (21, 1)
    assert found["reasons"] == dict.fromkeys(
        ("diameter_km", "pi"), "of the longest of several components")  # fmt: skip


def test_an_index_that_is_not_defined_says_why(template):
    nodes, edges = "no nodes", "no edges"
    none = geo.connectivity_indices(template.select("rail"))
    assert (none["v"], none["e"], none["p"], none["mu"], none["length_km"]) == (0, 0, 0, 0, 0)
    wanted = dict.fromkeys(("alpha", "gamma", "alpha_nonplanar", "gamma_nonplanar", "beta",
                            "theta_km"), nodes)  # fmt: skip
    wanted |= dict.fromkeys(("eta_km", "pi", "diameter_km", "detour_index"), edges)
    assert none["reasons"] == wanted
    assert all(math.isnan(none[key]) for key in wanted)
    one = geo.connectivity_indices(toy.with_edges(template, [("a", "b", 10)])[0])
    few = dict.fromkeys(("alpha", "gamma", "alpha_nonplanar"), "fewer than 3 nodes")
    assert one["reasons"] == few
    assert one["gamma_nonplanar"] == 1
    loop = geo.connectivity_indices(toy.with_edges(template, [("a", "a", 10)])[0])
    assert (loop["v"], loop["mu"], loop["loops"], loop["diameter_km"]) == (1, 1, 1, 0)
    assert {"pi", "detour_index", "gamma_nonplanar"} <= set(loop["reasons"])


@settings(max_examples=25, deadline=None)
@given(EDGES)
def test_indices_of_any_multigraph_agree_with_networkx(template, edges):
    net, graph = toy.with_edges(template, edges)
    found = geo.connectivity_indices(net)
    parts = [graph.subgraph(nodes) for nodes in nx.connected_components(graph)]
    v, e, p = len(graph), graph.number_of_edges(), len(parts)
    assert (found["v"], found["e"], found["p"], found["mu"]) == (v, e, p, e - v + p)
    assert found["loops"] == nx.number_of_selfloops(graph)
    assert found["parallel_edges"] == e - nx.Graph(graph).number_of_edges()
    total = graph.size("km")
    assert (found["eta_km"], found["theta_km"]) == pytest.approx((total / e, total / v))
    if v > 2:
        assert found["alpha"] == pytest.approx((e - v + p) / (2 * v - 5))
        assert found["gamma"] == pytest.approx(e / (3 * v - 6))
        assert found["alpha_nonplanar"] == pytest.approx((e - v + p) / math.comb(v - 1, 2))
        assert found["gamma_nonplanar"] == pytest.approx(e / math.comb(v, 2))
    longest = max(part.size("km") for part in parts)
    widest = [
        max(max(d.values()) for _, d in nx.all_pairs_dijkstra_path_length(part, weight="km"))
        for part in parts
        if part.size("km") == longest
    ]
    assert found["diameter_km"] in [pytest.approx(width) for width in widest]
    if found["diameter_km"]:
        assert found["pi"] == pytest.approx(longest / found["diameter_km"])


@settings(max_examples=20, deadline=None)
@given(EDGES)
def test_detours_against_geodesics(template, edges):
    net, _ = toy.with_edges(template, edges)
    place = net.nodes.geometry
    straight = [float(geodesic_km(place[u].coords[0], place[v].coords[0])) for u, v, _ in edges]
    assert straight_edges_km(net) == pytest.approx(straight)
    pairs = [(km, s) for (*_, km), s in zip(edges, straight, strict=True) if s > 0]
    if pairs:
        km, s = np.sum(pairs, axis=0)
        assert detour_index(net) == pytest.approx(km / s)
    else:
        assert math.isnan(detour_index(net))


def test_a_row_for_every_mode(tmp_path):
    nodes = {"a": (0, 0), "b": (9, 0), "c": (18, 0)}
    toy.region(tmp_path, nodes, {"ab": 9, "bc": 10})
    toy.change(tmp_path, "routes", "bc", mode="rail", **{"class": "hsr"})
    table = mode_indices(geo.build_network(geo.load(tmp_path), year=2020))
    assert table.index.tolist() == ["all", "road", "rail"]
    assert table.index.name == "mode"
    assert table["length_km"].tolist() == pytest.approx([19, 9, 10])
    assert "reasons" not in table


def smoothed(graph):
    """The graph without nodes that two edges reach, one by one, as NetworkX has them."""
    graph = graph.copy()
    while True:
        inner = [n for n, d in graph.degree if d == 2 and not graph.has_edge(n, n)]
        if not inner:
            return graph
        (a, _, one), (b, _, other) = (
            (v, k, d) for _, v, k, d in graph.edges(inner[0], keys=True, data=True)
        )
        graph.remove_node(inner[0])
        graph.add_edge(a, b, km=one["km"] + other["km"])


@settings(max_examples=25, deadline=None)
@given(EDGES)
def test_indices_without_nodes_of_two_edges(template, edges):
    net, graph = toy.with_edges(template, edges)
    found, wanted = geo.connectivity_indices(net, dissolve=True), smoothed(graph)
    plain = geo.connectivity_indices(net)
    # a ring keeps one node with a loop, in NetworkX as here
    assert (found["v"], found["e"]) == (wanted.number_of_nodes(), wanted.number_of_edges())
    assert found["length_km"] == pytest.approx(sum(d["km"] for *_, d in wanted.edges(data=True)))
    same = ("mu", "p", "length_km")
    assert [found[key] for key in same] == pytest.approx([plain[key] for key in same])
    ends = [d for n, d in wanted.degree if d == 2 and not wanted.has_edge(n, n)]
    assert not ends
    assert plain["degree_2"] == sum(d == 2 for _, d in graph.degree)


def test_cutting_a_line_changes_nothing_after_dissolving(template):
    whole = [("a", "b", 40), ("b", "c", 20), ("b", "d", 30)]
    cut = [("a", "e", 10), ("f", "e", 12), ("f", "b", 18), ("b", "c", 20), ("b", "d", 30)]
    first, second = (
        geo.connectivity_indices(toy.with_edges(template, edges)[0], dissolve=True)
        for edges in (whole, cut)
    )
    skipped = {"reasons", "detour_index"}  # the way from a to b may bend at e and f
    for key in first.keys() - skipped:
        assert first[key] == pytest.approx(second[key], nan_ok=True), key
