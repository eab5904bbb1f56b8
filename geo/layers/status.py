"""The status of sections and routes on a date and by year."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache, partial

import geopandas as gpd
import numpy as np
from pandas import DataFrame, notna

from geo.catalogue import (
    CODE_OF_STATUS,
    OPEN_CODES,
    STAGES,
    STATUS_CODES,
    KnownStage,
    last_day,
    status_on,
)
from geo.core import made_once
from geo.layers.layers import Layers

#: Status as known, start of works, opening and expected year of a section.
Record = tuple[KnownStage, str, str, int | None]


def sections_on(layers: Layers, date: dt.date) -> gpd.GeoDataFrame:
    """
    Return the sections with their status on a date.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the date asked for.

    Returns
    -------
    frame
        A copy of the sections with `stage` (open, construction, unknown, planned), `assumed`:
        open only because the expected year is over, and the operating speed of the date.

    Examples
    --------
    >>> frame = sections_on(lay, cat.region.as_of.replace(year=2028))
    >>> frame.loc["chengyu-middle-hsr-1", "stage"], int(frame["assumed"].sum()) > 0
    ('open', True)
    """
    return made_once(layers, partial(_sections_on, layers, date), "sections", date).copy()


def _sections_on(layers: Layers, date: dt.date) -> gpd.GeoDataFrame:
    codes = _codes_on(_records(layers), date, layers.catalogue.region.as_of)
    found = [STATUS_CODES[code] for code in codes]
    speed = layers.sections["operating_speed_kmh"].copy()
    then = speeds_on(layers, date)
    speed.loc[list(then)] = list(then.values())
    return layers.sections.assign(
        stage=[status.stage for status in found],
        assumed=[status.assumed for status in found],
        operating_speed_kmh=speed,
    )


def _records(layers: Layers) -> tuple[Record, ...]:
    """Return what the status of every section follows from."""
    frame = layers.sections
    years = frame["expected"].astype(object).where(frame["expected"].notna(), None)
    texts = (frame[key].tolist() for key in ("status", "started", "opened"))
    return tuple(zip(*texts, years.tolist(), strict=True))


@lru_cache(maxsize=512)
def _codes_on(records: tuple[Record, ...], date: dt.date, as_of: dt.date) -> str:
    """Return one letter per section; every page, table and network of a date asks for the same."""
    found = (
        status_on(date, today=now, started=began, opened=opened, expected=year, as_of=as_of)
        for now, began, opened, year in records
    )
    codes = "".join(CODE_OF_STATUS[status] for status in found)
    return codes.replace("p", "n") if date < as_of else codes


def route_stage(sections: DataFrame) -> str:
    """
    Return the status of a route from those of its sections.

    Parameters
    ----------
    sections
        Sections of one route with `stage`.

    Returns
    -------
    stage
        The stage all sections share; "partly open" where only some are open; else the most
        advanced stage.

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
    Return the routes with their status on a date.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the date asked for.

    Returns
    -------
    routes
        The routes with `stage` (:func:`route_stage`), `open_km` and `assumed`.

    Examples
    --------
    >>> import datetime as dt
    >>> table = route_table(lay, dt.date(2025, 12, 31))
    >>> table.loc[["chengyu-hsr", "chengyu-middle-hsr", "chengdawan-hsr"], "stage"].tolist()
    ['open', 'construction', 'partly open']
    """
    sections, ids = sections_on(layers, date), layers.routes.index
    groups = sections.groupby("route_id", sort=False)
    is_open = sections[sections["stage"] == "open"]
    open_km = is_open.groupby("route_id")["running_km"].sum()
    return layers.routes.assign(
        stage=ids.map({name: route_stage(group) for name, group in groups}),
        open_km=open_km.reindex(ids).fillna(0.0),
        assumed=groups["assumed"].any().reindex(ids),
    )


def open_sections(layers: Layers, date: dt.date) -> gpd.GeoDataFrame:
    """
    Return the sections open on a date, each track or carriageway once.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the date asked for.

    Returns
    -------
    sections
        Open sections without those that share the track of open ones. A widening, a section of
        the group "expansion" on the carriageway of another, gives that one its lanes and speed.

    Examples
    --------
    >>> import datetime as dt
    >>> "chengyu-hsr-1" in open_sections(lay, dt.date(2014, 12, 31)).index
    False
    """
    return made_once(layers, partial(_open_sections, layers, date), "open", date).copy()


def _open_sections(layers: Layers, date: dt.date) -> gpd.GeoDataFrame:
    sections = sections_on(layers, date)
    return each_track_once(_widened(sections[sections["stage"] == "open"]))


def speeds_on(layers: Layers, date: dt.date) -> dict[str, float]:
    """
    Return the speeds that differed from or were those of today in a period around a date.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the date asked for.

    Returns
    -------
    speeds
        Operating speed in km/h by section, where `speeds_by_period` has one; of periods that
        meet on the day, that of the later. Before its first period a section has the speed of
        this: nothing says that it was faster.

    Examples
    --------
    >>> import datetime as dt
    >>> speeds_on(lay, dt.date(2019, 12, 31)).get("chengyu-hsr-1")
    300.0
    """
    rows = sorted(layers.catalogue.speeds_by_period, key=lambda row: row.from_date)
    first = {row.section_id: row for row in reversed(rows)}
    early = {
        key: row.operating_speed_kmh
        for key, row in first.items()
        if row.from_date and date < last_day(row.from_date)
    }
    return early | {row.section_id: row.operating_speed_kmh for row in rows if row.holds(date)}


def each_track_once(sections: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Leave out sections whose track or carriageway other sections of the same frame have.

    Parameters
    ----------
    sections
        Sections indexed by id, with `shares`.

    Returns
    -------
    sections
        The others.
    """
    here = set(sections.index.tolist())
    shared = sections["shares"].tolist()
    own = [not shares or not set(shares.split(";")) <= here for shares in shared]
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
    columns = {
        key: type(sections[key])(values, index=sections.index, dtype=sections[key].dtype)
        for key, values in better.items()
    }
    return sections.assign(**columns)


