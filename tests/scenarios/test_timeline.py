"""The years of a page: states, figures and values, against networks built for each date."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import small_region
import toy

import geo
from geo.connectivity import connectivity_indices
from geo.network import DoorTimes
from geo.scenarios import (
    Timeline,
    build_timeline,
    figures_by_year,
    horizon_of,
    timeline_values,
    travel_times_on,
)
from geo.scenarios.timeline import _packed, _shortened

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """Two provinces from 2008 to 2029: lines of 2010, one expected in 2028."""
    folder = small_region.write(tmp_path_factory.mktemp("two") / "provinces")
    file = folder / "region.toml"
    text = file.read_text("utf-8").replace("zoom = 9", "zoom = 9\nyears = [2008, 2029]")
    file.write_text(text, encoding="utf-8")
    return geo.build_layers(geo.load(folder))


@pytest.fixture(scope="module")
def timeline(layers):
    return build_timeline(layers, DAY)


def test_the_dates_are_the_ends_of_the_years_and_the_day(timeline):
    years = [str(year) for year in range(2008, 2030)]
    assert list(timeline.days) == [*years[:18], "2026-11-23", *years[18:]]
    assert timeline.days["2008"] == date(2008, 12, 31)
    assert timeline.days["2026-11-23"] == DAY
    assert [timeline.at(key) for key in ("2008", "2026-11-23", "2029")] == [0, 18, 22]
    assert timeline.key[DAY] == "2026-11-23"
    assert timeline.key[date(2029, 12, 31)] == "2029"


def test_a_day_that_ends_a_year_is_that_year(layers):
    found = build_timeline(layers, date(2010, 12, 31))
    assert list(found.days) == [str(year) for year in range(2008, 2030)]


def test_a_state_lasts_until_something_opens(timeline):
    """2010: all but the widening of 2020, which opens on another's carriageway; 2028: north-2."""
    assert timeline.state == [0, 0, *[1] * 10, *[2] * 9, 3, 3]
    assert [len(part) for part in (timeline.stats, timeline.km, timeline.times)] == [4] * 3
    assert timeline.stages["north-2"] == "c" * 21 + "aa"
    assert timeline.stages["wider-1"] == "n" * 10 + "cc" + "o" * 11


@pytest.mark.parametrize("key", ["2008", "2015", "2026-11-23", "2029"])
def test_figures_are_those_of_a_network_of_that_date(timeline, layers, key):
    state, day = timeline.state[timeline.at(key)], timeline.days[key]
    net = geo.build_network(layers, year=day)
    km = net.edges.groupby("class")["length_km"].sum()
    assert timeline.km[state] == pytest.approx(dict(km))
    assert timeline.stats[state]["length_km"] == pytest.approx(sum(km))
    assert timeline.stats[state]["beta"] == pytest.approx(
        connectivity_indices(net)["beta"], nan_ok=True
    )
    wanted = travel_times_on(layers, day)
    assert np.array_equal(timeline.times[state].cities, wanted.cities)
    assert np.array_equal(timeline.times[state].settlements, wanted.settlements)


def test_links_are_those_open_on_both_sides(timeline):
    links = [[stats[f"{mode}.links"] for mode in ("road", "rail", "water")]
             for stats in timeline.stats]  # fmt: skip
    assert links == [[0, 0, 0], [1, 1, 1], [1, 1, 1], [2, 1, 1]]


def test_the_horizon_is_the_end_of_the_last_expected_year(layers):
    assert horizon_of(layers, DAY) == date(2028, 12, 31)
    assert horizon_of(layers, date(2028, 5, 1)) == date(2028, 12, 31)
    assert horizon_of(layers, date(2040, 5, 1)) == date(2040, 12, 31)


def test_milestones_are_in_order_and_once(layers):
    region = layers.catalogue.region
    assert region.days_of_interest(DAY, date(2028, 12, 31)) == [
        date(2015, 12, 31), DAY, date(2028, 12, 31)]  # fmt: skip
    assert region.days_of_interest(date(2015, 12, 31), date(2010, 12, 31)) == [
        date(2010, 12, 31), date(2015, 12, 31)]  # fmt: skip


