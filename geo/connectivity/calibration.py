"""Computed travel times against published ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from geo.catalogue import City, Place, PublishedTime
from geo.core import Message
from geo.geometry import geodesic_km
from geo.layers import Layers
from geo.network import (
    DEFAULT_PARAMETERS,
    Journey,
    Parameters,
    build_network,
    fastest_routes,
    stations_to_stations,
)

#: An error beyond this share is reported with its reason.
WIDE = 0.20
#: Nobody drives as fast along the straight line between two centres: such a figure is a claim.
CLAIM_KMH = 80.0
#: The same over the road itself, between its ends.
CLAIM_ROAD_KMH = 90.0
#: Kinds of published times that count, if nothing speaks against them.
COUNTED = ("", "timetable", "press")
COLUMNS = [
    "from", "to", "from_zh", "to_zh", "mode", "date", "kind", "trains", "published_min",
    "computed_min", "error", "km", "line", "confidence", "counted", "reason", "notes",
]  # fmt: skip


def calibrate_times(
    layers: Layers,
    times: Iterable[PublishedTime] | None = None,
    *,
    parameters: Parameters = DEFAULT_PARAMETERS,
    leave_lines_out: bool = False,
) -> DataFrame:
    """
    Compare published journey times with computed ones, each on the network of its date.

    Rail times between stations are from departure to arrival, without access, boarding or the
    first wait. Other times are from centre to centre. Plans and recalled figures do not count,
    nor does a road time that is faster than 80 km/h along the straight line: it is advertising.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    times, parameters
        The published times, by default those of the catalogue, and what travel times rest on.
    leave_lines_out
        Whether also to compute every rail time that counts once more, without what the tables
        know of the trains of its line (of most of its way): their number, speed, calls at all of
        its stations and ways to other lines. Lines of its class stand in, as for one not built.

    Returns
    -------
    table
        One row per published time: `from`, `to` (as given), their names, `mode`, `date`, `kind`,
        `trains` (direct trains a day behind the figure), `published_min`, `computed_min` (NaN
        where there is no way on that day), `error` (relative), `km`, `line` (the route of most of
        the way), `confidence`, `counted`, and `reason`, why it does not count. `notes` are those
        of the figure. With `leave_lines_out` also `left_out_min`.
    """
    known = list(layers.catalogue.published_times if times is None else times)
    as_of = layers.catalogue.region.as_of.isoformat()
    rows = dict[int, tuple[Any, ...]]()
    dated = sorted(enumerate(known), key=lambda item: item[1].date or as_of)
    for date, group in itertools.groupby(dated, key=lambda item: item[1].date or as_of):
        net = build_network(layers, year=date, nodes="stops", parameters=parameters)
        own = list(group)
        ends = [_ends(layers, time) for _, time in own]
        rail = [all(isinstance(end, Place) for end in pair) for pair in ends]
        by_train = stations_to_stations(
            net, [(a.place_id, b.place_id) for (a, b), r in zip(ends, rail, strict=True) if r]
        )
        for (number, time), pair, by_rail in zip(own, ends, rail, strict=True):
            if by_rail:
                trips = next(by_train)
            else:
                goes = time.mode in net.modes
                trips = fastest_routes(net, *pair, mode=time.mode) if goes else []
            rows[number] = _compared(time, pair, trips)
    table = pd.DataFrame([rows[k] for k in sorted(rows)], columns=COLUMNS)
    if leave_lines_out:
        table["left_out_min"] = _left_out(layers, known, table, parameters)
    return table


def _left_out(
    layers: Layers, known: list[PublishedTime], table: DataFrame, parameters: Parameters
) -> Series:
    """Return the rail times that count, computed without the trains of their line."""
    found = Series(np.nan, index=table.index)
    counted = table[(table["mode"] == "rail") & table["counted"]]
    for line, own in counted.groupby("line"):
        times = [known[number] for number in own.index]
        others = calibrate_times(_without(layers, str(line)), times, parameters=parameters)
        found[own.index] = others["computed_min"].to_numpy()
    return found


def _without(layers: Layers, line: str) -> Layers:
    """Return layers whose tables know nothing of the trains of a line."""
    catalogue, owner = layers.catalogue, layers.sections["route_id"]
    places = set(layers.tracks[line].places)
    ways = catalogue.through_running
    rest = replace(
        catalogue,
        train_services=tuple(
            row for row in catalogue.train_services if owner[row.section_id] != line
        ),
        station_calls=tuple(row for row in catalogue.station_calls if row.place_id not in places),
        through_running=tuple(row for row in ways if line not in (row.route_a, row.route_b)),
    )
    return replace(layers, catalogue=rest)


def _ends(layers: Layers, time: PublishedTime) -> list[Any]:
    """Return the rows that the two ends of a published time stand for."""
    catalogue, rail = layers.catalogue, time.mode == "rail"
    ends = [catalogue.find_end(name, station=rail) for name in (time.from_, time.to)]
    stations = [isinstance(end, Place) and end.kind == "station" for end in ends]
    if rail and not all(stations):  # with a city at one end the figure is from door to door
        return [catalogue.find_end(name) for name in (time.from_, time.to)]
    return ends


def _compared(
    time: PublishedTime, ends: Sequence[Any], trips: Sequence[Journey]
) -> tuple[Any, ...]:
    """Return a row of the table, in the order of `COLUMNS`."""
    minutes = km = float("nan")
    line = ""
    if trips:
        minutes, km = trips[0].time_min, trips[0].length_km
        line = max(trips[0].legs, key=lambda leg: leg["length_km"])["route_id"]
    published = time.minutes or float("nan")
    reason = _reason(time, ends)
    counted = not reason and bool(np.isfinite(minutes) and np.isfinite(published))
    names = [end.name for end in ends]
    return (time.from_, time.to, *names, time.mode, time.date, time.kind, time.trains, published,
            minutes, minutes / published - 1, km, line, time.confidence, counted, reason,
            time.notes)  # fmt: skip


def _reason(time: PublishedTime, ends: Sequence[Any]) -> str:
    """Return why a published time does not count, empty if it does."""
    if time.reason or time.minutes is None:
        return time.reason or Message("a length only")
    if time.kind not in COUNTED:
        return time.kind
    if time.mode == "road":
        a, b = ([end.lon, end.lat] for end in ends)
        straight = float(geodesic_km(a, np.array([b]))[0])
        centres = all(isinstance(end, City) for end in ends)
        most = CLAIM_KMH if centres else CLAIM_ROAD_KMH
        if max(straight, 0 if centres else time.km or 0) / time.minutes * 60 >= most:
            return Message("needs {speed} km/h or more: a claim", speed=f"{most:.0f}")
    return ""


def calibration_summary(table: DataFrame, mode: str = "rail") -> dict[str, float]:
    """
    Return how well the computed times of a mode fit.

    Parameters
    ----------
    table, mode
        Result of `calibrate_times`; road, rail or water.

    Returns
    -------
    values
        `n`, the pairs that count; `median_error` and `worst_error` (absolute, relative),
        `bias_min` (median of computed minus published), `within_20` (share) and
        `leave_one_out`, the median error where the times of the line of each pair are scaled by
        the median of the other pairs of that line alone; NaN where no pair counts. If lines were
        left out, also `left_out_error` and `left_out_within_20`, of pairs that no train of their
        line has helped to compute.

    Examples
    --------
    >>> calibration_summary(calibrate_times(lay))["median_error"] < 0.08
    True
    """
    counted = table[(table["mode"] == mode) & table["counted"]]
    error = counted["error"].abs()
    values = {
        "n": len(error),
        "median_error": float(error.median()),
        "worst_error": float(error.max()),
        "bias_min": float((counted["computed_min"] - counted["published_min"]).median()),
        "within_20": float((error <= WIDE).mean()) if len(error) else float("nan"),
        "leave_one_out": _leave_one_out(counted),
    }
    if mode == "rail" and "left_out_min" in table:
        late = (counted["left_out_min"] / counted["published_min"] - 1).abs()
        values["left_out_error"] = float(late.median())
        values["left_out_within_20"] = float((late <= WIDE).mean()) if len(late) else float("nan")
    return values


def _leave_one_out(counted: DataFrame) -> float:
    """Return the median error of every pair after a correction by the others of its line."""
    errors = []
    for _, own in counted.groupby("line", sort=False):
        ratio = (own["published_min"] / own["computed_min"]).to_numpy(float)
        for i, computed in enumerate(own["computed_min"]):
            others = np.delete(ratio, i)
            scale = float(np.median(others)) if len(others) else 1.0
            errors.append(abs(computed * scale / own["published_min"].iloc[i] - 1))
    return float(np.median(errors)) if errors else float("nan")


def residual_table(table: DataFrame) -> DataFrame:
    """
    Return the errors of the pairs that count by mode and line.

    Parameters
    ----------
    table
        Result of `calibrate_times`.

    Returns
    -------
    residuals
        `mode`, `line`, `n`, `median_error` (signed), `median_absolute_error`, `bias_min`; most
        pairs first.
    """
    counted = table[table["counted"]]
    known = counted.assign(late=counted["computed_min"] - counted["published_min"])
    groups = known.groupby(["mode", "line"], sort=True)
    made = groups.agg(
        n=("error", "size"),
        median_error=("error", "median"),
        median_absolute_error=("error", lambda values: values.abs().median()),
        bias_min=("late", "median"),
    )
    return made.reset_index().sort_values("n", ascending=False, kind="stable", ignore_index=True)
