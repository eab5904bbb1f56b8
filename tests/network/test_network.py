"""Networks and indices on textbook graphs with answers computed by hand."""

from __future__ import annotations

import itertools
import math
from datetime import date

import networkx as nx
import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.connectivity.indices import detour_index
from geo.network.speeds import pace
from geo.network.travel_graph import travel_graph
from geo.network.travel_times import city_travel_times, fastest_routes, route_legs


@pytest.fixture(scope="module")
def k(tmp_path_factory):
    folder = tmp_path_factory.mktemp("k")
    return geo.load(toy.region(folder, toy.K_NODES, toy.K_EDGES, toy.K_POPULATION))


def test_the_textbook_network(k):
    found = geo.connectivity_indices(geo.build_network(k, year=2020))
    wanted = {
        "v": 5, "e": 6, "p": 1, "mu": 2, "alpha": 0.4, "beta": 1.2, "gamma": 2 / 3,
        "alpha_nonplanar": 1 / 3, "gamma_nonplanar": 0.6, "eta_km": 76 / 6, "theta_km": 15.2,
        "diameter_km": 27, "pi": 76 / 27, "length_km": 76, "loops": 0, "parallel_edges": 0,
    }  # fmt: skip
    assert {key: found[key] for key in wanted} == pytest.approx(wanted)
    assert found["detour_index"] == pytest.approx(76 / 61, rel=2e-3)
    assert found["reasons"] == {}


def test_a_forest_of_two_paths(tmp_path):
    nodes = {n: (10 * i, 0 if n < "d" else 30) for i, n in enumerate("abcdef")}
    net = geo.build_network(
        geo.load(toy.region(tmp_path, nodes, {"ab": 10, "bc": 10, "de": 10, "ef": 10}))
    )
    found = geo.connectivity_indices(net)
    assert (found["v"], found["e"], found["p"], found["mu"], found["alpha"]) == (6, 4, 2, 0, 0)
    assert found["beta"] == pytest.approx(2 / 3)
    assert found["gamma"] == pytest.approx(1 / 3)
    assert found["diameter_km"] == 20
    assert "several components" in found["reasons"]["diameter_km"]


def test_tiny_and_empty_graphs_have_no_wrong_number(tmp_path):
    cat = geo.load(toy.region(tmp_path, {"a": (0, 0), "b": (10, 0)}, {"ab": 10}))
    one, none = (
        geo.connectivity_indices(geo.build_network(cat)),
        geo.connectivity_indices(geo.build_network(cat, year=1999)),
    )
    assert math.isnan(one["alpha"])
    assert math.isnan(one["gamma"])
    assert one["reasons"]["alpha"] == "fewer than 3 nodes"
    assert (none["v"], none["e"], none["p"], none["mu"]) == (0, 0, 0, 0)
    assert all(math.isnan(none[key]) for key in ("beta", "eta_km", "pi", "diameter_km"))


@settings(max_examples=30, deadline=None)
@given(
    st.sets(st.sampled_from(["".join(p) for p in itertools.combinations("abcdef", 2)]), min_size=1)
)
def test_any_graph_agrees_with_networkx(tmp_path_factory, pairs):
    nodes = {n: (30 * math.cos(i), 20 * math.sin(i)) for i, n in enumerate("abcdef")}
    edges = {pair: 60 + i for i, pair in enumerate(sorted(pairs))}
    net = geo.build_network(geo.load(toy.region(tmp_path_factory.mktemp("g"), nodes, edges)))
    graph = nx.Graph((p[0], p[1], {"km": km}) for p, km in edges.items())
    found = geo.connectivity_indices(net)
    p = nx.number_connected_components(graph)
    assert (found["v"], found["e"], found["p"]) == (len(graph), graph.size(), p)
    assert found["mu"] == graph.size() - len(graph) + p >= 0
    parts = [graph.subgraph(c) for c in nx.connected_components(graph)]
    longest = max(parts, key=lambda part: part.size("km"))
    reach = dict(nx.all_pairs_dijkstra_path_length(longest, weight="km"))
    assert found["diameter_km"] == pytest.approx(max(max(d.values()) for d in reach.values()))
    assert found["detour_index"] >= 1 - 1e-3
    assert nx.utils.graphs_equal(nx.Graph(net.graph.edges()), nx.Graph(graph.edges()))


def test_a_year_shows_what_was_open(cat):
    lengths = [
        geo.build_network(cat, year=y).edges["length_km"].sum()
        for y in (1990, 2000, 2010, 2020, 2026)
    ]
    assert lengths == sorted(lengths)
    now, then = geo.build_network(cat, year="2026-11-23"), geo.build_network(cat, year=2028)
    assert not now.assumed
    assert then.assumed
    assert set(now.edges["section_id"]) <= set(then.edges["section_id"])
    assert not set(now.edges["section_id"]) & set(then.assumed)


def test_shared_track_is_one_edge(cat):
    sections = set(geo.build_network(cat, year=2029).edges["section_id"])
    assert "chengdawan-hsr-1" not in sections
    assert "chengyi-hsr-2" in sections
    assert not {s for s in sections if s.startswith("chengyu-widening")}


