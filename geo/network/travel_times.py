"""Travel times without a timetable, and the fastest ways between two cities."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.catalogue import City, cities_of
from geo.core import Executor, number_blocks, run_locally
from geo.network.network import Network, cut_at_stops
from geo.network.ordinary_roads import Background
from geo.network.travel_graph import travel_graph

#: Cities whose times are one block of work.
BLOCK = 64
#: A further route may repeat at most this share of an earlier one.
MAX_OVERLAP = 0.6


def fastest_routes(
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
    >>> [leg["name_zh"] if "name_zh" in leg else leg["route_id"] for leg in route_legs(
    ...     graph, fastest_routes(graph, a, b)[0])][1:3]
    ['chengdu-west-south-link', 'chenggui-hsr']

    """
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


def route_legs(graph: nx.Graph[str], way: list[str]) -> list[dict[str, Any]]:
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


def city_travel_times(
    graph: nx.Graph[str], cities: Sequence[City], *, executor: Executor = run_locally
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
    executor
        Where blocks of cities are done (`geo.core.executor.dask_executor`); default: in this process.

    Returns
    -------
    minutes
        Shape (n, n); infinite where two cities are not connected, 0 on the diagonal.

    Examples
    --------
    >>> pair = [cat.find_city("成都"), cat.find_city("重庆")]
    >>> minutes = city_travel_times(travel_graph(stops, pair, mode="rail"), pair)
    >>> bool(60 < minutes[0, 1] < 150), float(minutes[0, 0])
    (True, 0.0)

    """
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
        blocks = [start[part] for part in number_blocks(len(start), BLOCK)]
        found = executor(_times_from, (matrix, start + size), blocks)
        times[np.ix_(known, known)] = np.vstack(list(found))
        times[known, known] = 0.0
    if "express" in graph.graph:
        _express_times(times, graph.graph["express"], cities, executor)
    return times


def _times_from(large: tuple[Any, NDArray[np.intp]], starts: NDArray[np.intp]) -> Any:
    matrix, ends = large
    return dijkstra(matrix, indices=starts)[:, ends]


def _express_times(
    minutes: np.ndarray[Any, Any],
    express: nx.Graph[str],
    cities: Sequence[City],
    executor: Executor,
) -> None:
    """Replace the times between large cities by those of trains that do not stop."""
    large = [i for i, city in enumerate(cities) if f"city:{city.city_id}" in express]
    faster = city_travel_times(express, [cities[i] for i in large], executor=executor)
    minutes[np.ix_(large, large)] = np.minimum(minutes[np.ix_(large, large)], faster)


def travel_time_matrix(
    net: Network,
    mode: str = "any",
    *,
    background: Background | None = None,
    executor: Executor = run_locally,
) -> DataFrame:
    """
    Return the fastest times between all cities on the day of a network.

    Parameters
    ----------
    net
        A network, with its mode and its changes; edges between junctions are cut at stops.
    mode
        Road, rail, water or any.
    background
        Other roads to travel on as well (`geo.network.ordinary_roads.read_background`).
    executor
        Where blocks of cities are done (`geo.core.executor.dask_executor`); default: in this process.

    Returns
    -------
    table
        Minutes, infinite where unreachable; rows and columns are Chinese names. With other
        roads `attrs` says which.

    Examples
    --------
    >>> net = geo.build_network(geo.load(), year=2025)
    >>> minutes = geo.travel_time_matrix(net, mode="rail")
    >>> bool(minutes.loc["成都", "重庆"] < 150 < minutes.loc["成都", "黔江"])
    True
    >>> float(geo.travel_time_matrix(net, mode="water").loc["成都", "万州"])
    inf

    """
    cities = cities_of(net.layers.catalogue)
    net = cut_at_stops(net)
    names = [city.name_zh for city in cities]
    graph = travel_graph(net, cities, mode=mode, background=background)
    minutes = city_travel_times(graph, cities, executor=executor)
    table = pd.DataFrame(minutes, index=pd.Index(names, name="from"), columns=names)
    if background is not None:
        table.attrs["background"] = background.source
    return table
