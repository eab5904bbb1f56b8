"""Areas and lengths within reach: circles by hand, and agreement with the times."""

from __future__ import annotations

import dataclasses
import itertools
import math

import pytest
import shapely
import toy

import geo
from geo.connectivity import isochrone_areas, reached_km
from geo.connectivity.isochrones import _along_roads
from geo.core import BadInputError
from geo.geometry import metric_crs
from geo.network import DEFAULT_PARAMETERS, build_travel_graph

#: Metres a traveller comes per minute by street, as the crow flies.
PACE = 35 / 1.3 / 60


@pytest.fixture(scope="module")
def k(tmp_path_factory):
    return toy.network(tmp_path_factory.mktemp("k"), toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)


def at_60_kmh(net):
    return dataclasses.replace(net, edges=net.edges.assign(time_min=net.edges["length_km"]))


def test_length_within_reach_on_the_textbook_network(k, tmp_path):
    net = at_60_kmh(k)
    assert reached_km(net, "a", 20) == pytest.approx(64)
    assert reached_km(net, "a", 0) == 0
    assert reached_km(net, "a", 1000) == pytest.approx(76)
    rail = geo.load(toy.region(tmp_path, toy.K_NODES, toy.K_EDGES, mode="rail"))
    by_rail = at_60_kmh(geo.build_network(rail, year=2020))
    assert reached_km(by_rail, "a", 20) == pytest.approx(12 + 18 + 15)
    with pytest.raises(BadInputError):
        reached_km(net, "z", 20)


def test_a_road_is_reached_from_both_ends_and_a_railway_from_stop_to_stop(tmp_path):
    nodes = {"a": (0, 0), "b": (60, 0)}
    for mode, wanted in (("road", [0, 20, 60, 60]), ("rail", [0, 0, 60, 60])):
        net = at_60_kmh(toy.network(tmp_path / mode, nodes, {"ab": 60}, mode=mode))
        assert [reached_km(net, "a", t) for t in (0, 20, 60, 61)] == pytest.approx(wanted)
    # a ring of 30 + 50 km: after 35 min the long side is known for 35 km from one end and 5 beyond
    net, _ = toy.with_edges(net, [("a", "b", 30), ("b", "a", 50)])
    assert reached_km(net, "a", 35) == pytest.approx(30 + 35 + 5)
    assert reached_km(net, "a", 40) == pytest.approx(80)


def area(net, minutes, **asked):
    cities = net.layers.catalogue.centres[:1]
    return float(isochrone_areas(net, cities, [minutes], **asked)["area_km2"].iloc[0])


def alone(folder, mode="road"):
    """A city, and a line that begins a long way off."""
    nodes = {"a": (0, 0), "b": (200, 0), "c": (280, 0)}
    return toy.network(folder, nodes, {"bc": 80}, {"a": 1}, mode=mode)


def test_without_a_network_the_way_by_street_counts(tmp_path):
    net = alone(tmp_path)
    assert area(net, 20) == pytest.approx(math.pi * (20 * PACE) ** 2, rel=0.02)  # a grid of 2 km
    # nobody goes further by street than to enter a network
    assert area(net, 90) == pytest.approx(math.pi * DEFAULT_PARAMETERS.access_limit**2, rel=0.03)
    for wrong in ([0], [-1], [], [math.inf], [30, math.nan]):
        with pytest.raises(BadInputError, match="expected positive minutes"):
            isochrone_areas(net, net.layers.catalogue.centres, wrong)
    with pytest.raises(BadInputError, match="expected road, rail, water or any"):
        area(net, 30, mode="tram")
    assert isochrone_areas(net, [], [60]).empty


def test_a_road_is_left_anywhere(tmp_path):
    """A road of 51 km at 60 km/h: a cone along it that ends after 30 km, and a disc at the city."""
    nodes = {"a": (0, 0), "b": (51, 0)}
    net = toy.network(tmp_path, nodes, {"ab": 51}, {"a": 1}, mode="road")
    reach = 30 * PACE
    # the disc around the city, and the hull of its shrinking discs up to the point at 30 km
    tip = 30
    tangent = math.sqrt(tip**2 - reach**2)
    angle = math.acos(reach / tip)
    hull = tangent * reach + (math.pi - angle) * reach**2
    assert area(net, 30) == pytest.approx(hull, rel=0.02)


def test_a_train_is_left_at_its_stops(tmp_path):
    """A disc at the city and one at the other station, nothing on the way."""
    nodes = {"a": (0, 0), "b": (100, 0)}
    net = toy.network(tmp_path, nodes, {"ab": 100}, {"a": 1}, mode="rail", operating_speed_kmh=300)
    # 85 % of 300 km/h; 90 % of 45 trains are boarded at both ends, of those the share of large ones
    ride = 20 + 4 + 100 / 255 * 60 + 16 * 60 / (45 * 0.9 * 0.7) / 4 + 5
    rest = 60 - ride
    wanted = math.pi * ((rest * PACE) ** 2 + (60 * PACE) ** 2)
    assert area(net, 60) == pytest.approx(wanted, rel=0.01)
    assert area(net, ride - 0.1) == pytest.approx(math.pi * ((ride - 0.1) * PACE) ** 2, rel=0.01)
    assert area(net, 60, mode="road") == pytest.approx(math.pi * (60 * PACE) ** 2, rel=0.01)


