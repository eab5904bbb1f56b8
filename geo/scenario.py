"""Two dates side by side, and what each project is worth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.dates import parse_day
from geo.distributed import here
from geo.layers import as_layers, status_frame
from geo.network import network
from geo.report import cities_of, statistics
from geo.terms import MODES
from geo.times import time_matrix, travel_graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray
    from pandas import DataFrame

    from geo.catalogue import Catalogue
    from geo.distributed import Share
    from geo.layers import Layers
    from geo.network import Network
    from geo.tables import City, Project

#: The horizons within which people are counted, in minutes.
HORIZONS = (60, 120)


def with_projects(
    drawn: Layers, projects: Iterable[Project], *, day: date, done: bool = True
) -> Layers:
    """
    Return the layers as they would be if projects were done by a day, or were never done.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    projects
        Projects to do or to leave undone. The sections of a project of the change "close" are
        closed when it is done; "add" and "upgrade" open theirs; a "delay" opens them in the
        year of the project and not before.
    day
        The day by which they are done.
    done
        False: the sections are neither open nor expected on any day.

    Returns
    -------
    layers
        A copy with other dates of opening.

    Examples
    --------
    >>> from datetime import date
    >>> project = next(p for p in cat.projects if p.project_id == "chengdawan")
    >>> then = with_projects(lay, [project], day=date(2025, 12, 31))
    >>> then.sections.loc["chengdawan-hsr-2", ["status", "opened"]].tolist()
    ['open', '2025-12-31']
    >>> lay.sections.loc["chengdawan-hsr-2", "status"]
    'construction'
    """
    for project in projects:
        opens = done != (project.change == "close")
        late = project.change == "delay" and project.year is not None and day.year < project.year
        ids = [key for key in project.sections.split(";") if key]
        drawn = with_sections(drawn, ids, open_on=day if opens and not late else None)
    return drawn


def with_sections(drawn: Layers, ids: Iterable[str], *, open_on: date | None) -> Layers:
    """
    Return the layers as they would be if sections were open, or never opened.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    ids
        Ids of the sections; those that are open by then already keep their date.
    open_on
        The day they open; None: they are neither open nor expected on any day.

    Returns
    -------
    layers
        A copy with other dates of opening.

    Examples
    --------
    >>> without = with_sections(lay, ["chengyu-hsr-1"], open_on=None)
    >>> "chengyu-hsr-1" in set(geo.network(without, year=2025).edges["section_id"])
    False
    """
    sections = drawn.sections.copy()
    rows = list(ids)
    if open_on is None:
        sections.loc[rows, ["status", "opened", "started"]] = ["planned", "", ""]
        sections.loc[rows, "expected"] = None
        return replace(drawn, sections=sections)
    stages = status_frame(sections.loc[rows], open_on, drawn.catalogue.region.as_of)["stage"]
    closed = list(stages.index[stages != "open"])
    sections.loc[closed, ["status", "opened"]] = ["open", open_on.isoformat()]
    return replace(drawn, sections=sections)


def times(drawn: Layers, day: date, mode: str = "any") -> NDArray[np.float64]:
    """
    Return the fastest times between all cities on a day.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    day
        The day asked for.
    mode
        Road, rail, water or any.

    Returns
    -------
    minutes
        Shape (n, n), infinite where there is no way.

    Examples
    --------
    >>> from datetime import date
    >>> minutes = times(lay, date(2025, 12, 31))
    >>> minutes.shape == (len(cities_of(cat)),) * 2
    True
    >>> bool(np.isfinite(minutes).all())
    True
    """
    cities = cities_of(drawn.catalogue)
    net = network(drawn, year=day, nodes="stops")
    return time_matrix(travel_graph(net, cities, mode=mode), cities)


def nearness(minutes: NDArray[np.float64], people: NDArray[np.float64]) -> float:
    r"""
    Return how near people are to each other: the mean of 1/t over all pairs of people.

    Formula: sum over i != j of P_i P_j / t_ij, over sum over i != j of P_i P_j, times 60
    (Latora and Marchiori 2001, weighted by people). A pair without a way counts 0, so a new
    link never lowers it.

    Parameters
    ----------
    minutes
        Times, shape (n, n).
    people
        People per city, shape (n,).

    Returns
    -------
    value
        Per hour.

    Examples
    --------
    >>> minutes = np.array([[0, 30, np.inf], [30, 0, 60], [np.inf, 60, 0]])
    >>> round(nearness(minutes, np.array([1.0, 1, 1])), 6)
    1.0
    """
    weight = np.outer(people, people)
    np.fill_diagonal(weight, 0.0)
    off = ~np.eye(len(people), dtype=bool)
    inverse = np.zeros_like(minutes)
    inverse[off] = 1 / minutes[off]
    total = weight.sum()
    return float(60 * (weight * inverse).sum() / total) if total else float("nan")


def compare_stats(drawn: Layers, before: date, after: date) -> DataFrame:
    """
    Return every statistic on two dates with the difference.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    before, after
        The two dates.

    Returns
    -------
    table
        Indexed by name (``rail.beta``; the whole network has no prefix), with `before`,
        `after` and `delta`.

    Examples
    --------
    >>> from datetime import date
    >>> table = compare_stats(lay, date(2019, 12, 31), date(2020, 12, 31))
    >>> table.loc["road.links"].tolist()
    [11.0, 12.0, 1.0]
    """
    import pandas as pd

    flat = [
        named_statistics(network(drawn, year=day)) | _links(drawn, day) for day in (before, after)
    ]
    names = list(dict.fromkeys([*flat[0], *flat[1]]))
    table = pd.DataFrame({"before": pd.Series(flat[0]), "after": pd.Series(flat[1])})
    table = table.reindex(names).astype(float)
    return table.assign(delta=table["after"] - table["before"]).rename_axis("name")


def named_statistics(net: Network) -> dict[str, float]:
    """
    Return the connectivity indices of a network and of its modes in one row.

    Parameters
    ----------
    net
        A network.

    Returns
    -------
    values
        By name: ``beta`` of the whole network, ``rail.beta`` of a mode.

    Examples
    --------
    >>> named_statistics(net)["rail.p"]
    1.0
    """
    return {
        str(key if mode == "all" else f"{mode}.{key}"): value
        for mode, row in statistics(net).iterrows()
        for key, value in row.items()
    }


def _links(drawn: Layers, day: date) -> dict[str, float]:
    """Count the links between the first two regions that are open to the traveller."""
    from geo.borders import crossings

    if not drawn.catalogue.region.bordered:
        return {}
    open_ones = crossings(drawn, year=day).query("status == 'open'")
    counts = open_ones["mode"].value_counts().reindex(MODES, fill_value=0)
    return {f"{mode}.links": float(n) for mode, n in counts.items()}


def compare_cities(drawn: Layers, before: date, after: date, mode: str = "any") -> DataFrame:
    """
    Return what changes for every city between two dates.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    before, after
        The two dates.
    mode
        Road, rail, water or any.

    Returns
    -------
    table
        One row per city: people-weighted mean minutes to the cities reached on both dates
        (`mean_min_before`, `mean_min_after`), and people within 1 h and 2 h
        (`people_60min_before` …), each with its difference.

    Examples
    --------
    >>> from datetime import date
    >>> table = compare_cities(lay, date(2010, 12, 31), date(2020, 12, 31)).set_index("name_en")
    >>> bool(table.loc["Chengdu", "mean_min_delta"] < 0)
    True
    """
    pair = [times(drawn, day, mode) for day in (before, after)]
    return city_changes(cities_of(drawn.catalogue), *pair)


def city_changes(
    cities: Sequence[City], before: NDArray[np.float64], after: NDArray[np.float64]
) -> DataFrame:
    """
    Return what a change of travel times means for every city.

    Parameters
    ----------
    cities
        The cities, n of them.
    before, after
        Times, shape (n, n).

    Returns
    -------
    table
        The columns of `compare_cities`.

    Examples
    --------
    >>> before = np.array([[0.0, 90], [90, 0]])
    >>> city_changes(cities_of(cat)[:2], before, before / 2)["mean_min_delta"].tolist()
    [-45.0, -45.0]
    """
    import pandas as pd

    people = np.array([city.population for city in cities], float)
    both = np.isfinite(before) & np.isfinite(after) & ~np.eye(len(cities), dtype=bool)
    weight = np.where(both, people, 0.0)
    table = pd.DataFrame(
        {"city_id": [c.city_id for c in cities], "name_zh": [c.name_zh for c in cities],
         "name_en": [c.name_en for c in cities], "region": [c.region for c in cities]}
    )  # fmt: skip
    for name, minutes in (("before", before), ("after", after)):
        total = weight.sum(axis=1)
        spent = (weight * np.where(both, minutes, 0.0)).sum(axis=1)
        table[f"mean_min_{name}"] = np.divide(
            spent, total, out=np.full(len(cities), np.nan), where=total > 0
        )
        for horizon in HORIZONS:
            table[f"people_{horizon}min_{name}"] = (people * (minutes <= horizon)).sum(axis=1)
    for key in ("mean_min", *(f"people_{horizon}min" for horizon in HORIZONS)):
        table[f"{key}_delta"] = table[f"{key}_after"] - table[f"{key}_before"]
    return table


def compare(
    source: Catalogue | Layers,
    before: int | str | date,
    after: int | str | date,
    *,
    share: Share = here,
) -> dict[str, Any]:
    """
    Return two dates side by side: statistics, cities and projects.

    Parameters
    ----------
    source
        A catalogue, or its layers where they are there already.
    before, after
        Years (their 31 December) or dates.
    share
        Where projects are added and left out (`geo.distributed.workers`); default: in this
        process.

    Returns
    -------
    tables
        `stats`, `cities` and `projects`, DataFrames, and the two dates `from` and `to`.

    Examples
    --------
    >>> cat = geo.load()
    >>> found = geo.compare(cat, 2019, 2020)
    >>> found["stats"].loc["road.links"].tolist()
    [11.0, 12.0, 1.0]
    >>> sorted(found)
    ['cities', 'from', 'projects', 'stats', 'to']
    >>> bool(found["cities"]["mean_min_delta"].max() <= 0)
    True
    """
    from geo.projects import project_values

    drawn, first, second = as_layers(source), parse_day(before), parse_day(after)
    return {
        "from": first,
        "to": second,
        "stats": compare_stats(drawn, first, second),
        "cities": compare_cities(drawn, first, second),
        "projects": project_values(drawn, first, second, share=share),
    }
