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
    return Loss(extra, _cut_off(before, after, people), efficiency, int(moved.sum() // 2))


def _cut_off(
    before: NDArray[np.float64], after: NDArray[np.float64], people: NDArray[np.float64]
) -> float:
    """Return the people who lose the rest of their component, the largest part aside."""
    lost = 0.0
    for group in {tuple(np.flatnonzero(np.isfinite(row))) for row in before}:
        members = list(group)
        parts = {tuple(np.flatnonzero(np.isfinite(after[i]))) for i in members}
        lost += people[members].sum() - max(people[list(part)].sum() for part in parts)
    return float(lost)
