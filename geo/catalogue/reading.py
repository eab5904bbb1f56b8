"""Read one table: decode, match the header, validate row by row, and say all that is wrong."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from geo.catalogue.region import Region
from geo.catalogue.schema import (
    KEY_COLUMN,
    OPTIONAL,
    TABLES,
    OwnCity,
    OwnEnd,
    OwnTime,
    PublishedTime,
    Row,
    columns,
    fraction_columns,
)
from geo.catalogue.spreadsheets import (
    decode_table,
    has_decimal_commas,
    separator_of,
    with_point,
    without_empty_end,
)
from geo.catalogue.validation import faults, with_closest
from geo.core import BadInputError, Message, Problem

#: Tables that need at least one row.
NEEDED = ("routes", "places", "alignments", "sections")
_LONGEST_CELL = 10_000
#: So many further rows with one fault in one column are counted, not listed.
MANY = 10
#: What tables and columns were called before 0.2: folders of then are still read.
OLD_TABLES, OLD_COLUMNS = {"published_times": "services"}, {"name_zh": "name"}
#: What a spreadsheet would run when it opens an export.
_FORMULA = re.compile(r"^\s*(?:[=@]|[+-](?:.*\||[\d.+\-*/\s]*[A-Za-z]+\())")
#: No terminal, XML or page can show these; line breaks and tabs are white space.
_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


class _UnreadableError(Exception):
    """The rest of a table cannot be read."""


def table_file(folder: Path, table: str) -> str:
    """
    Return the file of a table.

    Parameters
    ----------
    folder, table
        The data folder, and the name of the table.

    Returns
    -------
    file
        Relative to the folder; that of before 0.2 where there is only that one.
    """
    files = [f"tables/{name}.csv" for name in (table, OLD_TABLES.get(table, table))]
    return next((file for file in files if (folder / file).exists()), files[0])


def read_table(
    folder: Path, table: str, region: Region
) -> tuple[list[tuple[int, Any]], list[Problem]]:
    """Return the valid rows with their lines, and everything that is wrong."""
    file = table_file(folder, table)
    if table in OPTIONAL and not (folder / file).exists():
        return [], []
    rows, problems = _read(folder / file, file, TABLES[table], region, needed=table in NEEDED)
    return rows, _shortened(problems) + repeated_ids(table, rows)


def _read(
    path: Path, file: str, model: type[Row], region: Region, *, needed: bool
) -> tuple[list[tuple[int, Any]], list[Problem]]:
    """Return the valid rows of a file with their lines, and what is wrong with the others."""
    rows: list[tuple[int, Any]] = []
    problems: list[Problem] = []
    try:
        for found in _lines(path, file, model, region):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                rows.append(found)
        if needed and not rows and not problems:
            problems.append(Problem(file, 2, expected=Message("expected at least one row")))
    except _UnreadableError as stop:
        problems.append(stop.args[0])
    return rows, problems


def _shortened(problems: list[Problem]) -> list[Problem]:
    """Return problems with one line for what is wrong in one way all down a column."""
    groups: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        groups[problem.column, getattr(problem.expected, "template", problem.expected)] += [
            problem
        ]
    short = []
    for first, *more in groups.values():
        if len(more) < MANY:
            short += [first, *more]
            continue
        text = Message(
            "{text}; {count} more rows are like this", text=first.expected, count=len(more)
        )
        short.append(replace(first, expected=text))
    return short


def read_times(path: Path, region: Region) -> list[PublishedTime]:
    """
    Read published times of a user's own.

    Parameters
    ----------
    path
        A CSV file with the columns `from`, `to`, `minutes` and, if wanted, others of the table
        `published_times`; the mode is rail where none is given.
    region
        The region they are of.

    Returns
    -------
    times
        One per row.

    Raises
    ------
    BadInputError
        With everything that is wrong.
    """
    return _own_rows(path, OwnTime, region)


def read_own_ends(path: Path, region: Region) -> list[OwnEnd]:
    """
    Read ends of trips of a user's own.

    Parameters
    ----------
    path, region
        A CSV file with some of the columns `id`, `name`, `lon` and `lat`, and their region.

    Returns
    -------
    ends
        One per row.

    Raises
    ------
    BadInputError
        With everything that is wrong.
    """
    return _own_rows(path, OwnEnd, region, "id")


def read_own_cities(path: Path, languages: tuple[str, ...] = ("en",)) -> list[OwnCity]:
    """
    Read cities of a user's own.

    Parameters
    ----------
    path
        A CSV file with the columns `name`, `lon`, `lat` (degrees, WGS-84) and `population`, and if
        wanted `city_id`, `name_en` and `level`.
    languages
        Those of the region: a Chinese file may be in GBK.

    Returns
    -------
    cities
        One per row.

    Raises
    ------
    BadInputError
        With everything that is wrong.
    """
    one = {"id": "region", "name": "-", "name_en": "-", "adcode": ""}
    about = {
        "name": "-",
        "name_en": "-",
        "as_of": "2000-01-01",
        "regions": [one],
        "languages": languages,
        "frame": (-180, -90, 180, 90),
        "map": {"centre": (0, 0)},
    }
    return _own_rows(path, OwnCity, Region.model_validate(about), "city_id")


def _own_rows(path: Path, model: type[Row], region: Region, key: str = "") -> list[Any]:
    """Return the rows of a user's file, no id twice; all of them, or what is wrong."""
    rows, problems = _read(path, str(path), model, region, needed=True)
    named = [(line, row) for line, row in rows if key and getattr(row, key)]
    if problems := problems or repeated_ids(str(path), named, key):
        raise BadInputError(problems)
    return [row for _, row in rows]


