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
from geo.network import build_travel_graph, matrix_by_name, station_to_station
from geo.network.travel_times import _overlap, city_travel_times, different_paths

#: Shortest paths of the textbook network in km; a minute each at 60 km/h, times 1 / 0.85.
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
    assert table.to_numpy() == pytest.approx(10 * K_KM / 0.85)
    assert not table.attrs


def test_ends_are_ids_names_or_cities(k, catalogue):
    city = catalogue.find_city("c")
    table = geo.travel_time_matrix(k, ["e", city], "a", mode="road")
    assert table.shape == (2, 1)
    assert table["a"].tolist() == pytest.approx([270 / 0.85, 180 / 0.85])
    assert geo.travel_time_matrix(k, destinations=[city]).shape == (5, 1)
    assert geo.travel_time_matrix(k, city, "c").loc["c", "c"] == 0
    with pytest.raises(NotFoundError, match="nowhere"):
        geo.travel_time_matrix(k, "nowhere")


def test_a_long_table_has_a_row_for_every_pair(k):
    table = geo.travel_time_matrix(k, ["a", "b"], ["b", "c", "a"], long=True)
    assert table.columns.tolist() == ["from", "to", "minutes"]
    assert table[["from", "to"]].agg("".join, axis=1).tolist() == [
        "ab", "ac", "aa", "bb", "bc", "ba"]  # fmt: skip
    assert (table["minutes"] * 0.85).tolist() == pytest.approx([120, 180, 0, 0, 100, 120])


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
    assert table.to_numpy() == pytest.approx(10 * K_KM / 0.85)
    assert geo.travel_time_matrix(k, [], executor=executor).shape == (0, 5)


def test_nobody_travels_through_the_centre_of_a_city(tmp_path):
    """Two roads end on both sides of c: it reaches both cities, which do not reach each other."""
    nodes = {"a": (-60, 0), "x": (-10, 0), "c": (0, 0), "y": (25, 0), "b": (80, 0)}
    net = toy.network(tmp_path, nodes, {"ax": 50, "yb": 55}, {"a": 1, "b": 1, "c": 1})
    table = geo.travel_time_matrix(net)
    assert table.loc["a", "b"] == table.loc["b", "a"] == math.inf
    assert table.loc["a", "c"] == pytest.approx(50 / 0.85 + 13 / 35 * 60, rel=2e-3)
    assert geo.fastest_routes(net, "a", "b") == []


#: A line of 180 km with a town half way: 360 km/h take 60 / 342 min/km and a stop every 90 km.
RUN, STOP = 90 * 60 / 342, 4.0