def made_up(layers):
    """Two states: all pairs 60 min apart, then the cores aa and cc 45 min and a pair apart."""
    cities = [city.city_id for city in layers.catalogue.centres]
    first = np.full((4, 4), 60.0)
    np.fill_diagonal(first, 0)
    second, (a, b, c) = first.copy(), (cities.index(key) for key in ("aa", "bb", "cc"))
    second[a, c] = second[c, a] = 45.4
    second[a, b] = second[b, a] = np.inf
    days = {"2020": date(2020, 12, 31), "2021": date(2021, 12, 31), "2022": date(2022, 12, 31)}
    return Timeline(days, {}, [0, 0, 1], [{"beta": 1.0, "pi": np.nan}, {"beta": 4 / 3}],
                    [{"hsr": 10.4}, {"hsr": 10.6, "expressway": 0.4}], [DoorTimes(first, first), DoorTimes(second, second)])  # fmt: skip


def test_figures_of_every_year(layers):
    days = {2020: date(2020, 12, 31), 2022: date(2022, 12, 31)}
    first, second = figures_by_year(made_up(layers), layers, date(2021, 12, 31), days)
    assert first == {"km": {"hsr": 10}, "times": {"cores": 60, "near": 100}}
    # people in thousands: aa 50, bb 20, cc 40, dd 10; pairs as products
    pairs = {"ab": 1000, "ac": 2000, "ad": 500, "bc": 800, "bd": 200, "cd": 400}
    near = (sum(pairs.values()) - pairs["ab"] - pairs["ac"] + pairs["ac"] * 60 / 45.4) / sum(
        pairs.values()
    )
    assert second == {"km": {"hsr": 11, "expressway": 0},
                      "times": {"cores": 45, "near": round(100 * near)}}  # fmt: skip
    later, _ = figures_by_year(made_up(layers), layers, date(2022, 12, 31), days)
    assert later["times"]["near"] == round(100 / near)


def test_no_way_is_no_figure(layers):
    apart = np.full((4, 4), np.inf)
    day = date(2020, 12, 31)
    found = Timeline({"2020": day}, {}, [0], [{}], [{}], [DoorTimes(apart, apart)])
    assert figures_by_year(found, layers, day, {2020: day}) == [
        {"km": {}, "times": {"cores": None, "near": None}}]  # fmt: skip


def test_a_region_alone_has_one_core_and_no_time_between_cores(tmp_path):
    folder = toy.region(tmp_path, {"a": (0, 0), "b": (9, 0)}, {"ab": 9}, {"a": 1})
    layers = geo.build_layers(geo.load(folder))
    day = date(2020, 12, 31)
    found = Timeline(
        {"2020": day}, {}, [0], [{}], [{}], [DoorTimes(np.zeros((1, 1)), np.zeros((1, 1)))]
    )
    (figures,) = figures_by_year(found, layers, day, {2020: day})
    assert figures["times"] == {"cores": None, "near": None}


def test_values_of_a_page(layers):
    values = timeline_values(made_up(layers), layers)
    assert values["moments"] == ["2020", "2021", "2022"]
    assert values["dates"] == ["2020-12-31", "2021-12-31", "2022-12-31"]
    assert values["state"] == [0, 0, 1]
    assert values["stats"] == {"beta": [1, 1.333333], "pi": [None, None]}
    assert values["km"] == {"hsr": [10.4, 10.6], "expressway": [None, 0.4]}
    assert sorted(values["people"]) == [10_000, 20_000, 40_000, 50_000]
    first, *steps = values["minutes"]
    assert first == [6000] * 6
    assert len(steps) == 1
    assert sorted(steps[0][1::2]) == [-1, 4540]
    decoded = list(first)
    for position, value in zip(steps[0][::2], steps[0][1::2], strict=True):
        decoded[position] = value
    assert decoded == _packed(made_up(layers).times[1].cities).tolist()


def test_times_are_packed_by_pairs_and_rounded_up():
    minutes = np.array([[0, 10.001, np.inf], [10.001, 0, 120.0], [np.inf, 120.0, 0]])
    assert _packed(minutes).tolist() == [1001, -1, 12000]


@pytest.mark.parametrize(
    ("value", "kept"),
    [(1234.56789, 1234.568), (2.0, 2), (-0.5, -0.5), (0.0, 0), (123456789.0, 123456800),
     (None, None), (np.nan, None), (np.inf, None)],
)  # fmt: skip
def test_numbers_keep_seven_digits(value, kept):
    found = _shortened(value)
    assert found == kept
    assert type(found) is type(kept)
