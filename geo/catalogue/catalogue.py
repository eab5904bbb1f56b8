"""Read and validate the tables of a region: the catalogue."""

from __future__ import annotations

import datetime as dt
import difflib
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from geo.catalogue.dates import status_on
from geo.catalogue.integrity import Numbered, cross_checks
from geo.catalogue.reading import (
    checked_row,
    header_problems,
    read_table,
    repeated_ids,
    table_file,
)
from geo.catalogue.region import FILE as REGION_FILE
from geo.catalogue.region import Region, read_region
from geo.catalogue.schema import (
    KEY_COLUMN,
    TABLES,
    AlignmentPoint,
    City,
    Place,
    Project,
    PublishedTime,
    Route,
    Row,
    Section,
    Source,
    SpeedPeriod,
    StationCalls,
    ThroughRunning,
    TrainService,
    Zone,
    columns,
)
from geo.core import (
    BadInputError,
    Message,
    NotFoundError,
    Problem,
    checksum,
    file_checksum,
    remembered,
    shown,
)

#: More problems than this are not reported at once.
MAX_PROBLEMS = 200
#: What a section takes over from the one it is a piece of or continues, unless its status differs.
DATES = ("status", "started", "opened", "expected")
SECTIONS = "tables/sections.csv"
#: The source of rows that name none.
ADDED = Source(key="added", title="Added in Python", publisher="", date="", url="", licence="")

Points = Sequence[Sequence[float]] | Any
Named = TypeVar("Named", City, Route)


