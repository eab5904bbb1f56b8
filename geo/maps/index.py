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
from geo.maps.texts import Texts

TEXT = Texts("index")

NAME = "index.html"
CARDS = TEXT.group("cards")
CARD_TEXTS = TEXT.group("card_texts")
METHODS = TEXT.listed("methods")
#: Findings that stand beside the map; the others follow below.
FIRST = 6
COLUMNS = TEXT.columns("columns")


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
{_section(TEXT["routes_heading"], _routes_table(layers, date))}
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
    return f'<h2>{bi(TEXT["findings_heading"])}</h2><ol class="findings">{items}</ol>'


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
    name = bi(TEXT.fill("overview", date=date))
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
    return _section(TEXT["more_results"], listed)


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
    note = TEXT.fill("growth_note", year=date.year)
    tables = f'<p>{bi(note)}</p><div class="pair">{"".join(blocks)}</div>'
    return _section(TEXT["growth_heading"], tables)


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
    caption = TEXT.fill("routes_table_caption", date=date)
    return table(COLUMNS, rows, name="routes", caption=caption)


def _methods() -> str:
    items = "".join(f"<li>{bi(text)}</li>" for text in METHODS)
    return _section(TEXT["methods_heading"], f'<ul class="methods">{items}</ul>')


def _downloads(files: Sequence[str]) -> str:
    if not files:
        return ""
    items = "".join(
        f'<li><a href="{escape(file)}" download>{escape(file)}</a></li>' for file in files
    )
    return _section(TEXT["downloads_heading"], f'<ul class="files">{items}</ul>')


def _sources(layers: Layers) -> str:
    rows = []
    for source in layers.catalogue.sources:
        url = web_address(source.url)
        name = f'<span lang="zh-CN">{escape(source.title)}</span>'
        title = f'<a href="{escape(url)}" rel="noopener noreferrer">{name}</a>' if url else name
        publisher = f'<span lang="zh-CN">{escape(source.publisher)}</span>'
        cells = (title, publisher, escape(source.date), escape(source.licence))
        rows.append(table_row(cell(text) for text in cells))
    columns = TEXT.columns("source_columns")
    caption = TEXT["sources_caption"]
    heading = bi(TEXT.fill("sources_heading", count=len(rows)))
    return (
        f'<section class="page"><details class="sources"><summary><h2>{heading}</h2></summary>'
        f"{table(columns, rows, name='sources', caption=caption)}</details></section>"
    )
