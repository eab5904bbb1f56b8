"""What the pages show of the layers, as plain values: stages by year, figures, features."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from geo.dates import STAGES
from geo.layers import status_frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from pandas import DataFrame

    from geo.catalogue import Catalogue
    from geo.layers import Layers

#: One letter per stage; "a" is open by assumption, for its expected year is over.
LETTERS = {"open": "o", "construction": "c", "planned": "p"}


def years_of(layers: Layers, day: date) -> dict[int, date]:
    """
    Return the years of the slider and the day each stands for.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
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
    days = {year: date(year, 12, 31) for year in range(first, last + 1)}
    return days | ({day.year: day} if day.year in days else {})


def stages_by_year(layers: Layers, days: Iterable[date]) -> dict[str, str]:
    """
    Return the stage of every section on every day.

    Parameters
    ----------
    layers
        The drawn catalogue.
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
    for day in days:
        frame = status_frame(layers.sections, day, as_of)
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
        The drawn catalogue.
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


def crossings_or_none(layers: Layers, day: date, mode: str | None = None) -> gpd.GeoDataFrame:
    """
    Return the crossings between the first two regions, none where there is no second one.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
        The day asked for.
    mode
        Only this mode of transport.

    Returns
    -------
    crossings
        Result of :func:`geo.borders.crossings`, empty where it cannot be known.

    Examples
    --------
    >>> sorted(set(crossings_or_none(lay, date(2025, 12, 31))["mode"]))
    ['rail', 'road', 'water']
    """
    from geo.borders import crossings

    if layers.catalogue.region.bordered and len(layers.sections):
        return crossings(layers, year=day, mode=mode)
    import geopandas as gpd

    return gpd.GeoDataFrame({"mode": [], "sides": []}, geometry=[], crs=4326)


def used_sources(catalogue: Catalogue, keys: Iterable[str]) -> dict[str, list[str]]:
    """
    Return the sources that a page refers to.

    Parameters
    ----------
    catalogue
        The catalogue.
    keys
        Keys of the sources; unknown ones are left out.

    Returns
    -------
    sources
        Title, publisher, date and address by key; an address that is no web page is empty.

    Examples
    --------
    >>> key = cat.sources[0].key
    >>> list(used_sources(cat, [key, "nobody"])) == [key]
    True
    """
    wanted = set(keys)
    return {
        row.key: [row.title, row.publisher, row.date, web_address(row.url)]
        for row in catalogue.sources
        if row.key in wanted
    }


def web_address(url: str) -> str:
    """
    Return an address that is safe to link to.

    Parameters
    ----------
    url
        Any text.

    Returns
    -------
    url
        The address if it is http or https, else nothing.

    Examples
    --------
    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)")
    ('https://example.org/a', '')
    """
    return url if url.startswith(("http://", "https://")) else ""


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


def status_today(layers: Layers, day: date) -> DataFrame:
    """
    Return the sections with their stage on a day.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
        The day asked for.

    Returns
    -------
    frame
        Result of :func:`geo.layers.status_frame`.

    Examples
    --------
    >>> status_today(lay, date(2015, 12, 31)).loc["chengyu-hsr-1", "stage"]
    'open'
    """
    return status_frame(layers.sections, day, layers.catalogue.region.as_of)
