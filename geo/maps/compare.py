"""Two dates of one network on one map, and every figure that differs between them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Hashable
from typing import Any

from geo.catalogue import CLASS, MODE, MODES, Label, named
from geo.connectivity import DAILY_MIN
from geo.core import is_unknown
from geo.layers import CASING, Layers
from geo.maps.basemap import add_basemap, new_map
from geo.maps.charts import Series, growth_chart
from geo.maps.elements import LOOKS, line_sample
from geo.maps.features import class_order
from geo.maps.map_page import COLOR, add_sections, class_groups, page_with_map, status_table
from geo.maps.offline import stable_ids
from geo.maps.texts import Texts
from geo.scenarios import (
    Analysis,
    Timeline,
    build_timeline,
    city_changes,
    horizon_of,
    project_benefits,
    timeline_values,
)

TEXT = Texts("compare")

Pair = tuple[str, str]
#: The key of a figure, its name, its value on both dates, and its decimals.
Figure = tuple[str, Label, list[float | None], int]
#: Codes of status as this page names them: a start of works may be unknown.
STATUSES = status_table()
#: From the least to the most advanced, as the table sorts them.
RANK = "npucao"
#: White dots lie on what counts as open only because its expected year is over.
EXPECTED_SAMPLE = line_sample("").replace(
    "</svg>",
    f'<path d="M6 6H36" stroke="{CASING}" stroke-width="2.2" stroke-linecap="round" '
    'stroke-dasharray="0.1 7"/></svg>',
)
DIGITS = {"pi": 2, "eta_km": 1, "theta_km": 1, "alpha_nonplanar": 4, "gamma_nonplanar": 4}
DIGITS |= dict.fromkeys(("alpha", "beta", "gamma", "detour_index"), 3)
#: Names and decimals of the statistics, in the order of the table.
STATISTICS = {key: (name, DIGITS.get(key, 0)) for key, name in TEXT.group("statistics").items()}
ALL = TEXT["whole_network"]
MILLION = 1e6
#: Years before the first date of interest with which it is compared.
LOOK_BACK = 10
#: Share of the map that the first date has at the start.
HALF = 50


def compare_page(
    layers: Layers,
    *,
    date: dt.date,
    analysis: Analysis | None = None,
    timeline: Timeline | None = None,
) -> str:
    """Return the page of two dates; an analysis of that date gives its projects."""
    timeline = timeline or build_timeline(layers, date)
    horizon = horizon_of(layers, date)
    pairs = presets(layers, timeline, date, horizon)
    start = next((pair for pair in pairs if pair[1] == timeline.key[date]), pairs[0])
    values = (
        analysis.projects
        if analysis and analysis.date == date
        else project_benefits(layers, date, horizon)
    )
    dated = _dated(start)
    within = [(TEXT.fill("within_2_h", h=h), f"{css} within") for h, css in dated]
    with stable_ids():
        map_ = new_map(layers.catalogue)
        base = [
            layer
            for part in add_basemap(map_, layers.catalogue)
            if part.on
            for layer in part.layers
        ]
        classes = add_sections(map_, layers, timeline.stages)
        return page_with_map(
            TEXT,
            layers,
            date,
            map_,
            title=TEXT["title"],
            styles=["crossings"],
            arguments=[class_groups(classes), f"[{','.join(base)}]", json.dumps(LOOKS)],
            data={"data-status": STATUSES, "data-compare": _data(layers, timeline, start)},
            jump="changes",
            moments=list(timeline.days),
            pairs=pairs,
            start=start,
            at=[timeline.at(key) for key in start],
            half=HALF,
            legend=_legend(list(classes)),
            chart=_chart(timeline, date, start),
            stages=timeline.stages,
            statuses=STATUSES,
            rank=RANK,
            dated=dated,
            difference=difference,
            not_joined=not_joined,
            statistics=_statistics(timeline, start),
            cities=_cities(layers, timeline, start),
            city_columns=[(TEXT["city"], ""), *_dated(start, " min"), *within],
            projects=values.to_dict("records"),
            project={row.project_id: row.sections for row in layers.catalogue.projects},
            horizon=horizon,
        )


def presets(layers: Layers, timeline: Timeline, date: dt.date, horizon: dt.date) -> list[Pair]:
    """Return the pairs of dates that have a button; never empty."""
    keys = timeline.key
    dates = layers.catalogue.region.days_of_interest(date, horizon)
    back = dt.date(dates[0].year - LOOK_BACK, 12, 31)
    chain = [back, *dates]
    pairs = list(zip(chain, dates, strict=False))
    if len(dates) > 2:
        pairs.append((dates[0], dates[-1]))
    known = [(keys[a], keys[b]) for a, b in pairs if a in keys and b in keys and a < b]
    return known or [(next(iter(timeline.days)), list(timeline.days)[-1])]


def _dated(pair: Pair, unit: str = "") -> list[tuple[Label, str]]:
    """Return the headings of both dates, which the page changes, and of the difference."""
    heads = [(Label(key, key), f"num date-{name}") for name, key in zip("ab", pair, strict=True)]
    return [*heads, (TEXT.fill("change", unit=unit), "num")]


def _statistics(timeline: Timeline, pair: Pair) -> list[tuple[Label, list[Figure]]]:
    """Return every statistic on two dates, grouped by mode."""
    states = [timeline.state[timeline.at(key)] for key in pair]
    names = {name for values in timeline.stats for name in values}
    km: list[Figure] = [
        (f"km:{key}", named(CLASS, key), [timeline.km[s].get(key, 0.0) for s in states], 0)
        for key in class_order(key for km in timeline.km for key in km)
    ]
    groups = [(TEXT["open_length_km"], km)]
    for mode in ("", *MODES):
        rows: list[Figure] = [
            (f"stats:{key}", label, [timeline.stats[s].get(key) for s in states], digits)
            for name, (label, digits) in STATISTICS.items()
            for key in [f"{mode}.{name}" if mode else name]
            if key in names
        ]
        if rows and (not mode or f"{mode}.v" in names):
            groups.append((MODE[mode] if mode else ALL, rows))
    return groups


def difference(before: float | None, after: float | None) -> float | None:
    """Return how much a value changes; nothing where one of the two is unknown."""
    known = not (is_unknown(before) or is_unknown(after))
    return float(after or 0) - float(before or 0) if known else None


def _cities(layers: Layers, timeline: Timeline, pair: Pair) -> list[dict[Hashable, Any]]:
    """Return the mean times of the cities on two dates and the millions of people they reach."""
    if not layers.catalogue.centres:
        return []
    before, after = (timeline.times[timeline.state[timeline.at(key)]] for key in pair)
    table = city_changes(layers.catalogue, before, after)
    for name in ("before", "after"):
        table[f"people_{name}"] = table[f"people_{DAILY_MIN:g}min_{name}"] / MILLION
    return table.to_dict("records")


def not_joined(layers: Layers, crossed: str) -> Label:
    """Return a line on a project that brings nothing, for it is not joined to what it crosses."""
    routes = [layers.catalogue.route[key] for key in crossed.split(";")]
    zh, en = "、".join(row.name for row in routes), ", ".join(row.name_en for row in routes)
    return TEXT.fill("not_joined", names=Label(zh, en))


def _legend(classes: list[str]) -> list[list[tuple[str, Label]]]:
    """Return what the lines mean: their classes, then their status."""
    lines = [(line_sample(key), named(CLASS, key)) for key in classes]
    stages = [(line_sample(""), TEXT["open"]), (EXPECTED_SAMPLE, STATUSES["a"]["label"])]
    others = [STATUSES[code] for code in "cup"]
    stages += [(line_sample("", status["stage"]), status["label"]) for status in others]
    return [lines, stages]


def _chart(timeline: Timeline, date: dt.date, start: Pair) -> str:
    """Return the growth of the open length by mode, with the two dates marked."""
    keys = {moment.year: key for key, moment in timeline.days.items()}
    keys |= {date.year: timeline.key[date]}
    years = sorted(keys)
    states = [timeline.stats[timeline.state[timeline.at(keys[year])]] for year in years]
    km = {
        mode: [values.get(f"{mode}.length_km", 0.0) for values in states]
        for mode in ("road", "rail", "water")
        if any(f"{mode}.length_km" in values for values in states)
    }
    thousands = max(map(max, km.values()), default=0.0) >= 1000
    unit = 1000 if thousands else 1
    series = [
        Series(MODE[mode], [value / unit for value in values], COLOR[mode])
        for mode, values in km.items()
    ]
    title = TEXT["chart_title"] if thousands else TEXT["chart_title_km"]
    marks = {name: decimal_year(timeline.days[key]) for name, key in zip("AB", start, strict=True)}
    return growth_chart(years, series, title=title, known_to=date.year, marks=marks)


def decimal_year(when: dt.date) -> float:
    """Return a date as a year and its fraction; 31 December is the year itself."""
    length = dt.date(when.year, 12, 31).timetuple().tm_yday
    return when.year - 1 + when.timetuple().tm_yday / length


def _data(layers: Layers, timeline: Timeline, start: Pair) -> dict[str, object]:
    names = zip(layers.routes["name"], layers.routes["name_en"], strict=True)
    return timeline_values(timeline, layers) | {
        "start": start,
        "routes": dict(zip(map(str, layers.routes.index), names, strict=True)),
    }
