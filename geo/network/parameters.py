"""Every constant of the travel times, with its reason."""

from __future__ import annotations

from typing import NamedTuple


class Constant(NamedTuple):
    """A number the travel times rest on."""

    value: float
    unit: str
    reason: str


#: Every constant of the travel times, once. Those of rail come from one fit to all published
#: times that describe the fastest trains on the lines as they are (`calibration`).
CONSTANTS: dict[str, Constant] = {
    "road_factor": Constant(0.85, "1", "share of the design speed that cars keep over a trip"),
    "road_default": Constant(80, "km/h", "design speed taken where none is known"),
    "rail_factor": Constant(0.95, "1", "share of the line speed that trains keep between stops"),
    "rail_default": Constant(120, "km/h", "line speed taken where none is known"),
    "rail_start_min": Constant(4, "min", "speeding up at the start and slowing down at the end"),
    "stop_min": Constant(4, "min", "lost by a stop on the way: braking, standing, speeding up"),
    "stop_every_hsr": Constant(90, "km", "between stops of the fastest trains, high-speed lines"),
    "stop_every_intercity": Constant(70, "km", "the same on intercity lines"),
    "stop_every_conventional": Constant(80, "km", "the same on conventional lines"),
    "nonstop_people": Constant(8e6, "people", "between two cities of more, high-speed trains run "
                               "without a stop (62 min over 299 km)"),
    "board_min": Constant(20, "min", "reaching the platform and waiting, rail only"),
    "alight_min": Constant(5, "min", "leaving the station, rail only"),
    "transfer_limit": Constant(15, "km", "straight distance from a city centre within which its "
                               "stations are joined for changing trains"),
    "water_speed": Constant(15, "km/h", "loaded barge, mean of both directions"),
    "access_speed": Constant(35, "km/h", "city streets and roads to an interchange or station"),
    "access_detour": Constant(1.3, "1", "length of city streets against the straight line"),
    "access_limit": Constant(30, "km", "straight distance a traveller goes to enter a network"),
    "background_motorway": Constant(100, "km/h", "limit taken on other roads without a posted "
                                    "one; cars keep the same share of it: motorways"),
    "background_trunk": Constant(80, "km/h", "the same on national roads"),
    "background_primary": Constant(60, "km/h", "the same on provincial roads"),
    "background_secondary": Constant(50, "km/h", "the same on county roads"),
    "background_link": Constant(40, "km/h", "the same on slip roads"),
    "background_tie": Constant(0.5, "km", "straight distance within which an interchange meets "
                               "other roads"),
    "background_choices": Constant(3, "places", "nearest places where other roads are entered "
                                   "from a city centre or a station"),
}  # fmt: skip
