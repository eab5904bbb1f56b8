"""Conflation: one alignment per section of a route out of many surveyed ways."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from geo.catalogue import Route
from geo.geometry import metric_crs, to_degrees, to_metres
from geo.layers import Layers, Track
from geo.sources.matching import STEP_M, Graph, cheapest_path, edges_along, usable, way_graph

#: A line may pass a place this much further away than the accuracy of the place.
TOLERANCE_M = 200.0
#: Accuracy of a place or point of which none is told.
UNKNOWN_ACCURACY_M = 500.0
#: Ways up to this far from the drawn line are looked at: this, and three times its accuracy.
CORRIDOR_M, CORRIDOR_MOST_M = 1500.0, 15_000.0
#: What a metre costs that a line ends beside its first or last place.
END_TOLL = 10.0


class Gap(NamedTuple):
    """A piece without a way: the last place before it, where it begins, and its length."""

    place_id: str
    lon: float
    lat: float
    length_m: float


class Match(NamedTuple):
    """
    What surveyed ways make of a route.

    Parameters
    ----------
    sections
        One line per section in order, from place to place (EPSG:4326, index `section_id`),
        with `osm_ids` (ids of the ways in order), `matched_share` and `missing_m` (length that
        lies on no way).
    legs
        The same line from each named place to the next: `from_place`, `to_place`, geometry.
    matched_share
        Share of the length that lies on ways.
    own_share
        Share of the length on ways that carry the number or a name of the route, or none.
    median_shift_m, p95_shift_m
        How far the new line lies from the drawn one: median and 95th percentile.
    gaps
        Pieces without a way, bridged by straight or drawn lines.
    offsets_m
        How far the line passes from every named place, in the order of the alignment.
    osm_ids
        Ids of all ways used.
    reason
        Why nothing could be matched; empty where something was.

    """

    sections: gpd.GeoDataFrame
    legs: gpd.GeoDataFrame
    matched_share: float
    own_share: float
    median_shift_m: float
    p95_shift_m: float
    gaps: list[Gap]
    offsets_m: list[tuple[str, float]]
    osm_ids: list[int]
    reason: str


def candidates(ways: gpd.GeoDataFrame, route: Route) -> gpd.GeoDataFrame:
    """
    Return the ways that belong to a route.

    Parameters
    ----------
    ways
        Lines with the tags of OpenStreetMap as columns; a missing column is an absent tag.
    route
        The route: its numbers are compared whole (``G85;G93`` holds G85, not G8), its names
        without the word for their kind (成渝高速公路 is 成渝高速, but 成渝铁路 is not 成渝高铁).

    Returns
    -------
    ways
        Those of the right class with its number or a name, with `belongs` (ref or name),
        `built`, `factor` and `direction`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geo.readers.overpass import ways_of
    >>> line = gpd.GeoSeries.from_wkt(2 * ["LINESTRING (104 30, 105 30)"])
    >>> ways = gpd.GeoDataFrame({"highway": "motorway", "ref": ["G85;G93", "G5"]}, geometry=line)
    >>> route = next(route for route in cat.routes if route.ref == "G93")
    >>> candidates(ways_of(ways), route)["belongs"].tolist()
    ['ref']

    """
    made = usable(ways, route)
    return made[made["belongs"].isin(["ref", "name"])]


def corridor_m(track: Track) -> float:
    """
    Return how far from a drawn line its surveyed line is looked for.

    Parameters
    ----------
    track
        The drawn line with the accuracy of its points.

    Returns
    -------
    distance
        Metres.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> corridor_m(SimpleNamespace(accuracy_m=np.array([100.0, 500.0])))
    3000.0

    """
    worst = float(np.nan_to_num(track.accuracy_m, nan=UNKNOWN_ACCURACY_M).max())
    return min(CORRIDOR_M + 3 * worst, CORRIDOR_MOST_M)


def conflate(ways: gpd.GeoDataFrame, layers: Layers, route_id: str) -> Match:
    """
    Find the surveyed line of a route.

    The ways of its class near the drawn line become a graph; the cheapest path through it
    past all named places in order is the line. A metre costs more on ways of another name or
    number, far from the drawn line, on links, and against the direction of a carriageway; so
    the line follows the carriageway in the direction of the route, 10 to 20 m beside the
    middle of the road. Where ways are missing it follows straight or drawn lines at a high
    cost, and says so.

    Parameters
    ----------
    ways
        Lines in EPSG:4326 with tags as columns, indexed by the id of the way.
    layers
        The layers of the catalogue.
    route_id
        The route.

    Returns
    -------
    match
        The lines and how well they fit; `reason` where there are none.

    Examples
    --------
    >>> from geo.readers.overpass import ways_of
    >>> line = lay.routes.loc[["chengyu-hsr"], ["geometry"]].set_axis([17])
    >>> match = conflate(ways_of(line.assign(railway="rail", name="成渝高铁")), lay, "chengyu-hsr")
    >>> round(match.matched_share, 2), match.osm_ids, match.gaps
    (1.0, [17], [])

    """
    route, track = layers.catalogue.route[route_id], layers.tracks[route_id]
    reach = corridor_m(track)
    sketch, knots = _sketch(layers, track)
    near = _within(ways, layers, sketch, reach)
    near = usable(near, route)
    if not near["belongs"].isin(["ref", "name"]).any():
        what = route.ref or route.name_zh
        return _nothing(f"no way within {reach / 1000:.1f} km carries its number or name: {what}")
    stops = [i for i, place in enumerate(track.places) if place]
    at_stops = knots[stops]
    own = (near["belongs"] != "foreign").to_numpy(bool)
    graph = way_graph(near, sketch, at_stops, scale_m=reach, reach_m=reach)
    points, toll = _passings(graph, own, at_stops, track.accuracy_m[stops])
    wanted = _open_legs(layers, route_id, stops)
    path, at = cheapest_path(graph, points, toll, near["built"].to_numpy(bool), wanted)
    return _match(layers, route_id, near, graph, path, at)


def _nothing(reason: str) -> Match:
    empty = gpd.GeoDataFrame(geometry=[], crs="EPSG:4326")
    nan = float("nan")
    return Match(empty, empty, 0.0, 0.0, nan, nan, [], [], [], reason)


def _sketch(layers: Layers, track: Track) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the drawn line in metres, a point every 100 m, and where its points stand."""
    line = to_metres(layers.catalogue.region.frame, track.line)
    pieces = np.maximum(1, np.ceil(np.hypot(*np.diff(line, axis=0).T) / STEP_M)).astype(int)
    index = np.concatenate([[0], np.cumsum(pieces)])
    at = np.arange(index[-1] + 1)
    dense = np.column_stack([np.interp(at, index, line[:, k]) for k in (0, 1)])
    return dense, index[track.knots]


