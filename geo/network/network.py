"""Layers to a network: nodes where routes end or meet, edges that are open on a day."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas import DataFrame, Series
from scipy.sparse import coo_array, csr_array

from geo.catalogue import MODES, TRANSFER_KINDS, Catalogue, parse_date
from geo.core import BadInputError, later
from geo.geometry import Noded, contract
from geo.layers import CRS, Layers, as_layers, open_sections
from geo.network.parameters import DEFAULT_PARAMETERS, Parameters
from geo.network.services import Services
from geo.network.speeds import road_kmh

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = later("networkx")

Nodes = Literal["junctions", "stops"]
#: What makes a place a node, said beside every index.
NODE_RULE = {
    "junctions": "ends of sections, and places where open routes of a mode meet",
    "stops": "as junctions, and every other named place of a route",
}


#: What makes a place a node where edges were joined.
DISSOLVED = "ends of lines, and places where three or more lines of a mode meet"


@dataclass(frozen=True, repr=False)
class Network:
    """
    A multimodal network on a day; functions work on its nodes and edges, edited or not.

    Parameters
    ----------
    nodes
        Points indexed by place id, with names, `kind` and `modes`.
    edges
        Lines with `u`, `v`, `mode`, `class`, `route_id`, `section_id`, `length_km` (running
        length), `geometry_km`, `speed_kmh` and `time_min`; of railways those of the fastest
        trains while they run. Routes that share a track or a carriageway have one edge.
    date, node_rule
        The day it stands for, and what makes a place a node.
    assumed
        Sections that count as open only because their expected year is over.
    layers, mode, parameters
        The layers and the only mode it was made for (None: all modes), and what its times, and
        all travel over it, rest on.

    Examples
    --------
    >>> net = geo.build_network(geo.load(), year=2025)
    >>> net.csr("length_km").shape == (len(net.nodes), len(net.nodes))
    True
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    date: dt.date
    node_rule: str
    assumed: tuple[str, ...]
    layers: Layers
    mode: str | None = None
    parameters: Parameters = DEFAULT_PARAMETERS

    @cached_property
    def graph(self) -> nx.MultiGraph[str]:
        """The network as an undirected NetworkX multigraph; edge keys are edge ids."""
        graph: nx.MultiGraph[str] = nx.MultiGraph()
        for node, row in _records(self.nodes, self.nodes.columns.drop("geometry")):
            graph.add_node(node, **row)
        for edge, row in _records(self.edges, self.edges.columns.drop("geometry")):
            graph.add_edge(row["u"], row["v"], key=edge, **row)
        return graph

    def csr(self, weight: str = "time_min") -> csr_array:
        """
        Return a column of `edges` as a symmetric sparse matrix (v, v) in the order of `nodes`.

        Of parallel edges the smallest counts.
        """
        size = (len(self.nodes), len(self.nodes))
        ends = [self.nodes.index.get_indexer(self.edges[end]) for end in ("u", "v")]
        # Parallel edges may be drawn against each other: only sorted ends bring them together.
        low, high = np.sort(ends, axis=0)
        keep = low != high
        weights = Series(self.edges[weight].to_numpy(float)[keep])
        best = weights.groupby([low[keep], high[keep]]).min()
        low, high = (best.index.get_level_values(k).to_numpy() for k in (0, 1))
        both = np.concatenate([low, high]), np.concatenate([high, low])
        return csr_array(coo_array((np.tile(best.to_numpy(), 2), both), shape=size))

    def to_osmnx(self) -> nx.MultiDiGraph[int]:
        """
        Return the network as a directed graph for OSMnx, every edge in both directions.

        Returns
        -------
        graph
            Nodes are numbers with `x`, `y` (degrees, WGS-84), `street_count` and `place_id`; edges
            have `osmid` (a number), `edge_id`, `length` (m), `speed_kph`, `travel_time` (s),
            `highway` (class), `name`, `ref` (route id), `mode`, `oneway`, `reversed`, `geometry`.

        Examples
        --------
        >>> roads = net.select("road").to_osmnx()
        >>> roads.number_of_edges() == 2 * len(net.select("road").edges)
        True
        """
        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs=CRS)
        number = {place: i for i, place in enumerate(self.nodes.index.tolist())}
        for (place, i), point in zip(number.items(), self.nodes.geometry, strict=True):
            streets = self.graph.degree[place]
            graph.add_node(i, x=point.x, y=point.y, street_count=streets, place_id=place)
        plain = _records(self.edges, self.edges.columns.drop("geometry"))
        for i, ((edge, row), line) in enumerate(zip(plain, self.edges.geometry, strict=True)):
            known = {
                "osmid": i, "edge_id": edge, "mode": row["mode"], "highway": row["class"],
                "name": row["route_zh"], "ref": row["route_id"], "oneway": False,
                "length": 1000 * row["length_km"], "speed_kph": row["speed_kmh"],
                "travel_time": 60 * row["time_min"],
            }  # fmt: skip
            u, v = number[row["u"]], number[row["v"]]
            graph.add_edge(u, v, **known, reversed=False, geometry=line)
            graph.add_edge(v, u, **known, reversed=True, geometry=line.reverse())
        return graph

    def select(self, mode: str) -> Network:
        """Return the edges of one mode and the nodes they touch."""
        if mode not in MODES:
            raise BadInputError("mode {mode!r}: expected road, rail or water", mode=mode)
        if mode not in self._parts:
            edges = self.edges[self.edges["mode"] == mode]
            ends = {*edges["u"].tolist(), *edges["v"].tolist()}
            touched = np.array([node in ends for node in self.nodes.index.tolist()], bool)
            part = replace(self, nodes=self.nodes[touched], edges=edges, mode=mode)
            self._parts[mode] = part
        return self._parts[mode]

    @cached_property
    def _parts(self) -> dict[str, Network]:
        """The parts that were selected, by mode."""
        return {}

    def __repr__(self) -> str:
        modes = ", ".join(f"{mode} {len(self.select(mode).edges)}" for mode in self.modes)
        return f"<Network {self.date}: {len(self.nodes)} nodes, {len(self.edges)} edges ({modes})>"

    @property
    def has_stops(self) -> bool:
        """Whether it has a node at every named place, not at junctions only."""
        return self.node_rule == NODE_RULE["stops"]

    @property
    def junction_ids(self) -> set[str]:
        """The nodes at which links begin and end: of stops, ends of sections and junctions."""
        if not self.has_stops:
            return set(self.nodes.index)
        known = self.layers.sections.reindex(self.edges["section_id"].unique())
        ends = {*known["from_place"].dropna(), *known["to_place"].dropna()}
        routes = _met(self.edges, "route_id")
        return (ends & set(routes)) | _shared(self.layers, routes)

    @property
    def modes(self) -> list[str]:
        """The modes it has edges of."""
        present = set(self.edges["mode"].unique())
        return [mode for mode in MODES if mode in present]


