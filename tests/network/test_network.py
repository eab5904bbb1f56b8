"""Nodes and edges of small networks, by hand and against NetworkX and OSMnx."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import shapely
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.core import BadInputError
from geo.network import DEFAULT_PARAMETERS, cut_at_stops, dissolve_nodes
from geo.network.network import check_mode, with_parameters


@pytest.fixture(scope="module")
def k(tmp_path_factory):
    return toy.network(tmp_path_factory.mktemp("k"), toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)


def test_edges_of_the_textbook_network(k):
    edges = k.edges
    assert edges.index.tolist() == [f"{route}-1:{route[0]}" for route in toy.K_EDGES]
    assert edges["length_km"].to_dict() == {
        f"{route}-1:{route[0]}": km for route, km in toy.K_EDGES.items()
    }
    assert edges["time_min"].to_numpy() == pytest.approx(edges["length_km"])
    assert edges["speed_kmh"].tolist() == [60] * 6
    assert edges["geometry_km"]["ab-1:a"] == pytest.approx(10, rel=2e-3)
    assert k.nodes["modes"].tolist() == ["road"] * 5
    assert repr(k) == "<Network 2020-12-31: 5 nodes, 6 edges (road 6)>"


def test_a_railway_takes_the_running_time_of_its_fastest_trains(tmp_path):
    """Stops are no part of it: they depend on the ride."""
    nodes = {"a": (0, 0), "b": (180, 0)}
    folder = toy.region(tmp_path, nodes, {"ab": 180}, mode="rail", operating_speed_kmh=360)
    edge = geo.build_network(geo.load(folder), year=2020).edges.iloc[0]
    assert edge["speed_kmh"] == pytest.approx(0.85 * 360)
    assert edge["time_min"] == pytest.approx(180 / 306 * 60)
    row = {"section_id": "ab-1", "source": "toy", "confidence": "high", "trains_per_day": 9}
    toy.write(folder, "train_services", [
        row | {"class": "conventional", "running_kmh": 90},
        row | {"class": "emu", "running_kmh": 240},
    ])  # fmt: skip
    edge = geo.build_network(geo.load(folder), year=2020).edges.iloc[0]
    assert (edge["speed_kmh"], edge["time_min"]) == (240, pytest.approx(45))


@pytest.fixture
def line(tmp_path):
    """A road a-m-n-b of 90 km with two towns, one at its junction with m-c, drawn 60 km long."""
    nodes = {"a": (0, 0), "m": (10, 0), "n": (40, 0), "b": (60, 0), "c": (10, 50), "z": (30, 30)}
    toy.region(tmp_path, nodes, {"ab": 90, "mc": 50}, {"a": 1, "b": 1})
    toy.via(tmp_path, "ab", "m", "n")
    return tmp_path


def test_edges_end_at_junctions_or_at_every_place(line):
    cat = geo.load(line)
    whole, cut = (geo.build_network(cat, year=2020, nodes=n) for n in ("junctions", "stops"))
    assert whole.edges.index.tolist() == ["ab-1:a", "ab-1:m", "mc-1:m"]
    assert cut.edges.index.tolist() == ["ab-1:a", "ab-1:m", "ab-1:n", "mc-1:m"]
    # the length of a piece is its share of the published length
    assert whole.edges["length_km"].tolist() == pytest.approx([15, 75, 50], rel=1e-3)
    assert cut.edges["length_km"].tolist() == pytest.approx([15, 45, 30, 50], rel=1e-3)
    assert cut.edges[["u", "v"]].to_numpy().tolist() == [
        ["a", "m"], ["m", "n"], ["n", "b"], ["m", "c"]]  # fmt: skip
    assert set(whole.nodes.index) == {"a", "m", "b", "c"}
    assert set(cut.nodes.index) == {"a", "m", "n", "b", "c"}
    assert [net.has_stops for net in (whole, cut)] == [False, True]
    assert whole.junction_ids == cut.junction_ids == {"a", "m", "b", "c"}


def test_a_place_where_nobody_changes_is_no_junction(line):
    toy.change(line, "places", "m", kind="border")
    cat = geo.load(line)
    whole, cut = (geo.build_network(cat, year=2020, nodes=n) for n in ("junctions", "stops"))
    # m is the end of a section of c's road, and so a node of every road there
    assert whole.junction_ids == cut.junction_ids == {"a", "m", "b", "c"}
    toy.via(line, "mc", "n")
    toy.change(line, "places", "n", kind="border")
    cat = geo.load(line)
    cut = geo.build_network(cat, year=2020, nodes="stops")
    assert "n" not in geo.build_network(cat, year=2020).nodes.index
    assert cut.junction_ids == {"a", "m", "b", "c"}


def test_edges_cut_at_stops_keep_what_was_changed(line):
    net = geo.build_network(geo.load(line), year=2020)
    made = geo.build_network(net.layers, year=2020, nodes="stops")
    double = replace(net, edges=net.edges.assign(time_min=2 * net.edges["time_min"]))
    cut = cut_at_stops(double)
    assert cut.edges.index.tolist() == made.edges.index.tolist()
    for column in ("length_km", "geometry_km"):
        assert cut.edges[column].to_numpy() == pytest.approx(made.edges[column].to_numpy())
    assert cut.edges["time_min"].to_numpy() == pytest.approx(2 * made.edges["time_min"].to_numpy())
    assert cut.nodes.index.tolist() == made.nodes.index.tolist()
    assert shapely.equals_exact(cut.edges.geometry, made.edges.geometry, 1e-9).all()
    assert cut_at_stops(cut) is cut
    assert cut.has_stops


def test_an_edge_that_is_not_on_its_section_stays_whole(line):
    net = geo.build_network(geo.load(line), year=2020)
    edges = net.edges.copy()
    edges.loc["ab-1:m", ["u", "v"]] = ["b", "m"]  # against the drawing
    cut = cut_at_stops(replace(net, edges=edges))
    assert cut.edges.index.tolist() == net.edges.index.tolist()
    edges.loc["ab-1:m", ["u", "v", "section_id"]] = ["m", "b", "new"]
    cut = cut_at_stops(replace(net, edges=edges))
    assert cut.edges.index.tolist() == net.edges.index.tolist()


def test_one_mode_of_a_network(line):
    toy.change(line, "routes", "mc", mode="rail", **{"class": "hsr"})
    cat = geo.load(line)
    net = geo.build_network(cat, year=2020)
    assert net.modes == ["road", "rail"]
    assert net.mode is None
    rail = net.select("rail")
    assert (rail.mode, rail.modes, rail.edges.index.tolist()) == ("rail", ["rail"], ["mc-1:m"])
    assert set(rail.nodes.index) == {"m", "c"}
    assert net.select("rail") is rail
    assert net.select("water").edges.empty
    alone = geo.build_network(cat, year=2020, mode="rail")
    assert alone.mode == "rail"
    assert alone.edges.index.tolist() == ["mc-1:m"]
    assert net.nodes["modes"]["m"] == "road;rail"


def test_what_cannot_be_asked_is_refused(k):
    for wrong in ({"mode": "tram"}, {"mode": "any"}, {"nodes": "all"}):
        with pytest.raises(BadInputError):
            geo.build_network(k.layers, **wrong)
    with pytest.raises(BadInputError, match=r"^year 'soon': expected a date YYYY"):
        geo.build_network(k.layers, year="soon")
    with pytest.raises(BadInputError, match="expected road, rail or water"):
        k.select("any")
    check_mode(k, "rail")
    for mode in ("road", "any"):
        check_mode(k.select("road"), mode)
    with pytest.raises(BadInputError, match="'rail': expected road or any"):
        check_mode(k.select("road"), "rail")


def test_dates(tmp_path):
    toy.region(tmp_path, {"a": (0, 0), "b": (9, 0), "c": (18, 0)}, {"ab": 9, "bc": 9})
    toy.change(tmp_path, "sections", "bc-1", opened="", status="construction", expected=2028)
    layers = geo.build_layers(geo.load(tmp_path))
    assert geo.build_network(layers, year=1999).edges.empty
    now, later = (geo.build_network(layers, year=year) for year in (2026, 2028))
    assert (len(now.edges), now.assumed) == (1, ())
    assert (len(later.edges), later.assumed) == (2, ("bc-1",))
    assert str(later.date) == "2028-12-31"


def test_lines_that_cross_are_no_junction(tmp_path):
    nodes = {"a": (-10, 0), "b": (10, 0), "c": (0, -10), "d": (0, 10)}
    net = toy.network(tmp_path, nodes, {"ab": 20, "cd": 20})
    assert len(net.nodes) == 4


NODES = {n: (30 * math.cos(i * i), 20 * math.sin(i)) for i, n in enumerate("abcdefgh")}
EDGES = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), st.integers(1, 99)),
    min_size=1,
    max_size=20,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A network of a road between each two nodes, whose edges are then exchanged."""
    pairs = {"".join(pair): 60 for pair in itertools.combinations("abcdefgh", 2)}
    return toy.network(tmp_path_factory.mktemp("m"), NODES, pairs)


