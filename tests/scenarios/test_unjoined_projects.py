"""A planned line that crosses another without a place in common brings nothing, and says why."""

from __future__ import annotations

import json
from datetime import date

import pytest
import toy

import geo
from geo.cli.main import main
from geo.maps import PAGES
from geo.scenarios import project_benefits

DATES = date(2026, 12, 31), date(2031, 12, 31)
NOTE = "not joined to the network: crosses ab without a shared place"
#: A road of 60 km from a to b, by way of m; c and d lie south and north of m.
NODES = {"a": (-30, 0), "m": (0, 0), "b": (30, 0), "c": (0, -20), "d": (0, 20)}


def region(folder, planned="cd", people="ab", *, through_m=False):
    """Write the road and a planned one, through m or across it; all people live at some places."""
    edges = {"am": 30, "mb": 30} if through_m else {"ab": 60}
    pieces = ["cm", "md"] if through_m else [planned]
    toy.region(folder, NODES, edges | dict.fromkeys(pieces, 40), dict.fromkeys(people, 10))
    later = {"status": "planned", "opened": "", "started": "", "expected": "2030"}
    for piece in pieces:
        toy.change(folder, "sections", f"{piece}-1", **later)
    toy.write(folder, "projects", [
        {"project_id": "plan", "name": "规划", "name_en": "Plan", "year": 2030, "change": "add",
         "sections": ";".join(f"{piece}-1" for piece in pieces)},
    ])  # fmt: skip
    return folder


def row(folder):
    (found,) = project_benefits(toy.layers_of(folder), *DATES).to_dict("records")
    return found


def test_a_line_across_another_says_that_it_is_not_joined(tmp_path):
    found = row(region(tmp_path, "dc"))
    assert (found["crosses"], found["note"]) == ("ab", NOTE)
    assert max(abs(found["first_in_percent"]), abs(found["last_in_percent"])) < 1e-3


def test_a_line_through_a_place_of_both_is_joined(tmp_path):
    """It brings nothing to a and b either, for another reason."""
    found = row(region(tmp_path, through_m=True))
    assert found["first_in_percent"] == pytest.approx(0)
    assert (found["crosses"], found["note"]) == ("", "")


def test_a_line_that_begins_on_the_network_is_joined(tmp_path):
    found = row(region(tmp_path, "ac"))
    assert (found["crosses"], found["note"]) == ("", "")


def test_a_line_that_brings_something_needs_no_reason(tmp_path):
    found = row(region(tmp_path, people="abcd"))
    assert found["first_in_percent"] > 0
    assert (found["crosses"], found["note"]) == ("", "")


def test_another_mode_joins_nothing_and_is_not_crossed(tmp_path):
    folder = region(tmp_path)
    toy.change(folder, "routes", "cd", mode="rail", **{"class": "hsr"})
    assert row(folder)["note"] == ""


def test_without_projects_there_is_nothing_to_say(tmp_path):
    folder = region(tmp_path)
    toy.write(folder, "projects", [])
    table = project_benefits(toy.layers_of(folder), *DATES)
    assert {"crosses", "note"} <= set(table)
    assert table.empty


@pytest.mark.parametrize(
    ("language", "text"), [("en", NOTE), ("zh", "未接入路网：与ab相交，但没有共用节点")]
)
def test_the_command_says_it_beside_the_project(tmp_path, capsys, language, text):
    data = ["--data", str(region(tmp_path / "r"))]
    assert main(["compare", "2026", "2031", *data, "--lang", language]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "规划" in line)
    assert line.endswith(text)
    assert main(["compare", "2026", "2031", *data, "--json"]) == 0
    (project,) = json.loads(capsys.readouterr().out)["projects"]
    assert (project["crosses"], project["note"]) == ("ab", NOTE)


def test_a_joined_project_has_no_such_column(tmp_path, capsys):
    data = ["--data", str(region(tmp_path / "r", through_m=True))]
    assert main(["compare", "2026", "2031", *data]) == 0
    assert "note" not in capsys.readouterr().out


def test_the_page_says_it(tmp_path):
    layers = geo.build_layers(geo.load(region(tmp_path)))
    html = PAGES["compare"](layers, date=DATES[0])
    assert NOTE in html
    assert "未接入路网：与ab相交，但没有共用节点" in html
