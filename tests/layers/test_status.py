"""Status by date: the table of codes, the computation shared by all, and what follows from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from geo.catalogue import ASSUMED, CODE_OF_STATUS, OPEN_CODES, STAGE, STAGES, STATUS_CODES
from geo.layers import open_sections, sections_on, stages_by_year, status, years_of

DATES = [dt.date(1999, 12, 31), dt.date(2020, 6, 30), dt.date(2026, 11, 23), dt.date(2031, 1, 1)]


def end_of(text):
    """Return the last day of a partial date, by counting days."""
    if not text:
        return dt.date.max
    lengths = {4: "{}-12-31", 10: "{}"}
    if len(text) in lengths:
        return dt.date.fromisoformat(lengths[len(text)].format(text))
    date = dt.date.fromisoformat(f"{text}-28")
    while (date + dt.timedelta(1)).month == date.month:
        date += dt.timedelta(1)
    return date


def code(section, date, as_of):
    """Return the letter of a section, as the documentation words the rule."""
    known_open = section.status == "open"
    if known_open and (not section.opened or date >= min(end_of(section.opened), as_of)):
        return "o"
    if date > as_of and section.expected and date >= dt.date(section.expected, 12, 31):
        return "a"
    begun = section.status == "construction" and date >= as_of
    return "c" if begun or end_of(section.started) <= date else "p"


@pytest.mark.parametrize("date", DATES, ids=str)
def test_the_status_of_every_section_follows_from_its_row(drawn, date):
    as_of = drawn.catalogue.region.as_of
    expected = {s.section_id: code(s, date, as_of) for s in drawn.catalogue.sections}
    assert stages_by_year(drawn, [date]) == expected
    frame = sections_on(drawn, date)
    found = [CODE_OF_STATUS[pair] for pair in zip(frame["stage"], frame["assumed"], strict=True)]
    assert found == list(expected.values())
    assert list(frame.index) == list(expected)


def test_codes_mean_every_stage_once_and_one_assumption():
    assert "".join(STATUS_CODES) == "oacp"
    assert [c.stage for c in STATUS_CODES.values() if not c.assumed] == list(STAGES)
    assert {"o", "a"} == OPEN_CODES
    for key, (stage, assumed, label) in STATUS_CODES.items():
        assert CODE_OF_STATUS[stage, assumed] == key
        assert label == (ASSUMED if assumed else STAGE[stage])


def test_a_status_is_computed_once_for_layers_and_date(drawn, monkeypatch):
    days, calls = years_of(drawn, DATES[2]), []
    stages_by_year(drawn, days.values())
    monkeypatch.setattr(status, "status_on", lambda *a, **k: calls.append(a))
    letters = stages_by_year(drawn, days.values())
    for date in days.values():
        sections_on(drawn, date)
        open_sections(drawn, date)
    assert calls == []
    assert {len(row) for row in letters.values()} == {len(days)}


def test_another_row_has_another_status(drawn):
    """What is kept belongs to the rows, not to the object: edits are never missed."""
    section, date = "chengyu-middle-hsr-1", DATES[2]
    assert stages_by_year(drawn, [date])[section] == "c"
    changed = replace(drawn, sections=drawn.sections.copy())
    changed.sections.loc[section, ["status", "opened"]] = ["open", "2026-01"]
    assert stages_by_year(changed, [date])[section] == "o"
    assert stages_by_year(drawn, [date])[section] == "c"
