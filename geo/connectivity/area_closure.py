"""What it costs when everything in an area is closed: an earthquake, a flood."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas import DataFrame
from shapely.geometry.base import BaseGeometry

from geo.catalogue import populations
from geo.connectivity.vulnerability import (
    Joined,
    Sweep,
    extra_minutes,
    mean_extra_minutes,
    removal_loss,
)
from geo.core import Executor, number_blocks, run_locally
from geo.geometry import to_degrees, to_metres
from geo.network import Network, TravelGraph, build_travel_graph, cut_at_stops

Floats = NDArray[np.float64]
#: Hours for which an area is closed, unless said otherwise.
HOURS = 24.0
#: Cells of a grid that are one block of work.
BLOCK = 8
#: A circle is drawn with so many points a quarter.
QUARTER = 16


class ClosureCost(NamedTuple):
    """
    What a closure costs, over every pair of cities once, with demand x = P_i P_j.

    Parameters
    ----------
    demand, own
        Sum of x over all connected pairs, and over those with an end in the area: these trips
        wait until it opens again.
    detoured, extra, cut_off
        Of pairs outside of the area: the sum of x on longer ways, the same times the extra
        minutes, and the sum of x without a way left.
    total, hours
        Demand times minutes late, over all trips that begin while the area is closed, and how
        long that is.
    """

    demand: float
    own: float
    detoured: float
    extra: float
    cut_off: float
    total: float
    hours: float

    @property
    def mean_delay_min(self) -> float:
        """Mean delay in minutes of all trips that begin while the area is closed."""
        return self.total / (self.demand * 60 * self.hours) if self.demand else 0.0


def closure_cost(
    before: Floats, after: Floats, people: Floats, inside: NDArray[np.bool_], hours: float = HOURS
) -> ClosureCost:
    """
    Return what it costs that an area is closed for some time.

    Trips begin evenly. One that begins or ends in the area, or has no way left, waits until the
    end of the closure of T minutes, T/2 in the mean; one with a detour of d takes it, or waits
    where that is shorter: x d (T - d/2) for d < T, else x T²/2 (Jenelius and Mattsson 2012,
    Transportation Research Part A 46:746–760).

    Parameters
    ----------
    before, after
        Times in minutes, shape (n, n), infinite where there is no way.
    people, inside
        People per city, and whether each lies in the area, shape (n,).
    hours
        Hours for which it is closed.

    Returns
    -------
    cost
        The demand of the area, detoured and cut off, and the delays.

    Examples
    --------
    >>> before = np.array([[0.0, 60], [60, 0]])
    >>> after, people, inside = before * 1.5, np.array([4.0, 1]), np.zeros(2, bool)
    >>> closure_cost(before, after, people, inside).extra
    120.0
    """
    once = np.triu(np.isfinite(before), k=1)
    demand = np.outer(people, people) * once
    own = inside[:, None] | inside[None, :]
    reached = np.isfinite(after)
    detour = np.where(own, 0.0, extra_minutes(before, after))
    late = np.minimum(detour, 60 * hours)
    waits = (60 * hours) ** 2 / 2
    stopped = own | ~reached
    cost = np.where(stopped, waits, late * (60 * hours - late / 2))
    return ClosureCost(
        demand=float(demand.sum()),
        own=float(demand[own].sum()),
        detoured=float(demand[detour > 1e-9].sum()),
        extra=float((demand * detour).sum()),
        cut_off=float(demand[~own & ~reached].sum()),
        total=float((demand * cost).sum()),
        hours=hours,
    )


@dataclass(frozen=True)
class Closure:
    """
    An area that is closed.

    Parameters
    ----------
    closed
        Edges of the network that touch the area: `section_id`, `route_id`, names, `mode`, `u`,
        `v`, `length_km`; indexed by edge.
    cost
        What it costs.
    extra_min, cut_off_population, loses_mode_population
        As in `Loss`, of the cities outside of the area.
    cities
        By city: `city_id`, `name`, `name_en`, `inside` the area, `cut_off`, `loses_mode`, and
        `extra_min`, the mean over the people of the other cities outside that it still reaches.
    """

    closed: DataFrame
    cost: ClosureCost
    extra_min: float
    cut_off_population: float
    loses_mode_population: float
    cities: DataFrame


class AreaSweep:
    """
    A network of which areas can be closed, one after the other.

    Everything that touches an area is closed: edges between two stops, ordinary roads between
    two nodes, and the ways from places in it. Where ordinary roads are no part of the mode, the
    ways to and from stations count as straight lines.

    Parameters
    ----------
    net, mode
        A network, with its mode and its changes; road, rail, water or any.
    """

    def __init__(self, net: Network, mode: str = "any") -> None:
        whole = cut_at_stops(net)
        arcs = build_travel_graph(whole, mode=mode, everywhere=mode in ("road", "any"))
        cities = whole.layers.catalogue.centres
        part = whole if mode == "any" else whole.select(mode)
        number = {edge: i for i, edge in enumerate(part.edges.index)}
        link = np.array([number.get(edge, -1) for edge in arcs.edge], np.intp)
        ground, streets = _ground_links(arcs)
        link[ground] = len(number) + streets
        ways, first = np.unique(streets, return_index=True)
        first = np.flatnonzero(ground)[first]
        lines = [*part.edges.geometry, *_straight(arcs, first)]
        self.edges, self.cities = part.edges, cities
        self.tree = shapely.STRtree(lines)
        modes = {name: Joined(part.select(name), cities, number) for name in part.modes}
        links = DataFrame({"mode": [*part.edges["mode"], *["street"] * len(ways)]})
        people = populations(cities)
        self.sweep = Sweep(arcs, link, arcs.ends(cities)[0], links, people, modes)
        places = np.array([(city.lon, city.lat) for city in cities], float)
        self.points = shapely.points(places.reshape(-1, 2))

    def close(self, area: BaseGeometry, hours: float = HOURS) -> Closure:
        """Close everything that touches an area in degrees (WGS-84); return what that costs."""
        sweep, people = self.sweep, self.sweep.people
        links = np.sort(self.tree.query(area, predicate="intersects"))
        inside = np.asarray(shapely.intersects(area, self.points))
        minutes = sweep.without(links.tolist())
        outside = np.flatnonzero(~inside)
        pairs = np.ix_(outside, outside)
        loss = removal_loss(sweep.base[pairs], minutes[pairs], people[outside])
        parted = [city for city in sweep.losing_mode(links.tolist()) if not inside[city]]
        known = ["section_id", "route_id", "route_zh", "route_en", "mode", "u", "v", "length_km"]
        names = {"route_zh": "name", "route_en": "name_en"}
        closed = self.edges.iloc[links[links < len(self.edges)]][known].rename(columns=names)
        return Closure(
            closed=DataFrame(closed),
            cost=closure_cost(sweep.base, minutes, people, inside, hours),
            extra_min=loss.extra_min,
            cut_off_population=loss.cut_off_population,
            loses_mode_population=float(people[parted].sum()),
            cities=self._by_city(minutes, inside, parted),
        )

    def _by_city(
        self, minutes: Floats, inside: NDArray[np.bool_], parted: Sequence[int]
    ) -> DataFrame:
        """Return what every city loses."""
        sweep = self.sweep
        both = np.outer(~inside, ~inside)
        before, after = (np.where(both, times, np.inf) for times in (sweep.base, minutes))
        still = np.isfinite(before) & np.isfinite(after)
        np.fill_diagonal(still, val=False)
        extra = mean_extra_minutes(before, after, sweep.people)
        lost = (np.isfinite(before) & ~np.isfinite(after)).any(axis=1)
        gone = np.asarray(lost & ~still.any(axis=1))
        rows = [(city.city_id, city.name, city.name_en) for city in self.cities]
        return DataFrame(rows, columns=["city_id", "name", "name_en"]).assign(
            inside=inside,
            cut_off=gone,
            loses_mode=np.isin(np.arange(len(rows)), parted),
            extra_min=np.where(inside, np.nan, extra),
        )


def _ground_links(arcs: TravelGraph) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Tell which arcs are ways on the ground, and number these, both directions alike."""
    ground = (arcs.arcs["leg"] == "background").to_numpy()
    ends = np.sort([arcs.tail[ground], arcs.head[ground]], axis=0)
    return ground, np.unique(ends[0] * arcs.size + ends[1], return_inverse=True)[1]


