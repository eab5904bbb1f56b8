"""Removal of links equal to doing it again, with and without kernels."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_distances import floyd, links, roads

import geo
from geo.algorithms.distances import shortest_distances
from geo.algorithms.graphs import build_graph
from geo.algorithms.link_removal import removal_losses, replacements
from geo.connectivity.vulnerability import link_sweep
from geo.core.errors import BadInputError


@pytest.fixture(params=["compiled", "plain"])
def kernel(request, monkeypatch):
    if request.param == "compiled":
        pytest.importorskip("numba")
    else:
        monkeypatch.setattr("geo.algorithms.kernels.has", lambda _: False)


def brute(case, group, lost):
    size, tails, heads, weights, directed = case
    return floyd(size, tails, heads, np.where(group == lost, np.inf, weights), directed)


def check(case, g, terminals, targets=None, groups=None):
    group = np.arange(g.link_count) if groups is None else groups
    ends = terminals if targets is None else targets
    weights = np.random.default_rng(2).uniform(1, 9, (len(terminals), len(ends)))
    found = replacements(g, terminals, targets, groups=groups)
    lost = removal_losses(g, terminals, targets, groups=groups, weights=weights)
    once = groups is None and targets is None and not g.directed
    pairs = combinations if once else permutations
    before = brute(case, group, -9)
    for link in range(int(group.max(initial=-1)) + 1):
        after = brute(case, group, link)
        np.testing.assert_allclose(found.without(link), after[np.ix_(terminals, ends)], rtol=1e-12)
        sums = [0.0] * 4
        for i, j in (
            pairs(range(len(ends)), 2)
            if targets is None
            else [(i, j) for i in range(len(terminals)) for j in range(len(ends))]
        ):
            t, new, w = before[terminals[i], ends[j]], after[terminals[i], ends[j]], weights[i, j]
            if not np.isclose(t, new, rtol=1e-12, atol=0):
                sums[0] += w * (1 / t - 1 / new) if t else 0.0
                sums[1] += w * (new - t) if np.isfinite(new) else 0.0
                sums[2] += w * np.isinf(new)
                sums[3] += 1
        np.testing.assert_allclose([part[link] for part in lost], sums, rtol=1e-10, atol=1e-12)


@settings(deadline=None, max_examples=150)
@given(links(directed=False), st.data())
def test_every_link_of_an_undirected_graph(case, data):
    pytest.importorskip("numba")
    g = build_graph(*case[:4])
    nodes = st.lists(st.integers(0, g.size - 1), unique=True, max_size=5)
    check(case, g, np.array(data.draw(nodes), int))


@settings(deadline=None, max_examples=150)
@given(links(), st.data())
def test_groups_of_links_of_any_graph(case, data):
    pytest.importorskip("numba")
    g = build_graph(*case[:4], directed=case[4])
    nodes = st.lists(st.integers(0, g.size - 1), unique=True, max_size=4)
    group = data.draw(st.lists(st.integers(-1, 3), min_size=g.link_count, max_size=g.link_count))
    starts, ends = (np.array(data.draw(nodes), int) for _ in range(2))
    check(case, g, starts, ends, np.array(group, int))


@pytest.mark.parametrize("directed", [False, True])
def test_a_road_network(kernel, directed):
    size, tails, heads, weights, _ = roads(100)
    case = size, tails, heads, weights, directed
    g = build_graph(size, tails, heads, weights, directed=directed)
    check(case, g, np.arange(0, size, 9))
    check(case, g, np.arange(0, size, 17), np.arange(1, size, 23), np.arange(len(tails)) // 3 - 1)


def test_the_textbook_network_k(kernel):
    """AC 18 lost: A to C takes 22 and A to E 31, 8 minutes more in all; CE is a bridge."""
    ends = [("AB", 12), ("AC", 18), ("AD", 15), ("BC", 10), ("CD", 12), ("CE", 9)]
    g = build_graph(
        5, *zip(*(("ABCDE".index(a), "ABCDE".index(b), t) for (a, b), t in ends), strict=True)
    )
    people = np.array([4, 1, 3, 1, 1])
    lost = removal_losses(g, range(5))
    assert lost.extra.tolist() == [16, 8, 15, 45, 47, 0]
    assert lost.cut.tolist() == [0, 0, 0, 0, 0, 4]
    weighted = removal_losses(g, range(5), weights=np.outer(people, people))
    assert weighted.extra.tolist() == [64, 64, 60, 85, 89, 0]
    assert weighted.cut.tolist() == [0, 0, 0, 0, 0, 9]
    whole = (1 / shortest_distances(g, range(5))[np.triu_indices(5, 1)]).sum()
    assert (lost.efficiency / whole).round(4).tolist() == [
        0.0697,
        0.0218,
        0.0488,
        0.1495,
        0.1249,
        0.3638,
    ]


def test_the_links_of_the_region(drawn):
    """The same numbers as the search that is done again per link, which sums the other way."""
    pytest.importorskip("numba")
    swept = link_sweep(geo.build_network(drawn), mode="road")
    arcs = swept.arcs
    g = build_graph(arcs.size, arcs.tail, arcs.head, arcs.minutes, directed=True)
    found = replacements(g, swept.starts, swept.starts, groups=swept.link)
    assert len(swept.links) > 100
    for link in range(len(swept.links)):
        times = found.without(link)
        np.fill_diagonal(times, 0.0)
        np.testing.assert_allclose(times, swept.without([link]), rtol=1e-12)


def test_removal_refuses_wrong_shapes():
    g = build_graph(3, [0, 1], [1, 2], [1, 1])
    with pytest.raises(BadInputError, match="weights"):
        removal_losses(g, [0, 1], weights=np.ones((3, 3)))
    with pytest.raises(BadInputError, match="groups"):
        replacements(g, [0, 1], groups=[0])
