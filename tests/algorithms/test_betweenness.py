"""Betweenness equal to networkx, with and without kernels."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_distances import roads

from geo.algorithms import betweenness
from geo.algorithms.betweenness import edge_node_betweenness
from geo.algorithms.graphs import build_graph, with_weights
from geo.core.errors import BadInputError


@pytest.fixture(params=["compiled", "plain"])
def kernel(request, monkeypatch):
    if request.param == "compiled":
        pytest.importorskip("numba")
    else:
        monkeypatch.setattr("geo.algorithms.kernels.has", lambda _: False)


@st.composite
def multigraphs(draw):
    """Parallel and antiparallel links, loops, components; whole lengths, so many ties."""
    size = draw(st.integers(2, 8))
    end = st.integers(0, size - 1)
    rows = draw(st.lists(st.tuples(end, end, st.integers(1, 4)), min_size=1, max_size=16))
    return size, rows, draw(st.booleans())


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(multigraphs())
def test_random_multigraphs(kernel, case):
    """Networkx counts parallel paths apart where every link has a node of its own in its middle."""
    size, rows, directed = case
    tails, heads, weights = (np.array(column) for column in zip(*rows, strict=True))
    found = edge_node_betweenness(build_graph(size, tails, heads, weights, directed=directed))
    made = (nx.DiGraph if directed else nx.Graph)()
    made.add_nodes_from(range(size + len(rows)))
    for link, (u, v, weight) in enumerate(rows):
        if u != v:
            made.add_edge(u, size + link, weight=weight)
            made.add_edge(size + link, v, weight=weight)
    ends = list(range(size))
    expected = nx.betweenness_centrality_subset(made, ends, ends, weight="weight")
    np.testing.assert_allclose(found.nodes, [expected[v] for v in ends], atol=1e-12)
    over = [expected[size + link] for link in range(len(rows))]
    np.testing.assert_allclose(found.links, over, atol=1e-12)


def networkx_of(size, tails, heads, weights, *, directed):
    made = (nx.DiGraph if directed else nx.Graph)()
    made.add_nodes_from(range(size))
    made.add_weighted_edges_from(
        zip(tails.tolist(), heads.tolist(), weights.tolist(), strict=True)
    )
    return made


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("ties", [False, True])
def test_betweenness_equals_networkx(kernel, directed, ties, monkeypatch):
    size, tails, heads, weights, _ = roads(144)
    if ties:
        weights = np.round(weights)
    g = build_graph(size, tails, heads, weights, directed=directed)
    found = edge_node_betweenness(g)
    made = networkx_of(size, tails, heads, weights, directed=directed)
    expected = nx.betweenness_centrality(made, weight="weight", normalized=False)
    np.testing.assert_allclose(
        found.nodes, [expected[v] for v in range(size)], rtol=1e-9, atol=1e-9
    )
    over = nx.edge_betweenness_centrality(made, weight="weight", normalized=False)
    ends = zip(tails.tolist(), heads.tolist(), strict=True)
    expected = [over[e] if e in over else over[e[::-1]] for e in ends]
    np.testing.assert_allclose(found.links, expected, rtol=1e-9, atol=1e-9)
    monkeypatch.setattr(betweenness, "BATCH", 50)
    np.testing.assert_allclose(edge_node_betweenness(g).nodes, found.nodes, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(
        edge_node_betweenness(g, threads=2).nodes, edge_node_betweenness(g).nodes
    )


def test_betweenness_knows_ties_closed_and_parallel_links(kernel):
    # two ways of 0.3 from 0 to 3: 0.1 + 0.2 and 0.2 + 0.1; a parallel link doubles one
    g = build_graph(5, [0, 1, 0, 2, 0, 3], [1, 3, 2, 3, 1, 4], [0.1, 0.2, 0.2, 0.1, 0.1, np.inf])
    found = edge_node_betweenness(g)
    # 1 to 2 goes over 0 twice (0.1 + 0.2) and over 3 once (0.2 + 0.1)
    assert found.nodes == pytest.approx([2 / 3, 2 / 3, 1 / 3, 1 / 3, 0])
    assert found.links[5] == 0
    from_0 = edge_node_betweenness(g, [0])
    assert 2 * from_0.nodes == pytest.approx([0, 2 / 3, 1 / 3, 0, 0])
    with pytest.raises(BadInputError, match="link 0"):
        edge_node_betweenness(with_weights(g, [0, 1, 1, 1, 1, 1]))
