"""How values are spread over places: inequality, and who gains or loses between two dates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def variation(values: Array, weights: Array) -> float:
    """
    Return the weighted coefficient of variation, with the population standard deviation.

    sqrt(sum w (x - xbar)^2 / sum w) / xbar. The same saving everywhere raises it.

    Parameters
    ----------
    values
        Values, shape (n,).
    weights
        Weights, shape (n,).

    Returns
    -------
    cv
        At least 0; NaN where a weighted value is not finite, or the mean is not positive.

    Examples
    --------
    >>> variation(np.array([1.0, 3]), np.array([1.0, 1]))
    0.5

    """
    x, w = _weighted(values, weights)
    mean = _mean(x, w)
    return float(np.sqrt(w @ (x - mean) ** 2 / w.sum()) / mean) if mean > 0 else float("nan")


def gini(values: Array, weights: Array) -> float:
    """
    Return the weighted Gini coefficient.

    sum_ij w_i w_j |x_i - x_j| / (2 xbar W^2), over all i and j.

    Parameters
    ----------
    values
        Values, shape (n,), none negative.
    weights
        Weights, shape (n,).

    Returns
    -------
    coefficient
        0 for equal values, below 1; NaN where a weighted value is negative or not finite, or
        the mean is not positive.

    Examples
    --------
    >>> gini(np.array([0.0, 1]), np.array([1.0, 1])), gini(np.array([2.0, 2]), np.array([1.0, 5]))
    (0.5, 0.0)

    """
    x, w = _weighted(values, weights)
    mean = _mean(x, w)
    if not mean > 0 or x.min() < 0:
        return float("nan")
    return float(w @ np.abs(x[:, None] - x[None, :]) @ w / (2 * mean * w.sum() ** 2))


def _weighted(values: Array, weights: Array) -> tuple[Array, Array]:
    keep = np.asarray(weights) > 0
    x, w = np.asarray(values, float)[keep], np.asarray(weights, float)[keep]
    return (x, w) if np.isfinite(x).all() else (np.full(len(x), np.nan), w)


def _mean(x: Array, w: Array) -> float:
    return float(w @ x / w.sum()) if len(x) else float("nan")


def cohesion(values: Array, weights: Array) -> dict[str, float]:
    """
    Return how evenly an indicator is spread over places.

    Parameters
    ----------
    values
        Values, shape (n,); those that are not finite are left out and counted.
    weights
        Weights, shape (n,).

    Returns
    -------
    spread
        Weighted `mean`, `cv` (see `variation`), `gini` (see `gini`), `places` counted, places
        `left_out` and their share of the weight, `weight_left_out`.

    References
    ----------
    López, E., Gutiérrez, J. and Gómez, G. (2008), Measuring regional cohesion effects,
    10.1080/09654310701814629.

    Examples
    --------
    >>> cohesion(np.array([1.0, 3]), np.array([1.0, 1]))["gini"]
    0.25

    """
    x, w = np.asarray(values, float), np.asarray(weights, float)
    known = np.isfinite(x)
    kept = float(w[known].sum())
    return {
        "mean": float(w[known] @ x[known] / kept) if kept > 0 else float("nan"),
        "cv": variation(x[known], w[known]),
        "gini": gini(x[known], w[known]),
        "places": int(known.sum()),
        "left_out": int((~known).sum()),
        "weight_left_out": 1 - kept / w.sum() if w.sum() > 0 else float("nan"),
    }


def winners(
    before: Array, after: Array, mass: Array, *, lower: bool = True, tolerance: float = 0.5
) -> dict[str, float]:
    """
    Return who gains and who loses between two dates.

    Parameters
    ----------
    before, after
        The indicator on both dates, shape (n,); infinite means unreachable.
    mass
        Masses, shape (n,).
    lower
        Whether lower values are better, as for times.
    tolerance
        Changes up to this size, in the unit of the indicator, count as none.

    Returns
    -------
    counts
        `better`, `worse`, `same` and `unknown` (a value is NaN) places, and the same with
        `_mass` for their mass. To come within reach is a gain, to lose it a loss.

    Examples
    --------
    >>> found = winners(np.array([60.0, 80]), np.array([50.0, 80]), np.array([3.0, 1]))
    >>> found["better"], found["same"], found["better_mass"]
    (1, 1, 3.0)

    """
    old, new, mass = (np.asarray(a, float) for a in (before, after, mass))
    unknown = np.isnan(old) | np.isnan(new)
    gain = np.zeros(len(old))
    differ = ~unknown & (old != new)
    gain[differ] = (old[differ] - new[differ]) * (1 if lower else -1)
    groups = {"better": gain > tolerance, "worse": gain < -tolerance, "unknown": unknown}
    groups["same"] = ~(groups["better"] | groups["worse"] | unknown)
    found: dict[str, float] = {name: int(group.sum()) for name, group in groups.items()}
    return found | {f"{name}_mass": float(mass[g].sum()) for name, g in groups.items()}
