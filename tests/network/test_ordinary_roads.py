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
from geo.core.errors import BadInputError
from geo.geometry.geodesy import geodesic_km, within
from geo.network import door_times, read_background
from geo.network.ordinary_roads import (
    Ground,
    assumed_speeds,
    background_from_ways,
    condensed,
    embedded_roads,
    ground_of,
    node_ways,
    reach,
)
from geo.network.parameters import DEFAULT_PARAMETERS
from geo.readers.ways import TAGS

#: Two towns on a corridor of 20 km at 60 km/h, and one 40 km north of it, in km.
NODES = {"a": (0, 0), "b": (20, 0), "c": (10, 40)}
#: Streets at 35 km/h with a detour of 1.3; the toy's places are interchanges, which cost nothing.
TIE, ENTER = 0.3 * 1.3 / 35 * 60, 0
#: The corridor at the speed of its design, and other roads at 85 % of theirs.
CORRIDOR = 20 + 2 * ENTER
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
        ("road", "ab", "ab"), ("access", "", "接驳")
    ]  # fmt: skip
    assert parts[1]["length_km"] == pytest.approx(0.39 + 49.7, abs=0.02)
    assert parts[1]["time_min"] == pytest.approx(ENTER + TIE + UP + ACROSS, abs=0.02)
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
    times = door_times(net, background=roads)
    assert len(connected_cities(net, times=times)) == 3
    table = city_table(net, times=times).set_index("city_id")
    assert table["share_reached"].tolist() == [1, 1, 1]
    both = (4 * (CORRIDOR + TIE + UP + ACROSS) + 2 * (TIE + UP + ACROSS)) / 6
    assert table["value"]["c"] == pytest.approx(both, abs=0.02)
    assert table.attrs["background"]["file"] == "toy.osm.pbf"


def test_travellers_come_to_trains_over_other_roads(tmp_path, pbf):
    """The city off the corridor has a station in reach by them, and by straight lines none."""
    folder = toy.region(tmp_path / "rail", NODES, {"ab": 20}, {"a": 4, "b": 2, "c": 1})
    toy.change(folder, "routes", "ab", mode="rail", **{"class": "hsr"})
    for place in "ab":
        toy.change(folder, "places", place, kind="station")
    cat = geo.load(folder)
    net = geo.build_network(cat, year=2020, nodes="stops")
    roads = read_background(pbf, cat)
    plain, over = (
        geo.travel_time_matrix(net, mode="rail", background=other) for other in (None, roads)
    )
    assert np.isinf(plain.loc["a", "c"])
    access = over.loc["a", "c"] - plain.loc["a", "b"]
    assert access == pytest.approx(TIE + UP + ACROSS, abs=0.02)


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


@pytest.mark.parametrize(
    ("tags", "used"),
    [
        ({"access": "private"}, False),
        ({"access": "no"}, False),
        ({"motor_vehicle": "no"}, False),
        ({"motorcar": "private", "access": "yes"}, False),
        ({"impassable": "yes"}, False),
        ({"smoothness": "impassable", "motorcar": "yes"}, False),
        ({"construction": "yes"}, False),
        ({"access": "no", "motor_vehicle": "yes"}, True),
        ({"access": "private", "vehicle": "permissive"}, True),
        ({"construction": "widening", "access": "destination", "smoothness": "bad"}, True),
    ],
)
def test_roads_that_the_public_may_not_use_are_not_travelled(tags, used):
    """The road across is the only other way between two ends of one that leads round."""
    round_ = [(km((0, 0), (0, 30), (10, 30)), {"highway": "secondary"}),
              (km((10, 30), (10, 0)), {"highway": "secondary"})]  # fmt: skip
    roads = background_from_ways(
        ways(*round_, (km((0, 0), (10, 0)), {"highway": "primary"} | tags))
    )
    assert roads.source["km"] == pytest.approx(80 if used else 70, abs=0.2)


@pytest.mark.parametrize("rows", [[], [([(0, 0), (1, 1)], {"railway": "rail"})]])
def test_no_roads_at_all(rows, folder):
    roads = background_from_ways(ways(*rows))
    assert (len(roads.nodes), len(roads.edges), roads.source) == (0, 0, {"km": 0})
    net = geo.build_network(geo.load(folder), year=2020, nodes="stops")
    assert np.array_equal(
        geo.travel_time_matrix(net, background=roads), geo.travel_time_matrix(net)
    )


