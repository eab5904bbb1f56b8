"""Two dates of one network on one map, and every figure that differs between them."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from geo.mapping import differences
from geo.mapping.basemap import Part, add_basemap, new_map
from geo.mapping.charts import Series, growth_chart
from geo.mapping.features import add_classes, section_features
from geo.mapping.growth import COLOR
from geo.mapping.lettering import area_labels, city_labels
from geo.mapping.moments import Moments, moments, plain
from geo.mapping.network import class_groups, settings
from geo.mapping.offline import MAP_SLOT, offline_html, stable_ids
from geo.mapping.shell import footer, header, scripts, style_sheet
from geo.mapping.styles import (
    CLASS,
    LOOKS,
    MODE,
    Label,
    bi,
    bi_attribute,
    line_sample,
    named,
)

if TYPE_CHECKING:
    from pandas import DataFrame

    from geo.analysis import Analysis
    from geo.layers import Layers

NAME = "compare.html"
#: Years before the first date of interest with which it is compared.
LOOK_BACK = 10
#: Share of the map that the first date has at the start.
HALF = 50
VIEWS = {
    "swipe": Label("滑动对比", "Swipe"),
    "side": Label("并排", "Side by side"),
    "diff": Label("只看变化", "Changes only"),
}
TABS = {
    "sections": Label("路段变化", "Sections"),
    "stats": Label("连通指标", "Statistics"),
    "cities": Label("城市时间", "Cities"),
    "projects": Label("项目贡献", "Projects"),
}

METHOD = Label(
    "年份指当年 12 月 31 日，另有本页日期可选。状态规则与路网页相同：通车之日起为已通车，"
    "开工之日起为在建，此前为“无开工记录”（包括开工日期不详的）；资料日期之后，"
    "预计年份已过的路段按预计通车计（白点、“预计通车”）。里程取公布值，没有的按官方桩号"
    "或图上线形，共线只计一次。指标、城市时间和项目与命令 geo compare 相同。"
    "城市平均出行时间为各城市平均值再按人口加权，只计两期都可达的城市对；"
    "不含时刻表与拥堵。“只看变化”中粗线为状态改变的路段。",
    "A year means its 31 December; the day of this page is a choice of its own. Status as on "
    "the page of the network: open from its opening, under construction from the start of "
    "works, before that no works known (as where the start is unknown). After the date of the "
    "data a section whose expected year is over counts as expected open (white dots). Lengths "
    "are the published ones, else by official chainage or the line drawn, shared track once. "
    "Statistics, city times and projects are those of the command geo compare. The mean time "
    "of the cities weights each city's mean by its people, over pairs linked on both dates; "
    "no timetable, no congestion. Thick lines in the view of changes are sections whose "
    "status differs.",
)


def page(
    layers: Layers,
    *,
    day: date,
    found: Analysis | None = None,
    when: Moments | None = None,
) -> str:
    """
    Return the page on which two dates are compared.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
        The day of the page, one of the dates to choose from.
    found
        The analysis of that day, where there is one already: its projects are taken.
    when
        The moments of that day, where they are known already.

    Returns
    -------
    html
        The page.
    """
    from geo.analysis import horizon_of

    when = when or moments(layers, day)
    horizon = horizon_of(layers, day)
    pairs = presets(layers, when, day, horizon)
    start = next((pair for pair in pairs if pair[1] == when.key[day]), pairs[0])
    values = found.projects if found and found.day == day else _projects(layers, day, horizon)
    title = Label("两期对比：哪里变了，变了多少", "Two dates compared: what changes, how much")
    with stable_ids():
        map_ = new_map(layers.catalogue)
        parts = add_basemap(map_, layers.catalogue)
        present = sorted(set(layers.sections["class"])) if len(layers.sections) else []
        classes = add_classes(
            map_, {name: section_features(layers, name, when.stages) for name in present}
        )
        return offline_html(
            map_,
            title=title,
            body=_body(layers, title, day, when, (pairs, start), list(classes), values, horizon),
            css=style_sheet("map", "crossings", "compare"),
            script=scripts("map", "compare") + _call(map_.get_name(), layers, classes, parts),
            data=_data(layers, when, start),
        )


def _projects(layers: Layers, day: date, horizon: date) -> DataFrame:
    from geo.projects import project_values

    return project_values(layers, day, horizon)


def presets(layers: Layers, when: Moments, day: date, horizon: date) -> list[tuple[str, str]]:
    """
    Return the pairs of moments worth a button of their own.

    Parameters
    ----------
    layers
        The drawn catalogue, with the milestones of its region.
    when
        The moments of the page.
    day, horizon
        The day of the page and the last expected year.

    Returns
    -------
    pairs
        Keys of moments: from ten years before the first date of interest to it, from each to
        the next, and from the first to the last; never empty.

    Examples
    --------
    >>> from datetime import date
    >>> from geo.mapping.moments import moments
    >>> day = date(2025, 12, 31)
    >>> presets(lay, moments(lay, day), day, date(2035, 12, 31))
    [('2010', '2020'), ('2020', '2025'), ('2025', '2030'), ('2030', '2035'), ('2020', '2035')]
    """
    from geo.analysis import milestones

    keys = when.key
    dates = milestones(layers.catalogue.region, day, horizon)
    back = date(dates[0].year - LOOK_BACK, 12, 31)
    chain = [back, *dates]
    pairs = list(zip(chain, dates, strict=False))
    if len(dates) > 2:
        pairs.append((dates[0], dates[-1]))
    known = [(keys[a], keys[b]) for a, b in pairs if a in keys and b in keys and a < b]
    return known or [(next(iter(when.days)), list(when.days)[-1])]


def _data(layers: Layers, when: Moments, start: tuple[str, str]) -> dict[str, object]:
    names = zip(layers.routes["name_zh"], layers.routes["name_en"], strict=True)
    return {
        "data-cities": city_labels(layers.catalogue),
        "data-areas": area_labels(layers.catalogue),
        "data-compare": plain(when, layers)
        | {
            "start": start,
            "routes": dict(zip(map(str, layers.routes.index), names, strict=True)),
            "stages": differences.STAGES,
        },
    }


def _call(name: str, layers: Layers, classes: dict[str, str], parts: list[Part]) -> str:
    """Return the call that hands the layers of folium to the script of the page."""
    base = ",".join(layer for part in parts if part.on for layer in part.layers)
    looks = json.dumps(LOOKS)
    return f"geo.compare({name},{class_groups(classes)},[{base}],{looks},{settings(layers)});"


def _body(
    layers: Layers,
    title: Label,
    day: date,
    when: Moments,
    pairs: tuple[list[tuple[str, str]], tuple[str, str]],
    classes: list[str],
    values: DataFrame,
    horizon: date,
) -> str:
    start = pairs[1]
    area = bi_attribute("aria-label", Label("地图", "Map"))
    swipe = bi_attribute("aria-label", Label("左右分界", "Divider of the two dates"))
    tables = {
        "sections": differences.sections(layers, when, start),
        "stats": differences.statistics(when, start),
        "cities": differences.cities(layers, when, start),
        "projects": differences.projects(layers, values, day, horizon),
    }
    tables = {key: html for key, html in tables.items() if html}
    tabs = "".join(_button("tab", key, TABS[key], on=key == "sections") for key in tables)
    panels = "".join(f'<div data-panel="{key}">{html}</div>' for key, html in tables.items())
    which = bi_attribute("aria-label", Label("表格", "Tables"))
    return f"""{header(title, NAME, table="changes")}
