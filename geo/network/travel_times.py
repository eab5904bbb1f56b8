"""Travel times without a timetable, and the fastest routes between two cities."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.sparse.csgraph import dijkstra

from geo.algorithms import bypassed
from geo.catalogue import Catalogue, City, Place, Zone, name_labels
from geo.core import BadInputError, Executor, number_blocks, run_locally
from geo.geometry import geodesic_km
from geo.network.network import Network, with_parameters
from geo.network.ordinary_roads import Background
from geo.network.parameters import Parameters
from geo.network.trains import arrivals, departures
from geo.network.travel_graph import TravelGraph, build_travel_graph, place_of
from geo.network.trip_ends import Anywhere, End, end_of, find_end

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
#: Cities whose times are one block of work.
BLOCK = 64
#: A further route may repeat at most this share of an earlier one.
MAX_OVERLAP = 0.6
#: How often a search for further routes is repeated per route wanted, and how much longer the
#: edges used so far take each time.
TRIES, PENALTY = 4, 1.5


class Journey(NamedTuple):
    """
    A route between two ends, from door to door, or from departure to arrival of trains.

    Parameters
    ----------
    time_min, length_km
        Sums over the legs.
    legs
        `mode`, `route_id`, `from`, `to`, `time_min`, of it `wait_min`, and `length_km` of each:
        one per route in a row. Ways by street have the mode "access" and no route, those over
        other roads the mode "road" and no route, boarding, leaving and changing the mode
        "station". Ends are place ids, ``city:`` ids or, on other roads, ``road:`` numbers.
    section_ids
        Sections travelled on, in order.
    """

    time_min: float
    length_km: float
    legs: list[dict[str, Any]]
    section_ids: list[str]

    @property
    def between_stations(self) -> bool:
        """Whether it is from departure to arrival, not from door to door."""
        ends = {self.legs[0]["mode"], self.legs[-1]["mode"]} if self.legs else set()
        return bool(ends) and ends <= {"rail"}

    @property
    def wait_min(self) -> float:
        """Minutes of waiting for trains."""
        return float(sum(leg["wait_min"] for leg in self.legs))

    @property
    def access_min(self) -> float:
        """Minutes by street to, from and between networks."""
        return self._minutes("access")

    @property
    def station_min(self) -> float:
        """Minutes of boarding, leaving and changing in stations, waiting apart."""
        return self._minutes("station")

    @property
    def in_vehicle_min(self) -> float:
        """Minutes in trains, ships, and on roads."""
        return self.time_min - self.access_min - self.station_min - self.wait_min

    @property
    def changes(self) -> int:
        """How often travellers board after the first time."""
        boards = sum(
            leg["mode"] in ("rail", "water") and before["mode"] not in ("rail", "water")
            for before, leg in itertools.pairwise([{"mode": ""}, *self.legs])
        )
        return max(0, boards - 1)

    def _minutes(self, mode: str) -> float:
        return float(
            sum(leg["time_min"] - leg["wait_min"] for leg in self.legs if leg["mode"] == mode)
        )


def fastest_routes(
    net: Network,
    a: Anywhere | str,
    b: Anywhere | str,
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
        Two ends: names or ids of cities, counties or places, ``LON,LAT``, rows of their tables, or
        longitude and latitude. Between two stations trains count from departure to arrival.
    k, mode
        Number of routes wanted; road, rail, water or any.
    background
        Other ordinary roads than those of the region (`read_background`).

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
    >>> [leg["route_id"] for leg in route.legs if leg["mode"] == "rail"]
    ['chengyu-hsr', 'shapingba-chongqing-north-link']
    """
    catalogue = net.layers.catalogue
    things = [find_end(catalogue, end) if isinstance(end, str) else end for end in (a, b)]
    ends = [end_of(thing) for thing in things]
    if ends[0].node == ends[1].node:
        name = ends[0].name
        raise BadInputError("{city} twice: expected two different cities", city=name)
    stations = all(isinstance(end, Place) and end.kind == "station" for end in things)
    if stations and mode in ("rail", "any") and net.mode in (None, "rail"):
        trips = next(stations_to_stations(net, [(ends[0].node, ends[1].node)], k))
        if trips or mode == "rail":
            return trips
    graph = build_travel_graph(net, ends, mode=mode, background=background)
    start, end = int(graph.ends(ends[:1])[0][0]), int(graph.ends(ends[1:])[1][0])
    paths = different_paths(graph, graph.minutes, start, end, k=k)
    return [journey(graph, graph.arcs.iloc[path]) for path in paths]


