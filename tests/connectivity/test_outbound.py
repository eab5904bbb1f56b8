"""Links that leave a region by direction, and named groups of routes."""

from __future__ import annotations

import math
from datetime import date

import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import bend, change, layers_of, square

import geo
from geo.connectivity.outbound import (
    SECTORS,
    count_open_sectors,
    direction_findings,
    group_openness,
    links_by_sector,
    outbound_links,
)
from geo.core.errors import BadInputError

DAY = date(2026, 1, 1)
GROUPS = """
[[groups]]
id = "one"
name = "甲"
name_en = "One"
kind = "ring"
routes = ["ab", "abw", "ac"]
[[groups]]
id = "two"
name = "乙"
name_en = "Two"
kind = "radial"
"""


def add(folder, text):
    with (folder / "region.toml").open("a", encoding="utf-8") as file:
        file.write(text)


@pytest.fixture
def fan(tmp_path):
    nodes = {"a": (0, 0), "b": (300, 0), "c": (0, 198), "d": (-150, -150), "e": (300, 50),
             "f": (300, 90), "g": (60, -100)}  # fmt: skip
    toy.region(tmp_path, nodes, {"ab": 300, "ac": 198, "ad": 212, "abw": 300, "ef": 40, "ag": 500})
    change(tmp_path, "sections", "abw-1", status="planned", opened="", shares="ab-1")
    bend(tmp_path, "ag", (-60, -100), (-60, -300), (60, -300))
    square(tmp_path)
    return tmp_path


def test_links_leave_in_all_directions(fan):
    links = outbound_links(layers_of(fan), DAY)
    # a place inside the border, of a kind that says nothing, is no link; nor is what lies outside
    assert links[["route_id", "sector"]].to_numpy().tolist() == [
        ["ab", "E"], ["ag", "S"], ["ag", "S"]
    ]  # fmt: skip
    change(fan, "places", "c", kind="end")
    links = outbound_links(layers_of(fan), DAY).set_index("route_id")
    assert links["sector"]["ac"] == "N"
    assert links["sector_zh"]["ac"] == "北"
    assert links["bearing_deg"]["ab"] == pytest.approx(90, abs=0.1)
    assert links["place_id"]["ac"] == "c"
    assert links["neighbour_en"]["ab"] == "Next"
    assert links["opened"]["ab"] == "2000"


def test_stages_and_sectors(fan):
    change(fan, "places", "c", kind="end")
    change(fan, "sections", "ac-1", status="construction", opened="", expected=2028)
    drawn = layers_of(fan)
    now, later = outbound_links(drawn, DAY), outbound_links(drawn, date(2029, 1, 1))
    assert now.set_index("route_id")["stage"]["ac"] == "construction"
    assert now.set_index("route_id")["expected"]["ac"] == 2028
    assert (count_open_sectors(now), count_open_sectors(later)) == (2, 3)
    assert later.set_index("route_id")["assumed"]["ac"]
    assert count_open_sectors(outbound_links(drawn, date(1999, 1, 1))) == 0
    table = links_by_sector(now)
    assert list(table.index) == [name for name, _ in SECTORS]
    assert table["road"].to_dict() == {
        "N": 0, "NE": 0, "E": 1, "SE": 0, "S": 2, "SW": 0, "W": 0, "NW": 0
    }  # fmt: skip
    assert (table["all"] == table[["road", "rail", "water"]].sum(axis=1)).all()


def test_a_shared_track_is_one_link(fan):
    drawn = layers_of(fan)
    assert "abw" not in set(outbound_links(drawn, DAY)["route_id"])
    change(fan, "sections", "ab-1", status="construction", opened="", expected=2030)
    change(fan, "sections", "abw-1", status="open", opened=2000)
    links = outbound_links(layers_of(fan), DAY)
    assert "abw" in set(links["route_id"])
    assert "ab" not in set(links["route_id"])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 359).filter(lambda angle: 3 < (angle - 22.5) % 45 < 42))
def test_the_sector_is_that_of_the_bearing(tmp_path_factory, angle):
    turn = math.radians(angle)
    nodes = {"a": (0, 0), "b": (380 * math.sin(turn), 380 * math.cos(turn))}
    folder = toy.region(tmp_path_factory.mktemp("s"), nodes, {"ab": 380})
    square(folder)
    change(folder, "places", "b", kind="end")
    link = outbound_links(layers_of(folder), DAY).iloc[0]
    assert link["sector"] == SECTORS[round(angle / 45) % 8][0]
    assert abs((link["bearing_deg"] - angle + 180) % 360 - 180) < 1


def test_the_area_must_be_known(tmp_path):
    toy.region(tmp_path, {"a": (0, 0), "b": (300, 0)}, {"ab": 300})
    with pytest.raises(BadInputError, match="provinces or counties"):
        outbound_links(layers_of(tmp_path), DAY)


def test_a_region_nothing_leaves(tmp_path):
    toy.region(tmp_path, {"a": (0, 0), "b": (30, 0)}, {"ab": 30})
    square(tmp_path)
    links = outbound_links(layers_of(tmp_path), DAY)
    assert links.empty
    assert count_open_sectors(links) == 0


def test_groups_of_routes(fan):
    add(fan, GROUPS)
    change(fan, "sections", "ac-1", status="planned", opened="")
    groups = group_openness(layers_of(fan), DAY)
    one, two = groups.loc["one"], groups.loc["two"]
    assert (one["length_km"], one["open_km"]) == (498, 300)
    assert one["share_open"] == pytest.approx(300 / 498)
    assert one["stage"] == "partly open"
    assert (two["length_km"], two["stage"], bool(two["partial"])) == (0, "", True)
    assert math.isnan(two["share_open"])


def test_groups_are_validated(fan):
    add(fan, GROUPS.replace('"abw"', '"abx"'))
    with pytest.raises(BadInputError, match=r"group 'one'.*did you mean ab") as told:
        geo.load(fan)
    assert [problem.value for problem in told.value.problems] == ["abx"]
    add(fan, GROUPS)
    with pytest.raises(BadInputError, match="one, two stands twice"):
        geo.load(fan)


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ('["ab", "abw", "ac"]', '["ab", "ab"]', "every route once"),
        ('kind = "ring"', 'kind = "ring"\nregion = "moon"', "the id of a region"),
        ('kind = "ring"', 'kind = "star"', "groups.0.kind"),
    ],
)
def test_wrong_groups_are_told(fan, old, new, text):
    add(fan, GROUPS.replace(old, new))
    with pytest.raises(BadInputError, match=text):
        geo.load(fan)


def test_directions_without_an_exit_are_reported(fan):
    layers = geo.build_layers(geo.load(fan))
    links = outbound_links(layers, DAY)
    sectors = links_by_sector(links)
    empty = set(sectors.index[sectors["all"] == 0])
    found = direction_findings(layers, DAY)
    assert {finding.message.values["sector"] if "sector" in finding.message.values else
            finding.message.values["text"].values["sector"] for finding in found} == empty  # fmt: skip
    assert {finding.code for finding in found} <= {"no-exit"}
