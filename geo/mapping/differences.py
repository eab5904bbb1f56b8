"""The tables of two dates: sections, statistics, cities and projects, with their differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.mapping.features import is_unknown
from geo.mapping.shell import cell, number, order, table
from geo.mapping.styles import CASING, CLASS, LINES, MODE, Label, bi, line_sample, named
from geo.report import cities_of
from geo.scenario import city_changes
from geo.terms import MODES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pandas import DataFrame

    from geo.layers import Layers
    from geo.mapping.moments import Moments

    Pair = tuple[str, str]

#: The stages of a table, by the letters of :func:`geo.mapping.facts.stages_by_year`.
STAGES = {
    "o": ("open", Label("已通车", "Open")),
    "a": ("open assumed", Label("预计通车", "Expected open")),
    "c": ("construction", Label("在建", "Being built")),
    "p": ("planned", Label("无开工记录", "No works known")),
}
#: White dots lie on what counts as open only because its expected year is over.
EXPECTED_SAMPLE = line_sample("").replace(
    "</svg>",
    f'<path d="M6 6H36" stroke="{CASING}" stroke-width="2.2" stroke-linecap="round" '
    'stroke-dasharray="0.1 7"/></svg>',
)
#: Names and decimals of the statistics, in the order of the table.
STATISTICS = {
    "length_km": (Label("通车里程 L (km)", "Open length L (km)"), 0),
    "v": (Label("节点 v", "Nodes v"), 0),
    "e": (Label("边 e", "Edges e"), 0),
    "p": (Label("连通部分 p", "Connected parts p"), 0),
    "mu": (Label("独立环路 μ", "Independent cycles μ"), 0),
    "alpha": (Label("α 环路度", "α, cycles of those possible"), 3),
    "beta": (Label("β 边点比", "β, edges per node"), 3),
    "gamma": (Label("γ 连接度", "γ, edges of those possible"), 3),
    "alpha_nonplanar": (Label("α(非平面)", "α, non-planar"), 4),
    "gamma_nonplanar": (Label("γ(非平面)", "γ, non-planar"), 4),
    "eta_km": (Label("η 平均边长 (km)", "η, mean edge (km)"), 1),
    "theta_km": (Label("θ 每点里程 (km)", "θ, length per node (km)"), 1),
    "diameter_km": (Label("直径 D (km)", "Diameter D (km)"), 0),
    "pi": (Label("π = L / D", "π = L / D"), 2),
    "detour_index": (Label("迂回系数", "Detour index"), 3),
    "loops": (Label("自环", "Loops"), 0),
    "parallel_edges": (Label("平行边", "Parallel edges"), 0),
    "links": (Label("跨界贯通", "Open border crossings"), 0),
}
ALL = Label("全网", "Whole network")
RELATION = {
    "complements": Label("互补", "Complements"),
    "replaces": Label("部分替代", "Replaces in part"),
    "independent": Label("独立", "Independent"),
}
CHANGE = {
    "add": Label("新建", "New"),
    "upgrade": Label("扩能", "Upgrade"),
    "close": Label("关闭", "Closure"),
    "delay": Label("推迟", "Delay"),
}
#: People are counted within this many minutes, in millions.
WITHIN, MILLION = 120, 1e6


def stage(letter: str) -> str:
    """
    Return the mark of a stage.

    Parameters
    ----------
    letter
        One of o, a, c and p.

    Returns
    -------
    html
        A dot and its name.

    Examples
    --------
    >>> "Being built" in stage("c")
    True
    """
    css, label = STAGES[letter]
    return f'<span class="stage {css}">{bi(label)}</span>'


def signed(value: float | None, digits: int) -> str:
    """
    Return a difference as the pages write it.

    Parameters
    ----------
    value
        The difference, or nothing.
    digits
        Number of decimals.

    Returns
    -------
    text
        With its sign, without one where it rounds to nothing, or a dash.

    Examples
    --------
    >>> signed(3.0, 0), signed(-1.26, 1), signed(None, 1)
    ('+3', '−1.3', '–')
    """
    if value is None or is_unknown(value):
        return "–"
    text = number(abs(value), digits)
    if not float(text.replace(",", "")):
        return text
    return ("+" if value > 0 else "−") + text


def triple(before: float | None, after: float | None, digits: int) -> str:
    """
    Return three cells: a value on both dates, and the difference.

    Parameters
    ----------
    before, after
        The values, or nothing.
    digits
        Number of decimals.

    Returns
    -------
    html
        The cells.

    Examples
    --------
    >>> triple(90.0, 62.5, 1).split("<td ")[-1]
    'class="num delta" data-order="-27.500">−27.5</td>'
    """
    known = not (is_unknown(before) or is_unknown(after))
    delta = float(after or 0) - float(before or 0) if known else None
    values = [number(value, digits) for value in (before, after)]
    texts = zip([*values, signed(delta, digits)], (before, after, delta), strict=True)
    css = ("num", "num", "num delta")
    return "".join(
        cell(text, order=order(value), css=name)
        for (text, value), name in zip(texts, css, strict=True)
    )


def _dated(pair: Pair, unit: str = "") -> list[tuple[Label, str]]:
    """Return the headings of both dates, which the page changes, and of the difference."""
    heads = [(Label(key, key), f"num date-{name}") for name, key in zip("ab", pair, strict=True)]
    return [*heads, (Label(f"差{unit}", f"Change{unit}"), "num")]


def sections(layers: Layers, when: Moments, pair: Pair) -> str:
    """
    Return all sections with their stages on two dates; those that stay the same are hidden.

    Parameters
    ----------
    layers
        The drawn catalogue.
    when
        The moments.
    pair
        The two moments shown first.

    Returns
    -------
    html
        The table and a note on what is only expected.
    """
    i, j = (when.at(key) for key in pair)
    rows = []
    for section_id, row in layers.sections.iterrows():
        letters = when.stages[str(section_id)]
        a, b = letters[i], letters[j]
        year = "" if is_unknown(row["expected"]) else f"({int(row['expected'])})"
        opened = row["opened"] or year
        ends = Label(*(f"{row['from_' + lang]} – {row['to_' + lang]}" for lang in ("zh", "en")))
        began = Label(f"开工 {row['started']}", f"from {row['started']}")
        started = f"<small>{bi(began)}</small>" if row["started"] else ""
        name = bi((row["route_zh"], row["route_en"]))
        color = f"--mode:{LINES[row['class']].color}" if row["class"] in LINES else ""
        cells = [
            cell(
                f'<button type="button" class="link" data-section="{section_id}">{name}</button>'
                f'<small class="ends"><i class="swatch" style="{color}"></i>{bi(ends)}</small>'
            ),
            cell(stage(a), order="pcao".index(a), css="from"),
            cell(stage(b), order="pcao".index(b), css="to"),
            cell(opened + started, order=opened.strip("()"), css="nowrap"),
            cell(number(row["running_km"], 1), order=order(row["running_km"]), css="num"),
        ]
        hidden = " hidden" if a == b else ""
        rows.append(f'<tr data-row="{section_id}"{hidden}>{"".join(cells)}</tr>')
    heads = _dated(pair)
    columns = (
        (Label("线路与路段", "Route and section"), ""),
        (heads[0][0], "date-a"),
        (heads[1][0], "date-b"),
        (Label("通车", "Opened"), ""),
        (Label("km", "km"), "num"),
    )
    caption = Label(
        "两期状态不同的路段，括号内为预计年份；点名称在地图上定位，点表头排序。",
        "Sections whose status differs, expected years in brackets; a name shows it on the map.",
    )
    none = bi(Label("两期之间没有路段改变状态。", "No section changes between these dates."))
    return (
        '<p class="counts" id="counts" aria-live="polite"></p>'
        f'<p class="nothing" id="nothing" hidden>{none}</p>'
        f"{table(columns, rows, name='changes', caption=caption)}"
        '<details class="how" id="expected" hidden><summary></summary><ul></ul></details>'
    )


def statistics(when: Moments, pair: Pair) -> str:
    """
    Return every statistic on two dates, grouped by mode.

    Parameters
    ----------
    when
        The moments.
    pair
        The two moments shown first.

    Returns
    -------
    html
        The table.
    """
    states = [when.state[when.at(key)] for key in pair]
    names = {name for values in when.stats for name in values}
    bodies = []
    classes = [key for key in LINES if any(key in km for km in when.km)]
    classes += sorted({key for km in when.km for key in km}.difference(classes))
    rows = [
        _figure(f"km:{key}", named(CLASS, key), [when.km[s].get(key, 0.0) for s in states], 0)
        for key in classes
    ]
    bodies.append(_body(Label("通车里程 (km)", "Open length (km)"), rows))
    for mode in ("", *MODES):
        rows = [
            _figure(f"stats:{key}", label, [when.stats[s].get(key) for s in states], digits)
            for name, (label, digits) in STATISTICS.items()
            for key in [f"{mode}.{name}" if mode else name]
            if key in names
        ]
        if rows and (not mode or f"{mode}.v" in names):
            bodies.append(_body(MODE[mode] if mode else ALL, rows))
    heads = [(Label("指标", "Statistic"), ""), *_dated(pair)]
    caption = Label(
        "与 geo compare 相同的指标；公式见概览页与文档。直径与 π 取最长的连通部分。",
        "The statistics of geo compare; diameter and π are those of the longest connected part.",
    )
    return table(heads, bodies, name="statistics", caption=caption, sortable=False)


def _body(label: Label, rows: Iterable[str]) -> str:
    """Return a heading over some rows, all in the body of one table."""
    head = f'<tr class="group"><th scope="rowgroup" colspan="4">{bi(label)}</th></tr>'
    return head + "".join(rows)


def _figure(key: str, label: Label, values: list[float | None], digits: int) -> str:
    return (
        f'<tr data-figure="{key}" data-digits="{digits}"><th scope="row">{bi(label)}</th>'
        f"{triple(values[0], values[1], digits)}</tr>"
    )


def cities(layers: Layers, when: Moments, pair: Pair) -> str:
    """
    Return the mean times of the cities on two dates and the people they reach.

    Parameters
    ----------
    layers
        The drawn catalogue.
    when
        The moments.
    pair
        The two moments shown first.

    Returns
    -------
    html
        The table, nothing where there are no cities.
    """
    measured = cities_of(layers.catalogue)
    if not measured:
        return ""
    before, after = (when.minutes[when.state[when.at(key)]] for key in pair)
    rows = []
    for row in city_changes(measured, before, after).to_dict("records"):
        mean = triple(row["mean_min_before"], row["mean_min_after"], 1)
        reached = [row[f"people_{WITHIN}min_{name}"] / MILLION for name in ("before", "after")]
        name = cell(bi((row["name_zh"], row["name_en"])))
        rows.append(f"<tr>{name}{mean}{triple(reached[0], reached[1], 2)}</tr>")
    more = [(Label(f"2 h：{h.zh}", f"2 h: {h.en}"), f"{css} within") for h, css in _dated(pair)]
    heads = [(Label("城市", "City"), ""), *_dated(pair, " min"), *more]
    caption = Label(
        "综合方式到其他城市的平均分钟（按人口加权，只计两期都可达的城市）；"
        "右三列为 2 小时内可达人口（百万，含本市）。",
        "Mean minutes to other cities by any mode, weighted by people, over cities reached on "
        "both dates; right: people within 2 h, in millions, with the city itself.",
    )
    return table(heads, rows, name="cities", caption=caption)


def projects(layers: Layers, values: DataFrame, day: date, horizon: date) -> str:
    """
    Return what each project is worth from the day of the page to the last expected year.

    Parameters
    ----------
    layers
        The drawn catalogue.
    values
        Result of :func:`geo.projects.project_values`.
    day, horizon
        The two dates it was computed for.

    Returns
    -------
    html
        The table, nothing where no project opens by then.
    """
    if values.empty:
        return ""
    ids = {project.project_id: project.sections for project in layers.catalogue.projects}
    rows = []
    for row in values.to_dict("records"):
        name, keys = bi((row["name_zh"], row["name_en"])), ids[row["project_id"]]
        year = "–" if is_unknown(row["year"]) else str(int(row["year"]))
        relation = bi(named(RELATION, row["relation"]))
        cells = [
            cell(f'<button type="button" class="link" data-sections="{keys}">{name}</button>'),
            cell(bi(named(CHANGE, row["change"]))),
            cell(year, css="num"),
            *(
                cell(signed(row[key], 2), order=order(row[key]), css="num")
                for key in ("first_in_percent", "last_in_percent")
            ),
            cell(relation),
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    columns = (
        (Label("项目", "Project"), ""),
        (Label("类型", "Kind"), ""),
        (Label("年份", "Year"), "num"),
        (Label("单独先建 %", "First in %"), "num"),
        (Label("最后建成 %", "Last in %"), "num"),
        (Label("与其他项目", "To the others"), ""),
    )
    caption = Label(
        f"固定为 {day} 至 {horizon}，不随上方两期变化。人与人的接近度（时间倒数的人口加权均值）"
        "的增幅：只建它，或其余都建成后再建它。",
        f"Always from {day} to {horizon}, whatever dates are chosen above. Gain in nearness "
        "(people-weighted mean of 1/time): the project alone, or after all the others.",
    )
    return table(columns, rows, name="projects", caption=caption)
