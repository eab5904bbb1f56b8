"""Ordinary main roads: they lie under every trip, beside the routes of the catalogue."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

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
from geo.core import BadInputError
from geo.geometry import (
    geodesic_km,
    line_lengths_km,
    nearest,
    noded_graph,
    split_at_shared_points,
)
from geo.layers import CRS
from geo.network.parameters import DEFAULT_PARAMETERS, Parameters
from geo.network.speeds import street_minutes
from geo.readers import (
    MAIN_ROADS,
    class_of,
    posted_speed,
    read_pbf,
    read_pbf_header,
    split_refs,
)

Floats = NDArray[np.float64]
#: Longitude, latitude and radius in km of every town.
Towns = tuple[tuple[float, float, float], ...]
#: No degree of latitude is shorter, in km.
KM_PER_DEGREE = 110.5
#: Roads farther from a point are no place to tie it to, in degrees.
NEAR_DEGREES = 0.06
#: A node with so many neighbours can go without more ways than before.
MOST_NEIGHBOURS = 3


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


class Background(NamedTuple):
    """
    Roads beside those of the catalogue, as they are on the day of their source.

    Parameters
    ----------
    nodes
        `lon` and `lat` of every node, numbered from 0, and `entry`: whether travellers enter
        there. Between its slip roads nobody enters a motorway.
    edges
        LineStrings with `u`, `v` (nodes), `length_km` and `time_min` of a trip.
    source
        `file`, `date` (None where it is unknown), `licence`, `attribution` and `km`.
    """

    nodes: DataFrame
    edges: gpd.GeoDataFrame
    source: dict[str, Any]


def read_background(
    path: Path | str,
    catalogue: Catalogue,
    *,
    parameters: Parameters = DEFAULT_PARAMETERS,
    progress: Callable[[str], None] = lambda _: None,
) -> Background:
    """
    Read the other roads of a region out of an OpenStreetMap extract (``.osm.pbf``).

    Parameters
    ----------
    path
        The extract.
    catalogue
        Roads outside of its frame, or with the number of one of its routes, are left out.
    parameters
        What travel times rest on.
    progress
        Called with a line of text now and then.

    Returns
    -------
    background
        The roads.

    Raises
    ------
    BadInputError
        When the file cannot be read or has no such road, or pyosmium is not installed.
    """
    ways = read_pbf(path, bounds=catalogue.region.frame, progress=progress)
    source = {
        "file": Path(path).name,
        "date": read_pbf_header(path)[0] or None,
        "licence": "ODbL 1.0",
        "attribution": "© OpenStreetMap contributors",
    }
    roads = [route for route in catalogue.routes if route.mode == "road"]
    made = background_from_ways(ways, (route.ref for route in roads), source, parameters)
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
) -> Background:
    """
    Return the open roads that hang together; of parts that no road joins the largest stays.

    Ways with one of `refs` are left out: the catalogue knows since when those are open. Times
    are those at the posted speed, else at that of the class, times the share of it that cars
    keep. One-way roads count in both directions, for travel times are the same both ways.
    """
    known = frozenset[str]().union(*map(split_refs, refs))
    own = {ref: bool(split_refs(ref) & known) for ref in ways["ref"].unique()}
    is_open = ways["highway"].str.removesuffix("_link").isin(MAIN_ROADS)
    roads = ways[is_open.to_numpy(bool) & ~ways["ref"].map(own).to_numpy(bool)]
    nodes, edges = node_ways(roads)
    speeds = assumed_speeds(roads, parameters)
    posted = edges["osm_id"].map(speeds[~speeds.index.duplicated()])
    minutes = (edges["length_km"] / posted * 60 / parameters.road_factor_slow).to_numpy(float)
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    slow = (edges["class"] != "motorway").to_numpy()
    entry = np.zeros(len(nodes), bool)
    entry[np.append(u[slow], v[slow])] = True
    edges = edges.assign(time_min=minutes)
    return _largest_part(nodes.assign(entry=entry), edges, source or {})


def expect_roads(mode: str) -> None:
    """
    Raise BadInputError when a mode of travel (road, rail, water or any) uses no roads.

    Parameters
    ----------
    mode
        The mode.
    """
    if mode not in ("road", "any"):
        raise BadInputError(
            "--background: expected with --mode road or any, got {mode}", mode=mode
        )


class Ground:
    """
    The ways over ordinary roads between the points of a region, the same for every mode and day.

    Parameters
    ----------
    roads
        The roads.
    points
        `lon` and `lat` by id: of centres, interchanges, stations and ports.
    parameters, rivers
        As in `street_ways`.
    """

    def __init__(
        self,
        roads: Background,
        points: DataFrame,
        parameters: Parameters,
        rivers: Sequence[BaseGeometry] = (),
    ) -> None:
        self.roads, self.points = roads, points
        self.parameters, self.rivers = parameters, rivers
        self._found: dict[Any, DataFrame] = {}

    @cached_property
    def ways(self) -> DataFrame:
        """All ways: `u`, `v`, `time_min`, `length_km`, both ways alike."""
        return street_ways(self.roads, self.points, self.parameters, self.rivers)

    @cached_property
    def short(self) -> DataFrame:
        """The ways, without nodes that no point needs: as long between points, and fewer."""
        return condensed(self.ways, self.points.index)

    def reach(self, sources: Sequence[str], targets: Sequence[str], limit: float) -> DataFrame:
        """Return the fastest ways from points to points within a limit of minutes."""
        key = tuple(sources), tuple(targets), limit
        if key not in self._found:
            self._found[key] = reach(self.short, list(sources), list(targets), limit)
        return self._found[key]

    def from_points(self, others: DataFrame) -> DataFrame:
        """Return the fastest ways from other points to each other and to all points."""
        ids = others.index.tolist()
        everyone = pd.concat([self.points, others])
        ways = street_ways(self.roads, everyone, self.parameters, self.rivers)
        return reach(ways, ids, [*self.points.index, *ids], np.inf)


def ground_of(catalogue: Catalogue, parameters: Parameters) -> Ground | None:
    """
    Return the ground of a region: the ordinary main roads that come with it.

    They are undated and stand for all years; their shapes are simplified, their lengths stored
    and multiplied by `road_bend`. A road takes longer in towns: near the seats of zones, near
    the centres of cities, and farther around a core.

    Parameters
    ----------
    catalogue
        The catalogue; its region names the file (`context.roads`).
    parameters
        Speeds in towns and outside, and how far towns reach.

    Returns
    -------
    ground
        None where the region has no such file, or one without lengths.
    """
    name, rivers = catalogue.region.context.roads, catalogue.region.base.rivers
    path = catalogue.folder / name
    if not name or not path.is_file():
        return None
    rows = tuple(ground_points(catalogue).itertuples(name=None))
    files = (path, catalogue.folder / rivers if rivers else None)
    changed = tuple(file.stat().st_mtime_ns if file else 0 for file in files)
    return _ground_of(files, changed, rows, _towns(catalogue, parameters), parameters)


def ground_points(catalogue: Catalogue) -> DataFrame:
    """Return `lon` and `lat` of centres and places, by the names of their nodes."""
    rows = {f"city:{city.city_id}": (city.lon, city.lat) for city in catalogue.centres}
    rows |= {
        place.place_id: (place.lon, place.lat)
        for place in catalogue.places
        if place.kind not in ("border", "tunnel", "bridge")
    }
    return DataFrame.from_dict(rows, orient="index", columns=["lon", "lat"], dtype=float)


@lru_cache(maxsize=4)
def _ground_of(
    files: tuple[Path, Path | None],
    _changed: tuple[int, ...],
    points: tuple[tuple[str, float, float], ...],
    towns: Towns,
    parameters: Parameters,
) -> Ground | None:
    """Read the files once for every set of points, towns and parameters."""
    roads = embedded_roads(files[0], towns, parameters)
    if roads is None:
        return None
    frame = DataFrame(points, columns=["id", "lon", "lat"]).set_index("id")
    rivers = shapely.from_geojson(files[1].read_text("utf-8")) if files[1] else None
    lines = [] if rivers is None else list(shapely.get_parts(rivers))
    return Ground(roads, frame, parameters, lines)


def embedded_roads(path: Path, towns: Towns, parameters: Parameters) -> Background | None:
    """Read the ordinary roads that come with a region; None where they have no lengths."""
    feature = json.loads(path.read_text("utf-8"))["features"][0]
    about = feature["properties"]
    if "length_km" not in about:
        return None
    lines = [shapely.LineString(points) for points in feature["geometry"]["coordinates"]]
    km = np.array(about["length_km"].split(), float)
    nodes, edges = noded_graph(gpd.GeoDataFrame({"length_km": km}, geometry=lines, crs=CRS))
    inside = _town_share(edges.geometry.to_numpy(), towns)
    town = edges["length_km"] * inside * parameters.town_bend
    country = edges["length_km"] * (1 - inside) * parameters.road_bend
    hours = town / parameters.town_kmh + country / parameters.country_kmh
    edges = edges.assign(time_min=60 * hours, length_km=town + country)
    nodes = nodes.rename(columns={"x": "lon", "y": "lat"}).assign(entry=True)
    source = {
        "file": path.name, "date": None, "vintage": about.get("vintage", ""),
        "licence": "ODbL 1.0", "attribution": "© OpenStreetMap contributors",
    }  # fmt: skip
    return _largest_part(nodes, edges, source)


def _towns(catalogue: Catalogue, parameters: Parameters) -> Towns:
    p = parameters
    towns = [(zone.lon, zone.lat, p.town_km) for zone in catalogue.zones]
    for city in catalogue.cities:
        core, large = city.population >= p.core_people, city.population >= p.city_people
        radius = p.core_km if core else p.city_km if large else p.town_km
        towns.append((city.lon, city.lat, radius))
    return tuple(towns)


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


def _largest_part(nodes: DataFrame, edges: gpd.GeoDataFrame, source: dict[str, Any]) -> Background:
    """Return the roads that hang together: of parts that no road joins the largest."""
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    links = coo_array((np.ones(len(u)), (u, v)), shape=(len(nodes), len(nodes)))
    part = connected_components(links, directed=False)[1] if len(nodes) else np.zeros(0, int)
    kept = part == np.bincount(part, minlength=1).argmax()
    number = np.cumsum(kept) - 1
    edges = edges.assign(u=number[u], v=number[v])
    edges = edges.loc[kept[u], ["u", "v", "length_km", "time_min", "geometry"]]
    km = round(float(edges["length_km"].sum()), 1)
    nodes, edges = nodes[kept].reset_index(drop=True), edges.reset_index(drop=True)
    return Background(nodes, edges, source | {"km": km})


def street_ways(
    roads: Background,
    points: DataFrame,
    parameters: Parameters,
    rivers: Sequence[BaseGeometry] = (),
) -> DataFrame:
    """
    Return the ways over ordinary roads, with the ties of points to them.

    A point is tied to the nearest places on roads by straight lines with the detour and the
    speed of streets: to nodes, and to points along roads of at most `tie_road_km`, for long ones
    are chords that lie beside their road. Ties that cross a river are left out, unless none is
    left.

    Parameters
    ----------
    roads
        The roads.
    points
        `lon` and `lat` by id.
    parameters
        `tie_choices`, `tie_road_km`, `access_detour` and `access_speed`.
    rivers
        Lines in WGS-84.

    Returns
    -------
    ways
        `u`, `v`, `time_min`, `length_km`, both ways alike: ``road:`` nodes, and ids of points.
    """
    ties = _ties(roads, points, parameters, rivers)
    u, v = (roads.edges[key].to_numpy() for key in ("u", "v"))
    names = np.array([f"road:{k}" for k in range(len(roads.nodes))], object)
    on = [f"road:{e}:{share:.4f}" for e, share in zip(ties["edge"], ties["share"], strict=True)]
    at_node = ties["node"].to_numpy() >= 0
    ends = np.where(at_node, names[ties["node"].to_numpy()], np.array(on, object))
    minutes, km = street_minutes(ties["km"].to_numpy(), parameters)
    tied = {"u": points.index.to_numpy(object)[ties["point"]], "v": ends,
            "time_min": minutes, "length_km": km}  # fmt: skip
    known = DataFrame(roads.edges[["time_min", "length_km"]]).assign(u=names[u], v=names[v])
    cut = ties[~at_node].drop_duplicates(["edge", "share"]).sort_values(["edge", "share"])
    whole = ~np.isin(np.arange(len(known)), cut["edge"])
    pieces = _pieces(known, cut)
    return pd.concat([known[whole], pieces, DataFrame(tied)], ignore_index=True)[list(tied)]


def _ties(
    roads: Background, points: DataFrame, parameters: Parameters, rivers: Sequence[BaseGeometry]
) -> DataFrame:
    """Return the nearest places on roads: `point`, `node` or `edge` and `share` of it, `km`."""
    at, most = points[["lon", "lat"]].to_numpy(float), int(parameters.tie_choices)
    entries = np.flatnonzero(roads.nodes["entry"])
    spots = roads.nodes[["lon", "lat"]].to_numpy(float)
    found = np.array(nearest(at, spots[entries], most)).reshape(-1, 3)
    i, node = found[:, 0].astype(int), entries[found[:, 1].astype(int)]
    rows = [DataFrame({"point": i, "node": node, "edge": -1, "share": 0.0, "km": found[:, 2],
                       "lon": spots[node, 0], "lat": spots[node, 1]})]  # fmt: skip
    ends_open = roads.nodes["entry"].to_numpy()
    open_road = ends_open[roads.edges["u"]] & ends_open[roads.edges["v"]]
    short = np.flatnonzero((roads.edges["length_km"] <= parameters.tie_road_km) & open_road)
    if len(short) and len(at):
        lines = roads.edges.geometry.to_numpy()[short]
        spot = np.asarray(shapely.points(at))
        i, e = shapely.STRtree(lines).query(spot, predicate="dwithin", distance=NEAR_DEGREES)
        share = np.round(shapely.line_locate_point(lines[e], spot[i], normalized=True), 4)
        inner = (share > 0.02) & (share < 0.98)
        i, e, share = i[inner], e[inner], share[inner]
        on = shapely.line_interpolate_point(lines[e], share, normalized=True)
        on = shapely.get_coordinates(on)
        km = geodesic_km(at[i], on) if len(i) else np.zeros(0)
        rows.append(DataFrame({"point": i, "node": -1, "edge": short[e], "share": share, "km": km,
                               "lon": on[:, 0], "lat": on[:, 1]}))  # fmt: skip
    ties = pd.concat(rows, ignore_index=True).sort_values(["point", "km"], kind="stable")
    ties = ties[ties.groupby("point").cumcount() < most]
    wet = _wet(at[ties["point"]], ties[["lon", "lat"]].to_numpy(float), rivers)
    dry = np.bincount(ties["point"][~wet], minlength=len(at)) > 0
    return ties[~wet | ~dry[ties["point"]]].reset_index(drop=True)


def _wet(a: Floats, b: Floats, rivers: Sequence[BaseGeometry]) -> NDArray[np.bool_]:
    """Tell which straight lines from a to b cross a river."""
    wet = np.zeros(len(a), bool)
    if len(rivers) and len(a):
        lines = shapely.linestrings(np.stack([a, b], axis=1))
        wet[np.unique(shapely.STRtree(list(rivers)).query(lines, predicate="intersects")[0])] = (
            True
        )
    return wet


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

    A node with at most three neighbours goes: what led over it joins its neighbours directly,
    which never makes more ways of fewer (elimination, as in solving sparse equations). Of
    parallel ways the fastest stays.

    Parameters
    ----------
    ways
        `u`, `v`, `time_min` and `length_km`, both ways alike.
    keep
        Nodes that stay.

    Returns
    -------
    ways
        The same columns.

    Examples
    --------
    >>> minutes = {"time_min": [2.0, 3], "length_km": 1.0}
    >>> ways = pd.DataFrame({"u": ["a", "x"], "v": ["x", "b"], **minutes})
    >>> condensed(ways, ["a", "b"]).to_numpy().tolist()
    [['a', 'b', 5.0, 2.0]]
    """
    around: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    columns = (ways[key].tolist() for key in ("u", "v", "time_min", "length_km"))

    def join(u: str, v: str, way: tuple[float, float]) -> None:
        if u != v and way < around[u].get(v, (np.inf, 0.0)):
            around[u][v] = around[v][u] = way

    for u, v, minutes, km in zip(*columns, strict=True):
        join(u, v, (minutes, km))
    stays = set(keep)
    waiting = sorted(set(around) - stays)
    while waiting:
        node = waiting.pop()
        if node in around and len(around[node]) <= MOST_NEIGHBOURS:
            ends = around.pop(node)
            for end in ends:
                del around[end][node]
            for (a, one), (b, other) in combinations(ends.items(), 2):
                join(a, b, (one[0] + other[0], one[1] + other[1]))
            waiting += sorted(set(ends) - stays)
    rows = [(u, v, *way) for u in sorted(around) for v, way in sorted(around[u].items()) if u < v]
    return DataFrame(rows, columns=["u", "v", "time_min", "length_km"])


