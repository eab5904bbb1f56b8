"""How long a kilometre takes, and how long it takes to enter and leave a network."""

from __future__ import annotations

from typing import Any, NamedTuple

from pandas import notna

from geo.network.parameters import CONSTANTS


class Pace(NamedTuple):
    """How long a kilometre takes, in minutes: running, and stops on the way."""

    run: float
    stops: float


def pace(section: Any) -> Pace:
    """Return how long a kilometre of a section takes: running, and the stops of trains."""
    mode = section["mode"]
    if mode == "water":
        return Pace(60 / CONSTANTS["water_speed"].value, 0.0)
    default = CONSTANTS[f"{mode}_default"].value
    known = [section["operating_speed_kmh"], section["design_speed_kmh"], default]
    speed = next(float(value) for value in known if notna(value))
    run = 60 / (speed * CONSTANTS[f"{mode}_factor"].value)
    if mode == "road":
        return Pace(run, 0.0)
    spacing = CONSTANTS[f"stop_every_{section['class']}"].value
    return Pace(run, CONSTANTS["stop_min"].value / spacing)


def leaving_minutes(mode: str) -> float:
    """
    Return how long it takes to leave a network at a stop; to enter it takes as long.

    Parameters
    ----------
    mode
        Road, rail or water.

    Returns
    -------
    minutes
        Half of boarding, starting, stopping and alighting by rail, else 0.

    Examples
    --------
    >>> leaving_minutes("rail"), leaving_minutes("road")
    (14.5, 0.0)
    """
    if mode != "rail":
        return 0.0
    parts = ("board_min", "alight_min", "rail_start_min")
    return sum(CONSTANTS[key].value for key in parts) / 2


def street_access(straight_km: float, mode: str) -> dict[str, Any]:
    """Return the edge by street between a point and a stop of a mode, entering it included."""
    km = straight_km * CONSTANTS["access_detour"].value
    minutes = 60 * km / CONSTANTS["access_speed"].value + leaving_minutes(mode)
    return {"time_min": minutes, "length_km": km, "leg": "access", "mode": "access"}
