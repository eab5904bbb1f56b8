from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.catalogue.dates import last_day, parse_date, status_on
from geo.catalogue.vocabulary import STAGES

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
