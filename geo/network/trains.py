"""Arcs of trains and ships: who boards where, stops on the way, runs through, waits, changes."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from pandas import DataFrame

from geo.geometry import geodesic_km
from geo.network.network import Network
from geo.network.ordinary_roads import KM_PER_DEGREE
from geo.network.services import EMU, Calls, Passage, Services, Way

#: Travellers leave and reach large stations only (True) or any (False): of many trains between
#: two large stations the fastest skip more stops than of the few that call at small ones.
TIERS = tuple(itertools.product((True, False), repeat=2))
#: A line that leaves a junction within so many degrees of the way it came in goes straight on.
STRAIGHT_ON = 90.0
#: A longer mean stop of a passing train is no mere stop: it turns, or waits for its way.
LONG_STOP_MIN = 5.0
#: Trains reach their speed only on edges longer than so many km, times its square in 100 km/h.
SPEED_UP_KM = 1 / 0.6
#: Points along an edge at which its distance from a core is taken.
SAMPLES = 50
#: Kinds of places at which nobody boards.
PASSED = frozenset({"border", "junction", "tunnel", "bridge"})
ARC_COLUMNS = ["u", "v", "time_min", "wait_min", "length_km", "edge", "leg", "mode"]


class Run(NamedTuple):
    """Trains of one class, or ships, over an edge in one direction."""

    u: str
    v: str
    edge: str
    route: str
    kind: str
    trains: float
    minutes: float
    km: float
    #: Routes whose trains use the edge, and whether along their points (1) or against them (-1).
    lines: frozenset[tuple[str, int]]


def departures(place: str) -> str:
    """Return the node at which travellers board at a station or port."""
    return f"dep:{place}"


def arrivals(place: str) -> str:
    """
    Return the node at which travellers have left a train or ship.

    Parameters
    ----------
    place
        Id of the station or port.

    Returns
    -------
    node
        Its name in a travel graph.
    """
    return f"arr:{place}"


def _aboard(number: int, tier: int, place: str) -> str:
    """Return the node of a train or ship that has arrived at a place."""
    return f"aboard:{number}:{tier}@{place}"


def ship_arcs(net: Network) -> DataFrame:
    """Return the arcs of ships: from port to port, without a wait."""
    water = net.select("water")
    keys = ("u", "v", "route_id", "time_min", "length_km")
    runs = [
        Run(*ends, edge, route, "ship", np.inf, minutes, km, frozenset())
        for edge, u, v, route, minutes, km in zip(
            water.edges.index, *(water.edges[key].tolist() for key in keys), strict=True
        )
        for ends in ((u, v), (v, u))
    ]
    ports = set(water.nodes.index[water.nodes["kind"] != "border"])
    nodes = [_aboard(i, 0, run.v) for i, run in enumerate(runs)]
    rows = list[tuple[Any, ...]]()
    for i, run in enumerate(runs):
        sailing = (run.minutes, 0.0, run.km, run.edge, run.route, "water")
        before = [nodes[j] for j, came in enumerate(runs) if came.v == run.u]
        rows += [(node, nodes[i], *sailing) for node in before if node != nodes[i]]
        if run.u in ports:
            rows.append((departures(run.u), nodes[i], *sailing))
        if run.v in ports:
            rows.append((nodes[i], arrivals(run.v), 0.0, 0.0, 0.0, "", run.route, "water"))
    return DataFrame(rows, columns=ARC_COLUMNS)


def train_arcs(net: Network) -> DataFrame:
    """
    Return the arcs of trains: boarding, running with stops on the way, leaving.

    A ride takes the running times of its edges, the time to start and stop once, and on the way
    `branch_min` wherever trains leave a route for another, and stops: one takes as long as
    starting and stopping and `stop_min`, times the calls of the mean train, times the share of
    these that the fastest of n trains makes (`stop_odds`); where nearly all trains call
    `hub_stop_min`, where they turn or wait their mean stop. Trains run on along their route, and
    from one to another where `through_running` says so, if the routes that they have come over
    share trains with it too; everywhere else travellers change.
    """
    trains = Trains(net)
    rows = [*trains.boarding(), *trains.riding(), *trains.changing()]
    return DataFrame(rows, columns=ARC_COLUMNS)


class _Ride(NamedTuple):
    """Trains that have run over an edge, and the routes that these go on to (None: any)."""

    run: int
    onward: frozenset[str] | None


class Trains:
    """What the arcs and the timetable of the trains of a network are made from."""

    def __init__(self, net: Network) -> None:
        self.net, self.parameters = net.select("rail"), net.parameters
        self.services = Services(net.layers, net.date, net.parameters)
        self.runs = list(_runs(self.net, self.services))
        #: The numbers of the runs that leave every place.
        self.leaving: dict[str, list[int]] = defaultdict(list)
        for i, run in enumerate(self.runs):
            self.leaving[run.u].append(i)
        #: Share of the trains that serve both of two stations, by tier.
        self.useful = [self._ends(large=a) * self._ends(large=b) for a, b in TIERS]
        self.passages = self.services.passages()
        self.listed = {
            r for ways in self.passages.values() for a, _, b, _, _ in ways for r in (a, b)
        }
        self.kinds = dict(zip(self.net.nodes.index, self.net.nodes["kind"].tolist(), strict=True))
        self.ends = {
            route: (track.places[0], track.places[-1])
            for route, track in self.net.layers.tracks.items()
        }
        self.calls = self._calls()
        self.headings = headings_at(self.net)
        self._known_odds: dict[float, list[float]] = {}
        self.through = self.services.through()
        self.onward = [self._onward(run) for run in self.runs]
        self.rides = {_Ride(i, onward): i for i, onward in enumerate(self.onward)}
        self.going = list(self._going())
        self.nodes = [
            [_aboard(i, k, self.runs[ride.run].v) for i, ride in enumerate(self.rides)]
            for k in range(len(TIERS))
        ]

    def _onward(self, run: Run) -> frozenset[str] | None:
        """Return the routes that trains over an edge go on to, None for any."""
        known = [self.through[run.kind].get(route) for route, _ in run.lines]
        return None if None in known else frozenset().union(*filter(None, known))

    def _going(self) -> Iterator[tuple[int, int, float, float]]:
        """Yield rides before and after a place, the minutes and the calls that it costs."""
        # Grows as rides are found: a ride is told apart by where its trains may still go, for of
        # two routes that trains pass between, each may have trains to a third, but none in common.
        rides, losses = list(self.rides), dict[tuple[int, int], tuple[float, float] | None]()
        for number, (i, onward) in enumerate(rides):
            for j in self.leaving[self.runs[i].v]:
                if (i, j) not in losses:
                    losses[i, j] = self._loss(self.runs[i], self.runs[j])
                loss, own = losses[i, j], self.onward[j]
                if loss is None or not self._goes(onward, j):
                    continue
                both = own if onward is None or own is None else onward & own
                ride = _Ride(j, both)
                if ride not in self.rides:
                    self.rides[ride] = len(rides)
                    rides.append(ride)
                yield number, self.rides[ride], *loss

    def run_through(self, numbers: Sequence[int]) -> bool:
        """Tell whether some train makes all of a row of runs, as far as tables say."""
        onward = self.onward[numbers[0]]
        for number in numbers[1:]:
            if not self._goes(onward, number):
                return False
            own = self.onward[number]
            onward = own if onward is None else onward if own is None else onward & own
        return True

    def _goes(self, onward: frozenset[str] | None, number: int) -> bool:
        """Tell whether trains go on to the edge of a run."""
        run = self.runs[number]
        return onward is None or any(
            route in onward or route not in self.through[run.kind] for route, _ in run.lines
        )

    def _calls(self) -> dict[tuple[str, str], Calls]:
        """Return by place and class who calls; nobody where there is no station."""
        ends = set().union(*self.ends.values())
        found = {}
        for run in self.runs:
            for place in (run.u, run.v):
                if (place, run.kind) not in found:
                    station = self.kinds[place] not in PASSED
                    calls = self.services.calls(place, run.kind, terminus=place in ends)
                    found[place, run.kind] = calls if station else Calls(0.0, 0.0)
        return found

    def boarding(self) -> Iterator[tuple[Any, ...]]:
        """Yield the arcs on to and off trains."""
        waits = [self._waits(run) for run in self.runs]
        for number, (i, _) in enumerate(self.rides):
            run, half = self.runs[i], self.half_stop(self.runs[i])
            for k, (first, last) in enumerate(waits[i]):
                node = self.nodes[k][number]
                if number < len(self.runs) and first is not None:
                    yield (departures(run.u), node, half + first + run.minutes, first, run.km,
                           run.edge, run.route, "rail")  # fmt: skip
                if last is not None:
                    yield node, arrivals(run.v), half + last, last, 0.0, "", run.route, "rail"

    def _waits(self, run: Run) -> list[tuple[float | None, float | None]]:
        """Return by `TIERS` the waits at both ends of an edge, None where nobody boards."""
        first, last = (
            {large: self._wait(run, place, other=large) for large in (True, False)}
            for place in (run.u, run.v)
        )
        return [
            (
                first[b] if self.opens(run.u, run.kind, large=a) else None,
                last[a] if self.opens(run.v, run.kind, large=b) else None,
            )
            for a, b in TIERS
        ]

    def half_stop(self, run: Run) -> float:
        """Return how long trains take to start, or to stop, on an edge."""
        speed = min(0.6 * run.km / run.minutes, math.sqrt(run.km / SPEED_UP_KM))  # 100 km/h
        return (self.parameters.train_start_min + self.parameters.speed_up_min * speed) / 2

    def opens(self, place: str, kind: str, *, large: bool) -> bool:
        """Tell whether trains are boarded at a place, of those between large stations or all."""
        share = self.calls[place, kind].end_share
        return share > 0 and (not large or share >= self.parameters.large_share)

    def _ends(self, *, large: bool) -> float:
        return self.parameters.large_ends if large else self.parameters.small_ends

    def _wait(self, run: Run, place: str, *, other: bool) -> float:
        """Return half of the wait for a train: the other half is reckoned at the other end."""
        p = self.parameters
        trains = run.trains * self.calls[place, run.kind].end_share * self._ends(large=other)
        return min(p.wait_most_min, p.wait_share * 60 * p.service_hours / max(trains, 1e-9)) / 2

    def riding(self) -> Iterator[tuple[Any, ...]]:
        """Yield the arcs from edge to edge without a change."""
        rides = [self.runs[ride.run] for ride in self.rides]
        for i, j, fixed, stops in self.going:
            after = rides[j]
            for k, odds in enumerate(self._odds(rides[i], after)):
                yield (self.nodes[k][i], self.nodes[k][j], fixed + stops * odds + after.minutes,
                       0.0, after.km, after.edge, after.route, "rail")  # fmt: skip

    def _odds(self, run: Run, after: Run) -> list[float]:
        """Return the share of calls that the fastest of the trains make, by `TIERS`."""
        trains = min(run.trains, after.trains)
        if trains not in self._known_odds:
            p, each = self.parameters, [max(1.0, trains * share) for share in self.useful]
            self._known_odds[trains] = [
                max(p.stop_odds - p.stop_odds_n * math.log(n), p.stop_odds_least) for n in each
            ]
        return self._known_odds[trains]

    def loss(self, run: Run, after: Run) -> list[float] | None:
        """Return the minutes that trains lose between two edges by `TIERS`, None if none runs."""
        loss = self._loss(run, after)
        return (
            None if loss is None else [loss[0] + loss[1] * odds for odds in self._odds(run, after)]
        )

    def _loss(self, run: Run, after: Run) -> tuple[float, float] | None:
        """Return the minutes that every train loses between two edges, and the mean stop."""
        passage = self.passage(run, after)
        if passage is None:
            return None
        p = self.parameters
        stop = self.half_stop(run) + self.half_stop(after)
        branch = 0.0 if run.lines & after.lines else p.branch_min
        if passage.dwell_min >= LONG_STOP_MIN:
            return branch + stop + passage.dwell_min, 0.0
        share = self.calls[run.v, run.kind].call_share
        share = share if passage.call_share is None else passage.call_share
        if share >= p.hub_share:
            return branch + stop + p.hub_stop_min, 0.0
        return branch, share * (stop + p.stop_min)

    def passage(self, run: Run, after: Run) -> Passage | None:
        """Return how trains pass from one edge to another, None where none does."""
        if run.kind != after.kind:
            return None
        passing = Passage(min(run.trains, after.trains), 0.0, None)
        if run.lines & after.lines:
            return passing
        known = self.passages.get(run.v, {})
        lines = itertools.product(sorted(run.lines), sorted(after.lines))
        ways = [known[(*a, *b, run.kind)] for a, b in lines if (*a, *b, run.kind) in known]
        if ways:
            return min(ways, key=lambda passage: passage.dwell_min)
        # where the table is silent trains go on as the line does: at a junction without a
        # platform, and from or to a route of which it says nothing anywhere
        silent = self.kinds[run.v] == "junction" and not self._listed(run, after, known)
        silent |= not all(any(line in self.listed for line, _ in r.lines) for r in (run, after))
        if not silent:
            return None
        if self._straight_on(run, after):
            return passing
        turning = Passage(passing.trains, self.parameters.turn_min, None)
        return turning if self._end_to_end(run, after) else None

    def _listed(self, run: Run, after: Run, known: dict[Way, Passage]) -> bool:
        """Tell whether the table knows of trains between two routes at a place."""
        routes = {route for route, _ in run.lines}, {route for route, _ in after.lines}
        return any(
            (a in routes[0] and b in routes[1]) or (b in routes[0] and a in routes[1])
            for a, _, b, _, _ in known
        )

    def _end_to_end(self, run: Run, after: Run) -> bool:
        """Tell whether two lines end at a station: trains may go on from one to the other."""
        before, onward = (
            {line for line, _ in r.lines if run.v in self.ends.get(line, ())} for r in (run, after)
        )
        apart = before and onward and before.isdisjoint(onward)
        return bool(apart) and self.kinds[run.v] not in PASSED

    def _straight_on(self, run: Run, after: Run) -> bool:
        """Tell whether a train would go on without turning back."""
        before, onward = self.headings[run.v, run.edge], self.headings[run.v, after.edge]
        turn = abs((before - onward) % 360 - 180)  # both look away from the place
        return turn < STRAIGHT_ON

    def changing(self) -> Iterator[tuple[Any, ...]]:
        """Yield the arcs from train to train at one station."""
        boarded = {place for (place, _), calls in self.calls.items() if calls.end_share > 0}
        for place in sorted(boarded):
            yield (arrivals(place), departures(place), self.parameters.transfer_min, 0.0, 0.0, "",
                   "station", "rail")  # fmt: skip


def _runs(rail: Network, services: Services) -> Iterator[Run]:
    """Yield the trains over every edge by class and direction."""
    # An edge takes as long as it says for its fastest trains, whoever edited it; other classes
    # take longer in the ratio of their speeds.
    p = rail.parameters
    near, lines = near_core_share(rail), lines_on(rail)
    keys = ("u", "v", "section_id", "route_id", "time_min", "length_km")
    columns = (rail.edges[key].tolist() for key in keys)
    rows = zip(rail.edges.index.tolist(), *columns, near, strict=True)
    for edge, u, v, section, route, minutes, km, near_share in rows:
        found = services.on(section)
        fastest = max(service.kmh for service in found.values())
        for kind, service in found.items():
            took = minutes * fastest / service.kmh
            took += near_share * km * p.approach_min if kind == EMU else 0.0
            back = frozenset((line, -sense) for line, sense in lines[edge])
            yield Run(u, v, edge, route, kind, service.trains, took, km, lines[edge])
            yield Run(v, u, edge, route, kind, service.trains, took, km, back)


def near_core_share(rail: Network) -> list[float]:
    """Return which share of every edge lies near the centre of a core."""
    parameters = rail.parameters
    cores = [c for c in rail.layers.catalogue.cities if c.population >= parameters.core_people]
    lines = rail.edges.geometry.to_numpy()
    low, top = np.split(shapely.bounds(lines).reshape(-1, 4), 2, axis=1)
    along = (np.arange(SAMPLES) + 0.5) / SAMPLES
    near = np.zeros((len(lines), SAMPLES), bool)
    for core in cores:
        high = parameters.approach_km / KM_PER_DEGREE
        wide = high / math.cos(math.radians(abs(core.lat) + high))
        around = np.flatnonzero(
            (
                np.abs([core.lon, core.lat] - np.clip([core.lon, core.lat], low, top))
                <= [wide, high]
            ).all(axis=1)
        )
        points = shapely.line_interpolate_point(lines[around, None], along, normalized=True)
        km = geodesic_km([core.lon, core.lat], shapely.get_coordinates(points))
        near[around] |= km.reshape(-1, SAMPLES) <= parameters.approach_km
    shares: list[float] = near.mean(axis=1).tolist()
    return shares


def lines_on(rail: Network) -> dict[str, frozenset[tuple[str, int]]]:
    """Return by edge the routes that use its track, with their directions along it."""
    layers, frame = rail.layers, rail.layers.sections
    routes = frame["route_id"].tolist()
    owner = dict(zip(frame.index.tolist(), routes, strict=True))
    users: dict[str, set[str]] = defaultdict(set)
    for route, shares in zip(routes, frame["shares"].tolist(), strict=True):
        for section in filter(None, shares.split(";")):
            users[section].add(route)
    order = {
        route: {place: i for i, place in enumerate(track.places) if place}
        for route, track in layers.tracks.items()
    }
    found = {}
    ends = (rail.edges[key].tolist() for key in ("u", "v", "section_id"))
    for edge, u, v, section in zip(rail.edges.index.tolist(), *ends, strict=True):
        lines = {(owner[section], 1)}
        for route in users[section]:
            at = order[route]
            if u in at and v in at:
                lines.add((route, 1 if at[u] < at[v] else -1))
        found[edge] = frozenset(lines)
    return found


def headings_at(rail: Network) -> dict[tuple[str, str], float]:
    """Return the direction in degrees in which every edge leaves its ends."""
    found = {}
    points, owner = shapely.get_coordinates(rail.edges.geometry.to_numpy(), return_index=True)
    lines = np.split(points, np.flatnonzero(np.diff(owner)) + 1)
    ends = (rail.edges[key].tolist() for key in ("u", "v"))
    for edge, u, v, points in zip(rail.edges.index.tolist(), *ends, lines, strict=False):
        for place, (a, b) in ((u, points[:2]), (v, points[::-1][:2])):
            east = (b[0] - a[0]) * math.cos(math.radians(a[1]))
            found[place, edge] = math.degrees(math.atan2(east, b[1] - a[1]))
    return found
