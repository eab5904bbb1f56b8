"""Speeds and ways by street by hand, and the parameters they rest on."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, fields, replace

import pytest
import toy

import geo
from geo.network import DEFAULT_PARAMETERS, Parameters
from geo.network.speeds import road_kmh, street_minutes

ROAD = {"design_speed_kmh": 100.0, "operating_speed_kmh": None}


@pytest.mark.parametrize(
    ("design", "posted", "kmh"),
    [
        (100, None, 90),  # 90 % of the design speed
        (120, math.nan, 108),
        (80.1, None, 72.09),
        (80, None, 80),  # all of it up to 80 km/h
        (60, None, 60),
        (None, None, 80),  # not known: 80 km/h is taken
        (math.nan, math.nan, 80),
        (100, 120, 102),  # 85 % of a posted speed, whatever the design speed
        (None, 70, 59.5),
    ],
)
def test_a_road_takes_a_share_of_its_speed(design, posted, kmh):
    section = {"design_speed_kmh": design, "operating_speed_kmh": posted}
    assert road_kmh(section, DEFAULT_PARAMETERS) == pytest.approx(kmh)


def test_the_shares_of_speed_are_parameters():
    other = replace(DEFAULT_PARAMETERS, road_factor=0.5, road_slow_kmh=100, road_factor_slow=0.25)
    assert road_kmh(ROAD, other) == 25
    assert road_kmh(ROAD | {"design_speed_kmh": 100.1}, other) == pytest.approx(50.05)


def test_a_way_by_street_is_longer_than_the_straight_line():
    assert street_minutes(10, DEFAULT_PARAMETERS) == pytest.approx((13 / 35 * 60, 13))
    other = replace(DEFAULT_PARAMETERS, access_speed=26, access_detour=1.0)
    assert street_minutes(13, other) == (30, 13)


def test_ships_have_one_speed(tmp_path):
    net = toy.network(tmp_path, {"a": (0, 0), "b": (30, 0)}, {"ab": 30}, mode="water")
    assert net.edges[["speed_kmh", "time_min"]].to_numpy().tolist() == [[15, 120]]


def test_a_network_carries_its_parameters(tmp_path):
    """What is changed in them changes every time of that network, and no other."""
    cat = geo.load(toy.region(tmp_path, {"a": (0, 0), "b": (30, 0)}, {"ab": 30}, {"a": 1, "b": 1}))
    slow = replace(DEFAULT_PARAMETERS, road_factor_slow=0.5)
    nets = [geo.build_network(cat, year=2020, parameters=p) for p in (DEFAULT_PARAMETERS, slow)]
    assert [net.edges["time_min"].tolist() for net in nets] == [[30], [60]]
    assert [net.parameters for net in nets] == [DEFAULT_PARAMETERS, slow]
    assert [geo.travel_time_matrix(net).loc["a", "b"] for net in nets] == pytest.approx([30, 60])
    assert [net.select("road").parameters for net in nets] == [DEFAULT_PARAMETERS, slow]


def test_every_parameter_has_a_unit_a_range_and_a_reason():
    table = Parameters().table()
    assert table.index.tolist() == [f.name for f in fields(Parameters)]
    assert table.columns.tolist() == ["value", "unit", "low", "high", "reason"]
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    assert (table["low"] < table["high"]).all()
    assert (table["unit"].str.len() > 0).all()
    assert (table["reason"].str.len() > 7).all()
    assert replace(Parameters(), board_min=25).table().loc["board_min", "value"] == 25
    with pytest.raises(FrozenInstanceError):
        DEFAULT_PARAMETERS.board_min = 25