def test_edges_of_a_section_sum_to_its_running_length(cat, drawn):
    for nodes in ("junctions", "stops"):
        net = geo.build_network(drawn, year=2026, nodes=nodes)
        total = net.edges.groupby("section_id")["length_km"].sum()
        assert np.allclose(total, drawn.sections["running_km"].reindex(total.index))
    assert len(net.nodes) > len(geo.build_network(cat, year=2026).nodes)


def test_lines_that_cross_are_no_junction(tmp_path):
    nodes = {"a": (-10, 0), "b": (10, 0), "c": (0, -10), "d": (0, 10)}
    cat = geo.load(toy.region(tmp_path, nodes, {"ab": 20, "cd": 20}))
    assert geo.connectivity_indices(geo.build_network(cat))["p"] == 2


def test_the_road_network_ties_all_cities_together(cat):
    net = geo.build_network(cat, year=2026, nodes="stops")
    cities = [c for c in cat.cities if not c.part_of]
    minutes = city_travel_times(travel_graph(net, cities, mode="road"), cities)
    assert np.isfinite(minutes).all()
    early = travel_graph(geo.build_network(cat, year=2005, nodes="stops"), cities, mode="road")
    alone = np.isinf(city_travel_times(early, cities)).all(
        axis=1, where=~np.eye(len(cities), dtype=bool)
    )
    named = {city.name_zh for city, is_alone in zip(cities, alone, strict=True) if is_alone}
    assert {"秀山", "酉阳", "城口"} <= named
    assert not {"成都", "重庆"} & named


def test_pace_is_design_speed_times_factor_and_stops():
    road = {
        "mode": "road",
        "class": "expressway",
        "design_speed_kmh": 100.0,
        "operating_speed_kmh": None,
    }
    assert pace(road) == pytest.approx((60 / 85, 0))
    assert pace({**road, "design_speed_kmh": float("nan")}) == pytest.approx((60 / 68, 0))
    rail = {"mode": "rail", "class": "hsr", "design_speed_kmh": 350, "operating_speed_kmh": 300}
    assert pace(rail) == pytest.approx((60 / 285, 4 / 90))


def test_ways_between_cities_of_the_textbook_network(k):
    net = geo.build_network(k, year=2020, nodes="stops")
    a, e = k.find_city("a"), k.find_city("e")
    graph = travel_graph(net, [a, e], mode="road")
    way = fastest_routes(graph, a, e)[0]
    assert [leg["route_id"] for leg in route_legs(graph, way)] == ["", "ac", "ce", ""]
    km = sum(leg["length_km"] for leg in route_legs(graph, way))
    assert km == pytest.approx(27, abs=0.1)


def test_further_ways_are_really_different(cat):
    net = geo.build_network(cat, year=2026, nodes="stops")
    a, b = cat.find_city("成都"), cat.find_city("重庆")
    graph = travel_graph(net, [a, b], mode="road")
    ways = fastest_routes(graph, a, b, k=3)
    assert len(ways) == 3
    times = [sum(leg["time_min"] for leg in route_legs(graph, way)) for way in ways]
    assert times == sorted(times)
    edges = [{frozenset(p) for p in itertools.pairwise(way)} for way in ways]
    for one, two in itertools.combinations(edges, 2):
        assert len(one & two) < 0.7 * len(one)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_the_matrix_agrees_with_the_ways(cat, data):
    cities = [c for c in cat.cities if not c.part_of]
    net = MATRIX.setdefault("net", geo.build_network(cat, year=date(2024, 6, 30), nodes="stops"))
    mode = data.draw(st.sampled_from(["road", "rail", "any"]))
    graph = travel_graph(net, cities, mode=mode)
    if mode not in MATRIX:
        MATRIX[mode] = city_travel_times(graph, cities)
    i, j = data.draw(
        st.lists(st.integers(0, len(cities) - 1), min_size=2, max_size=2, unique=True)
    )
    ways = fastest_routes(graph, cities[i], cities[j])
    time = sum(leg["time_min"] for leg in route_legs(graph, ways[0])) if ways else np.inf
    assert MATRIX[mode][i, j] == pytest.approx(time)
    assert MATRIX[mode][j, i] == pytest.approx(time)


MATRIX: dict[str, object] = {}


def test_detour_of_nothing_is_unknown(k):
    assert math.isnan(detour_index(geo.build_network(k, year=1990)))


def test_a_way_of_two_cities_is_the_one_of_the_matrix(cat):
    """Trains may be changed between the stations of a city that is neither end."""
    net = geo.build_network(cat, year="2026-11-23", nodes="stops")
    matrix = geo.travel_time_matrix(net, "rail")
    for pair in (("大足", "成都"), ("大足", "重庆"), ("铜梁", "南充"), ("江津", "乐山")):
        ends = [cat.find_city(name) for name in pair]
        graph = travel_graph(net, ends, mode="rail")
        minutes = [
            sum(leg["time_min"] for leg in route_legs(graph, w))
            for w in fastest_routes(graph, *ends)
        ]
        assert matrix.loc[pair] == pytest.approx(minutes[0] if minutes else np.inf)
