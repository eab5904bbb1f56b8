"""What `geo check` finds by itself: every kind planted in a small region, and not found before."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import toy

import geo
from geo.catalogue import TABLES
from geo.layers import layer_findings, open_sections, sourced_shares, speeds_on

NODES = {"a": (0, 0), "b": (40, 0), "c": (80, 0)}


def codes(folder):
    """Return the codes of the findings, with the id in the row they are about."""
    return {finding.code for finding in layer_findings(geo.build_layers(geo.load(folder)))}


@pytest.fixture
def railway(tmp_path):
    """A railway a-b-c in two sections that opened on different days, of 80 km."""
    toy.region(tmp_path, NODES, {"ac": 80}, {"a": 500, "c": 700}, mode="rail")
    toy.edit(tmp_path, "places", lambda row: {"kind": "station"})
    point = {"route_id": "ac", "source": ""}
    toy.write(tmp_path, "alignments", [
        point | {"seq": i, "place_id": key} for i, key in enumerate("abc", 1)
    ])  # fmt: skip
    section = {"route_id": "ac", "status": "open", "source": "toy", "confidence": "high"}
    toy.write(tmp_path, "sections", [
        section | {"section_id": "ac-1", "seq": 1, "name": "一", "from_place": "a", "to_place": "b",
                   "opened": "2001", "started": "1999", "design_speed_kmh": 200},
        section | {"section_id": "ac-2", "seq": 2, "name": "二", "from_place": "b", "to_place": "c",
                   "opened": "2006", "design_speed_kmh": 200},
    ])  # fmt: skip
    toy.write(tmp_path, "sources", [{"key": "toy", "title": "toy", "date": "2020"}])
    return tmp_path


def plant(table, **cells):
    """Return a change of every row of a table."""
    return lambda folder: toy.edit(folder, table, lambda row: cells)


def move_station(folder):
    """Put the middle station 12 km beside the line of the others."""
    toy.edit(folder, "places", lambda row: {"lat": 0.36} if row["place_id"] == "b" else {})
    toy.edit(folder, "places", lambda row: {"lon": 0.10} if row["place_id"] == "c" else {})


def people(folder):
    toy.write(folder, "zones", [
        {"zone_id": key, "name": key, "name_en": key, "city_id": "a", "region": "toy", "lon": 0,
         "lat": 0, "population": 200, "source": "toy"} for key in "xy"
    ])  # fmt: skip


PLANTED = {
    "one-date": plant("sections", opened="2006", started=""),
    "speed-above-class": plant("sections", operating_speed_kmh=600 - 150),
    "station-off-line": move_station,
    "population-sum": people,
    "source-undated": plant("sources", date=""),
}


@pytest.mark.parametrize("code", PLANTED)
def test_what_is_planted_is_found(railway, code):
    assert code not in codes(railway)
    PLANTED[code](railway)
    assert code in codes(railway)


def test_the_sum_of_the_zones_may_be_right(railway):
    people(railway)
    toy.edit(railway, "zones", lambda row: {"population": 250})
    assert "population-sum" not in codes(railway)


def test_shares_that_are_sourced(railway):
    """Of 80 km 40 rest on recollection; of the sections since 2005 none has a start."""
    toy.write(railway, "sources", [{"key": k, "title": k} for k in ("toy", "recalled")])
    toy.edit(railway, "sections", lambda row: {"source": "recalled"} if row["seq"] == "2" else {})
    found = sourced_shares(geo.build_layers(geo.load(railway)))
    assert found["opened"] == pytest.approx(0.5, abs=1e-6)
    assert found["speed"] == pytest.approx(0.5, abs=1e-6)
    assert found["started"] == 0


def test_a_speed_holds_in_its_period(railway):
    """300 until 2020-12-24, then 350: on the day itself the new one."""
    known = {"section_id": "ac-1", "source": "toy", "confidence": "high"}
    toy.write(railway, "speeds_by_period", [
        known | {"from_date": "2020-12-24", "operating_speed_kmh": 350},
        known | {"to_date": "2020-12-24", "operating_speed_kmh": 300},
    ])  # fmt: skip
    layers = geo.build_layers(geo.load(railway))
    day = dt.date(2020, 12, 24)
    before = day - dt.timedelta(1)
    assert [speeds_on(layers, d) for d in (before, day)] == [{"ac-1": 300.0}, {"ac-1": 350.0}]
    speeds = open_sections(layers, before)["operating_speed_kmh"]
    assert speeds["ac-1"] == 300
    assert speeds.isna()["ac-2"]
    minutes = [
        geo.build_network(layers, year=d).edges.set_index("section_id")["time_min"]["ac-1"]
        for d in (before, day)
    ]
    assert minutes[0] > minutes[1]


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("zones", {"zone_id": "1", "name": "n", "name_en": "n", "city_id": "nowhere",
                   "region": "toy", "lon": 0, "lat": 0, "population": 1}, "city_id"),
        ("zones", {"zone_id": "1", "name": "n", "name_en": "n", "region": "elsewhere", "lon": 0,
                   "lat": 0, "population": 1}, "region"),
        ("train_services", {"section_id": "ac-9", "class": "emu", "confidence": "low"},
         "section_id"),
        ("train_services", {"section_id": "ac-1", "class": "tram", "confidence": "low"}, "class"),
        ("through_running", {"place_id": "q", "route_a": "ac", "route_b": "ac"}, "place_id"),
        ("speeds_by_period", {"section_id": "ac-1", "operating_speed_kmh": 300, "from_date": "2020",
                              "to_date": "2019", "confidence": "low"}, "to_date"),
    ],
)  # fmt: skip
def test_rows_of_the_new_tables_are_checked(railway, table, row, column):
    toy.write(railway, table, [row | {"source": "toy"}])
    with pytest.raises(geo.core.BadInputError) as error:
        geo.load(railway)
    assert f"tables/{table}.csv:2 {column}" in str(error.value)


def test_tables_that_a_region_may_do_without(railway):
    for table in ("zones", "train_services", "through_running", "speeds_by_period", "projects"):
        (railway / "tables" / f"{table}.csv").unlink(missing_ok=True)
    catalogue = geo.load(railway)
    assert catalogue.zones == catalogue.projects == ()
    assert "zones" in TABLES


def test_a_region_too_wide_for_one_projection_says_so(tmp_path):
    # Lambert's projection stretches by 1 / cos(c / 2) at an angle c: 1 % at 16.1 degrees.
    wide = {"a": (0, 0), "b": (14 * toy.KM_LON, 0), "c": (17 * toy.KM_LON, 0)}
    for ends, found in (("ab", False), ("ac", True)):
        toy.region(tmp_path, {key: wide[key] for key in ends}, {ends: 1000})
        text = (tmp_path / "region.toml").read_text("utf-8")
        frame = "frame = [-180.0, -90.0, 180.0, 90.0]"
        (tmp_path / "region.toml").write_text(re.sub("frame = .*", frame, text), "utf-8")
        toy.edit(tmp_path, "places", lambda row: {"lon": str(2 * float(row["lon"]))})
        findings = layer_findings(geo.build_layers(geo.load(tmp_path)))
        distorted = [finding for finding in findings if finding.code == "distorted"]
        assert bool(distorted) == found
    assert "wrong by 1.1%" in distorted[0].message
