"""Computed travel times against published ones."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from geo.constants import CONSTANTS
from geo.network import network
from geo.times import best_routes, legs, travel_graph

if TYPE_CHECKING:
    import networkx as nx
    from pandas import DataFrame

    from geo.layers import Layers
    from geo.network import Network
    from geo.tables import Service

#: An error beyond this share is told with its reason.
WIDE = 0.20


COLUMNS = [
    "from_zh", "to_zh", "mode", "date", "published_min", "computed_min", "error", "km",
    "confidence", "reason", "notes",
]  # fmt: skip


def calibration(drawn: Layers) -> DataFrame:
    """
    Compare every published journey time with the computed one.

    Rail times are from station to station: running, stops and the start, without access or
    waiting. Road times are from centre to centre.

    Parameters
    ----------
    drawn
        The drawn catalogue.

    Returns
    -------
    table
        One row per published time: `from_zh`, `to_zh`, `mode`, `date`, `published_min`,
        `computed_min` (NaN where there is no way on that day), `error` (relative), `km`,
        `confidence`, and `reason`, empty where the figure describes the fastest service on the
        lines as they are; only those count for the errors. `notes` are those of the figure.

    Examples
    --------
    >>> table = calibration(lay)
    >>> bool(table.loc[table["reason"] == "", "error"].abs().median() < 0.1)
    True
    """
    import pandas as pd

    nets: dict[str, Network] = {}
    rows = []
    for service in drawn.catalogue.services:
        day = service.date or drawn.catalogue.region.as_of.isoformat()
        if day not in nets:
            nets[day] = network(drawn, year=day, nodes="stops")
        rows.append(_compared(drawn, service, nets[day]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _compared(drawn: Layers, service: Service, net: Network) -> dict[str, Any]:
    place = drawn.catalogue.place
    city = {name: c for c in drawn.catalogue.cities for name in (c.name_en, c.name_zh, c.city_id)}
    ids = (service.from_, service.to)
    known: dict[str, Any] = {**city, **place} if service.mode == "rail" else {**place, **city}
    minutes = km = float("nan")
    if service.mode == "rail" and all(key in place for key in ids):
        minutes, km = _station_to_station(drawn, net, *ids)
    elif all(key in city for key in ids):
        ends = city[ids[0]], city[ids[1]]
        graph = travel_graph(net, ends, mode=service.mode)
        for way in best_routes(graph, *ends):
            parts = legs(graph, way)
            minutes, km = (sum(leg[key] for leg in parts) for key in ("time_min", "length_km"))
    published = service.minutes or float("nan")
    return {
        "from_zh": known[ids[0]].name_zh,
        "to_zh": known[ids[1]].name_zh,
        "mode": service.mode,
        "date": service.date,
        "published_min": published,
        "computed_min": minutes,
        "error": minutes / published - 1,
        "km": km,
        "confidence": service.confidence,
        "reason": service.reason,
        "notes": service.notes,
    }


def _station_to_station(drawn: Layers, net: Network, start: str, end: str) -> tuple[float, float]:
    import networkx as nx

    express = all(_in_large_city(drawn, station) for station in (start, end))
    graph = _train_graph(net.select("rail"), express=express)
    if start not in graph or end not in graph or not nx.has_path(graph, start, end):
        return float("nan"), float("nan")
    way = nx.dijkstra_path(graph, start, end, weight="time_min")
    edges = [graph.edges[pair] for pair in itertools.pairwise(way)]
    minutes = sum(edge["time_min"] for edge in edges) + CONSTANTS["rail_start_min"].value
    return float(minutes), float(sum(edge["length_km"] for edge in edges))


def _train_graph(rail: Network, *, express: bool) -> nx.Graph[str]:
    import networkx as nx

    edges = rail.edges.assign(time_min=rail.edges["time_min"])
    if express:
        hsr = edges["class"] == "hsr"
        edges["time_min"] = edges["time_min"] - edges["stop_min"].where(hsr, 0.0)
    fastest = edges.sort_values("time_min").drop_duplicates(["u", "v"])
    graph: nx.Graph[str] = nx.Graph()
    for u, v, minutes, km in fastest[["u", "v", "time_min", "length_km"]].itertuples(index=False):
        if not graph.has_edge(u, v) or minutes < graph.edges[u, v]["time_min"]:
            graph.add_edge(u, v, time_min=minutes, length_km=km)
    return graph


def _in_large_city(drawn: Layers, station: str) -> bool:
    from geo.curves import geod

    place, limit = drawn.catalogue.place[station], CONSTANTS["transfer_limit"].value * 1000
    return any(
        geod().inv(place.lon, place.lat, city.lon, city.lat)[2] <= limit
        for city in drawn.catalogue.cities
        if city.population >= CONSTANTS["nonstop_people"].value
    )


def summary(table: DataFrame) -> dict[str, float]:
    """
    Return how well the computed times fit.

    Parameters
    ----------
    table
        Result of `calibration`.

    Returns
    -------
    values
        `pairs` that count (rail, no reason against), `median_error` and `worst_error`
        (absolute, relative), `within_20_percent` (share); NaN where no pair counts.

    Examples
    --------
    >>> table = calibration(lay)
    >>> table.columns[:5].tolist()
    ['from_zh', 'to_zh', 'mode', 'date', 'published_min']
    >>> summary(table)["median_error"] < 0.1
    True
    """
    counted = table[(table["mode"] == "rail") & (table["reason"] == "")]
    error = counted["error"].abs().dropna()
    return {
        "pairs": len(error),
        "median_error": float(error.median()),
        "worst_error": float(error.max()),
        "within_20_percent": float((error <= WIDE).mean()),
    }