@settings(max_examples=40, deadline=None)
@given(EDGES)
def test_graphs_of_any_multigraph(template, edges):
    """The sparse matrix has the shortest of parallel edges, whatever way they are drawn."""
    net, graph = toy.with_edges(template, edges)
    matrix = net.csr("length_km").toarray()
    for (i, a), (j, b) in itertools.product(enumerate(graph), repeat=2):
        between = graph.get_edge_data(a, b) or {}
        shortest = min((edge["km"] for edge in between.values()), default=0)
        assert matrix[i, j] == (0 if a == b else shortest)
    assert net.csr("length_km").has_canonical_format
    assert {frozenset((u, v, key)) for u, v, key in net.graph.edges(keys=True)} == {
        frozenset((u, v, key)) for u, v, key in graph.edges(keys=True)
    }
    assert nx.get_edge_attributes(net.graph, "length_km") == nx.get_edge_attributes(net.graph, "time_min")  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(EDGES)
def test_every_edge_of_a_graph_for_osmnx_runs_both_ways(template, edges):
    net, graph = toy.with_edges(template, edges)
    directed = net.to_osmnx()
    place = nx.get_node_attributes(directed, "place_id")
    assert list(place.values()) == net.nodes.index.tolist()
    assert {n: d["street_count"] for n, d in directed.nodes(data=True)} == {
        n: graph.degree(place[n]) for n in place
    }
    ways = []
    for u, v, data in directed.edges(data=True):
        ends = [(directed.nodes[n]["x"], directed.nodes[n]["y"]) for n in (u, v)]
        assert [data["geometry"].coords[0], data["geometry"].coords[-1]] == ends
        a, b, km = edges[data["osmid"]]
        assert (place[u], place[v]) == ((b, a) if data["reversed"] else (a, b))
        assert (data["length"], data["travel_time"], data["speed_kph"]) == (1000 * km, 60 * km, 60)
        assert (data["edge_id"], data["oneway"]) == (f"e{data['osmid']}", False)
        ways.append((data["osmid"], data["reversed"]))
    assert sorted(ways) == list(itertools.product(range(len(edges)), (False, True)))


