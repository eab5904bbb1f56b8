"""Plans: edits of a network in a file, as the plan page saves them, applied to a catalogue."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geo.catalogue import (
    JOINING,
    Catalogue,
    Place,
    Section,
    Source,
    faults,
    last_day,
    with_closest,
)
from geo.core import BadInputError, Message, Problem
from geo.layers import Layers, build_layers
from geo.network import DEFAULT_PARAMETERS
from geo.scenarios.drawn_lines import (
    ACCURACY_M,
    KIND_OF_MODE,
    Stop,
    drawn_rows,
    leg_lengths,
    rounded,
)

#: Kilometres of a degree of latitude where a circle is drawn flat.
FLAT_KM = 111.195
#: Stops of a drawn line are at least this far apart, in km.
SHORTEST_KM = 0.1
#: The highest running speed that the tables take, in km/h.
TOP_KMH = 500.0


class _Edit(BaseModel):
    """One edit of a plan; what it does not know, such as a column of a GIS, it leaves out."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    def apply(self, tables: _Tables) -> None:
        """Change the rows of a catalogue; closures are none of its facts."""


class _OfSections(_Edit):
    sections: Annotated[tuple[str, ...], Field(min_length=1)]


class _Remove(_OfSections):
    """The sections never open."""

    def apply(self, tables: _Tables) -> None:
        for section in tables.sections(self):
            tables.change("sections", tables.at[section.section_id], status="planned", started="",
                          opened="", expected=None)  # fmt: skip


class _Open(_OfSections):
    """The sections open at the end of a year, not before."""

    year: Annotated[int, Field(ge=1850, le=2100)]

    def apply(self, tables: _Tables) -> None:
        day, as_of = dt.date(self.year, 12, 31), tables.catalogue.region.as_of
        for section in tables.sections(self):
            begun = section.started and last_day(section.started).year <= self.year
            cells: dict[str, object] = {"started": section.started if begun else ""}
            if day <= as_of:
                cells |= {"status": "open", "opened": str(self.year)}
            else:
                status = "planned" if section.status == "planned" else "construction"
                cells |= {"status": status, "opened": "", "expected": self.year}
            tables.change("sections", tables.at[section.section_id], **cells)


class _Speed(_OfSections):
    """The sections have another speed."""

    kmh: Annotated[float, Field(ge=5, le=500)]

    def apply(self, tables: _Tables) -> None:
        for section in tables.sections(self):
            operating = section.operating_speed_kmh is not None
            column = "operating_speed_kmh" if operating else "design_speed_kmh"
            former = getattr(section, column)
            tables.change("sections", tables.at[section.section_id], **{column: self.kmh})
            for number in tables.numbers("speeds_by_period", section.section_id):
                if tables.reaches(tables.rows["speeds_by_period"][number]):
                    tables.change("speeds_by_period", number, operating_speed_kmh=self.kmh)
            for number in tables.numbers("train_services", section.section_id):
                running = tables.rows["train_services"][number].running_kmh
                if running is not None:
                    then = None if former is None else min(running * (self.kmh / former), TOP_KMH)
                    tables.change("train_services", number, running_kmh=then)


class _Lanes(_OfSections):
    """The roads have so many lanes."""

    lanes: Annotated[int, Field(ge=1, le=16)]

    def apply(self, tables: _Tables) -> None:
        for section in tables.sections(self):
            _expect_mode(tables, section, "road", "lanes", self.lanes)
            tables.change("sections", tables.at[section.section_id], lanes=self.lanes)


