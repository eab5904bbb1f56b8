"""Read one table: decode, match the header, validate row by row, and say all that is wrong."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from geo.catalogue.region import Region
from geo.catalogue.schema import Row, columns
from geo.core import Problem

_LONGEST_CELL = 10_000
#: What a spreadsheet would run when it opens an export.
_FORMULA = re.compile(r"^\s*(?:[=@]|[+-](?:.*\||[\d.+\-*/\s]*[A-Za-z]+\())")
#: No terminal, XML or page can show these; line breaks and tabs are white space.
_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


class _Unreadable(Exception):
    """The rest of a table cannot be read."""


def read_table(
    folder: Path, table: str, model: type[Row], region: Region, *, key: str | None, needed: bool
) -> tuple[list[tuple[int, Any]], list[Problem]]:
    """
    Read a table.

    Parameters
    ----------
    folder
        Data folder.
    table
        Name of the table.
    model
        Model of its rows.
    region
        The region, for the frame that coordinates must lie in.
    key
        The column whose value may stand in one row only, if any.
    needed
        Whether a table without rows is a problem.

    Returns
    -------
    rows
        The valid rows with their line numbers.
    problems
        Everything that is wrong.

    """
    file = f"tables/{table}.csv"
    rows: list[tuple[int, Any]] = []
    problems: list[Problem] = []
    try:
        for found in _lines(folder / file, file, model, region):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                rows.append(found)
        if needed and not rows and not problems:
            problems.append(Problem(file, 2, expected="expected at least one row"))
    except _Unreadable as stop:
        problems.append(stop.args[0])
    return rows, problems + _repeated(rows, file, key)


def _lines(
    path: Path, file: str, model: type[Row], region: Region
) -> Iterator[Problem | tuple[int, Row]]:
    reader = csv.reader(io.StringIO(_decoded(path, file), newline=""), strict=True)
    line = 1
    try:
        header = [cell.strip() for cell in next(reader, [])]
        wrong = list(_header_problems(header, columns(model), file))
        yield from wrong
        line = reader.line_num + 1  # where a row begins: its cells may run over several lines
        for cells in reader if not wrong else ():
            if any(cell.strip() for cell in cells):
                yield from _row(cells, header, model, region, file, line)
            line = reader.line_num + 1
    except csv.Error as error:
        text = f"expected valid CSV: {error}"
        raise _Unreadable(Problem(file, line, expected=text)) from None


def _decoded(path: Path, file: str) -> str:
    if path.exists() and not path.is_file():
        raise _Unreadable(Problem(file, expected="expected a file"))
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _Unreadable(Problem(file, expected="expected this file; it is missing")) from None
    except OSError as error:
        text = f"expected a readable file: {error.strerror}"
        raise _Unreadable(Problem(file, expected=text)) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, found = raw.count(b"\n", 0, error.start) + 1, raw[error.start : error.start + 4]
        hint = "expected UTF-8 text (was it saved as GBK or UTF-16?)"
        raise _Unreadable(Problem(file, line, "", str(found)[2:-1], hint)) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _Unreadable(Problem(file, line, expected="expected text without NUL characters"))
    return text


def _header_problems(header: list[str], wanted: list[str], file: str) -> Iterator[Problem]:
    for column in wanted:
        if column not in header:
            yield Problem(file, 1, column, expected="expected this column; it is missing")
    for column in dict.fromkeys(header):
        if column not in wanted:
            hint = difflib.get_close_matches(column, wanted, 1)
            more = f" (did you mean {hint[0]}?)" if hint else ""
            text = f"expected one of the columns {', '.join(wanted)}{more}"
            yield Problem(file, 1, column, column, text)
        elif header.count(column) > 1:
            yield Problem(file, 1, column, expected="expected this column only once")


def _row(
    cells: list[str], header: list[str], model: type[Row], region: Region, file: str, line: int
) -> Iterator[Problem | tuple[int, Row]]:
    if len(cells) != len(header):
        text = f"expected {len(header)} cells, found {len(cells)} (a comma too many or too few?)"
        yield Problem(file, line, expected=text)
        return
    values = dict(zip(header, map(str.strip, cells), strict=True))
    for column, cell in values.items():
        if len(cell) > _LONGEST_CELL:
            text = f"expected at most {_LONGEST_CELL} characters"
            yield Problem(file, line, column, cell[:20] + "…", text)
            return
        if _CONTROL.search(cell):
            text = "expected text without control characters"
            yield Problem(file, line, column, cell, text)
            return
        if _FORMULA.search(cell):
            text = "expected text that no spreadsheet takes for a formula"
            yield Problem(file, line, column, cell, text)
            return
    try:
        yield line, model.model_validate(values, context={"frame": region.frame})
    except ValidationError as error:
        yield from (_problem(detail, values, file, line) for detail in error.errors())


def _problem(detail: Any, values: dict[str, str], file: str, line: int) -> Problem:
    """Translate one pydantic error; a row-wide message starts with the name of its column."""
    column = str(detail["loc"][0]) if detail["loc"] else ""
    text = detail["msg"].removeprefix("Value error, ")
    if not column and ": " in text:
        column, text = text.split(": ", 1)
    text = text.replace("Input should be", "expected").replace("String should", "expected text to")
    if not text.startswith("expected"):
        text = f"expected a valid value: {text}"
    return Problem(file, line, column, values.get(column, ""), text)


def _repeated(rows: list[tuple[int, Any]], file: str, key: str | None) -> list[Problem]:
    seen: dict[str, int] = {}
    problems = []
    for line, row in rows if key else ():
        value = getattr(row, str(key))
        if value in seen:
            text = f"expected an id used once; row {seen[value]} has it too"
            problems.append(Problem(file, line, str(key), value, text))
        seen.setdefault(value, line)
    return problems
