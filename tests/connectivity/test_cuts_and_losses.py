"""Cuts, bridges and losses on textbook graphs with answers computed by hand."""

from __future__ import annotations

import itertools
import json
import math
import time

import networkx as nx
import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.algorithms.flows import minimum_edge_cut
from geo.cli.main import main
from geo.connectivity.cuts import articulation_points, bridges, detours, minimum_cut
from geo.connectivity.link_losses import (
    Sweep,
    link_losses,
    link_sweep,
    link_use,
    pair_losses,
    removal_loss,
    route_losses,
)
from geo.core.errors import BadInputError, NotFoundError
from geo.network.network import build_network
from geo.network.travel_graph import travel_graph
from geo.network.travel_times import city_travel_times

NOW = "2026-11-23"
K = {pair: float(km) for pair, km in toy.K_EDGES.items()}
PEOPLE = np.array([4.0, 1.0, 3.0, 1.0, 1.0])


def multigraph(edges):
    graph = nx.MultiGraph()
    for i, (u, v) in enumerate(edges):
        graph.add_edge(u, v, key=f"{u}{v}{i}")
    return graph


def swept(edges, nodes="abcde"):
    """A sweep whose terminals are the nodes themselves."""
    number = {node: i for i, node in enumerate(nodes)}
    ways, link = [], []
    for i, (pair, minutes) in enumerate(edges):
        for u, v in (pair[:2], pair[1::-1]):
            ways.append((number[u], number[v], minutes))
            link.append(i)
    here = np.arange(len(nodes))
    return Sweep(np.array(ways, float), np.array(link), here, here, len(nodes))


# sum of extra minutes, weighted by people, efficiency loss, people cut off
REMOVAL = {
    "ab": (16, 64, 0.0697, 0),
    "ac": (8, 64, 0.0218, 0),
    "ad": (15, 60, 0.0488, 0),
    "bc": (45, 85, 0.1495, 0),
    "cd": (47, 89, 0.1249, 0),
    "ce": (0, 0, 0.3638, 1),
}


@pytest.mark.parametrize("pair", REMOVAL)
def test_removal_of_every_link_of_the_textbook_network(pair):
    made = swept(list(K.items()))
    minutes = made.without([list(K).index(pair)])
    found = removal_loss(made.base, minutes, PEOPLE)
    extra, weighted, efficiency, cut_off = REMOVAL[pair]
    both = np.isfinite(minutes)
    assert (minutes[both] - made.base[both]).sum() / 2 == pytest.approx(extra)
    # w sums to 36, of which the pairs with E (4 + 1 + 3 + 1) are gone with CE
    assert found.extra_min == pytest.approx(weighted / (36 if pair != "ce" else 27))
    assert found.efficiency_loss == pytest.approx(efficiency, abs=5e-5)
    assert found.cut_off_population == cut_off


def test_links_are_taken_away_all_at_once_as_one_by_one(monkeypatch, drawn, cat):
    monkeypatch.setattr("geo.connectivity.link_losses.MANY", 1)
    net, stops = build_network(drawn, year=2025), build_network(drawn, year=2025, nodes="stops")
    made, links = link_sweep(stops, net, cat.centres, mode="any")
    base, every = made.each()
    assert base == pytest.approx(made.base, rel=1e-12)
    count = 0
    for number, minutes in enumerate(every):
        assert minutes == pytest.approx(made.without([number]), rel=1e-12)
        count += 1
    assert count == len(links) > 400


@pytest.mark.parametrize("mode", ["road", "any"])
def test_a_table_of_many_links_is_that_of_few(monkeypatch, drawn, cat, mode):
    nets = build_network(drawn, year=2025, nodes="stops"), build_network(drawn, year=2025)
    few = link_losses(*nets, cat, mode=mode).set_index("edge_id")
    monkeypatch.setattr("geo.connectivity.link_losses.MANY", 1)
    many = link_losses(*nets, cat, mode=mode).set_index("edge_id").loc[few.index]
    numbers = few.select_dtypes("number").columns
    assert many[numbers].to_numpy() == pytest.approx(few[numbers].to_numpy(), abs=1e-9)
    assert many["pairs"].equals(few["pairs"])


