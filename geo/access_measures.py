"""Formulas of accessibility: minutes and masses in, one value per place out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geo.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Limits in minutes at which daily accessibility is usually told.
STEPS = (60.0, 120.0, 180.0, 240.0)
#: Exponents at which the potential is told, for the order of the cities depends on them.
DECAYS = (1.0, 1.5, 2.0)
#: Times are sums of rounded numbers: so much over a limit is still within it, in minutes.
EPSILON = 1e-9


def location(minutes: Array, mass: Array, *, own: bool = False) -> tuple[Array, Array, Array]:
    """
    Return the mean time to all destinations, weighted by their mass.

    A_i = sum_j t_ij M_j / sum_j M_j, lower is better. Compare years only with the same
    destinations and masses.

    Parameters
    ----------
    minutes
        Times, infinite where unreachable, shape (n, n).
    mass
        Population or another mass of the destinations, shape (n,); a mass of 0 leaves a
        destination out.
    own
        Whether a place is a destination of its own, with the time on the diagonal. With 0 min
        there large places look better than they are.

    Returns
    -------
    mean
        Minutes, shape (n,); infinite where a destination is unreachable, NaN where there is
        none.
    share
        Share of the mass that is reached, shape (n,).
    mean_reached
        Minutes to the reached destinations only, shape (n,): to be read with the share, for
        losing a far destination makes it better.

    Raises
    ------
    BadInputError
        When shapes do not fit, or a number is negative or NaN.

    References
    ----------
    Gutiérrez, J., Monzón, A. and Piñero, J. M. (1998), Accessibility, network efficiency, and
    transport infrastructure planning, 10.1068/a301337.

    Examples
    --------
    >>> minutes = np.array([[0.0, 30, 90], [30, 0, 60], [90, 60, 0]])
    >>> people = np.array([4.0, 2, 1])
    >>> location(minutes, people)[0]
    array([50., 36., 80.])
    """
    _check(minutes, mass)
    return _weighted_mean(minutes, _weights(mass, own=own))


def _check(minutes: Array, mass: Array) -> None:
    n = len(mass)
    if np.shape(minutes) != (n, n):
        text = f"expected times of shape {(n, n)} for {n} masses, got {np.shape(minutes)}"
        raise BadInputError(text)
    if not (np.all(minutes >= 0) and np.all(mass >= 0) and np.all(np.isfinite(mass))):
        raise BadInputError("times and masses: expected no negative number and no NaN")


def _weights(mass: Array, *, own: bool) -> Array:
    weights = np.tile(np.asarray(mass, float), (len(mass), 1))
    if not own:
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


def _divide(a: Any, b: Any) -> Array:  # noqa: ANN401
    """Divide, with NaN where the divisor is 0."""
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    return np.asarray(np.divide(a, b, out=np.full(a.shape, np.nan), where=b != 0))


def daily(minutes: Array, mass: Array, limit: float) -> Array:
    """
    Return the mass that can be visited within a time.

    D_i = sum_j M_j [t_ij <= T], the limit and the own place included.

    Parameters
    ----------
    minutes
        Times, infinite where unreachable, shape (n, n).
    mass
        Masses, shape (n,).
    limit
        The time T in minutes; usual are `STEPS`. A step function: show 0.9 T and 1.1 T too.

    Returns
    -------
    reached
        In the unit of the mass, shape (n,).

    Raises
    ------
    BadInputError
        When shapes do not fit, or a number is negative or NaN.

    References
    ----------
    European Transport Research Review (2016), 10.1007/s12544-016-0197-5, table 2, with
    T = 240 min.

    Examples
    --------
    >>> minutes = np.array([[0.0, 30, 90], [30, 0, 60], [90, 60, 0]])
    >>> people = np.array([4.0, 2, 1])
    >>> daily(minutes, people, 60)
    array([6., 7., 3.])
    """
    _check(minutes, mass)
    within = minutes <= limit + EPSILON
    np.fill_diagonal(within, val=True)
    return np.asarray(within @ np.asarray(mass, float))


def potential(
    minutes: Array,
    mass: Array,
    *,
    decay: float = 1.5,
    kind: Literal["power", "exponential"] = "power",
    own: Array | None = None,
    floor: float = 1.0,
) -> Array:
    """
    Return the potential accessibility (Hansen).

    P_i = sum_j M_j f(t_ij) with f(t) = t^-a or exp(-b t); nothing comes from what is
    unreachable. Only ratios say something: between places, or between years.

    Parameters
    ----------
    minutes
        Times, infinite where unreachable, shape (n, n).
    mass
        Masses, shape (n,).
    decay
        The exponent a, or b per minute.
    kind
        The function f.
    own
        Times within every place in minutes, shape (n,), for the self-potential (see
        `own_minutes`); default: no self-potential.
    floor
        Shorter times count as this one, in minutes, for a power grows beyond all limits.

    Returns
    -------
    values
        Shape (n,), in mass x min^-a, or in the unit of the mass.

    Raises
    ------
    BadInputError
        When shapes do not fit, a number is negative or NaN, or decay or floor is not positive.

    References
    ----------
    Hansen, W. G. (1959), How accessibility shapes land use.

    Examples
    --------
    >>> minutes = np.array([[0.0, 30, 90], [30, 0, 60], [90, 60, 0]])
    >>> people = np.array([4.0, 2, 1])
    >>> potential(minutes, people, decay=1).round(4)
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


