"""The graph a traveller sees: the network and the ways into it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import networkx as nx
import numpy as np

from geo.catalogue import MODES, City
from geo.core import BadInputError
from geo.geometry import geod, within
from geo.network.network import Network
from geo.network.ordinary_roads import Background, add_background
from geo.network.parameters import CONSTANTS, leaving_minutes
from geo.network.speeds import street

#: No degree of latitude is shorter.
LEAST_M_PER_DEGREE = 110_500.0


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
        centres = [city for city in net.layers.catalogue.cities if not city.part_of]
        _add_transfers(graph, net.select("rail"), centres)
    if mode == "any" and "rail" in modes and "road" in modes:
        rail = net.select("rail").nodes
        stops = list(zip(rail.index, rail.geometry.x, rail.geometry.y, strict=True))
        _add_access(graph, net.select("road"), "rail", stops)
    if background is not None:
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
