"""Two dates side by side, and what each project changes: alone today, and as the last one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from geo.catalogue import MODES, Catalogue, City, Project, cities_of, parse_day
from geo.connectivity import mode_indices
from geo.core import Executor, run_locally
from geo.layers import Layers, as_layers, border_crossings, status_frame
from geo.network import Network, build_network, city_travel_times, travel_graph
from geo.scenarios.alternatives import with_projects

#: The horizons within which people are counted, in minutes.
HORIZONS = (60, 120)


def times(layers: Layers, date: dt.date, mode: str = "any") -> NDArray[np.float64]:
    """
    Return the fastest times between all cities on a day.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
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
    cities = cities_of(layers.catalogue)
    net = build_network(layers, year=date, nodes="stops")
    return city_travel_times(travel_graph(net, cities, mode=mode), cities)


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


def compare_stats(layers: Layers, before: dt.date, after: dt.date) -> DataFrame:
    """
    Return every statistic on two dates with the difference.

    Parameters
    ----------
    layers
        The layers of the catalogue.
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
    flat = [
        named_statistics(build_network(layers, year=date)) | _links(layers, date)
        for date in (before, after)
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
        for mode, row in mode_indices(net).iterrows()
        for key, value in row.items()
    }


def _links(layers: Layers, date: dt.date) -> dict[str, float]:
    """Count the links between the first two regions that are open to the traveller."""
    if not layers.catalogue.region.bordered:
        return {}
    open_ones = border_crossings(layers, year=date).query("status == 'open'")
    counts = open_ones["mode"].value_counts().reindex(MODES, fill_value=0)
    return {f"{mode}.links": float(n) for mode, n in counts.items()}


def compare_cities(
    layers: Layers, before: dt.date, after: dt.date, mode: str = "any"
) -> DataFrame:
    """
    Return what changes for every city between two dates.

    Parameters
    ----------
    layers
        The layers of the catalogue.
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
    pair = [times(layers, date, mode) for date in (before, after)]
    return city_changes(cities_of(layers.catalogue), *pair)


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


def compare_dates(
    source: Catalogue | Layers,
    before: int | str | dt.date,
    after: int | str | dt.date,
    *,
    executor: Executor = run_locally,
) -> dict[str, Any]:
    """
    Return two dates side by side: statistics, cities and projects.

    Parameters
    ----------
    source
        A catalogue, or its layers where they are there already.
    before, after
        Years (their 31 December) or dates.
    executor
        Where projects are added and left out (`geo.core.executor.dask_executor`); default: in this
        process.

    Returns
    -------
    tables
        `stats`, `cities` and `projects`, DataFrames, and the two dates `from` and `to`.

    Examples
    --------
    >>> cat = geo.load()
    >>> found = geo.compare_dates(cat, 2019, 2020)
    >>> found["stats"].loc["road.links"].tolist()
    [11.0, 12.0, 1.0]
    >>> sorted(found)
    ['cities', 'from', 'projects', 'stats', 'to']
    >>> bool(found["cities"]["mean_min_delta"].max() <= 0)
    True

    """
    layers, first, second = as_layers(source), parse_day(before), parse_day(after)
    return {
        "from": first,
        "to": second,
        "stats": compare_stats(layers, first, second),
        "cities": compare_cities(layers, first, second),
        "projects": project_benefits(layers, first, second, executor=executor),
    }


def added_alone(
    layers: Layers,
    projects: Sequence[Project],
    date: dt.date,
    mode: str = "any",
    *,
    executor: Executor = run_locally,
) -> dict[str, NDArray[np.float64]]:
    """
    Return the times between all cities with each project added alone on a day.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    projects
        The projects.
    date
        The day.
    mode
        Road, rail, water or any.
    executor
        Where projects are added (`geo.core.executor.dask_executor`); default: in this process.

    Returns
    -------
    times
        Minutes, shape (n, n), by project id.

    Examples
    --------
    >>> from datetime import date
    >>> added = added_alone(lay, cat.projects[:1], date(2026, 12, 31))
    >>> list(added)
    ['chengyu-middle']

    """
    names = [project.project_id for project in projects]
    return dict(zip(names, executor(_with, (layers, date, mode), projects), strict=True))


def _with(large: tuple[Layers, dt.date, str], project: Project) -> NDArray[np.float64]:
    layers, date, mode = large
    return times(with_projects(layers, [project], date=date), date, mode)


def _without(large: tuple[Layers, dt.date, str], project: Project) -> NDArray[np.float64]:
    layers, date, mode = large
    return times(with_projects(layers, [project], date=date, done=False), date, mode)


