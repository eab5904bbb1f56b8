"""Sections, routes and places as GeoJSON and plain values, with only what a page shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

import folium
from pypinyin import Style, lazy_pinyin

from geo.core import is_unknown
from geo.layers import LINES, POINT_OF_KIND, Layers, weight_of
from geo.maps.line_encoding import DIGITS, line_points

#: Columns of the sections that the pages show, as they are.
SECTION_FIELDS = (
    "route_id", "name", "from_zh", "from_en", "to_zh", "to_en", "opened", "started",
    "expected", "design_speed_kmh", "operating_speed_kmh", "lanes", "tracks", "length_km",
    "geometry_km", "running_km", "shares", "accuracy_m", "accuracy_class", "confidence",
)  # fmt: skip
#: Columns of the routes that the pages show, as they are.
ROUTE_FIELDS = (
    "name", "name_en", "ref", "mode", "class", "group", "length_km", "geometry_km",
    "accuracy_m", "accuracy_class",
)  # fmt: skip


def collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """Return features as GeoJSON."""
    return {"type": "FeatureCollection", "features": features}


def one_feature(kind: str, coordinates: list[Any]) -> dict[str, Any]:
    """Return a geometry without properties as GeoJSON."""
    geometry = {"type": kind, "coordinates": coordinates}
    return collection([{"type": "Feature", "id": "0", "properties": {}, "geometry": geometry}])


def point_feature(key: Any, properties: dict[str, Any], lon: float, lat: float) -> dict[str, Any]:
    """Return a point as a feature."""
    at = {"type": "Point", "coordinates": [round(lon, DIGITS), round(lat, DIGITS)]}
    return {"type": "Feature", "id": key, "properties": properties, "geometry": at}


def add_geojson(map_: folium.Map, data: dict[str, Any], style: dict[str, Any], **more: Any) -> str:
    """Add features to a map, all in one style; return the name of the layer in the script."""
    layer = folium.GeoJson(data, style_function=lambda _: style, **more).add_to(map_)
    return str(layer.get_name())


def known(values: dict[str, Any]) -> dict[str, Any]:
    """Drop what is unknown or empty; keep whole numbers as integers, others to one decimal."""
    kept: dict[str, Any] = {}
    for key, value in values.items():
        if is_unknown(value):
            continue
        if isinstance(value, (str, list)):
            kept[key] = value
        else:
            kept[key] = int(value) if value == int(value) else round(float(value), 1)
    return kept


def section_features(
    layers: Layers, class_: str, stages: dict[str, str], only: Collection[str] | None = None
) -> dict[str, Any]:
    """Return the sections of one class, or only some of them, as GeoJSON."""
    rows = layers.sections[layers.sections["class"] == class_]
    rows = rows if only is None else rows[rows.index.isin(list(only))]
    keys = layers.catalogue.section
    features = []
    for section_id, row in rows.to_dict("index").items():
        properties = {
            "stages": stages[str(section_id)],
            "weight": weight_of(class_, row["group"]),
            "source": keys[str(section_id)].sources,
        }
        properties |= {name: row[name] for name in SECTION_FIELDS}
        features.append(
            {
                "type": "Feature",
                "id": section_id,
                "properties": known(properties),
                "geometry": {"type": "LineString", "coordinates": line_points(row["geometry"])},
            }
        )
    return collection(features)


def romanised(name: str) -> list[str]:
    """Return what a Chinese name can be found by: its pinyin without tones, and the initials."""
    return [*_pinyin(name)]


@cache  # the same names stand on every page
def _pinyin(name: str) -> tuple[str, ...]:
    styles = (Style.NORMAL, Style.FIRST_LETTER)
    return tuple("".join(lazy_pinyin(name, style=style)).lower() for style in styles)


def route_facts(layers: Layers) -> dict[str, dict[str, Any]]:
    """Return the facts of every route."""
    sections = {
        route: [row.section_id for row in rows]
        for route, rows in layers.catalogue.sections_of.items()
    }
    facts = {}
    for route_id, row in layers.routes.iterrows():
        key = str(route_id)
        values = {name: row[name] for name in ROUTE_FIELDS}
        values |= {"sections": sections[key], "source": layers.catalogue.route[key].sources}
        values["pinyin"] = romanised(row["name"])
        facts[key] = known(values)
    return facts


def point_features(layers: Layers, layer: str) -> dict[str, Any]:
    """Return the places of one layer of points as GeoJSON."""
    kinds = [kind for kind, name in POINT_OF_KIND.items() if name == layer]
    features = []
    for place in layers.catalogue.places:
        if place.kind not in kinds:
            continue
        fields: dict[str, Any] = {"name": place.name, "name_en": place.name_en}
        fields["pinyin"] = romanised(place.name)
        fields |= {"accuracy_m": place.accuracy_m, "confidence": place.confidence}
        fields["source"] = place.sources
        routes = layers.places["routes"][place.place_id]
        fields["routes"] = [route for route in routes.split(";") if route]
        features.append(point_feature(place.place_id, known(fields), place.lon, place.lat))
    return collection(features)


def class_order(classes: Iterable[str]) -> list[str]:
    """Return classes from the top of the drawing to the bottom, unknown ones at the end."""
    present = set(classes)
    return [key for key in LINES if key in present] + sorted(present.difference(LINES))