def test_a_graph_for_osmnx(k, tmp_path):
    osmnx = pytest.importorskip("osmnx")
    graph = k.to_osmnx()
    assert graph.graph["crs"] == "EPSG:4326"
    stats = osmnx.stats.basic_stats(graph)
    assert (stats["n"], stats["m"], stats["street_segment_count"]) == (5, 12, 6)
    assert stats["street_length_total"] == pytest.approx(76_000)
    assert stats["streets_per_node_avg"] == pytest.approx(12 / 5)
    assert stats["circuity_avg"] == pytest.approx(76 / 61, rel=5e-3)
    place = nx.get_node_attributes(graph, "place_id")
    path = osmnx.routing.shortest_path(graph, 0, 4, weight="travel_time")
    assert [place[node] for node in path] == ["a", "c", "e"]
    projected = osmnx.projection.project_graph(graph)
    x, y = (projected.nodes[3][key] for key in "xy")
    assert place[osmnx.distance.nearest_nodes(projected, x + 500, y)] == "d"
    _, axes = osmnx.plot_graph(graph, show=False, close=True)
    assert len(axes.collections) == 2
    nodes, edges = osmnx.graph_to_gdfs(graph)
    assert (len(nodes), len(edges)) == (5, 12)
    assert set(osmnx.graph_from_gdfs(nodes, edges).edges) == set(graph.edges)
    assert set(edges["highway"]) == {"expressway"}
    assert np.allclose(edges["speed_kph"], 60)
    path = tmp_path / "toy.graphml"
    osmnx.save_graphml(graph, path)
    assert osmnx.stats.basic_stats(osmnx.load_graphml(path)) == stats