@dataclass(frozen=True, repr=False)
class Catalogue:
    """
    Everything the tables of a region say, validated; the rows of a table are in file order.

    Examples
    --------
    >>> cat = geo.load()
    >>> cat.find_city("Chengdu").name
    '成都'
    >>> cat.find_city("Chendu")
    Traceback (most recent call last):
        ...
    geo.core.errors.NotFoundError: no city 'Chendu'; closest: Chengdu, Chengkou, Fengdu, Changshou
    >>> cat.route["chengdawan-hsr"].name
    '成达万高铁'
    """

    folder: Path
    region: Region
    routes: tuple[Route, ...]
    sections: tuple[Section, ...]
    alignments: tuple[AlignmentPoint, ...]
    places: tuple[Place, ...]
    cities: tuple[City, ...]
    zones: tuple[Zone, ...]
    published_times: tuple[PublishedTime, ...]
    train_services: tuple[TrainService, ...]
    through_running: tuple[ThroughRunning, ...]
    station_calls: tuple[StationCalls, ...]
    speeds_by_period: tuple[SpeedPeriod, ...]
    projects: tuple[Project, ...]
    sources: tuple[Source, ...]
    #: By table and id, the line of the file where the row begins; the header is line 1.
    lines: dict[str, dict[str, int]] = field(default_factory=dict, compare=False)

    @property
    def origin(self) -> str:
        """A checksum of the files it was read from; empty for a changed copy."""
        return str(self.__dict__.get("_origin", ""))

    @cached_property
    def place(self) -> dict[str, Place]:
        """Places by id."""
        return {row.place_id: row for row in self.places}

    @cached_property
    def route(self) -> dict[str, Route]:
        """Routes by id."""
        return {row.route_id: row for row in self.routes}

    @cached_property
    def section(self) -> dict[str, Section]:
        """Sections by id."""
        return {row.section_id: row for row in self.sections}

    @cached_property
    def points_of(self) -> dict[str, list[AlignmentPoint]]:
        """Points of the alignment of every route, in order."""
        return _grouped(self.alignments)

    @cached_property
    def sections_of(self) -> dict[str, list[Section]]:
        """Sections of every route, in order."""
        return _grouped(self.sections)

    @cached_property
    def city_labels(self) -> dict[str, str]:
        """Names of the cities by id, with the id behind a name that several carry."""
        return name_labels({city.city_id: city.name for city in self.cities})

    @cached_property
    def centres(self) -> list[City]:
        """The cities to measure between: those that are not part of another, in file order."""
        return [city for city in self.cities if not city.part_of]

    @cached_property
    def settlements(self) -> Sequence[City | Zone]:
        """Where people live: zones with their seat within the frame; without zones the centres."""
        west, south, east, north = self.region.frame
        inside = [
            zone for zone in self.zones if west <= zone.lon <= east and south <= zone.lat <= north
        ]
        return inside or self.centres

    def find_city(self, name: str) -> City:
        """
        Return the city with a name or id, else raise NotFoundError with the closest names.

        The name is official (万州区) or short, in the region's language or English, or a code, in
        any letter case. An id comes before a name; where several cities carry the name,
        BadInputError lists their ids.
        """
        return _find("city", name, self.cities, "city_id")

    def find_end(self, name: str, *, station: bool = False) -> City | Zone | Place:
        """
        Return the city, county or place where a trip ends, by name or id.

        Of one name a city comes before a county, and a county before a place; where a station is
        wanted, a station comes first. Where several of one kind carry the name, BadInputError
        lists their ids; an unknown name raises NotFoundError with the closest ones.
        """
        wanted = name.strip().casefold()
        for kind in sorted(self._ends, key=lambda kind: station and kind != "station"):
            rows, column, names = self._ends[kind]
            if wanted in names:
                return cast("City | Zone | Place", _find(kind, name, rows, column))
        return self.find_city(name)

    @cached_property
    def _ends(self) -> dict[str, tuple[tuple[Any, ...], str, frozenset[str]]]:
        """By kind the rows where trips may end, the column of their ids, and all their names."""
        stations = tuple(place for place in self.places if place.kind == "station")
        kinds: dict[str, tuple[tuple[Any, ...], str]] = {
            "city": (self.cities, "city_id"),
            "county": (self.zones, "zone_id"),
            "station": (stations, "place_id"),
            "place": (self.places, "place_id"),
        }
        return {
            kind: (rows, column, frozenset(n for row in rows for n in _names(row, column)))
            for kind, (rows, column) in kinds.items()
        }

    def find_route(self, name: str) -> Route:
        """
        Return the route with a name, road number or id, else raise NotFoundError with the closest.

        A part of a name that only one route has is enough, or its two ends with a dash between.
        Where several carry the whole name or number, BadInputError lists their ids.
        """
        return _find("route", name, self.routes, "route_id")

    def assumed_on(self, date: dt.date, mode: str = "any") -> list[str]:
        """
        Return the sections of a mode that count as open on a date by their expected year alone.

        Examples
        --------
        >>> cat = geo.load()
        >>> cat.assumed_on(cat.region.as_of), len(cat.assumed_on(dt.date(2028, 12, 31))) > 0
        ([], True)
        """
        return [
            section.section_id
            for section in self.sections
            if mode in ("any", self.route[section.route_id].mode)
            and status_on(
                date,
                today=section.status,
                started=section.started,
                opened=section.opened,
                expected=section.expected,
                as_of=self.region.as_of,
            ).assumed
        ]

    def with_city(self, city_id: str, **cells: object) -> Catalogue:
        """
        Return a checked copy with one city more, or with some cells of a city changed.

        A new city needs `name`, `lon`, `lat` (degrees, WGS-84), `population` and `region`.
        Raises BadInputError where the copy would not be valid.

        Examples
        --------
        >>> cat = geo.load()
        >>> more = cat.with_city("xincheng", name="新城", name_en="Xincheng", lon=104.9,
        ...                      lat=30.4, population=800_000, region="四川")
        >>> more.find_city("Xincheng").population, len(more.cities) - len(cat.cities)
        (800000, 1)
        """
        start = {"level": "county", "source": ADDED.key, "name_en": cells.get("name", "")}
        if city_id in {city.city_id for city in self.cities}:
            start = self.find_city(city_id).model_dump(by_alias=True)
        city = self.new_row("cities", start | cells | {"city_id": city_id})
        return self.with_tables(cities=_put(self.cities, city, "city_id"))

    def with_section(self, section_id: str, **cells: object) -> Catalogue:
        """
        Return a checked copy with some cells of a section changed, or with one section more.

        A new section needs `route_id`, `from_place` and `to_place`. It is a piece of one there is,
        or continues its route to a further place; what is not given is taken over from that
        neighbour, but for lengths, and for its dates if any of status, started, opened and
        expected is given. Raises BadInputError where the copy would not be valid.

        Examples
        --------
        >>> late = geo.load().with_section("chengyu-middle-hsr-1", expected=2030)
        >>> late.section["chengyu-middle-hsr-1"].expected
        2030
        """
        if section_id in self.section:
            changed = self.section[section_id].model_dump() | cells
            row = self.new_row("sections", changed | {"section_id": section_id})
            return self.with_tables(sections=_put(self.sections, row, "section_id"))
        route_id = str(cells.get("route_id", ""))
        if route_id not in self.route:
            unknown = Message("expected a known id")
            raise BadInputError([Problem(SECTIONS, 0, "route_id", route_id, unknown)])
        points, sections = self.points_of[route_id], self.sections_of[route_id]
        ends = str(cells.get("from_place", "")), str(cells.get("to_place", ""))
        points, sections, neighbour = _room_for(ends, points, sections)
        start = neighbour.model_dump() | {"seq": 0, "length_km": None, "notes": ""}
        if cells.keys() & set(DATES):
            start |= dict.fromkeys(DATES, "")
        new = self.new_row("sections", start | cells | {"section_id": section_id})
        at = {point.place_id: i for i, point in reversed(list(enumerate(points)))}
        order = sorted([*sections, new], key=lambda row: at.get(row.from_place, len(at)))
        parts = _renumbered(self.sections, route_id, order)
        projects = list(self.projects)
        if len(points) == len(self.points_of[route_id]):  # a piece counts wherever its whole does
            parts = _with_piece(parts, "shares", neighbour.section_id, section_id)
            projects = _with_piece(projects, "sections", neighbour.section_id, section_id)
        return self.with_tables(
            alignments=_renumbered(self.alignments, route_id, points),
            sections=parts,
            projects=projects,
        )

    def with_route(
        self,
        line: Points,
        route_id: str,
        name: str,
        *,
        mode: str,
        class_: str,
        from_place: str = "",
        to_place: str = "",
        accuracy_m: float = 100.0,
        **cells: object,
    ) -> Catalogue:
        """
        Return a checked copy with one route more, of one section.

        `line` is its course, a LineString or pairs of longitude and latitude in degrees (WGS-84),
        up to `accuracy_m` metres off; `mode` and `class_` are its kind of traffic and standard,
        such as "rail" and "hsr". Places where it meets other routes (`from_place`, `to_place`)
        become ends of the line; without them it gets ends of its own. Further cells are values by
        column of ``routes.csv`` and ``sections.csv``, such as `name_en`, `opened`, `expected` or
        `design_speed_kmh`; it is open where `opened` is given. Raises BadInputError where the copy
        would not be valid.

        Examples
        --------
        >>> more = geo.load().with_route([(104.9, 30.4), (105.3, 30.5), (105.6, 30.9)], "new-line",
        ...                              "新线", mode="rail", class_="hsr", expected=2032)
        >>> round(geo.build_layers(more).routes.loc["new-line", "running_km"])
        93
        """
        spots = _spots(line)
        ends = [from_place or f"{route_id}-start", to_place or f"{route_id}-end"]
        if spots[0] == spots[-1] and not (from_place or to_place):
            ends[1] = ends[0]  # a ring
        facts: dict[str, object] = {
            "name": name,
            "name_en": name,
            "group": "background",
            "status": "open" if cells.get("opened") else "planned",
            "source": ADDED.key,
            "confidence": "low",
            **cells,
            "route_id": route_id,
            "mode": mode,
            "class": class_,
            "section_id": f"{route_id}-1",
            "seq": 1,
            "from_place": ends[0],
            "to_place": ends[1],
        }
        own, parts = columns(Route), columns(Section)
        route = {key: value for key, value in facts.items() if key in own or key not in parts}
        section = {key: value for key, value in facts.items() if key in parts}
        drawn: dict[str, object] = {"source": facts["source"], "accuracy_m": accuracy_m}
        end = {key: facts[key] for key in ("name", "name_en", "confidence")} | {"kind": "end"}
        fresh = {
            key: drawn | end | {"place_id": key, "lon": lon, "lat": lat}
            for key, (lon, lat) in zip(ends, (spots[0], spots[-1]), strict=True)
            if key not in (from_place, to_place)
        }
        shape = [drawn | {"lon": lon, "lat": lat} for lon, lat in spots[1:-1]]
        points: list[dict[str, object]] = [{"place_id": ends[0]}, *shape, {"place_id": ends[1]}]
        course = [point | {"route_id": route_id, "seq": i} for i, point in enumerate(points, 1)]
        return self.with_tables(
            routes=[*self.routes, self.new_row("routes", route)],
            places=[*self.places, *(self.new_row("places", row) for row in fresh.values())],
            alignments=[*self.alignments, *(self.new_row("alignments", row) for row in course)],
            sections=[*self.sections, self.new_row("sections", section)],
        )

    def new_row(self, table: str, cells: Mapping[str, object]) -> Any:
        """Return a row of a table, checked as if it stood in its file; None is an empty cell."""
        file, model = f"tables/{table}.csv", TABLES[table]
        given = {key: "" if value is None else str(value) for key, value in cells.items()}
        text = dict.fromkeys(columns(model), "") | given
        problems: list[Any] = list(header_problems(list(text), model, file, 0))
        found = problems or list(checked_row(text, model, self.region, file, 0))
        if problems := [item for item in found if isinstance(item, Problem)]:
            raise BadInputError(problems)
        return found[0][1]

    def with_tables(self, **changed: Iterable[Row]) -> Catalogue:
        """Return a checked copy with other rows in some tables, all rows of each."""
        tables = {name: list(changed.get(name, getattr(self, name))) for name in TABLES}
        if any(ADDED.key in row.sources for name in changed for row in tables[name]):
            tables["sources"] = _put(tables["sources"], ADDED, "key")
        numbered, problems = {}, list[Problem]()
        for name, rows in tables.items():
            key, lines = KEY_COLUMN.get(name, ""), self.lines.get(name, {})
            numbered[name] = [(lines.get(getattr(row, key), 0) if key else 0, row) for row in rows]
            problems += repeated_ids(name, numbered[name]) if name in changed else []
        return _catalogue_of(self.folder, self.region, numbered, problems, changed)

    def __repr__(self) -> str:
        return (
            f"<Catalogue {self.region.name_en}: {len(self.routes)} routes, "
            f"{len(self.sections)} sections, {len(self.places)} places>"
        )


