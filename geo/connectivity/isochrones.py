"""What can be reached from a city within a time, as areas and as length of network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from geo.catalogue import City
from geo.core import BadInputError
from geo.geometry import metric_crs
from geo.layers import CRS
from geo.network import (
    Network,
    TravelGraph,
    arrivals,
    build_travel_graph,
    cut_at_stops,
)

Array = NDArray[np.float64]
#: Reached roads are drawn in pieces of at most this length, in metres.
PIECE_M = 4000.0
#: Outlines leave out details smaller than this, in metres.
SIMPLIFY_M = 150.0
#: Sixteen points around a centre, shape (16, 2), that enclose the area of a circle of radius 1.
_RIM = np.sqrt(np.pi / 8 / np.sin(np.pi / 8)) * np.column_stack(
    [f(np.arange(16) * np.pi / 8) for f in (np.cos, np.sin)]
)


class _Ground(NamedTuple):
    """What does not depend on who travels: stops to leave at, and roads cut into pieces."""

    stops: list[str]
    at: Array
    leaving: Array
    ends: tuple[list[str], list[str]]
    time: Array
    edge: NDArray[np.intp]
    shares: Array
    points: Array
    #: Metres over the ground per minute, straight on, and at most.
    per_min: float
    most: float


class _Piece(NamedTuple):
    """Straight pieces of ground from a to b, and the minutes at which their ends are left."""

    a: Array
    b: Array
    start: Array
    end: Array


def isochrone_areas(
    net: Network,
    cities: Sequence[City],
    minutes: Sequence[float] = (30, 60, 90, 120),
    *,
    mode: str = "any",
) -> gpd.GeoDataFrame:
    """
    Return the areas within reach of cities, from door to door.

    A point is reached over the network and then straight over the ground, at the access speed
    divided by the detour of streets, as far as travellers go to enter a network. Roads can be
    left anywhere, trains and ships only at their stops; around the city itself no network is
    needed. At a point on a road edge the earlier of both ends counts.

    Parameters
    ----------
    net
        A network, with its mode and its changes; edges between junctions are cut at stops.
    cities
        The centres to start from.
    minutes
        Limits.
    mode
        Road, rail, water or any.

    Returns
    -------
    areas
        City by city, one polygon or multipolygon per limit in WGS-84 with `city_id`, `name`,
        `minutes`, `mode` and `area_km2`, the shortest time first; each contains the ones before.

    Raises
    ------
    BadInputError
        When the mode is unknown or none of the network, or a limit is not positive.

    Examples
    --------
    >>> areas = isochrone_areas(stops, [cat.find_city("万州")], [30, 60], mode="road")
    >>> bool(areas["area_km2"].is_monotonic_increasing)
    True
    """
    limits = sorted({float(limit) for limit in minutes})
    if not limits or not limits[0] > 0 or not np.isfinite(limits[-1]):
        raise BadInputError(
            "isochrone: expected positive minutes, got {minutes}", minutes=list(minutes)
        )
    net, catalogue = cut_at_stops(net), net.layers.catalogue
    crs = metric_crs(catalogue.region.frame)
    graph = build_travel_graph(net, cities, mode=mode)
    reach = _reach(graph, cities, limits[-1])
    ground = _ground(net, crs, mode)
    homes = gpd.GeoSeries.from_xy([c.lon for c in cities], [c.lat for c in cities], crs=CRS)
    starts = zip(shapely.get_coordinates(homes.to_crs(crs))[:, None], reach, strict=True)
    with ThreadPoolExecutor() as pool:  # most of the time is spent outside of Python
        found = pool.map(lambda start: _areas(ground, _pieces(ground, *start), limits), starts)
        shapes = [shape for areas in found for shape in areas]
    rows = [(city.city_id, city.name, limit, mode) for city in cities for limit in limits]
    names = ["city_id", "name", "minutes", "mode"]
    frame = gpd.GeoDataFrame(rows, columns=names, geometry=shapes, crs=crs)
    frame["area_km2"] = frame.area / 1e6
    return _nested(frame.to_crs(CRS), len(limits))


def _nested(frame: gpd.GeoDataFrame, limits: int) -> gpd.GeoDataFrame:
    """Repair what the change of projection did to shapes that touch."""
    shapes: list[Any] = []
    for i, shape in enumerate(frame.geometry.make_valid()):
        shapes.append(shape.union(shapes[-1]) if i % limits else shape)
    return frame.set_geometry(shapes, crs=frame.crs)


def _reach(graph: TravelGraph, cities: Sequence[City], limit: float) -> list[dict[str, float]]:
    """Return when every node of a graph is reached."""
    times = dijkstra(graph.matrix()[0], indices=graph.ends(cities)[0], limit=limit)
    return [
        {graph.names[k]: float(row[k]) for k in np.flatnonzero(np.isfinite(row)).tolist()}
        for row in times
    ]


def _ground(net: Network, crs: str, mode: str) -> _Ground:
    """Return the stops of a network and its road edges cut into pieces."""
    stops, at, leaving = [], [np.zeros((0, 2))], [np.zeros(0)]
    for name in net.modes if mode == "any" else [mode]:
        nodes = net.select(name).nodes
        nodes = nodes[nodes["kind"] != "border"]
        boarded = name in ("rail", "water")
        stops += [arrivals(place) if boarded else place for place in nodes.index]
        at.append(shapely.get_coordinates(nodes.geometry.to_crs(crs).to_numpy()))
        leaving.append(np.full(len(nodes), net.parameters.alight_min if name == "rail" else 0.0))
    edges = net.select("road").edges if mode in ("any", "road") else net.edges.iloc[:0]
    lines = edges.geometry.to_crs(crs).to_numpy()
    count = np.maximum(np.ceil(shapely.length(lines) / PIECE_M), 1).astype(int)
    edge = np.repeat(np.arange(len(lines)), count)
    first = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    shares = np.stack([first, first + 1]) / count[edge]
    points = shapely.line_interpolate_point(lines[edge], shares, normalized=True)
    points = shapely.get_coordinates(points).reshape(2, -1, 2)
    ends, time = (list(edges["u"]), list(edges["v"])), edges["time_min"].to_numpy(float)
    parameters = net.parameters
    return _Ground(
        stops, np.vstack(at), np.concatenate(leaving), ends, time, edge, shares, points,
        per_min=1000 * parameters.access_speed / parameters.access_detour / 60,
        most=1000 * parameters.access_limit,
    )  # fmt: skip


def _pieces(ground: _Ground, home: Array, reach: Mapping[str, float]) -> _Piece:
    """Return all ground from which travellers go on by street: the city, stops and roads."""
    stops = np.array([reach.get(stop, np.inf) for stop in ground.stops], float)
    left = np.concatenate([np.zeros(1), stops + ground.leaving])
    at = np.vstack([home, ground.at])
    u, v = (np.array([reach.get(n, np.inf) for n in ids], float) for ids in ground.ends)
    some = np.isfinite(np.minimum(u, v))[ground.edge]
    edge, shares, (a, b) = ground.edge[some], ground.shares[:, some], ground.points[:, some]
    time = ground.time[edge]
    start, end = np.minimum(u[edge] + shares * time, v[edge] + (1 - shares) * time)
    known = np.isfinite(left)
    at, left = at[known], left[known]
    ends = np.vstack([at, a]), np.vstack([at, b])
    return _Piece(*ends, np.concatenate([left, start]), np.concatenate([left, end]))


def _areas(ground: _Ground, pieces: _Piece, limits: Sequence[float]) -> list[Any]:
    """Return the ground within reach by limit, each area with the ones before."""
    shapes: list[Any] = []
    for limit in limits:
        shape = _area(ground, pieces, limit)
        # simplified outlines may cut into smaller ones: add these again
        shapes.append(shape.union(shapes[-1]) if shapes else shape)
    return shapes


def _area(ground: _Ground, pieces: _Piece, limit: float) -> Any:
    """Return the ground within reach: hulls of the discs at both ends of every piece."""
    start, end = limit - pieces.start, limit - pieces.end
    keep = (start > 0) | (end > 0)
    start, end, a, b = start[keep], end[keep], pieces.a[keep], pieces.b[keep]
    if not len(start):
        return shapely.Polygon()
    # a piece that is reached in part ends where no time is left
    ones = np.ones(len(start))
    near = b + np.divide(end, end - start, out=ones.copy(), where=start < 0)[:, None] * (a - b)
    far = a + np.divide(start, start - end, out=ones.copy(), where=end < 0)[:, None] * (b - a)
    radii = np.clip(np.stack([start, end], axis=1) * ground.per_min, 1.0, ground.most)
    centres = np.stack([near, far], axis=1)
    rims = centres[:, :, None] + radii[:, :, None, None] * _RIM
    hulls = shapely.convex_hull(shapely.linestrings(rims.reshape(len(start), -1, 2)))
    return shapely.union_all(hulls).simplify(SIMPLIFY_M).buffer(0)


def reached_km(net: Network, source_node: str, minutes: float) -> float:
    """
    Return the length of network within a time of a node, in km.

    Of a road edge min(t, rest at u + rest at v) / t of its length counts; an edge of another
    mode counts when it can be travelled from end to end, for trains are left only at stops.

    Parameters
    ----------
    net
        A network.
    source_node
        Place id of the start, which is on the network already.
    minutes
        The limit.

    Returns
    -------
    length
        Kilometres, of parallel edges each.
    """
    if source_node not in net.nodes.index:
        raise BadInputError("reached_km: no node {node!r} in this network", node=source_node)
    start = net.nodes.index.get_loc(source_node)
    times = dijkstra(net.csr("time_min"), directed=False, indices=start)
    left = np.maximum(minutes - times, 0.0)
    u, v = (left[net.nodes.index.get_indexer(net.edges[key])] for key in ("u", "v"))
    time, km = (net.edges[key].to_numpy(float) for key in ("time_min", "length_km"))
    share = np.minimum(1.0, np.divide(u + v, time, out=np.ones(len(time)), where=time > 0))
    through = np.where(np.maximum(u, v) >= time - 1e-9, 1.0, 0.0)
    share = np.where(net.edges["mode"] == "road", share, through)
    return float((km * share)[np.isfinite(np.minimum(u, v))].sum())