def years_of(layers: Layers, date: dt.date) -> dict[int, dt.date]:
    """
    Return the years of the slider and the date each stands for.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the date of the page, which stands for its own year.

    Returns
    -------
    dates
        Date by year.
    """
    first, last = layers.catalogue.region.map.years
    days = {year: dt.date(year, 12, 31) for year in range(first, last + 1)}
    return days | ({date.year: date} if date.year in days else {})


def stages_by_year(layers: Layers, dates: Iterable[dt.date]) -> dict[str, str]:
    """
    Return the status of every section on every date.

    Parameters
    ----------
    layers, dates
        The layers of the catalogue, and the dates asked for.

    Returns
    -------
    stages
        By section, one letter of `geo.catalogue.STATUS_CODES` per date.

    Examples
    --------
    >>> dates = years_of(lay, cat.region.as_of)
    >>> stages_by_year(lay, [dates[2020], dates[2025]])["chengdawan-hsr-2"]
    'nc'
    """
    records, as_of = _records(layers), layers.catalogue.region.as_of
    columns = [_codes_on(records, date, as_of) for date in dates]
    rows = map("".join, zip(*columns, strict=True))
    return dict(zip(map(str, layers.sections.index), rows, strict=False))


def counts_by_year(
    layers: Layers, stages: dict[str, str], crossings: gpd.GeoDataFrame, count: int
) -> list[dict[str, dict[str, int]]]:
    """
    Count what is open in every year.

    Parameters
    ----------
    layers, stages
        The layers of the catalogue, and the result of `stages_by_year`.
    crossings, count
        Crossings between regions with their sides, and the number of years.

    Returns
    -------
    figures
        For every year `routes` fully open by mode and `crossings` open on both sides by mode.

    Examples
    --------
    >>> stages = stages_by_year(lay, [years_of(lay, cat.region.as_of)[2020]])
    >>> counts = counts_by_year(lay, stages, geo.border_crossings(lay, year=2020), 1)
    >>> counts[0]["crossings"]["rail"]
    6
    """
    routes = layers.sections.groupby("route_id", sort=True).groups
    modes = dict(zip(layers.routes.index.tolist(), layers.routes["mode"].tolist(), strict=True))
    pairs = [
        (row.mode, [side.section_id for side in row.sides.values()])
        for row in crossings.itertuples()
    ]
    figures = []
    for i in range(count):
        is_open = {key for key, letters in stages.items() if letters[i] in OPEN_CODES}
        full = Counter(modes[r] for r, keys in routes.items() if is_open.issuperset(keys))
        open_pairs = Counter(mode for mode, keys in pairs if is_open.issuperset(keys))
        counts = {"routes": full, "crossings": open_pairs}
        figures.append({key: dict(sorted(count.items())) for key, count in counts.items()})
    return figures