def _catalogue_of(
    folder: Path,
    region: Region,
    tables: dict[str, Numbered],
    problems: list[Problem],
    changed: Collection[str] | None = None,
) -> Catalogue:
    """Return the catalogue of rows with their lines, once these fit together."""
    if problems := problems or cross_checks(tables, region, changed):
        raise BadInputError(problems[:MAX_PROBLEMS])
    rows = {name: tuple(row for _, row in numbered) for name, numbered in tables.items()}
    lines = {
        name: {getattr(row, column): line for line, row in tables[name]}
        for name, column in KEY_COLUMN.items()
    }
    located = ("places", "alignments", "cities", "zones")
    if changed is None or set(located) & set(changed):
        points = [row for name in located for row in rows[name]]
        region = region.cut_to([(row.lon, row.lat) for row in points if row.lon is not None])
    return Catalogue(folder=folder, region=region, lines=lines, **rows)


def _put(rows: Iterable[Any], new: Any, key: str) -> list[Any]:
    """Return rows with a new one in the place of that of its id, or at the end."""
    by_id = {getattr(row, key): row for row in rows}
    return list((by_id | {getattr(new, key): new}).values())


def _renumbered(rows: Iterable[Any], route_id: str, own: Sequence[Any]) -> list[Any]:
    """Return rows with those of one route replaced, numbered from 1."""
    numbered = [row.model_copy(update={"seq": i}) for i, row in enumerate(own, 1)]
    return [*(row for row in rows if row.route_id != route_id), *numbered]


