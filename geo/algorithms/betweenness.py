"""How many shortest paths run through nodes and links."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from geo.algorithms.distances import checked_nodes
from geo.algorithms.graphs import TIE, Floats, Graph, Ints
from geo.algorithms.kernels import compiled
from geo.algorithms.search import Rows, grow_tree
from geo.core import BadInputError


@compiled
def _tight(rows: Rows, order: Ints, far: Floats, paths: Floats, tight: Ints, tails: Ints) -> int:
    """List the arcs of shortest paths in order, count the paths to every node; return how many."""
    indptr, indices, weights = rows
    for v in order:
        paths[v] = 0.0
    paths[order[0]] = 1.0
    k = 0
    for v in order:
        for a in range(indptr[v], indptr[v + 1]):
            u, way = indices[a], far[v] + weights[a]
            # tight: the arc lies on a shortest path, and not backwards along one
            if way - far[u] <= TIE * way and far[v] < far[u]:
                paths[u] += paths[v]
                tails[k], tight[k] = v, a
                k += 1
    return k


@compiled
def brandes(rows: Rows, sources: Ints, nodes: Floats, arcs: Floats) -> None:
    """Add what shortest paths from some sources to all nodes run through (Brandes 2001)."""
    # `load[v]` is the dependency of the source on v: the sum over targets t of the share of
    # the shortest paths to t that pass v. It is handed down from the farthest node: every path
    # beyond u comes in over one of its tight arcs v-u, and of the paths to u the share
    # paths[v] / paths[u] comes over this one; u itself is a target as well (the 1). Nodes come
    # in the reverse order of settling, so the load of u is complete when it is handed on.
    # Where no two paths are equal, this is the number of nodes below v in the tree.
    indptr, indices, _ = rows
    n, m = len(indptr) - 1, len(indices)
    far, load, paths = np.empty(n), np.zeros(n), np.empty(n)
    into, order = np.empty(n, np.int32), np.empty(n, np.int32)
    heap = np.empty(m + 1), np.empty(m + 1, np.int32)
    tails, tight, tight_tail = np.empty(m, np.int32), np.empty(0, np.int32), np.empty(0, np.int32)
    for v in range(n):
        tails[indptr[v] : indptr[v + 1]] = v
    for s in sources:
        count, tied = grow_tree(rows, s, far, into, order, heap)
        if tied:
            if not len(tight):
                tight, tight_tail = np.empty(m, np.int32), np.empty(m, np.int32)
            found = _tight(rows, order[:count], far, paths, tight, tight_tail)
            for j in range(found - 1, -1, -1):
                v, u = tight_tail[j], indices[tight[j]]
                share = paths[v] / paths[u] * (1.0 + load[u])
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


#: Sources counted together, at most and at least, and the shares of a small task: sums do not
#: depend on the number of threads.
BATCH, LEAST, SHARES = 256, 8, 8


class Betweenness(NamedTuple):
    """Shares of shortest paths through nodes, shape (n,), and over links, shape (links,)."""

    nodes: Floats
    links: Floats


def edge_node_betweenness(
    graph: Graph, sources: ArrayLike | None = None, *, threads: int = 1
) -> Betweenness:
    r"""
    Return the betweenness of nodes and links, not normalised.

    Formula: sum over pairs (a, b) of sigma_ab(i) / sigma_ab, the share of the shortest paths
    from a to b through i (Freeman 1977; computed after Brandes 2001); a and b do not count.
    Parallel links of one length are several paths.

    Parameters
    ----------
    graph
        A graph; open links are longer than 0.
    sources, threads
        Nodes to count from (default: all), and threads to share them among.

    Returns
    -------
    betweenness
        Every unordered pair counts once in an undirected graph; with `sources`, a pair of a
        source and a node counts half.

    Examples
    --------
    >>> from geo.algorithms import build_graph
    >>> edge_node_betweenness(build_graph(3, [0, 1], [1, 2], [5.0, 7.0]))
    Betweenness(nodes=array([0., 1., 0.]), links=array([2., 2.]))
    """
    if (graph.weights == 0).any():
        link = graph.links[int(np.argmin(graph.weights))]
        raise BadInputError(f"link {link}: betweenness needs a length above 0")
    start = np.arange(graph.size) if sources is None else sources
    begun = checked_nodes(start, graph.size)
    open_arcs = np.isfinite(graph.weights)
    if not open_arcs.all():
        indptr = np.append(0, np.cumsum(open_arcs))[graph.indptr].astype(np.int32)
        graph = graph._replace(
            indptr=indptr,
            indices=graph.indices[open_arcs],
            weights=graph.weights[open_arcs],
            links=graph.links[open_arcs],
        )

    def count(own: Ints) -> tuple[Floats, Floats]:
        nodes, arcs = np.zeros(graph.size), np.zeros(len(graph.indices))
        brandes((graph.indptr, graph.indices, graph.weights), own, nodes, arcs)
        return nodes, arcs

    shares = max(1, min(SHARES, len(begun) // LEAST), -(-len(begun) // BATCH))
    nodes, arcs = np.zeros(graph.size), np.zeros(len(graph.indices))
    with ThreadPoolExecutor(max(1, threads)) as pool:
        each = pool.map if threads > 1 else map
        for part in each(count, np.array_split(begun, shares)):
            nodes += part[0]
            arcs += part[1]
    links = np.bincount(graph.links, weights=arcs, minlength=graph.link_count)
    half = 1.0 if graph.directed else 0.5
    return Betweenness(nodes * half, np.asarray(links * half, float))
