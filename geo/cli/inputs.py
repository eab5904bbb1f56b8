"""What arguments mean: types of values that refuse in one line, the catalogue, the date."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.cli.messages import _

if TYPE_CHECKING:
    from geo.catalogue import Catalogue


def load(arguments: argparse.Namespace) -> Catalogue:
    """Read the catalogue that is asked for."""
    from geo.catalogue import load as read

    return read(arguments.data)


def labelled(
    rows: list[dict[str, Any]], catalogue: Catalogue, table: str = "cities"
) -> list[dict[str, Any]]:
    """Return rows of a result with ids behind the names that several cities or routes carry."""
    from geo.catalogue import KEY_COLUMN, name_labels

    key, known = KEY_COLUMN[table], getattr(catalogue, table)
    labels = {
        column: name_labels({getattr(row, key): getattr(row, column) for row in known})
        for column in ("name", "name_en")
    }
    return [
        row | {column: names.get(row[key], row[column]) for column, names in labels.items()}
        for row in rows
    ]


def when(arguments: argparse.Namespace) -> dt.date:
    """Return the date that is asked for; today where none is."""
    from geo.catalogue import parse_date

    return arguments.year or parse_date(None)


def stamp(date: dt.date, catalogue: Catalogue, mode: str | None = None) -> dict[str, Any]:
    """Return what every result says of its date, and of the sections it assumes to be open."""
    as_of, assumed = catalogue.region.as_of.isoformat(), catalogue.assumed_on(date, mode or "any")
    return {"year": date.year, "date": date.isoformat(), "as_of": as_of, "assumed": assumed}


def refusal(text: str, expected: str) -> argparse.ArgumentTypeError:
    """Return the error of a value that is not as expected."""
    return argparse.ArgumentTypeError(_("{value!r}: {expected}", value=text, expected=expected))


def number(
    fits: Callable[[float], bool], expected: str, *, whole: bool = False
) -> Callable[[str], Any]:
    """Return a type of arguments: numbers that fit, else what is expected."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not fits(value) or (whole and not text.isdigit()):
            raise refusal(text, expected)
        return int(text) if whole else value

    return read


def date_or_year(text: str) -> dt.date:
    """Read a year, which means its end, or a date."""
    from geo.catalogue import last_day

    try:
        return last_day(text)
    except ValueError as error:
        raise refusal(text, _(error.args[0])) from None


def full_date(text: str) -> dt.date:
    """Read a date, YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise refusal(text, _("expected YYYY-MM-DD")) from None


def bounds(text: str) -> tuple[float, float, float, float]:
    """Read west, south, east and north in degrees."""
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        west = south = east = north = 0.0
    if -180 <= east < 0 < west <= 180:
        raise refusal(text, _("expected one side of the 180th meridian: west of it or east of it"))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise refusal(text, _("expected west,south,east,north in degrees"))
    return west, south, east, north


def file_or_level(text: str) -> Path | int:
    """Read a file, or a level of boundaries of an extract."""
    return int(text) if re.fullmatch(r"[1-9]|1[0-2]", text) else Path(text)


def languages(text: str) -> list[str]:
    """Read the language of names, and perhaps English: CODE,en."""
    found = text.split(",")
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*(,en)?", text) or text == "en,en":
        raise refusal(text, _("expected the code of a language, and en, such as de,en"))
    return found


def pairs(text: str) -> dict[str, str]:
    """Read what columns are called: KEY=COLUMN,KEY=COLUMN."""
    found = [item.partition("=") for item in text.split(",")]
    if not all(key and equal and column for key, equal, column in found):
        raise refusal(text, _("expected KEY=COLUMN,KEY=COLUMN,…"))
    keys = [key.strip() for key, _equal, _column in found]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise refusal(text, _("expected {key} only once", key=twice[0]))
    return {key.strip(): column.strip() for key, _equal, column in found}
