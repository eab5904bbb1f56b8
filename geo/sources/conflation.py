"""
Conflation: one line per section of a route out of many surveyed ways.

The ways near the drawn line become a graph, with the drawn line itself beside them; the cheapest
path through it past all named places in order is the line. A metre costs more on ways of another
number or name, far from the drawn line, on links, and against the direction of a carriageway.
So the line follows the carriageway in the direction of the route, 10 to 20 m beside the middle of
the road. Where ways are missing it follows straight or drawn lines at a high cost, and says so.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from geo.core import Message
from geo.geometry import Bounds, metric_crs, to_degrees, to_metres
from geo.layers import Layers, Track
from geo.sources.matching import usable_ways

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

#: A line may pass a place this much further away than the accuracy of the place.
TOLERANCE_M = 200.0
#: Accuracy of a place or point whose accuracy is unknown.
UNKNOWN_ACCURACY_M = 500.0
#: Ways up to this far from the drawn line are looked at: this, and three times its accuracy.
CORRIDOR_M, CORRIDOR_MOST_M = 1500.0, 15_000.0
#: What a metre costs that a line ends beside its first or last place.
END_TOLL = 10.0
#: Vertices stand no further apart than this, so that a place finds one near it.
STEP_M = 100.0
#: Loose ends this near to another way are joined to it, and to this many ways at most.
JOIN_M, JOINS = 500.0, 6
#: What a metre without a way costs, and what leaving a way costs at once.
GAP_COST, GAP_START = 8.0, 100.0
#: What a metre against the direction of a one-way carriageway costs.
AGAINST = 2.0
#: What a metre costs on a way whose stage (built, not built) is not that of the section.
OTHER_STAGE = 1.5


class Gap(NamedTuple):
    """A piece without a way: the last place before it, where it begins, and its length."""

    place_id: str
    lon: float
    lat: float
    length_m: float


class Match(NamedTuple):
    """What surveyed ways make of a route."""

    #: A line per section, by `section_id`: `osm_ids` in order, `matched_share`, `missing_m`.
    sections: gpd.GeoDataFrame
    #: The same line from each named place to the next: `from_place`, `to_place`.
    legs: gpd.GeoDataFrame
    #: Share of the length on ways, and on ways with the number or a name of the route or none.
    matched_share: float
    own_share: float
    #: How far the new line lies from the drawn one.
    median_shift_m: float
    p95_shift_m: float
    #: Pieces without a way, bridged by straight or drawn lines.
    gaps: list[Gap]
    #: How far the line passes from every named place, in the order of the alignment.
    offsets_m: list[tuple[str, float]]
    osm_ids: list[int]
    #: Why nothing could be matched; empty where something was.
    reason: str


class _Graph(NamedTuple):
    """
    Directed edges between points in metres, sorted by their ends.

    `way` is the row of the way of an edge, -1 where it follows none; the points from `sketch` on
    are those of the drawn line, in order.
    """

    xy: Floats
    tail: Ints
    head: Ints
    length: Floats
    cost: Floats
    way: Ints
    sketch: int

    def edges_along(self, path: Ints) -> Ints:
        """Return the edges between the points of a path."""
        keys = self.tail * len(self.xy) + self.head
        return np.searchsorted(keys, path[:-1] * len(self.xy) + path[1:])


def corridor_m(track: Track) -> float:
    """Return how far from a drawn line its surveyed line is looked for, in metres."""
    worst = float(np.nan_to_num(track.accuracy_m, nan=UNKNOWN_ACCURACY_M).max())
    return min(CORRIDOR_M + 3 * worst, CORRIDOR_MOST_M)


def conflate(ways: gpd.GeoDataFrame, layers: Layers, route_id: str) -> Match:
    """Return the surveyed line of a route; `ways` in EPSG:4326, tags as columns, indexed by id."""
    route, track = layers.catalogue.route[route_id], layers.tracks[route_id]
    frame, reach = layers.catalogue.region.frame, corridor_m(track)
    sketch, knots = _sketch(frame, track)
    near = usable_ways(_ways_near(ways, frame, sketch, reach), route)
    if not near["belongs"].isin(["ref", "name"]).any():
        what = route.ref or route.name
        text = "no way within {km:.1f} km carries its number or name: {names}"
        return no_match(Message(text, km=reach / 1000, names=what))
    named = [i for i, place in enumerate(track.places) if place]
    stops = knots[named]
    own = (near["belongs"] != "foreign").to_numpy(bool)
    graph = _way_graph(near, sketch, stops, reach)
    points, toll = _passings(graph, own, stops, track.accuracy_m[named])
    open_legs = _open_legs(layers, route_id, named)
    path, at = _cheapest_path(graph, points, toll, near["built"].to_numpy(bool), open_legs)
    return _match(layers, route_id, near, graph, path, at, graph.xy[graph.sketch + stops])


def no_match(reason: str) -> Match:
    """Return that nothing could be matched, and why."""
    empty, nan = gpd.GeoDataFrame(geometry=[], crs="EPSG:4326"), float("nan")
    return Match(empty, empty, 0.0, 0.0, nan, nan, [], [], [], reason)


def _sketch(frame: Bounds, track: Track) -> tuple[Floats, Ints]:
    """Return the drawn line in metres, a point every 100 m, and where its knots stand."""
    line = to_metres(frame, track.line)
    pieces = np.maximum(1, np.ceil(np.hypot(*np.diff(line, axis=0).T) / STEP_M)).astype(int)
    index = np.concatenate([[0], np.cumsum(pieces)])
    at = np.arange(index[-1] + 1)
    dense = np.column_stack([np.interp(at, index, line[:, k]) for k in (0, 1)])
    return dense, index[track.knots]


def _ways_near(
    ways: gpd.GeoDataFrame, frame: Bounds, sketch: Floats, reach_m: float
) -> gpd.GeoDataFrame:
    """Return the ways near the drawn line, in metres, in the order of their ids."""
    area = shapely.buffer(shapely.LineString(sketch).simplify(50), reach_m)
    west, south, east, north = area.bounds
    corners = np.array([(x, y) for x in (west, east) for y in (south, north)])
    degrees = to_degrees(frame, corners)
    # a box in metres has bent sides in degrees: a margin, then the exact test
    box = shapely.box(*(degrees.min(axis=0) - 0.05), *(degrees.max(axis=0) + 0.05))
    boxed = ways.iloc[ways.sindex.query(box)]
    metric = boxed.sort_index(kind="stable").to_crs(metric_crs(frame))
    shapely.prepare(area)
    return metric[area.intersects(metric.geometry.to_numpy())]


def _way_graph(ways: gpd.GeoDataFrame, sketch: Floats, stops: Ints, reach_m: float) -> _Graph:
    """Build the graph of ways and of the drawn line, whose points `stops` are its places."""
    nodes, tail, head, way = _vertices(ways)
    length = np.hypot(*(nodes[tail] - nodes[head]).T)
    middle = (nodes[tail] + nodes[head]) / 2
    away = KDTree(sketch).query(middle)[0] if len(middle) else np.empty(0)
    cost = length * ways["factor"].to_numpy(float)[way] * (1 + away / reach_m)
    direction = ways["direction"].to_numpy(int)[way]
    forward = cost * np.where(direction < 0, AGAINST, 1)
    backward = cost * np.where(direction > 0, AGAINST, 1)
    first = len(nodes)
    xy = np.vstack([nodes, sketch])
    joins = _joins(xy, first, tail, head, way, stops, reach_m)
    gap = np.hypot(*(xy[joins[:, 0]] - xy[joins[:, 1]]).T)
    gap_cost = GAP_START + GAP_COST * gap
    along = np.arange(first, len(xy) - 1)
    step = np.hypot(*np.diff(sketch, axis=0).T)
    no_way = np.full(2 * (len(joins) + len(along)), -1)
    return _without_parallels(
        _Graph(
            xy=xy,
            tail=np.concatenate([tail, head, *joins.T, along, along + 1]),
            head=np.concatenate([head, tail, *joins.T[::-1], along + 1, along]),
            length=np.concatenate([length, length, gap, gap, step, step]),
            cost=np.concatenate([forward, backward, gap_cost, gap_cost, *2 * [GAP_COST * step]]),
            way=np.concatenate([way, way, no_way]),
            sketch=first,
        )
    )


def _vertices(ways: gpd.GeoDataFrame) -> tuple[Floats, Ints, Ints, Ints]:
    """Return points, and tail, head and way of edges; equal vertices (0.1 m) are one point."""
    lines = shapely.segmentize(ways.geometry.to_numpy(), STEP_M)
    points, owner = shapely.get_coordinates(lines, return_index=True)
    decimetres = np.round(points * 10).astype(np.int64)
    _, first, node = np.unique(decimetres, axis=0, return_index=True, return_inverse=True)
    node = node.reshape(-1)
    leg = (owner[:-1] == owner[1:]) & (node[:-1] != node[1:])
    return points[first], node[:-1][leg], node[1:][leg], owner[:-1][leg]


def _joins(
    xy: Floats, first: int, tail: Ints, head: Ints, way: Ints, stops: Ints, reach_m: float
) -> Ints:
    """
    Join loose ends to other ways and to the drawn line, and its places to the ways there.

    Without these the path could not leave a way where the next one is missing or ends beside it.
    """
    if not first:
        return np.empty((0, 2), int)
    pairs = np.unique(np.sort(np.column_stack([tail, head])), axis=0)
    loose = np.flatnonzero(np.bincount(pairs.ravel(), minlength=first) == 1)
    owner = np.full(first, -1)
    owner[tail], owner[head] = way, way
    tree, line = KDTree(xy[:first]), KDTree(xy[first:])
    away, near = line.query(xy[loose])
    found = [np.column_stack([loose, near + first])[away <= reach_m]]
    found += [_nearest_ways(tree, xy, int(node), JOIN_M, owner) for node in loose]
    found += [_nearest_ways(tree, xy, int(stop), reach_m, owner) for stop in stops + first]
    return np.unique(np.vstack(found), axis=0)


def _nearest_ways(tree: KDTree, xy: Floats, node: int, radius: float, owner: Ints) -> Ints:
    """Join a point to the nearest vertex of each of the nearest other ways."""
    near = np.asarray(tree.query_ball_point(xy[node], radius), int)
    near = near[near != node]
    if node < len(owner):
        near = near[owner[near] != owner[node]]
    near = near[np.argsort(np.hypot(*(xy[near] - xy[node]).T), kind="stable")]
    near = near[np.sort(np.unique(owner[near], return_index=True)[1])][:JOINS]
    return np.column_stack([np.full(len(near), node), near])


def _without_parallels(graph: _Graph) -> _Graph:
    """Keep the cheapest of parallel edges: a sparse matrix would add their costs up."""
    order = np.lexsort([graph.cost, graph.head, graph.tail])
    tail, head = graph.tail[order], graph.head[order]
    new = np.ones(len(order), bool)
    new[1:] = (np.diff(tail) != 0) | (np.diff(head) != 0)
    columns = ("tail", "head", "length", "cost", "way")
    return graph._replace(**{key: getattr(graph, key)[order[new]] for key in columns})


def _passings(
    graph: _Graph, own: Bools, stops: Ints, accuracy: Floats
) -> tuple[list[Ints], list[Floats]]:
    """
    Return where every place may be passed, the place on the drawn line last, and at what toll.

    A metre away costs more where the place is well known. At inner places it costs less than
    going there and back, so that the line never leaves its way to come nearer; at the ends it
    costs far more than a metre on the way, so that the line is not cut short, and other roads
    do not count where there is one of its own.
    """
    tree = KDTree(graph.xy[: graph.sketch])
    on_way = graph.way >= 0
    named = np.zeros(graph.sketch, bool)
    named[graph.tail[on_way][own[graph.way[on_way]]]] = True
    points, toll = [], []
    for k, (stop, metres) in enumerate(zip(stops + graph.sketch, accuracy, strict=True)):
        known = UNKNOWN_ACCURACY_M if np.isnan(metres) else metres
        near = np.array(tree.query_ball_point(graph.xy[stop], known + TOLERANCE_M), np.intp)
        inner = 0 < k < len(stops) - 1
        if not inner and named[near].any():
            near = near[named[near]]
        away = np.hypot(*(graph.xy[near] - graph.xy[stop]).T)
        weight = np.clip(300 / known, 0.2, 1.5) if inner else END_TOLL
        points.append(np.append(near, stop))
        toll.append(np.append(away, known + TOLERANCE_M) * weight)
    return points, toll


def _open_legs(layers: Layers, route_id: str, named: list[int]) -> list[bool]:
    """Return whether the section of every leg between places is open."""
    sections = layers.catalogue.sections_of[route_id]
    ends = [layers.span[section.section_id][1] for section in sections]
    return [sections[int(np.searchsorted(ends, i))].status == "open" for i in named[1:]]


def _cheapest_path(
    graph: _Graph, points: list[Ints], toll: list[Floats], built: Bools, open_legs: list[bool]
) -> tuple[Ints, Ints]:
    """
    Return the points of the cheapest path past places in order, and where each is passed.

    This is Viterbi's algorithm over the places: every leg is one search from all points near a
    place at once, each with what it cost to get there.
    """
    size = len(graph.xy)
    starts = np.searchsorted(graph.tail, np.arange(size + 1))
    costs = {}
    for is_open in set(open_legs):
        other = (graph.way >= 0) & (np.append(built, is_open)[graph.way] != is_open)
        costs[is_open] = np.where(other, graph.cost * OTHER_STAGE, graph.cost)
    spent, parents = toll[0], []
    for leg, is_open in enumerate(open_legs):
        # one more point, the source, leads to all points near the place; an edge of cost zero
        # would be no edge in a sparse matrix
        cost = np.concatenate([costs[is_open], spent + 1e-6])
        heads = np.concatenate([graph.head, points[leg]])
        indptr = np.append(starts, starts[-1] + len(points[leg]))
        matrix = csr_array((cost, heads, indptr), shape=(size + 1, size + 1))
        # nothing that costs more than the drawn line itself is worth a search
        sketch = np.arange(points[leg][-1], points[leg + 1][-1] + 1)
        limit = spent[-1] + graph.cost[graph.edges_along(sketch)].sum() + 1.0
        far, parent = dijkstra(  # type: ignore[call-overload]
            matrix, indices=size, return_predecessors=True, limit=limit
        )
        parents.append(parent)
        spent = far[points[leg + 1]] + toll[leg + 1]
    return _traced(int(points[-1][np.argmin(spent)]), parents, size)


def _traced(end: int, parents: list[NDArray[np.int32]], source: int) -> tuple[Ints, Ints]:
    """Go back from the end to the start, leg by leg."""
    node, back, at = end, [end], [0]
    for parent in reversed(parents):
        while (before := int(parent[node])) != source:
            back.append(before)
            node = before
        at.append(len(back) - 1)
    return _without_spurs(back[::-1], [len(back) - 1 - i for i in reversed(at)])


def _without_spurs(path: list[int], at: list[int]) -> tuple[Ints, Ints]:
    """Leave out what goes to a place beside the line and back; a closed ring stays."""
    kept: list[int] = []
    where: dict[int, int] = {}
    passed = np.zeros(len(at), int)
    for i, node in enumerate(path):
        if node in where and not (i == len(path) - 1 and where[node] == 0):
            base = where[node]
            for dropped in kept[base + 1 :]:
                del where[dropped]
            del kept[base + 1 :]
            passed = np.minimum(passed, base)
        else:
            where[node] = len(kept)
            kept.append(node)
        passed[np.array(at) == i] = len(kept) - 1
    return np.array(kept), passed


def _match(
    layers: Layers,
    route_id: str,
    ways: gpd.GeoDataFrame,
    graph: _Graph,
    path: Ints,
    at: Ints,
    spots: Floats,
) -> Match:
    """Read the lines off a path; `spots` are the places in metres."""
    track, sections = layers.tracks[route_id], layers.catalogue.sections_of[route_id]
    edges = graph.edges_along(path)
    way, length = graph.way[edges], graph.length[edges]
    own = (way >= 0) & (np.append(ways["belongs"] != "foreign", False)[way])
    total = max(float(length.sum()), 1e-9)
    lonlat = to_degrees(layers.catalogue.region.frame, graph.xy[path])
    named = [i for i, place in enumerate(track.places) if place]
    places = [track.places[i] for i in named]
    cut = [at[0], *(at[named.index(layers.span[row.section_id][1])] for row in sections)]
    pieces = [slice(a, b) for a, b in itertools.pairwise(cut)]
    ids = [_ids(ways, way[piece]) for piece in pieces]
    missing = [float(length[piece][way[piece] < 0].sum()) for piece in pieces]
    whole = [max(float(length[piece].sum()), 1e-9) for piece in pieces]
    columns = {
        "section_id": [row.section_id for row in sections],
        "osm_ids": ids,
        "matched_share": 1 - np.divide(missing, whole),
        "missing_m": missing,
    }
    shift = _shifts(graph, path)
    return Match(
        sections=_lines(lonlat, cut, columns).set_index("section_id"),
        legs=_lines(lonlat, at, {"from_place": places[:-1], "to_place": places[1:]}),
        matched_share=float(length[way >= 0].sum() / total),
        own_share=float(length[own].sum() / total),
        median_shift_m=float(np.median(shift)),
        p95_shift_m=float(np.percentile(shift, 95)),
        gaps=_gaps(way, length, lonlat, at, places),
        offsets_m=list(zip(places, _offsets(graph.xy[path], at, spots), strict=True)),
        osm_ids=sorted(set(itertools.chain.from_iterable(ids))),
        reason="",
    )


def _line(points: Floats) -> shapely.LineString:
    """Return the line through points; a line of no length is one point twice."""
    return shapely.LineString(points if len(points) > 1 else points.repeat(2, 0))


def _lines(lonlat: Floats, at: Iterable[int], columns: dict[str, Any]) -> gpd.GeoDataFrame:
    """Cut a line at some of its points."""
    pieces = [_line(lonlat[a : b + 1]) for a, b in itertools.pairwise(at)]
    return gpd.GeoDataFrame(columns, geometry=pieces, crs="EPSG:4326")


def _ids(ways: gpd.GeoDataFrame, way: Ints) -> tuple[int, ...]:
    """Return the ids of ways in the order in which they are used, each once."""
    used = ways.index.to_numpy()[way[way >= 0]]
    return tuple(int(key) for key in dict.fromkeys(used.tolist()))


def _shifts(graph: _Graph, path: Ints) -> Floats:
    """Return how far the new line lies from the drawn one, every 100 m."""
    line = _line(graph.xy[path])
    points = shapely.line_interpolate_point(line, np.arange(0, line.length + 1, STEP_M))
    return np.asarray(shapely.distance(points, shapely.LineString(graph.xy[graph.sketch :])))


def _gaps(way: Ints, length: Floats, lonlat: Floats, at: Ints, places: Sequence[str]) -> list[Gap]:
    """Return the pieces without a way; each is one run of edges."""
    missing = np.concatenate([[False], way < 0, [False]])
    starts = np.flatnonzero(~missing[:-1] & missing[1:])
    ends = np.flatnonzero(missing[:-1] & ~missing[1:])
    gaps = []
    for a, b in zip(starts, ends, strict=True):
        before = places[max(int(np.searchsorted(at, a, side="right")) - 1, 0)]
        lon, lat = lonlat[a].round(5)
        gaps.append(Gap(before, float(lon), float(lat), round(float(length[a:b].sum()), 1)))
    return gaps


def _offsets(line: Floats, at: Ints, spots: Floats) -> list[float]:
    """Return how far the line passes from every place, between the places beside it."""
    beside = [(at[max(k - 1, 0)], at[min(k + 1, len(at) - 1)]) for k in range(len(at))]
    return [
        float(_line(line[a : b + 1]).distance(shapely.Point(spot)))
        for (a, b), spot in zip(beside, spots, strict=True)
    ]
