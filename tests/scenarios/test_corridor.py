"""Profiles of corridors: by hand on small regions, and of the catalogue that comes along."""

from __future__ import annotations

from datetime import date

import pytest
import toy

import geo
from geo.scenarios import city_pair_profile, corridor_profile

NOW = date(2026, 11, 23)
#: Minutes for a kilometre at 60 km/h, and to enter and to leave at junctions.
PACE, DOORS = 1, 0


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """
    A route abcd of three sections along the equator, and another way a–e–d of 1,000 km.

    a–b is open, b–c is built and expected in 2028, c–d is planned. Cities lie at a, b and d,
    and 29 and 31 km north of c; all others are too far to be reached but by these roads.
    """
    nodes = {"a": (0, 0), "b": (100, 0), "c": (200, 0), "d": (400, 0), "e": (200, -400),
             "n": (200, 29), "f": (200, 31)}  # fmt: skip
    edges = {"ae": 500, "ed": 500}
    people = {"a": 1, "b": 2, "d": 4, "n": 8, "f": 16}
    folder = toy.region(tmp_path_factory.mktemp("line"), nodes, edges, people)
    add_route(folder, ("a", "b", "c", "d"), (110, 120, 210))
    return geo.build_layers(geo.load(folder))


def add_route(folder, places, lengths):
    known = {"source": "toy", "confidence": "high"}
    states = [{"opened": "2000", "status": "open", "lanes": 6},
              {"opened": "", "status": "construction", "expected": 2028, "lanes": 4},
              {"opened": "", "status": "planned"}]  # fmt: skip
    more = {
        "routes": [{"route_id": "abcd", "mode": "road", "class": "expressway", "group": "toy",
                    "name": "线", "name_en": "Line", "ref": "G1", "length_km": 450,
                    "source": "toy"}],
        "alignments": [{"route_id": "abcd", "seq": i, "place_id": p} for i, p in enumerate(places, 1)],
        "sections": [{"section_id": f"abcd-{i + 1}", "route_id": "abcd", "seq": i + 1, "name": f"段{i}",
                      "from_place": places[i], "to_place": places[i + 1], "length_km": lengths[i],
                      "design_speed_kmh": 60, **states[i], **known} for i in range(3)],
    }  # fmt: skip
    for table, rows in more.items():
        kept = []
        toy.edit(folder, table, lambda row, kept=kept: kept.append(row) or {})
        toy.write(folder, table, [*kept, *rows])


@pytest.fixture(scope="module")
def sheet(line):
    return corridor_profile(line, line.catalogue.find_route("线"), date=NOW)


def test_lengths_and_standard(sheet):
    assert (sheet["name"], sheet["name_en"], sheet["ref"]) == ("线", "Line", "G1")
    assert (sheet["route_id"], sheet["mode"], sheet["class"]) == ("abcd", "road", "expressway")
    assert sheet["date"] == "2026-11-23"
    assert (sheet["length_km"], sheet["open_km"], sheet["published_km"]) == (440, 110, 450)
    assert sheet["open_share"] == 0.25
    assert sheet["detour_index"] == pytest.approx(440 / 400, rel=1e-4)
    assert sheet["lanes"] == [4, 6]
    assert sheet["tracks"] == []
    assert sheet["border"] == []


def test_sections_that_are_missing(sheet):
    assert sheet["gaps"] == [
        {"section_id": "abcd-2", "name": "段1", "status": "construction", "expected": 2028,
         "length_km": 120},
        {"section_id": "abcd-3", "name": "段2", "status": "planned", "expected": None,
         "length_km": 210},
    ]  # fmt: skip
    assert [source["key"] for source in sheet["sources"]] == ["toy"]
    assert list(sheet["sources"][0]) == ["key", "title", "publisher", "date", "url"]


def test_cities_along_the_route(sheet):
    """Within 30 km: a city at 29 km north is, one at 31 km is not."""
    assert sheet["cities_served"] == ["a", "b", "d", "n"]
    assert sheet["population_served"] == 1 + 2 + 4 + 8
    assert [(end["name"], end["km"]) for end in sheet["ends"]] == [("a", 0), ("d", 0)]


