"""Tables as text: rows that nothing changes keep their bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple


class TextRow(NamedTuple):
    """A row with its cells by column, and as it stands in the file."""

    cells: dict[str, str]
    text: str


class TextTable(NamedTuple):
    r"""
    A table with its header as it stands in the file, and what ends a line.

    Examples
    --------
    >>> table = TextTable.empty(["key", "title"])
    >>> table.new_row({"title": "Census, 2020", "key": "census"}).text
    'census,"Census, 2020"\n'
    """

    columns: list[str]
    header: str
    rows: list[TextRow]
    newline: str

    @classmethod
    def read(cls, path: Path) -> TextTable:
        """Read a table that is known to be valid."""
        lines = list(io.StringIO(path.read_bytes().decode("utf-8"), newline=""))
        newline = "\r\n" if lines[0].endswith("\r\n") else "\n"
        if not lines[-1].endswith("\n"):
            lines[-1] += newline
        reader = csv.reader(lines)
        columns = [cell.strip().removeprefix("\ufeff") for cell in next(reader)]
        start = end = reader.line_num
        header, rows = "".join(lines[:end]), []
        for cells in reader:
            start, end = end, reader.line_num
            text = "".join(lines[start:end])
            rows.append(TextRow(dict(zip(columns, cells, strict=False)), text))
        return cls(columns, header, rows, newline)

    @classmethod
    def empty(cls, columns: list[str]) -> TextTable:
        """Return a table without rows."""
        return cls(columns, ",".join(columns) + "\n", [], "\n")

    def new_row(self, values: Mapping[str, object]) -> TextRow:
        """Make a row; a column that is not given is empty."""
        out = io.StringIO()
        cells = {column: str(values.get(column, "")) for column in self.columns}
        csv.DictWriter(out, self.columns, lineterminator=self.newline).writerow(cells)
        return TextRow(cells, out.getvalue())

    def write(self, path: Path, rows: Iterable[TextRow]) -> None:
        """Write the header and some rows."""
        text = self.header + "".join(row.text for row in rows)
        path.write_bytes(text.encode("utf-8"))
