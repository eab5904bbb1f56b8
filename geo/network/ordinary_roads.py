"""Ordinary main roads: they lie under every trip, beside the routes of the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from heapq import heapify, heappop, heappush
from itertools import combinations
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas import DataFrame, Series
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from shapely.geometry.base import BaseGeometry

from geo.catalogue import Catalogue
from geo.core import BadInputError, checksum, file_checksum, remembered
from geo.geometry import (
    geodesic_km,
    line_lengths_km,
    nearest,
    noded_graph,
    split_at_shared_points,
    within,
)
from geo.layers import COAST, CRS, BaseFile
from geo.network.parameters import DEFAULT_PARAMETERS, Parameters
from geo.network.speeds import street_minutes
from geo.network.trip_ends import end_of
from geo.readers import (
    LAYERS,
    MAIN_ROADS,
    barred_by,
    class_of,
    posted_speed,
    read_layer,
    read_pbf,
    read_pbf_header,
    split_refs,
)

Floats = NDArray[np.float64]
#: Longitude, latitude and radius in km of every town.
Towns = tuple[tuple[float, float, float], ...]
#: Longitudes and latitudes.
Spots = tuple[tuple[float, float], ...]
#: No degree of latitude is shorter, in km.
KM_PER_DEGREE = 110.5
#: Roads farther from a point are no place to tie it to, in degrees.
NEAR_DEGREES = 0.06
#: A port this near to a road lies on it.
QUAY_KM = 0.3
#: The ends of a tie this near to a coast are on the shore.
SHORE_KM = 0.05
#: A node with more neighbours stays: what would join them is more ways than led to it.
MOST_NEIGHBOURS = 6


def assumed_speeds(ways: DataFrame, parameters: Parameters) -> Series[float]:
    """Return a speed in km/h for every road: the posted limit, else that of its class."""
    kind = class_of(ways)
    taken = {name: getattr(parameters, f"background_{name}") for name in MAIN_ROADS}
    guess = kind.str.removesuffix("_link").map(taken).fillna(taken["secondary"])
    guess = guess.where(~kind.str.endswith("_link"), parameters.background_link)
    return posted_speed(ways).fillna(guess)


def node_ways(ways: gpd.GeoDataFrame) -> tuple[DataFrame, gpd.GeoDataFrame]:
    """
    Cut ways at the points they share, and number those.

    Parameters
    ----------
    ways
        LineStrings in degrees (WGS-84) with the tag columns of the readers.

    Returns
    -------
    nodes
        `lon` and `lat` of every node, numbered from 0.
    edges
        LineStrings in the direction of their way: `u`, `v` (nodes), `osm_id`, `class`,
        `length_km` (geodesic), `forward` and `backward` (whether traffic may go that way).
    """
    pieces = split_at_shared_points(ways)
    nodes, made = noded_graph(pieces)
    own = ways.iloc[pieces["parent"]]
    forward, backward = _directions(own)
    edges = gpd.GeoDataFrame(
        {
            "u": made["u"].to_numpy(),
            "v": made["v"].to_numpy(),
            "osm_id": own.index.to_numpy(),
            "class": class_of(own).to_numpy(),
            "length_km": line_lengths_km(made.geometry.to_numpy()),
        },
        geometry=made.geometry.to_numpy(),
        crs=CRS,
    )
    nodes = nodes.rename(columns={"x": "lon", "y": "lat"})
    return nodes, edges.assign(forward=forward, backward=backward)


def _directions(ways: DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return whether traffic may go along each way, and against it; motorways are one-way."""
    oneway = ways["oneway"].fillna("").astype(str)
    implied = class_of(ways).isin(["motorway", "motorway_link"]) & (oneway != "no")
    forward = oneway != "-1"
    backward = ~(oneway.isin(["yes", "1", "true"]) | implied) | (oneway == "-1")
    return forward.to_numpy(bool), backward.to_numpy(bool)


@dataclass(frozen=True, eq=False)
class Background:
    """
    Roads beside those of the catalogue, as they are on the day of their source.

    They hang together: of parts that no road joins the largest is there, and those with a port.

    Parameters
    ----------
    nodes
        `lon` and `lat` of every node, numbered from 0, and `entry`: whether travellers enter
        there. Between its slip roads nobody enters a motorway.
    edges
        LineStrings with `u`, `v` (nodes), `length_km` and `time_min` of a trip.
    source
        `file`, `date` (None where it is unknown; then `vintage` may say about when), `licence`,
        `attribution`, `km`, and `exact` where lines are not simplified.
    """

    nodes: DataFrame
    edges: gpd.GeoDataFrame
    source: dict[str, Any]

    @cached_property
    def checksum(self) -> str:
        """One checksum of the roads, which nobody changes."""
        return checksum(self.nodes, self.edges, self.source)