#: One end or several of trips, as rows, points, names or ids.
Ends = Iterable[Anywhere | str] | Anywhere | str | None


def _ends(catalogue: Catalogue, wanted: Ends) -> list[Anywhere]:
    """Return ends by name, id or as they are; all centres where none is named."""
    if wanted is None:
        return list(catalogue.centres)
    one = isinstance(wanted, City | Zone | Place | End | str)
    one |= isinstance(wanted, tuple) and all(isinstance(part, int | float) for part in wanted)
    listed = cast("Iterable[Anywhere | str]", [wanted] if one else wanted)
    return [find_end(catalogue, end) if isinstance(end, str) else end for end in listed]


def different_paths(
    graph: TravelGraph, minutes: Floats, start: int, end: int, *, k: int = 1
) -> list[Ints]:
    """
    Return paths between two nodes that are really different, as in `fastest_routes`.

    Parameters
    ----------
    graph, minutes
        A travel graph, and minutes of its arcs, infinite for those that are closed.
    start, end, k
        Two nodes, and the number of paths wanted.

    Returns
    -------
    paths
        At most `k`, as numbers of arcs, the fastest first.
    """
    if k == 1:
        path = shortest_path(graph, minutes, start, end)
        return [] if path is None else [path]
    # all arcs over an edge of the network, and both arcs of a way on the ground, are one thing
    ground = [f"{min(u, v)} {max(u, v)}" for u, v in zip(graph.tail, graph.head, strict=True)]
    things = [edge or way for edge, way in zip(graph.edge, ground, strict=True)]
    thing = pd.factorize(np.array(things, object))[0]
    km = graph.arcs["length_km"].to_numpy(float)
    penalty = np.ones(int(thing.max(initial=-1)) + 1)
    paths: list[Ints] = []
    for _ in range(TRIES * k):
        path = shortest_path(graph, minutes * penalty[thing], start, end)
        if path is None:
            break
        if all(_overlap(thing[path], km[path], thing[other]) <= MAX_OVERLAP for other in paths):
            paths.append(path)
        penalty[np.unique(thing[path])] *= PENALTY
        if len(paths) == k:
            break
    return sorted(paths, key=lambda path: float(minutes[path].sum()))


def shortest_path(graph: TravelGraph, minutes: Floats, start: int, end: int) -> Ints | None:
    """Return the arcs of the fastest way between two nodes; None where there is none."""
    matrix, _ = graph.matrix(minutes)
    before = dijkstra(matrix, indices=np.array([start]), return_predecessors=True)[1][0]
    if before[end] < 0:
        return None
    nodes = [end]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    return graph.fastest_arcs(np.array(nodes[::-1], np.intp), minutes, matrix)


def _overlap(path: Ints, km: Floats, other: Ints) -> float:
    """Return the share of the length of a path that another has too."""
    total = km.sum()
    return float(km[np.isin(path, other)].sum() / total) if total else 1.0


def journey(graph: TravelGraph, arcs: DataFrame) -> Journey:
    """
    Join the arcs of a path to legs, one per route in a row.

    Parameters
    ----------
    graph, arcs
        A travel graph, and rows of its arcs in the order of the way.

    Returns
    -------
    journey
        The legs, with their sum.
    """
    travelled = arcs.loc[arcs["edge"] != "", "edge"]
    sections = list(dict.fromkeys(graph.net.edges.loc[travelled, "section_id"]))
    legs: list[dict[str, Any]] = []
    last = ""
    for arc in arcs.to_dict("records"):
        if arc["leg"] != last:
            last = arc["leg"]
            route = "" if last in ("background", "station") else last
            mode = "station" if last == "station" else arc["mode"]
            legs.append({"mode": mode, "route_id": route, "from": place_of(arc["u"]), "to": "",
                         "time_min": 0.0, "wait_min": 0.0, "length_km": 0.0})  # fmt: skip
        legs[-1]["to"] = place_of(arc["v"])
        for key in ("time_min", "wait_min", "length_km"):
            legs[-1][key] += arc[key]
    _name_access(legs)
    time_min, length_km = (sum(leg[key] for leg in legs) for key in ("time_min", "length_km"))
    return Journey(time_min, length_km, legs, sections)