class _Trains(_OfSections):
    """So many trains run a day in each direction."""

    trains: Annotated[float, Field(ge=1, lt=10_000)]

    def apply(self, tables: _Tables) -> None:
        p = DEFAULT_PARAMETERS
        for section in tables.sections(self):
            _expect_mode(tables, section, "rail", "trains", self.trains)
            rows, key = tables.rows["train_services"], section.section_id
            listed = tables.numbers("train_services", key)
            conventional = tables.class_of[section.route_id] == "conventional"
            known = (section.operating_speed_kmh, section.design_speed_kmh, p.rail_default)
            speed = next(value for value in known if value is not None)
            emus = any(rows[i].class_ == "emu" for i in listed)
            emus |= not listed and (not conventional or speed >= p.emu_line_kmh)
            kind = "emu" if emus else "conventional"
            own = [i for i in listed if rows[i].class_ == kind]
            for number in [i for i in own if tables.reaches(rows[i])] or own:
                tables.change("train_services", number, trains_per_day=self.trains)
            if not listed:
                new = {
                    "section_id": key,
                    "class": kind,
                    "trains_per_day": self.trains,
                    "source": tables.source.key,
                    "confidence": "low",
                }
                others = {**new, "class": "conventional", "trains_per_day": None}
                tables.add("train_services", [new, others] if conventional and emus else [new])


class _Close(_Edit):
    """Sections, or edges between two stops, are closed on every date."""

    sections: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()


class _CloseArea(_Edit):
    """All of the network within a circle is closed; ordinary roads are not."""

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    km: Annotated[float, Field(gt=0, le=1000)]


class _Stop(_Edit):
    """A place of the network, or a point."""

    place: str = ""
    lon: float = math.nan
    lat: float = math.nan
    name: str = ""
    name_en: str = ""


class _Draw(_Edit):
    """A new line."""

    id: str
    name: str = ""
    name_en: str = ""
    mode: Literal["road", "rail", "water"]
    class_: Annotated[str, Field(alias="class")]
    design_speed_kmh: float | None = None
    trains_per_day: float | None = None
    year: int
    stops: Annotated[tuple[_Stop, ...], Field(min_length=2)]
    via: tuple[tuple[tuple[float, float], ...], ...] = ()

    def apply(self, tables: _Tables) -> None:
        _check_line(tables, self)
        name = (self.name or self.name_en or self.id)[:150]
        facts = self.model_dump(by_alias=True, exclude={"stops", "via"})
        facts |= {"name": name, "name_en": (self.name_en or name)[:150]}
        stops = [_stop(tables, self, facts, number) for number in range(len(self.stops))]
        ids = [stop.place for stop in stops]
        if len(set(ids[:-1])) < len(ids) - 1 or ids[-1] in ids[1:-1]:
            text = Message("expected no place twice, but for both ends of a ring")
            raise _wrong("stops", "", text)
        if len(set(ids)) < 2 or min(leg_lengths(stops)) < SHORTEST_KM:
            text = Message("expected stops that are {km:g} km or more apart", km=SHORTEST_KM)
            raise _wrong("stops", "", text)
        legs = self.via or ((),) * (len(stops) - 1)
        via = [[(rounded(x), rounded(y)) for x, y in leg] for leg in legs]
        drawn = drawn_rows(tables.catalogue, facts, stops, via, tables.source.key)
        for table, rows in drawn.items():
            known = {project.project_id for project in tables.rows["projects"]}
            if table != "projects" or self.id not in known:
                tables.add(table, rows)
        tables.class_of[self.id] = self.class_
        for point in tables.rows["alignments"]:
            if point.route_id == self.id:
                tables.modes[point.place_id].add(self.mode)


EDITS: dict[str, type[_Edit]] = {
    "remove": _Remove,
    "open": _Open,
    "speed": _Speed,
    "lanes": _Lanes,
    "trains": _Trains,
    "close": _Close,
    "close_area": _CloseArea,
    "draw": _Draw,
}


@dataclass(frozen=True)
class Plan:
    """
    A plan: edits of a network, in their order.

    Parameters
    ----------
    name, name_en, edits
        Its names, and its edits, checked one by one.
    file
        Where it is from, for messages.

    Examples
    --------
    >>> late = plan_of({"edits": [{"do": "open", "sections": ["chengdawan-hsr-2"], "year": 2029}]})
    >>> apply_plan(cat, late).section["chengdawan-hsr-2"].expected
    2029
    """

    name: str
    name_en: str
    edits: tuple[_Edit, ...]
    file: str = "plan"

    @property
    def closes(self) -> list[int]:
        """Numbers from 1 of the edits that close something."""
        kinds = (_Close, _CloseArea)
        return [i for i, edit in enumerate(self.edits, 1) if isinstance(edit, kinds)]