def test_a_matrix_of_times_is_the_default(k):
    wanted = np.zeros((5, 5))
    for pair, km in toy.K_EDGES.items():
        i, j = ("abcde".index(letter) for letter in pair)
        wanted[i, j] = wanted[j, i] = km  # a minute each at 60 km/h
    assert k.csr().toarray() == pytest.approx(wanted)


def test_other_parameters_scale_edges_that_were_edited(tmp_path):
    """Roads take half of their speed; the railway, and an edge of no section, stay."""
    nodes = {"a": (0, 0), "b": (30, 0), "c": (60, 0), "s": (0, 30), "t": (60, 30)}
    folder = toy.region(tmp_path, nodes, {"ab": 30, "bc": 30, "st": 60})
    toy.change(folder, "routes", "st", mode="rail", **{"class": "hsr"})
    for place in "st":
        toy.change(folder, "places", place, kind="station")
    net = geo.build_network(geo.load(folder), year=2020)
    assert with_parameters(net, DEFAULT_PARAMETERS) is net
    own = net.edges["section_id"].replace("bc-1", "unknown")
    edited = replace(
        net, edges=net.edges.assign(section_id=own, time_min=2 * net.edges["time_min"])
    )
    slow = replace(DEFAULT_PARAMETERS, road_factor_slow=0.5)
    found = with_parameters(edited, slow)
    assert found.parameters == slow
    # 60 min of the road edited to twice its time, then at half the speed
    assert found.edges["time_min"].tolist() == pytest.approx([120, 60, 2 * 60 * 60 / 54])
    assert found.edges["speed_kmh"].tolist() == pytest.approx([30, 60, 54])


def test_edges_joined_where_two_meet_have_sums_and_a_mean_speed(tmp_path):
    """30 km at 60 and 60 km at 40 km/h: 90 km in two hours."""
    nodes = {"a": (0, 0), "m": (30, 0), "b": (90, 0), "c": (90, 20), "d": (90, -20)}
    folder = toy.region(tmp_path, nodes, {"am": 30, "mb": 60, "bc": 20, "bd": 20})
    toy.change(folder, "sections", "mb-1", design_speed_kmh=40)
    found = dissolve_nodes(geo.build_network(geo.load(folder), year=2020))
    assert sorted(found.nodes.index) == ["a", "b", "c", "d"]
    edge = found.edges[found.edges[["u", "v"]].isin(["a"]).any(axis=1)].iloc[0]
    assert {edge["u"], edge["v"]} == {"a", "b"}
    assert edge[["length_km", "time_min", "speed_kmh"]].tolist() == pytest.approx([90, 120, 45])
    assert not found.has_stops
