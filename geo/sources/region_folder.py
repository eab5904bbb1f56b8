"""A new region: an empty set of tables, or a first catalogue from an OpenStreetMap extract."""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import json
import math
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pandas import DataFrame
from shapely.geometry.base import BaseGeometry

from geo.catalogue import (
    HALF_WAY_ROUND,
    OPTIONAL,
    TABLES,
    TextTable,
    columns,
    data_folder,
    load,
    read_own_cities,
)
from geo.core import (
    BadInputError,
    Message,
    NotFoundError,
    OutputError,
    Problem,
    refuse_device,
    refuse_inside,
    shown,
    write_csv,
)
from geo.geometry import METRES_PER_DEGREE, Bounds, geodesic_km, to_degrees
from geo.layers import county_index
from geo.readers import (
    LOCAL,
    MAIN_ROADS,
    class_of,
    read_languages,
    read_pbf,
    read_pbf_header,
    read_points,
    read_roads_around,
    read_workbook,
)
from geo.sources.base_layers import (
    AREAS,
    CREDIT,
    ODBL,
    RIVERS,
    ROADS,
    write_areas,
    write_roads,
    write_water,
)
from geo.sources.coverage import LeftOut
from geo.sources.drafting import (
    ONE_REGION,
    OWN_CITIES,
    Rows,
    draft_catalogue,
    draft_cities,
    own_cities,
    without_chinese_names,
)
from geo.sources.ferries import Ferries, approaches, find_ferries
from geo.sources.junctions import element_names
from geo.sources.odd_tags import without_barred_roads, without_odd_tags

#: Points of an extract that become places and cities.
POINTS = (
    ("railway", "station"),
    ("railway", "halt"),
    ("highway", "motorway_junction"),
    ("amenity", "ferry_terminal"),
)
#: Settlements, the largest first.
SETTLEMENTS = ("city", "town", "village")
#: Kinds of places that a region may be named after, the largest first.
NAMED = ("city", "town", "county", "district", "village", "suburb")
#: The shortest line of a route: a share of the diagonal of the frame, between these km.
SHORTEST_SHARE, SHORTEST_KM = 0.05, (2.0, 5.0)
#: Ways that join or part the land.
WATER = (("route", "ferry"), ("natural", "coastline"), ("waterway", "river"))
#: Degrees around the ways of an extract whose head says no bounds.
MARGIN = 0.01
#: Corners of clipped areas are rounded to this, in degrees.
GRID = 1e-6
#: Letters by which a language is known, where this share of the names has some, and otherwise how
#: many names must be said to be in it.
SCRIPTS = {"ja": "[\u3040-\u30ff]", "ko": "[\uac00-\ud7a3]", "zh": "[\u4e00-\u9fff]"}
IN_SCRIPT, LEAST_NAMES = 0.1, 5
#: Texts of a new region, to be filled in.
TEMPLATES = Path(__file__).parent / "templates"
#: What an extract says that no table can hold.
LEFT_OUT = "left_out.csv"


def new_region(out: Path | str) -> list[str]:
    """
    Write an empty region with comments.

    Parameters
    ----------
    out
        A folder that does not exist or is empty.

    Returns
    -------
    files
        What was written, relative to the folder.

    Raises
    ------
    BadInputError
        When the folder has content.
    OutputError
        When it cannot be written.
    """
    about = "An empty region: set `region.toml`, then fill the tables under `tables/`."
    world = (-180.0, -90.0, 180.0, 90.0)
    settings = _settings_text(("新区域", "New region"), dt.datetime.now(dt.UTC).date(), world)
    with _folder(Path(out)) as stage:
        _write(stage, settings, {}, ("New region", about))
        return _listed(stage)


