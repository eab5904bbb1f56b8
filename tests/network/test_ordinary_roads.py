"""Ordinary roads, and travel over them, with hand-computed answers."""

from __future__ import annotations

import itertools
import json

import extract
import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.cli.main import main
from geo.connectivity.accessibility import city_table, connected_cities
from geo.core.errors import BadInputError
from geo.geometry.geodesy import geodesic_km, within
from geo.network import build_travel_graph, read_background
from geo.network.ordinary_roads import (
    _contracted,
    assumed_speeds,
    background_from_ways,
    node_ways,
)
from geo.readers.ways import TAGS

#: Two towns on a corridor of 20 km at 60 km/h, and one 40 km north of it, in km.
NODES = {"a": (0, 0), "b": (20, 0), "c": (10, 40)}
#: What the drive takes: 85 % of the speed, and streets at 35 km/h with a detour of 1.3.
CORRIDOR, TIE = 20 / 60 / 0.85 * 60, 0.3 * 1.3 / 35 * 60
UP, ACROSS = 39.7 / 60 / 0.85 * 60, 10 / 50 / 0.85 * 60


def km(*points):
    return [(round(x / toy.KM_LON, 7), round(y / toy.KM_LAT, 7)) for x, y in points]


#: From 300 m beside b up north, at a posted 60 km/h, and across to c on a county road.
WAYS = [
    (km((20, 0.3), (20, 40)), {"highway": "trunk", "maxspeed": "60"}),
    (km((20, 40), (10, 40)), {"highway": "secondary", "oneway": "yes"}),
]


def ways(*rows):
    frame = [dict.fromkeys(TAGS) | tags for _, tags in rows]
    lines = [shapely.LineString(points) for points, _ in rows]
    frame = gpd.GeoDataFrame(frame, columns=list(TAGS), geometry=lines, crs=4326)
    return frame.astype(dict.fromkeys(TAGS, object))


@pytest.fixture
def folder(tmp_path):
    return toy.region(tmp_path / "data", NODES, {"ab": 20}, {"a": 4, "b": 2, "c": 1})


@pytest.fixture
def pbf(tmp_path):
    return extract.write(tmp_path / "toy.osm.pbf", WAYS)


