"""Values become what JSON can hold."""

from __future__ import annotations

import datetime as dt
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from geo.core.values import is_unknown, json_value


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None), (True, True), (np.bool_(False), False), ("", ""), ("km", "km"),
        (3, 3), (np.int64(3), 3), (2.5, 2.5), (np.float32(0.5), 0.5),
        (float("nan"), None), (float("inf"), None), (-np.inf, None), (np.float64("nan"), None),
        (pd.NA, None), (pd.NaT, None), (np.datetime64("NaT", "D"), None),
        (dt.date(2025, 12, 31), "2025-12-31"), (dt.datetime(2025, 12, 31, 6, tzinfo=dt.UTC), "2025-12-31T06:00:00+00:00"),
        (pd.Timestamp("2025-12-31"), "2025-12-31T00:00:00"), (np.datetime64("2025-12-31"), "2025-12-31"),
        (Point(1, 2), "POINT (1 2)"),
    ],
)  # fmt: skip
def test_single_values(value, plain):
    found = json_value(value)
    assert found == plain
    assert type(found) is type(plain)


def test_whatever_is_in_it_is_plain_too():
    frame = pd.DataFrame({"a": [1, 2], "b": [np.nan, 0.5], "c": ["x", pd.NA]})
    value = {1: frame, "array": np.array([[1.0, np.inf]]), "series": frame["b"], "pair": (1, None),
             "labels": frame.index, "area": gpd.GeoDataFrame(geometry=[Point(0, 0)])}  # fmt: skip
    found = json_value(value)
    assert json.loads(json.dumps(found, allow_nan=False)) == found == {
        "1": [{"a": 1, "b": None, "c": "x"}, {"a": 2, "b": 0.5, "c": None}],
        "array": [[1.0, None]], "series": [None, 0.5], "pair": [1, None], "labels": [0, 1],
        "area": [{"geometry": "POINT (0 0)"}],
    }  # fmt: skip


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, pd.NaT, "", []])
def test_unknown(value):
    assert is_unknown(value)


@pytest.mark.parametrize("value", [0, 0.0, False, "0", [None], float("inf")])
def test_known(value):
    assert not is_unknown(value)