def read_background(
    path: Path | str,
    catalogue: Catalogue,
    *,
    parameters: Parameters = DEFAULT_PARAMETERS,
    progress: Callable[[str], None] = lambda _: None,
) -> Background:
    """
    Read the other roads of a region out of an OpenStreetMap extract or a file of lines.

    Parameters
    ----------
    path
        The extract (``.osm.pbf``), a graph that OSMnx saved as GraphML or GeoPackage, or another
        file of lines with a column `highway`.
    catalogue
        Roads outside of its frame, or with the number of one of its routes, are left out.
    parameters, progress
        What travel times rest on; called with a line of text now and then.

    Returns
    -------
    background
        The roads.

    Raises
    ------
    BadInputError
        When the file cannot be read or has no such road, or pyosmium is not installed.
    """
    path, frame = Path(path), catalogue.region.frame
    source: dict[str, Any] = {
        "file": path.name,
        "date": None,
        "licence": None,
        "attribution": None,
    }
    if path.suffix.lower() in LAYERS:
        ways = read_layer(path)
        ways = ways[shapely.intersects(ways.geometry.to_numpy(), shapely.box(*frame))]
    else:
        ways = read_pbf(path, bounds=frame, progress=progress)
        source |= {
            "date": read_pbf_header(path)[0] or None,
            "licence": "ODbL 1.0",
            "attribution": "© OpenStreetMap contributors",
        }
    roads = [route for route in catalogue.routes if route.mode == "road"]
    made = background_from_ways(
        ways, (route.ref for route in roads), source, parameters, _ports(catalogue)
    )
    if made.edges.empty:
        raise BadInputError(
            "{path}: expected other roads within the frame of the region", path=path
        )
    return made


def background_from_ways(
    ways: gpd.GeoDataFrame,
    refs: Iterable[str] = (),
    source: dict[str, Any] | None = None,
    parameters: Parameters = DEFAULT_PARAMETERS,
    ports: Spots = (),
) -> Background:
    """
    Return the open roads that hang together: the largest part, and those with a port.

    Roads that the public may not use (`barred_by`) are left out, and so are ways with one of
    `refs`: the catalogue knows since when those are open. Times are those at the posted speed,
    else at that of the class, times the share of it that cars keep. One-way roads count in both
    directions, for travel times are the same both ways.
    """
    known = frozenset[str]().union(*map(split_refs, refs))
    own = {ref: bool(split_refs(ref) & known) for ref in ways["ref"].unique()}
    is_open = ways["highway"].str.removesuffix("_link").isin(MAIN_ROADS) & (barred_by(ways) == "")
    roads = ways[is_open.to_numpy(bool) & ~ways["ref"].map(own).to_numpy(bool)]
    nodes, edges = node_ways(roads)
    speeds = assumed_speeds(roads, parameters)
    posted = edges["osm_id"].map(speeds[~speeds.index.duplicated()])
    minutes = (edges["length_km"] / posted * 60 / parameters.road_factor_posted).to_numpy(float)
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    slow = (edges["class"] != "motorway").to_numpy()
    entry = np.zeros(len(nodes), bool)
    entry[np.append(u[slow], v[slow])] = True
    edges = edges.assign(time_min=minutes)
    return _main_parts(nodes.assign(entry=entry), edges, source or {}, ports)


