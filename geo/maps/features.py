"""Sections, routes and places as GeoJSON and plain values, with only what a page shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import folium
import numpy as np
import shapely
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin

from geo.core import is_unknown
from geo.geometry import METRES_PER_DEGREE
from geo.layers import LINES, OTHER_LINE, POINT_OF_KIND, Layers, weight_of

#: Lines lose no more than this, and coordinates keep five decimals (about 1 m).
TOLERANCE_M = 25.0
DIGITS = 5
#: Columns of the sections that the pages show, as they are.
SECTION_FIELDS = (
    "route_id", "name_zh", "from_zh", "from_en", "to_zh", "to_en", "opened", "started",
    "expected", "design_speed_kmh", "operating_speed_kmh", "lanes", "tracks", "length_km",
    "geometry_km", "running_km", "shares", "accuracy_m", "accuracy_class", "confidence",
)  # fmt: skip
#: Columns of the routes that the pages show, as they are.
ROUTE_FIELDS = (
    "name_zh", "name_en", "ref", "mode", "class", "group", "length_km", "geometry_km",
    "accuracy_m", "accuracy_class",
)  # fmt: skip


def known(values: dict[str, Any]) -> dict[str, Any]:
    """
    Drop what is unknown and make numbers short.

    Parameters
    ----------
    values
        Values by name.

    Returns
    -------
    values
        Those that are neither None, NaN nor empty; whole numbers as integers, others with
        one decimal.

    Examples
    --------
    >>> known({"speed": 250.0, "length_km": 305.14, "opened": "", "lanes": float("nan")})
    {'speed': 250, 'length_km': 305.1}

    """
    kept: dict[str, Any] = {}
    for key, value in values.items():
        if is_unknown(value):
            continue
        if isinstance(value, (str, list)):
            kept[key] = value
        else:
            kept[key] = int(value) if value == int(value) else round(float(value), 1)
    return kept


def rounded(points: NDArray[np.float64], digits: int) -> list[list[float]]:
    """
    Return rounded points without repetitions.

    Parameters
    ----------
    points
        Points in degrees, shape (n, 2).
    digits
        Number of decimals.

    Returns
    -------
    points
        Lists of two numbers; at least two of them where two were given.

    Examples
    --------
    >>> rounded(np.array([[104.123456, 30.0]]), 4)
    [[104.1235, 30.0]]

    """
    kept: list[list[float]] = []
    for point in points.round(digits).tolist():
        if not kept or kept[-1] != point:
            kept.append(point)
    return kept if len(kept) > 1 or len(points) < 2 else kept * 2


def coordinates(line: Any) -> list[list[float]]:
    """
    Return the points of a line, simplified and rounded.

    Parameters
    ----------
    line
        A LineString in WGS-84.

    Returns
    -------
    points
        Longitude and latitude of every point.

    Examples
    --------
    >>> from shapely import LineString
    >>> coordinates(LineString([(104, 30), (104.5, 30), (105.000001, 30)]))
    [[104.0, 30.0], [105.0, 30.0]]

    """
    simple = shapely.simplify(line, TOLERANCE_M / METRES_PER_DEGREE)
    return rounded(shapely.get_coordinates(simple), DIGITS)


def section_features(
    layers: Layers, class_: str, stages: dict[str, str], only: Iterable[str] | None = None
) -> dict[str, Any]:
    """
    Return the sections of one class as GeoJSON.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    class_
        Class of the routes.
    stages
        Result of :func:`stages_by_year`.
    only
        Only these sections.

    Returns
    -------
    collection
        A FeatureCollection.

    Examples
    --------
    >>> from datetime import date
    >>> from geo.mapping.facts import stages_by_year
    >>> stages = stages_by_year(lay, [date(2014, 12, 31), date(2015, 12, 31)])
    >>> found = section_features(lay, "hsr", stages, only=["chengyu-hsr-1"])
    >>> found["features"][0]["properties"]["stages"]
    'po'

    """
    rows = layers.sections[layers.sections["class"] == class_]
    rows = rows if only is None else rows[rows.index.isin(list(only))]
    keys = layers.catalogue.section
    features = []
    for section_id, row in rows.iterrows():
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
                "geometry": {"type": "LineString", "coordinates": coordinates(row.geometry)},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def romanised(name: str) -> list[str]:
    """
    Return what a Chinese name can be found by: its pinyin without tones, and the initials.

    Parameters
    ----------
    name
        The name; letters that are no Chinese stay.

    Returns
    -------
    texts
        Both in lower case.

    Examples
    --------
    >>> romanised("成渝")
    ['chengyu', 'cy']

    """
    styles = (Style.NORMAL, Style.FIRST_LETTER)
    return ["".join(lazy_pinyin(name, style=style)).lower() for style in styles]


def route_facts(layers: Layers) -> dict[str, dict[str, Any]]:
    """
    Return the facts of every route.

    Parameters
    ----------
    layers
        The layers of the catalogue.

    Returns
    -------
    routes
        Values by route, with its sections in order and the pinyin of its name.

    Examples
    --------
    >>> facts = route_facts(lay)["chengdawan-hsr"]
    >>> facts["name_zh"], facts["pinyin"]
    ('成达万高铁', ['chengdawangaotie', 'cdwgt'])

    """
    sections = {
        route: [row.section_id for row in rows]
        for route, rows in layers.catalogue.sections_of.items()
    }
    facts = {}
    for route_id, row in layers.routes.iterrows():
        key = str(route_id)
        values = {name: row[name] for name in ROUTE_FIELDS}
        values |= {"sections": sections[key], "source": layers.catalogue.route[key].sources}
        values["pinyin"] = romanised(row["name_zh"])
        facts[key] = known(values)
    return facts


def point_features(layers: Layers, layer: str) -> dict[str, Any]:
    """
    Return the places of one layer of points as GeoJSON.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    layer
        Name of the layer, see :data:`geo.layers.symbology.POINTS`.

    Returns
    -------
    collection
        A FeatureCollection.

    Examples
    --------
    >>> ports = point_features(lay, "port")["features"]
    >>> [feature["properties"]["name_en"] for feature in ports[:2]]
    ['Yibin Port', 'Luzhou Port']

    """
    kinds = [kind for kind, name in POINT_OF_KIND.items() if name == layer]
    features = []
    for place in layers.catalogue.places:
        if place.kind not in kinds:
            continue
        fields: dict[str, Any] = {"name_zh": place.name_zh, "name_en": place.name_en}
        fields["pinyin"] = romanised(place.name_zh)
        fields |= {"accuracy_m": place.accuracy_m, "confidence": place.confidence}
        fields["source"] = place.sources
        routes = layers.places["routes"][place.place_id]
        fields["routes"] = [route for route in routes.split(";") if route]
        features.append(
            {
                "type": "Feature",
                "id": place.place_id,
                "properties": known(fields),
                "geometry": {
                    "type": "Point",
                    "coordinates": [round(place.lon, DIGITS), round(place.lat, DIGITS)],
                },
            }
        )
    return {"type": "FeatureCollection", "features": features}


def add_classes(map_: folium.Map, collections: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """
    Add one layer per class to a map; the page draws them with casing and status.

    Parameters
    ----------
    map_
        The map.
    collections
        Features by class; a class without features gets no layer.

    Returns
    -------
    names
        Name of the layer in the script, by class, in the order of the legend.

    Examples
    --------
    >>> import folium
    >>> line = {"type": "LineString", "coordinates": [[104, 30], [105, 30]]}
    >>> feature = {"type": "Feature", "properties": {}, "geometry": line}
    >>> drawn = {"type": "FeatureCollection", "features": [feature]}
    >>> list(add_classes(folium.Map(), {"hsr": drawn, "motorway": {"features": []}}))
    ['hsr']

    """
    names = {}
    for class_ in [*LINES, *sorted(set(collections).difference(LINES))]:
        if collections.get(class_, {}).get("features"):
            color = LINES.get(class_, OTHER_LINE).color
            layer = folium.GeoJson(
                collections[class_],
                style_function=lambda _, color=color: {"color": color},
                name=class_,
                show=False,
            ).add_to(map_)
            names[class_] = layer.get_name()
    return names
