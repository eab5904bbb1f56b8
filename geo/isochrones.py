"""What can be reached from a city within a time, as areas and as length of network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.errors import BadInputError
from geo.layers import CRS
from geo.times import CONSTANTS, travel_graph

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import networkx as nx
    from numpy.typing import NDArray

    from geo.catalogue import Catalogue
    from geo.network import Network
    from geo.tables import City

    Array = NDArray[np.float64]

#: Reached roads are drawn in pieces of at most this length, in metres.
PIECE_M = 4000.0
#: Outlines leave out details smaller than this, in metres.
SIMPLIFY_M = 150.0
#: Sixteen points around a centre, shape (16, 2), that enclose the area of a circle of radius 1.
_RIM = np.sqrt(np.pi / 8 / np.sin(np.pi / 8)) * np.column_stack(
    [f(np.arange(16) * np.pi / 8) for f in (np.cos, np.sin)]
)


class _Piece(NamedTuple):
    """Straight pieces of ground from a to b, and the minutes at which their ends are left."""

    a: Array
    b: Array
    start: Array
    end: Array


def isochrone(
    net: Network,
    catalogue: Catalogue,
    city: City,
    minutes: Sequence[float] = (30, 60, 90, 120),
    *,
    mode: str = "any",
) -> gpd.GeoDataFrame:
    """
    Return the areas within reach of a city, from door to door.

    A point is reached over the network and then straight over the ground, at the access speed
    divided by the detour of streets, as far as travellers go to enter a network. Roads can be
    left anywhere, trains and ships only at their stops; around the city itself no network is
    needed. At a point on a road edge the earlier of both ends counts.

    Parameters
    ----------
    net
        A network with a node at every stop.
    catalogue
        The catalogue, for the metric projection of its region.
    city
        The centre to start from.
    minutes
        Limits.
    mode
        Road, rail, water or any.

    Returns
    -------
    areas
        One polygon or multipolygon per limit in WGS-84 with `city_id`, `name_zh`, `minutes`,
        `mode` and `area_km2`, the shortest time first; each contains the ones before.

    Raises
    ------
    BadInputError
        When the mode is unknown, or a limit is not positive.
    """
    import geopandas as gpd

    from geo.report import cities_of

    limits = sorted({float(limit) for limit in minutes})
    if not limits or not limits[0] > 0 or not np.isfinite(limits[-1]):
        raise BadInputError(f"isochrone: expected positive minutes, got {list(minutes)}")
    cities = [city, *(c for c in cities_of(catalogue) if c.city_id != city.city_id)]
    reach = _reach(travel_graph(net, cities, mode=mode), f"city:{city.city_id}", limits[-1])
    pieces = _pieces(net, catalogue.region.metric_crs, city, reach, mode)
    shapes: list[Any] = []
    for limit in limits:
        shape = _area(pieces, limit)
        # simplified outlines may cut into smaller ones: add these again
        shapes.append(shape.union(shapes[-1]) if shapes else shape)
    frame = gpd.GeoDataFrame(
        {"city_id": city.city_id, "name_zh": city.name_zh, "minutes": limits, "mode": mode},
        geometry=shapes,
        crs=catalogue.region.metric_crs,
    )
    frame["area_km2"] = frame.area / 1e6
    return _nested(frame.to_crs(CRS))


def _nested(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Repair what the change of projection did to shapes that touch."""
    shapes: list[Any] = []
    for shape in frame.geometry.make_valid():
        shapes.append(shape.union(shapes[-1]) if shapes else shape)
    return frame.set_geometry(shapes, crs=frame.crs)


def _reach(graph: nx.Graph[str], start: str, limit: float) -> dict[str, float]:
    """Return when every place is reached; nobody travels through another city's centre."""
    import networkx as nx

    if start not in graph:
        return {}
    inner = graph.subgraph(n for n in graph if n == start or not n.startswith("city:"))
    found: dict[str, float] = nx.single_source_dijkstra_path_length(
        inner, start, cutoff=limit, weight="time_min"
    )
    express = graph.graph.get("express")
    if express is None or start not in express:
        return found
    # trains without a stop on the way reach the stations of the other large cities
    direct = _reach(express, start, limit)
    large = [n for n in express if n.startswith("city:") and n != start]
    for stop in {stop for other in large for stop in express[other]} & set(direct):
        found[stop] = min(direct[stop], found.get(stop, np.inf))
    return found


def leaving_minutes(mode: str) -> float:
    """
    Return how long it takes to leave a network at a stop, as in `geo.times.travel_graph`.

    Parameters
    ----------
    mode
        Road, rail or water.

    Returns
    -------
    minutes
        Half of boarding, starting, stopping and alighting by rail, else 0.
    """
    parts = ("board_min", "alight_min", "rail_start_min") if mode == "rail" else ()
    return sum(CONSTANTS[key].value for key in parts) / 2


