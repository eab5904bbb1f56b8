"""The other main roads of a region, to travel on beside the routes of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame, Series
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.catalogue import Catalogue, City
from geo.core import BadInputError
from geo.geometry import (
    Noded,
    contract,
    line_lengths_km,
    nearest,
    noded_graph,
    split_at_shared_points,
    within,
)
from geo.layers import CRS
from geo.network.network import Network
from geo.network.parameters import DEFAULT_PARAMETERS, Parameters
from geo.network.speeds import street_access
from geo.readers import (
    MAIN_ROADS,
    class_of,
    posted_speed,
    read_pbf,
    read_pbf_header,
    split_refs,
)


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
    minutes = (edges["length_km"] / posted * 60 / parameters.road_factor).to_numpy(float)
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    slow = (edges["class"] != "motorway").to_numpy()
    entry = np.zeros(len(nodes), bool)
    entry[np.append(u[slow], v[slow])] = True
    links = coo_array((np.ones(len(u)), (u, v)), shape=(len(nodes), len(nodes)))
    part = connected_components(links, directed=False)[1] if len(nodes) else np.zeros(0, int)
    kept = part == np.bincount(part, minlength=1).argmax()
    number = np.cumsum(kept) - 1
    edges = edges.assign(time_min=minutes, u=number[u], v=number[v])
    edges = edges.loc[kept[u], ["u", "v", "length_km", "time_min", "geometry"]]
    edges = edges.reset_index(drop=True)
    km = round(float(edges["length_km"].sum()), 1)
    nodes = nodes.assign(entry=entry)[kept].reset_index(drop=True)
    return Background(nodes, edges, {**(source or {}), "km": km})


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


def add_background(
    graph: nx.Graph[str], roads: Background, net: Network, cities: Iterable[City], *, mode: str
) -> None:
    """
    Add other roads to a travel graph, as nodes ``road:`` number and edges of leg "background".

    Interchanges and junctions meet the nodes of other roads beside them; cities, and for all
    modes stations, are joined to the nearest nodes. Dead ends are left out, chains are one
    edge.
    """
    expect_roads(mode)
    number = np.flatnonzero(roads.nodes["entry"])
    lonlat = roads.nodes.loc[number, ["lon", "lat"]].to_numpy(float)
    parameters = net.parameters
    near, most = int(parameters.background_choices), parameters.access_limit
    joins: list[tuple[str, int, dict[str, Any]]] = []
    for name in ["road", "rail"] if mode == "any" else ["road"]:
        places = net.select(name).nodes
        places = places[places["kind"] != "border"]
        at = np.column_stack([places.geometry.x, places.geometry.y])
        if name == "road":
            pairs = within(at, lonlat, parameters.background_tie)
        else:
            pairs = nearest(at, lonlat, near)
        ids = places.index
        joins += [
            (ids[i], number[j], street_access(km, name, parameters))
            for i, j, km in pairs
            if km <= most
        ]
    cities = list(cities)
    at = np.array([(city.lon, city.lat) for city in cities], float).reshape(-1, 2)
    for i, j, km in nearest(at, lonlat, near):
        if km <= most:
            joins.append(
                (f"city:{cities[i].city_id}", number[j], street_access(km, "road", parameters))
            )
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