def test_shortest_times_of_the_textbook_network():
    wanted = {"ab": 12, "ac": 18, "ad": 15, "ae": 27, "bc": 10, "bd": 22, "be": 19, "cd": 12,
              "ce": 9, "de": 21}  # fmt: skip
    base = swept(list(K.items())).base
    found = {
        a + b: base["abcde".index(a), "abcde".index(b)]
        for a, b in itertools.combinations("abcde", 2)
    }
    assert found == wanted


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


def test_the_way_round_every_link_of_the_textbook_network(tmp_path):
    net = geo.build_network(geo.load(toy.region(tmp_path, toy.K_NODES, toy.K_EDGES)))
    wanted = {"ab": 28 / 12, "ac": 22 / 18, "ad": 2, "bc": 3, "cd": 2.75, "ce": math.inf}
    for weight in ("time_min", "length_km"):
        found = detours(net, weight)
        assert dict(zip(net.edges["route_id"], found, strict=True)) == pytest.approx(wanted)


def test_the_way_round_one_of_two_parallel_edges_is_the_other(tmp_path):
    nodes = {"a": (0, 0), "b": (10, 0)}
    net = geo.build_network(geo.load(toy.region(tmp_path, nodes, {"ab": 10, "abx": 12})))
    assert sorted(detours(net)) == pytest.approx([10 / 12, 1.2])


@pytest.mark.parametrize(
    ("first", "second", "value", "unique"),
    [("ab", "cde", 3, True), ("ab", "d", 2, True), ("a", "c", 3, False), ("b", "d", 2, False),
     ("a", "e", 1, True)],
)  # fmt: skip
def test_cuts_of_the_textbook_network(first, second, value, unique):
    found = minimum_edge_cut(multigraph(K), first, second)
    assert found.value == len(found.cut) == len(found.paths) == value
    assert found.unique == unique


def test_nothing_to_cut():
    graph = multigraph(["ab", "cd"])
    assert minimum_edge_cut(graph, "a", "c").value == 0
    assert minimum_edge_cut(graph, "a", "x") == (0, [], [], [])


NODES = "abcdefg"
EDGES = st.lists(
    st.sampled_from([x + y for x, y in itertools.combinations(NODES, 2)]), min_size=1, max_size=16
)


@settings(max_examples=150, deadline=None)
@given(
    EDGES, st.sets(st.sampled_from("abc"), min_size=1), st.sets(st.sampled_from("efg"), min_size=1)
)
def test_a_cut_is_as_large_as_the_ways_are_many(edges, first, second):
    graph = multigraph(edges)
    found = minimum_edge_cut(graph, first, second)
    used = [key for path in found.paths for key in path]
    assert found.value == len(found.paths) == len(found.cut) == len(found.far_cut)
    assert len(used) == len(set(used))
    ends = {key: {u, v} for u, v, key in graph.edges(keys=True)}
    for path in found.paths:
        walk = nx.Graph(tuple(ends[key]) for key in path)
        odd = {node for node, degree in walk.degree if degree % 2}
        assert odd & first
        assert odd & second
    for cut_edges in (found.cut, found.far_cut):
        rest = graph.copy()
        rest.remove_edges_from([(*ends[key], key) for key in cut_edges])
        for a, b in itertools.product(first & set(rest), second & set(rest)):
            assert not nx.has_path(rest, a, b)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([x + y for x, y in itertools.combinations("abcdef", 2)]),
                       st.integers(1, 30), min_size=2), st.data())  # fmt: skip
def test_removal_equals_computing_anew_and_never_shortens(edges, data):
    made = swept(list(edges.items()), "abcdef")
    gone = data.draw(st.sets(st.integers(0, len(edges) - 1), min_size=1, max_size=2))
    graph = nx.Graph()
    graph.add_nodes_from("abcdef")
    graph.add_weighted_edges_from(
        (*pair, t) for i, (pair, t) in enumerate(edges.items()) if i not in gone
    )
    minutes = made.without(gone)
    for i, a in enumerate("abcdef"):
        reach = nx.single_source_dijkstra_path_length(graph, a)
        assert list(minutes[i]) == [reach.get(b, math.inf) for b in "abcdef"]
    assert (minutes >= made.base).all()
    found = removal_loss(made.base, minutes, np.arange(1.0, 7.0))
    assert found.extra_min >= 0
    assert -1e-12 <= found.efficiency_loss <= 1
    assert 0 <= found.cut_off_population <= 21