def _pieces(net: Network, crs: str, city: City, reach: Mapping[str, float], mode: str) -> _Piece:
    """Return all ground from which travellers go on by street: the city, stops and roads."""
    import geopandas as gpd
    import shapely

    home = gpd.GeoSeries.from_xy([city.lon], [city.lat], crs=CRS).to_crs(crs)
    points, times = [shapely.get_coordinates(home.to_numpy())], [np.zeros(1)]
    for name in net.modes if mode == "any" else [mode]:
        nodes = net.select(name).nodes
        nodes = nodes[nodes.index.isin(list(reach)) & (nodes["kind"] != "border")]
        points.append(shapely.get_coordinates(nodes.geometry.to_crs(crs).to_numpy()))
        times.append(np.array([reach[n] + leaving_minutes(name) for n in nodes.index], float))
    at, left = np.vstack(points), np.concatenate(times)
    whole = _Piece(at, at, left, left)
    if mode not in ("any", "road") or "road" not in net.modes:
        return whole
    roads = _road_pieces(net.select("road").edges, crs, reach)
    return _Piece(*(np.concatenate(pair) for pair in zip(whole, roads, strict=True)))


def _road_pieces(edges: gpd.GeoDataFrame, crs: str, reach: Mapping[str, float]) -> _Piece:
    """Cut the reached road edges into pieces and tell when each end of a piece is reached."""
    import shapely

    u = edges["u"].map(reach).fillna(np.inf).to_numpy(float)
    v = edges["v"].map(reach).fillna(np.inf).to_numpy(float)
    some = np.isfinite(u) | np.isfinite(v)
    lines = edges.geometry[some].to_crs(crs).to_numpy()
    u, v, time = u[some], v[some], edges["time_min"].to_numpy(float)[some]
    count = np.maximum(np.ceil(shapely.length(lines) / PIECE_M), 1).astype(int)
    edge = np.repeat(np.arange(len(lines)), count)
    first = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    ends = []
    for k in (first, first + 1):
        share = k / count[edge]
        at = np.minimum(u[edge] + share * time[edge], v[edge] + (1 - share) * time[edge])
        points = shapely.line_interpolate_point(lines[edge], share, normalized=True)
        ends.append((shapely.get_coordinates(points).reshape(-1, 2), at))
    (a, start), (b, end) = ends
    return _Piece(a, b, start, end)


def _area(pieces: _Piece, limit: float) -> Any:  # noqa: ANN401
    """Return the ground within reach: hulls of the discs at both ends of every piece."""
    import shapely

    per_min = 1000 * CONSTANTS["access_speed"].value / CONSTANTS["access_detour"].value / 60
    most = 1000 * CONSTANTS["access_limit"].value
    start, end = limit - pieces.start, limit - pieces.end
    keep = (start > 0) | (end > 0)
    start, end, a, b = start[keep], end[keep], pieces.a[keep], pieces.b[keep]
    if not len(start):
        return shapely.Polygon()
    # a piece that is reached in part ends where no time is left
    ones = np.ones(len(start))
    near = b + np.divide(end, end - start, out=ones.copy(), where=start < 0)[:, None] * (a - b)
    far = a + np.divide(start, start - end, out=ones.copy(), where=end < 0)[:, None] * (b - a)
    radii = np.clip(np.stack([start, end], axis=1) * per_min, 1.0, most)
    centres = np.stack([near, far], axis=1)
    rims = centres[:, :, None] + radii[:, :, None, None] * _RIM
    hulls = shapely.convex_hull(shapely.multipoints(rims.reshape(len(start), -1, 2)))
    return shapely.union_all(hulls).simplify(SIMPLIFY_M).buffer(0)


def reached_km(net: Network, source_node: str, minutes: float) -> float:
    """
    Return the length of network within a time of a node.

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

    Raises
    ------
    BadInputError
        When the network has no such node.
    """
    from scipy.sparse.csgraph import dijkstra

    if source_node not in net.nodes.index:
        raise BadInputError(f"reached_km: no node {source_node!r} in this network")
    start = net.nodes.index.get_loc(source_node)
    times = dijkstra(net.csr("time_min"), directed=False, indices=start)
    left = np.maximum(minutes - times, 0.0)
    u, v = (left[net.nodes.index.get_indexer(net.edges[key])] for key in ("u", "v"))
    time, km = (net.edges[key].to_numpy(float) for key in ("time_min", "length_km"))
    share = np.minimum(1.0, np.divide(u + v, time, out=np.ones(len(time)), where=time > 0))
    through = np.where(np.maximum(u, v) >= time - 1e-9, 1.0, 0.0)
    share = np.where(net.edges["mode"] == "road", share, through)
    return float((km * share)[np.isfinite(np.minimum(u, v))].sum())
