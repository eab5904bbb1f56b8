from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geo
from geo.catalogue.dates import last_day, parse_date, status_on
from geo.catalogue.vocabulary import STAGES
from geo.core import BadInputError

AS_OF = date(2026, 11, 23)
DAYS = st.dates(date(1950, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020", date(2020, 12, 31)),
        ("2021-02", date(2021, 2, 28)),
        ("2019-12-31", date(2019, 12, 31)),
    ],
)
def test_a_partial_date_means_its_last_day(text, day):
    assert last_day(text) == day == parse_date(text)


@pytest.mark.parametrize(
    "text", ["", "20", "2021-13", "2021-02-30", "2020/1/1", "2020-1-1", "2021-00"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match="expected"):
        last_day(text)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (2027, date(2027, 12, 31)),
        (2027.0, date(2027, 12, 31)),
        (np.int64(2027), date(2027, 12, 31)),
        (np.float32(2027), date(2027, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 1)),
        (datetime(2027, 1, 1, 23, 59), date(2027, 1, 1)),  # noqa: DTZ001
        (datetime(2027, 1, 1, 23, 59, tzinfo=UTC), date(2027, 1, 1)),
        (pd.Timestamp("2027-01-01"), date(2027, 1, 1)),
        (pd.Timestamp("2027-01-01 12:00", tz="Asia/Shanghai"), date(2027, 1, 1)),
        (np.datetime64("2027-01-01"), date(2027, 1, 1)),
        (np.datetime64("2027-01-01T10:00:00.000000001"), date(2027, 1, 1)),
        (np.datetime64("2027"), date(2027, 12, 31)),
        (np.datetime64("2027-02"), date(2027, 2, 28)),
        (pd.Period("2027-02"), date(2027, 2, 28)),
    ],
    ids=repr,
)
def test_whatever_names_a_day_is_that_day(value, day):
    found = parse_date(value)
    assert (found, type(found)) == (day, date)


@pytest.mark.parametrize(
    "value",
    [True, False, np.True_, 2027.5, 20, -2027, 1e300, float("nan"), float("inf"), pd.NaT, pd.NA,
     np.datetime64("NaT", "D"), [2027], "soon", "2027-01-01T00:00", b"2027"],
    ids=repr,
)  # fmt: skip
def test_what_names_no_day_is_refused_by_its_name(value):
    with pytest.raises(BadInputError, match=r"^year .*: expected a d") as refused:
        parse_date(value)
    assert len(str(refused.value).splitlines()) == 1


def test_networks_take_them_too(cat):
    crossings = [
        len(geo.border_crossings(cat, year=year, mode="water"))
        for year in (pd.Timestamp("2027-01-01"), datetime(2027, 1, 1, tzinfo=UTC), "2027-01-01")
    ]
    assert len(set(crossings)) == 1
    with pytest.raises(BadInputError, match=r"^year NaT: "):
        geo.build_network(cat, year=pd.NaT)


def on(day, today="construction", started="2022", opened="", expected=2027):
    return status_on(
        day, today=today, started=started, opened=opened, expected=expected, as_of=AS_OF
    )


def test_a_section_is_planned_then_built_then_open():
    assert on(date(2021, 6, 1)) == ("planned", False)
    assert on(date(2022, 12, 31)) == ("construction", False)
    assert on(AS_OF) == ("construction", False)
    assert on(date(2027, 12, 30)) == ("construction", False)
    assert on(date(2027, 12, 31)) == ("open", True)


def test_an_expectation_that_has_passed_by_the_day_of_the_data_opens_nothing():
    assert on(AS_OF, expected=2025).stage == "construction"


def test_an_open_section_of_unknown_opening_is_open_on_every_day():
    assert on(date(1960, 1, 1), today="open", started="", expected=None) == ("open", False)


@given(DAYS, DAYS, st.sampled_from(["open", "construction", "planned"]), st.booleans())
def test_a_section_never_goes_back(first, second, today, known):
    early, late = sorted((first, second))
    facts = {
        "today": today,
        "started": "" if today == "planned" else "2015",
        "opened": "2019" if today == "open" else "",
        "expected": 2030 if known and today != "open" else None,
    }
    before, after = (status_on(d, as_of=AS_OF, **facts).stage for d in (early, late))
    assert STAGES.index(after) <= STAGES.index(before)
