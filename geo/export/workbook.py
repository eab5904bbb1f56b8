"""Tables as the sheets of a workbook, .xlsx."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import shapely
from geopandas import GeoDataFrame

from geo.catalogue import TABLES, Catalogue, columns
from geo.core import STAMP, is_unknown, json_value, optional, replaced_file
from geo.export.datapackage import with_index_column

#: The header of a sheet, and its rows.
Sheet = tuple[Sequence[str], Iterable[Sequence[Any]]]
#: The date of every file in a workbook, so that the same data give the same bytes.
_DATE = (2000, 1, 1, 0, 0, 0)


def table_sheets(catalogue: Catalogue) -> dict[str, Sheet]:
    """Return the tables of a catalogue as they are edited, by name."""
    return {
        name: (
            columns(model),
            [list(row.model_dump(by_alias=True).values()) for row in getattr(catalogue, name)],
        )
        for name, model in TABLES.items()
    }


def layer_sheets(frames: Mapping[str, GeoDataFrame]) -> dict[str, Sheet]:
    """Return layers with lon and lat of points for their geometry: no cell holds a line."""
    sheets: dict[str, Sheet] = {}
    for name, frame in frames.items():
        plain = with_index_column(frame).drop(columns="geometry")
        if len(frame) and (shapely.get_type_id(frame.geometry.to_numpy()) == 0).all():
            plain = plain.assign(lon=frame.geometry.x.to_numpy(), lat=frame.geometry.y.to_numpy())
        sheets[name] = [*map(str, plain.columns)], plain.to_numpy(object).tolist()
    return sheets


def write_workbook(sheets: Mapping[str, Sheet], path: Path) -> None:
    """Write sheets into a workbook; text stays text, whatever it looks like."""
    openpyxl = optional("openpyxl", "xlsx", "workbooks need openpyxl")
    book = openpyxl.Workbook(write_only=True)
    for name, (header, rows) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for row in (header, *rows):
            sheet.append([_cell(openpyxl, sheet, value) for value in row])
    raw = BytesIO()
    book.save(raw)
    with replaced_file(path) as temporary:
        _repack(raw, temporary)


def _cell(openpyxl: Any, sheet: Any, value: Any) -> Any:
    """Return what stands for a value: numbers as they are, all else as text."""
    if is_unknown(value):
        return None
    value = json_value(value)
    if isinstance(value, bool | int | float):
        return value
    cell = openpyxl.cell.WriteOnlyCell(sheet, str(value))
    cell.data_type, cell.number_format = "s", "@"  # no formula, and 1995-09 is no 1 September
    return cell


def _repack(book: BytesIO, path: Path) -> None:
    """Write a workbook without the time at which it was made."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            raw = old.read(name)
            if name == "docProps/core.xml":
                raw = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", STAMP.encode(), raw)
            new.writestr(archive_entry(name), raw, zipfile.ZIP_DEFLATED)


def archive_entry(name: str) -> zipfile.ZipInfo:
    """Return the entry of a file in an archive, without the time at which it was made."""
    return zipfile.ZipInfo(name, _DATE)
