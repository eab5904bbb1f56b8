"""What the pages with a map share: their frame, their data, colours and the layers of classes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable
from typing import Any

import folium

from geo.catalogue import STATUS_CODES, Label
from geo.layers import DASHES, LINES, OPACITY, OTHER_LINE, UNCASED, Layers
from geo.maps.bundling import page_script
from geo.maps.elements import render, style_sheet
from geo.maps.features import add_geojson, class_order, section_features
from geo.maps.fonts import font_rule
from geo.maps.lettering import area_labels, city_labels
from geo.maps.offline import MAP_SLOT, json_text, offline_html
from geo.maps.texts import Texts

#: Colours of what is shown by mode.
COLOR = {"road": "#0072B2", "rail": "#B34E00", "water": "#00734F"}


def status_table() -> dict[str, dict[str, Any]]:
    """Return what each code of status means and looks like on a page."""
    return {
        code: {
            "stage": stage,
            "assumed": assumed,
            "label": label,
            "dash": DASHES[stage],
            "opacity": OPACITY[stage],
            "cased": stage not in UNCASED,
        }
        for code, (stage, assumed, label) in STATUS_CODES.items()
    }


def mode_color(mode: str) -> str:
    """Return the colour of a mode."""
    return COLOR.get(mode, OTHER_LINE.color)


def page_body(
    texts: Texts, layers: Layers, date: dt.date, *, jump: str = "", **values: Any
) -> str:
    """Return the body of a page; its `title`, and the table that its first link jumps to."""
    shared = {"text": texts, "page": texts.page, "layers": layers, "date": date, "jump": jump}
    shared |= {"region": layers.catalogue.region, "map_slot": MAP_SLOT}
    return render(texts.page, **shared, **values)


def page_with_map(
    texts: Texts,
    layers: Layers,
    date: dt.date,
    map_: folium.Map,
    *,
    title: Label,
    data: dict[str, object],
    styles: Iterable[str] = (),
    arguments: Iterable[str] = (),
    **values: Any,
) -> str:
    """Return a page with a map: its template, its script, and what both are given."""
    cat, name = layers.catalogue, texts.page
    given = ",".join([map_.get_name(), *arguments, page_settings(layers)])
    return offline_html(
        map_,
        title=title,
        description=Texts("index").group("card_texts").get(texts.page),
        body=page_body(texts, layers, date, title=title, **values),
        css=style_sheet("map", *styles, name) + font_rule(cat.region.languages),
        script=f"{page_script(name)}geo.{name}({given});",
        data={"data-cities": city_labels(cat), "data-areas": area_labels(cat)} | data,
        lang=cat.region.page_language,
    )


def region_title(layers: Layers) -> Label:
    """Return what the pages of the whole region are called."""
    region = layers.catalogue.region
    return Label(f"{region.name}交通走廊", f"Transport corridors: {region.name_en}")


def page_settings(layers: Layers) -> str:
    """Return what every map needs to know of its region, as JavaScript."""
    region = layers.catalogue.region
    label = [f"地图：{region.name}", f"Map: {region.name_en}"]
    return json_text({"attribution": region.map.attribution, "mapLabel": label})


def add_sections(
    map_: folium.Map, layers: Layers, stages: dict[str, str], only: Collection[str] | None = None
) -> dict[str, str]:
    """Add one layer per class, which the page draws with casing and status; return their names."""
    present = set(layers.sections["class"]) if len(layers.sections) else set()
    names = {}
    for class_ in class_order(present):
        drawn = section_features(layers, class_, stages, only)
        if drawn["features"]:
            style = {"color": LINES.get(class_, OTHER_LINE).color}
            names[class_] = add_geojson(map_, drawn, style, name=class_, show=False)
    return names


def class_groups(classes: dict[str, str]) -> str:
    """Return the layers of the classes and how they look, from the top down, as JavaScript."""
    groups = ",".join(
        "{" + f"key:{json.dumps(key)},layer:{variable},color:{json.dumps(style.color)},"
        f"weight:{style.weight},ticks:{json.dumps(style.ticks)}" + "}"
        for key, variable in classes.items()
        for style in [LINES.get(key, OTHER_LINE)]
    )
    return f"[{groups}]"
