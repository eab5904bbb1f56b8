"""Two dates of one network on one map, and every figure that differs between them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable

from pandas import DataFrame

from geo.catalogue import CHANGE, CLASS, MODE, MODES, STATUS_CODES, Label, named
from geo.core import is_unknown
from geo.layers import CASING, LINES, Layers
from geo.maps.basemap import Part, add_basemap, new_map
from geo.maps.charts import Series, growth_chart
from geo.maps.elements import (
    LOOKS,
    bi,
    cell,
    ends,
    footer,
    header,
    legend_panel,
    line_sample,
    method_panel,
    number_cell,
    opening,
    render,
    signed,
    status_mark,
    table,
    table_row,
)
from geo.maps.features import class_order
from geo.maps.map_page import (
    COLOR,
    add_sections,
    class_groups,
    page_settings,
    page_with_map,
    status_table,
)
from geo.maps.offline import MAP_SLOT, stable_ids
from geo.maps.texts import Texts
from geo.scenarios import (
    Analysis,
    Timeline,
    build_timeline,
    city_changes,
    horizon_of,
    milestones,
    project_benefits,
    timeline_values,
)

TEXT = Texts("compare")

Pair = tuple[str, str]
#: Codes of status as this page names them: a start of works may be unknown.
STATUSES = status_table()
#: From the least to the most advanced, as the table sorts them.
RANK = {letter: i for i, letter in enumerate("npucao")}
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
RELATION = TEXT.group("relation")
#: People are counted within this many minutes, in millions.
WITHIN, MILLION = 120, 1e6
NAME = "compare.html"
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
    title = TEXT["title"]
    with stable_ids():
        map_ = new_map(layers.catalogue)
        parts = add_basemap(map_, layers.catalogue)
        classes = add_sections(map_, layers, timeline.stages)
        return page_with_map(
            map_,
            layers,
            title=title,
            body=_body(
                layers, title, date, timeline, (pairs, start), list(classes), values, horizon
            ),
            styles=("crossings", "compare"),
            module="compare",
            call=_call(map_.get_name(), layers, classes, parts),
            data={"data-status": STATUSES, "data-compare": _data(layers, timeline, start)},
        )


def presets(
    layers: Layers, timeline: Timeline, date: dt.date, horizon: dt.date
) -> list[tuple[str, str]]:
    """Return the pairs of dates that have a button; never empty."""
    keys = timeline.key
    dates = milestones(layers.catalogue.region, date, horizon)
    back = dt.date(dates[0].year - LOOK_BACK, 12, 31)
    chain = [back, *dates]
    pairs = list(zip(chain, dates, strict=False))
    if len(dates) > 2:
        pairs.append((dates[0], dates[-1]))
    known = [(keys[a], keys[b]) for a, b in pairs if a in keys and b in keys and a < b]
    return known or [(next(iter(timeline.days)), list(timeline.days)[-1])]


def _body(
    layers: Layers,
    title: Label,
    date: dt.date,
    timeline: Timeline,
    pairs: tuple[list[tuple[str, str]], tuple[str, str]],
    classes: list[str],
    values: DataFrame,
    horizon: dt.date,
) -> str:
    start = pairs[1]
    tables = {
        "sections": _sections_table(layers, timeline, start),
        "stats": _statistics_table(timeline, start),
        "cities": _cities_table(layers, timeline, start),
        "projects": _projects_table(layers, values, date, horizon),
    }
    return render(
        "compare",
        text=TEXT,
        map_slot=MAP_SLOT,
        head=header(title, NAME, table="changes"),
        foot=footer(layers.catalogue, date),
        moments=list(timeline.days),
        pairs=pairs[0],
        start=start,
        half=HALF,
        legend=_legend(classes),
        chart=_chart(timeline, date, start),
        tables={key: html for key, html in tables.items() if html},
        method=method_panel([TEXT["method"]]),
    )


def _status(code: str) -> str:
    row = STATUSES[code]
    return status_mark(row["stage"] + " assumed" * row["assumed"], row["label"])


def _sections_table(layers: Layers, timeline: Timeline, pair: Pair) -> str:
    """Return all sections with their stages on two dates; those that stay the same are hidden."""
    i, j = (timeline.at(key) for key in pair)
    rows = []
    for section_id, row in layers.sections.iterrows():
        letters = timeline.stages[str(section_id)]
        a, b = letters[i], letters[j]
        opened = opening(row)
        began = TEXT.fill("began", started=row["started"])
        started = f"<small>{bi(began)}</small>" if row["started"] else ""
        name, between = bi((row["route_zh"], row["route_en"])), bi(ends(row))
        color = f"--mode:{LINES[row['class']].color}" if row["class"] in LINES else ""
        cells = [
            cell(
                f'<button type="button" class="link" data-section="{section_id}">{name}</button>'
                f'<small class="ends"><i class="swatch" style="{color}"></i>{between}</small>'
            ),
            cell(_status(a), order=RANK[a], css="from"),
            cell(_status(b), order=RANK[b], css="to"),
            cell(opened + started, order=opened.strip("()"), css="nowrap"),
            number_cell(row["running_km"], 1),
        ]
        same = STATUS_CODES[a][:2] == STATUS_CODES[b][:2]
        hidden = " hidden" if same else ""
        rows.append(table_row(cells, f' data-row="{section_id}"{hidden}'))
    heads = _dated(pair)
    columns = (
        (TEXT["route_section"], ""),
        (heads[0][0], "date-a"),
        (heads[1][0], "date-b"),
        (TEXT["opened"], ""),
        (TEXT["km"], "num"),
    )
    caption = TEXT["sections_table_caption"]
    none = bi(TEXT["no_changes"])
    return (
        '<p class="counts" id="counts" aria-live="polite"></p>'
        f'<p class="nothing" id="nothing" hidden>{none}</p>'
        f"{table(columns, rows, name='changes', caption=caption)}"
        '<details class="how" id="expected" hidden><summary></summary><ul></ul></details>'
    )


def _dated(pair: Pair, unit: str = "") -> list[tuple[Label, str]]:
    """Return the headings of both dates, which the page changes, and of the difference."""
    heads = [(Label(key, key), f"num date-{name}") for name, key in zip("ab", pair, strict=True)]
    return [*heads, (TEXT.fill("change", unit=unit), "num")]


def _statistics_table(timeline: Timeline, pair: Pair) -> str:
    """Return every statistic on two dates, grouped by mode."""
    states = [timeline.state[timeline.at(key)] for key in pair]
    names = {name for values in timeline.stats for name in values}
    bodies = []
    rows = [
        _figure(f"km:{key}", named(CLASS, key), [timeline.km[s].get(key, 0.0) for s in states], 0)
        for key in class_order(key for km in timeline.km for key in km)
    ]
    bodies.append(_group(TEXT["open_length_km"], rows))
    for mode in ("", *MODES):
        rows = [
            _figure(f"stats:{key}", label, [timeline.stats[s].get(key) for s in states], digits)
            for name, (label, digits) in STATISTICS.items()
            for key in [f"{mode}.{name}" if mode else name]
            if key in names
        ]
        if rows and (not mode or f"{mode}.v" in names):
            bodies.append(_group(MODE[mode] if mode else ALL, rows))
    heads = [(TEXT["statistic"], ""), *_dated(pair)]
    caption = TEXT["statistics_table_caption"]
    return table(heads, bodies, name="statistics", caption=caption, sortable=False)


def _figure(key: str, label: Label, values: list[float | None], digits: int) -> str:
    return (
        f'<tr data-figure="{key}" data-digits="{digits}"><th scope="row">{bi(label)}</th>'
        f"{_triple(values[0], values[1], digits)}</tr>"
    )


def _triple(before: float | None, after: float | None, digits: int) -> str:
    """Return three cells: a value on both dates, and the difference."""
    known = not (is_unknown(before) or is_unknown(after))
    delta = float(after or 0) - float(before or 0) if known else None
    values = [number_cell(value, digits) for value in (before, after)]
    return "".join([*values, number_cell(delta, text=signed(delta, digits), css="num delta")])


def _group(label: Label, rows: Iterable[str]) -> str:
    """Return a heading over some rows, all in the body of one table."""
    head = f'<tr class="group"><th scope="rowgroup" colspan="4">{bi(label)}</th></tr>'
    return head + "".join(rows)


def _cities_table(layers: Layers, timeline: Timeline, pair: Pair) -> str:
    """Return the mean times of the cities on two dates and the people they reach."""
    measured = layers.catalogue.centres
    if not measured:
        return ""
    before, after = (timeline.minutes[timeline.state[timeline.at(key)]] for key in pair)
    rows = []
    for row in city_changes(measured, before, after).to_dict("records"):
        mean = _triple(row["mean_min_before"], row["mean_min_after"], 1)
        reached = [row[f"people_{WITHIN}min_{name}"] / MILLION for name in ("before", "after")]
        name = cell(bi((row["name"], row["name_en"])))
        rows.append(table_row([name, mean, _triple(reached[0], reached[1], 2)]))
    more = [(TEXT.fill("within_2_h", h=h), f"{css} within") for h, css in _dated(pair)]
    heads = [(TEXT["city"], ""), *_dated(pair, " min"), *more]
    caption = TEXT["cities_table_caption"]
    return table(heads, rows, name="cities", caption=caption)


def _projects_table(layers: Layers, values: DataFrame, date: dt.date, horizon: dt.date) -> str:
    """Return the benefit of each project from the day of the page to the last expected year."""
    if values.empty:
        return ""
    ids = {project.project_id: project.sections for project in layers.catalogue.projects}
    rows = []
    for row in values.to_dict("records"):
        name, keys = bi((row["name"], row["name_en"])), ids[row["project_id"]]
        year = "–" if is_unknown(row["year"]) else str(int(row["year"]))
        relation = bi(named(RELATION, row["relation"]))
        cells = [
            cell(f'<button type="button" class="link" data-sections="{keys}">{name}</button>'),
            cell(bi(named(CHANGE, row["change"]))),
            cell(year, css="num"),
            *(
                number_cell(row[key], text=signed(row[key], 2))
                for key in ("first_in_percent", "last_in_percent")
            ),
            cell(relation + _not_joined(layers, row["crosses"])),
        ]
        rows.append(table_row(cells))
    columns = TEXT.columns("project_columns")
    caption = TEXT.fill("projects_table_caption", date=date, horizon=horizon)
    return table(columns, rows, name="projects", caption=caption)


def _not_joined(layers: Layers, crossed: str) -> str:
    """Return a line on a project that brings nothing, for it is not joined to what it crosses."""
    if not crossed:
        return ""
    routes = [layers.catalogue.route[key] for key in crossed.split(";")]
    zh, en = "、".join(row.name for row in routes), ", ".join(row.name_en for row in routes)
    text = TEXT.fill("not_joined", names=Label(zh, en))
    return f"<br><small>{bi(text)}</small>"


def _legend(classes: list[str]) -> str:
    """Return what the lines mean; the last entries belong to the view of changes."""
    lines = [(line_sample(key), named(CLASS, key)) for key in classes]
    stages = [(line_sample(""), TEXT["open"]), (EXPECTED_SAMPLE, STATUSES["a"]["label"])]
    others = [STATUSES[code] for code in "cup"]
    stages += [(line_sample("", status["stage"]), status["label"]) for status in others]
    blocks = [
        "".join(f"<span>{sample}{bi(label)}</span>" for sample, label in items)
        for items in (lines, stages)
    ]
    key = "".join(f'<div class="block">{block}</div>' for block in blocks)
    return legend_panel(f'{key}<p class="only-diff">{bi(TEXT["changes_key"])}</p>')


def _chart(timeline: Timeline, date: dt.date, start: tuple[str, str]) -> str:
    """Return the growth of the open length by mode, with the two dates marked."""
    keys = {moment.year: key for key, moment in timeline.days.items()}
    keys |= {date.year: timeline.key[date]}
    years = sorted(keys)
    states = [timeline.stats[timeline.state[timeline.at(keys[year])]] for year in years]
    series = [
        Series(
            MODE[mode],
            [values.get(f"{mode}.length_km", 0.0) / 1000 for values in states],
            COLOR[mode],
        )
        for mode in ("road", "rail", "water")
        if any(f"{mode}.length_km" in values for values in states)
    ]
    title = TEXT["chart_title"]
    marks = {name: decimal_year(timeline.days[key]) for name, key in zip("AB", start, strict=True)}
    return growth_chart(years, series, title=title, known_to=date.year, marks=marks)


def decimal_year(when: dt.date) -> float:
    """Return a date as a year and its fraction; 31 December is the year itself."""
    length = dt.date(when.year, 12, 31).timetuple().tm_yday
    return when.year - 1 + when.timetuple().tm_yday / length


def _call(name: str, layers: Layers, classes: dict[str, str], parts: list[Part]) -> str:
    """Return the call that hands the layers of folium to the script of the page."""
    base = ",".join(layer for part in parts if part.on for layer in part.layers)
    looks = json.dumps(LOOKS)
    return f"geo.compare({name},{class_groups(classes)},[{base}],{looks},{page_settings(layers)});"


def _data(layers: Layers, timeline: Timeline, start: tuple[str, str]) -> dict[str, object]:
    names = zip(layers.routes["name"], layers.routes["name_en"], strict=True)
    return timeline_values(timeline, layers) | {
        "start": start,
        "routes": dict(zip(map(str, layers.routes.index), names, strict=True)),
    }
