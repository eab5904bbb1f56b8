"""How well cities can be reached: formulas, and indicators by city."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo.catalogue import City, Zone, populations
from geo.core import BadInputError, Executor, run_locally
from geo.geometry import straight_km
from geo.network import (
    DEFAULT_PARAMETERS,
    Background,
    DoorTimes,
    Network,
    Parameters,
    build_travel_graph,
    door_times,
    share_within,
    time_interval,
    times_between,
)

Array = NDArray[np.float64]
#: Minutes to places from which a city is reached on one day, there and back.
DAILY_MIN = 120.0
#: Exponents at which the potential is given, for the order of the cities depends on them.
DECAYS = (1.0, 1.5, 2.0)
#: Times are sums of rounded numbers: so much over a limit is still within it, in minutes.
EPSILON = 1e-9


def mean_travel_time(minutes: Array, mass: Array) -> tuple[Array, Array, Array]:
    """
    Return the mean time to all destinations, weighted by their mass.

    A_i = sum_j t_ij M_j / sum_j M_j over the other places (Gutiérrez, Monzón and Piñero 1998,
    10.1068/a301337), lower is better: with 0 min to themselves large places would look better
    than they are. Compare years only with the same destinations and masses.

    Parameters
    ----------
    minutes, mass
        Times, infinite where unreachable, shape (n, n), and the population or another mass of the
        destinations, shape (n,); 0 leaves one out.

    Returns
    -------
    mean
        Minutes, shape (n,); infinite where a destination is unreachable, NaN without any.
    share
        Share of the mass that is reached, shape (n,).
    mean_reached
        Minutes to the reached destinations only, shape (n,): to be read with the share, for
        losing a far destination makes it better.

    Examples
    --------
    >>> minutes = np.array([[0.0, 30, 90], [30, 0, 60], [90, 60, 0]])
    >>> mean_travel_time(minutes, np.array([4.0, 2, 1]))[0]
    array([50., 36., 80.])
    """
    _check(minutes, mass)
    return _weighted_mean(minutes, _weights(mass))


def _check(minutes: Array, mass: Array) -> None:
    n = len(mass)
    if np.shape(minutes) != (n, n):
        text = f"expected times of shape {(n, n)} for {n} masses, got {np.shape(minutes)}"
        raise BadInputError(text)
    _check_masses(minutes, mass)


def _check_masses(minutes: Array, mass: Array) -> None:
    if np.shape(minutes)[1:] != (len(mass),):
        text = f"expected times of {len(mass)} columns, one per mass, got {np.shape(minutes)}"
        raise BadInputError(text)
    if not (np.all(minutes >= 0) and np.all(mass >= 0) and np.all(np.isfinite(mass))):
        raise BadInputError("times and masses: expected no negative number and no NaN")


def _weights(mass: Array) -> Array:
    """Return the masses of the other places, shape (n, n)."""
    weights = np.tile(np.asarray(mass, float), (len(mass), 1))
    np.fill_diagonal(weights, 0.0)
    return weights


def _weighted_mean(values: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Return the mean of every row, the share of finite weight and the mean over that share."""
    finite = np.isfinite(values)
    known = np.where(finite, weights, 0.0)
    total, reached = weights.sum(axis=1), known.sum(axis=1)
    share = _divide(reached, total)
    mean = _divide((np.where(finite, values, 0.0) * known).sum(axis=1), reached)
    # by weights, not by the share: a destination of little mass must not vanish in rounding
    missed = ((weights > 0) & ~finite).any(axis=1)
    return np.where(missed, np.inf, mean), share, mean


def _divide(a: Any, b: Any) -> Array:
    """Divide, with NaN where the divisor is 0."""
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    return np.asarray(np.divide(a, b, out=np.full(a.shape, np.nan), where=b != 0))


