"""Tables as spreadsheets save them: encodings, separators, decimal commas, dates."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
from collections.abc import Collection, Iterable, Iterator

#: What may stand between cells.
SEPARATORS = (",", ";", "\t")
#: So much of a Chinese text in GBK are characters of GB 2312; of bytes taken for it, few are.
_COMMON = 0.9
_COMMA = re.compile(r"[+-]?\d*,\d+")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_POINT = re.compile(r"[+-]?\d*\.\d+")
_DATE = re.compile(
    r"(\d{4})[/.年-](\d{1,2})(?:[/.月-](\d{1,2})日?|月)?(?:[ T]0?0:00(?::00(?:\.0+)?)?)?", re.ASCII
)
#: Days since the end of 1899 that spreadsheets show as dates: from 1927 to 2100.
_SERIAL, _DAY_0 = range(10_000, 73_415), dt.date(1899, 12, 30)


def decode_table(raw: bytes, *, chinese: bool) -> str:
    """Return the text: UTF-8, UTF-16 with its mark, or GBK where that leaves no doubt."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")  # what a spreadsheet calls Unicode text
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace") if chinese else ""
        beyond = [char for char in text if not char.isascii()]
        common = sum(len(char.encode("gb2312", "ignore")) == 2 for char in beyond)
        if "\ufffd" in beyond or not beyond or common < _COMMON * len(beyond):
            raise
        return text


def separator_of(text: str, columns: Collection[str]) -> str:
    """Return what stands between the cells of a table: what gives most of its columns."""
    head = io.StringIO(text.lstrip("\r\n"), newline="").readline()

    def known(separator: str) -> int:
        cells = next(csv.reader([head], delimiter=separator), [])
        return len({cell.strip().lower() for cell in cells} & set(columns))

    return max(SEPARATORS, key=known)


def without_empty_end(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Yield rows without the columns at the right that have no heading, where they are empty."""
    width = 0
    for cells in rows:
        if not width:
            width = max((n for n, cell in enumerate(cells, 1) if cell.strip()), default=0)
        surplus = any(cell.strip() for cell in cells[width:])
        yield cells if surplus else cells[:width]


def plain_csv(raw: bytes, columns: Collection[str], fractions: Collection[str]) -> str:
    """Return the text of a table that is known to be valid, with commas between its cells."""
    text = decode_table(raw, chinese=True)
    if (separator := separator_of(text, columns)) == ",":
        return text
    head, *rows = without_empty_end(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    at = [n for n, column in enumerate(head) if column.strip() in fractions]
    cells = [row[n] for row in rows for n in at if n < len(row)]
    if has_decimal_commas(cells, separator):
        for row in rows:
            row[:] = [with_point(cell) if n in at else cell for n, cell in enumerate(row)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *rows])
    return out.getvalue()


def has_decimal_commas(cells: Iterable[str], separator: str) -> bool:
    """Tell whether the numbers of a table have commas for points."""
    if separator == ",":
        return False
    numbers = [cell.strip() for cell in cells]
    commas = [cell for cell in numbers if _COMMA.fullmatch(cell)]
    surely = separator == ";" or not all(map(_THOUSANDS.fullmatch, commas))
    return bool(commas) and surely and not any(map(_POINT.fullmatch, numbers))


def with_point(cell: str) -> str:
    """Return a number with a point for its decimal comma."""
    return cell.replace(",", ".") if _COMMA.fullmatch(cell.strip()) else cell


def iso_date(cell: str) -> str:
    """Return a date as spreadsheets write it as YYYY-MM-DD or YYYY-MM; other text as it is."""
    if match := _DATE.fullmatch(cell):
        return "-".join(f"{int(part):02d}" for part in match.groups() if part)
    if re.fullmatch(r"\d{5}", cell, re.ASCII) and int(cell) in _SERIAL:
        return (_DAY_0 + dt.timedelta(int(cell))).isoformat()
    return cell
