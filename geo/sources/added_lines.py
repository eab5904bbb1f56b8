"""Drawn lines become planned routes: rows in all tables, joined to the network and checked."""

from __future__ import annotations

import itertools
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas import DataFrame
from shapely import LineString
from shapely.ops import substring

from geo.catalogue import (
    CLASSES_OF_MODE,
    TABLES,
    TRANSFER_KINDS,
    Catalogue,
    TextTable,
    checked_row,
    columns,
    load,
)
from geo.core import BadInputError, Message, Problem
from geo.geometry import line_area_crossings, metric_crs, to_degrees, to_metres
from geo.layers import Finding, Layers, build_layers, county_index, layer_findings, read_base
from geo.network import crossings_without_junction, topology_findings
from geo.sources.joints import Joint, find_joints
from geo.sources.table_copy import add_source, copy_tables, install_tables, numbered, source_key
from geo.sources.thinning import ON_LINE_M, Stop, cut_line, metres_along, points_along

Floats = NDArray[np.float64]
Rows = dict[str, list[dict[str, Any]]]
#: No line is shorter, in metres.
SHORTEST_M = 100.0
#: Pieces of a line whose ends are nearer than this, in metres, are one line.
CHAINED_M = 50.0
#: A shorter stay in a region is none: shorter than `geo check` allows, whose samples are coarse.
STAY_M = 500.0
#: Where a line crosses a border this near to one of its places, it is cut there, in metres.
AT_PLACE_M = 400.0
#: Points of a straight line are at most this far apart, in metres.
LONGEST_M = 5000.0
#: Shape points this near to a new place give way to it, in metres.
BESIDE_M = 30.0
#: Decimals of new coordinates in degrees: a tenth of a metre.
DECIMALS = 6
#: How far a line may be from what it joins, and how far a drawing may be off, by default.
SNAP_KM, ACCURACY_M = 1.5, "2000"
MODE_OF_CLASS = {kind: mode for mode, kinds in CLASSES_OF_MODE.items() for kind in kinds}


class Added(NamedTuple):
    """
    What became of drawn lines.

    Parameters
    ----------
    catalogue
        The catalogue with the new routes, read back.
    routes
        One row per new route: `route_id`, names, `mode`, `class`, `year`, `length_km`,
        `sections`, `joined` and `new_places` (ids of places, separated by semicolons).
    joined
        Ids of the places of the network that the lines now share.
    rows
        New rows by table.
    crossings
        Where the new routes cross others without a junction (`crossings_without_junction`).
    findings
        What `geo check` reports because of them; no errors.
    """

    catalogue: Catalogue
    routes: DataFrame
    joined: list[str]
    rows: dict[str, int]
    crossings: gpd.GeoDataFrame
    findings: list[Finding]


class _Plan(NamedTuple):
    """A line to be added, in degrees, and the cells of its route, section and trains."""

    line: LineString
    route: dict[str, str]
    section: dict[str, str]
    trains: str
    accuracy: str