def test_times_with_the_route_and_without(sheet):
    """Between a and d: 1,000 km by e now and without the route, 440 km when it is whole."""
    times = sheet["times"]["road"]
    wanted = {"now": 1000, "complete": 440, "without": 1000}
    assert list(sheet["times"]) == ["road"]
    for state, km in wanted.items():
        minutes = km * PACE + DOORS
        assert times[f"{state}_min"] == pytest.approx(minutes)
        low, high = times[f"{state}_low_min"], times[f"{state}_high_min"]
        assert (low + high) / 2 == pytest.approx(minutes)
        assert low < 0.9 * minutes
    assert sheet["penalty_min"] == pytest.approx(560 * PACE)
    (other,) = sheet["alternatives"]
    assert other["route_ids"] == ["ae", "ed"]
    assert (other["names_zh"], other["names_en"]) == (["ae", "ed"], ["ae", "ed"])
    assert other["section_ids"] == ["ae-1", "ed-1"]
    assert other["length_km"] == pytest.approx(1000)
    assert other["time_min"] == pytest.approx(1000 * PACE + DOORS)
    assert (other["lanes"], other["tracks"]) == (None, None)


def test_a_route_without_another_has_no_penalty(tmp_path):
    folder = toy.region(tmp_path, {"a": (0, 0), "b": (30, 0)}, {"ab": 30}, {"a": 1, "b": 1})
    layers = geo.build_layers(geo.load(folder))
    found = corridor_profile(layers, layers.catalogue.find_route("ab"), date=NOW)
    assert found["times"]["road"]["now_min"] == pytest.approx(30 * PACE + DOORS)
    assert (found["alternatives"], found["penalty_min"]) == ([], None)


@pytest.mark.parametrize("people", [{}, {"a": 1}])
def test_without_two_cities_there_is_nothing_to_travel_between(tmp_path, people):
    folder = toy.region(tmp_path, {"a": (0, 0), "b": (30, 0)}, {"ab": 30}, people)
    layers = geo.build_layers(geo.load(folder))
    found = corridor_profile(layers, layers.catalogue.find_route("ab"), date=NOW)
    assert (found["ends"], found["times"], found["alternatives"]) == ([], {}, [])
    assert found["penalty_min"] is None
    assert found["cities_served"] == list(people)


@pytest.mark.parametrize(
    ("x", "y", "ends"),
    [
        (1, 100, [("x", 1), ("y", 70)]),
        (-70, 14, [("x", 70), ("y", 16)]),
        (100, 14, [("y", 14), ("x", 70)]),
        (14, 100, [("x", 14), ("y", 70)]),
    ],
)
def test_one_city_near_both_ends(tmp_path, x, y, ends):
    """A route from 0 to 30 km, both ends nearest to one city: the other city ends it as well."""
    nodes = {"a": (0, 0), "b": (30, 0), "x": (x, 0), "y": (y, 0)}
    folder = toy.region(tmp_path, nodes, {"ab": 30}, {"x": 1, "y": 1})
    layers = geo.build_layers(geo.load(folder))
    found = corridor_profile(layers, layers.catalogue.find_route("ab"), date=NOW)["ends"]
    assert [end["name"] for end in found] == [name for name, _ in ends]
    assert [end["km"] for end in found] == pytest.approx([km for _, km in ends], abs=0.051)


def test_a_part_of_a_city_stands_for_it_unless_both_ends_are_in_it(tmp_path):
    """x has the parts p and q, near the ends of its own line; the other line leads to y."""
    nodes = {"a": (0, 0), "b": (30, 0), "c": (130, 0), "x": (14, 9), "y": (130, 0), "p": (0, 1),
             "q": (30, 2)}  # fmt: skip
    folder = toy.region(tmp_path, nodes, {"ab": 30, "bc": 100}, dict.fromkeys("xypq", 1))
    toy.edit(folder, "cities", lambda row: {"part_of": "x" * (row["city_id"] in "pq")})
    layers = geo.build_layers(geo.load(folder))
    ends = {
        name: [(end["name"], end["km"]) for end in
               corridor_profile(layers, layers.catalogue.find_route(name), date=NOW)["ends"]]
        for name in ("ab", "bc")
    }  # fmt: skip
    assert ends["ab"] == [("p", pytest.approx(1, abs=0.06)), ("q", pytest.approx(2, abs=0.06))]
    assert ends["bc"] == [("x", pytest.approx(18.4, abs=0.1)), ("y", pytest.approx(0, abs=0.06))]


