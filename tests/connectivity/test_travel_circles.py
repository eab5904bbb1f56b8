"""Pairs of cities within an hour or two, on a small region of two provinces."""

from __future__ import annotations

import numpy as np
import pytest
import small_region
import toy

import geo
from geo.connectivity import core_cities, travel_circle_table


@pytest.fixture(scope="module")
def cat(tmp_path_factory):
    return geo.load(small_region.write(tmp_path_factory.mktemp("two")))


#: Minutes between aa and bb in the west, cc and dd in the east; aa and cc are the largest.
TIMES = np.array([[0, 30, 60.5, 120], [30, 0, 50, 121], [60, 50, 0, 61], [120, 121, 61, 0]])


def test_the_largest_city_of_each_region_is_a_core(cat):
    assert [city.city_id for city in core_cities(cat)] == ["aa", "cc"]


def test_pairs_are_compared_with_their_aim(cat):
    table = travel_circle_table(TIMES, cat)
    rows = table.set_index(["preset", "from_id", "to_id"])
    assert table["preset"].drop_duplicates().tolist() == ["cores", "neighbours", "circle"]
    assert rows.loc["cores", ["minutes", "target", "met"]].to_numpy().tolist() == [
        [60.5, 60, False]
    ]
    near = rows.loc["neighbours"]
    assert near.index.tolist() == [("aa", "bb"), ("aa", "dd"), ("cc", "bb"), ("cc", "dd")]
    assert near["met"].tolist() == [True, False, True, False]
    circle = rows.loc["circle"]
    assert circle.index.tolist() == [
        (a, b)
        for i, a in enumerate(("aa", "bb", "cc", "dd"))
        for b in ("aa", "bb", "cc", "dd")[i + 1 :]
    ]
    assert circle["met"].tolist() == [True, True, True, True, False, True]
    assert set(table["basis"]) == {"door to door"}
    assert rows.loc[("circle", "aa", "bb"), "pair"] == "城aa–城bb"
    assert rows["straight_km"].loc["cores"].iloc[0] == pytest.approx(1.02 * 111.32, rel=1e-3)


def test_a_neighbour_is_near(cat):
    """bb is 32.1 km from aa, dd 31.4 km from cc."""
    table = travel_circle_table(TIMES, cat, neighbour_km=33)
    near = table[table["preset"] == "neighbours"]
    assert near[["from_id", "to_id"]].to_numpy().tolist() == [["aa", "bb"], ["cc", "dd"]]
    table = travel_circle_table(TIMES, cat, neighbour_km=32)
    assert table.loc[table["preset"] == "neighbours", "from_id"].tolist() == ["cc"]
    assert travel_circle_table(TIMES, cat, neighbour_km=31)["preset"].ne("neighbours").all()


def test_one_region_has_no_pair_of_cores(tmp_path):
    net = toy.network(tmp_path, toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)
    table = travel_circle_table(np.full((5, 5), 9.0), net.layers.catalogue)
    assert (table["preset"] == "neighbours").sum() == 4
    assert "cores" not in set(table["preset"])
    assert set(table.loc[table["preset"] == "neighbours", "from_id"]) == {"a"}