def add_lines(
    catalogue: Catalogue,
    lines: gpd.GeoDataFrame,
    route_id: str,
    *,
    source: Mapping[str, str],
    given: Mapping[str, object] | None = None,
    snap_km: float = SNAP_KM,
    junctions: Collection[str] = (),
    out: Path | None = None,
) -> Added:
    """
    Add drawn lines to the tables of a region as planned routes.

    Pieces that say the same and join end to end are one line. An end of a line joins the nearest
    place of its mode within `snap_km` where lines may meet, else the nearest line, which gets a
    junction there; where it crosses another line it joins the nearest such place of that one
    within `snap_km`; and it joins every one that it passes within 250 m. Sections end at the
    borders of regions. All tables are written at once, and only where nothing is wrong with them.

    Parameters
    ----------
    catalogue
        The catalogue of the region.
    lines
        LineStrings in EPSG:4326 with the columns of `read_drawing`; all but the geometry may be
        missing.
    route_id
        Id of the new route; of several `-2` and so on follow it. A line's own comes first.
    source
        The row of the source of the drawing: key, title, publisher, date, url, licence; and
        `origin`, the file, for messages.
    given
        What holds for all lines, whatever they say of themselves: `name`, `name_en`, `class`,
        `year` (expected), `design_speed_kmh`, `trains_per_day`, and `accuracy_m`, how far the
        drawing may be off (2000, a sketch, where nothing is said).
    snap_km
        How far the line may be from a place that it joins.
    junctions
        Ids of routes with which it gets a new junction wherever it crosses them and no place is
        near enough.
    out
        The data folder to change; default: none, only report.

    Returns
    -------
    added
        What was added, and how it meets the network.

    Raises
    ------
    BadInputError
        When a line says something that no table takes, or the new tables have an error; nothing
        is written then.
    OutputError
        When the folder cannot be written; nothing is written then.

    Examples
    --------
    >>> drawn = gpd.GeoDataFrame(geometry=[shapely.LineString([(105.2, 30.1), (105.6, 30.3)])],
    ...                          crs=4326)
    >>> source = {"key": "sketch", "title": "A sketch", "date": "2026-11", "origin": "sketch"}
    >>> added = add_lines(cat, drawn, "new-road", source=source,
    ...                   given={"class": "expressway", "year": 2032})
    >>> added.rows["routes"], added.catalogue.section["new-road-1"].expected
    (1, 2032)
    """
    row = {**dict.fromkeys(("publisher", "date", "url", "licence"), ""), **source}
    row["key"] = source_key(catalogue, row)
    plans = _plans(catalogue, lines, route_id, row, given or {})
    before, count = build_layers(catalogue), defaultdict[str, int](int)
    layers, made = before, list[dict[str, Any]]()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tables = copy_tables(catalogue, folder)
        add_source(tables / "sources.csv", row)
        count["sources"] = 1 - (row["key"] in {known.key for known in catalogue.sources})
        for plan in plans:
            draft = _Draft(layers, plan, row["key"], snap_km * 1000, junctions)
            _write_rows(tables, draft)
            for table, new in draft.rows.items():
                count[table] += len(new)
            count["alignments"] += len(draft.splits)
            layers = build_layers(replace(load(folder), folder=catalogue.folder))
            made.append(draft.report(layers))
        new_ids = [plan.route["route_id"] for plan in plans]
        findings = expect_no_errors(before, layers)
        if out is not None:
            install_tables(folder, out)
    crossings = crossings_without_junction(layers, catalogue.region.as_of)
    own = crossings["route_id"].isin(new_ids) | crossings["other_route"].isin(new_ids)
    joined = [key for row in made for key in row["joined"].split(";") if key]
    return Added(
        catalogue=layers.catalogue if out is None else replace(layers.catalogue, folder=out),
        routes=pd.DataFrame(made),
        joined=[key for key in dict.fromkeys(joined) if key in catalogue.place],
        rows={table: number for table, number in count.items() if number},
        crossings=crossings[own].reset_index(drop=True),
        findings=findings,
    )


def expect_no_errors(before: Layers, after: Layers) -> list[Finding]:
    """Return what is found about layers after a change and was not before; refuse errors."""

    def found(layers: Layers) -> list[Finding]:
        as_of = layers.catalogue.region.as_of
        return [*layer_findings(layers), *topology_findings(layers, as_of)]

    known = {(finding.code, finding.message) for finding in found(before)}
    new = [finding for finding in found(after) if (finding.code, finding.message) not in known]
    if errors := [finding for finding in new if finding.severity == "error"]:
        raise BadInputError(
            Problem(error.file, error.row, expected=error.message) for error in errors
        )
    return new


# What a drawing says becomes cells, which are checked as those of tables are.


