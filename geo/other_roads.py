"""The other main roads of a region, to travel on beside the routes of the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo._ways import MAIN_ROADS, split_refs
from geo.background import noded
from geo.constants import CONSTANTS
from geo.errors import BadInputError
from geo.nearby import nearest, within
from geo.times import street

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import geopandas as gpd
    import networkx as nx
    from numpy.typing import NDArray
    from pandas import DataFrame

    from geo.catalogue import Catalogue
    from geo.network import Network
    from geo.tables import City


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
    from geo.sources.pbf import header, read_pbf

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
    :data:`geo.constants.CONSTANTS`, times the share of it that cars keep on the roads of the
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
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

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
    from geo.engines.lines import Noded, contract

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