def test_a_motorway_is_entered_by_its_slip_roads_alone():
    motorway = {"highway": "motorway", "oneway": "yes"}
    roads = background_from_ways(
        ways(
            (km((20, 0.3), (20, 20)), motorway),
            (km((20, 20), (20, 24)), motorway),
            (km((20, 20), (21, 20)), {"highway": "motorway_link"}),
        )
    )
    tied = ties(Ground(roads, points(b=(20, 0)), DEFAULT_PARAMETERS).ways, "b")
    at = roads.nodes.loc[[int(name.removeprefix("road:")) for name in tied], ["lon", "lat"]]
    assert at.to_numpy() == pytest.approx(np.array(km((20, 20), (21, 20))), abs=1e-5)


def test_trains_are_left_onto_other_roads(tmp_path):
    nodes = {"a": (-160, 0), "b": (20, 0), "c": (10, 40)}
    made = toy.region(tmp_path, nodes, {"ab": 180}, {"a": 4, "c": 1}, mode="rail")
    for stop in "ab":
        toy.change(made, "places", stop, kind="station")
    cat = geo.load(made)
    net = geo.build_network(cat, year=2020, nodes="stops")
    roads = background_from_ways(ways(*WAYS))
    (route,) = geo.fastest_routes(net, "a", "c", background=roads)
    before = [leg for leg in route.legs if leg["to"] != "city:c"]
    assert [leg["route_id"] for leg in before if leg["mode"] == "rail"] == ["ab"]
    door_to_door = sum(leg["time_min"] for leg in before) + TIE + UP + ACROSS
    assert route.time_min == pytest.approx(door_to_door, abs=0.02)


# --- ways between points ---------------------------------------------------------------------


def points(**at):
    """Points by id, given in km."""
    frame = pd.DataFrame(at, index=["x", "y"]).T
    return pd.DataFrame({"lon": frame["x"] / toy.KM_LON, "lat": frame["y"] / toy.KM_LAT})


def grid(*lines, kmh=60):
    """Roads in km, with a posted speed of which 85 % is kept."""
    rows = [(km(*line), {"highway": "primary", "maxspeed": str(kmh)}) for line in lines]
    return background_from_ways(ways(*rows))


def ties(frame, point):
    """The nodes on roads that a point is tied to."""
    return frame.loc[(frame["u"] == point) & frame["v"].str.startswith("road:"), "v"].tolist()


def minutes(roads, spots, *pairs, rivers=(), **changed):
    parameters = replace(DEFAULT_PARAMETERS, **changed)
    ground = Ground(roads, spots, parameters, rivers)
    return [ground.reach([u], [v])["time_min"].item() for u, v in pairs]


def street(straight):
    return straight * 1.3 / 35 * 60


def road(length, kmh=60):
    return length / kmh / 0.85 * 60


def test_between_the_banks_of_a_river_leads_its_bridge():
    """Two roads along the river y = 0, one bridge at x = 10, two towns at x = 0."""
    roads = grid(
        [(0, 2), (4, 2), (8, 2), (10, 2)],
        [(0, -2), (4, -2), (8, -2), (10, -2)],
        [(10, 2), (10, -2)],
    )
    river = shapely.LineString(km((-9, 0), (9, 0)))
    towns = points(north=(0, 1.4), south=(0, -1.4))
    pair = ("north", "south")
    (over,) = minutes(roads, towns, pair, rivers=[river])
    assert over == pytest.approx(2 * street(0.6) + road(10 + 4 + 10), abs=0.01)
    (without_river,) = minutes(roads, towns, pair, tie_direct_km=3)
    assert without_river == pytest.approx(street(2.8), abs=0.01)


def test_whom_only_a_river_parts_from_every_road_crosses_it():
    roads = grid([(0, 2), (10, 2)])
    river = shapely.LineString(km((-9, 0), (19, 0)))
    spots = points(here=(0, -1), there=(10, 2))
    (found,) = minutes(roads, spots, ("here", "there"), rivers=[river], tie_choices=1)
    assert found == pytest.approx(street(3) + road(10), abs=0.01)


