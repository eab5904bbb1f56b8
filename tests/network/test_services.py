"""Trains of a day: from the tables, of the nearest period, else by class of line."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import toy

import geo
from geo.network import DEFAULT_PARAMETERS
from geo.network.services import Calls, Passage, Service, Services

KNOWN = {"source": "toy", "confidence": "high"}


def services(folder, year=2020, parameters=DEFAULT_PARAMETERS):
    day = dt.date(year, 12, 31)
    return Services(geo.build_layers(geo.load(folder)), day, parameters)


@pytest.fixture
def folder(tmp_path):
    nodes = {"a": (0, 0), "b": (90, 0), "c": (180, 0)}
    return toy.region(tmp_path, nodes, {"ab": 90, "bc": 90}, mode="rail", design_speed_kmh=250)


@pytest.mark.parametrize(
    ("kind", "design", "known"),
    [
        ("hsr", 350, {"emu": (45, 0.85 * 350)}),
        ("hsr", 300, {"emu": (45, 0.85 * 300)}),
        ("hsr", 299, {"emu": (45, 0.90 * 299)}),
        ("intercity", 200, {"emu": (20, 0.85 * 200)}),
        ("intercity", "", {"emu": (20, 0.85 * 120)}),  # 120 km/h where no speed is known
        # never faster than 95 km/h; multiple units from 120 km/h on
        ("conventional", 160, {"emu": (20, 0.79 * 160), "conventional": (12, 95)}),
        ("conventional", 120, {"emu": (20, 0.79 * 120), "conventional": (12, 0.79 * 120)}),
        ("conventional", 100, {"conventional": (12, 79)}),
    ],
)
def test_a_line_without_figures_has_the_trains_of_its_class(folder, kind, design, known):
    toy.change(folder, "routes", "ab", **{"class": kind})
    toy.change(folder, "sections", "ab-1", design_speed_kmh=design)
    found = services(folder).on("ab-1")
    assert found.keys() == known.keys()
    assert dict(found) == {kind: pytest.approx(service) for kind, service in known.items()}


def test_the_speed_in_service_counts_before_that_of_the_design(folder):
    toy.change(folder, "sections", "ab-1", design_speed_kmh=350, operating_speed_kmh=200)
    assert services(folder).on("ab-1") == {"emu": pytest.approx((45, 0.90 * 200))}


def test_figures_of_the_tables_count(folder):
    toy.write(folder, "train_services", [
        {"section_id": "ab-1", "class": "emu", "trains_per_day": 30, "running_kmh": 200, **KNOWN},
        {"section_id": "ab-1", "class": "conventional", "trains_per_day": 4, **KNOWN},
        {"section_id": "bc-1", "class": "emu", "running_kmh": 222, **KNOWN},
    ])  # fmt: skip
    found = services(folder)
    # conventional trains of unknown speed: 95 km/h, for 79 % of 250 would be more
    assert found.on("ab-1") == {"emu": Service(30, 200), "conventional": Service(4, 95)}
    assert found.on("bc-1") == {"emu": Service(45, 222)}


@pytest.mark.parametrize(
    ("year", "trains"),
    [
        (1999, 10),  # before all periods the first stands in
        (2004, 10),
        (2011, 10),  # a gap from 2010 to 2016: the nearer of both
        (2014, 20),
        (2016, 20),
        (2030, 20),  # after all periods the last
    ],
)
def test_of_days_without_a_figure_the_nearest_period_stands_in(folder, year, trains):
    row = {"section_id": "ab-1", "class": "emu", "running_kmh": 200, **KNOWN}
    toy.write(folder, "train_services", [
        row | {"from_date": "2004", "to_date": "2010-01-01", "trains_per_day": 10},
        row | {"from_date": "2016", "trains_per_day": 20},
    ])  # fmt: skip
    assert services(folder, year).on("ab-1") == {"emu": Service(trains, 200)}


def test_no_train_of_a_class_means_none(folder):
    row = {"section_id": "ab-1", **KNOWN}
    toy.write(folder, "train_services", [
        row | {"class": "emu", "trains_per_day": 0},
        row | {"class": "conventional", "trains_per_day": 5, "running_kmh": 90},
    ])  # fmt: skip
    assert services(folder).on("ab-1") == {"conventional": Service(5, 90)}


def test_there_were_no_multiple_units_before_the_first(folder):
    """Before they ran, other trains served the same line, whatever is known of later ones."""
    path = folder / "region.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("[[regions]]", "emu_since = 2009-09-30\n[[regions]]", 1), "utf-8")
    row = {"section_id": "bc-1", "class": "emu", "trains_per_day": 30, "running_kmh": 200, **KNOWN}
    toy.write(folder, "train_services", [row])
    before, after = services(folder, 2008), services(folder, 2009)
    for section in ("ab-1", "bc-1"):
        assert before.on(section) == {"conventional": Service(12, 95)}
    assert after.on("ab-1") == {"emu": Service(45, 225)}
    assert after.on("bc-1") == {"emu": Service(30, 200)}


def test_trains_were_as_much_slower_as_the_line_was(folder):
    """A speed of today's trains is scaled by the line speed of the day, never above its own."""
    toy.change(folder, "sections", "ab-1", design_speed_kmh=250, operating_speed_kmh=250)
    row = {"section_id": "ab-1", "class": "emu", "trains_per_day": 30, "running_kmh": 220, **KNOWN}
    toy.write(folder, "train_services", [row])
    toy.write(folder, "speeds_by_period", [
        {"section_id": "ab-1", "from_date": "2005", "to_date": "2012", "operating_speed_kmh": 200,
         **KNOWN},
        {"section_id": "ab-1", "from_date": "2012", "to_date": "2015", "operating_speed_kmh": 300,
         **KNOWN},
    ])  # fmt: skip
    speeds = {year: services(folder, year).on("ab-1")["emu"].kmh for year in (2006, 2013, 2020)}
    assert speeds == pytest.approx({2006: 220 * 200 / 250, 2013: 220, 2020: 220})


