"""Accessibility: the textbook network by hand, properties, the catalogue and isochrones."""

from __future__ import annotations

import dataclasses
import itertools
import math
import time

import numpy as np
import pytest
import shapely
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse.csgraph import floyd_warshall

import geo
from geo.connectivity import accessibility as acc
from geo.connectivity import inequality, travel_circles
from geo.connectivity.isochrones import isochrone_areas, reached_km
from geo.connectivity.travel_circles import PRESETS, cores
from geo.core.errors import BadInputError, NotFoundError
from geo.network.parameters import CONSTANTS, leaving_minutes
from geo.network.travel_graph import travel_graph
from geo.network.travel_times import city_travel_times

INF = math.inf
#: Shortest paths of K in km, which are minutes at 60 km/h.
K_TIMES = np.array([[0, 12, 18, 15, 27], [12, 0, 10, 22, 19], [18, 10, 0, 12, 9],
                    [15, 22, 12, 0, 21], [27, 19, 9, 21, 0]], float)  # fmt: skip
K_PEOPLE = np.array([4.0, 1, 3, 1, 1])
K_XY = np.array(list(toy.K_NODES.values()), float)
K_STRAIGHT = np.hypot(*(K_XY[:, None] - K_XY[None]).transpose(2, 0, 1))
F_HOPS = np.array([[abs(i - j) if i // 3 == j // 3 else INF for j in range(6)] for i in range(6)])


def test_location_of_the_textbook_network():
    mean, share, reached = acc.location(K_TIMES, K_PEOPLE)
    assert mean == pytest.approx([18, 119 / 9, 103 / 7, 139 / 9, 175 / 9])
    assert share == pytest.approx(np.ones(5))
    assert reached == pytest.approx(mean)
    assert np.average(mean, weights=K_PEOPLE) == pytest.approx(16.4254, abs=5e-5)
    assert inequality.variation(mean, K_PEOPLE) == pytest.approx(0.12029, abs=5e-6)
    assert inequality.gini(mean, K_PEOPLE) == pytest.approx(0.06566, abs=5e-6)
    with_own = acc.location(K_TIMES, K_PEOPLE, own=True)[0]
    assert with_own[0] == pytest.approx(10.8)


def test_daily_accessibility_of_the_textbook_network():
    found = acc.daily(K_TIMES, K_PEOPLE, 15)
    assert found.tolist() == [6, 8, 6, 8, 4]
    assert acc.daily(K_TIMES, K_PEOPLE, 15 - 1e-6)[[0, 3]].tolist() == [5, 4]
    assert inequality.variation(found, K_PEOPLE) == pytest.approx(0.1737, abs=5e-5)
    assert inequality.gini(found, K_PEOPLE) == pytest.approx(5 / 62)


def test_potential_of_the_textbook_network():
    def of_a(**settings):
        return acc.potential(K_TIMES, K_PEOPLE, **settings)[0]

    assert of_a(decay=1) == pytest.approx(0.3537, abs=5e-5)
    assert of_a(decay=1.5) == pytest.approx(0.08768, abs=5e-6)
    assert of_a(decay=0.05, kind="exponential") == pytest.approx(2.5001, abs=5e-5)
    own = np.array([2.0, 0, 0, 0, 0])
    assert of_a(decay=1, own=own) == pytest.approx(of_a(decay=1) + 4 / 2)
    assert of_a(decay=1, own=own / 1e9) == pytest.approx(of_a(decay=1) + 4)  # the floor
    table = acc.sensitivity(K_TIMES, K_PEOPLE)
    assert table.shape == (5, 3)
    assert table.mean(axis=0) == pytest.approx(np.ones(3))


def test_own_time_of_a_round_city():
    assert acc.own_minutes(np.array([100 * np.pi]), 30) == pytest.approx([10])


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
    whole = acc.potential(acc.logsum(modes, 0.02), K_PEOPLE, decay=0.02, kind="exponential")
    parts = [acc.potential(t, K_PEOPLE, decay=0.02, kind="exponential") for t in modes]
    assert whole == pytest.approx(sum(parts))


def test_inequality():
    ones = np.ones(4)
    assert inequality.gini(np.arange(1.0, 5), ones) == pytest.approx(0.25)
    # the same minutes saved everywhere leave cities less equal
    assert inequality.variation(np.array([10.0, 20]), np.ones(2)) == pytest.approx(1 / 3)
    assert inequality.variation(np.array([5.0, 15]), np.ones(2)) == pytest.approx(1 / 2)
    for values in ([1, INF], [1, math.nan], [0, 0], []):
        x = np.array(values, float)
        assert math.isnan(inequality.gini(x, np.ones(len(x))))
        assert math.isnan(inequality.variation(x, np.ones(len(x))))
    spread = inequality.cohesion(np.array([10, 20, INF]), np.array([1.0, 1, 2]))
    assert spread == pytest.approx(
        {"mean": 15, "cv": 1 / 3, "gini": 1 / 6, "places": 2, "left_out": 1,
         "weight_left_out": 0.5}
    )  # fmt: skip


def test_who_gains_and_who_loses():
    before, after = (
        np.array([60, 60, 60, INF, INF, 50, 1]),
        np.array([50, 70, 60.2, 90, INF, INF, math.nan]),
    )
    found = inequality.winners(before, after, np.array([1, 2, 4, 8, 16, 32, 64]))
    assert found == {"better": 2, "worse": 2, "same": 2, "unknown": 1, "better_mass": 9,
                     "worse_mass": 34, "same_mass": 20, "unknown_mass": 64}  # fmt: skip
    assert (
        inequality.winners(np.array([1.0]), np.array([2.0]), np.ones(1), lower=False)["better"]
        == 1
    )


def test_what_is_unreachable_is_told_and_not_averaged():
    people = np.array([1.0, 2, 3, 4, 5, 6])
    mean, share, reached = acc.location(F_HOPS, people)
    assert np.isinf(mean).all()
    assert share[0] == pytest.approx(5 / 20)
    assert reached[0] == pytest.approx((2 + 2 * 3) / 5)
    assert acc.daily(F_HOPS, people, 2).tolist() == [6, 6, 6, 15, 15, 15]
    assert np.isfinite(acc.potential(F_HOPS, people)).all()
    only = np.array([1.0, 2, 3, 0, 0, 0])
    mean, share, reached = acc.location(F_HOPS, only)
    assert np.isfinite(mean[:3]).all()
    assert share.tolist() == [1, 1, 1, 0, 0, 0]
    assert np.isnan(reached[3:]).all()
    alone = acc.location(np.zeros((1, 1)), np.ones(1))
    assert np.isnan(np.concatenate(alone)).all()


def test_numbers_that_cannot_be_are_refused():
    good = np.ones(5)
    for minutes, mass in (
        (K_TIMES, good[:4]), (-K_TIMES, good), (K_TIMES, -good), (K_TIMES, good * np.nan),
        (K_TIMES * np.nan, good),
    ):  # fmt: skip
        for indicator in (acc.location, acc.potential):
            with pytest.raises(BadInputError):
                indicator(minutes, mass)
    with pytest.raises(BadInputError):
        acc.potential(K_TIMES, good, decay=0)
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
    assert (acc.location(after, mass)[0] <= acc.location(before, mass)[0] + 1e-9).all()
    assert (acc.location(after, mass)[1] >= acc.location(before, mass)[1] - 1e-9).all()
    assert (acc.daily(after, mass, 30) >= acc.daily(before, mass, 30)).all()
    assert (acc.potential(after, mass) >= acc.potential(before, mass) - 1e-12).all()
    better, worse = acc.global_efficiency(after, straight), acc.global_efficiency(before, straight)
    assert worse - 1e-12 <= better <= 1
    ratio = acc.network_efficiency(after, straight, mass, ideal_kmh=60)[2]
    assert (ratio[~np.isnan(ratio)] >= 1).all()
    loss = inequality.winners(acc.potential(before, mass), acc.potential(after, mass), mass, lower=False,
                       tolerance=1e-9)  # fmt: skip
    assert loss["worse"] == 0


@settings(max_examples=60, deadline=None)
@given(arrays(float, 6, elements=st.floats(0.01, 1e4)), masses, st.floats(0.1, 10))
def test_inequality_keeps_its_bounds(values, weights, factor):
    gini, cv = inequality.gini(values, weights), inequality.variation(values, weights)
    assert 0 <= gini < 1
    assert cv >= 0
    assert inequality.gini(values * factor, weights * factor) == pytest.approx(gini)
    assert inequality.variation(values * factor, weights) == pytest.approx(cv)


# --- the catalogue -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nets(drawn):
    return {
        year: geo.build_network(drawn, year=year, nodes="stops") for year in (2020, 2026, 2028)
    }


@pytest.mark.parametrize("indicator", ["location", "daily", "potential", "efficiency"])
def test_a_table_of_cities(cat, nets, indicator):
    table = acc.city_table(nets[2026], cat, mode="any", indicator=indicator)
    assert table["city_id"].tolist() == [c.city_id for c in cat.centres]
    assert set(table["unit"]) == {acc.INDICATORS[indicator].replace("^a", "^1.5")}
    assert table["value"].gt(0).all()
    reached = table.get("share_reached", np.ones(len(table))) == 1
    assert np.isfinite(table["value"][reached]).all()
    assert reached.sum() > 40
    if indicator == "efficiency":
        assert table["value"].min() > 1
    if indicator == "daily":
        assert (table["low"] <= table["value"]).all()
        assert (table["value"] <= table["high"]).all()
        assert (table["value"] >= table["population"]).all()


def test_by_rail_more_people_come_within_two_hours(cat, nets):
    found = [
        acc.city_table(nets[year], cat, mode="rail", indicator="daily")["value"].sum()
        for year in (2020, 2026, 2028)
    ]
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_destinations_can_be_fixed(cat, nets):
    wanted = [c.city_id for c in cores(cat)]
    table = acc.city_table(nets[2026], cat, mode="rail", destinations=wanted)
    connected = table["share_reached"] > 0
    assert connected.sum() > 40
    assert np.isfinite(table["value"][connected]).all()
    with pytest.raises(NotFoundError):
        acc.city_table(nets[2026], cat, destinations=["no such city"])


def test_a_wrong_question_is_refused(cat, nets):
    with pytest.raises(BadInputError, match="location, daily"):
        acc.city_table(nets[2026], cat, indicator="speed")
    with pytest.raises(BadInputError, match="ideal speed"):
        acc.city_table(nets[2026], cat, indicator="efficiency", ideal_kmh=50)


def test_circles_compare_with_the_aims(cat, nets):
    cities = cat.centres
    minutes = city_travel_times(travel_graph(nets[2026], cities, mode="any"), cities)
    table = travel_circles.travel_circles(minutes, cat)
    assert set(table["preset"]) == set(PRESETS)
    assert (table["preset"] == "cores").sum() == 1
    assert (table["preset"] == "circle").sum() == len(cities) * (len(cities) - 1) / 2
    assert set(table["basis"]) == {"door to door"}
    assert ((table["minutes"] <= table["target"] + 1e-9) == table["met"]).all()
    near = table[table["preset"] == "neighbours"]
    assert near["straight_km"].max() <= 150
    assert not set(near["to_id"]) & {c.city_id for c in cores(cat)}


def test_one_region_has_no_pair_of_cores(k):
    table = travel_circles.travel_circles(K_TIMES, k)
    assert "cores" not in set(table["preset"])
    assert (table["preset"] == "neighbours").sum() == 4
    assert (table["minutes"] > 0).all()


# --- isochrones ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def k(tmp_path_factory):
    folder = tmp_path_factory.mktemp("k")
    return geo.load(toy.region(folder, toy.K_NODES, toy.K_EDGES, toy.K_POPULATION))


def at_60_kmh(net):
    return dataclasses.replace(net, edges=net.edges.assign(time_min=net.edges["length_km"]))


def test_length_within_reach_on_the_textbook_network(k, tmp_path):
    net = at_60_kmh(geo.build_network(k, year=2020))
    assert reached_km(net, "a", 20) == pytest.approx(64)
    assert reached_km(net, "a", 0) == 0
    assert reached_km(net, "a", 1000) == pytest.approx(76)
    rail = geo.load(toy.region(tmp_path, toy.K_NODES, toy.K_EDGES, mode="rail"))
    by_rail = at_60_kmh(geo.build_network(rail, year=2020))
    assert reached_km(by_rail, "a", 20) == pytest.approx(12 + 18 + 15)
    with pytest.raises(BadInputError):
        reached_km(net, "z", 20)


@pytest.mark.parametrize("mode", ["any", "road", "rail", "water"])
def test_isochrones_are_valid_and_nested(cat, nets, mode):
    for city in cores(cat):
        frame = isochrone_areas(nets[2026], cat, [city], mode=mode)
        assert frame["minutes"].tolist() == [30, 60, 90, 120]
        assert frame.is_valid.all()
        assert set(frame.geom_type) <= {"Polygon", "MultiPolygon"}
        assert frame["area_km2"].is_monotonic_increasing
        for small, large in itertools.pairwise(frame.geometry):
            assert small.difference(large).area < 1e-9
        assert frame.geometry.iloc[0].contains(shapely.Point(city.lon, city.lat))


@pytest.mark.parametrize("mode", ["any", "road", "rail"])
def test_isochrones_agree_with_the_times(cat, nets, mode):
    cities, city = cat.centres, cores(cat)[0]
    minutes = city_travel_times(travel_graph(nets[2026], cities, mode=mode), cities)
    frame = isochrone_areas(nets[2026], cat, [city], mode=mode)
    times = minutes[cities.index(city)]
    for limit, shape in zip(frame["minutes"], frame.geometry, strict=True):
        # half a minute on the street is more than an outline is simplified by
        within = [c for c, t in zip(cities, times, strict=True) if t <= limit - 0.5]
        assert within
        missed = [c.name_zh for c in within if not shape.contains(shapely.Point(c.lon, c.lat))]
        assert not missed


def test_a_stop_is_left_as_in_the_travel_graph(cat, nets):
    city = cores(cat)[0]
    for mode in ("road", "rail"):
        graph = travel_graph(nets[2026], [city], mode=mode)
        for stop in graph[f"city:{city.city_id}"]:
            edge = graph.edges[f"city:{city.city_id}", stop]
            street = 60 * edge["length_km"] / CONSTANTS["access_speed"].value
            assert edge["time_min"] == pytest.approx(street + leaving_minutes(mode))


def test_an_isochrone_is_quick(cat, nets):
    city = cores(cat)[1]
    isochrone_areas(nets[2026], cat, [city])
    start = time.process_time()
    isochrone_areas(nets[2026], cat, [city])
    assert time.process_time() - start < 2  # about 0.4 s


def test_an_isochrone_without_a_network_is_the_way_on_foot(cat, drawn):
    net = geo.build_network(drawn, year=1950, nodes="stops")
    frame = isochrone_areas(net, cat, [cores(cat)[0]], [30])
    km = 30 / 60 * CONSTANTS["access_speed"].value / CONSTANTS["access_detour"].value
    assert frame["area_km2"].iloc[0] == pytest.approx(math.pi * km**2, rel=0.005)
    with pytest.raises(BadInputError):
        isochrone_areas(net, cat, [cores(cat)[0]], [0])


def test_several_cities_at_once_have_the_isochrones_of_each(cat, nets):
    cities = [*cores(cat), cat.cities[-1]]
    together = isochrone_areas(nets[2026], cat, cities, [45, 90])
    assert together["city_id"].tolist() == [c.city_id for c in cities for _ in range(2)]
    for city in cities:
        alone = isochrone_areas(nets[2026], cat, [city], [45, 90])
        part = together[together["city_id"] == city.city_id]
        assert alone["area_km2"].tolist() == part["area_km2"].tolist()
        assert all(alone.geometry.to_numpy() == part.geometry.to_numpy())


def test_isochrones_of_a_region_with_trains_alone(tmp_path):
    toy.region(tmp_path, toy.K_NODES, toy.K_EDGES, toy.K_POPULATION, mode="rail")
    cat = geo.load(tmp_path)
    net = geo.build_network(cat, year=2020, nodes="stops")
    frame = isochrone_areas(net, cat, cat.centres, [60])
    assert (frame["area_km2"] > 0).all()
    assert isochrone_areas(net, cat, [], [60]).empty
