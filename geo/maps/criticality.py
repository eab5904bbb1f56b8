"""The map of what the closure of every link costs: who loses, and where the way round goes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pandas import DataFrame

from geo.catalogue import MODE, TRAVEL, City, Zone, way_labels
from geo.connectivity import (
    Sweep,
    cut_off,
    disruption_grid,
    link_losses,
    mean_extra_minutes,
    worst_pair,
)
from geo.core import is_unknown, remembered
from geo.geometry import nearest
from geo.layers import Layers, travel_facts
from geo.maps.basemap import add_basemap, new_map
from geo.maps.line_encoding import line_steps
from geo.maps.map_page import mode_color, page_with_map
from geo.maps.offline import stable_ids
from geo.maps.texts import Texts
from geo.network import Network, build_network
from geo.scenarios import Analysis

TEXT = Texts("criticality")

Matrix = NDArray[np.float64]
Detail = dict[str, list[float]]
#: Lower bounds of the classes in minutes, and the width in pixels of the class above each.
WIDTHS = ((0.0, 1.3), (0.05, 2.6), (0.5, 4.2), (2.0, 6.2), (5.0, 8.6))
#: Links of a mode, the worst first, whose details are in the page; and cities for each.
DETAILED, TOP = 600, 10
#: Side in km of the squares that are closed, for how many hours, and limits of their classes in
#: minutes of mean delay.
AREA_KM, HOURS, DELAYS = 50.0, 24.0, (2, 10, 30, 60)


class Losses(NamedTuple):
    """What the loss of every link of a mode costs."""

    mode: str
    #: Result of :func:`geo.connectivity.link_losses`.
    table: DataFrame
    #: By edge id, as the page embeds them: `c` cities and the minutes they lose, `o` cities cut
    #: off, `p` the pair that loses most (cities, minutes before and after), `b` and `w` its
    #: route before and after as runs of pieces.
    details: dict[str, Detail]


class LossDetails:
    """
    Keeps who loses what by every link that :func:`geo.connectivity.link_losses` takes away.

    It is called with the sweep, the number of the link, and the times without it.

    Examples
    --------
    >>> from geo.connectivity import link_losses
    >>> details = LossDetails()
    >>> table = link_losses(stops, mode="rail", inspect=details)
    >>> bool(table["edge_id"].isin(details.kept).any())
    True
    """

    def __init__(self) -> None:
        self.kept: dict[str, Detail] = {}
        self.pieces: dict[str, tuple[int, str]] = {}

    def __call__(self, sweep: Sweep, link: int, minutes: Matrix) -> None:
        """Keep what the loss of a link changes."""
        edges = sweep.arcs.net.edges
        self.pieces = self.pieces or {
            edge: (i, u)
            for i, (edge, u) in enumerate(
                zip(edges.index.tolist(), edges["u"].tolist(), strict=True)
            )
        }
        self.kept[sweep.links["edge_id"].iloc[link]] = _detail(sweep, link, minutes, self.pieces)

    def losses(self, mode: str, table: DataFrame) -> Losses:
        """Return the losses of a mode, with what was kept of the worst."""
        kept = [edge for edge in table["edge_id"] if edge in self.kept][:DETAILED]
        return Losses(mode, table, {edge: self.kept[edge] for edge in kept})


def criticality_page(
    layers: Layers,
    *,
    date: dt.date,
    analysis: Analysis | None = None,
    details: LossDetails | None = None,
) -> str:
    """
    Return the page on which links are closed.

    An analysis of that date gives its networks, and with the details kept meanwhile its losses.
    """
    known = analysis.links if analysis and analysis.date == date else None
    facts = travel_facts(layers, date, labels=True)
    return remembered(
        partial(_page, layers, date, analysis, details), "page of losses", facts, known
    )


def _page(
    layers: Layers, date: dt.date, analysis: Analysis | None, details: LossDetails | None
) -> str:
    losses = []
    if analysis and analysis.date == date:
        net, stops = analysis.net, analysis.stops
        losses += [details.losses("any", analysis.links)] if details else []
    else:
        net = build_network(layers, year=date)
        stops = build_network(layers, year=date, nodes="stops")
    present = [mode for mode in TRAVEL if mode in net.modes] if len(net.modes) > 1 else []
    results = losses + [_losses(stops, mode) for mode in ("any", *present)[len(losses) :]]
    areas = closed_squares(stops)
    with stable_ids():
        map_ = new_map(layers.catalogue)
        add_basemap(map_, layers.catalogue)
        return page_with_map(
            TEXT,
            layers,
            date,
            map_,
            title=TEXT["title"],
            styles=["crossings"],
            data={"data-losses": _data(layers, net, stops, results) | square_data(areas, layers)},
            jump="losses-any",
            results=results,
            cities=len(layers.catalogue.centres),
            areas=areas.to_dict("records"),
            hours=f"{HOURS:g}",
            side=f"{AREA_KM:g}",
            place={str(edge): i for i, edge in enumerate(net.edges.index)},
            mode_color=mode_color,
            infinity=math.inf,
        )


def closed_squares(stops: Network) -> DataFrame:
    """Close every square of a grid, named after its largest city or the nearest county."""
    catalogue = stops.layers.catalogue
    if not catalogue.centres:
        return DataFrame()
    facts = travel_facts(stops.layers, stops.date)
    cells = remembered(
        lambda: disruption_grid(stops, AREA_KM, hours=HOURS),
        "squares closed",
        facts,
        AREA_KM,
        HOURS,
    )
    at = np.array([(row.lon, row.lat) for row in catalogue.settlements])
    near = nearest(cells[["lon", "lat"]].to_numpy(float), at, 1)
    known: list[City | Zone] = [catalogue.settlements[j] for _, j, _ in near]
    for city in sorted(catalogue.centres, key=lambda city: city.population):
        for i in np.flatnonzero(cells.intersects(shapely.Point(city.lon, city.lat))):
            known[i] = city
    names = {key: [getattr(row, key) for row in known] for key in ("name", "name_en")}
    corners = [
        shapely.get_coordinates(cell)[:4, ::-1].round(3).tolist() for cell in cells.geometry
    ]
    return DataFrame(cells.drop(columns="geometry")).assign(**names, corners=corners)


def square_data(areas: DataFrame, layers: Layers) -> dict[str, Any]:
    """Return the squares as the page embeds them, in the order of its table."""
    if areas.empty:
        return {}
    digits = {"mean_delay_min": 2, "own_share": 4, "detoured_share": 4, "cut_off_share": 4,
              "extra_min": 2, "closed_km": 0, "loses_mode_population": 0}  # fmt: skip
    shown = areas[["corners", "name", "name_en"]].join(areas[list(digits)].round(digits))
    cells = [list(row) for row in shown.itertuples(index=False)]
    road = way_labels("road", layers.routes["class"][layers.routes["mode"] == "road"])[0]
    return {"areas": {"hours": HOURS, "limits": DELAYS, "cells": cells, "road": road}}


def _losses(stops: Network, mode: str) -> Losses:
    """Remove every link once and keep who loses and where the fastest routes go then."""
    details = LossDetails()

    def make() -> Losses:
        return details.losses(mode, link_losses(stops, mode=mode, inspect=details))

    facts = travel_facts(stops.layers, stops.date, labels=True)
    return remembered(make, "losses of links with details", facts, mode)


def _detail(
    sweep: Sweep, link: int, after: Matrix, pieces: Mapping[str, tuple[int, str]]
) -> Detail:
    """Return who loses what, and the routes of the pair that loses most, as runs of pieces."""
    before, people = sweep.base, sweep.people
    mean = mean_extra_minutes(before, after, people)
    top = [i for i in np.argsort(-mean, kind="stable")[:TOP].tolist() if mean[i] > 1e-9]
    detail: Detail = {"c": [v for i in top for v in (i, round(float(mean[i]), 2))]}
    if gone := cut_off(before, after, people):
        detail["o"] = list(gone)
    if pair := worst_pair(before, after, people):
        a, b = pair
        detail["p"] = [a, b, *(round(float(times[a, b]), 1) for times in (before, after))]
        for key, lost in (("b", []), ("w", [link])):
            edges = ((*pieces[edge], tail) for edge, tail in sweep.path(a, b, lost))
            detail[key] = _runs([(piece, 1 if tail == u else -1) for piece, u, tail in edges])
    return detail


def _runs(steps: Sequence[tuple[int, int]]) -> list[float]:
    """Join neighbouring pieces: the first piece, then how many (negative: backwards)."""
    runs: list[float] = []
    last = (-2, 0)
    for piece, way in steps:
        if (piece, way) == (last[0] + way, last[1]):
            runs[-1] += way
        else:
            runs += [piece, way]
        last = (piece, way)
    return runs


def _data(layers: Layers, net: Network, stops: Network, results: list[Losses]) -> dict[str, Any]:
    """Return everything the script of the page needs, every line once."""
    cities = [
        [city.name, city.name_en, round(city.lat, 4), round(city.lon, 4)]
        for city in layers.catalogue.centres
    ]
    position = {str(edge): i for i, edge in enumerate(stops.edges.index)}
    starts = [position[str(edge)] for edge in net.edges.index]
    end = dict(pairwise(sorted([*starts, len(position)])))
    names, links = net.nodes[["name", "name_en"]], []
    for edge, row in net.edges.iterrows():
        first = position[str(edge)]
        ends = [str(text) for node in (row["u"], row["v"]) for text in names.loc[node]]
        sizes = [round(float(row[key]), 1) for key in ("length_km", "time_min")]
        shape = [row["mode"], first, end[first] - first, *sizes]
        links.append([str(edge), row["route_zh"], row["route_en"], *ends, *shape])
    place = {link[0]: i for i, link in enumerate(links)}
    modes = {
        result.mode: {
            "n": {place[row.edge_id]: _numbers(row) for row in result.table.itertuples()},
            "d": {place[edge]: detail for edge, detail in result.details.items()},
        }
        for result in results
    }
    return {
        "cities": cities,
        "pieces": [line_steps(line) for line in stops.edges.geometry],
        "links": links,
        "modes": modes,
        "colors": {mode: mode_color(mode) for mode in net.modes},
        "labels": {mode: MODE[mode] for mode in net.modes},
        "widths": WIDTHS,
    }


def _numbers(row: Any) -> list[float | None]:
    """Return extra minutes, people cut off, efficiency lost (%), pairs, detour (-1: none)."""
    detour = None if is_unknown(row.detour) else round(row.detour, 2)
    return [
        round(float(row.extra_min), 3),
        round(row.cut_off_population),
        round(100 * float(row.efficiency_loss), 3),
        int(row.pairs),
        -1 if detour is not None and math.isinf(detour) else detour,
    ]
