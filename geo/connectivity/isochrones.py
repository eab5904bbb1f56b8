"""What can be reached from a city within a time, as areas and as length of network."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import contourpy
import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from geo.catalogue import City
from geo.core import BadInputError
from geo.geometry import metric_crs
from geo.layers import CRS
from geo.network import Network, TravelGraph, arrivals, build_travel_graph

Array = NDArray[np.float64]
Ints = NDArray[np.intp]
#: Distance of the points at which times are known, and side of the cells between them, in metres.
STEP_M = 2000.0
#: Points on the ground that are asked for the time of a cell: the earliest counts.
NEIGHBOURS = 8
#: What nobody reaches counts as so much over the last limit, in minutes: the outline lies near.
FAR_MIN = 60.0
#: Outlines leave out details smaller than this, in metres.
SIMPLIFY_M = 150.0


class _Ground(NamedTuple):
    """What does not depend on who travels: the points that are left, and cells beside them."""

    #: Two nodes of the graph for every point, the minutes from each to it; x and y of points.
    nodes: Ints
    minutes: Array
    points: Array
    #: Centres of columns and rows; by cell its nearest points, and the minutes from them.
    x: Array
    y: Array
    near: Ints
    off: Array
    #: Metres over the ground per minute, straight on, and at most.
    per_min: float
    most: float


def isochrone_areas(
    net: Network,
    cities: Sequence[City],
    minutes: Sequence[float] = (30, 60, 90, 120),
    *,
    mode: str = "any",
) -> gpd.GeoDataFrame:
    """
    Return the areas within reach of cities, from door to door.

    Times are those of the travel graph, at the ordinary roads of the region and along
    expressways, which can be left anywhere; trains and ships are left at their stops, and
    ordinary roads lead on from there. Beside a road travellers go on straight, at the speed of
    streets divided by their detour, up to `off_road_km`; in a region without ordinary roads up
    to `access_limit` from every stop and road. Around the city itself no network is needed. The
    outline is that of the times on a grid of 2 km.

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
    crs = metric_crs(net.layers.catalogue.region.frame)
    graph = build_travel_graph(net, cities, mode=mode, everywhere=True)
    homes = gpd.GeoSeries.from_xy([c.lon for c in cities], [c.lat for c in cities], crs=CRS)
    at = shapely.get_coordinates(homes.to_crs(crs))
    ground = _ground(graph, crs, mode, at)
    starts = graph.ends(cities)[0]
    reach = dijkstra(graph.matrix()[0], indices=starts, limit=limits[-1])
    with ThreadPoolExecutor() as pool:  # most of the time is spent outside of Python
        found = pool.map(lambda home, times: _areas(ground, home, times, limits), at, reach)
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


def _ground(graph: TravelGraph, crs: str, mode: str, homes: Array) -> _Ground:
    """Return the points at which networks and roads are left, and the cells around them."""
    p = graph.net.parameters
    per_min = 1000 * p.access_speed / p.access_detour / 60
    most = 1000 * (p.access_limit if graph.roads is None else p.off_road_km)
    nodes, minutes, points = (
        np.concatenate(part)
        for part in zip(*_stops(graph, crs, mode), *_along_roads(graph, crs, mode), strict=True)
    )
    everything = np.vstack([points, homes])
    low, high = everything.min(axis=0) - most - STEP_M, everything.max(axis=0) + most + STEP_M
    x, y = (np.arange(low[k], high[k] + STEP_M, STEP_M) for k in (0, 1))
    cells = np.column_stack([np.tile(x, len(y)), np.repeat(y, len(x))])
    k = min(NEIGHBOURS if graph.roads is not None else 4 * NEIGHBOURS, len(points))
    away, near = KDTree(points).query(cells, k=max(k, 1), distance_upper_bound=most)
    off = np.where(np.isfinite(away), away, np.inf).reshape(len(cells), -1) / per_min
    near = np.minimum(near.reshape(len(cells), -1), len(points) - 1).astype(np.intp)
    return _Ground(nodes, minutes, points, x, y, near, off, per_min, most)


