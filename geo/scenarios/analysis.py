"""The whole analysis of a region on a day, as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from pandas import DataFrame

from geo.catalogue import Region
from geo.connectivity import (
    city_table,
    link_losses,
    minimum_cut,
    mode_indices,
    outbound_links,
    route_losses,
    travel_circles,
)
from geo.layers import Layers, border_crossings, pair_of
from geo.network import Network, build_network, travel_time_matrix
from geo.scenarios.comparison import (
    added_alone,
    compare_cities,
    opening_between,
    project_benefits,
    project_effects,
    times,
)


@dataclass(frozen=True)
class Analysis:
    """
    Results on a day, and up to the year by which all that is expected is open.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date, horizon
        The day, and the last day of the last expected year.
    net, stops
        The network with nodes at junctions, and at every stop.
    crossings
        Border crossings between the first two regions.
    statistics
        Connectivity indices by mode.
    cuts
        Independent links between the first two regions by date and mode: `date`, `mode`,
        `value`, `unique`, `names_zh`, `names_en`, `section_ids`.
    links, routes
        What the loss of every link and of every route costs.
    links_later
        What the loss of every link costs at the horizon.
    access
        Accessibility of every city: one column per indicator.
    changes
        What changes for every city up to the horizon.
    projects
        What every project up to the horizon is worth.
    effects
        What each project alone would change for every city today.
    circles
        The time circles between cities, door to door, on the day and at the horizon.
    leaving
        Links that leave the region, by direction.

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


def analyse(
    layers: Layers, date: dt.date, progress: Callable[[str], None] = lambda _: None
) -> Analysis:
    """
    Do the whole analysis.

    Parameters
    ----------
    layers
        The layers of the catalogue of a region with two regions, borders and cities.
    date
        The day asked for.
    progress
        Called with the name of every stage when it begins.

    Returns
    -------
    analysis
        All tables.

    """
    cat = layers.catalogue
    progress("network")
    net, stops = build_network(layers, year=date), build_network(layers, year=date, nodes="stops")
    horizon = horizon_of(layers, date)
    later = [build_network(layers, year=horizon, nodes=nodes) for nodes in ("stops", "junctions")]
    progress("losses")
    links, routes = link_losses(stops, net, cat), route_losses(stops, net, cat)
    links_later = link_losses(later[0], later[1], cat)
    progress("accessibility")
    access = access_table(stops, layers)
    progress("projects")
    changes = compare_cities(layers, date, horizon)
    added = added_alone(layers, opening_between(layers, date, horizon), date)
    projects = project_benefits(layers, date, horizon, added=added)
    effects = project_effects(layers, added, date)
    progress("borders")
    border, leaving, cuts = gpd.GeoDataFrame(), gpd.GeoDataFrame(), pd.DataFrame()
    if cat.region.base.counties:
        leaving = outbound_links(layers, date)
    if cat.region.bordered:
        border = border_crossings(layers, year=date)
        cuts = cut_table(layers, date, horizon)
    return Analysis(
        layers, date, horizon, net, stops, border, mode_indices(net), cuts, links, routes, links_later,
        access, changes, projects, effects, circle_table(layers, date, horizon), leaving,
    )  # fmt: skip


def horizon_of(layers: Layers, date: dt.date) -> dt.date:
    """
    Return the day by which all that is expected is open.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
        The day asked for, which is never later.

    Returns
    -------
    horizon
        The last day of the last expected year.

    Examples
    --------
    >>> horizon_of(lay, cat.region.as_of).year >= 2030
    True

    """
    years = layers.sections["expected"].dropna()
    return dt.date(max([date.year, *map(int, years)]), 12, 31)


def access_table(stops: Network, layers: Layers) -> DataFrame:
    """
    Return all indicators of accessibility by any mode, one column each.

    Parameters
    ----------
    stops
        A network with a node at every stop.
    layers
        The layers of the catalogue.

    Returns
    -------
    table
        One row per city; the column names carry the unit.

    Examples
    --------
    >>> access_table(stops, lay).columns[5:8].tolist()
    ['mean_min', 'people_reached_share', 'people_within_120min']

    """
    table, minutes = None, travel_time_matrix(stops)
    for indicator, column in (("location", "mean_min"), ("daily", "people_within_120min"),
                              ("potential", "potential_people_per_min15"),
                              ("efficiency", "network_efficiency")):  # fmt: skip
        found = city_table(stops, layers.catalogue, indicator=indicator, minutes=minutes)  # type: ignore[arg-type]
        if table is None:
            table = found[["city_id", "name_zh", "name_en", "region", "population"]].copy()
        table[column] = found["value_reached"] if "value_reached" in found else found["value"]
        if "share_reached" in found:
            table["people_reached_share"] = found["share_reached"]
    assert table is not None
    return table


def circle_table(layers: Layers, date: dt.date, horizon: dt.date) -> DataFrame:
    """
    Return the time circles between cities on two dates.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date, horizon
        The two dates.

    Returns
    -------
    table
        The pairs of every preset with the minutes from door to door and the target, one row
        per date; empty where the region has less than two parts.

    Examples
    --------
    >>> from datetime import date
    >>> table = circle_table(lay, date(2025, 12, 31), date(2035, 12, 31))
    >>> met = table.groupby("date")["met"].sum()
    >>> bool(met.iloc[0] < met.iloc[1])
    True

    """
    if len(layers.catalogue.region.regions) < 2:
        return pd.DataFrame()
    tables = []
    for when in (date, horizon):
        table = travel_circles(times(layers, when), layers.catalogue)
        table.insert(0, "date", when)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def milestones(region: Region, date: dt.date, horizon: dt.date) -> list[dt.date]:
    """
    Return the dates on which the region is looked at.

    Parameters
    ----------
    region
        The region, with its years of interest.
    date, horizon
        Two more dates.

    Returns
    -------
    dates
        In order.

    Examples
    --------
    >>> from datetime import date
    >>> [day.year for day in milestones(cat.region, date(2025, 12, 31), date(2030, 12, 31))]
    [2020, 2025, 2030]

    """
    years = {dt.date(year, 12, 31) for year in region.milestones}
    return sorted({date, horizon, *years})


def cut_table(layers: Layers, date: dt.date, horizon: dt.date) -> DataFrame:
    """
    Return how many independent links hold the first two regions together, by date and mode.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date, horizon
        The day, and the last date looked at.

    Returns
    -------
    table
        `date`, `mode`, `value`, `unique`, and the routes and sections of a minimum cut.

    Examples
    --------
    >>> from datetime import date
    >>> table = cut_table(lay, date(2025, 12, 31), date(2030, 12, 31))
    >>> table.loc[table["mode"] == "road", "value"].is_monotonic_increasing
    True

    """
    region = layers.catalogue.region
    a, b = pair_of(region)
    rows = []
    for when in milestones(region, date, horizon):
        net = build_network(layers, year=when, nodes="stops")
        for mode in ("road", "rail"):
            part = net.select(mode)
            found, _, _ = minimum_cut(part, layers.catalogue, a.id, b.id)
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
    return pd.DataFrame(rows)
