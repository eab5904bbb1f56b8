"""Lines cut where they meet, and the graph they form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray
from pandas import DataFrame
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.geometry.overlay import shapes_of, straight

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
#: A vertex this near to a segment lies on it; in units of the coordinates.
TOUCHING = 1e-9
#: Decimals of coordinates that agree at a node; 7 of a degree are 1 cm.
DIGITS = 7


class Segments(NamedTuple):
    """The straight pieces of lines: segment k runs from vertex `begin[k]` to the next one."""

    xy: Floats
    line: Ints
    begin: Ints
    end: Bools


class Cuts(NamedTuple):
    """Where lines are cut: a place on a segment (share of it from its start), and the point."""

    segment: Ints
    share: Floats
    xy: Floats


def node_lines(lines: gpd.GeoDataFrame, *, levels: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """
    Cut lines where they cross, touch or overlap.

    Lines that cross on different levels have no junction there: two inner points meet only if
    all columns of `levels` are equal. The end of a line on another one is a junction at any
    level, for a bridge begins where its road does. Pieces of lines that overlap stay apart.

    Parameters
    ----------
    lines
        Lines (LineString).
    levels
        Columns that make up the level, such as layer, bridge and tunnel; missing values are equal.

    Returns
    -------
    pieces
        The columns of the lines with `parent` (label of the line), `part` (number along it,
        from 0) and `share` (of its length, by the coordinates), in the order of the lines.

    Examples
    --------
    >>> roads = gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 2 2)", "LINESTRING (0 2, 2 0)"])
    >>> pieces = node_lines(gpd.GeoDataFrame({"layer": [0, 1]}, geometry=roads))
    >>> pieces["parent"].tolist(), pieces["share"].tolist()
    ([0, 0, 1, 1], [0.5, 0.5, 0.5, 0.5])
    """
    segments = _segments(lines)
    level = np.zeros(len(lines), np.intp)
    if len(levels):
        level = lines.groupby(list(levels), sort=False, dropna=False).ngroup().to_numpy(np.intp)
    cuts = _own(segments, _meetings(segments, level))
    geometry, line = _pieces(segments, cuts)
    frame = lines.drop(columns=lines.geometry.name).iloc[line].reset_index(drop=True)
    first = np.searchsorted(line, line)
    frame["parent"], frame["part"] = lines.index[line], np.arange(len(line)) - first
    made = gpd.GeoDataFrame(frame, geometry=geometry, crs=lines.crs)
    length = shapely.length(geometry)
    whole = np.bincount(line, weights=length, minlength=len(lines))[line]
    return made.assign(share=np.divide(length, whole, out=np.ones(len(line)), where=whole > 0))


def _segments(lines: gpd.GeoDataFrame) -> Segments:
    xy, line = shapely.get_coordinates(shapes_of(lines, "line", empty=True), return_index=True)
    last = np.append(line[1:] != line[:-1], True) if len(line) else np.zeros(0, bool)
    first = np.append(True, last[:-1]) if len(line) else last
    return Segments(xy, line, np.flatnonzero(~last), first | last)


def _meetings(segments: Segments, level: Ints) -> Cuts:
    """Return the places where two segments meet, on both of them."""
    xy, line, at, end = segments
    shapes = straight(xy, at)
    i, j = shapely.STRtree(shapes).query(shapes)
    i, j = i[i < j], j[i < j]
    following = (j == i + 1) & (line[at[i]] == line[at[j]])
    alike = level[line[at[i]]] == level[line[at[j]]]
    parts, touching = [], np.zeros(len(i), bool)
    for one, two in ((i, j), (j, i)):
        for side in (0, 1):
            vertex = at[one] + side
            share, off = _foot(xy[vertex], xy[at[two]], xy[at[two] + 1])
            # two segments that follow each other have their vertex in common
            touch = (off <= TOUCHING) & ~(following & (vertex == at[j]))
            touching |= touch
            near = _length(xy[at[two] + 1] - xy[at[two]])
            on_end = ((share * near <= TOUCHING) & end[at[two]]) | (
                ((1 - share) * near <= TOUCHING) & end[at[two] + 1]
            )
            touch &= alike | end[vertex] | on_end
            here = xy[vertex[touch]]
            parts.append(Cuts(one[touch], np.full(len(here), float(side)), here))
            parts.append(Cuts(two[touch], share[touch], here))
            turn = j[touch & following]  # a line that runs back on itself
            parts.append(Cuts(turn, np.zeros(len(turn)), xy[at[turn]]))
    parts += _crossings(xy, at, i[alike & ~touching], j[alike & ~touching])
    return Cuts(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _foot(point: Floats, start: Floats, stop: Floats) -> tuple[Floats, Floats]:
    """Return where points project on segments (0 to 1), and how far off they are."""
    along = stop - start
    square = (along * along).sum(axis=1)
    share = ((point - start) * along).sum(axis=1) / np.where(square > 0, square, 1.0)
    share = share.clip(0.0, 1.0)
    return share, _length(point - start - share[:, None] * along)


def _length(vectors: Floats) -> Floats:
    return np.asarray(np.hypot(vectors[:, 0], vectors[:, 1]), float)


def _crossings(xy: Floats, at: Ints, i: Ints, j: Ints) -> list[Cuts]:
    """Return where segments cross inside both; the point is computed once."""
    p, q = xy[at[i]], xy[at[j]]
    r, s = xy[at[i] + 1] - p, xy[at[j] + 1] - q
    area = r[:, 0] * s[:, 1] - r[:, 1] * s[:, 0]
    gap, safe = q - p, np.where(area == 0, 1.0, area)
    t = (gap[:, 0] * s[:, 1] - gap[:, 1] * s[:, 0]) / safe
    u = (gap[:, 0] * r[:, 1] - gap[:, 1] * r[:, 0]) / safe
    hit = (area != 0) & (t > 0) & (t < 1) & (u > 0) & (u < 1)
    here = p[hit] + t[hit, None] * r[hit]
    return [Cuts(i[hit], t[hit], here), Cuts(j[hit], u[hit], here)]


def _own(segments: Segments, cuts: Cuts) -> Cuts:
    """Return each cut once, none at the ends of lines, in order along the lines."""
    length = _length(segments.xy[segments.begin + 1] - segments.xy[segments.begin])
    # a cut at a vertex belongs to the segment that begins there
    away = (1 - cuts.share) * length[cuts.segment] <= TOUCHING
    vertex = segments.begin[cuts.segment] + away
    share = np.where(away | (cuts.share * length[cuts.segment] <= TOUCHING), 0.0, cuts.share)
    keep = np.flatnonzero((share > 0) | ~segments.end[vertex])
    keep = keep[np.lexsort((share[keep], vertex[keep]))]
    vertex, share, xy = vertex[keep], share[keep], cuts.xy[keep]
    apart = (_length(xy[1:] - xy[:-1]) > TOUCHING) & (share[1:] > 0)
    new = np.append(np.ones(min(len(keep), 1), bool), (vertex[1:] != vertex[:-1]) | apart)
    return Cuts(vertex[new], share[new], xy[new])


def _pieces(segments: Segments, cuts: Cuts) -> tuple[NDArray[np.object_], Ints]:
    """Return the lines in pieces, and the line of every piece."""
    inner = cuts.share > 0
    count = len(segments.xy)
    position = np.concatenate([np.arange(count, dtype=float), cuts.segment[inner] + 0.5])
    xy = np.concatenate([segments.xy, cuts.xy[inner]])
    line = np.concatenate([segments.line, segments.line[cuts.segment[inner]]])
    cut = np.concatenate([np.zeros(count, bool), np.ones(int(inner.sum()), bool)])
    cut[cuts.segment[~inner]] = True
    order = np.argsort(position, kind="stable")  # cuts of a segment are in order already
    twice = 1 + cut[order]
    point = np.repeat(order, twice)
    # the second copy of a cut begins a piece, and so does the first vertex of a line
    begins = np.zeros(len(point), bool)
    begins[np.cumsum(twice)[cut[order]] - 1] = True
    begins[np.flatnonzero(np.diff(line[point], prepend=-1))] = True
    piece = np.cumsum(begins) - 1
    shapes = np.empty(0, object)
    if len(point):
        shapes = np.asarray(shapely.linestrings(xy[point], indices=piece), object)
    return shapes, line[point][begins]


class Noded(NamedTuple):
    """Nodes (numbered from 0, with `x` and `y`) and edges (lines with `u` and `v`)."""

    nodes: DataFrame
    edges: gpd.GeoDataFrame


def split_at_shared_points(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Cut lines at the vertices they share with others or pass twice, as OpenStreetMap joins ways.

    Parameters
    ----------
    lines
        Lines (LineString). Repeated vertices and lines without length are dropped.

    Returns
    -------
    pieces
        The columns of the lines with `parent` (position of the line), in the order and the
        direction of the lines.

    Examples
    --------
    >>> roads = gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 1 0, 2 0)", "LINESTRING (1 0, 1 1)"])
    >>> split_at_shared_points(gpd.GeoDataFrame(geometry=roads))["parent"].tolist()
    [0, 0, 1]
    """
    xy, line = shapely.get_coordinates(shapes_of(lines, "line", empty=True), return_index=True)
    spot = _numbered(xy)[1]
    moved = (np.diff(spot, prepend=-1) != 0) | (np.diff(line, prepend=-1) != 0)
    xy, line, spot = xy[moved], line[moved], spot[moved]
    first = np.diff(line, prepend=-1) != 0
    last = np.diff(line, append=-1) != 0
    cut = first | last | (np.bincount(spot, minlength=1)[spot] > 1)
    begins = np.flatnonzero(cut & ~last)
    ends = np.flatnonzero(cut & ~first)
    sizes = ends - begins + 1
    piece = np.repeat(np.arange(len(begins)), sizes)
    step = np.arange(len(piece)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    shapes = np.empty(0, object)
    if len(piece):
        shapes = shapely.linestrings(xy[begins[piece] + step], indices=piece)
    frame = lines.drop(columns=lines.geometry.name).iloc[line[begins]]
    return gpd.GeoDataFrame(frame.assign(parent=line[begins]), geometry=shapes, crs=lines.crs)


def _numbered(xy: Floats) -> tuple[Ints, Ints]:
    """Return which points differ, in the order of x and y, and the number of every point."""
    key = np.round(xy, DIGITS) + 0.0  # no negative zeros
    _, where, number = np.unique(
        key[:, 0] + 1j * key[:, 1], return_index=True, return_inverse=True
    )
    return where, number.reshape(-1)


def noded_graph(lines: gpd.GeoDataFrame) -> Noded:
    """
    Return the graph of lines that meet at their ends.

    Parameters
    ----------
    lines
        Lines (LineString), cut where they meet (`node_lines`, `split_at_shared_points`).

    Returns
    -------
    graph
        Nodes in the order of x and y, without point objects (these would take as long as all
        the rest), and the lines with the columns `u` and `v`.

    Examples
    --------
    >>> roads = gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 1 1)", "LINESTRING (1 1, 2 0)"])
    >>> made = noded_graph(gpd.GeoDataFrame(geometry=roads))
    >>> len(made.nodes), made.edges[["u", "v"]].to_numpy().tolist()
    (3, [[0, 1], [1, 2]])
    """
    shapes = shapes_of(lines, "line")
    xy, line = shapely.get_coordinates(shapes, return_index=True)
    last = np.cumsum(np.bincount(line, minlength=len(shapes))) - 1
    first = np.append(0, last + 1)[: len(shapes)]
    ends = xy[np.append(first, last)]
    where, number = _numbered(ends)
    u, v = np.split(number, 2)
    nodes = pd.DataFrame(ends[where], columns=["x", "y"])
    return Noded(nodes, lines.assign(u=u, v=v))


def contract(
    graph: Noded, *, add: Sequence[str] = (), same: Sequence[str] = (), keep: ArrayLike = ()
) -> Noded:
    """
    Join the edges of chains: nodes that two edges reach go, their geometry stays in the line.

    Parameters
    ----------
    graph
        Nodes and edges.
    add, same
        Columns that are added up, such as times, and columns that are kept and must agree on
        both sides of a node that goes, such as a class.
    keep
        Numbers of nodes that stay.

    Returns
    -------
    graph
        Nodes keep their numbers as labels. Edges have the columns `add`, `same`, `u`, `v` and
        `members`, the labels of the edges joined, along the line. Of a ring without another
        node, the lowest stays. An edge that is joined with none keeps its direction.

    Examples
    --------
    >>> roads = gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 1 1)", "LINESTRING (1 1, 2 0)"])
    >>> made = noded_graph(gpd.GeoDataFrame({"minutes": [3.0, 4.0]}, geometry=roads))
    >>> joined = contract(made, add=["minutes"]).edges
    >>> joined["minutes"].tolist(), joined["members"].tolist()
    ([7.0], [(1, 0)])
    """
    u, v = (graph.edges[key].to_numpy(np.intp) for key in ("u", "v"))
    chain = _chains(u, v, _inner(graph, u, v, same, np.asarray(keep, np.intp)))
    begins = np.flatnonzero(np.diff(chain.number, prepend=-1))
    edge, back = np.divmod(chain.half, 2)
    tails, heads = np.where(back, v[edge], u[edge]), np.where(back, u[edge], v[edge])
    ends = np.append(begins[1:], len(edge)) - 1 if len(begins) else begins
    columns = {}
    for name in add:
        values = graph.edges[name].to_numpy(float)[edge]
        columns[name] = np.bincount(chain.number, weights=values)
    columns |= {name: graph.edges[name].to_numpy()[edge[begins]] for name in same}
    labels = graph.edges.index.to_numpy()[edge]
    columns |= {"u": tails[begins], "v": heads[ends]}
    shapes = _joined(graph.edges.geometry.to_numpy(), chain)
    made = gpd.GeoDataFrame(columns, geometry=shapes, crs=graph.edges.crs)
    made["members"] = [
        tuple(labels[a : b + 1].tolist()) for a, b in zip(begins, ends, strict=True)
    ]
    used = np.unique(np.concatenate([tails[begins], heads[ends]]))
    return Noded(graph.nodes.loc[used], made)


class Chains(NamedTuple):
    """Half-edges in order along chains: 2 e runs along edge e, 2 e + 1 against it."""

    half: Ints
    number: Ints


def _inner(graph: Noded, u: Ints, v: Ints, same: Sequence[str], keep: Ints) -> NDArray[np.bool_]:
    """Tell which nodes go: two edges, alike, and no ring that would be left without a node."""
    n = len(graph.nodes)
    inner = np.asarray(np.bincount(np.concatenate([u, v]), minlength=n) == 2, bool)
    inner[keep] = False
    inner[u[u == v]] = False
    if len(same):
        kind = graph.edges.groupby(list(same), sort=False, dropna=False).ngroup().to_numpy()
        ends, kinds = np.concatenate([u, v]), np.concatenate([kind, kind])
        least, most = np.full(n, len(kind)), np.full(n, -1)
        np.minimum.at(least, ends, kinds)
        np.maximum.at(most, ends, kinds)
        inner &= least == most
    links = coo_array((np.ones(len(u)), (u, v)), shape=(n, n))
    part = connected_components(links, directed=False)[1]
    lonely = np.bincount(part, weights=~inner, minlength=1) == 0
    inner[np.unique(part, return_index=True)[1][lonely[: part.max(initial=-1) + 1]]] = False
    return inner


def _chains(u: Ints, v: Ints, inner: NDArray[np.bool_]) -> Chains:
    """
    Return the half-edges of every chain, in one of its two directions.

    Each half-edge points to the one that follows beyond an inner node; pointers then leap to
    the end of the chain, twice as far each round, and count the steps.
    """
    half = np.arange(2 * len(u))
    tail = np.stack([u, v], axis=1).ravel()
    leaving = half[inner[tail]]
    pairs = leaving[np.argsort(tail[leaving], kind="stable")].reshape(-1, 2)
    # an edge that comes back along one of the pair goes on along the other
    onward = half.copy()
    onward[pairs[:, 0] ^ 1], onward[pairs[:, 1] ^ 1] = pairs[:, 1], pairs[:, 0]
    steps = (onward != half).astype(np.intp)
    while (onward[onward] != onward).any():
        steps += steps[onward]
        onward = onward[onward]
    chosen = half[onward < onward[half ^ 1]]
    order = chosen[np.lexsort((-steps[chosen], onward[chosen]))]
    return Chains(order, np.unique(onward[order], return_inverse=True)[1].reshape(-1))


def _joined(shapes: NDArray[np.object_], chain: Chains) -> NDArray[np.object_]:
    """Join the lines of chains; a point where two meet stays once."""
    xy, line = shapely.get_coordinates(shapes, return_index=True)
    first = np.searchsorted(line, np.arange(len(shapes) + 1))
    edge, back = np.divmod(chain.half, 2)
    size = np.diff(first)[edge]
    member = np.repeat(np.arange(len(edge)), size)
    step = np.arange(len(member)) - np.repeat(np.cumsum(size) - size, size)
    forward, against = first[edge][member] + step, first[edge + 1][member] - 1 - step
    at = np.where(back[member] == 1, against, forward)
    begins = np.diff(chain.number, prepend=-1) > 0
    keep = (step > 0) | begins[member]
    if not len(at):
        return np.empty(0, object)
    joined: NDArray[np.object_] = shapely.linestrings(
        xy[at[keep]], indices=chain.number[member[keep]]
    )
    return joined
