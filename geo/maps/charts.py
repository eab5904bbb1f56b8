"""Charts as inline SVG, drawn here and not in the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from geo.catalogue import Label
from geo.maps.elements import render

WIDTH, HEIGHT = 300, 190
LEFT, RIGHT, TOP, BOTTOM = 24, 12, 10, 20
#: About this many lines across a chart.
GRID_LINES = 5


class Series(NamedTuple):
    """A line of a chart: one value per year; a filled one is drawn as an area."""

    label: Label
    values: Sequence[float]
    color: str
    filled: bool = False


def growth_chart(
    years: Sequence[int],
    series: Sequence[Series],
    *,
    title: Label,
    known_to: int,
    marks: Mapping[str, float] | None = None,
) -> str:
    """Return a chart of numbers that grow in steps from year to year."""
    top = max((max(line.values, default=0) for line in series), default=0)
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100) if top / s <= GRID_LINES), 1000)
    ceiling = int(max(step * -(-top // step), 1))

    def x(year: float) -> float:
        span = max(years[-1] - years[0], 1)
        return LEFT + (year - years[0]) / span * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - value / ceiling * (HEIGHT - TOP - BOTTOM)

    known = next((i for i, year in enumerate(years) if year > known_to), len(years))
    lines = [[(x(a), y(b)) for a, b in zip(years, line.values, strict=True)] for line in series]
    return render(
        "chart",
        title=title,
        years=years,
        series=series,
        grid=range(0, ceiling + 1, step),
        drawn=[(line, points, known) for line, points in zip(series, lines, strict=True)],
        marks=marks or {},
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        x=x,
        y=y,
    )
