"""The parameters of the travel model, each with its unit, range and reason."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd
from pandas import DataFrame


def _number(value: float, unit: str, low: float, high: float, reason: str) -> Any:
    """Declare a parameter with what a reader should know of it."""
    about = {"unit": unit, "low": low, "high": high, "reason": reason}
    return field(default=value, metadata=about)


@dataclass(frozen=True)
class Parameters:
    """
    Every number that travel times rest on.

    A network carries the parameters it was made with; every function that takes the network
    uses them. Change some with `dataclasses.replace`.

    Examples
    --------
    >>> from dataclasses import replace
    >>> slow = geo.build_network(lay, year=2025, parameters=replace(Parameters(), board_min=30))
    >>> slow.parameters.board_min
    30
    """

    # roads
    road_factor: float = _number(
        0.85, "1", 0.75, 1.0, "share of the design speed that cars keep over a trip"
    )
    road_default: float = _number(80, "km/h", 60, 100, "design speed taken where none is known")
    # trains
    rail_factor: float = _number(
        0.95, "1", 0.7, 1.0, "share of the line speed that trains keep between stops"
    )
    rail_default: float = _number(120, "km/h", 80, 160, "line speed taken where none is known")
    rail_start_min: float = _number(
        4, "min", 3, 5, "speeding up at the start and slowing down at the end"
    )
    stop_min: float = _number(
        4, "min", 4, 7, "lost by a stop on the way: braking, standing, speeding up"
    )
    stop_every_hsr: float = _number(
        90, "km", 60, 230, "between stops of the fastest trains, high-speed lines"
    )
    stop_every_intercity: float = _number(70, "km", 50, 230, "the same on intercity lines")
    stop_every_conventional: float = _number(80, "km", 50, 230, "the same on conventional lines")
    nonstop_people: float = _number(
        8e6, "people", 5e6, 2e7,
        "between two cities of more, high-speed trains run without a stop (62 min over 299 km)",
    )  # fmt: skip
    board_min: float = _number(20, "min", 15, 30, "reaching the platform and waiting, rail only")
    alight_min: float = _number(5, "min", 3, 10, "leaving the station, rail only")
    transfer_limit: float = _number(
        15, "km", 10, 20,
        "straight distance from a city centre within which its stations are joined for changing "
        "trains",
    )  # fmt: skip
    # ships
    water_speed: float = _number(15, "km/h", 10, 20, "loaded barge, mean of both directions")
    # streets, and roads beside those of the catalogue
    access_speed: float = _number(
        35, "km/h", 25, 45, "city streets and roads to an interchange or station"
    )
    access_detour: float = _number(
        1.3, "1", 1.2, 1.5, "length of city streets against the straight line"
    )
    access_limit: float = _number(
        30, "km", 20, 60, "straight distance a traveller goes to enter a network"
    )
    background_motorway: float = _number(
        100, "km/h", 80, 120,
        "limit taken on other roads without a posted one; cars keep the same share of it: "
        "motorways",
    )  # fmt: skip
    background_trunk: float = _number(80, "km/h", 60, 100, "the same on national roads")
    background_primary: float = _number(60, "km/h", 40, 80, "the same on provincial roads")
    background_secondary: float = _number(50, "km/h", 30, 70, "the same on county roads")
    background_link: float = _number(40, "km/h", 30, 60, "the same on slip roads")
    background_tie: float = _number(
        0.5, "km", 0.2, 1.0, "straight distance within which an interchange meets other roads"
    )
    background_choices: float = _number(
        3, "places", 1, 6,
        "nearest places where other roads are entered from a city centre or a station",
    )  # fmt: skip

    def table(self) -> DataFrame:
        """Return one row per parameter, by name: `value`, `unit`, `low`, `high`, `reason`."""
        rows = {f.name: {"value": getattr(self, f.name), **f.metadata} for f in fields(self)}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


#: The parameters where none are given.
DEFAULT_PARAMETERS = Parameters()
