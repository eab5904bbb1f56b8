"""Distances and trees of shortest paths."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse.csgraph import dijkstra

from geo.algorithms.graphs import Floats, Graph, Ints, lightest_arcs
from geo.algorithms.hierarchy import Hierarchy, Prepared, many_to_many, prepare
from geo.algorithms.search import grow_trees
from geo.core import BadInputError, has

#: A hierarchy that must be made first pays from this many nodes times sources on: some seconds
#: of plain search, more than the kernels need to be loaded.
LARGE = 20_000_000
#: Distances that a plain search keeps at a time.
HELD = 8_000_000


def shortest_distances(
    network: Graph | Prepared,
    sources: ArrayLike,
    targets: ArrayLike | None = None,
    *,
    threads: int = 1,
) -> Floats:
    """
    Return the distances between nodes.

    A prepared graph is swept; a plain one is searched with scipy, or, for large tasks (200
    sources of 100,000 nodes), prepared first. Results differ by the order of additions only.

    Parameters
    ----------
    network
        A graph or a prepared graph.
    sources, targets
        Nodes to leave from and to arrive at, shapes (s,) and (t,); no targets: all nodes.
    threads
        Threads to share the sources of a prepared graph among; results are the same.

    Returns
    -------
    distances
        In the unit of the weights, infinite where unreachable, shape (s, t).

    Examples
    --------
    >>> from geo.algorithms import build_graph
    >>> shortest_distances(build_graph(3, [0, 1], [1, 2], [5.0, 7.0]), [0])
    array([[ 0.,  5., 12.]])
    """
    graph = network.graph if isinstance(network, Prepared) else network
    start = checked_nodes(sources, graph.size)
    end = checked_nodes(np.arange(graph.size) if targets is None else targets, graph.size)
    if isinstance(network, Graph) and graph.size * min(len(start), len(end)) >= LARGE:
        network = prepare(graph)
    if isinstance(network, Prepared) and network.hierarchy is not None:
        return _swept(network, network.hierarchy, start, end, threads)
    return _searched(graph, start, end)


def checked_nodes(nodes: ArrayLike, size: int) -> Ints:
    """Return numbers of nodes as an array; refuse those that do not exist."""
    found = np.asarray(nodes, np.int64).reshape(-1)
    bad = found[(found < 0) | (found >= size)]
    if len(bad):
        raise BadInputError(f"node {bad[0]} is not below {size}")
    return found.astype(np.int32)


def _swept(
    prepared: Prepared, hierarchy: Hierarchy, start: Ints, end: Ints, threads: int
) -> Floats:
    """Search a hierarchy, the sources shared among threads."""

    def part(own: Ints) -> Floats:
        shortcuts = hierarchy.parent, prepared.up, prepared.down
        return np.asarray(many_to_many(*shortcuts, own, hierarchy.rank[end]))

    with ThreadPoolExecutor(max(1, threads)) as pool:
        parts = np.array_split(hierarchy.rank[start], max(1, threads))
        return np.concatenate(list(pool.map(part, parts)))


def _searched(graph: Graph, start: Ints, end: Ints) -> Floats:
    """Search with scipy, from the targets where these are fewer."""
    matrix = lightest_arcs(graph)[0]
    if backwards := len(end) < len(start):
        start, end = end, start
        matrix = matrix.T.tocsr() if graph.directed else matrix
    found = np.empty((len(start), len(end)))
    step = max(1, HELD // max(graph.size, 1))
    for i in range(0, len(start), step):
        found[i : i + step] = dijkstra(matrix, indices=start[i : i + step])[:, end]
    return found.T if backwards else found


def shortest_path_trees(graph: Graph, sources: ArrayLike) -> tuple[Floats, Ints]:
    """
    Return trees of shortest paths.

    Parameters
    ----------
    graph, sources
        A graph, and the nodes to leave from, shape (s,).

    Returns
    -------
    distances
        In the unit of the weights, infinite where unreachable, shape (s, n).
    arcs
        The arc by which every node is reached, -1 for sources and where unreachable.

    Examples
    --------
    >>> from geo.algorithms import build_graph
    >>> shortest_path_trees(build_graph(3, [0, 1], [1, 2], [5.0, 7.0]), [0])
    (array([[ 0.,  5., 12.]]), array([[-1,  0,  2]], dtype=int32))
    """
    start = checked_nodes(sources, graph.size)
    if not len(start):
        return np.empty((0, graph.size)), np.empty((0, graph.size), np.int32)
    if graph.size * len(start) >= LARGE and has("numba"):
        far, into, *_ = grow_trees((graph.indptr, graph.indices, graph.weights), start)
        return far, into
    matrix, arc = lightest_arcs(graph)
    found, before = dijkstra(matrix, indices=start, return_predecessors=True)
    key = np.append(graph.tails[arc].astype(np.int64) * graph.size + graph.indices[arc], -1)
    into = before.astype(np.int64) * graph.size + np.arange(graph.size)
    row = np.searchsorted(key[:-1], into).clip(max=len(arc))
    return found, np.where(before >= 0, np.append(arc, -1)[row], -1).astype(np.int32)
