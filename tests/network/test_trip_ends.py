"""Trips that begin or end anywhere: centres, counties, places, points."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import toy

import geo
from geo.cli.main import main
from geo.core import BadInputError
from geo.network import (
    build_travel_graph,
    door_times,
    end_of,
    find_end,
    matrix_by_name,
    matrix_with_ids,
    point_within,
    read_ends,
)
from geo.network.travel_times import times_between


def street(km):
    return km * 1.3 / 35 * 60


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    """A road x-y of 80 km with a city at either end, a county seat 10 km off, and a railway."""
    folder = tmp_path_factory.mktemp("ends")
    nodes = {"x": (0, 0), "y": (80, 0), "s": (0, 20), "t": (80, 20)}
    toy.region(folder, nodes, {"xy": 80, "st": 80}, {"x": 1, "y": 1})
    toy.change(folder, "routes", "st", mode="rail", **{"class": "hsr"})
    for place in "st":
        toy.change(folder, "places", place, kind="station", name=f"{place}站")
    toy.write(folder, "zones", [
        {"zone_id": "990101", "name": "县城", "name_en": "Seat", "region": "toy", "population": 5,
         "lon": 0, "lat": -10 / toy.KM_LAT, "source": "toy"}
    ])  # fmt: skip
    return geo.build_network(geo.load(folder), year=2020, nodes="stops")


POINT = (75 / toy.KM_LON, -12 / toy.KM_LAT)  # 13 km from y


def test_ends_have_nodes_of_their_own(net):
    catalogue = net.layers.catalogue
    city, zone, place = catalogue.find_city("x"), catalogue.zones[0], catalogue.place["s"]
    ends = [end_of(thing) for thing in (city, zone, place, (104.06, -30.664999))]
    assert [end.node for end in ends] == ["city:x", "zone:990101", "s", "104.0600,-30.6650"]
    assert [end.name for end in ends] == ["x", "县城", "s站", "104.0600,-30.6650"]
    assert (ends[3].lon, ends[3].lat) == (104.06, -30.664999)
    assert end_of(ends[1]) is ends[1]
    assert [(end.lon, end.lat) for end in ends[:3]] == [
        (thing.lon, thing.lat) for thing in (city, zone, place)
    ]
    assert [end.id for end in ends] == ["x", "990101", "s", "104.0600,-30.6650"]


def test_a_point_lies_within_the_frame(net):
    """The frame of made-up regions goes from -5 to 5 degrees; its edge is inside."""
    catalogue = net.layers.catalogue
    for text, point in (
        ("0.5, -0.25", (0.5, -0.25)),
        ("-5,5", (-5.0, 5.0)),
        ("5,-5", (5.0, -5.0)),
    ):
        assert point_within(catalogue, text) == find_end(catalogue, text) == point
    for text in ("x", "1", "1,2,3", "a,1"):
        assert point_within(catalogue, text) is None
    for text in ("5.1,0", "-5.1,0", "0,5.1", "0,-5.1"):
        with pytest.raises(BadInputError) as caught:
            point_within(catalogue, text)
        assert str(caught.value) == f"{text}: expected LON,LAT within -5–5, -5–5"
    assert find_end(catalogue, "x") is catalogue.find_city("x")
    assert find_end(catalogue, "Seat") is catalogue.zones[0]


@pytest.mark.parametrize(
    ("a", "b", "minutes"),
    [
        ("x", "y", 80),
        ("县城", "y", street(10) + 80),
        ("y", "Seat", 80 + street(10)),
        ("990101", POINT, street(10) + 80 + street(13)),
        (POINT, "x", street(13) + 80),
        (POINT, (75 / toy.KM_LON, -11 / toy.KM_LAT), street(13) + street(np.hypot(5, 11))),
    ],
)
def test_trips_by_road_between_any_ends(net, a, b, minutes):
    """Without ordinary roads an end is joined to what lies within 30 km, not to another end."""
    (route,) = geo.fastest_routes(net, a, b, mode="road")
    assert route.time_min == pytest.approx(minutes, rel=2e-3)
    assert geo.fastest_routes(net, b, a, mode="road")[0].time_min == pytest.approx(route.time_min)


def test_a_trip_between_a_station_and_another_end(net):
    """By all modes the way on foot counts too; from the station itself the train is boarded."""
    # 80 km at 54 km/h; 90 % of 45 trains are boarded at both ends
    wait = 16 * 60 / (45 * 0.9 * 0.8) / 4
    train = 20 + 2.54 + 80 / 54 * 60 + wait + 5
    (route,) = geo.fastest_routes(net, "s站", "y", mode="rail")
    assert route.time_min == pytest.approx(train + street(20), rel=2e-3)
    (route,) = geo.fastest_routes(net, "s站", "t站", mode="rail")
    assert route.time_min == pytest.approx(2.54 + 80 / 54 * 60)  # from departure to arrival
    (route,) = geo.fastest_routes(net, "s站", "y", mode="any")
    assert route.time_min == pytest.approx(street(20) + 80, rel=2e-3)


def test_both_ends_are_different_and_known(net):
    for a, b in (("x", "x"), ("县城", "990101"), (POINT, POINT), ("s", "s站")):
        with pytest.raises(BadInputError, match="twice"):
            geo.fastest_routes(net, a, b)
    assert geo.fastest_routes(net, "x", (4.0, 4.0)) == []


@pytest.mark.parametrize("mode", ["road", "rail", "any"])
def test_further_ends_change_no_other_time(net, mode):
    """Nobody travels through an end that is no centre, however well it lies."""
    centres = net.layers.catalogue.centres
    before = times_between(build_travel_graph(net, mode=mode), centres)
    between = (40 / toy.KM_LON, 0.0)
    ends = [between, POINT]
    graph = build_travel_graph(net, [*centres, *ends], mode=mode)
    assert np.array_equal(times_between(graph, centres), before)
    starts, stops = graph.ends(ends)
    arcs = graph.arcs
    for start, stop in zip(starts, stops, strict=True):
        assert graph.names[stop] == f"to:{graph.names[start]}"
        assert not (arcs["v"] == graph.names[start]).any()
        assert not (arcs["u"] == graph.names[stop]).any()


def test_a_district_is_an_end_of_a_matrix(tmp_path):
    """A city that is part of another is no centre, and still an end."""
    toy.region(tmp_path, {"x": (0, 0), "y": (80, 0), "d": (10, 0)}, {"xy": 80},
               {"x": 2, "y": 1, "d": 1})  # fmt: skip
    toy.change(tmp_path, "cities", "d", part_of="x")
    net = geo.build_network(geo.load(tmp_path), year=2020)
    table = geo.travel_time_matrix(net, ["x", "d"], ["y", "d"])
    # d goes by street to the interchange x, where the city of x is
    wanted = [[80, street(10)], [street(10) + 80, 0]]
    assert table.to_numpy() == pytest.approx(np.array(wanted), rel=2e-3)
    assert geo.travel_time_matrix(net).index.tolist() == ["x", "y"]


@pytest.mark.parametrize("mode", ["road", "rail", "any"])
def test_a_matrix_between_any_ends_has_the_minutes_of_every_pair(net, mode):
    mine = ["x", "y", "县城", "s站", "t站", POINT, "0.1,-0.05"]
    table = geo.travel_time_matrix(net, mine, mine, mode=mode)
    assert table.index.tolist() == table.columns.tolist()
    assert table.index.tolist()[:5] == ["x", "y", "990101", "s", "t"]
    for i, a in enumerate(mine):
        for j, b in enumerate(mine):
            ways = geo.fastest_routes(net, a, b, mode=mode) if i != j else []
            minutes = min((way.time_min for way in ways), default=0 if i == j else np.inf)
            assert table.iloc[i, j] == pytest.approx(minutes, abs=1e-6), (a, b)


def test_a_matrix_from_one_end_to_others(net):
    table = geo.travel_time_matrix(net, POINT, ["x", "县城"], mode="road")
    assert table.shape == (1, 2)
    whole = geo.travel_time_matrix(net, ["x", "县城", POINT], ["x", "县城"], mode="road")
    assert table.to_numpy().tolist() == whole.iloc[2:].to_numpy().tolist()


def test_ends_of_a_file_are_points_or_names(net, tmp_path):
    catalogue, file = net.layers.catalogue, tmp_path / "ends.csv"
    file.write_text("id,name,lon,lat\nhome,家,0.1,-0.05\n,县城,,\nt,,,\n,Shop,0.2,0\n", "utf-8")
    home, seat, station, shop = read_ends(file, catalogue)
    assert (home.id, home.name, home.lon, shop.id) == ("home", "家", 0.1, "Shop")
    assert (seat, station) == (catalogue.zones[0], catalogue.place["t"])
    mine = [home, seat, station, shop]
    table = geo.travel_time_matrix(net, mine, mine, mode="road")
    assert table.index.tolist() == ["home", "990101", "t", "Shop"]
    assert matrix_by_name(table, catalogue).index.tolist() == ["家", "县城", "t站", "Shop"]
    assert matrix_with_ids(table, catalogue).index.name == "id"
    alone = geo.travel_time_matrix(net, (0.1, -0.05), seat, mode="road")
    assert table.iloc[0, 1] == alone.iloc[0, 0]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("id,name,lon,lat\na,,0.1,9\n", r"ends.csv:2 lat: '9': expected a lat within"),
        ("id,name,lon,lat\na,,0.1,\n", r"ends.csv:2 name: expected an id or a name, and lon"),
        ("id,lon,lat\na,0.1,0\na,0.2,0\n", r"ends.csv:3 id: 'a': expected an id used once"),
        ("place\na\n", r"ends.csv:1: 'place': expected the columns id, name, lon, lat"),
        ("name\nx\n乌有\n", r"no city '乌有'"),
        ("name\n", r"ends.csv:2: expected at least one row"),
    ],
)
def test_what_is_wrong_with_a_file_of_ends_is_said(net, tmp_path, rows, words):
    (tmp_path / "ends.csv").write_text(rows, "utf-8")
    with pytest.raises(geo.GeoError, match=words):
        read_ends(tmp_path / "ends.csv", net.layers.catalogue)


def test_the_command_takes_a_list_of_ones_own(net, tmp_path, capsys):
    (tmp_path / "ends.csv").write_text("id,name,lon,lat\nhome,家,0.1,-0.05\n", "utf-8")
    asked = ["matrix", "x", "s", "t", "--list", str(tmp_path / "ends.csv"), "--year", "2020",
             "--data", str(net.layers.catalogue.folder)]  # fmt: skip
    assert main([*asked, "--json", "--mode", "any"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["city_ids"] == ["x", "s", "t", "home"]
    assert told["cities"] == ["x", "s站", "t站", "家"]
    assert main(["od", "s", "t", *asked[-4:], "--json"]) == 0
    (way,) = json.loads(capsys.readouterr().out)["routes"]
    for key in ("time_min", "low_min", "high_min"):
        assert told[key][1][2] == way[key]
    out = tmp_path / "minutes.csv"
    assert main([*asked, "--out", str(out)]) == 0
    assert out.read_text("utf-8").splitlines()[0] == "id,name,x,s,t,home"
    assert main(["matrix", "x", "--data", str(net.layers.catalogue.folder)]) == 2
    assert "expected two ends or more" in capsys.readouterr().err


@pytest.mark.parametrize("mode", ["road", "rail", "any"])
def test_counties_change_no_time_between_cities(net, mode):
    """Where people live is on the ground beside the centres, and nobody travels through it."""
    catalogue = net.layers.catalogue
    bare = replace(net, layers=geo.build_layers(replace(catalogue, zones=())))
    found, without = door_times(net, mode=mode), door_times(bare, mode=mode)
    assert np.array_equal(found.cities, without.cities)
    assert found.settlements.shape == (len(catalogue.centres), len(catalogue.zones))
    assert np.array_equal(without.settlements, without.cities)
    graph = build_travel_graph(net, mode=mode)
    starts, ends = graph.ends(catalogue.centres)[0], graph.ends(catalogue.zones)[1]
    arcs = nx.DiGraph()
    for u, v, minutes in zip(graph.tail.tolist(), graph.head.tolist(), graph.minutes, strict=True):
        if minutes < arcs.get_edge_data(u, v, {"m": math.inf})["m"]:
            arcs.add_edge(u, v, m=minutes)
    for i, start in enumerate(starts.tolist()):
        away = (
            nx.single_source_dijkstra_path_length(arcs, start, weight="m") if start in arcs else {}
        )
        wanted = [away.get(end, math.inf) for end in ends.tolist()]
        assert found.settlements[i] == pytest.approx(wanted)