def build_network(
    source: Catalogue | Layers,
    *,
    year: float | str | dt.date | np.datetime64 | None = None,
    mode: str | None = None,
    nodes: Nodes = "junctions",
    parameters: Parameters = DEFAULT_PARAMETERS,
) -> Network:
    """
    Build the network that is open on a day.

    Parameters
    ----------
    source
        A catalogue, or its layers where they are there already.
    year, mode
        A year (its 31 December) or a date, by default today; only this mode of transport.
    nodes
        "junctions": nodes only where sections end or routes meet. "stops": at every named
        place, for travel between cities.
    parameters
        What travel times rest on.

    Returns
    -------
    network
        The network.

    Raises
    ------
    BadInputError
        When year, mode or nodes is none of these.

    Examples
    --------
    >>> cat = geo.load()
    >>> geo.build_network(cat, year=2010, mode="rail").modes
    ['rail']
    >>> geo.build_network(cat, year=2028).assumed[:2]
    ('nanchong-tongnan-1', 'wankaida-1')
    """
    if mode not in (*MODES, None):
        raise BadInputError("mode {mode!r}: expected road, rail or water", mode=mode)
    if nodes not in NODE_RULE:
        raise BadInputError("nodes {nodes!r}: expected junctions or stops", nodes=nodes)
    layers, date = as_layers(source), parse_date(year)
    sections = open_sections(layers, date)
    if mode is not None:
        sections = sections[sections["mode"] == mode]
    speed = _speeds(layers, date, parameters)
    edges = _edge_frame(layers, sections, nodes, speed)
    return Network(
        nodes=_node_frame(layers, edges),
        edges=edges,
        date=date,
        node_rule=NODE_RULE[nodes],
        assumed=tuple(map(str, sections.index[sections["assumed"]])),
        layers=layers,
        mode=mode,
        parameters=parameters,
    )


