"""
Lines as pages carry them.

GeoJSON for what folium draws, whole-number steps and polyline text for what the scripts of a
page draw, compressed bytes for many thousand lines on a canvas.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.geometry import METRES_PER_DEGREE

Integers = NDArray[np.int64]

#: Lines of GeoJSON lose no more than this, and coordinates keep five decimals (about 1 m).
TOLERANCE_M = 25.0
DIGITS = 5
#: Steps of a degree that packed positions are rounded to: about 5 m.
STEPS = 20_000
#: Lines are simplified by the first of these tolerances, in metres, that keeps the budget.
TOLERANCES_M = (10.0, 30.0, 100.0, 300.0, 1000.0)
#: Bytes that the lines of one layer may take in a page.
BUDGET = 900_000
#: So many bytes per character of the budget are not even compressed: 1.2 or so would fit.
HOPELESS = 2


class Packed(NamedTuple):
    """Lines as text, how many there are, and the tolerance they were simplified by, in metres."""

    text: str
    lines: int
    tolerance_m: float


def rounded_points(points: NDArray[np.float64], digits: int) -> list[list[float]]:
    """Return rounded points without repetitions; at least two of them where two were given."""
    kept: list[list[float]] = []
    for point in points.round(digits).tolist():
        if not kept or kept[-1] != point:
            kept.append(point)
    return kept if len(kept) > 1 or len(points) < 2 else kept * 2


def line_points(line: Any) -> list[list[float]]:
    """Return the points of a line in WGS-84, simplified and rounded."""
    simple = shapely.simplify(line, TOLERANCE_M / METRES_PER_DEGREE)
    return rounded_points(shapely.get_coordinates(simple), DIGITS)


def line_steps(line: Any) -> list[int]:
    """Return the points of a line as differences in the last decimal, flat."""
    moved: list[int] = _differences(np.array(line_points(line)), 10.0**-DIGITS).ravel().tolist()
    return moved


def polyline_text(points: NDArray[np.float64], size: float) -> str:
    """
    Return points as text in the encoded polyline format, in steps of a size.

    A whole number n is 2n, or -2n - 1 below zero; its five-bit digits are the characters from
    "?" on, the lowest first, all but the last plus 32. A point equal to the one before is left
    out.
    """
    moved = _differences(points, size)
    text = []
    for value in moved[(moved != 0).any(axis=1)].ravel().tolist():
        rest = 2 * value if value >= 0 else -2 * value - 1
        while rest >= 32:
            text.append(chr(63 + 32 + rest % 32))
            rest //= 32
        text.append(chr(63 + rest))
    return "".join(text)


def _differences(points: NDArray[np.float64], size: float) -> Integers:
    """Return the steps from one point to the next; the first is that from the origin."""
    whole = np.rint(points / size).astype(np.int64)
    return np.subtract(whole, np.vstack([np.zeros((1, 2), np.int64), whole[:-1]]))


def pack_lines(lines: Any, *, budget: int = BUDGET) -> Packed:
    """
    Return lines as a short text, as fine as a budget of characters allows.

    The text is base64 of gzip of numbers in bytes of seven bits, low ones first, the sign in
    the lowest bit: how many lines, how many points each, then the differences from point to
    point of longitude and latitude in 1/20,000 degree. Where even the largest tolerance needs
    more than the budget, the shortest lines are left out and `lines` tells.
    """
    parts = shapely.get_parts(np.asarray(lines, dtype=object))
    parts = shapely.get_parts(parts[shapely.get_type_id(parts) != 0])
    for tolerance in TOLERANCES_M:
        simple = shapely.simplify(parts, tolerance / METRES_PER_DEGREE, preserve_topology=False)
        raw, count = _encoded(simple)
        if len(raw) > HOPELESS * budget:
            continue
        if len(text := _text(raw)) <= budget:
            return Packed(text, count, tolerance)
    longest = np.argsort(-shapely.length(simple), kind="stable")
    while len(text := _text(raw)) > budget:
        longest = longest[: int(len(longest) * min(0.95, budget / len(text)))]
        raw, count = _encoded(simple[np.sort(longest)])
    return Packed(text, count, tolerance)


def _text(raw: bytes) -> str:
    return base64.b64encode(gzip.compress(raw, compresslevel=9, mtime=0)).decode("ascii")


def _encoded(lines: Sequence[Any] | NDArray[Any]) -> tuple[bytes, int]:
    """Return the bytes, and the number of lines that are longer than one step."""
    points, owner = shapely.get_coordinates(lines, return_index=True)
    grid = np.rint(points * STEPS).astype(np.int64)
    new = np.ones(len(grid), bool)
    new[1:] = (owner[1:] != owner[:-1]) | (grid[1:] != grid[:-1]).any(axis=1)
    grid, owner = grid[new], owner[new]
    sizes = np.bincount(owner, minlength=len(lines))
    grid, owner = grid[sizes[owner] > 1], owner[sizes[owner] > 1]
    _, first, sizes = np.unique(owner, return_index=True, return_counts=True)
    rank = np.lexsort(tuple(grid[first].T // STEPS))  # neighbours after each other
    starts = np.repeat(first[rank] - np.cumsum(sizes[rank]) + sizes[rank], sizes[rank])
    order = starts + np.arange(len(starts))
    steps = np.diff(grid[order], axis=0, prepend=np.zeros((1, 2), np.int64))
    numbers = np.concatenate([[len(sizes)], sizes[rank], zigzag(steps.ravel())])
    return varints(numbers).tobytes(), len(sizes)


def zigzag(values: Integers) -> Integers:
    """Return whole numbers as such from 0, the sign in the lowest bit."""
    return (values << 1) ^ (values >> 63)


def varints(values: Integers) -> NDArray[np.uint8]:
    """Return numbers from 0 in bytes of seven bits; the top bit says that more follow."""
    rest = values.astype(np.int64)
    parts, kept = list[NDArray[np.uint8]](), list[NDArray[np.bool_]]()
    alive = np.ones(len(rest), bool)
    while alive.any() or not parts:
        more = rest > 127
        parts.append(np.where(more, (rest & 127) | 128, rest & 127).astype(np.uint8))
        kept.append(alive.copy())
        alive, rest = alive & more, rest >> 7
    table, mask = np.stack(parts, axis=1), np.stack(kept, axis=1)
    return np.asarray(table[mask])
