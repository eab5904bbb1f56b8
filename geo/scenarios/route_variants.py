"""Travel times with a route complete and without it, from one travel graph a mode."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from geo.catalogue import City, Route, populations
from geo.connectivity import Loss, cut_off, removal_loss
from geo.core import remembered
from geo.layers import Layers, open_sections, sections_on, travel_facts
from geo.network import (
    Journey,
    TravelGraph,
    build_network,
    build_travel_graph,
    different_paths,
    ground_of,
    journey,
    place_of,
    times_between,
)
from geo.scenarios.alternatives import with_sections

Floats = NDArray[np.float64]
#: As it is on the day, with all sections of the route open, and without any of them.
State = Literal["now", "complete", "without"]


class _Arcs(NamedTuple):
    """The travel graph of a mode, and the number in `sections` of every arc's section."""

    graph: TravelGraph
    section: NDArray[np.intp]
    sections: list[str]


class RouteVariants:
    """
    What travel takes on a day as it is, with a route complete, and without the route.

    One network has all the routes complete; of its travel graphs a variant leaves sections out.
    A route that is lost takes along the links it owns, not those it runs on of other routes.

    Parameters
    ----------
    layers, routes, date
        The layers of the catalogue, the routes to be asked for, and the day.

    Examples
    --------
    >>> from datetime import date
    >>> variants = RouteVariants(lay, [cat.find_route("成达万高铁")], date=date(2025, 12, 31))
    >>> gains = variants.gains("chengdawan-hsr").set_index("name_en")["gain_min"]
    >>> gains.idxmax(), bool(gains.min() >= 0)
    ('Dachuan', True)
    """

    def __init__(self, layers: Layers, routes: Sequence[Route], *, date: dt.date) -> None:
        sections = sections_on(layers, date)
        chosen = sections[sections["route_id"].isin([route.route_id for route in routes])]
        own = chosen.groupby("route_id")
        self.own = {str(key): frozenset(rows.index) for key, rows in own}
        self.closed = frozenset(chosen.index[chosen["stage"] != "open"])
        whole = with_sections(layers, self.closed, open_on=date)
        self.net = build_network(whole, year=date, nodes="stops")
        self._facts = travel_facts(whole, date)
        self.cities: list[City] = layers.catalogue.centres
        self.counties = list(layers.catalogue.settlements) or self.cities
        self.people = populations(self.cities)
        self._grounded = ground_of(layers.catalogue, self.net.parameters) is not None
        self._arcs: dict[str, _Arcs] = {}
        self._minutes: dict[tuple[str, frozenset[str]], tuple[Floats, Floats]] = {}
        self._journeys: dict[Any, list[Journey]] = {}

    def missing(self, route_id: str, state: State) -> frozenset[str]:
        """Return the sections that are not there in a state of one of the routes."""
        if state == "now":
            return self.closed
        own = self.own.get(route_id, frozenset())
        return self.closed - own if state == "complete" else self.closed | own

    def _lost(self, mode: str, route_id: str, state: State) -> frozenset[str]:
        """Return the sections of a mode that are not there."""
        missing = self.missing(route_id, state)
        return frozenset(
            section
            for section, own in self._mode_of.items()
            if section in missing and mode in ("any", own)
        )

    def modes(self, route_id: str, state: State) -> list[str]:
        """Return the modes that have a section in a state of a route: road, rail, water."""
        missing = self.missing(route_id, state)
        left = {mode for section, mode in self._mode_of.items() if section not in missing}
        return [mode for mode in self.net.modes if mode in left]

    @cached_property
    def _mode_of(self) -> dict[str, str]:
        """The modes of the sections with an edge."""
        return dict(zip(self.net.edges["section_id"], self.net.edges["mode"], strict=True))

    @cached_property
    def standard(self) -> DataFrame:
        """The sections as they are once all the routes are complete, by id."""
        return DataFrame(open_sections(self.net.layers, self.net.date))

    def _graph(self, mode: str) -> _Arcs:
        if mode not in self._arcs:
            graph = build_travel_graph(self.net, self.net.layers.catalogue.cities, mode=mode)
            of_edge = graph.net.edges["section_id"].to_dict()
            section, names = pd.factorize(np.array([of_edge.get(edge, "") for edge in graph.edge]))
            self._arcs[mode] = _Arcs(graph, section.astype(np.intp), names.tolist())
        return self._arcs[mode]

    def _without(self, arcs: _Arcs, missing: frozenset[str]) -> Floats:
        """Return the minutes of the arcs, infinite where a section is missing."""
        lost = np.array([name in missing for name in arcs.sections], bool)[arcs.section]
        if not self._grounded:  # straight ways lead to nodes of the network: those of lost ones go
            edges = arcs.graph.net.edges
            left = edges[~edges["section_id"].isin(missing)]
            gone = set(edges["u"]) | set(edges["v"])
            gone -= set(left["u"]) | set(left["v"])
            dead = np.array([place_of(name) in gone for name in arcs.graph.names])
            lost |= dead[arcs.graph.tail] | dead[arcs.graph.head]
        return np.where(lost, np.inf, arcs.graph.minutes)

    def minutes(self, mode: str, route_id: str, state: State) -> tuple[Floats, Floats]:
        """
        Return the fastest times from all n cities in minutes, by road, rail, water or any.

        To each other, shape (n, n), and to the m counties (the cities where the catalogue has
        none), shape (n, m).
        """
        missing = self._lost(mode, route_id, state)

        def make() -> tuple[Floats, Floats]:
            arcs, ends = self._graph(mode), [*self.cities, *self.counties]
            minutes = self._without(arcs, missing)
            found = times_between(arcs.graph, self.cities, ends, minutes=minutes)
            count = len(self.cities)
            return found[:, :count].copy(), found[:, count:].copy()

        key = mode, missing
        if key not in self._minutes:
            known = self._facts, mode, missing
            self._minutes[key] = remembered(make, "times of a variant", *known)
        return self._minutes[key]

    def journeys(
        self, mode: str, route_id: str, state: State, ends: tuple[City, City], count: int = 1
    ) -> list[Journey]:
        """
        Return the fastest routes between two cities that are really different, at most `count`.

        As of `geo.fastest_routes`; none where the mode has no section.
        """
        if mode not in self.modes(route_id, state):
            return []
        missing = self._lost(mode, route_id, state)

        def make() -> list[Journey]:
            arcs = self._graph(mode)
            graph = arcs.graph
            start, end = int(graph.ends(ends[:1])[0][0]), int(graph.ends(ends[1:])[1][0])
            paths = different_paths(graph, self._without(arcs, missing), start, end, k=count)
            return [journey(graph, graph.arcs.iloc[path]) for path in paths]

        key = mode, missing, ends, count
        if key not in self._journeys:
            known = self._facts, mode, missing, [end.city_id for end in ends], count
            self._journeys[key] = remembered(make, "ways of a variant", *known)
        return self._journeys[key]

    def gains(self, route_id: str) -> DataFrame:
        """
        Return what a route changes for every county, by any mode.

        One row per county, or per city where the catalogue has no counties: its id, names,
        position and people; `with_min` and `without_min`, the mean time to the cities weighted by
        their people with the route complete and without it, over the cities reached either way
        (NaN where there is none); `gain_min`, their difference.
        """
        times = [self.minutes("any", route_id, state)[1] for state in ("complete", "without")]
        both = np.isfinite(times).all(axis=0)
        weight = np.where(both, self.people[:, None], 0.0)
        total = weight.sum(axis=0)
        table = pd.DataFrame(
            {
                "id": [getattr(end, "zone_id", "") or end.city_id for end in self.counties],
                "name": [end.name for end in self.counties],
                "name_en": [end.name_en for end in self.counties],
                "lon": [end.lon for end in self.counties],
                "lat": [end.lat for end in self.counties],
                "population": [end.population for end in self.counties],
            }
        )
        for key, minutes in zip(("with_min", "without_min"), times, strict=True):
            spent = (weight * np.where(both, minutes, 0.0)).sum(axis=0)
            table[key] = np.divide(spent, total, out=np.full(len(total), np.nan), where=total > 0)
        return table.assign(gain_min=table["without_min"] - table["with_min"])

    def loss(self, route_id: str) -> tuple[Loss, list[City]]:
        """
        Return what the loss of what is open of a route costs, by any mode (`route_losses`).

        And the cities that its own mode no longer joins with the most populous remainder.
        """
        mode = str(self.net.layers.routes.loc[route_id, "mode"])
        before, after = (self.minutes("any", route_id, state)[0] for state in ("now", "without"))
        alone = list[int]()
        if mode != "road" or not self._grounded:  # by ordinary roads every city is reached
            pair = [self.minutes(mode, route_id, state)[0] for state in ("now", "without")]
            alone = cut_off(pair[0], pair[1], self.people)
        return removal_loss(before, after, self.people), [self.cities[i] for i in alone]
