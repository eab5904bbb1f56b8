"""The panels over the map of the network: search, legend, figures, years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.circles import cores
from geo.mapping.shell import number
from geo.mapping.styles import (
    BACKGROUND,
    CLASS,
    EMPHASIS,
    KIND,
    LINES,
    MODE,
    OTHER_LINE,
    STAGE,
    Label,
    bi,
    bi_attribute,
    line_sample,
    named,
    point_sample,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from geo.layers import Layers
    from geo.mapping.basemap import Part

NOTE = Label(
    "粗线为骨干与省际通道。线形精度因路段而异（±60 m 至数公里），不可用于测量或导航。",
    "Thick lines are main corridors. Accuracy differs by section (±60 m to some km): "
    "not for survey or navigation.",
)


STATUS, PLAY = Label("状态", "Status"), Label("播放", "Play")
TIERS = {
    "high": Label("骨干与省际通道", "Main corridors"),
    "low": Label("其他线路", "Other routes"),
}


#: Stages as the slider uses them: what has not begun counts as planned in every year.
STAGES = {
    "open": STAGE["open"],
    "construction": STAGE["construction"],
    "planned": Label("规划 / 未开工", "Planned / not begun"),
}


def search() -> str:
    """
    Return the search box.

    Returns
    -------
    html
        The panel.
    """
    label = Label("搜索线路、城市、车站", "Search routes, cities, stations")
    return f"""<div class="panel search" id="sheet-search">
<input type="search" id="search" autocomplete="off" spellcheck="false" role="combobox"
 aria-expanded="false" aria-controls="found" aria-autocomplete="list"
 {bi_attribute("aria-label", label)} placeholder="{label.zh}">
<ul id="found" role="listbox" {bi_attribute("aria-label", Label("结果", "Results"))} hidden></ul>
</div>"""


def legend(
    layers: Layers, classes: Iterable[str], points: Iterable[str], parts: list[Part]
) -> str:
    """
    Return the legend, which is also the switch of the layers.

    Parameters
    ----------
    layers
        The drawn catalogue.
    classes, points
        Classes of routes and layers of points on the map.
    parts
        Parts of the background.

    Returns
    -------
    html
        The panel.
    """
    mode_of = dict(zip(layers.routes["class"], layers.routes["mode"], strict=True))
    groups: list[tuple[Label, str]] = []
    for mode in [*MODE, *sorted(set(mode_of.values()).difference(MODE))]:
        items = [
            _switch(f"class:{key}", line_sample(key), named(CLASS, key)) + _routes(layers, key)
            for key in classes
            if mode_of.get(key) == mode
        ]
        groups.append((named(MODE, mode), "".join(items)))
    stages = [_switch(f"stage:{k}", line_sample("", k), label) for k, label in STAGES.items()]
    groups.append((STATUS, "".join(stages) if classes else ""))
    if len({EMPHASIS.get(group, BACKGROUND) > BACKGROUND for group in layers.routes["group"]}) > 1:
        samples = {"high": "named", "low": "background"}
        tiers = [_switch(f"tier:{k}", line_sample("", group=samples[k]), TIERS[k]) for k in TIERS]
        groups.append((Label("层级", "Tier"), "".join(tiers)))
    known = [_known(key) for key in ("surveyed", "sketch")]
    groups.append((Label("线形", "Alignment"), "".join(known) if classes else ""))
    places = [_switch(f"points:{key}", point_sample(key), KIND[key]) for key in points]
    more = [(Label("地点", "Places"), "".join(places))]
    base = [_switch(f"base:{part.key}", "", part.label, on=part.on) for part in parts]
    base.append(_switch("base:labels", "", Label("地名", "Place names")))
    more.append((Label("底图", "Background"), "".join(base)))
    body = "".join(
        f"<fieldset><legend>{bi(label)}</legend>{items}</fieldset>"
        for label, items in groups
        if items
    )
    body += "".join(
        f"<details><summary>{bi(label)}</summary>{items}</details>"
        for label, items in more
        if items
    )
    name = Label("图例与图层", "Legend and layers")
    return (
        f'<div class="panel legend" id="sheet-legend" role="region" tabindex="0" '
        f"{bi_attribute('aria-label', name)}><h2>{bi(name)}</h2>{body}"
        f'<p class="note">{bi(NOTE)}</p></div>'
    )


def _routes(layers: Layers, class_: str) -> str:
    """Return a switch for every route of a class, the named corridors first."""
    rows = layers.routes[layers.routes["class"] == class_]
    rank = rows["group"].map(lambda group: -EMPHASIS.get(group, BACKGROUND))
    items = "".join(
        _switch(
            f"route:{route_id}",
            line_sample(class_, group=row["group"]),
            Label(row["name_zh"], row["name_en"]),
        )
        for route_id, row in rows.iloc[rank.argsort(kind="stable")].iterrows()
    )
    label = Label(f"{len(rows)} 条线路", f"{len(rows)} route{'s' * (len(rows) != 1)}")
    return f'<details class="tree"><summary>{bi(label)}</summary>{items}</details>'


def _known(accuracy: str) -> str:
    """Return what the casing of a line says about its accuracy."""
    sample = line_sample("", accuracy=accuracy)
    label = {
        "surveyed": Label("误差 1 km 以内", "Within 1 km"),
        "sketch": Label("示意，误差更大", "Sketched, farther off"),
    }[accuracy]
    return f'<div class="item key">{sample}<span>{bi(label)}</span></div>'


def _switch(key: str, sample: str, label: Label, *, on: bool = True) -> str:
    checked = " checked" if on else ""
    return (
        f'<label class="item"><input type="checkbox" data-toggle="{key}"{checked}>'
        f"{sample}<span>{bi(label)}</span></label>"
    )


def figures(layers: Layers, figures: list[dict[str, Any]], start: int, classes: list[str]) -> str:
    """
    Return the panel of key figures, filled in for the first year.

    Parameters
    ----------
    layers
        The drawn catalogue.
    figures
        Figures of every year.
    start
        Position of the first year shown.
    classes
        Classes of routes on the map.

    Returns
    -------
    html
        The panel.
    """
    now, name = figures[start], Label("关键数字", "Key figures")
    top = max((max(figure["km"].values(), default=0) for figure in figures), default=0)
    bars = "".join(_bar(key, now["km"].get(key, 0), top) for key in classes)
    modes = [m for m in MODE if any(f[k].get(m) for f in figures for k in ("routes", "crossings"))]
    rows = "".join(
        f"<tr><th scope=row>{bi(MODE[mode])}</th>"
        + "".join(
            f'<td class="num" data-figure="{kind}:{mode}">{number(now[kind].get(mode, 0))}</td>'
            for kind in ("routes", "crossings")
        )
        + "</tr>"
        for mode in modes
    )
    heads = (Label("全线通车", "Routes open"), Label("跨界贯通", "Crossings open"))
    head = "".join(f'<th scope="col" class="num">{bi(label)}</th>' for label in heads)
    return f"""<div class="panel figures" id="sheet-figures" role="region" tabindex="0"
 {bi_attribute("aria-label", name)}><h2>{bi(name)} <output class="figures-year"></output></h2>
