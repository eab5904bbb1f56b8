"""A graph as arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from geo.core import BadInputError

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


#: Distances that differ by a smaller share are equal: sums of decimal fractions are not exact.
TIE = 1e-12


class Graph(NamedTuple):
    """
    A graph in compressed rows: arc a of node v has indptr[v] <= a < indptr[v + 1].

    An undirected link is two arcs. Parallel links stay apart; loops have no arcs.
    """

    indptr: Ints
    indices: Ints
    weights: Floats
    links: Ints
    link_count: int
    directed: bool

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.indptr) - 1

    @property
    def tails(self) -> Ints:
        """Node that every arc leaves, shape (arcs,)."""
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.indptr))


def build_graph(
    size: int, tails: ArrayLike, heads: ArrayLike, weights: ArrayLike, *, directed: bool = False
) -> Graph:
    """
    Return a graph of links.

    Parameters
    ----------
    size
        Number of nodes.
    tails, heads, weights
        Nodes that the links join, and their weights, 0 or more, infinite where closed; (m,).
    directed
        Whether links lead from tail to head only.

    Returns
    -------
    graph
        The graph; arcs in the order of tail, head and link.

    Raises
    ------
    BadInputError
        When shapes differ, a node does not exist or a weight is negative or no number.

    Examples
    --------
    >>> small = build_graph(3, [0, 1], [1, 2], [5.0, 7.0])
    >>> small.size, len(small.tails)
    (3, 4)
    """
    tail, head = np.asarray(tails, np.int64), np.asarray(heads, np.int64)
    weight = _checked(weights, len(tail))
    if tail.shape != head.shape or tail.ndim != 1:
        shapes = f"{tail.shape} and {head.shape}"
        raise BadInputError(f"tails and heads: one shape (m,) expected, {shapes} given")
    for end in (tail, head):
        bad = np.flatnonzero((end < 0) | (end >= size))
        if len(bad):
            raise BadInputError(f"link {bad[0]}: node {end[bad[0]]} is not below {size}")
    link = np.flatnonzero(tail != head)
    u, v = tail[link], head[link]
    if not directed:
        u, v, link = np.concatenate([u, v]), np.concatenate([v, u]), np.concatenate([link, link])
    order = np.argsort(u * size + v, kind="stable")
    indptr = np.zeros(size + 1, np.int32)
    np.cumsum(np.bincount(u, minlength=size), out=indptr[1:])
    links = link[order].astype(np.int32)
    return Graph(indptr, v[order].astype(np.int32), weight[links], links, len(tail), directed)


def _checked(weights: ArrayLike, count: int) -> Floats:
    weight = np.asarray(weights, float)
    if weight.shape != (count,):
        raise BadInputError(f"weights: shape ({count},) expected, {weight.shape} given")
    bad = np.flatnonzero(~(weight >= 0))
    if len(bad):
        raise BadInputError(f"link {bad[0]}: weight {weight[bad[0]]} is not 0 or more")
    return weight


def with_weights(graph: Graph, weights: ArrayLike) -> Graph:
    """Return the same nodes and links with other weights, shape (links,)."""
    return graph._replace(weights=_checked(weights, graph.link_count)[graph.links])


def lightest_arcs(graph: Graph) -> tuple[csr_array, Ints]:
    """Return the lightest of parallel links as a sparse matrix, and the arc behind every entry."""
    tails = graph.tails
    order = np.lexsort((graph.weights, graph.indices, tails))
    key = tails[order].astype(np.int64) * graph.size + graph.indices[order]
    arc = order[np.flatnonzero(np.diff(key, prepend=-1))].astype(np.int32)
    indptr = np.zeros(graph.size + 1, np.int32)
    np.cumsum(np.bincount(tails[arc], minlength=graph.size), out=indptr[1:])
    shape = (graph.size, graph.size)
    return csr_array((graph.weights[arc], graph.indices[arc], indptr), shape=shape), arc
