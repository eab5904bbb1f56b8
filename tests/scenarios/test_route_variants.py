"""Variants of a network with routes complete or lost: by hand, and against networks of their own."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import toy
from test_corridor import add_route

import geo
from geo.connectivity import route_losses
from geo.scenarios import RouteVariants
from geo.scenarios.alternatives import with_sections

NOW = date(2026, 11, 23)


@pytest.fixture(scope="module")
def square(tmp_path_factory):
    """Cities a, b, d on a route abcd, of which b–c and c–d are missing, and a detour a–e–d."""
    nodes = {"a": (0, 0), "b": (100, 0), "c": (200, 0), "d": (400, 0), "e": (200, -400)}
    people = {"a": 1, "b": 2, "d": 4}
    folder = toy.region(tmp_path_factory.mktemp("square"), nodes, {"ae": 500, "ed": 500}, people)
    add_route(folder, ("a", "b", "c", "d"), (110, 120, 210))
    layers = geo.build_layers(geo.load(folder))
    return RouteVariants(layers, [layers.catalogue.find_route("线")], date=NOW)


def test_a_route_complete_and_lost_by_hand(square):
    """At a minute a kilometre; without the route b is reached by nothing."""
    wanted = {
        "now": [[0, 110, 1000], [110, 0, 1110], [1000, 1110, 0]],
        "complete": [[0, 110, 440], [110, 0, 330], [440, 330, 0]],
        "without": [[0, np.inf, 1000], [np.inf, 0, np.inf], [1000, np.inf, 0]],
    }
    for state, minutes in wanted.items():
        assert square.minutes("road", "abcd", state)[0] == pytest.approx(np.array(minutes, float))
    loss, alone = square.loss("abcd")
    assert [city.name for city in alone] == ["b"]
    assert loss.cut_off_population == 2
    assert loss.extra_min == 0


def test_ways_of_every_state_by_hand(square):
    """By e, or along the complete route; the second fastest way is the other one."""
    a, b, d = square.cities

    def ways(state, *ends, count=1, mode="road"):
        found = square.journeys(mode, "abcd", state, ends, count)
        return [(way.time_min, way.length_km) for way in found]

    assert ways("now", a, d) == [pytest.approx((1000, 1000))]
    assert ways("complete", a, d, count=2) == [pytest.approx((km, km)) for km in (440, 1000)]
    assert ways("complete", d, b) == [pytest.approx((330, 330))]
    assert ways("without", a, d, count=2) == [pytest.approx((1000, 1000))]
    assert ways("without", a, b) == []
    assert ways("now", a, d, mode="rail") == []
    (way,) = square.journeys("road", "abcd", "complete", (a, d))
    assert {leg["route_id"] for leg in way.legs} - {""} == {"abcd"}


def test_without_its_only_route_a_mode_has_no_way(tmp_path):
    nodes = {"a": (0, 0), "b": (100, 0)}
    folder = toy.region(tmp_path, nodes, {"ab": 100}, {"a": 1, "b": 1}, mode="rail")
    layers = geo.build_layers(geo.load(folder))
    variants = RouteVariants(layers, [layers.catalogue.route["ab"]], date=NOW)
    ends = tuple(variants.cities)
    for state, modes in (("now", ["rail"]), ("complete", ["rail"]), ("without", [])):
        assert variants.modes("ab", state) == modes
        assert len(variants.journeys("rail", "ab", state, ends)) == len(modes)


def test_gains_count_what_is_reached_either_way(square):
    """The catalogue has no counties: cities stand for them; b keeps only itself."""
    gains = square.gains("abcd").set_index("id")
    assert gains["gain_min"].loc[["a", "d"]].tolist() == pytest.approx([560 * 4 / 5, 560 * 1 / 5])
    assert gains.loc["b", "gain_min"] == 0


@pytest.mark.long
def test_variants_equal_networks_of_their_own(drawn, cat):
    """The same minutes as a network built with, or without, the sections; and as every command."""
    routes = [cat.route[key] for key in ("chengdawan-hsr", "kailiang", "chengyu-middle-hsr")]
    variants = RouteVariants(drawn, routes, date=NOW)
    for key in ("chengdawan-hsr", "kailiang"):
        own = [row.section_id for row in cat.sections_of[key]]
        for state, opening in (("complete", NOW), ("without", None)):
            layers = with_sections(drawn, own, open_on=opening)
            net = geo.build_network(layers, year=NOW, nodes="stops")
            for mode in ("any", cat.route[key].mode):
                alone = geo.travel_time_matrix(net, mode=mode).to_numpy()
                assert variants.minutes(mode, key, state)[0] == pytest.approx(alone, abs=1e-6)


@pytest.mark.long
def test_counties_are_as_far_as_by_the_command_for_two_ends(drawn, cat):
    variants = RouteVariants(drawn, [cat.route["kailiang"]], date=NOW)
    minutes = variants.minutes("any", "kailiang", "now")[1]
    net = geo.build_network(drawn, year=NOW, nodes="stops")
    for zone_id in ("511725", "500229", "500101"):
        at = [zone.zone_id for zone in variants.counties].index(zone_id)
        (trip,) = geo.fastest_routes(net, variants.cities[3], variants.counties[at])
        assert minutes[3, at] == pytest.approx(trip.time_min)


def test_the_loss_is_that_of_the_table_of_losses(drawn, cat):
    variants = RouteVariants(drawn, [cat.route["dayu-yulin"]], date=NOW)
    table = route_losses(geo.build_network(drawn, year=NOW, nodes="stops")).set_index("route_id")
    loss, alone = variants.loss("dayu-yulin")
    assert loss.extra_min == pytest.approx(table.loc["dayu-yulin", "extra_min"])
    assert loss.pairs == table.loc["dayu-yulin", "pairs"]
    assert alone == []