<h3>{bi(Label("通车里程 (km)", "Open length (km)"))}</h3><dl>{bars}</dl>
<table><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>
{_times(layers, figures, start)}</div>"""


def _times(layers: Layers, figures: list[dict[str, Any]], start: int) -> str:
    """Return the rows on travel times that have a value in some year."""
    pair = cores(layers.catalogue)
    ends = Label("–".join(c.name_zh for c in pair), "–".join(c.name_en for c in pair))
    labels = {
        "cores": Label(f"{ends.zh} 门到门 (min)", f"{ends.en}, door to door (min)"),
        "near": Label("城市接近度（本页日期=100）", "Nearness of cities (this date = 100)"),
    }
    rows = "".join(
        f'<div><dt>{bi(label)}</dt><dd data-figure="times:{key}">'
        f"{number(figures[start]['times'][key])}</dd></div>"
        for key, label in labels.items()
        if any(figure["times"][key] is not None for figure in figures)
    )
    return f'<dl class="times">{rows}</dl>' if rows else ""


def _bar(class_: str, value: int, top: int) -> str:
    color = LINES.get(class_, OTHER_LINE).color
    share = 100 * value / top if top else 0
    return (
        f'<div style="--share:{share:.1f}%;--color:{color}"><dt>{bi(named(CLASS, class_))}</dt>'
        f'<dd data-figure="km:{class_}" data-top="{top}">{number(value)}</dd></div>'
    )


def sheet_buttons() -> str:
    """
    Return the buttons that open the panels on a small screen.

    Returns
    -------
    html
        The buttons.
    """
    buttons = (
        ("search", Label("搜索", "Search")),
        ("legend", Label("图例", "Legend")),
        ("figures", Label("数字", "Figures")),
    )
    return '<div class="sheets">' + "".join(
        f'<button type="button" data-sheet="sheet-{key}" aria-expanded="false" '
        f'aria-controls="sheet-{key}">{bi(label)}</button>'
        for key, label in buttons
    ) + "</div>"  # fmt: skip


def timebar(days: dict[int, date], start: int) -> str:
    """
    Return the year slider with its play button.

    Parameters
    ----------
    days
        Day by year.
    start
        Position of the first year shown.

    Returns
    -------
    html
        The panel.

    Examples
    --------
    >>> from datetime import date
    >>> html = timebar({year: date(year, 12, 31) for year in range(2000, 2031)}, 10)
    >>> 'min="2000" max="2030" value="2010"' in html
    True
    """
    first, last, year = min(days), max(days), list(days)[start]
    ticks = "".join(
        f'<span style="left:{100 * (tick - first) / max(last - first, 1):.2f}%">{tick}</span>'
        for tick in days
        if tick % 5 == 0
    )
    label = Label("年份", "Year")
    return f"""<div class="panel timebar" role="region" {bi_attribute("aria-label", label)}>
<button type="button" class="play" {bi_attribute("aria-label", PLAY)}><svg width="18"
 height="18" viewBox="0 0 18 18" aria-hidden="true"><path d="M4 2l12 7-12 7z" /></svg></button>
<div class="year"><output for="year">{year}</output><small class="year-note"></small></div>
<div class="track"><input type="range" id="year" min="{first}" max="{last}" value="{year}" step="1"
 {bi_attribute("aria-label", label)}><div class="ticks" aria-hidden="true">{ticks}</div></div>
</div>"""
