"""Tables as text: rows that nothing changes keep their bytes."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from geo.catalogue.reading import OLD_COLUMNS
from geo.catalogue.schema import TABLES, columns, fraction_columns
from geo.catalogue.spreadsheets import plain_csv


class TextRow(NamedTuple):
    """A row with its cells by column, and as it stands in the file."""

    cells: dict[str, str]
    text: str


class TextTable(NamedTuple):
    r"""
    A table with its header as it stands in the file, columns as now called, and what ends a line.

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
        """Read a table that is known to be valid; what a spreadsheet saved is written anew."""
        raw, model = path.read_bytes(), TABLES.get(path.stem)
        known = (columns(model), fraction_columns(model)) if model else ((), ())
        mark = codecs.BOM_UTF8.decode() if raw.startswith(codecs.BOM_UTF8) else ""
        lines = list(io.StringIO(mark + plain_csv(raw, *known), newline=""))
        newline = "\r\n" if lines[0].endswith("\r\n") else "\n"
        if not lines[-1].endswith("\n"):
            lines[-1] += newline
        reader = csv.reader(lines)
        names = [cell.strip().removeprefix("\ufeff") for cell in next(reader)]
        names = [OLD_COLUMNS.get(name, name) for name in names]
        start = end = reader.line_num
        header, rows = "".join(lines[:end]), []
        for cells in reader:
            start, end = end, reader.line_num
            text = "".join(lines[start:end])
            rows.append(TextRow(dict(zip(names, cells, strict=False)), text))
        return cls(names, header, rows, newline)

    @classmethod
    def empty(cls, names: list[str]) -> TextTable:
        """Return a table without rows."""
        return cls(names, ",".join(names) + "\n", [], "\n")

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