def _name_access(legs: list[dict[str, Any]]) -> None:
    """Call ordinary roads access where they lead to a network, or from one to another."""
    networks = [i for i, leg in enumerate(legs) if leg["route_id"]]
    for i, leg in enumerate(legs):
        around = legs[max(i - 1, 0) : i] + legs[i + 1 : i + 2]
        within_roads = len(around) == 2 and all(b["mode"] == "road" for b in around)
        if leg["mode"] == "road" and not leg["route_id"] and networks and not within_roads:
            leg["mode"] = "access"


def station_to_station(net: Network, start: str, end: str) -> Journey | None:
    """
    Return the fastest journey from station to station, from departure to arrival.

    Boarding, the first wait and leaving are not counted; changes on the way are, with their waits.

    Parameters
    ----------
    net, start, end
        A network with a node at every stop, and place ids of two stations.

    Returns
    -------
    journey
        None where no train goes.

    Examples
    --------
    >>> trip = station_to_station(stops, "chengdu-east-station", "shapingba-station")
    >>> bool(57 < trip.time_min < 67), trip.changes
    (True, 0)
    """
    return next(iter(next(stations_to_stations(net, [(start, end)]))), None)


def stations_to_stations(
    net: Network, pairs: Iterable[tuple[str, str]], k: int = 1
) -> Iterator[list[Journey]]:
    """
    Yield the journeys of `station_to_station` for many pairs of stations of one network.

    Parameters
    ----------
    net, pairs
        A network with a node at every stop, and place ids of two stations each.
    k
        Number of journeys wanted per pair.

    Yields
    ------
    journeys
        At most `k` for every pair, the fastest first; none where no train goes.
    """
    graph = build_travel_graph(net, mode="rail")
    waits = graph.arcs["wait_min"].to_numpy(float)
    for start, end in pairs:
        first, last = (graph.number.get(node, -1) for node in (departures(start), arrivals(end)))
        if min(first, last) < 0 or start == end:
            yield []
            continue
        # nobody waits for the train that is the first, nor after the last one
        free = np.where((graph.tail == first) | (graph.head == last), waits, 0.0)
        trips = list[Journey]()
        for path in different_paths(graph, graph.minutes - free, first, last, k=k):
            arcs = graph.arcs.iloc[path]
            less = {key: arcs[key] - free[path] for key in ("time_min", "wait_min")}
            trips.append(journey(graph, arcs.assign(**less)))
        yield trips


class DoorTimes(NamedTuple):
    """
    Times from door to door in minutes, infinite where there is no way.

    Parameters
    ----------
    cities, settlements
        Between the centres of a catalogue, shape (n, n), and from them to where people live
        (`Catalogue.settlements`), shape (n, m); no time to the one in which the centre lies.
    background
        What is known of the other roads that were used; None for those of the region.
    """

    cities: Floats
    settlements: Floats
    background: dict[str, Any] | None = None


def _homes(catalogue: Catalogue) -> dict[int, int]:
    """Return by number of a centre that of the nearest settlement of its own, if it has one."""
    own: dict[str, list[int]] = {}
    for j, row in enumerate(catalogue.settlements):
        own.setdefault(row.city_id, []).append(j)
    at = np.array([(row.lon, row.lat) for row in catalogue.settlements], float).reshape(-1, 2)
    found = {}
    for i, city in enumerate(catalogue.centres):
        if near := own.get(city.city_id):
            found[i] = near[int(geodesic_km([city.lon, city.lat], at[near]).argmin())]
    return found