@pytest.fixture(scope="module")
def trains(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    nodes = {"a": (0, 0), "m": (90, 0), "b": (180, 0)}
    people = {"a": 8000000, "m": 1, "b": 9000000}
    toy.region(folder, nodes, {"am": 90, "mb": 90}, people, mode="rail", operating_speed_kmh=360)
    return geo.build_network(geo.load(folder), year=2020)


def test_express_trains_run_between_large_cities_alone(trains):
    ends = 2 * (20 + 5 + 4) / 2
    table = geo.travel_time_matrix(trains)
    assert table.loc["a", "b"] == table.loc["b", "a"] == pytest.approx(2 * RUN + ends)
    assert table.loc["a", "m"] == pytest.approx(RUN + STOP + ends)
    assert table.loc["m", "b"] == pytest.approx(RUN + STOP + ends)
    some = geo.travel_time_matrix(trains, ["m", "b"], ["b", "a"])
    assert some.equals(table.loc[["m", "b"], ["b", "a"]])
    (route,) = geo.fastest_routes(trains, "a", "b")
    assert route.time_min == pytest.approx(table.loc["a", "b"])


def test_a_slower_express_is_not_taken(trains):
    """Without the town the express graph is slower here: the stopping train counts."""
    graph = build_travel_graph(trains, trains.layers.catalogue.centres)
    for _, _, way in graph.graph["express"].edges(data=True):
        way["time_min"] *= 3
    cities = trains.layers.catalogue.centres
    at = [city.city_id for city in cities]
    times = pd.DataFrame(city_travel_times(graph, cities), at, at)
    assert times.loc["a", "b"] == pytest.approx(2 * (RUN + STOP) + 29)


def test_trains_from_station_to_station(trains):
    """Running and stops, and 4 min for the start; neither access nor waiting."""
    assert station_to_station(trains, "a", "m") == pytest.approx((RUN + STOP + 4, 90))
    assert station_to_station(trains, "a", "b") == pytest.approx((2 * RUN + 4, 180))
    closed = replace(trains, edges=trains.edges.iloc[:1])
    assert np.isnan(station_to_station(closed, "m", "b")).all()


@pytest.mark.parametrize(("km", "express"), [(14.9, True), (15.1, False)])
def test_a_station_of_a_large_city_lies_within_fifteen_kilometres(tmp_path, km, express):
    nodes = {"a": (km, 0), "b": (180, 0), "c": (0, 0), "d": (180, 10)}
    people = {"c": 8000000, "d": 8000000}
    net = toy.network(tmp_path, nodes, {"ab": 90}, people, mode="rail", operating_speed_kmh=360)
    minutes, _ = station_to_station(net, "a", "b")
    assert minutes == pytest.approx(RUN + 4 + (0 if express else STOP))


# --- routes --------------------------------------------------------------------------------


def test_the_route_through_the_textbook_network(k):
    (route,) = geo.fastest_routes(k, "a", "e")
    assert [leg["route_id"] for leg in route.legs] == ["", "ac", "ce", ""]
    assert [leg["mode"] for leg in route.legs] == ["access", "road", "road", "access"]
    assert [(leg["from"], leg["to"]) for leg in route.legs] == [
        ("city:a", "a"), ("a", "c"), ("c", "e"), ("e", "city:e")]  # fmt: skip
    assert [leg["length_km"] for leg in route.legs] == pytest.approx([0, 180, 90, 0], abs=1e-6)
    assert (route.length_km, route.time_min) == pytest.approx((270, 270 / 0.85))
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
    assert route.legs[1]["time_min"] == pytest.approx(80 / 0.85)
    assert route.section_ids == ["ab-1"]


def test_a_route_has_two_ends(k, catalogue):
    with pytest.raises(BadInputError, match="expected two different cities"):
        geo.fastest_routes(k, "a", catalogue.find_city("a"))
    with pytest.raises(BadInputError, match="expected road, rail, water or any"):
        geo.fastest_routes(k, "a", "b", mode="tram")
    assert geo.fastest_routes(k, "a", "b", mode="rail") == []


class City:
    def __init__(self, city_id):
        self.city_id = city_id


def ladder(*ways, ends="st"):
    """A graph of chains between two cities: edges as (from, to, minutes, km)."""
    graph = nx.Graph()
    for end in ends:
        graph.add_edge(f"city:{end}", end, time_min=1.0, length_km=100.0, leg="access", mode="")
    for u, v, minutes, km in ways:
        graph.add_edge(u, v, time_min=float(minutes), length_km=float(km), leg=u + v, mode="road")
    return graph


def paths(graph, k):
    found = different_paths(graph, City("s"), City("t"), k=k)
    return ["".join(path[1:-1]) for path in found]


@pytest.mark.parametrize(("common", "count"), [(60, 2), (61, 1)])
def test_a_further_route_repeats_at_most_three_fifths(common, count):
    own = 100 - common
    graph = ladder(("s", "m", common, common), ("m", "t", own, own), ("m", "x", own / 2, own / 2),
                   ("x", "t", own / 2 + 1, own / 2))  # fmt: skip
    assert paths(graph, 2) == ["smt", "smxt"][:count]
    assert _overlap(graph, ["city:s", "s", "m", "x", "t"], ["s", "m", "t"]) == pytest.approx(
        common / 100
    )


def test_the_way_into_the_network_does_not_count_as_shared():
    graph = ladder(("s", "t", 10, 10), ("s", "x", 6, 6), ("x", "t", 6, 6))
    assert paths(graph, 2) == ["st", "sxt"]
    assert _overlap(graph, ["city:s", "s"], ["city:s", "s"]) == 1  # nothing but access


@pytest.mark.parametrize(("minutes", "found"), [(113, True), (170, True), (171, False)])
def test_used_edges_take_half_as_long_again_each_time(minutes, found):
    """10 min grow to 10 * 1.5 ^ 7 = 170.9 until the last of 4 k = 8 tries."""
    graph = ladder(("s", "t", 10, 10), ("s", "x", minutes, 5), ("x", "t", 0, 5))
    graph["city:s"]["s"]["time_min"] = graph["city:t"]["t"]["time_min"] = 0.0
    assert paths(graph, 2) == ["st", "sxt"][: 1 + found]


def test_routes_are_sorted_by_their_time():
    graph = ladder(("s", "t", 10, 10), ("s", "x", 12, 9), ("x", "t", 0, 9), ("s", "y", 16, 9),
                   ("y", "t", 0, 9))  # fmt: skip
    assert paths(graph, 3) == ["st", "sxt", "syt"]
    assert paths(graph, 1) == ["st"]
    assert paths(graph, 9) == ["st", "sxt", "syt"]


def test_routes_avoid_the_centres_of_other_cities():
    graph = ladder(("s", "city:c", 1, 1), ("city:c", "t", 1, 1), ("s", "t", 50, 50))
    assert paths(graph, 2) == ["st"]
    graph.remove_edge("s", "t")
    assert paths(graph, 1) == []


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
