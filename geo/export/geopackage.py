"""A GeoPackage with styles for QGIS."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import pandas as pd
import pyogrio
from geopandas import GeoDataFrame
from pandas import DataFrame

from geo.catalogue import CLASS, KIND, STAGE, Label, named
from geo.core import STAMP, replaced_file, with_index_column
from geo.layers import DASHES, LINES, OTHER_LINE, POINT_OF_KIND, POINTS, LineStyle, PointStyle

#: The version of QGIS that the styles are written for.
_QGIS = "3.22"
#: The look of what has no kind of its own: towns, ends, nodes of the network.
_OTHER_POINT = PointStyle("#555555", "#FFFFFF", 2.0, 10)
_OTHER = Label("其他", "Other")
_CITY = PointStyle("#111111", "#FFFFFF", 5.0, 5)


def _style_table(frames: dict[str, GeoDataFrame]) -> DataFrame:
    """Return the styles of layers as the table ``layer_styles``, which QGIS reads."""
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": name,
            "f_geometry_column": "geom",
            "styleName": name,
            "styleQML": _style(frame, label=name == "cities"),
            "styleSLD": "",
            "useAsDefault": True,
            "description": "Colours by class and kind, dashes by status",
            "owner": "",
            "ui": None,
            "update_time": pd.Timestamp(STAMP),
        }
        for name, frame in frames.items()
    ]
    return pd.DataFrame(rows)


def _style(frame: GeoDataFrame, *, label: bool) -> str:
    """
    Return the style of a layer for QGIS, with names beside its points if asked for.

    Lines differ by their columns `class` and `status`, points by `kind`; a layer without these
    columns has one symbol.
    """
    lines = set(frame.geometry.geom_type) <= {"LineString", "MultiLineString"}
    looks = _lines(frame) if lines else _points(frame)
    categories = "Symbology|Labeling"
    root = Element(
        "qgis", version=_QGIS, styleCategories=categories, labelsEnabled=str(int(label))
    )
    if len(looks) == 1:
        renderer = SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
    else:
        keys = [key for key in ("class", "status", "kind") if key in frame]
        attr = " || '/' || ".join(f'"{key}"' for key in keys)
        renderer = SubElement(
            root,
            "renderer-v2",
            type="categorizedSymbol",
            attr=attr,
            symbollevels="0",
            enableorderby="0",
            forceraster="0",
        )
        held = SubElement(renderer, "categories")
        for number, (value, (text, _)) in enumerate(looks.items()):
            shown = {"value": value, "symbol": str(number), "label": text, "render": "true"}
            SubElement(held, "category", shown)
    symbols = SubElement(renderer, "symbols")
    for number, (_, options) in enumerate(looks.values()):
        _add_symbol(symbols, number, options, line=lines)
    if label:
        _add_labels(root)
    doctype = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return doctype + tostring(root, "unicode")


def _lines(frame: GeoDataFrame) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the text and the options of every look of the lines, by value."""
    if "class" not in frame:
        return {"": ("", _line(OTHER_LINE, "open"))}
    present = set(frame["class"])
    known = [*(key for key in LINES if key in present), *sorted(present - set(LINES))]
    looks = {key: LINES.get(key, OTHER_LINE) for key in known}
    if "status" not in frame:
        return {
            key: (_text([named(CLASS, key)]), _line(look, "open")) for key, look in looks.items()
        }
    return {
        f"{key}/{status}": (_text([named(CLASS, key), STAGE[status]]), _line(look, status))
        for key, look in looks.items()
        for status in DASHES
    }