def test_an_island_without_roads_is_reached_from_the_nearest_place():
    """However far it is: nobody is cut off by a kilometre more."""
    roads = grid([(0, 0), (10, 0)])
    for far in (29, 31, 60):
        spots = points(island=(10 + far, 0), town=(0, 0))
        (found,) = minutes(roads, spots, ("island", "town"))
        assert found == pytest.approx(street(far) + road(10), abs=0.01)


def test_a_long_chord_is_no_place_to_enter_and_a_short_road_is():
    spots = points(beside=(2, 1), far=(40, 0))
    chord = grid([(0, 0), (40, 0)])
    (found,) = minutes(chord, spots, ("beside", "far"))
    assert found == pytest.approx(street(np.hypot(2, 1)) + road(40), abs=0.01)
    short = grid([(0, 0), (4, 0)], [(4, 0), (40, 0)])
    (found,) = minutes(short, spots, ("beside", "far"))
    assert found == pytest.approx(street(1) + road(38), abs=0.01)
    assert ties(Ground(short, spots, DEFAULT_PARAMETERS).ways, "beside")[0] == "road:0:0.5000"


def test_points_near_each_other_need_no_main_road():
    roads = grid([(0, 1), (40, 1)])
    spots = points(seat=(20, 0), entry=(20, 0.6), near=(23, 0), far=(23.2, 0))
    direct, three, four = minutes(
        roads, spots, ("seat", "entry"), ("seat", "near"), ("seat", "far"), tie_direct_km=3
    )
    assert direct == pytest.approx(street(0.6), abs=0.01)
    assert three == pytest.approx(street(3), abs=0.01)
    assert four > street(20)


def test_nobody_passes_through_a_point_that_lies_beside_the_road():
    """A town between the two ends of a long road is no link between them."""
    roads = grid(
        [(0, 0), (0, -0.1)],
        [(0, -0.1), (0, -40), (40, -40), (40, 4), (0.6, 4)],
        [(0.6, 4), (0.5, 4)],
    )
    ends = points(a=(0, 0), b=(0.5, 4))
    more = points(a=(0, 0), b=(0.5, 4), between=(0.25, 2))
    alone = {"tie_direct_km": 0.1, "tie_choices": 2}
    (before,) = minutes(roads, ends, ("a", "b"), **alone)
    after, half = minutes(roads, more, ("a", "b"), ("a", "between"), **alone)
    assert half == pytest.approx(street(np.hypot(0.25, 2)), abs=0.01)
    assert before == after == pytest.approx(road(40 + 40 + 44 + 39.5), abs=0.1)


def test_ways_that_no_road_joins_are_no_rows():
    roads = background_from_ways(ways())
    spots = points(a=(0, 0), b=(2, 0), c=(90, 0))
    ground = Ground(roads, spots, replace(DEFAULT_PARAMETERS, tie_direct_km=3))
    found = ground.reach(["a", "c"], ["a", "b", "c"])
    assert found[["u", "v"]].to_numpy().tolist() == [["a", "a"], ["a", "b"], ["c", "c"]]
    assert found["time_min"].tolist() == pytest.approx([0, street(2), 0], abs=1e-3)
    assert ground.reach([], ["a"]).empty
    assert ground.reach(["a"], []).empty


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


def uncontracted(frame, spots):
    """The ways as a graph of another library; points have a second node, to arrive at."""
    graph = nx.DiGraph()
    for u, v, least in zip(frame["u"], frame["v"], frame["time_min"], strict=True):
        for tail, head in ((u, v), (v, u)):
            end = (head, "end") if head in spots.index else head
            known = graph.get_edge_data(tail, end, {"weight": np.inf})["weight"]
            graph.add_edge(tail, end, weight=min(least, known))
    return graph


@settings(max_examples=25, deadline=None)
@given(ROADS, st.lists(GRID, min_size=2, max_size=5, unique=True))
def test_contraction_changes_no_time(rows, spots):
    roads = drawn(rows)
    spots = points(**{f"p{i}": (5 * x + 1, 5 * y + 1) for i, (x, y) in enumerate(spots)})
    frame = Ground(roads, spots, DEFAULT_PARAMETERS).ways
    found = reach(condensed(frame, spots.index), spots.index.tolist(), spots.index.tolist())
    found = found.set_index(["u", "v"])
    graph = uncontracted(frame, spots)
    for u, v in itertools.permutations(spots.index, 2):
        try:
            wanted = nx.dijkstra_path_length(graph, u, (v, "end"))
        except (nx.NetworkXNoPath, nx.NodeNotFound):
            assert (u, v) not in found.index
        else:
            assert found["time_min"][u, v] == pytest.approx(wanted)
            assert found["time_min"][v, u] == pytest.approx(wanted)