@pytest.fixture(scope="module")
def nets(drawn):
    return geo.build_network(drawn, year=NOW, nodes="stops"), geo.build_network(drawn, year=NOW)


def _assert_crosses(part, cat, keys):
    """Every edge of a cut leads from the side of one region to that of the other."""
    rest = part.graph.copy()
    rest.remove_edges_from([(*part.edges.loc[key, ["u", "v"]], key) for key in keys])
    ends = []
    for region in cat.region.regions[:2]:
        own = [c for c in cat.centres if cat.region.find(c.region) == region]
        ends.append(_entered(part, own))
    sides = [set().union(*(nx.node_connected_component(rest, n) for n in end)) for end in ends]
    assert not sides[0] & sides[1]
    for u, v in part.edges.loc[keys, ["u", "v"]].to_numpy():
        assert {u in sides[0], v in sides[0]} == {u in sides[1], v in sides[1]} == {True, False}


def _entered(part, cities):
    graph = travel_graph(part, cities, mode=part.modes[0])
    return {stop for city in cities for stop in graph.adj.get(f"city:{city.city_id}", ())}


def test_links_hold_the_two_provinces_together(drawn, cat):
    values = {}
    for year in ("2020", NOW, "2030"):
        net = geo.build_network(drawn, year=year, nodes="stops")
        for mode in ("road", "rail"):
            part = net.select(mode)
            found, a, b = minimum_cut(part, cat, "四川", "Chongqing")
            assert (a, b) == ("四川", "重庆")
            assert found.value == len(found.cut) == len(found.far_cut) == len(found.paths)
            for keys in (found.cut, found.far_cut):
                _assert_crosses(part, cat, keys)
            values[year, mode] = found.value
    assert values["2020", "road"] <= values[NOW, "road"] <= values["2030", "road"]
    assert values["2020", "rail"] == 6
    assert values[NOW, "rail"] == 7
    # no more independent ways than links that are open to the traveller, by road inside the
    # regions there are fewer
    assert values[NOW, "road"] <= 17


def test_edges_in_a_row_are_one_link_of_a_cut(tmp_path):
    x = {"a": 0, "p": 40, "q": 80, "b": 120}
    nodes = {n: (km, 0) for n, km in x.items()}
    cat = geo.load(toy.region(tmp_path, nodes, {"ap": 40, "pq": 40, "qb": 40}, {"a": 2, "b": 1}))
    net = geo.build_network(cat, nodes="stops")
    assert not minimum_edge_cut(net.graph, "a", "b").unique
    found, _, _ = minimum_cut(net, cat, "a", "b")
    assert found.value == 1
    assert found.cut == found.far_cut == ["ap-1:a"]
    assert found.unique


def test_a_cut_through_a_junction_is_not_unique(tmp_path):
    nodes = {"a": (0, 0), "p": (40, 0), "b": (80, 0), "x": (40, 40)}
    edges = {"ap": 40, "pb": 40, "px": 40}
    cat = geo.load(toy.region(tmp_path, nodes, edges, {"a": 2, "b": 1}))
    found, _, _ = minimum_cut(geo.build_network(cat, nodes="stops"), cat, "a", "b")
    assert (found.cut, found.far_cut, found.unique) == (["ap-1:a"], ["pb-1:p"], False)


def test_cities_that_share_a_stop_cannot_be_parted(tmp_path):
    nodes = {"a": (0, 0), "b": (10, 0), "c": (60, 0)}
    cat = geo.load(toy.region(tmp_path, nodes, {"ab": 10, "bc": 50}, {"a": 2, "b": 1, "c": 1}))
    net = geo.build_network(cat, nodes="stops")
    with pytest.raises(BadInputError, match="can both enter a, b: no loss"):
        minimum_cut(net, cat, "a", "b")
    assert minimum_cut(net, cat, "a", "c")[0].value == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("成都", "四川"), ("四川", "成都"), ("重庆", "渝中"), ("四川", "四川"), ("成都", "成都")],
)
def test_nothing_is_parted_from_what_holds_it(nets, cat, one, other):
    with pytest.raises(BadInputError, match="the same, or one holds the other"):
        minimum_cut(nets[0], cat, one, other)


