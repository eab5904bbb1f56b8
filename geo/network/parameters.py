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
        0.90,
        "1",
        0.85,
        0.95,
        "share of the design speed that cars keep over a trip; 100 and 120 km/h cannot be told "
        "apart (20 published times, leave-one-out error 12 %)",
    )
    road_factor_slow: float = _number(
        1.0, "1", 0.9, 1.1, "the same up to `road_slow_kmh`: many of these are posted higher"
    )
    road_factor_posted: float = _number(
        0.85, "1", 0.80, 0.90, "the same of the posted speed, where one is known"
    )
    road_slow_kmh: float = _number(80, "km/h", 60, 90, "see `road_factor_slow`")
    junction_min: float = _number(
        3,
        "min",
        2,
        6,
        "to enter or leave where expressways meet: the tables have one entry per 32 km, reality "
        "one per 10 to 15, so the next one stands behind every junction",
    )
    road_default: float = _number(80, "km/h", 60, 100, "design speed taken where none is known")
    # speeds of trains, where the tables give none
    rail_default: float = _number(120, "km/h", 80, 160, "line speed taken where none is known")
    emu_share_300: float = _number(
        0.85,
        "1",
        0.70,
        0.92,
        "running speed of multiple units over the line speed, lines of 300 km/h and more: three "
        "lines of 2024, by the kilometres of their hops",
    )
    emu_share_hsr: float = _number(0.90, "1", 0.82, 0.95, "the same, other high-speed lines")
    emu_share_intercity: float = _number(0.85, "1", 0.70, 0.95, "the same, intercity lines")
    emu_share_conventional: float = _number(0.79, "1", 0.65, 0.90, "the same, conventional lines")
    conventional_share: float = _number(
        0.79, "1", 0.60, 0.90, "the same of conventional trains, up to `conventional_kmh`"
    )
    conventional_kmh: float = _number(95, "km/h", 90, 110, "running speed of conventional trains")
    approach_min: float = _number(
        0.22, "min/km", 0.15, 0.30, "lost by multiple units per km near a core: slow approaches"
    )
    approach_km: float = _number(
        12, "km", 10, 20, "straight distance from the centre of a core within which they are slow"
    )
    core_people: float = _number(
        8e6, "people", 5e6, 2e7, "people from which on a city counts as a core"
    )
    # stops of trains
    train_start_min: float = _number(
        2, "min", 1.5, 2.5, "starting and stopping, once per ride, besides `speed_up_min`"
    )
    speed_up_min: float = _number(
        1,
        "min",
        0.7,
        1.3,
        "the same per 100 km/h: braking and speeding up (non-stop hops of 2024)",
    )
    stop_min: float = _number(
        1.5, "min", 1, 3, "standing at a stop on the way, starting and stopping apart"
    )
    hub_share: float = _number(
        0.75, "1", 0.7, 0.95, "share of trains that call from which on all are taken to"
    )
    hub_stop_min: float = _number(4, "min", 3, 6, "standing at such a station")
    turn_min: float = _number(
        8, "min", 5, 12, "standing where trains turn and no table tells (2024: mostly 6 to 10)"
    )
    branch_min: float = _number(
        2, "min", 1, 3, "lost where trains leave a route for another: slow points, narrow curves"
    )
    stop_odds: float = _number(
        1.0,
        "1",
        0.8,
        1.1,
        "stops of the fastest train of n over those of the mean train: stop_odds - stop_odds_n "
        "ln n, with n a day between large stations (fit to pairs of 2024)",
    )
    stop_odds_n: float = _number(0.3, "1", 0.24, 0.34, "see `stop_odds`")
    stop_odds_least: float = _number(0.05, "1", 0, 0.1, "the least of it")
    large_share: float = _number(
        0.37, "1", 0.3, 0.5, "share of trains to board from which on a station is large"
    )
    large_ends: float = _number(0.8, "1", 0.6, 0.9, "that share, at large stations in the mean")
    small_ends: float = _number(0.15, "1", 0.1, 0.3, "that share, at small stations in the mean")
    # how many trains, and where they call, where the tables say nothing
    hsr_trains: float = _number(45, "a day", 20, 80, "multiple units each way, high-speed lines")
    intercity_trains: float = _number(20, "a day", 10, 40, "the same, other lines")
    emu_line_kmh: float = _number(
        120, "km/h", 100, 160, "line speed from which on they run on conventional lines too"
    )
    conventional_trains: float = _number(12, "a day", 4, 25, "conventional trains each way")
    calls_core: float = _number(0.15, "1", 0.05, 0.5, "share of trains that call: in a core")
    calls_city: float = _number(0.45, "1", 0.3, 0.7, "the same in another city")
    calls_town: float = _number(0.35, "1", 0.2, 0.5, "the same in a town of the tables")
    calls_other: float = _number(0.20, "1", 0.05, 0.4, "the same elsewhere")
    ends_core: float = _number(0.6, "1", 0.4, 0.9, "share of trains to board: in a core")
    ends_city: float = _number(0.6, "1", 0.4, 0.9, "the same in another city")
    ends_town: float = _number(0.4, "1", 0.2, 0.6, "the same in a town of the tables")
    ends_other: float = _number(0.2, "1", 0.1, 0.4, "the same elsewhere")
    ends_terminus: float = _number(0.9, "1", 0.7, 1.0, "the same where a line ends")
    city_people: float = _number(
        1.5e6, "people", 1e6, 2e6, "people from which on a place of the tables is a city"
    )
    station_km: float = _number(
        15, "km", 10, 20, "straight distance from a centre within which a station is of the city"
    )
    # boarding, waiting, changing
    board_min: float = _number(
        20, "min", 15, 30, "from the door of the station to the train: security, walk, gates"
    )
    alight_min: float = _number(5, "min", 3, 10, "from the train to the door of the station")
    transfer_min: float = _number(20, "min", 10, 30, "from train to train, waiting apart")
    wait_share: float = _number(
        0.25,
        "1",
        0.1,
        0.5,
        "wait over the time between trains: a quarter where the nearest train is booked, half "
        "where travellers come at random",
    )
    wait_most_min: float = _number(30, "min", 20, 60, "the longest wait")
    service_hours: float = _number(16, "h", 14, 18, "hours a day in which trains run")
    transfer_limit_min: float = _number(
        45, "min", 30, 90, "by road between two stations, for changing trains between them"
    )
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
        30,
        "km",
        20,
        60,
        "straight distance a traveller goes to enter a network, where no ordinary roads are known",
    )
    access_limit_min: float = _number(
        120, "min", 60, 180, "time a traveller goes by road to a station or port"
    )
    background_motorway: float = _number(
        100,
        "km/h",
        80,
        120,
        "limit taken on other roads without a posted one; cars keep the same share of it: "
        "motorways",
    )
    background_trunk: float = _number(80, "km/h", 60, 100, "the same on national roads")
    background_primary: float = _number(60, "km/h", 40, 80, "the same on provincial roads")
    background_secondary: float = _number(50, "km/h", 30, 70, "the same on county roads")
    background_link: float = _number(40, "km/h", 30, 60, "the same on slip roads")
    tie_choices: float = _number(
        4, "places", 2, 6, "nearest nodes of ordinary roads to which a place is tied"
    )
    tie_road_km: float = _number(
        5, "km", 3, 8, "longest ordinary road along which a place is tied; longer ones are chords"
    )
    tie_direct_km: float = _number(
        1.5,
        "km",
        0.5,
        2,
        "straight distance within which two places are tied to each other directly",
    )
    road_bend: float = _number(
        1.2, "1", 1.15, 1.25, "length of ordinary roads over that of their simplified shapes"
    )
    town_bend: float = _number(
        1.1, "1", 1.05, 1.2, "the same in towns, where shapes have more points"
    )
    country_kmh: float = _number(50, "km/h", 45, 60, "ordinary roads outside of towns")
    town_kmh: float = _number(37, "km/h", 30, 45, "ordinary roads in towns")
    town_km: float = _number(3, "km", 2, 5, "radius of a town: the seat of a zone")
    city_km: float = _number(6, "km", 4, 8, "radius of a city (`city_people`)")
    core_km: float = _number(15, "km", 10, 20, "radius of a core (`core_people`)")

    off_road_km: float = _number(
        5, "km", 2, 10, "straight distance travellers go beside an ordinary road"
    )
    # how far times may be off
    deviation_rail: float = _number(
        0.09,
        "1",
        0.07,
        0.11,
        "standard deviation of train times over the times: residuals of 293 published ones",
    )
    deviation_road: float = _number(
        0.10, "1", 0.08, 0.15, "the same of times by road: the ranges of the factors and speeds"
    )
    deviation_door_min: float = _number(
        5, "min", 3, 8, "standard deviation of access, boarding and waits, from door to door"
    )
    deviation_train_min: float = _number(
        1, "min", 0.5, 2, "standard deviation of the shortest rides, from station to station"
    )

    def rank(self, population: float) -> str:
        """Return what a place with so many people is: a core, a city or a town."""
        if population >= self.core_people:
            return "core"
        return "city" if population >= self.city_people else "town"

    def table(self) -> DataFrame:
        """Return one row per parameter, by name: `value`, `unit`, `low`, `high`, `reason`."""
        rows = {f.name: {"value": getattr(self, f.name), **f.metadata} for f in fields(self)}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


#: The parameters where none are given.
DEFAULT_PARAMETERS = Parameters()
