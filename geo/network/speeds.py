"""How long a kilometre takes, and how long it takes to enter and leave a network."""

from __future__ import annotations

from typing import Any, NamedTuple

from pandas import notna

from geo.network.parameters import Parameters


class Pace(NamedTuple):
    """How long a kilometre takes, in minutes: running, and stops on the way."""

    run: float
    stops: float


def pace(section: Any, parameters: Parameters) -> Pace:
    """Return how long a kilometre of a section takes: running, and the stops of trains."""
    mode = section["mode"]
    if mode == "water":
        return Pace(60 / parameters.water_speed, 0.0)
    default = getattr(parameters, f"{mode}_default")
    known = [section["operating_speed_kmh"], section["design_speed_kmh"], default]
    speed = next(float(value) for value in known if notna(value))
    run = 60 / (speed * getattr(parameters, f"{mode}_factor"))
    if mode == "road":
        return Pace(run, 0.0)
    spacing = getattr(parameters, f"stop_every_{section['class']}")
    return Pace(run, parameters.stop_min / spacing)


def leaving_minutes(mode: str, parameters: Parameters) -> float:
    """
    Return how long it takes to leave a network at a stop; to enter it takes as long.

    Parameters
    ----------
    mode
        Road, rail or water.
    parameters
        Those of the network.

    Returns
    -------
    minutes
        Half of boarding, starting, stopping and alighting by rail, else 0.

    Examples
    --------
    >>> [leaving_minutes(mode, Parameters()) for mode in ("rail", "road")]
    [14.5, 0.0]
    """
    if mode != "rail":
        return 0.0
    return (parameters.board_min + parameters.alight_min + parameters.rail_start_min) / 2


def street_access(straight_km: float, mode: str, parameters: Parameters) -> dict[str, Any]:
    """Return the edge by street between a point and a stop of a mode, entering it included."""
    km = straight_km * parameters.access_detour
    minutes = 60 * km / parameters.access_speed + leaving_minutes(mode, parameters)
    return {"time_min": minutes, "length_km": km, "leg": "access", "mode": "access"}
