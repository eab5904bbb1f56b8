"""Kernels of customizable contraction hierarchies; nodes are numbered by rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.engines._compiled import compiled

if TYPE_CHECKING:
    from geo.engines.graphs import Floats, Ints

#: Sources that one sweep carries along: eight floats fill the widest registers.
LANES = 8


@compiled
def chordal(indptr: Ints, indices: Ints, most: int) -> tuple[Ints, Ints, Ints]:
    """
    Add the shortcuts of an elimination order: the upper neighbours of a node form a clique.

    Rows hold upper neighbours only. The row of v is its own neighbours and those of its
    children in the elimination tree. Stops with an empty tree beyond `most` arcs.
    """
    n = len(indptr) - 1
    heads = np.empty(2 * len(indices) + n, np.int32)
    begin = np.zeros(n + 1, np.int32)
    parent = np.full(n, -1, np.int32)
    child, sibling, seen = np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.full(n, -1)
    k = 0
    for v in range(n):
        if k > most:
            return begin, heads, parent[:0]
        if k + n > len(heads):
            longer = np.empty(2 * len(heads) + n, np.int32)
            longer[:k] = heads[:k]
            heads = longer
        for a in range(indptr[v], indptr[v + 1]):
            if seen[indices[a]] != v:
                seen[indices[a]] = v
                heads[k] = indices[a]
                k += 1
        c = child[v]
        while c >= 0:
            for a in range(begin[c] + 1, begin[c + 1]):  # the first one is v itself
                if seen[heads[a]] != v:
                    seen[heads[a]] = v
                    heads[k] = heads[a]
                    k += 1
            c = sibling[c]
        heads[begin[v] : k].sort()
        begin[v + 1] = k
        if k > begin[v]:
            parent[v] = heads[begin[v]]
            sibling[v] = child[parent[v]]
            child[parent[v]] = v
    return begin, heads[:k].copy(), parent


@compiled
def customize(
    begin: Ints, heads: Ints, tails: Ints, below: Ints, arcs: Ints, up: Floats, down: Floats
) -> None:
    """
    Give every shortcut its weight: the shortest way over lower nodes.

    `arcs[below[a]:below[a+1]]` are the arcs that end in a, from its lower neighbours. Arcs of
    a are relaxed over every lower neighbour v, whose own arcs are final by then. `up` is the
    weight towards the upper node, `down` the weight back; the same array if undirected.
    """
    place = np.zeros(len(begin), np.int32)
    for a in range(len(begin) - 1):
        for k in range(begin[a], begin[a + 1]):
            place[heads[k]] = k
        for i in range(below[a], below[a + 1]):
            va = arcs[i]
            for vb in range(va + 1, begin[tails[va] + 1]):  # heads ascend: b is above a
                ab = place[heads[vb]]
                up[ab] = min(up[ab], down[va] + up[vb])
                down[ab] = min(down[ab], down[vb] + up[va])


@compiled
def perfect(
    begin: Ints, heads: Ints, tails: Ints, below: Ints, arcs: Ints, up: Floats, down: Floats
) -> None:
    """
    Lower every weight to the true distance (Dibbelt, Strasser and Wagner 2016).

    From the top downwards: the arcs of a are final when its turn comes. Then the arcs of
    every lower neighbour v are compared with the ways over a and over a second upper
    neighbour b, which an arc joins to a.
    """
    place = np.zeros(len(begin), np.int32)
    for a in range(len(begin) - 2, -1, -1):
        for k in range(begin[a], begin[a + 1]):
            place[heads[k]] = k
        for i in range(below[a], below[a + 1]):
            va = arcs[i]
            for vb in range(va + 1, begin[tails[va] + 1]):
                ab = place[heads[vb]]
                up[va] = min(up[va], up[vb] + down[ab])
                up[vb] = min(up[vb], up[va] + up[ab])
                down[va] = min(down[va], up[ab] + down[vb])
                down[vb] = min(down[vb], down[ab] + down[va])


@compiled
def _restricted(
    parent: Ints, begin: Ints, heads: Ints, weights: Floats, targets: Ints
) -> tuple[Ints, Ints, Ints, Floats]:
    """Return the part of the hierarchy above the targets, the highest node first."""
    n = len(parent)
    place = np.full(n, -1, np.int32)
    for target in targets:
        v = target
        while v >= 0 and place[v] < 0:
            place[v] = 0
            v = parent[v]
    high = np.flatnonzero(place == 0)[::-1]
    arcs = 0
    for i in range(len(high)):
        place[high[i]] = i
        arcs += begin[high[i] + 1] - begin[high[i]]
    first = np.zeros(len(high) + 1, np.int32)
    above, weight = np.empty(arcs, np.int32), np.empty(arcs)
    k = 0
    for i in range(len(high)):
        for a in range(begin[high[i]], begin[high[i] + 1]):
            above[k], weight[k] = place[heads[a]], weights[a]
            k += 1
        first[i + 1] = k
    return place, first, above, weight


@compiled
def _rise(
    parent: Ints,
    begin: Ints,
    heads: Ints,
    weights: Floats,
    source: int,
    reach: Floats,
    place: Ints,
    lane: Floats,
) -> None:
    """
    Write how far the upper nodes are from a source by rising ways.

    `reach` is infinite before and after: all upper neighbours of v are ancestors of v, and
    the walk to the root visits them all.
    """
    v = source
    reach[v] = 0.0
    while v >= 0:
        here = reach[v]
        reach[v] = np.inf
        if here < np.inf:
            if place[v] >= 0:
                lane[place[v]] = here
            for a in range(begin[v], begin[v + 1]):
                reach[heads[a]] = min(reach[heads[a]], here + weights[a])
        v = parent[v]


@compiled
def many_to_many(
    parent: Ints,
    up: tuple[Ints, Ints, Floats],
    down: tuple[Ints, Ints, Floats],
    sources: Ints,
    targets: Ints,
) -> Floats:
    """
    Return the distances from sources to targets (after RPHAST, Delling et al. 2011).

    Every source rises over its ancestors; then one sweep from the top downwards over
    the part above the targets makes them final, for several sources at once.
    """
    place, first, above, weight = _restricted(parent, *down, targets)
    found = np.empty((len(sources), len(targets)))
    reach = np.full(len(parent), np.inf)
    lanes, best = np.empty((len(first) - 1, LANES)), np.empty(LANES)
    for start in range(0, len(sources), LANES):
        width = min(LANES, len(sources) - start)
        lanes[:] = np.inf
        for lane in range(width):
            _rise(parent, *up, sources[start + lane], reach, place, lanes[:, lane])
        for i in range(len(first) - 1):
            for lane in range(LANES):
                best[lane] = lanes[i, lane]
            for a in range(first[i], first[i + 1]):
                for lane in range(LANES):
                    way = lanes[above[a], lane] + weight[a]
                    best[lane] = way if way < best[lane] else best[lane]  # noqa: FURB136
            for lane in range(LANES):
                lanes[i, lane] = best[lane]
        for lane in range(width):
            for j in range(len(targets)):
                found[start + lane, j] = lanes[place[targets[j]], lane]
    return found
