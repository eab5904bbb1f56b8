"""Smaller graphs have the distances of the whole ones between the nodes that are wanted."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.algorithms import bypassed

NODES = 12


@settings(max_examples=300, deadline=None)
@given(
    arcs=st.dictionaries(
        st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)),
        st.one_of(st.integers(0, 6), st.just(np.inf)),
        max_size=30,
    ),
    wanted=st.lists(st.integers(0, NODES - 1), max_size=5),
)
def test_distances_between_wanted_nodes_stay(arcs, wanted):
    ends = np.array(sorted(arcs), int).reshape(-1, 2)
    minutes = np.array([arcs[tuple(end)] for end in ends.tolist()], float)
    starts = np.searchsorted(ends[:, 0], np.arange(NODES + 1))
    graph = csr_array((minutes, ends[:, 1].copy(), starts), shape=(NODES, NODES))
    wanted = np.array(wanted, int)
    small, number = bypassed(graph, wanted)
    assert small.shape[0] <= NODES
    if len(wanted):
        whole = dijkstra(graph, indices=wanted)[:, wanted]
        assert np.array_equal(dijkstra(small, indices=number)[:, number], whole)


def test_nodes_on_the_way_are_left_out():
    """A row of nodes, a dead end and a ring that nothing leads to: two nodes are left."""
    arcs = [(0, 1), (1, 2), (2, 3), (1, 4), (5, 6), (6, 5), (6, 3)]
    tail, head = np.array(arcs).T
    graph = csr_array((np.arange(1.0, 8), (tail, head)), shape=(7, 7))
    small, number = bypassed(graph, np.array([0, 3]))
    assert small.toarray().tolist() == [[0, 6], [0, 0]]
    assert number.tolist() == [0, 1]