def run(capsys, *arguments):
    code = main([*map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_city_off_the_corridors_is_reached_over_other_roads(folder, pbf):
    cat = geo.load(folder)
    net = geo.build_network(cat, year=2020, nodes="stops")
    before = geo.travel_time_matrix(net)
    assert np.isinf(before.loc["a", "c"])
    roads = read_background(pbf, cat)
    assert roads.source == {"file": "toy.osm.pbf", "date": "2026-03-01", "licence": "ODbL 1.0",
                            "attribution": "© OpenStreetMap contributors",
                            "km": pytest.approx(49.7, abs=0.1)}  # fmt: skip
    table = geo.travel_time_matrix(net, background=roads)
    assert table.loc["b", "c"] == pytest.approx(TIE + UP + ACROSS, abs=0.02)
    assert table.loc["c", "a"] == pytest.approx(CORRIDOR + TIE + UP + ACROSS, abs=0.02)
    assert table.loc["a", "b"] == before.loc["a", "b"] == pytest.approx(CORRIDOR)
    assert table.attrs["background"] == roads.source
    assert geo.travel_time_matrix(net).equals(before)
    assert not geo.travel_time_matrix(net).attrs


def test_the_legs_of_a_way_say_where_it_leaves_the_catalogue(folder, pbf, capsys):
    asked = ("od", "a", "c", "--data", folder, "--year", 2020, "--json")
    code, out, _ = run(capsys, *asked, "--background", pbf)
    found = json.loads(out)
    assert code == 0
    assert found["background"]["date"] == "2026-03-01"
    (route,) = found["routes"]
    parts = [leg for leg in route["legs"] if leg["length_km"]]
    assert [(leg["mode"], leg["route_id"], leg["name"]) for leg in parts] == [
        ("road", "ab", "ab"), ("access", "", "接驳"), ("road", "", "其他道路")
    ]  # fmt: skip
    assert parts[2]["length_km"] == pytest.approx(49.7, abs=0.02)
    assert parts[2]["time_min"] == pytest.approx(UP + ACROSS, abs=0.02)
    assert parts[2]["from"] == "0.1797,0.0027"
    assert [leg["name_en"] for leg in parts] == ["ab", "access", "other roads"]
    assert "background" not in json.loads(run(capsys, *asked)[1])


def test_every_command_says_which_roads_it_used(folder, pbf, capsys, tmp_path):
    asked = ("--data", folder, "--year", 2020, "--mode", "road", "--background", pbf)
    for command in (("od", "a", "c"), ("matrix",), ("access",)):
        found = json.loads(run(capsys, *command, *asked, "--json")[1])
        assert found["background"]["attribution"] == "© OpenStreetMap contributors"
        said = run(capsys, *command, *asked)[1]
        assert "other roads of toy.osm.pbf (2026-03-01)" in said.splitlines()[-1]
    assert "toy.osm.pbf" in run(capsys, "matrix", *asked, "--out", tmp_path / "m.csv")[1]
    extract.write(pbf, WAYS, date="")
    assert "toy.osm.pbf (?)" in run(capsys, "matrix", *asked)[1]


def test_everyone_is_connected_with_other_roads(folder, pbf):
    cat = geo.load(folder)
    net = geo.build_network(cat, year=2020, nodes="stops")
    roads = read_background(pbf, cat)
    assert len(connected_cities(net)) == 2
    minutes = geo.travel_time_matrix(net, background=roads)
    assert len(connected_cities(net, minutes=minutes)) == 3
    table = city_table(net, minutes=minutes).set_index("city_id")
    assert table["share_reached"].tolist() == [1, 1, 1]
    both = (4 * (CORRIDOR + TIE + UP + ACROSS) + 2 * (TIE + UP + ACROSS)) / 6
    assert table["value"]["c"] == pytest.approx(both, abs=0.02)
    assert table.attrs["background"]["file"] == "toy.osm.pbf"


def test_other_roads_for_a_train_are_refused(folder, pbf, capsys):
    cat = geo.load(folder)
    net = geo.build_network(cat, year=2020, nodes="stops")
    with pytest.raises(BadInputError, match="--mode road or any, got rail"):
        geo.travel_time_matrix(net, mode="rail", background=read_background(pbf, cat))
    asked = ("matrix", "--data", folder, "--mode", "rail", "--background", "none.osm.pbf")
    code, out, err = run(capsys, *asked)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert "--mode road or any" in err


def test_a_file_without_roads_here_is_refused(folder, tmp_path, capsys):
    far = extract.write(tmp_path / "far.osm.pbf", [([(50, 50), (50, 51)], {"highway": "primary"})])
    code, out, err = run(capsys, "matrix", "--data", folder, "--background", far)
    assert (code, out) == (2, "")
    assert "far.osm.pbf: expected other roads within the frame" in err


def test_open_roads_that_hang_together_and_that_the_catalogue_lacks():
    roads = background_from_ways(
        ways(
            *WAYS,
            (km((10, 40), (0, 40)), {"highway": "motorway", "ref": "S40;G 85"}),
            (km((10, 40), (10, 50)), {"highway": "construction", "construction": "trunk"}),
            (km((10, 40), (5, 50)), {"highway": "primary_link", "ref": "G850"}),
            (km((30, 0), (40, 0)), {"highway": "primary"}),
            (km((20, 40), (0, 40)), {"railway": "rail"}),
        ),
        refs=["G85", "G93"],
    )
    assert roads.source["km"] == pytest.approx(39.7 + 10 + np.hypot(5, 10), abs=0.1)
    assert len(roads.nodes) == 4
    speeds = (roads.edges["length_km"] / roads.edges["time_min"] * 60).tolist()
    assert speeds == pytest.approx([0.85 * v for v in (60, 50, 40)])


@pytest.mark.parametrize("rows", [[], [([(0, 0), (1, 1)], {"railway": "rail"})]])
def test_no_roads_at_all(rows, folder):
    roads = background_from_ways(ways(*rows))
    assert (len(roads.nodes), len(roads.edges), roads.source) == (0, 0, {"km": 0})
    net = geo.build_network(geo.load(folder), year=2020, nodes="stops")
    assert np.array_equal(
        geo.travel_time_matrix(net, background=roads), geo.travel_time_matrix(net)
    )


def test_an_interchange_meets_roads_within_half_a_kilometre(folder):
    cat = geo.load(folder)
    net = geo.build_network(cat, year=2020, nodes="stops")

    def ties(beside):
        road = ways((km((20, beside), (20, 40)), {"highway": "primary"}))
        graph = build_travel_graph(net, [], mode="road", background=background_from_ways(road))
        return [n for n in graph.adj.get("b", ()) if n.startswith("road:")]

    assert len(ties(0.49)) == 1
    assert ties(0.51) == []


def test_a_motorway_is_entered_by_its_slip_roads_alone(folder):
    cat = geo.load(folder)
    net = geo.build_network(cat, year=2020, nodes="stops")
    motorway = {"highway": "motorway", "oneway": "yes"}
    roads = background_from_ways(
        ways(
            (km((20, 0.3), (20, 20)), motorway),
            (km((20, 20), (20, 40)), motorway),
            (km((20, 20), (21, 20)), {"highway": "motorway_link"}),
        )
    )
    graph = build_travel_graph(net, cat.centres, mode="any", background=roads)
    entered = {n for u, v, way in graph.edges(data=True) if way["leg"] == "access"
               for n in (u, v) if n.startswith("road:")}  # fmt: skip
    at = sorted((graph.nodes[n]["lon"] * toy.KM_LON, graph.nodes[n]["lat"] * toy.KM_LAT)
                for n in entered)  # fmt: skip
    assert at == [pytest.approx((20, 20), abs=1e-3), pytest.approx((21, 20), abs=1e-3)]


def test_trains_are_left_onto_other_roads(tmp_path):
    nodes = {"a": (-60, 0), "b": (20, 0), "c": (10, 40)}
    cat = geo.load(toy.region(tmp_path, nodes, {"ab": 80}, {"a": 4, "c": 1}, mode="rail"))
    net = geo.build_network(cat, year=2020, nodes="stops")
    roads = background_from_ways(ways(*WAYS))
    a, c = cat.find_city("a"), cat.find_city("c")
    (route,) = geo.fastest_routes(net, a, c, background=roads)
    train = sum(leg["time_min"] for leg in route.legs if leg["mode"] == "rail")
    stops = 20 + 5 + 4  # boarding, alighting, and the start
    assert train > 0
    assert route.time_min == pytest.approx(train + stops + TIE + UP + ACROSS, abs=0.02)


GRID = st.tuples(st.integers(-2, 2), st.integers(-2, 2))
ROADS = st.lists(
    st.tuples(st.lists(GRID, min_size=2, max_size=5, unique=True),
              st.sampled_from(["motorway", "trunk", "primary_link", "secondary"])),
    max_size=6,
)  # fmt: skip


def drawn(rows):
    return background_from_ways(
        ways(*[(km(*[(5 * x, 5 * y) for x, y in p]), {"highway": h}) for p, h in rows])
    )


@pytest.fixture(scope="module")
def textbook(tmp_path_factory):
    cat = geo.load(
        toy.region(tmp_path_factory.mktemp("k"), toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)
    )
    return geo.build_network(cat, year=2020, nodes="stops")


@settings(max_examples=15, deadline=None)
@given(ROADS)
def test_no_time_is_longer_with_other_roads(textbook, rows):
    roads = drawn(rows)
    for mode in ("road", "any"):
        before = geo.travel_time_matrix(textbook, mode=mode).to_numpy()
        assert (
            geo.travel_time_matrix(textbook, mode=mode, background=roads).to_numpy()
            <= before + 1e-9
        ).all()


@settings(max_examples=25, deadline=None)
@given(ROADS, st.data())
def test_contraction_changes_no_time(rows, data):
    roads = drawn(rows)
    chosen = data.draw(st.sets(st.integers(0, max(len(roads.nodes) - 1, 0)), max_size=4))
    keep = sorted(chosen if len(roads.nodes) else ())
    whole, small = nx.MultiGraph(), nx.Graph()
    whole.add_nodes_from(roads.nodes.index)
    small.add_nodes_from(keep)
    edges = roads.edges[["u", "v", "time_min"]].itertuples(index=False)
    whole.add_weighted_edges_from(edges)
    small.add_weighted_edges_from(
        (u, v, t) for u, v, t, _ in _contracted(roads, np.array(keep, int))
    )
    for u, v in itertools.combinations(keep, 2):
        wanted = nx.dijkstra_path_length(whole, u, v)
        assert nx.dijkstra_path_length(small, u, v) == pytest.approx(wanted)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_all_points_within_a_distance(data):
    spot = st.tuples(st.floats(-180, 180), st.floats(-89, 89))
    here = np.array(data.draw(st.lists(spot, min_size=1, max_size=4)))
    shift = data.draw(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=1))
    there = np.clip(np.vstack([here, here[:1] + shift]), [-180, -90], [180, 90])
    found = within(here, there, 30)
    wanted = []
    for i, j in itertools.product(range(len(here)), range(len(there))):
        apart = geodesic_km(here[i], there[j])
        if apart <= 30:
            wanted.append((i, j, apart))
    assert [pair[:2] for pair in found] == [pair[:2] for pair in wanted]
    assert [pair[2] for pair in found] == pytest.approx([pair[2] for pair in wanted], abs=1e-9)


def test_a_new_stop_hides_no_better_one(tmp_path):
    """Seven side roads around the city do not keep it from the way on the far side."""
    nodes = {"a": (0, 0), "x": (12, 0), "e": (40, 0)}
    nodes |= {n: (-2, i - 3) for i, n in enumerate("bcdfghi")}
    edges = {"xe": 28, "bc": 1, "cd": 1, "df": 1, "fg": 1, "gh": 1, "hi": 1}
    cat = geo.load(toy.region(tmp_path, nodes, edges, {"a": 1, "e": 1}))
    minutes = geo.travel_time_matrix(geo.build_network(cat, year=2020)).loc["a", "e"]
    assert minutes == pytest.approx(12 * 1.3 / 35 * 60 + 28 / 60 / 0.85 * 60, abs=0.01)
    assert len(cat.centres) == 2


# --- ways cut where they share a point ------------------------------------------------------

ROAD = {"highway": "primary"}
#: A cross whose arms share the point (1, 0), and a bridge that crosses without a shared point.
CROSS = ways(
    ([(0, 0), (1, 0), (2, 0)], ROAD),
    ([(1, -1), (1, 0), (1, 1)], ROAD | {"oneway": "yes", "maxspeed": "30"}),
    ([(0.5, -1), (0.5, 1)], {"railway": "rail"}),
)  # fmt: skip


def test_ways_are_cut_where_they_share_a_point_and_only_there():
    nodes, edges = node_ways(CROSS)
    assert len(nodes) == 7
    assert edges["osm_id"].tolist() == [0, 0, 1, 1, 2]
    ends = nodes[["lon", "lat"]].to_numpy()
    for row in edges.itertuples():
        assert row.geometry.coords[0] == tuple(ends[row.u])
        assert row.geometry.coords[-1] == tuple(ends[row.v])
    assert edges["length_km"].tolist() == pytest.approx(
        [111.3195, 111.3195, 110.5743, 110.5743, 221.1486], abs=1e-3
    )
    assert edges["backward"].tolist() == [True, True, False, False, True]


def test_shape_points_between_stay_and_loops_close():
    loop = ways(
        ([(0, 0), (1, 0), (1, 1), (0, 0)], ROAD),
        ([(5, 5), (5, 6), (5, 6), (6, 6)], ROAD),
    )
    nodes, edges = node_ways(loop)
    assert len(nodes) == 3
    assert (edges["u"][0], len(edges.geometry[0].coords)) == (edges["v"][0], 4)
    assert edges.geometry[1].coords[:] == [(5, 5), (5, 6), (6, 6)]


def test_nothing_is_a_network_too():
    nodes, edges = node_ways(CROSS.iloc[:0])
    assert nodes.empty
    assert edges.empty


def test_speeds():
    frame = ways(*[([(0, 0), (1, 1)], tags) for tags in (
        {"highway": "motorway", "maxspeed": "120"},
        {"highway": "motorway", "maxspeed": "none"},
        {"highway": "motorway_link"},
        {"highway": "construction", "construction": "trunk", "maxspeed": "50 mph"},
        {"highway": "trunk_link", "maxspeed": "60"},
        {"highway": "primary"},
        {"highway": "secondary"},
        {"highway": "track"},
    )])  # fmt: skip
    assert assumed_speeds(frame).tolist() == pytest.approx([120, 100, 40, 80.4672, 60, 60, 50, 50])
