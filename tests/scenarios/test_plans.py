"""What a plan makes of a catalogue, edit by edit, against networks changed by hand."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest
import shapely

import geo
from geo.core import BadInputError
from geo.geometry import geodesic_km
from geo.network import build_network, travel_time_matrix
from geo.scenarios import apply_plan, is_plan, plan_of, planned_layers, read_plan
from geo.scenarios.alternatives import with_sections
from geo.scenarios.drawn_lines import border_cuts

ROAD = {"do": "draw", "id": "plan-1", "name": "新路", "mode": "road", "class": "expressway",
        "year": 2030, "design_speed_kmh": 100}  # fmt: skip
RAIL = {**ROAD, "name": "新铁", "mode": "rail", "class": "hsr"}


@pytest.fixture(scope="module")
def cat(two_provinces):
    return geo.load(two_provinces)


def planned(cat, *edits):
    return apply_plan(cat, plan_of({"name": "试", "name_en": "Try", "edits": list(edits)}))


def open_in(cat, date):
    return set(build_network(cat, year=date).edges["section_id"])


def refusal(cat, *edits):
    with pytest.raises(BadInputError) as caught:
        planned_layers(cat, plan_of({"edits": list(edits)}))
    (problem,) = caught.value.problems
    assert problem.file == "plan"
    return problem.row, problem.column, str(problem.expected)


def test_nothing_changes_without_edits(cat):
    assert planned(cat) is cat
    assert planned(cat, {"do": "close", "sections": ["fast-1"]}) is cat


def test_a_removed_section_never_opens(cat):
    for section in ("north-2", "fast-1"):
        made = planned(cat, {"do": "remove", "sections": [section]})
        other = with_sections(geo.build_layers(cat), [section], open_on=None)
        for date in (2005, 2012, 2026, 2035):
            assert open_in(made, date) == open_in(other, date)
            assert section not in open_in(made, date)


def test_a_section_opens_at_the_end_of_the_year(cat):
    late = planned(cat, {"do": "open", "sections": ["north-2"], "year": 2031})
    assert ["north-2" in open_in(late, d) for d in (2028, 2030, "2031-12-30", 2031)] == [
        0,
        0,
        0,
        1,
    ]
    early = planned(cat, {"do": "open", "sections": ["north-2", "south-1"], "year": 2003})
    for section in ("north-2", "south-1"):
        assert [section in open_in(early, d) for d in (2002, 2003, 2026)] == [0, 1, 1]
        assert early.section[section].started == ""  # works of 2005 are none of that history
    never_yet = planned(cat, {"do": "open", "sections": ["south-1"], "year": 2030})
    assert ["south-1" in open_in(never_yet, d) for d in (2020, 2029, 2030)] == [0, 0, 1]
    assert never_yet.section["south-1"].status == "construction"


def test_a_plan_has_a_name_in_both_languages():
    edits = [{"do": "close", "sections": ["fast-1"]}]
    for names, wanted in (
        ({"name": "试", "name_en": "Try"}, ("试", "Try")), ({"name": "试"}, ("试", "试")),
        ({"name_en": "Try"}, ("Try", "Try")), ({}, ("plan", "plan")),
    ):  # fmt: skip
        plan = plan_of({"edits": edits} | names)
        assert (plan.name, plan.name_en) == wanted


def test_the_source_of_a_plan_is_named(cat):
    made = planned(cat, {"do": "lanes", "sections": ["south-1"], "lanes": 6})
    assert made.section["south-1"].source == "toy;plan"
    assert made.sources[-1].key == "plan"
    assert made.section["south-1"].lanes == 6
    same = planned(cat, {"do": "lanes", "sections": ["south-1"], "lanes": 4})
    assert same is cat  # it has four


def test_lanes_change_no_time(cat):
    made = planned(cat, {"do": "lanes", "sections": ["south-1"], "lanes": 8})
    before, after = (travel_time_matrix(build_network(c, year=2026)) for c in (cat, made))
    assert (before == after).all(axis=None)


@pytest.mark.parametrize("section", ["south-2", "fast-1"])
def test_twice_the_speed_takes_half_as_long(cat, section):
    made = planned(cat, {"do": "speed", "sections": [section], "kmh": 200})
    edges = [build_network(c, year=2026, nodes="stops").edges for c in (cat, made)]
    before, after = (e[e["section_id"] == section]["time_min"] for e in edges)
    assert (after / before).tolist() == pytest.approx([0.5] * len(before))
    rest = [e[e["section_id"] != section]["time_min"].tolist() for e in edges]
    assert rest[0] == rest[1]


def services(cat, *rows):
    known = {"section_id": "fast-1", "class": "emu", "source": "toy", "confidence": "low"}
    return cat.with_tables(
        train_services=[cat.new_row("train_services", known | row) for row in rows]
    )


def test_measured_speeds_of_trains_follow_the_line(cat):
    listed = services(cat, {"trains_per_day": 20, "running_kmh": 80},
                      {"class": "conventional", "running_kmh": 450})  # fmt: skip
    made = planned(listed, {"do": "speed", "sections": ["fast-1"], "kmh": 150})
    assert [row.running_kmh for row in made.train_services] == [120, 500]  # no train is faster
    assert [row.trains_per_day for row in made.train_services] == [20, None]


def test_a_speed_of_the_past_stays(cat):
    periods = [
        cat.new_row("speeds_by_period",
                    {"section_id": "fast-1", "from_date": a, "to_date": b, "source": "toy",
                     "operating_speed_kmh": kmh, "confidence": "low"})
        for a, b, kmh in (("2010-06", "2015", 80), ("2016", "", 100))
    ]  # fmt: skip
    made = planned(cat.with_tables(speeds_by_period=periods),
                   {"do": "speed", "sections": ["fast-1"], "kmh": 120})  # fmt: skip
    assert [row.operating_speed_kmh for row in made.speeds_by_period] == [80, 120]


def test_more_trains_are_those_of_the_fastest_class(cat):
    edit = {"do": "trains", "sections": ["fast-1"], "trains": 90}
    (row,) = planned(cat, edit).train_services
    assert (row.class_, row.trains_per_day, row.running_kmh) == ("emu", 90, None)
    listed = services(cat, {"class": "conventional", "trains_per_day": 5},
                      {"trains_per_day": 20, "to_date": "2020"},
                      {"trains_per_day": 30, "from_date": "2021"})  # fmt: skip
    assert [r.trains_per_day for r in planned(listed, edit).train_services] == [5, 20, 90]
    slow = services(cat, {"class": "conventional", "trains_per_day": 5})
    assert [r.trains_per_day for r in planned(slow, edit).train_services] == [90]


def test_a_fast_conventional_line_keeps_its_slow_trains(cat):
    routes = [
        row.model_copy(update={"class_": "conventional"}) if row.route_id == "fast" else row
        for row in cat.routes
    ]
    made = planned(cat.with_tables(routes=routes),
                   {"do": "speed", "sections": ["fast-1"], "kmh": 160},
                   {"do": "trains", "sections": ["fast-1", "fast-2"], "trains": 33})  # fmt: skip
    rows = [(row.section_id, row.class_, row.trains_per_day) for row in made.train_services]
    assert rows == [("fast-1", "emu", 33), ("fast-1", "conventional", None),
                    ("fast-2", "conventional", 33)]  # fmt: skip


def test_a_drawn_road_is_as_long_as_the_earth_says(cat):
    made = planned(cat, {**ROAD, "stops": [{"place": "wa"}, {"lon": -0.2, "lat": -0.3}]})
    edges = build_network(made, year=2030, nodes="stops").edges
    (own,) = edges[edges["route_id"] == "plan-1"].to_dict("records")
    assert own["length_km"] == pytest.approx(float(geodesic_km([-0.5, 0], [-0.2, -0.3])), rel=1e-6)
    assert (own["u"], own["v"], own["section_id"]) == ("wa", "plan-1-2", "plan-1-1")
    assert "plan-1-1" not in open_in(made, "2030-12-30")
    place = made.place["plan-1-2"]
    assert (place.kind, place.name, place.name_en) == ("interchange", "新路 2", "新路 2")


def test_a_drawn_line_ends_its_sections_at_borders_and_is_as_fast_as_one_without(cat):
    line = [(-0.5, 0.0), (-0.2, -0.3), (0.3, -0.3), (0.5, 0.0)]
    free = [{"lon": x, "lat": y} for x, y in line[1:3]]
    made = planned(cat, {**ROAD, "stops": [{"place": "wa"}, *free, {"place": "ea"}]})
    sections = made.sections_of["plan-1"]
    assert [(s.from_place, s.to_place) for s in sections] == [
        ("wa", "plan-1-border-1"), ("plan-1-border-1", "ea")
    ]  # fmt: skip
    border = made.place["plan-1-border-1"]
    assert (border.kind, border.lon, border.lat) == ("border", 0.0, -0.3)
    assert border.name_en == "新路 (West–East border)"
    whole = cat.with_route(line, "whole", "新路", mode="road", class_="expressway",
                           from_place="wa", to_place="ea", expected=2030,
                           design_speed_kmh=100)  # fmt: skip
    minutes = [
        build_network(c, year=2030).edges.groupby("route_id")["time_min"].sum()[key]
        for c, key in ((made, "plan-1"), (whole, "whole"))
    ]
    assert minutes[0] == pytest.approx(minutes[1], rel=1e-3)
    crossings = geo.border_crossings(made, year=2030, mode="road")
    assert "plan-1" in set(crossings["route_id"])


def test_a_line_is_cut_at_a_stop_that_lies_on_the_border(cat):
    stops = [{"place": "wa"}, {"lon": 0.002, "lat": -0.2}, {"place": "ea"}]
    made = planned(cat, {**ROAD, "stops": stops})
    assert [(s.from_place, s.to_place) for s in made.sections_of["plan-1"]] == [
        ("wa", "plan-1-2"), ("plan-1-2", "ea")
    ]  # fmt: skip


def test_border_cuts_are_those_of_shapely():
    rng = np.random.default_rng(1)
    areas = {"a": shapely.box(0, 0, 3, 5), "b": shapely.box(3, 0, 7, 5)}
    rings = {key: [np.array(area.exterior.coords)] for key, area in areas.items()}
    for _ in range(50):
        line = rng.uniform(-1, 8, (6, 2))
        found = border_cuts(line, rings)
        whole = shapely.LineString(line)
        for at, lon, lat, sides in found:
            spot = whole.interpolate(at)
            assert spot.distance(shapely.Point(lon, lat)) < 0.006  # in the middle of a short stay
            for step, side in zip((-0.004, 0.004), sides, strict=True):
                point = whole.interpolate(at + step)
                inside = [key for key, area in areas.items() if area.buffer(1e-9).covers(point)]
                assert not inside or side in inside or not side
        lengths = {key: whole.intersection(area).length for key, area in areas.items()}
        at = [0.0, *(cut[0] for cut in found), whole.length]
        sides = [found[0][3][0], *(cut[3][1] for cut in found)] if found else None
        for key in areas if sides else ():
            own = sum(b - a for a, b, side in zip(at, at[1:], sides, strict=False) if side == key)
            assert own == pytest.approx(lengths[key], abs=0.05)


def test_a_drawn_railway_is_ridden_and_its_trains_are_those_of_the_plan(cat):
    stops = [{"place": "ws"}, {"lon": -0.31, "lat": 0.22, "name": "新站"}, {"place": "es"}]
    made = planned(cat, {**RAIL, "stops": stops, "trains_per_day": 60})
    assert {(r.section_id, r.class_, r.trains_per_day) for r in made.train_services} == {
        ("plan-1-1", "emu", 60.0), ("plan-1-2", "emu", 60.0)
    }  # fmt: skip
    before, after = (
        travel_time_matrix(build_network(c, year=2030), mode="rail") for c in (cat, made)
    )
    assert after.loc["bb", "aa"] < before.loc["bb", "aa"]
    assert made.place["plan-1-2"].name == "新站"


def test_a_second_line_joins_the_first(cat):
    first = {**RAIL, "stops": [{"place": "ws"}, {"lon": -0.2, "lat": 0.3}]}
    second = {**RAIL, "id": "plan-2", "stops": [{"place": "plan-1-2"}, {"lon": 0.3, "lat": 0.4}]}
    faster = {"do": "speed", "sections": ["plan-2-1"], "kmh": 200}
    made = planned(cat, first, second, faster)
    assert made.section["plan-2-1"].design_speed_kmh == 200
    assert made.section["plan-2-1"].from_place == "plan-1-2"
    assert [project.project_id for project in made.projects] == ["plan", "plan-1", "plan-2"]


def test_closed_sections_and_edges_leave_the_network_on_every_date(cat):
    layers = planned_layers(cat, plan_of({"edits": [
        {"do": "close", "sections": ["fast-1"], "edges": ["north-1:wb"]}
    ]}))  # fmt: skip
    for date in (2012, 2026, 2030):
        whole = build_network(cat, year=date, nodes="stops")
        net = build_network(layers, year=date, nodes="stops")
        gone = set(whole.edges.index) - set(net.edges.index)
        assert gone == {"fast-1:ws", "north-1:wb"} & set(whole.edges.index)
        kept = ~whole.edges.index.isin(gone)
        by_hand = replace(whole, edges=whole.edges[kept])
        for mode in ("road", "rail", "any"):
            one, other = (travel_time_matrix(n, mode=mode) for n in (net, by_hand))
            assert np.allclose(one, other, equal_nan=True)
    # a link of which a piece is closed is none
    links = build_network(layers, year=2026, nodes="junctions").edges
    assert "north-1" not in set(links["section_id"])


def test_a_closed_widening_closes_the_road_it_widens(cat):
    layers = planned_layers(cat, plan_of({"edits": [{"do": "close", "sections": ["wider-1"]}]}))
    assert "south-1:wa" in layers.closed


def test_a_circle_closes_what_it_touches(cat):
    circle = {"do": "close_area", "lon": 0.05, "lat": 0.1, "km": 12}
    layers = planned_layers(cat, plan_of({"edits": [circle]}))
    edges = build_network(cat, year=2030, nodes="stops").edges
    scale = [111.195 * np.cos(np.radians(0.1)), 111.195]
    around = shapely.Point(0, 0).buffer(12, quad_segs=1000)
    flat = shapely.transform(edges.geometry, lambda xy: (xy - [0.05, 0.1]) * scale)
    expected = set(edges.index[shapely.intersects(flat, around)])
    assert layers.closed & set(edges.index) == expected
    assert 2 <= len(expected) < len(edges)


@pytest.mark.parametrize(
    ("edit", "column", "said"),
    [
        ({"do": "remove", "sections": ["nort-2"]}, "sections", "did you mean north-2"),
        ({"do": "lanes", "sections": ["fast-1"], "lanes": 4}, "lanes", "of mode rail"),
        ({"do": "trains", "sections": ["south-1"], "trains": 4}, "trains", "of mode road"),
        ({"do": "close", "edges": ["south-1:ea"]}, "edges", "did you mean"),
        ({**ROAD, "stops": [{"place": "ws"}, {"place": "ea"}]}, "stops", "lines of mode road meet"),
        ({**ROAD, "stops": [{"place": "nowhere"}, {"place": "ea"}]}, "stops", "a known id"),
        ({**ROAD, "stops": [{"place": p} for p in ("ea", "wa", "ea", "wa")]}, "stops", "no place twice"),
        ({**ROAD, "stops": [{"place": "ea"}, {"place": "ea"}]}, "stops", "0.1 km or more"),
        ({**ROAD, "stops": [{"place": "ea"}, {"name": "x"}]}, "stops", "a place, or lon and lat"),
        ({**ROAD, "stops": [{"place": "ea"}, {"lon": 0.5, "lat": 1e-5}]}, "stops", "0.1 km or more"),
        ({**ROAD, "stops": [{"place": "ea"}, {"lon": 7, "lat": 0}]}, "lon", "within -1.0–1.0"),
        ({**ROAD, "year": 2020, "stops": [{"place": "ea"}, {"place": "wa"}]}, "year", "from 2026"),
        ({**ROAD, "id": "north", "stops": [{"place": "ea"}, {"place": "wa"}]}, "id", "no other route"),
        ({**ROAD, "class": "hsr", "stops": [{"place": "ea"}, {"place": "wa"}]}, "class", "of mode road"),
        ({**ROAD, "trains_per_day": 3, "stops": [{"place": "ea"}, {"place": "wa"}]},
         "trains_per_day", "no railway"),
        ({**ROAD, "via": [[], []], "stops": [{"place": "ea"}, {"place": "wa"}]}, "via", "every leg"),
    ],
)  # fmt: skip
def test_what_the_tables_do_not_take_is_said_of_the_edit(cat, edit, column, said):
    row, where, expected = refusal(cat, {"do": "remove", "sections": ["north-2"]}, edit)
    assert (row, where) == (2, column)
    assert said in expected


def test_a_file_that_is_no_plan_is_refused(tmp_path):
    path = tmp_path / "plan.geojson"
    for text in ("", "[", "[]", '{"features": []}', '{"plan": 1, "features": []}', "[" * 9999):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BadInputError, match="expected a plan"):
            read_plan(path)
        assert not is_plan(path) or "plan" in text
    with pytest.raises(BadInputError, match="No such file"):
        read_plan(tmp_path / "nothing.geojson")
    feature = {"type": "Feature", "properties": {**ROAD, "stops": [{"at": 0}, {"at": 5}]},
               "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}  # fmt: skip
    path.write_text(json.dumps({"plan": {}, "features": [feature]}), encoding="utf-8")
    with pytest.raises(BadInputError, match="geojson:1: expected a feature"):
        read_plan(path)


def test_a_line_drawn_without_stops_has_its_two_ends(tmp_path):
    path = tmp_path / "plan.geojson"
    feature = {"type": "Feature", "properties": {**ROAD, "year": 2030.0},
               "geometry": {"type": "LineString",
                            "coordinates": [[0, 0, 9], [0.1, 0.1, 9], [0.2, 0, 9]]}}  # fmt: skip
    path.write_text(json.dumps({"plan": {"name": "x"}, "features": [feature]}), encoding="utf-8")
    (line,) = read_plan(path).edits
    assert [(stop.lon, stop.lat) for stop in line.stops] == [(0, 0), (0.2, 0)]
    assert line.via == (((0.1, 0.1),),)
    assert line.year == 2030


def test_a_day_on_which_the_tables_end_counts_as_known(cat):
    region = cat.region.model_copy(update={"as_of": dt.date(2026, 12, 31)})
    made = planned(
        replace(cat, region=region), {"do": "open", "sections": ["north-2"], "year": 2026}
    )
    assert (made.section["north-2"].status, made.section["north-2"].opened) == ("open", "2026")
