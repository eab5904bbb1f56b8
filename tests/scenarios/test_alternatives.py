"""Layers with other dates of opening: what opens, what closes, what keeps its date."""

from __future__ import annotations

from datetime import date

import pytest
import toy

import geo
from geo.catalogue import Project
from geo.layers import open_sections
from geo.scenarios.alternatives import section_ids, with_projects, with_sections

DAY = date(2027, 12, 31)


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """A line a–b–c–d: a–b open since 2000, b–c built and expected in 2028, c–d planned."""
    nodes = {"a": (0, 0), "b": (20, 0), "c": (40, 0), "d": (60, 0)}
    edges = {"ab": 20, "bc": 20, "cd": 20}
    folder = toy.region(tmp_path_factory.mktemp("line"), nodes, edges)
    building = {"opened": "", "started": "2024-05", "status": "construction", "expected": 2028}
    planned = {"opened": "", "status": "planned"}
    state = {"bc": building, "cd": planned}
    toy.edit(folder, "sections", lambda row: state.get(row["route_id"], {}))
    return geo.build_layers(geo.load(folder))


def project(change, year=2027, sections="bc-1;cd-1"):
    return Project(project_id="p", name="p", name_en="p", sections=sections, year=year,
                   change=change)  # fmt: skip


def test_sections_of_a_project():
    assert section_ids(project("add", sections="x;;y;")) == ["x", "y"]


def test_sections_that_open(layers):
    then = with_sections(layers, ["ab-1", "bc-1"], open_on=DAY)
    columns = ["status", "opened", "started"]
    assert then.sections.loc["ab-1", columns].tolist() == ["open", "2000", ""]
    assert then.sections.loc["bc-1", columns].tolist() == ["open", "2027-12-31", "2024-05"]
    assert then.sections.loc["cd-1", columns].tolist() == ["planned", "", ""]
    assert layers.sections.loc["bc-1", columns].tolist() == ["construction", "", "2024-05"]
    assert set(open_sections(then, DAY).index) == {"ab-1", "bc-1"}


def test_sections_open_on_the_day_and_not_before(layers):
    then = with_sections(layers, ["bc-1"], open_on=date(2025, 6, 30))
    assert set(open_sections(then, date(2025, 6, 29)).index) == {"ab-1"}
    assert set(open_sections(then, date(2025, 6, 30)).index) == {"ab-1", "bc-1"}


def test_a_section_expected_by_then_keeps_its_year(layers):
    then = with_sections(layers, ["bc-1"], open_on=date(2028, 12, 31))
    assert then.sections.loc["bc-1", ["status", "opened"]].tolist() == ["construction", ""]
    assert then.sections.loc["bc-1", "expected"] == 2028


def test_sections_that_never_open(layers):
    never = with_sections(layers, iter(["ab-1", "bc-1"]), open_on=None)
    for key in ("ab-1", "bc-1"):
        assert never.sections.loc[key, ["status", "opened", "started"]].tolist() == [
            "planned", "", ""]  # fmt: skip
    assert never.sections["expected"].isna().all()
    assert open_sections(never, date(2050, 1, 1)).empty
    assert layers.sections.loc["ab-1", "opened"] == "2000"


@pytest.mark.parametrize(
    ("change", "year", "done", "opens"),
    [
        ("add", 2027, True, True),
        ("add", 2040, True, True),  # done by the day asked for, whatever year is planned
        ("add", 2027, False, False),
        ("upgrade", 2027, True, True),
        ("upgrade", 2027, False, False),
        ("close", 2027, True, False),
        ("close", 2027, False, True),
        ("delay", 2026, True, True),
        ("delay", 2027, True, True),
        ("delay", 2028, True, False),
        ("delay", None, True, True),
        ("delay", 2026, False, False),
    ],
)
def test_what_a_project_opens_and_closes(layers, change, year, done, opens):
    then = with_projects(layers, [project(change, year)], date=DAY, done=done)
    assert set(open_sections(then, DAY).index) == {"ab-1"} | ({"bc-1", "cd-1"} if opens else set())


def test_projects_are_done_one_after_the_other(layers):
    one, two = project("add", sections="bc-1"), project("add", sections="cd-1")
    assert set(open_sections(with_projects(layers, [one, two], date=DAY), DAY).index) == {
        "ab-1", "bc-1", "cd-1"}  # fmt: skip
    closed = with_projects(layers, [one, one.model_copy(update={"change": "close"})], date=DAY)
    assert set(open_sections(closed, DAY).index) == {"ab-1"}
    assert with_projects(layers, [], date=DAY) is layers
