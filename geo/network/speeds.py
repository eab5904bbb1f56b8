"""How long a kilometre takes."""

from __future__ import annotations

from typing import Any, NamedTuple

from pandas import notna

from geo.network.parameters import CONSTANTS, leaving_minutes

_DETOUR, _STREET_KMH = CONSTANTS["access_detour"].value, CONSTANTS["access_speed"].value


class Pace(NamedTuple):
    """How long a kilometre takes, in minutes: running, and stops on the way."""

    run: float
    stops: float


def pace(section: Any) -> Pace:
    """
    Return how long a kilometre of a section takes.

    Roads: design speed times a factor. Rail: operating speed where known, else design speed,
    times a factor, and a loss per stop at the spacing of stops of its class. Water: one speed.

    Parameters
    ----------
    section
        A section with `mode`, `class`, `design_speed_kmh` and `operating_speed_kmh`.

    Returns
    -------
    pace
        Minutes per kilometre.

    Examples
    --------
    >>> section = {"mode": "road", "operating_speed_kmh": None, "design_speed_kmh": 120}
    >>> round(100 * pace(section).run, 1)
    58.8

    """
    mode = section["mode"]
    if mode == "water":
        return Pace(60 / CONSTANTS["water_speed"].value, 0.0)
    default = CONSTANTS[f"{mode}_default"].value
    known = [section["operating_speed_kmh"], section["design_speed_kmh"], default]
    speed = next(float(value) for value in known if notna(value))
    run = 60 / (speed * CONSTANTS[f"{mode}_factor"].value)
    if mode == "road":
        return Pace(run, 0.0)
    return Pace(
        run, CONSTANTS["stop_min"].value / CONSTANTS[f"stop_every_{section['class']}"].value
    )


def street(straight_km: float, mode: str) -> dict[str, Any]:
    """
    Return the way by street between a point and a place where a network is entered.

    Parameters
    ----------
    straight_km
        Straight distance.
    mode
        The mode whose stop is at one of the ends.

    Returns
    -------
    edge
        What such an edge of a travel graph carries; half of boarding, starting, stopping and
        alighting by rail is part of the time.

    Examples
    --------
    >>> {key: round(value, 1) for key, value in list(street(10, "road").items())[:2]}
    {'time_min': 22.3, 'length_km': 13.0}

    """
    km = straight_km * _DETOUR
    minutes = 60 * km / _STREET_KMH + leaving_minutes(mode)
    return {"time_min": minutes, "length_km": km, "leg": "access", "mode": "access"}
