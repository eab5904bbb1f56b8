"""Customizable contraction hierarchies: road networks set up for many searches and weights."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csc_array
from scipy.sparse.linalg import spilu

from geo.algorithms.graphs import Floats, Graph, Ints, with_weights
from geo.algorithms.kernels import compiled
from geo.core import BadInputError, has, optional

Arcs = tuple[Ints, Ints, Floats]
#: Sources that one sweep carries along: eight floats fill the widest registers.
LANES = 8


@compiled
def chordal(indptr: Ints, indices: Ints, most: int) -> tuple[Ints, Ints, Ints]:
    """Add the shortcuts of an elimination order; return an empty tree beyond `most` arcs."""
    # Rows hold upper neighbours only; in the end these form a clique.
    # This is symbolic Cholesky factorization (Liu 1990). The parent of a node in the
    # elimination tree is its lowest upper neighbour. The row of v is its own neighbours and
    # the rows of its children without v itself: rows of deeper nodes are handed on by the
    # parents in between, which contain them.
    n = len(indptr) - 1
    heads = np.empty(2 * len(indices) + n, np.int32)
    begin = np.zeros(n + 1, np.int32)
    parent = np.full(n, -1, np.int32)
    child, sibling, seen = np.full(n, -1, np.int32), np.full(n, -1, np.int32), np.full(n, -1)
    k = 0
    for v in range(n):
        if k > most:
            return begin, heads, parent[:0]
        if k + n > len(heads):
            longer = np.empty(2 * len(heads) + n, np.int32)
            longer[:k] = heads[:k]
            heads = longer
        for a in range(indptr[v], indptr[v + 1]):
            if seen[indices[a]] != v:
                seen[indices[a]] = v
                heads[k] = indices[a]
                k += 1
        c = child[v]
        while c >= 0:
            for a in range(begin[c] + 1, begin[c + 1]):  # the first one is v itself
                if seen[heads[a]] != v:
                    seen[heads[a]] = v
                    heads[k] = heads[a]
                    k += 1
            c = sibling[c]
        heads[begin[v] : k].sort()
        begin[v + 1] = k
        if k > begin[v]:
            parent[v] = heads[begin[v]]
            sibling[v] = child[parent[v]]
            child[parent[v]] = v
    return begin, heads[:k].copy(), parent


@compiled
def customize(
    begin: Ints, heads: Ints, tails: Ints, below: Ints, arcs: Ints, up: Floats, down: Floats
) -> None:
    """
    Give every shortcut its weight: the shortest path over lower nodes.

    `arcs[below[a]:below[a+1]]` are the arcs that end in a, from its lower neighbours. `up` is
    the weight towards the upper node, `down` the weight back; the same array if undirected.
    """
    # Basic customization (Dibbelt, Strasser and Wagner 2016): a path from a to b over lower
    # nodes has a highest inner node v, and its two halves run over nodes below v. So the arc
    # a-b is right when it has been compared with every lower triangle v-a, v-b; nodes come in
    # ascending order, and the arcs of v are final before those of a are touched.
    place = np.zeros(len(begin), np.int32)
    for a in range(len(begin) - 1):
        for k in range(begin[a], begin[a + 1]):
            place[heads[k]] = k
        for i in range(below[a], below[a + 1]):
            va = arcs[i]
            for vb in range(va + 1, begin[tails[va] + 1]):  # heads ascend: b is above a
                ab = place[heads[vb]]
                up[ab] = min(up[ab], down[va] + up[vb])
                down[ab] = min(down[ab], down[vb] + up[va])


@compiled
def perfect(
    begin: Ints, heads: Ints, tails: Ints, below: Ints, arcs: Ints, up: Floats, down: Floats
) -> None:
    """Lower every weight to the true distance between its ends."""
    # Perfect customization (Dibbelt, Strasser and Wagner 2016). After `customize` a shortest
    # path from v rises, then falls, so its first step goes up; what is missing for the arc v-a
    # are paths over another upper neighbour b. Upper neighbours are a clique, so an arc a-b
    # exists, and from the top downwards it is the true distance when a has its turn: then both
    # v-a over b and v-b over a are compared.
    place = np.zeros(len(begin), np.int32)
    for a in range(len(begin) - 2, -1, -1):
        for k in range(begin[a], begin[a + 1]):
            place[heads[k]] = k
        for i in range(below[a], below[a + 1]):
            va = arcs[i]
            for vb in range(va + 1, begin[tails[va] + 1]):
                ab = place[heads[vb]]
                up[va] = min(up[va], up[vb] + down[ab])
                up[vb] = min(up[vb], up[va] + up[ab])
                down[va] = min(down[va], up[ab] + down[vb])
                down[vb] = min(down[vb], down[ab] + down[va])


@compiled
def _restricted(
    parent: Ints, begin: Ints, heads: Ints, weights: Floats, targets: Ints
) -> tuple[Ints, Ints, Ints, Floats]:
    """Return the part of the hierarchy above the targets, the highest node first."""
    n = len(parent)
    place = np.full(n, -1, np.int32)
    for target in targets:
        v = target
        while v >= 0 and place[v] < 0:
            place[v] = 0
            v = parent[v]
    high = np.flatnonzero(place == 0)[::-1]
    arcs = 0
    for i in range(len(high)):
        place[high[i]] = i
        arcs += begin[high[i] + 1] - begin[high[i]]
    first = np.zeros(len(high) + 1, np.int32)
    above, weight = np.empty(arcs, np.int32), np.empty(arcs)
    k = 0
    for i in range(len(high)):
        for a in range(begin[high[i]], begin[high[i] + 1]):
            above[k], weight[k] = place[heads[a]], weights[a]
            k += 1
        first[i + 1] = k
    return place, first, above, weight


@compiled
def _rise(
    parent: Ints,
    begin: Ints,
    heads: Ints,
    weights: Floats,
    source: int,
    reach: Floats,
    place: Ints,
    lane: Floats,
) -> None:
    """Write how far upper nodes are by rising paths; `reach` is infinite before and after."""
    # All upper neighbours of v are its ancestors in the elimination tree, so the walk to the
    # root meets every node that rises from the source, in ascending order: no heap is needed,
    # and what was written is wiped on the way.
    v = source
    reach[v] = 0.0
    while v >= 0:
        here = reach[v]
        reach[v] = np.inf
        if here < np.inf:
            if place[v] >= 0:
                lane[place[v]] = here
            for a in range(begin[v], begin[v + 1]):
                reach[heads[a]] = min(reach[heads[a]], here + weights[a])
        v = parent[v]


@compiled
def many_to_many(
    parent: Ints,
    up: tuple[Ints, Ints, Floats],
    down: tuple[Ints, Ints, Floats],
    sources: Ints,
    targets: Ints,
) -> Floats:
    """Return the distances from sources to targets."""
    # RPHAST (Delling, Goldberg and Werneck 2011, "Faster batched shortest paths"): a shortest
    # path of a hierarchy rises, then falls. Every source rises over its ancestors; then one
    # sweep from the top downwards over the part above the targets lets them fall: the upper
    # neighbours of a node are final before it. Several sources share a sweep, because reading
    # the arcs from memory takes longest.
    place, first, above, weight = _restricted(parent, *down, targets)
    found = np.empty((len(sources), len(targets)))
    reach = np.full(len(parent), np.inf)
    lanes, best = np.empty((len(first) - 1, LANES)), np.empty(LANES)
    for start in range(0, len(sources), LANES):
        width = min(LANES, len(sources) - start)
        lanes[:] = np.inf
        for lane in range(width):
            _rise(parent, *up, sources[start + lane], reach, place, lanes[:, lane])
        for i in range(len(first) - 1):
            for lane in range(LANES):
                best[lane] = lanes[i, lane]
            for a in range(first[i], first[i + 1]):
                for lane in range(LANES):
                    way = lanes[above[a], lane] + weight[a]
                    best[lane] = min(best[lane], way)
            for lane in range(LANES):
                lanes[i, lane] = best[lane]
        for lane in range(width):
            for j in range(len(targets)):
                found[start + lane, j] = lanes[place[targets[j]], lane]
    return found


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
    to make, about half as fast to search. Nothing is rounded to integers.

    Parameters
    ----------
    graph
        A graph like a road network: sparse, nearly planar.
    points
        Finite plane coordinates of the nodes, or degrees, shape (n, 2).

    Returns
    -------
    prepared
        For `shortest_distances` and `reweight`. Without numba, or where contraction would need
        more than 40 shortcuts per arc, there is no hierarchy, and searches are plain ones.
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
    prepared, weights
        A prepared graph, and weights of its links, infinite where closed, shape (links,).

    Returns
    -------
    prepared
        The same graph with these weights.

    Examples
    --------
    >>> from geo.algorithms import build_graph, shortest_distances
    >>> ready = prepare(build_graph(3, [0, 1], [1, 2], [5.0, 7.0]))
    >>> float(shortest_distances(reweight(ready, [1.0, 2.0]), [0], [2])[0, 0])
    3.0
    """
    graph = with_weights(prepared.graph, weights)
    if prepared.hierarchy is None:
        return prepared._replace(graph=graph)
    return _customized(graph, prepared.hierarchy)