def cumulative_opportunities(minutes: Array, mass: Array, limit: float) -> Array:
    """
    Return the mass that can be visited within a time.

    D_i = sum_j M_j [t_ij <= T], the limit and the own place, at no time, included (European
    Transport Research Review 2016, 10.1007/s12544-016-0197-5, table 2, with T = 240 min).

    Parameters
    ----------
    minutes, mass
        Times to m destinations, infinite where unreachable, shape (n, m), and their masses.
    limit
        The time T in minutes. A step function: show 0.9 T and 1.1 T too.

    Returns
    -------
    reached
        In the unit of the mass, shape (n,).

    Examples
    --------
    >>> minutes = np.array([[0.0, 30, 90], [30, 0, 60], [90, 60, 0]])
    >>> cumulative_opportunities(minutes, np.array([4.0, 2, 1]), 60)
    array([6., 7., 3.])
    """
    _check_masses(minutes, mass)
    within = np.asarray(minutes) <= limit + EPSILON
    return np.asarray(within @ np.asarray(mass, float))


def expected_opportunities(
    minutes: Array,
    mass: Array,
    limit: float,
    mode: str,
    parameters: Parameters = DEFAULT_PARAMETERS,
) -> Array:
    """
    Return the mass that can be visited within a time, where the times are not known exactly.

    D_i = sum_j M_j Phi((T - t_ij) / s_ij), the own place, at no time, included: as
    `cumulative_opportunities`, but without its step, so that twenty seconds do not move ten
    million people.

    Parameters
    ----------
    minutes, mass, limit
        As in `cumulative_opportunities`.
    mode, parameters
        As in `share_within`.

    Returns
    -------
    reached
        In the unit of the mass, shape (n,).

    Examples
    --------
    >>> minutes = np.array([[0.0, 119], [119, 0]])
    >>> expected_opportunities(minutes, np.array([4.0, 2]), 120, "rail").round(1).tolist()
    [5.1, 4.1]
    """
    _check_masses(minutes, mass)
    within = share_within(minutes, limit, mode, parameters)
    return np.asarray(within @ np.asarray(mass, float))


def gravity_potential(
    minutes: Array,
    mass: Array,
    *,
    decay: float = 1.5,
    kind: Literal["power", "exponential"] = "power",
    own: Array | None = None,
    floor: float = 1.0,
) -> Array:
    """
    Return the potential accessibility (Hansen 1959, How accessibility shapes land use).

    P_i = sum_j M_j f(t_ij) with f(t) = t^-a or exp(-b t); nothing comes from what is
    unreachable. Only ratios say something: between places, or between years.

    Parameters
    ----------
    minutes, mass
        As in `mean_travel_time`.
    decay, kind
        The exponent a, or b per minute, and the function f.
    own
        Times within every place in minutes, shape (n,), for the self-potential: half the radius
        of a circle of its area at the speed there; default: no self-potential.
    floor
        Shorter times count as this one, in minutes, for a power grows beyond all limits.

    Returns
    -------
    values
        Shape (n,), in mass x min^-a, or in the unit of the mass.

    Examples
    --------
    >>> minutes = np.array([[0.0, 30, 90], [30, 0, 60], [90, 60, 0]])
    >>> gravity_potential(minutes, np.array([4.0, 2, 1]), decay=1).round(4)
    array([0.0778, 0.15  , 0.0778])
    """
    _check(minutes, mass)
    if not (decay > 0 and floor > 0):
        raise BadInputError("potential: expected a positive decay and a positive floor")
    times = np.array(minutes, float)
    np.fill_diagonal(times, np.inf if own is None else own)
    times = np.maximum(times, floor)
    f = times**-decay if kind == "power" else np.exp(-decay * times)
    return np.asarray(f @ np.asarray(mass, float))