def _room_for(
    ends: tuple[str, str], points: list[AlignmentPoint], sections: list[Section]
) -> tuple[list[AlignmentPoint], list[Section], Section]:
    """Shorten the section that a new one is a piece of, or lengthen the route to its ends."""
    start, end = ends
    places = [point.place_id for point in points]
    for i, section in enumerate(sections):
        left: dict[str, str | None] = {"length_km": None}
        if section.from_place == start and section.to_place != end:
            left |= {"from_place": end}
        elif section.to_place == end and section.from_place != start:
            left |= {"to_place": start}
        if len(left) > 1 and {start, end} <= set(places):
            rest = section.model_copy(update=left)
            return points, [*sections[:i], rest, *sections[i + 1 :]], section
    alone = {"shares": ""}
    if start == places[-1] and end not in places:
        further = points[-1].model_copy(update={"place_id": end, "chainage_km": None})
        return [*points, further], sections, sections[-1].model_copy(update=alone)
    if end == places[0] and start not in places:
        further = points[0].model_copy(update={"place_id": start, "chainage_km": None})
        return [further, *points], sections, sections[0].model_copy(update=alone)
    text = Message(
        "expected the end of a section, or of the route: the new one begins or ends there"
    )
    raise BadInputError([Problem(SECTIONS, 0, "from_place", start, text)])


