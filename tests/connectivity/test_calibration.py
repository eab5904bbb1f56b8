"""Computed times against published ones, on a small region."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import toy

import geo
from geo.connectivity import calibrate_times, calibration_summary, residual_table

KNOWN = {"source": "toy", "confidence": "high"}
#: 40 trains at 225 km/h: 24 min from stop to stop, 4.25 to start and stop, 2 from a-m to m-b.
#: Half of them call in m, of the 25.6 between large stations the fastest makes 5 % of these stops.
NEAR = 4.25 + 24
FAR = 4.25 + 2 * 24 + 2 + 5.75 * 0.5 * 0.05


def published(folder, *rows):
    """A railway a-m-b of 180 km, and published times on it."""
    nodes = {"a": (0, 0), "m": (90, 0), "b": (180, 0)}
    people = {"a": 3, "m": 1, "b": 2}
    toy.region(folder, nodes, {"am": 90, "mb": 90}, people, mode="rail")
    toy.write(folder, "train_services", [
        {"section_id": f"{route}-1", "class": "emu", "trains_per_day": 40, "running_kmh": 225,
         **KNOWN}
        for route in ("am", "mb")
    ])  # fmt: skip
    toy.write(folder, "station_calls", [
        {"place_id": place, "class": "emu", "call_share": share, "end_share": share,
         "source": "toy"}
        for place, share in (("a", 1), ("m", 0.5), ("b", 1))
    ])  # fmt: skip
    known = {"mode": "rail", "date": "2020", "kind": "timetable", **KNOWN}
    toy.write(folder, "published_times", [known | row for row in rows])
    return geo.build_layers(geo.load(folder))


def test_trains_are_compared_from_station_to_station(tmp_path):
    layers = published(
        tmp_path,
        {"from": "a", "to": "m", "minutes": 20, "trains": 7},
        {"from": "a", "to": "b", "minutes": 52},
        {"from": "a", "to": "b", "minutes": 40, "date": "1999"},
        {"from": "a", "to": "m", "minutes": 90, "mode": "road"},
        {"from": "a", "to": "b", "minutes": 60, "reason": "slow", "notes": "stops everywhere"},
        {"from": "a", "to": "b", "minutes": 50, "kind": "plan"},
        {"from": "a", "to": "b", "minutes": 50, "kind": "recalled"},
        {"from": "b", "to": "m", "minutes": 28.25, "kind": "press"},
    )
    table = calibrate_times(layers)
    assert table["computed_min"].tolist() == pytest.approx(
        [NEAR, FAR, np.nan, np.nan, FAR, FAR, FAR, NEAR], nan_ok=True
    )
    assert table["km"].tolist() == pytest.approx(
        [90, 180, np.nan, np.nan, 180, 180, 180, 90], nan_ok=True
    )
    assert table["error"][0] == pytest.approx(NEAR / 20 - 1)
    assert table["from_zh"].tolist() == ["a"] * 7 + ["b"]
    assert table["reason"].tolist() == ["", "", "", "", "slow", "plan", "recalled", ""]
    assert table["counted"].tolist() == [True, True, *[False] * 5, True]
    assert table["notes"][4] == "stops everywhere"
    assert table["trains"][0] == 7
    assert table["line"][[0, 7]].tolist() == ["am", "mb"]
    found = calibration_summary(table)
    errors = [NEAR / 20 - 1, abs(FAR / 52 - 1), 0]
    # the pair of m-b is alone on its line: nothing corrects it; a-m and a-b correct each other
    left_out = [abs(NEAR * 52 / FAR / 20 - 1), abs(FAR * 20 / NEAR / 52 - 1), 0]
    if table["line"][1] == "mb":  # both lines are half of the way
        left_out = [errors[0], abs(FAR / 52 - 1), abs(52 / FAR - 1)]
    assert found == pytest.approx({
        "n": 3, "median_error": np.median(errors), "worst_error": max(errors),
        "bias_min": np.median([NEAR - 20, FAR - 52, 0]),
        "within_20": 2 / 3, "leave_one_out": np.median(left_out),
    })  # fmt: skip


def test_times_of_other_parameters(tmp_path):
    layers = published(tmp_path, {"from": "a", "to": "m", "minutes": 20})
    later = geo.network.Parameters(train_start_min=9)
    assert calibrate_times(layers, parameters=later)["computed_min"].tolist() == [
        pytest.approx(9 + 2.25 + 24)
    ]
    other = layers.catalogue.published_times[0].model_copy(update={"to": "b"})
    assert calibrate_times(layers, [other])["computed_min"].tolist() == [pytest.approx(FAR)]


@pytest.mark.parametrize(
    ("known", "reason", "counted"),
    [
        ({"minutes": 100, "kind": "press"}, "", True),
        ({"minutes": 100}, "", True),
        ({"minutes": 64}, "", True),  # 79.7 km/h along the straight line
        ({"minutes": 63}, "needs 80 km/h or more: a claim", False),
        ({"minutes": 100, "reason": "by bus"}, "by bus", False),
        ({"km": 85}, "a length only", False),
        ({"minutes": 100, "kind": "plan"}, "plan", False),
    ],
)
def test_roads_are_compared_from_centre_to_centre(tmp_path, known, reason, counted):
    toy.region(tmp_path, {"a": (0, 0), "b": (85, 0)}, {"ab": 85}, {"a": 1, "b": 1})
    toy.write(tmp_path, "published_times", [
        {"from": "a", "to": "b", "mode": "road", "source": "toy", "confidence": "low"} | known
    ])  # fmt: skip
    table = calibrate_times(geo.build_layers(geo.load(tmp_path)))
    assert table["computed_min"].tolist() == pytest.approx([85])
    wanted = 85 / known["minutes"] - 1 if "minutes" in known else np.nan
    assert table["error"].tolist() == pytest.approx([wanted], nan_ok=True)
    assert (table["reason"][0], table["counted"][0]) == (reason, counted)
    assert calibration_summary(table, "road")["n"] == counted
    assert calibration_summary(table)["n"] == 0


def test_lines_left_out(tmp_path):
    """Without its trains a line runs at 54 km/h, as a high-speed line built for 60 would."""
    layers = published(
        tmp_path,
        {"from": "a", "to": "m", "minutes": 90},
        {"from": "m", "to": "b", "minutes": 80},
        {"from": "a", "to": "m", "minutes": 25, "kind": "plan"},
    )
    assert "left_out_min" not in calibrate_times(layers)
    slow = layers.catalogue.train_services[0].model_copy(update={"running_kmh": 100.0})
    trains = (slow, layers.catalogue.train_services[1])
    layers = replace(layers, catalogue=replace(layers.catalogue, train_services=trains))
    table = calibrate_times(layers, leave_lines_out=True)
    assert table["computed_min"].tolist() == pytest.approx([3 + 54, NEAR, 3 + 54])
    without = 2 + 0.54 + 90 / 54 * 60
    assert table["left_out_min"].tolist() == pytest.approx(
        [without, without, math.nan], nan_ok=True
    )
    found = calibration_summary(table)
    errors = [abs(without / 90 - 1), abs(without / 80 - 1)]
    assert found["left_out_error"] == pytest.approx(np.median(errors))
    assert found["left_out_within_20"] == 0.5
    assert layers.catalogue.train_services == trains


def rows(*errors, lines="", minutes=100.0):
    """Published times of 100 min and computed ones, on lines of one letter each."""
    made = pd.DataFrame({"error": errors, "line": list(lines or "x" * len(errors))})
    computed = [minutes * (1 + error) for error in errors]
    return made.assign(mode="rail", counted=True, published_min=minutes, computed_min=computed)


@pytest.mark.parametrize(("error", "share"), [(0.2, 1), (-0.2, 1), (0.201, 0)])
def test_a_fifth_is_near_enough(error, share):
    assert calibration_summary(rows(error))["within_20"] == share


def test_every_line_is_corrected_by_its_other_pairs():
    """Three pairs of x, all 25 % late: each is corrected by both others. y has one pair alone."""
    assert calibration_summary(rows(0.25, 0.25, 0.25))["leave_one_out"] == pytest.approx(0)
    assert calibration_summary(rows(0.1, lines="y"))["leave_one_out"] == pytest.approx(0.1)
    # errors of 0 and 25 %: the first is scaled by 1 / 1.25, the second by 1
    found = calibration_summary(rows(0.0, 0.25))
    assert found["leave_one_out"] == pytest.approx(np.median([abs(1 / 1.25 - 1), 0.25]))
    empty = calibration_summary(rows(0.1).assign(counted=False))
    assert empty["n"] == 0
    assert all(math.isnan(value) for key, value in empty.items() if key != "n")


def test_errors_by_line():
    table = residual_table(rows(0.1, -0.3, 0.4, 0.05, lines="xxxy"))
    assert table["line"].tolist() == ["x", "y"]
    assert table["n"].tolist() == [3, 1]
    assert table["median_error"].tolist() == pytest.approx([0.1, 0.05])
    assert table["median_absolute_error"].tolist() == pytest.approx([0.3, 0.05])
    assert table["bias_min"].tolist() == pytest.approx([10, 5])
