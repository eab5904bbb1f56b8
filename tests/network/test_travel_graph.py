"""The graph a traveller sees: who may enter where, who stops, and its arcs against NetworkX."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

import geo
from geo.core import BadInputError
from geo.network import build_travel_graph, travel_arcs


def street(km, extra=0.0):
    return pytest.approx(km * 1.3 / 35 * 60 + extra, rel=2e-3)


def test_places_within_thirty_kilometres_are_entered(tmp_path):
    nodes = {"a": (0, 0), "n": (29.9, 0), "f": (30.1, 0), "m": (0, 20)}
    net = toy.network(tmp_path, nodes, {"nf": 1, "nm": 40}, {"a": 1})
    graph = build_travel_graph(net, net.layers.catalogue.centres, mode="road")
    assert set(graph["city:a"]) == {"n", "m"}
    way = graph["city:a"]["m"]
    assert (way["time_min"], way["length_km"]) == (street(20), pytest.approx(26, rel=2e-3))
    assert (way["leg"], way["mode"]) == ("access", "access")


def test_nobody_enters_at_a_border(tmp_path):
    nodes = {"a": (0, 0), "n": (5, 0), "f": (30, 0)}
    toy.region(tmp_path, nodes, {"nf": 25}, {"a": 1})
    toy.change(tmp_path, "places", "n", kind="border")
    net = geo.build_network(geo.load(tmp_path), year=2020)
    assert set(build_travel_graph(net, net.layers.catalogue.centres, mode="road")["city:a"]) == {
        "f"
    }


def test_a_city_without_a_stop_is_a_node_of_its_own(tmp_path):
    net = toy.network(tmp_path, {"a": (0, 0), "n": (50, 0), "f": (90, 0)}, {"nf": 40}, {"a": 1})
    assert build_travel_graph(net, net.layers.catalogue.centres).degree["city:a"] == 0


#: A line of 180 km with a town half way: 360 km/h take 60 / 342 min/km and a stop every 90 km.
LINE = {"a": (0, 0), "m": (90, 0), "b": (180, 0)}
RUN, STOP = 90 * 60 / 342, 4.0


def line(folder, people, kind="hsr"):
    toy.region(folder, LINE, {"am": 90, "mb": 90}, people, mode="rail", operating_speed_kmh=360)
    for route in ("am", "mb"):
        toy.change(folder, "routes", route, **{"class": kind})
    return geo.build_network(geo.load(folder), year=2020)


@pytest.mark.parametrize(
    ("people", "stops", "express"),
    [
        ({"a": 8e6, "b": 9e6}, False, None),  # all large: nobody stops
        ({"a": 8e6, "b": 9e6, "m": 1}, True, {"city:a", "city:b"}),
        ({"a": 8e6 - 1, "b": 9e6}, True, None),  # one large city alone
        ({"a": 9e6}, True, None),  # a train without a stop leads nowhere
        ({"a": 1, "b": 1}, True, None),
    ],
)
def test_trains_between_large_cities_do_not_stop(tmp_path, people, stops, express):
    net = line(tmp_path, {city: int(count) for city, count in people.items()})
    graph = build_travel_graph(net, net.layers.catalogue.centres, mode="rail")
    assert graph["a"]["m"]["time_min"] == pytest.approx(RUN + stops * STOP)
    inner = graph.graph.get("express")
    if express is None:
        assert inner is None
    else:
        assert {n for n in inner if n.startswith("city:")} == express
        assert inner["a"]["m"]["time_min"] == pytest.approx(RUN)
    whole = build_travel_graph(net, net.layers.catalogue.centres, mode="rail", parallel=True)
    (way,) = whole.get_edge_data("a", "m").values()
    assert way["time_min"] == pytest.approx(RUN + STOP)
    assert not whole.graph


def test_only_high_speed_trains_pass_without_a_stop(tmp_path):
    net = line(tmp_path, {"a": 8000000, "b": 9000000}, kind="intercity")
    graph = build_travel_graph(net, net.layers.catalogue.centres, mode="rail")
    assert graph["a"]["m"]["time_min"] == pytest.approx(RUN + 4 * 90 / 70)


def stations(folder, population=None):
    """Lines ending at two stations 10 km from a centre, a third at 16 km."""
    nodes = {"c": (0, 0), "w": (-10, 0), "e": (10, 0), "f": (16, 0), "p": (-90, 0), "q": (90, 0),
             "r": (90, 20)}  # fmt: skip
    toy.region(folder, nodes, {"pw": 80, "eq": 80, "fr": 80}, population or {"c": 1}, mode="rail")
    for place in "wef":
        toy.change(folder, "places", place, kind="station")
    return folder


def test_trains_are_changed_between_the_stations_of_a_city(tmp_path):
    net = geo.build_network(geo.load(stations(tmp_path)), year=2020)
    graph = build_travel_graph(net, [], mode="rail")
    # a street of 20 km, alighting and boarding again (2 x 14.5)
    assert graph["w"]["e"]["time_min"] == street(20, 29)
    assert graph["w"]["e"]["leg"] == "access"
    assert not graph.has_edge("e", "f")
    assert not graph.has_edge("w", "f")


def test_a_district_is_no_city_to_change_in(tmp_path):
    stations(tmp_path, {"c": 1, "q": 1})
    toy.change(tmp_path, "cities", "c", part_of="q")
    net = geo.build_network(geo.load(tmp_path), year=2020)
    assert not build_travel_graph(net, [], mode="rail").has_edge("w", "e")


def test_stations_that_a_line_joins_are_not_joined_by_street(tmp_path):
    nodes = {"c": (0, 0), "w": (-10, 0), "e": (10, 0)}
    toy.region(tmp_path, nodes, {"we": 20}, {"c": 1}, mode="rail")
    for place in "we":
        toy.change(tmp_path, "places", place, kind="station")
    net = geo.build_network(geo.load(tmp_path), year=2020)
    for parallel in (False, True):
        graph = build_travel_graph(net, [], mode="rail", parallel=parallel)
        assert graph.number_of_edges() == 1
        assert [way["leg"] for _, _, way in graph.edges(data=True)] == ["we"]


def test_stations_meet_interchanges_where_all_modes_count(tmp_path):
    nodes = {"s": (0, 0), "t": (90, 0), "x": (0, 20), "y": (31, 0), "z": (60, 60)}
    toy.region(tmp_path, nodes, {"st": 90, "xz": 70, "yz": 70})
    toy.change(tmp_path, "routes", "st", mode="rail", **{"class": "hsr"})
    net = geo.build_network(geo.load(tmp_path), year=2020)
    graph = build_travel_graph(net, [], mode="any")
    assert graph["s"]["x"]["time_min"] == street(20, 14.5)
    assert {n for n in graph["s"] if graph["s"][n]["leg"] == "access"} == {"x"}
    assert set(build_travel_graph(net, [], mode="rail")) == {"s", "t"}
    assert set(build_travel_graph(net, [], mode="road")) == {"x", "y", "z"}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A network of a road between each two nodes, whose edges are then exchanged."""
    nodes = {n: (300 * math.cos(i * i), 200 * math.sin(i)) for i, n in enumerate("abcdefgh")}
    pairs = {"".join(pair): 60 for pair in itertools.combinations("abcdefgh", 2)}
    people = dict.fromkeys("abc", 1)
    return toy.network(tmp_path_factory.mktemp("m"), nodes, pairs, people, at="stops")


