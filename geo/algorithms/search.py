"""Kernels that search from one source at a time."""

from __future__ import annotations

import numpy as np

from geo.algorithms.graphs import TIE, Floats, Ints
from geo.algorithms.kernels import compiled

#: The rows of a graph: `indptr`, `indices`, `weights`.
Rows = tuple[Ints, Ints, Floats]
#: Keys and nodes.
Heap = tuple[Floats, Ints]


@compiled
def push(keys: Floats, nodes: Ints, hole: int, key: float, node: int) -> None:
    """Put a node into the hole at the end of a heap, and let it rise."""
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
        # added, not branched on, for no processor can guess which child is smaller; where
        # `child` is the last one, the key after it is there, though outdated, and `&` drops it
        child += (child + 1 < last) & (keys[child + 1] < keys[child])
        if key <= keys[child]:
            break
        keys[hole], nodes[hole] = keys[child], nodes[child]
        hole, child = child, 2 * child + 1
    keys[hole], nodes[hole] = key, node


@compiled
def grow_tree(
    rows: Rows, source: int, far: Floats, into: Ints, order: Ints, heap: Heap
) -> tuple[int, bool]:
    """
    Search from a source (Dijkstra 1959): distances, arcs into nodes and the order of settling.

    The heap has room for all arcs and one more. Returns how many nodes are
    reached, and whether some node may have two paths that differ by no more than a share `TIE`.
    """
    indptr, indices, weights = rows
    keys, nodes = heap
    far[:] = np.inf
    into[:] = -1
    far[source] = keys[0] = 0.0
    nodes[0] = source
    count, settled, tied = 1, 0, False
    while count:
        v, here = nodes[0], keys[0]
        count -= 1
        drop(keys, nodes, count)
        # a node that got nearer was pushed again: passing over its older entries is quicker
        # than moving them inside the heap
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
def grow_trees(rows: Rows, sources: Ints) -> tuple[Floats, Ints, Ints, Ints]:
    """Return distances, arcs, order and number of the nodes reached from every source."""
    shape = len(sources), len(rows[0]) - 1
    far, into, order = np.empty(shape), np.empty(shape, np.int32), np.empty(shape, np.int32)
    heap = np.empty(len(rows[1]) + 1), np.empty(len(rows[1]) + 1, np.int32)
    count = np.empty(len(sources), np.int32)
    for i in range(len(sources)):
        count[i] = grow_tree(rows, sources[i], far[i], into[i], order[i], heap)[0]
    return far, into, order, count
