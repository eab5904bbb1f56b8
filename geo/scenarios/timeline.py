"""The network at every date that a page offers: stages, statistics, lengths and times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.catalogue import OPEN_CODES, populations
from geo.connectivity import DAILY_MIN, core_cities, expected_opportunities
from geo.core import remembered
from geo.layers import Layers, speeds_on, stages_by_year, travel_facts
from geo.network import DoorTimes, build_network
from geo.scenarios.comparison import (
    indices_by_name,
    open_links,
    travel_times_on,
    weighted_efficiency,
)

#: Digits of a statistic in a page.
SIGNIFICANT = 7


@dataclass(frozen=True)
class Timeline:
    """
    The years of a map and the day of its page, each with what is open then.

    Dates on which the same sections are open share one state, and the figures are kept once
    per state.

    Parameters
    ----------
    days, stages, state
        The dates in order by key, the year (its 31 December) or the date itself; by section one
        letter per date (`stages_by_year`); the number of the state of every date.
    stats, km, times
        Per state the statistics by name (`compare_dates`), the running length that is open by
        class, and the fastest times between the cities and to where people live.
    """

    days: dict[str, dt.date]
    stages: dict[str, str]
    state: list[int]
    stats: list[dict[str, float]]
    km: list[dict[str, float]]
    times: list[DoorTimes]

    def at(self, key: str) -> int:
        """Return the position of a year or date, from 0."""
        return list(self.days).index(key)

    @property
    def key(self) -> dict[dt.date, str]:
        """The key of every date."""
        return {when: key for key, when in self.days.items()}


def build_timeline(layers: Layers, date: dt.date) -> Timeline:
    """
    Return the network at every date of a page.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
        The day of the page, one more date beside the ends of the years.

    Returns
    -------
    timeline
        Stages and figures.

    Examples
    --------
    >>> from datetime import date
    >>> timeline = build_timeline(lay, date(2025, 12, 31))
    >>> timeline.stages["chengyu-hsr-1"][timeline.at("2015")]
    'o'
    >>> len(timeline.stats) <= len(timeline.days)
    True
    """
    first, last = layers.catalogue.region.map.years
    ends = {dt.date(year, 12, 31): str(year) for year in range(first, last + 1)}
    named = {date: date.isoformat()} | ends
    days = {named[when]: when for when in sorted(named)}
    stages = stages_by_year(layers, days.values())
    links = open_links(layers, stages, days.values())
    states: dict[Any, int] = {}
    state, stats, km, times = [], [], [], []
    known: dict[Any, Any] = {}
    for i, when in enumerate(days.values()):
        is_open = tuple(letters[i] in OPEN_CODES for letters in stages.values())
        now = is_open, tuple(sorted(speeds_on(layers, when).items()))
        if now not in states:
            states[now] = len(states)
            facts = travel_facts(layers, when)
            indices, lengths = remembered(
                partial(_figures, layers, when, known), "figures of a day", facts
            )
            stats.append(indices | links[i])
            km.append(lengths)
            times.append(travel_times_on(layers, when, facts=facts))
        state.append(states[now])
    return Timeline(days, stages, state, stats, km, times)


def _figures(
    layers: Layers, date: dt.date, known: dict[Any, Any]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the statistics by name and the running length by class on a day."""
    net = build_network(layers, year=date)
    lengths = net.edges.groupby("class")["length_km"].sum()
    return indices_by_name(net, known), dict(lengths)