def network_efficiency(
    minutes: Array, straight_km: Array, mass: Array, *, ideal_kmh: float
) -> tuple[Array, Array, Array]:
    """
    Return how much longer trips take than straight ones at an ideal speed (Gutiérrez 1998).

    E_i = sum_j (t_ij / t*_ij) M_j / sum_j M_j with t* = s / v*; 1 is best, higher is worse.

    Parameters
    ----------
    minutes, straight_km, mass
        As in `mean_travel_time`, and geodesic distances, shape (n, n); pairs of other places at
        distance 0 are left out.
    ideal_kmh
        The ideal speed v*: not below that of the fastest mode, or values fall below 1.

    Returns
    -------
    mean, share, mean_reached
        As in `mean_travel_time`, but the means are ratios.

    Examples
    --------
    >>> minutes, km = np.array([[0.0, 60], [60, 0]]), np.array([[0.0, 80], [80, 0]])
    >>> network_efficiency(minutes, km, np.array([1.0, 1]), ideal_kmh=160)[0]
    array([2., 2.])
    """
    _check(minutes, mass)
    if not ideal_kmh > 0:
        raise BadInputError("network efficiency: expected a positive ideal speed")
    ratios = _divide(minutes, 60 * straight_km / ideal_kmh)
    weights = np.where(np.isnan(ratios), 0.0, _weights(mass))
    return _weighted_mean(ratios, weights)


def logsum(minutes: Array, scale: float) -> Array:
    """
    Return one time for several modes, as their logsum.

    t = -(1 / k) ln sum_m exp(-k t_m): never above the fastest mode, and n equal modes give
    t - ln(n) / k, so that a mode given twice looks like a gain.

    Parameters
    ----------
    minutes, scale
        Times by mode, infinite where unreachable, shape (m, n, n), and the parameter k per minute.

    Returns
    -------
    times
        Minutes, shape (n, n), 0 on the diagonal, infinite where no mode goes; NaN where a
        small k would give a time of 0 or less.

    Examples
    --------
    >>> logsum(np.full((2, 2, 2), 60.0), 0.1).round(2).tolist()
    [[0.0, 53.07], [53.07, 0.0]]
    """
    if not scale > 0 or not len(minutes):
        raise BadInputError("logsum: expected at least one mode and a positive scale")
    times = -np.logaddexp.reduce(-scale * np.asarray(minutes, float), axis=0) / scale
    times = np.where(times > 0, times, np.nan)
    np.fill_diagonal(times, 0.0)
    return np.asarray(times)


def global_efficiency(distances: Array, straight: Array | None = None) -> float:
    """
    Return the global efficiency of a network.

    E = sum_{i != j} 1 / d_ij / (v (v - 1)) (Latora and Marchiori 2001, Physical Review Letters
    87:198701); higher is better, unreachable pairs add 0. Normalised (2003,
    10.1140/epjb/e2003-00095-5) it is sum 1 / d_ij / sum 1 / s_ij, 1 for straight links.

    Parameters
    ----------
    distances
        Shortest paths in km, hops or minutes, shape (v, v).
    straight
        Straight distances in the same unit, for the normalised form.

    Returns
    -------
    efficiency
        Per unit of the distance, or normalised without unit; NaN for fewer than two nodes and
        where two nodes are at distance 0.

    Examples
    --------
    >>> round(global_efficiency(np.array([[0.0, 1, 2], [1, 0, 1], [2, 1, 0]])), 4)
    0.8333
    """
    v = len(distances)
    off = ~np.eye(v, dtype=bool)
    total = _divide(1.0, np.asarray(distances)[off]).sum()
    ideal = v * (v - 1) if straight is None else _divide(1.0, np.asarray(straight)[off]).sum()
    return float(total / ideal) if v > 1 else float("nan")


Indicator = Literal["location", "daily", "potential", "efficiency"]
#: The indicators with the unit of their values.
INDICATORS: dict[str, str] = {
    "location": "min",
    "daily": "people",
    "potential": "people/min^a",
    "efficiency": "1",
}
_LABELS = ["city_id", "name", "name_en", "region", "population"]
#: Ideal speeds in km/h, one for all years: the fastest vehicles in use.
IDEAL_KMH = {"road": 120.0, "rail": 350.0, "water": 30.0, "any": 350.0}