EDGES = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), st.integers(1, 99)),
    min_size=1,
    max_size=16,
)


def through_no_city(graph, start, end):
    """The fastest time between two cities by NetworkX, without the centres of others."""
    others = [n for n in graph if n.startswith("city:") and n not in (start, end)]
    rest = graph.subgraph(set(graph) - set(others))
    try:
        return nx.dijkstra_path_length(rest, start, end, "time_min")
    except nx.NetworkXNoPath:
        return math.inf


@settings(max_examples=40, deadline=None)
@given(EDGES)
def test_arcs_of_any_multigraph_give_the_times_of_networkx(template, edges):
    net, graph = toy.with_edges(template, edges)
    cities = net.layers.catalogue.centres
    simple = build_travel_graph(net, cities, mode="road")
    for u, v in itertools.combinations(graph, 2):
        between = graph.get_edge_data(u, v) or {}
        fastest = min((way["km"] for way in between.values()), default=None)
        assert (simple.get_edge_data(u, v) or {"time_min": None})["time_min"] == fastest
    whole = build_travel_graph(net, cities, mode="road", parallel=True)
    assert sum("edge" in way for _, _, way in whole.edges(data=True)) == sum(
        u != v for u, v, _ in edges
    )
    for made in (simple, whole):
        arcs = travel_arcs(made)
        matrix, entry = arcs.matrix()
        assert (matrix.data[entry] <= arcs.minutes).all()
        starts, ends = arcs.ends(cities)
        times = dijkstra(matrix, indices=starts)[:, ends]
        for (i, a), (j, b) in itertools.permutations(enumerate(cities), 2):
            wanted = through_no_city(made, f"city:{a.city_id}", f"city:{b.city_id}")
            assert times[i, j] == pytest.approx(wanted)


def test_arcs_say_which_edge_they_belong_to(template):
    net, _ = toy.with_edges(template, [("a", "d", 5), ("d", "a", 3), ("d", "d", 1)])
    arcs = travel_arcs(build_travel_graph(net, [], mode="road", parallel=True))
    assert sorted(zip(arcs.edge, arcs.minutes, strict=True)) == [
        ("e0", 5), ("e0", 5), ("e1", 3), ("e1", 3)
    ]  # fmt: skip
    assert arcs.names == ["a", "d"]
    assert arcs.size == 4
    assert np.array_equal(arcs.tail[::2], arcs.head[1::2])
    assert arcs.matrix()[0].toarray().max() == 3
    assert travel_arcs(nx.Graph()).size == 0


def test_a_mode_that_the_network_was_not_made_for_is_refused(template):
    for mode in ("tram", "Road", ""):
        with pytest.raises(BadInputError, match="expected road, rail, water or any"):
            build_travel_graph(template, [], mode=mode)
    road = replace(template, mode="road")
    with pytest.raises(BadInputError, match="expected road or any, for the network was made for"):
        build_travel_graph(road, [], mode="rail")
    assert build_travel_graph(road, [], mode="any").number_of_edges() == 28
    assert build_travel_graph(template, [], mode="rail").number_of_edges() == 0
