"""Read and validate the tables of a region: the catalogue."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from geo.catalogue.integrity import cross_checks
from geo.catalogue.reading import read_table
from geo.catalogue.region import Region, read_region
from geo.catalogue.schema import (
    KEY_COLUMN,
    TABLES,
    AlignmentPoint,
    City,
    Place,
    Project,
    Route,
    Section,
    Service,
    Source,
)
from geo.core import BadInputError, NotFoundError, Problem

#: More problems than this are not told at once.
MAX_PROBLEMS = 200
#: Tables that need at least one row.
NEEDED = ("routes", "places", "alignments", "sections")


@dataclass(frozen=True, repr=False)
class Catalogue:
    """
    Everything the tables of a region say, validated.

    Parameters
    ----------
    folder
        The data folder it was read from.
    region
        Name, frame, regions and settings of the region.
    routes, sections, alignments, places, cities, services, projects, sources
        The rows of the tables, in file order.
    lines
        By table, the line of the file where the row of every id begins; the header is line 1.

    Examples
    --------
    >>> cat = geo.load()
    >>> cat.find_city("Chengdu").name_zh
    '成都'
    >>> cat.find_city("Chendu")
    Traceback (most recent call last):
        ...
    geo.core.errors.NotFoundError: no city 'Chendu'; closest: Chengdu, Chengkou, Fengdu, Changshou
    >>> cat.route["chengdawan-hsr"].name_zh
    '成达万高铁'

    """

    folder: Path
    region: Region
    routes: tuple[Route, ...]
    sections: tuple[Section, ...]
    alignments: tuple[AlignmentPoint, ...]
    places: tuple[Place, ...]
    cities: tuple[City, ...]
    services: tuple[Service, ...]
    projects: tuple[Project, ...]
    sources: tuple[Source, ...]
    lines: dict[str, dict[str, int]] = field(default_factory=dict, compare=False)

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

    def find_city(self, name: str) -> City:
        """
        Return the city with a name or id.

        Parameters
        ----------
        name
            Chinese name, official (万州区) or short, English name, administrative code or id;
            letter case does not matter.

        Returns
        -------
        city
            The city.

        Raises
        ------
        NotFoundError
            When there is none; the message lists the closest names.

        """
        found: City = _find("city", name, self.cities, "city_id")
        return found

    def find_route(self, name: str) -> Route:
        """
        Return the route with a name, number or id.

        A part of a name is enough where only one route carries it.

        Parameters
        ----------
        name
            Chinese name, English name, road number or id; or its two ends with a dash between.

        Returns
        -------
        route
            The route.

        Raises
        ------
        NotFoundError
            When none fits, or several do; the message lists the closest names.

        """
        found: Route = _find("route", name, self.routes, "route_id")
        return found

    def __repr__(self) -> str:
        return (
            f"<Catalogue {self.region.name_en}: {len(self.routes)} routes, "
            f"{len(self.sections)} sections, {len(self.places)} places>"
        )


def _grouped(rows: tuple[Any, ...]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.route_id].append(row)
    return {key: sorted(group, key=lambda row: row.seq) for key, group in groups.items()}


#: What official names of cities end with: 重庆市, 万州区.
_OFFICIAL = re.compile("(?<=..)[市区县]$")
_DASH = re.compile("[-–—~～至]")


def _find(kind: str, name: str, rows: tuple[Any, ...], id_column: str) -> Any:
    """Look a row up: an exact match first, then a part of a name that only one row has."""
    wanted = name.strip().casefold()
    columns = (id_column, "name_zh", "name_en", "adcode")
    labels = [
        [str(getattr(row, column, "")).casefold() for column in columns]
        + [part.casefold() for part in getattr(row, "ref", "").split("/") if part]
        for row in rows
    ]
    hits = [row for row, names in zip(rows, labels, strict=True) if wanted in names]
    if not hits and wanted:
        hits = [
            row for row, names in zip(rows, labels, strict=True) if any(wanted in n for n in names)
        ]
    if not hits and kind == "city" and (stem := _OFFICIAL.sub("", wanted)) != wanted:
        hits = [row for row, names in zip(rows, labels, strict=True) if stem in names]
    if not hits and len(ends := [part.strip() for part in _DASH.split(wanted)]) > 1:
        hits = [row for row, names in zip(rows, labels, strict=True)
                if any(all(end in n for end in ends) for n in names)]  # fmt: skip
    if len(hits) == 1:
        return hits[0]
    known = {row.name_zh: row for row in hits or rows}
    known |= {} if hits else {row.name_en: row for row in rows}
    close = list(known)[:5] if hits else difflib.get_close_matches(name, known, 4, 0.3)
    raise NotFoundError(kind, name, close)


def data_folder() -> Path:
    """
    Return the folder of the region that comes with the package.

    Returns
    -------
    folder
        ``geo/data`` in an installed wheel, ``data`` beside the package in a checkout.

    Examples
    --------
    >>> sorted(path.name for path in (data_folder() / "tables").glob("*.csv"))[:3]
    ['alignments.csv', 'cities.csv', 'places.csv']

    """
    inside = Path(__file__).parents[1] / "data"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "data"


def load(folder: Path | str | None = None) -> Catalogue:
    """
    Read and validate the catalogue of a region.

    Parameters
    ----------
    folder
        Data folder with ``region.toml`` and ``tables/``; default: the region that comes with
        the package.

    Returns
    -------
    catalogue
        The rows of all tables.

    Raises
    ------
    BadInputError
        When anything is wrong; every problem names file, row, column, value and what was
        expected.

    Examples
    --------
    >>> import geo
    >>> cat = geo.load()
    >>> cat.find_route("成渝中线高铁").name_en
    'Chengdu–Chongqing Middle Line HSR'
    >>> len(cat.sections_of["chengyu-middle-hsr"])
    4

    """
    folder = data_folder() if folder is None else Path(folder)
    region = read_region(folder)
    problems: list[Problem] = []
    tables = {}
    for name, model in TABLES.items():
        key, needed = KEY_COLUMN.get(name), name in NEEDED
        tables[name], wrong = read_table(folder, name, model, region, key=key, needed=needed)
        problems += wrong
    if not problems:
        problems += cross_checks(tables, region)
    if problems:
        raise BadInputError(problems[:MAX_PROBLEMS])
    rows = {name: tuple(row for _, row in numbered) for name, numbered in tables.items()}
    lines = {
        name: {getattr(row, column): line for line, row in tables[name]}
        for name, column in KEY_COLUMN.items()
    }
    return Catalogue(folder=folder, region=region, lines=lines, **rows)


def cities_of(catalogue: Catalogue) -> list[City]:
    """
    Return the cities to measure between: those that are not part of another.

    Parameters
    ----------
    catalogue
        The catalogue.

    Returns
    -------
    cities
        In file order.

    Examples
    --------
    >>> [city.name_en for city in cities_of(cat)][:3]
    ['Chengdu', 'Zigong', 'Luzhou']

    """
    return [city for city in catalogue.cities if not city.part_of]