<main class="compare">
{_bar(when, *pairs)}
<div class="split">
<section class="stage-area" {area}><div class="map-frame">{MAP_SLOT}</div>
<div class="map-frame twin" hidden><div id="twin"></div></div>
<input type="range" id="swipe" min="0" max="100" value="{HALF}" {swipe}>
<div class="divider"><b class="date-a">{start[0]}</b><i class="grip" aria-hidden="true"></i>\
<b class="date-b">{start[1]}</b></div>
{_legend(classes)}
<div class="panel card" id="card" role="region" tabindex="-1" hidden
 {bi_attribute("aria-label", Label("所选路段", "The chosen section"))}></div></section>
<section class="page"><div class="sums">
<dl class="tiles" id="tiles" aria-live="polite" hidden></dl>
{_chart(when, day, start)}</div>
<div class="tabs" role="group" {which}>{tabs}</div>
{panels}<details class="how"><summary>{bi(Label("怎样计算", "How it is computed"))}</summary>
<p>{bi(METHOD)}</p></details></section>
</div>
</main>
{footer(layers.catalogue, day)}"""


def _button(kind: str, key: str, label: Label, *, on: bool) -> str:
    pressed = "true" if on else "false"
    return (
        f'<button type="button" data-{kind}="{key}" aria-pressed="{pressed}">{bi(label)}</button>'
    )


def _bar(when: Moments, pairs: list[tuple[str, str]], start: tuple[str, str]) -> str:
    """Return the strip that chooses the dates and the view."""
    choices = []
    for name, key, label in (
        ("a", start[0], Label("前期 A", "Date A")),
        ("b", start[1], Label("后期 B", "Date B")),
    ):
        options = "".join(
            f"<option{' selected' if moment == key else ''}>{moment}</option>"
            for moment in when.days
        )
        choices.append(
            f'<label for="{name}">{bi(label)}</label><select id="{name}">{options}</select>'
        )
    swap = bi_attribute("aria-label", Label("交换两期", "Swap the dates"))
    ready = "".join(
        f'<button type="button" data-from="{a}" data-to="{b}">{a} → {b}</button>' for a, b in pairs
    )
    views = "".join(_button("view", key, label, on=key == "swipe") for key, label in VIEWS.items())
    groups = [
        bi_attribute("aria-label", label)
        for label in (Label("常用对比", "Ready pairs"), Label("视图", "View"))
    ]
    whole = bi_attribute("aria-label", Label("两期与视图", "Dates and view"))
    return f"""<section class="bar" {whole}>