def test_a_name_of_a_region_and_a_city_means_the_region_only_beside_a_region(nets, cat):
    rail = nets[0].select("rail")
    found, _, name = minimum_cut(rail, cat, "成都", "重庆")
    last = rail.edges.loc[[path[-1] for path in found.paths], ["u", "v"]]
    ends = _entered(rail, [cat.find_city("重庆")])
    assert name == "重庆"
    assert all(ends & {u, v} for u, v in last.to_numpy())
    assert minimum_cut(rail, cat, "四川", "重庆")[0].value == 7


def test_losses_on_the_real_network(nets, cat):
    start = time.perf_counter()
    table = link_losses(*nets, cat)
    assert time.perf_counter() - start < 20
    assert len(table) == len(nets[1].edges)
    assert (table[["extra_min", "cut_off_population", "efficiency_loss"]] >= -1e-9).all().all()
    lost = table.set_index("section_id")["cut_off_population"]
    assert lost["chengkai-1"].max() == cat.find_city("城口").population
    routes = route_losses(*nets, cat).set_index("route_id")
    worst = table.groupby("route_id")["extra_min"].max()
    assert routes.loc["chengyu-hsr", "extra_min"] >= worst["chengyu-hsr"]


def test_the_base_of_a_sweep_is_the_time_matrix(nets, cat):
    cities = cat.centres
    graph = travel_graph(nets[0], cities, mode="road")
    made, links = link_sweep(*nets, cities, mode="road")
    assert np.allclose(made.base, city_travel_times(graph, cities))
    assert links["length_km"].sum() == pytest.approx(
        nets[0].select("road").edges["length_km"].sum()
    )


def test_a_city_between_two_others_joins_nobody():
    """1 reaches 0 and 2, which do not reach each other: losing 1-2 cuts off 2 alone."""
    inf = math.inf
    before = np.array([[0, 5, inf], [5, 0, 7], [inf, 7, 0]])
    after = np.array([[0, 5, inf], [5, 0, inf], [inf, inf, 0]])
    found = removal_loss(before, after, np.array([4.0, 2.0, 1.0]))
    assert (found.cut_off_population, found.pairs, found.extra_min) == (1, 1, 0)


def test_losses_carry_the_way_round(nets, cat):
    table = link_losses(*nets, cat, mode="rail").set_index("edge_id")
    assert table["detour"].notna().all()
    bridge = set(bridges(nets[1].select("rail"))["edge_id"])
    assert set(table.index[np.isinf(table["detour"])]) == bridge


def test_two_losses_cost_at_least_what_one_does(nets, cat):
    single = link_losses(*nets, cat, mode="rail")
    double = pair_losses(*nets, cat, mode="rail", among=6)
    assert len(double) == 15
    assert double["cut_off_population"].iloc[0] >= single["cut_off_population"].iloc[0]


def test_use_of_links_is_a_share(nets, cat):
    table = link_use(*nets, cat, mode="rail")
    assert table["betweenness"].between(0, 1).all()
    assert table["betweenness"].is_monotonic_decreasing
    assert "成渝高铁" in set(table["name_zh"].head(5))


def test_cut_command(capsys):
    assert main(["cut", "四川", "重庆", "--mode", "rail", "--year", NOW, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["value"] == len(found["cut"]) == len(found["paths"]) == 7
    assert {"route_id", "name_zh", "section_id"} <= set(found["cut"][0])
    assert all(isinstance(key, str) for path in found["paths"] for key in path)
    assert main(["cut", "成都", "重庆"]) == 0
    assert "independent" in capsys.readouterr().out
    assert main(["cut", "四川", "四川"]) == 2


def test_critical_command(capsys):
    assert main(["critical", "--mode", "rail", "--top", "5", "--year", NOW, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["links"]) == 5
    keys = {
        "section_id",
        "route_id",
        "name_zh",
        "extra_min",
        "cut_off_population",
        "efficiency_loss",
    }
    assert all(keys <= set(link) for link in found["links"])


def test_an_unknown_region_is_told(nets, cat):
    with pytest.raises(NotFoundError, match="closest"):
        minimum_cut(nets[0], cat, "四川", "湖南省")
