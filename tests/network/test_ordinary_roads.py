"""Ordinary roads, and travel over them, with hand-computed answers."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import extract
import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.cli.main import main
from geo.connectivity.accessibility import city_table, connected_cities
from geo.geometry.geodesy import geodesic_km, within
from geo.network import DEFAULT_PARAMETERS, read_background
from geo.network.ordinary_roads import (
    Ground,
    assumed_speeds,
    background_from_ways,
    condensed,
    ground_of,
    node_ways,
    reach,
    street_ways,
)
from geo.readers.ways import TAGS

#: Two towns on a corridor of 20 km at 60 km/h, and one 40 km north of it, in km.
NODES = {"a": (0, 0), "b": (20, 0), "c": (30, 40)}
#: What the drive takes: all of the speed up to 80 km/h, streets at 35 km/h with a detour of 1.3.
CORRIDOR, TIE = 20 / 60 * 60, 0.3 * 1.3 / 35 * 60
UP, ACROSS = 39.7 / 60 * 60, 10 / 50 * 60


def km(*points):
    return [(round(x / toy.KM_LON, 7), round(y / toy.KM_LAT, 7)) for x, y in points]


#: From 300 m beside b up north, at a posted 60 km/h, and across to c on a county road; and a lane
#: beside the corridor, by which the town a is tied to its interchange.
WAYS = [
    (km((20, 0.3), (20, 40)), {"highway": "trunk", "maxspeed": "60"}),
    (km((20, 40), (30, 40)), {"highway": "secondary", "oneway": "yes"}),
    (km((0, 0.3), (20, 0.3)), {"highway": "secondary", "maxspeed": "30"}),
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
                            "km": pytest.approx(69.7, abs=0.1)}  # fmt: skip
    table = geo.travel_time_matrix(net, background=roads)
    assert table.loc["b", "c"] == pytest.approx(TIE + UP + ACROSS, abs=0.02)
    # from the town to the road and on to the interchange, and down to the road again
    assert table.loc["c", "a"] == pytest.approx(CORRIDOR + 3 * TIE + UP + ACROSS, abs=0.02)
    assert table.loc["a", "b"] == pytest.approx(CORRIDOR + 4 * TIE, abs=0.02)
    assert before.loc["a", "b"] == pytest.approx(CORRIDOR)
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
        ("access", "", "接驳"), ("road", "ab", "ab"), ("access", "", "接驳")
    ]  # fmt: skip
    street = 0.3 * 1.3
    assert [leg["length_km"] for leg in parts] == pytest.approx(
        [2 * street, 20, street + 49.7], abs=0.02
    )
    assert [leg["time_min"] for leg in parts] == pytest.approx(
        [2 * TIE, CORRIDOR, TIE + UP + ACROSS], abs=0.02
    )
    assert [(leg["from"], leg["to"]) for leg in parts] == [("a", "a"), ("a", "b"), ("b", "c")]
    assert [leg["name_en"] for leg in parts] == ["access", "ab", "access"]
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
    both = (4 * (CORRIDOR + 3 * TIE + UP + ACROSS) + 2 * (TIE + UP + ACROSS)) / 6
    assert table["value"]["c"] == pytest.approx(both, abs=0.02)
    assert table.attrs["background"]["file"] == "toy.osm.pbf"


def test_other_roads_for_a_train_are_refused(folder, capsys):
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
            (km((30, 40), (40, 40)), {"highway": "motorway", "ref": "S40;G 85"}),
            (km((30, 40), (30, 50)), {"highway": "construction", "construction": "trunk"}),
            (km((30, 40), (35, 50)), {"highway": "primary_link", "ref": "G850"}),
            (km((30, 0), (40, 0)), {"highway": "primary"}),
            (km((20, 40), (40, 40)), {"railway": "rail"}),
        ),
        refs=["G85", "G93"],
    )
    assert roads.source["km"] == pytest.approx(39.7 + 10 + 20 + np.hypot(5, 10), abs=0.1)
    assert len(roads.nodes) == 5
    speeds = (roads.edges["length_km"] / roads.edges["time_min"] * 60).tolist()
    assert speeds == pytest.approx([60, 50, 30, 40])


@pytest.mark.parametrize("rows", [[], [([(0, 0), (1, 1)], {"railway": "rail"})]])
def test_no_roads_at_all(rows):
    roads = background_from_ways(ways(*rows))
    assert (len(roads.nodes), len(roads.edges), roads.source) == (0, 0, {"km": 0})
    assert street_ways(roads, spots(a=(0, 0)), DEFAULT_PARAMETERS).empty


def spots(**at):
    """Points by name, in km east and north."""
    rows = {name: (x / toy.KM_LON, y / toy.KM_LAT) for name, (x, y) in at.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["lon", "lat"], dtype=float)


def ties_of(roads, point, rivers=(), **more):
    """The ties of a point by the straight km to where they end, checked for time and length."""
    parameters = replace(DEFAULT_PARAMETERS, **more)
    made = street_ways(roads, spots(p=point), parameters, rivers)
    made = made[made["u"] == "p"]
    km = made["length_km"] / parameters.access_detour
    assert made["time_min"].to_numpy() == pytest.approx(made["length_km"] / 35 * 60)
    return dict(zip(made["v"], km, strict=True))


#: A road of six nodes along the equator, every 10 km: too long to be tied to on the way.
ROW = [(km((10 * i, 0), (10 * i + 10, 0)), {"highway": "primary"}) for i in range(5)]


def test_a_point_is_tied_to_the_four_nearest_nodes():
    roads = background_from_ways(ways(*ROW))
    found = ties_of(roads, (21, 0))
    assert sorted(found.values()) == pytest.approx([1, 9, 11, 19], rel=1e-3)
    assert sorted(ties_of(roads, (21, 0), tie_choices=2).values()) == pytest.approx(
        [1, 9], rel=1e-3
    )
    assert all(node in {f"road:{i}" for i in range(6)} for node in found)


def test_a_point_is_tied_to_the_next_spot_on_a_short_road():
    """3 km beside the middle of a road of 4 km: the spot is nearer than its ends."""
    roads = background_from_ways(ways((km((0, 0), (4, 0)), {"highway": "primary"})))
    found = ties_of(roads, (1, 3))
    assert found == pytest.approx({"road:0:0.2500": 3, "road:0": np.hypot(1, 3),
                                   "road:1": np.hypot(3, 3)}, rel=1e-3)  # fmt: skip
    made = street_ways(roads, spots(p=(1, 3)), DEFAULT_PARAMETERS).set_index(["u", "v"])
    # the road is cut there: a quarter of its 4 min to one end, three quarters to the other
    pieces = made["time_min"][["road:0", "road:0:0.2500"]]
    assert pieces.to_dict() == pytest.approx({
        ("road:0", "road:0:0.2500"): 1, ("road:0:0.2500", "road:1"): 3}, rel=1e-3)  # fmt: skip
    assert len(ties_of(roads, (1, 3), tie_road_km=3)) == 2  # a road of 4 km is a chord then
    assert len(ties_of(roads, (0.05, 3))) == 2  # the spot is the end itself


def test_ties_across_a_river_are_left_out_unless_none_is_left():
    roads = background_from_ways(ways(*ROW))
    river = shapely.LineString(km((25, -9), (25, 9)))
    found = ties_of(roads, (21, 0), [river])
    assert sorted(found.values()) == pytest.approx([1, 11], rel=1e-3)  # 9 and 19 km lie beyond
    bank = shapely.LineString(km((-50, 1), (90, 1)))
    assert len(ties_of(roads, (21, 2), [bank])) == 4
    assert len(ties_of(roads, (21, -2), [bank])) == 4


def test_a_motorway_is_entered_by_its_slip_roads_alone(folder):
    motorway = {"highway": "motorway", "oneway": "yes"}
    roads = background_from_ways(
        ways(
            (km((20, 0.3), (20, 2)), motorway),
            (km((20, 2), (20, 40)), motorway),
            (km((20, 2), (21, 2)), {"highway": "motorway_link"}),
        )
    )
    made = street_ways(roads, spots(a=(0, 0), b=(20, 0)), DEFAULT_PARAMETERS)
    entered = made.loc[made["u"].isin(["a", "b"]), "v"].unique()
    nodes = roads.nodes.loc[[int(node.split(":")[1]) for node in entered if node.count(":") == 1]]
    at = sorted(zip(nodes["lon"] * toy.KM_LON, nodes["lat"] * toy.KM_LAT, strict=True))
    assert at == [pytest.approx((20, 2), abs=1e-3), pytest.approx((21, 2), abs=1e-3)]
    on = {node.split(":")[1] for node in entered if node.count(":") == 2}
    assert on <= {str(roads.edges.index[roads.edges["length_km"] < 1.1][0])}


def test_trains_are_left_onto_other_roads(tmp_path):
    """80 km by train in 18.8 min, where county roads take 112; then up north to c."""
    nodes = {"a": (-60, 0), "b": (20, 0), "c": (30, 40)}
    folder = toy.region(tmp_path, nodes, {"ab": 80}, {"a": 4, "c": 1}, mode="rail",
                        operating_speed_kmh=300)  # fmt: skip
    cat = geo.load(folder)
    net = geo.build_network(cat, year=2020, nodes="stops")
    beside = (km((-60, 0.3), (0, 0.3)), {"highway": "secondary"})
    roads = background_from_ways(ways(*WAYS, beside))
    (route,) = geo.fastest_routes(net, "a", "c", background=roads)
    # at both ends 90 % of 45 trains can be boarded, at large stations as these 70 % of those
    wait = 16 * 60 / (45 * 0.9 * 0.7) / 4
    train = 20 + 4 + 80 / 255 * 60 + wait + 5
    assert route.time_min == pytest.approx(3 * TIE + train + UP + ACROSS, abs=0.02)
    assert (route.station_min, route.wait_min) == pytest.approx((25, wait))
    assert geo.travel_time_matrix(net, background=roads).loc["a", "c"] == pytest.approx(
        route.time_min
    )
    by_rail = geo.travel_time_matrix(net, mode="rail", background=roads)
    assert by_rail.loc["a", "c"] == pytest.approx(route.time_min)  # over the same roads to c
    by_road = geo.travel_time_matrix(net, mode="road", background=roads)
    assert by_road.loc["a", "c"] == pytest.approx(
        TIE + 60 / 50 * 60 + 20 / 30 * 60 + UP + ACROSS, abs=0.02
    )


# --- fewer nodes, the same times ------------------------------------------------------------

NODE = st.sampled_from("abcdefghij")
MULTI = st.lists(st.tuples(NODE, NODE, st.integers(1, 30)), max_size=30)


def frame_of(edges):
    rows = [(u, v, float(t), t / 2) for u, v, t in edges]
    return pd.DataFrame(rows, columns=["u", "v", "time_min", "length_km"])


def nx_of(edges, extra=()):
    graph = nx.MultiGraph()
    graph.add_nodes_from(extra)
    graph.add_weighted_edges_from(edges, weight="t")
    return graph


@settings(max_examples=100, deadline=None)
@given(MULTI, st.sets(NODE, max_size=6))
def test_condensed_ways_keep_all_times_between_kept_nodes(edges, keep):
    made = condensed(frame_of(edges), keep)
    whole = nx_of(edges, keep)
    small = nx_of(made[["u", "v", "time_min"]].to_numpy().tolist(), keep)
    for a in keep:
        wanted = nx.single_source_dijkstra_path_length(whole, a, weight="t")
        found = nx.single_source_dijkstra_path_length(small, a, weight="t")
        assert {b: found.get(b) for b in keep} == {b: wanted.get(b) for b in keep}
    # a node that goes has few neighbours: what is left of the others has many
    others = set(small) - keep
    assert all(len(set(small[node]) - {node}) > 3 for node in others)
    assert made["length_km"].tolist() == (made["time_min"] / 2).tolist()
    assert not made.duplicated(["u", "v"]).any()
    assert (made["u"] < made["v"]).all()


@settings(max_examples=60, deadline=None)
@given(MULTI, st.lists(NODE, max_size=4, unique=True), st.lists(NODE, max_size=4, unique=True),
       st.integers(1, 60))  # fmt: skip
def test_the_fastest_ways_within_a_limit_by_networkx(edges, sources, targets, limit):
    made = reach(frame_of(edges), sources, targets, float(limit))
    graph = nx_of(edges, [*sources, *targets])
    wanted = {
        (a, b): t
        for a in sources
        for b, t in nx.single_source_dijkstra_path_length(
            graph, a, cutoff=limit, weight="t"
        ).items()
        if b in targets
    }
    found = {(row.u, row.v): (row.time_min, row.length_km) for row in made.itertuples()}
    assert len(found) == len(made)
    assert found == {ends: (t, t / 2) for ends, t in wanted.items()}


def test_the_ground_between_points_and_from_others():
    """Points at both ends of the row of roads, another one in its middle, 1 km beside a node."""
    roads = background_from_ways(ways(*ROW))
    ground = Ground(roads, spots(a=(0, 0), b=(50, 0)), DEFAULT_PARAMETERS)
    way = ground.reach(["a"], ["b"], 500)
    assert way[["time_min", "length_km"]].to_numpy() == pytest.approx(
        np.array([[50, 50]]), rel=1e-3
    )
    assert ground.reach(["a"], ["b"], 49).empty
    assert {*ground.short["u"], *ground.short["v"]} >= {"a", "b"}
    made = ground.from_points(spots(p=(20, 1), q=(30, 1)))
    found = made.set_index(["u", "v"])["time_min"]
    tie = 1.3 / 35 * 60
    wanted = {("p", "a"): 20 + tie, ("p", "b"): 30 + tie, ("q", "a"): 30 + tie,
              ("q", "b"): 20 + tie, ("p", "q"): 10 + 2 * tie, ("q", "p"): 10 + 2 * tie,
              ("p", "p"): 0, ("q", "q"): 0}  # fmt: skip
    assert found.to_dict() == pytest.approx(wanted, rel=1e-3)
    # other points change nothing between those that are there
    again = ground.reach(["a"], ["b"], 500)
    assert again.equals(way)


# --- the roads that come with a region -------------------------------------------------------


def with_roads(folder, *rows, rivers=()):
    """Give a region ordinary roads: points in km, and the length that is stored."""
    about = {"length_km": " ".join(str(stored) for _, stored in rows), "vintage": "2022"}
    lines = {"type": "MultiLineString", "coordinates": [km(*points) for points, _ in rows]}
    features = [{"type": "Feature", "properties": about, "geometry": lines}]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "roads.geojson").write_text(text, "utf-8")
    more = '\n[context]\nroads = "roads.geojson"\n'
    if rivers:
        water = {"type": "MultiLineString", "coordinates": [km(*points) for points in rivers]}
        (folder / "rivers.geojson").write_text(json.dumps(water), "utf-8")
        more += '[base]\nrivers = "rivers.geojson"\n'
    with (folder / "region.toml").open("a", encoding="utf-8") as file:
        file.write(more)
    return geo.load(folder)


#: A road of 99 km eastward is looked at in 89 pieces of 1.112 km.
FAR = {"a": (0, 0), "b": (99, 0), "x": (50, 300), "y": (90, 300)}


@pytest.mark.parametrize(
    ("people", "pieces"),
    [
        (8000000, 13),  # a core: middles up to 15 km, at 0.556 + 1.112 k
        (1500000, 5),  # a city: up to 6 km
        (1499999, 3),  # a town: up to 3 km
    ],
)
def test_roads_are_slower_in_towns(tmp_path, people, pieces):
    """The stored length counts, 1.2 times at 50 km/h outside and 1.1 times at 37 in towns."""
    toy.region(tmp_path, FAR, {"xy": 40}, {"a": people})
    cat = with_roads(tmp_path, ([(0, 0), (99, 0)], 110))
    ground = ground_of(cat, DEFAULT_PARAMETERS)
    share = pieces / 89
    town, country = 110 * share * 1.1, 110 * (1 - share) * 1.2
    (edge,) = ground.roads.edges.itertuples()
    assert edge.length_km == pytest.approx(town + country)
    assert edge.time_min == pytest.approx(60 * (town / 37 + country / 50))
    assert (ground.roads.source["vintage"], ground.roads.source["date"]) == ("2022", None)


def test_the_seat_of_a_zone_is_a_town(tmp_path):
    toy.region(tmp_path, FAR, {"xy": 40})
    toy.write(tmp_path, "zones", [
        {"zone_id": "990101", "name": "县", "name_en": "County",
         "population": 5, "lon": 0, "lat": 0, "region": "toy", "source": "toy"}
    ])  # fmt: skip
    cat = with_roads(tmp_path, ([(0, 0), (99, 0)], 99))
    (edge,) = ground_of(cat, DEFAULT_PARAMETERS).roads.edges.itertuples()
    town, country = 99 * 3 / 89 * 1.1, 99 * 86 / 89 * 1.2
    assert edge.time_min == pytest.approx(60 * (town / 37 + country / 50))


def test_roads_lie_under_every_trip(tmp_path):
    """A town without any route is reached; the ground is the same for every mode and day."""
    toy.region(tmp_path, FAR, {"xy": 40}, {"a": 1, "b": 1})
    cat = with_roads(tmp_path, ([(0, 0), (99, 0)], 99))
    net = geo.build_network(cat, year=1999)
    town, country = 99 * 6 / 89 * 1.1, 99 * 83 / 89 * 1.2
    minutes = 60 * (town / 37 + country / 50)
    assert net.edges.empty
    table = geo.travel_time_matrix(net)
    assert table.loc["a", "b"] == table.loc["b", "a"] == pytest.approx(minutes)
    (route,) = geo.fastest_routes(net, "a", "b")
    assert [(leg["mode"], leg["route_id"]) for leg in route.legs] == [("road", "")]
    assert np.isinf(geo.travel_time_matrix(net, mode="rail").loc["a", "b"])
    net = geo.build_network(cat, year=2020)
    assert geo.travel_time_matrix(net, mode="road").equals(table)


def test_roads_without_lengths_are_for_drawing_only(tmp_path):
    toy.region(tmp_path, FAR, {"xy": 40}, {"a": 1, "b": 1})
    cat = with_roads(tmp_path, ([(0, 0), (99, 0)], 99))
    path = tmp_path / "roads.geojson"
    path.write_text(path.read_text("utf-8").replace("length_km", "other"), "utf-8")
    assert ground_of(cat, DEFAULT_PARAMETERS) is None
    path.unlink()
    assert ground_of(cat, DEFAULT_PARAMETERS) is None


def test_no_tie_leads_across_a_river_of_the_region(tmp_path):
    """a lies on the near bank of a river: its road leads round by a bridge 20 km off."""
    toy.region(tmp_path, {"a": (0, 0), "b": (0, 4), "x": (50, 300), "y": (90, 300)}, {"xy": 40},
               {"a": 1, "b": 1})  # fmt: skip
    rows = [([(0, 0), (20, 0)], 20), ([(20, 0), (20, 4)], 4), ([(20, 4), (0, 4)], 20)]
    ground = ground_of(
        with_roads(tmp_path, *rows, rivers=[[(-9, 2), (19, 2)]]), DEFAULT_PARAMETERS
    )
    tied = ground.ways[ground.ways["u"].str.startswith("city:")]
    names = ground.roads.nodes["lat"] * toy.KM_LAT > 2
    for city, north in (("city:a", False), ("city:b", True)):
        ends = tied.loc[tied["u"] == city, "v"]
        sides = {bool(names[int(end.split(":")[1])]) for end in ends if end.count(":") == 1}
        assert sides == {north}


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
    assert minutes == pytest.approx(12 * 1.3 / 35 * 60 + 28, abs=0.01)
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
    assert assumed_speeds(frame, DEFAULT_PARAMETERS).tolist() == pytest.approx(
        [120, 100, 40, 80.4672, 60, 60, 50, 50]
    )
