"""Bridges, articulation points, detours and cuts: by hand, and any multigraph against NetworkX."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.algorithms import minimum_edge_cut
from geo.connectivity import articulation_points, bridges, minimum_cut
from geo.connectivity.cuts import detour_ratios
from geo.core import BadInputError, NotFoundError
from geo.network import stops_near

K = {pair: float(km) for pair, km in toy.K_EDGES.items()}


#: Nodes at irregular places, so that no two pairs are equally far apart.
NODES = {n: (300 * math.cos(i * i), 200 * math.sin(i)) for i, n in enumerate("abcdefgh")}
EDGES = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), st.integers(1, 99)),
    min_size=1,
    max_size=16,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A network of a road between each two nodes, whose edges are then exchanged."""
    pairs = {"".join(pair): 60 for pair in itertools.combinations("abcdefgh", 2)}
    people = dict(zip("abcdef", (1, 2, 4, 8, 16, 32), strict=True))
    return toy.network(tmp_path_factory.mktemp("m"), NODES, pairs, people, at="stops")


def test_bridges_and_articulation_points_by_name(tmp_path):
    net = geo.build_network(geo.load(toy.region(tmp_path, toy.K_NODES, toy.K_EDGES)))
    found = bridges(net)
    assert list(found["route_id"]) == ["ce"]
    assert list(found["nodes_cut_off"]) == [1]
    assert dict(articulation_points(net)["parts"]) == {"c": 2}


def test_of_parallel_edges_neither_is_a_bridge(tmp_path):
    edges = {"ab": 10, "abx": 12, "bc": 10}
    nodes = {"a": (0, 0), "b": (10, 0), "c": (20, 0)}
    net = geo.build_network(geo.load(toy.region(tmp_path, nodes, edges)))
    assert list(bridges(net)["route_id"]) == ["bc"]


def test_every_edge_of_a_forest_is_a_bridge(tmp_path):
    nodes = {n: (10 * i, 0 if n < "d" else 30) for i, n in enumerate("abcdef")}
    edges = {"ab": 10, "bc": 10, "de": 10, "ef": 10}
    net = geo.build_network(geo.load(toy.region(tmp_path, nodes, edges)))
    assert set(bridges(net)["route_id"]) == set(edges)
    assert set(bridges(net)["nodes_cut_off"]) == {1}
    assert dict(articulation_points(net)["parts"]) == {"b": 2, "e": 2}


@settings(max_examples=20, deadline=None)
@given(EDGES)
def test_bridges_of_any_multigraph_are_those_whose_loss_parts_it(template, edges):
    net, graph = toy.with_edges(template, edges)
    found = bridges(net).set_index("edge_id")["nodes_cut_off"].to_dict()
    wanted = {}
    for u, v, key in graph.edges(keys=True):
        rest = graph.copy()
        rest.remove_edge(u, v, key)
        sides = [nx.node_connected_component(rest, node) for node in (u, v)]
        if v not in sides[0]:
            wanted[key] = min(map(len, sides))
    assert found == wanted
    order = list(zip(-bridges(net)["nodes_cut_off"], bridges(net)["edge_id"], strict=True))
    assert order == sorted(order)
    assert bridges(net).index.tolist() == list(range(len(order)))
    ends = bridges(net).set_index("edge_id")[["from", "to", "route_zh", "section_id"]]
    for key, row in ends.iterrows():
        edge = net.edges.loc[key]
        assert row.tolist() == [edge["u"], edge["v"], edge["route_zh"], edge["section_id"]]


@settings(max_examples=20, deadline=None)
@given(EDGES)
def test_articulation_points_of_any_multigraph_are_those_whose_loss_parts_it(template, edges):
    net, graph = toy.with_edges(template, edges)
    wanted = {}
    for node in graph:
        part = graph.subgraph(nx.node_connected_component(graph, node) - {node})
        if (count := nx.number_connected_components(part)) > 1:
            wanted[node] = count
    assert articulation_points(net)["parts"].to_dict() == wanted


