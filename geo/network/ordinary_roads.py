"""The other main roads of a region, to travel on beside the routes of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas import DataFrame, Series
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.catalogue import Catalogue, City
from geo.core import BadInputError
from geo.geometry import Noded, contract, geod, nearest, within
from geo.network.network import Network
from geo.network.parameters import CONSTANTS
from geo.network.speeds import street
from geo.readers import (
    MAIN_ROADS,
    class_of,
    directions,
    header,
    posted_speed,
    read_pbf,
    split_refs,
)

CRS = "EPSG:4326"
#: Steps per degree of an OpenStreetMap coordinate.
STEPS = 10_000_000
#: Speed in km/h taken for a class without a posted limit; an estimate for open country.
SPEEDS = {name: CONSTANTS[f"background_{name}"].value for name in MAIN_ROADS} | {"rail": 80.0}
LINK_SPEED = CONSTANTS["background_link"].value


def speed_of(ways: DataFrame) -> Series[float]:
    """
    Return a speed for every way.

    Parameters
    ----------
    ways
        Ways with `maxspeed` and their class.

    Returns
    -------
    speeds
        km/h: the posted limit where it is a number, else the estimate of the class.

    Examples
    --------
    >>> import pandas as pd
    >>> ways = pd.DataFrame({"highway": ["motorway"], "maxspeed": ["100"]})
    >>> speed_of(ways.assign(railway=None, construction=None, proposed=None)).tolist()
    [100.0]

    """
    kind = class_of(ways)
    guess = kind.str.removesuffix("_link").map(SPEEDS).fillna(SPEEDS["secondary"])
    guess = guess.where(~kind.str.endswith("_link"), LINK_SPEED)
    return posted_speed(ways).fillna(guess)


def noded(ways: gpd.GeoDataFrame) -> tuple[DataFrame, gpd.GeoDataFrame]:
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
        `length_km` (geodesic), `forward` and `backward` (whether traffic may go that way) and
        `time_min` at the posted speed, else at that of :data:`SPEEDS`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> from geo.readers.overpass import ways_of
    >>> lines = [LineString([(104, 30), (104, 31), (104, 32)]), LineString([(104, 31), (105, 31)])]
    >>> ways = gpd.GeoDataFrame({"highway": ["primary", "secondary"]}, geometry=lines)
    >>> nodes, edges = noded(ways_of(ways))
    >>> len(nodes), edges["length_km"].round().tolist()
    (4, [111.0, 111.0, 96.0])

    """
    points, line = shapely.get_coordinates(ways.geometry.to_numpy(), return_index=True)
    spot = _spots(points)
    moved = np.ones(len(spot), bool)  # a point twice in a row is one point
    moved[1:] = (np.diff(spot) != 0) | (np.diff(line) != 0)
    points, line, spot = points[moved], line[moved], spot[moved]
    first = np.append(True, line[1:] != line[:-1]) if len(line) else np.zeros(0, bool)
    last = np.append(first[1:], True) if len(line) else first
    cut = first | last | (np.bincount(spot, minlength=1)[spot] > 1 if len(spot) else first)
    piece = np.cumsum(cut)  # every leg belongs to the cut before it
    legs = np.flatnonzero(~last)
    number = np.unique(piece[legs], return_inverse=True)[1]
    starts = np.flatnonzero(np.append(True, np.diff(number) > 0)) if len(legs) else legs
    begin = legs[starts]
    end = np.append(legs[starts[1:] - 1], legs[-1:])[: len(begin)] + 1 if len(legs) else legs
    used, ends = np.unique(np.concatenate([spot[begin], spot[end]]), return_inverse=True)
    place = np.zeros(len(used), int)
    place[ends] = np.concatenate([begin, end])
    nodes = pd.DataFrame(points[place].reshape(-1, 2), columns=["lon", "lat"])
    metres = np.zeros(0)
    if len(legs):
        metres = np.asarray(geod().inv(*points[legs].T, *points[legs + 1].T)[2])
    sizes = end - begin + 1
    which = np.repeat(np.arange(len(begin)), sizes)
    within = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    shapes = shapely.linestrings(points[begin[which] + within], indices=which)
    own = ways.iloc[line[begin]]
    edges = gpd.GeoDataFrame(
        {
            "u": ends[: len(begin)],
            "v": ends[len(begin) :],
            "osm_id": own.index.to_numpy(),
            "class": class_of(own).to_numpy(),
            "length_km": np.bincount(number, metres, len(begin)) / 1000,
        },
        geometry=shapes,
        crs=CRS,
    )
    forward, backward = directions(own)
    minutes = edges["length_km"] / speed_of(own).to_numpy() * 60
    return nodes, edges.assign(forward=forward, backward=backward, time_min=minutes)


