"""What the page of accessibility embeds: indicators, times and isochrones on two dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo.access_measures import location, network_efficiency
from geo.accessibility import IDEAL_KMH, Indicator, indicator_table
from geo.isochrones import isochrones
from geo.node_indices import straight_km
from geo.report import cities_of
from geo.times import time_matrix, travel_graph

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.layers import Layers
    from geo.network import Network
    from geo.tables import City

    Array = NDArray[np.float64]

LIMITS = (30, 60, 90, 120)
#: Modes that can be chosen alone.
SINGLE = ("road", "rail")
#: Outlines on the page leave out details smaller than this, and parts and holes smaller than
#: its square, in metres; their points are rounded to so many degrees.
OUTLINE_M, STEP = 400.0, 1e-3
#: The same for the lines.
LINE_M, LINE_STEP = 150.0, 1e-4
#: Indicators of the page by name: that of `city_table`, and whether less is better.
INDICATORS: dict[str, tuple[Indicator, bool]] = {
    "mean": ("location", True),
    "people": ("daily", False),
    "potential": ("potential", False),
    "efficiency": ("efficiency", True),
}


class Reach(NamedTuple):
    """
    How well cities are reached by a mode on two dates.

    Parameters
    ----------
    mode
        Road, rail or any.
    ideal_kmh
        The ideal speed of the network efficiency on both dates.
    figures
        By indicator the values before, after, and their difference, shape (3, n); NaN where
        there is none. The difference of a mean is that over the destinations reached on both
        dates.
    minutes
        Times from door to door before and after, shape (2, n, n).
    areas
        Areas within reach in WGS-84, by city, date and limit.
    """

    mode: str
    ideal_kmh: float
    figures: dict[str, Array]
    minutes: Array
    areas: gpd.GeoDataFrame

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Whether any other city is reached before and after, shape (2, n)."""
        return np.asarray(np.isfinite(self.minutes).sum(axis=2) > 1)


def two_networks(layers: Layers, day: date) -> tuple[Network, Network]:
    """
    Return the networks that are compared: on the day and at the horizon.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
        The day.

    Returns
    -------
    networks
        With a node at every stop.

    Examples
    --------
    >>> from datetime import date
    >>> now, later = two_networks(lay, date(2025, 12, 31))
    >>> bool(now.edges["length_km"].sum() < later.edges["length_km"].sum())
    True
    """
    from geo.analysis import horizon_of
    from geo.network import network

    both = day, horizon_of(layers, day)
    now, later = (network(layers, year=one, nodes="stops") for one in both)
    return now, later


def modes_shown(layers: Layers, later: Network) -> list[str]:
    """
    Return the modes that can be chosen.

    Parameters
    ----------
    layers
        The drawn catalogue.
    later
        The network at the horizon.

    Returns
    -------
    modes
        All together first; none where there are no cities.

    Examples
    --------
    >>> modes_shown(lay, stops)
    ['any', 'road', 'rail']
    """
    single = [mode for mode in SINGLE if mode in later.modes and len(later.modes) > 1]
    return ["any", *single] if cities_of(layers.catalogue) else []


def reach(layers: Layers, nets: Sequence[Network], mode: str) -> Reach:
    """
    Measure how well all cities are reached on two dates.

    Parameters
    ----------
    layers
        The drawn catalogue.
    nets
        Its networks before and after, with a node at every stop.
    mode
        Road, rail or any.

    Returns
    -------
    reach
        Indicators, times and isochrones.
    """
    import pandas as pd

    catalogue, cities = layers.catalogue, cities_of(layers.catalogue)
    edges = pd.concat([net.edges[["mode", "speed_kmh"]] for net in nets])
    fastest = edges["speed_kmh"][(edges["mode"] == mode) | (mode == "any")].max()
    ideal = float(np.nanmax([IDEAL_KMH[mode], fastest]))
    minutes = np.stack([time_matrix(travel_graph(n, cities, mode=mode), cities) for n in nets])
    people = np.array([city.population for city in cities], float)
    values = {}
    for key, (indicator, _) in INDICATORS.items():
        dates = []
        for times in minutes:
            table = indicator_table(cities, times, indicator, people, ideal_kmh=ideal)
            dates.append(table["value_reached" if "value_reached" in table else "value"])
        before, after = (column.to_numpy(float) for column in dates)
        values[key] = np.stack([before, after, after - before])
    for key, change in _changes(minutes, cities, people, ideal).items():
        values[key][2] = change
    areas = pd.concat(
        [
            isochrones(net, catalogue, cities, LIMITS, mode=mode).assign(date=k)
            for k, net in enumerate(nets)
        ],
        ignore_index=True,
    )
    return Reach(mode, ideal, values, minutes, areas)


def _changes(
    minutes: Array, cities: Sequence[City], people: Array, ideal: float
) -> dict[str, Array]:
    """Return the differences of means over the destinations reached on both dates."""
    apart = straight_km([c.lon for c in cities], [c.lat for c in cities])
    both = np.where(np.isfinite(minutes).all(axis=0), minutes, np.inf)
    means = [location(times, people)[2] for times in both]
    ratios = [network_efficiency(times, apart, people, ideal_kmh=ideal)[2] for times in both]
    return {"mean": means[1] - means[0], "efficiency": ratios[1] - ratios[0]}


