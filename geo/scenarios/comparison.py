"""Two dates or two catalogues side by side, and what each project changes, first or last in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from geo.catalogue import MODES, Catalogue, City, Project, parse_date, populations
from geo.connectivity import expected_opportunities, mean_travel_time, mode_indices
from geo.core import BadInputError, Executor, Message, remembered, run_locally
from geo.layers import (
    Layers,
    as_layers,
    counts_by_year,
    crossings_or_none,
    sections_on,
    stages_by_year,
    travel_facts,
)
from geo.network import DoorTimes, Network, build_network, crossings_without_junction, door_times
from geo.scenarios.alternatives import section_ids, with_projects

#: People are counted within these minutes.
HORIZONS = (60, 120)
#: Gains below this share of the start are nothing.
NOTHING = 1e-5
#: A pair of cities that wins less, in minutes, wins nothing.
LEAST_MIN = 0.05
#: Pairs of cities listed that win most, or lose most.
PAIRS = 10
#: Two gains of a project that differ by less than this share of the larger one are alike.
ALIKE = 0.05
#: Layers on a day.
State = tuple[Layers, dt.date]


def travel_times_on(
    layers: Layers, date: dt.date, mode: str = "any", *, facts: str = ""
) -> DoorTimes:
    """
    Return the fastest times between all cities, and to where people live, on a day.

    Parameters
    ----------
    layers, date, mode
        The layers of the catalogue, and the day asked for; road, rail, water or any.
    facts
        What travel on the day follows from (:func:`geo.layers.travel_facts`), where it is known.

    Returns
    -------
    times
        From door to door, in the order of `Catalogue.centres` and `Catalogue.settlements`;
        infinite where there is no way.

    Examples
    --------
    >>> from datetime import date
    >>> minutes = travel_times_on(lay, date(2025, 12, 31)).cities
    >>> minutes.shape == (len(cat.centres),) * 2
    True
    >>> bool(np.isfinite(minutes).all())
    True
    """

    def make() -> DoorTimes:
        return door_times(build_network(layers, year=date, nodes="stops"), mode=mode)

    return remembered(make, "door times", facts or travel_facts(layers, date), mode)


def weighted_efficiency(minutes: NDArray[np.float64], people: NDArray[np.float64]) -> float:
    r"""
    Return the global efficiency weighted by people, per hour, which the pages call nearness.

    E = 60 sum_{i != j} (P_i P_j / t_ij) / sum_{i != j} P_i P_j, the mean of 1/t over all pairs of
    people (after Latora and Marchiori 2001), NaN where there is none. A pair without a way counts
    0, so a new link never lowers it.
    """
    weight = np.outer(people, people)
    np.fill_diagonal(weight, 0.0)
    off = ~np.eye(len(people), dtype=bool)
    inverse = np.zeros_like(minutes)
    inverse[off] = 1 / minutes[off]
    total = weight.sum()
    return float(60 * (weight * inverse).sum() / total) if total else float("nan")


def compare_indices(before: State, after: State) -> DataFrame:
    """Return every index of two states (`before`, `after`) with the difference (`delta`)."""
    named = []
    for layers, date in (before, after):
        (links,) = open_links(layers, stages_by_year(layers, [date]), [date])
        named.append(indices_by_name(build_network(layers, year=date)) | links)
    names = list(dict.fromkeys([*named[0], *named[1]]))
    table = pd.DataFrame({"before": pd.Series(named[0]), "after": pd.Series(named[1])})
    table = table.reindex(names).astype(float)
    return table.assign(delta=table["after"] - table["before"]).rename_axis("name")


def indices_by_name(net: Network, known: Any = None) -> dict[str, float]:
    """Return the indices of a network (``beta``) and of its modes (``rail.beta``)."""
    return {
        str(key if mode == "all" else f"{mode}.{key}"): value
        for mode, row in mode_indices(net, known=known).iterrows()
        for key, value in row.items()
    }


def open_links(
    layers: Layers, stages: dict[str, str], dates: Collection[dt.date]
) -> list[dict[str, float]]:
    """Count on every date the crossings of the first two regions open on both sides, by mode."""
    if not layers.catalogue.region.bordered:
        return [{} for _ in dates]
    crossings = crossings_or_none(layers, max(dates))
    return [
        {f"{mode}.links": float(counts["crossings"].get(mode, 0)) for mode in MODES}
        for counts in counts_by_year(layers, stages, crossings, len(dates))
    ]


def compare_cities(
    layers: Layers, before: dt.date, after: dt.date, mode: str = "any"
) -> DataFrame:
    """
    Return what changes for every city between two dates.

    Parameters
    ----------
    layers, before, after, mode
        The layers of the catalogue, and the two dates; road, rail, water or any.

    Returns
    -------
    table
        One row per city: mean minutes, weighted by people, to the cities reached on both dates
        (`mean_min_before`, `mean_min_after`), and people within 1 h and 2 h
        (`people_60min_before` …), each with its difference.

    Examples
    --------
    >>> from datetime import date
    >>> table = compare_cities(lay, date(2010, 12, 31), date(2020, 12, 31)).set_index("name_en")
    >>> bool(table.loc["Chengdu", "mean_min_delta"] < 0)
    True
    """
    pair = [travel_times_on(layers, date, mode) for date in (before, after)]
    return city_changes(layers.catalogue, pair[0], pair[1], mode)


def city_changes(
    catalogue: Catalogue, before: DoorTimes, after: DoorTimes, mode: str = "any"
) -> DataFrame:
    """
    Return what a change of travel times means for every city.

    Parameters
    ----------
    catalogue, before, after
        The catalogue of the cities, and the times (`travel_times_on`).
    mode
        The mode they are of: how far they may be off.

    Returns
    -------
    table
        The columns of `compare_cities`.

    Examples
    --------
    >>> from datetime import date
    >>> times = travel_times_on(lay, date(2025, 12, 31))
    >>> float(city_changes(cat, times, times)["mean_min_delta"].abs().max())
    0.0
    """
    living = populations(catalogue.settlements)
    return _changes_of(catalogue.centres, ((before, living), (after, living)), mode)


#: Times, and the people of the settlements they lead to.
Side = tuple[DoorTimes, NDArray[np.float64]]


def _changes_of(cities: Sequence[City], sides: tuple[Side, Side], mode: str = "any") -> DataFrame:
    """Return what a change of travel times means for cities."""
    people, (before, after) = populations(cities), (times for times, _ in sides)
    both = np.isfinite(before.cities) & np.isfinite(after.cities)
    names = ("city_id", "name", "name_en", "region")
    table = pd.DataFrame({name: [getattr(city, name) for city in cities] for name in names})
    for name, (times, living) in zip(("before", "after"), sides, strict=True):
        reached = np.where(both, times.cities, np.inf)
        table[f"mean_min_{name}"] = mean_travel_time(reached, people)[2]
        for horizon in HORIZONS:
            within = expected_opportunities(times.settlements, living, horizon, mode)
            table[f"people_{horizon}min_{name}"] = within.round()
    for key in ("mean_min", *(f"people_{horizon}min" for horizon in HORIZONS)):
        table[f"{key}_delta"] = table[f"{key}_after"] - table[f"{key}_before"]
    return table


def compare_dates(
    source: Catalogue | Layers,
    before: float | str | dt.date | np.datetime64,
    after: float | str | dt.date | np.datetime64,
    *,
    executor: Executor = run_locally,
) -> dict[str, Any]:
    """
    Return two dates side by side: statistics, cities and projects.

    Parameters
    ----------
    source, before, after
        A catalogue, or its layers, and two years (their 31 December) or dates.
    executor
        Where projects are added and left out (:func:`geo.core.dask_executor`); default: in
        this process.

    Returns
    -------
    tables
        `stats`, `cities`, `projects` and `pairs` (`pair_gains`), DataFrames, and the two dates
        `from` and `to`.

    Examples
    --------
    >>> cat = geo.load()
    >>> found = geo.compare_dates(cat, 2019, 2020)
    >>> found["stats"].loc["road.links"].tolist()
    [11.0, 12.0, 1.0]
    >>> sorted(found)
    ['cities', 'from', 'pairs', 'projects', 'stats', 'to']
    >>> bool(found["cities"]["mean_min_delta"].max() <= 0)
    True
    """
    layers, dates = as_layers(source), (parse_date(before), parse_date(after))
    times = [travel_times_on(layers, date) for date in dates]
    return {
        "from": dates[0],
        "to": dates[1],
        "stats": compare_indices(*((layers, date) for date in dates)),
        "cities": city_changes(layers.catalogue, times[0], times[1]),
        "projects": project_tables(layers, dates, times, executor=executor)[0],
        "pairs": pair_gains(layers.catalogue.centres, times[0].cities, times[1].cities),
    }


def compare_catalogues(
    before: Catalogue | Layers,
    after: Catalogue | Layers,
    year: float | str | dt.date | np.datetime64 | None = None,
    *,
    executor: Executor = run_locally,
) -> dict[str, Any]:
    """
    Return two catalogues side by side on one date: statistics, cities and projects.

    Parameters
    ----------
    before, after
        Two catalogues, such as the shipped one and a copy with a plan more, or their layers.
    year, executor
        A year (its 31 December) or a date, by default today; as in `compare_dates`.

    Returns
    -------
    tables
        As those of `compare_dates`, `from` and `to` being one date, and `worse`, the pairs that
        lose most (`saved_min` below 0). Cities are those that both have, by id; projects those
        done in the second catalogue only, first in alone, without the others.

    Raises
    ------
    BadInputError
        When no city is in both.

    Examples
    --------
    >>> cat = geo.load()
    >>> plan = cat.with_section("chengyu-middle-hsr-1", expected=2035)
    >>> found = geo.compare_catalogues(plan, cat, 2028)
    >>> bool(found["stats"].loc["rail.length_km", "delta"] > 0)
    True
    """
    old, new, date = as_layers(before), as_layers(after), parse_date(year)
    known = [city.city_id for city in old.catalogue.centres]
    cities = [city for city in new.catalogue.centres if city.city_id in known]
    if not cities:
        raise BadInputError("expected a city that both catalogues have; no id is in both")
    was, is_now = (travel_times_on(layers, date) for layers in (old, new))
    sides = _of_cities(old.catalogue, was, cities), _of_cities(new.catalogue, is_now, cities)
    projects = projects_opening((old, date), (new, date))
    start = with_projects(new, projects, date=date, done=False)
    pair = travel_times_on(start, date) if projects else is_now, is_now
    return {
        "from": date,
        "to": date,
        "stats": compare_indices((old, date), (new, date)),
        "cities": _changes_of(cities, sides),
        "projects": _benefits((start, date), (new, date), projects, pair, executor=executor)[0],
        "pairs": pair_gains(cities, sides[0][0].cities, sides[1][0].cities),
        "worse": _pair_losses(cities, sides[0][0].cities, sides[1][0].cities),
    }


def _pair_losses(
    cities: Sequence[City], before: NDArray[np.float64], after: NDArray[np.float64]
) -> DataFrame:
    """Return the pairs of cities that lose most minutes, in the columns of `pair_gains`."""
    found = pair_gains(cities, after, before)
    turned = found.rename(columns={"before_min": "after_min", "after_min": "before_min"})
    return turned.assign(saved_min=-turned["saved_min"])[found.columns]


def _of_cities(catalogue: Catalogue, times: DoorTimes, cities: Sequence[City]) -> Side:
    """Return the times of some centres, with the people of the settlements they lead to."""
    ids = [city.city_id for city in catalogue.centres]
    at = [ids.index(city.city_id) for city in cities]
    part = DoorTimes(times.cities[np.ix_(at, at)], times.settlements[at])
    return part, populations(catalogue.settlements)


def _done(state: State) -> dict[str, Project]:
    """Return the projects with all sections open, by id."""
    layers, date = state
    stages = sections_on(layers, date)["stage"]
    return {
        project.project_id: project
        for project in layers.catalogue.projects
        if set(stages[section_ids(project)]) == {"open"}
    }


def projects_opening(before: State, after: State) -> list[Project]:
    """Return the projects with all sections open in the second state and not in the first."""
    was = _done(before)
    return [project for key, project in _done(after).items() if key not in was]


def pair_gains(
    cities: Sequence[City], before: NDArray[np.float64], after: NDArray[np.float64]
) -> DataFrame:
    """Return the pairs of cities that win most minutes by a change of travel times."""
    first, second = np.triu_indices(len(cities), 1)
    old, now = before[first, second], after[first, second]
    saved = np.where(np.isfinite(now), old - np.where(np.isfinite(now), now, 0.0), 0.0)
    best = np.argsort(-saved, kind="stable")[:PAIRS]
    rows = [
        {"from_id": a.city_id, "to_id": b.city_id, "from": a.name, "to": b.name,
         "from_en": a.name_en, "to_en": b.name_en, "before_min": old[k], "after_min": now[k],
         "saved_min": saved[k]}
        for k, a, b in ((k, cities[first[k]], cities[second[k]]) for k in best)
        if saved[k] > LEAST_MIN
    ]  # fmt: skip
    columns = ["from_id", "to_id", "from", "to", "from_en", "to_en", "before_min", "after_min",
               "saved_min"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def project_benefits(
    layers: Layers,
    before: dt.date,
    after: dt.date,
    mode: str = "any",
    *,
    executor: Executor = run_locally,
) -> DataFrame:
    """
    Return the marginal benefit of each project that opens between two dates, in two ways.

    First in is the gain when the project alone is added to the state at the start, last in the
    loss when it alone is missing from the state at the end, both in global efficiency weighted
    by people (`weighted_efficiency`) as a percentage of that at the start. A project with a
    higher benefit at the end complements the others; one with a lower benefit is replaced by
    them in part.

    Parameters
    ----------
    layers, before, after, mode
        The layers of the catalogue, and the two dates; road, rail, water or any.
    executor
        As in `compare_dates`.

    Returns
    -------
    table
        One row per project, the highest last in first: `project_id`, names, `change`, `year`,
        `first_in_percent`, `last_in_percent` (NaN where no city could be reached at the
        start), `relation` (complements, replaces, independent); `crosses`, the ids of the routes
        that a project of no benefit crosses while no place joins it to any, and `note`, which
        says so.

    Examples
    --------
    >>> from datetime import date
    >>> table = project_benefits(lay, date(2026, 12, 31), date(2027, 12, 31))
    >>> bool((table["first_in_percent"] >= 0).all())
    True
    """
    dates = (before, after)
    times = [travel_times_on(layers, date, mode) for date in dates]
    return project_tables(layers, dates, times, mode, executor=executor)[0]


def project_tables(
    layers: Layers,
    dates: tuple[dt.date, dt.date],
    times: Sequence[DoorTimes],
    mode: str = "any",
    *,
    executor: Executor = run_locally,
) -> tuple[DataFrame, DataFrame]:
    """Return the benefits of the projects that open, and what each alone changes for cities."""
    before, after = ((layers, date) for date in dates)
    opening = projects_opening(before, after)
    return _benefits(before, after, opening, times, mode, executor=executor)


def _benefits(
    before: State,
    after: State,
    opening: list[Project],
    times: Sequence[DoorTimes],
    mode: str = "any",
    *,
    executor: Executor,
) -> tuple[DataFrame, DataFrame]:
    """Return the benefits of projects between two states, with the times of both."""
    added = list(executor(_times_with, (*before, mode, True), opening))
    left_out = list(executor(_times_with, (*after, mode, False), opening))
    layers = after[0]
    people = populations(layers.catalogue.centres)
    start, end = (weighted_efficiency(found.cities, people) for found in times)
    rows, changes = [], []
    for project, alone, without in zip(opening, added, left_out, strict=True):
        first_in = weighted_efficiency(alone.cities, people) - start
        last_in = end - weighted_efficiency(without.cities, people)
        rows.append(_benefit(project, first_in, last_in, start))
        table = city_changes(layers.catalogue, times[0], alone, mode)
        named = {
            "project_id": project.project_id,
            "project_zh": project.name,
            "project_en": project.name_en,
        }
        for position, (column, value) in enumerate(named.items()):
            table.insert(position, column, value)
        changes.append(table)
    columns = ["project_id", "name", "name_en", "change", "year", "first_in_percent",
               "last_in_percent", "relation"]  # fmt: skip
    benefits = pd.DataFrame(rows, columns=columns)
    crossed = _crossed_unjoined(layers, benefits, after[1])
    benefits["crosses"] = [";".join(ids) for ids in crossed]
    benefits["note"] = pd.Series([_note(layers, ids) for ids in crossed], dtype=object)
    benefits = benefits.sort_values("last_in_percent", ascending=False, ignore_index=True)
    return benefits, pd.concat(changes, ignore_index=True) if changes else pd.DataFrame()


def _crossed_unjoined(layers: Layers, benefits: DataFrame, date: dt.date) -> list[list[str]]:
    """Return for every project the routes that it crosses, if that is why it brings nothing."""
    gains = benefits[["first_in_percent", "last_in_percent"]].abs().max(axis=1)
    idle = gains <= 100 * NOTHING
    if not idle.any():
        return [[] for _ in idle]
    points = crossings_without_junction(layers, date)
    pairs = {
        *zip(points["section_id"], points["other_route"], strict=True),
        *zip(points["other_section"], points["route_id"], strict=True),
    }
    project = {row.project_id: row for row in layers.catalogue.projects}
    found = []
    for key, nothing in zip(benefits["project_id"], idle, strict=True):
        own = section_ids(project[key]) if nothing else []
        routes = {layers.catalogue.section[section].route_id for section in own}
        alone = routes and not _joined(layers, routes)
        others = {other for section, other in pairs if section in own} - routes
        found.append(sorted(others) if alone else [])
    return found


def _joined(layers: Layers, routes: set[str]) -> bool:
    """Return whether some place on routes lies on others of their modes too."""
    modes = {layers.catalogue.route[key].mode for key in routes}
    places = (set(filter(None, text.split(";"))) for text in layers.places["routes"])
    others = (there - routes for there in places if there & routes)
    return any(layers.catalogue.route[key].mode in modes for there in others for key in there)


def _note(layers: Layers, crossed: list[str]) -> str:
    """Return why a project brings nothing, if it is not joined to what it crosses."""
    if not crossed:
        return ""
    names = ", ".join(layers.catalogue.route[key].name for key in crossed)
    return Message(
        "not joined to the network: crosses {names} without a shared place", names=names
    )


def _times_with(state: tuple[Layers, dt.date, str, bool], project: Project) -> DoorTimes:
    """Return the times with a project done, or not done, in a state."""
    layers, date, mode, done = state
    return travel_times_on(with_projects(layers, [project], date=date, done=done), date, mode)


def _benefit(project: Project, first_in: float, last_in: float, start: float) -> dict[str, Any]:
    """Return two gains in percent of the start; unknown where no city could be reached then."""
    nothing = max(abs(first_in), abs(last_in)) <= NOTHING * start
    alike = abs(last_in - first_in) < ALIKE * max(first_in, last_in)
    relation = "complements" if last_in > first_in else "replaces"
    percent = 100 / start if start else float("nan")
    return {
        "project_id": project.project_id,
        "name": project.name,
        "name_en": project.name_en,
        "change": project.change,
        "year": project.year,
        "first_in_percent": percent * first_in,
        "last_in_percent": percent * last_in,
        "relation": "independent" if nothing or alike else relation,
    }
