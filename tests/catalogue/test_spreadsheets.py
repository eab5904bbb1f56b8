"""Tables as spreadsheets save them are read as they were, or refused in one line."""

from __future__ import annotations

import csv
import io

import pytest
import small_region

import geo
from geo.catalogue import TABLES, TextTable
from geo.catalogue.schema import fraction_columns


@pytest.fixture
def region(tmp_path):
    return small_region.write(tmp_path / "region")


def saved(folder, *, separator=",", encoding="utf-8", end="\r\n", comma=False, empty=0):
    """Write the tables again as a spreadsheet does."""
    for path in sorted((folder / "tables").glob("*.csv")):
        head, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
        fractions = fraction_columns(TABLES[path.stem])
        if comma:
            rows = [
                [cell.replace(".", ",") if key in fractions else cell
                 for key, cell in zip(head, row, strict=True)] for row in rows
            ]  # fmt: skip
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=separator, lineterminator=end)
        writer.writerows([*row, *[""] * empty] for row in [head, *rows])
        path.write_bytes(out.getvalue().encode(encoding))


FORMS = {
    "UTF-8 with a mark": {"encoding": "utf-8-sig"},
    "GBK, as a Chinese spreadsheet saves": {"encoding": "gb18030"},
    "semicolons": {"separator": ";"},
    "semicolons and decimal commas": {"separator": ";", "comma": True},
    "tabs and decimal commas": {"separator": "\t", "comma": True},
    "tabs": {"separator": "\t", "encoding": "gb18030"},
    "empty columns at the right": {"empty": 3},
    "Unicode text": {"separator": "\t", "encoding": "utf-16"},
    "line ends of an old Macintosh": {"end": "\r"},
}


@pytest.mark.parametrize("form", FORMS)
def test_tables_are_the_same_in_any_form(region, form):
    wanted = geo.load(region)
    saved(region, **FORMS[form])
    found = geo.load(region)
    assert all(getattr(found, table) == getattr(wanted, table) for table in TABLES)
    assert found.lines == wanted.lines


@pytest.mark.parametrize("form", FORMS)
def test_a_table_that_is_changed_can_be_read_again(region, form):
    wanted = geo.load(region).places
    saved(region, **FORMS[form])
    path = region / "tables" / "places.csv"
    table = TextTable.read(path)
    table.write(path, [*table.rows[:-1], table.new_row(table.rows[-1].cells | {"lon": 0.25})])
    found = geo.load(region).places
    assert found[:-1] == wanted[:-1]
    assert found[-1] == wanted[-1].model_copy(update={"lon": 0.25})


def cell(folder, table, column, text):
    """Put a text into the first row of a table."""
    path = folder / "tables" / f"{table}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))
    rows[0][column] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


DATES = {"1995/9/15": "1995-09-15", "1995-9-5": "1995-09-05", "1995/9": "1995-09",
         "34957": "1995-09-15", "1995-09-15 00:00:00": "1995-09-15", "1995": "1995",
         "1995年9月15日": "1995-09-15", "1995年9月": "1995-09", "1995.9.15": "1995-09-15"}  # fmt: skip


@pytest.mark.parametrize("text", DATES)
def test_dates_of_spreadsheets_are_read(region, text):
    cell(region, "sections", "started", "")
    cell(region, "sections", "opened", text)
    assert geo.load(region).sections[0].opened == DATES[text]


@pytest.mark.parametrize(
    "text", ["9/15/1995", "5/9/1995", "15.9.1995", "99999", "1995/13/1", "1995年13月"]
)
def test_dates_that_are_in_doubt_are_refused(region, text):
    cell(region, "sections", "opened", text)
    with pytest.raises(
        geo.BadInputError, match=rf"sections.csv:2 opened: '{text}': expected a da"
    ):
        geo.load(region)


def test_commas_that_may_part_thousands_are_refused(region):
    cell(region, "routes", "length_km", "1,234")
    saved(region, separator="\t")
    with pytest.raises(geo.BadInputError, match=r"routes.csv:2 length_km: '1,234'") as error:
        geo.load(region)
    assert len(error.value.problems) == 1


def test_commas_and_points_together_are_refused(region):
    cell(region, "places", "lon", "0,5")
    saved(region, separator=";")
    with pytest.raises(geo.BadInputError, match=r"places.csv:2 lon: '0,5'"):
        geo.load(region)


def test_columns_in_capitals_are_the_same(region):
    wanted = geo.load(region)
    for path in (region / "tables").glob("*.csv"):
        head, _, rest = path.read_text("utf-8").partition("\n")
        path.write_text(f"{head.upper()}\n{rest}", "utf-8")
    assert geo.load(region).sections == wanted.sections


def test_another_file_in_the_place_of_a_table_is_one_line(region):
    (region / "tables" / "places.csv").write_text("a|b\n" + "1|2\n" * 300, "utf-8")
    with pytest.raises(geo.BadInputError, match=r"^tables/places.csv:1: 'a\|b': expected the col"):
        geo.load(region)


def test_what_is_wrong_all_down_a_column_is_one_line(region):
    path = region / "tables" / "alignments.csv"
    head, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
    at = head.index("seq")
    wrong = [[*row[:at], "first", *row[at + 1 :]] for row in rows]
    path.write_text("\n".join(map(",".join, [head, *wrong])), "utf-8")
    with pytest.raises(geo.BadInputError) as error:
        geo.load(region)
    (problem,) = error.value.problems
    assert (problem.row, problem.column, problem.value) == (2, "seq", "first")
    assert f"; {len(rows) - 1} more rows are like this" in problem.expected
