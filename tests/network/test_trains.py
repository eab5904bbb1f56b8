"""Rides, stops, turns, changes and waits of trains, and ships: all by hand."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

import geo
from geo.network import (
    DEFAULT_PARAMETERS,
    arrivals,
    build_travel_graph,
    station_to_station,
    stations_to_stations,
)
from geo.network.trains import departures

KNOWN = {"source": "toy", "confidence": "high"}
#: Minutes over 90 km at 225 km/h, and of starting and stopping: 2, and 1 per 100 km/h.
RUN, START = 24.0, 4.25
#: The same with 1.5 min standing, and 4 where nearly all trains call; 2 to change routes.
STOP, HUB, BRANCH = 5.75, 8.25, 2.0
LONG_TURN = replace(DEFAULT_PARAMETERS, turn_min=60)
#: Shares of the trains between two large stations, a large and a small one, two small ones.
BOTH, ONE, NONE = 0.8 * 0.8, 0.8 * 0.15, 0.15 * 0.15


def odds(trains):
    """Stops of the fastest of so many trains over those of the mean train."""
    return max(1 - 0.3 * math.log(max(1, trains)), 0.05)


def wait(trains):
    """Half of the wait for a train: a quarter of the time between them, at most 30 min."""
    return min(30, 0.25 * 16 * 60 / trains) / 2


def trains_on(folder, **known):
    """Write the trains a day of sections: multiple units at 225 km/h."""
    toy.write(folder, "train_services", [
        {"section_id": f"{route}-1", "class": "emu", "trains_per_day": count, "running_kmh": 225,
         **KNOWN}
        for route, count in known.items()
    ])  # fmt: skip


def calls_at(folder, **known):
    """Write the shares of multiple units that call, and that can be boarded, by station."""
    toy.write(folder, "station_calls", [
        {"place_id": place, "class": "emu", "call_share": call, "end_share": end, "source": "toy"}
        for place, (call, end) in known.items()
    ])  # fmt: skip


def passing(folder, *rows):
    """Write ways that trains run through: place, routes, more columns."""
    toy.write(folder, "through_running", [
        {"place_id": place, "route_a": a, "route_b": b, "source": "toy"} | more
        for place, a, b, more in rows
    ])  # fmt: skip


def stops(folder, **more):
    return geo.build_network(geo.load(folder), year=2020, nodes="stops", **more)


@pytest.fixture
def line(tmp_path):
    """A railway a-m-b of 180 km with 40 trains; a and b are large, half of the trains call at m."""
    nodes = {"a": (0, 0), "m": (90, 0), "b": (180, 0)}
    toy.region(tmp_path, nodes, {"ab": 180}, {"a": 1, "b": 1}, mode="rail", design_speed_kmh=250)
    toy.via(tmp_path, "ab", "m")
    trains_on(tmp_path, ab=40)
    calls_at(tmp_path, a=(1, 1), m=(0.5, 0.5), b=(1, 1))
    return tmp_path


def minutes(net, a, b):
    trip = station_to_station(net, a, b)
    return math.inf if trip is None else trip.time_min


# --- a ride ---------------------------------------------------------------------------------


def test_a_ride_between_large_stations(line):
    """Start, running, and of the stop of half of the trains the share that the fastest make."""
    trip = station_to_station(stops(line), "a", "b")
    assert trip.time_min == pytest.approx(START + 2 * RUN + STOP * 0.5 * odds(40 * BOTH))
    assert (trip.length_km, trip.wait_min, trip.changes) == (pytest.approx(180), 0, 0)
    (leg,) = trip.legs
    assert (leg["mode"], leg["route_id"], leg["from"], leg["to"]) == ("rail", "ab", "a", "b")
    assert trip.section_ids == ["ab-1"]


def test_without_a_stop_on_the_way_a_ride_is_start_and_running(line):
    net = stops(line)
    assert [minutes(net, *pair) for pair in ("am", "ma")] == pytest.approx([START + RUN] * 2)


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [(1, 1, BOTH), (0.37, 0.37, BOTH), (1, 0.36, ONE), (0.36, 1, ONE), (0.2, 0.1, NONE)],
)
def test_fewer_trains_call_at_small_stations(line, a, b, share):
    """Of few trains the fastest makes more stops; 37 % of the trains make a station large."""
    calls_at(line, a=(a, a), m=(0.5, 0.5), b=(b, b))
    found = minutes(stops(line), "a", "b")
    assert found == pytest.approx(START + 2 * RUN + STOP * 0.5 * odds(40 * share))


@pytest.mark.parametrize(
    ("trains", "expected"),
    [
        (1, 1),  # one train stops as the mean train does
        (10, 1 - 0.3 * math.log(6.4)),
        (20, 1 - 0.3 * math.log(12.8)),
        (90, 0.05),  # the fastest of 58 trains makes a twentieth of the stops, and never none
    ],
)
def test_the_fastest_of_many_trains_stops_less(line, trains, expected):
    trains_on(line, ab=trains)
    assert minutes(stops(line), "a", "b") == pytest.approx(START + 2 * RUN + STOP / 2 * expected)


@pytest.mark.parametrize(("share", "hub"), [(0.75, True), (1, True), (0.74, False), (0, False)])
def test_where_nearly_all_trains_call_all_stand_four_minutes(line, share, hub):
    calls_at(line, a=(1, 1), m=(share, 0.5), b=(1, 1))
    lost = HUB if hub else STOP * share * odds(40 * BOTH)
    assert minutes(stops(line), "a", "b") == pytest.approx(START + 2 * RUN + lost)


def test_parameters_of_a_ride(line):
    other = replace(DEFAULT_PARAMETERS, train_start_min=3, speed_up_min=2, stop_min=10,
                    stop_odds=0.5, stop_odds_n=0.0)  # fmt: skip
    start = 3 + 2 * 2.25
    found = minutes(stops(line, parameters=other), "a", "b")
    assert found == pytest.approx(start + 2 * RUN + (start + 10) * 0.5 * 0.5)
    other = replace(other, hub_share=0.5, hub_stop_min=7)
    assert minutes(stops(line, parameters=other), "a", "b") == pytest.approx(
        start + 2 * RUN + start + 7
    )


@pytest.mark.parametrize(("km", "speed"), [(1.5, 0.9**0.5), (6, 3.6**0.5), (9, 2.25), (90, 2.25)])
def test_on_a_short_edge_trains_do_not_reach_their_speed(tmp_path, km, speed):
    """They would need 1.67 km times the square of the speed in 100 km/h."""
    toy.region(tmp_path, {"a": (0, 0), "b": (km, 0)}, {"ab": km}, mode="rail")
    trains_on(tmp_path, ab=40)
    calls_at(tmp_path, a=(1, 1), b=(1, 1))
    net = stops(tmp_path)
    assert minutes(net, "a", "b") == pytest.approx(km / 225 * 60 + 2 + speed, rel=1e-3)
    # and a faster line is never slower
    times = [minutes(replace(net, edges=net.edges.assign(time_min=km / v * 60)), "a", "b")
             for v in (50, 100, 150, 200, 300, 400)]  # fmt: skip
    assert times == sorted(times, reverse=True)


def test_what_was_changed_in_the_edges_counts(line):
    net = stops(line)
    slow = replace(net, edges=net.edges.assign(time_min=2 * net.edges["time_min"]))
    assert minutes(slow, "a", "m") == pytest.approx(2 + 1.125 + 2 * RUN)
    closed = replace(net, edges=net.edges[net.edges["u"] == "a"])
    assert station_to_station(closed, "a", "m") is not None
    assert station_to_station(closed, "m", "b") is None
    assert station_to_station(net, "a", "a") is None
    assert station_to_station(net, "a", "nowhere") is None


def test_many_pairs_of_stations_at_once(line):
    net = stops(line)
    pairs = [("a", "b"), ("b", "z"), ("b", "m")]
    found = [[trip.time_min for trip in trips] for trips in stations_to_stations(net, pairs)]
    assert found == [[minutes(net, "a", "b")], [], [minutes(net, "b", "m")]]


def test_a_route_between_two_stations_counts_from_departure_to_arrival(line):
    net = stops(line)
    for mode in ("rail", "any"):
        (route,) = geo.fastest_routes(net, net.layers.catalogue.place["a"],
                                      net.layers.catalogue.place["b"], mode=mode)  # fmt: skip
        assert route.time_min == minutes(net, "a", "b")


CHAIN = st.lists(
    st.tuples(st.sampled_from([0, 0.1, 0.36, 0.37, 0.6, 0.74, 0.75, 1]),  # calls
              st.sampled_from([0, 0.1, 0.36, 0.37, 0.9, 1])),  # boards
    min_size=2, max_size=5,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(CHAIN, st.integers(1, 99))
def test_every_ride_along_a_line_by_formula(tmp_path_factory, shares, trains):
    folder = tmp_path_factory.mktemp("chain")
    names = "abcde"[: len(shares)]
    nodes = {name: (45 * i, 0) for i, name in enumerate(names)}
    ends = names[0] + names[-1]
    toy.region(folder, nodes, {ends: 45 * (len(names) - 1)}, mode="rail")
    toy.via(folder, ends, *names[1:-1])
    trains_on(folder, **{ends: trains})
    calls_at(folder, **dict(zip(names, shares, strict=True)))
    net = stops(folder)
    for i, j in itertools.combinations(range(len(names)), 2):
        boards = shares[i][1], shares[j][1]
        n = trains * math.prod(0.8 if share >= 0.37 else 0.15 for share in boards)
        lost = [HUB if call >= 0.75 else STOP * call * odds(n) for call, _ in shares[i + 1 : j]]
        wanted = START + (j - i) * RUN / 2 + sum(lost) if min(boards) else math.inf
        found = minutes(net, names[i], names[j])
        assert found == pytest.approx(wanted)
        assert minutes(net, names[j], names[i]) == pytest.approx(found)


# --- stations nobody boards at --------------------------------------------------------------


def test_a_station_where_no_train_is_boarded_is_passed(line):
    calls_at(line, a=(1, 1), m=(0.5, 0), b=(1, 1))
    net = stops(line)
    graph = build_travel_graph(net, mode="rail")
    boarded = {name for name in graph.arcs["v"] if name.startswith("arr:")}
    assert boarded == {arrivals("a"), arrivals("b")}
    assert station_to_station(net, "a", "m") is None
    assert station_to_station(net, "m", "b") is None
    assert np.isfinite(minutes(net, "a", "b"))


@pytest.mark.parametrize("kind", ["junction", "border", "tunnel", "bridge"])
def test_nobody_boards_where_there_is_no_station(line, kind):
    """Trains pass without a stop, whatever the table of calls says."""
    toy.change(line, "places", "m", kind=kind)
    net = stops(line)
    assert station_to_station(net, "a", "m") is None
    assert minutes(net, "a", "b") == pytest.approx(START + 2 * RUN)


# --- two classes ----------------------------------------------------------------------------


def test_conventional_trains_take_longer_over_the_same_edge(line):
    """The time of an edge is that of its fastest trains, edited or not."""
    row = {"section_id": "ab-1", **KNOWN}
    toy.write(line, "train_services", [
        row | {"class": "emu", "trains_per_day": 40, "running_kmh": 225},
        row | {"class": "conventional", "trains_per_day": 10, "running_kmh": 90},
    ])  # fmt: skip
    row = {"call_share": 1, "end_share": 1, "source": "toy"}
    toy.write(line, "station_calls", [
        row | {"place_id": "a", "class": "emu"},
        row | {"place_id": "m", "class": "emu", "end_share": 0},
        row | {"place_id": "b", "class": "emu"},
        *[row | {"place_id": place, "class": "conventional"} for place in "amb"],
    ])  # fmt: skip
    net = stops(line)
    assert net.edges["time_min"].tolist() == pytest.approx([RUN, RUN], rel=1e-3)
    assert minutes(net, "a", "m") == pytest.approx(2.9 + 60)
    assert minutes(net, "a", "b") == pytest.approx(START + 2 * RUN + HUB)
    slow = replace(net, edges=net.edges.assign(time_min=2 * net.edges["time_min"]))
    assert minutes(slow, "a", "m") == pytest.approx(2.45 + 120)


@pytest.mark.parametrize(("people", "slow"), [(8000000, True), (7999999, False)])
def test_multiple_units_are_slow_near_a_core(tmp_path, people, slow):
    """0.22 min for every km within 12 km of the centre; points every fiftieth tell how many."""
    nodes = {"a": (0, 0), "m": (20, 0), "n": (50, 0)}
    toy.region(tmp_path, nodes, {"an": 50}, {"a": people}, mode="rail")
    toy.via(tmp_path, "an", "m")
    trains_on(tmp_path, an=40)
    calls_at(tmp_path, a=(1, 1), m=(0, 1), n=(1, 1))
    net, lost = stops(tmp_path), slow * 0.22 * 12
    near = 2 + 0.6 * 20 / (20 / 225 * 60 + lost)  # start and stop, at the mean speed of a-m
    assert minutes(net, "a", "m") == pytest.approx(near + 20 / 225 * 60 + lost)
    assert minutes(net, "m", "n") == pytest.approx(START + 30 / 225 * 60)
    assert minutes(net, "n", "a") == pytest.approx((near + START) / 2 + 50 / 225 * 60 + lost)
    toy.write(tmp_path, "train_services", [
        {"section_id": "an-1", "class": "conventional", "trains_per_day": 40, "running_kmh": 90,
         **KNOWN}])  # fmt: skip
    assert minutes(stops(tmp_path), "a", "m") == pytest.approx(2.9 + 20 / 90 * 60)


# --- from one route to another --------------------------------------------------------------


@pytest.fixture
def fork(tmp_path):
    """Railways a-m and d-m from the west, m-b to the east; all trains call and end everywhere."""
    nodes = {"a": (-90, 0), "m": (0, 0), "b": (90, 0), "d": (-90, 10)}
    toy.region(tmp_path, nodes, {"am": 90, "mb": 90, "dm": 90}, mode="rail")
    trains_on(tmp_path, am=40, mb=30, dm=20)
    calls_at(tmp_path, a=(1, 1), m=(0, 1), b=(1, 1), d=(1, 1))
    return tmp_path


#: From train to train at m: 20 min, and half a wait on leaving the one and boarding the other,
#: of the trains between large stations (a share of 0.8 of those of the other end).
def change(first, then):
    return 20 + wait(first * 0.8) + wait(then * 0.8)


def test_at_a_junction_trains_go_straight_on_but_not_back(fork):
    toy.change(fork, "places", "m", kind="junction")
    net = stops(fork)
    for a, b in ("ab", "ba", "db", "bd"):
        assert minutes(net, a, b) == pytest.approx(START + 2 * RUN + BRANCH)
        assert station_to_station(net, a, b).changes == 0
    # there is no platform: who wants to go back changes at the next station
    back = station_to_station(net, "a", "d")
    assert [(leg["from"], leg["to"]) for leg in back.legs if leg["mode"] == "station"] == [
        ("b", "b")]  # fmt: skip
    assert back.time_min == pytest.approx(2 * (START + 2 * RUN + BRANCH) + change(30, 30))


def test_at_a_station_of_routes_without_figures_trains_go_straight_on(fork):
    net = stops(fork)
    assert minutes(net, "a", "b") == pytest.approx(START + 2 * RUN + BRANCH)
    # from a to d they would turn, as where one line ends another may begin: 8 min standing
    assert minutes(net, "a", "d") == pytest.approx(2 * START + 2 * RUN + BRANCH + 8)
    trip = station_to_station(stops(fork, parameters=LONG_TURN), "a", "d")
    assert trip.time_min == pytest.approx(2 * START + 2 * RUN + change(40, 20))
    assert trip.changes == 1
    assert trip.wait_min == pytest.approx(wait(32) + wait(16))
    assert [leg["mode"] for leg in trip.legs] == ["rail", "station", "rail"]
    assert trip.station_min == 20
    assert trip.in_vehicle_min == pytest.approx(2 * START + 2 * RUN)


def test_where_the_table_knows_both_routes_but_no_passage_travellers_change(fork):
    passing(fork, ("m", "am", "dm", {}))
    # of m-b the table says nothing anywhere: its trains run straight on
    assert minutes(stops(fork), "a", "b") == pytest.approx(START + 2 * RUN + BRANCH)
    passing(fork, ("m", "am", "dm", {}), ("b", "mb", "mb", {}))
    trip = station_to_station(stops(fork), "a", "b")
    assert (trip.changes, trip.time_min) == (
        1, pytest.approx(2 * START + 2 * RUN + change(40, 30)))  # fmt: skip
    assert minutes(stops(fork), "a", "d") == pytest.approx(
        START + 2 * RUN + BRANCH
    )  # they turn, at once


def test_at_a_junction_the_table_tells_which_way_trains_go(fork):
    """A row of one direction and class says that no others run between the two routes."""
    toy.change(fork, "places", "m", kind="junction")
    passing(fork, ("m", "am", "mb", {"sense_a": -1, "sense_b": 1}), ("m", "dm", "mb", {}))
    net = stops(fork)
    assert station_to_station(net, "a", "b") is None
    assert minutes(net, "d", "b") == pytest.approx(START + 2 * RUN + BRANCH)


@pytest.mark.parametrize(
    ("dwell", "lost"),
    [(0, 0), ("", 0), (4.9, 0), (5, START + 5), (12, START + 12), (60, START + 60)],
)
def test_trains_that_turn_or_stand_long_lose_that_and_start_again(fork, dwell, lost):
    passing(fork, ("m", "am", "dm", {"dwell_min": dwell, "sense_a": 1, "sense_b": -1}))
    net = stops(fork)
    ridden = START + 2 * RUN + BRANCH + lost
    changed = 2 * START + 2 * RUN + change(40, 20)
    for a, b in ("ad", "da"):
        trip = station_to_station(net, a, b)
        assert trip.time_min == pytest.approx(min(ridden, changed))
        assert trip.changes == (ridden > changed)


def test_a_long_stop_is_all_that_is_lost_there(fork):
    """Nothing for a hub is added to a stop of 5 min and more; to a shorter one it is."""
    calls_at(fork, a=(1, 1), m=(0.9, 1), b=(1, 1), d=(1, 1))
    passing(fork, ("m", "am", "mb", {"dwell_min": 6}), ("m", "dm", "mb", {"dwell_min": 3}))
    net = stops(fork)
    assert minutes(net, "a", "b") == pytest.approx(START + 2 * RUN + BRANCH + START + 6)
    assert minutes(net, "d", "b") == pytest.approx(START + 2 * RUN + BRANCH + HUB)


def test_trains_of_another_class_do_not_run_through(fork):
    passing(fork, ("m", "am", "dm", {"class": "conventional"}))
    assert station_to_station(stops(fork), "a", "d").changes == 1
    passing(fork, ("m", "am", "dm", {"class": "emu"}))
    assert station_to_station(stops(fork), "a", "d").changes == 0


def test_over_two_routes_the_fewer_trains_count(fork):
    """Stops are those of the fastest of the 20 trains of d-m, not of the 30 of m-b."""
    calls_at(fork, a=(1, 1), m=(0.5, 1), b=(1, 1), d=(1, 1))
    net = stops(fork)
    assert minutes(net, "d", "b") == pytest.approx(
        START + 2 * RUN + BRANCH + STOP / 2 * odds(20 * BOTH)
    )
    assert minutes(net, "a", "b") == pytest.approx(
        START + 2 * RUN + BRANCH + STOP / 2 * odds(30 * BOTH)
    )


@pytest.mark.parametrize(
    ("share", "lost"), [(0, 0), (0.4, None), (0.75, HUB), (1, HUB), ("", HUB)]
)
def test_trains_that_pass_from_route_to_route_may_call_more_or_less(fork, share, lost):
    """Their own share counts before that of the station, where nine of ten trains call."""
    calls_at(fork, a=(1, 1), m=(0.9, 1), b=(1, 1), d=(1, 1))
    passing(fork, ("m", "am", "mb", {"call_share": share}))
    lost = 0.4 * STOP * odds(30 * BOTH) if lost is None else lost
    assert minutes(stops(fork), "a", "b") == pytest.approx(START + 2 * RUN + BRANCH + lost)


@pytest.fixture
def chain(tmp_path):
    """Railways a-m, m-n, n-b and n-c one after the other: trains pass m and n."""
    nodes = {"a": (-90, 0), "m": (0, 0), "n": (90, 0), "b": (180, 0), "c": (180, 30)}
    toy.region(tmp_path, nodes, {"am": 90, "mn": 90, "nb": 90, "nc": 90}, mode="rail")
    trains_on(tmp_path, am=40, mn=40, nb=40, nc=40)
    calls_at(tmp_path, a=(1, 1), m=(0, 1), n=(0, 1), b=(1, 1), c=(1, 1))
    passing(tmp_path, *CHAINED)
    return tmp_path


CHAINED = [("m", "am", "mn", {}), ("n", "mn", "nb", {}), ("n", "mn", "nc", {})]


def changes(net, a, b):
    there, back = (station_to_station(net, *pair) for pair in (a + b, b + a))
    assert there.time_min == pytest.approx(back.time_min)
    assert there.changes == back.changes
    return there.changes


def test_of_three_routes_any_two_need_trains_in_common(chain):
    """Some trains of a-m go on over m-n, some of m-n to b and some to c; but none from a to c."""
    assert [changes(stops(chain), "a", end) for end in "nbc"] == [0, 0, 0]
    passing(chain, *CHAINED, ("", "am", "nb", {"trains_per_day": 3}))
    net = stops(chain)
    assert [changes(net, "a", end) for end in "nbc"] == [0, 0, 1]
    assert [changes(net, "m", end) for end in "bc"] == [0, 0]
    assert minutes(net, "a", "b") == pytest.approx(START + 3 * RUN + 2 * BRANCH)
    # the fastest way with a change: 40 trains at either side, and any of the two stations
    assert minutes(net, "a", "c") == pytest.approx(2 * START + 3 * RUN + BRANCH + change(40, 40))


def test_what_is_told_of_one_class_does_not_count_for_the_other(chain):
    passing(chain, *CHAINED, ("", "am", "nb", {"class": "conventional"}))
    assert changes(stops(chain), "a", "c") == 0
    passing(chain, *CHAINED, ("", "am", "nb", {"class": "emu"}))
    assert changes(stops(chain), "a", "c") == 1


def test_over_a_line_of_which_nothing_is_known_trains_go_anywhere(chain):
    """A line that is not built, between m and n: it may have any trains."""
    passing(chain, ("m", "am", "am", {}), ("n", "nb", "nc", {}), ("", "nb", "nc", {}))
    assert [changes(stops(chain), "a", end) for end in "nbc"] == [0, 0, 0]


@pytest.mark.parametrize("owner", ["mb", "bm"])
def test_routes_on_a_shared_track_run_on_it_as_on_their_own(tmp_path, owner):
    """c-b runs from c over the track of another route, drawn either way; a-m ends at m."""
    nodes = {"a": (-90, 0), "m": (0, 0), "b": (90, 0), "c": (60, 30)}
    toy.region(tmp_path, nodes, {"am": 90, owner: 90, "cb": 180}, mode="rail")
    toy.via(tmp_path, "cb", "m")
    toy.change(tmp_path, "sections", "cb-1", to_place="m", length_km=90)
    toy.change(tmp_path, "sections", "cb-2", route_id="cb", seq=2, name="cb", from_place="m",
               to_place="b", opened="2000", status="open", design_speed_kmh=60, length_km=90,
               shares=f"{owner}-1", **KNOWN)  # fmt: skip
    trains_on(tmp_path, **{"am": 40, owner: 40, "cb": 40})
    calls_at(tmp_path, **dict.fromkeys("abc", (1, 1)), m=(0, 1))
    # the table knows all routes, and no passage at m
    passing(tmp_path, ("a", "am", "am", {}), ("c", "cb", "cb", {}), ("b", owner, owner, {}))
    net = stops(tmp_path)
    assert "cb-2" not in set(net.edges["section_id"])
    trip = station_to_station(net, "c", "b")
    assert (trip.changes, trip.time_min) == (0, pytest.approx(START + 2 * RUN))
    assert trip.section_ids == ["cb-1", f"{owner}-1"]
    assert minutes(net, "b", "c") == pytest.approx(START + 2 * RUN)
    assert station_to_station(net, "a", "b").changes == 1
    assert station_to_station(net, "c", "a").changes == 1


# --- from door to door ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trains", "a", "b"),
    [
        (40, 1, 1),
        (40, 1, 0.5),  # the waits at both ends differ
        (200, 1, 1),
        (4, 0.5, 0.5),  # a wait of 30 min is the longest, half of it at either end
        (1, 0.01, 0.01),
    ],
)
def test_boarding_waiting_and_leaving(line, trains, a, b):
    """20 min to board, half a wait at both ends, 5 min to leave."""
    trains_on(line, ab=trains)
    calls_at(line, a=(1, a), m=(0, 0), b=(1, b))
    large, share = (a >= 0.37, b >= 0.37), (0.8, 0.15)
    # a traveller takes the trains of the large stations, or all: what is faster
    waits = [
        wait(trains * a * share[not to]) + wait(trains * b * share[not by])
        for by in {large[0], False}
        for to in {large[1], False}
    ]
    net = stops(line)
    table = geo.travel_time_matrix(net, mode="rail")
    ride = START + 2 * RUN
    assert table.loc["a", "b"] == pytest.approx(20 + ride + min(waits) + 5)
    assert table.loc["b", "a"] == pytest.approx(table.loc["a", "b"])
    (route,) = geo.fastest_routes(net, net.layers.catalogue.find_city("a"),
                                  net.layers.catalogue.find_city("b"), mode="rail")  # fmt: skip
    assert route.time_min == pytest.approx(table.loc["a", "b"])
    assert (route.wait_min, route.station_min) == pytest.approx((min(waits), 25))


def test_waits_by_hand(line):
    """Of 40 trains 32 run between large stations: one in 30 min, a wait of 7.5 min."""
    net = stops(line)
    stop = STOP * 0.5 * odds(40 * BOTH)
    wanted = 20 + START + 2 * RUN + stop + 16 * 60 / 32 / 4 + 5
    assert geo.travel_time_matrix(net).loc["a", "b"] == pytest.approx(wanted)
    other = replace(DEFAULT_PARAMETERS, wait_share=0.5, service_hours=10, wait_most_min=8,
                    board_min=15, alight_min=0)  # fmt: skip
    found = geo.travel_time_matrix(stops(line, parameters=other)).loc["a", "b"]
    assert found == pytest.approx(15 + START + 2 * RUN + stop + 8)  # of 9.4 min


def test_there_is_a_train_in_every_trip_by_rail(tmp_path):
    """Two towns at one station reach each other by street; by rail they would go and come back."""
    nodes = {"p": (-5, 0), "a": (0, 0), "q": (5, 0), "b": (180, 0)}
    toy.region(tmp_path, nodes, {"ab": 180}, {"p": 1, "q": 1, "b": 1}, mode="rail")
    trains_on(tmp_path, ab=40)
    calls_at(tmp_path, a=(1, 1), b=(1, 1))
    net = stops(tmp_path)
    street = 2 * 5 * 1.3 / 35 * 60
    back = street + 20 + 2 * (START + 2 * RUN) + 20 + 4 * wait(32) + 5
    table = geo.travel_time_matrix(net, mode="rail")
    assert table.loc["p", "q"] == pytest.approx(back, rel=1e-3)
    assert geo.travel_time_matrix(net).loc["p", "q"] == pytest.approx(street, rel=1e-3)
    closed = replace(net, edges=net.edges.iloc[:0])
    assert np.isinf(geo.travel_time_matrix(closed, mode="rail").loc["p", "q"])
    assert geo.fastest_routes(closed, "p", "q", mode="rail") == []


@pytest.mark.parametrize(
    ("km", "centre", "changed"),
    [
        (20, False, True),  # 44.6 min by street
        (21, False, False),  # 46.8 min
        (21, True, True),  # but a centre between both is reached from each of them
    ],
)
def test_trains_are_changed_between_stations_three_quarters_of_an_hour_apart(
    tmp_path, km, centre, changed
):
    nodes = {"p": (-90, 0), "w": (0, 0), "e": (km, 0), "q": (km + 90, 0), "c": (5, 0)}
    people = dict.fromkeys("pqc" if centre else "pq", 1)
    toy.region(tmp_path, nodes, {"pw": 90, "eq": 90}, people, mode="rail")
    trains_on(tmp_path, pw=40, eq=40)
    calls_at(tmp_path, **dict.fromkeys("pweq", (1, 1)))
    table = geo.travel_time_matrix(stops(tmp_path), mode="rail")
    way = 2 * (20 + START + RUN + 2 * wait(32) + 5) + km * 1.3 / 35 * 60
    assert table.loc["p", "q"] == (pytest.approx(way, rel=1e-3) if changed else math.inf)


# --- ships ----------------------------------------------------------------------------------


def test_ships_are_boarded_without_a_wait_and_sail_on(tmp_path):
    """15 km/h, past a port and a border; nobody boards at the border."""
    nodes = {"a": (0, 0), "m": (45, 0), "n": (90, 0), "b": (135, 0)}
    toy.region(tmp_path, nodes, {"am": 45, "mn": 45, "nb": 45}, dict.fromkeys("amb", 1),
               mode="water")  # fmt: skip
    toy.change(tmp_path, "places", "n", kind="border")
    net = stops(tmp_path)
    table = geo.travel_time_matrix(net, mode="water")
    assert table.loc["a", "m"] == pytest.approx(180)
    assert [table.loc["a", "b"], table.loc["b", "a"]] == pytest.approx([540, 540])
    graph = build_travel_graph(net, mode="water")
    assert departures("m") in graph.names
    assert departures("n") not in graph.names
    (route,) = geo.fastest_routes(net, "a", "b", mode="water")
    assert (route.wait_min, route.station_min, route.length_km) == (0, 0, pytest.approx(135))
