"""How long a kilometre takes, and a way by street."""

from __future__ import annotations

from typing import Any

from pandas import notna

from geo.network.parameters import Parameters


def road_kmh(section: Any, parameters: Parameters) -> float:
    """Return how fast cars are over a section: a share of its posted speed, else of its design."""
    posted, design = section["operating_speed_kmh"], section["design_speed_kmh"]
    if notna(posted):
        return float(posted) * parameters.road_factor_posted
    speed = float(design) if notna(design) else parameters.road_default
    slow = speed <= parameters.road_slow_kmh
    return speed * (parameters.road_factor_slow if slow else parameters.road_factor)


def street_minutes(straight_km: Any, parameters: Parameters) -> tuple[Any, Any]:
    """Return how long a way by street takes, and its length, by its straight distance."""
    km = straight_km * parameters.access_detour
    return 60 * km / parameters.access_speed, km
