"""Trains and ships of a day as a timetable: who runs where, calls when, and how many a day."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from geo.network.network import Network
from geo.network.trains import TIERS, Run, Trains

#: Fewer trains a day are not followed.
LEAST_TRAINS = 0.05
#: The share of the trains of a way that are followed on at a time: others may turn off elsewhere.
STEP = 0.25
#: No timetable of ships is known: one leaves so often, in minutes, is assumed.
SHIP_EVERY_MIN = 60.0


class Call(NamedTuple):
    """
    A call of a train.

    Parameters
    ----------
    place, arrival_min, departure_min
        Place id of the station, and minutes after the train left its first one.
    boards, alights
        Whether travellers board, and whether they leave.
    """

    place: str
    arrival_min: float
    departure_min: float
    boards: bool
    alights: bool


class TrainTrip(NamedTuple):
    """
    Trains, or ships, of a day that run the same way and call at the same stations.

    Parameters
    ----------
    kind, trains
        ``emu``, ``conventional`` or ``ship``, and how many a day; below one on some days only.
    calls, edges
        Their calls in order, and between the first and the last one the ids of the edges with the
        nodes they begin at.
    route
        The route on which they run farthest.
    """

    kind: str
    trains: float
    calls: tuple[Call, ...]
    edges: tuple[tuple[str, str], ...]
    route: str


def train_timetable(net: Network) -> list[TrainTrip]:
    """
    Return the trains of the day of a network as a timetable.

    Trains are followed from edge to edge as the travel model lets them run on, so that over every
    section run as many as its services say; those that end between two stations run to the last
    one. The trains of a way fall into those that serve large stations only and those that serve
    any, in the shares of the model; their stops are as long as the mean stop of the fastest
    trains. A ride takes as long as in `station_to_station` between first, last and hub stations,
    and up to a start and a stop less between others.

    Parameters
    ----------
    net
        A network with a node at every stop; its edges, edited or not, give the running times.

    Returns
    -------
    trips
        Those with most trains first.

    Examples
    --------
    >>> edge = stops.edges.index[stops.edges["section_id"] == "chengyu-hsr-1"][0]
    >>> ways = [trip for trip in train_timetable(stops) if edge in dict(trip.edges)]
    >>> round(sum(trip.trains for trip in ways) / 2)  # each way
    97
    """
    trains = Trains(net)
    trips = [trip for count, runs in _ways(trains) for trip in _split(trains, runs, count)]
    return sorted(trips, key=lambda trip: (-trip.trains, trip.edges, trip.calls))


def ship_timetable(net: Network) -> list[TrainTrip]:
    """
    Return ships that sail from end to end of every open waterway and call at all ports.

    How often ships sail is not known: one every :data:`SHIP_EVERY_MIN` each way is assumed, for as
    many hours a day as trains run. They take the times of the edges and do not stop for long.

    Parameters
    ----------
    net
        A network with a node at every stop.

    Returns
    -------
    trips
        By waterway, there and back.

    Examples
    --------
    >>> [len(trip.calls) for trip in ship_timetable(stops)]
    [10, 10]
    """
    water = net.edges[net.edges["mode"] == "water"]
    columns = [water[key].tolist() for key in ("route_id", "u", "v", "time_min")]
    pieces: list[list[tuple[str, str, str, str, float]]] = []
    for edge, route, u, v, minutes in zip(water.index, *columns, strict=True):
        if not pieces or (pieces[-1][-1][1], pieces[-1][-1][3]) != (route, u):
            pieces.append([])
        pieces[-1].append((edge, route, u, v, minutes))
    ports, trips = set(net.nodes.index[net.nodes["kind"] != "border"]), list[TrainTrip]()
    for piece in pieces:
        for way in (piece, [(edge, route, v, u, t) for edge, route, u, v, t in piece[::-1]]):
            places = [way[0][2], *(v for *_, v, _ in way)]
            at = [i for i, place in enumerate(places) if place in ports]
            if len(at) < 2:
                continue
            sailed = way[at[0] : at[-1]]
            clock = np.cumsum([0.0, *(minutes for *_, minutes in sailed)]).tolist()
            calls = [
                Call(places[i], minutes, minutes, boards=i < at[-1], alights=i > at[0])
                for i, minutes in ((i, clock[i - at[0]]) for i in at)
            ]
            edges = tuple((edge, u) for edge, _, u, _, _ in sailed)
            often = 60 * net.parameters.service_hours / SHIP_EVERY_MIN
            trips.append(TrainTrip("ship", often, tuple(calls), edges, piece[0][1]))
    return trips


def _ways(trains: Trains) -> Iterator[tuple[float, list[Run]]]:
    """Yield how many trains a day run over which edges in a row."""
    # The trains of the fullest edge run on, and came from, where most others do; these are taken
    # away, and so on. On each edge so many run as there are, and no more from edge to edge.
    runs = trains.runs
    left = [run.trains for run in runs]
    passing: dict[tuple[int, int], float] = {}
    onward, before = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for i, run in enumerate(runs):
        for j in trains.leaving[run.v]:
            passage = trains.passage(run, runs[j])
            if passage is not None and runs[j].edge != run.edge:  # none turns back where it came
                passing[i, j] = passage.trains
                onward[i].append(j)
                before[j].append(i)
    found: dict[tuple[int, ...], float] = defaultdict(float)
    while max(left, default=0.0) >= LEAST_TRAINS:
        way = [left.index(max(left))]
        while (step := _next(trains, onward[way[-1]], way, left, passing, out=True)) is not None:
            way.append(step)
        while (step := _next(trains, before[way[0]], way, left, passing, out=False)) is not None:
            way.insert(0, step)
        pairs = list(itertools.pairwise(way))
        count = min([left[i] for i in way] + [passing[pair] for pair in pairs])
        count = min(count, max(1.0, count * STEP))
        found[tuple(way)] += count
        for i in way:
            left[i] -= count
        for pair in pairs:
            passing[pair] -= count
    for numbers, count in found.items():
        yield count, [runs[i] for i in numbers]


def _next(
    trains: Trains,
    choices: list[int],
    way: list[int],
    left: list[float],
    passing: dict[tuple[int, int], float],
    *,
    out: bool,
) -> int | None:
    """Return the edge on to which, or from which, most of the trains that are left run."""
    most, best = LEAST_TRAINS, None
    for j in choices:
        pair = (way[-1], j) if out else (j, way[0])
        count = min(left[j], passing[pair])
        whole = [*way, j] if out else [j, *way]
        if j not in way and count > most and trains.run_through(whole):
            most, best = count, j
    return best


def _split(trains: Trains, runs: list[Run], count: float) -> Iterator[TrainTrip]:
    """Yield the trains that serve large stations, or any, at the start and the end of rides."""
    found: dict[tuple[tuple[str, bool, bool], ...], TrainTrip] = {}
    share: dict[tuple[tuple[str, bool, bool], ...], float] = defaultdict(float)
    losses = [trains.loss(*pair) or [] for pair in itertools.pairwise(runs)]
    # those that serve any station serve all where none is faster
    alike = all(max(each) == min(each) for each in losses)
    for k in range(len(TIERS) - 1 if alike else 0, len(TIERS)):
        tier, lost = TIERS[k], [0.0, *(each[k] for each in losses), 0.0]
        trip = _trip(trains, runs, tier, lost)
        if trip:
            key = tuple((call.place, call.boards, call.alights) for call in trip.calls)
            found.setdefault(key, trip)  # of the same calls the fastest come first
            share[key] += trains.useful[k]
    for key, trip in found.items():
        yield trip._replace(trains=count * share[key] / sum(share.values()))


def _trip(
    trains: Trains, runs: list[Run], tier: tuple[bool, ...], lost: list[float]
) -> TrainTrip | None:
    """Return the calls of trains of a tier; none where nobody could ride from one to another."""
    (large, other), kind = tier, runs[0].kind
    places = [runs[0].u, *(run.v for run in runs)]
    boards = [trains.opens(place, kind, large=large) for place in places]
    alights = [trains.opens(place, kind, large=other) for place in places]
    if True not in boards or True not in alights[boards.index(True) + 1 :]:
        return None
    stations = [i for i, place in enumerate(places) if trains.opens(place, kind, large=False)]
    first, last = stations[0], stations[-1]  # trains run the whole way, whoever is on board
    clock = trains.half_stop(runs[first])
    calls = [Call(places[first], 0.0, 0.0, boards=boards[first], alights=False)]
    for i in range(first + 1, last + 1):
        clock += runs[i - 1].minutes
        braking, half = trains.half_stop(runs[i - 1]), lost[i] / 2
        braking = braking if i == last else min(braking, half)
        if i == last or boards[i] or alights[i]:
            starting = 0.0 if i == last else min(trains.half_stop(runs[i]), half)
            at = clock + braking, clock + max(braking, lost[i] - starting)
            calls.append(Call(places[i], *at, boards=boards[i] and i < last, alights=alights[i]))
        clock += lost[i]
    ridden = runs[first:last]
    km = defaultdict[str, float](float)
    for run in ridden:
        km[run.route] += run.km
    edges = tuple((run.edge, run.u) for run in ridden)
    return TrainTrip(kind, 0.0, tuple(calls), edges, max(km, key=lambda key: km[key]))