def every_edge(layers: Layers, parameters: Parameters) -> Network:
    """Return the edges of all sections at stops, open or not and shared or not, of no day."""
    edges = _edge_frame(layers, layers.sections, "stops", lambda _id, _section: 1.0)
    return Network(
        nodes=_node_frame(layers, edges),
        edges=edges,
        date=layers.catalogue.region.as_of,
        node_rule=NODE_RULE["stops"],
        assumed=(),
        layers=layers,
        parameters=parameters,
    )


def check_mode(net: Network, mode: str) -> None:
    """Refuse a mode of travel that is unknown, or that a network was not made for."""
    if mode not in (*MODES, "any"):
        raise BadInputError("--mode {mode!r}: expected road, rail, water or any", mode=mode)
    if net.mode not in (None, mode) and mode != "any":
        raise BadInputError(
            "mode {mode!r}: expected {only} or any, for the network was made for {only} alone",
            mode=mode,
            only=net.mode,
        )


def with_parameters(net: Network, parameters: Parameters) -> Network:
    """Return a network whose travel rests on other parameters; edited edges keep their ratio."""
    if parameters == net.parameters:
        return net
    known = open_sections(net.layers, net.date)
    before, after = (_speeds(net.layers, net.date, p) for p in (net.parameters, parameters))
    ratio = {
        key: after(key, row) / before(key, row) for key, row in _records(known, ["mode", *_SPEEDS])
    }
    faster = net.edges["section_id"].map(ratio).fillna(1.0).astype(float)
    edges = net.edges.assign(
        speed_kmh=net.edges["speed_kmh"] * faster, time_min=net.edges["time_min"] / faster
    )
    return replace(net, edges=edges, parameters=parameters)


def cut_at_stops(net: Network) -> Network:
    """
    Cut the edges of a network at every named place, for travel between cities.

    Parameters
    ----------
    net
        A network; what was changed in its edges stays changed.

    Returns
    -------
    network
        The same edges in pieces, which share lengths and times by their length; an edge whose
        ends are not on its section stays whole.

    Examples
    --------
    >>> len(cut_at_stops(net).edges) == len(stops.edges)
    True
    """
    if net.has_stops:
        return net
    shared = ["length_km", "geometry_km", "time_min"]
    rows, shapes = list[dict[str, Any]](), list[Any]()
    plain = _records(net.edges, net.edges.columns.drop("geometry"))
    for (edge, row), whole in zip(plain, net.edges.geometry.tolist(), strict=True):
        knots, places = _stops_between(net.layers, row)
        if len(places) < 3:
            rows.append({"edge_id": edge, **row})
            shapes.append(whole)
            continue
        track = net.layers.tracks[row["route_id"]]
        km = np.diff(track.km[knots])
        for k, part in enumerate((km / km.sum()).tolist()):
            ends = {
                "edge_id": f"{row['section_id']}:{places[k]}",
                "u": places[k],
                "v": places[k + 1],
            }
            rows.append({**row, **ends, **{key: row[key] * part for key in shared}})
            shapes.append(shapely.LineString(track.line[knots[k] : knots[k + 1] + 1]))
    frame = pd.DataFrame(rows, columns=["edge_id", *net.edges.columns.drop("geometry")])
    edges = gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS).set_index("edge_id")
    nodes = _node_frame(net.layers, edges)
    return replace(net, nodes=nodes, edges=edges, node_rule=NODE_RULE["stops"])


