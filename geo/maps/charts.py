"""Charts as inline SVG, drawn here and not in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import NamedTuple

from geo.catalogue import Label
from geo.maps.elements import bi

WIDTH, HEIGHT = 300, 190
LEFT, RIGHT, TOP, BOTTOM = 24, 12, 10, 20
#: About this many lines across a chart.
GRID_LINES = 5
TICK_YEARS = 10


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

    parts = [_grid(range(0, ceiling + 1, step), y), _years(years, x)]
    later = [year > known_to for year in years]
    for line in series:
        points = [(x(year), y(value)) for year, value in zip(years, line.values, strict=True)]
        parts += _drawn(line, points, later, y(0))
    parts += [_mark(name, x(year)) for name, year in (marks or {}).items()]
    key = "".join(
        f'<span class="key"><i style="background:{line.color}"></i>{bi(line.label)}</span>'
        for line in series
    )
    name = escape(f"{title.zh} {title.en}")
    ends = f'data-first="{years[0]} {x(years[0])}" data-last="{years[-1]} {x(years[-1])}"'
    return (
        f'<figure class="chart"><figcaption>{bi(title)}</figcaption><div>{key}</div>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}" {ends}>'
        f"{''.join(parts)}</svg></figure>"
    )


def _grid(values: Sequence[int], y: Callable[[float], float]) -> str:
    return "".join(
        f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#d8dee3"/>'
        f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value}</text>'
        for value in values
    )


def _years(years: Sequence[int], x: Callable[[int], float]) -> str:
    return "".join(
        f'<text x="{x(year):.1f}" y="{HEIGHT - 5}" text-anchor="middle">{year}</text>'
        for year in years
        if year % TICK_YEARS == 0
    )


def _mark(name: str, x: float) -> str:
    """Return a line from top to bottom with its name."""
    return (
        f'<g data-mark="{escape(name)}" transform="translate({x:.1f} 0)">'
        f'<path d="M0 {TOP}V{HEIGHT - BOTTOM}" stroke="#1d2a35" stroke-width="1.4"/>'
        f'<circle cy="{TOP}" r="8" fill="#1d2a35"/>'
        f'<text y="{TOP + 4}" text-anchor="middle">{escape(name)}</text></g>'
    )


def _drawn(
    line: Series, points: list[tuple[float, float]], later: list[bool], floor: float
) -> list[str]:
    """Return a line in steps, dashed where it is not known yet, and its area."""
    split = next((i for i, after in enumerate(later) if after), len(points))
    style = f'fill="none" stroke="{line.color}" stroke-width="{2.6 if line.filled else 1.8}"'
    parts = []
    if line.filled and points:
        area = _steps(points) + f"V{floor:.1f}H{points[0][0]:.1f}Z"
        parts.append(f'<path d="{area}" fill="{line.color}" fill-opacity=".16"/>')
    if split:
        parts.append(f'<path d="{_steps(points[:split])}" {style}/>')
    if split < len(points):
        ahead = _steps(points[max(split - 1, 0) :])
        parts.append(f'<path d="{ahead}" {style} stroke-dasharray="4 3"/>')
    return parts


def _steps(points: list[tuple[float, float]]) -> str:
    (x0, y0), *rest = points
    return f"M{x0:.1f} {y0:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in rest)
