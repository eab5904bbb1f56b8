"""The graph a traveller sees: who may enter where, and its arcs against NetworkX."""

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
from geo.network import (
    DEFAULT_PARAMETERS,
    TravelGraph,
    build_travel_graph,
    place_of,
    stops_near,
)
from geo.network.trains import ARC_COLUMNS


def street(km, extra=0.0):
    return pytest.approx(km * 1.3 / 35 * 60 + extra, rel=2e-3)


def arcs_of(graph):
    """The fastest arc between every two nodes of a graph, by their names."""
    rows = graph.arcs.sort_values("time_min", ascending=False)
    return {(row.u, row.v): row for row in rows.itertuples()}


def leads_to(graph, node):
    return set(graph.arcs.loc[graph.arcs["u"] == node, "v"])


def test_places_within_thirty_kilometres_are_entered(tmp_path):
    nodes = {"a": (0, 0), "n": (29.9, 0), "f": (30.1, 0), "m": (0, 20)}
    net = toy.network(tmp_path, nodes, {"nf": 1, "nm": 40}, {"a": 1})
    graph = build_travel_graph(net, mode="road")
    assert leads_to(graph, "city:a") == {"n", "m"}
    arcs = arcs_of(graph)
    for way in (arcs["city:a", "m"], arcs["m", "city:a"]):
        assert (way.time_min, way.length_km) == (street(20), pytest.approx(26, rel=2e-3))
        assert (way.wait_min, way.edge, way.leg, way.mode) == (0, "", "background", "road")
    road = arcs["n", "m"]
    assert (road.time_min, road.edge, road.leg) == (pytest.approx(40), "nm-1:n", "nm")
    assert graph.arcs.columns.tolist() == ARC_COLUMNS
    near = stops_near(net, net.layers.catalogue.centres)
    assert near == {"n": street(29.9), "m": street(20)}


def test_nobody_enters_at_a_border(tmp_path):
    nodes = {"a": (0, 0), "n": (5, 0), "f": (29, 0)}
    toy.region(tmp_path, nodes, {"nf": 24}, {"a": 1})
    for kind, entered in (("border", {"f"}), ("tunnel", {"f"}), ("bridge", {"f"}),
                          ("town", {"n", "f"}), ("junction", {"n", "f"})):  # fmt: skip
        toy.change(tmp_path, "places", "n", kind=kind)
        net = geo.build_network(geo.load(tmp_path), year=2020)
        assert leads_to(build_travel_graph(net, mode="road"), "city:a") == entered
        assert set(stops_near(net, net.layers.catalogue.centres)) == entered


def test_a_junction_of_expressways_is_entered_and_left_in_three_minutes_more(tmp_path):
    nodes = {"a": (0, 0), "n": (10, 0), "f": (70, 0)}
    toy.region(tmp_path, nodes, {"nf": 60}, {"a": 1, "f": 1})
    toy.change(tmp_path, "places", "n", kind="junction")
    net = geo.build_network(geo.load(tmp_path), year=2020)
    arcs = arcs_of(build_travel_graph(net, mode="road"))
    assert arcs["city:a", "n"].time_min == arcs["n", "city:a"].time_min == street(10, 3)
    assert arcs["n", "f"].time_min == pytest.approx(60)  # nothing to pass it, or to end there
    assert geo.travel_time_matrix(net).loc["a", "f"] == street(10, 3 + 60)
    other = replace(DEFAULT_PARAMETERS, junction_min=7)
    net = geo.build_network(net.layers, year=2020, parameters=other)
    assert geo.travel_time_matrix(net).loc["a", "f"] == street(10, 7 + 60)


def test_a_city_without_a_stop_is_a_node_of_its_own(tmp_path):
    net = toy.network(tmp_path, {"a": (0, 0), "n": (50, 0), "f": (90, 0)}, {"nf": 40}, {"a": 1})
    graph = build_travel_graph(net)
    assert "city:a" in graph.names
    assert not {"city:a"} & {*graph.arcs["u"], *graph.arcs["v"]}


def test_stations_meet_interchanges_where_all_modes_count(tmp_path):
    nodes = {"s": (0, 0), "t": (90, 0), "x": (0, 20), "y": (31, 0), "z": (60, 60)}
    toy.region(tmp_path, nodes, {"st": 90, "xz": 70, "yz": 70})
    toy.change(tmp_path, "routes", "st", mode="rail", **{"class": "hsr"})
    net = geo.build_network(geo.load(tmp_path), year=2020)
    graph = build_travel_graph(net, mode="any")
    arcs = arcs_of(graph)
    assert arcs["s", "x"].time_min == arcs["x", "s"].time_min == street(20)
    assert leads_to(graph, "s") == {"x", "dep:s"}
    assert not any("in:" in name or "out:" in name for name in graph.names)
    by_rail = build_travel_graph(net, mode="rail")
    assert {place_of(name) for name in by_rail.names} == {"s", "t"}
    assert set(build_travel_graph(net, mode="road").names) == {"x", "y", "z"}


