"""
Ferries of an extract: links between two ports, with the speed that their duration makes.

A ferry is drawn from port to port, however short it is: without it an island is cut off. The roads
and paths that lead from its ports to the main roads join the roads under the catalogue.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pandas import DataFrame, Series
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.core import Message
from geo.geometry import (
    Bounds,
    contract,
    line_lengths_km,
    metric_crs,
    noded_graph,
    split_at_shared_points,
)
from geo.network import node_ways
from geo.readers import MAIN_ROADS, barred_by, duration_minutes
from geo.sources.chains import Bools, Chain, path_to
from geo.sources.coverage import LeftOut
from geo.sources.junctions import SETTLEMENT_M, Line, Spot, element_names
from geo.sources.route_names import MOSTLY, names_of, prevailing

#: A terminal, or a road or path, this near to a node of a ferry makes it a port.
TERMINAL_M, LAND_M = 300.0, 100.0
#: A shorter ferry is none; one slower or faster has a duration that is not its own.
SHORTEST_KM, SLOWEST_KMH, FASTEST_KMH = 0.1, 1.0, 100.0
#: From a port to the main roads, or where there are none to a settlement, it is this far at most.
APPROACH_KM, SETTLED_M = 10.0, 500.0
NO_PORTS = Message("expected a ferry between two ports of the region")
BARRED = Message("expected a ferry that the public may use")
NO_TIME = Message("expected a duration at which a ferry makes 1 to 100 km/h")


class Ferry(NamedTuple):
    """A ferry: its line, the nodes where it ends, its number and names, speed where known."""

    chain: Chain
    ends: tuple[int, int]
    names: tuple[str, str, str]
    kmh: float | None


class Ferries(NamedTuple):
    """Ferries, the places at their ends by node, what is left out, km of all and those drawn."""

    ferries: list[Ferry]
    ports: dict[int, Spot]
    left_out: list[LeftOut]
    osm_km: float
    drawn_km: float

    def lines(self) -> list[Line]:
        """Return the lines of the ferries."""
        return [Line(-1, "water", "ferry", ferry.chain.line) for ferry in self.ferries]

    def spots(self, first: int) -> Iterator[Spot]:
        """Yield the places of the ferries, whose lines are numbered from `first`."""
        for node, port in self.ports.items():
            own = [first + k for k, ferry in enumerate(self.ferries) if node in ferry.ends]
            yield port._replace(lines=frozenset(own))


def find_ferries(
    ways: gpd.GeoDataFrame, points: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, frame: Bounds
) -> Ferries:
    """
    Return the ferries with both ports in a frame; all geometry in degrees.

    `points` are ferry terminals and settlements, `roads` those of every class around the ends.
    """
    crs = metric_crs(frame)
    barred = barred_by(ways).to_numpy(str) != ""
    km = Series(line_lengths_km(ways.geometry.to_numpy()), ways.index)
    left = [_left(key, km[key], BARRED) for key in ways.index[barred]]
    pieces = split_at_shared_points(ways[~barred])
    graph = noded_graph(
        pieces.assign(km=line_lengths_km(pieces.geometry.to_numpy())).reset_index(names="osm_id")
    )
    ports = _ports(graph.nodes[["x", "y"]].to_numpy(float), points, roads, frame)
    landed = [node for node, spot in ports.items() if spot.kind == "port"]
    joined = contract(graph, add=["km"], keep=landed).edges
    reached = np.bincount(joined[["u", "v"]].to_numpy(np.intp).ravel(), minlength=len(graph.nodes))
    ferries, drawn = list[Ferry](), 0.0
    lines = joined.to_crs(crs).geometry
    for u, v, members, length, line in zip(
        *(joined[key].tolist() for key in ("u", "v", "members", "km")), lines, strict=True
    ):
        own = graph.edges.iloc[list(members)]
        # at sea ferries only branch
        ends = [n in ports and (ports[n].kind == "port" or reached[n] > 1) for n in (u, v)]
        if u == v or not all(ends) or length < SHORTEST_KM:
            by_way = own.groupby("osm_id")["km"].sum()
            left += [_left(key, km_of, NO_PORTS) for key, km_of in by_way.items()]
            continue
        kmh = _speed(own, km)
        if kmh is not None and not SLOWEST_KMH <= kmh <= FASTEST_KMH:
            way = own.dropna(subset="duration").iloc[0]
            left.append(LeftOut("way", int(way["osm_id"]), "duration", way["duration"], NO_TIME))
            kmh = None
        xy = shapely.get_coordinates(line)
        chain = Chain(xy, np.full(len(xy) - 1, -1))
        ferries.append(Ferry(chain, (u, v), _names(own), kmh))
        drawn += length
    used = {node for ferry in ferries for node in ferry.ends}
    ports = {node: spot for node, spot in ports.items() if node in used}
    inside = shapely.clip_by_rect(ways.geometry.to_numpy(), *frame)
    inside = [part for part in shapely.get_parts(inside) if part.length]
    return Ferries(ferries, ports, left, float(line_lengths_km(np.array(inside)).sum()), drawn)


def _left(osm_id: Any, km: float, why: Message) -> LeftOut:
    return LeftOut("way", int(osm_id), "", f"{km:.3f} km", why)


def _ports(
    at: NDArray[np.float64], points: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, frame: Bounds
) -> dict[int, Spot]:
    """Return the nodes of ferries inside a frame: ports on land, and others at sea."""
    crs = metric_crs(frame)
    here = gpd.GeoSeries(gpd.points_from_xy(*at.T), crs=4326).to_crs(crs).to_numpy()
    points, shapes = points.to_crs(crs), roads.geometry.to_crs(crs)
    terminals = points[points["amenity"] == "ferry_terminal"].assign(reach=TERMINAL_M)
    towns = points[points["place"].isin(list(SETTLEMENT_M))]
    towns = towns.assign(reach=towns["place"].map(SETTLEMENT_M))
    landed = _within(here, shapes, LAND_M) | _within(here, terminals.geometry, TERMINAL_M)
    inside = shapely.box(*frame).covers(shapely.points(at))
    found = {}
    for node in np.flatnonzero(inside).tolist():
        point = here[node]
        spot = Spot(point.x, point.y, "port" if landed[node] else "junction", frozenset())
        for known in (terminals, towns):
            off = known.geometry.distance(point)
            near = known.assign(off=off)[(off <= known["reach"]) & known["name"].notna()]
            if landed[node] and not spot.zh and len(near):
                best = near.loc[near["off"].idxmin()]
                zh, en = element_names(best.to_dict())
                spot = spot._replace(zh=zh, en=en, off_m=float(best["off"]))
        found[node] = spot
    return found


def _within(here: NDArray[np.object_], shapes: gpd.GeoSeries, reach: float) -> Bools:
    """Return which points have a shape within reach."""
    near = np.zeros(len(here), bool)
    tree = shapely.STRtree(shapes.to_numpy())
    near[tree.query(here, predicate="dwithin", distance=reach)[0]] = True
    return near


def _speed(own: DataFrame, km: Series[float]) -> float | None:
    """
    Return the speed of a ferry by what its ways say of the time they take, in km/h.

    Ways of one ferry that all say the same were cut apart: it is the time of all together.
    """
    known = own.assign(minutes=own["duration"].map(duration_minutes)).dropna(subset="minutes")
    if known["km"].sum() < MOSTLY * own["km"].sum() or known.empty:
        return None
    ways = known.drop_duplicates("osm_id").set_index("osm_id")
    minutes, lengths = ways["minutes"], km[ways.index]
    if len(ways) > 1 and (ways["duration"] == ways["duration"].iloc[0]).all():
        return float(60 * lengths.sum() / minutes.iloc[0])
    by_way = known.groupby("osm_id")["km"].sum()
    return float(60 * by_way.sum() / (minutes * by_way / lengths).sum())


def _names(own: DataFrame) -> tuple[str, str, str]:
    """Return the number and the names of a ferry, empty where there are none."""
    zh, en = (prevailing(texts, own["km"])[0] for texts in names_of(own))
    return prevailing(own["ref"], own["km"])[0], zh, en


def approaches(
    ports: gpd.GeoSeries, towns: gpd.GeoSeries, roads: gpd.GeoDataFrame, frame: Bounds
) -> gpd.GeoDataFrame:
    """
    Return the pieces of roads that lead from ports to the nearest main road, as ways.

    Where there is none, as on a small island, those that lead to the settlements.
    """
    nodes, edges = node_ways(roads)
    kind = edges["class"].str.removesuffix("_link")
    main = np.unique(edges.loc[kind.isin(MAIN_ROADS[1:]), ["u", "v"]])
    crs = metric_crs(frame)
    at = gpd.GeoSeries(gpd.points_from_xy(nodes["lon"], nodes["lat"]), crs=4326).to_crs(crs)
    tree = shapely.STRtree(at.to_numpy())
    starts, settled = (
        np.unique(tree.query_nearest(of.to_crs(crs).to_numpy(), max_distance=reach)[1])
        for of, reach in ((ports, LAND_M), (towns, SETTLED_M))
    )
    shortest: dict[tuple[int, int], tuple[float, int]] = {}
    for k, (u, v, km) in enumerate(zip(edges["u"], edges["v"], edges["length_km"], strict=True)):
        for pair in ((u, v), (v, u)):
            shortest[pair] = min((km, k), shortest.get(pair, (np.inf, k)))
    tails, heads = np.array([*shortest], np.intp).reshape(-1, 2).T
    weights = np.array([km for km, _ in shortest.values()])
    graph = csr_array((weights, (tails, heads)), shape=(len(nodes), len(nodes)))
    used = set[int]()
    for start in starts.tolist():
        km, before = dijkstra(graph, indices=start, limit=APPROACH_KM, return_predecessors=True)
        nearest = main[np.isfinite(km[main])]
        ends = [nearest[np.argmin(km[nearest])]] if len(nearest) else settled
        for end in (int(node) for node in ends if np.isfinite(km[node])):
            used |= {shortest[pair][1] for pair in itertools.pairwise(path_to(end, before))}
    made = edges.iloc[sorted(used)]
    return roads.loc[made["osm_id"]].set_geometry(made.geometry.to_numpy(), crs=4326)
