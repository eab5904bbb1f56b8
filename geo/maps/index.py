"""The landing page: findings, an overview map, tables, methods, sources and downloads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from html import escape

from geo.catalogue import ACCURACY, CLASS, GROUP, STAGE, Label, named
from geo.layers import LINES, Layers, crossings_or_none, route_stage, sections_on
from geo.maps.bundling import page_script
from geo.maps.crossings import GROUPS, growth_series, growth_table
from geo.maps.elements import (
    bi,
    cell,
    footer,
    header,
    line_sample,
    number,
    number_cell,
    status_mark,
    style_sheet,
    table,
    table_row,
    web_address,
)
from geo.maps.map_page import region_title
from geo.maps.offline import html_document
from geo.maps.sketches import overview_sketch

NAME = "index.html"
CARDS = {
    "network": Label("路网与年份", "Network by year"),
    "crossings": Label("跨界通道", "Crossings"),
    "accessibility": Label("可达性", "Accessibility"),
    "criticality": Label("关键路段", "Critical links"),
    "compare": Label("两期对比", "Compare two dates"),
}
CARD_TEXTS = {
    "network": Label(
        "全部线路；拖动年份看哪些已通车、在建或规划，可搜索线路与城市。",
        "All routes: move through the years to see what was open, being built or planned; "
        "search routes and cities.",
    ),
    "crossings": Label(
        "每条跨界通道的编号、两侧通车时间与出行者所见状态。",
        "Every crossing with its number, the opening on both sides and the traveller's view.",
    ),
    "accessibility": Label(
        "各城市的可达性指标与等时圈：现状、将来与差异。",
        "How well every city is reached, and how far one gets from it: today, later, change.",
    ),
    "criticality": Label(
        "关闭任一路段：谁被隔断、各城市多走多少分钟、绕行经过哪里。",
        "Close any link: who is cut off, how many minutes every city loses, which way round.",
    ),
    "compare": Label(
        "任选两个年份，左右滑动对比：哪些路段变了，各项指标与城市时间变了多少。",
        "Choose two dates and swipe between them: which sections change, and what that "
        "does to every index and to the times between cities.",
    ),
}
METHODS = (
    Label(
        "状态：路段自通车之日起为已通车，自开工之日起为在建，其余为规划。将来年份中，"
        "预计年份已过的路段按“预计通车”计。线路各段状态不同时为“部分通车”。",
        "Status: a section is open from the day it opened, under construction from the start of "
        "works, else planned. In future years a section whose expected year is over counts as "
        "expected open. A route with sections of different status is partly open.",
    ),
    Label(
        "里程：公布里程取自所列来源；图上里程为所绘线形的椭球面长度。两者之比显示线形的完整程度。",
        "Length: the published length comes from the sources named; the length on the map is "
        "geodesic. Their ratio shows how complete the drawn line is.",
    ),
    Label(
        "精度：线路上十分之九的点不超过所列误差。±250 m 以内为测绘级，±1000 m 以内为近似，"
        "其余为示意。",
        "Accuracy: nine of ten points of a line keep the error given. Up to ±250 m is surveyed, "
        "up to ±1000 m approximate, the rest a sketch.",
    ),
    Label(
        "跨界：路段在区域边界处分开，两侧相接处为一条跨界通道；出行者所见状态取两侧中较慢者。"
        "共线路段只计一次。",
        "Crossings: sections end at the border between regions; where two meet is a crossing, "
        "and the traveller meets the less advanced side. Shared track or carriageway counts once.",
    ),
)
#: Findings that stand beside the map; the others follow below.
FIRST = 6
COLUMNS = (
    (Label("名称", "Name"), ""),
    (Label("编号", "No."), ""),
    (Label("类别", "Class"), "nowrap"),
    (Label("分组", "Group"), ""),
    (Label("状态", "Status"), "nowrap"),
    (Label("公布 km", "Published km"), "num"),
    (Label("图上 km", "Map km"), "num"),
    (Label("图上/公布", "Ratio"), "num"),
    (Label("精度", "Accuracy"), "num"),
)


def index_page(
    layers: Layers,
    *,
    date: dt.date,
    findings: Sequence[Mapping[str, str]] = (),
    downloads: Sequence[str] = (),
) -> str:
    """Return the landing page."""
    title = region_title(layers)
    body = f"""{header(title, NAME, table="routes")}
