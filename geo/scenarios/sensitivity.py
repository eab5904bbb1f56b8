"""Which parameter of the travel model moves which headline, and how far all of them together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pandas as pd
from pandas import DataFrame

from geo.catalogue import City, populations
from geo.connectivity import DAILY_MIN, expected_opportunities
from geo.core import Executor, run_locally
from geo.layers import Layers
from geo.network import (
    DEFAULT_PARAMETERS,
    Parameters,
    build_network,
    door_times,
    travel_time_matrix,
)

#: Parameters that no trip depends on: how far times may be off, and other roads of a user's own.
LEFT_OUT = ("deviation_", "background_")
#: The least and the greatest of nine in ten draws.
NINE_OF_TEN = (0.05, 0.95)


def headline_values(layers: Layers, date: dt.date, parameters: Parameters) -> dict[str, float]:
    """Return the headlines that rest on the travel model."""
    net = build_network(layers, year=date, nodes="stops", parameters=parameters)
    cities = layers.catalogue.centres
    cores = largest_centres(cities)
    values = dict[str, float]()
    for mode in [mode for mode in net.modes if mode != "water"]:
        times = travel_time_matrix(net, cores[0], cores[1:], mode=mode)
        values |= {f"time_{mode}_min": float(cell) for cell in times.to_numpy().ravel()}
    minutes, to_people, _ = door_times(net)
    people, living = populations(cities), populations(layers.catalogue.settlements)
    within = expected_opportunities(to_people, living, DAILY_MIN, "any", parameters)
    for core in cores:
        values[f"people_within_2h_{core.city_id}"] = float(within[cities.index(core)])
    weight = np.outer(people, people) * np.isfinite(minutes)
    np.fill_diagonal(weight, 0.0)
    reached = np.where(weight > 0, minutes, 0.0)
    total = weight.sum()
    values["mean_time_min"] = float((weight * reached).sum() / total) if total else float("nan")
    return values


def largest_centres(cities: Sequence[City]) -> list[City]:
    """Return the two centres with most people, in file order."""
    most = sorted(cities, key=lambda city: -city.population)[:2]
    return [city for city in cities if city in most]


def sensitivity_table(
    layers: Layers,
    date: dt.date,
    *,
    parameters: Parameters = DEFAULT_PARAMETERS,
    executor: Executor = run_locally,
) -> DataFrame:
    """
    Return how far every parameter moves every headline within its range, one at a time.

    Parameters
    ----------
    layers, date, parameters
        The layers of the catalogue, the day, and the values that the other parameters keep.
    executor
        Where parameters are done (`dask_executor`); default: in this process.

    Returns
    -------
    table
        One row per parameter, the one that matters most first: `name`, `value`, `low`, `high`,
        `unit`; for every headline its `_low` and `_high` (at the low and the high end of the
        range); and `swing`, the largest change of a headline over its value.
    """
    known = parameters.table()
    known = known[~known.index.str.startswith(LEFT_OUT)]
    ends = [(name, end, known.loc[name, end]) for name in known.index for end in ("low", "high")]
    cases = [replace(parameters, **{name: value}) for name, _, value in ends]
    base = headline_values(layers, date, parameters)
    found = executor(_values_of, (layers, date), cases)
    rows: dict[str, dict[str, float]] = {}
    for (name, end, _), values in zip(ends, found, strict=True):
        row = rows.setdefault(name, {})
        row |= {f"{key}_{end}": value for key, value in values.items()}
    for row in rows.values():
        changes = [
            abs(row[f"{key}_high"] - row[f"{key}_low"]) / base[key] for key in base if base[key]
        ]
        row["swing"] = float(np.nanmax(changes))
    table = known[["value", "low", "high", "unit"]].join(DataFrame.from_dict(rows, orient="index"))
    table = table.rename_axis("name").reset_index()
    return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def _values_of(large: tuple[Layers, dt.date], parameters: Parameters) -> dict[str, float]:
    layers, date = large
    return headline_values(layers, date, parameters)


def headline_intervals(
    layers: Layers,
    date: dt.date,
    draws: int,
    *,
    parameters: Parameters = DEFAULT_PARAMETERS,
    seed: int = 1,
    executor: Executor = run_locally,
) -> DataFrame:
    """
    Return how far the headlines go when all parameters are drawn from their ranges at once.

    Parameters
    ----------
    layers, date, draws
        The layers, the day, and the number of draws, each parameter uniform between its low and
        its high end; 0: none.
    parameters, seed, executor
        As in `sensitivity_table`, and the start of the random numbers: the same draws every time.

    Returns
    -------
    table
        One row per headline: `name`, `value`, and `low` and `high`, between which nine of ten
        draws lie (empty without draws).
    """
    base = headline_values(layers, date, parameters)
    random = np.random.default_rng(seed)
    drawn = [field for field in fields(parameters) if not field.name.startswith(LEFT_OUT)]
    cases = [
        replace(
            parameters,
            **{f.name: random.uniform(f.metadata["low"], f.metadata["high"]) for f in drawn},
        )
        for _ in range(draws)
    ]
    found = DataFrame(executor(_values_of, (layers, date), cases), columns=list(base))
    low, high = (
        found.quantile(q) if draws else pd.Series(np.nan, list(base)) for q in NINE_OF_TEN
    )
    rows = [(key, value, low[key], high[key]) for key, value in base.items()]
    return DataFrame(rows, columns=["name", "value", "low", "high"])
