"""Read and validate the tables of a region: the catalogue."""

from __future__ import annotations

import csv
import difflib
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from geo._checks import cross_checks
from geo.errors import BadInputError, NotFoundError, Problem
from geo.region import Region, read_region
from geo.tables import KEY_COLUMN, TABLES, Row, columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.tables import AlignmentPoint, City, Place, Project, Route, Section, Service, Source

MAX_PROBLEMS = 200
_FIELD_LIMIT = 10_000


@dataclass(frozen=True)
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
            Chinese name, English name or id; letter case does not matter.

        Returns
        -------
        city
            The city.

        Raises
        ------
        NotFoundError
            When there is none; the message lists the closest names.
        """
        return _find("city", name, self.cities, "city_id")

    def find_route(self, name: str) -> Route:
        """
        Return the route with a name, number or id.

        A part of a name is enough where only one route carries it.

        Parameters
        ----------
        name
            Chinese name, English name, road number or id.

        Returns
        -------
        route
            The route.

        Raises
        ------
        NotFoundError
            When none fits, or several do; the message lists the closest names.
        """
        return _find("route", name, self.routes, "route_id")

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td>{escape(r.name_zh)}<td>{escape(r.name_en)}<td>{r.mode}<td>{escape(r.ref)}"
            for r in self.routes
        )
        title = f"{self.region.name_zh} {self.region.name_en}: {len(self.routes)}"
        return f"<table><caption>{escape(title)}</caption>{rows}</table>"


def _grouped(rows: tuple[Any, ...]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.route_id].append(row)
    return {key: sorted(group, key=lambda row: row.seq) for key, group in groups.items()}


def _find(kind: str, name: str, rows: tuple[Any, ...], id_column: str) -> Any:  # noqa: ANN401
    """Look a row up: an exact match first, then a part of a name that only one row has."""
    wanted = name.strip().casefold()
    labels = [
        [str(getattr(row, column, "")).casefold() for column in (id_column, "name_zh", "name_en")]
        + [part.casefold() for part in getattr(row, "ref", "").split("/") if part]
        for row in rows
    ]
    hits = [row for row, names in zip(rows, labels, strict=True) if wanted in names]
    if not hits and wanted:
        hits = [
            row for row, names in zip(rows, labels, strict=True) if any(wanted in n for n in names)
        ]
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
    """
    inside = Path(__file__).parent / "data"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "data"


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
    """
    folder = data_folder() if folder is None else Path(folder)
    region = read_region(folder)
    problems: list[Problem] = []
    tables: dict[str, list[tuple[int, Any]]] = {}
    for name, model in TABLES.items():
        tables[name] = list(_read(folder, name, model, region, problems))
    if not problems:
        problems += cross_checks({k: v for k, v in tables.items()}, region)
    if problems:
        raise BadInputError(problems[:MAX_PROBLEMS])
    rows = {name: tuple(row for _, row in numbered) for name, numbered in tables.items()}
    return Catalogue(folder=folder, region=region, **rows)


def _read(
    folder: Path, name: str, model: type[Row], region: Region, problems: list[Problem]
) -> Iterator[tuple[int, Row]]:
    """Yield the valid rows of a table with their line numbers; append what is wrong."""
    file = f"tables/{name}.csv"
    text = _decoded(folder / file, file, problems)
    if text is None:
        return
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    seen: dict[str, int] = {}
    try:
        header = next(reader, [])
        if not _header_fits(header, columns(model), file, problems):
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            row = _row(cells, header, model, region, Problem(file, reader.line_num), problems)
            if row is not None and _is_new(row, name, seen, reader.line_num, problems):
                yield reader.line_num, row
    except csv.Error as error:
        problems.append(Problem(file, reader.line_num, expected=f"expected valid CSV: {error}"))
        return
    if reader.line_num <= 1 and name in ("routes", "places", "alignments", "sections"):
        problems.append(Problem(file, 2, expected="expected at least one row"))


def _decoded(path: Path, file: str, problems: list[Problem]) -> str | None:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        problems.append(Problem(file, expected="expected this file; it is missing"))
        return None
    except OSError as error:
        problems.append(Problem(file, expected=f"expected a readable file: {error.strerror}"))
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.append(Problem(file, line, "", repr(raw[error.start : error.start + 4])[2:-1],
                                "expected UTF-8 text (was it saved as GBK or UTF-16?)"))  # fmt: skip
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problems.append(Problem(file, line, expected="expected text without NUL characters"))
        return None
    return text


def _header_fits(
    header: list[str], wanted: list[str], file: str, problems: list[Problem]
) -> bool:
    header[:] = [cell.strip() for cell in header]
    before = len(problems)
    for column in wanted:
        if column not in header:
            problems.append(Problem(file, 1, column, expected="expected this column; it is missing"))
    for column in dict.fromkeys(header):
        if column not in wanted:
            hint = difflib.get_close_matches(column, wanted, 1)
            more = f" (did you mean {hint[0]}?)" if hint else ""
            problems.append(Problem(file, 1, column, column,
                                    f"expected one of the columns {', '.join(wanted)}{more}"))  # fmt: skip
        elif header.count(column) > 1:
            problems.append(Problem(file, 1, column, expected="expected this column only once"))
    return len(problems) == before


def _row(
    cells: list[str],
    header: list[str],
    model: type[Row],
    region: Region,
    place: Problem,
    problems: list[Problem],
) -> Row | None:
    if len(cells) != len(header):
        problems.append(Problem(place.file, place.row, "", "", f"expected {len(header)} cells, "
                                f"found {len(cells)} (a comma too many or too few?)"))  # fmt: skip
        return None
    long = next((i for i, cell in enumerate(cells) if len(cell) > _FIELD_LIMIT), None)
    if long is not None:
        problems.append(Problem(place.file, place.row, header[long], cells[long][:20] + "…",
                                f"expected at most {_FIELD_LIMIT} characters"))  # fmt: skip
        return None
    values = dict(zip(header, cells, strict=True))
    try:
        return model.model_validate(values, context={"frame": region.frame})
    except ValidationError as error:
        problems += [_problem(detail, values, place) for detail in error.errors()]
    return None


def _problem(detail: Any, values: dict[str, str], place: Problem) -> Problem:  # noqa: ANN401
    """Translate one pydantic error; a row-wide message starts with the name of its column."""
    column = str(detail["loc"][0]) if detail["loc"] else ""
    text = detail["msg"].removeprefix("Value error, ")
    if not column and ": " in text:
        column, text = text.split(": ", 1)
    text = text.replace("Input should be", "expected").replace("String should", "expected text to")
    if not text.startswith("expected"):
        text = f"expected a valid value: {text}"
    return Problem(place.file, place.row, column, values.get(column, ""), text)


def _is_new(
    row: Row, table: str, seen: dict[str, int], line: int, problems: list[Problem]
) -> bool:
    column = KEY_COLUMN.get(table)
    if column is None:
        return True
    key = getattr(row, column)
    if key in seen:
        problems.append(Problem(f"tables/{table}.csv", line, column, key,
                                f"expected an id used once; row {seen[key]} has it too"))  # fmt: skip
        return False
    seen[key] = line
    return True
