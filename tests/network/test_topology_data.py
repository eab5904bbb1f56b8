"""What the findings about topology say of the region that comes with the package."""

from __future__ import annotations

import re
from datetime import date

import pytest

import geo
from geo.network.topology import crossings_without_junction, dead_ends, topology_findings


def test_the_findings_lie_in_the_frame(drawn):
    west, south, east, north = drawn.catalogue.region.frame
    for day in (date(1990, 1, 1), date(2010, 1, 1), drawn.catalogue.region.as_of):
        found = topology_findings(drawn, day)
        assert {f.code for f in found} <= {
            "dead-end", "gap", "crosses-without-junction", "near-miss", "same-place",
            "slower-track", "ends-at-ring",
        }  # fmt: skip
        assert {f.severity for f in found} <= {"warning", "info"}
        for f in found:
            assert west <= f.lon <= east
            assert south <= f.lat <= north
            assert f.route_id in drawn.catalogue.route
            assert f.row > 1
            assert f.file in {"tables/places.csv", "tables/routes.csv", "tables/sections.csv"}


def test_dead_ends_of_the_data(drawn):
    as_of = drawn.catalogue.region.as_of
    ends = dead_ends(drawn, as_of).set_index("place_id")
    assert not ends.index.duplicated().any()
    rings = {r.route_id for r in drawn.catalogue.routes if r.group == "ring"}
    assert rings
    assert not rings & set(ends["route_id"])
    assert "kailiang" not in set(ends["route_id"])
    assert ends["reason_en"].all()
    assert ends["reason_zh"].all()
    assert ends["class"]["haizishan"] == "continues"
    assert ends["continuation"]["haizishan"] == "jiuma-3"
    assert ends["expected"]["haizishan"] == 2027
    assert ends["class"]["shangwuji-border"] == "continues"
    assert ends["class"]["chongxihe"] == "study-border"
    assert "Guizhou" in ends["reason_en"]["chongxihe"]
    assert ends["class"]["pengzhou-station"] == "terminus"
    later = dead_ends(drawn, date(2027, 12, 31)).set_index("place_id")
    assert "haizishan" not in later.index


def test_the_ends_are_the_nodes_of_degree_one(drawn):
    day = drawn.catalogue.region.as_of
    ends = dead_ends(drawn, day)
    for mode in ("road", "rail", "water"):
        degree = geo.build_network(drawn, year=day, mode=mode).graph.degree()
        wanted = {node for node, d in degree if d == 1}
        assert set(ends.loc[ends["mode"] == mode, "place_id"]) == wanted


def test_shared_places_are_no_crossings(drawn):
    day = drawn.catalogue.region.as_of
    found = crossings_without_junction(drawn, day)
    assert (found["route_id"] < found["other_route"]).all()
    modes = {r.route_id: r.mode for r in drawn.catalogue.routes}
    assert all(modes[a] == modes[b] for a, b in zip(found["route_id"], found["other_route"], strict=True))  # fmt: skip


@pytest.mark.long
def test_tracks_whose_owner_is_slower(cat, drawn):
    """Four records of 0.1.0 made travel slower in a year in which lines opened; none does now."""
    found = topology_findings(drawn, cat.region.as_of)
    slower = [finding for finding in found if finding.code == "slower-track"]
    assert {re.search(r"\(([a-z0-9-]+)\) runs on", finding.message)[1] for finding in slower} == {
        "baguangyu-yuguang-1b", "chengmian-second-1", "yuchang-second-1", "yuchang-second-3",
        "dacheng-railway-3",
    }  # fmt: skip
    assert {finding.severity for finding in slower} == {"info"}