def test_contraction_of_a_real_network_changes_no_time(cat):
    ground = ground_of(cat, DEFAULT_PARAMETERS)
    spots = ground.points
    some = spots.sample(12, random_state=7).index.tolist()
    graph = uncontracted(ground.ways, spots)
    found = ground.reach(some, some).set_index(["u", "v"])["time_min"]
    assert len(ground.short) < 0.7 * len(ground.ways)
    for start in some[:4]:
        wanted = nx.single_source_dijkstra_path_length(graph, start)
        for end in set(some) - {start}:
            assert found[start, end] == pytest.approx(wanted[end, "end"])


def test_lengths_are_those_of_the_fastest_ways(cat):
    ground = ground_of(cat, DEFAULT_PARAMETERS)
    some = ground.points.index[[3, 400, 900]].tolist()
    found = ground.reach(some, some).set_index(["u", "v"])
    way = {frozenset(row[:2]): row[2:] for row in
           ground.short.sort_values("time_min", ascending=False).itertuples(index=False)}  # fmt: skip
    graph = uncontracted(ground.short, ground.points)
    for u, v in itertools.combinations(some, 2):
        path = [step[0] if isinstance(step, tuple) else step
                for step in nx.dijkstra_path(graph, u, (v, "end"))]  # fmt: skip
        length = sum(way[frozenset(step)][1] for step in itertools.pairwise(path))
        assert found["length_km"][u, v] == pytest.approx(length, abs=0.05)


def test_an_end_more_changes_no_way_between_others(cat):
    ground = ground_of(cat, DEFAULT_PARAMETERS)
    # one ties to a road that the other takes, one lies at a centre, one between two of them
    centre = ground.points.loc["city:dazu"]
    others = pd.DataFrame(
        {"lon": [106.1, 106.12, centre["lon"], 105.73],
         "lat": [30.1, 30.1, centre["lat"], 29.7]},
        index=["one", "two", "three", "four"],
    )  # fmt: skip
    together = ground.from_points(others).set_index(["u", "v"])["time_min"]
    for chosen in (["one"], ["three", "one"], ["four", "two"]):
        alone = ground.from_points(others.loc[chosen]).set_index(["u", "v"])["time_min"]
        assert (together.loc[alone.index] - alone).abs().max() < 1e-9
    assert together["three", "city:dazu"] == 0
    more = Ground(
        ground.roads, pd.concat([ground.points, others]), ground.parameters, ground.rivers
    )
    assert {*ground.ways["u"], *ground.ways["v"]} < {*more.ways["u"], *more.ways["v"]}


# --- the roads that come with a region ---------------------------------------------------------


def embed(folder, lines, lengths, vintage="about 2022"):
    """Give a toy region roads of its own, in km."""
    about = {"length_km": lengths, "vintage": vintage} if lengths is not None else {}
    geometry = {"type": "MultiLineString", "coordinates": [km(*line) for line in lines]}
    feature = {"type": "Feature", "properties": about, "geometry": geometry}
    (folder / "osm").mkdir()
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (folder / "osm/roads.geojson").write_text(text)
    with (folder / "region.toml").open("a") as file:
        file.write('[context]\nroads = "osm/roads.geojson"\n')
    return geo.load(folder)


def test_roads_are_slower_in_towns_by_the_share_of_each(folder):
    """A chord of 10 km that begins at a town of 3 km, and a road of 20 km far from all."""
    cat = embed(folder, [[(0, 0), (0, -10)], [(0, -10), (0, -30)]], "10.0 22.5")
    roads = embedded_roads(cat, DEFAULT_PARAMETERS)
    town, country = 3 * 1.1 / 37 * 60, 7 * 1.2 / 50 * 60
    assert sorted(roads.edges["time_min"]) == pytest.approx(
        [town + country, 22.5 * 1.2 / 50 * 60], abs=0.5
    )
    assert sorted(roads.edges["length_km"]) == pytest.approx([3.3 + 8.4, 27], abs=0.1)
    assert roads.source == {
        "file": "roads.geojson", "date": None, "vintage": "about 2022", "licence": "ODbL 1.0",
        "attribution": "© OpenStreetMap contributors", "km": pytest.approx(38.7, abs=0.1),
    }  # fmt: skip