def _lines(
    path: Path, file: str, model: type[Row], region: Region
) -> Iterator[Problem | tuple[int, Row]]:
    text = _decoded(path, file, chinese=region.languages[0].startswith("zh"))
    separator = separator_of(text, [*columns(model), *OLD_COLUMNS])
    rows = _split(text, separator, file)
    header = [cell.strip().lower() for cell in next(rows, (1, []))[1]]
    header = [OLD_COLUMNS.get(cell, cell) for cell in header]
    if wrong := list(header_problems(header, model, file)):
        yield from wrong
        return
    full = list[tuple[int, dict[str, str]]]()
    for line, cells in rows:
        if len(cells) == len(header):
            full.append((line, dict(zip(header, cells, strict=True))))
        else:
            fault = Message(
                "expected {expected} cells, found {found} (a comma too many or too few?)",
                expected=len(header),
                found=len(cells),
            )
            yield Problem(file, line, expected=fault)
    fractions = [column for column in fraction_columns(model) if column in header]
    commas = has_decimal_commas((row[key] for _, row in full for key in fractions), separator)
    for line, row in full:
        pointed = {key: with_point(row[key]) for key in fractions} if commas else {}
        yield from checked_row(row | pointed, model, region, file, line)


def _split(text: str, separator: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank with the line where each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    line = 1  # the cells of a row may run over several lines
    try:
        for cells in without_empty_end(reader):
            if line == 1 or any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        fault = Message("expected valid CSV: {reason}", reason=str(error))
        raise _UnreadableError(Problem(file, line, expected=fault)) from None


def _decoded(path: Path, file: str, *, chinese: bool) -> str:
    """Return the text of a file, or say why it is none."""
    if path.exists() and not path.is_file():
        raise _UnreadableError(Problem(file, expected=Message("expected a file")))
    line, found = 0, ""
    try:
        raw = path.read_bytes()
        text = decode_table(raw, chinese=chinese)
    except FileNotFoundError:
        fault = Message("expected this file; it is missing")
    except OSError as error:
        fault = Message("expected a readable file: {reason}", reason=error.strerror)
    except UnicodeDecodeError as error:
        line, found = raw.count(b"\n", 0, error.start) + 1, repr(raw[error.start :][:4])[2:-1]
        fault = Message("expected UTF-8 text (was it saved as GBK or UTF-16?)")
    else:
        if "\0" not in text:
            return text
        line = text.count("\n", 0, text.index("\0")) + 1
        fault = Message("expected text without NUL characters")
    raise _UnreadableError(Problem(file, line, "", found, fault))


def header_problems(
    header: list[str], model: type[Row], file: str, line: int = 1
) -> Iterator[Problem]:
    """Yield what is wrong with the columns of a table."""
    wanted, needed = columns(model), columns(model, optional=False)
    if not set(header) & set(wanted):
        text = Message("expected the columns {names}", names=", ".join(wanted))
        yield Problem(file, line, "", ", ".join(header), text)
        return
    missing = Message("expected this column; it is missing")
    twice = Message("expected this column only once")
    other = Message("expected one of the columns {names}", names=", ".join(wanted))
    for column in needed:
        if column not in header:
            yield Problem(file, line, column, expected=missing)
    for column in dict.fromkeys(header):
        if column not in wanted:
            yield Problem(file, line, column, column, with_closest(other, column, wanted))
        elif header.count(column) > 1:
            yield Problem(file, line, column, expected=twice)


def checked_row(
    cells: dict[str, str], model: type[Row], region: Region, file: str, line: int
) -> Iterator[Problem | tuple[int, Row]]:
    """
    Yield a row with its line, or what is wrong with its cells.

    Parameters
    ----------
    cells
        Text by column, of all columns that the table needs.
    model, region
        Row model of the table, and the region whose frame holds its coordinates.
    file, line
        Where the cells stand, for what is wrong.

    Yields
    ------
    found
        The line with the row, or problems.

    Examples
    --------
    >>> cells = dict.fromkeys(columns(TABLES["sources"]), "") | {"key": "plan"}
    >>> [str(wrong) for wrong in checked_row(cells, TABLES["sources"], cat.region, "s.csv", 2)]
    ['s.csv:2 title: expected text to have at least 1 character']
    """
    values = {column: cell.strip() for column, cell in cells.items()}
    for column, cell in values.items():
        if fault := cell_fault(cell):
            found = cell if len(cell) <= _LONGEST_CELL else cell[:20] + "…"
            yield Problem(file, line, column, found, fault)
            return
    try:
        yield line, model.model_validate(values, context={"frame": region.frame})
    except ValidationError as error:
        for place, text in faults(error):
            column = place[0]
            yield Problem(file, line, column, values.get(column, ""), text)


def cell_fault(cell: str) -> Message | None:
    """
    Return why no table may hold a text; None where it may.

    Parameters
    ----------
    cell
        Any text.

    Returns
    -------
    fault
        What was expected instead.

    Examples
    --------
    >>> cell_fault("@home"), cell_fault("Home")
    ('expected text that no spreadsheet takes for a formula', None)
    """
    if len(cell) > _LONGEST_CELL:
        return Message("expected at most {count} characters", count=_LONGEST_CELL)
    if _CONTROL.search(cell):
        return Message("expected text without control characters")
    if _FORMULA.search(cell):
        return Message("expected text that no spreadsheet takes for a formula")
    return None


def repeated_ids(table: str, rows: list[tuple[int, Any]], key: str = "") -> list[Problem]:
    """Return what is wrong where several rows of a table, or of a user's file, have one id."""
    seen: dict[str, int] = {}
    problems = []
    file, key = (table, key) if key else (f"tables/{table}.csv", KEY_COLUMN.get(table, ""))
    for line, row in rows if key else ():
        value = getattr(row, key)
        if value in seen:
            text = Message("expected an id used once; row {row} has it too", row=seen[value])
            problems.append(Problem(file, line, key, value, text))
        seen.setdefault(value, line)
    return problems