def test_a_train_is_left_at_stops_on_the_way(tmp_path):
    """40 trains at 225 km/h, all of which call in m: two discs, the second after a stop."""
    nodes = {"a": (0, 0), "m": (90, 0), "b": (180, 0)}
    toy.region(tmp_path, nodes, {"am": 90, "mb": 90}, {"a": 1}, mode="rail")
    known = {"class": "emu", "source": "toy"}
    toy.write(tmp_path, "train_services", [
        known | {"section_id": f"{route}-1", "trains_per_day": 40, "running_kmh": 225,
                 "confidence": "high"}
        for route in ("am", "mb")
    ])  # fmt: skip
    toy.write(tmp_path, "station_calls", [
        known | {"place_id": place, "call_share": 1, "end_share": 1} for place in "amb"
    ])  # fmt: skip
    net = geo.build_network(geo.load(tmp_path), year=2020)
    start_and_stop = 2 + 2.25  # two minutes, and one per 100 km/h
    first = 20 + start_and_stop + 24 + 16 * 60 / (0.8 * 40) / 4 + 5
    onward = 2 + start_and_stop + 4 + 24  # off the route, a stop of four minutes, the way on
    second = first + onward
    frame = isochrone_areas(net, net.layers.catalogue.centres[:1], [second + 10], mode="rail")
    parts = shapely.get_parts(frame.geometry.iloc[0])
    radius = {round(part.centroid.x * toy.KM_LON): math.sqrt(size / math.pi)
              for part, size in zip(parts, shapely.area(parts) * toy.KM_LON * toy.KM_LAT, strict=True)}  # fmt: skip
    assert radius == {
        0: pytest.approx(30, rel=0.02),  # nobody goes further by street
        90: pytest.approx((onward + 10) * PACE, rel=0.02),
        180: pytest.approx(10 * PACE, abs=0.2),  # a tenth of a cell
    }


def test_a_way_may_lead_through_the_centre_of_a_city(tmp_path):
    """b is reached through the streets of c: 50, 13 and 32.5 km of street, and 55 min."""
    nodes = {"a": (-60, 0), "x": (-10, 0), "c": (0, 0), "y": (25, 0), "b": (80, 0)}
    net = toy.network(tmp_path, nodes, {"ax": 50, "yb": 55}, {"a": 1, "b": 1, "c": 1})
    there = 50 + (13 + 32.5) / 35 * 60 + 55
    b = shapely.Point(80 / toy.KM_LON, 0)
    for limit, reached in ((there - 1, False), (there + 1, True)):
        frame = isochrone_areas(net, net.layers.catalogue.centres[:1], [limit])
        assert frame.geometry.iloc[0].contains(b) == reached


def test_areas_are_nested_city_by_city(k):
    cities = k.layers.catalogue.centres
    frame = isochrone_areas(k, cities, [40, 10, 20, 20])
    assert frame["city_id"].tolist() == [city.city_id for city in cities for _ in range(3)]
    assert frame["minutes"].tolist() == [10, 20, 40] * 5
    assert frame.crs == "EPSG:4326"
    for city in cities:
        part = frame[frame["city_id"] == city.city_id]
        assert part["area_km2"].is_monotonic_increasing
        assert part.is_valid.all()
        for small, large in itertools.pairwise(part.geometry):
            assert small.difference(large).area < 1e-9
        assert part.geometry.iloc[0].contains(shapely.Point(city.lon, city.lat))
        one = isochrone_areas(k, [city], [10, 20, 40])
        assert one["area_km2"].tolist() == part["area_km2"].tolist()


def test_areas_agree_with_the_times(tmp_path):
    far = {n: (10 * x, 10 * y) for n, (x, y) in toy.K_NODES.items()}
    edges = {edge: 10 * km for edge, km in toy.K_EDGES.items()}
    net = toy.network(tmp_path, far, edges, toy.K_POPULATION)
    minutes, cities = geo.travel_time_matrix(net), net.layers.catalogue.centres
    frame = isochrone_areas(net, cities, [130, 215]).set_index(["city_id", "minutes"])
    for a, b in itertools.product(cities, repeat=2):
        for limit in (130, 215):
            inside = frame.geometry[a.city_id, limit].contains(shapely.Point(b.lon, b.lat))
            assert inside == (minutes.loc[a.city_id, b.city_id] < limit)


def test_points_along_a_road_reach_from_end_to_end(tmp_path):
    """7.5 km in steps of 2 km at most: five points, each as far in minutes as on the ground."""
    net = toy.network(tmp_path, {"a": (0, 0), "b": (7.5, 0)}, {"ab": 7.5}, {"a": 1})
    graph = build_travel_graph(net, mode="road")
    crs = metric_crs(net.layers.catalogue.region.frame)
    ((nodes, minutes, at),) = _along_roads(graph, crs, "road")
    assert minutes.tolist() == [pytest.approx([7.5 * k / 4, 7.5 * (4 - k) / 4]) for k in range(5)]
    assert nodes.tolist() == [[graph.number["a"], graph.number["b"]]] * 5
    away = [math.dist(at[0], point) / 1000 for point in at]
    assert away == pytest.approx([7.5 * k / 4 for k in range(5)], rel=2e-3)
    assert _along_roads(graph, crs, "rail") == []
    assert len(_along_roads(graph, crs, "any")) == 1