# --- where trains call ----------------------------------------------------------------------


@pytest.fixture
def towns(tmp_path):
    """A station in the middle of a core, a city, a town, and far from all."""
    nodes = {"a": (0, 0), "b": (90, 0), "c": (180, 0), "d": (270, 0)}
    people = {"a": 8000000, "b": 1500000, "c": 1499999}
    return toy.region(tmp_path, nodes, {"ab": 90, "bc": 90, "cd": 90}, people, mode="rail")


@pytest.mark.parametrize(
    ("place", "calls"),
    [("a", (0.15, 0.6)), ("b", (0.45, 0.6)), ("c", (0.35, 0.4)), ("d", (0.20, 0.2))],
)
def test_a_station_without_figures_has_the_calls_of_its_place(towns, place, calls):
    found = services(towns)
    for kind in ("emu", "conventional"):
        assert found.calls(place, kind) == calls
    # where the line ends all trains end, but for those that go on to another line
    assert found.calls(place, "emu", terminus=True) == Calls(0.45, 0.9)


@pytest.mark.parametrize(("km", "calls"), [(14.9, (0.15, 0.6)), (15.1, (0.20, 0.2))])
def test_a_station_is_of_a_city_within_fifteen_kilometres(tmp_path, km, calls):
    nodes = {"a": (0, 0), "s": (km, 0), "t": (200, 0)}
    toy.region(tmp_path, nodes, {"st": 190}, {"a": 9000000}, mode="rail")
    assert services(tmp_path).calls("s", "emu") == calls


def test_of_cities_around_a_station_the_largest_counts(tmp_path):
    nodes = {"a": (0, 0), "d": (8, 0), "s": (10, 0), "t": (200, 0)}
    people = {"a": 2000000, "d": 10}
    toy.region(tmp_path, nodes, {"st": 190}, people, mode="rail")
    assert services(tmp_path).calls("s", "emu") == (0.45, 0.6)


def test_figures_of_stations_count(towns):
    row = {"place_id": "a", "class": "emu", "source": "toy"}
    toy.write(towns, "station_calls", [
        row | {"to_date": "2015-01-01", "call_share": 0.5, "end_share": 0.25},
        row | {"from_date": "2018", "call_share": 0.9, "end_share": 1},
    ])  # fmt: skip
    for year, calls in ((2014, (0.5, 0.25)), (2016, (0.5, 0.25)), (2017, (0.9, 1))):
        assert services(towns, year).calls("a", "emu", terminus=True) == calls
    assert services(towns).calls("a", "conventional") == (0.15, 0.6)


# --- through running ------------------------------------------------------------------------


def test_trains_run_through_both_ways(folder):
    toy.write(folder, "through_running", [
        {"place_id": "b", "route_a": "ab", "sense_a": 1, "route_b": "bc", "sense_b": 1,
         "class": "emu", "trains_per_day": 7, "dwell_min": 3, "call_share": 0.4,
         "source": "toy"},
    ])  # fmt: skip
    assert services(folder).passages() == {"b": {
        ("ab", 1, "bc", 1, "emu"): Passage(7, 3, 0.4),
        ("bc", -1, "ab", -1, "emu"): Passage(7, 3, 0.4),
    }}  # fmt: skip


def test_a_row_without_senses_or_class_stands_for_all(folder):
    toy.write(folder, "through_running", [
        {"place_id": "b", "route_a": "ab", "route_b": "bc", "source": "toy"}
    ])  # fmt: skip
    found = services(folder).passages()["b"]
    assert len(found) == 2 * 2 * 4  # two classes, both orders, four pairs of senses
    assert set(found.values()) == {Passage(0, 0, None)}


def test_routes_with_trains_in_common(folder):
    """Known as soon as one row tells of routes that trains reach over others; by class."""
    row = {"route_a": "ab", "route_b": "bc", "source": "toy"}
    toy.write(folder, "through_running", [row | {"place_id": "b"}])
    assert services(folder).through() == {"emu": {}, "conventional": {}}
    other = {
        "route_a": "bc",
        "route_b": "bc",
        "class": "emu",
        "trains_per_day": 3,
        "source": "toy",
    }
    toy.write(folder, "through_running", [row | {"place_id": "b"}, other])
    both = frozenset({"ab", "bc"})
    assert services(folder).through() == {"emu": {"ab": both, "bc": both}, "conventional": {}}
    assert list(services(folder).passages()) == ["b"]


def test_parameters_stand_in_for_what_is_not_known(folder):
    other = replace(DEFAULT_PARAMETERS, hsr_trains=9, emu_share_hsr=0.5)
    assert services(folder, parameters=other).on("ab-1") == {"emu": Service(9, 125)}
