"""How unequal values are between places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def coefficient_of_variation(values: Array, weights: Array) -> float:
    """
    Return the weighted coefficient of variation, with the population standard deviation.

    sqrt(sum w (x - xbar)^2 / sum w) / xbar. The same saving everywhere raises it.

    Parameters
    ----------
    values, weights
        Shape (n,).

    Returns
    -------
    cv
        At least 0; NaN where a weighted value is not finite, or the mean is not positive.

    Examples
    --------
    >>> coefficient_of_variation(np.array([1.0, 3]), np.array([1.0, 1]))
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
    values, weights
        Shape (n,), none negative.

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