def city_table(
    net: Network,
    *,
    mode: str = "any",
    indicator: Indicator = "location",
    limit: float = DAILY_MIN,
    decay: float = 1.5,
    ideal_kmh: float | None = None,
    destinations: Collection[str] | None = None,
    times: DoorTimes | None = None,
) -> DataFrame:
    """
    Return an indicator of every city, from door to door, with the population as mass.

    The destinations are the other cities; of "daily" they are the counties in which people live
    (`Catalogue.settlements`).

    Parameters
    ----------
    net, mode
        A network, with its mode and its changes; road, rail, water or any.
    indicator
        "location", "daily", "potential" or "efficiency".
    limit, decay
        Limit of "daily" in minutes, and exponent of "potential".
    ideal_kmh
        Ideal speed of "efficiency"; default: that of the mode in `IDEAL_KMH`, in all years.
    destinations, times
        Ids of the cities that count, by default all; times (`door_times`) where they are known.

    Returns
    -------
    table
        One row per city in file order: `city_id`, `name`, `name_en`, `region`,
        `population`, `value`, `unit`, and `low` and `high`: the value where all times lie at one
        end of their intervals (`time_interval`). "daily" counts people by the probability that
        they are within the limit (`expected_opportunities`). Beside them, of "location" and
        "efficiency" `share_reached` and `value_reached` (the value is infinite where a
        destination is unreachable); of "potential" `ratio` to the mean of the cities, and
        `ratio_1`, `ratio_1.5`, `ratio_2` by exponent.

    Raises
    ------
    BadInputError
        When indicator or mode is unknown, or an edge is faster than the ideal speed.
    NotFoundError
        When a destination is unknown.

    Examples
    --------
    >>> table = city_table(stops, indicator="daily").set_index("name_en")
    >>> bool(table.loc["Chongqing", "value"] > table.loc["Chengkou", "value"])
    True
    """
    if indicator not in INDICATORS:
        known = ", ".join(INDICATORS)
        raise BadInputError(
            "--indicator {indicator!r}: expected {known}", indicator=indicator, known=known
        )
    catalogue = net.layers.catalogue
    cities = catalogue.centres
    wanted = {catalogue.find_city(name).city_id for name in destinations or ()}
    living: Sequence[City | Zone] = catalogue.settlements if indicator == "daily" else cities
    mass = populations(living)
    mass *= [destinations is None or c.city_id in wanted for c in living]
    times = door_times(net, mode=mode) if times is None else times
    minutes = times.settlements if indicator == "daily" else times.cities
    speed = _ideal_kmh(net, mode, ideal_kmh) if indicator == "efficiency" else None
    table = indicator_table(cities, minutes, indicator, mass, limit=limit, decay=decay,
                            ideal_kmh=speed, mode=mode, parameters=net.parameters)  # fmt: skip
    if times.background is not None:
        table.attrs["background"] = times.background
    return table


def zone_table(
    net: Network,
    *,
    mode: str = "any",
    indicator: Indicator = "location",
    limit: float = DAILY_MIN,
    decay: float = 1.5,
    background: Background | None = None,
    executor: Executor = run_locally,
) -> DataFrame:
    """
    Return an indicator of every county, from its seat, with the people of counties as mass.

    Counties are units of like size, so that they can be ranked; cities are of any.

    Parameters
    ----------
    net, mode, indicator, limit, decay
        As in `city_table`.
    background, executor
        As in `travel_time_matrix`.

    Returns
    -------
    table
        As of `city_table`, with `zone_id` before; one row for every settlement of the catalogue.

    Raises
    ------
    BadInputError
        When indicator or mode is unknown.

    Examples
    --------
    >>> table = zone_table(stops, mode="rail", indicator="daily").set_index("name_en")
    >>> bool(table.loc["Wuhou", "value"] > table.loc["Chengkou", "value"])
    True
    """
    zones = net.layers.catalogue.settlements
    graph = build_travel_graph(net, mode=mode, background=background)
    minutes = times_between(graph, zones, executor=executor)
    mass = populations(zones)
    speed = _ideal_kmh(net, mode, None) if indicator == "efficiency" else None
    return indicator_table(zones, minutes, indicator, mass, limit=limit, decay=decay,
                           ideal_kmh=speed, mode=mode, parameters=net.parameters)  # fmt: skip


