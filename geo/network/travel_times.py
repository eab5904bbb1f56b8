"""Travel times without a timetable, and the fastest routes between two cities."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.sparse.csgraph import dijkstra

from geo.catalogue import Catalogue, City
from geo.core import BadInputError, Executor, number_blocks, run_locally
from geo.geometry import geodesic_km
from geo.network.network import Network
from geo.network.ordinary_roads import Background
from geo.network.travel_graph import add_network_edges, build_travel_graph, travel_arcs

Floats = NDArray[np.float64]
#: Cities whose times are one block of work.
BLOCK = 64
#: A further route may repeat at most this share of an earlier one.
MAX_OVERLAP = 0.6
#: How often a search for further routes is repeated per route wanted, and how much longer the
#: edges used so far take each time.
TRIES, PENALTY = 4, 1.5


class Journey(NamedTuple):
    """
    A route between two cities, from door to door.

    Parameters
    ----------
    time_min, length_km
        Sums over the legs.
    legs
        `mode`, `route_id`, `from`, `to`, `time_min` and `length_km` of each: one per route in a
        row. Ways to and from a stop have the mode "access" and no route, those over other roads
        the mode "road" and no route. Ends are place ids, ``city:`` ids or, on other roads,
        "longitude,latitude".
    section_ids
        Sections travelled on, in order.
    """

    time_min: float
    length_km: float
    legs: list[dict[str, Any]]
    section_ids: list[str]


def fastest_routes(
    net: Network,
    a: City | str,
    b: City | str,
    k: int = 1,
    *,
    mode: str = "any",
    background: Background | None = None,
) -> list[Journey]:
    """
    Return the fastest route between two cities, and further ones that are really different.

    Every further route is the fastest one when the edges used so far take half as long again,
    and counts if it shares at most 60 % of its length with each earlier one.

    Parameters
    ----------
    net
        A network, with its mode and its changes; edges between junctions are cut at stops.
    a, b
        Two cities: names, ids or rows of the table.
    k
        Number of routes wanted.
    mode
        Road, rail, water or any.
    background
        Other roads to travel on as well (`read_background`).

    Returns
    -------
    routes
        At most `k`, the fastest first; empty where the cities are not connected.

    Raises
    ------
    BadInputError
        When both are the same city, or the mode is none of the network.
    NotFoundError
        When a city is unknown.

    Examples
    --------
    >>> net = geo.build_network(geo.load(), year=2025)
    >>> (route,) = geo.fastest_routes(net, "成都", "重庆", mode="rail")
    >>> [leg["route_id"] for leg in route.legs][1:3]
    ['chengdu-west-south-link', 'chenggui-hsr']
    """
    ends = _cities(net.layers.catalogue, [a, b])
    if ends[0].city_id == ends[1].city_id:
        name = ends[0].name
        raise BadInputError("{city} twice: expected two different cities", city=name)
    graph = build_travel_graph(net, ends, mode=mode, background=background)
    return [_journey(graph, path) for path in different_paths(graph, *ends, k=k)]


def _cities(catalogue: Catalogue, wanted: Iterable[City | str] | City | str | None) -> list[City]:
    """Return cities by name, id or as they are; all centres where none is named."""
    if wanted is None:
        return catalogue.centres
    named = [wanted] if isinstance(wanted, City | str) else wanted
    return [city if isinstance(city, City) else catalogue.find_city(city) for city in named]


def different_paths(
    graph: nx.Graph[str], origin: City, destination: City, *, k: int = 1
) -> list[list[str]]:
    """Return at most `k` really different paths through a travel graph, the fastest first."""
    start, end = f"city:{origin.city_id}", f"city:{destination.city_id}"
    penalty: dict[frozenset[str], float] = {}

    def weight(u: str, v: str, data: dict[str, Any]) -> float | None:
        if any(n.startswith("city:") and n not in (start, end) for n in (u, v)):
            return None  # nobody travels through another city's centre
        return float(data["time_min"] * penalty.get(frozenset((u, v)), 1.0))

    paths: list[list[str]] = []
    for _ in range(TRIES * k):
        try:
            path = nx.dijkstra_path(graph, start, end, weight=weight)
        except nx.NetworkXNoPath:
            break
        if all(_overlap(graph, path, other) <= MAX_OVERLAP for other in paths):
            paths.append(path)
        for pair in map(frozenset, itertools.pairwise(path)):
            penalty[pair] = penalty.get(pair, 1.0) * PENALTY
        if len(paths) == k:
            break
    return sorted(paths, key=lambda path: _total(graph, path, "time_min"))


def _total(graph: nx.Graph[str], path: list[str], key: str) -> float:
    return float(sum(graph.edges[pair][key] for pair in itertools.pairwise(path)))


def _overlap(graph: nx.Graph[str], path: list[str], other: list[str]) -> float:
    """Return the share of the length of a path that another has too, access left out."""
    seen = set(map(frozenset, itertools.pairwise(other)))
    own = [p for p in itertools.pairwise(path) if graph.edges[p]["leg"] != "access"]
    total = sum(graph.edges[p]["length_km"] for p in own)
    shared = sum(graph.edges[p]["length_km"] for p in own if frozenset(p) in seen)
    return float(shared / total) if total else 1.0


def _journey(graph: nx.Graph[str], path: list[str]) -> Journey:
    """Join the edges of a path to legs, one per route in a row."""
    legs: list[dict[str, Any]] = []
    sections: dict[str, None] = {}
    last = ""
    for u, v in itertools.pairwise(path):
        edge = graph.edges[u, v]
        if edge["leg"] != last or last == "access":
            last = edge["leg"]
            route = "" if last in ("access", "background") else last
            legs.append({"mode": edge["mode"], "route_id": route, "from": _end(graph, u), "to": "",
                         "time_min": 0.0, "length_km": 0.0})  # fmt: skip
        legs[-1]["to"] = _end(graph, v)
        legs[-1]["time_min"] += edge["time_min"]
        legs[-1]["length_km"] += edge["length_km"]
        if "section" in edge:
            sections[edge["section"]] = None
    time_min, length_km = (sum(leg[key] for leg in legs) for key in ("time_min", "length_km"))
    return Journey(time_min, length_km, legs, list(sections))


def _end(graph: nx.Graph[str], node: str) -> str:
    """Return a node as it stands in a leg: a number of other roads says nothing."""
    if not node.startswith("road:"):
        return node
    return "{lon:.4f},{lat:.4f}".format(**graph.nodes[node])


def station_to_station(net: Network, start: str, end: str) -> tuple[float, float]:
    """
    Return how long trains take from station to station, without access or waiting.

    Parameters
    ----------
    net
        A network with a node at every stop.
    start, end
        Place ids of two stations; between large cities trains run without a stop (`Parameters`).

    Returns
    -------
    minutes, km
        From departure to arrival; NaN where no train goes.

    Examples
    --------
    >>> minutes, km = station_to_station(stops, "chengdu-east-station", "shapingba-station")
    >>> bool(50 < minutes < 90)
    True
    """
    graph: nx.Graph[str] = nx.Graph()
    express = all(_in_large_city(net, station) for station in (start, end))
    add_network_edges(graph, net.select("rail"), express=express)
    if start not in graph or end not in graph or not nx.has_path(graph, start, end):
        return float("nan"), float("nan")
    path = nx.dijkstra_path(graph, start, end, weight="time_min")
    minutes = _total(graph, path, "time_min") + net.parameters.rail_start_min
    return minutes, _total(graph, path, "length_km")


def _in_large_city(net: Network, station: str) -> bool:
    catalogue, parameters = net.layers.catalogue, net.parameters
    place, limit = catalogue.place[station], parameters.transfer_limit
    return any(
        geodesic_km([place.lon, place.lat], [city.lon, city.lat]) <= limit
        for city in catalogue.cities
        if city.population >= parameters.nonstop_people
    )


def city_travel_times(
    graph: nx.Graph[str],
    origins: Sequence[City],
    destinations: Sequence[City] | None = None,
    *,
    executor: Executor = run_locally,
) -> Floats:
    """Return the fastest times between cities of a travel graph in minutes, shape (n, m)."""
    targets = origins if destinations is None else destinations
    arcs = travel_arcs(graph)
    starts, ends = arcs.ends(origins)[0], arcs.ends(targets)[1]
    blocks = [starts[part] for part in number_blocks(len(starts), BLOCK)]
    rows = executor(_times_from, (arcs.matrix()[0], ends), blocks)
    times = np.vstack([np.empty((0, len(ends))), *rows])
    times[starts[:, None] + len(arcs.names) == ends] = 0.0
    if "express" in graph.graph:
        express = graph.graph["express"]
        large = [[i for i, city in enumerate(cities) if f"city:{city.city_id}" in express]
                 for cities in (origins, targets)]  # fmt: skip
        faster = city_travel_times(
            express,
            [origins[i] for i in large[0]],
            [targets[i] for i in large[1]],
            executor=executor,
        )
        times[np.ix_(*large)] = np.minimum(times[np.ix_(*large)], faster)
    return times


def _times_from(large: tuple[Any, NDArray[np.intp]], starts: NDArray[np.intp]) -> Any:
    matrix, ends = large
    return dijkstra(matrix, indices=starts)[:, ends]


def travel_time_matrix(
    net: Network,
    origins: Iterable[City | str] | City | str | None = None,
    destinations: Iterable[City | str] | City | str | None = None,
    mode: str = "any",
    *,
    background: Background | None = None,
    long: bool = False,
    executor: Executor = run_locally,
) -> DataFrame:
    """
    Return the fastest times between cities on the day of a network.

    Parameters
    ----------
    net
        A network, with its mode and its changes; edges between junctions are cut at stops.
    origins, destinations
        Cities: ids, names or rows of the table; default: all centres.
    mode, background
        As in `fastest_routes`.
    long
        One row for every pair of an origin and a destination.
    executor
        Where blocks of cities are done (`dask_executor`); default: in this process.

    Returns
    -------
    table
        Minutes, infinite where unreachable; rows are ids of origins, columns of destinations.
        If `long`, the columns `from`, `to` (ids) and `minutes`. With other roads `attrs` says
        which.

    Raises
    ------
    BadInputError
        When the mode is unknown or none of the network, or uses no roads beside other roads.
    NotFoundError
        When a city is unknown.

    Examples
    --------
    >>> net = geo.build_network(geo.load(), year=2025)
    >>> geo.travel_time_matrix(net, "成都", ["万州"], mode="water", long=True)["minutes"].tolist()
    [inf]
    """
    leave, arrive = (_cities(net.layers.catalogue, wanted) for wanted in (origins, destinations))
    everyone = {city.city_id: city for city in [*leave, *arrive]}
    graph = build_travel_graph(net, everyone.values(), mode=mode, background=background)
    minutes = city_travel_times(graph, leave, arrive, executor=executor)
    rows = pd.Index([city.city_id for city in leave], name="from", dtype=object)
    columns = pd.Index([city.city_id for city in arrive], name="to", dtype=object)
    table = pd.DataFrame(minutes, index=rows, columns=columns)
    if long:
        pairs = pd.MultiIndex.from_product([rows, columns]).to_frame(index=False)
        table = pairs.assign(minutes=minutes.reshape(-1))
    if background is not None:
        table.attrs["background"] = background.source
    return table


def matrix_by_name(table: DataFrame, catalogue: Catalogue) -> DataFrame:
    """
    Return a matrix between cities with their names instead of ids, for people to read.

    The id stands behind a name that several cities carry.

    Parameters
    ----------
    table
        A result of `travel_time_matrix` that is not long.
    catalogue
        The catalogue of the cities.

    Returns
    -------
    table
        The same minutes.
    """
    names = catalogue.city_labels
    return table.rename(index=names, columns=names).rename_axis(columns=None)


def matrix_with_ids(table: DataFrame, catalogue: Catalogue) -> DataFrame:
    """
    Return a matrix between cities as it is written to a file: by id, with the names of the rows.

    Parameters
    ----------
    table
        A result of `travel_time_matrix` that is not long.
    catalogue
        The catalogue of the cities.

    Returns
    -------
    table
        Indexed by `city_id`: a column `name`, then a column of minutes for every id; empty where
        there is no way.
    """
    names = {city.city_id: city.name for city in catalogue.cities}
    minutes = table.replace(np.inf, np.nan).rename_axis(index="city_id", columns=None)
    minutes.insert(0, "name", [names[key] for key in table.index], allow_duplicates=True)
    return minutes