def _within(
    ways: gpd.GeoDataFrame, layers: Layers, sketch: NDArray[np.float64], reach_m: float
) -> gpd.GeoDataFrame:
    """Return the ways near the drawn line, in metres."""
    area = shapely.buffer(shapely.LineString(sketch).simplify(50), reach_m)
    west, south, east, north = area.bounds
    corners = np.array([(x, y) for x in (west, east) for y in (south, north)])
    degrees = to_degrees(layers.catalogue.region.frame, corners)
    box = shapely.box(*(degrees.min(axis=0) - 0.05), *(degrees.max(axis=0) + 0.05))
    boxed = ways.iloc[ways.sindex.query(box)]
    metric = boxed.sort_index(kind="stable").to_crs(metric_crs(layers.catalogue.region.frame))
    shapely.prepare(area)
    return metric[area.intersects(metric.geometry.to_numpy())]


def _passings(
    graph: Graph,
    own: NDArray[np.bool_],
    stops: NDArray[np.int64],
    accuracy: NDArray[np.float64],
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.float64]]]:
    """
    Return where every place may be passed, and at what cost.

    A metre away costs more where the place is well known. At inner places it costs less than
    going there and back, so that the line never leaves its way to come nearer; at the ends it
    costs far more than a metre on the way, so that the line is not cut short, and other roads
    do not count where there is one of its own.
    """
    tree = KDTree(graph.xy[: graph.drawn])
    named = np.zeros(graph.drawn, bool)
    named[graph.tail[graph.way >= 0][own[graph.way[graph.way >= 0]]]] = True
    points, toll = [], []
    for k, (stop, metres) in enumerate(zip(stops + graph.drawn, accuracy, strict=True)):
        known = UNKNOWN_ACCURACY_M if np.isnan(metres) else metres
        near = np.array(tree.query_ball_point(graph.xy[stop], known + TOLERANCE_M), np.int64)
        inner = 0 < k < len(stops) - 1
        if not inner and named[near].any():
            near = near[named[near]]
        away = np.hypot(*(graph.xy[near] - graph.xy[stop]).T)
        weight = np.clip(300 / known, 0.2, 1.5) if inner else END_TOLL
        points.append(np.append(near, stop))
        toll.append(np.append(away, known + TOLERANCE_M) * weight)
    return points, toll


def _open_legs(layers: Layers, route_id: str, stops: list[int]) -> list[bool]:
    """Return whether the section of every leg between places is open."""
    sections = layers.catalogue.sections_of[route_id]
    ends = [layers.span[section.section_id][1] for section in sections]
    return [sections[int(np.searchsorted(ends, stop))].status == "open" for stop in stops[1:]]


