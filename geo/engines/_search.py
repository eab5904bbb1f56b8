"""Kernels that search from one source at a time, and what is counted on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.engines._compiled import compiled

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
    """Take the top off a heap: its hole sinks to the foot, and the last node fills it."""
    hole, child = 0, 1
    while child < last:
        if child + 1 < last and keys[child + 1] < keys[child]:
            child += 1
        keys[hole], nodes[hole] = keys[child], nodes[child]
        hole, child = child, 2 * child + 1
    push(keys, nodes, hole, keys[last], nodes[last])


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
) -> int:
    """
    Dijkstra's search: fill distances, the arc into every node and the order of settling.

    The heap (`keys`, `nodes`: room for all arcs and one more) keeps outdated entries; they
    are passed over. That is quicker than moving nodes inside it. Returns how many nodes are
    reached.
    """
    far[:] = np.inf
    into[:] = -1
    far[source] = keys[0] = 0.0
    nodes[0] = source
    count, settled = 1, 0
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
            if way < far[u]:
                far[u] = way
                into[u] = a
                push(keys, nodes, count, way, u)
                count += 1
    return settled


@compiled
def brandes(
    indptr: Ints,
    indices: Ints,
    weights: Floats,
    sources: Ints,
    tie: float,
    nodes: Floats,
    arcs: Floats,
) -> None:
    """
    Add what shortest paths from some sources to all nodes run through (Brandes 2001).

    Ways that differ by less than a share `tie` count as equal. `ways[v]` is the number of
    shortest paths to v, `load[v]` the sum over targets below v of the share that passes v.
    """
    n, m = len(indptr) - 1, len(indices)
    far, ways, load = np.empty(n), np.empty(n), np.empty(n)
    into, order = np.empty(n, np.int32), np.empty(n, np.int32)
    keys, heap = np.empty(m + 1), np.empty(m + 1, np.int32)
    tight_tail, tight = np.empty(m, np.int32), np.empty(m, np.int32)
    for s in sources:
        count = search(indptr, indices, weights, s, far, into, order, keys, heap)
        for i in range(count):
            ways[order[i]] = load[order[i]] = 0.0
        ways[s] = 1.0
        k = 0
        for i in range(count):
            v = order[i]
            for a in range(indptr[v], indptr[v + 1]):
                u, way = indices[a], far[v] + weights[a]
                # the arc lies on a shortest path, and not backwards along one
                if way - far[u] <= tie * way and far[v] < far[u]:
                    ways[u] += ways[v]
                    tight_tail[k], tight[k] = v, a
                    k += 1
        for j in range(k - 1, -1, -1):
            v, u = tight_tail[j], indices[tight[j]]
            share = ways[v] / ways[u] * (1.0 + load[u])
            load[v] += share
            arcs[tight[j]] += share
        for i in range(1, count):
            nodes[order[i]] += load[order[i]]
