"""Charts as inline SVG, drawn here and not in the browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from geo.catalogue import STATUS_CODES, Label
from geo.core import is_unknown
from geo.layers import DASHES, LINES, OTHER_LINE, Layers
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


def year_axis(
    known: Iterable[Any], date: dt.date
) -> tuple[list[tuple[int, float]], Callable[[Any], float | None]]:
    """
    Return the ticks of an axis of years, and what places a date on it, as percentages.

    Dates are text: a day, or a month or a year, which mean their end; or whole years.
    """
    found = map(_decimal, [*known, date])
    at = [year for year in found if year is not None]
    first, last = int(min(at)), int(max(at)) + 1
    step = next(step for step in (1, 2, 5, 10, 20, 50) if (last - first) / step <= MOST_TICKS)

    def position(value: Any) -> float | None:
        year = _decimal(value)
        return None if year is None else round(100 * (year - first) / (last - first), 2)

    ticks = [(year, position(year - 1) or 0.0) for year in range(first, last + 1)]
    return [tick for tick in ticks if tick[0] % step == 0], position


#: Most years written on an axis.
MOST_TICKS = 5


def _decimal(value: Any) -> float | None:
    """Return a date of a table as a year and its fraction; None where it is not known."""
    if value == "" or is_unknown(value):
        return None
    year, month, day = ([int(part) for part in str(value).split("-")] + [0, 0])[:3]
    if not month:
        return year + 1.0
    return year + (month - 1) / 12 + (day / 372 if day else 1 / 12)


#: Size of a profile in units, and room at its sides.
PROFILE = {"width": 620, "height": 168, "left": 34, "right": 612, "top": 12, "bottom": 128}
#: Width of a letter at size 11, in Chinese and in English, and room between two names.
LETTERS, ROOM = (11.5, 5.9), 8.0


def speed_profile(
    layers: Layers, route_id: str, sections: Any, stages: Mapping[str, str], *, title: Label
) -> str:
    """Return the speeds along a route with its places; empty where no speed is known."""
    track, box = layers.tracks[route_id], PROFILE
    total = float(sections["running_km"].sum())
    km = track.km[track.knots] / track.km[-1]
    fastest = sections[["design_speed_kmh", "operating_speed_kmh"]].max().max()
    if is_unknown(fastest):
        return ""
    step = 100 if fastest > 200 else 40
    ceiling = int(-(-fastest // step) * step)

    def x(share: float) -> float:
        return float(box["left"] + share * (box["right"] - box["left"]))

    def y(speed: float) -> float:
        return box["bottom"] - speed / ceiling * (box["bottom"] - box["top"])

    pieces, marked = [], {0: 3, len(km) - 1: 3}
    for key, row in sections.iterrows():
        i, j = layers.span[str(key)]
        marked |= {i: max(marked.get(i, 0), 2), j: max(marked.get(j, 0), 2)}
        stage = STATUS_CODES[stages[str(key)]].stage
        pieces.append({"row": row, "from": x(km[i]), "to": x(km[j]), "dash": DASHES[stage]})
    kinds = {key: layers.catalogue.place[key].kind for key in track.places if key}
    spots = [(i, key, marked.get(i, 1)) for i, key in enumerate(track.places) if key]
    spots = [spot for spot in spots if spot[2] > 1 or kinds[spot[1]] in ("station", "interchange")]
    return render(
        "speed_profile",
        title=title,
        box=box,
        x=x,
        y=y,
        pieces=pieces,
        speeds=range(0, ceiling + 1, step),
        color=LINES.get(sections["class"].iloc[0], OTHER_LINE).color,
        ticks=[(x(km[i]), kinds[key] == "border") for i, key, _ in spots],
        names=[_with_room(layers, spots, [x(value) for value in km], side) for side in (0, 1)],
        total=total,
    )


def _with_room(
    layers: Layers, spots: Sequence[tuple[int, str, int]], at: Sequence[float], language: int
) -> list[tuple[float, str, str]]:
    """Return the names that have room in a language, the ends of sections first."""
    taken: list[tuple[float, float]] = []
    found = []
    for i, key, _ in sorted(spots, key=lambda spot: (-spot[2], spot[0])):
        place = layers.catalogue.place[key]
        name = (place.name, place.name_en)[language]
        width = LETTERS[language] * len(name)
        anchor = "middle"
        left = at[i] - width / 2
        if left < 0 or left + width > PROFILE["width"]:
            anchor, left = ("start", 2.0) if left < 0 else ("end", PROFILE["width"] - width - 2)
        if all(left + width + ROOM < a or b + ROOM < left for a, b in taken):
            taken.append((left, left + width))
            edge = {"start": 2.0, "end": PROFILE["width"] - 2.0}
            found.append((edge.get(anchor, at[i]), anchor, name))
    return found
