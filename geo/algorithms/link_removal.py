"""What the loss of every single link does to the distances between some nodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.algorithms.distances import checked_nodes
from geo.algorithms.graphs import TIE, Floats, Graph, Ints, build_graph
from geo.algorithms.kernels import compiled
from geo.algorithms.search import Heap, drop, grow_tree, grow_trees, push
from geo.core import BadInputError

Found = tuple[Floats, Ints, Floats, Ints]
#: Indptr, indices, weights, links or groups, and tails of arcs.
Arcs = tuple[Ints, Ints, Floats, Ints, Ints]
#: Tails, heads, weights of links.
Ends = tuple[Ints, Ints, Floats]


@compiled
def _stripped(
    indptr: Ints, indices: Ints, weights: Floats, links: Ints, keep: Ints, gone: NDArray[np.bool_]
) -> Ints:
    """Mark closed links and those of dead ends as gone; return the degrees that are left."""
    n = len(indptr) - 1
    degree, tips, count = np.zeros(n, np.int32), np.empty(n, np.int32), 0
    for v in range(n):
        for a in range(indptr[v], indptr[v + 1]):
            gone[links[a]] = weights[a] == np.inf
            degree[v] += weights[a] < np.inf
        if degree[v] == 1 and keep[v] == 0:
            tips[count] = v
            count += 1
    while count:
        count -= 1
        v = tips[count]
        for a in range(indptr[v], indptr[v + 1]):
            if not gone[links[a]]:
                gone[links[a]] = True
                u = indices[a]
                degree[v] -= 1
                degree[u] -= 1
                if degree[u] == 1 and keep[u] == 0:
                    tips[count] = u
                    count += 1
    return degree


@compiled
def reduced(
    indptr: Ints, indices: Ints, weights: Floats, links: Ints, keep: Ints, group: Ints
) -> tuple[Ints, Ints, Ints, Floats]:
    """
    Drop what no shortest path between kept nodes needs, and join the links of chains.

    `group` (-1 before) gets the new edge of every link that stays. Returns the new numbers of
    the nodes, and the edges: tails, heads, weights.
    """
    # The loss of a link of a dead end changes no distance between kept nodes, and the loss of
    # any link of a chain has the effect of losing them all: its inner nodes, of degree 2 once
    # dead ends are gone, have no other way out. So one replacement path serves a whole chain.
    n = len(indptr) - 1
    gone = np.zeros(len(group), np.bool_)
    degree = _stripped(indptr, indices, weights, links, keep, gone)
    number = np.full(n, -1, np.int32)
    size = 0
    for v in range(n):
        if keep[v] == 1 or degree[v] > 2:
            number[v] = size
            size += 1
    tails, heads = np.empty(len(group), np.int32), np.empty(len(group), np.int32)
    length, edges = np.zeros(len(group)), 0
    for v in range(n):
        if number[v] < 0:
            continue
        for first in range(indptr[v], indptr[v + 1]):
            a, at = first, v
            while a >= 0 and not gone[links[a]]:  # a link is gone once it is in a chain
                gone[links[a]] = True
                group[links[a]] = edges
                length[edges] += weights[a]
                at, a = indices[a], -1
                if number[at] < 0:
                    for onward in range(indptr[at], indptr[at + 1]):
                        a = onward if not gone[links[onward]] else a
            # a chain that returns to its start is kept as a loop, which changes nothing, so
            # that `group` names an edge that exists; one walked before has another number
            if at != v or group[links[first]] == edges:
                tails[edges], heads[edges] = number[v], number[at]
                edges += 1
    return number, tails[:edges], heads[:edges], length[:edges]


@compiled
def add(sums: Floats, edge: int, old: float, new: float, weight: float) -> None:
    """Add what a pair loses to the four sums of an edge."""
    if new == np.inf:
        sums[2, edge] += weight
        sums[3, edge] += 1
    elif new > old * (1 + TIE):
        sums[1, edge] += weight * (new - old)
        sums[3, edge] += 1
    else:
        return
    if old > 0:
        sums[0, edge] += weight * (1 / old - 1 / new)


@compiled
def _around(
    ends: Ends, path: Ints, level: Ints, far_s: Floats, far_t: Floats, best: Floats
) -> None:
    """Fill row 0 of `best`: the distance from s to t without edge i of the path, for every i."""
    # For undirected graphs (Hershberger and Suri 2001, "Vickrey prices and shortest paths").
    # Edge i of the path joins its nodes p (level i) and q (level i + 1). Without it, a node of
    # a level up to i keeps its distance from s: its path in the tree does not use the edge. A
    # node x above keeps its distance to t. Its path from q in the tree and on along the path
    # avoids the edge, and nothing through the edge is shorter: a way that takes it from q to p
    # comes back from p to t through q at the earliest; one that takes it from p to q has come to
    # q only after p, while the tree leads from x to q at no more than the distance of x and p
    # plus the edge. So the new path is one edge across the levels and old paths to its ends.
    # An edge between levels a < b lies across for i in a..b-1. It is entered for the two spans
    # of the largest power of two that cover this range (a sparse table written backwards); at
    # the end spans hand their values down by halves: m log m in all instead of m times m.
    tails, heads, weights = ends
    best[:] = np.inf
    for e in range(len(tails)):
        x, y = tails[e], heads[e]
        if level[x] == level[y] or level[x] < 0 or level[y] < 0:
            continue
        if level[x] > level[y]:
            x, y = y, x
        low, high = level[x], level[y] - 1
        if low == high and path[low] == e:
            continue
        way, row = far_s[x] + weights[e] + far_t[y], 0
        while 2 << row <= high - low + 1:
            row += 1
        best[row, low] = min(best[row, low], way)
        best[row, high + 1 - (1 << row)] = min(best[row, high + 1 - (1 << row)], way)
    for row in range(len(best) - 1, 0, -1):
        half = 1 << (row - 1)
        for i in range(len(path) - 2 * half + 1):
            best[row - 1, i] = min(best[row - 1, i], best[row, i])
            best[row - 1, i + half] = min(best[row - 1, i + half], best[row, i])


@compiled
def _path(
    into: Ints, tails: Ints, links: Ints, order: Ints, t: int, path: Ints, level: Ints
) -> int:
    """
    Write the edges of the path to t, from its start, and the levels of all nodes.

    The level of a node is how many edges its own path in the tree shares with that path; the
    caller sets `level` to -1. Returns the number of edges, 0 if t is out of reach.
    """
    k, v = 0, t
    while into[v] >= 0:
        k += 1
        v = tails[into[v]]
    v = t
    for i in range(k - 1, -1, -1):
        path[i] = links[into[v]]
        level[v] = i + 1
        v = tails[into[v]]
    level[order[0]] = 0
    for v in order:  # parents come first
        if level[v] < 0:
            level[v] = level[tails[into[v]]]
    return k


@compiled
def replacement_paths(
    network: Arcs, ends: Ends, terminals: Ints, worth: Floats, sums: Floats, listed: bool
) -> tuple[Floats, Ints, Floats]:
    """
    Find, for every pair of terminals, its distance without each edge of its path.

    One pass over nodes and edges per pair. Adds up `sums` per edge (see `add`); if `listed`,
    returns base distances, rows of (edge, i, j) with i < j, and the new distances.
    """
    links, tails = network[3:]
    n, k = len(network[0]) - 1, len(terminals)
    base = np.full((k, k), np.inf)
    far, into, order, count = grow_trees(network[:3], terminals)
    level, path = np.empty(n, np.int32), np.empty(n, np.int32)
    best = np.empty((int(np.log2(n + 1)) + 1, n))
    rows, minutes, found = np.empty((64, 3), np.int32), np.empty(64), 0
    for i in range(k):
        base[i, i] = 0.0
        reached = order[i, : count[i]]
        for j in range(i + 1, k):
            base[i, j] = base[j, i] = far[i, terminals[j]]
            if base[i, j] == np.inf:
                continue
            level[:] = -1
            edges = _path(into[i], tails, links, reached, terminals[j], path, level)
            if not edges:
                continue
            span = int(np.log2(edges)) + 1
            _around(ends, path[:edges], level, far[i], far[j], best[:span, :edges])
            for e in range(edges):
                add(sums, path[e], base[i, j], best[0, e], worth[i, j])
            if listed:
                while found + edges > len(minutes):
                    rows = np.concatenate((rows, np.empty_like(rows)))
                    minutes = np.concatenate((minutes, np.empty_like(minutes)))
                for e in range(edges):
                    rows[found, 0], rows[found, 1], rows[found, 2] = path[e], i, j
                    minutes[found] = max(best[0, e], base[i, j])
                    found += 1
    return base, rows[:found], minutes[:found]


@compiled
def _preorder(into: Ints, tails: Ints, order: Ints, spot: Ints, below: Ints, tree: Ints) -> None:
    """List a tree so that every subtree is one slice: `tree[spot[v] : spot[v] + below[v]]`."""
    for v in order:
        below[v] = 1
    for i in range(len(order) - 1, 0, -1):
        below[tails[into[order[i]]]] += below[order[i]]
    onward = np.empty(len(spot), np.int32)  # where the next child of a node begins
    for v in order:
        spot[v] = 0
        if into[v] >= 0:
            spot[v] = onward[tails[into[v]]]
            onward[tails[into[v]]] += below[v]
        onward[v] = spot[v] + 1
        tree[spot[v]] = v


@compiled
def _slices(
    v: int, following: Ints, spot: Ints, below: Ints, tree: Ints, holds: Ints, cut: Ints
) -> int:
    """Write the nodes below any arc of a group, each once; none if no target is there."""
    count, end, targets = 0, 0, 0
    while v >= 0:
        if spot[v] >= end:
            end = spot[v] + below[v]
            targets += holds[end] - holds[spot[v]]
            cut[count : count + below[v]] = tree[spot[v] : end]
            count += below[v]
        v = following[v]
    return count if targets else 0


@compiled
def _again(
    network: Arcs,
    backward: tuple[Ints, Ints],
    group: int,
    cut: Ints,
    far: Floats,
    new: Floats,
    inside: Ints,
    heap: Heap,
) -> None:
    """Find the distances of the nodes below the arcs of a group, without these arcs."""
    # Nodes outside keep their distance, for their paths in the tree use none of the arcs; so
    # the search starts with the arcs that lead in, and stays inside.
    indptr, indices, weights, groups, tails = network
    into, arcs = backward
    keys, nodes = heap
    count = 0
    for y in cut:
        new[y] = np.inf
        for k in range(into[y], into[y + 1]):
            a = arcs[k]
            if groups[a] != group and inside[tails[a]] == 0:
                new[y] = min(new[y], far[tails[a]] + weights[a])
        if new[y] < np.inf:
            push(keys, nodes, count, new[y], y)
            count += 1
    while count:
        v, here = nodes[0], keys[0]
        count -= 1
        drop(keys, nodes, count)
        if here > new[v]:
            continue
        for a in range(indptr[v], indptr[v + 1]):
            u, way = indices[a], here + weights[a]
            if groups[a] != group and inside[u] == 1 and way < new[u]:
                new[u] = way
                push(keys, nodes, count, way, u)
                count += 1


@compiled
def subtrees(
    network: Arcs,
    backward: tuple[Ints, Ints],
    sources: Ints,
    targets: Ints,
    worth: Floats,
    sums: Floats,
    listed: bool,
) -> tuple[Floats, Ints, Floats]:
    """
    Find, for every source and every group on its tree, the distances to the targets below.

    Results as those of `replacement_paths`, for ordered pairs of any graph.
    """
    # An arc outside the tree can be lost without effect, and one inside concerns the nodes
    # below it alone: only those are searched again, and only where a target is among them.
    groups, tails = network[3:]
    n, base = len(network[0]) - 1, np.empty((len(sources), len(targets)))
    far, new = np.empty(n), np.empty(n)
    into, order = np.empty(n, np.int32), np.empty(n, np.int32)
    # the second search may push one entry per node before any arc
    heap = np.empty(len(network[1]) + n + 1), np.empty(len(network[1]) + n + 1, np.int32)
    spot, below, tree = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    first, following = np.full(sums.shape[1], -1, np.int32), np.empty(n, np.int32)
    cut, inside, holds = np.empty(n, np.int32), np.zeros(n, np.int32), np.zeros(n + 1, np.int32)
    is_target = np.zeros(n, np.int32)
    is_target[targets] = 1
    rows, minutes, found = np.empty((64, 3), np.int32), np.empty(64), 0
    for i in range(len(sources)):
        count = grow_tree(network[:3], sources[i], far, into, order, heap)[0]
        _preorder(into, tails, order[:count], spot, below, tree)
        base[i] = far[targets]
        for p in range(count):
            holds[p + 1] = holds[p] + is_target[tree[p]]
        # the arcs of a group, by the nodes they enter, in the order of the tree
        for p in range(count - 1, 0, -1):
            group = groups[into[tree[p]]]
            if group >= 0:
                following[tree[p]], first[group] = first[group], tree[p]
        for p in range(1, count):
            group = groups[into[tree[p]]]
            if group < 0 or first[group] != tree[p]:
                continue
            first[group] = -1
            size = _slices(tree[p], following, spot, below, tree, holds, cut)
            if not size:
                continue
            inside[cut[:size]] = 1
            _again(network, backward, group, cut[:size], far, new, inside, heap)
            for j in range(len(targets)):
                if inside[targets[j]]:
                    t = targets[j]
                    add(sums, group, far[t], new[t], worth[i, j])
                    if listed and found == len(minutes):
                        rows = np.concatenate((rows, np.empty_like(rows)))
                        minutes = np.concatenate((minutes, np.empty_like(minutes)))
                    if listed:
                        rows[found, 0], rows[found, 1], rows[found, 2] = group, i, j
                        minutes[found] = max(far[t], new[t])
                        found += 1
            inside[cut[:size]] = 0
    return base, rows[:found], minutes[:found]


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
        """Return the distances without a link or a group, shape (s, t)."""
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
    then one pass per pair finds the new distance for all links of its path (replacement paths
    after Hershberger and Suri 2001). Else one tree per source is made, and only the subtree
    below a link is searched again. Results equal full recomputation but for the order of
    additions. Memory: 16 bytes per source and node of the reduced graph, 20 per entry found.

    Parameters
    ----------
    graph, sources, targets
        As for `shortest_distances`; no targets: the sources.
    groups
        Group of every link; a group is lost as one, -1 is never lost; shape (links,).

    Returns
    -------
    replacements
        Rows belong to links or groups.

    Examples
    --------
    >>> ring = build_graph(3, [0, 1, 2], [1, 2, 0], [1.0, 1.0, 5.0])
    >>> found = replacements(ring, [0, 1, 2])
    >>> found.base[0].tolist(), found.without(0)[0].tolist()
    ([0.0, 1.0, 2.0], [0.0, 6.0, 5.0])
    """
    found, symmetric, _ = _swept(graph, sources, targets, groups, None, listed=True)
    base, rows, minutes, row = found
    order = np.argsort(rows[:, 0], kind="stable")
    indptr = np.searchsorted(rows[order, 0], np.arange(row.max(initial=-1) + 2)).astype(np.int32)
    return Replacements(
        base, row, indptr, rows[order, 1], rows[order, 2], minutes[order], symmetric
    )


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
        As for `replacements`. Of an undirected graph without targets and groups, every
        unordered pair counts once, else every ordered pair.
    weights
        Weights w of the pairs, default 1, shape (s, t); above the diagonal if unordered.

    Returns
    -------
    losses
        Per link or group.

    Examples
    --------
    >>> ring = build_graph(3, [0, 1, 0], [1, 2, 2], [5.0, 7.0, 20.0])
    >>> removal_losses(ring, [0, 2]).extra
    array([8., 8., 0.])
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
    if symmetric:
        found, sums = _replaced(graph, start, worth, listed=listed)
    else:
        found, sums = _searched_again(graph, start, end, group, worth, listed=listed)
    return found, symmetric, sums


