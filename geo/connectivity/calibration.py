"""Computed travel times against published ones."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pandas import DataFrame

from geo.catalogue import PublishedTime
from geo.layers import Layers
from geo.network import Network, build_network, fastest_routes, station_to_station

#: An error beyond this share is reported with its reason.
WIDE = 0.20
COLUMNS = [
    "from_zh", "to_zh", "mode", "date", "published_min", "computed_min", "error", "km",
    "confidence", "reason", "notes",
]  # fmt: skip


def calibrate_times(layers: Layers) -> DataFrame:
    """
    Compare every published journey time with the computed one.

    Rail times are from station to station: running, stops and the start, without access or
    waiting. Road times are from centre to centre.

    Parameters
    ----------
    layers
        The layers of the catalogue.

    Returns
    -------
    table
        One row per published time: `from_zh`, `to_zh`, `mode`, `date`, `published_min`,
        `computed_min` (NaN where there is no way on that day), `error` (relative), `km`,
        `confidence`, and `reason`, empty where the figure describes the fastest service on the
        lines as they are; only those count for the errors. `notes` are those of the figure.
    """
    nets: dict[str, Network] = {}
    rows = []
    for time in layers.catalogue.published_times:
        date = time.date or layers.catalogue.region.as_of.isoformat()
        if date not in nets:
            nets[date] = build_network(layers, year=date, nodes="stops")
        rows.append(_compared(layers, time, nets[date]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _compared(layers: Layers, time: PublishedTime, net: Network) -> tuple[Any, ...]:
    """Return a row of the table, in the order of `COLUMNS`."""
    place = layers.catalogue.place
    cities = layers.catalogue.cities
    city = {name: c for c in cities for name in (c.name_en, c.name)}
    city |= {c.city_id: c for c in cities}  # an id comes before a name of another city
    ids = (time.from_, time.to)
    known: dict[str, Any] = {**city, **place} if time.mode == "rail" else {**place, **city}
    minutes = km = float("nan")
    if time.mode == "rail" and all(key in place for key in ids):
        minutes, km = station_to_station(net, *ids)
    elif all(key in city for key in ids):
        ends = city[ids[0]], city[ids[1]]
        for route in fastest_routes(net, *ends, mode=time.mode):
            minutes, km = route.time_min, route.length_km
    published = time.minutes or float("nan")
    from_zh, to_zh = (known[key].name for key in ids)
    return (from_zh, to_zh, time.mode, time.date, published, minutes,
            minutes / published - 1, km, time.confidence, time.reason,
            time.notes)  # fmt: skip


def calibration_summary(table: DataFrame) -> dict[str, float]:
    """
    Return how well the computed times fit.

    Parameters
    ----------
    table
        Result of `calibrate_times`.

    Returns
    -------
    values
        `pairs` that count (rail, no reason against), `median_error` and `worst_error`
        (absolute, relative), `within_20_percent` (share); NaN where no pair counts.

    Examples
    --------
    >>> calibration_summary(calibrate_times(lay))["median_error"] < 0.15
    True
    """
    counted = table[(table["mode"] == "rail") & (table["reason"] == "")]
    error = counted["error"].abs().dropna()
    return {
        "pairs": len(error),
        "median_error": float(error.median()),
        "worst_error": float(error.max()),
        "within_20_percent": float((error <= WIDE).mean()),
    }
