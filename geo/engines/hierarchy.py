"""A road network set up for many searches and for many weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.engines._compiled import has
from geo.engines.graphs import Graph, with_weights
from geo.errors import BadInputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geo.engines.graphs import Floats, Ints

    Arcs = tuple[Ints, Ints, Floats]

#: More shortcuts than this per arc: not a road network, and plain searches are better.
FILL = 40


class Hierarchy(NamedTuple):
    """Shortcuts over an elimination order; nodes by rank, arcs towards the upper node."""

    rank: Ints
    begin: Ints
    heads: Ints
    tails: Ints
    parent: Ints
    below: Ints
    arcs: Ints
    place: Ints
    rising: NDArray[np.bool_]


class Prepared(NamedTuple):
    """A graph, the order it was given, and the weights of the shortcuts."""

    graph: Graph
    hierarchy: Hierarchy | None
    up: Arcs
    down: Arcs


def prepare(graph: Graph, points: ArrayLike | None = None) -> Prepared:
    """
    Set a graph up for many searches: a customizable contraction hierarchy.

    The order of contraction does not depend on the weights (Dibbelt, Strasser and Wagner
    2016). It comes from `pyroutingkit` (nested dissection by inertial flow) where points are
    given and the package is installed, else from the minimum degree order of scipy: quicker
    to make, about half as fast to search. Weights and shortcuts are floats; nothing is
    rounded to integers, so distances differ from those of a plain search only by the order of
    the additions, some 1e-15 of their value.

    Parameters
    ----------
    graph
        A graph like a road network: sparse, nearly planar.
    points
        Longitude and latitude of the nodes, or any plane coordinates, shape (n, 2).

    Returns
    -------
    prepared
        For `distances` and `reweight`. Without numba, or where contraction would need more
        than 40 shortcuts per arc, there is no hierarchy, and searches are plain ones.

    Raises
    ------
    BadInputError
        When points are not finite or their shape is wrong.

    Examples
    --------
    >>> from geo.engines.graphs import graph
    >>> from geo.engines.paths import distances
    >>> ready = prepare(graph(3, [0, 1], [1, 2], [5.0, 7.0]))
    >>> float(distances(ready, [0], [2])[0, 0])
    12.0
    """
    xy = None if points is None else np.asarray(points, float)
    if xy is not None and (xy.shape != (graph.size, 2) or not np.isfinite(xy).all()):
        raise BadInputError(f"points: finite numbers of shape ({graph.size}, 2) expected")
    none = np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)
    if not has("numba") or not len(graph.indices):
        return Prepared(graph, None, none, none)
    if xy is not None and has("pyroutingkit"):
        rank = _dissected(graph, xy)
    else:
        rank = _least_degree(graph)
    hierarchy = _hierarchy(graph, rank)
    if hierarchy is None:
        return Prepared(graph, None, none, none)
    return _customized(graph, hierarchy)


def reweight(prepared: Prepared, weights: ArrayLike) -> Prepared:
    """
    Return a prepared graph with other weights, in the order it has.

    Parameters
    ----------
    prepared
        A prepared graph.
    weights
        Weights of its links, infinite where closed, shape (links,).

    Returns
    -------
    prepared
        The same graph with these weights.

    Raises
    ------
    BadInputError
        When the shape differs or a weight is negative or no number.

    Examples
    --------
    >>> from geo.engines.graphs import graph
    >>> from geo.engines.paths import distances
    >>> ready = prepare(graph(3, [0, 1], [1, 2], [5.0, 7.0]))
    >>> float(distances(reweight(ready, [1.0, 2.0]), [0], [2])[0, 0])
    3.0
    """
    graph = with_weights(prepared.graph, weights)
    if prepared.hierarchy is None:
        return prepared._replace(graph=graph)
    return _customized(graph, prepared.hierarchy)


def _least_degree(graph: Graph) -> Ints:
    """Return the rank of every node in the minimum degree order of SuperLU."""
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import spilu

    n, diagonal = graph.size, np.arange(graph.size)
    rows = np.concatenate([graph.tails, graph.indices, diagonal])
    columns = np.concatenate([graph.indices, graph.tails, diagonal])
    # the order looks at the pattern alone; a strong diagonal and a crude factor save time
    values = np.full(len(rows), -1.0)
    values[-n:] = len(rows)
    matrix = csc_array((values, (rows, columns)), shape=(n, n))
    factor = spilu(matrix, drop_tol=0.5, fill_factor=1, permc_spec="MMD_AT_PLUS_A",
                   diag_pivot_thresh=0.0, options={"SymmetricMode": True})  # fmt: skip
    return np.asarray(factor.perm_c, np.int32)


def _dissected(graph: Graph, points: Floats) -> Ints:
    """Return the rank of every node by nested dissection."""
    from tempfile import TemporaryDirectory

    from pyroutingkit import CCHTopology

    span = max(float(np.ptp(points, axis=0).max()), 1e-9)
    x, y = (80 * (points - points.mean(axis=0)) / span).astype(np.float32).T
    topology = CCHTopology()
    ends = graph.tails.astype(np.uint32), graph.indices.astype(np.uint32)
    topology.build(*ends, np.ascontiguousarray(y), np.ascontiguousarray(x), graph.size)
    with TemporaryDirectory() as folder:  # the package tells the order only in its files
        topology.save(folder)
        return np.fromfile(Path(folder) / "rank", np.uint32).astype(np.int32)


def _hierarchy(graph: Graph, rank: Ints) -> Hierarchy | None:
    from geo.engines._hierarchy import chordal

    n, tail, head = graph.size, rank[graph.tails], rank[graph.indices]
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    indptr, order = _rows(low, n)
    begin, heads, parent = chordal(indptr, high[order], FILL * len(graph.indices))
    if len(parent) < n:
        return None
    tails = np.repeat(np.arange(n, dtype=np.int32), np.diff(begin))
    below, arcs = _rows(heads, n)
    place = np.searchsorted(tails * np.int64(n) + heads, low * np.int64(n) + high)
    return Hierarchy(rank, begin, heads, tails, parent, below, arcs, place.astype(np.int32),
                     tail < head)  # fmt: skip


def _rows(keys: Ints, n: int) -> tuple[Ints, Ints]:
    """Return where the rows of equal keys begin, and the order that sorts them."""
    begin = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(keys, minlength=n), out=begin[1:])
    return begin, np.argsort(keys, kind="stable").astype(np.int32)


def _customized(graph: Graph, hierarchy: Hierarchy) -> Prepared:
    from geo.engines._hierarchy import customize, perfect

    h = hierarchy
    up = np.full(len(h.heads), np.inf)
    np.minimum.at(up, h.place[h.rising], graph.weights[h.rising])
    down = up
    if graph.directed:
        down = np.full(len(h.heads), np.inf)
        np.minimum.at(down, h.place[~h.rising], graph.weights[~h.rising])
    shape = h.begin, h.heads, h.tails, h.below, h.arcs
    customize(*shape, up, down)
    # a shortcut longer than the distance between its ends is on no shortest way
    distance_up = up.copy()
    distance_down = down.copy() if graph.directed else distance_up
    perfect(*shape, distance_up, distance_down)
    rising = _needed(h, up, distance_up)
    return Prepared(
        graph, h, rising, _needed(h, down, distance_down) if graph.directed else rising
    )


def _needed(hierarchy: Hierarchy, weights: Floats, distances: Floats) -> Arcs:
    """Return the arcs that a shortest way can use."""
    keep = np.flatnonzero((weights <= distances) & np.isfinite(weights))
    begin = np.searchsorted(keep, hierarchy.begin).astype(np.int32)
    return begin, hierarchy.heads[keep], weights[keep]