def door_times(
    net: Network,
    *,
    mode: str = "any",
    background: Background | None = None,
    executor: Executor = run_locally,
) -> DoorTimes:
    """
    Return the times between the centres, and from them to where people live.

    Parameters
    ----------
    net, mode, background, executor
        As in `travel_time_matrix`.

    Returns
    -------
    times
        In the order of the catalogue.

    Examples
    --------
    >>> times = door_times(net, mode="rail")
    >>> [len(cat.centres), len(cat.settlements)] == [*times.settlements.shape]
    True
    """
    catalogue = net.layers.catalogue
    centres, people = catalogue.centres, catalogue.settlements
    graph = build_travel_graph(net, mode=mode, background=background)
    minutes = times_between(graph, centres, [*centres, *people], executor=executor)
    for i, home in _homes(catalogue).items():
        minutes[i, len(centres) + home] = 0.0  # who is at home there needs no train
    return DoorTimes(
        cities=minutes[:, : len(centres)].copy(),
        settlements=minutes[:, len(centres) :].copy(),
        background=None if background is None else background.source,
    )


def times_between(
    graph: TravelGraph,
    origins: Sequence[Anywhere],
    destinations: Sequence[Anywhere] | None = None,
    *,
    minutes: Floats | None = None,
    executor: Executor = run_locally,
) -> Floats:
    """
    Return the fastest times between ends of a travel graph.

    Parameters
    ----------
    graph, origins, destinations
        The graph, and centres, settlements, or other ends it was made with; default: the same.
    minutes, executor
        Of the arcs, infinite for those that are closed, by default those of the graph; as in
        `travel_time_matrix`.

    Returns
    -------
    minutes
        Shape (n, m), infinite where there is no way.
    """
    destinations = origins if destinations is None else destinations
    starts, ends = graph.ends(origins)[0], graph.ends(destinations)[1]
    small, number = bypassed(graph.matrix(minutes)[0], np.concatenate([starts, ends]))
    starts, ends = np.split(number, [len(starts)])
    blocks = [starts[part] for part in number_blocks(len(starts), BLOCK)]
    rows = executor(_times_from, (small, ends), blocks)
    times = np.vstack([np.empty((0, len(ends))), *rows])
    a, b = (np.array([end_of(end).node for end in some]) for some in (origins, destinations))
    times[a[:, None] == b] = 0.0
    return np.round(times, 9)  # the same both ways, in whatever order minutes were added up


def _between_platforms(net: Network, starts: list[str], ends: list[str]) -> Floats:
    """Return the minutes of `station_to_station` between all of some stations, shape (n, m)."""
    graph = build_travel_graph(net, mode="rail")
    waits = graph.arcs["wait_min"].to_numpy(float)
    into = {end: np.flatnonzero(graph.head == graph.number.get(arrivals(end), -1)) for end in ends}
    times = np.full((len(starts), len(ends)), np.inf)
    for i, start in enumerate(starts):
        first = graph.number.get(departures(start), -1)
        if first < 0:
            continue
        minutes = graph.minutes - np.where(graph.tail == first, waits, 0.0)
        far = dijkstra(graph.matrix(minutes)[0], indices=np.array([first]))[0]
        for j, end in enumerate(ends):
            arcs = into[end]
            # nobody waits after the last train; no train but the first begins where it does
            last = np.where(graph.tail[arcs] == first, 0.0, waits[arcs])
            times[i, j] = np.min(far[graph.tail[arcs]] + minutes[arcs] - last, initial=np.inf)
    return np.round(times, 9)


def _times_from(large: tuple[Any, NDArray[np.intp]], starts: NDArray[np.intp]) -> Any:
    matrix, ends = large
    return dijkstra(matrix, indices=starts)[:, ends]


