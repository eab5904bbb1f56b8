"""The sheets of a workbook, .xlsx, as rows of text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from geo.core import BadInputError, optional, shown


def read_workbook(path: Path) -> dict[str, list[list[str]]]:
    """
    Read the sheets of a workbook.

    Parameters
    ----------
    path
        A file, ``.xlsx``.

    Returns
    -------
    sheets
        By name, every row as text, equally long, those without content too: row n of a sheet is
        item n - 1. Whole numbers have no point, dates are YYYY-MM-DD, formulas are their values,
        and line breaks are spaces.

    Raises
    ------
    BadInputError
        When the file is no workbook, or openpyxl is not installed.
    """
    openpyxl = optional("openpyxl", "xlsx", "workbooks need openpyxl")
    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            return {sheet.title: _rows(sheet) for sheet in book.worksheets}
    except Exception as error:  # zip, XML and openpyxl raise many kinds
        raise BadInputError(
            "{path}: expected a workbook (.xlsx): {reason}",
            path=path,
            reason=shown(getattr(error, "strerror", None) or str(error), 200),
        ) from error


def _rows(sheet: Any) -> list[list[str]]:
    sheet.reset_dimensions()  # some programs write wrong ones
    cells = sheet.iter_rows(values_only=True)
    rows = [[_text(value) for value in row] for row in cells]
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _text(value: object) -> str:
    """Return a cell as it would stand in a table."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return "" if value is None else " ".join(str(value).splitlines())
