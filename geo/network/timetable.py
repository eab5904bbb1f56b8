"""Trains of a day as a timetable: who runs where, calls when, and how many a day."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from geo.network.network import Network
from geo.network.trains import TIERS, Run, Trains

#: Fewer trains a day are not followed.
LEAST_TRAINS = 0.05
#: The share of the trains of a way that are followed on at a time: others may turn off elsewhere.
STEP = 0.25


class Call(NamedTuple):
    """
    A call of a train.

    Parameters
    ----------
    place
        Place id of the station.
    arrival_min, departure_min
        Minutes after the train left its first station.
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
    Trains of a day that run the same way and call at the same stations.

    Parameters
    ----------
    kind
        Multiple units (``emu``) or conventional trains.
    trains
        How many a day; fewer than one run on some days only.
    calls
        Their calls, in order.
    edges
        Ids of the edges between the first and the last call, and the nodes they begin at.
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
    section run as many as its services say; those that the tables end between two stations run
    to the last one. The trains of a way fall into those that serve large stations only and those
    that serve any, in the shares of the model, and take as long as there: running times, and
    stops as long as the mean stop of the fastest trains. Starting and stopping is part of a
    stop: a ride takes as long as in `station_to_station` between first, last and hub stations,
    and up to the time for both less where trains stop for less, as only some of them call.

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

    def longest(whole: list[int], options: list[tuple[list[int], int, tuple[int, int]]]) -> Any:
        """Return the longer way that most of the trains that are left run, None if none does."""
        counts = [
            (min(left[number], passing[pair]), way)
            for way, number, pair in options
            if number not in whole and trains.in_a_row(way)
        ]
        most, way = max(counts, default=(0.0, None))
        return way if most > LEAST_TRAINS else None

    found: dict[tuple[int, ...], float] = defaultdict(float)
    while max(left, default=0.0) >= LEAST_TRAINS:
        way: list[int] | None = [left.index(max(left))]
        while way is not None:
            whole = way
            ahead = [([*whole, j], j, (whole[-1], j)) for j in onward[whole[-1]]]
            behind = [([i, *whole], i, (i, whole[0])) for i in before[whole[0]]]
            way = longest(whole, ahead) or longest(whole, behind)
        pairs = list(itertools.pairwise(whole))
        count = min([left[i] for i in whole] + [passing[pair] for pair in pairs])
        count = min(count, max(1.0, count * STEP))
        found[tuple(whole)] += count
        for i in whole:
            left[i] -= count
        for pair in pairs:
            passing[pair] -= count
    for numbers, count in found.items():
        yield count, [runs[i] for i in numbers]


def _split(trains: Trains, runs: list[Run], count: float) -> Iterator[TrainTrip]:
    """Yield the trains that serve large stations, or any, at the start and the end of rides."""
    found: dict[tuple[tuple[str, bool, bool], ...], TrainTrip] = {}
    share: dict[tuple[tuple[str, bool, bool], ...], float] = defaultdict(float)
    losses = [_losses(trains, *pair) for pair in itertools.pairwise(runs)]
    # those that serve any station serve all where none is faster
    alike = all(max(each) == min(each) for each in losses)
    for k in range(len(TIERS) - 1 if alike else 0, len(TIERS)):
        trip = _trip(trains, runs, TIERS[k], [0.0, *(each[k] for each in losses), 0.0])
        if trip:
            key = tuple((call.place, call.boards, call.alights) for call in trip.calls)
            found.setdefault(key, trip)  # of the same calls the fastest come first
            share[key] += trains.useful[k]
    for key, trip in found.items():
        yield trip._replace(trains=count * share[key] / sum(share.values()))


def _losses(trains: Trains, run: Run, after: Run) -> list[float]:
    """Return the minutes that trains lose between two edges, by tier."""
    fixed, stops = trains.loss(run, after) or (0.0, 0.0)
    return [fixed + stops * odds for odds in trains.odds(min(run.trains, after.trains))]


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
    calls = [Call(places[first], 0.0, 0.0, boards=boards[first], alights=False)]
    clock = trains.half_stop(runs[first])
    for i in range(first + 1, last + 1):
        clock += runs[i - 1].minutes
        halves = trains.half_stop(runs[i - 1]), trains.half_stop(runs[min(i, last - 1)])
        if i == last:
            at = clock + halves[0], clock + halves[0]
            calls.append(Call(places[i], *at, boards=False, alights=True))
        elif boards[i] or alights[i]:
            part = min(1.0, lost[i] / sum(halves))  # of a stop that few of the trains make
            arrival = clock + part * halves[0]
            leave = max(arrival, clock + lost[i] - part * halves[1])
            calls.append(Call(places[i], arrival, leave, boards=boards[i], alights=alights[i]))
        clock += lost[i]
    ridden = runs[first:last]
    km = defaultdict[str, float](float)
    for run in ridden:
        km[run.route] += run.km
    edges = tuple((run.edge, run.u) for run in ridden)
    return TrainTrip(kind, 0.0, tuple(calls), edges, max(km, key=lambda key: km[key]))
