"""The landing page: findings, an overview map, tables, methods, sources and downloads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from geo.catalogue import CLASS, STAGE, STAGES, Label, way_labels
from geo.connectivity import core_cities
from geo.layers import LINES, Layers, crossings_or_none, route_stage, sections_on
from geo.maps.bundling import page_script
from geo.maps.crossings import crossings_title, growth_columns, growth_series
from geo.maps.elements import line_sample, number, style_sheet, web_address
from geo.maps.fonts import font_rule
from geo.maps.map_page import page_body, region_title
from geo.maps.offline import html_document
from geo.maps.sketches import overview_sketch
from geo.maps.story import build_story, first_scenes, reached_people
from geo.maps.texts import Texts
from geo.scenarios import Analysis

TEXT = Texts("index")

#: Findings that stand beside the map; the others follow below.
FIRST = 6


def index_page(
    layers: Layers,
    *,
    date: dt.date,
    findings: Sequence[Mapping[str, str]] = (),
    downloads: Sequence[str] = (),
    analysis: Analysis | None = None,
) -> str:
    """Return the landing page; an analysis of that date gives its networks."""
    title, scenes = region_title(layers), build_story(layers, date, analysis)
    region = layers.catalogue.region
    name = Label(region.name, region.name_en)
    stages = sections_on(layers, date).groupby("route_id", sort=True)
    roads = way_labels("road", layers.routes["class"][layers.routes["mode"] == "road"])[1]
    body = page_body(
        TEXT,
        layers,
        date,
        title=title,
        jump="routes",
        first=FIRST,
        findings=findings or [_plain_finding(layers, date)],
        card_texts=TEXT.group("card_texts"),
        sketch=overview_sketch(layers, date, first_scenes(layers, scenes)),
        scenes=scenes,
        region_name=name,
        now=next((scene for scene in scenes if scene.date == date), None),
        reach=reached_people(analysis) if analysis else [],
        cores=[Label(city.name, city.name_en) for city in core_cities(layers.catalogue)],
        pair=[Label(part.name, part.name_en) for part in region.regions[:2]],
        key=_key(layers, date),
        growth=_growth(layers, date),
        roads=roads,
        stages={str(key): route_stage(sections) for key, sections in stages},
        downloads=downloads,
        web_address=web_address,
    )
    return html_document(
        body,
        title=title,
        description=TEXT.fill("lead", region=name),
        css=style_sheet("index") + font_rule(region.languages),
        script=page_script("index") + "geo.index();",
        lang=region.page_language,
    )


def _plain_finding(layers: Layers, date: dt.date) -> dict[str, str]:
    """Return the plain figures of the day."""
    sections = sections_on(layers, date)
    is_open = sections[(sections["stage"] == "open") & (sections["shares"] == "")]
    km = is_open.groupby("mode")["running_km"].sum()
    road, rail = (number(km.get(mode, 0.0)) for mode in ("road", "rail"))
    count = len(layers.routes)
    return TEXT.fill("plain_finding", count=count, date=date, road=road, rail=rail)._asdict()


def _key(layers: Layers, date: dt.date) -> list[tuple[str, str, Label]]:
    """Return what the lines of the overview mean: what kind of key, a sample and its name."""
    shown = {"open", *sections_on(layers, date)["stage"]}
    stages = [stage for stage in STAGES if stage in shown]
    present = set(layers.sections["class"]) if len(layers.sections) else set()
    classes = [("class", line_sample(key), CLASS[key]) for key in LINES if key in present]
    return [*classes, *(("stage", line_sample("", stage), STAGE[stage]) for stage in stages)]


def _growth(layers: Layers, date: dt.date) -> list[tuple[Any, ...]]:
    """Return how the number of crossings grew: by mode the years, lines and headings."""
    crossings = crossings_or_none(layers, date)
    pair = layers.catalogue.region.regions[:2]
    found: list[tuple[Any, ...]] = []
    for mode in ("road", "rail"):
        if rows := [row for row in crossings.itertuples() if row.mode == mode]:
            years, series = growth_series(layers, date, pair, mode, rows)
            heading = crossings_title(layers, mode, rows)
            found.append((mode, years, series, growth_columns(series), heading))
    return found
