"""What the loss of every single link does to the distances between some nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.engines._compiled import has
from geo.engines.graphs import TIE
from geo.engines.paths import checked_nodes, distances, trees
from geo.errors import BadInputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from geo.engines.graphs import Floats, Graph, Ints

    Found = tuple[Floats, Ints, Floats, Ints]


class Replacements(NamedTuple):
    """
    Distances without each link, where they may differ.

    Entries indptr[r] <= k < indptr[r + 1] of `origins`, `destinations` (positions among the
    terminals) and `distances` belong to row r = `row` of a link; -1: the link changes nothing.
    """

    base: Floats
    row: Ints
    indptr: Ints
    origins: Ints
    destinations: Ints
    distances: Floats
    symmetric: bool

    def without(self, link: int) -> Floats:
        """
        Return the distances without a link or a group.

        Parameters
        ----------
        link
            Its number.

        Returns
        -------
        distances
            Shape (s, t).
        """
        found, row = self.base.copy(), self.row[link]
        if row >= 0:
            own = slice(self.indptr[row], self.indptr[row + 1])
            i, j = self.origins[own], self.destinations[own]
            found[i, j] = self.distances[own]
            if self.symmetric:
                found[j, i] = self.distances[own]
        return found


class Losses(NamedTuple):
    """
    What pairs lose with each link: four arrays of shape (links,).

    `efficiency` is the sum of w (1/t - 1/t') over the pairs whose distance grows from t > 0
    to t', 1/t' = 0 where cut off (Latora and Marchiori 2001); `extra` the sum of w (t' - t)
    over those still connected; `cut` the sum of w over those cut off; `pairs` their number,
    cut off or longer.
    """

    efficiency: Floats
    extra: Floats
    cut: Floats
    pairs: Floats


def replacements(
    graph: Graph,
    sources: ArrayLike,
    targets: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
) -> Replacements:
    """
    Return the distances between nodes without each link in turn.

    An undirected graph without groups is reduced first (dead ends stripped, chains joined);
    then one pass per pair finds the new distance for all links of its way (replacement paths
    after Hershberger and Suri 2001). Else one tree per source is made, and only the subtree
    that a link holds is searched again. Without numba, the sources concerned are searched
    again with scipy. Results equal full recomputation but for the order of additions. Memory:
    16 bytes per source and node of the reduced graph, and 20 per entry of the result.

    Parameters
    ----------
    graph
        A graph.
    sources, targets
        Nodes to leave from and to arrive at, shapes (s,) and (t,); no targets: the sources.
    groups
        Group of every link; a group is lost as one, -1 is never lost; shape (links,).

    Returns
    -------
    replacements
        Rows belong to links or groups.

    Raises
    ------
    BadInputError
        When a node does not exist or a shape differs.

    Examples
    --------
    >>> from geo.engines.graphs import graph
    >>> ring = graph(3, [0, 1, 2], [1, 2, 0], [1.0, 1.0, 5.0])
    >>> found = replacements(ring, [0, 1, 2])
    >>> found.base[0].tolist(), found.without(0)[0].tolist()
    ([0.0, 1.0, 2.0], [0.0, 6.0, 5.0])
    """
    found, symmetric, _ = _swept(graph, sources, targets, groups, None, listed=True)
    base, rows, minutes, row = found
    order = np.argsort(rows[:, 0], kind="stable")
    indptr = np.searchsorted(rows[order, 0], np.arange(row.max(initial=-1) + 2)).astype(np.int32)
    return Replacements(base, row, indptr, rows[order, 1], rows[order, 2], minutes[order],
                        symmetric)  # fmt: skip


def removal_losses(
    graph: Graph,
    sources: ArrayLike,
    targets: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Losses:
    """
    Return what the loss of each link costs, added up over pairs: for large sweeps.

    Parameters
    ----------
    graph, sources, targets, groups
        As in `replacements`. Of an undirected graph without targets and groups, every
        unordered pair counts once, else every ordered pair.
    weights
        Weights w of the pairs, 1 where not given, shape (s, t); of unordered pairs those
        above the diagonal.

    Returns
    -------
    losses
        Per link or group.

    Raises
    ------
    BadInputError
        When a node does not exist or a shape differs.

    Examples
    --------
    >>> from geo.engines.graphs import graph
    >>> losses = removal_losses(graph(3, [0, 1, 0], [1, 2, 2], [5.0, 7.0, 20.0]), [0, 2])
    >>> losses._fields[:2]
    ('efficiency', 'extra')
    """
    found, _, sums = _swept(graph, sources, targets, groups, weights, listed=False)
    row = found[-1]
    return Losses(*np.where(row >= 0, np.append(sums, np.zeros((4, 1)), axis=1)[:, row], 0.0))


def _swept(
    graph: Graph,
    sources: ArrayLike,
    targets: ArrayLike | None,
    groups: ArrayLike | None,
    weights: ArrayLike | None,
    *,
    listed: bool,
) -> tuple[Found, bool, Floats]:
    """Choose the kernel; return what it finds, whether pairs are unordered, and the sums."""
    start = checked_nodes(sources, graph.size)
    end = start if targets is None else checked_nodes(targets, graph.size)
    shape = len(start), len(end)
    worth = np.ones(shape) if weights is None else np.ascontiguousarray(weights, float)
    if worth.shape != shape:
        raise BadInputError(f"weights: shape {shape} expected, {worth.shape} given")
    group = np.asarray(np.arange(graph.link_count) if groups is None else groups, np.int32)
    if group.shape != (graph.link_count,):
        raise BadInputError(f"groups: shape ({graph.link_count},) expected, {group.shape} given")
    symmetric = not graph.directed and targets is None and groups is None
    if not has("numba"):
        return _recomputed(graph, start, end, group, worth, symmetric=symmetric)
    if symmetric:
        found, sums = _replaced(graph, start, worth, listed=listed)
    else:
        found, sums = _searched_again(graph, start, end, group, worth, listed=listed)
    return found, symmetric, sums


def _replaced(graph: Graph, nodes: Ints, worth: Floats, *, listed: bool) -> tuple[Found, Floats]:
    from geo.engines._removal import reduced, replacement_paths
    from geo.engines.graphs import graph as make

    keep = np.zeros(graph.size, np.int32)
    keep[nodes] = 1
    row = np.full(graph.link_count, -1, np.int32)
    arcs = graph.indptr, graph.indices, graph.weights, graph.links
    number, tails, heads, length = reduced(*arcs, keep, row)
    small = make(int(number.max(initial=-1)) + 1, tails, heads, length)
    sums = np.zeros((4, len(tails)))
    network = small.indptr, small.indices, small.weights, small.links, small.tails
    found = replacement_paths(network, (tails, heads, length), number[nodes], worth, sums, listed)
    return (*found, row), sums


def _searched_again(
    graph: Graph, start: Ints, end: Ints, group: Ints, worth: Floats, *, listed: bool
) -> tuple[Found, Floats]:
    from geo.engines._subtrees import subtrees

    sums = np.zeros((4, group.max(initial=-1) + 1))
    network = graph.indptr, graph.indices, graph.weights, group[graph.links], graph.tails
    begin = np.zeros(graph.size + 1, np.int32)
    np.cumsum(np.bincount(graph.indices, minlength=graph.size), out=begin[1:])
    backward = begin, np.argsort(graph.indices, kind="stable").astype(np.int32)
    found = subtrees(network, backward, start, end, worth, sums, listed)
    return (*found, np.arange(sums.shape[1], dtype=np.int32)), sums


def _recomputed(
    graph: Graph, start: Ints, end: Ints, group: Ints, worth: Floats, *, symmetric: bool
) -> tuple[Found, bool, Floats]:
    """Search again from the sources whose tree uses a group: the way without numba."""
    far, arcs = trees(graph, start)
    base, count = far[:, end], int(group.max(initial=-1)) + 1
    sums, rows, minutes = np.zeros((4, count)), [np.empty((0, 3), np.int32)], [np.empty(0)]
    lost = np.append(group[graph.links], -1)[arcs]
    for this in range(count):
        hit = np.flatnonzero((lost == this).any(axis=1))
        left = graph.weights.copy()
        left[group[graph.links] == this] = np.inf
        new = distances(graph._replace(weights=left), start[hit], end)
        i, j = np.nonzero(new > base[hit] * (1 + TIE))
        if symmetric:
            i, j = i[hit[i] < j], j[hit[i] < j]
        old, now, w = base[hit[i], j], new[i, j], worth[hit[i], j]
        off, apart = np.isinf(now), old > 0
        gain = 1 / old[apart] - 1 / now[apart]
        sums[:, this] = (
            (w[apart] * gain).sum(),
            (w * (now - old))[~off].sum(),
            w[off].sum(),
            len(i),
        )
        rows.append(np.stack([np.full(len(i), this), hit[i], j], axis=1).astype(np.int32))
        minutes.append(now)
    found = base, np.concatenate(rows), np.concatenate(minutes)
    return (*found, np.arange(count, dtype=np.int32)), symmetric, sums
