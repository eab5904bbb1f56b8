"""Trees that are mended: the same as those grown anew without the arcs."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.algorithms import Trees

NODES = 9


@settings(max_examples=150, deadline=None)
@given(
    arcs=st.dictionaries(
        st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(
            lambda arc: arc[0] != arc[1]
        ),
        st.integers(0, 6),
        max_size=40,
    ),
    data=st.data(),
)
def test_mended_trees_equal_trees_grown_anew(arcs, data):
    ends = np.array(sorted(arcs), int).reshape(-1, 2)
    minutes = np.array([arcs[tuple(end)] for end in ends.tolist()], float)
    shape = NODES, NODES
    graph = csr_array((minutes, ends.T), shape=shape)
    sources = np.array([0, 4])
    trees = Trees(graph, sources)
    assert np.array_equal(trees.times, dijkstra(graph, indices=sources))

    lost = data.draw(st.sets(st.integers(0, len(arcs) - 1), max_size=4)) if arcs else set()
    lost = np.array(sorted(lost), int)
    weights = graph.data.copy()
    for entry in lost:  # closed, or slower by a parallel arc
        weights[entry] = data.draw(st.sampled_from([np.inf, weights[entry] + 2]))
    open_ = np.isfinite(weights)
    left = csr_array((weights[open_], ends[open_].T), shape=shape)
    for i, source in enumerate(sources):
        nodes, times, before = trees.mended(i, lost, weights)
        whole, way = trees.times[i].copy(), trees.before[i].copy()
        whole[nodes], way[nodes] = times, before
        assert np.array_equal(whole, dijkstra(left, indices=source))
        for node in nodes:  # the nodes before them lead back to the source, each by its arc
            steps, here = 0, int(node)
            while np.isfinite(whole[node]) and here != source:
                arc = np.flatnonzero((ends == (way[here], here)).all(axis=1))
                assert whole[here] == whole[way[here]] + weights[arc[0]]
                here, steps = int(way[here]), steps + 1
                assert steps < NODES
            assert np.isfinite(whole[node]) == (way[node] >= 0)
