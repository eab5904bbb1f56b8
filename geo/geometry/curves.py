"""Smooth lines through the points of an alignment, and their geodesic lengths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geo.geometry.geodesy import METRES_PER_DEGREE

Floats = NDArray[np.float64]
#: A curve stays within this distance of the straight chord between neighbouring points.
MAX_BULGE_M = 150.0
#: A line that turns by more than this at a point has a corner there (a reversal of trains).
MAX_TURN_DEG = 100.0
#: The drawn chords of a curve stay within this distance of the curve.
CHORD_ERROR_M = 8.0


def smooth(lonlat: Floats, *, closed: bool = False) -> tuple[Floats, NDArray[np.intp]]:
    """
    Draw a smooth line through points.

    One cubic Bézier arc per leg. The tangent at a point is that of the circle through it and
    its neighbours; arms are shortened until the arc stays within 150 m of its chord.

    Parameters
    ----------
    lonlat, closed
        Points in degrees (WGS-84), shape (n, 2), n >= 2; whether the last is the first one again.

    Returns
    -------
    line
        Points of the drawn line, in degrees, shape (m, 2); the given points are among them.
    index
        Where the given points stand in `line`, shape (n,).

    Examples
    --------
    >>> line, knots = smooth(np.array([[0.0, 0], [0.5, 0.5], [1.0, 0]]))
    >>> line[knots].tolist()
    [[0.0, 0.0], [0.5, 0.5], [1.0, 0.0]]
    """
    origin = lonlat.mean(axis=0)
    scale = METRES_PER_DEGREE * np.array([np.cos(np.radians(origin[1])), 1.0])
    points = (lonlat - origin) * scale
    chords = np.diff(points, axis=0)
    lengths = np.hypot(*chords.T)
    arms_out, arms_in = _arms(chords, lengths, closed=closed)
    bend = 0.75 * np.maximum(_off(arms_out, chords, lengths), _off(arms_in, chords, lengths))
    pieces = np.clip(np.ceil(np.sqrt(bend / CHORD_ERROR_M) * 2), 1, 12).astype(int)
    index = np.concatenate([[0], np.cumsum(pieces)])
    leg = np.repeat(np.arange(len(pieces)), pieces)
    t = ((np.arange(index[-1]) - index[leg]) / pieces[leg])[:, None]
    a, d = points[:-1][leg], points[1:][leg]
    b, c = a + arms_out[leg], d - arms_in[leg]
    layers = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    line = np.vstack([layers / scale + origin, lonlat[-1]])
    line[index] = lonlat
    return line, index


def _off(arms: Floats, chords: Floats, lengths: Floats) -> Floats:
    """Return how far the ends of arms lie from the chords."""
    cross = arms[:, 0] * chords[:, 1] - arms[:, 1] * chords[:, 0]
    return np.asarray(np.abs(cross) / lengths)


def _arms(chords: Floats, lengths: Floats, *, closed: bool) -> tuple[Floats, Floats]:
    """Return the control arms at both ends of every leg, pointing forward, in metres."""
    unit = chords / lengths[:, None]
    before, after = unit[:-1], unit[1:]
    near, far = lengths[:-1, None], lengths[1:, None]
    tangents = _normed(before * far + after * near)
    straight = np.sum(before * after, axis=1) > np.cos(np.radians(MAX_TURN_DEG))
    start, end = unit[:1], unit[-1:]
    if closed:
        start = end = _normed(unit[-1:] * lengths[0] + unit[:1] * lengths[-1])
    # at a corner every leg keeps the direction of its own chord
    leaving = np.vstack([start, np.where(straight[:, None], tangents, after)])
    arriving = np.vstack([np.where(straight[:, None], tangents, before), end])
    return (_shortened(leaving, unit, lengths), _shortened(arriving, unit, lengths))


def _normed(vectors: Floats) -> Floats:
    norm = np.hypot(*vectors.T)[:, None]
    return np.asarray(np.divide(vectors, norm, out=np.zeros_like(vectors), where=norm > 0))


def _shortened(directions: Floats, unit: Floats, lengths: Floats) -> Floats:
    """Scale directions to a third of the leg, less where the arc would bulge too far."""
    along = np.sum(directions * unit, axis=1)
    sine = np.abs(directions[:, 0] * unit[:, 1] - directions[:, 1] * unit[:, 0])
    # an arc with both arms on one side reaches 3/4 of the distance of their ends
    limit = np.divide(MAX_BULGE_M / 0.75, sine, out=np.full_like(sine, np.inf), where=sine > 0)
    arm = np.where(along > 0, np.minimum(lengths / 3, limit), 0.0)
    return np.asarray(directions * arm[:, None])