def _spots(points: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return one number for equal coordinates."""
    steps = np.round(points * STEPS).astype(np.int64) + 2_000_000_000
    return np.asarray(np.unique((steps[:, 0] << 32) | steps[:, 1], return_inverse=True)[1])


def graph(nodes: DataFrame, edges: gpd.GeoDataFrame) -> nx.MultiDiGraph[int]:
    """
    Return nodes and edges as a directed graph.

    Parameters
    ----------
    nodes, edges
        What :func:`noded` returns.

    Returns
    -------
    graph
        Nodes with `lon` and `lat`; one edge per direction that traffic may go, with
        `osm_id`, `class`, `length_km` and `time_min`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geo.readers.overpass import ways_of
    >>> line = gpd.GeoSeries.from_wkt(["LINESTRING (104 30, 104 31)"])
    >>> ways = gpd.GeoDataFrame({"highway": ["motorway"], "oneway": ["yes"]}, geometry=line)
    >>> list(graph(*noded(ways_of(ways))).edges())
    [(0, 1)]

    """
    made: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    for i, (lon, lat) in enumerate(nodes[["lon", "lat"]].to_numpy().tolist()):
        made.add_node(i, lon=lon, lat=lat)
    keys = ["osm_id", "class", "length_km", "time_min"]
    for flag, u, v in (("forward", "u", "v"), ("backward", "v", "u")):
        part = edges[edges[flag]]
        rows = part[keys].to_dict("records")
        made.add_edges_from(zip(part[u].tolist(), part[v].tolist(), rows, strict=True))
    return made


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
    path: Path | str, catalogue: Catalogue, *, progress: Callable[[str], None] = lambda _: None
) -> Background:
    """
    Read the other roads of a region out of an OpenStreetMap extract.

    Parameters
    ----------
    path
        An extract, ``.osm.pbf``.
    catalogue
        The catalogue: roads outside of its frame, or with the number of one of its routes,
        are left out.
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
        "date": header(path)[0] or None,
        "licence": "ODbL 1.0",
        "attribution": "© OpenStreetMap contributors",
    }
    roads = [route for route in catalogue.routes if route.mode == "road"]
    made = background(ways, (route.ref for route in roads), source)
    if made.edges.empty:
        raise BadInputError(f"{path}: expected other roads within the frame of the region")
    return made


def background(
    ways: gpd.GeoDataFrame, refs: Iterable[str] = (), source: dict[str, Any] | None = None
) -> Background:
    """
    Return the open roads that hang together.

    Times are those at the posted speed, else at that of the class in
    :data:`geo.network.parameters.CONSTANTS`, times the share of it that cars keep on the roads of the
    catalogue. One-way roads count in both directions, for travel times are the same both ways.
    Of parts that no road joins the one with most nodes stays.

    Parameters
    ----------
    ways
        LineStrings in degrees (WGS-84) with the tag columns of the readers.
    refs
        Numbers of roads that the catalogue has: it knows since when they are open. Ways with
        one of them are left out.
    source
        What is said of the source; `km` is added.

    Returns
    -------
    background
        The roads; empty where there are none.

    """
    known = frozenset[str]().union(*map(split_refs, refs))
    own = {ref: bool(split_refs(ref) & known) for ref in ways["ref"].unique()}
    is_open = ways["highway"].str.removesuffix("_link").isin(MAIN_ROADS)
    nodes, edges = noded(ways[is_open.to_numpy(bool) & ~ways["ref"].map(own).to_numpy(bool)])
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    slow = (edges["class"] != "motorway").to_numpy()
    entry = np.zeros(len(nodes), bool)
    entry[np.append(u[slow], v[slow])] = True
    links = coo_array((np.ones(len(u)), (u, v)), shape=(len(nodes), len(nodes)))
    part = connected_components(links, directed=False)[1] if len(nodes) else np.zeros(0, int)
    kept = part == np.bincount(part, minlength=1).argmax()
    number = np.cumsum(kept) - 1
    edges = edges.loc[kept[u], ["u", "v", "length_km", "time_min", "geometry"]]
    edges = edges.reset_index(drop=True).assign(
        u=number[edges["u"]],
        v=number[edges["v"]],
        time_min=(edges["time_min"] / CONSTANTS["road_factor"].value).to_numpy(),
    )
    km = round(float(edges["length_km"].sum()), 1)
    nodes = nodes.assign(entry=entry)[kept].reset_index(drop=True)
    return Background(nodes, edges, {**(source or {}), "km": km})