def project_effects(
    layers: Layers, added: Mapping[str, NDArray[np.float64]], date: dt.date, mode: str = "any"
) -> DataFrame:
    """
    Return what each project alone would change for every city on a day.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    added
        Times with each project added alone (`added_alone`).
    date
        The day.
    mode
        Road, rail, water or any.

    Returns
    -------
    table
        `project_id`, `project_zh`, `project_en` and the columns of `compare_cities`, one row
        per project and city.

    Examples
    --------
    >>> from datetime import date
    >>> day = date(2026, 12, 31)
    >>> table = project_effects(lay, added_alone(lay, cat.projects[:1], day), day)
    >>> len(table), bool(table["mean_min_delta"].max() <= 0)
    (47, True)

    """
    cities, now = cities_of(layers.catalogue), times(layers, date, mode)
    tables = []
    for project in (p for p in layers.catalogue.projects if p.project_id in added):
        table = city_changes(cities, now, added[project.project_id])
        names = {"project_id": project.project_id, "project_zh": project.name_zh,
                 "project_en": project.name_en}  # fmt: skip
        for position, (key, value) in enumerate(names.items()):
            table.insert(position, key, value)
        tables.append(table)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def project_benefits(
    layers: Layers,
    before: dt.date,
    after: dt.date,
    mode: str = "any",
    *,
    added: Mapping[str, NDArray[np.float64]] | None = None,
    executor: Executor = run_locally,
) -> DataFrame:
    """
    Return what each project that opens between two dates is worth, two ways.

    `first_in` is the gain when the project alone is added to the state at the start,
    `last_in` the loss when it alone is missing from the state at the end, both in nearness
    (`nearness`) as a percentage of that at the start, NaN where that is nothing. A project
    worth more at the end than at the start complements the others; one worth less replaces or
    is replaced by them.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    before, after
        The two dates.
    mode
        Road, rail, water or any.
    added
        Times with each of them added alone at the start, where they are known already.
    executor
        Where projects are left out (`geo.core.executor.dask_executor`); default: in this process.

    Returns
    -------
    table
        One row per project: `project_id`, names, `change`, `year`, `first_in_percent`,
        `last_in_percent`, `relation` (complements, replaces, independent).

    Examples
    --------
    >>> from datetime import date
    >>> table = project_benefits(lay, date(2026, 12, 31), date(2027, 12, 31))
    >>> bool((table["first_in_percent"] >= 0).all())
    True

    """
    people = np.array([city.population for city in cities_of(layers.catalogue)], float)
    opening = opening_between(layers, before, after)
    if added is None:
        added = added_alone(layers, opening, before, mode, executor=executor)
    start = nearness(times(layers, before, mode), people)
    end = nearness(times(layers, after, mode), people)
    rows = []
    for project, late in zip(
        opening, executor(_without, (layers, after, mode), opening), strict=True
    ):
        first = nearness(added[project.project_id], people) - start
        last = end - nearness(late, people)
        rows.append(_value_row(project, first, last, start))
    columns = ["project_id", "name_zh", "name_en", "change", "year", "first_in_percent",
               "last_in_percent", "relation"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("last_in_percent", ascending=False, ignore_index=True)


def opening_between(layers: Layers, before: dt.date, after: dt.date) -> list[Project]:
    """
    Return the projects that open between two dates.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    before, after
        The two dates.

    Returns
    -------
    projects
        Those with all sections open on the second date and not on the first.

    Examples
    --------
    >>> from datetime import date
    >>> found = opening_between(lay, date(2026, 12, 31), date(2027, 12, 31))
    >>> sorted(project.name_zh for project in found)
    ['成渝中线高铁', '成达万高铁']

    """
    projects = layers.catalogue.projects
    return [project for project in projects if _opens_between(layers, project, before, after)]


def _opens_between(layers: Layers, project: Project, before: dt.date, after: dt.date) -> bool:
    rows = layers.sections.loc[[key for key in project.sections.split(";") if key]]
    as_of = layers.catalogue.region.as_of
    stages = [set(status_frame(rows, date, as_of)["stage"]) for date in (before, after)]
    return stages[0] != {"open"} and stages[1] == {"open"}


def _value_row(project: Project, first: float, last: float, start: float) -> dict[str, Any]:
    """Return two gains in percent of the start; unknown where no city could be reached then."""
    tiny, alike = max(abs(first), abs(last)) <= 1e-5 * start, 0.05 * max(first, last)
    small = tiny or abs(last - first) < alike
    relation = "independent" if small else ("complements" if last > first else "replaces")
    percent = 100 / start if start else float("nan")
    return {
        "project_id": project.project_id,
        "name_zh": project.name_zh,
        "name_en": project.name_en,
        "change": project.change,
        "year": project.year,
        "first_in_percent": percent * first,
        "last_in_percent": percent * last,
        "relation": relation,
    }