def plan_of(saved: Mapping[str, Any], file: str = "plan") -> Plan:
    """
    Return a plan from what the plan page has of it.

    Parameters
    ----------
    saved
        `name`, `name_en` and `edits`, each with `do` and what that needs: "remove" (`sections`),
        "open" (`sections`, `year`), "speed" (`sections`, `kmh`), "lanes" (`sections`, `lanes`),
        "trains" (`sections`, `trains`), "close" (`sections` or `edges`), "close_area" (`lon`,
        `lat`, `km`), "draw" (`id`, `name`, `name_en`, `mode`, `class`, `design_speed_kmh`,
        `trains_per_day`, `year`, `stops`, `via`).
    file
        Where it is from, for messages.

    Returns
    -------
    plan
        The plan.

    Raises
    ------
    BadInputError
        With everything that is wrong; rows are the numbers of the edits.

    Examples
    --------
    >>> plan_of({"name": "Later", "edits": []}).name
    'Later'
    """
    listed = saved.get("edits")
    if not isinstance(listed, list):
        raise BadInputError([Problem(file, 0, "edits", expected=Message("expected a list"))])
    edits, problems = list[_Edit](), list[Problem]()
    for number, row in enumerate(listed, 1):
        do = row.get("do") if isinstance(row, dict) else None
        model = EDITS.get(do) if isinstance(do, str) else None
        if model is None:
            text = Message("expected one of {known}", known=", ".join(EDITS))
            problems.append(Problem(file, number, "do", str(do or ""), text))
            continue
        try:
            edits.append(model.model_validate(row))
        except ValidationError as error:
            for place, expected in faults(error):
                value = row.get(place[0], "") if place else ""
                found = "" if isinstance(value, list | dict) else str(value)
                problems.append(Problem(file, number, ".".join(place), found, expected))
    if problems:
        raise BadInputError(problems)
    name = str(saved.get("name") or saved.get("name_en") or "plan")[:150]
    return Plan(name, str(saved.get("name_en") or name)[:150], tuple(edits), file)


def is_plan(path: Path | str) -> bool:
    """
    Tell whether a file is a plan rather than a drawing.

    Parameters
    ----------
    path
        Any file.

    Returns
    -------
    is_plan
        True for GeoJSON with a member `plan`.
    """
    path = Path(path)
    if path.suffix.lower() not in (".geojson", ".json") or not path.is_file():
        return False
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "plan" in found


def read_plan(path: Path | str) -> Plan:
    """
    Read a plan that the plan page saved.

    Parameters
    ----------
    path
        GeoJSON: a FeatureCollection with a member `plan` (`name`, `name_en`), and one feature per
        edit, whose properties are those of `plan_of`; lists of ids may be text with semicolons.
        The course of a drawn line is its LineString: `stops` say which of its points (`at`, from
        0) are stops, and which of these are places (`place`); without them its two ends are.

    Returns
    -------
    plan
        The plan.

    Raises
    ------
    BadInputError
        When the file cannot be read or is no plan; rows are the numbers of the edits.
    """
    path = Path(path)
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise BadInputError("{path}: {reason}", path=path, reason=error.strerror) from None
    except (ValueError, RecursionError):
        found = None
    head = found.get("plan") if isinstance(found, dict) else None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(head, dict) or not isinstance(features, list):
        raise BadInputError(
            "{path}: expected a plan: GeoJSON with features and a member `plan`", path=path
        )
    problems, edits = list[Problem](), list[Any]()
    for number, feature in enumerate(features, 1):
        try:
            edits.append(_edit_of(feature))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            text = Message("expected a feature whose properties and points make an edit")
            problems.append(Problem(str(path), number, expected=text))
    if problems:
        raise BadInputError(problems)
    return plan_of({**head, "edits": edits}, str(path))