def reach(ways: DataFrame, sources: list[str], targets: list[str], limit: float) -> DataFrame:
    """
    Return the fastest ways on the ground from sources to targets within a limit of minutes.

    `u`, `v`, `time_min` and `length_km`, one row for every pair.
    """
    codes, names = pd.factorize(np.array([*ways["u"], *ways["v"], *sources, *targets], object))
    n, count = len(names), len(ways)
    tail, head = codes[:count], codes[count : 2 * count]
    start = codes[2 * count : 2 * count + len(sources)]
    end = codes[2 * count + len(sources) :]
    minutes, km = ways["time_min"].to_numpy(float), ways["length_km"].to_numpy(float)
    order = np.lexsort((minutes, np.maximum(tail, head), np.minimum(tail, head)))
    low, high = np.minimum(tail, head)[order], np.maximum(tail, head)[order]
    first = np.append(True, (np.diff(low) != 0) | (np.diff(high) != 0))[: len(order)]
    low, high, minutes, km = low[first], high[first], minutes[order][first], km[order][first]
    graph = csr_array((minutes, (low, high)), shape=(n, n))
    found, before = dijkstra(
        graph, directed=False, indices=start, limit=limit, return_predecessors=True
    )
    # the length of a way is summed along the tree, in the order of arrival
    length = {(a, b): d for a, b, d in zip(low.tolist(), high.tolist(), km.tolist(), strict=True)}
    rows = []
    for i, source in enumerate(sources):
        near = np.flatnonzero(np.isfinite(found[i]))
        total = np.zeros(n)
        for node in near[np.argsort(found[i, near], kind="stable")].tolist():
            last = int(before[i, node])
            if last >= 0:
                total[node] = total[last] + length[min(last, node), max(last, node)]
        for target, node in zip(targets, end.tolist(), strict=True):
            if np.isfinite(found[i, node]):
                rows.append((source, target, float(found[i, node]), float(total[node])))
    return DataFrame(rows, columns=["u", "v", "time_min", "length_km"])
