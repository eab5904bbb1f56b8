"""Shortcuts past the nodes that a way can only pass through."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.algorithms.graphs import Floats

Nodes = NDArray[np.intp]
Arcs = tuple[Nodes, Nodes, Floats]
#: Rounds go on while they leave out at least this share of the arcs.
WORTH = 0.05


def bypassed(graph: csr_array, wanted: Nodes) -> tuple[csr_array, Nodes]:
    """
    Return a smaller graph with the same distances between some of its nodes.

    A node that one arc alone leads to, or that one arc alone leaves, is left out: its other arcs
    go on from where that arc begins, or end where it ends. So are nodes that lead nowhere.

    Parameters
    ----------
    graph
        Weights, 0 or more, infinite where closed.
    wanted
        The nodes between which distances are asked for, shape (n,).

    Returns
    -------
    graph
        The smaller graph, the fastest arc between every two nodes.
    number
        The number that each of `wanted` has in it, shape (n,).

    Examples
    --------
    >>> chain = csr_array(np.array([[0, 1.0, 0], [0, 0, 2], [0, 0, 0]]))
    >>> small, number = bypassed(chain, np.array([0, 2]))
    >>> small.toarray().tolist(), number.tolist()
    ([[0.0, 3.0], [0.0, 0.0]], [0, 1])
    """
    size = graph.shape[0]
    tail = np.repeat(np.arange(size), np.diff(graph.indptr))
    known = np.isfinite(graph.data)
    arcs = tail[known], graph.indices[known].astype(np.intp), graph.data[known]
    kept = np.zeros(size, bool)
    kept[wanted] = True
    while True:
        before = len(arcs[0])
        arcs = _past(arcs, kept)
        head, tail, weight = _past((arcs[1], arcs[0], arcs[2]), kept)  # against their direction
        arcs = _fastest(tail, head, weight, size)
        if len(arcs[0]) >= (1 - WORTH) * before:
            break
    tail, head, weight = arcs
    kept[tail] = kept[head] = True
    number = np.cumsum(kept) - 1
    count = int(kept.sum())
    starts = np.append(0, np.cumsum(np.bincount(number[tail], minlength=count)))
    small = csr_array((weight, number[head], starts), shape=(count, count))
    return small, number[wanted].astype(np.intp)


def _past(arcs: Arcs, kept: NDArray[np.bool_]) -> Arcs:
    """Let arcs from nodes that one arc alone leads to begin where that begins."""
    tail, head, weight = arcs
    count = np.bincount(head, minlength=len(kept))
    single = (count == 1) & ~kept
    into = single[head]
    up, far = np.arange(len(kept)), np.zeros(len(kept))
    up[head[into]], far[head[into]] = tail[into], weight[into]
    for _ in range(len(kept).bit_length()):  # every round looks back twice as far
        if ((farther := up[up]) == up).all():
            break
        far += far[up]
        up = farther
    # nobody comes to nodes without an arc, nor to rings of nodes with one
    left = ~into & ~single[up[tail]] & ((count[up[tail]] > 0) | kept[up[tail]])
    tail, head, weight = tail[left], head[left], weight[left]
    return up[tail], head, far[tail] + weight


def _fastest(tail: Nodes, head: Nodes, weight: Floats, size: int) -> Arcs:
    """Return the fastest arc between every two nodes, by their numbers, and no loops."""
    apart = tail != head
    pair, weight = (tail * size + head)[apart], weight[apart]
    order = np.lexsort((weight, pair))
    first = order[np.flatnonzero(np.diff(pair[order], prepend=-1))]
    return *np.divmod(pair[first], size), weight[first]