@settings(max_examples=20, deadline=None)
@given(EDGES)
def test_detours_of_any_multigraph_are_shortest_paths_without_the_edge(template, edges):
    net, graph = toy.with_edges(template, edges)
    for weight in ("time_min", "length_km"):
        ratios = detour_ratios(net.edges.assign(time_min=net.edges[weight]))
        found = dict(zip(net.edges.index, ratios, strict=True))
        for u, v, key, data in graph.edges(keys=True, data=True):
            rest = graph.copy()
            rest.remove_edge(u, v, key)
            other = nx.single_source_dijkstra_path_length(rest, u, weight="km").get(v, math.inf)
            if u == v:
                assert math.isnan(found[key])
            else:
                assert found[key] == pytest.approx(other / data["km"])


def test_the_shortest_alternative_to_every_link_of_the_textbook_network(tmp_path):
    net = geo.build_network(geo.load(toy.region(tmp_path, toy.K_NODES, toy.K_EDGES)))
    wanted = {"ab": 28 / 12, "ac": 22 / 18, "ad": 2, "bc": 3, "cd": 2.75, "ce": math.inf}
    for weight in ("time_min", "length_km"):
        found = detour_ratios(net.edges.assign(time_min=net.edges[weight]))
        assert dict(zip(net.edges["route_id"], found, strict=True)) == pytest.approx(wanted)


def test_the_alternative_to_one_of_two_parallel_edges_is_the_other(tmp_path):
    nodes = {"a": (0, 0), "b": (10, 0)}
    net = geo.build_network(geo.load(toy.region(tmp_path, nodes, {"ab": 10, "abx": 12})))
    assert sorted(detour_ratios(net.edges)) == pytest.approx([10 / 12, 1.2])


def test_edges_in_a_row_are_one_link_of_a_cut(tmp_path):
    x = {"a": 0, "p": 40, "q": 80, "b": 120}
    nodes = {n: (km, 0) for n, km in x.items()}
    cat = geo.load(toy.region(tmp_path, nodes, {"ap": 40, "pq": 40, "qb": 40}, {"a": 2, "b": 1}))
    net = geo.build_network(cat, nodes="stops")
    assert not minimum_edge_cut(net.graph, "a", "b").unique
    found, _, _ = minimum_cut(net, "a", "b")
    assert found.value == 1
    assert found.cut == found.far_cut == ["ap-1:a"]
    assert found.unique


def test_a_cut_through_a_junction_is_not_unique(tmp_path):
    nodes = {"a": (0, 0), "p": (40, 0), "b": (80, 0), "x": (40, 40)}
    edges = {"ap": 40, "pb": 40, "px": 40}
    cat = geo.load(toy.region(tmp_path, nodes, edges, {"a": 2, "b": 1}))
    found, _, _ = minimum_cut(geo.build_network(cat, nodes="stops"), "a", "b")
    assert (found.cut, found.far_cut, found.unique) == (["ap-1:a"], ["pb-1:p"], False)


def test_cities_that_share_a_stop_cannot_be_parted(tmp_path):
    nodes = {"a": (0, 0), "b": (10, 0), "c": (60, 0)}
    cat = geo.load(toy.region(tmp_path, nodes, {"ab": 10, "bc": 50}, {"a": 2, "b": 1, "c": 1}))
    net = geo.build_network(cat, nodes="stops")
    with pytest.raises(BadInputError, match="can both enter a, b: no loss"):
        minimum_cut(net, "a", "b")
    assert minimum_cut(net, "a", "c")[0].value == 1


@settings(max_examples=30, deadline=None)
@given(EDGES)
def test_a_cut_between_two_cities_is_the_smallest_by_networkx(template, edges):
    net, graph = toy.with_edges(template, edges)
    found, *names = minimum_cut(net, "a", "b")
    assert names == ["a", "b"]
    flow = nx.DiGraph()
    flow.add_nodes_from("ab")
    for u, v in itertools.permutations(graph, 2):
        if count := graph.number_of_edges(u, v):
            flow.add_edge(u, v, capacity=count)
    assert found.value == nx.maximum_flow_value(flow, "a", "b") == len(found.cut)
    rest = graph.copy()
    rest.add_nodes_from("ab")
    rest.remove_edges_from(
        [(u, v, key) for u, v, key in graph.edges(keys=True) if key in found.cut]
    )
    assert not nx.has_path(rest, "a", "b")