<div class="dates">{choices[0]}<button type="button" class="swap" id="swap" {swap}>⇄</button>\
{choices[1]}</div>
<div class="presets" role="group" {groups[0]}>{ready}</div>
<div class="views" role="group" {groups[1]}>{views}</div>
</section>"""


def _legend(classes: list[str]) -> str:
    """Return what the lines mean; the last entries belong to the view of changes."""

    def entries(items: list[tuple[str, Label]]) -> str:
        return "".join(f"<span>{sample}{bi(label)}</span>" for sample, label in items)

    lines = entries([(line_sample(key), named(CLASS, key)) for key in classes])
    stages = entries(
        [
            (line_sample(""), Label("已通车", "Open")),
            (differences.EXPECTED_SAMPLE, differences.STAGES["a"][1]),
            (line_sample("", "construction"), differences.STAGES["c"][1]),
            (line_sample("", "planned"), differences.STAGES["p"][1]),
        ]
    )
    changes = bi(Label("彩色粗线为变化，灰线为不变", "Thick: changed; grey: unchanged"))
    return (
        f'<details class="panel key-list" open><summary>{bi(Label("图例", "Legend"))}</summary>'
        f'<div class="block">{lines}</div><div class="block">{stages}</div>'
        f'<p class="only-diff">{changes}</p></details>'
    )


def _chart(when: Moments, day: date, start: tuple[str, str]) -> str:
    """Return the growth of the open length by mode, with the two dates marked."""
    keys = {moment.year: key for key, moment in when.days.items()}
    keys |= {day.year: when.key[day]}
    years = sorted(keys)
    states = [when.stats[when.state[when.at(keys[year])]] for year in years]
    series = [
        Series(
            MODE[mode],
            [values.get(f"{mode}.length_km", 0.0) / 1000 for values in states],
            COLOR[mode],
        )
        for mode in ("road", "rail", "water")
        if any(f"{mode}.length_km" in values for values in states)
    ]
    title = Label("通车里程（千公里）", "Open length (1,000 km)")
    marks = {name: year_of(when.days[key]) for name, key in zip("AB", start, strict=True)}
    return growth_chart(years, series, title=title, known_to=day.year, marks=marks)


def year_of(when: date) -> float:
    """
    Return a date as a year and its fraction; 31 December is the year itself.

    Parameters
    ----------
    when
        A date.

    Returns
    -------
    year
        Such as 2025.5 for the middle of 2026.

    Examples
    --------
    >>> from datetime import date
    >>> year_of(date(2020, 12, 31))
    2020.0
    """
    length = date(when.year, 12, 31).timetuple().tm_yday
    return when.year - 1 + when.timetuple().tm_yday / length
