"""Travel times without a timetable, and the fastest ways between two cities."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.constants import CONSTANTS, leaving_minutes
from geo.distributed import blocks_of, here
from geo.errors import BadInputError
from geo.nearby import within
from geo.terms import MODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import networkx as nx
    from numpy.typing import NDArray

    from geo.distributed import Share
    from geo.network import Network
    from geo.other_roads import Background
    from geo.tables import City


#: Cities whose times are one block of work.
BLOCK = 64
_DETOUR, _STREET_KMH = CONSTANTS["access_detour"].value, CONSTANTS["access_speed"].value
#: No degree of latitude is shorter.
LEAST_M_PER_DEGREE = 110_500.0
#: A further route may repeat at most this share of an earlier one.
MAX_OVERLAP = 0.6


class Pace(NamedTuple):
    """How long a kilometre takes, in minutes: running, and stops on the way."""

    run: float
    stops: float


def pace(section: Any) -> Pace:  # noqa: ANN401
    """
    Return how long a kilometre of a section takes.

    Roads: design speed times a factor. Rail: operating speed where known, else design speed,
    times a factor, and a loss per stop at the spacing of stops of its class. Water: one speed.

    Parameters
    ----------
    section
        A section with `mode`, `class`, `design_speed_kmh` and `operating_speed_kmh`.

    Returns
    -------
    pace
        Minutes per kilometre.

    Examples
    --------
    >>> section = {"mode": "road", "operating_speed_kmh": None, "design_speed_kmh": 120}
    >>> round(100 * pace(section).run, 1)
    58.8
    """
    from pandas import notna

    mode = section["mode"]
    if mode == "water":
        return Pace(60 / CONSTANTS["water_speed"].value, 0.0)
    default = CONSTANTS[f"{mode}_default"].value
    known = [section["operating_speed_kmh"], section["design_speed_kmh"], default]
    speed = next(float(value) for value in known if notna(value))
    run = 60 / (speed * CONSTANTS[f"{mode}_factor"].value)
    if mode == "road":
        return Pace(run, 0.0)
    return Pace(
        run, CONSTANTS["stop_min"].value / CONSTANTS[f"stop_every_{section['class']}"].value
    )


def travel_graph(
    net: Network, cities: Iterable[City], *, mode: str, background: Background | None = None
) -> nx.Graph[str]:
    """
    Return the graph a traveller sees: the network and the ways into it.

    Parameters
    ----------
    net
        A network with a node at every stop.
    cities
        Centres to measure from and to.
    mode
        Road, rail, water, or any: all of them, joined by the ways between their stops.
    background
        Other roads to travel on as well.

    Returns
    -------
    graph
        Nodes are place ids, ``city:`` ids and, with `lon` and `lat`, ``road:`` numbers of the
        background. Edges carry `time_min`, `length_km` and `leg`: the route id, "access" or
        "background"; those of the network also `edge`, their id in it.

    Raises
    ------
    BadInputError
        When the mode is unknown, or there are other roads for one without roads.
    """
    import networkx as nx

    if mode not in (*MODES, "any"):
        raise BadInputError(f"--mode {mode!r}: expected road, rail, water or any")
    cities = list(cities)
    large = [c for c in cities if c.population >= CONSTANTS["nonstop_people"].value]
    express = len(cities) > 1 and len(large) == len(cities)
    graph: nx.Graph[str] = nx.Graph()
    modes = net.modes if mode == "any" else [mode]
    for name in modes:
        part = net.select(name)
        _add_edges(graph, part, express=express)
        _add_access(graph, part, name, [(f"city:{c.city_id}", c.lon, c.lat) for c in cities])
    if "rail" in modes:
        centres = [city for city in net.drawn.catalogue.cities if not city.part_of]
        _add_transfers(graph, net.select("rail"), centres)
    if mode == "any" and "rail" in modes and "road" in modes:
        rail = net.select("rail").nodes
        stops = list(zip(rail.index, rail.geometry.x, rail.geometry.y, strict=True))
        _add_access(graph, net.select("road"), "rail", stops)
    if background is not None:
        from geo.other_roads import add_background

        add_background(graph, background, net, cities, mode=mode)
    if len(large) > 1 and not express:
        graph.graph["express"] = travel_graph(net, large, mode=mode, background=background)
    return graph


def _add_edges(graph: nx.Graph[str], part: Network, *, express: bool) -> None:
    """Add the edges of one mode; of parallel ones the fastest."""
    keys = ["u", "v", "time_min", "stop_min", "length_km", "route_id", "mode", "class"]
    columns = [part.edges[key].tolist() for key in keys]
    for edge, u, v, time, stop, km, route, mode, kind in zip(part.edges.index, *columns,
                                                             strict=True):  # fmt: skip
        minutes = time - (stop if express and kind == "hsr" else 0.0)
        old = graph.get_edge_data(u, v)
        if u != v and (old is None or minutes < old["time_min"]):
            graph.add_edge(u, v, time_min=minutes, length_km=km, leg=route, mode=mode, edge=edge)


def _add_transfers(graph: nx.Graph[str], rail: Network, cities: Iterable[City]) -> None:
    """Join the stations of a city, for changing trains between them."""
    from itertools import combinations

    from geo.curves import geod

    stations = rail.nodes[rail.nodes["kind"] == "station"]
    lon, lat = stations.geometry.x.to_numpy(), stations.geometry.y.to_numpy()
    names = stations.index.tolist()
    limit = CONSTANTS["transfer_limit"].value * 1000
    change = 2 * leaving_minutes("rail")
    for city in cities:
        near = np.flatnonzero(np.abs(lat - city.lat) <= limit / LEAST_M_PER_DEGREE)
        ones = np.ones(len(near))
        metres = geod().inv(city.lon * ones, city.lat * ones, lon[near], lat[near])[2]
        near = near[metres <= limit]
        i, j = np.array(list(combinations(near, 2)), int).reshape(-1, 2).T
        apart = geod().inv(lon[i], lat[i], lon[j], lat[j])[2]
        for a, b, straight in zip(i.tolist(), j.tolist(), apart.tolist(), strict=True):
            if not graph.has_edge(names[a], names[b]):
                way = street(straight / 1000, "road")
                graph.add_edge(names[a], names[b], **way | {"time_min": way["time_min"] + change})


def _add_access(
    graph: nx.Graph[str], part: Network, mode: str, points: Sequence[tuple[str, float, float]]
) -> None:
    """Join points to all places within reach where a network can be entered."""
    entry = part.nodes[part.nodes["kind"] != "border"]
    if entry.empty or not points:
        return
    lonlat = np.column_stack([entry.geometry.x, entry.geometry.y])
    limit = CONSTANTS["access_limit"].value
    pairs = within(np.array([point[1:] for point in points], float), lonlat, limit)
    names = entry.index.tolist()
    graph.add_edges_from((points[i][0], names[j], street(km, mode)) for i, j, km in pairs)


def street(straight_km: float, mode: str) -> dict[str, Any]:
    """
    Return the way by street between a point and a place where a network is entered.

    Parameters
    ----------
    straight_km
        Straight distance.
    mode
        The mode whose stop is at one of the ends.

    Returns
    -------
    edge
        What such an edge of a travel graph carries; half of boarding, starting, stopping and
        alighting by rail is part of the time.

    Examples
    --------
    >>> {key: round(value, 1) for key, value in list(street(10, "road").items())[:2]}
    {'time_min': 22.3, 'length_km': 13.0}
    """
    km = straight_km * _DETOUR
    minutes = 60 * km / _STREET_KMH + leaving_minutes(mode)
    return {"time_min": minutes, "length_km": km, "leg": "access", "mode": "access"}


def best_routes(
    graph: nx.Graph[str], origin: City, destination: City, *, k: int = 1
) -> list[list[str]]:
    """
    Return the fastest way between two cities and others that are really different.

    Every further way is the fastest one when the edges used so far take half as long again,
    and counts if it shares at most `MAX_OVERLAP` of its length with each earlier one.

    Parameters
    ----------
    graph
        A travel graph.
    origin, destination
        Two cities.
    k
        Number of ways wanted.

    Returns
    -------
    ways
        Nodes of at most `k` ways, the fastest first; empty where the cities are not
        connected.

    Examples
    --------
    >>> a, b = cat.find_city("成都"), cat.find_city("重庆")
    >>> graph = travel_graph(stops, [a, b], mode="rail")
    >>> [leg["name_zh"] if "name_zh" in leg else leg["route_id"] for leg in legs(
    ...     graph, best_routes(graph, a, b)[0])][1:3]
    ['chengdu-west-south-link', 'chenggui-hsr']
    """
    import networkx as nx

    start, end = f"city:{origin.city_id}", f"city:{destination.city_id}"
    if start not in graph or end not in graph or start == end:
        return []
    penalty: dict[frozenset[str], float] = {}

    def weight(u: str, v: str, data: dict[str, Any]) -> float | None:
        if any(n.startswith("city:") and n not in (start, end) for n in (u, v)):
            return None  # nobody travels through another city's centre
        return float(data["time_min"] * penalty.get(frozenset((u, v)), 1.0))

    ways: list[list[str]] = []
    for _ in range(4 * k):
        try:
            way = nx.dijkstra_path(graph, start, end, weight=weight)
        except nx.NetworkXNoPath:
            break
        if all(_overlap(graph, way, other) <= MAX_OVERLAP for other in ways):
            ways.append(way)
        for u, v in itertools.pairwise(way):
            penalty[frozenset((u, v))] = penalty.get(frozenset((u, v)), 1.0) * 1.5
        if len(ways) == k:
            break
    return sorted(ways, key=lambda way: _total(graph, way, "time_min"))


def _total(graph: nx.Graph[str], way: list[str], key: str) -> float:
    return float(sum(graph.edges[u, v][key] for u, v in itertools.pairwise(way)))


def _overlap(graph: nx.Graph[str], way: list[str], other: list[str]) -> float:
    seen = {frozenset(pair) for pair in itertools.pairwise(other)}
    own = [p for p in itertools.pairwise(way) if graph.edges[p]["leg"] != "access"]
    total = sum(graph.edges[p]["length_km"] for p in own)
    shared = sum(graph.edges[p]["length_km"] for p in own if frozenset(p) in seen)
    return float(shared / total) if total else 1.0


def legs(graph: nx.Graph[str], way: list[str]) -> list[dict[str, Any]]:
    """
    Return a way as legs, one per route in a row.

    Parameters
    ----------
    graph
        A travel graph.
    way
        Nodes of a way through it.

    Returns
    -------
    legs
        `mode`, `route_id`, `from`, `to` (node ids), `time_min` and `length_km` of each leg;
        ways to and from a stop have the mode "access" and no route, those over other roads
        have the mode "road" and no route.
    """
    found: list[dict[str, Any]] = []
    last = ""
    for u, v in itertools.pairwise(way):
        edge = graph.edges[u, v]
        if edge["leg"] != last or last == "access":
            last = edge["leg"]
            route = "" if last in ("access", "background") else last
            found.append({"mode": edge["mode"], "route_id": route, "from": u, "to": u,
                          "time_min": 0.0, "length_km": 0.0})  # fmt: skip
        found[-1]["to"] = v
        found[-1]["time_min"] += edge["time_min"]
        found[-1]["length_km"] += edge["length_km"]
    return found


def time_matrix(
    graph: nx.Graph[str], cities: Sequence[City], *, share: Share = here
) -> np.ndarray[Any, Any]:
    """
    Return the fastest times between cities.

    Every city is split into a node to leave from and one to arrive at, so that nobody travels
    through another city's centre.

    Parameters
    ----------
    graph
        A travel graph.
    cities
        The cities, n of them.
    share
        Where blocks of cities are done (`geo.distributed.workers`); default: in this process.

    Returns
    -------
    minutes
        Shape (n, n); infinite where two cities are not connected, 0 on the diagonal.

    Examples
    --------
    >>> pair = [cat.find_city("成都"), cat.find_city("重庆")]
    >>> minutes = time_matrix(travel_graph(stops, pair, mode="rail"), pair)
    >>> bool(60 < minutes[0, 1] < 150), float(minutes[0, 0])
    (True, 0.0)
    """
    from scipy.sparse import csr_array

    number = {node: i for i, node in enumerate(graph.nodes)}
    size = len(number)
    ways = [(number[a], number[b], float(way["time_min"])) for a, b, way in graph.edges(data=True)]
    known = [i for i, city in enumerate(cities) if f"city:{city.city_id}" in number]
    start = np.array([number[f"city:{cities[i].city_id}"] for i in known], int)
    times: NDArray[np.float64] = np.full((len(cities), len(cities)), np.inf)
    np.fill_diagonal(times, 0.0)
    if ways and known:
        u, v, weights = (np.array(part) for part in zip(*ways, strict=True))
        arrive = np.array([size if node.startswith("city:") else 0 for node in number], int)
        between = np.concatenate([u, v]), np.concatenate([v + arrive[v], u + arrive[u]])
        matrix = csr_array((np.tile(weights, 2), between), shape=(2 * size, 2 * size))
        blocks = [start[part] for part in blocks_of(len(start), BLOCK)]
        found = share(_times_from, (matrix, start + size), blocks)
        times[np.ix_(known, known)] = np.vstack(list(found))
        times[known, known] = 0.0
    if "express" in graph.graph:
        _express_times(times, graph.graph["express"], cities, share)
    return times


def _times_from(large: tuple[Any, NDArray[np.intp]], starts: NDArray[np.intp]) -> Any:  # noqa: ANN401
    from scipy.sparse.csgraph import dijkstra

    matrix, ends = large
    return dijkstra(matrix, indices=starts)[:, ends]


def _express_times(
    minutes: np.ndarray[Any, Any], express: nx.Graph[str], cities: Sequence[City], share: Share
) -> None:
    """Replace the times between large cities by those of trains that do not stop."""
    large = [i for i, city in enumerate(cities) if f"city:{city.city_id}" in express]
    faster = time_matrix(express, [cities[i] for i in large], share=share)
    minutes[np.ix_(large, large)] = np.minimum(minutes[np.ix_(large, large)], faster)