<main>
<section class="page first"><div class="hero"><div>{_findings(layers, date, findings[:FIRST])}
{_cards()}</div>{_overview(layers, date)}</div></section>
{_more(findings[FIRST:])}
{_growth(layers, date)}
{_section(Label("线路", "Routes"), _routes_table(layers, date))}
{_methods()}
{_downloads(downloads)}
{_sources(layers)}
</main>
{footer(layers.catalogue, date)}"""
    return html_document(
        body, title=title, css=style_sheet("index"), script=page_script("index") + "geo.index();"
    )


def _section(title: Label, content: str) -> str:
    return f'<section class="page"><h2>{bi(title)}</h2>{content}</section>'


def _findings(layers: Layers, date: dt.date, findings: Sequence[Mapping[str, str]]) -> str:
    """Return the findings handed over, else the plain figures of the day."""
    if not findings:
        sections = sections_on(layers, date)
        is_open = sections[(sections["stage"] == "open") & (sections["shares"] == "")]
        km = is_open.groupby("mode")["running_km"].sum()
        road, rail = (number(km.get(mode, 0.0)) for mode in ("road", "rail"))
        plain = {
            "zh": f"收录线路 {len(layers.routes)} 条：{date} "
            f"已通车公路 {road} km、铁路 {rail} km。",
            "en": f"{len(layers.routes)} routes: on {date} {road} km of road and {rail} km of "
            "railway are open.",
        }
        findings = [plain]
    items = "".join(_finding(item) for item in findings)
    return f'<h2>{bi(Label("要点", "Findings"))}</h2><ol class="findings">{items}</ol>'


def _finding(item: Mapping[str, str]) -> str:
    method = Label(item.get("method_zh", ""), item.get("method_en", ""))
    note = f"<small>{bi(method)}</small>" if method.zh else ""
    return f"<li>{bi(Label(item['zh'], item['en']))}{note}</li>"


def _cards() -> str:
    cards = "".join(
        f'<a class="map-card" href="{name}.html"><b>{bi(title)}</b>'
        f"<span>{bi(CARD_TEXTS[name])}</span></a>"
        for name, title in CARDS.items()
    )
    return f'<div class="map-cards">{cards}</div>'


def _overview(layers: Layers, date: dt.date) -> str:
    present = set(layers.sections["class"]) if len(layers.sections) else set()
    key = "".join(
        f'<span class="key">{line_sample(class_)}{bi(CLASS[class_])}</span>'
        for class_ in LINES
        if class_ in present
    )
    key += "".join(
        f'<span class="key">{line_sample("", stage)}{bi(STAGE[stage])}</span>'
        for stage in ("open", "construction", "planned")
    )
    name = bi(Label(f"路网概览，{date}", f"The network on {date}"))
    sketch = overview_sketch(layers, date)
    return (
        f'<figure class="overview-figure"><a href="network.html">{sketch}</a>'
        f"<figcaption><b>{name}</b> {key}</figcaption></figure>"
    )


def _more(findings: Sequence[Mapping[str, str]]) -> str:
    """Return the findings that do not stand beside the map."""
    if not findings:
        return ""
    items = "".join(_finding(item) for item in findings)
    listed = f'\n<ol class="findings more" start="{FIRST + 1}">{items}</ol>'
    return _section(Label("更多结果", "More results"), listed)


def _growth(layers: Layers, date: dt.date) -> str:
    """Return the number of crossings in the years in which it changed."""
    crossings = crossings_or_none(layers, date)
    pair = layers.catalogue.region.regions[:2]
    blocks = []
    for mode in ("road", "rail"):
        rows = [row for row in crossings.itertuples() if row.mode == mode]
        if not rows:
            continue
        years, series = growth_series(layers, date, pair, mode, rows)
        blocks.append(
            growth_table(years, series, name=f"years-{mode}", caption=GROUPS[mode], changes=True)
        )
    if not blocks:
        return ""
    note = Label(
        f"只列数量有变化的年份；{date.year} 年以后按预计年份。",
        f"Only years with a change; after {date.year} by expected year.",
    )
    tables = f'<p>{bi(note)}</p><div class="pair">{"".join(blocks)}</div>'
    return _section(Label("跨界通道逐年增长", "Crossings by year"), tables)


def _routes_table(layers: Layers, date: dt.date) -> str:
    sections = sections_on(layers, date)
    stages = {
        str(key): route_stage(group) for key, group in sections.groupby("route_id", sort=True)
    }
    rows = []
    for route_id, row in layers.routes.iterrows():
        stage = stages.get(str(route_id), "planned")
        css = "partly" if stage == "partly open" else stage
        name = bi((row["name_zh"], row["name_en"]))
        link = f'<a href="network.html#route={route_id}">{name}</a>'
        accuracy = bi(named(ACCURACY, row["accuracy_class"]))
        cells = [
            cell(link),
            cell(bi((row["ref"], row["ref"]))),
            cell(bi(named(CLASS, row["class"])), css="nowrap"),
            cell(bi(named(GROUP, row["group"]))),
            cell(status_mark(css, named(STAGE, stage))),
            number_cell(row["length_km"], 1),
            number_cell(row["geometry_km"], 1),
            number_cell(row["length_ratio"], 3),
            number_cell(row["accuracy_m"], text=f"{accuracy} ±{number(row['accuracy_m'])} m"),
        ]
        rows.append(table_row(cells))
    caption = Label(
        f"状态日期 {date}；点名称在地图上显示。", f"Status on {date}; a name opens the map."
    )
    return table(COLUMNS, rows, name="routes", caption=caption)


def _methods() -> str:
    items = "".join(f"<li>{bi(text)}</li>" for text in METHODS)
    return _section(Label("方法", "Methods"), f'<ul class="methods">{items}</ul>')


def _downloads(files: Sequence[str]) -> str:
    if not files:
        return ""
    items = "".join(
        f'<li><a href="{escape(file)}" download>{escape(file)}</a></li>' for file in files
    )
    return _section(Label("下载", "Downloads"), f'<ul class="files">{items}</ul>')


def _sources(layers: Layers) -> str:
    rows = []
    for source in layers.catalogue.sources:
        url = web_address(source.url)
        name = f'<span lang="zh-CN">{escape(source.title)}</span>'
        title = f'<a href="{escape(url)}" rel="noopener noreferrer">{name}</a>' if url else name
        publisher = f'<span lang="zh-CN">{escape(source.publisher)}</span>'
        cells = (title, publisher, escape(source.date), escape(source.licence))
        rows.append(table_row(cell(text) for text in cells))
    columns = (
        (Label("标题", "Title"), ""),
        (Label("发布者", "Publisher"), ""),
        (Label("日期", "Date"), "nowrap"),
        (Label("许可", "Licence"), ""),
    )
    caption = Label(
        "每条线路、路段和地点都注明来源。", "Every route, section and place names its source."
    )
    heading = bi(Label(f"来源（{len(rows)}）", f"Sources ({len(rows)})"))
    return (
        f'<section class="page"><details class="sources"><summary><h2>{heading}</h2></summary>'
        f"{table(columns, rows, name='sources', caption=caption)}</details></section>"
    )