def expect_roads(mode: str) -> None:
    """
    Make sure that a mode of travel uses roads.

    Parameters
    ----------
    mode
        Road, rail, water or any.

    Raises
    ------
    BadInputError
        When it does not.

    """
    if mode not in ("road", "any"):
        raise BadInputError(f"--background: expected with --mode road or any, got {mode}")


def add_background(
    graph: nx.Graph[str], roads: Background, net: Network, cities: Iterable[City], *, mode: str
) -> None:
    """
    Add other roads to a travel graph.

    Interchanges and junctions meet the nodes of other roads beside them; cities, and for all
    modes stations, are joined to the nearest nodes. Dead ends are left out, chains are one
    edge.

    Parameters
    ----------
    graph
        A travel graph, changed in place: nodes ``road:`` number with `lon` and `lat`, edges
        with the leg "background".
    roads
        The other roads.
    net
        The network of the travel graph, with a node at every stop.
    cities
        Its cities.
    mode
        Road or any.

    Raises
    ------
    BadInputError
        When the mode has no roads.

    """
    expect_roads(mode)
    number = np.flatnonzero(roads.nodes["entry"])
    lonlat = roads.nodes.loc[number, ["lon", "lat"]].to_numpy(float)
    near, most = int(CONSTANTS["background_choices"].value), CONSTANTS["access_limit"].value
    joins: list[tuple[str, int, dict[str, Any]]] = []
    for name in ["road", "rail"] if mode == "any" else ["road"]:
        places = net.select(name).nodes
        places = places[places["kind"] != "border"]
        at = np.column_stack([places.geometry.x, places.geometry.y])
        if name == "road":
            pairs = within(at, lonlat, CONSTANTS["background_tie"].value)
        else:
            pairs = nearest(at, lonlat, near)
        ids = places.index
        joins += [(ids[i], number[j], street(km, name)) for i, j, km in pairs if km <= most]
    cities = list(cities)
    at = np.array([(city.lon, city.lat) for city in cities], float).reshape(-1, 2)
    for i, j, km in nearest(at, lonlat, near):
        if km <= most:
            joins.append((f"city:{cities[i].city_id}", number[j], street(km, "road")))
    for u, v, minutes, km in _contracted(roads, np.unique([j for _, j, _ in joins]).astype(int)):
        graph.add_edge(f"road:{u}", f"road:{v}", time_min=minutes, length_km=km,
                       leg="background", mode="road")  # fmt: skip
    for place, j, way in joins:
        graph.add_edge(place, f"road:{j}", **way)
    spots = roads.nodes[["lon", "lat"]].to_numpy().tolist()
    for node in graph:
        if node.startswith("road:"):
            lon, lat = spots[int(node.removeprefix("road:"))]
            graph.nodes[node].update(lon=lon, lat=lat)


def _contracted(roads: Background, keep: NDArray[np.intp]) -> list[tuple[int, int, float, float]]:
    """Return chains as one edge each (u, v, minutes, km), the fastest of parallel ones."""
    u, v = roads.edges["u"].to_numpy(), roads.edges["v"].to_numpy()
    alive, stays = u != v, np.zeros(len(roads.nodes), bool)
    stays[keep] = True
    while True:
        degree = np.bincount(np.append(u[alive], v[alive]), minlength=len(stays))
        end = (degree == 1) & ~stays
        if not (gone := alive & (end[u] | end[v])).any():
            break
        alive &= ~gone
    left = Noded(roads.nodes, roads.edges[alive].reset_index(drop=True))
    edges = contract(left, add=("time_min", "length_km"), keep=keep).edges
    ends = np.sort(edges[["u", "v"]].to_numpy(), axis=1)
    edges = edges.assign(u=ends[:, 0], v=ends[:, 1]).sort_values("time_min", kind="stable")
    edges = edges[edges["u"] != edges["v"]].drop_duplicates(["u", "v"]).sort_values(["u", "v"])
    columns = (edges[key].tolist() for key in ("u", "v", "time_min", "length_km"))
    return list(zip(*columns, strict=True))
