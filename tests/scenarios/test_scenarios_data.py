"""Scenarios of the region that comes with the package: published figures, and what must hold."""

from __future__ import annotations

import json
from datetime import date

import pytest

import geo
from geo.cli.main import main
from geo.connectivity import minimum_cut
from geo.layers import open_sections
from geo.scenarios import (
    city_pair_profile,
    compare_cities,
    corridor_profile,
    project_benefits,
    travel_times_on,
    with_projects,
)
from geo.scenarios.alternatives import section_ids
from geo.scenarios.comparison import compare_indices

NOW, SOON = date(2026, 11, 23), date(2027, 12, 31)


def test_a_line_of_the_catalogue_closed_or_delayed(drawn, cat):
    line = next(p for p in cat.projects if p.project_id == "chengyu-middle")
    closed = with_projects(drawn, [line.model_copy(update={"change": "close"})], date=SOON)
    late = line.model_copy(update={"change": "delay", "year": 2030})
    for state in (closed, with_projects(drawn, [late], date=SOON)):
        assert not set(section_ids(line)) & set(open_sections(state, SOON).index)
    assert set(section_ids(line)) <= set(open_sections(drawn, SOON).index)
    slower, faster = (travel_times_on(layers, SOON, "rail").cities for layers in (closed, drawn))
    assert (slower >= faster - 1e-9).all()
    assert (slower > faster + 1).any()


def test_a_date_compared_with_itself_changes_nothing(drawn):
    table = compare_indices((drawn, NOW), (drawn, NOW))
    assert (table["delta"].dropna() == 0).all()
    cities = compare_cities(drawn, NOW, NOW)
    assert (cities["mean_min_delta"].abs() < 1e-9).all()


def test_statistics_carry_the_links_across_the_border(drawn):
    table = compare_indices((drawn, date(2020, 12, 31)), (drawn, NOW))
    assert table.loc["road.links", ["before", "after"]].tolist() == [12, 18]
    assert table.loc["rail.links", "delta"] == 1
    for key in ("before", "after"):
        v, e, p, mu = table.loc[["v", "e", "p", "mu"], key]
        assert mu == e - v + p


def test_new_lines_bring_cities_nearer_and_never_further(drawn):
    cities = compare_cities(drawn, NOW, SOON, mode="any").set_index("city_id")
    assert (cities["mean_min_delta"].dropna() <= 1e-9).all()
    assert (cities["people_120min_delta"] >= 0).all()
    assert cities.loc["dazhou", "mean_min_delta"] < -5
    assert cities["people_120min_delta"].sum() > 1e7


@pytest.mark.long
def test_projects_of_the_catalogue_leave_nothing_over(drawn):
    table = project_benefits(drawn, NOW, SOON).set_index("project_id")
    assert {"chengyu-middle", "chengdawan"} <= set(table.index)
    assert (table[["first_in_percent", "last_in_percent"]] >= -1e-9).all().all()
    named = table.loc[["chengyu-middle", "chengdawan"]]
    assert (named["last_in_percent"] > 1).all()


def test_widening_gives_the_road_its_lanes_and_speed(drawn):
    before, after = (
        open_sections(drawn, day).loc["chengyu-1"] for day in (NOW, date(2028, 12, 31))
    )
    assert (before["lanes"], after["lanes"]) == (4, 8)
    assert (before["design_speed_kmh"], after["design_speed_kmh"]) == (80, 100)


def test_the_profile_of_a_route_of_the_catalogue(drawn, cat):
    sheet = corridor_profile(drawn, cat.find_route("成达万高铁"), date=NOW)
    assert sheet["length_km"] == pytest.approx(486.4)
    assert sheet["open_share"] == pytest.approx(54 / 486.4)
    assert sheet["border"][0]["sides"]["重庆"]["county"] == "开州区"
    assert sheet["times"]["rail"]["complete_min"] < sheet["times"]["rail"]["now_min"]
    assert sheet["penalty_min"] > 0
    assert {gap["expected"] for gap in sheet["gaps"]} == {2027}
    assert all(source["title"] for source in sheet["sources"])


@pytest.mark.long
def test_corridors_of_every_kind_have_a_profile(drawn, cat):
    inside = ("wankaida", "chengyu-widening")
    main = [route for route in cat.routes if route.group in ("named", "inter17")]
    kinds = {(route.group, route.class_): route for route in main}
    for route in [*kinds.values(), *(cat.route[key] for key in inside)]:
        sheet = corridor_profile(drawn, route, date=NOW)
        assert 0 <= sheet["open_share"] <= 1
        assert sheet["detour_index"] >= 1
        assert sheet["border"] or route.route_id in inside


def test_the_profile_of_two_cities(drawn, cat):
    sheet = city_pair_profile(drawn, cat.find_city("万州"), cat.find_city("达州"), date=NOW)
    assert len(sheet["modes"]["road"]) >= 2
    assert all(way["detour_index"] > 1 for ways in sheet["modes"].values() for way in ways)
    assert sheet["times"]["rail"]["complete_min"] < sheet["times"]["rail"]["now_min"]
    # the few trains of the single track, with or without 渝万 as far as 梁平
    ways = {tuple(way["names_zh"]): way["tracks"] for way in sheet["modes"]["rail"]}
    assert ways["达万铁路",] == ways["渝万城际铁路", "达万铁路"] == 1
    assert sheet["modes"]["road"][0]["lanes"] == 4
    assert {gap["section_id"] for gap in sheet["gaps"]} == {
        "wankaida-1", "chengdawan-hsr-5", "chengdawan-hsr-6"}  # fmt: skip
    assert {"万州", "达州"} <= set(sheet["cities_served"])
    assert sheet["population_served"] < sum(city.population for city in cat.cities)
    assert sheet["assumed"] == []


@pytest.mark.parametrize("mode", ["road", "rail"])
def test_the_redundancy_of_two_cities_is_their_cut(mode, drawn, cat):
    pair = cat.find_city("万州"), cat.find_city("达州")
    found = city_pair_profile(drawn, *pair, date=NOW)["redundancy"][mode]
    net = geo.build_network(drawn, year=NOW, mode=mode, nodes="stops")
    wanted, _, _ = minimum_cut(net, "万州", "达州")
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