def _plans(
    catalogue: Catalogue,
    lines: gpd.GeoDataFrame,
    route_id: str,
    source: Mapping[str, str],
    given: Mapping[str, object],
) -> list[_Plan]:
    """Return the lines to add, each with its cells, or say what is wrong with them."""
    said = DataFrame(lines.drop(columns="geometry")).astype(object)
    for key, value in given.items():
        if value not in (None, ""):
            said[key] = str(value)
    said = said.where(said.notna() & (said != ""), "")
    plans, problems, used = list[_Plan](), list[Problem](), set[str]()
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, row in enumerate(said.to_numpy(object)):
        groups[tuple(row)].append(number)
    for cells, numbers in groups.items():
        own = dict(zip(said.columns, cells, strict=True))
        for line in _chained(catalogue, lines.geometry.to_numpy()[numbers]):
            names = numbered(own.get("route_id") or route_id)
            key = next(name for name in names if name not in used)
            used.add(key)
            plan = _plan(line, key, own, source["key"])
            problems += _faults(catalogue, plan, str(source.get("origin", "")), numbers[0] + 1)
            plans.append(plan)
    if problems:
        raise BadInputError(problems)
    return plans


def _plan(line: LineString, route_id: str, said: Mapping[str, str], source: str) -> _Plan:
    """Return a line with the cells of its route and of its sections."""
    name = said.get("name") or said.get("name_en") or route_id
    kind = said.get("class", "")
    own = {"route_id": route_id, "name": name, "source": source}
    route = own | {
        "mode": said.get("mode") or MODE_OF_CLASS.get(kind, "road"),
        "class": kind,
        "group": "background",
        "name_en": said.get("name_en") or name,
    }
    section = own | {
        "status": "planned",
        "expected": said.get("year", ""),
        "design_speed_kmh": said.get("design_speed_kmh", ""),
        "confidence": "low",
    }
    return _Plan(
        line, route, section, said.get("trains_per_day", ""), said.get("accuracy_m") or ACCURACY_M
    )


def _faults(catalogue: Catalogue, plan: _Plan, file: str, number: int) -> Iterator[Problem]:
    """Yield what no table takes; rows are numbers of the lines in the drawing."""
    key = plan.route["route_id"]
    if key in catalogue.route:
        yield Problem(file, number, "route_id", key, Message("expected an id of no other route"))
    ends = {"section_id": "a", "seq": "1", "from_place": "a", "to_place": "b"}
    trains = {
        "section_id": "a",
        "class": "emu",
        "trains_per_day": plan.trains,
        "source": "a",
        "confidence": "low",
    }
    lon, lat = map(str, plan.line.coords[0])
    end = {"place_id": "a", "name": "a", "name_en": "a", "lon": lon, "lat": lat, "kind": "end",
           "accuracy_m": plan.accuracy, "source": "a", "confidence": "low"}  # fmt: skip
    for table, cells in {
        "routes": plan.route,
        "sections": plan.section | ends,
        "train_services": trains,
        "places": end,
    }.items():
        row = dict.fromkeys(columns(TABLES[table]), "") | cells
        found = checked_row(row, TABLES[table], catalogue.region, file, number)
        for item in found:
            if isinstance(item, Problem):
                yield replace(item, column=item.column.replace("expected", "year"))
    year, first = plan.section["expected"], catalogue.region.as_of.year
    if year.isdigit() and int(year) < first:
        text = Message("expected a year from {first} on", first=first)
        yield Problem(file, number, "year", year, text)
    if plan.trains and plan.route["mode"] != "rail":
        text = Message("expected nothing, for the line is no railway")
        yield Problem(file, number, "trains_per_day", plan.trains, text)
    metres = LineString(to_metres(catalogue.region.frame, np.array(plan.line.coords))).length
    if not metres >= SHORTEST_M:
        text = Message("expected a line of {metres:g} m or more", metres=SHORTEST_M)
        yield Problem(file, number, "", f"{metres:.1f} m", text)
    west, south, east, north = catalogue.region.frame
    if not shapely.box(west, south, east, north).covers(plan.line):
        text = Message(
            "expected points within {west:g}–{east:g}, {south:g}–{north:g}",
            west=west,
            east=east,
            south=south,
            north=north,
        )
        yield Problem(file, number, "", "", text)


