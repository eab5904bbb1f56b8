"""The whole analysis of a region on a day, as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from geo.catalogue import Catalogue
from geo.connectivity import (
    Indicator,
    Inspect,
    city_table,
    link_losses,
    link_sweep,
    minimum_cut,
    mode_indices,
    outbound_links,
    route_losses,
    travel_circle_table,
)
from geo.core import remembered
from geo.layers import Layers, border_crossings, travel_facts
from geo.network import DoorTimes, Network, build_network
from geo.scenarios.comparison import city_changes, project_tables, travel_times_on
from geo.scenarios.timeline import horizon_of

#: The column that holds each indicator of accessibility; its name carries the unit.
_ACCESS: dict[Indicator, str] = {
    "location": "mean_min",
    "daily": "people_within_120min",
    "potential": "potential_people_per_min15",
    "efficiency": "network_efficiency",
}


@dataclass(frozen=True)
class Analysis:
    """
    Results on a day, and up to the year by which all that is expected is open.

    Parameters
    ----------
    layers, date, horizon
        The layers of the catalogue, the day, and the last day of the last expected year.
    net, stops
        The network with nodes at junctions, and at every stop.
    crossings, statistics
        Border crossings between the first two regions, and connectivity indices by mode.
    cuts
        Independent links between the first two regions by date and mode: `date`, `mode`,
        `value`, `unique`, `names_zh`, `names_en`, `section_ids`.
    links, routes, links_later
        Loss of every link and of every route, and of every link at the horizon.
    access, changes
        Accessibility of every city, one column per indicator, and its changes up to the horizon.
    projects, effects
        Marginal benefit of every project up to the horizon, and what each alone changes today.
    circles, leaving
        The time circles between cities, door to door, on the day and at the horizon, and the
        links that leave the region, by direction.
    times, inspected
        Times between the centres and to where people live, on the day and at the horizon; what
        was called for every link, as it is afterwards.
    """

    layers: Layers
    date: dt.date
    horizon: dt.date
    net: Network
    stops: Network
    crossings: gpd.GeoDataFrame
    statistics: DataFrame
    cuts: DataFrame
    links: DataFrame
    routes: DataFrame
    links_later: DataFrame
    access: DataFrame
    changes: DataFrame
    projects: DataFrame
    effects: DataFrame
    circles: DataFrame
    leaving: gpd.GeoDataFrame
    times: tuple[DoorTimes, DoorTimes]
    inspected: Inspect | None = None


def analyse(
    layers: Layers,
    date: dt.date,
    progress: Callable[[str], None] = lambda _: None,
    inspect: Inspect | None = None,
) -> Analysis:
    """
    Analyse a region as a whole.

    Parameters
    ----------
    layers
        The layers of the catalogue; without counties, borders or a second region the tables
        that need them are empty.
    date
        The day asked for.
    progress
        Called with the name of every stage when it begins.
    inspect
        Called for every link whose loss changes a time on the day (`link_losses`); an object of
        a class, as what it has seen is kept with the losses.

    Returns
    -------
    analysis
        All tables.

    Examples
    --------
    >>> analysis = analyse(lay, cat.region.as_of)  # doctest: +SKIP
    >>> analysis.cuts[["date", "mode", "value"]]  # doctest: +SKIP
    """
    catalogue, region = layers.catalogue, layers.catalogue.region
    progress("network")
    horizon = horizon_of(layers, date)
    net, stops = build_network(layers, year=date), build_network(layers, year=date, nodes="stops")
    stops_later = build_network(layers, year=horizon, nodes="stops")
    progress("losses")
    facts = [travel_facts(layers, when, labels=True) for when in (date, horizon)]

    def lost() -> tuple[DataFrame, DataFrame, Inspect | None]:
        sweep = link_sweep(stops)
        return link_losses(sweep, inspect=inspect), route_losses(sweep), inspect

    links, routes, inspected = remembered(lost, "losses", facts[0], type(inspect).__qualname__)
    links_later = remembered(lambda: link_losses(stops_later), "losses of links", facts[1])
    progress("accessibility")
    times = [travel_times_on(layers, when) for when in (date, horizon)]
    access = _access_table(stops, times[0])
    progress("projects")
    dates = date, horizon
    projects, effects = project_tables(layers, dates, times)
    progress("borders")
    bordered = region.bordered
    return Analysis(
        layers=layers,
        date=date,
        horizon=horizon,
        net=net,
        stops=stops,
        crossings=border_crossings(layers, year=date) if bordered else gpd.GeoDataFrame(),
        statistics=mode_indices(net),
        cuts=_cut_table(layers, date, horizon) if bordered and settled(catalogue) else DataFrame(),
        links=links,
        routes=routes,
        links_later=links_later,
        access=access,
        changes=city_changes(catalogue, times[0], times[1]),
        projects=projects,
        effects=effects,
        circles=_circle_table(layers, dates, [found.cities for found in times]),
        leaving=outbound_links(layers, date) if region.base.counties else gpd.GeoDataFrame(),
        times=(times[0], times[1]),
        inspected=inspected,
    )


def settled(catalogue: Catalogue) -> bool:
    """Tell whether both of the first two regions have a city to measure from."""
    own = {catalogue.region.find(city.region) for city in catalogue.centres}
    return own >= set(catalogue.region.regions[:2])


def _access_table(stops: Network, times: DoorTimes) -> DataFrame:
    """Return all indicators of accessibility by any mode, one row per city."""
    tables = {
        indicator: city_table(stops, indicator=indicator, times=times) for indicator in _ACCESS
    }
    access = tables["location"][["city_id", "name", "name_en", "region", "population"]].copy()
    for indicator, table in tables.items():
        column = "value_reached" if "value_reached" in table else "value"
        access[_ACCESS[indicator]] = table[column]
        if indicator == "location":
            access["people_reached_share"] = table["share_reached"]
    return access


def _circle_table(
    layers: Layers, dates: Sequence[dt.date], times: Sequence[NDArray[np.float64]]
) -> DataFrame:
    """Return the time circles between cities on some dates; none where one region stands alone."""
    if len(layers.catalogue.region.regions) < 2:
        return pd.DataFrame()
    tables = []
    for date, minutes in zip(dates, times, strict=True):
        table = travel_circle_table(minutes, layers.catalogue)
        table.insert(0, "date", date)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _cut_table(layers: Layers, date: dt.date, horizon: dt.date) -> DataFrame:
    """Return the minimum cut between the first two regions, by milestone and mode."""
    region = layers.catalogue.region
    a, b = region.pair()
    rows = list[dict[str, Any]]()
    for when in region.days_of_interest(date, horizon):
        facts = travel_facts(layers, when, labels=True)
        rows += remembered(partial(_cuts_on, layers, when, a.id, b.id), "cuts", facts, a.id, b.id)
    return pd.DataFrame(rows)


def _cuts_on(layers: Layers, when: dt.date, a: str, b: str) -> list[dict[str, Any]]:
    """Return the minimum cut between two regions on a day by mode."""
    net, rows = build_network(layers, year=when, nodes="stops"), list[dict[str, Any]]()
    for mode in ("road", "rail"):
        part = net.select(mode)
        found, _, _ = minimum_cut(part, a, b)
        edges = part.edges.loc[found.cut]
        rows.append(
            {
                "date": when,
                "mode": mode,
                "value": found.value,
                "unique": found.unique,
                "names_zh": "、".join(dict.fromkeys(edges["route_zh"])),
                "names_en": ", ".join(dict.fromkeys(edges["route_en"])),
                "section_ids": ";".join(dict.fromkeys(edges["section_id"])),
            }
        )
    return rows
