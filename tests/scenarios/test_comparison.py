"""Scenarios, corridors and calibration on hand-computed and published answers."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest
import toy

import geo
from geo.cli.main import main
from geo.connectivity.calibration import calibrate_times, calibration_summary
from geo.connectivity.cuts import minimum_cut
from geo.layers.status import open_sections
from geo.scenarios.alternatives import with_projects
from geo.scenarios.comparison import (
    added_alone,
    compare_cities,
    compare_stats,
    nearness,
    project_benefits,
    project_effects,
    times,
)
from geo.scenarios.corridor import city_pair_profile, corridor_profile

NOW, SOON = date(2026, 11, 23), date(2027, 12, 31)


@pytest.fixture(scope="module")
def fit(drawn):
    return calibrate_times(drawn)


def test_computed_times_fit_the_published_ones(fit):
    found = calibration_summary(fit)
    assert found["pairs"] >= 30
    assert found["median_error"] <= 0.08
    assert found["within_20_percent"] >= 0.90


def test_what_does_not_count_has_a_reason_and_what_is_far_off_a_note(fit):
    assert (fit.loc[fit["mode"] == "road", "reason"] != "").all()
    far = fit[(fit["reason"] == "") & (fit["error"].abs() > 0.2)]
    assert (far["notes"] != "").all()


def test_the_cores_from_station_to_station(fit):
    rows = fit.set_index(["from_zh", "to_zh", "date"])["computed_min"]
    assert rows["成都东", "沙坪坝", "2020-12-24"] == pytest.approx(62, abs=6)
    assert rows["成都", "重庆北", "2027"] == pytest.approx(50, abs=5)


def test_nearness_by_hand():
    minutes = np.array([[0, 30, np.inf], [30, 0, 60], [np.inf, 60, 0]])
    people = np.array([2.0, 1.0, 1.0])
    # pairs: 2*1/30, 2*1/inf, 1*1/60, both ways, over 2*(2 + 2 + 1)
    assert nearness(minutes, people) == pytest.approx(60 * 2 * (2 / 30 + 1 / 60) / 10)
    assert np.isnan(nearness(np.zeros((1, 1)), np.ones(1)))


def test_a_date_compared_with_itself_changes_nothing(drawn):
    table = compare_stats(drawn, NOW, NOW)
    assert (table["delta"].dropna() == 0).all()
    cities = compare_cities(drawn, NOW, NOW)
    assert (cities["mean_min_delta"].abs() < 1e-9).all()


def test_statistics_carry_the_links_across_the_border(drawn):
    table = compare_stats(drawn, date(2020, 12, 31), NOW)
    assert table.loc["road.links", ["before", "after"]].tolist() == [12, 17]
    assert table.loc["rail.links", "delta"] == 1
    assert (
        table.loc["mu", "after"]
        == table.loc["e", "after"] - table.loc["v", "after"] + table.loc["p", "after"]
    )


def test_new_lines_bring_cities_nearer_and_never_further(drawn):
    cities = compare_cities(drawn, NOW, SOON, mode="any").set_index("city_id")
    assert (cities["mean_min_delta"].dropna() <= 1e-9).all()
    assert (cities["people_120min_delta"] >= 0).all()
    assert cities.loc["dazhou", "mean_min_delta"] < -5
    assert cities["people_120min_delta"].sum() > 1e7


def test_projects_leave_nothing_over(drawn):
    table = project_benefits(drawn, NOW, SOON).set_index("project_id")
    assert {"chengyu-middle", "chengdawan"} <= set(table.index)
    assert (table[["first_in_percent", "last_in_percent"]] >= -1e-9).all().all()
    named = table.loc[["chengyu-middle", "chengdawan"]]
    assert (named["last_in_percent"] > 1).all()


def test_first_in_and_last_in_of_two_lines_that_replace_each_other(tmp_path):
    """A slow way of 30 min; x of 18 and y of 22 min beside it: only x is worth anything."""
    nodes = {"a": (0, 0), "b": (200, 0), "c": (100, 60), "d": (100, -60)}
    edges = {"ab": 400, "ac": 130, "cb": 130, "ad": 140, "db": 140}
    folder = toy.region(tmp_path, nodes, edges, {"a": 1, "b": 1})
    rows = geo.load(folder).sections
    changed = []
    for row in rows:
        values = row.model_dump(by_alias=True)
        if row.route_id != "ab":
            values |= {"status": "construction", "opened": "", "expected": 2027}
        changed.append({key: "" if value is None else value for key, value in values.items()})
    toy.write(folder, "sections", changed)
    plan = {"name_zh": "x", "name_en": "x", "year": 2027, "change": "add"}
    toy.write(folder, "projects", [{"project_id": "x", "sections": "ac-1;cb-1", **plan},
                                   {"project_id": "y", "sections": "ad-1;db-1", **plan}])  # fmt: skip
    drawn = geo.build_layers(geo.load(folder))
    table = project_benefits(drawn, date(2026, 1, 1), date(2027, 12, 31), mode="road")
    value = table.set_index("project_id")[["first_in_percent", "last_in_percent"]]
    # minutes a-b at 51 km/h: 470.6 by ab, 305.9 by x, 329.4 by y
    assert value.loc["x"].tolist() == pytest.approx(
        [100 * (400 / 260 - 1), 100 * (400 / 260 - 400 / 280)]
    )
    assert value.loc["y"].tolist() == pytest.approx([100 * (400 / 280 - 1), 0])
    assert set(table["relation"]) == {"replaces"}


def test_what_each_named_line_changes_for_every_city(drawn, cat):
    named = [p for p in cat.projects if p.project_id in ("chengyu-middle", "chengdawan")]
    table = project_effects(drawn, added_alone(drawn, named, NOW), NOW)
    assert len(table) == 2 * len([c for c in cat.cities if not c.part_of])
    assert (table["mean_min_delta"].dropna() <= 1e-9).all()
    change = table.set_index(["project_id", "city_id"])["mean_min_delta"]
    assert change["chengdawan", "dazhou"] < change["chengyu-middle", "dazhou"] <= 0
    assert change["chengyu-middle", "dazu"] < -10


def test_closing_and_delaying(drawn, cat):
    project = next(p for p in cat.projects if p.project_id == "chengyu-middle")
    closed = with_projects(drawn, [project.model_copy(update={"change": "close"})], date=SOON)
    late = with_projects(
        drawn, [project.model_copy(update={"change": "delay", "year": 2030})], date=SOON
    )
    for state in (closed, late):
        assert not set(project.sections.split(";")) & set(open_sections(state, SOON).index)
    assert set(project.sections.split(";")) <= set(open_sections(drawn, SOON).index)
    slower, faster = times(closed, SOON, "rail"), times(drawn, SOON, "rail")
    assert (slower >= faster - 1e-9).all()


def test_widening_gives_the_road_its_lanes_and_speed(drawn):
    before, after = (
        open_sections(drawn, day).loc["chengyu-1"] for day in (NOW, date(2028, 12, 31))
    )
    assert (before["lanes"], after["lanes"]) == (4, 8)
    assert (before["design_speed_kmh"], after["design_speed_kmh"]) == (80, 100)


def test_the_sheet_of_a_route(drawn, cat):
    sheet = corridor_profile(drawn, cat.find_route("成达万高铁"), date=NOW)
    assert sheet["length_km"] == pytest.approx(486.4)
    assert sheet["open_share"] == pytest.approx(54 / 486.4)
    assert sheet["border"][0]["sides"]["重庆"]["county"] == "开州区"
    assert sheet["times"]["rail"]["complete_min"] < sheet["times"]["rail"]["now_min"]
    assert sheet["penalty_min"] > 0
    assert {gap["expected"] for gap in sheet["gaps"]} == {2027}
    assert all(source["title"] for source in sheet["sources"])


def test_every_corridor_of_the_catalogue_has_a_sheet(drawn, cat):
    for route in cat.routes:
        if route.group in ("named", "inter17") or route.route_id in (
            "wankaida",
            "chengyu-widening",
        ):
            sheet = corridor_profile(drawn, route, date=NOW)
            assert 0 <= sheet["open_share"] <= 1
            assert sheet["detour_index"] >= 1
            assert sheet["border"] or route.route_id in ("wankaida", "chengyu-widening")


def test_the_sheet_of_two_cities(drawn, cat):
    sheet = city_pair_profile(drawn, cat.find_city("万州"), cat.find_city("达州"), date=NOW)
    assert len(sheet["modes"]["road"]) >= 2
    assert all(way["detour_index"] > 1 for ways in sheet["modes"].values() for way in ways)
    assert sheet["times"]["rail"]["complete_min"] < sheet["times"]["rail"]["now_min"]
    assert sheet["modes"]["rail"][0]["names_zh"] == ["达万铁路"]
    assert sheet["modes"]["rail"][0]["tracks"] == 1
    assert sheet["modes"]["road"][0]["lanes"] == 4
    assert {gap["section_id"] for gap in sheet["gaps"]} == {
        "wankaida-1", "chengdawan-hsr-5", "chengdawan-hsr-6"}  # fmt: skip
    assert {"万州", "达州"} <= set(sheet["cities_served"])
    assert sheet["population_served"] < sum(city.population for city in cat.cities)
    assert sheet["assumed"] == []
    assert city_pair_profile(
        drawn, cat.find_city("万州"), cat.find_city("达州"), date=date(2030, 1, 1)
    )["assumed"]


@pytest.mark.parametrize("mode", ["road", "rail"])
def test_the_redundancy_of_two_cities_is_their_cut(mode, drawn, cat):
    pair = cat.find_city("万州"), cat.find_city("达州")
    found = city_pair_profile(drawn, *pair, date=NOW)["redundancy"][mode]
    net = geo.build_network(drawn, year=NOW, mode=mode, nodes="stops")
    wanted, _, _ = minimum_cut(net, cat, "万州", "达州")
    assert found["value"] == wanted.value == len(wanted.cut)


def test_cities_that_share_a_stop_cannot_be_parted(drawn, cat):
    sheet = city_pair_profile(drawn, cat.find_city("大足"), cat.find_city("荣昌"), date=NOW)
    reasons = [row for row in sheet["redundancy"].values() if row["value"] is None]
    assert all("no loss of links" in row["reason"] for row in reasons)
    assert reasons


def test_a_ring_has_no_ends(drawn, cat):
    sheet = corridor_profile(drawn, cat.find_route("chengdu-ring-1"), date=NOW)
    assert sheet["ends"] == []
    assert sheet["detour_index"] is None
    assert sheet["population_served"] > 20_000_000


@pytest.mark.parametrize(
    "names", [["成渝中线高铁"], ["成都", "重庆"], ["开江—渝中"], ["Chengdu", "Wanzhou"]]
)
def test_corridor_command(capsys, names):
    code = main(["corridor", *names, "--json", "--year", "2026-11-23"])
    out, err = capsys.readouterr()
    if names == ["开江—渝中"]:
        assert (code, out) == (2, "")
        assert "closest" in err
    else:
        assert code == 0
        assert json.loads(out)["date"] == "2026-11-23"


def test_compare_command(capsys):
    assert main(["compare", "2020", "2027", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["from"], found["to"]) == (2020, 2027)
    assert set(found["stats"]["beta"]) == {"before", "after", "delta"}
    assert found["cities"]
    assert found["projects"][0]["last_in_percent"] > 0
    assert main(["compare", "2020", "2021"]) == 0
    assert "statistic" in capsys.readouterr().out


def test_calibrate_command(capsys):
    assert main(["calibrate", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["pairs_compared"]) == len(geo.load().services)
    assert main(["calibrate"]) == 0
    assert "median error" in capsys.readouterr().out