def _straight(arcs: TravelGraph, numbers: NDArray[np.intp]) -> NDArray[np.object_]:
    """Return arcs on the ground as straight lines."""
    at = arcs.positions
    return np.asarray(
        shapely.linestrings(np.stack([at[arcs.tail[numbers]], at[arcs.head[numbers]]], axis=1))
    )


def circle_around(net: Network, lon: float, lat: float, km: float) -> BaseGeometry:
    """
    Return a circle around a point.

    Parameters
    ----------
    net
        A network; its region gives the projection.
    lon, lat, km
        The middle in degrees (WGS-84), and the radius.

    Returns
    -------
    circle
        A polygon in degrees.
    """
    frame = net.layers.catalogue.region.frame
    middle = shapely.Point(to_metres(frame, np.array([[lon, lat]]))[0])
    return _in_degrees(middle.buffer(1000 * km, quad_segs=QUARTER), net)


def _in_degrees(shape: BaseGeometry, net: Network) -> BaseGeometry:
    frame = net.layers.catalogue.region.frame
    return shapely.transform(shape, lambda xy: to_degrees(frame, xy))


def grid_cells(net: Network, km: float, shift: tuple[float, float] = (0.0, 0.0)) -> gpd.GeoSeries:
    """Return the squares of a grid that a network or a city touches."""
    side, frame = 1000 * km, net.layers.catalogue.region.frame
    cities = [shapely.Point(city.lon, city.lat) for city in net.layers.catalogue.centres]
    shapes = np.array([*net.edges.geometry, *cities], object)
    shapes = shapely.transform(shapes, lambda xy: to_metres(frame, xy))
    west, south, east, north = shapely.total_bounds(shapes)
    steps = [
        np.arange(np.floor(low / side - move) + move, high / side + 1)
        for low, high, move in ((west, east, shift[0]), (south, north, shift[1]))
    ]
    corners = [(x * side, y * side) for y, x in itertools.product(steps[1], steps[0])]
    boxes = np.array([shapely.box(x, y, x + side, y + side) for x, y in corners], object)
    touched = np.unique(shapely.STRtree(boxes).query(shapes, predicate="intersects")[1])
    return gpd.GeoSeries([_in_degrees(box, net) for box in boxes[touched]], crs=net.edges.crs)


