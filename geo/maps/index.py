"""The landing page: findings, an overview map, tables, methods, sources and downloads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from html import escape

from geo.catalogue import ACCURACY, CLASS, GROUP, STAGE, STAGES, Label, named
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
    render,
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
    body = render(
        "index",
        text=TEXT,
        head=header(title, NAME, table="routes"),
        foot=footer(layers.catalogue, date),
        date=date,
        first=FIRST,
        findings=findings or [_plain_finding(layers, date)],
        card_texts=TEXT.group("card_texts"),
        sketch=overview_sketch(layers, date),
        key=_key(layers, date),
        growth=_growth(layers, date),
        routes=_routes_table(layers, date),
        downloads=downloads,
        sources=len(layers.catalogue.sources),
        sources_table=_sources_table(layers),
    )
    return html_document(
        body,
        title=title,
        css=style_sheet("index"),
        script=page_script("index") + "geo.index();",
        lang=layers.catalogue.region.page_language,
    )


def _plain_finding(layers: Layers, date: dt.date) -> dict[str, str]:
    """Return the plain figures of the day."""
    sections = sections_on(layers, date)
    is_open = sections[(sections["stage"] == "open") & (sections["shares"] == "")]
    km = is_open.groupby("mode")["running_km"].sum()
    road, rail = (number(km.get(mode, 0.0)) for mode in ("road", "rail"))
    count = len(layers.routes)
    return TEXT.fill("plain_finding", count=count, date=date, road=road, rail=rail)._asdict()


def _key(layers: Layers, date: dt.date) -> list[tuple[str, Label]]:
    """Return what the lines of the overview mean."""
    shown = {"open", *sections_on(layers, date)["stage"]}
    stages = [stage for stage in STAGES if stage in shown]
    present = set(layers.sections["class"]) if len(layers.sections) else set()
    classes = [(line_sample(key), CLASS[key]) for key in LINES if key in present]
    return [*classes, *((line_sample("", stage), STAGE[stage]) for stage in stages)]


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
    return "".join(blocks)


def _routes_table(layers: Layers, date: dt.date) -> str:
    sections = sections_on(layers, date)
    stages = {
        str(key): route_stage(group) for key, group in sections.groupby("route_id", sort=True)
    }
    rows = []
    for route_id, row in layers.routes.iterrows():
        stage = stages.get(str(route_id), "planned")
        css = "partly" if stage == "partly open" else stage
        name = bi((row["name"], row["name_en"]))
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
    return table(TEXT.columns("columns"), rows, name="routes", caption=caption)


def _sources_table(layers: Layers) -> str:
    rows = []
    for source in layers.catalogue.sources:
        url = web_address(source.url)
        name = f'<span lang="zh-CN">{escape(source.title)}</span>'
        title = f'<a href="{escape(url)}" rel="noopener noreferrer">{name}</a>' if url else name
        publisher = f'<span lang="zh-CN">{escape(source.publisher)}</span>'
        cells = (title, publisher, escape(source.date), escape(source.licence))
        rows.append(table_row(cell(text) for text in cells))
    columns, caption = TEXT.columns("source_columns"), TEXT["sources_caption"]
    return table(columns, rows, name="sources", caption=caption)
