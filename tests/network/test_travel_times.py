"""Times and routes between cities: by hand on small networks, and paths against NetworkX."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.core import BadInputError, NotFoundError
from geo.network import TravelGraph, door_times, matrix_by_name, stations_to_stations
from geo.network.trains import ARC_COLUMNS
from geo.network.travel_times import _overlap, different_paths

#: Shortest paths of the textbook network in km; a minute each at 60 km/h.
K_KM = np.array([[0, 12, 18, 15, 27], [12, 0, 10, 22, 19], [18, 10, 0, 12, 9],
                 [15, 22, 12, 0, 21], [27, 19, 9, 21, 0]], float)  # fmt: skip
#: The same network ten times as large, so that streets are no way around its roads.
FAR = {n: (10 * x, 10 * y) for n, (x, y) in toy.K_NODES.items()}
LONG = {edge: 10 * km for edge, km in toy.K_EDGES.items()}


@pytest.fixture(scope="module")
def k(tmp_path_factory):
    return toy.network(tmp_path_factory.mktemp("k"), FAR, LONG, toy.K_POPULATION)


@pytest.fixture
def catalogue(k):
    return k.layers.catalogue


# --- the matrix ----------------------------------------------------------------------------


def test_times_of_the_textbook_network(k):
    table = geo.travel_time_matrix(k)
    assert table.index.tolist() == table.columns.tolist() == list("abcde")
    assert (table.index.name, table.columns.name) == ("from", "to")
    assert table.to_numpy() == pytest.approx(10 * K_KM)
    assert not table.attrs


def test_door_times_are_those_by_any_mode(k):
    """Without counties people live in the cities."""
    found = door_times(k)
    assert found.cities == pytest.approx(10 * K_KM)
    assert np.array_equal(found.settlements, found.cities)
    assert np.isinf(door_times(k, mode="rail").cities[0, 1])


def test_from_station_to_station_nobody_waits(tmp_path):
    """80 km at 54 km/h, and 2.54 min to start and stop."""
    nodes = {"a": (0, 0), "b": (80, 0), "c": (0, 60)}
    net = toy.network(tmp_path, nodes, {"ab": 80}, {"a": 1, "b": 1}, mode="rail", at="stops")
    ride = 2.54 + 80 / 54 * 60
    (there,), (back,), same, away = stations_to_stations(
        net, [("a", "b"), ("b", "a"), ("a", "a"), ("a", "nowhere")]
    )
    assert (there.time_min, back.time_min) == pytest.approx((ride, ride))
    assert same == away == []
    table = geo.travel_time_matrix(net, ["a", "b"], ["a", "b"], mode="rail")
    places = [net.layers.catalogue.place[key] for key in "ab"]
    stations = geo.travel_time_matrix(net, places, places, mode="rail")
    assert stations.to_numpy() == pytest.approx(np.array([[0, ride], [ride, 0]]))
    assert table.iloc[0, 1] > ride  # cities: with boarding and the wait


def test_ends_are_ids_names_or_cities(k, catalogue):
    city = catalogue.find_city("c")
    table = geo.travel_time_matrix(k, ["e", city], "a", mode="road")
    assert table.shape == (2, 1)
    assert table["a"].tolist() == pytest.approx([270, 180])
    assert geo.travel_time_matrix(k, destinations=[city]).shape == (5, 1)
    assert geo.travel_time_matrix(k, city, "c").loc["c", "c"] == 0
    with pytest.raises(NotFoundError, match="nowhere"):
        geo.travel_time_matrix(k, "nowhere")


def test_a_long_table_has_a_row_for_every_pair(k):
    table = geo.travel_time_matrix(k, ["a", "b"], ["b", "c", "a"], long=True)
    assert table.columns.tolist() == ["from", "to", "minutes"]
    assert table[["from", "to"]].agg("".join, axis=1).tolist() == [
        "ab", "ac", "aa", "bb", "bc", "ba"]  # fmt: skip
    assert table["minutes"].tolist() == pytest.approx([120, 180, 0, 0, 100, 120])


def test_names_stand_for_ids_at_the_output(k, catalogue):
    table = geo.travel_time_matrix(k, ["a", "b"], "c")
    named = matrix_by_name(table, catalogue)
    assert named.index.tolist() == [catalogue.find_city(n).name for n in "ab"]
    assert (named.index.name, named.columns.name) == ("from", None)
    assert np.array_equal(named, table)
    assert table.index.tolist() == ["a", "b"]


def test_the_network_given_counts(k, catalogue):
    """Its mode and its changes, with nodes at junctions or at stops."""
    road = geo.build_network(k.layers, year=2020, mode="road", nodes="stops")
    assert np.allclose(geo.travel_time_matrix(road), geo.travel_time_matrix(k))
    slow = replace(road, edges=road.edges.assign(time_min=2 * road.edges["time_min"]))
    assert np.allclose(geo.travel_time_matrix(slow), 2 * geo.travel_time_matrix(k))
    with pytest.raises(BadInputError, match="expected road or any"):
        geo.travel_time_matrix(road, mode="rail")
    closed = replace(road, edges=road.edges.iloc[:0])
    assert np.isinf(geo.travel_time_matrix(closed).to_numpy()[~np.eye(5, dtype=bool)]).all()
    assert np.isinf(geo.travel_time_matrix(k, "a", "b", mode="water")).all(axis=None)


def test_cities_are_done_in_blocks(k, monkeypatch):
    monkeypatch.setattr("geo.network.travel_times.BLOCK", 2)
    sizes = []

    def executor(task, large, blocks):
        sizes.extend(map(len, blocks))
        return (task(large, block) for block in blocks)

    table = geo.travel_time_matrix(k, executor=executor)
    assert sizes == [2, 2, 1]
    assert table.to_numpy() == pytest.approx(10 * K_KM)
    assert geo.travel_time_matrix(k, [], executor=executor).shape == (0, 5)


def test_a_way_may_lead_through_the_centre_of_a_city(tmp_path):
    """Two roads end on both sides of c, 10 and 25 km from its centre."""
    nodes = {"a": (-60, 0), "x": (-10, 0), "c": (0, 0), "y": (25, 0), "b": (80, 0)}
    net = toy.network(tmp_path, nodes, {"ax": 50, "yb": 55}, {"a": 1, "b": 1, "c": 1})
    table = geo.travel_time_matrix(net)
    streets = [km * 1.3 / 35 * 60 for km in (10, 25)]
    assert table.loc["a", "c"] == pytest.approx(50 + streets[0], rel=2e-3)
    assert table.loc["a", "b"] == pytest.approx(50 + sum(streets) + 55, rel=2e-3)
    assert table.loc["b", "a"] == pytest.approx(table.loc["a", "b"])
    (route,) = geo.fastest_routes(net, "a", "b")
    assert [(leg["mode"], leg["from"], leg["to"]) for leg in route.legs if leg["length_km"] > 1] == [
        ("road", "a", "x"), ("road", "x", "y"), ("road", "y", "b")]  # fmt: skip
    assert route.time_min == pytest.approx(table.loc["a", "b"])


# --- routes --------------------------------------------------------------------------------


def test_the_route_through_the_textbook_network(k):
    (route,) = geo.fastest_routes(k, "a", "e")
    assert [leg["route_id"] for leg in route.legs] == ["", "ac", "ce", ""]
    assert [leg["mode"] for leg in route.legs] == ["access", "road", "road", "access"]
    assert (route.changes, route.wait_min, route.station_min) == (0, 0, 0)
    assert [(leg["from"], leg["to"]) for leg in route.legs] == [
        ("city:a", "a"), ("a", "c"), ("c", "e"), ("e", "city:e")]  # fmt: skip
    assert [leg["length_km"] for leg in route.legs] == pytest.approx([0, 180, 90, 0], abs=1e-6)
    assert (route.length_km, route.time_min) == pytest.approx((270, 270))
    assert route.section_ids == ["ac-1", "ce-1"]


def test_edges_of_one_route_are_one_leg(tmp_path):
    nodes = {"a": (0, 0), "m": (40, 0), "b": (80, 0), "n": (40, 40)}
    toy.region(tmp_path, nodes, {"ab": 80, "mn": 40}, {"a": 1, "b": 1})
    toy.via(tmp_path, "ab", "m")
    net = geo.build_network(geo.load(tmp_path), year=2020)
    assert len(net.edges) == 3
    (route,) = geo.fastest_routes(net, "a", "b")
    assert [(leg["from"], leg["to"], leg["route_id"]) for leg in route.legs][1:-1] == [
        ("a", "b", "ab")]  # fmt: skip
    assert route.legs[1]["time_min"] == pytest.approx(80)
    assert route.section_ids == ["ab-1"]


def test_a_route_has_two_ends(k, catalogue):
    with pytest.raises(BadInputError, match="expected two different cities"):
        geo.fastest_routes(k, "a", catalogue.find_city("a"))
    with pytest.raises(BadInputError, match="expected road, rail, water or any"):
        geo.fastest_routes(k, "a", "b", mode="tram")
    assert geo.fastest_routes(k, "a", "b", mode="rail") == []


def ladder(*ways):
    """A graph of chains between s and t: edges as (from, to, minutes, km)."""
    rows = [
        (a, b, float(minutes), 0.0, float(km), u + v, u + v, "road")
        for u, v, minutes, km in ways
        for a, b in ((u, v), (v, u))
    ]
    return TravelGraph(None, pd.DataFrame(rows, columns=ARC_COLUMNS))


def paths(graph, k):
    start, end = graph.number["s"], graph.number["t"]
    found = different_paths(graph, graph.minutes, start, end, k=k)
    for path in found:  # arcs follow each other
        assert list(graph.tail[path][1:]) == list(graph.head[path][:-1])
    return ["s" + "".join(graph.names[node] for node in graph.head[path]) for path in found]


@pytest.mark.parametrize(("common", "count"), [(60, 2), (61, 1)])
def test_a_further_route_repeats_at_most_three_fifths(common, count):
    own = 100 - common
    graph = ladder(("s", "m", common, common), ("m", "t", own, own), ("m", "x", own / 2, own / 2),
                   ("x", "t", own / 2 + 1, own / 2))  # fmt: skip
    assert paths(graph, 2) == ["smt", "smxt"][:count]


def test_the_share_of_a_route_that_another_has_too():
    km = np.array([60.0, 20, 20])
    assert _overlap(np.array([0, 1, 2]), km, np.array([0, 3])) == pytest.approx(0.6)
    assert _overlap(np.array([5, 1, 2]), km, np.array([2, 1])) == pytest.approx(0.4)
    assert _overlap(np.array([1]), np.zeros(1), np.array([2])) == 1  # nothing to tell them by


@pytest.mark.parametrize(("minutes", "found"), [(113, True), (170, True), (171, False)])
def test_used_edges_take_half_as_long_again_each_time(minutes, found):
    """10 min grow to 10 * 1.5 ^ 7 = 170.9 until the last of 4 k = 8 tries."""
    graph = ladder(("s", "t", 10, 10), ("s", "x", minutes, 5), ("x", "t", 0.001, 5))
    assert paths(graph, 2) == ["st", "sxt"][: 1 + found]


def test_an_edge_is_one_thing_whichever_way_and_train_uses_it():
    """Two trains over the same edge are no two routes."""
    graph = ladder(("s", "m", 10, 50), ("m", "t", 10, 50), ("s", "n", 11, 50), ("n", "t", 11, 50))
    same = graph.arcs.assign(edge=graph.arcs["edge"].replace({"sn": "sm", "nt": "mt"}))
    assert paths(graph, 2) == ["smt", "snt"]
    assert paths(TravelGraph(None, same), 2) == ["smt"]


def test_routes_are_sorted_by_their_time():
    graph = ladder(("s", "t", 10, 10), ("s", "x", 12, 9), ("x", "t", 0.1, 9), ("s", "y", 16, 9),
                   ("y", "t", 0.1, 9))  # fmt: skip
    assert paths(graph, 3) == ["st", "sxt", "syt"]
    assert paths(graph, 1) == ["st"]
    assert paths(graph, 9) == ["st", "sxt", "syt"]


def test_of_parallel_edges_the_fastest_is_travelled():
    graph = ladder(("s", "t", 10, 10), ("s", "t", 8, 12))
    (path,) = different_paths(graph, graph.minutes, graph.number["s"], graph.number["t"])
    assert graph.arcs.iloc[path][["time_min", "length_km"]].to_numpy().tolist() == [[8, 12]]
    alone = ladder(("s", "m", 1, 1), ("n", "t", 1, 1))
    assert paths(alone, 1) == paths(alone, 3) == []


NODES = {n: (300 * math.cos(i * i), 200 * math.sin(i)) for i, n in enumerate("abcdefgh")}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    pairs = {"".join(pair): 60 for pair in itertools.combinations("abcdefgh", 2)}
    folder = tmp_path_factory.mktemp("m")
    return toy.network(folder, NODES, pairs, dict.fromkeys("abcd", 1), at="stops")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"),
                          st.integers(1, 99)), min_size=1, max_size=16))  # fmt: skip
def test_matrix_and_routes_of_any_multigraph_agree_with_networkx(template, edges):
    net, graph = toy.with_edges(template, edges)
    graph.add_nodes_from("abcd")
    table = geo.travel_time_matrix(net)
    for a, b in itertools.product("abcd", repeat=2):
        # the cities are so far apart that nobody goes by street from one to a stop of another
        length = nx.single_source_dijkstra_path_length(graph, a, weight="km").get(b, math.inf)
        assert table.loc[a, b] == pytest.approx(length)
        if a < b:
            routes = geo.fastest_routes(net, a, b)
            assert [route.time_min for route in routes] == pytest.approx(
                [length] if np.isfinite(length) else []
            )