def _with_piece(rows: Iterable[Any], column: str, whole: str, piece: str) -> list[Any]:
    """Name a piece of a section wherever a cell names the section."""
    listed = [getattr(row, column).split(";") for row in rows]
    return [
        row.model_copy(update={column: ";".join([*ids, piece])}) if whole in ids else row
        for row, ids in zip(rows, listed, strict=True)
    ]


def _spots(line: Points) -> list[tuple[float, float]]:
    """Return the points of a line, none twice in a row."""
    text = Message("line: expected a LineString or at least two pairs of longitude and latitude")
    try:
        pairs = [(float(lon), float(lat)) for lon, lat, *_ in getattr(line, "coords", line)]
    except (NotImplementedError, TypeError, ValueError):
        raise BadInputError(text) from None
    spots = [spot for spot, _ in itertools.groupby(pairs)]
    if len(spots) < 2:
        raise BadInputError(text)
    return spots


def _grouped(rows: tuple[Any, ...]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.route_id].append(row)
    return {key: sorted(group, key=lambda row: row.seq) for key, group in groups.items()}


#: What official names of cities end with: 重庆市, 万州区.
_OFFICIAL = re.compile("(?<=..)[市区县]$")
_DASH = re.compile("[-–—~～至]")


def _find(kind: str, name: str, rows: tuple[Named, ...], id_column: str) -> Named:
    """Look a row up by its id, then by a whole name, then by a part that only one name has."""
    wanted = name.strip().casefold()
    names_of = [(row, _names(row, id_column)) for row in rows]
    for whole, fits in _tests(wanted, official=kind == "city"):
        hits = [row for row, names in names_of if fits(names)]
        if len(hits) == 1:
            return hits[0]
        if hits and whole:
            raise _ambiguous(kind, name, [getattr(row, id_column) for row in hits])
        if hits:
            break
    close = list(dict.fromkeys(row.name for row in hits))[:5]
    if not hits:
        known = dict.fromkeys(label for row in rows for label in (row.name, row.name_en))
        close = difflib.get_close_matches(name, known, 4, 0.3)
    raise NotFoundError(kind, name, close)