def test_roads_that_cross_without_a_junction_are_not_joined(folder):
    cat = embed(folder, [[(0, 5), (20, 5)], [(10, 0), (10, 10)], [(20, 5), (30, 5)]], "20 10 10")
    roads = embedded_roads(cat, DEFAULT_PARAMETERS)
    assert len(roads.edges) == 2
    assert len(roads.nodes) == 3


def test_a_region_without_roads_or_without_lengths_has_no_ground(folder, tmp_path):
    assert ground_of(geo.load(folder), DEFAULT_PARAMETERS) is None
    assert ground_of(embed(folder, [[(0, 0), (1, 1)]], None), DEFAULT_PARAMETERS) is None
    given = background_from_ways(ways(*WAYS))
    assert ground_of(geo.load(folder), DEFAULT_PARAMETERS, given).roads is given


@pytest.mark.parametrize("lengths", ["1.5", "1 x", "1 -2", "1 2 3", ""])
def test_a_length_for_every_line_is_expected(folder, lengths):
    cat = embed(folder, [[(0, 0), (1, 1)], [(1, 1), (2, 2)]], lengths)
    with pytest.raises(BadInputError, match=r"roads\.geojson: expected in length_km"):
        embedded_roads(cat, DEFAULT_PARAMETERS)


def test_the_ground_is_made_once_for_the_same_parameters(cat):
    ground = ground_of(cat, DEFAULT_PARAMETERS)
    assert ground_of(cat, DEFAULT_PARAMETERS) is ground
    slower = ground_of(cat, replace(DEFAULT_PARAMETERS, country_kmh=45))
    assert slower is not ground
    assert slower.roads.edges["time_min"].sum() > ground.roads.edges["time_min"].sum()


def test_the_main_roads_of_the_region(cat):
    roads = embedded_roads(cat, DEFAULT_PARAMETERS)
    assert roads.source["km"] == pytest.approx(90_550, abs=500)
    assert roads.source["vintage"] == "about 2022–2023"
    west, south, east, north = cat.region.frame
    box = roads.nodes[["lon", "lat"]].agg(["min", "max"]).to_numpy()
    assert box == pytest.approx(np.array([[west, south], [east, north]]), abs=0.3)
    straight = geo.geometry.line_lengths_km(roads.edges.geometry.to_numpy())
    assert (roads.edges["length_km"] >= 0.95 * straight - 0.3).mean() > 0.99


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        ("city:dazu", "dazu-south-station", 44, 50),
        ("city:chengkou", "wanyuan-station", 108, 120),
        ("city:youyang", "qianjiang-station", 95, 115),
        ("city:dazhou", "city:wanzhou", 185, 205),
    ],
)
def test_minutes_by_ordinary_roads_alone(cat, a, b, low, high):
    found = ground_of(cat, DEFAULT_PARAMETERS).reach([a], [b])
    assert low < found["time_min"].item() < high


@pytest.mark.parametrize(
    ("a", "b", "year", "low", "high"),
    [("达州", "万州", 2013, 164, 184), ("酉阳", "黔江", 2025, 68, 92)],
)
def test_minutes_by_ordinary_roads_and_expressways(cat, a, b, year, low, high):
    net = geo.build_network(cat, year=year, nodes="stops")
    (route,) = geo.fastest_routes(net, a, b, mode="road")
    assert low < route.time_min < high


def test_ordinary_roads_join_every_pair_of_cities_in_every_year(cat):
    for year in (1995, 2025):
        net = geo.build_network(cat, year=year, nodes="stops")
        assert np.isfinite(geo.travel_time_matrix(net, mode="road").to_numpy()).all()


# --- distances -------------------------------------------------------------------------------


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
    assert minutes == pytest.approx(12 * 1.3 / 35 * 60 + 28 + 2 * ENTER, abs=0.01)
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
