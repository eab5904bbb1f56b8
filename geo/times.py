"""Travel times without a timetable, and the fastest ways between two cities."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.errors import BadInputError
from geo.terms import MODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import networkx as nx

    from geo.network import Network
    from geo.tables import City


class Constant(NamedTuple):
    """A number the travel times rest on."""

    value: float
    unit: str
    reason: str


#: Every constant of the travel times, once.
CONSTANTS: dict[str, Constant] = {
    "road_factor": Constant(0.85, "1", "share of the design speed that cars keep over a trip"),
    "road_default": Constant(80, "km/h", "design speed taken where none is known"),
    "hsr_factor": Constant(
        0.80, "1", "62 min over 299 km of a 350 km/h line: 0.83, with stops less"
    ),
    "intercity_factor": Constant(0.62, "1", "582 km in 297 min on 200 km/h lines, with stops"),
    "conventional_factor": Constant(0.65, "1", "many stops, single track, old signalling"),
    "rail_default": Constant(120, "km/h", "design speed taken where none is known"),
    "water_speed": Constant(15, "km/h", "loaded barge, mean of both directions"),
    "access_speed": Constant(35, "km/h", "city streets and roads to an interchange or station"),
    "access_detour": Constant(1.3, "1", "length of city streets against the straight line"),
    "access_limit": Constant(30, "km", "straight distance a traveller goes to enter a network"),
    "access_choices": Constant(6, "places", "nearest places of a mode a traveller considers"),
    "board_min": Constant(20, "min", "reaching the platform and waiting, rail only"),
    "alight_min": Constant(5, "min", "leaving the station, rail only"),
}
_FACTOR = {
    "expressway": "road_factor",
    "hsr": "hsr_factor",
    "intercity": "intercity_factor",
    "conventional": "conventional_factor",
}
#: A further route may repeat at most this share of an earlier one.
MAX_OVERLAP = 0.6


def travel_speed_kmh(section: Any) -> float:  # noqa: ANN401
    """
    Return the mean speed of travel on a section.

    Parameters
    ----------
    section
        A section with `mode`, `class`, `design_speed_kmh` and `operating_speed_kmh`.

    Returns
    -------
    speed
        Operating speed where known, else design speed, times the factor of the class, in km/h.
    """
    from pandas import notna

    if section["mode"] == "water":
        return CONSTANTS["water_speed"].value
    default = CONSTANTS[f"{section['mode']}_default"].value
    known = [section["operating_speed_kmh"], section["design_speed_kmh"], default]
    speed = next(float(v) for v in known if notna(v))
    return speed * CONSTANTS[_FACTOR[section["class"]]].value


def travel_graph(net: Network, cities: Iterable[City], *, mode: str) -> nx.Graph[str]:
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

    Returns
    -------
    graph
        Nodes are place ids and ``city:`` ids. Edges carry `time_min`, `length_km` and `leg`:
        the route id, or "access".

    Raises
    ------
    BadInputError
        When the mode is unknown.
    """
    import networkx as nx

    if mode not in (*MODES, "any"):
        raise BadInputError(f"--mode {mode!r}: expected road, rail, water or any")
    graph: nx.Graph[str] = nx.Graph()
    modes = net.modes if mode == "any" else [mode]
    for name in modes:
        part = net.select(name)
        for row in part.edges.itertuples():
            old = graph.get_edge_data(row.u, row.v)
            if row.u != row.v and (old is None or row.time_min < old["time_min"]):
                graph.add_edge(row.u, row.v, time_min=row.time_min, length_km=row.length_km,
                               leg=row.route_id, mode=name)  # fmt: skip
        _add_access(graph, part, name, [(f"city:{c.city_id}", c.lon, c.lat) for c in cities])
    if mode == "any" and "rail" in modes and "road" in modes:
        rail = net.select("rail").nodes
        stops = list(zip(rail.index, rail.geometry.x, rail.geometry.y, strict=True))
        _add_access(graph, net.select("road"), "rail", stops)
    return graph


def _add_access(
    graph: nx.Graph[str], part: Network, mode: str, points: Sequence[tuple[str, float, float]]
) -> None:
    """Join points to the nearest places where a network can be entered."""
    import shapely

    from geo.curves import geod

    entry = part.nodes[part.nodes["kind"] != "border"]
    if entry.empty:
        return
    extra = CONSTANTS["board_min"].value + CONSTANTS["alight_min"].value if mode == "rail" else 0
    lon, lat = shapely.get_coordinates(entry.geometry.to_numpy()).T
    for name, x, y in points:
        ones = np.ones(len(lon))
        metres = geod().inv(x * ones, y * ones, lon, lat)[2]
        order = np.argsort(metres, kind="stable")[: int(CONSTANTS["access_choices"].value)]
        near = [i for i in order if metres[i] <= CONSTANTS["access_limit"].value * 1000]
        for i in near or []:
            km = float(metres[i]) / 1000 * CONSTANTS["access_detour"].value
            minutes = 60 * km / CONSTANTS["access_speed"].value + extra / 2
            graph.add_edge(name, entry.index[i], time_min=minutes, length_km=km,
                           leg="access", mode="access")  # fmt: skip


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
        ways to and from a stop have the mode "access" and no route.
    """
    found: list[dict[str, Any]] = []
    for u, v in itertools.pairwise(way):
        edge = graph.edges[u, v]
        route = "" if edge["leg"] == "access" else edge["leg"]
        if not found or found[-1]["route_id"] != route or not route:
            found.append({"mode": edge["mode"], "route_id": route, "from": u, "to": u,
                          "time_min": 0.0, "length_km": 0.0})  # fmt: skip
        found[-1]["to"] = v
        found[-1]["time_min"] += edge["time_min"]
        found[-1]["length_km"] += edge["length_km"]
    return found


def time_matrix(graph: nx.Graph[str], cities: Sequence[City]) -> np.ndarray[Any, Any]:
    """
    Return the fastest times between cities.

    Parameters
    ----------
    graph
        A travel graph.
    cities
        The cities, n of them.

    Returns
    -------
    minutes
        Shape (n, n); infinite where two cities are not connected, 0 on the diagonal.
    """
    from networkx import to_scipy_sparse_array
    from scipy.sparse.csgraph import dijkstra

    order = sorted(graph.nodes)
    index = {node: i for i, node in enumerate(order)}
    centres = [f"city:{city.city_id}" for city in cities]
    minutes = np.full((len(cities), len(cities)), np.inf)
    np.fill_diagonal(minutes, 0.0)
    if not order:
        return minutes
    matrix = to_scipy_sparse_array(graph, nodelist=order, weight="time_min", format="csr")
    # nobody travels through another city's centre: leave every centre only as an origin
    stops = np.array([not node.startswith("city:") for node in order])
    inner = matrix.multiply(stops[:, None] & stops[None, :]).tocsr()
    inner.eliminate_zeros()  # an explicit zero would be a way that takes no time
    between = {c: index[c] for c in centres if c in index}
    for i, origin in enumerate(centres):
        if origin not in between:
            continue
        first = matrix[[between[origin]], :].toarray()[0]
        entries = np.flatnonzero(first)
        reach = dijkstra(inner, directed=False, indices=entries)
        best = (first[entries][:, None] + reach).min(axis=0)
        for j, destination in enumerate(centres):
            if destination in between and i != j:
                last = matrix[[between[destination]], :].toarray()[0]
                exits = np.flatnonzero(last)
                minutes[i, j] = (best[exits] + last[exits]).min()
    return minutes