def region_from_workbook(
    out: Path | str, file: Path | str, like: Path | str | None = None
) -> list[str]:
    """
    Write a region whose tables are the sheets of a workbook.

    Parameters
    ----------
    out, file
        A folder that does not exist or is empty, and a workbook with a sheet per table, such as
        the ``tables.xlsx`` of an export.
    like
        The data folder that gives the rest: ``region.toml`` and the files it names; default: the
        region of the package.

    Returns
    -------
    files
        What was written, relative to the folder.

    Raises
    ------
    BadInputError
        When a sheet is missing or anything in one is wrong: sheet, row, column and value are
        named; or when the folder has content.
    OutputError
        When the folder cannot be written.
    """
    file, like = Path(file), data_folder() if like is None else Path(like)
    if not (like / "region.toml").is_file():
        raise BadInputError("{folder}: expected a data folder, with region.toml", folder=like)
    refuse_inside(Path(out), like)
    sheets = read_workbook(file)
    known = [name for name in TABLES if name in sheets or name not in OPTIONAL]
    with _folder(Path(out)) as stage:
        shutil.copytree(like, stage, dirs_exist_ok=True, ignore=_NOT_TABLES)
        (stage / "tables").mkdir()
        _expect_sheets(file, sheets)
        for name in known:
            with (stage / "tables" / f"{name}.csv").open(
                "w", encoding="utf-8", newline=""
            ) as table:
                csv.writer(table, lineterminator="\n").writerows(sheets[name])
        try:
            load(stage)
        except BadInputError as error:
            raise BadInputError(_in_sheet(file, problem) for problem in error.problems) from None
        return _listed(stage)


#: The tables of another region, and what describes their bytes, stay behind.
_NOT_TABLES = shutil.ignore_patterns("tables", "datapackage.json", "refreshed.csv")


def _expect_sheets(file: Path, sheets: dict[str, list[list[str]]]) -> None:
    """Refuse a workbook without a sheet that is needed, or with one that is no table."""
    problems = []
    for name in TABLES:
        if name not in sheets and name not in OPTIONAL:
            text = Message("expected a sheet of this name; it is missing")
            problems.append(Problem(f"{file.name} [{name}]", expected=text))
    text = Message("expected one of the sheets {names}", names=", ".join(TABLES))
    for name, rows in sheets.items():
        if name not in TABLES and any(map(any, rows)):
            problems.append(Problem(file.name, value=name, expected=text))
    if problems:
        raise BadInputError(problems)


def _in_sheet(file: Path, problem: Problem) -> Problem:
    """Return a problem of a table as one of its sheet: rows are the same."""
    folder, _, name = problem.file.rpartition("tables/")
    if folder or not name:
        return problem
    return replace(problem, file=f"{file.name} [{name.removesuffix('.csv')}]")


