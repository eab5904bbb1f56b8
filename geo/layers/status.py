"""The status of sections and routes on a day and by year."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
from pandas import DataFrame, notna

from geo.catalogue import STAGES, status_on
from geo.layers.layers import Layers


def status_frame(frame: DataFrame, date: dt.date, as_of: dt.date) -> DataFrame:
    """
    Add the status of every section on a day.

    Parameters
    ----------
    frame
        Sections with `status`, `started`, `opened` and `expected`.
    date
        The day asked for.
    as_of
        Day up to which the catalogue is known.

    Returns
    -------
    frame
        A copy with `stage` (open, construction, planned) and `assumed`, which is true where
        a section counts as open only because its expected year is over.

    Examples
    --------
    >>> day = cat.region.as_of
    >>> frame = status_frame(lay.sections, day.replace(year=2028), day)
    >>> frame.loc["chengyu-middle-hsr-1", "stage"], int(frame["assumed"].sum()) > 0
    ('open', True)

    """
    years = frame["expected"].astype(object).where(frame["expected"].notna(), None)
    known = zip(frame["status"], frame["started"], frame["opened"], years, strict=True)
    found = [
        status_on(date, today=now, started=began, opened=opened, expected=year, as_of=as_of)
        for now, began, opened, year in known
    ]
    return frame.assign(
        stage=[status.stage for status in found], assumed=[status.assumed for status in found]
    )


def route_stage(sections: DataFrame) -> str:
    """
    Return the status of a route from those of its sections.

    Parameters
    ----------
    sections
        Sections of one route with `stage` and `running_km`.

    Returns
    -------
    stage
        The stage all sections share; "partly open" where some are open and others are not;
        else the most advanced stage.

    Examples
    --------
    >>> import pandas as pd
    >>> route_stage(pd.DataFrame({"stage": ["open", "planned"]}))
    'partly open'

    """
    stages = set(sections["stage"])
    if len(stages) == 1:
        return str(stages.pop())
    return "partly open" if "open" in stages else next(s for s in STAGES if s in stages)


def route_table(layers: Layers, date: dt.date) -> gpd.GeoDataFrame:
    """
    Return the routes with their status on a day.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
        The day asked for.

    Returns
    -------
    routes
        The routes with `stage` (a route of open and other sections is "partly open"),
        `open_km` and `assumed`.

    Examples
    --------
    >>> from datetime import date
    >>> table = route_table(lay, date(2025, 12, 31))
    >>> table.loc[["chengyu-hsr", "chengyu-middle-hsr", "chengdawan-hsr"], "stage"].tolist()
    ['open', 'construction', 'partly open']

    """
    sections = status_frame(layers.sections, date, layers.catalogue.region.as_of)
    groups = sections.groupby("route_id", sort=False)
    is_open = sections[sections["stage"] == "open"]
    open_km = is_open.groupby("route_id")["running_km"].sum()
    routes = layers.routes.copy()
    stages = {name: route_stage(group) for name, group in groups}
    routes["stage"] = routes.index.map(stages)
    routes["open_km"] = open_km.reindex(routes.index).fillna(0.0)
    routes["assumed"] = groups["assumed"].any().reindex(routes.index)
    return routes


def open_sections(layers: Layers, date: dt.date) -> gpd.GeoDataFrame:
    """
    Return the sections open on a day, each track or carriageway once.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
        The day asked for.

    Returns
    -------
    sections
        Open sections; one that shares the track of others is left out where these are open.
        A widening, a section of the group "expansion" on the carriageway of another, gives
        that one its lanes and its design speed.

    Examples
    --------
    >>> from datetime import date
    >>> "chengyu-hsr-1" in open_sections(lay, date(2014, 12, 31)).index
    False
    >>> "chengyu-hsr-1" in open_sections(lay, date(2015, 12, 31)).index
    True

    """
    sections = status_frame(layers.sections, date, layers.catalogue.region.as_of)
    sections = _widened(sections[sections["stage"] == "open"])
    here = set(sections.index)
    own = [not shares or not set(shares.split(";")) <= here for shares in sections["shares"]]
    return sections[np.array(own, bool)]


def _widened(sections: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a road the lanes and the speed of a later section on its carriageway."""
    expansion = sections[(sections["shares"] != "") & (sections["group"] == "expansion")]
    row = {section: i for i, section in enumerate(sections.index.tolist())}
    better = {key: sections[key].tolist() for key in ("design_speed_kmh", "lanes")}
    for wider, shares in zip(expansion.index.tolist(), expansion["shares"].tolist(), strict=True):
        for owner in set(shares.split(";")) & set(row):
            for values in better.values():
                known = [v for v in (values[row[owner]], values[row[wider]]) if notna(v)]
                values[row[owner]] = max(known, default=None)
    columns = {key: type(sections[key])(values, index=sections.index, dtype=sections[key].dtype)
               for key, values in better.items()}  # fmt: skip
    return sections.assign(**columns)