def _edit_of(feature: Any) -> dict[str, Any]:
    """Return the edit that a feature stands for."""
    # a GIS gives every feature all columns, and may give a list as text
    edit = {key: value for key, value in feature["properties"].items() if value is not None}
    for key in ("sections", "edges"):
        if isinstance(edit.get(key), str):
            edit[key] = edit[key].split(";")
    if isinstance(edit.get("stops"), str):
        edit["stops"] = json.loads(edit["stops"])
    if edit.get("do") != "draw":
        return edit
    points = [(float(x), float(y)) for x, y, *_ in feature["geometry"]["coordinates"]]
    stops = edit.get("stops") or [{"at": 0}, {"at": len(points) - 1}]
    at = [int(stop["at"]) for stop in stops]
    if at != sorted(set(at)) or at[0] != 0 or at[-1] != len(points) - 1:
        raise ValueError
    edit["via"] = [points[a + 1 : b] for a, b in itertools.pairwise(at)]
    edit["stops"] = [
        stop if stop.get("place") else {**stop, "lon": points[i][0], "lat": points[i][1]}
        for stop, i in zip(stops, at, strict=True)
    ]
    return edit


def apply_plan(catalogue: Catalogue, plan: Plan, source: Source | None = None) -> Catalogue:
    """
    Return a checked copy of a catalogue with the edits of a plan.

    Closures are none of its facts and left out: see `planned_layers`.

    Parameters
    ----------
    catalogue, plan
        The catalogue of the region, and the plan.
    source
        Source of the rows that it adds or changes; default: one named after the plan.

    Returns
    -------
    catalogue
        The copy: rows that there were keep their order, new ones follow them.

    Raises
    ------
    BadInputError
        When the catalogue has no such section or place, or the copy would not be valid.

    Notes
    -----
    "remove": the sections are planned, without any date. "open": expected at the end of the year,
    or opened then where the tables are known further. "speed": the operating speed, else the
    design speed; running speeds of trains follow in proportion, and so does the speed of the
    present period. "trains": of multiple units, else of conventional trains. "lanes" change no
    time. "draw": a planned route of straight lines between its stops, cut at borders of provinces.

    Examples
    --------
    >>> wide = plan_of({"edits": [{"do": "lanes", "sections": ["chengyu-1"], "lanes": 8}]})
    >>> apply_plan(cat, wide).section["chengyu-1"].lanes
    8
    """
    made = source or Source(
        key="plan", title=f"Plan: {plan.name}", publisher="", date="", url="", licence=""
    )
    tables = _Tables(catalogue, made)
    for number, edit in enumerate(plan.edits, 1):
        with _blamed(plan.file, number):
            edit.apply(tables)
    return tables.applied()


@contextmanager
def _blamed(file: str, number: int) -> Iterator[None]:
    """Let what is wrong with rows that an edit makes be said of the edit."""
    try:
        yield
    except BadInputError as error:
        if not error.problems:
            raise
        rows = [replace(problem, file=file, row=number) for problem in error.problems]
        raise BadInputError(rows) from None