def _points(frame: GeoDataFrame) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the text and the options of every look of the points, by value."""
    if "kind" not in frame:
        return {"": ("", _point(_CITY if "population" in frame else _OTHER_POINT))}
    known = [kind for kind in sorted(set(frame["kind"])) if kind in POINT_OF_KIND]
    looks = {
        kind: (_text([KIND[POINT_OF_KIND[kind]]]), _point(POINTS[POINT_OF_KIND[kind]]))
        for kind in known
    }
    return {**looks, "": (_text([_OTHER]), _point(_OTHER_POINT))}


def _text(labels: Iterable[Label]) -> str:
    both = list(labels)
    return " ".join(label.zh for label in both) + " " + ", ".join(label.en for label in both)


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def _line(look: LineStyle, status: str) -> dict[str, str]:
    dashes = DASHES[status]
    return {
        "capstyle": "flat" if dashes else "round",
        "joinstyle": "round",
        "line_color": _rgba(look.color),
        "line_style": "solid",
        "line_width": str(look.weight / 2),
        "line_width_unit": "Pixel",
        "use_custom_dash": str(int(bool(dashes))),
        "customdash": dashes.replace(" ", ";") or "5;2",
        "customdash_unit": "Pixel",
    }


def _point(look: PointStyle) -> dict[str, str]:
    return {
        "name": "circle",
        "color": _rgba(look.fill),
        "outline_color": _rgba(look.color),
        "outline_style": "solid",
        "outline_width": "1.5",
        "outline_width_unit": "Pixel",
        "size": str(round(1.5 * look.radius, 1)),
        "size_unit": "Pixel",
    }


def _add_symbol(symbols: Element, number: int, options: dict[str, str], *, line: bool) -> None:
    shape, kind = ("line", "SimpleLine") if line else ("marker", "SimpleMarker")
    look = {"alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}
    symbol = SubElement(symbols, "symbol", {"type": shape, "name": str(number), **look})
    layer = SubElement(
        symbol, "layer", {"class": kind, "pass": "0", "enabled": "1", "locked": "0"}
    )
    held = SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        SubElement(held, "Option", name=name, type="QString", value=value)


def _add_labels(root: Element) -> None:
    """Write names beside points, with a white edge."""
    labeling = SubElement(root, "labeling", type="simple")
    settings = SubElement(labeling, "settings", calloutType="simple")
    text = {
        "fieldName": "name",
        "fontSize": "9",
        "fontSizeUnit": "Point",
        "textColor": "17,17,17,255",
        "isExpression": "0",
    }
    edge = {
        "bufferDraw": "1",
        "bufferSize": "0.8",
        "bufferSizeUnits": "MM",
        "bufferColor": "255,255,255,255",
    }
    SubElement(SubElement(settings, "text-style", text), "text-buffer", edge)
    SubElement(settings, "placement", placement="6", dist="1")


#: The version of the GeoPackage format that the GIS of some years ago read as well.
_GPKG = "1.2"
#: What the layers of the GeoPackage hold.
_TITLES = {
    "places": "地点 Places",
    "sections": "区段 Sections",
    "routes": "线路 Routes",
    "cities": "城市 Cities",
    "zones": "区县人口 Zones and their people",
    "crossings": "跨界处 Border crossings",
    "nodes": "网络节点 Nodes of the network",
    "edges": "网络边 Edges of the network",
}


def write_gpkg(frames: dict[str, GeoDataFrame], path: Path, *, terms: str = "") -> None:
    """
    Write layers into one GeoPackage, with their styles for QGIS.

    Parameters
    ----------
    frames, path
        GeoDataFrames by layer name, and the file.
    terms
        Licences and credit, which every layer carries in its description.
    """
    with _fixed_date(), replaced_file(path) as temporary:
        for name, frame in frames.items():
            title = ". ".join(filter(None, [_TITLES.get(name, name), terms]))
            options = {"driver": "GPKG", "DESCRIPTION": title, "VERSION": _GPKG}
            if frame.empty:
                options["geometry_type"] = "LineString" if name == "edges" else "Point"
            write_layer(with_index_column(frame), temporary, layer=name, **options)
        styles = _style_table(frames)
        write_layer(styles, temporary, layer="layer_styles", driver="GPKG", FID="id")


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Let GDAL write a fixed time of change, so that the same layers give the same bytes."""
    before = os.environ.get("OGR_CURRENT_DATE")
    os.environ["OGR_CURRENT_DATE"] = STAMP
    try:
        yield
    finally:
        os.environ.pop("OGR_CURRENT_DATE")
        if before is not None:
            os.environ["OGR_CURRENT_DATE"] = before


def write_layer(frame: DataFrame, path: Path, **options: Any) -> None:
    """Write a layer; GDAL does not always report a full disk, so count what is there."""
    try:
        pyogrio.write_dataframe(frame, path, **options)
        layer = options.get("layer")
        count = pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"]
    except Exception as error:  # pyogrio and GDAL raise many kinds
        raise OSError("it cannot be written whole (is the disk full?)") from error
    if count != len(frame):
        raise OSError("it is not whole (is the disk full?)")