def _match(
    layers: Layers,
    route_id: str,
    ways: gpd.GeoDataFrame,
    graph: Graph,
    path: NDArray[np.int64],
    at: NDArray[np.int64],
) -> Match:
    """Read the lines off a path."""
    track, edges = layers.tracks[route_id], edges_along(graph, path)
    way, length = graph.way[edges], graph.length[edges]
    own = (way >= 0) & (np.append(ways["belongs"] != "foreign", False)[way])
    total = max(float(length.sum()), 1e-9)
    lonlat = to_degrees(layers.catalogue.region.frame, graph.xy[path])
    named = [place for place in track.places if place]
    legs = _lines(lonlat, at, {"from_place": named[:-1], "to_place": named[1:]})
    first = [i for i, place in enumerate(track.places) if place]
    cut = [at[0]] + [
        at[first.index(layers.span[section.section_id][1])]
        for section in layers.catalogue.sections_of[route_id]
    ]
    ids = [_ids(ways, way[a:b]) for a, b in itertools.pairwise(cut)]
    missing = [float(length[a:b][way[a:b] < 0].sum()) for a, b in itertools.pairwise(cut)]
    whole = [max(float(length[a:b].sum()), 1e-9) for a, b in itertools.pairwise(cut)]
    shares = 1 - np.divide(missing, whole)
    keys = [section.section_id for section in layers.catalogue.sections_of[route_id]]
    known = {"section_id": keys, "osm_ids": ids, "matched_share": shares, "missing_m": missing}
    shift = _shifts(graph, path)
    return Match(
        sections=_lines(lonlat, np.array(cut), known).set_index("section_id"),
        legs=legs,
        matched_share=float(length[way >= 0].sum() / total),
        own_share=float(length[own].sum() / total),
        median_shift_m=float(np.median(shift)),
        p95_shift_m=float(np.percentile(shift, 95)),
        gaps=_gaps(way, length, lonlat, at, named),
        offsets_m=_offsets(layers, route_id, graph, path, at),
        osm_ids=sorted(set(itertools.chain.from_iterable(ids))),
        reason="",
    )


def _lines(
    lonlat: NDArray[np.float64], at: NDArray[np.int64], columns: dict[str, Any]
) -> gpd.GeoDataFrame:
    """Cut a line at some of its points; a piece of no length is one point twice."""
    pieces = [lonlat[a : b + 1] for a, b in itertools.pairwise(at)]
    pieces = [piece if len(piece) > 1 else np.repeat(piece, 2, axis=0) for piece in pieces]
    return gpd.GeoDataFrame(
        columns, geometry=list(map(shapely.LineString, pieces)), crs="EPSG:4326"
    )


def _ids(ways: gpd.GeoDataFrame, way: NDArray[np.int64]) -> tuple[int, ...]:
    """Return the ids of ways in the order in which they are used, each once."""
    used = ways.index.to_numpy()[way[way >= 0]]
    return tuple(int(key) for key in dict.fromkeys(used.tolist()))


def _shifts(graph: Graph, path: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how far the new line lies from the drawn one, every 100 m."""
    line = shapely.LineString(graph.xy[path] if len(path) > 1 else graph.xy[path].repeat(2, 0))
    points = shapely.line_interpolate_point(line, np.arange(0, line.length + 1, STEP_M))
    layers = shapely.LineString(graph.xy[graph.drawn :])
    return np.asarray(shapely.distance(points, layers))


def _gaps(
    way: NDArray[np.int64],
    length: NDArray[np.float64],
    lonlat: NDArray[np.float64],
    at: NDArray[np.int64],
    named: list[str],
) -> list[Gap]:
    """Return the pieces without a way; each is one run of edges."""
    missing = np.concatenate([[False], way < 0, [False]])
    starts = np.flatnonzero(~missing[:-1] & missing[1:])
    ends = np.flatnonzero(missing[:-1] & ~missing[1:])
    gaps = []
    for a, b in zip(starts, ends, strict=True):
        before = named[max(int(np.searchsorted(at, a, side="right")) - 1, 0)]
        lon, lat = lonlat[a].round(5)
        gaps.append(Gap(before, float(lon), float(lat), round(float(length[a:b].sum()), 1)))
    return gaps


def _offsets(
    layers: Layers,
    route_id: str,
    graph: Graph,
    path: NDArray[np.int64],
    at: NDArray[np.int64],
) -> list[tuple[str, float]]:
    """Return how far the line passes from every place, between the places beside it."""
    track = layers.tracks[route_id]
    spots = to_metres(layers.catalogue.region.frame, track.line[track.knots])
    named = [(place, spots[i]) for i, place in enumerate(track.places) if place]
    found = []
    for k, (place, spot) in enumerate(named):
        a, b = at[max(k - 1, 0)], at[min(k + 1, len(at) - 1)]
        piece = graph.xy[path[a : b + 1]]
        line = shapely.LineString(piece if len(piece) > 1 else piece.repeat(2, 0))
        found.append((place, float(line.distance(shapely.Point(spot)))))
    return found
