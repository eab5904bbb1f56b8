"""Computed times against published ones."""

from __future__ import annotations

import json

import pytest

from geo.cli.main import main
from geo.connectivity import calibrate_times, calibration_summary


@pytest.fixture(scope="module")
def fit(drawn):
    return calibrate_times(drawn)


def test_computed_times_fit_the_published_ones(fit):
    found = calibration_summary(fit)
    assert found["pairs"] >= 30
    assert found["median_error"] <= 0.08
    assert found["within_20_percent"] >= 0.90


def test_what_does_not_count_has_a_reason_and_what_is_far_off_a_note(fit):
    assert (fit.loc[fit["mode"] == "road", "reason"] != "").all()
    far = fit[(fit["reason"] == "") & (fit["error"].abs() > 0.2)]
    assert (far["notes"] != "").all()


def test_the_cores_from_station_to_station(fit):
    rows = fit.set_index(["from_zh", "to_zh", "date"])["computed_min"]
    assert rows["成都东", "沙坪坝", "2020-12-24"] == pytest.approx(62, abs=6)
    assert rows["成都", "重庆北", "2027"] == pytest.approx(50, abs=5)


def test_calibrate_command(capsys, cat):
    assert main(["calibrate", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["pairs_compared"]) == len(cat.services)
    assert main(["calibrate"]) == 0
    assert "median error" in capsys.readouterr().out
