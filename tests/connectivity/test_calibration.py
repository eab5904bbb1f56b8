"""Computed times against published ones, on a small region."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import toy

import geo
from geo.connectivity import calibrate_times, calibration_summary


def published(folder, *rows):
    """A railway a-b of 180 km between two large cities, and published times on it."""
    nodes = {"a": (0, 0), "m": (90, 0), "b": (180, 0)}
    people = {"a": 8000000, "m": 1, "b": 9000000}
    toy.region(folder, nodes, {"am": 90, "mb": 90}, people, mode="rail", operating_speed_kmh=360)
    known = {
        "mode": "rail",
        "date": "2020",
        "kind": "timetable",
        "source": "toy",
        "confidence": "high",
    }
    toy.write(folder, "published_times", [known | row for row in rows])
    return geo.build_layers(geo.load(folder))


def test_trains_are_compared_from_station_to_station(tmp_path):
    layers = published(
        tmp_path,
        {"from": "a", "to": "m", "minutes": 20},
        {"from": "a", "to": "b", "minutes": 30},
        {"from": "a", "to": "b", "minutes": 40, "date": "1999"},
        {"from": "a", "to": "m", "minutes": 90, "mode": "road"},
        {"from": "a", "to": "b", "minutes": 60, "reason": "slow", "notes": "stops everywhere"},
    )
    table = calibrate_times(layers)
    run, stop, start = 90 * 60 / 342, 4.0, 4.0
    express = 2 * run + start  # from one large city to another without a stop
    assert table["computed_min"].tolist() == pytest.approx(
        [run + stop + start, express, np.nan, np.nan, express], nan_ok=True
    )
    assert table["km"].tolist() == pytest.approx([90, 180, np.nan, np.nan, 180], nan_ok=True)
    assert table["error"][0] == pytest.approx((run + stop + start) / 20 - 1)
    assert table["from_zh"].tolist() == ["a"] * 5
    assert table["reason"].tolist() == ["", "", "", "", "slow"]
    assert table["notes"][4] == "stops everywhere"
    found = calibration_summary(table)
    errors = [abs((run + stop + start) / 20 - 1), abs(express / 30 - 1)]
    assert found == pytest.approx({
        "pairs": 2, "median_error": np.mean(errors), "worst_error": max(errors),
        "within_20_percent": np.mean([error <= 0.2 for error in errors]),
    })  # fmt: skip


def test_roads_are_compared_from_centre_to_centre(tmp_path):
    nodes = {"a": (0, 0), "b": (85, 0)}
    toy.region(tmp_path, nodes, {"ab": 85}, {"a": 1, "b": 1})
    toy.write(tmp_path, "published_times", [
        {"from": "a", "to": "b", "mode": "road", "minutes": 100, "source": "toy",
         "confidence": "low", "kind": "press", "reason": "by bus"}
    ])  # fmt: skip
    table = calibrate_times(geo.build_layers(geo.load(tmp_path)))
    assert table["computed_min"].tolist() == pytest.approx([100])
    assert table["error"].tolist() == pytest.approx([0], abs=1e-9)
    assert calibration_summary(table)["pairs"] == 0


@pytest.mark.parametrize(("error", "share"), [(0.2, 1), (-0.2, 1), (0.201, 0)])
def test_a_fifth_is_near_enough(error, share):
    table = pd.DataFrame({"mode": ["rail"], "reason": [""], "error": [error]})
    assert calibration_summary(table)["within_20_percent"] == share