def horizon_of(layers: Layers, date: dt.date) -> dt.date:
    """
    Return the day by which all that is expected is open.

    Parameters
    ----------
    layers, date
        The layers of the catalogue, and the day asked for, which is never later.

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


def figures_by_year(
    timeline: Timeline, layers: Layers, date: dt.date, days: Mapping[int, dt.date]
) -> list[dict[str, Any]]:
    """
    Return lengths and times of every year.

    Parameters
    ----------
    timeline, layers
        The network at every date of the page, and the layers of the catalogue.
    date
        The day of the page.
    days
        The day that each year stands for, among those of the timeline.

    Returns
    -------
    figures
        For every year `km` open by class (shared track once) and `times`: `cores`, the fastest
        minutes between the core cities by any mode, from door to door (None where there is no
        way), and `near`, the global efficiency weighted by people in percent of that on the
        day (None without cities).

    Examples
    --------
    >>> day, minutes = cat.region.as_of, np.full((len(cat.centres),) * 2, 60.0)
    >>> times = [DoorTimes(minutes, minutes)]
    >>> timeline = Timeline({"now": day}, {}, [0], [{}], [{"hsr": 300.4}], times)
    >>> figures_by_year(timeline, lay, day, {day.year: day})
    [{'km': {'hsr': 300}, 'times': {'cores': 60, 'near': 100}}]
    """
    cities = layers.catalogue.centres
    people = populations(cities)
    core = [cities.index(city) for city in core_cities(layers.catalogue)]
    state = dict(zip(timeline.days.values(), timeline.state, strict=True))
    today = weighted_efficiency(timeline.times[state[date]].cities, people)
    figures = []
    for when in days.values():
        minutes, km = timeline.times[state[when]].cities, timeline.km[state[when]]
        fastest = minutes[core[0], core[1]] if len(core) > 1 else np.inf
        near = 100 * weighted_efficiency(minutes, people) / today if today > 0 else np.nan
        times = {"cores": fastest, "near": near}
        figures.append(
            {
                "km": {str(class_): round(value) for class_, value in km.items()},
                "times": {k: round(v) if np.isfinite(v) else None for k, v in times.items()},
            }
        )
    return figures


def timeline_values(timeline: Timeline, layers: Layers) -> dict[str, Any]:
    """
    Return a timeline as values for a page.

    Parameters
    ----------
    timeline, layers
        The network at every date of the page, and the layers of the catalogue.

    Returns
    -------
    values
        `moments` (keys) and `dates`, `state` by date, `stats` and `km` by name with one value
        per state, `people` by city, `within` (people within two hours, by state and city), and
        `minutes`: hundredths of minutes of the pairs of
        cities i < j, rounded up and -1 where there is no way; all of the first state, then for
        every further one the pairs that differ, as position and value in turn.

    Examples
    --------
    >>> day, shape = cat.region.as_of, (len(cat.centres), len(cat.settlements))
    >>> times = [DoorTimes(np.full((shape[0],) * 2, 61.5), np.full(shape, 61.5))]
    >>> timeline = Timeline({"now": day}, {}, [0], [{"beta": 1.5}], [{"hsr": 300.0}], times)
    >>> values = timeline_values(timeline, lay)
    >>> values["stats"], values["km"], values["minutes"][0][:2]
    ({'beta': [1.5]}, {'hsr': [300]}, [6150, 6150])
    """
    people = [city.population for city in layers.catalogue.centres]
    tables = [_packed(times.cities) for times in timeline.times]
    living = populations(layers.catalogue.settlements)
    within = [
        expected_opportunities(times.settlements, living, DAILY_MIN, "any")
        for times in timeline.times
    ]
    steps = []
    for before, after in pairwise(tables):
        at = np.flatnonzero(before != after)
        steps.append(np.stack([at, after[at]], axis=-1).reshape(-1).tolist())
    return {
        "moments": list(timeline.days),
        "dates": [when.isoformat() for when in timeline.days.values()],
        "state": timeline.state,
        "stats": _by_name(timeline.stats),
        "km": _by_name(timeline.km),
        "people": people,
        "within": [list(map(round, people.tolist())) for people in within],
        "minutes": [tables[0].tolist(), *steps],
    }


def _packed(minutes: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the times of the pairs i < j in hundredths; up, so that limits stay limits."""
    half = minutes[np.triu_indices(len(minutes), 1)]
    known = np.isfinite(half)
    return np.where(known, np.ceil(100 * np.where(known, half, 0.0)), -1).astype(int)


def _by_name(states: list[dict[str, float]]) -> dict[str, list[float | None]]:
    """Turn one row per state into one list per name."""
    names = dict.fromkeys(name for values in states for name in values)
    return {name: [_shortened(values.get(name)) for values in states] for name in names}


def _shortened(value: float | None) -> float | None:
    """Return a number with the digits a page keeps, whole ones as integers; None if unknown."""
    if value is None or not np.isfinite(value):
        return None
    kept = float(f"{value:.{SIGNIFICANT}g}")
    return int(kept) if kept == int(kept) else kept