def _chained(catalogue: Catalogue, shapes: NDArray[np.object_]) -> list[LineString]:
    """Join pieces of a line, in degrees, where they follow each other end to end."""
    frame = catalogue.region.frame
    chains = [np.asarray(shapely.get_coordinates(shape)) for shape in shapes]
    k = 0
    while k < len(chains):
        one = chains[k]
        for j in range(k + 1, len(chains)):
            turned = [(a, b) for a in (one, one[::-1]) for b in (chains[j], chains[j][::-1])]
            gaps = [
                np.hypot(*np.diff(to_metres(frame, np.array([a[-1], b[0]])), axis=0)[0])
                for a, b in turned
            ]
            best = int(np.argmin(gaps))
            if gaps[best] <= CHAINED_M:
                chains[k] = np.vstack(turned[best])
                del chains[j]
                break
        else:
            k += 1
    return [LineString(chain) for chain in chains]


# A line becomes rows.


class _Draft:
    """The new rows of one line by table, and the places it adds to other routes."""

    def __init__(
        self, layers: Layers, plan: _Plan, source: str, reach_m: float, junctions: Collection[str]
    ) -> None:
        self.layers, self.plan = layers, plan
        self.source = source
        self.frame = layers.catalogue.region.frame
        self.route = plan.route["route_id"]
        self.rows: Rows = {"routes": [plan.route], "places": [], "alignments": [], "sections": []}
        #: New places on other routes: the route, the id, and where.
        self.splits: list[tuple[str, str, shapely.Point]] = []
        line = LineString(to_metres(self.frame, shapely.get_coordinates(plan.line)))
        joints = find_joints(layers, plan.route["mode"], line, reach_m, junctions)
        if len(joints) < 3 and joints[0].place and joints[0].place == joints[-1].place:
            place = layers.catalogue.place[joints[0].place].name
            raise BadInputError(
                "{name}: both ends are within {km:g} km of {place}: give a smaller --snap",
                name=plan.route["name"],
                km=reach_m / 1000,
                place=place,
            )
        joints = self._with_places(joints)
        course, stops = _course(line, joints)
        kinds = {place.place_id: place.kind for place in layers.catalogue.places}
        kinds |= {row["place_id"]: row["kind"] for row in self.rows["places"]}
        # a place where nobody changes is a node all the same where a section ends
        inner = stops[1:-1]
        stops[1:-1] = [s._replace(cut=kinds[s.place] not in TRANSFER_KINDS) for s in inner]
        self._add_borders(course, stops)
        self._add_alignment(course, stops)
        self._add_sections(stops)

    def _with_places(self, joints: list[Joint]) -> list[Joint]:
        """Give every joint its place, new ones where there is none."""
        made: list[Joint] = []
        for joint in joints:
            if joint.place:
                made.append(joint)
            elif made and joint.point == made[0].point:  # a ring
                made.append(joint._replace(place=made[0].place))
            elif joint.split:
                other = self.layers.catalogue.route[joint.split]
                names = [
                    f"{self.plan.route[key]} × {getattr(other, key)}"
                    for key in ("name", "name_en")
                ]
                key = self._new_place(f"{self.route}-{joint.split}", joint, "junction", names)
                self.splits.append((joint.split, key, joint.point))
                made.append(joint._replace(place=key))
            else:
                which = "start" if joint is joints[0] else "end"
                names = self._end_names(joint, 1 if joint is joints[0] else 2)
                key = self._new_place(f"{self.route}-{which}", joint, "end", names)
                made.append(joint._replace(place=key))
        return made

    def _new_place(self, key: str, at: Joint | shapely.Point, kind: str, names: list[str]) -> str:
        """Add a place and return its id."""
        used = {*self.layers.catalogue.place, *(row["place_id"] for row in self.rows["places"])}
        key = next(name for name in numbered(key) if name not in used)
        lon, lat = self._degrees(np.array([[at.x, at.y]]))[0]
        self.rows["places"].append(
            {"place_id": key, "name": names[0][:200], "name_en": names[1][:200], "lon": lon,
             "lat": lat, "kind": kind, "accuracy_m": self.plan.accuracy, "source": self.source,
             "confidence": "low"}
        )  # fmt: skip
        return key

    def _degrees(self, xy: Floats) -> list[tuple[float, float]]:
        lonlat = to_degrees(self.frame, xy).round(DECIMALS)
        return [(float(lon), float(lat)) for lon, lat in lonlat]

    def _end_names(self, joint: Joint, number: int) -> list[str]:
        """Name an end after the county it lies in, else by the route and a number."""
        catalogue, route = self.layers.catalogue, self.plan.route
        if catalogue.region.base.counties:
            counties = read_base(catalogue, "counties")
            point = shapely.Point(self._degrees(np.array([[joint.x, joint.y]]))[0])
            index = county_index(counties, np.array([point]))[0]
            if index >= 0:
                county = counties.iloc[index]
                zones = {zone.zone_id: zone.name_en for zone in catalogue.zones}
                english = zones.get(county["adcode"]) or county.get("name_en") or county["name"]
                return [f"{county['name']}({route['name']})", f"{english} ({route['name_en']})"]
        return [f"{route['name']} {number}", f"{route['name_en']} {number}"]

    def _add_borders(self, course: LineString, stops: list[Stop]) -> None:
        """Cut the line where it passes from a region into another, or out of all."""
        catalogue, route = self.layers.catalogue, self.plan.route
        if not catalogue.region.base.counties:
            return
        areas = read_base(catalogue, "counties").dissolve("province", method="coverage")
        crs = metric_crs(self.frame)
        found = line_area_crossings(
            gpd.GeoDataFrame(geometry=[course], crs=crs), areas.to_crs(crs), least=STAY_M
        )
        known = {region.adcode: region for region in catalogue.region.regions}
        sides = [known.get(str(code)) for code in areas.index] + [None]
        for at, x, y, one, two in zip(
            *(found[key] for key in ("at", "x", "y", "before", "after")), strict=True
        ):
            near = min(range(len(stops)), key=lambda k: abs(stops[k].at - at))
            if abs(stops[near].at - at) <= AT_PLACE_M:
                stops[near] = stops[near]._replace(cut=True)
                continue
            pair = [side for side in (sides[one], sides[two]) if side]
            zh = "–".join(side.name for side in pair)
            en = "–".join(side.name_en for side in pair)
            names = [f"{route['name']}({zh}界)", f"{route['name_en']} ({en} border)"]
            if not catalogue.region.languages[0].startswith("zh"):
                names[0] = f"{route['name']} ({zh})"
            key = self._new_place(f"{self.route}-border", shapely.Point(x, y), "border", names)
            stops.append(Stop(float(at), key, cut=True))
        stops.sort()

    def _add_alignment(self, course: LineString, stops: list[Stop]) -> None:
        pieces = [
            np.asarray(shapely.get_coordinates(substring(course, a.at, b.at)))
            for a, b in itertools.pairwise(stops)
        ]
        ring = stops[0].place == stops[-1].place
        legs = points_along(self.frame, pieces, closed=ring, longest_m=LONGEST_M)
        rows = self.rows["alignments"]
        shape = {"accuracy_m": self.plan.accuracy, "source": self.source}
        for stop, leg in zip(stops, [*legs, []], strict=True):
            rows.append({"place_id": stop.place})
            rows += [shape | {"lon": lon, "lat": lat} for lon, lat in leg]
        for seq, row in enumerate(rows, 1):
            row |= {"route_id": self.route, "seq": seq}

    def _add_sections(self, stops: list[Stop]) -> None:
        """Add the sections between the places where one ends, a project of them, and trains."""
        ends = [stop.place for stop in stops if stop.cut]
        names = {place.place_id: place.name for place in self.layers.catalogue.places}
        names |= {row["place_id"]: row["name"] for row in self.rows["places"]}
        route, several = self.plan.route, len(ends) > 2
        for seq, (a, b) in enumerate(itertools.pairwise(ends), 1):
            name = f"{route['name']}({names[a]}–{names[b]})" if several else route["name"]
            own = {
                "section_id": f"{self.route}-{seq}",
                "seq": seq,
                "name": name[:200],
                "from_place": a,
                "to_place": b,
            }
            self.rows["sections"].append(self.plan.section | own)
        keys = [row["section_id"] for row in self.rows["sections"]]
        if self.route not in {project.project_id for project in self.layers.catalogue.projects}:
            self.rows["projects"] = [
                {
                    "project_id": self.route,
                    "name": route["name"],
                    "name_en": route["name_en"],
                    "sections": ";".join(keys),
                    "year": self.plan.section["expected"],
                    "change": "add",
                }
            ]
        if self.plan.trains:
            kind = "conventional" if route["class"] == "conventional" else "emu"
            self.rows["train_services"] = [
                {
                    "section_id": key,
                    "class": kind,
                    "trains_per_day": self.plan.trains,
                    "source": self.source,
                    "confidence": "low",
                }
                for key in keys
            ]

    def report(self, layers: Layers) -> dict[str, Any]:
        """Return what became of the line, from the layers that have it."""
        row, known = layers.routes.loc[self.route], self.layers.catalogue.place
        places = [place for place in layers.tracks[self.route].places if place]
        year = self.plan.section["expected"]
        return {
            "route_id": self.route,
            **{key: row[key] for key in ("name", "name_en", "mode", "class")},
            "year": int(year) if year else None,
            "length_km": float(row["running_km"]),
            "sections": len(self.rows["sections"]),
            "joined": ";".join(dict.fromkeys(p for p in places if p in known)),
            "new_places": ";".join(dict.fromkeys(p for p in places if p not in known)),
            "split": ";".join(route for route, _, _ in self.splits),
        }