def draft_region(  # noqa: PLR0913 - what an extract can become
    out: Path | str,
    file: Path | str,
    *,
    bounds: Bounds | None = None,
    place: str | None = None,
    radius_km: float = 50.0,
    roads: str = "trunk",
    min_km: float | None = None,
    areas: gpd.GeoDataFrame | None = None,
    credit: str = "",
    languages: Sequence[str] = (),
    settlements: str = "town",
    cities: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """
    Write a first catalogue from an OpenStreetMap extract.

    Parameters
    ----------
    out, file
        A folder that does not exist or is empty, and an extract: ``.osm.pbf``, ``.osm``,
        ``.osm.gz`` or ``.osm.bz2``.
    bounds
        West, south, east, north in degrees; default: the whole extract.
    place, radius_km
        Instead of bounds the name of a place in the extract, and how far the region reaches
        around it.
    roads, min_km
        The lowest class of roads (motorway, trunk, primary or secondary), and the shortest line of
        a route; default: 5 km, in a region below 100 km a twentieth of its diagonal, but not
        less than 2 km.
    areas, credit
        Areas (:func:`geo.readers.read_areas`) that become its regions, those with most lines
        first, and whose they are: lines are cut where they cross a border. Without bounds and
        place the region reaches as far as they do.
    languages
        The language of the names, then English, such as ``("de", "en")``; default: as the names
        of the extract show, and English where they do not.
    settlements
        The smallest settlements that become cities: city, town or village.
    cities
        A CSV file of cities to take instead (:func:`geo.catalogue.read_own_cities`).
    progress
        Called with a line of text now and then.

    Returns
    -------
    report
        What was used: `routes`, `km`, `sections`, `places`, `cities`, `borders` (places where
        lines cross one), `files`, `frame`, and with areas `regions`. `coverage`: for `road` and
        `rail` the km in the extract (`osm_km`, along the centre line), those drawn (`drawn_km`),
        their `share`, and the same by class (`classes`). What was left out: `unnamed_ways` and
        `unnamed_km` (neither number nor name), `short_groups` and `short_km` (too short for a
        line), `unchained_km` (on no line of their route), `cities_without_population` and
        `cities_outside` (of all areas), and `left_out`, how many ways and tags are in no table
        and roads the public may not use, by what was expected; `left_out.csv` lists them with OSM
        ids.

    Raises
    ------
    BadInputError
        When the extract cannot be read, there is no route or no area with one, or the folder
        has content.
    NotFoundError
        When no place has the name.
    OutputError
        When the folder cannot be written.
    """
    out, file = Path(out), Path(file)
    own = read_own_cities(cities, tuple(languages) or ("en",)) if cities else []
    with _folder(out) as stage:
        stamp, box = read_pbf_header(file)
        title = (_stem(file),) * 2
        if place is not None:
            bounds, title = _around(file, place, radius_km)
        elif bounds is None and areas is not None:
            bounds = _common(tuple(areas.total_bounds.tolist()), box)
        every = read_pbf(file, bounds=bounds or box, more=WATER, progress=progress)
        ways, odd = _usable_ways(every, roads)
        bounds = bounds or box or _extent(ways, file)
        ways = _clipped(ways, bounds)
        min_km = min_km or _shortest_km(bounds)
        _expect_one_side(ways, file)
        if areas is not None:
            areas = reached_areas(areas, ways, bounds)
            if len(areas) == 1 and place is None:
                title = areas["name"].iloc[0], areas["name_en"].iloc[0]
        progress("stations and towns")
        points, more = _usable_points(file, settlements, bounds)
        as_of = dt.date.fromisoformat(stamp) if stamp else dt.datetime.now(dt.UTC).date()
        progress("lines")
        languages = languages or _languages(file, ways, points)
        chinese = languages[0].split("-")[0] == "zh"
        afloat, ways_to_ports = _ferries(file, every, points, bounds, chinese=chinese)
        draft = draft_catalogue(
            ways, points, frame=bounds, as_of=as_of, areas=areas, min_km=min_km, chinese=chinese,
            ferries=afloat,
        )  # fmt: skip
        if not draft.tables["routes"]:
            raise BadInputError(
                "{path}: expected a named or numbered road ({roads} or above) or railway of "
                "{km:g} km (see --roads and --min-km)",
                path=file,
                roads=roads,
                km=min_km,
            )
        towns = points if chinese else without_chinese_names(points)
        draft.tables["cities"], counted = (
            own_cities(own, cities, bounds, areas) if cities else draft_cities(towns, areas)
        )
        report = {
            **draft.report,
            **counted,
            **({} if areas is None else {"regions": [*areas["name"]]}),
        }
        about = _about(file, stamp, report)
        about += "" if areas is None else "\n\n" + write_areas(stage, areas, credit)
        usable = _clipped(without_barred_roads(every)[0], bounds)
        files = {
            "roads": write_roads(
                stage, usable, ways_to_ports, stamp, own_km=draft.coverage["road"]["drawn_km"]
            ),
            "rivers": write_water(stage, usable),
        }
        attribution = "; ".join(filter(None, [f"{CREDIT} (ODbL)", credit]))
        settings = _settings_text(
            title, as_of, _outer(bounds), attribution, areas, languages, files
        )
        sources = [_source(file, stamp)]
        if cities:
            sources.append({"key": OWN_CITIES, "title": cities.name})
        tables = draft.tables | {"sources": sources}
        _write(stage, settings, tables, (title[1], about))
        report["coverage"] = draft.coverage
        report["left_out"] = _write_left_out(stage, [*odd, *more], draft.left_out)
        load(stage)  # a draft that cannot be read is none
        return {**report, "files": _listed(stage), "frame": list(_outer(bounds))}


def _shortest_km(bounds: Bounds) -> float:
    """Return the shortest line of a route in a frame: fewer km in a small one."""
    corners = np.array(bounds).reshape(2, 2)
    diagonal = float(geodesic_km(corners[0], corners[1:])[0])
    return float(np.clip(SHORTEST_SHARE * diagonal, *SHORTEST_KM))


def _stem(file: Path) -> str:
    """Return what an extract is called, as a title."""
    name = re.sub(r"(-latest)?(\.osm)?(\.pbf|\.gz|\.bz2|\.osm)$", "", file.name)
    return name.replace("-", " ").title() if name.islower() else name


def _write_left_out(stage: Path, odd: list[LeftOut], ways: list[LeftOut]) -> dict[str, int]:
    """List what is in no table, and count the reasons."""
    # a way whose only name cannot stand in a table is listed once
    known = {(row.osm_type, row.osm_id) for row in odd}
    left = [*odd, *(row for row in ways if (row.osm_type, row.osm_id) not in known)]
    write_csv(DataFrame(left, columns=LeftOut._fields), stage / LEFT_OUT, index=False)
    return dict(Counter(row.expected for row in left))


def _ferries(
    file: Path, every: gpd.GeoDataFrame, points: gpd.GeoDataFrame, bounds: Bounds, *, chinese: bool
) -> tuple[Ferries | None, gpd.GeoDataFrame]:
    """Return the ferries of an extract, and the roads that lead to their ports."""
    ways, _ = without_odd_tags(every[every["route"] == "ferry"], "way")
    if ways.empty:
        return None, ways
    if not chinese:
        ways, points = map(without_chinese_names, (ways, points))
    ends = shapely.get_coordinates([shapely.boundary(line) for line in ways.geometry])
    around = without_barred_roads(read_roads_around(file, [tuple(end) for end in ends]))[0]
    found = find_ferries(ways, points, around, bounds)
    spots = [(spot.x, spot.y) for spot in found.ports.values() if spot.kind == "port"]
    lonlat = to_degrees(bounds, np.array(spots).reshape(-1, 2))
    ports = gpd.GeoSeries(gpd.points_from_xy(*lonlat.T), crs=4326)
    towns = points.geometry[points["place"].notna()]
    return found, approaches(ports, towns, around, bounds)


def _languages(file: Path, ways: gpd.GeoDataFrame, points: gpd.GeoDataFrame) -> list[str]:
    """
    Return the language of the names of an extract, and English.

    The script tells East Asian languages; of others the names that are given in a language too.
    """
    names = {str(name) for data in (ways, points) for name in data["name"].dropna()}
    for language, script in SCRIPTS.items():
        if sum(bool(re.search(script, name)) for name in names) > IN_SCRIPT * len(names):
            return [language, "en"]
    said = [*read_languages(file).items(), ("", 0), ("", 0)]
    if said[0][1] >= max(LEAST_NAMES, 1.5 * said[1][1]) and said[0][0] != "en":
        return [said[0][0], "en"]
    return ["en"]


def _around(file: Path, place: str, radius_km: float) -> tuple[Bounds, tuple[str, str]]:
    """Return the surroundings of a named place, and its names."""
    points = read_points(file, [("place", kind) for kind in NAMED])
    wanted = place.strip().casefold()
    known: list[tuple[int, str, float, float, tuple[str, str]]] = []
    every: set[str] = set()
    for row, point in zip(points.to_dict("records"), points.geometry, strict=True):
        called = {str(row[key]) for key in ("name", "name:zh", "name:en") if row[key]}
        every |= called
        if wanted in {name.casefold() for name in called}:
            order = NAMED.index(row["place"])
            population = str(row["population"] or "")
            known.append((order, population, point.x, point.y, element_names(row)))
    if not known:
        raise NotFoundError("place", place, difflib.get_close_matches(place, sorted(every), 4))
    kind, _, lon, lat, title = min(known)
    alike = [(x, y) for order, _, x, y, _ in known if order == kind]
    if len(alike) > 1:
        raise BadInputError(
            "several places are called {name}: {spots}: give --bbox",
            name=shown(place.strip()),
            spots="; ".join(f"{x:.4f},{y:.4f}" for x, y in sorted(alike)),
        )
    high = radius_km * 1000 / METRES_PER_DEGREE
    wide = high / max(math.cos(math.radians(lat)), 0.05)
    return (lon - wide, lat - high, lon + wide, lat + high), title


def _common(one: Bounds, two: Bounds | None) -> Bounds:
    """Return the frame that areas and an extract have in common."""
    if two is None:
        return one
    west, south, east, north = *map(max, one[:2], two[:2]), *map(min, one[2:], two[2:])
    if west >= east or south >= north:
        raise BadInputError("--borders: expected areas that the extract reaches")
    return west, south, east, north


def _usable_points(
    file: Path, settlements: str, bounds: Bounds
) -> tuple[gpd.GeoDataFrame, list[LeftOut]]:
    """Return what becomes places and cities, and the tags that no table can hold."""
    kinds = SETTLEMENTS[: SETTLEMENTS.index(settlements) + 1]
    points = read_points(file, [*POINTS, *(("place", kind) for kind in kinds)], bounds=bounds)
    return without_odd_tags(points[~points["station"].isin(LOCAL)])  # no underground and the like


def _usable_ways(ways: gpd.GeoDataFrame, roads: str) -> tuple[gpd.GeoDataFrame, list[LeftOut]]:
    """Return railways and the roads down to a class, with all slip roads, and what goes."""
    kind = class_of(ways)
    wanted = MAIN_ROADS[: MAIN_ROADS.index(roads) + 1]
    chosen = kind.isin(wanted) | kind.str.removesuffix("_link").isin(wanted)
    found, odd = without_odd_tags(
        ways[chosen | (ways["railway"].notna() & ways["highway"].isna())], "way"
    )
    found, closed = without_barred_roads(found)
    return found, [*odd, *closed]


def _extent(ways: gpd.GeoDataFrame, file: Path) -> Bounds:
    if ways.empty:
        raise BadInputError("{path}: expected main roads or railways; there are none", path=file)
    west, south, east, north = (float(x) for x in ways.total_bounds)
    return west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN


def _expect_one_side(ways: gpd.GeoDataFrame, file: Path) -> None:
    """Refuse lines on both sides of the 180th meridian, where degrees jump."""
    west, _, east, _ = ways.total_bounds
    if east - west > HALF_WAY_ROUND:
        raise BadInputError(
            "{path}: expected lines on one side of the 180th meridian, not from {west:.1f} to "
            "{east:.1f} degrees: give --bbox",
            path=file,
            west=west,
            east=east,
        )


def _clipped(ways: gpd.GeoDataFrame, bounds: Bounds) -> gpd.GeoDataFrame:
    """Return the parts of the ways inside the bounds, several rows for a way in parts."""
    parts = ways.set_geometry(shapely.clip_by_rect(ways.geometry.to_numpy(), *bounds), crs=4326)
    parts["osm_id"] = ways.index
    parts = parts.explode()
    shapes = parts.geometry.to_numpy()
    inside = (shapely.get_type_id(shapes) == 1) & (shapely.length(shapes) > 0)
    parts = parts[inside]
    parts.index = range(len(parts))
    return parts


def reached_areas(
    areas: gpd.GeoDataFrame, ways: gpd.GeoDataFrame, bounds: Bounds
) -> gpd.GeoDataFrame:
    """
    Return the parts of areas inside a frame, with the `km` of lines there, most of them first.

    A leg between two points belongs to the area that holds its middle; areas without lines go.
    """
    cut = shapely.intersection(areas.geometry.to_numpy(), shapely.box(*bounds), grid_size=GRID)
    inside = areas.set_geometry([_polygons(shape) for shape in cut], crs=4326)
    inside = inside[shapely.area(inside.geometry.to_numpy()) > 0]
    xy, line = shapely.get_coordinates(ways.geometry.to_numpy(), return_index=True)
    legs = np.flatnonzero(line[1:] == line[:-1])
    start, end = xy[legs], xy[legs + 1]
    own = county_index(inside, np.asarray(shapely.points((start + end) / 2)))
    total = np.bincount(own + 1, geodesic_km(start, end), len(inside) + 1)[1:]
    if not total.any():
        raise BadInputError("--borders: expected areas with roads or railways of the extract")
    order = np.argsort(-total, kind="stable")[: np.count_nonzero(total)]
    return inside.assign(km=total).iloc[order].reset_index(drop=True)


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape: an area may touch the frame in a line or a point."""
    parts = shapely.get_parts(shape)
    parts = shapely.get_parts(parts)  # of a collection
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _outer(bounds: Bounds) -> Bounds:
    """Return bounds rounded outwards, so that rounded points stay inside."""
    low, high = [math.floor(x * 1e4 - 0.5) / 1e4 for x in bounds[:2]], bounds[2:]
    east, north = (math.ceil(x * 1e4 + 0.5) / 1e4 for x in high)
    return max(low[0], -180.0), max(low[1], -90.0), min(east, 180.0), min(north, 90.0)


def _settings_text(
    title: tuple[str, str],
    as_of: dt.date,
    frame: Bounds,
    credit: str = "",
    areas: gpd.GeoDataFrame | None = None,
    languages: Sequence[str] = ("zh", "en"),
    files: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return `region.toml` for a frame, and for one region or those of some areas."""
    west, south, east, north = frame
    width = max(east - west, (north - south) * 1.5, 1e-3)
    one = {"adcode": "", "id": ONE_REGION, "name": title[0], "name_en": title[1]}
    rows = [one] if areas is None else areas.assign(id=areas["adcode"]).to_dict("records")
    template, one_region = (_template(name) for name in ("region.toml", "area.toml"))
    return template.format(
        zh=_quoted(title[0]),
        en=_quoted(title[1]),
        languages=json.dumps(list(languages)),
        as_of=as_of.isoformat(),
        frame=", ".join(f"{x:.4f}" for x in frame),
        regions="\n".join(
            one_region.format(**{key: _quoted(row[key]) for key in one}) for row in rows
        ),
        areas=AREAS,
        hash="# " if areas is None else "",
        **{
            key: f'{"" if files.get(key) else "# "}{key} = "{file}"'
            for key, file in (("roads", ROADS), ("rivers", RIVERS))
        },
        centre=f"{(west + east) / 2:.4f}, {(south + north) / 2:.4f}",
        zoom=min(max(int(math.log2(360 / width)) + 2, 3), 14),
        last=as_of.year + 10,
        credit=_quoted(credit),
    )


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _source(file: Path, stamp: str) -> dict[str, str]:
    return {
        "key": "osm",
        "title": f"OpenStreetMap, extract {Path(file).name}",
        "publisher": "OpenStreetMap contributors",
        "date": stamp,
        "url": "https://www.openstreetmap.org/copyright",
        "licence": ODBL,
    }


def _about(file: Path, stamp: str, r: dict[str, Any]) -> str:
    return (
        f"A first catalogue made from `{Path(file).name}`"
        f"{f' of {stamp}' if stamp else ' (its date is not known)'}, {ODBL}. "
        f"{r['routes']:g} lines of {r['km']:g} km, {r['sections']:g} sections, "
        f"{r['places']:g} places, {r['cities']:g} cities.\n\n"
        f"`{LEFT_OUT}` lists what of the extract is in no table, with its OSM id. Every number of "
        "a shared road keeps its route; `shares` says where. Check it against local knowledge "
        "before you publish a figure."
    )


@contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """Yield a folder that becomes `out`, in one step, when all is well."""
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise BadInputError("{out}: expected a folder that is new or empty", out=out)
        refuse_device(out)
        refuse_device(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".geo-new-", dir=out.parent) as temporary:
            stage = Path(temporary) / "region"
            stage.mkdir()
            yield stage
            if out.exists():
                out.rmdir()
            stage.replace(out)
    except OutputError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(
            "cannot write to {folder}: {reason}", folder=out, reason=reason
        ) from error


def _write(stage: Path, settings: str, tables: dict[str, Rows], text: tuple[str, str]) -> None:
    """Write settings, tables and a README with a name and a text."""
    (stage / "region.toml").write_text(settings, encoding="utf-8", newline="\n")
    (stage / "tables").mkdir()
    lines = []
    for name, model in TABLES.items():
        table = TextTable.empty(columns(model))
        table.write(stage / "tables" / f"{name}.csv", map(table.new_row, tables.get(name, [])))
        what = (model.__doc__ or "").strip().splitlines()[0].rstrip(".")
        lines.append(f"| {name}.csv | {what} | {', '.join(table.columns)} |")
    readme = _template("README.md").format(name=text[0], about=text[1], tables="\n".join(lines))
    (stage / "README.md").write_text(readme, encoding="utf-8", newline="\n")


def _listed(stage: Path) -> list[str]:
    return sorted(p.relative_to(stage).as_posix() for p in stage.rglob("*") if p.is_file())
