"""One line for a route out of the many ways that make it: one carriageway, end to end."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

#: What lies this near to the line of its own route is its other carriageway or track.
BESIDE_M = 1000.0
#: Ends of two pieces of a route this near to each other are joined by a straight line.
GAP_M = 500.0
#: A line that comes back to itself this near, the other way round, has turned at its far end.
TURNED_M, TURNED_AFTER_M, SAMPLE_M = 150.0, 2000.0, 200.0
#: Starts tried per piece of a route.
STARTS = 32


class Chain(NamedTuple):
    """A line that follows edges: points in metres, and the edge of every leg, -1 across a gap."""

    points: Floats
    edge: Ints

    @property
    def metres(self) -> Floats:
        """Distance of every point from the start."""
        return np.append(0.0, np.cumsum(np.hypot(*np.diff(self.points, axis=0).T)))

    @property
    def line(self) -> shapely.LineString:
        """The same as a shape."""
        return shapely.LineString(self.points)

    @property
    def closed(self) -> bool:
        """Whether it ends where it begins."""
        return bool(np.allclose(self.points[0], self.points[-1]))


def route_chains(edges: gpd.GeoDataFrame, *, min_km: float = 5.0) -> tuple[list[Chain], float]:
    """
    Return the lines of one route, the longest first, and the km in no line and beside none.

    Edges are those of :func:`geo.network.noded` in metres. The longest path that traffic can
    take along them comes first. What lies beside it is its other carriageway or track; of the
    rest the longest path follows, until nothing of `min_km` is left. Pieces whose ends nearly
    meet become one.
    """
    beside = min(BESIDE_M, 1000 * min_km)
    shapes = edges.geometry.to_numpy()
    around = np.atleast_2d(
        shapely.line_interpolate_point(shapes[:, None], [0, 0.5, 1], normalized=True)
    )
    waiting = np.ones(len(edges), bool)
    found: list[Chain] = []
    while waiting.any():
        piece = _largest_piece(edges, waiting)
        chain = _without_return(_longest_path(edges, piece))
        waiting[piece] = False
        # a piece shorter than a route may still be joined to others below
        if chain.metres[-1] < min(1000 * min_km, GAP_M * 4):
            continue
        found.append(chain)
        waiting[piece] = True
        waiting &= ~_beside(chain, around, beside)
        waiting[chain.edge] = False
    lines = [chain for chain in _joined(found) if chain.metres[-1] >= 1000 * min_km]
    lines.sort(key=lambda chain: -chain.metres[-1])
    near = np.zeros(len(edges), bool)
    for chain in lines:
        near |= _beside(chain, around, beside)
        near[chain.edge[chain.edge >= 0]] = True
    return lines, float(edges["length_km"].to_numpy()[~near].sum())


def _beside(chain: Chain, around: NDArray[np.object_], distance: float) -> Bools:
    """Return the edges whose ends and middle (`around`) all lie near a line."""
    line = chain.line
    shapely.prepare(line)
    return np.asarray(shapely.dwithin(line, around, distance).all(axis=1))


def _largest_piece(edges: gpd.GeoDataFrame, waiting: Bools) -> Ints:
    """Return the positions of the connected edges that are longest together."""
    here = np.flatnonzero(waiting)
    _, ends = np.unique(edges[["u", "v"]].to_numpy()[here].ravel(), return_inverse=True)
    u, v = ends.reshape(-1, 2).T
    size = int(ends.max()) + 1
    label = connected_components(coo_array((np.ones(len(u)), (u, v)), (size, size)), False)[1]
    lengths = np.bincount(label[u], edges["length_km"].to_numpy()[here])
    return np.asarray(here[label[u] == lengths.argmax()])


def _longest_path(edges: gpd.GeoDataFrame, piece: Ints) -> Chain:
    """
    Return the longest of the shortest paths through connected edges.

    The longest path at all would wind through every siding; the longest shortest one runs from
    one end of a route to the other.
    """
    part = edges.iloc[piece]
    _, ends = np.unique(part[["u", "v"]].to_numpy().ravel(), return_inverse=True)
    u, v = ends.reshape(-1, 2).T
    go, back = part["forward"].to_numpy(bool), part["backward"].to_numpy(bool)
    tail, head = np.concatenate([u[go], v[back]]), np.concatenate([v[go], u[back]])
    edge = np.concatenate([piece[go], piece[back]])
    turned = np.append(np.zeros(go.sum(), bool), np.ones(back.sum(), bool))
    weight = edges["length_km"].to_numpy()[edge]
    size = int(ends.max()) + 1
    # of parallel edges the shortest, and no loops
    order = np.argsort(weight, kind="stable")
    _, kept = np.unique(tail[order] * size + head[order], return_index=True)
    kept = order[kept]
    kept = kept[tail[kept] != head[kept]]
    matrix = csr_array((weight[kept], (tail[kept], head[kept])), shape=(size, size))
    best: tuple[float, list[int]] = (-1.0, [])
    starts = _starts(tail[kept], head[kept], size)
    for _ in range(2):  # the far end of the first try is a better start
        distance, before = dijkstra(matrix, indices=starts, return_predecessors=True)
        distance[~np.isfinite(distance)] = -1
        # to the millimetre: which of two directions is longer must not hang on rounding
        row, end = np.unravel_index(distance.round(6).argmax(), distance.shape)
        if distance[row, end] > best[0] + 1e-6:
            path = [int(end)]
            while before[row, path[-1]] >= 0:
                path.append(int(before[row, path[-1]]))
            best = (float(distance[row, end]), path[::-1])
        starts = np.array([end])
    number = {(tail[k], head[k]): k for k in kept.tolist()}
    path = best[1]
    if len(path) > 2 and (path[-1], path[0]) in number:  # a ring
        path = [*path, path[0]]
    steps = [number[pair] for pair in itertools.pairwise(path)]
    if not steps:  # nothing but loops
        steps = [0]
    return _drawn(edges, edge[steps], turned[steps])


def _starts(tail: Ints, head: Ints, size: int) -> Ints:
    """Return nodes where a path may begin: nothing leads there, or only the way back."""
    arriving, leaving = np.bincount(head, minlength=size), np.bincount(tail, minlength=size)
    tips = np.flatnonzero((leaving > 0) & (arriving == 0))
    both = np.flatnonzero((arriving == 1) & (leaving == 1))
    partner = np.zeros(size, int)
    partner[tail] = head
    came = np.zeros(size, int)
    came[head] = tail
    tips = np.concatenate([tips, both[partner[both] == came[both]]])
    return tips[:STARTS] if len(tips) else np.array([0])


def _drawn(edges: gpd.GeoDataFrame, order: Ints, turned: Bools) -> Chain:
    """Return the line along edges in order."""
    shapes = edges.geometry.to_numpy()
    points: list[Any] = []
    legs: list[Ints] = []
    for k, back in zip(order.tolist(), turned.tolist(), strict=True):
        own = shapely.get_coordinates(shapes[k])
        own = own[::-1] if back else own
        points.append(own if not points else own[1:])
        legs.append(np.full(len(own) - 1, k))
    return Chain(np.concatenate(points), np.concatenate(legs))


def _without_return(chain: Chain) -> Chain:
    """
    Cut a line that turns at its far end and comes back on the other carriageway.

    Points near each other, far apart along the line and heading against each other show that
    it does; it is cut half way between the first of the way back and the point beside it.
    """
    along = chain.metres
    at = np.arange(0, along[-1], SAMPLE_M)
    if len(at) < 3 or chain.closed:
        return chain
    spots = np.column_stack([np.interp(at, along, axis) for axis in chain.points.T])
    heading = np.diff(spots, axis=0, append=spots[-1:] * 2 - spots[-2:-1])
    heading /= np.maximum(np.hypot(*heading.T), 1e-9)[:, None]
    i, j = KDTree(spots).query_pairs(TURNED_M, output_type="ndarray").T
    i, j = np.minimum(i, j), np.maximum(i, j)
    facing = np.sum(heading[i] * heading[j], axis=1) < -0.7
    back = facing & (at[j] - at[i] > TURNED_AFTER_M)
    if not back.any():
        return chain
    i, j = i[back], j[back]
    first = j == j.min()
    middle = (at[i[first].max()] + at[j.min()]) / 2
    keep = max(int(np.searchsorted(along, middle)), 1)
    head = Chain(chain.points[: keep + 1], chain.edge[:keep])
    tail = Chain(chain.points[keep:], chain.edge[keep:])
    return max(head, tail, key=lambda part: float(part.metres[-1]))


def _joined(found: list[Chain]) -> list[Chain]:
    """Join pieces whose ends nearly meet, the nearest first."""
    pieces = list(found)
    while len(pieces) > 1:
        ends = np.array([[piece.points[0], piece.points[-1]] for piece in pieces]).reshape(-1, 2)
        apart = np.hypot(*(ends[:, None] - ends[None]).transpose(2, 0, 1))
        owner = np.arange(len(ends)) // 2
        apart[owner[:, None] == owner] = np.inf
        i, j = (int(x) for x in np.unravel_index(apart.argmin(), apart.shape))
        if apart[i, j] > GAP_M:
            break
        a, b = pieces[owner[i]], pieces[owner[j]]
        a = a if i % 2 else _reversed(a)
        b = _reversed(b) if j % 2 else b
        both = _together(a, b)
        pieces = [p for k, p in enumerate(pieces) if k not in (owner[i], owner[j])] + [both]
    return pieces


def _together(a: Chain, b: Chain) -> Chain:
    if np.allclose(a.points[-1], b.points[0]):
        return Chain(np.vstack([a.points, b.points[1:]]), np.concatenate([a.edge, b.edge]))
    legs = np.concatenate([a.edge, [-1], b.edge])
    return Chain(np.vstack([a.points, b.points]), legs)


def _reversed(chain: Chain) -> Chain:
    return Chain(chain.points[::-1], chain.edge[::-1])
