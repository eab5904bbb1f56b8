"""What is known of the trains of a day: how many, how fast, where they call and run through."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from pandas import notna

from geo.catalogue import City, last_day
from geo.geometry import geodesic_km
from geo.layers import Layers, speeds_on
from geo.network.parameters import Parameters

#: Kinds of trains: multiple units, and conventional ones with a locomotive.
EMU, CONVENTIONAL = "emu", "conventional"


class Service(NamedTuple):
    """Trains a day in each direction, and their speed between stops in km/h."""

    trains: float
    kmh: float


class Calls(NamedTuple):
    """Share of the trains through a station that call there; share of all that can be boarded."""

    call_share: float
    end_share: float


class Passage(NamedTuple):
    """Trains that run from one route on to another at a place; minutes that this takes."""

    trains: float
    dwell_min: float
    #: Share of them that stop, None where the station speaks for all.
    call_share: float | None


#: Route and direction (1 along its points, -1 against) of arriving, the same of leaving, class.
Way = tuple[str, int, str, int, str]


def _nearest_period(rows: Sequence[Any], date: dt.date) -> Any:
    """Return the row of a day; of days that no row holds, the next one in time stands in."""
    if len(rows) == 1:
        return rows[0]
    return min(rows, key=lambda row: (not row.holds(date), _days_apart(row, date)))


def _days_apart(row: Any, date: dt.date) -> int:
    first, last = (last_day(text) if text else date for text in (row.from_date, row.to_date))
    return max((first - date).days, (date - last).days, 0)


class Services:
    """The trains of a day, from the tables where they say something, else by class of line."""

    def __init__(self, layers: Layers, date: dt.date, parameters: Parameters) -> None:
        self.layers, self.date, self.parameters = layers, date, parameters
        catalogue = layers.catalogue
        since = catalogue.region.emu_since
        self.emus = since is None or date >= since
        self.listed: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for row in catalogue.train_services:
            self.listed[row.section_id][row.class_].append(row)
        self.calling: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for calls in catalogue.station_calls:
            self.calling[calls.place_id, calls.class_].append(calls)
        self.speeds = speeds_on(layers, date)
        self._on: dict[str, dict[str, Service]] = {}
        columns = ("class", "design_speed_kmh", "operating_speed_kmh")
        frame = layers.sections
        self.standard = dict(
            zip(
                frame.index.tolist(),
                zip(*(frame[key].tolist() for key in columns), strict=True),
                strict=True,
            )
        )

    def on(self, section_id: str) -> dict[str, Service]:
        """Return the services on a section by class, at least one."""
        if section_id not in self._on:
            self._on[section_id] = self._services(section_id)
        return self._on[section_id]

    def _services(self, section_id: str) -> dict[str, Service]:
        found = {}
        for kind, rows in self.listed.get(section_id, {}).items():
            row = _nearest_period(rows, self.date)
            if row.trains_per_day != 0 and (kind == CONVENTIONAL or self.emus):
                usual = self._usual(section_id, kind)
                kmh = row.running_kmh * self._slower(section_id) if row.running_kmh else usual.kmh
                found[kind] = Service(row.trains_per_day or usual.trains, kmh)
        return found or self._by_class(section_id)

    def _by_class(self, section_id: str) -> dict[str, Service]:
        conventional = self.standard[section_id][0] == "conventional"
        fast = not conventional or self._speed(section_id) >= self.parameters.emu_line_kmh
        kinds = [EMU] if self.emus and fast else []
        if conventional or not self.emus:
            kinds.append(CONVENTIONAL)
        return {kind: self._usual(section_id, kind) for kind in kinds}

    def _speed(self, section_id: str) -> float:
        """Return the line speed of the day."""
        _, design, operating = self.standard[section_id]
        known = self.speeds.get(section_id), operating, design, self.parameters.rail_default
        return next(float(value) for value in known if value is not None and notna(value))

    def _slower(self, section_id: str) -> float:
        """Return the line speed of the day over that of today, 1 where it was not lower."""
        _, design, operating = self.standard[section_id]
        today = next((v for v in (operating, design) if notna(v)), None)
        return 1.0 if today is None else min(1.0, self._speed(section_id) / today)

    def _usual(self, section_id: str, kind: str) -> Service:
        """Return the service that a line of its class usually has."""
        p, speed = self.parameters, self._speed(section_id)
        route_class = self.standard[section_id][0]
        if kind == CONVENTIONAL:
            return Service(
                p.conventional_trains, min(p.conventional_share * speed, p.conventional_kmh)
            )
        if route_class == "hsr":
            share = p.emu_share_hsr if speed < 300 else p.emu_share_300
            return Service(p.hsr_trains, share * speed)
        share = p.emu_share_intercity if route_class == "intercity" else p.emu_share_conventional
        return Service(p.intercity_trains, share * speed)

    def calls(self, place_id: str, kind: str, *, terminus: bool = False) -> Calls:
        """Return what trains of a class do at a station; at a terminus all of them end."""
        if rows := self.calling.get((place_id, kind)):
            row = _nearest_period(rows, self.date)
            return Calls(row.call_share, row.end_share)
        p, place = self.parameters, self.layers.catalogue.place[place_id]
        if terminus:
            return Calls(p.calls_city, p.ends_terminus)
        level = level_of(self.layers.catalogue.cities, place.lon, place.lat, p)
        return Calls(getattr(p, f"calls_{level}"), getattr(p, f"ends_{level}"))

    def passages(self) -> dict[str, dict[Way, Passage]]:
        """Return by place the ways that trains run through, in both directions."""
        grouped: dict[tuple[str, Way], list[Any]] = defaultdict(list)
        for row in self.layers.catalogue.through_running:
            if not row.place_id:
                continue
            for kind in (row.class_,) if row.class_ else (EMU, CONVENTIONAL):
                for s in (row.sense_a,) if row.sense_a else (1, -1):
                    for t in (row.sense_b,) if row.sense_b else (1, -1):
                        grouped[row.place_id, (row.route_a, s, row.route_b, t, kind)].append(row)
        found: dict[str, dict[Way, Passage]] = defaultdict(dict)
        for (place, (a, into, b, out, kind)), rows in grouped.items():
            row = _nearest_period(rows, self.date)
            passage = Passage(row.trains_per_day or 0.0, row.dwell_min or 0.0, row.call_share)
            found[place][a, into, b, out, kind] = passage
            found[place][b, -out, a, -into, kind] = passage
        return found

    def through(self) -> dict[str, dict[str, frozenset[str]]]:
        """
        Return by class and route the routes with which it has trains in common.

        Routes of which nothing is known are missing, as are all of a class for which no row tells
        of routes that trains reach over others.
        """
        table = self.layers.catalogue.through_running
        found: dict[str, dict[str, set[str]]] = {}
        for kind in (EMU, CONVENTIONAL):
            rows = [row for row in table if row.class_ in (None, kind)]
            shared: dict[str, set[str]] = defaultdict(set)
            if not all(row.place_id for row in rows):
                for row in rows:
                    both = {row.route_a, row.route_b}
                    for route in both:
                        shared[route] |= both
            found[kind] = shared
        return {k: {a: frozenset(b) for a, b in v.items()} for k, v in found.items()}


def level_of(cities: Iterable[City], lon: float, lat: float, parameters: Parameters) -> str:
    """Return what a station is to the cities around: of a core, a prefecture, a county, none."""
    levels = set()
    near = [city for city in cities if abs(city.lat - lat) < 0.2 and abs(city.lon - lon) < 0.3]
    for city in near:
        away = float(geodesic_km([lon, lat], np.array([[city.lon, city.lat]]))[0])
        if away <= parameters.station_km:
            levels.add(parameters.rank(city.population))
    return next((level for level in ("core", "city", "town") if level in levels), "other")
