"""Networks and times of the catalogue that comes with the package."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import Series

import geo
from geo.catalogue import last_day
from geo.connectivity import shortest_path_matrix
from geo.network import (
    build_travel_graph,
    cut_at_stops,
    station_to_station,
    stations_to_stations,
)
from geo.network.travel_times import times_between

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
    assert np.isfinite(geo.travel_time_matrix(stops, mode="road")).all(axis=None)
    early = geo.travel_time_matrix(geo.build_network(drawn, year=1995), mode="road")
    assert np.isfinite(early).all(axis=None)  # ordinary roads lead everywhere
    now = geo.travel_time_matrix(stops, mode="road")
    assert (now.to_numpy() <= early.to_numpy() + 1e-9).all()
    assert now.loc["chengdu", "chongqing"] < early.loc["chengdu", "chongqing"]


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
    assert made.junction_ids == whole.junction_ids == set(whole.nodes.index)


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


# --- every day something opens ----------------------------------------------------------------


def opening_days(catalogue):
    """The days on which sections opened, whole years and months at their end."""
    known = {last_day(section.opened) for section in catalogue.sections if section.opened}
    return sorted(day for day in known if day >= date(1995, 1, 1))


def assert_no_pair_is_slower(drawn, days, mode):
    """What opens makes no pair slower; times are the same both ways, and no way round is faster."""
    last = (None, None)
    for day in days:
        eve = day - timedelta(days=1)
        if last[0] != eve:
            last = eve, geo.travel_time_matrix(geo.build_network(drawn, year=eve), mode=mode)
        before = last[1].to_numpy()
        table = geo.travel_time_matrix(geo.build_network(drawn, year=day), mode=mode)
        last = day, table
        after = table.to_numpy()
        slower = np.argwhere(after > before + 1e-6)
        assert not len(slower), (day, mode, [table.index[pair].tolist() for pair in slower[:3]])
        assert np.allclose(after, after.T, rtol=0, atol=1e-6), day
        round_about = (after[:, :, None] + after[None, :, :]).min(axis=1)
        assert (after <= round_about + 1e-6).all(), day


@pytest.mark.parametrize("mode", ["road", "rail", "any"])
def test_what_opens_makes_no_pair_slower(drawn, mode):
    assert_no_pair_is_slower(drawn, opening_days(drawn.catalogue)[4::30], mode)


@pytest.mark.long
@pytest.mark.parametrize("mode", ["road", "rail", "any"])
def test_what_opens_on_any_day_makes_no_pair_slower(drawn, mode):
    assert_no_pair_is_slower(drawn, opening_days(drawn.catalogue), mode)


def test_further_ends_change_no_time_between_centres(drawn):
    net = geo.build_network(drawn, year=2024, nodes="stops")
    catalogue = drawn.catalogue
    ends = [catalogue.zones[0], catalogue.zones[-1], (104.0, 30.0), (106.55, 29.56)]
    for mode in ("road", "rail", "any"):
        before = build_travel_graph(net, mode=mode)
        graph = build_travel_graph(net, ends, mode=mode)
        times = [times_between(made, catalogue.centres) for made in (before, graph)]
        assert np.allclose(*times, rtol=0, atol=1e-6)
        starts, stops = graph.ends(ends)
        # counties have one node, as centres have; points one to leave from and one to arrive at
        assert starts[:2].tolist() == stops[:2].tolist()
        assert len({*starts.tolist(), *stops.tolist()}) == 2 + 2 * 2


# --- trains of 2024 ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def of_2024(drawn):
    return geo.build_network(drawn, year="2024-02-15", nodes="stops")


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        ("成都东", "沙坪坝", 62, 62),
        ("成都东", "自贡", 51, 51),
        ("成都东", "宜宾", 73, 73),
        ("成都东", "重庆北", 75, 78),
        ("重庆北", "万州北", 71, 71),
    ],
)
def test_the_fastest_trains_of_2024(cat, of_2024, a, b, low, high):
    """Timetabled minutes of the fastest trains, within 8 %, without a change."""
    ends = [cat.find_end(name, station=True).place_id for name in (a, b)]
    for pair in (ends, ends[::-1]):
        trip = station_to_station(of_2024, *pair)
        assert low / 1.08 <= trip.time_min <= high * 1.08
        assert trip.changes == 0


TRAINS = Path(geo.__file__).parents[2] / "shared" / "facts" / "trains_2024" / "pairs_stations.csv"


@pytest.mark.skipif(not TRAINS.is_file(), reason="needs the timetable of 2024")
def test_all_pairs_of_stations_with_ten_trains(cat, of_2024):
    table = pd.read_csv(TRAINS)
    table = table[table["trains_listed"] >= 10]
    stations = Series(
        {p.place_id: p.name.removesuffix("站") for p in cat.places if p.kind == "station"}
    )
    ids = {name: place for place, name in stations.drop_duplicates(keep=False).items()}
    table = table[table["from_zh"].isin(ids) & table["to_zh"].isin(ids)]
    assert len(table) > 300
    pairs = zip(table["from_zh"].map(ids), table["to_zh"].map(ids), strict=True)
    found = [trips[0].time_min for trips in stations_to_stations(of_2024, pairs)]
    late = np.array(found) - table["min_minutes"].to_numpy(float)
    error = np.abs(late / table["min_minutes"].to_numpy(float))
    assert np.median(error) <= 0.045
    assert (error <= 0.20).mean() >= 0.95
    assert abs(np.median(late)) <= 1


def test_the_cores_by_road(drawn):
    (route,) = geo.fastest_routes(geo.build_network(drawn, year=2025), "成都", "重庆", mode="road")
    assert 198 <= route.time_min <= 240
    assert 290 <= route.length_km <= 312