def _wrong(column: str, value: object, expected: Message) -> BadInputError:
    """Return the refusal of a value of an edit; the file and its number are added."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return BadInputError([Problem("", 0, column, text, expected)])


class _Tables:
    """The rows of a catalogue while a plan changes them."""

    def __init__(self, catalogue: Catalogue, source: Source) -> None:
        self.catalogue, self.source = catalogue, source
        self.rows = {
            name: list(getattr(catalogue, name))
            for name in ("routes", "places", "alignments", "sections", "train_services",
                         "speeds_by_period", "projects")
        }  # fmt: skip
        self.changed = set[str]()
        self.place = dict(catalogue.place)
        self.class_of: dict[str, str] = {
            route.route_id: route.class_ for route in catalogue.routes
        }
        self.at = {row.section_id: i for i, row in enumerate(catalogue.sections)}
        modes = {route.route_id: route.mode for route in catalogue.routes}
        self.modes: dict[str, set[str]] = defaultdict(set)
        for point in catalogue.alignments:
            self.modes[point.place_id].add(modes[point.route_id])

    def sections(self, edit: _OfSections) -> Iterator[Section]:
        """Yield the sections of an edit as they are by now."""
        for key in edit.sections:
            if key not in self.at:
                text = with_closest(Message("expected a known id"), key, self.at)
                raise _wrong("sections", key, text)
            yield self.rows["sections"][self.at[key]]

    def change(self, table: str, number: int, **cells: object) -> None:
        """Change cells of a row, and name the plan as a source of it."""
        row = self.rows[table][number]
        if all(getattr(row, key) == value for key, value in cells.items()):
            return
        keys = [*row.sources, self.source.key]
        cells["source"] = ";".join(dict.fromkeys(keys))
        known = row.model_dump(by_alias=True)
        self.rows[table][number] = self.catalogue.new_row(table, known | cells)
        self.changed.add(table)

    def add(self, table: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Add rows behind those of a table."""
        made = [self.catalogue.new_row(table, row) for row in rows]
        self.rows[table] += made
        self.changed |= {table} if made else set()
        for row in made:
            if isinstance(row, Place):
                self.place[row.place_id] = row
            if isinstance(row, Section):
                self.at[row.section_id] = len(self.at)

    def numbers(self, table: str, section: str) -> list[int]:
        """Return the numbers of the rows of a section."""
        return [i for i, row in enumerate(self.rows[table]) if row.section_id == section]

    def reaches(self, row: Any) -> bool:
        """Tell whether a period lasts to the day the tables are known to, or longer."""
        return not row.to_date or last_day(row.to_date) >= self.catalogue.region.as_of

    def applied(self) -> Catalogue:
        """Return the catalogue with the changed rows."""
        if not self.changed:
            return self.catalogue
        rows = {name: self.rows[name] for name in self.changed}
        known = [row for row in self.catalogue.sources if row.key != self.source.key]
        sources = [*known, self.source] if len(known) == len(self.catalogue.sources) else None
        return self.catalogue.with_tables(
            **rows, **({} if sources is None else {"sources": sources})
        )


def _expect_mode(tables: _Tables, section: Section, mode: str, column: str, value: object) -> None:
    """Refuse a change that sections of another mode cannot have."""
    own = next(r.mode for r in tables.rows["routes"] if r.route_id == section.route_id)
    if own != mode:
        text = Message("expected nothing, for its route is of mode {mode}", mode=Message(own))
        raise _wrong(column, value, text)


def _check_line(tables: _Tables, edit: _Draw) -> None:
    """Refuse a line that no table takes."""
    first = tables.catalogue.region.as_of.year
    if edit.id in tables.class_of:
        raise _wrong("id", edit.id, Message("expected an id of no other route"))
    if edit.year < first:
        raise _wrong("year", edit.year, Message("expected a year from {first} on", first=first))
    if edit.trains_per_day is not None and edit.mode != "rail":
        text = Message("expected nothing, for the line is no railway")
        raise _wrong("trains_per_day", edit.trains_per_day, text)
    spots = [(stop.lon, stop.lat) for stop in edit.stops if not stop.place]
    if not np.isfinite([xy for leg in (spots, *edit.via) for xy in leg]).all():
        raise _wrong("stops", "", Message("expected a place, or lon and lat in degrees"))
    if edit.via and len(edit.via) != len(edit.stops) - 1:
        raise _wrong("via", len(edit.via), Message("expected a list of points for every leg"))


