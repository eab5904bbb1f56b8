"""What a result takes as open by its expected year is said, in text and in JSON."""

from __future__ import annotations

import json

import pytest
import small_region
import toy

from geo.cli.main import main

LINE = "{date}: assumed to be open by their expected year ({count}): {sections}"
COMMANDS = ["od aa cc", "matrix", "access", "critical", "critical --routes", "cut 西省 东省",
            "corridor aa cc", "corridor north", "disrupt --at 0.5,0 --km 2", "disrupt --grid 40",
            "routes", "crossings", "openness", "stats",
            "export csv --out {out}", "map network --out {out}", "matrix --out {out}.csv"]  # fmt: skip


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    """The two provinces, with one road and one railway section still to come."""
    folder = small_region.write(tmp_path_factory.mktemp("assumed") / "region")
    later = {"status": "construction", "started": "2025", "opened": ""}
    toy.change(folder, "sections", "north-2", **later, expected="2028")
    toy.change(folder, "sections", "fast-2", **later, expected="2030")
    return folder


def run(capsys, folder, *arguments):
    assert main([*arguments, "--data", str(folder)]) == 0
    return capsys.readouterr().out


def said(text):
    return [line for line in text.splitlines() if "assumed to be open" in line]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("year", "sections"), [("2026", []), ("2029", ["north-2"]), ("2030", ["north-2", "fast-2"])]
)
def test_every_command_says_it(capsys, region, tmp_path, command, year, sections):
    arguments = [*command.format(out=tmp_path / "out").split(), "--year", year]
    lines = said(run(capsys, region, *arguments))
    assert len(lines) == bool(sections)
    for line in lines:
        assert line.startswith(f"{year}-12-31: ")
        assert set(line.rpartition(": ")[2].split(", ")) == set(sections)
    assert set(json.loads(run(capsys, region, *arguments, "--json"))["assumed"]) == set(sections)


@pytest.mark.parametrize("command", ["matrix", "stats", "critical", "crossings", "routes"])
def test_of_one_mode_alone(capsys, region, command):
    asked = [command, "--mode", "rail", "--year", "2030"]
    assert json.loads(run(capsys, region, *asked, "--json"))["assumed"] == ["fast-2"]
    line = LINE.format(date="2030-12-31", count=1, sections="fast-2")
    assert said(run(capsys, region, *asked)) == [line]


def test_of_the_routes_listed_alone(capsys, region):
    shown = run(capsys, region, "routes", "--group", "expansion", "--year", "2030")
    assert said(shown) == []


def test_of_both_dates(capsys, region):
    found = json.loads(run(capsys, region, "compare", "2028", "2030", "--json"))
    assert (found["assumed_from"], set(found["assumed_to"])) == (
        ["north-2"],
        {"north-2", "fast-2"},
    )
    assert set(found["assumed"]) == {"north-2", "fast-2"}
    lines = said(run(capsys, region, "compare", "2028", "2030"))
    assert [line[:10] for line in lines] == ["2028-12-31", "2030-12-31"]
    assert len(said(run(capsys, region, "compare", "2020", "2028"))) == 1


def test_a_build_says_it(capsys, region, tmp_path):
    shown = run(capsys, region, "build", "--out", str(tmp_path / "maps"), "--year", "2028")
    assert said(shown) == [LINE.format(date="2028-12-31", count=1, sections="north-2")]


def test_a_line_names_some_and_counts_all(capsys, tmp_path):
    names = [f"a{letter}" for letter in "bcdefghijkl"]
    nodes = {"a": (0, 0)} | {name[1]: (10 + i, 5 * i) for i, name in enumerate(names)}
    folder = toy.region(tmp_path, nodes, dict.fromkeys(names, 60), mode="road", opened="",
                        status="planned", expected="2028")  # fmt: skip
    (line,) = said(run(capsys, folder, "stats", "--year", "2028"))
    assert line.startswith(
        "2028-12-31: assumed to be open by their expected year (11): ab-1, ac-1"
    )
    assert line.endswith(", ai-1, …")
    assert (
        len(json.loads(run(capsys, folder, "stats", "--year", "2028", "--json"))["assumed"]) == 11
    )