#: One letter per stage; "a" is open by assumption, for its expected year is over.
LETTERS = {"open": "o", "construction": "c", "planned": "p"}


def years_of(layers: Layers, date: dt.date) -> dict[int, dt.date]:
    """
    Return the years of the slider and the day each stands for.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
        The day of the page: it stands for its own year, 31 December for the others.

    Returns
    -------
    days
        Day by year.

    Examples
    --------
    >>> years = years_of(lay, cat.region.as_of)
    >>> min(years), str(years[2020])
    (1995, '2020-12-31')

    """
    first, last = layers.catalogue.region.map.years
    days = {year: dt.date(year, 12, 31) for year in range(first, last + 1)}
    return days | ({date.year: date} if date.year in days else {})


def stages_by_year(layers: Layers, days: Iterable[dt.date]) -> dict[str, str]:
    """
    Return the stage of every section on every day.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    days
        The days asked for.

    Returns
    -------
    stages
        By section, one letter per day: o open, a open by assumption, c under construction,
        p planned.

    Examples
    --------
    >>> days = [date(year, 12, 31) for year in (2020, 2025)]
    >>> stages_by_year(lay, days)["chengdawan-hsr-2"]
    'pc'

    """
    as_of = layers.catalogue.region.as_of
    columns = []
    for date in days:
        frame = status_frame(layers.sections, date, as_of)
        columns.append(
            [
                "a" if assumed else LETTERS[stage]
                for stage, assumed in zip(frame["stage"], frame["assumed"], strict=True)
            ]
        )
    rows = ["".join(letters) for letters in zip(*columns, strict=True)]
    return dict(zip(map(str, layers.sections.index), rows, strict=False))


def counts_by_year(
    layers: Layers, stages: dict[str, str], crossings: gpd.GeoDataFrame, count: int
) -> list[dict[str, dict[str, int]]]:
    """
    Count what is open in every year.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    stages
        Result of :func:`stages_by_year`.
    crossings
        Crossings between regions with their sides.
    count
        Number of years.

    Returns
    -------
    figures
        For every year `routes` fully open by mode and `crossings` open on both sides by mode.

    Examples
    --------
    >>> days = [date(year, 12, 31) for year in (2010, 2020)]
    >>> found = crossings_or_none(lay, days[-1])
    >>> counts = counts_by_year(lay, stages_by_year(lay, days), found, len(days))
    >>> [figures["crossings"]["rail"] for figures in counts]
    [4, 6]

    """
    routes = layers.sections.groupby("route_id", sort=True).groups
    modes = layers.routes["mode"]
    pairs = [
        (row.mode, [side.section_id for side in row.sides.values()])
        for row in crossings.itertuples()
    ]
    figures = []
    for i in range(count):
        is_open = {key for key, letters in stages.items() if letters[i] in "oa"}
        full = Counter(modes[r] for r, keys in routes.items() if is_open.issuperset(keys))
        open_pairs = Counter(mode for mode, keys in pairs if is_open.issuperset(keys))
        figures.append(
            {
                "routes": dict(sorted(full.items())),
                "crossings": dict(sorted(open_pairs.items())),
            }
        )
    return figures


def stage_of_letter(letter: str) -> str:
    """
    Return the stage that a letter stands for.

    Parameters
    ----------
    letter
        One of o, a, c and p.

    Returns
    -------
    stage
        Open, construction or planned.

    Examples
    --------
    >>> [stage_of_letter(letter) for letter in "oacp"]
    ['open', 'open', 'construction', 'planned']

    """
    return "open" if letter == "a" else STAGES["ocp".index(letter)]


def sections_on(layers: Layers, date: dt.date) -> DataFrame:
    """
    Return the sections with their stage on a day.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
        The day asked for.

    Returns
    -------
    frame
        Result of :func:`geo.layers.status.status_frame`.

    Examples
    --------
    >>> sections_on(lay, date(2015, 12, 31)).loc["chengyu-hsr-1", "stage"]
    'open'

    """
    return status_frame(layers.sections, date, layers.catalogue.region.as_of)