def test_a_small_ring_has_no_ends_and_no_detour(tmp_path):
    nodes = {"a": (0, 0), "b": (50, 0), "c": (50, 50), "d": (0.9, 0), "n": (0, 9)}
    folder = toy.region(tmp_path, nodes, {"an": 9}, {"a": 1, "b": 1})
    add_route(folder, ("a", "b", "c", "d"), (50, 50, 70))
    layers = geo.build_layers(geo.load(folder))
    found = corridor_profile(layers, layers.catalogue.find_route("线"), date=NOW)
    assert (found["ends"], found["detour_index"], found["times"]) == ([], None, {})
    assert found["cities_served"] == ["a", "b"]


def test_a_border_on_the_way(two_provinces):
    layers = geo.build_layers(geo.load(two_provinces))
    found = corridor_profile(layers, layers.catalogue.find_route("线north"), date=NOW)
    (crossing,) = found["border"]
    assert (crossing["place_id"], crossing["name"], crossing["name_en"]) == (
        "top",
        "地top",
        "Place top",
    )
    assert crossing["status"] == "construction"
    west, east = crossing["sides"]["西省"], crossing["sides"]["东省"]
    assert west == {
        "county": "西县2",
        "status": "open",
        "opened": "2010-06",
        "lanes": 4,
        "tracks": None,
    }
    assert (east["status"], east["opened"]) == ("construction", None)
    assert found["gaps"][0]["section_id"] == "north-2"


@pytest.fixture(scope="module")
def pair(line):
    a, d = (line.catalogue.find_city(name) for name in "ad")
    return city_pair_profile(line, a, d, date=NOW)


def test_two_cities_by_hand(pair):
    assert (pair["from"], pair["to"], pair["date"], pair["complete_date"]) == (
        "a", "d", "2026-11-23", "2028-12-31")  # fmt: skip
    assert pair["straight_km"] == pytest.approx(400, rel=1e-4)
    (now,) = pair["modes"]["road"]
    assert now["section_ids"] == ["ae-1", "ed-1"]
    assert now["detour_index"] == pytest.approx(1000 / 400, rel=1e-4)
    times = pair["times"]["road"]
    assert [times[f"{key}_min"] for key in ("now", "complete")] == pytest.approx(
        [1000 * PACE + DOORS] * 2
    )
    assert pair["redundancy"]["road"]["value"] == 1
    assert pair["redundancy"]["road"]["cut"] in (["ae"], ["ed"])
    assert pair["redundancy"]["road"]["cut_en"] == pair["redundancy"]["road"]["cut"]
    assert (pair["gaps"], pair["assumed"]) == ([], [])
    assert pair["cities_served"] == ["a", "d"]
    assert pair["population_served"] == 5


def test_two_cities_and_a_section_to_come(line):
    """From b to n the section b–c is missing, and with it the only way."""
    b, n = (line.catalogue.find_city(name) for name in "bn")
    found = city_pair_profile(line, b, n, date=NOW)
    assert [gap["section_id"] for gap in found["gaps"]] == ["abcd-2"]
    assert found["modes"]["road"] == []
    assert found["times"]["road"]["now_min"] is None
    assert found["times"]["road"]["complete_min"] > 120 * PACE
    assert found["modes_complete"]["road"][0]["lanes"] == 4
    assert found["redundancy"]["road"]["value"] == 0
    assert found["cities_served"] == []
    later = city_pair_profile(line, b, n, date=date(2029, 1, 1))
    assert later["assumed"] == ["abcd-2"]
    assert later["complete_date"] == "2029-12-31"
    assert later["gaps"] == []