def travel_time_matrix(
    net: Network,
    origins: Ends = None,
    destinations: Ends = None,
    mode: str = "any",
    *,
    parameters: Parameters | None = None,
    background: Background | None = None,
    long: bool = False,
    executor: Executor = run_locally,
) -> DataFrame:
    """
    Return the fastest times between cities, or any ends, on the day of a network.

    Parameters
    ----------
    net, origins, destinations, mode
        As in `fastest_routes`; of ends one or several, by default all centres.
    parameters
        Other parameters than those of the network; edges that were edited keep the ratio of
        their times to those that the tables give.
    background, long
        As in `fastest_routes`; whether to give one row for every pair of ends.
    executor
        Where blocks of cities are done (`dask_executor`); default: in this process.

    Returns
    -------
    table
        Minutes, infinite where unreachable, between two stations from departure to arrival; rows
        are ids of origins, columns of destinations; a point has its coordinates, or the id it was
        given. Where not all are cities `attrs` has `names`. If `long`, the columns `from`, `to`
        (ids) and `minutes`. With other roads `attrs` says which.

    Raises
    ------
    BadInputError
        When the mode is unknown or none of the network.
    NotFoundError
        When a city is unknown.

    Examples
    --------
    >>> net = geo.build_network(geo.load(), year=2025)
    >>> geo.travel_time_matrix(net, "成都", ["万州"], mode="water", long=True)["minutes"].tolist()
    [inf]
    >>> mine = ["成都", "chengdu-east-station", "104.06,30.66"]
    >>> geo.travel_time_matrix(net, mine, mine).index.tolist()
    ['chengdu', 'chengdu-east-station', '104.0600,30.6600']
    """
    net = net if parameters is None else with_parameters(net, parameters)
    leave, arrive = (_ends(net.layers.catalogue, wanted) for wanted in (origins, destinations))
    known = [[end_of(end) for end in side] for side in (leave, arrive)]
    everyone = {end.node: end for side in known for end in side}
    graph = build_travel_graph(net, everyone.values(), mode=mode, background=background)
    minutes = times_between(graph, leave, arrive, executor=executor)
    if mode in ("rail", "any") and net.mode in (None, "rail"):
        _set_platforms(net, leave, arrive, minutes, only=mode == "rail")
    rows = pd.Index([end.id for end in known[0]], name="from", dtype=object)
    columns = pd.Index([end.id for end in known[1]], name="to", dtype=object)
    table = pd.DataFrame(minutes, index=rows, columns=columns)
    if long:
        pairs = pd.MultiIndex.from_product([rows, columns]).to_frame(index=False)
        table = pairs.assign(minutes=minutes.reshape(-1))
    if background is not None:
        table.attrs["background"] = background.source
    if not all(isinstance(end, City) for end in [*leave, *arrive]):
        table.attrs["names"] = {end.id: end.name for end in everyone.values()}
    return table


def _set_platforms(
    net: Network, leave: list[Anywhere], arrive: list[Anywhere], minutes: Floats, *, only: bool
) -> None:
    """Set the times between two stations: from departure to arrival, where a train goes."""
    at = [
        [i for i, end in enumerate(side) if isinstance(end, Place) and end.kind == "station"]
        for side in (leave, arrive)
    ]
    if not all(at):
        return
    starts, ends = (
        [end_of(side[i]).node for i in rows]
        for side, rows in zip((leave, arrive), at, strict=True)
    )
    trains = _between_platforms(net, starts, ends)
    differ = np.array([[a != b for b in ends] for a in starts])
    new = differ & (np.isfinite(trains) | only)
    minutes[np.ix_(*at)] = np.where(new, trains, minutes[np.ix_(*at)])


def matrix_by_name(table: DataFrame, catalogue: Catalogue) -> DataFrame:
    """
    Return a matrix between cities with their names instead of ids, for people to read.

    The id stands behind a name that several cities carry.

    Parameters
    ----------
    table, catalogue
        A result of `travel_time_matrix` that is not long, and the catalogue of the cities.

    Returns
    -------
    table
        The same minutes.
    """
    names = catalogue.city_labels | name_labels(table.attrs.get("names", {}))
    return table.rename(index=names, columns=names).rename_axis(columns=None)


def matrix_with_ids(table: DataFrame, catalogue: Catalogue) -> DataFrame:
    """
    Return a matrix between cities as it is written to a file: by id, with the names of the rows.

    Parameters
    ----------
    table, catalogue
        A result of `travel_time_matrix` that is not long, and the catalogue of the cities.

    Returns
    -------
    table
        Indexed by `city_id`, or `id` where not all are cities: a column `name`, then a column of
        minutes for every id; empty where there is no way.
    """
    own = table.attrs.get("names", {})
    names = {city.city_id: city.name for city in catalogue.cities} | own
    key = "id" if own else "city_id"
    minutes = table.replace(np.inf, np.nan).rename_axis(index=key, columns=None)
    minutes.insert(0, "name", [names[key] for key in table.index], allow_duplicates=True)
    return minutes
