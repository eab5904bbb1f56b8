"""The graph a traveller sees: roads, trains and ships, and the ways to and between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas import DataFrame, Index, Series
from scipy.sparse import csr_array

from geo.catalogue import Catalogue, City
from geo.geometry import within
from geo.network.network import Network, check_mode, cut_at_stops
from geo.network.ordinary_roads import Background, Ground, ground_of
from geo.network.parameters import Parameters
from geo.network.speeds import street_minutes
from geo.network.trains import ARC_COLUMNS, PASSED, arrivals, departures, ship_arcs, train_arcs
from geo.network.trip_ends import Anywhere, End, end_of

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
#: Modes whose vehicles are boarded at stations and ports.
BOARDED = {"rail": train_arcs, "water": ship_arcs}


class TravelGraph:
    """
    Directed arcs between numbered nodes.

    Parameters
    ----------
    net
        The network it was made from, cut at stops.
    arcs
        `u`, `v` (names of nodes), `time_min` (of it `wait_min` for a train), `length_km`, `edge`
        (id in the network, empty where none is travelled), `leg` (route id,
        "background" for ordinary roads, or "station") and `mode`.
    extra
        Nodes that may have no arc.
    roads
        The ordinary roads, where all their nodes are in the graph.

    Notes
    -----
    Nodes are ids of places, ``city:`` ids, ``road:`` numbers of ordinary roads; ``dep:`` and
    ``arr:`` ids, at which travellers board and have left a train or ship, with ``in:`` and
    ``out:`` ids before and behind them where the ground is for access alone; and trains and ships
    that have arrived at a place, whose names end in ``@`` and its id.
    """

    def __init__(
        self,
        net: Network,
        arcs: DataFrame,
        extra: Iterable[str] = (),
        roads: Background | None = None,
    ) -> None:
        self.net, self.roads = net, roads
        count = len(arcs)
        ends = [arcs["u"].to_numpy(object), arcs["v"].to_numpy(object), np.array([*extra], object)]
        codes, names = pd.factorize(np.concatenate(ends))
        self.names: list[str] = names.tolist()
        self.arcs = arcs
        self.tail: Ints = codes[:count].astype(np.intp)
        self.head: Ints = codes[count : 2 * count].astype(np.intp)
        self.minutes: Floats = arcs["time_min"].to_numpy(float)
        self.edge: list[str] = arcs["edge"].tolist()
        self.size = len(self.names)

    @cached_property
    def number(self) -> dict[str, int]:
        """The number of every node."""
        return {name: i for i, name in enumerate(self.names)}

    def ends(self, ends: Iterable[Anywhere]) -> tuple[Ints, Ints]:
        """Return the nodes at which trips from ends begin, and those where trips to them end."""
        nodes = [end_of(end).node for end in ends]
        starts = [self._first(node, f"in:{node}") for node in nodes]
        stops = [self._first(_to(node), node, f"out:{node}") for node in nodes]
        return np.array(starts, np.intp), np.array(stops, np.intp)

    def _first(self, *names: str) -> int:
        """Return the number of the first of some nodes that is there."""
        return next(self.number[name] for name in names if name in self.number)

    @property
    def positions(self) -> Floats:
        """Where the nodes are, in degrees (WGS-84), shape (nodes, 2), in their order."""
        places, catalogue = self.net.layers.places, self.net.layers.catalogue
        known = dict(zip(places.index, shapely.get_coordinates(places.geometry), strict=True))
        known |= {end: (row.lon, row.lat) for end, row in _settled(catalogue).iterrows()}
        if self.roads is not None:
            spots = self.roads.nodes[["lon", "lat"]].to_numpy(float)
            known |= {f"road:{k}": spot for k, spot in enumerate(spots)}
            lines = self.roads.edges.geometry.to_numpy()
            cut = [name for name in self.names if name.count(":") == 2 and name[:5] == "road:"]
            on = [
                (lines[int(edge)], float(share)) for _, edge, share in (n.split(":") for n in cut)
            ]
            points = [line.interpolate(share, normalized=True) for line, share in on]
            known |= dict(zip(cut, shapely.get_coordinates(points), strict=True))
        return np.array([known[place_of(name)] for name in self.names], float).reshape(-1, 2)

    @cached_property
    def _pairs(self) -> tuple[Ints, Ints, Ints, Ints]:
        """The pairs of nodes with an arc as rows of a matrix, and the entry of every arc."""
        pairs, entry = np.unique(self.tail * self.size + self.head, return_inverse=True)
        rows, columns = np.divmod(pairs, self.size)
        starts = np.searchsorted(rows, np.arange(self.size + 1))
        return pairs, columns, starts, entry

    def matrix(self, minutes: Floats | None = None) -> tuple[csr_array, Ints]:
        """Return the fastest arc between every two nodes, and the entry in it of every arc."""
        minutes = self.minutes if minutes is None else minutes
        pairs, columns, starts, entry = self._pairs
        fastest = np.full(len(pairs), np.inf)
        np.minimum.at(fastest, entry, minutes)
        shape = (self.size, self.size)
        return csr_array((fastest, columns.copy(), starts.copy()), shape=shape), entry

    def fastest_arcs(self, nodes: Ints, minutes: Floats, matrix: csr_array) -> Ints:
        """Return the arcs from node to node that a matrix of minutes holds."""
        pairs, _, _, entry = self._pairs
        best = np.flatnonzero(minutes == matrix.data[entry])
        arc = np.full(len(pairs), -1, np.intp)
        arc[entry[best]] = best
        return arc[np.searchsorted(pairs, nodes[:-1] * self.size + nodes[1:])]


def build_travel_graph(
    net: Network,
    ends: Iterable[Anywhere] = (),
    *,
    mode: str = "any",
    background: Background | None = None,
    everywhere: bool = False,
) -> TravelGraph:
    """
    Return the graph a traveller sees: the network of a mode and the ways into it.

    Ordinary roads lie under everything, where the region has them: travellers come over them
    from the centres to interchanges, stations and ports, and by road or by any mode they may
    make the whole trip on them. Elsewhere centres, interchanges, stations and ports are joined
    by straight lines, at the speed and the detour of streets, up to `access_limit`. In every
    trip by rail there is a train.

    Parameters
    ----------
    net, ends
        A network, cut at stops where it is not, and ends of trips beside the centres of the
        catalogue: counties, places, points.
    mode, background
        Road, rail, water, or any: all of them; other ordinary roads than those of the region.
    everywhere
        With every node of ordinary roads, also where a trip by train ends: for areas, not for
        trips, as a way along the ground alone counts in every mode.

    Returns
    -------
    graph
        The graph.

    Raises
    ------
    BadInputError
        When the mode is unknown or none of the network.

    Examples
    --------
    >>> graph = build_travel_graph(net, mode="rail")
    >>> "dep:chengdu-east-station" in graph.names, "road:0" in graph.names
    (True, False)
    """
    check_mode(net, mode)
    net = cut_at_stops(net)
    catalogue = net.layers.catalogue
    modes = net.modes if mode == "any" else [mode]
    boarded = [name for name in modes if name in BOARDED]
    ground = ground_of(catalogue, net.parameters, background)
    settled = list(_settled(catalogue).index)
    known = set(settled)
    if mode in ("road", "any"):
        on_roads = net.select("road").nodes.index
        known |= set(on_roads if ground is None else ground.points.index)
        known |= {
            place for name in boarded if ground is None for place in _entries(net, name).index
        }
    elif boarded:
        known |= set(_entries(net, mode).index)
    extra = [end for end in dict.fromkeys(map(end_of, ends)) if end.node not in known]
    parts = [BOARDED[name](net) for name in boarded]
    everywhere &= ground is not None
    if mode in ("road", "any"):
        parts += [_road_arcs(net), *_by_road(net, ground, extra, modes, everywhere=everywhere)]
        parts += [_doors(net, name) for name in boarded]
    elif boarded:
        parts += _access(net, ground, extra, mode)
    if everywhere and ground is not None and mode not in ("road", "any"):
        parts += [_both_ways(ground.ways), _outwards(net, mode)]
    filled = [part for part in parts if len(part)]
    arcs = pd.concat(filled, ignore_index=True) if filled else DataFrame(columns=ARC_COLUMNS)
    alone = [end.node for end in extra] + [_to(end.node) for end in extra]
    nodes = [*settled, *alone]
    roads = ground.roads if ground is not None and everywhere else None
    return TravelGraph(net, arcs, nodes, roads)


def _outwards(net: Network, mode: str) -> DataFrame:
    """Return the arcs from behind stations or ports to the ground beside them."""
    places = _entries(net, mode).index.to_series()
    ways = DataFrame({"time_min": 0.0, "length_km": 0.0}, index=places.index)
    return _arcs("out:" + places, places, ways, **ON_GROUND)


def _to(node: str) -> str:
    """Return the node where a trip to an end ends through which nobody travels."""
    return f"to:{node}"


def _frame(ends: Iterable[Anywhere]) -> DataFrame:
    """Return `lon` and `lat` of ends by node."""
    rows = {end.node: (end.lon, end.lat) for end in map(end_of, ends)}
    return DataFrame.from_dict(rows, orient="index", columns=["lon", "lat"], dtype=float)


def _settled(catalogue: Catalogue) -> DataFrame:
    """Return `lon` and `lat` of the centres and settlements by node."""
    return _frame((*catalogue.centres, *catalogue.settlements))


def _entries(net: Network, mode: str) -> DataFrame:
    """Return where travellers enter a mode: `lon`, `lat` and `kind` by id of place."""
    nodes = net.select(mode).nodes
    nodes = nodes[~nodes["kind"].isin(PASSED - {"junction"} if mode == "road" else PASSED)]
    at = {"lon": nodes.geometry.x, "lat": nodes.geometry.y, "kind": nodes["kind"]}
    return DataFrame(at, index=nodes.index)


def _by_road(
    net: Network,
    ground: Ground | None,
    extra: list[End],
    modes: Sequence[str],
    *,
    everywhere: bool,
) -> list[DataFrame]:
    """Return the ways on the ground as arcs: between all places, and from and to other ends."""
    # An end that is no centre of the catalogue has a node to leave from and one to arrive at:
    # nobody travels through it, so that it changes no other time.
    kinds = net.layers.places["kind"]
    junctions = kinds.index[kinds == "junction"]
    if ground is None:
        spots = pd.concat([_settled(net.layers.catalogue), _frame(extra)])
        ways = _straight(spots, {mode: _entries(net, mode) for mode in modes}, net.parameters)
        legs = ways[ways["u"].isin(_frame(extra).index)]
        ways = ways[~ways["u"].isin(legs["u"])]
    else:
        ways = ground.ways if everywhere else ground.short
        legs = ground.from_points(_frame(extra)) if extra else ways.iloc[:0]
    ways, legs = (_with_penalty(frame, junctions, net.parameters) for frame in (ways, legs))
    return [_both_ways(ways), *_leaves(legs)]


def _leaves(legs: DataFrame) -> list[DataFrame]:
    """Return ways from other ends (`u`) as arcs from them, and back to where trips to them end."""
    to = {name: _to(name) for name in legs["u"].unique()}
    between = legs["v"].isin(to)
    there = _arcs(legs["u"], legs["v"].where(~between, legs["v"].map(to)), legs, **ON_GROUND)
    back = _arcs(legs["v"], legs["u"].map(to), legs, **ON_GROUND)
    return [there, back[~between.to_numpy()]]


def _with_penalty(ways: DataFrame, junctions: Index[str], parameters: Parameters) -> DataFrame:
    """Let it take longer to enter or leave an expressway where two of them meet."""
    count = ways["u"].isin(junctions).astype(int) + ways["v"].isin(junctions)
    return ways.assign(time_min=ways["time_min"] + parameters.junction_min * count)


def _straight(
    spots: DataFrame, entries: dict[str, DataFrame], parameters: Parameters
) -> DataFrame:
    """Return straight ways from centres to entries, and from stations and ports to others."""
    boarded = {mode: frame for mode, frame in entries.items() if mode in BOARDED}
    joins = [(spots, frame) for frame in entries.values()]
    joins += [(one, other) for one in boarded.values() for other in entries.values()]
    rows: dict[tuple[str, str], tuple[float, float]] = {}
    for origin, frame in joins:
        pairs = within(_lonlat(origin), _lonlat(frame), parameters.access_limit)
        for i, j, straight in pairs:
            u, v = str(origin.index[i]), str(frame.index[j])
            if u != v and (v, u) not in rows:
                rows[u, v] = street_minutes(straight, parameters)
    ways = [(u, v, *way) for (u, v), way in rows.items()]
    return DataFrame(ways, columns=["u", "v", "time_min", "length_km"])


def stops_near(net: Network, cities: Iterable[City]) -> dict[str, float]:
    """
    Return the places near cities where a network is entered by any mode, with the minutes.

    Parameters
    ----------
    net, cities
        A network, and centres.

    Returns
    -------
    minutes
        By place id, for those within `access_limit` of a centre, from the nearest one.
    """
    cities = list(cities)
    found: dict[str, float] = {}
    for mode in net.modes:
        for (_, place), straight in entries_near(net.select(mode), cities).items():
            minutes, _ = street_minutes(straight, net.parameters)
            found[place] = min(found.get(place, np.inf), minutes)
    return found


def entries_near(part: Network, cities: Sequence[City]) -> dict[tuple[int, str], float]:
    """
    Return where the network of one mode is entered from cities.

    Parameters
    ----------
    part, cities
        A network of one mode, and centres.

    Returns
    -------
    km
        Straight distance by number of the city and place id, up to `access_limit`.
    """
    entries = _entries(part, str(part.mode))
    at = np.array([(city.lon, city.lat) for city in cities], float).reshape(-1, 2)
    near = within(at, _lonlat(entries), part.parameters.access_limit)
    return {(i, str(entries.index[j])): straight for i, j, straight in near}


def place_of(node: str) -> str:
    """
    Return the place, centre or road node that a node of a travel graph stands for.

    Parameters
    ----------
    node
        Name of a node.

    Returns
    -------
    place
        An id of a place, or the name as it is.

    Examples
    --------
    >>> place_of("dep:neijiang-north-station"), place_of("aboard:7:0@suining-station")
    ('neijiang-north-station', 'suining-station')
    """
    if "@" in node:
        return node.rpartition("@")[2]
    prefix, _, place = node.partition(":")
    return place if prefix in ("dep", "arr", "in", "out", "to") else node


def _lonlat(frame: DataFrame) -> Floats:
    return frame[["lon", "lat"]].to_numpy(float)


#: A way on the ground: an ordinary road; at the ends of a trip it is the way to the network.
ON_GROUND = {"leg": "background", "mode": "road"}


def _arcs(u: Series[str], v: Series[str], ways: DataFrame, **known: object) -> DataFrame:
    """Return arcs with the columns of a graph."""
    given = {"u": u, "v": v, "time_min": ways["time_min"], "wait_min": 0.0,
             "length_km": ways["length_km"], "edge": ""}  # fmt: skip
    return DataFrame(given | known)[ARC_COLUMNS]


def _both_ways(ways: DataFrame) -> DataFrame:
    """Return ways on the ground as arcs, both ways."""
    return _and_back(_arcs(ways["u"], ways["v"], ways, **ON_GROUND))


def _and_back(there: DataFrame) -> DataFrame:
    """Return arcs with the same ones the other way."""
    return pd.concat([there, there.assign(u=there["v"], v=there["u"])], ignore_index=True)


def _road_arcs(net: Network) -> DataFrame:
    """Return the edges of roads as arcs, both ways."""
    edges = net.select("road").edges
    there = _arcs(
        edges["u"], edges["v"], edges, edge=edges.index, leg=edges["route_id"], mode="road"
    )
    return _and_back(there[there["u"] != there["v"]])


def _doors(net: Network, mode: str, enter: str = "", leave: str = "") -> DataFrame:
    """Return the arcs between the ground and boarding at every station or port."""
    places = _entries(net, mode).index.to_series()
    rail, p = mode == "rail", net.parameters
    ways = DataFrame({"time_min": 0.0, "length_km": 0.0}, index=places.index)
    known = {"leg": "station", "mode": mode}
    board, alight = (p.board_min, p.alight_min) if rail else (0.0, 0.0)
    going = _arcs(enter + places, places.map(departures), ways.assign(time_min=board), **known)
    coming = _arcs(places.map(arrivals), leave + places, ways.assign(time_min=alight), **known)
    return pd.concat([going, coming], ignore_index=True)


def _access(net: Network, ground: Ground | None, extra: list[End], mode: str) -> list[DataFrame]:
    """
    Return the arcs from centres to boarding, from arrivals to centres, and between stations.

    There is no way from centre to centre among them: every trip has a train or a ship in it.
    """
    p, doors = net.parameters, _entries(net, mode)
    centres = _settled(net.layers.catalogue)
    if ground is None:
        spots = pd.concat([centres, _frame(extra)])
        legs = _straight(spots, {mode: doors}, p)
        changes = legs[~legs["u"].isin(spots.index)]
        changes = pd.concat([changes, changes.assign(u=changes["v"], v=changes["u"])])
        changes = changes[changes["time_min"] <= p.transfer_limit_min]
        legs = legs[legs["u"].isin(spots.index)]
    else:
        legs = ground.reach(list(centres.index), list(ground.points.index), p.access_limit_min)
        if extra:
            others = ground.from_points(_frame(extra))
            legs = pd.concat([legs, others[others["time_min"] <= p.access_limit_min]])
        legs = legs[legs["v"].isin(doors.index)]
        kinds = {place.place_id: place.kind for place in net.layers.catalogue.places}
        stations = [key for key in ground.points.index if kinds.get(key) in ("station", "port")]
        changes = ground.reach(stations, stations, p.transfer_limit_min)
        changes = changes[changes["u"].isin(doors.index) & changes["v"].isin(doors.index)]
        changes = changes[changes["u"] != changes["v"]]
    to = {end.node: _to(end.node) for end in extra}
    enter = _arcs(legs["u"], "in:" + legs["v"], legs, **ON_GROUND)
    leave = _arcs("out:" + legs["v"], legs["u"].map(lambda u: to.get(u, u)), legs, **ON_GROUND)
    change = _arcs("out:" + changes["u"], "in:" + changes["v"], changes, **ON_GROUND)
    return [enter, leave, change, _doors(net, mode, "in:", "out:")]
