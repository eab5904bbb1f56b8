"""Kernels that take every link of a graph away in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.engines._compiled import compiled
from geo.engines._search import search
from geo.engines.graphs import TIE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.engines.graphs import Floats, Ints


@compiled
def _stripped(
    indptr: Ints, indices: Ints, weights: Floats, links: Ints, keep: Ints, gone: NDArray[np.bool_]
) -> Ints:
    """Mark closed links and those of dead ends as gone; return the degrees that are left."""
    n = len(indptr) - 1
    degree, tips, count = np.zeros(n, np.int32), np.empty(n, np.int32), 0
    for v in range(n):
        for a in range(indptr[v], indptr[v + 1]):
            gone[links[a]] = weights[a] == np.inf
            degree[v] += weights[a] < np.inf
        if degree[v] == 1 and keep[v] == 0:
            tips[count] = v
            count += 1
    while count:
        count -= 1
        v = tips[count]
        for a in range(indptr[v], indptr[v + 1]):
            if not gone[links[a]]:
                gone[links[a]] = True
                u = indices[a]
                degree[v] -= 1
                degree[u] -= 1
                if degree[u] == 1 and keep[u] == 0:
                    tips[count] = u
                    count += 1
    return degree


@compiled
def reduced(
    indptr: Ints, indices: Ints, weights: Floats, links: Ints, keep: Ints, group: Ints
) -> tuple[Ints, Ints, Ints, Floats]:
    """
    Drop what no shortest way between kept nodes needs, and join the links of chains.

    Dead ends are stripped from their tips; what remains of degree 2 is inside a chain, and a
    chain that returns to its start is a loop. `group` (-1 before) tells the new edge of
    every link. Returns the new numbers of the nodes, and the edges: tails, heads, weights.
    """
    n = len(indptr) - 1
    gone = np.zeros(len(group), np.bool_)
    degree = _stripped(indptr, indices, weights, links, keep, gone)
    number = np.full(n, -1, np.int32)
    size = 0
    for v in range(n):
        if keep[v] == 1 or degree[v] > 2:
            number[v] = size
            size += 1
    tails, heads = np.empty(len(group), np.int32), np.empty(len(group), np.int32)
    length, edges = np.zeros(len(group)), 0
    for v in range(n):
        if number[v] < 0:
            continue
        for first in range(indptr[v], indptr[v + 1]):
            a, at = first, v
            while a >= 0 and not gone[links[a]]:  # links are gone once they are in a chain
                gone[links[a]] = True
                group[links[a]] = edges
                length[edges] += weights[a]
                at, a = indices[a], -1
                if number[at] < 0:
                    for onward in range(indptr[at], indptr[at + 1]):
                        a = onward if not gone[links[onward]] else a
            if at != v or group[links[first]] == edges:
                tails[edges], heads[edges] = number[v], number[at]
                edges += 1
    return number, tails[:edges], heads[:edges], length[:edges]


@compiled
def add(sums: Floats, edge: int, old: float, new: float, weight: float) -> None:
    """Add what a pair loses to the four sums of an edge."""
    if new == np.inf:
        sums[2, edge] += weight
        sums[3, edge] += 1
    elif new > old * (1 + TIE):
        sums[1, edge] += weight * (new - old)
        sums[3, edge] += 1
    else:
        return
    if old > 0:
        sums[0, edge] += weight * (1 / old - 1 / new)


@compiled
def search_all(
    indptr: Ints, indices: Ints, weights: Floats, sources: Ints
) -> tuple[Floats, Ints, Ints, Ints]:
    """Return distances, arcs, order and number of the nodes reached from every source."""
    shape = len(sources), len(indptr) - 1
    far, into, order = np.empty(shape), np.empty(shape, np.int32), np.empty(shape, np.int32)
    keys, heap = np.empty(len(indices) + 1), np.empty(len(indices) + 1, np.int32)
    count = np.empty(len(sources), np.int32)
    for i in range(len(sources)):
        count[i] = search(
            indptr, indices, weights, sources[i], far[i], into[i], order[i], keys, heap
        )[0]
    return far, into, order, count


@compiled
def _around(
    ends: tuple[Ints, Ints, Floats],
    path: Ints,
    level: Ints,
    far_s: Floats,
    far_t: Floats,
    best: Floats,
) -> None:
    """
    Fill the distance from s to t without the i-th edge of the path, for every i.

    Edge i joins levels i and i + 1. Without it, nodes up to level i keep their distance from
    s, and those above their distance to t, for no shortest way between the latter and t runs
    through the edge. So the new way is one crossing edge and the old ways to its ends. An
    edge between levels a < b crosses for i in a..b-1: it is entered in `best` for the two
    spans of the largest power of two that cover this range; at the end, halving, spans hand
    their values down to single edges, row 0.
    """
    tails, heads, weights = ends
    best[:] = np.inf
    for e in range(len(tails)):
        x, y = tails[e], heads[e]
        if level[x] == level[y] or level[x] < 0 or level[y] < 0:
            continue
        if level[x] > level[y]:
            x, y = y, x
        low, high = level[x], level[y] - 1
        if low == high and path[low] == e:
            continue
        way, row = far_s[x] + weights[e] + far_t[y], 0
        while 2 << row <= high - low + 1:
            row += 1
        best[row, low] = min(best[row, low], way)
        best[row, high + 1 - (1 << row)] = min(best[row, high + 1 - (1 << row)], way)
    for row in range(len(best) - 1, 0, -1):
        half = 1 << (row - 1)
        for i in range(len(path) - 2 * half + 1):
            best[row - 1, i] = min(best[row - 1, i], best[row, i])
            best[row - 1, i + half] = min(best[row - 1, i + half], best[row, i])


@compiled
def _path(
    into: Ints, tails: Ints, links: Ints, order: Ints, t: int, path: Ints, level: Ints
) -> int:
    """
    Write the edges of the way to t, from its start, and the levels of all nodes.

    The level of a node is how many edges of that way its own way has in common with it; the
    caller sets `level` to -1. Returns the number of edges, 0 if t is out of reach.
    """
    k, v = 0, t
    while into[v] >= 0:
        k += 1
        v = tails[into[v]]
    v = t
    for i in range(k - 1, -1, -1):
        path[i] = links[into[v]]
        level[v] = i + 1
        v = tails[into[v]]
    level[order[0]] = 0
    for v in order:  # parents come first
        if level[v] < 0:
            level[v] = level[tails[into[v]]]
    return k


@compiled
def replacement_paths(
    network: tuple[Ints, Ints, Floats, Ints, Ints],
    ends: tuple[Ints, Ints, Floats],
    terminals: Ints,
    worth: Floats,
    sums: Floats,
    listed: bool,  # noqa: FBT001
) -> tuple[Floats, Ints, Floats]:
    """
    Find, for every pair of terminals, its distance without each edge of its way.

    After Hershberger and Suri (2001): one pass over nodes and edges per pair. Adds up `sums`
    per edge (see `add`); if `listed`, returns base distances, rows of (edge, i, j) with
    i < j, and the new distances.
    """
    indptr, indices, weights, links, tails = network
    n, k = len(indptr) - 1, len(terminals)
    base = np.full((k, k), np.inf)
    far, into, order, count = search_all(indptr, indices, weights, terminals)
    level, path = np.empty(n, np.int32), np.empty(n, np.int32)
    best = np.empty((int(np.log2(n + 1)) + 1, n))
    rows, minutes, found = np.empty((64, 3), np.int32), np.empty(64), 0
    for i in range(k):
        base[i, i] = 0.0
        reached = order[i, : count[i]]
        for j in range(i + 1, k):
            base[i, j] = base[j, i] = far[i, terminals[j]]
            if base[i, j] == np.inf:
                continue
            level[:] = -1
            edges = _path(into[i], tails, links, reached, terminals[j], path, level)
            if not edges:
                continue
            span = int(np.log2(edges)) + 1
            _around(ends, path[:edges], level, far[i], far[j], best[:span, :edges])
            for e in range(edges):
                add(sums, path[e], base[i, j], best[0, e], worth[i, j])
            if listed:
                while found + edges > len(minutes):
                    rows = np.concatenate((rows, np.empty_like(rows)))
                    minutes = np.concatenate((minutes, np.empty_like(minutes)))
                for e in range(edges):
                    rows[found, 0], rows[found, 1], rows[found, 2] = path[e], i, j
                    minutes[found] = max(best[0, e], base[i, j])
                    found += 1
    return base, rows[:found], minutes[:found]
