"""Minimum cuts and edge-disjoint paths equal to networkx and to trying all cuts."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.algorithms.flows import minimum_edge_cut

NODES = "abcdef"


@st.composite
def multigraphs(draw, most):
    """Parallel edges, loops and several components."""
    end = st.sampled_from(NODES)
    graph = nx.MultiGraph()
    graph.add_nodes_from(NODES)
    for i, (u, v) in enumerate(draw(st.lists(st.tuples(end, end), max_size=most))):
        graph.add_edge(u, v, key=f"{i:02}")
    return graph


def subdivided(graph):
    """A simple graph with as many disjoint paths: every edge has a node of its own."""
    made = nx.Graph()
    made.add_nodes_from(graph)
    for u, v, key in graph.edges(keys=True):
        made.add_edges_from([(u, key), (key, v)])
    return made


def without(graph, keys):
    rest = nx.MultiGraph()
    rest.add_nodes_from(graph)
    rest.add_edges_from(edge for edge in graph.edges(keys=True) if edge[2] not in keys)
    return rest


@settings(deadline=None, max_examples=150)
@given(multigraphs(20))
def test_values_equal_networkx(graph):
    plain = subdivided(graph)
    for first, second in combinations("abc", 2):
        found = minimum_edge_cut(graph, first, second)
        assert found.value == nx.edge_connectivity(plain, first, second)
        paths = []
        if found.value:
            paths = list(nx.edge_disjoint_paths(plain, first, second))
        assert len(paths) == len(found.paths) == len(found.cut) == len(found.far_cut)


@settings(deadline=None, max_examples=150)
@given(
    multigraphs(20), st.sets(st.sampled_from("abc"), min_size=1), st.sets(st.sampled_from("def"))
)
def test_sets_equal_networkx(graph, first, second):
    """Ends of unlimited capacity are as many parallel paths as there are edges."""
    plain = subdivided(graph)
    for end, nodes in (("<", first), (">", second)):
        plain.add_node(end)
        for node in nodes:
            for i in range(graph.number_of_edges() + 1):
                plain.add_edges_from([(end, (end, node, i)), ((end, node, i), node)])
    found = minimum_edge_cut(graph, first, second)
    assert found.value == nx.edge_connectivity(plain, "<", ">")
    for path in found.paths:
        walk = nx.Graph([edge[:2] for edge in graph.edges(keys=True) if edge[2] in path])
        assert nx.is_connected(walk)
        odd = {node for node, degree in walk.degree if degree % 2}
        assert (len(odd & first), len(odd & second), len(odd)) == (1, 1, 2)


@settings(deadline=None, max_examples=100)
@given(multigraphs(9))
def test_the_extreme_cuts_among_all(graph):
    """All smallest cuts are tried: one only if unique; the near one holds the fewest nodes."""
    found = minimum_edge_cut(graph, "a", "b")
    keys = [key for *_, key in graph.edges(keys=True)]
    cuts = [
        set(keys_lost)
        for keys_lost in combinations(keys, found.value)
        if not nx.has_path(without(graph, keys_lost), "a", "b")
    ]
    assert set(found.cut) in cuts
    assert set(found.far_cut) in cuts
    assert found.unique == (len(cuts) == 1)

    def side(cut, node):
        return nx.node_connected_component(without(graph, cut), node)

    for cut in cuts:
        assert side(found.cut, "a") <= side(cut, "a")
        assert side(found.far_cut, "b") <= side(cut, "b")


def test_nodes_that_are_not_there_or_on_both_sides():
    graph = nx.MultiGraph([("a", "b", "1")])
    assert minimum_edge_cut(graph, ["x"], ["b"]).value == 0
    assert minimum_edge_cut(graph, ["a", "b"], ["b"]).value == 0
    assert minimum_edge_cut(graph, ["a", "x"], ["b", "y"]).cut == ["1"]


def test_the_same_paths_whatever_the_order_of_sets():
    """The order of a set of texts is another in every run of Python."""

    def paths(salt):
        class Node(str):
            __slots__ = ()

            def __hash__(self):
                return hash((salt, *self))

        grid = nx.relabel_nodes(nx.grid_2d_graph(6, 6), lambda at: Node(f"{at[0]}{at[1]}"))
        graph = nx.MultiGraph()
        for i, (u, v) in enumerate(sorted(grid.edges)):
            if {u[1], v[1]} != set("23") or u[0] in "13":  # two bridges
                graph.add_edge(u, v, key=f"{i:02}")
        left, right = ({n for n in graph if n[1] == column and n[0] in "024"} for column in "05")
        return minimum_edge_cut(graph, left, right)

    first = paths(0)
    assert first.value == 2
    assert all(paths(salt) == first for salt in range(1, 30))
