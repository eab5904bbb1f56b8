"""Tables go into a workbook and come back; what is wrong there is named by sheet, row and column."""

from __future__ import annotations

import datetime as dt
import shlex

import pytest
import small_region

import geo
from geo.catalogue import TABLES
from geo.cli.main import main
from geo.readers import read_workbook

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture
def region(tmp_path):
    return small_region.write(tmp_path / "region")


@pytest.fixture
def workbook(region, tmp_path):
    """The tables of a small region, as they are exported."""
    out = tmp_path / "export"
    assert main(shlex.split(f"export xlsx --data {region} --out {out} --year 2026")) == 0
    return out / "tables.xlsx"


def edit(path, sheet, cell, value):
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)


def back(workbook, region, capsys):
    """Make a region of the workbook; return the code and what was said on standard error."""
    capsys.readouterr()
    code = main(shlex.split(f"new {region}-2 --from-xlsx {workbook} --data {region}"))
    return code, capsys.readouterr().err


def test_tables_come_back_as_they_were(workbook, region, capsys):
    assert back(workbook, region, capsys) == (0, "")
    before, after = geo.load(region), geo.load(f"{region}-2")
    assert all(getattr(after, table) == getattr(before, table) for table in TABLES)
    assert after.region == before.region


def test_text_in_a_workbook_is_never_a_date_or_a_formula(workbook):
    sheet = openpyxl.load_workbook(workbook)["sections"]
    head = [cell.value for cell in sheet[1]]
    cell = sheet[2][head.index("opened")]
    assert (cell.data_type, cell.number_format) == ("s", "@")
    assert isinstance(sheet[2][head.index("seq")].value, int)


def test_a_date_of_a_spreadsheet_is_a_day(workbook, region, capsys):
    head = read_workbook(workbook)["sections"][0]
    column = openpyxl.utils.get_column_letter(head.index("opened") + 1)
    edit(workbook, "sections", f"{column}2", dt.date(2010, 9, 15))
    assert back(workbook, region, capsys)[0] == 0
    assert geo.load(f"{region}-2").sections[0].opened == "2010-09-15"


def test_what_is_wrong_is_named_by_sheet_row_and_column(workbook, region, capsys):
    head = read_workbook(workbook)["places"][0]
    column = openpyxl.utils.get_column_letter(head.index("lon") + 1)
    edit(workbook, "places", f"{column}3", "west")
    code, said = back(workbook, region, capsys)
    assert code == 2
    assert said.startswith("tables.xlsx [places]:3 lon: 'west': expected a valid number")
    assert len(said.splitlines()) == 1


def test_sheets_that_are_missing_or_unknown_are_named(workbook, region, capsys):
    book = openpyxl.load_workbook(workbook)
    book["places"].title = "place"
    book.create_sheet("Sheet1")  # an empty one is no table
    book.save(workbook)
    code, said = back(workbook, region, capsys)
    assert code == 2
    assert "tables.xlsx [places]: expected a sheet of this name; it is missing" in said
    assert "tables.xlsx: 'place': expected one of the sheets sources, routes," in said
    assert len(said.splitlines()) == 2


def test_what_is_no_workbook_is_one_line(workbook, region, capsys):
    for raw in (b"", b"PK\3\4", workbook.read_bytes()[:-500]):
        workbook.write_bytes(raw)
        code, said = back(workbook, region, capsys)
        assert code == 2
        assert f"{workbook}: expected a workbook (.xlsx): " in said
        assert len(said.splitlines()) == 1
    code, said = back(workbook.with_name("none.xlsx"), region, capsys)
    assert (code, said.count("\n")) == (2, 1)
    code, said = back(workbook, f"{region}-none", capsys)
    assert said == f"{region}-none: expected a data folder, with region.toml\n"