class Ground:
    """
    The ways over ordinary roads between the points of a region, the same for every mode and day.

    A point is tied to the nearest places on roads by straight lines with the detour and the
    speed of streets: to nodes, and to points along roads of at most `tie_road_km`, for long ones
    are chords that lie beside their road, unless their lines are exact; there a port is tied to
    the quay alone. Ties that cross a river are left out, unless none is left; those that cross a
    coast always. Points within `tie_direct_km` of each other, with no river between, are tied
    directly too: nobody goes round by a main road from a station to the square before it. Two
    ports are not: where both lie at sea, no coast parts them.

    Parameters
    ----------
    roads, points
        The roads, and `lon` and `lat` by id of centres, settlements, interchanges, stations and
        ports.
    parameters, rivers, coasts
        What travel times rest on, and lines in degrees.
    """

    def __init__(
        self,
        roads: Background,
        points: DataFrame,
        parameters: Parameters,
        rivers: Sequence[BaseGeometry] = (),
        coasts: Sequence[BaseGeometry] = (),
    ) -> None:
        self.roads, self.points, self.parameters = roads, points, parameters
        self.rivers, self.coasts = rivers, coasts
        self._found: dict[Any, DataFrame] = {}

    @cached_property
    def _at(self) -> Floats:
        """Where the points are, in degrees."""
        return self.points[["lon", "lat"]].to_numpy(float)

    @cached_property
    def ways(self) -> DataFrame:
        """All ways: `u`, `v`, `time_min`, `length_km`, both ways alike."""
        roads, ties = self.roads, self.ties
        u, v = (roads.edges[key].to_numpy() for key in ("u", "v"))
        names = np.array([f"road:{k}" for k in range(len(roads.nodes))], object)
        on = [
            f"road:{e}:{share:.4f}" for e, share in zip(ties["edge"], ties["share"], strict=True)
        ]
        at_node = ties["node"].to_numpy() >= 0
        ends = np.where(at_node, names[ties["node"].to_numpy()], np.array(on, object))
        ids = self.points.index.to_numpy(object)
        i, j, near = self.near
        minutes, km = street_minutes(np.append(ties["km"], near), self.parameters)
        tied = {
            "u": np.append(ids[ties["point"]], ids[i]),
            "v": np.append(ends, ids[j]),
            "time_min": minutes,
            "length_km": km,
        }
        known = DataFrame(roads.edges[["time_min", "length_km"]]).assign(u=names[u], v=names[v])
        cut = ties[~at_node].drop_duplicates(["edge", "share"]).sort_values(["edge", "share"])
        whole = ~np.isin(np.arange(len(known)), cut["edge"])
        pieces = _pieces(known, cut)
        return pd.concat([known[whole], pieces, DataFrame(tied)], ignore_index=True)[list(tied)]

    @cached_property
    def ties(self) -> DataFrame:
        """Where the points are tied to roads: `point`, `node` or `edge` and `share`, `km`."""
        roads, at, most = self.roads, self._at, int(self.parameters.tie_choices)
        entry = roads.nodes["entry"].to_numpy()
        entries = np.flatnonzero(entry)
        spots = roads.nodes[["lon", "lat"]].to_numpy(float)
        most_near = most * 4 if len(self.coasts) else most  # some may lie across the sea
        found = np.array(nearest(at, spots[entries], most_near), float).reshape(-1, 3)
        i, node = found[:, 0].astype(int), entries[found[:, 1].astype(int)]
        rows = [DataFrame({"point": i, "node": node, "edge": -1, "share": 0.0, "km": found[:, 2],
                           "lon": spots[node, 0], "lat": spots[node, 1]})]  # fmt: skip
        open_road = entry[roads.edges["u"]] & entry[roads.edges["v"]]
        near_enough = (roads.edges["length_km"] <= self.parameters.tie_road_km).to_numpy()
        exact = bool(roads.source.get("exact"))
        short = np.flatnonzero((near_enough | exact) & open_road)
        if len(short) and len(at):
            rows.append(_ties_along(roads.edges.geometry.to_numpy(), short, at))
        ties = pd.concat(rows, ignore_index=True).sort_values(["point", "km"], kind="stable")
        if exact and "port" in self.points:
            at_quay = self.points["port"].to_numpy(bool)[ties["point"]] & (ties["km"] <= QUAY_KM)
            ties = ties[at_quay | ~ties["point"].isin(ties["point"][at_quay])]
        lonlat = ["lon", "lat"]
        ties = ties[~_over_sea(at[ties["point"]], ties[lonlat].to_numpy(float), self.coasts)]
        ties = ties[ties.groupby("point").cumcount() < most]
        wet = _wet(at[ties["point"]], ties[lonlat].to_numpy(float), self.rivers)
        dry = np.bincount(ties["point"][~wet], minlength=len(at)) > 0
        return ties[~wet | ~dry[ties["point"]]].reset_index(drop=True)

    @cached_property
    def near(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """The points near each other on one side of all rivers, as numbers, with their km."""
        at = self._at
        found = np.array(within(at, at, self.parameters.tie_direct_km), float).reshape(-1, 3)
        found = found[found[:, 0] < found[:, 1]]
        i, j = found[:, :2].astype(np.intp).T
        dry = ~_wet(at[i], at[j], self.rivers) & ~_over_sea(at[i], at[j], self.coasts)
        return i[dry], j[dry], found[dry, 2]

    @cached_property
    def short(self) -> DataFrame:
        """The ways, without nodes that no point needs: as long between points, and fewer."""
        known = (self.roads.checksum, self.points, self.parameters, [*self.rivers], [*self.coasts])
        return remembered(
            lambda: condensed(self.ways, self.points.index), "ways over ordinary roads", *known
        )

    def reach(
        self, sources: Sequence[str], targets: Sequence[str], limit: float = np.inf
    ) -> DataFrame:
        """Return the fastest ways from points to points within a limit of minutes (`reach`)."""
        key = tuple(sources), tuple(targets), limit
        if key not in self._found:
            self._found[key] = reach(self.short, sources, targets, limit)
        return self._found[key]

    def from_points(self, others: DataFrame) -> DataFrame:
        """
        Return the fastest ways from other points to each other and to all points.

        Which others are asked for together changes none of them, for nobody passes through one.
        """
        key = tuple(others.itertuples(name=None))  # every mode asks for the same
        if key not in self._found:
            everyone = pd.concat([self.points, others.assign(port=False)])
            wider = Ground(self.roads, everyone, self.parameters, self.rivers, self.coasts)
            self._found[key] = wider.reach(others.index.tolist(), everyone.index.tolist())
        return self._found[key]


def ground_of(
    catalogue: Catalogue, parameters: Parameters, background: Background | None = None
) -> Ground | None:
    """
    Return the ground of a region: ordinary main roads, and its points on them.

    Parameters
    ----------
    catalogue, parameters
        The catalogue, whose region names the file of its roads, and what travel times rest on.
    background
        Other roads than those of the region (`read_background`).

    Returns
    -------
    ground
        None where the region has no roads of its own, or none with lengths, and no others are
        given. Made once for the same roads, points and parameters.
    """
    roads = background or embedded_roads(catalogue, parameters)
    if roads is None:
        return None
    rivers = BaseFile.of(catalogue, "rivers") if catalogue.region.base.rivers else None
    return _ground_of(roads, ground_points(catalogue), parameters, rivers)


@lru_cache(maxsize=4)
def _ground_of(
    roads: Background,
    points: tuple[tuple[str, float, float, bool], ...],
    parameters: Parameters,
    rivers: BaseFile | None,
) -> Ground:
    frame = DataFrame(points, columns=["id", "lon", "lat", "port"]).set_index("id")
    return Ground(roads, frame, parameters, *(_waters(rivers) if rivers else ()))


def _waters(file: BaseFile) -> tuple[tuple[BaseGeometry, ...], tuple[BaseGeometry, ...]]:
    """Return the rivers of a region, and its coasts."""
    frame = file.read()
    coast = (frame["kind"] == COAST) if "kind" in frame else Series(data=False, index=frame.index)
    return tuple(frame.geometry[~coast]), tuple(frame.geometry[coast])


def ground_points(catalogue: Catalogue) -> tuple[tuple[str, float, float, bool], ...]:
    """Return the nodes of centres, settlements and places: where, and whether it is a port."""
    people = map(end_of, (*catalogue.centres, *catalogue.settlements))
    rows = {end.node: (end.lon, end.lat) for end in people}
    rows |= {
        place.place_id: (place.lon, place.lat)
        for place in catalogue.places
        if place.kind not in ("border", "tunnel", "bridge")
    }
    ports = {place.place_id for place in catalogue.places if place.kind == "port"}
    return tuple(
        (name, float(lon), float(lat), name in ports) for name, (lon, lat) in rows.items()
    )


def embedded_roads(catalogue: Catalogue, parameters: Parameters) -> Background | None:
    """
    Return the ordinary main roads that come with a region.

    They are undated and stand for all years. Their shapes are simplified, so that a road is
    longer than its stored length: `road_bend` times, in towns `town_bend` times, unless the file
    says that lengths are `exact`, as those of a drafted region are. Towns, where it
    takes longer, lie around the seats of zones and the centres of cities, larger around a core.
    """
    name = catalogue.region.context.roads
    if not name or not (catalogue.folder / name).is_file():
        return None
    ports = _ports(catalogue)
    return _embedded(
        BaseFile.of(catalogue, "roads"), _towns(catalogue, parameters), parameters, ports
    )


def _ports(catalogue: Catalogue) -> Spots:
    """Return where the ports are: ships go there from other roads."""
    return tuple((place.lon, place.lat) for place in catalogue.places if place.kind == "port")


@lru_cache(maxsize=4)
def _embedded(
    file: BaseFile, towns: Towns, parameters: Parameters, ports: Spots
) -> Background | None:
    make = partial(_timed_roads, file, towns, parameters, ports)
    known = file_checksum(file.path), file.path.name, towns, parameters, ports
    return remembered(make, "ordinary roads", *known)


def _timed_roads(
    file: BaseFile, towns: Towns, parameters: Parameters, ports: Spots
) -> Background | None:
    """Return roads with their times in towns and outside."""
    frame, name = file.read(), file.catalogue.region.context.roads
    if frame.empty or "length_km" not in frame:
        return None
    vintage = str(frame["vintage"].iloc[0]) if "vintage" in frame else ""
    lines = shapely.get_parts(frame.geometry.to_numpy())
    try:
        km = np.array(" ".join(map(str, frame["length_km"])).split(), float)
    except ValueError:
        km = np.zeros(0)
    if len(km) != len(lines) or not (km >= 0).all():
        raise BadInputError(
            "{file}: expected in length_km a number for each of {lines} lines",
            file=name,
            lines=len(lines),
        )
    nodes, edges = noded_graph(gpd.GeoDataFrame(geometry=lines, crs=CRS))
    inside = _town_share(edges.geometry.to_numpy(), towns)
    exact = "exact" in frame and bool(frame["exact"].iloc[0])
    bends = (1.0, 1.0) if exact else (parameters.town_bend, parameters.road_bend)
    town, country = km * inside * bends[0], km * (1 - inside) * bends[1]
    hours = town / parameters.town_kmh + country / parameters.country_kmh
    edges = edges.assign(time_min=60 * hours, length_km=town + country)
    nodes = nodes.rename(columns={"x": "lon", "y": "lat"}).assign(entry=True)
    source = {
        "file": Path(name).name,
        "date": None,
        "vintage": vintage,
        "licence": "ODbL 1.0",
        "attribution": "© OpenStreetMap contributors",
    } | ({"exact": True} if exact else {})
    return _main_parts(nodes, edges, source, ports)


def _towns(catalogue: Catalogue, parameters: Parameters) -> Towns:
    """Return the seats of zones and the centres of cities; a larger city reaches farther."""
    p = parameters
    zones = [(zone.lon, zone.lat, p.town_km) for zone in catalogue.zones]
    cities = [
        (city.lon, city.lat, getattr(p, f"{p.rank(city.population)}_km"))
        for city in catalogue.cities
    ]
    return (*zones, *cities)


def _town_share(lines: NDArray[np.object_], towns: Towns) -> NDArray[np.float64]:
    """Return the share of every line that lies in towns, by its pieces of about a kilometre."""
    fine = shapely.segmentize(lines, 0.01)
    points, line = shapely.get_coordinates(fine, return_index=True)
    same = line[1:] == line[:-1]
    middle, owner = ((points[1:] + points[:-1]) / 2)[same], line[1:][same]
    length = np.hypot(*(points[1:] - points[:-1])[same].T)
    inside = np.zeros(len(middle), bool)
    for lon, lat, radius in towns:
        near = np.flatnonzero(np.abs(middle[:, 1] - lat) <= radius / KM_PER_DEGREE)
        inside[near] |= geodesic_km([lon, lat], middle[near]) <= radius
    whole = np.bincount(owner, length, len(lines))
    return np.bincount(owner, length * inside, len(lines)) / np.maximum(whole, 1e-12)


def _main_parts(
    nodes: DataFrame, edges: gpd.GeoDataFrame, source: dict[str, Any], ports: Spots
) -> Background:
    """Return of the parts of roads that no road joins the largest, and those with a port."""
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    links = coo_array((np.ones(len(u)), (u, v)), shape=(len(nodes), len(nodes)))
    part = connected_components(links, directed=False)[1] if len(nodes) else np.zeros(0, int)
    chosen = {int(np.bincount(part, minlength=1).argmax())}
    near = within(np.array(ports), nodes[["lon", "lat"]].to_numpy(float), QUAY_KM) if ports else ()
    nearest_node = {i: node for i, node, _ in sorted(near, key=lambda found: -found[2])}
    chosen |= {int(part[node]) for node in nearest_node.values()}
    kept = np.isin(part, [*chosen])
    number = np.cumsum(kept) - 1
    edges = edges.assign(u=number[u], v=number[v])
    edges = edges.loc[kept[u], ["u", "v", "length_km", "time_min", "geometry"]]
    km = round(float(edges["length_km"].sum()), 1)
    nodes, edges = nodes[kept].reset_index(drop=True), edges.reset_index(drop=True)
    return Background(nodes, edges, source | {"km": km})


def _ties_along(lines: NDArray[np.object_], short: NDArray[np.intp], at: Floats) -> DataFrame:
    """Return ties of points to places along some of the roads, but near their ends."""
    spot = np.asarray(shapely.points(at))
    i, e = shapely.STRtree(lines[short]).query(spot, predicate="dwithin", distance=NEAR_DEGREES)
    share = np.round(shapely.line_locate_point(lines[short[e]], spot[i], normalized=True), 4)
    inner = (share > 0.02) & (share < 0.98)
    i, edge, share = i[inner], short[e[inner]], share[inner]
    on = shapely.line_interpolate_point(lines[edge], share, normalized=True)
    on = shapely.get_coordinates(on)
    return DataFrame({"point": i, "node": -1, "edge": edge, "share": share,
                      "km": geodesic_km(at[i], on), "lon": on[:, 0], "lat": on[:, 1]})  # fmt: skip


def _wet(a: Floats, b: Floats, rivers: Sequence[BaseGeometry]) -> NDArray[np.bool_]:
    """Tell which straight lines from a to b cross a river."""
    wet = np.zeros(len(a), bool)
    if len(rivers) and len(a):
        lines = shapely.linestrings(np.stack([a, b], axis=1))
        tree = shapely.STRtree(list(rivers))
        wet[tree.query(lines, predicate="intersects")[0]] = True
    return wet


def _over_sea(a: Floats, b: Floats, coasts: Sequence[BaseGeometry]) -> NDArray[np.bool_]:
    """Tell which straight lines from a to b cross a coast, their ends at the shore aside."""
    if not len(coasts) or not len(a):
        return np.zeros(len(a), bool)
    km = np.maximum(geodesic_km(a, b), 1e-9)[:, None]
    inner = (b - a) * np.minimum(SHORE_KM / km, 0.4)
    return _wet(a + inner, b - inner, coasts)


def _pieces(known: DataFrame, cut: DataFrame) -> DataFrame:
    """Return the pieces of the roads that ties cut."""
    rows = list[tuple[str, str, float, float]]()
    whole = known.loc[cut["edge"].unique()]
    for (e, group), (u, v, minutes, km) in zip(
        cut.groupby("edge", sort=True)["share"],
        zip(*(whole[key] for key in ("u", "v", "time_min", "length_km")), strict=True),
        strict=True,
    ):
        shares = [0.0, *group, 1.0]
        nodes = [u, *(f"road:{e}:{share:.4f}" for share in group), v]
        for k, part in enumerate(np.diff(shares).tolist()):
            rows.append((nodes[k], nodes[k + 1], minutes * part, km * part))
    return DataFrame(rows, columns=["u", "v", "time_min", "length_km"])


def condensed(ways: DataFrame, keep: Iterable[str]) -> DataFrame:
    """
    Leave out nodes of ways without changing how long it takes between those that are kept.

    What led over a node that goes joins its neighbours directly, where no way over another such
    node is as fast (elimination, as in solving sparse equations; contraction, as in hierarchies).
    A node goes where that makes no more ways than led to it. Of parallel ways the fastest stays.
    """
    web = _Web(ways, keep)
    waiting = [(len(ends), node) for node, ends in web.around.items() if node not in web.stays]
    heapify(waiting)
    while waiting:
        count, node = heappop(waiting)
        if count == len(web.around.get(node, ())) <= MOST_NEIGHBOURS:  # else changed, or stays
            for end in web.take_out(node) - web.stays:
                heappush(waiting, (len(web.around[end]), end))
    around = web.around
    for u in sorted(around):
        for v, way in sorted(around[u].items()):
            if u < v and web.leads_round(u, v, way[0]):
                del around[u][v], around[v][u]
    rows = [(u, v, *way) for u in sorted(around) for v, way in sorted(around[u].items()) if u < v]
    return DataFrame(rows, columns=["u", "v", "time_min", "length_km"])


class _Web:
    """Ways by their ends: minutes and km; some nodes stay, others can be taken out."""

    def __init__(self, ways: DataFrame, stays: Iterable[str]) -> None:
        self.around: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
        self.stays = set(stays)
        columns = (ways[key].tolist() for key in ("u", "v", "time_min", "length_km"))
        for u, v, minutes, km in zip(*columns, strict=True):
            self.join(u, v, (minutes, km))

    def join(self, u: str, v: str, way: tuple[float, float]) -> None:
        """Join two nodes, where no faster way does."""
        if u != v and way < self.around[u].get(v, (np.inf, 0.0)):
            self.around[u][v] = self.around[v][u] = way

    def leads_round(self, u: str, v: str, minutes: float, without: str = "") -> bool:
        """Tell whether a way over one other node that may go is as fast."""
        few, many = sorted((self.around[u], self.around[v]), key=len)
        return any(
            x in many and way[0] + many[x][0] <= minutes and x != without and x not in self.stays
            for x, way in few.items()
        )

    def take_out(self, node: str) -> set[str]:
        """Take out a node, if that makes no more ways than led to it; return its neighbours."""
        ends, needed = self.around[node], list[tuple[str, str, tuple[float, float]]]()
        for (a, one), (b, other) in combinations(ends.items(), 2):
            if not self.leads_round(a, b, one[0] + other[0], without=node):
                needed.append((a, b, (one[0] + other[0], one[1] + other[1])))
        if sum(b not in self.around[a] for a, b, _ in needed) > len(ends):
            return set()
        del self.around[node]
        for end in ends:
            del self.around[end][node]
        for a, b, way in needed:
            self.join(a, b, way)
        return set(ends)


def reach(
    ways: DataFrame, sources: Sequence[str], targets: Sequence[str], limit: float = np.inf
) -> DataFrame:
    """
    Return the fastest ways over ordinary roads from points to points.

    Nobody passes through a third point: it lies beside the road. So no way depends on which
    other points there are.
    """
    count, asked = len(ways), [*sources, *targets]
    codes, names = pd.factorize(np.array([*ways["u"], *ways["v"], *asked], object))
    n = len(names)
    u, v, start, end = np.split(codes, np.cumsum([count, count, len(sources)]))
    # a point has a second node, where ways to it end and none goes on
    is_point = np.array([not name.startswith("road:") for name in names], bool)
    tail, head = np.concatenate([u, v, start]), np.concatenate([v, u, start])
    head = head + n * is_point[head]
    minutes, km = (
        np.concatenate([ways[key], ways[key], np.zeros(len(start))]).astype(float)
        for key in ("time_min", "length_km")
    )
    pairs = tail * 2 * n + head
    order = np.lexsort((minutes, pairs))
    pairs, first = np.unique(pairs[order], return_index=True)  # the fastest of parallel ways
    minutes, km = minutes[order][first], km[order][first]
    graph = csr_array((minutes, np.divmod(pairs, 2 * n)), shape=(2 * n, 2 * n))
    found, before = dijkstra(graph, indices=start, limit=limit, return_predecessors=True)
    i, j = np.nonzero(np.isfinite(found[:, end + n]))
    at = end[j] + n
    reached, length = _lengths(found, before, pairs, km)
    total = length[np.searchsorted(reached, i * 2 * n + at)]
    return DataFrame({"u": np.array(sources, object)[i], "v": np.array(targets, object)[j],
                      "time_min": found[i, at], "length_km": total})  # fmt: skip


def _lengths(
    found: Floats, before: NDArray[np.int32], pairs: NDArray[np.int64], km: Floats
) -> tuple[NDArray[np.intp], Floats]:
    """
    Return which nodes were found from which source, and the lengths of the ways there.

    `pairs` are the two nodes of every arc, as one number, `km` their lengths.
    """
    size = found.shape[1]
    reached = np.flatnonzero(np.isfinite(found))
    node, previous = reached % size, before.ravel()[reached].astype(np.int64)
    further = previous >= 0
    length = np.zeros(len(reached))
    length[further] = km[np.searchsorted(pairs, previous[further] * size + node[further])]
    up = np.arange(len(reached))
    up[further] = np.searchsorted(reached, (reached - node + previous)[further])
    # every round looks back twice as far, to the source in the end
    while ((farther := up[up]) != up).any():
        length += length[up]
        up = farther
    return reached, length
