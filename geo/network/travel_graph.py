"""The graph a traveller sees, the network and the ways into it, and its arcs as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from geo.catalogue import City
from geo.geometry import geodesic_km, within
from geo.network.network import Network, check_mode, cut_at_stops
from geo.network.ordinary_roads import Background, add_background
from geo.network.speeds import leaving_minutes, street_access

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
#: No degree of latitude is shorter.
LEAST_M_PER_DEGREE = 110_500.0


def build_travel_graph(
    net: Network,
    cities: Iterable[City],
    *,
    mode: str = "any",
    background: Background | None = None,
    parallel: bool = False,
) -> nx.Graph[str]:
    """
    Return the graph a traveller sees: the network and the ways into it.

    Parameters
    ----------
    net
        A network; edges between junctions are cut at stops.
    cities
        Centres to measure from and to.
    mode
        Road, rail, water, or any: all of them, joined by the ways between their stops.
    background
        Other roads to travel on as well.
    parallel
        Keep parallel edges, for the removal of links; trains between large cities stop there.

    Returns
    -------
    graph
        Nodes are place ids, ``city:`` ids and, with `lon` and `lat`, ``road:`` numbers of the
        background. Edges carry `time_min`, `length_km` and `leg`: the route id, "access" or
        "background"; those of the network also `edge` and `section`, ids in it. The attribute
        "express" of the graph is that for the large cities alone, whose trains do not stop.

    Raises
    ------
    BadInputError
        When the mode is unknown or none of the network, or uses no roads beside other roads.

    Examples
    --------
    >>> graph = build_travel_graph(net, cat.cities[:2], mode="rail")
    >>> graph.edges["city:chengdu", "chengdu-east-station"]["leg"]
    'access'
    """
    check_mode(net, mode)
    net, cities = cut_at_stops(net), list(cities)
    large = [c for c in cities if c.population >= net.parameters.nonstop_people]
    express = not parallel and len(cities) > 1 and len(large) == len(cities)
    graph: nx.Graph[str] = nx.MultiGraph() if parallel else nx.Graph()
    modes = net.modes if mode == "any" else [mode]
    for name in modes:
        part = net.select(name)
        add_network_edges(graph, part, express=express)
        _add_access(graph, part, name, [(f"city:{c.city_id}", c.lon, c.lat) for c in cities])
    if "rail" in modes:
        _add_transfers(graph, net.select("rail"), net.layers.catalogue.centres)
    if mode == "any" and "rail" in modes and "road" in modes:
        rail = net.select("rail").nodes
        stops = list(zip(rail.index, rail.geometry.x, rail.geometry.y, strict=True))
        _add_access(graph, net.select("road"), "rail", stops)
    if background is not None:
        add_background(graph, background, net, cities, mode=mode)
    graph.add_nodes_from(f"city:{city.city_id}" for city in cities)
    if len(large) > 1 and not (express or parallel):
        graph.graph["express"] = build_travel_graph(net, large, mode=mode, background=background)
    return graph


def add_network_edges(graph: nx.Graph[str], part: Network, *, express: bool) -> None:
    """Add the edges of one mode; of parallel ones the fastest, unless it is a multigraph."""
    keys = ["u", "v", "time_min", "stop_min", "class"]
    kept = ["section_id", "route_id", "mode", "length_km"]
    rows = zip(part.edges.index, *(part.edges[key].tolist() for key in keys + kept), strict=True)
    for edge, u, v, time, stop, kind, section, route, mode, km in rows:
        minutes = time - (stop if express and kind == "hsr" else 0.0)
        old = None if graph.is_multigraph() else graph.get_edge_data(u, v)
        if u != v and (old is None or minutes < old["time_min"]):
            graph.add_edge(u, v, time_min=minutes, length_km=km, leg=route, mode=mode,
                           edge=edge, section=section)  # fmt: skip


def _add_transfers(graph: nx.Graph[str], rail: Network, cities: Iterable[City]) -> None:
    """Join the stations of a city, for changing trains between them."""
    stations = rail.nodes[rail.nodes["kind"] == "station"]
    lonlat = np.column_stack([stations.geometry.x, stations.geometry.y])
    names = stations.index.tolist()
    limit = rail.parameters.transfer_limit
    change = 2 * leaving_minutes("rail", rail.parameters)
    for city in cities:
        near = np.flatnonzero(np.abs(lonlat[:, 1] - city.lat) <= 1000 * limit / LEAST_M_PER_DEGREE)
        near = near[geodesic_km([city.lon, city.lat], lonlat[near]) <= limit]
        i, j = np.array(list(combinations(near, 2)), int).reshape(-1, 2).T
        apart = geodesic_km(lonlat[i], lonlat[j])
        for a, b, straight in zip(i.tolist(), j.tolist(), apart.tolist(), strict=True):
            if not graph.has_edge(names[a], names[b]):
                way = street_access(straight, "road", rail.parameters)
                graph.add_edge(names[a], names[b], **way | {"time_min": way["time_min"] + change})


def _add_access(
    graph: nx.Graph[str], part: Network, mode: str, points: Sequence[tuple[str, float, float]]
) -> None:
    """Join points to all places within reach where a network can be entered."""
    entry = part.nodes[part.nodes["kind"] != "border"]
    if entry.empty or not points:
        return
    lonlat = np.column_stack([entry.geometry.x, entry.geometry.y])
    limit = part.parameters.access_limit
    pairs = within(np.array([point[1:] for point in points], float), lonlat, limit)
    names = entry.index.tolist()
    graph.add_edges_from(
        (points[i][0], names[j], street_access(km, mode, part.parameters)) for i, j, km in pairs
    )


class Arcs(NamedTuple):
    """
    A travel graph as directed arcs between numbered nodes.

    A city has two nodes, one to leave from and one to arrive at, so that nobody travels through
    the centre of another city.

    Parameters
    ----------
    names
        Nodes of the graph by number; the node to arrive at a city is numbered so many higher.
    tail, head
        Numbers of nodes, shape (2 e,): every edge forwards, then backwards.
    minutes
        Shape (2 e,).
    edge
        Id in the network of the edge of every arc; empty for access and background.
    size
        Number of nodes, the second ones of cities included.
    """

    names: list[str]
    tail: Ints
    head: Ints
    minutes: Floats
    edge: list[str]
    size: int

    def matrix(self) -> tuple[csr_array, Ints]:
        """Return the fastest arc between every two nodes, and the entry in it of every arc."""
        pairs, entry = np.unique(self.tail * self.size + self.head, return_inverse=True)
        fastest = np.full(len(pairs), np.inf)
        np.minimum.at(fastest, entry, self.minutes)
        where = np.divmod(pairs, self.size)
        return csr_array((fastest, where), shape=(self.size, self.size)), entry

    def ends(self, cities: Iterable[City]) -> tuple[Ints, Ints]:
        """Return the nodes to leave cities from, and those to arrive at."""
        number = {name: i for i, name in enumerate(self.names)}
        starts = np.array([number[f"city:{city.city_id}"] for city in cities], np.intp)
        return starts, starts + len(self.names)


def travel_arcs(graph: nx.Graph[str]) -> Arcs:
    """
    Return the arcs of a travel graph as arrays, for shortest paths by SciPy.

    Parameters
    ----------
    graph
        A travel graph.

    Returns
    -------
    arcs
        Nodes are numbered in the order of the alphabet.
    """
    names = sorted(graph)
    number = {name: i for i, name in enumerate(names)}
    arrive = np.array([len(names) if n.startswith("city:") else 0 for n in names], np.intp)
    ends, minutes, edge = list[tuple[int, int]](), list[float](), list[str]()
    for a, b, way in graph.edges(data=True):
        ends += [(number[a], number[b]), (number[b], number[a])]
        minutes += [way["time_min"]] * 2
        edge += [way.get("edge", "")] * 2
    tail, head = np.array(ends, np.intp).reshape(-1, 2).T
    times = np.array(minutes, float)
    return Arcs(names, tail, head + arrive[head], times, edge, 2 * len(names))