#: Two provinces on both sides of a border at 0, each with a city; a road and a railway between.
REGIONS = (
    toy.REGION.replace('name_en = "Toy"\nadcode = "990000"', 'name_en = "West"\nadcode = "990000"')
    + """
[[regions]]
id = "east"
name = "东"
name_en = "East"
adcode = "980000"
"""
)


SITES = {"a": (-60, 0), "b": (60, 0), "c": (-60, 40), "p": (-2, 0), "q": (8, 30), "d": (60, 40)}
ROADS = {"ap": 58, "pb": 62, "cq": 70, "qd": 54, "ac": 40, "bd": 40}


def write_provinces(folder, nodes, edges, people):
    """Write a region of two provinces, of which the eastern one has the cities b and d."""
    toy.region(folder, nodes, edges, people)
    head, map_ = REGIONS.split("[map]")[0], "[map]\ncentre = [0.0, 0.0]\n"
    tail = REGIONS[REGIONS.index('[[regions]]\nid = "east"') :]
    (folder / "region.toml").write_text(head + tail + map_, "utf-8")
    for city in "bd":
        toy.change(folder, "cities", city, region="East")


@pytest.fixture
def provinces(tmp_path):
    write_provinces(tmp_path, SITES, ROADS, {"a": 5, "b": 4, "c": 2, "d": 1})
    return geo.build_network(geo.load(tmp_path), year=2020, nodes="stops")


def test_links_hold_two_regions_together(provinces):
    found, *names = minimum_cut(provinces, "toy", "East")
    assert names == ["测试", "东"]
    assert (found.value, len(found.paths)) == (2, 2)
    parted = provinces.graph.copy()
    parted.remove_edges_from([(u, v, k) for u, v, k in parted.edges(keys=True) if k in found.cut])
    assert not nx.has_path(parted, "a", "b")
    assert minimum_cut(provinces, "a", "b")[0].value == 2
    with pytest.raises(BadInputError, match="the same, or one holds the other"):
        minimum_cut(provinces, "toy", "toy")
    with pytest.raises(BadInputError, match="the same, or one holds the other"):
        minimum_cut(provinces, "a", "a")
    with pytest.raises(NotFoundError, match="nowhere"):
        minimum_cut(provinces, "toy", "nowhere")


def test_a_shared_name_is_the_region_only_beside_another_region(tmp_path):
    """The city e at the end of one road has the name of its region, which two roads leave."""
    people = {"a": 5, "b": 4, "c": 2, "d": 1, "e": 1}
    write_provinces(tmp_path, SITES | {"e": (-60, 100)}, ROADS | {"ce": 60}, people)
    toy.change(tmp_path, "cities", "e", name="测试")
    net = geo.build_network(geo.load(tmp_path), year=2020, nodes="stops")
    assert minimum_cut(net, "测试", "东")[0].value == 2
    assert minimum_cut(net, "测试", "b")[0].value == 1


def test_with_counties_a_stop_is_of_the_region_where_it_lies(two_provinces):
    """The border lies on the meridian of 0; NetworkX parts the stops on both of its sides."""
    net = geo.build_network(geo.load(two_provinces), year=2026, nodes="stops")
    found, *names = minimum_cut(net, "西省", "东省")
    assert names == ["西省", "东省"]
    near = {*stops_near(net, net.layers.catalogue.cities)}
    east = {n for n in near if net.nodes.geometry[n].x > 0}
    flow = nx.DiGraph()
    for u, v in net.graph.edges():
        for a, b in ((u, v), (v, u)) if u != v else ():
            more = flow.get_edge_data(a, b, {"capacity": 0})["capacity"] + 1
            flow.add_edge(a, b, capacity=more)
    flow.add_edges_from(("west", n) for n in near - east)
    flow.add_edges_from((n, "east") for n in east)
    assert found.value == nx.maximum_flow_value(flow, "west", "east") == len(found.cut) > 1


def test_a_cut_needs_a_network_with_stops(provinces):
    net = geo.build_network(provinces.layers, year=2020)
    with pytest.raises(BadInputError, match='expected a network with nodes="stops"'):
        minimum_cut(net, "a", "b")
