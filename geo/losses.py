"""What a change of travel times costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Loss(NamedTuple):
    """What the loss of links costs; see `removal`."""

    extra_min: float
    cut_off_population: float
    efficiency_loss: float
    pairs: int


def loss(
    before: NDArray[np.float64], after: NDArray[np.float64], people: NDArray[np.float64]
) -> Loss:
    r"""
    Return what a change of travel times costs.

    `extra_min` is sum w (t' - t) / sum w over the pairs connected before and after, with
    w = P_i P_j, in minutes; `cut_off_population` the people of every component that falls
    apart but for its most populous remainder; `efficiency_loss` is 1 - E'/E with
    E = sum of 1/t over all pairs (Latora and Marchiori 2001); `pairs` counts the pairs whose
    time changes (after Jenelius, Petersen and Mattsson 2006).

    Parameters
    ----------
    before, after
        Times, shape (n, n), infinite where there is no way.
    people
        People per city, shape (n,).

    Returns
    -------
    loss
        The four measures.

    Examples
    --------
    >>> before = np.array([[0.0, 60], [60, 0]])
    >>> loss(before, before + 30 * (before > 0), np.array([1.0, 1])).extra_min
    30.0
    """
    still = np.isfinite(before) & np.isfinite(after)
    np.fill_diagonal(still, val=False)
    weight = np.outer(people, people)
    change = np.where(still, np.where(still, after, 0.0) - np.where(still, before, 0.0), 0.0)
    total = float((weight * still).sum())
    extra = float((weight * change).sum() / total) if total else 0.0
    off = ~np.eye(len(people), dtype=bool)
    worth = [float((1 / minutes[off]).sum()) for minutes in (before, after)]
    efficiency = 1 - worth[1] / worth[0] if worth[0] else 0.0
    moved = (change > 1e-9) | (np.isfinite(before) & ~np.isfinite(after))
    alone = float(people[cut_off(before, after, people)].sum())
    return Loss(extra, alone, efficiency, int(moved.sum() // 2))


def cut_off(
    before: NDArray[np.float64], after: NDArray[np.float64], people: NDArray[np.float64]
) -> list[int]:
    """
    Return the cities that lose what they reached: all but the most populous remainder.

    To reach is not transitive here, for nobody travels through the centre of another city:
    cities that still reach the same ones remain together.

    Parameters
    ----------
    before, after
        Times, shape (n, n), infinite where there is no way.
    people
        People per city, shape (n,).

    Returns
    -------
    cities
        Numbers of the cities, in order.

    Examples
    --------
    >>> before = np.array([[0.0, 60], [60, 0]])
    >>> after = np.where(before > 0, np.inf, 0)
    >>> cut_off(before, after, np.array([5.0, 1]))
    [1]
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    was, still = np.isfinite(before), np.isfinite(after)
    if not (was & ~still).any():
        return []
    labels = connected_components(csr_array(was), directed=False)[1]
    lost: list[int] = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        alike: dict[bytes, list[int]] = {}
        for city in members.tolist():
            alike.setdefault(still[city].tobytes(), []).append(city)
        main = max(alike.values(), key=lambda own: float(people[own].sum()))
        pick = np.ix_(members, np.array(main))
        gone = (was[pick] & ~still[pick]).any(axis=1) & ~still[pick].any(axis=1)
        lost += members[gone].tolist()
    return sorted(lost)