def indicator_table(  # noqa: PLR0913
    cities: Sequence[City | Zone],
    minutes: Array,
    indicator: Indicator,
    mass: Array,
    *,
    limit: float = DAILY_MIN,
    decay: float = 1.5,
    ideal_kmh: float | None = None,
    mode: str = "any",
    parameters: Parameters = DEFAULT_PARAMETERS,
) -> DataFrame:
    """
    Return an indicator of every city for times that are known, as `city_table` does.

    Parameters
    ----------
    cities, minutes
        The n cities or counties, and the times between them, infinite where unreachable, shape
        (n, n); of "daily" to any m destinations.
    indicator, mass
        As in `city_table`, and the masses of the destinations, shape (n,) or (m,).
    limit, decay, ideal_kmh, mode, parameters
        As in `city_table`, and how far times may be off (`time_interval`).

    Returns
    -------
    table
        As of `city_table`.
    """
    speed = IDEAL_KMH["any"] if ideal_kmh is None else ideal_kmh
    at = [c.lon for c in cities], [c.lat for c in cities]

    def values_at(times: Array) -> dict[str, Array]:
        if indicator == "location":
            return _means(*mean_travel_time(times, mass))
        if indicator == "daily":
            return {"value": expected_opportunities(times, mass, limit, mode, parameters)}
        if indicator == "potential":
            return _potentials(times, mass, decay)
        return _means(*network_efficiency(times, straight_km(*at), mass, ideal_kmh=speed))

    values = values_at(minutes)
    bounds = [values_at(np.array(t))["value"] for t in time_interval(minutes, mode, parameters)]
    values |= {"low": np.minimum(*bounds), "high": np.maximum(*bounds)}
    unit = f"people/min^{decay:g}" if indicator == "potential" else INDICATORS[indicator]
    keys = ["zone_id"] * any(isinstance(city, Zone) for city in cities) + _LABELS
    labels = pd.DataFrame([[getattr(city, key) for key in keys] for city in cities], columns=keys)
    return labels.assign(unit=unit, **values)


def connected_cities(
    net: Network, *, mode: str = "any", times: DoorTimes | None = None
) -> list[City]:
    """
    Return the cities that a mode connects: the most populous group that reach each other.

    Parameters
    ----------
    net, mode, times
        As in `city_table`.

    Returns
    -------
    cities
        In file order.

    Examples
    --------
    >>> len(connected_cities(stops, mode="water")) < len(connected_cities(stops))
    True
    """
    cities = net.layers.catalogue.centres
    times = door_times(net, mode=mode) if times is None else times
    reached = np.isfinite(times.cities)
    labels = connected_components(csr_array(reached), directed=False)[1]
    people = np.bincount(labels, [city.population for city in cities])
    largest = people.argmax() if len(people) else -1
    return [city for city, label in zip(cities, labels, strict=True) if label == largest]


def _means(mean: Array, share: Array, reached: Array) -> dict[str, Array]:
    return {"value": mean, "share_reached": share, "value_reached": reached}


def _potentials(minutes: Array, mass: Array, decay: float) -> dict[str, Array]:
    """Return the power potential, and by exponent that over its mean, NaN where all are 0."""
    decays = [decay, *DECAYS]
    values = np.column_stack([gravity_potential(minutes, mass, decay=a) for a in decays])
    ratios = _divide(values, values.mean(axis=0)) if len(values) else values
    names = ["ratio", *(f"ratio_{a:g}" for a in DECAYS)]
    return {"value": values[:, 0]} | dict(zip(names, ratios.T, strict=True))


def _ideal_kmh(net: Network, mode: str, ideal_kmh: float | None) -> float:
    """Return the ideal speed; refuse one that edges of the mode exceed."""
    speed = IDEAL_KMH[mode] if ideal_kmh is None else ideal_kmh
    edges = net.edges if mode == "any" else net.edges[net.edges["mode"] == mode]
    fastest = edges["speed_kmh"].max()
    if fastest > speed:
        raise BadInputError(
            "efficiency: expected an ideal speed of at least {fastest:g} km/h, got {speed:g}",
            fastest=fastest,
            speed=speed,
        )
    return float(speed)
