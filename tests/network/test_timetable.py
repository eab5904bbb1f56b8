"""A timetable has the trains of the tables, and rides in it take what the travel model says."""

from __future__ import annotations

import itertools
from collections import defaultdict

import pytest
import toy

import geo
from geo.network import (
    DEFAULT_PARAMETERS,
    ship_timetable,
    stations_to_stations,
    train_timetable,
)
from geo.network.timetable import SHIP_EVERY_MIN
from geo.network.trains import Trains

#: A train of 350 km/h takes so long to start and to stop, in minutes.
START = DEFAULT_PARAMETERS.train_start_min + 3.5 * DEFAULT_PARAMETERS.speed_up_min


@pytest.fixture(scope="module")
def stops(drawn):
    return geo.build_network(drawn, year=2026, mode="rail", nodes="stops")


@pytest.fixture(scope="module")
def trips(stops):
    return train_timetable(stops)


def rides(trips):
    """Return the fastest ride of every two stations that one train serves."""
    best = {}
    for trip in trips:
        for a, b in itertools.combinations(trip.calls, 2):
            if a.boards and b.alights and a.place != b.place:
                key, minutes = (a.place, b.place), b.arrival_min - a.departure_min
                best[key] = min(minutes, best.get(key, minutes))
    return best


def test_as_many_trains_run_as_the_services_say(stops, trips):
    """No more over any edge, and of all train kilometres but those between the last stations and
    the junctions and borders behind them."""
    running = defaultdict(float)
    for trip in trips:
        for edge, start in trip.edges:
            running[edge, start, trip.kind] += trip.trains
    runs = Trains(stops).runs
    km = {"tables": 0.0, "trips": 0.0}
    for run in runs:
        count = running[run.edge, run.u, run.kind]
        assert count <= run.trains + 1e-6
        km["tables"] += run.trains * run.km
        km["trips"] += count * run.km
    assert 0.95 < km["trips"] / km["tables"] < 1
    first = stops.edges.index[stops.edges["section_id"] == "chengyu-hsr-1"][0]
    assert running[first, "chengdu-east-station", "emu"] == pytest.approx(96.7)


def test_trains_pass_only_where_the_model_lets_them(stops, trips):
    model = Trains(stops)
    runs = {(run.edge, run.u, run.kind): run for run in model.runs}
    for trip in trips:
        for one, next_ in itertools.pairwise(trip.edges):
            pair = (runs[*one, trip.kind], runs[*next_, trip.kind])
            assert pair[0].v == pair[1].u
            assert model.passage(*pair) is not None


def test_clocks_never_run_back(trips):
    for trip in trips:
        clock = [t for call in trip.calls for t in (call.arrival_min, call.departure_min)]
        assert clock == sorted(clock)
        assert any(call.boards for call in trip.calls[:-1])
        assert not trip.calls[0].alights
        assert any(call.alights for call in trip.calls[1:])


def test_rides_take_what_the_travel_model_says(stops, trips):
    """At most the start and the stop of a train less; the same between its first and last calls."""
    found = rides(trips)
    pairs = sorted(found)[::60]
    journeys = dict(zip(pairs, stations_to_stations(stops, pairs), strict=True))
    direct = {pair: j[0].time_min for pair, j in journeys.items() if j and not j[0].changes}
    assert len(direct) > 100
    less = [direct[pair] - found[pair] for pair in direct]
    assert max(less) <= START + 1e-6
    # the model stays aboard wherever some trains run on: trains of the timetable run one way each
    assert sum(short >= -0.01 for short in less) / len(less) > 0.8


@pytest.mark.parametrize(
    ("start", "end"),
    [("chengdu-east-station", "chongqing-north-station"),
     ("chengdu-east-station", "chongqing-west-station"),
     ("chengdu-east-station", "dazhou-station")],
)  # fmt: skip
def test_rides_between_large_stations_take_nearly_the_same(stops, trips, start, end):
    """But for half a stop where trains run through the first station."""
    ((journey, *_),) = stations_to_stations(stops, [(start, end)])
    assert rides(trips)[start, end] == pytest.approx(journey.time_min, abs=START / 2)


def test_ships_call_at_every_port_of_a_waterway(tmp_path):
    """30 and 45 km at 15 km/h; a second waterway begins where the first ends."""
    nodes = {"a": (0, 0), "b": (30, 0), "c": (75, 0), "d": (90, 0), "x": (40, 0)}
    toy.region(tmp_path, nodes, {"ac": 75, "cd": 15}, mode="water")
    toy.via(tmp_path, "ac", "b", "x")
    toy.change(tmp_path, "places", "x", kind="border")
    net = geo.build_network(geo.load(tmp_path), year=2020, nodes="stops")
    trips = ship_timetable(net)
    calls = [[(c.place, c.arrival_min, c.departure_min) for c in trip.calls] for trip in trips]
    wanted = [
        [("a", 0), ("b", 120), ("c", 300)], [("c", 0), ("b", 180), ("a", 300)],
        [("c", 0), ("d", 60)], [("d", 0), ("c", 60)],
    ]  # fmt: skip
    for own, known in zip(calls, wanted, strict=True):
        assert [place for place, *_ in own] == [place for place, _ in known]
        for (_, arrival, departure), (_, minutes) in zip(own, known, strict=True):
            assert (arrival, departure) == pytest.approx((minutes, minutes), abs=0.05)
    for trip in trips:
        assert [call.boards for call in trip.calls] == [True] * (len(trip.calls) - 1) + [False]
        assert [call.alights for call in trip.calls] == [False] + [True] * (len(trip.calls) - 1)
        assert (trip.kind, trip.trains) == ("ship", 16 * 60 / SHIP_EVERY_MIN)
    assert [start for _, start in trips[1].edges] == ["c", "x", "b"]