def own_minutes(area_km2: Array, speed_kmh: float) -> Array:
    """
    Return the mean time of a trip within a place.

    t_ii = 0.5 sqrt(area / pi) / speed: half the radius of a circle of the same area.

    Parameters
    ----------
    area_km2
        Areas, shape (n,).
    speed_kmh
        Speed in the place.

    Returns
    -------
    minutes
        Shape (n,).

    Examples
    --------
    >>> own_minutes(np.array([np.pi]), 30)
    array([1.])
    """
    return np.asarray(60 * 0.5 * np.sqrt(np.asarray(area_km2, float) / np.pi) / speed_kmh)


def sensitivity(minutes: Array, mass: Array, decays: Sequence[float] = DECAYS) -> Array:
    """
    Return the power potential over its mean, for several exponents.

    Parameters
    ----------
    minutes
        Times, infinite where unreachable, shape (n, n).
    mass
        Masses, shape (n,).
    decays
        Exponents, k of them.

    Returns
    -------
    ratios
        Potential over the plain mean of all places, shape (n, k); NaN where all are 0.

    Examples
    --------
    >>> minutes = np.array([[0.0, 30, 90], [30, 0, 60], [90, 60, 0]])
    >>> sensitivity(minutes, np.array([4.0, 2, 1])).shape
    (3, 3)
    """
    values = np.column_stack([potential(minutes, mass, decay=a) for a in decays])
    return _divide(values, values.mean(axis=0)) if len(values) else values


def network_efficiency(
    minutes: Array, straight_km: Array, mass: Array, *, ideal_kmh: float
) -> tuple[Array, Array, Array]:
    """
    Return how much longer trips take than straight ones at an ideal speed (Gutiérrez).

    E_i = sum_j (t_ij / t*_ij) M_j / sum_j M_j with t* = s / v*; 1 is best, higher is worse.

    Parameters
    ----------
    minutes
        Times, infinite where unreachable, shape (n, n).
    straight_km
        Geodesic distances, shape (n, n); pairs of other places at distance 0 are left out.
    mass
        Masses, shape (n,).
    ideal_kmh
        The ideal speed v*: not below that of the fastest mode, or values fall below 1.

    Returns
    -------
    mean, share, mean_reached
        As in `location`, but the means are ratios.

    Raises
    ------
    BadInputError
        When shapes do not fit, a number is negative or NaN, or the speed is not positive.

    References
    ----------
    Gutiérrez, J., Monzón, A. and Piñero, J. M. (1998), 10.1068/a301337.

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
    weights = np.where(np.isnan(ratios), 0.0, _weights(mass, own=False))
    return _weighted_mean(ratios, weights)


def logsum(minutes: Array, scale: float) -> Array:
    """
    Return one time for several modes, as their logsum.

    t = -(1 / k) ln sum_m exp(-k t_m): never above the fastest mode, and n equal modes give
    t - ln(n) / k, so that a mode told twice looks like a gain.

    Parameters
    ----------
    minutes
        Times by mode, infinite where unreachable, shape (m, n, n).
    scale
        The parameter k, per minute; the larger, the nearer to the fastest mode.

    Returns
    -------
    times
        Minutes, shape (n, n), 0 on the diagonal, infinite where no mode goes; NaN where a
        small k would give a time of 0 or less.

    References
    ----------
    ESPON, monitoring of the Baltic Sea region: multimodal potential accessibility. The form
    is the usual one of discrete choice.

    Examples
    --------
    >>> logsum(np.full((2, 2, 2), 60.0), 0.1).round(2)
    array([[ 0.  , 53.07],
           [53.07,  0.  ]])
    """
    if not scale > 0 or not len(minutes):
        raise BadInputError("logsum: expected at least one mode and a positive scale")
    times = -np.logaddexp.reduce(-scale * np.asarray(minutes, float), axis=0) / scale
    times = np.where(times > 0, times, np.nan)
    np.fill_diagonal(times, 0.0)
    return np.asarray(times)


def global_efficiency(distances: Array, straight: Array | None = None) -> float:
    """
    Return the global efficiency of a network (Latora and Marchiori).

    E = sum_{i != j} 1 / d_ij / (v (v - 1)); higher is better, unreachable pairs add 0.
    Normalised it is sum 1 / d_ij / sum 1 / s_ij, 1 for straight links between all pairs.

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

    References
    ----------
    Latora, V. and Marchiori, M. (2001), Efficient behavior of small-world networks, Physical
    Review Letters 87:198701; (2003), 10.1140/epjb/e2003-00095-5.

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
