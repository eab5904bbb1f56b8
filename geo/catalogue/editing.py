"""Tables as text: rows that nothing changes keep their bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Record(NamedTuple):
    """A row with its values by column, and as it stands in the file."""

    cells: dict[str, str]
    text: str


class Table(NamedTuple):
    """A table with its header as it stands in the file."""

    columns: list[str]
    header: str
    records: list[Record]
    newline: str


def read(path: Path) -> Table:
    """Read a table that is known to be valid."""
    lines = list(io.StringIO(path.read_bytes().decode("utf-8"), newline=""))
    newline = "\r\n" if lines[0].endswith("\r\n") else "\n"
    if not lines[-1].endswith("\n"):
        lines[-1] += newline
    reader = csv.reader(lines)
    columns = [cell.strip().removeprefix("\ufeff") for cell in next(reader)]
    start = end = reader.line_num
    header, records = "".join(lines[:end]), []
    for cells in reader:
        start, end = end, reader.line_num
        text = "".join(lines[start:end])
        records.append(Record(dict(zip(columns, cells, strict=False)), text))
    return Table(columns, header, records, newline)


def record(table: Table, values: dict[str, object]) -> Record:
    """Make a row of a table; a column that is not given is empty."""
    out = io.StringIO()
    cells = {column: str(values.get(column, "")) for column in table.columns}
    csv.DictWriter(out, table.columns, lineterminator=table.newline).writerow(cells)
    return Record(cells, out.getvalue())


def write(path: Path, table: Table, records: Iterable[Record]) -> None:
    """Write a table."""
    text = table.header + "".join(row.text for row in records)
    path.write_bytes(text.encode("utf-8"))


def empty(columns: list[str]) -> Table:
    """Return a table without rows."""
    return Table(columns, ",".join(columns) + "\n", [], "\n")