def _replaced(graph: Graph, nodes: Ints, worth: Floats, *, listed: bool) -> tuple[Found, Floats]:
    """Sweep an undirected graph, reduced first."""
    keep = np.zeros(graph.size, np.int32)
    keep[nodes] = 1
    row = np.full(graph.link_count, -1, np.int32)
    arcs = graph.indptr, graph.indices, graph.weights, graph.links
    number, tails, heads, length = reduced(*arcs, keep, row)
    small = build_graph(int(number.max(initial=-1)) + 1, tails, heads, length)
    sums = np.zeros((4, len(tails)))
    network = small.indptr, small.indices, small.weights, small.links, small.tails
    found = replacement_paths(network, (tails, heads, length), number[nodes], worth, sums, listed)
    return (*found, row), sums


def _searched_again(
    graph: Graph, start: Ints, end: Ints, group: Ints, worth: Floats, *, listed: bool
) -> tuple[Found, Floats]:
    """Sweep the subtrees below links or groups."""
    sums = np.zeros((4, group.max(initial=-1) + 1))
    network = graph.indptr, graph.indices, graph.weights, group[graph.links], graph.tails
    begin = np.zeros(graph.size + 1, np.int32)
    np.cumsum(np.bincount(graph.indices, minlength=graph.size), out=begin[1:])
    backward = begin, np.argsort(graph.indices, kind="stable").astype(np.int32)
    found = subtrees(network, backward, start, end, worth, sums, listed)
    return (*found, np.arange(sums.shape[1], dtype=np.int32)), sums