def _stop(tables: _Tables, edit: _Draw, facts: Mapping[str, Any], number: int) -> Stop:
    """Return a stop of a drawn line: a place of its mode, or a new one."""
    stop = edit.stops[number]
    if stop.place:
        place = tables.place.get(stop.place)
        if place is None:
            text = with_closest(Message("expected a known id"), stop.place, tables.place)
            raise _wrong("stops", stop.place, text)
        if place.kind not in JOINING[edit.mode] or edit.mode not in tables.modes[stop.place]:
            text = Message(
                "expected a place where lines of mode {mode} meet: {kinds}",
                mode=Message(edit.mode),
                kinds=", ".join(sorted(JOINING[edit.mode])),
            )
            raise _wrong("stops", stop.place, text)
        return Stop(place.place_id, place.kind, place.lon, place.lat)
    key, kind = f"{edit.id}-{number + 1}", KIND_OF_MODE[edit.mode]
    names = stop.name or f"{facts['name']} {number + 1}", f"{facts['name_en']} {number + 1}"
    lon, lat = rounded(stop.lon), rounded(stop.lat)
    tables.add("places", [
        {"place_id": key, "name": names[0], "name_en": stop.name_en or stop.name or names[1],
         "lon": lon, "lat": lat, "kind": kind, "accuracy_m": ACCURACY_M,
         "source": tables.source.key, "confidence": "low"}
    ])  # fmt: skip
    return Stop(key, kind, lon, lat)


def planned_layers(catalogue: Catalogue, plan: Plan) -> Layers:
    """
    Return the layers of a catalogue with the edits of a plan, closures among them.

    Parameters
    ----------
    catalogue, plan
        The catalogue of the region, and the plan.

    Returns
    -------
    layers
        Networks built from them lack the edges that are closed, on every date.

    Raises
    ------
    BadInputError
        As `apply_plan`, or when nothing has an id that is to be closed.

    Examples
    --------
    >>> shut = plan_of({"edits": [{"do": "close", "sections": ["chengyu-hsr-1"]}]})
    >>> net = geo.build_network(planned_layers(cat, shut), year=2025)
    >>> "chengyu-hsr-1" in set(net.edges["section_id"])
    False
    """
    layers = build_layers(apply_plan(catalogue, plan))
    return replace(layers, closed=_closed_edges(layers, plan))


def _closed_edges(layers: Layers, plan: Plan) -> frozenset[str]:
    """Return the edges between stops that a plan closes, of whatever date they are."""
    pieces = {section: _pieces(layers, section) for section in layers.span} if plan.closes else {}
    lines = {edge: line for own in pieces.values() for edge, line in own.items()}
    shares = layers.sections["shares"] if plan.closes else {}
    closed = set[str]()
    for number in plan.closes:
        edit = plan.edits[number - 1]
        if isinstance(edit, _CloseArea):
            closed |= {edge for edge, line in lines.items() if _touches(line, edit)}
        if isinstance(edit, _Close):
            for column, known in (("sections", pieces), ("edges", lines)):
                for key in getattr(edit, column):
                    if key not in known:
                        text = with_closest(Message("expected a known id"), key, list(known))
                        raise BadInputError([Problem(plan.file, number, column, key, text)])
            closed |= set(edit.edges)
            for section in edit.sections:
                # a section that uses the track of others has none to close but theirs
                for other in (section, *filter(None, shares[section].split(";"))):
                    closed |= set(pieces[other])
    return frozenset(closed)


def _pieces(layers: Layers, section: str) -> dict[str, NDArray[np.float64]]:
    """Return the lines of the edges between the stops of a section."""
    track = layers.tracks[layers.sections.at[section, "route_id"]]
    i, j = layers.span[section]
    stops = [k for k in range(i, j + 1) if track.places[k]]
    return {
        f"{section}:{track.places[a]}": track.line[track.knots[a] : track.knots[b] + 1]
        for a, b in itertools.pairwise(stops)
    }


def _touches(line: NDArray[np.float64], circle: _CloseArea) -> bool:
    """Tell whether a line comes into a circle, measured flat as the plan page does."""
    east = math.cos(math.radians(circle.lat))
    xy = (line - [circle.lon, circle.lat]) * [east * FLAT_KM, FLAT_KM]
    a, way = xy[:-1], np.diff(xy, axis=0)
    length = (way**2).sum(axis=1)
    share = np.divide(-(a * way).sum(axis=1), length, out=np.zeros(len(a)), where=length > 0)
    near = a + way * np.clip(share, 0, 1)[:, None]
    return bool((np.hypot(*near.T) <= circle.km).any())
