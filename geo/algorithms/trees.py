"""Shortest-path trees that are mended below lost arcs, not grown anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.algorithms.graphs import Floats

Nodes = NDArray[np.intp]


class Trees:
    """
    Shortest-path trees from some nodes of a directed graph.

    Parameters
    ----------
    graph
        Weights, 0 or more; rows sorted and without duplicates.
    sources
        The nodes, shape (n,).

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

    def mended(self, i: int, lost: Nodes, weights: Floats) -> tuple[Nodes, Floats, Nodes]:
        """
        Return the part of a tree that changes when weights grow.

        Parameters
        ----------
        i
            Number of the source.
        lost
            Entries of `graph.data` that grow.
        weights
            All entries as they are then.

        Returns
        -------
        nodes, times, before
            The nodes whose way led over one of the entries, their distances now, and the nodes
            before them now, negative where there is no way.
        """
        nodes = self._below(i, lost)
        # arcs into these nodes: from the rest of the tree, which stays, and between them
        count = self._begin[nodes + 1] - self._begin[nodes]
        head = np.repeat(np.arange(len(nodes)), count)
        at = np.arange(len(head)) + np.repeat(self._begin[nodes] - np.cumsum(count) + count, count)
        tail, weight = self._tails[at], weights[self._entries[at]]
        number = np.full(self.times.shape[1], -1)
        number[nodes] = np.arange(len(nodes))
        inner = (number[tail] >= 0) & np.isfinite(weight)
        reach = self.times[i, tail] + weight
        outer = (number[tail] < 0) & np.isfinite(reach)
        order = np.lexsort((reach[outer], head[outer]))
        ends, first = np.unique(head[outer][order], return_index=True)
        best, entry = reach[outer][order][first], tail[outer][order][first]
        root = len(nodes)
        rows = np.append(number[tail[inner]], np.full(len(ends), root))
        columns = np.append(head[inner], ends)
        part = csr_array(
            (np.append(weight[inner], best), (rows, columns)), shape=(root + 1, root + 1)
        )
        (times,), (before,) = dijkstra(part, indices=np.array([root]), return_predecessors=True)
        from_outside = np.full(root, -1)
        from_outside[ends] = entry
        before = before[:root]
        inside = np.append(nodes, -1)[np.where(before >= 0, before, root)]
        return nodes, times[:root], np.where(before == root, from_outside, inside)

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
