"""Speeds and access times by hand, from the constants that stand in one table."""

from __future__ import annotations

import pytest

from geo.network.parameters import CONSTANTS
from geo.network.speeds import leaving_minutes, pace, street_access

ROAD = {"mode": "road", "class": "expressway", "design_speed_kmh": 100.0,
        "operating_speed_kmh": None}  # fmt: skip


def test_a_road_takes_its_design_speed_times_a_factor():
    assert pace(ROAD) == pytest.approx((60 / 85, 0))
    assert pace(ROAD | {"design_speed_kmh": float("nan")}) == pytest.approx((60 / 68, 0))
    assert pace(ROAD | {"operating_speed_kmh": 120}) == pytest.approx((60 / 102, 0))


@pytest.mark.parametrize(
    ("kind", "spacing"), [("hsr", 90), ("intercity", 70), ("conventional", 80)]
)
def test_trains_lose_four_minutes_at_every_stop(kind, spacing):
    rail = {"mode": "rail", "class": kind, "design_speed_kmh": 350, "operating_speed_kmh": 300}
    assert pace(rail) == pytest.approx((60 / 285, 4 / spacing))
    unknown = rail | {"design_speed_kmh": None, "operating_speed_kmh": float("nan")}
    assert pace(unknown).run == pytest.approx(60 / (120 * 0.95))


def test_ships_have_one_speed():
    water = {"mode": "water", "class": "waterway", "design_speed_kmh": 30,
             "operating_speed_kmh": None}  # fmt: skip
    assert pace(water) == (4, 0)


def test_a_stop_is_entered_by_street():
    assert street_access(10, "road") == {
        "time_min": pytest.approx(10 * 1.3 / 35 * 60), "length_km": 13, "leg": "access",
        "mode": "access",
    }  # fmt: skip
    assert street_access(0, "water")["time_min"] == 0
    # half of boarding (20), alighting (5) and the start (4)
    assert street_access(0, "rail")["time_min"] == 14.5
    assert [leaving_minutes(mode) for mode in ("road", "rail", "water")] == [0, 14.5, 0]


@pytest.mark.parametrize(
    ("key", "changed"),
    [("road_factor", lambda: pace(ROAD).run), ("access_speed", lambda: street_access(1, "road")["time_min"]),
     ("access_detour", lambda: street_access(1, "road")["length_km"]),
     ("board_min", lambda: leaving_minutes("rail"))],
)  # fmt: skip
def test_a_constant_is_read_when_it_is_used(monkeypatch, key, changed):
    """No module keeps a copy: what is changed in the table changes what depends on it."""
    before = changed()
    monkeypatch.setitem(CONSTANTS, key, CONSTANTS[key]._replace(value=1.5 * CONSTANTS[key].value))
    assert changed() != before


def test_every_constant_has_a_unit_and_a_reason():
    for constant in CONSTANTS.values():
        assert constant.value > 0
        assert constant.unit
        assert len(constant.reason) > 10