def _stops(graph: TravelGraph, crs: str, mode: str) -> list[tuple[Ints, Array, Array]]:
    """Return the stops of a network: the node at which they are left, minutes more, and x, y."""
    net, found = graph.net, list[tuple[Ints, Array, Array]]()
    for name in net.modes if mode == "any" else [mode]:
        places = net.select(name).nodes
        places = places[places["kind"] != "border"]
        boarded = name in ("rail", "water")
        ids = [arrivals(place) if boarded else place for place in places.index]
        known = np.array([key in graph.number for key in ids], bool)
        node = np.array([graph.number[key] for key in ids if key in graph.number], np.intp)
        leaving = net.parameters.alight_min if name == "rail" else 0.0
        at = shapely.get_coordinates(places.geometry.to_crs(crs).to_numpy()[known])
        found.append(
            (np.stack([node, node], axis=1).reshape(-1, 2), np.full((len(node), 2), leaving), at)
        )
    return [*found, (np.empty((0, 2), np.intp), np.empty((0, 2)), np.empty((0, 2)))]


def _along_roads(graph: TravelGraph, crs: str, mode: str) -> list[tuple[Ints, Array, Array]]:
    """Return points along roads, with the minutes from both ends of their edge."""
    found = list[tuple[Ints, Array, Array]]()
    own = graph.net.select("road").edges if mode in ("any", "road") else None
    frames = list[tuple[gpd.GeoDataFrame, list[str], list[str]]]()
    if own is not None:
        frames.append((own, own["u"].tolist(), own["v"].tolist()))
    if graph.roads is not None:
        edges = graph.roads.edges
        u, v = ([f"road:{k}" for k in edges[key].tolist()] for key in ("u", "v"))
        frames.append((edges, u, v))
    for frame, u, v in frames:
        lines = frame.geometry.to_crs(crs).to_numpy()
        count = np.ceil(shapely.length(lines) / STEP_M).astype(int) + 1
        edge = np.repeat(np.arange(len(lines)), count)
        first = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
        share = first / np.maximum(count[edge] - 1, 1)
        points = shapely.line_interpolate_point(lines[edge], share, normalized=True)
        ends = np.array([[graph.number[name] for name in side] for side in (u, v)], np.intp)
        time = frame["time_min"].to_numpy(float)[edge]
        minutes = np.stack([share * time, (1 - share) * time], axis=1)
        at = shapely.get_coordinates(points).reshape(-1, 2)
        found.append((ends[:, edge].T.reshape(-1, 2), minutes, at))
    return found


def _areas(ground: _Ground, home: Array, reach: Array, limits: Sequence[float]) -> list[Any]:
    """Return the ground within reach by limit, each area with the ones before."""
    times = (reach[ground.nodes] + ground.minutes).min(axis=1)
    inside = times <= limits[-1]
    around = np.vstack([home, ground.points[inside]])
    # only cells near points that are reached
    (west, south), (east, north) = (
        around.min(axis=0) - ground.most - STEP_M,
        around.max(axis=0) + ground.most + STEP_M,
    )
    i = np.flatnonzero((ground.x >= west) & (ground.x <= east))
    j = np.flatnonzero((ground.y >= south) & (ground.y <= north))
    x, y = ground.x[i], ground.y[j]
    cell = (j[:, None] * len(ground.x) + i).reshape(-1)
    earliest = np.full((len(j), len(i)), np.inf)
    if len(times):
        by_point = times[ground.near[cell]] + ground.off[cell]
        earliest = by_point.min(axis=1).reshape(earliest.shape)
    straight = np.hypot(x - home[0], (y - home[1])[:, None])
    own = np.where(straight <= ground.most, straight / ground.per_min, np.inf)
    field = np.minimum(np.minimum(earliest, own), limits[-1] + FAR_MIN)
    lines = contourpy.contour_generator(x, y, field, fill_type="OuterOffset")
    shapes: list[Any] = []
    for limit in limits:
        parts = zip(*lines.filled(-1.0, limit), strict=True)
        shape = shapely.union_all([_polygon(*part) for part in parts])
        shape = shape.simplify(SIMPLIFY_M).buffer(0)
        # simplified outlines may cut into smaller ones: add these again
        shapes.append(shape.union(shapes[-1]) if shapes else shape)
    return shapes


def _polygon(points: Array, offsets: NDArray[np.uint32]) -> Any:
    """Return an area from its outline and the outlines of its holes."""
    rings = [points[a:b] for a, b in pairwise(offsets.tolist())]
    return shapely.Polygon(rings[0], rings[1:]).buffer(0)


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