def dissolve_nodes(net: Network) -> Network:
    """
    Join the edges at nodes where only two of one mode meet, and leave such nodes out.

    What is left does not depend on how lines are cut into sections.

    Parameters
    ----------
    net
        A network.

    Returns
    -------
    network
        Nodes where lines end, branch or change their mode; of a ring without such a node one
        stays. Edges have the id and the route of one that they were joined from, the sums of
        lengths and times, and their mean speed.

    Examples
    --------
    >>> joined = dissolve_nodes(net)
    >>> bool(abs(joined.edges["length_km"].sum() - net.edges["length_km"].sum()) < 1e-6)
    True
    >>> len(net.edges) - len(joined.edges) == len(net.nodes) - len(joined.nodes)
    True
    """
    number = {place: i for i, place in enumerate(net.nodes.index)}
    ends = {end: net.edges[end].map(number).astype(int) for end in ("u", "v")}
    made = contract(
        Noded(net.nodes.reset_index(drop=True), net.edges.assign(**ends)),
        add=["length_km", "geometry_km", "time_min"],
        same=["mode"],
    )
    first = [members[0] for members in made.edges["members"]]
    names = net.nodes.index.to_numpy()
    known = {key: names[made.edges[key]] for key in ("u", "v")}
    known |= {key: made.edges[key].to_numpy() for key in ("length_km", "geometry_km", "time_min")}
    edges = net.edges.loc[first].assign(**known).set_geometry(made.edges.geometry.to_numpy())
    edges = edges.assign(speed_kmh=60 * edges["length_km"] / edges["time_min"])
    nodes = net.nodes.iloc[np.sort(made.nodes.index)]
    return replace(net, nodes=nodes, edges=edges.set_crs(CRS), node_rule=DISSOLVED)


def _stops_between(layers: Layers, edge: dict[str, Any]) -> tuple[NDArray[np.intp], list[str]]:
    """Return the named places of an edge, ends included: where on the line, and their ids."""
    if edge["section_id"] not in layers.span:
        return np.empty(0, int), []
    track, (i, j) = layers.tracks[edge["route_id"]], layers.span[edge["section_id"]]
    named = [k for k in range(i, j + 1) if track.places[k]]
    first = next((k for k in named if track.places[k] == edge["u"]), j)
    last = next((k for k in named if k > first and track.places[k] == edge["v"]), -1)
    named = [k for k in named if first <= k <= last]
    return track.knots[named], [track.places[k] for k in named]


def _met(edges: DataFrame, key: str) -> dict[str, set[str]]:
    """Return the values of a column by the places that edges touch."""
    values: dict[str, set[str]] = {}
    for u, v, value in zip(*(edges[k].tolist() for k in ("u", "v", key)), strict=True):
        values.setdefault(u, set()).add(value)
        values.setdefault(v, set()).add(value)
    return values


def _shared(layers: Layers, routes: dict[str, set[str]]) -> set[str]:
    """Return the places where travellers change between the routes that meet there."""
    kinds = dict(zip(layers.places.index, layers.places["kind"].tolist(), strict=True))
    return {p for p, r in routes.items() if len(r) > 1 and kinds[p] in TRANSFER_KINDS}


def _cuts(layers: Layers, sections: list[tuple[str, dict[str, Any]]], nodes: Nodes) -> set[str]:
    """Return the places at which lines are cut into edges."""
    ends = {section[key] for _, section in sections for key in ("from_place", "to_place")}
    routes: dict[str, set[str]] = {}
    for section_id, section in sections:
        i, j = layers.span[section_id]
        for place in filter(None, layers.tracks[section["route_id"]].places[i : j + 1]):
            routes.setdefault(place, set()).add(section["route_id"])
    return ends | (set(routes) if nodes == "stops" else _shared(layers, routes))


