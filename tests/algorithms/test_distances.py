"""Distances and trees equal to Floyd and Warshall, with and without the compiled kernels."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.algorithms import distances as module
from geo.algorithms import hierarchy
from geo.algorithms.distances import shortest_distances, shortest_path_trees
from geo.algorithms.graphs import build_graph, with_weights
from geo.algorithms.hierarchy import prepare, reweight
from geo.core.errors import BadInputError


@st.composite
def links(draw, directed=None):
    """A graph with parallel links, loops, ties, closed links and links of no length."""
    size = draw(st.integers(1, 9))
    ends = st.integers(0, size - 1)
    weight = st.sampled_from([0.0, 0.1, 0.2, 0.3, 1.0, 2.5, np.inf])
    rows = draw(st.lists(st.tuples(ends, ends, weight), max_size=18))
    tails, heads, weights = (np.array([row[k] for row in rows]) for k in range(3))
    return size, tails, heads, weights, draw(st.booleans()) if directed is None else directed


def floyd(size, tails, heads, weights, directed):
    found = np.full((size, size), np.inf)
    np.fill_diagonal(found, 0.0)
    for u, v, w in zip(tails, heads, weights, strict=True):
        for a, b in ((u, v),) if directed else ((u, v), (v, u)):
            found[a, b] = min(found[a, b], w)
    for k in range(size):
        found = np.minimum(found, found[:, [k]] + found[[k]])
    return found


def roads(size=400, seed=5):
    """A road network: a grid with gaps, and its points."""
    rng = np.random.default_rng(seed)
    side = int(size**0.5)
    number = np.arange(side * side).reshape(side, side)
    tails = np.concatenate([number[:-1].ravel(), number[:, :-1].ravel()])
    heads = np.concatenate([number[1:].ravel(), number[:, 1:].ravel()])
    keep = rng.random(len(tails)) < 0.7
    points = np.stack([number.ravel() // side, number.ravel() % side], axis=1).astype(float)
    return side * side, tails[keep], heads[keep], rng.uniform(0.5, 3, keep.sum()), points


@settings(deadline=None)
@given(links())
def test_plain_searches_equal_floyd(case):
    *parts, directed = case
    expected = floyd(*case)
    g = build_graph(*parts, directed=directed)
    np.testing.assert_allclose(
        module._searched(g, *[np.arange(g.size, dtype=np.int32)] * 2), expected, rtol=1e-12
    )
    np.testing.assert_allclose(
        shortest_distances(g, range(g.size), [0]), expected[:, [0]], rtol=1e-12
    )
    np.testing.assert_allclose(shortest_distances(g, [0]), expected[[0]], rtol=1e-12)


@settings(deadline=None)
@given(links())
def test_hierarchies_equal_floyd(case):
    pytest.importorskip("numba")
    size, tails, heads, weights, directed = case
    everything = prepare(build_graph(size, tails, heads, weights, directed=directed))
    nodes = np.arange(size)
    np.testing.assert_allclose(shortest_distances(everything, nodes), floyd(*case), rtol=1e-12)
    other = np.random.default_rng(1).permutation(weights)
    expected = floyd(size, tails, heads, other, directed)
    np.testing.assert_allclose(
        shortest_distances(reweight(everything, other), nodes), expected, rtol=1e-12
    )


@settings(deadline=None)
@given(links())
def test_trees_lead_back_at_the_distance(case):
    *parts, directed = case
    g = build_graph(*parts, directed=directed)
    found, arcs = shortest_path_trees(g, range(g.size))
    np.testing.assert_allclose(found, floyd(*case), rtol=1e-12)
    tails = g.tails
    for source, v in product(range(g.size), repeat=2):
        arc, length, node = arcs[source, v], 0.0, v
        assert (arc < 0) == (v == source or np.isinf(found[source, v]))
        while arcs[source, node] >= 0:
            arc = arcs[source, node]
            assert g.indices[arc] == node
            node, length = tails[arc], length + g.weights[arc]
        if arc >= 0:
            assert node == source
            assert length == pytest.approx(found[source, v], rel=1e-12)


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("dissected", [False, True])
def test_a_road_network_by_both_orders(directed, dissected):
    pytest.importorskip("numba")
    if dissected:
        pytest.importorskip("pyroutingkit")
    size, tails, heads, weights, points = roads()
    if directed:  # both directions, at different speeds
        tails, heads = np.concatenate([tails, heads]), np.concatenate([heads, tails])
        weights = np.concatenate([weights, weights[::-1]])
    g = build_graph(size, tails, heads, weights, directed=directed)
    sources, targets = np.arange(0, size, 7), np.arange(3, size, 11)
    expected = module._searched(g, sources.astype(np.int32), targets.astype(np.int32))
    made = prepare(g, points if dissected else None)
    assert made.hierarchy is not None
    np.testing.assert_allclose(shortest_distances(made, sources, targets), expected, rtol=1e-12)
    shared = shortest_distances(made, sources, targets, threads=2)
    np.testing.assert_array_equal(shared, shortest_distances(made, sources, targets))
    closed = np.where(np.arange(len(weights)) % 5 == 0, np.inf, weights)
    expected = shortest_distances(with_weights(g, closed), sources, targets)
    np.testing.assert_allclose(
        shortest_distances(reweight(made, closed), sources, targets), expected, rtol=1e-12
    )


def test_large_tasks_are_prepared_first(monkeypatch):
    pytest.importorskip("numba")
    size, tails, heads, weights, _ = roads(2500)
    g = build_graph(size, tails, heads, weights)
    nodes = np.arange(0, size, 25)
    expected = shortest_distances(g, nodes, nodes)
    monkeypatch.setattr(module, "LARGE", size * len(nodes))
    monkeypatch.setattr(module, "_searched", None)  # not called any more
    np.testing.assert_allclose(shortest_distances(g, nodes, nodes), expected, rtol=1e-12)


def test_a_graph_unlike_roads_is_searched_plainly(monkeypatch):
    pytest.importorskip("numba")
    rng = np.random.default_rng(0)
    g = build_graph(300, *rng.integers(0, 300, (2, 900)), np.ones(900))
    nodes = np.arange(300)
    with_hierarchy = shortest_distances(prepare(g), nodes)
    monkeypatch.setattr(hierarchy, "FILL", 2)
    made = prepare(g)
    assert made.hierarchy is None
    np.testing.assert_array_equal(shortest_distances(made, nodes), with_hierarchy)
    assert np.isinf(shortest_distances(reweight(made, np.full(900, np.inf)), [0], [1])[0, 0])


def test_nothing_optional_is_needed(monkeypatch):
    monkeypatch.setattr(hierarchy, "has", lambda _: False)
    size, tails, heads, weights, points = roads()
    made = prepare(build_graph(size, tails, heads, weights), points)
    assert made.hierarchy is None
    expected = floyd(size, tails, heads, weights, False)
    np.testing.assert_allclose(shortest_distances(made, np.arange(size)), expected, rtol=1e-12)
    twice = shortest_distances(reweight(made, 2 * weights), np.arange(size))
    np.testing.assert_allclose(twice, 2 * expected, rtol=1e-12)


def test_bad_graphs_are_refused():
    with pytest.raises(BadInputError, match="node 3 is not below 3"):
        build_graph(3, [0, 1], [1, 3], [1, 1])
    with pytest.raises(BadInputError, match="link 1: weight -1"):
        build_graph(3, [0, 1], [1, 2], [1, -1])
    with pytest.raises(BadInputError, match="link 0: weight nan"):
        build_graph(3, [0], [1], [np.nan])
    with pytest.raises(BadInputError, match=r"shape \(2,\) expected, \(1,\) given"):
        build_graph(3, [0, 1], [1, 2], [1])
    with pytest.raises(BadInputError, match="one shape"):
        build_graph(3, [0, 1], [1], [1, 1])
    with pytest.raises(BadInputError, match="node 9 is not below 2"):
        shortest_distances(build_graph(2, [0], [1], [1]), [9])
    with pytest.raises(BadInputError, match="shape"):
        prepare(build_graph(2, [0], [1], [1]), [[0, 0]])


@pytest.mark.parametrize("directed", [False, True])
def test_trees_of_large_graphs_are_the_same(directed, monkeypatch):
    pytest.importorskip("numba")
    size, tails, heads, weights = roads(900)[:4]
    g = build_graph(size, tails, heads, weights, directed=directed)
    plain = shortest_path_trees(g, range(0, size, 40))
    monkeypatch.setattr("geo.algorithms.distances.LARGE", 1)
    for one, two in zip(plain, shortest_path_trees(g, range(0, size, 40)), strict=True):
        np.testing.assert_array_equal(one, two)
        assert one.dtype == two.dtype
