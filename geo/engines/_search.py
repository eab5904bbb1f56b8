"""Kernels that search from one source at a time, and what is counted on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.engines._compiled import compiled
from geo.engines.graphs import TIE

if TYPE_CHECKING:
    from geo.engines.graphs import Floats, Ints

# numba looks at one file to see whether compiled code is out of date: a change here needs
# `rm -r geo/engines/__pycache__`, for kernels of other files carry a copy of these.


@compiled
def push(keys: Floats, nodes: Ints, hole: int, key: float, node: int) -> None:
    """Put a node into the hole at the end of a heap, or at the foot of it, and let it rise."""
    while hole > 0:
        above = (hole - 1) >> 1
        if keys[above] <= key:
            break
        keys[hole], nodes[hole] = keys[above], nodes[above]
        hole = above
    keys[hole], nodes[hole] = key, node


@compiled
def drop(keys: Floats, nodes: Ints, last: int) -> None:
    """Take the top off a heap: the last node sinks from there to its place."""
    key, node = keys[last], nodes[last]
    hole, child = 0, 1
    while child < last:
        # no branch to guess; the key after the last one is there, though outdated
        child += (child + 1 < last) & (keys[child + 1] < keys[child])
        if key <= keys[child]:
            break
        keys[hole], nodes[hole] = keys[child], nodes[child]
        hole, child = child, 2 * child + 1
    keys[hole], nodes[hole] = key, node


@compiled
def search(
    indptr: Ints,
    indices: Ints,
    weights: Floats,
    source: int,
    far: Floats,
    into: Ints,
    order: Ints,
    keys: Floats,
    nodes: Ints,
) -> tuple[int, bool]:
    """
    Dijkstra's search: fill distances, the arc into every node and the order of settling.

    The heap (`keys`, `nodes`: room for all arcs and one more) keeps outdated entries; they
    are passed over. That is quicker than moving nodes inside it. Returns how many nodes are
    reached, and whether some node may have two ways that differ by no more than a share `TIE`.
    """
    far[:] = np.inf
    into[:] = -1
    far[source] = keys[0] = 0.0
    nodes[0] = source
    count, settled, tied = 1, 0, False
    while count:
        v, here = nodes[0], keys[0]
        count -= 1
        drop(keys, nodes, count)
        if here > far[v]:
            continue
        order[settled] = v
        settled += 1
        for a in range(indptr[v], indptr[v + 1]):
            u, way = indices[a], here + weights[a]
            gap = far[u] - way
            tied |= abs(gap) <= 2 * TIE * way
            if gap > 0:
                far[u] = way
                into[u] = a
                push(keys, nodes, count, way, u)
                count += 1
    return settled, tied


@compiled
def _tight(
    indptr: Ints,
    indices: Ints,
    weights: Floats,
    order: Ints,
    far: Floats,
    ways: Floats,
    tight: Ints,
    tails: Ints,
) -> int:
    """List the arcs of shortest paths in order, count the paths to every node; return how many."""
    for v in order:
        ways[v] = 0.0
    ways[order[0]] = 1.0
    k = 0
    for v in order:
        for a in range(indptr[v], indptr[v + 1]):
            u, way = indices[a], far[v] + weights[a]
            # the arc lies on a shortest path, and not backwards along one
            if way - far[u] <= TIE * way and far[v] < far[u]:
                ways[u] += ways[v]
                tails[k], tight[k] = v, a
                k += 1
    return k


@compiled
def brandes(
    indptr: Ints, indices: Ints, weights: Floats, sources: Ints, nodes: Floats, arcs: Floats
) -> None:
    """
    Add what shortest paths from some sources to all nodes run through (Brandes 2001).

    `load[v]` is the sum over targets below v of the share of their shortest paths that passes
    v: where no two ways are equal, the number of nodes below v in the tree.
    """
    n, m = len(indptr) - 1, len(indices)
    far, load, ways = np.empty(n), np.zeros(n), np.empty(n)
    into, order = np.empty(n, np.int32), np.empty(n, np.int32)
    keys, heap = np.empty(m + 1), np.empty(m + 1, np.int32)
    tails, tight, tight_tail = np.empty(m, np.int32), np.empty(0, np.int32), np.empty(0, np.int32)
    for v in range(n):
        tails[indptr[v] : indptr[v + 1]] = v
    for s in sources:
        count, tied = search(indptr, indices, weights, s, far, into, order, keys, heap)
        if tied:
            if not len(tight):
                tight, tight_tail = np.empty(m, np.int32), np.empty(m, np.int32)
            found = _tight(indptr, indices, weights, order[:count], far, ways, tight, tight_tail)
            for j in range(found - 1, -1, -1):
                v, u = tight_tail[j], indices[tight[j]]
                share = ways[v] / ways[u] * (1.0 + load[u])
                load[v] += share
                arcs[tight[j]] += share
        else:
            for i in range(count - 1, 0, -1):
                share = 1.0 + load[order[i]]
                load[tails[into[order[i]]]] += share
                arcs[into[order[i]]] += share
        load[s] = 0.0
        for i in range(count):
            nodes[order[i]] += load[order[i]]
            load[order[i]] = 0.0