#: What an edge takes from its section, and what else of it is needed.
_TAKEN = ["route_id", "mode", "class", "route_zh", "route_en"]
_SPEEDS = ["design_speed_kmh", "operating_speed_kmh"]
_NEEDED = ["from_place", "to_place", "running_km", "geometry_km", *_SPEEDS]
_EDGE_COLUMNS = ["edge_id", "u", "v", "section_id", *_TAKEN, "length_km", "geometry_km",
                 "speed_kmh", "time_min"]  # fmt: skip


def _records(frame: DataFrame, keys: Iterable[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return rows by id as plain values; to step through Arrow strings is slow."""
    columns = {str(key): frame[key].tolist() for key in keys}
    rows = zip(*columns.values(), strict=True)
    plain = (dict(zip(columns, row, strict=True)) for row in rows)
    return list(zip(frame.index.tolist(), plain, strict=True))


#: Returns the speed in km/h over a section: its id, and its row.
Speed = Callable[[str, dict[str, Any]], float]


def _speeds(layers: Layers, date: dt.date, parameters: Parameters) -> Speed:
    """Return how fast traffic is: cars, ships, and the fastest trains between stops."""
    services = Services(layers, date, parameters)

    def speed(section_id: str, section: dict[str, Any]) -> float:
        if section["mode"] == "water":
            posted = section["operating_speed_kmh"]
            return float(posted) if pd.notna(posted) else parameters.water_speed
        if section["mode"] == "road":
            return road_kmh(section, parameters)
        return max(service.kmh for service in services.on(section_id).values())

    return speed


def _edge_frame(
    layers: Layers, sections: gpd.GeoDataFrame, nodes: Nodes, speed: Speed
) -> gpd.GeoDataFrame:
    """Cut the lines of sections into edges."""
    known = _records(sections, [*_TAKEN, *_NEEDED])
    cuts = _cuts(layers, known, nodes)
    rows, shapes = list[tuple[Any, ...]](), list[Any]()
    for section_id, section in known:
        for row, shape in _edges(layers, section_id, section, cuts, speed(section_id, section)):
            rows.append(row)
            shapes.append(shape)
    edge = np.repeat(np.arange(len(shapes)), [len(shape) for shape in shapes])
    points = np.concatenate(shapes) if shapes else np.empty((0, 2))
    frame = pd.DataFrame(rows, columns=_EDGE_COLUMNS)
    lines = shapely.linestrings(points, indices=edge)
    return gpd.GeoDataFrame(frame, geometry=lines, crs=CRS).set_index("edge_id")


def _edges(
    layers: Layers, section_id: str, section: dict[str, Any], cuts: set[str], kmh: float
) -> Iterator[tuple[tuple[Any, ...], NDArray[np.float64]]]:
    """Yield the edges of a section, rows and lines."""
    track, (i, j) = layers.tracks[section["route_id"]], layers.span[section_id]
    places = track.places
    stops = [k for k in range(i, j + 1) if k in (i, j) or places[k] in cuts]
    scale = section["running_km"] / section["geometry_km"]
    taken = [section[key] for key in _TAKEN]
    knots = track.knots[stops].tolist()
    at = track.km[knots].tolist()
    for k, (a, b) in enumerate(itertools.pairwise(stops)):
        if layers.closed and layers.closed & {f"{section_id}:{place}" for place in places[a:b]}:
            continue  # an edge is closed where a piece of it is
        geometry_km = at[k + 1] - at[k]
        length_km = geometry_km * scale
        ends = (f"{section_id}:{places[a]}", places[a], places[b], section_id)
        row = (*ends, *taken, length_km, geometry_km, kmh, 60 * length_km / kmh)
        yield row, track.line[knots[k] : knots[k + 1] + 1]


def _node_frame(layers: Layers, edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the places that edges touch, with the modes of these."""
    modes = _met(edges, "mode")
    places = layers.places.index.tolist()
    nodes = layers.places[["name", "name_en", "kind", "geometry"]]
    nodes = nodes[[place in modes for place in places]].copy()
    nodes["modes"] = [";".join(m for m in MODES if m in modes[p]) for p in places if p in modes]
    return nodes
