"""The whole analysis of a region on a day, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from geo.borders import crossings, pair_of
from geo.network import network
from geo.report import od_matrix, statistics

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from pandas import DataFrame

    from geo.layers import Layers
    from geo.network import Network
    from geo.region import Region


@dataclass(frozen=True)
class Analysis:
    """
    Results on a day, and up to the year by which all that is expected is open.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    day, horizon
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

    drawn: Layers
    day: date
    horizon: date
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
    drawn: Layers, day: date, progress: Callable[[str], None] = lambda _: None
) -> Analysis:
    """
    Do the whole analysis.

    Parameters
    ----------
    drawn
        The drawn catalogue of a region with two regions, borders and cities.
    day
        The day asked for.
    progress
        Called with the name of every stage when it begins.

    Returns
    -------
    analysis
        All tables.
    """
    import geopandas as gpd
    import pandas as pd

    from geo.openness import openness
    from geo.projects import added_alone, opening_between, project_effects, project_values
    from geo.removal import link_removal, route_removal
    from geo.scenario import compare_cities

    cat = drawn.catalogue
    progress("network")
    net, stops = network(drawn, year=day), network(drawn, year=day, nodes="stops")
    horizon = horizon_of(drawn, day)
    later = [network(drawn, year=horizon, nodes=nodes) for nodes in ("stops", "junctions")]
    progress("losses")
    links, routes = link_removal(stops, net, cat), route_removal(stops, net, cat)
    links_later = link_removal(later[0], later[1], cat)
    progress("accessibility")
    access = access_table(stops, drawn)
    progress("projects")
    changes = compare_cities(drawn, day, horizon)
    added = added_alone(drawn, opening_between(drawn, day, horizon), day)
    projects = project_values(drawn, day, horizon, added=added)
    effects = project_effects(drawn, added, day)
    progress("borders")
    border, leaving, cuts = gpd.GeoDataFrame(), gpd.GeoDataFrame(), pd.DataFrame()
    if cat.region.base.counties:
        leaving = openness(drawn, day)
    if cat.region.bordered:
        border = crossings(drawn, year=day)
        cuts = cut_table(drawn, day, horizon)
    return Analysis(
        drawn, day, horizon, net, stops, border, statistics(net), cuts, links, routes, links_later,
        access, changes, projects, effects, circle_table(drawn, day, horizon), leaving,
    )  # fmt: skip


def horizon_of(drawn: Layers, day: date) -> date:
    """
    Return the day by which all that is expected is open.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    day
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
    years = drawn.sections["expected"].dropna()
    return date(max([day.year, *map(int, years)]), 12, 31)


def access_table(stops: Network, drawn: Layers) -> DataFrame:
    """
    Return all indicators of accessibility by any mode, one column each.

    Parameters
    ----------
    stops
        A network with a node at every stop.
    drawn
        The drawn catalogue.

    Returns
    -------
    table
        One row per city; the column names carry the unit.

    Examples
    --------
    >>> access_table(stops, lay).columns[5:8].tolist()
    ['mean_min', 'people_reached_share', 'people_within_120min']
    """
    from geo.accessibility import city_table

    table, minutes = None, od_matrix(stops)
    for indicator, column in (("location", "mean_min"), ("daily", "people_within_120min"),
                              ("potential", "potential_people_per_min15"),
                              ("efficiency", "network_efficiency")):  # fmt: skip
        found = city_table(stops, drawn.catalogue, indicator=indicator, minutes=minutes)  # type: ignore[arg-type]
        if table is None:
            table = found[["city_id", "name_zh", "name_en", "region", "population"]].copy()
        table[column] = found["value_reached"] if "value_reached" in found else found["value"]
        if "share_reached" in found:
            table["people_reached_share"] = found["share_reached"]
    assert table is not None  # noqa: S101 - there is at least one indicator
    return table


def circle_table(drawn: Layers, day: date, horizon: date) -> DataFrame:
    """
    Return the time circles between cities on two dates.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    day, horizon
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
    import pandas as pd

    from geo.circles import circles
    from geo.scenario import times

    if len(drawn.catalogue.region.regions) < 2:
        return pd.DataFrame()
    tables = []
    for when in (day, horizon):
        table = circles(times(drawn, when), drawn.catalogue)
        table.insert(0, "date", when)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def milestones(region: Region, day: date, horizon: date) -> list[date]:
    """
    Return the dates on which the region is looked at.

    Parameters
    ----------
    region
        The region, with its years of interest.
    day, horizon
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
    years = {date(year, 12, 31) for year in region.milestones}
    return sorted({day, horizon, *years})


def cut_table(drawn: Layers, day: date, horizon: date) -> DataFrame:
    """
    Return how many independent links hold the first two regions together, by date and mode.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    day, horizon
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
    import pandas as pd

    from geo.resilience import cut

    region = drawn.catalogue.region
    a, b = pair_of(region)
    rows = []
    for when in milestones(region, day, horizon):
        net = network(drawn, year=when, nodes="stops")
        for mode in ("road", "rail"):
            part = net.select(mode)
            found, _, _ = cut(part, drawn.catalogue, a.id, b.id)
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
