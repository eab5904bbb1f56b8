"""Accessibility: the textbook network by hand, and properties of any network."""

from __future__ import annotations

import math

import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse.csgraph import floyd_warshall
from scipy.stats import norm

import geo
from geo.connectivity import accessibility as acc
from geo.connectivity import coefficient_of_variation, gini
from geo.core import BadInputError, NotFoundError
from geo.network import DoorTimes

INF = math.inf


#: Shortest paths of K in km, which are minutes at 60 km/h.
K_TIMES = np.array([[0, 12, 18, 15, 27], [12, 0, 10, 22, 19], [18, 10, 0, 12, 9],
                    [15, 22, 12, 0, 21], [27, 19, 9, 21, 0]], float)  # fmt: skip


K_PEOPLE = np.array([4.0, 1, 3, 1, 1])
K_XY = np.array(list(toy.K_NODES.values()), float)
K_STRAIGHT = np.hypot(*(K_XY[:, None] - K_XY[None]).transpose(2, 0, 1))
F_HOPS = np.array([[abs(i - j) if i // 3 == j // 3 else INF for j in range(6)] for i in range(6)])


def test_mean_travel_time_of_the_textbook_network():
    mean, share, reached = acc.mean_travel_time(K_TIMES, K_PEOPLE)
    assert mean == pytest.approx([18, 119 / 9, 103 / 7, 139 / 9, 175 / 9])
    assert share == pytest.approx(np.ones(5))
    assert reached == pytest.approx(mean)
    assert np.average(mean, weights=K_PEOPLE) == pytest.approx(16.4254, abs=5e-5)
    assert coefficient_of_variation(mean, K_PEOPLE) == pytest.approx(0.12029, abs=5e-6)
    assert gini(mean, K_PEOPLE) == pytest.approx(0.06566, abs=5e-6)


def test_daily_accessibility_of_the_textbook_network():
    found = acc.cumulative_opportunities(K_TIMES, K_PEOPLE, 15)
    assert found.tolist() == [6, 8, 6, 8, 4]
    assert acc.cumulative_opportunities(K_TIMES, K_PEOPLE, 15 - 1e-6)[[0, 3]].tolist() == [5, 4]
    assert coefficient_of_variation(found, K_PEOPLE) == pytest.approx(0.1737, abs=5e-5)
    assert gini(found, K_PEOPLE) == pytest.approx(5 / 62)


def test_potential_of_the_textbook_network():
    def of_a(**settings):
        return acc.gravity_potential(K_TIMES, K_PEOPLE, **settings)[0]

    assert of_a(decay=1) == pytest.approx(0.3537, abs=5e-5)
    assert of_a(decay=1.5) == pytest.approx(0.08768, abs=5e-6)
    assert of_a(decay=0.05, kind="exponential") == pytest.approx(2.5001, abs=5e-5)
    own = np.array([2.0, 0, 0, 0, 0])
    assert of_a(decay=1, own=own) == pytest.approx(of_a(decay=1) + 4 / 2)
    assert of_a(decay=1, own=own / 1e9) == pytest.approx(of_a(decay=1) + 4)  # the floor
    found = acc._potentials(K_TIMES, K_PEOPLE, 1.5)
    assert found["value"].tolist() == acc.gravity_potential(K_TIMES, K_PEOPLE).tolist()
    for key in ("ratio", "ratio_1", "ratio_1.5", "ratio_2"):
        assert found[key].shape == (5,)
        assert found[key].mean() == pytest.approx(1)
    assert found["ratio"].tolist() == found["ratio_1.5"].tolist() != found["ratio_2"].tolist()


def test_network_efficiency_of_the_textbook_network():
    mean = acc.network_efficiency(K_TIMES, K_STRAIGHT, K_PEOPLE, ideal_kmh=120)[0]
    assert mean[[0, 2]] == pytest.approx([99 / 35, 92 / 35])
    at_60 = acc.network_efficiency(K_STRAIGHT, K_STRAIGHT, K_PEOPLE, ideal_kmh=60)[0]
    assert at_60 == pytest.approx(np.ones(5))


def test_global_efficiency():
    hops = np.where(K_TIMES == 0, 0, np.where(K_TIMES > 18, 2, 1.0))
    hops[1, 4] = hops[4, 1] = 2
    assert acc.global_efficiency(hops) == pytest.approx(0.8)
    assert acc.global_efficiency(K_TIMES) == pytest.approx(0.068274, abs=5e-7)
    assert acc.global_efficiency(K_TIMES, K_STRAIGHT) == pytest.approx(0.830374, abs=5e-7)
    assert acc.global_efficiency(F_HOPS) == pytest.approx(1 / 3)
    assert math.isnan(acc.global_efficiency(np.zeros((1, 1))))
    assert math.isnan(acc.global_efficiency(np.zeros((0, 0))))
    assert math.isnan(acc.global_efficiency(np.zeros((2, 2))))


def test_logsum_of_two_modes():
    def of(k, *times):
        return acc.logsum(np.array([[[0, t], [t, 0]] for t in times], float), k)[0, 1]

    assert of(0.1, 30, 40) == pytest.approx(26.87, abs=5e-3)
    assert of(0.05, 30, 40) == pytest.approx(20.52, abs=5e-3)
    assert of(1, 30, 40) == pytest.approx(30.00, abs=5e-3)
    assert of(0.1, 30, 30) == pytest.approx(30 - math.log(2) / 0.1)
    assert of(0.1, 30, INF) == pytest.approx(30)
    assert of(0.1, INF, INF) == INF
    assert math.isnan(of(0.001, 30, 40))  # no time below nothing
    # with k = b a logsum gives the sum of the potentials by mode
    modes = np.array([K_TIMES, K_TIMES[::-1, ::-1]]) + 30
    whole = acc.gravity_potential(
        acc.logsum(modes, 0.02), K_PEOPLE, decay=0.02, kind="exponential"
    )
    parts = [acc.gravity_potential(t, K_PEOPLE, decay=0.02, kind="exponential") for t in modes]
    assert whole == pytest.approx(sum(parts))


def test_what_is_unreachable_is_told_and_not_averaged():
    people = np.array([1.0, 2, 3, 4, 5, 6])
    mean, share, reached = acc.mean_travel_time(F_HOPS, people)
    assert np.isinf(mean).all()
    assert share[0] == pytest.approx(5 / 20)
    assert reached[0] == pytest.approx((2 + 2 * 3) / 5)
    assert acc.cumulative_opportunities(F_HOPS, people, 2).tolist() == [6, 6, 6, 15, 15, 15]
    assert np.isfinite(acc.gravity_potential(F_HOPS, people)).all()
    only = np.array([1.0, 2, 3, 0, 0, 0])
    mean, share, reached = acc.mean_travel_time(F_HOPS, only)
    assert np.isfinite(mean[:3]).all()
    assert share.tolist() == [1, 1, 1, 0, 0, 0]
    assert np.isnan(reached[3:]).all()
    alone = acc.mean_travel_time(np.zeros((1, 1)), np.ones(1))
    assert np.isnan(np.concatenate(alone)).all()


def test_numbers_that_cannot_be_are_refused():
    good = np.ones(5)
    for minutes, mass in (
        (K_TIMES, good[:4]), (-K_TIMES, good), (K_TIMES, -good), (K_TIMES, good * np.nan),
        (K_TIMES * np.nan, good),
    ):  # fmt: skip
        for indicator in (acc.mean_travel_time, acc.gravity_potential):
            with pytest.raises(BadInputError):
                indicator(minutes, mass)
    with pytest.raises(BadInputError):
        acc.gravity_potential(K_TIMES, good, decay=0)
    with pytest.raises(BadInputError):
        acc.network_efficiency(K_TIMES, K_STRAIGHT, good, ideal_kmh=0)
    with pytest.raises(BadInputError):
        acc.logsum(np.array([K_TIMES]), 0)


masses = arrays(float, 6, elements=st.floats(0.1, 100))
points = arrays(float, (6, 2), elements=st.integers(-50, 50).map(float), unique=True)
links = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=15)


def shortest(xy, pairs, factor=1.2):
    straight = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    graph = np.full((6, 6), INF)
    np.fill_diagonal(graph, 0)
    for i, j in pairs:
        graph[i, j] = graph[j, i] = factor * straight[i, j]
    return floyd_warshall(graph), straight


@settings(max_examples=60, deadline=None)
@given(points, masses, links, links)
def test_more_links_never_make_access_worse(xy, mass, pairs, more):
    before, straight = shortest(xy, pairs)
    after, _ = shortest(xy, [*pairs, *more])
    assert np.array_equal(before, before.T)
    assert (
        acc.mean_travel_time(after, mass)[0] <= acc.mean_travel_time(before, mass)[0] + 1e-9
    ).all()
    assert (
        acc.mean_travel_time(after, mass)[1] >= acc.mean_travel_time(before, mass)[1] - 1e-9
    ).all()
    assert (
        acc.cumulative_opportunities(after, mass, 30)
        >= acc.cumulative_opportunities(before, mass, 30)
    ).all()
    assert (
        acc.gravity_potential(after, mass) >= acc.gravity_potential(before, mass) - 1e-12
    ).all()
    better, worse = acc.global_efficiency(after, straight), acc.global_efficiency(before, straight)
    assert worse - 1e-12 <= better <= 1
    ratio = acc.network_efficiency(after, straight, mass, ideal_kmh=60)[2]
    assert (ratio[~np.isnan(ratio)] >= 1).all()


# --- tables of cities ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def k(tmp_path_factory):
    """The textbook network, ten times as large: 10 min for each of its km."""
    far = {n: (10 * x, 10 * y) for n, (x, y) in toy.K_NODES.items()}
    edges = {edge: 10 * km for edge, km in toy.K_EDGES.items()}
    return toy.network(tmp_path_factory.mktemp("k"), far, edges, toy.K_POPULATION)


MINUTES = 10 * K_TIMES


def test_mean_times_of_cities(k):
    table = acc.city_table(k)
    assert table["city_id"].tolist() == list("abcde")
    assert table["population"].tolist() == [4, 1, 3, 1, 1]
    wanted = np.array([18, 119 / 9, 103 / 7, 139 / 9, 175 / 9]) * 10
    assert table["value"].to_numpy() == pytest.approx(wanted)
    assert table["value_reached"].to_numpy() == pytest.approx(wanted)
    assert table["share_reached"].tolist() == [1] * 5
    assert set(table["unit"]) == {"min"}
    assert acc.city_table(k, times=DoorTimes(MINUTES, MINUTES))[
        "value"
    ].to_numpy() == pytest.approx(wanted)


def test_people_within_a_time(k):
    """By the probability that a time lies within the limit; the bounds by all times at one end."""
    table = acc.city_table(k, indicator="daily", limit=150)

    def expected(times):
        spread = np.hypot(0.1 * times, 5)
        within = norm.cdf((150 - times) / spread)
        np.fill_diagonal(within, 1)
        return within @ K_PEOPLE

    half = 1.645 * np.hypot(0.1 * MINUTES, 5)
    assert table["value"].to_numpy() == pytest.approx(expected(MINUTES))
    assert table["low"].to_numpy() == pytest.approx(expected(MINUTES + half))
    assert table["high"].to_numpy() == pytest.approx(expected(np.maximum(MINUTES - half, 0)))
    assert set(table["unit"]) == {"people"}


def test_potentials_of_cities(k):
    table = acc.city_table(k, indicator="potential", decay=1)
    value = acc.gravity_potential(MINUTES, K_PEOPLE, decay=1)
    assert table["value"].to_numpy() == pytest.approx(value)
    assert table["ratio"].to_numpy() == pytest.approx(value / value.mean())
    assert table["ratio"].equals(table["ratio_1"])
    assert table["ratio_2"].mean() == pytest.approx(1)
    assert not table["ratio_1.5"].equals(table["ratio_2"])
    assert set(table["unit"]) == {"people/min^1"}


def test_efficiencies_of_cities(k):
    table = acc.city_table(k, indicator="efficiency", mode="road")
    wanted = acc.network_efficiency(MINUTES, 10 * K_STRAIGHT, K_PEOPLE, ideal_kmh=120)[0]
    assert table["value"].to_numpy() == pytest.approx(wanted, rel=2e-3)
    rail = acc.city_table(k, indicator="efficiency")
    assert rail["value"].to_numpy() == pytest.approx(wanted * 350 / 120, rel=2e-3)
    slow = acc.city_table(k, indicator="efficiency", ideal_kmh=60)
    assert slow["value"].to_numpy() == pytest.approx(wanted * 60 / 120, rel=2e-3)
    with pytest.raises(BadInputError, match="at least 60 km/h, got 59"):
        acc.city_table(k, indicator="efficiency", ideal_kmh=59)
    assert set(table["unit"]) == {"1"}


def test_destinations_can_be_fixed(k):
    table = acc.city_table(k, destinations=["a", "c"])
    wanted = (4 * MINUTES[:, 0] + 3 * MINUTES[:, 2]) / 7
    assert table["value"][[1, 3, 4]].tolist() == pytest.approx(wanted[[1, 3, 4]].tolist())
    assert table["value"][0] == pytest.approx(MINUTES[0, 2])  # nobody is a destination of his own
    with pytest.raises(NotFoundError, match="nowhere"):
        acc.city_table(k, destinations=["nowhere"])
    with pytest.raises(BadInputError, match="location, daily, potential, efficiency"):
        acc.city_table(k, indicator="speed")


def test_the_most_populous_group_is_connected(k):
    def ids(reached):
        minutes = np.where(np.array(reached), 10.0, INF)
        return "".join(
            city.city_id for city in acc.connected_cities(k, times=DoorTimes(minutes, minutes))
        )

    assert "".join(city.city_id for city in acc.connected_cities(k)) == "abcde"
    assert acc.connected_cities(k, mode="rail") == acc.connected_cities(k)[:1]
    blocks = np.zeros((5, 5), bool)
    blocks[np.ix_([0, 4], [0, 4])] = blocks[np.ix_([1, 2, 3], [1, 2, 3])] = True
    assert ids(blocks) == "ae"  # 4 + 1 people against 1 + 3 + 1: the first of equals
    blocks[4, :] = blocks[:, 4] = False
    assert ids(blocks) == "bcd"


def test_indicators_of_counties(tmp_path):
    """Two seats 80 min apart by a road of 60 km/h, straight along it."""
    nodes = {"x": (0, 0), "y": (80, 0)}
    toy.region(tmp_path, nodes, {"xy": 80}, {"x": 9, "y": 9})
    toy.write(tmp_path, "zones", [
        {"zone_id": f"99010{i}", "name": f"县{i}", "name_en": f"Seat {i}", "region": "toy",
         "population": people, "lon": nodes[n][0] / toy.KM_LON, "lat": 0, "source": "toy"}
        for i, (n, people) in enumerate((("x", 5), ("y", 3)))
    ])  # fmt: skip
    net = geo.build_network(geo.load(tmp_path), year=2020)
    table = acc.zone_table(net, mode="road")
    assert table.columns[:2].tolist() == ["zone_id", "city_id"]
    assert table["zone_id"].tolist() == ["990100", "990101"]
    assert table["population"].tolist() == [5, 3]
    assert table["value"].tolist() == pytest.approx([80, 80])
    for decay in (1, 2):
        found = acc.zone_table(net, mode="road", indicator="potential", decay=decay)
        assert found["value"].tolist() == pytest.approx([3 / 80**decay, 5 / 80**decay])
    daily = [acc.zone_table(net, mode="road", indicator="daily", limit=t) for t in (5, 80, 900)]
    assert [table["value"][0] for table in daily] == pytest.approx([5, 6.5, 8], abs=1e-3)
    ratio = acc.zone_table(net, mode="road", indicator="efficiency")
    assert ratio["value"].tolist() == pytest.approx([2, 2], rel=1e-3)  # 120 km/h at best
    assert acc.zone_table(net, mode="rail")["share_reached"].tolist() == [0, 0]