def test_stations_take_time_to_board_and_leave_and_ports_do_not(tmp_path):
    nodes = {"a": (0, 0), "b": (90, 0), "c": (0, 50), "d": (90, 50)}
    toy.region(tmp_path, nodes, {"ab": 90, "cd": 90}, mode="rail")
    toy.change(tmp_path, "routes", "cd", mode="water", **{"class": "waterway"})
    net = geo.build_network(geo.load(tmp_path), year=2020)
    arcs = arcs_of(build_travel_graph(net))
    found = [arcs[ends].time_min for ends in (("a", "dep:a"), ("arr:b", "b"), ("c", "dep:c"),
                                              ("arr:d", "d"), ("arr:a", "dep:a"))]  # fmt: skip
    assert found == [20, 5, 0, 0, 20]
    assert ("arr:c", "dep:c") not in arcs
    by_rail = arcs_of(build_travel_graph(net, mode="rail"))
    assert by_rail["in:a", "dep:a"].time_min == 20
    assert by_rail["arr:a", "out:a"].time_min == 5
    assert not {("a", "dep:a"), ("out:a", "in:a")} & by_rail.keys()


@pytest.mark.parametrize(
    ("node", "place"),
    [("dep:x", "x"), ("arr:x", "x"), ("in:x", "x"), ("out:x", "x"), ("to:city:x", "city:x"),
     ("aboard:12:3@x", "x"), ("city:x", "city:x"), ("road:7", "road:7"), ("x", "x"),
     ("to:1.0000,2.0000", "1.0000,2.0000")],
)  # fmt: skip
def test_nodes_stand_for_places(node, place):
    assert place_of(node) == place


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


@settings(max_examples=40, deadline=None)
@given(EDGES)
def test_arcs_of_any_multigraph_give_the_times_of_networkx(template, edges):
    """Cities lie at their nodes, and too far from all others to go there by street."""
    net, graph = toy.with_edges(template, edges)
    graph.add_nodes_from("abc")
    made = build_travel_graph(net, mode="road")
    travelled = [edge for edge in made.edge if edge]
    assert sorted(travelled) == sorted(
        2 * [f"e{i}" for i, (u, v, _) in enumerate(edges) if u != v]
    )
    matrix, entry = made.matrix()
    assert (matrix.data[entry] <= made.minutes).all()
    starts, ends = made.ends(net.layers.catalogue.centres)
    times = dijkstra(matrix, indices=starts)[:, ends]
    wanted = dict(nx.all_pairs_dijkstra_path_length(graph, weight="km"))
    for (i, a), (j, b) in itertools.product(enumerate("abc"), repeat=2):
        assert times[i, j] == pytest.approx(wanted[a].get(b, math.inf))


@settings(max_examples=25, deadline=None)
@given(EDGES)
def test_the_matrix_of_any_arcs_has_the_fastest_of_parallel_ones(template, edges):
    net, _ = toy.with_edges(template, edges)
    made = build_travel_graph(net, mode="road")
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(made.names)
    graph.add_weighted_edges_from(made.arcs[["u", "v", "time_min"]].to_numpy().tolist())
    wanted = nx.to_numpy_array(graph, made.names, multigraph_weight=min, nonedge=np.nan)
    matrix = made.matrix()[0].tocoo()
    found = np.full((made.size, made.size), np.nan)
    found[matrix.coords] = matrix.data
    assert np.array_equal(found, wanted, equal_nan=True)
    doubled = made.matrix(2 * made.minutes)[0]
    assert np.array_equal(doubled.data, 2 * made.matrix()[0].data)


def test_arcs_say_which_edge_they_belong_to(template):
    net, _ = toy.with_edges(template, [("d", "e", 5), ("e", "d", 3), ("d", "d", 1)])
    graph = build_travel_graph(net, mode="road")
    road = graph.arcs[graph.arcs["edge"] != ""]
    assert sorted(zip(road["u"], road["v"], road["edge"], road["time_min"], strict=True)) == [
        ("d", "e", "e0", 5), ("d", "e", "e1", 3), ("e", "d", "e0", 5), ("e", "d", "e1", 3)
    ]  # fmt: skip
    assert set(graph.names) == {"city:a", "city:b", "city:c", "d", "e"}
    at = [graph.number[name] for name in "de"]
    assert graph.matrix()[0].toarray()[np.ix_(at, at)].tolist() == [[0, 3], [3, 0]]
    empty = TravelGraph(net, graph.arcs.iloc[:0])
    assert (empty.size, empty.matrix()[0].shape) == (0, (0, 0))


def test_a_mode_that_the_network_was_not_made_for_is_refused(template):
    for mode in ("tram", "Road", ""):
        with pytest.raises(BadInputError, match="expected road, rail, water or any"):
            build_travel_graph(template, mode=mode)
    road = replace(template, mode="road")
    with pytest.raises(BadInputError, match="expected road or any, for the network was made for"):
        build_travel_graph(road, mode="rail")
    assert sum(edge != "" for edge in build_travel_graph(road, mode="any").edge) == 2 * 28
    assert build_travel_graph(template, mode="rail").arcs.empty