def disruption_grid(
    net: Network,
    km: float,
    *,
    mode: str = "any",
    hours: float = HOURS,
    shift: tuple[float, float] = (0.0, 0.0),
    executor: Executor = run_locally,
) -> gpd.GeoDataFrame:
    """
    Close every square of a grid in turn.

    Parameters
    ----------
    net
        A network, with its mode and its changes.
    km
        Length of the side of a square: results depend on it, so try several.
    mode, hours
        Road, rail, water or any, and hours for which each is closed.
    shift
        As in `grid_cells`.
    executor
        Where blocks of squares are done (`dask_executor`); default: in this process.

    Returns
    -------
    cells
        Squares with the middle (`lon`, `lat`), `closed_km` of the network, the number of
        `cities` inside, shares of all demand (`own_share`, `detoured_share`, `cut_off_share`),
        `extra_min`, `cut_off_population` and `loses_mode_population` as in `Closure`, and
        `mean_delay_min`; the worst first.

    Examples
    --------
    >>> cells = disruption_grid(net, 100, mode="rail")
    >>> bool(cells["mean_delay_min"].iloc[0] > cells["mean_delay_min"].iloc[-1])
    True
    """
    cells, sweep = grid_cells(net, km, shift), AreaSweep(net, mode)
    shapes = cells.tolist()
    blocks = [(hours, [shapes[i] for i in part]) for part in number_blocks(len(shapes), BLOCK)]
    rows = [row for block in executor(_rows, sweep, blocks) for row in block]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=cells.crs)
    keys = ["mean_delay_min", "extra_min"]
    return frame.sort_values(keys, ascending=False, ignore_index=True)


def _rows(sweep: AreaSweep, block: tuple[float, list[BaseGeometry]]) -> list[dict[str, Any]]:
    hours, shapes = block
    return [_row(sweep.close(shape, hours), shape) for shape in shapes]


def _row(closure: Closure, shape: BaseGeometry) -> dict[str, Any]:
    cost, middle = closure.cost, shape.centroid
    demand = cost.demand or 1.0
    return {
        "lon": round(middle.x, 4),
        "lat": round(middle.y, 4),
        "closed_km": float(closure.closed["length_km"].sum()),
        "cities": int(closure.cities["inside"].sum()),
        "own_share": cost.own / demand,
        "detoured_share": cost.detoured / demand,
        "cut_off_share": cost.cut_off / demand,
        "extra_min": closure.extra_min,
        "cut_off_population": closure.cut_off_population,
        "loses_mode_population": closure.loses_mode_population,
        "mean_delay_min": cost.mean_delay_min,
    }
