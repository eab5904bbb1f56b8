"""Networks and times of the catalogue that comes with the package."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.connectivity import shortest_path_matrix
from geo.network import cut_at_stops, junction_ids

NOW = "2026-11-23"


@pytest.fixture(scope="module")
def stops(drawn):
    return geo.build_network(drawn, year=NOW, nodes="stops")


def test_a_year_shows_what_was_open(drawn):
    lengths = [
        geo.build_network(drawn, year=y).edges["length_km"].sum()
        for y in (1990, 2000, 2010, 2020, 2026)
    ]
    assert lengths == sorted(lengths)
    now, then = geo.build_network(drawn, year=NOW), geo.build_network(drawn, year=2028)
    assert not now.assumed
    assert then.assumed
    assert set(now.edges["section_id"]) <= set(then.edges["section_id"])
    assert not set(now.edges["section_id"]) & set(then.assumed)


def test_shared_track_is_one_edge(drawn):
    sections = set(geo.build_network(drawn, year=2029).edges["section_id"])
    assert "chengdawan-hsr-1" not in sections
    assert "chengyi-hsr-2" in sections
    assert not {s for s in sections if s.startswith("chengyu-widening")}


def test_edges_of_a_section_sum_to_its_running_length(drawn):
    nets = [geo.build_network(drawn, year=2026, nodes=nodes) for nodes in ("junctions", "stops")]
    for net in nets:
        total = net.edges.groupby("section_id")["length_km"].sum()
        assert np.allclose(total, drawn.sections["running_km"].reindex(total.index))
    assert len(nets[1].nodes) > len(nets[0].nodes)


def test_the_road_network_ties_all_cities_together(drawn, stops):
    centres = drawn.catalogue.centres
    assert np.isfinite(geo.travel_time_matrix(stops, mode="road")).all(axis=None)
    early = geo.travel_time_matrix(geo.build_network(drawn, year=2005), mode="road").to_numpy()
    alone = np.isinf(early).all(axis=1, where=~np.eye(len(centres), dtype=bool))
    named = {city.name for city, is_alone in zip(centres, alone, strict=True) if is_alone}
    assert {"秀山", "酉阳", "城口"} <= named
    assert not {"成都", "重庆"} & named


def test_further_routes_are_really_different(stops):
    routes = geo.fastest_routes(stops, "成都", "重庆", 3, mode="road")
    assert len(routes) == 3
    times = [route.time_min for route in routes]
    assert times == sorted(times)
    for one, two in itertools.combinations(routes, 2):
        shared = set(one.section_ids) & set(two.section_ids)
        assert len(shared) < 0.7 * len(one.section_ids)


@pytest.fixture(scope="module")
def matrices(drawn):
    """The network of a day in 2024, and the times over it by mode."""
    net = geo.build_network(drawn, year=date(2024, 6, 30), nodes="stops")
    return net, {mode: geo.travel_time_matrix(net, mode=mode) for mode in ("road", "rail", "any")}


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_the_matrix_agrees_with_the_routes(matrices, data):
    net, tables = matrices
    mode = data.draw(st.sampled_from(["road", "rail", "any"]))
    ids = [city.city_id for city in net.layers.catalogue.centres]
    a, b = data.draw(st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True))
    routes = geo.fastest_routes(net, a, b, mode=mode)
    time = routes[0].time_min if routes else np.inf
    assert tables[mode].loc[a, b] == pytest.approx(time)
    assert tables[mode].loc[b, a] == pytest.approx(time)


def test_a_route_of_two_cities_is_the_one_of_the_matrix(cat, stops):
    """Trains may be changed between the stations of a city that is neither end."""
    matrix = geo.travel_time_matrix(stops, mode="rail")
    for pair in (("大足", "成都"), ("大足", "重庆"), ("铜梁", "南充"), ("江津", "乐山")):
        ids = tuple(cat.find_city(name).city_id for name in pair)
        routes = geo.fastest_routes(stops, *pair, mode="rail")
        assert matrix.loc[ids] == pytest.approx(routes[0].time_min if routes else np.inf)


def test_of_two_tracks_drawn_against_each_other_the_faster_counts(drawn):
    net = geo.build_network(drawn, year=2025, mode="rail")
    times = shortest_path_matrix(net, "time_min")
    i, j = (net.nodes.index.get_loc(n) for n in ("deyang-station", "mianyang-station"))
    assert times[i, j] == pytest.approx(13.8, abs=0.1)
    wanted = nx.dijkstra_path_length(net.graph, "deyang-station", "mianyang-station", "time_min")
    assert times[i, j] == times[j, i] == pytest.approx(wanted)


@pytest.mark.parametrize("mode", ["road", "rail", None])
def test_edges_cut_at_stops_are_those_of_a_network_with_stops(drawn, mode):
    whole = geo.build_network(drawn, year=2025, mode=mode)
    cut, made = cut_at_stops(whole), geo.build_network(drawn, year=2025, mode=mode, nodes="stops")
    pd.testing.assert_frame_equal(
        pd.DataFrame(cut.edges.drop(columns="geometry")),
        pd.DataFrame(made.edges.drop(columns="geometry")), check_dtype=False,
    )  # fmt: skip
    assert cut.edges.geometry.geom_equals_exact(made.edges.geometry, 1e-12).all()
    pd.testing.assert_frame_equal(cut.nodes, made.nodes)
    assert junction_ids(made) == junction_ids(whole) == set(whole.nodes.index)


def test_travel_times_are_those_of_the_network_given(drawn):
    """A network of roads knows no trains; what was changed in its edges stays changed."""
    road = geo.build_network(drawn, year=2025, mode="road")
    minutes = geo.travel_time_matrix(road).loc["chengdu", "chongqing"]
    every = geo.travel_time_matrix(geo.build_network(drawn, year=2025), mode="road")
    assert minutes == every.loc["chengdu", "chongqing"] > 180
    slow = replace(road, edges=road.edges.assign(time_min=2 * road.edges["time_min"]))
    assert 1.5 < geo.travel_time_matrix(slow).loc["chengdu", "chongqing"] / minutes < 2


def test_osmnx_measures_the_roads(drawn):
    stats = pytest.importorskip("osmnx").stats
    roads = geo.build_network(drawn, year=2025, mode="road")
    found = stats.basic_stats(roads.to_osmnx())
    assert found["n"] == len(roads.nodes)
    assert found["street_segment_count"] == len(roads.edges)
    assert found["street_length_total"] == pytest.approx(1000 * roads.edges["length_km"].sum())
