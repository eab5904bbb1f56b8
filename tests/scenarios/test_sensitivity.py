"""Which parameter moves which headline: against networks built with each value by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import toy

import geo
from geo.network.parameters import Parameters
from geo.scenarios import headline_intervals, sensitivity_table
from geo.scenarios.sensitivity import headline_values, largest_centres

DAY = date(2026, 1, 1)
#: Cars keep another share of the design speed; nothing else matters to these roads.
ROADS = {"road_factor", "road_factor_slow", "road_slow_kmh", "road_default"}


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sensitivity") / "data"
    made = toy.region(folder, toy.K_NODES, toy.K_EDGES, toy.K_POPULATION, design_speed_kmh=100)
    return geo.build_layers(geo.load(made))


@pytest.fixture(scope="module")
def table(layers):
    found = sensitivity_table(layers, DAY)
    assert found.index.tolist() == list(range(len(found)))
    return found.set_index("name")


def times(layers, parameters):
    net = geo.build_network(layers, year=DAY, nodes="stops", parameters=parameters)
    return geo.travel_time_matrix(net, mode="any")


def test_headlines_are_the_times_of_the_matrix(layers):
    centres = layers.catalogue.centres
    first, second = largest_centres(centres)
    assert {first.population, second.population} == {3, 4}
    values = headline_values(layers, DAY, Parameters())
    table = times(layers, Parameters())
    assert values["time_road_min"] == pytest.approx(table.loc[first.city_id, second.city_id])
    assert "time_rail_min" not in values
    people = np.array([city.population for city in centres], float)
    weights = np.outer(people, people)
    np.fill_diagonal(weights, 0)
    mean = (weights * table.to_numpy()).sum() / weights.sum()
    assert values["mean_time_min"] == pytest.approx(mean)
    # everybody of the five towns is within minutes of each
    within = [value for name, value in values.items() if name.startswith("people_within_2h_")]
    assert within == pytest.approx([people.sum()] * 2)


def test_every_end_of_a_range_is_a_network_of_its_own(layers, table):
    known = Parameters().table()
    ours = known[~known.index.str.startswith(("deviation_", "background_"))]
    assert set(table.index) == set(ours.index)
    assert table["value"].to_dict() == pytest.approx(ours["value"].to_dict())
    for end in ("low", "high"):
        speed = replace(Parameters(), road_factor=float(known.loc["road_factor", end]))
        values = headline_values(layers, DAY, speed)
        for key, value in values.items():
            assert table.loc["road_factor", f"{key}_{end}"] == pytest.approx(value)
    base = headline_values(layers, DAY, Parameters())
    row = table.loc["road_factor"]
    swings = [abs(row[f"{key}_high"] - row[f"{key}_low"]) / value for key, value in base.items()]
    assert row["swing"] == pytest.approx(max(swings))
    assert row["time_road_min_low"] > base["time_road_min"] > row["time_road_min_high"]
    # no train, ship or ordinary road is there to depend on anything
    assert (
        table.loc[~table.index.isin(ROADS) & ~table.index.str.contains("access"), "swing"] == 0
    ).all()
    assert table["swing"].is_monotonic_decreasing


def test_draws_are_the_same_every_time_and_lie_between_the_ends(layers, table):
    one = headline_intervals(layers, DAY, 15).set_index("name")
    pd.testing.assert_frame_equal(one, headline_intervals(layers, DAY, 15).set_index("name"))
    other = headline_intervals(layers, DAY, 15, seed=2).set_index("name")
    assert one.loc["time_road_min", "low"] != other.loc["time_road_min", "low"]
    low, value, high = one.loc["time_road_min", ["low", "value", "high"]]
    least = min(table["time_road_min_low"].min(), table["time_road_min_high"].min())
    assert low < value < high
    assert low > least - (value - least)
    alone = headline_intervals(layers, DAY, 0)
    assert alone[["low", "high"]].isna().all(axis=None)
    assert alone.set_index("name")["value"].to_dict() == one["value"].to_dict()