def packed(layers: Layers, found: Reach) -> dict[str, Any]:
    """
    Return what the page embeds of a mode.

    Parameters
    ----------
    layers
        The drawn catalogue.
    found
        How well its cities are reached.

    Returns
    -------
    data
        `values`, `breaks` and `steps` (limits of their classes and of those of differences) by
        indicator, `reached`, `times` (per date the minutes of every pair below
        the diagonal, row by row, rounded up to 0.1), `areas` in km² by city, date and limit,
        and `shapes`: by city, date and limit the rings of an outline as text (`steps`), with
        a space between them; 0 where it is that of the day before.
    """
    cities = cities_of(layers.catalogue)
    low = np.tril_indices(len(cities), -1)
    times = [[_tenths(value) for value in matrix[low]] for matrix in found.minutes]
    size = (2, len(cities), len(LIMITS))
    km2 = np.rint(found.areas["area_km2"].to_numpy(float).reshape(size)).astype(int)
    shapes = _outlines(layers, found.areas)
    drawn: list[list[Any]] = []
    for i in range(len(cities)):
        day, later = ([shapes[(k * size[1] + i) * size[2] + j] for j in range(size[2])]
                      for k in range(2))  # fmt: skip
        drawn.append([day, [0 if a == b else b for a, b in zip(day, later, strict=True)]])
    return {
        "values": {key: [_short(row) for row in rows] for key, rows in found.figures.items()},
        "reached": found.reached.astype(int).tolist(),
        "breaks": {key: breaks(rows[:2]) for key, rows in found.figures.items()},
        "steps": {key: breaks(np.abs(rows[2]), 3) for key, rows in found.figures.items()},
        "times": times,
        "areas": km2.transpose(1, 0, 2).tolist(),
        "shapes": drawn,
    }


def _tenths(minutes: float) -> float | None:
    """Return minutes rounded up, so that a whole limit is kept or missed as before."""
    return float(np.ceil(minutes * 10 - 1e-6) / 10) if np.isfinite(minutes) else None


def _short(values: Array) -> list[float | None]:
    """Return numbers of seven digits at most (people stay whole), None for unknown ones."""
    return [
        None if not np.isfinite(v) else int(v) if v == int(v) else float(f"{v:.7g}")
        for v in values.tolist()
    ]


def breaks(values: Array, classes: int = 5) -> list[float]:
    """
    Return round limits that split values into classes of about the same size.

    Parameters
    ----------
    values
        Numbers; those that are not finite and zeros are left out.
    classes
        Classes wanted; there are fewer where values hardly differ.

    Returns
    -------
    limits
        At most one less than the classes, ascending.

    Examples
    --------
    >>> breaks(np.arange(100.0), 4)
    [30.0, 50.0, 70.0]
    """
    known = values[np.isfinite(values) & (values != 0)]
    if not known.size:
        return []
    at = np.quantile(known, np.arange(1, classes) / classes)
    for digits in (1, 2, 3):
        limits = sorted({float(f"{value:.{digits}g}") for value in at})
        if len(limits) == classes - 1:
            break
    return [value for value in limits if known.min() < value <= known.max()]


def _outlines(layers: Layers, areas: gpd.GeoDataFrame) -> list[str]:
    """Return the rings of areas, simplified in metres."""
    import geopandas as gpd
    import shapely

    plane = areas.geometry.to_crs(layers.catalogue.region.metric_crs)
    smooth = shapely.simplify(plane.to_numpy(), OUTLINE_M)
    parts, owner = shapely.get_parts(smooth, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    large = shapely.area(shapely.polygons(rings)) > OUTLINE_M**2
    kept = gpd.GeoSeries(rings[large], crs=plane.crs).to_crs(areas.crs)
    found: list[list[str]] = [[] for _ in range(len(areas))]
    for index, ring in zip(owner[part[large]], kept, strict=True):
        found[index].append(steps(shapely.get_coordinates(ring)[:-1], STEP))
    return [" ".join(texts) for texts in found]


def steps(points: Array, size: float) -> str:
    """
    Return points as text: the steps from one to the next in five-bit digits.

    The encoded polyline format: a whole number n is 2n, or -2n - 1 below zero; its digits are
    the characters from "?" on, the lowest first, all but the last plus 32.

    Parameters
    ----------
    points
        Coordinates, shape (n, 2); those that round to the one before are left out.
    size
        Size of a step of 1.

    Returns
    -------
    text
        ASCII.

    Examples
    --------
    >>> steps(np.array([[38.5, -120.2], [40.7, -120.95]]), 1e-5)
    '_p~iF~ps|U_ulLnnqC'
    """
    whole = np.rint(points / size).astype(int)
    moved = np.diff(whole, axis=0, prepend=0)
    text = []
    for value in moved[(moved != 0).any(axis=1)].ravel().tolist():
        rest = 2 * value if value >= 0 else -2 * value - 1
        while rest >= 32:
            text.append(chr(63 + 32 + rest % 32))
            rest //= 32
        text.append(chr(63 + rest))
    return "".join(text)


def lines(layers: Layers, nets: Sequence[Network]) -> dict[str, list[list[str]]]:
    """
    Return the lines by mode: those open before, and those opened until after.

    Parameters
    ----------
    layers
        The drawn catalogue.
    nets
        Its networks before and after.

    Returns
    -------
    lines
        Simplified, as text (`steps`).

    Examples
    --------
    >>> early = geo.network(lay, year=2010, nodes="stops")
    >>> before, new = lines(lay, [early, stops])["rail"]
    >>> len(before) > 0, len(new) > 0
    (True, True)
    """
    import shapely

    first, last = (set(net.edges["section_id"]) for net in nets)
    found: dict[str, list[list[str]]] = {}
    for mode in nets[1].modes:
        rows = layers.sections[layers.sections["mode"] == mode]
        found[mode] = []
        for ids in (first, last - first):
            shapes = rows.geometry[rows.index.isin(list(ids))].to_crs(
                layers.catalogue.region.metric_crs
            )
            shapes = shapes.simplify(LINE_M).to_crs(rows.crs)
            found[mode].append([steps(shapely.get_coordinates(s), LINE_STEP) for s in shapes])
    return found
