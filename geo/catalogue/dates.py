"""Partial dates, and the status of a section on a day."""

from __future__ import annotations

import calendar
import datetime as dt
import numbers
import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from geo.catalogue.vocabulary import KnownStage, Stage
from geo.core import BadInputError, Message, shown

_PATTERN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


class Status(NamedTuple):
    """A stage, and whether it rests on an expected year rather than on a known opening."""

    stage: Stage
    assumed: bool


@lru_cache(maxsize=4096)
def last_day(text: str) -> dt.date:
    """
    Return the last day that a partial date may mean.

    Parameters
    ----------
    text
        ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

    Returns
    -------
    date
        31 December of a year, the last day of a month, or the day itself.

    Raises
    ------
    ValueError
        When the text is no such date, or the day does not exist.

    Examples
    --------
    >>> last_day("2020"), last_day("2020-02")
    (datetime.date(2020, 12, 31), datetime.date(2020, 2, 29))
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(Message("expected a date YYYY, YYYY-MM or YYYY-MM-DD"))
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        if day or match[3]:
            return dt.date(year, month, day)
        if match[2]:
            return dt.date(year, month, calendar.monthrange(year, month)[1])
        return dt.date(year, 12, 31)
    except (ValueError, calendar.IllegalMonthError):
        raise ValueError(Message("expected a day that exists in the calendar")) from None


def status_on(
    date: dt.date,
    *,
    today: KnownStage,
    started: str,
    opened: str,
    expected: int | None,
    as_of: dt.date,
) -> Status:
    """
    Return the status of a section on a date.

    A section known only by year or month counts from the end of it; an open section of unknown
    opening is always open. What was begun by `as_of`, nobody knows when, is of unknown status on
    an earlier date. After `as_of`, a section counts as open once its expected year is over.

    Parameters
    ----------
    date, today
        The date asked for, and the status as known on `as_of`.
    started, opened, expected
        Partial dates, empty where unknown, and the expected year of opening.
    as_of
        Date up to which the catalogue is known.

    Returns
    -------
    status
        The stage, and whether it is assumed from the expected year.

    Examples
    --------
    >>> status_on(last_day("2028"), today="construction", started="2022", opened="",
    ...           expected=2027, as_of=last_day("2026-11-23"))
    Status(stage='open', assumed=True)
    """
    if today == "open" and (not opened or last_day(opened) <= date or date >= as_of):
        return Status("open", assumed=False)
    if date > as_of and expected is not None and dt.date(expected, 12, 31) <= date:
        return Status("open", assumed=True)
    if started:
        begun = last_day(started) <= date
        return Status("construction" if begun else "planned", assumed=False)
    if date >= as_of or today == "planned":
        return Status(today, assumed=False)
    return Status("unknown", assumed=False)


def parse_date(text: str | float | dt.date | np.datetime64 | None) -> dt.date:
    """
    Return the date meant by an argument.

    Parameters
    ----------
    text
        A year (its 31 December; also a whole float, as pandas makes of years), a date, or None
        for the present day. A datetime, pandas.Timestamp or numpy.datetime64 means its day, and
        a numpy.datetime64 of a year or month the last one.

    Returns
    -------
    date
        The date.

    Raises
    ------
    BadInputError
        When it is neither a year nor a date, such as NaT, NaN or True.

    Examples
    --------
    >>> parse_date(2027)
    datetime.date(2027, 12, 31)
    >>> parse_date(dt.datetime(2027, 1, 1, 23, 59))
    datetime.date(2027, 1, 1)
    """
    if text is None:
        return dt.datetime.now().astimezone().date()
    plain = str(text)
    if isinstance(text, dt.datetime | np.datetime64):  # NaT too, which then is no date
        plain = plain[:10]
    elif isinstance(text, dt.date):
        return text
    elif isinstance(text, numbers.Real) and not isinstance(text, bool):
        whole = float(text).is_integer()
        plain = f"{float(text):.0f}" if whole else plain
    try:
        return last_day(plain)
    except ValueError as error:
        raise BadInputError(
            "year {value}: {expected}", value=shown(repr(text)), expected=error.args[0]
        ) from None