def _tests(wanted: str, *, official: bool) -> Iterator[tuple[bool, Callable[[list[str]], bool]]]:
    """Yield what the names of a row may have to do with one, and whether it is a whole name."""
    yield True, lambda names: wanted == names[0]
    yield True, lambda names: wanted in names
    if wanted:
        yield False, lambda names: any(wanted in label for label in names)
    stem = _OFFICIAL.sub("", wanted)
    if official and stem != wanted:
        yield True, lambda names: stem in names
    ends = [end.strip() for end in _DASH.split(wanted)]
    if len(ends) > 1:
        yield False, lambda names: any(all(end in label for end in ends) for label in names)


def _ambiguous(kind: str, name: str, ids: Iterable[str]) -> BadInputError:
    """Return the refusal of a name that several rows carry."""
    kinds = {
        "city": Message("cities"),
        "county": Message("counties"),
        "station": Message("stations"),
        "place": Message("places"),
        "route": Message("routes"),
    }[kind]
    return BadInputError(
        "several {kinds} are called {name}: {ids}: give the id",
        kinds=kinds,
        name=shown(name.strip()),
        ids=", ".join(sorted(ids)),
    )


def name_labels(names: Mapping[str, str]) -> dict[str, str]:
    """
    Return names by id, with the id behind a name that several carry.

    Parameters
    ----------
    names
        Names by id; ids differ, names need not.

    Returns
    -------
    labels
        As many, no two alike.

    Examples
    --------
    >>> name_labels({"city-1": "甲", "city-2": "乙", "town": "乙"})
    {'city-1': '甲', 'city-2': '乙 (city-2)', 'town': '乙 (town)'}
    """
    often = Counter(names.values())
    return {key: f"{name} ({key})" if often[name] > 1 else name for key, name in names.items()}


def _names(row: Any, id_column: str) -> list[str]:
    """Return what a row may be called, in small letters, its id first."""
    known = row.__dict__  # to ask a row for what it has not is slow
    labels = [str(known.get(column, "")) for column in (id_column, "name", "name_en", "adcode")]
    numbers = [part for part in known.get("ref", "").split("/") if part]
    return [label.casefold() for label in labels + numbers]


def populations(rows: Iterable[City | Zone]) -> NDArray[np.float64]:
    """
    Return the people of cities or zones.

    Parameters
    ----------
    rows
        Their rows, n of them.

    Returns
    -------
    people
        Shape (n,), in their order.

    Examples
    --------
    >>> bool(populations(geo.load().centres).max() > 1e7)
    True
    """
    return np.array([row.population for row in rows], float)


def data_folder() -> Path:
    """
    Return the folder of the data that come with the package.

    Returns
    -------
    folder
        ``geo/data`` in an installed wheel, ``data`` beside the package in a checkout.
    """
    inside = Path(__file__).parents[1] / "data"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "data"


def load(folder: Path | str | None = None) -> Catalogue:
    """
    Read and validate the catalogue of a region.

    Parameters
    ----------
    folder
        Data folder with ``region.toml`` and ``tables/``; default: the region of the package.

    Returns
    -------
    catalogue
        The rows of all tables.

    Raises
    ------
    BadInputError
        When anything is wrong; every problem names file, row, column, value and what was expected.

    Examples
    --------
    >>> cat = geo.load()
    >>> cat.find_route("成渝中线高铁").name_en
    'Chengdu–Chongqing Middle Line HSR'
    """
    folder = data_folder() if folder is None else Path(folder)
    files = [REGION_FILE, *(table_file(folder, name) for name in TABLES)]
    known = [(file, file_checksum(folder / file)) for file in files]
    catalogue = remembered(partial(_read, folder), "catalogue", folder, known)
    catalogue.__dict__["_origin"] = checksum(known)
    return catalogue


def _read(folder: Path) -> Catalogue:
    region = read_region(folder)
    problems: list[Problem] = []
    tables = {}
    for name in TABLES:
        tables[name], wrong = read_table(folder, name, region)
        problems += wrong
    return _catalogue_of(folder, region, tables, problems)