def _least_degree(graph: Graph) -> Ints:
    """Return the rank of every node in the minimum degree order of SuperLU."""
    n, diagonal = graph.size, np.arange(graph.size)
    rows = np.concatenate([graph.tails, graph.indices, diagonal])
    columns = np.concatenate([graph.indices, graph.tails, diagonal])
    # the order looks at the pattern alone; a strong diagonal and a crude factor save time
    values = np.full(len(rows), -1.0)
    values[-n:] = len(rows)
    matrix = csc_array((values, (rows, columns)), shape=(n, n))
    factor = spilu(
        matrix,
        drop_tol=0.5,
        fill_factor=1,
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    return np.asarray(factor.perm_c, np.int32)


def _dissected(graph: Graph, points: Floats) -> Ints:
    """Return the rank of every node by nested dissection."""
    routing = optional("pyroutingkit", "fast", "nested dissection needs pyroutingkit")
    span = max(float(np.ptp(points, axis=0).max()), 1e-9)
    x, y = (80 * (points - points.mean(axis=0)) / span).astype(np.float32).T
    topology = routing.CCHTopology()
    ends = graph.tails.astype(np.uint32), graph.indices.astype(np.uint32)
    topology.build(*ends, np.ascontiguousarray(y), np.ascontiguousarray(x), graph.size)
    with TemporaryDirectory() as folder:  # the package gives the order only in its files
        topology.save(folder)
        return np.fromfile(Path(folder) / "rank", np.uint32).astype(np.int32)


def _hierarchy(graph: Graph, rank: Ints) -> Hierarchy | None:
    n, tail, head = graph.size, rank[graph.tails], rank[graph.indices]
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    indptr, order = _rows(low, n)
    begin, heads, parent = chordal(indptr, high[order], FILL * len(graph.indices))
    if len(parent) < n:
        return None
    tails = np.repeat(np.arange(n, dtype=np.int32), np.diff(begin))
    below, arcs = _rows(heads, n)
    place = np.searchsorted(tails * np.int64(n) + heads, low * np.int64(n) + high)
    return Hierarchy(
        rank, begin, heads, tails, parent, below, arcs, place.astype(np.int32), tail < head
    )


def _rows(keys: Ints, n: int) -> tuple[Ints, Ints]:
    """Return where the rows of equal keys begin, and the order that sorts them."""
    begin = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(keys, minlength=n), out=begin[1:])
    return begin, np.argsort(keys, kind="stable").astype(np.int32)


def _customized(graph: Graph, hierarchy: Hierarchy) -> Prepared:
    h = hierarchy
    up = np.full(len(h.heads), np.inf)
    np.minimum.at(up, h.place[h.rising], graph.weights[h.rising])
    down = up
    if graph.directed:
        down = np.full(len(h.heads), np.inf)
        np.minimum.at(down, h.place[~h.rising], graph.weights[~h.rising])
    shape = h.begin, h.heads, h.tails, h.below, h.arcs
    customize(*shape, up, down)
    # a shortcut longer than the distance between its ends is on no shortest path
    distance_up = up.copy()
    distance_down = down.copy() if graph.directed else distance_up
    perfect(*shape, distance_up, distance_down)
    rising = _needed(h, up, distance_up)
    return Prepared(
        graph, h, rising, _needed(h, down, distance_down) if graph.directed else rising
    )


def _needed(hierarchy: Hierarchy, weights: Floats, distances: Floats) -> Arcs:
    """Return the arcs that a shortest path can use."""
    keep = np.flatnonzero((weights <= distances) & np.isfinite(weights))
    begin = np.searchsorted(keep, hierarchy.begin).astype(np.int32)
    return begin, hierarchy.heads[keep], weights[keep]
