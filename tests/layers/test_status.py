"""Status by date: the table of codes, the computation shared by all, and what follows from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import toy

import geo
from geo.catalogue import (
    ASSUMED,
    CODE_OF_STATUS,
    NOT_BEGUN,
    OPEN_CODES,
    STAGE,
    STAGES,
    STATUS_CODES,
)
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
    planned = "n" if date < as_of else "p"
    if section.started:
        return "c" if end_of(section.started) <= date else planned
    if section.status == "planned":
        return planned
    return "c" if date >= as_of else "u"


@pytest.mark.parametrize("date", DATES, ids=str)
def test_the_status_of_every_section_follows_from_its_row(drawn, date):
    as_of = drawn.catalogue.region.as_of
    expected = {s.section_id: code(s, date, as_of) for s in drawn.catalogue.sections}
    assert stages_by_year(drawn, [date]) == expected
    frame = sections_on(drawn, date)
    found = [CODE_OF_STATUS[pair] for pair in zip(frame["stage"], frame["assumed"], strict=True)]
    assert found == [letter.replace("n", "p") for letter in expected.values()]
    assert list(frame.index) == list(expected)


def test_codes_mean_every_stage_once_and_one_assumption():
    assert "".join(STATUS_CODES) == "oacupn"
    stages = [c.stage for key, c in STATUS_CODES.items() if not c.assumed and key != "n"]
    assert stages == list(STAGES)
    assert {"o", "a"} == OPEN_CODES
    for key, (stage, assumed, label) in STATUS_CODES.items():
        assert CODE_OF_STATUS[stage, assumed] == key.replace("n", "p")
        assert label == (ASSUMED if assumed else NOT_BEGUN if key == "n" else STAGE[stage])


def test_a_start_that_nobody_knows_is_unknown_before_it_opens(tmp_path):
    """Never "not begun": that needs a known start, or a line that is planned today."""
    toy.region(tmp_path, {"a": (0, 0), "b": (9, 0)}, {"ab": 9}, opened="2010", status="open")
    layers = geo.build_layers(geo.load(tmp_path))
    dates = [dt.date(2005, 1, 1), dt.date(2010, 12, 30), dt.date(2010, 12, 31)]
    assert stages_by_year(layers, dates) == {"ab-1": "uuo"}
    assert sections_on(layers, dates[0])["stage"].tolist() == ["unknown"]
    assert geo.catalogue.status_on(
        dates[0], today="planned", started="", opened="", expected=2030, as_of=DATES[2]
    ) == ("planned", False)


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


def test_an_edit_in_place_is_not_missed_either(drawn):
    section, date = "chengyu-middle-hsr-1", DATES[2]
    changed = replace(drawn, sections=drawn.sections.copy())
    assert section not in open_sections(changed, date).index
    changed.sections.loc[section, ["status", "opened"]] = ["open", "2026-01"]
    assert section in open_sections(changed, date).index
