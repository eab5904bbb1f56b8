"""Checks that need more than one row: references, order, coverage."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from geo.catalogue.dates import last_day
from geo.catalogue.region import Region, unknown_ids
from geo.catalogue.validation import with_closest
from geo.core import Message, Problem

Numbered = list[tuple[int, Any]]
#: Degrees of longitude; what is further lies nearer the other way round.
HALF_WAY_ROUND = 180.0


def cross_checks(
    tables: dict[str, Numbered], region: Region, changed: Collection[str] | None = None
) -> list[Problem]:
    """
    Return what is wrong between rows that are each right on their own.

    Where only some tables changed since all was right, courses are checked only if theirs did.
    """
    courses = {"routes", "places", "alignments"}
    return [
        *_references(tables),
        *(_alignments(tables) if changed is None or courses & set(changed) else ()),
        *_sections(tables),
        *_future(tables, region),
        *_regions(tables, region),
        *_cities(tables),
        *unknown_ids(
            region, _ids(tables["routes"], "route_id"), _ids(tables["sections"], "section_id")
        ),
    ]


def _file(table: str) -> str:
    return f"tables/{table}.csv"


def _ids(numbered: Numbered, column: str) -> dict[str, Any]:
    return {getattr(row, column): row for _, row in numbered}


def _unknown(table: str, line: int, column: str, value: str, known: Collection[str]) -> Problem:
    text = with_closest(Message("expected a known id"), value, known)
    return Problem(_file(table), line, column, value, text)


def _references(tables: dict[str, Numbered]) -> Iterator[Problem]:
    routes = _ids(tables["routes"], "route_id")
    places = _ids(tables["places"], "place_id")
    sections = _ids(tables["sections"], "section_id")
    cities = {name for _, c in tables["cities"] for name in (c.city_id, c.name, c.name_en)}
    for table in tables:
        yield from _missing(tables, table, "source", _ids(tables["sources"], "key"))
    for known, cells in (
        (routes, ("alignments.route_id", "sections.route_id")),
        (places, ("alignments.place_id", "sections.from_place", "sections.to_place")),
        (sections, ("projects.sections",)),
        ({*places, *cities}, ("published_times.from", "published_times.to")),
        (_ids(tables["cities"], "city_id"), ("zones.city_id",)),
        (sections, ("train_services.section_id", "speeds_by_period.section_id")),
        (places, ("through_running.place_id", "station_calls.place_id")),
        (routes, ("through_running.route_a", "through_running.route_b")),
    ):
        for cell in cells:
            table, column = cell.split(".")
            yield from _missing(tables, table, column, known)
    for column in ("from", "to"):
        yield from _of_several_cities(tables, column)
    for line, row in tables["sections"]:
        yield from _shares(line, row, sections, routes)
        yield from _fits_mode(line, row, routes)


def _missing(
    tables: dict[str, Numbered], table: str, column: str, known: Collection[str]
) -> Iterator[Problem]:
    """Find ids that nothing carries; several are separated by semicolons where they may be."""
    several = column in {"source", "sections"}
    for line, row in tables[table]:
        text = getattr(row, "from_" if column == "from" else column, "")
        for value in filter(None, text.split(";") if several else [text]):
            if value not in known:
                yield _unknown(table, line, column, value, known)


def _of_several_cities(tables: dict[str, Numbered], column: str) -> Iterator[Problem]:
    """Yield the names in published times that more than one city carries."""
    cities = [city for _, city in tables["cities"]]
    ids = {city.city_id for city in cities} | {place.place_id for _, place in tables["places"]}
    for line, row in tables["published_times"]:
        name = getattr(row, "from_" if column == "from" else column)
        several = [city.city_id for city in cities if name in (city.name, city.name_en)]
        if name not in ids and len(several) > 1:
            text = Message(
                "expected an id, for several cities are called so: {ids}",
                ids=", ".join(sorted(several)),
            )
            yield Problem(_file("published_times"), line, column, name, text)


def _fits_mode(line: int, row: Any, routes: dict[str, Any]) -> Iterator[Problem]:
    mode = getattr(routes.get(row.route_id), "mode", None)
    for column, own in (("lanes", "road"), ("tracks", "rail")):
        value = getattr(row, column)
        if mode is not None and mode != own and value is not None:
            text = Message("expected nothing, for its route is of mode {mode}", mode=Message(mode))
            yield Problem(_file("sections"), line, column, str(value), text)


def _shares(
    line: int, row: Any, sections: dict[str, Any], routes: dict[str, Any]
) -> Iterator[Problem]:
    mode = getattr(routes.get(row.route_id), "mode", None)
    for other in filter(None, row.shares.split(";")):
        if other not in sections:
            yield _unknown("sections", line, "shares", other, sections)
        elif other == row.section_id or sections[other].shares:
            text = Message("expected a section that has its own track or carriageway")
            yield Problem(_file("sections"), line, "shares", other, text)
        elif mode and getattr(routes.get(sections[other].route_id), "mode", None) != mode:
            text = Message("expected a section of the same mode, {mode}", mode=Message(mode))
            yield Problem(_file("sections"), line, "shares", other, text)


def _future(tables: dict[str, Numbered], region: Region) -> Iterator[Problem]:
    """Find what is said to have happened after the day the tables are known to."""
    expected = Message(
        "expected a day up to {date}, the day the tables are known to", date=region.as_of
    )
    for line, row in tables["sections"]:
        for column in ("opened", "started"):
            text = getattr(row, column)
            this_year = text == str(region.as_of.year)  # some day of it, which may be past
            if text and last_day(text) > region.as_of and not this_year:
                yield Problem(_file("sections"), line, column, text, expected)


def _by_route(numbered: Numbered) -> dict[str, Numbered]:
    groups: dict[str, Numbered] = defaultdict(list)
    for line, row in numbered:
        groups[row.route_id].append((line, row))
    return groups


def _alignments(tables: dict[str, Numbered]) -> Iterator[Problem]:
    file, points = _file("alignments"), _by_route(tables["alignments"])
    places = _ids(tables["places"], "place_id")
    for line, route in tables["routes"]:
        if len(points.get(route.route_id, ())) < 2:
            text = Message("expected at least two points of this route in alignments.csv")
            yield Problem(_file("routes"), line, "route_id", route.route_id, text)
    for numbered in points.values():
        for (_, before), (line, row) in itertools.pairwise(numbered):
            if row.seq <= before.seq:
                text = Message(
                    "expected a number above {number}, the one before", number=before.seq
                )
                yield Problem(file, line, "seq", str(row.seq), text)
            spots: list[Any] = [places.get(point.place_id, point) for point in (before, row)]
            here, there = spots
            # the short way between two points leads over the meridian where degrees jump
            known = here.lon is not None and there.lon is not None
            if known and abs(here.lon - there.lon) > HALF_WAY_ROUND:
                column = "place_id" if row.place_id else "lon"
                value = row.place_id or f"{row.lon:g}"
                text = Message(
                    "expected the side of the 180th meridian where the point before lies: end the "
                    "route there, and begin another"
                )
                yield Problem(file, line, column, value, text)
            if (here.lon, here.lat) == (there.lon, there.lat):
                column = "place_id" if row.place_id else "lon"
                text = Message("expected a point other than the one before")
                yield Problem(file, line, column, row.place_id, text)
        yield from _chainage(numbered)


def _chainage(numbered: Numbered) -> Iterator[Problem]:
    """Official kilometres rise along the route."""
    known = [(line, row.chainage_km) for line, row in numbered if row.chainage_km is not None]
    for (_, before), (line, now) in itertools.pairwise(known):
        if now <= before:
            text = Message("expected more than {km:g}, the kilometre before", km=before)
            yield Problem(_file("alignments"), line, "chainage_km", f"{now:g}", text)


def _sections(tables: dict[str, Numbered]) -> Iterator[Problem]:
    """Sections follow each other along the alignment, from its first place to its last."""
    points, sections = _by_route(tables["alignments"]), _by_route(tables["sections"])
    for line, route in tables["routes"]:
        numbered = sorted(sections.get(route.route_id, ()), key=lambda item: item[1].seq)
        if not numbered:
            text = Message("expected at least one section of this route in sections.csv")
            yield Problem(_file("routes"), line, "route_id", route.route_id, text)
        elif len(points.get(route.route_id, ())) >= 2:
            order = sorted(points[route.route_id], key=lambda item: item[1].seq)
            yield from _coverage(numbered, [row.place_id for _, row in order])


def _coverage(numbered: Numbered, places: list[str]) -> Iterator[Problem]:
    file, position, last_seq = _file("sections"), 0, -1
    for line, row in numbered:
        if row.seq == last_seq:
            text = Message("expected a number used once per route")
            yield Problem(file, line, "seq", str(row.seq), text)
        last_seq = row.seq
        for column in ("from_place", "to_place"):
            if getattr(row, column) not in places:
                text = Message("expected a place on the alignment of its route")
                yield Problem(file, line, column, getattr(row, column), text)
                return
        if places[position] != row.from_place:
            place = places[position] or Message("the end of the section before")
            text = Message("expected {place}: it overlaps the section before", place=place)
            if row.from_place in places[position:]:
                text = Message("expected {place}: a section is missing before it", place=place)
            yield Problem(file, line, "from_place", row.from_place, text)
            return
        if row.to_place not in places[position + 1 :]:
            text = Message(
                "expected a place further along the alignment than from_place: wrong order"
            )
            yield Problem(file, line, "to_place", row.to_place, text)
            return
        position = places.index(row.to_place, position + 1)
    if position != len(places) - 1:
        line, row = numbered[-1]
        last = places[-1] or Message("a named place")
        text = Message(
            "expected the last place of the alignment, {place}: a section is missing", place=last
        )
        yield Problem(file, line, "to_place", row.to_place, text)


def _regions(tables: dict[str, Numbered], region: Region) -> Iterator[Problem]:
    names = [name for r in region.regions for name in (r.id, r.name, r.name_en)]
    for table in ("cities", "zones"):
        for line, row in tables[table]:
            if region.find(row.region) is None:
                yield _unknown(table, line, "region", row.region, names)


def _cities(tables: dict[str, Numbered]) -> Iterator[Problem]:
    known = _ids(tables["cities"], "city_id")
    for line, row in tables["cities"]:
        if row.part_of and row.part_of not in known:
            yield _unknown("cities", line, "part_of", row.part_of, known)
        elif row.part_of and (row.part_of == row.city_id or known[row.part_of].part_of):
            text = Message("expected a city that is no part of another")
            yield Problem(_file("cities"), line, "part_of", row.part_of, text)
