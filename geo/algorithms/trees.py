"""Shortest-path trees that are mended below lost arcs, not grown anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array
from scipy.sparse.csgraph import dijkstra

from geo.algorithms.graphs import Floats

Nodes = NDArray[np.intp]


class Trees:
    """
    Shortest-path trees from some nodes of a directed graph.

    Parameters
    ----------
    graph, sources
        Weights, 0 or more, in sorted rows without duplicates, and the nodes, shape (n,).

    Attributes
    ----------
    times
        Distances from every source, infinite where there is no way, shape (n, nodes).
    before
        The node before every node, negative at sources and where there is none.
    into
        The entry of `graph.data` that leads there, -1 where none does.

    Examples
    --------
    >>> graph = csr_array(np.array([[0, 1.0, 5], [0, 0, 1], [0, 0, 0]]))
    >>> trees = Trees(graph, np.array([0]))
    >>> trees.times.tolist(), trees.before.tolist()
    ([[0.0, 1.0, 2.0]], [[-9999, 0, 1]])
    >>> lost = np.array([2])  # the third entry, from 1 to 2
    >>> weights = np.array([1, 5, np.inf])
    >>> [found.tolist() for found in trees.mended(0, lost, weights)]
    [[2], [5.0], [0]]
    """

    def __init__(self, graph: csr_array, sources: Nodes) -> None:
        self.graph, self.sources = graph, sources
        found = dijkstra(graph, indices=sources, return_predecessors=True)
        self.times: Floats = found[0]
        self.before: NDArray[np.int32] = found[1]
        size = graph.shape[0]
        tails = np.repeat(np.arange(size), np.diff(graph.indptr))
        self._pairs = tails * size + graph.indices
        order = np.argsort(graph.indices, kind="stable")  # entries by their heads
        self._entries, self._tails = order, tails[order]
        self._begin = np.searchsorted(graph.indices[order], np.arange(size + 1))
        reached = self.before >= 0
        self.into = np.full(self.before.shape, -1, np.int32)
        self.into[reached] = self.entries(self.before[reached], np.nonzero(reached)[1])

    def entries(self, tails: NDArray[np.integer], heads: NDArray[np.integer]) -> Nodes:
        """Return the entries of `graph.data` that lead from nodes to nodes."""
        pairs = tails.astype(np.intp) * self.graph.shape[0] + heads
        return np.searchsorted(self._pairs, pairs)

    def mended(
        self, i: int, lost: Nodes, weights: Floats, *, ways: bool = True
    ) -> tuple[Nodes, Floats, Nodes]:
        """
        Return the part of tree `i` that changes when the entries `lost` of `graph.data` grow.

        `weights` are all entries then. The nodes whose way led over one of these entries, their
        distances now, and, if `ways` are asked for, the nodes before them, negative where there is
        no way.
        """
        nodes = self._below(i, lost)
        # arcs into these nodes: between them, and from the rest of the tree, which stays and
        # stands behind one root
        root, first = len(nodes), self._begin[nodes]
        count = self._begin[nodes + 1] - first
        end = np.append(0, np.cumsum(count))
        at = np.arange(end[-1]) + np.repeat(first - end[:-1], count)
        tail = self._tails[at]
        number = np.full(self.times.shape[1], root)
        number[nodes] = np.arange(root)
        row = number[tail]
        far = np.where(row == root, self.times[i, tail], 0.0) + weights[self._entries[at]]
        part = csc_array((far, row, np.append(end, end[-1])), shape=(root + 1, root + 1)).tocsr()
        if not ways:
            return nodes, dijkstra(part, indices=np.array([root]))[0, :root], nodes[:0]
        (times,), (before,) = dijkstra(part, indices=np.array([root]), return_predecessors=True)
        back: Nodes = np.append(nodes, -1)[np.where(before[:root] >= 0, before[:root], root)]
        for node in np.flatnonzero(np.isfinite(times[:root]) & (back < 0)):
            own = slice(end[node], end[node + 1])
            back[node] = tail[own][np.where(row[own] == root, far[own], np.inf).argmin()]
        return nodes, times[:root], back

    def _below(self, i: int, lost: Nodes) -> Nodes:
        """Return the nodes of a tree whose way leads over one of some entries."""
        grown = np.zeros(len(self.graph.data) + 1, bool)  # one more: no entry is -1
        grown[lost] = True
        over, before = grown[self.into[i]], self.before[i]
        up = np.where(before >= 0, before, np.arange(len(before)))
        # every round looks back twice as far, to the source in the end
        while ((farther := up[up]) != up).any():
            over |= over[up]
            up = farther
        return np.flatnonzero(over | over[up])
