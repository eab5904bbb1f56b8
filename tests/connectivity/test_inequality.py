"""Inequality between places, by hand and against the definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.connectivity import coefficient_of_variation, gini

INF = math.inf
masses = arrays(float, 6, elements=st.floats(0.1, 100))


def test_equal_values_are_not_unequal():
    assert gini(np.full(3, 7.0), np.array([1.0, 5, 2])) == 0
    assert coefficient_of_variation(np.full(3, 7.0), np.array([1.0, 5, 2])) == 0
    assert gini(np.arange(1.0, 5), np.ones(4)) == pytest.approx(0.25)


def test_the_same_minutes_saved_everywhere_leave_cities_less_equal():
    assert coefficient_of_variation(np.array([10.0, 20]), np.ones(2)) == pytest.approx(1 / 3)
    assert coefficient_of_variation(np.array([5.0, 15]), np.ones(2)) == pytest.approx(1 / 2)


@pytest.mark.parametrize("values", [[1, INF], [1, math.nan], [0, 0], [], [-2, 1]])
def test_what_has_no_mean_has_no_inequality(values):
    x = np.array(values, float)
    assert math.isnan(gini(x, np.ones(len(x))))
    assert math.isnan(coefficient_of_variation(x, np.ones(len(x))))


def test_a_negative_value_has_no_gini():
    x = np.array([-1.0, 5])
    assert math.isnan(gini(x, np.ones(2)))
    assert coefficient_of_variation(x, np.ones(2)) == pytest.approx(1.5)


def test_a_place_without_weight_does_not_count():
    x, w = np.array([1.0, 3, INF]), np.array([1.0, 1, 0])
    assert (gini(x, w), coefficient_of_variation(x, w)) == (0.25, 0.5)


@settings(max_examples=60, deadline=None)
@given(arrays(float, 6, elements=st.floats(0.01, 1e4)), masses, st.floats(0.1, 10))
def test_inequality_keeps_its_definition_and_bounds(values, weights, factor):
    share = weights / weights.sum()
    mean = np.average(values, weights=weights)
    spread = math.sqrt(np.average((values - mean) ** 2, weights=weights))
    assert coefficient_of_variation(values, weights) == pytest.approx(spread / mean)
    # twice the area between the Lorenz curve and the diagonal
    order = np.argsort(values)
    x = np.append(0, np.cumsum(share[order]))
    y = np.append(0, np.cumsum((share * values)[order])) / mean
    area = ((y[1:] + y[:-1]) * np.diff(x)).sum()
    assert gini(values, weights) == pytest.approx(1 - area, abs=1e-9)
    assert gini(values * factor, weights * factor) == pytest.approx(
        gini(values, weights), abs=1e-9
    )
    assert gini(values, weights) < 1
