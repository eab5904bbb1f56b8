"""The network at every moment that a page offers: stages, statistics, lengths and times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.catalogue import MODES, cities_of
from geo.connectivity import cores
from geo.core import is_unknown
from geo.layers import Layers, crossings_or_none, stages_by_year
from geo.network import build_network
from geo.scenarios.comparison import named_statistics, nearness, times

#: Digits of a statistic in a page.
SIGNIFICANT = 7


@dataclass(frozen=True)
class Timeline:
    """
    The years of a map and the day of its page, each with what is open then.

    Moments on which the same sections are open are of one state, and the figures are kept
    once per state.

    Parameters
    ----------
    days
        The moments in order: year (its 31 December) or date, and the day.
    stages
        By section, one letter per moment (:func:`geo.layers.status.stages_by_year`).
    state
        Number of the state of every moment.
    stats
        Per state the statistics by name, as :func:`geo.scenarios.comparison.compare_stats` names them.
    km
        Per state the running length that is open, by class; its sum is `length_km`.
    minutes
        Per state the fastest times between the cities, shape (n, n).

    """

    days: dict[str, dt.date]
    stages: dict[str, str]
    state: list[int]
    stats: list[dict[str, float]]
    km: list[dict[str, float]]
    minutes: list[NDArray[np.float64]]

    def at(self, key: str) -> int:
        """
        Return the position of a moment.

        Parameters
        ----------
        key
            Its year or date.

        Returns
        -------
        position
            From 0.

        """
        return list(self.days).index(key)

    @property
    def key(self) -> dict[dt.date, str]:
        """The key of every day that is a moment."""
        return {when: key for key, when in self.days.items()}


def build_timeline(layers: Layers, date: dt.date) -> Timeline:
    """
    Return the network at every moment.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    date
        The day of the page, a moment beside the ends of the years.

    Returns
    -------
    moments
        Stages and figures.

    Examples
    --------
    >>> found = build_timeline(lay, date(2025, 12, 31))
    >>> found.stages["chengyu-hsr-1"][found.at("2015")], len(found.stats) <= len(found.days)
    ('o', True)

    """
    first, last = layers.catalogue.region.map.years
    ends = {dt.date(year, 12, 31): str(year) for year in range(first, last + 1)}
    named = {date: date.isoformat()} | ends
    days = {named[when]: when for when in sorted(named)}
    stages = stages_by_year(layers, days.values())
    states: dict[tuple[bool, ...], int] = {}
    state, new = [], []
    for i, when in enumerate(days.values()):
        is_open = tuple(letters[i] in "oa" for letters in stages.values())
        if is_open not in states:
            states[is_open] = len(states)
            new.append(when)
        state.append(states[is_open])
    nets = [build_network(layers, year=when) for when in new]
    links = _links(layers, date, stages, [state.index(i) for i in range(len(new))])
    return Timeline(
        days,
        stages,
        state,
        [named_statistics(net) | found for net, found in zip(nets, links, strict=True)],
        [dict(net.edges.groupby("class")["length_km"].sum()) for net in nets],
        [times(layers, when) for when in new],
    )


def figures_by_year(
    found: Timeline, layers: Layers, date: dt.date, days: Mapping[int, dt.date]
) -> list[dict[str, Any]]:
    """
    Return lengths and times of every year.

    Parameters
    ----------
    found
        The moments.
    layers
        The layers of the catalogue.
    date
        The day of the page.
    days
        The day that each year stands for.

    Returns
    -------
    figures
        For every year `km` open by class (shared track once) and `times`: `cores`, the fastest
        minutes between the core cities by any mode, from door to door (None where there is no
        way), and `near`, the nearness of people (:func:`geo.scenarios.comparison.nearness`) in percent of
        that on the day (None without cities).

    """
    cities = cities_of(layers.catalogue)
    people = np.array([city.population for city in cities], float)
    pair = [cities.index(city) for city in cores(layers.catalogue)]
    state = dict(zip(found.days.values(), found.state, strict=True))
    today = nearness(found.minutes[state[date]], people)
    figures = []
    for when in days.values():
        minutes, km = found.minutes[state[when]], found.km[state[when]]
        fastest = minutes[pair[0], pair[1]] if len(pair) > 1 else np.inf
        near = 100 * nearness(minutes, people) / today if today > 0 else np.nan
        times = {"cores": fastest, "near": near}
        figures.append(
            {
                "km": {str(class_): round(value) for class_, value in km.items()},
                "times": {k: round(v) if np.isfinite(v) else None for k, v in times.items()},
            }
        )
    return figures


def _links(
    layers: Layers, date: dt.date, stages: dict[str, str], positions: list[int]
) -> list[dict[str, float]]:
    """Count the crossings of the first two regions that are open on both sides."""
    if not layers.catalogue.region.bordered:
        return [{} for _ in positions]
    crossings = crossings_or_none(layers, date)
    sides = [
        (row.mode, [side.section_id for side in row.sides.values()])
        for row in crossings.itertuples()
    ]
    return [
        {
            f"{mode}.links": float(
                sum(m == mode and all(stages[k][i] in "oa" for k in keys) for m, keys in sides)
            )
            for mode in MODES
        }
        for i in positions
    ]


def plain_values(found: Timeline, layers: Layers) -> dict[str, Any]:
    """
    Return moments as values for a page.

    Parameters
    ----------
    found
        The moments.
    layers
        The layers of the catalogue.

    Returns
    -------
    values
        `build_timeline` keys, `state` by moment, `stats` and `km` by name with one value per state,
        `people` by city, and `minutes`: hundredths of minutes of the pairs of cities i < j,
        rounded up and -1 where there is no way; all of the first state, then for every
        further one the pairs that differ, as position and value in turn.

    """
    tables = [_packed(minutes) for minutes in found.minutes]
    steps = []
    for before, after in pairwise(tables):
        at = np.flatnonzero(before != after)
        steps.append(np.stack([at, after[at]], axis=-1).reshape(-1).tolist())
    return {
        "moments": list(found.days),
        "dates": [when.isoformat() for when in found.days.values()],
        "state": found.state,
        "stats": _by_name(found.stats),
        "km": _by_name(found.km),
        "people": [city.population for city in cities_of(layers.catalogue)],
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
    return {name: [short(values.get(name)) for values in states] for name in names}


def short(value: float | None) -> float | None:
    """
    Return a number with the digits a page keeps.

    Parameters
    ----------
    value
        A number, or nothing.

    Returns
    -------
    value
        The number, an integer where it is whole; None where unknown.

    Examples
    --------
    >>> short(1234.5678), short(2.0), short(float("nan"))
    (1234.568, 2, None)

    """
    if is_unknown(value) or not np.isfinite(float(value or 0)):
        return None
    kept = float(f"{value:.{SIGNIFICANT}g}")
    return int(kept) if kept == int(kept) else kept


def growth(groups: list[list[str]], stages: dict[str, str], count: int) -> list[int]:
    """
    Return how many groups of sections are open in every year.

    Parameters
    ----------
    groups
        Sections that must all be open.
    stages
        Letters of the stages by section, one per year.
    count
        Number of years.

    Returns
    -------
    counts
        Number of groups by year.

    Examples
    --------
    >>> growth([["a", "b"], ["b"]], {"a": "pco", "b": "ooo"}, 3)
    [1, 1, 2]

    """
    return [
        sum(all(stages[key][i] in "oa" for key in group) for group in groups) for i in range(count)
    ]