def _course(line: LineString, joints: list[Joint]) -> tuple[LineString, list[Stop]]:
    """Return the line through its joints, in metres, with the places on it."""
    bend = partial(_bend, line)
    pieces, at = list[Floats](), [0.0]
    for a, b in itertools.pairwise(joints):
        inner = cut_line(line, a.at + bend(a), b.at - bend(b))
        points = np.vstack([[[a.x, a.y]], inner, [[b.x, b.y]]])
        apart = np.hypot(*np.diff(points, axis=0).T) > ON_LINE_M / 100
        points = points[np.append(True, apart)]
        pieces.append(points)
        at.append(at[-1] + float(np.hypot(*np.diff(points, axis=0).T).sum()))
    course = np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])
    ends = {0, len(joints) - 1}
    stops = [Stop(m, j.place, k in ends) for k, (m, j) in enumerate(zip(at, joints, strict=True))]
    return LineString(course), stops


def _bend(line: LineString, joint: Joint) -> float:
    """Return over how many metres a line bends to reach a place beside it."""
    off = line.distance(joint.point)
    reaches_out = joint.at <= 0 or joint.at >= line.length  # the place is beyond the drawn end
    return 0.0 if off <= ON_LINE_M or reaches_out else 2 * off


def _write_rows(tables: Path, draft: _Draft) -> None:
    """Add new rows to tables, and new places to the alignments of other routes."""
    for route in dict.fromkeys(route for route, _, _ in draft.splits):
        _insert_places(tables / "alignments.csv", draft, route)
    for name, rows in draft.rows.items():
        path = tables / f"{name}.csv"
        table = TextTable.read(path) if path.exists() else TextTable.empty(columns(TABLES[name]))
        table.write(path, [*table.rows, *map(table.new_row, rows)])


def _insert_places(path: Path, draft: _Draft, route_id: str) -> None:
    """Add new places to the alignment of a route, in the place of shape points beside them."""
    track = draft.layers.tracks[route_id]
    xy = to_metres(draft.frame, track.line)
    along = metres_along(xy)[track.knots]
    new = {
        LineString(xy).project(point): {"route_id": route_id, "place_id": place}
        for route, place, point in draft.splits
        if route == route_id
    }
    table = TextTable.read(path)
    own = [row for row in table.rows if row.cells["route_id"].strip() == route_id]
    points = [
        (float(at), row.cells)
        for at, row in zip(along, sorted(own, key=lambda row: int(row.cells["seq"])), strict=True)
        if row.cells["place_id"].strip() or min(abs(at - other) for other in new) > BESIDE_M
    ]
    points = sorted([*points, *new.items()], key=lambda item: item[0])
    rows = [table.new_row(cells | {"seq": str(seq)}) for seq, (_, cells) in enumerate(points, 1)]
    first = table.rows.index(own[0])
    others = [row for row in table.rows if row.cells["route_id"].strip() != route_id]
    table.write(path, [*others[:first], *rows, *others[first:]])
