"""How far computed times may be off: intervals that hold the true value in nine of ten cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.core import later
from geo.network.parameters import DEFAULT_PARAMETERS, Parameters

if TYPE_CHECKING:
    from scipy import special
else:
    special = later("scipy.special")

Floats = NDArray[np.float64]
#: Standard deviations on each side of the mean within which nine of ten values lie.
NINE_OF_TEN = 1.645


def time_deviation(
    minutes: ArrayLike,
    mode: str,
    parameters: Parameters = DEFAULT_PARAMETERS,
    *,
    doors: bool = True,
) -> Floats:
    """
    Return the standard deviation of computed times.

    s = sqrt((share t)² + fixed²): a share of the time, from the residuals of calibration, and from
    door to door what access, boarding and waits add.
    """
    p = parameters
    shares = {"rail": p.deviation_rail, "road": p.deviation_road}
    share = shares.get(mode, max(shares.values()))
    times = np.asarray(minutes, float)
    fixed = p.deviation_door_min if doors else p.deviation_train_min
    return np.where(times > 0, np.hypot(share * times, fixed), 0.0)


def time_interval(
    minutes: ArrayLike,
    mode: str,
    parameters: Parameters = DEFAULT_PARAMETERS,
    *,
    doors: bool = True,
) -> tuple[Any, Any]:
    """
    Return the bounds that hold the true time in nine of ten cases.

    Parameters
    ----------
    minutes, mode, parameters, doors
        As in `time_deviation`.

    Returns
    -------
    low, high
        Minutes, in the shape of the times, not below 0; infinite where there is no way.

    Examples
    --------
    >>> [round(float(bound)) for bound in time_interval(100, "rail")]
    [83, 117]
    """
    times = np.asarray(minutes, float)
    half = NINE_OF_TEN * time_deviation(times, mode, parameters, doors=doors)
    finite = np.isfinite(times)
    half = np.where(finite, half, 0.0)
    return np.maximum(times - half, 0.0), times + half


def share_within(
    minutes: ArrayLike, limit: float, mode: str, parameters: Parameters = DEFAULT_PARAMETERS
) -> Floats:
    """
    Return the probability that the true time lies within a limit, between 0 and 1.

    Phi((T - t) / s) with the normal distribution: a time some seconds over the limit counts for
    nearly half, not for nothing.

    Parameters
    ----------
    minutes, limit
        Computed times, and the limit T, in minutes.
    mode, parameters
        As in `time_deviation`.

    Returns
    -------
    share
        In the shape of the times.

    Examples
    --------
    >>> share_within([0, 119, 121, 300], 120, "rail").round(2).tolist()
    [1.0, 0.53, 0.47, 0.0]
    """
    times = np.asarray(minutes, float)
    spread = time_deviation(np.where(np.isfinite(times), times, 1.0), mode, parameters)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(
            spread > 0, (limit - times) / spread, np.where(times <= limit, np.inf, -np.inf)
        )
    return np.asarray(special.ndtr(score))
