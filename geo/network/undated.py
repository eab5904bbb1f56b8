"""What of a network does not depend on the day: every edge that there may be, and its place."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd

from geo.layers import Layers
from geo.network.network import every_edge
from geo.network.ordinary_roads import Ground, ground_of
from geo.network.parameters import DEFAULT_PARAMETERS, Parameters
from geo.network.services import level_of
from geo.network.trains import PASSED, headings_at, lines_on, near_core_share


class LastingFacts(NamedTuple):
    """
    What of the networks of a region is the same on every day.

    Parameters
    ----------
    edges
        The edges of all sections, open or not, with a node at every stop, as those of a
        `Network`; their speeds and times are of no day.
    near_core, lines
        By edge of a railway the share of it that lies near the centre of a core, and the routes
        whose trains use its track, with their direction (1 as the points of the route, or -1).
    headings
        By place and edge of a railway the direction in degrees in which the edge leaves it.
    levels, ground
        By place where travellers board whether it is of a core, city, town or other; the ordinary
        roads and the points on them, None where the region has none.
    """

    edges: gpd.GeoDataFrame
    near_core: dict[str, float]
    lines: dict[str, frozenset[tuple[str, int]]]
    headings: dict[tuple[str, str], float]
    levels: dict[str, str]
    ground: Ground | None


def lasting_facts(layers: Layers, parameters: Parameters = DEFAULT_PARAMETERS) -> LastingFacts:
    """
    Return what of the networks of a region is the same on every day.

    Parameters
    ----------
    layers, parameters
        The layers of the catalogue, and what travel times rest on.

    Returns
    -------
    facts
        Enough to build the network of any day together with dates, standards and trains.

    Examples
    --------
    >>> facts = lasting_facts(lay)
    >>> facts.levels["chengdu-east-station"], set(stops.edges.index) <= set(facts.edges.index)
    ('core', True)
    """
    net = every_edge(layers, parameters)
    rail, catalogue = net.select("rail"), layers.catalogue
    return LastingFacts(
        edges=net.edges,
        near_core=dict(zip(rail.edges.index, near_core_share(rail), strict=True)),
        lines=lines_on(rail),
        headings=headings_at(rail),
        levels={
            place.place_id: level_of(catalogue.cities, place.lon, place.lat, parameters)
            for place in catalogue.places
            if place.kind not in PASSED
        },
        ground=ground_of(catalogue, parameters),
    )
