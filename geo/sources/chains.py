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

#: What lies this near to the line of its own route is its other carriageway or track.
BESIDE_M = 1000.0
#: Ends of two pieces of a route this near to each other are joined by a straight line.
GAP_M = 500.0
#: A line that comes back to itself this near, the other way round, has turned at its far end.
TURNED_M, TURNED_AFTER_M, SAMPLE_M = 150.0, 2000.0, 200.0
#: Starts tried per piece of a route.
STARTS = 32


class Chain(NamedTuple):
    """
    A line that follows edges.

    Parameters
    ----------
    points
        Points in the plane of the edges, shape (n, 2).
    edge
        Position of the edge of every leg, -1 for a straight line across a gap, shape (n - 1,).

    """

    points: NDArray[np.float64]
    edge: NDArray[np.intp]

    @property
    def metres(self) -> NDArray[np.float64]:
        """Distance of every point from the start."""
        return np.append(0.0, np.cumsum(np.hypot(*np.diff(self.points, axis=0).T)))


def route_chains(edges: gpd.GeoDataFrame, *, min_km: float = 5.0) -> tuple[list[Chain], float]:
    """
    Return the lines of one route.

    The longest way that traffic can go along the edges comes first. What lies beside it is its
    other carriageway or track; of the rest the longest way follows, until nothing of
    `min_km` is left. Pieces whose ends nearly meet become one.

    Parameters
    ----------
    edges
        Edges of :func:`geo.network.ordinary_roads.noded` of one route, in a projection in metres.
    min_km
        Shorter lines are left out.

    Returns
    -------
    lines
        The lines, the longest first.
    left_km
        Length of the edges that are in no line and not beside one.

    Examples
    --------
    >>> from geo.network.ordinary_roads import noded
    >>> from geo.readers.overpass import ways_of
    >>> lines = lay.routes.loc[["chengyu-hsr"], ["geometry"]].assign(railway="rail")
    >>> edges = noded(ways_of(lines.set_axis([17])))[1].to_crs(cat.region.metric_crs)
    >>> found, left_km = route_chains(edges)
    >>> len(found), round(left_km)
    (1, 0)

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
        chain = _unturned(_longest(edges, piece))
        waiting[piece] = False
        if chain.metres[-1] < min(1000 * min_km, GAP_M * 4):
            continue
        found.append(chain)
        line = shapely.LineString(chain.points)
        shapely.prepare(line)
        waiting[piece] = True
        waiting &= ~shapely.dwithin(line, around, beside).all(axis=1)
        waiting[chain.edge] = False
    lines = [c for c in _joined(found) if c.metres[-1] >= 1000 * min_km]
    lines.sort(key=lambda chain: -chain.metres[-1])
    near = np.zeros(len(edges), bool)
    for chain in lines:
        line = shapely.LineString(chain.points)
        shapely.prepare(line)
        near |= shapely.dwithin(line, around, beside).all(axis=1)
        near[chain.edge[chain.edge >= 0]] = True
    return lines, float(edges["length_km"].to_numpy()[~near].sum())


def _largest_piece(edges: gpd.GeoDataFrame, waiting: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the positions of the connected edges that are longest together."""
    here = np.flatnonzero(waiting)
    _, ends = np.unique(edges[["u", "v"]].to_numpy()[here].ravel(), return_inverse=True)
    u, v = ends.reshape(-1, 2).T
    size = int(ends.max()) + 1
    label = connected_components(coo_array((np.ones(len(u)), (u, v)), (size, size)), False)[1]
    lengths = np.bincount(label[u], edges["length_km"].to_numpy()[here])
    return np.asarray(here[label[u] == lengths.argmax()])


def _longest(edges: gpd.GeoDataFrame, piece: NDArray[np.intp]) -> Chain:
    """Return the longest of the shortest ways through connected edges."""
    part = edges.iloc[piece]
    _, ends = np.unique(part[["u", "v"]].to_numpy().ravel(), return_inverse=True)
    u, v = ends.reshape(-1, 2).T
    go, back = part["forward"].to_numpy(bool), part["backward"].to_numpy(bool)
    tail, head = np.concatenate([u[go], v[back]]), np.concatenate([v[go], u[back]])
    edge = np.concatenate([piece[go], piece[back]])
    turned = np.append(np.zeros(go.sum(), bool), np.ones(back.sum(), bool))
    weight = edges["length_km"].to_numpy()[edge]
    size = int(ends.max()) + 1
    order = np.argsort(weight, kind="stable")  # of parallel edges the shortest
    _, kept = np.unique(tail[order] * size + head[order], return_index=True)
    kept = order[kept]
    kept = kept[tail[kept] != head[kept]]
    matrix = csr_array((weight[kept], (tail[kept], head[kept])), shape=(size, size))
    best: tuple[float, list[int]] = (-1.0, [])
    starts = _starts(tail[kept], head[kept], size)
    for _ in range(2):  # the far end of the first try is a better start
        distance, before = dijkstra(matrix, indices=starts, return_predecessors=True)
        distance[~np.isfinite(distance)] = -1
        row, end = np.unravel_index(distance.argmax(), distance.shape)
        if distance[row, end] > best[0]:
            way = [int(end)]
            while before[row, way[-1]] >= 0:
                way.append(int(before[row, way[-1]]))
            best = (float(distance[row, end]), way[::-1])
        starts = np.array([end])
    number = {(tail[k], head[k]): k for k in kept.tolist()}
    way = best[1]
    if len(way) > 2 and (way[-1], way[0]) in number:  # a ring
        way = [*way, way[0]]
    steps = [number[pair] for pair in itertools.pairwise(way)]
    if not steps:  # nothing but loops
        steps = [0]
    return _drawn(edges, edge[steps], turned[steps])


def _starts(tail: NDArray[np.intp], head: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    """Return nodes where a way may begin: nothing leads there, or only the way back."""
    arriving, leaving = np.bincount(head, minlength=size), np.bincount(tail, minlength=size)
    tips = np.flatnonzero((leaving > 0) & (arriving == 0))
    both = np.flatnonzero((arriving == 1) & (leaving == 1))
    partner = np.zeros(size, int)
    partner[tail] = head
    came = np.zeros(size, int)
    came[head] = tail
    tips = np.concatenate([tips, both[partner[both] == came[both]]])
    return tips[:STARTS] if len(tips) else np.array([0])


def _drawn(edges: gpd.GeoDataFrame, order: NDArray[np.intp], turned: NDArray[np.bool_]) -> Chain:
    """Return the line along edges in order."""
    shapes = edges.geometry.to_numpy()
    points: list[Any] = []
    legs: list[NDArray[np.intp]] = []
    for k, back in zip(order.tolist(), turned.tolist(), strict=True):
        own = shapely.get_coordinates(shapes[k])
        own = own[::-1] if back else own
        points.append(own if not points else own[1:])
        legs.append(np.full(len(own) - 1, k))
    return Chain(np.concatenate(points), np.concatenate(legs))


def _unturned(chain: Chain) -> Chain:
    """Cut a line that turns at its far end and comes back on the other carriageway."""
    along = chain.metres
    at = np.arange(0, along[-1], SAMPLE_M)
    if len(at) < 3 or np.allclose(chain.points[0], chain.points[-1]):
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
    return max(head, tail, key=lambda part: part.metres[-1])


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
