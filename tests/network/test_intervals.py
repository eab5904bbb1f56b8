"""Intervals of times and shares within a limit: textbook values of the normal distribution."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from geo.network.intervals import share_within, time_deviation, time_interval
from geo.network.parameters import Parameters

#: Round numbers, all different, so that none can stand for another.
P = replace(
    Parameters(),
    deviation_rail=0.3,
    deviation_road=0.4,
    deviation_door_min=40.0,
    deviation_train_min=9.0,
)


@pytest.mark.parametrize(
    ("mode", "doors", "deviation"),
    [
        ("rail", True, 50.0),  # 30 and 40
        ("road", True, math.hypot(40, 40)),
        ("any", True, math.hypot(40, 40)),  # the larger share of the two
        ("water", True, math.hypot(40, 40)),
        ("rail", False, math.hypot(30, 9)),
        ("road", False, 41.0),  # 40 and 9
    ],
)
def test_a_share_of_the_time_and_a_fixed_part_add_in_squares(mode, doors, deviation):
    found = time_deviation([100.0, 0.0], mode, P, doors=doors)
    assert found == pytest.approx([deviation, 0.0])
    low, high = time_interval([300.0, 0.0], mode, P, doors=doors)
    fixed = 40.0 if doors else 9.0
    half = norm.ppf(0.95) * math.hypot(300 * {"rail": 0.3}.get(mode, 0.4), fixed)
    assert low == pytest.approx([300 - half, 0.0], abs=0.05)
    assert high == pytest.approx([300 + half, 0.0], abs=0.05)


def test_from_door_to_door_unless_told():
    assert time_deviation(100, "rail", P) == pytest.approx(50.0)
    default = Parameters()
    assert time_deviation(100, "road") == pytest.approx(
        math.hypot(100 * default.deviation_road, default.deviation_door_min)
    )
    assert time_interval(100, "rail", P)[1] == pytest.approx(100 + 1.645 * 50)
    assert time_interval(100, "road")[1] == time_interval(100, "road", default, doors=True)[1]


def test_no_time_is_below_nothing_and_none_stays_none():
    low, high = time_interval([1.0, np.inf], "rail", P)
    assert low.tolist() == [0.0, np.inf]
    assert high[0] == pytest.approx(1 + 1.645 * math.hypot(0.3, 40))
    assert high[1] == np.inf


@pytest.mark.parametrize("mode", ["rail", "road", "any"])
def test_the_share_within_a_limit_is_that_of_the_normal_distribution(mode):
    times = np.array([1.0, 60.0, 119.0, 120.0, 121.0, 200.0, 900.0])
    share = {"rail": 0.3}.get(mode, 0.4)
    expected = norm.cdf(120, loc=times, scale=np.hypot(share * times, 40.0))
    assert share_within(times, 120, mode, P) == pytest.approx(expected, rel=1e-12)
    assert share_within([120.0], 120, mode, P) == pytest.approx([0.5])


def test_who_is_there_is_within_any_limit_and_who_has_no_way_within_none():
    assert share_within([0.0, np.inf], 120, "rail", P).tolist() == [1.0, 0.0]
    assert share_within([0.0], 0, "rail", P).tolist() == [1.0]
    certain = replace(P, deviation_rail=0.0, deviation_door_min=0.0)
    assert share_within([119.0, 120.0, 120.001], 120, "rail", certain).tolist() == [1.0, 1.0, 0.0]
