"""A GeoPackage with styles for QGIS."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import geopandas as gpd
import pandas as pd
import pyogrio
from geopandas import GeoDataFrame
from pandas import DataFrame

from geo.catalogue import CLASS, KIND, STAGE, Label, named
from geo.core import STAMP, replaced_file, with_index_column
from geo.layers import DASHES, LINES, OTHER_LINE, POINT_OF_KIND, POINTS, LineStyle, PointStyle

VERSION = "3.22"
#: The look of what has no kind of its own: towns, ends, nodes of the network.
OTHER_POINT = PointStyle("#555555", "#FFFFFF", 2.0, 10)
OTHER = Label("其他", "Other")
CITY = PointStyle("#111111", "#FFFFFF", 5.0, 5)


def layer_styles(frames: dict[str, GeoDataFrame]) -> DataFrame:
    """
    Return the styles of layers as the table that QGIS reads from a GeoPackage.

    Parameters
    ----------
    frames
        Layers by name.

    Returns
    -------
    styles
        One row per layer, the columns of the table ``layer_styles``.

    Examples
    --------
    >>> layer_styles({"routes": lay.routes})[["f_table_name", "useAsDefault"]].to_numpy().tolist()
    [['routes', True]]

    """
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": name,
            "f_geometry_column": "geom",
            "styleName": name,
            "styleQML": style(frame, label=name == "cities"),
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


def style(frame: GeoDataFrame, *, label: bool = False) -> str:
    """
    Return the style of a layer.

    Lines are told apart by their columns `class` and `status`, points by `kind`; a layer without
    these columns has one symbol.

    Parameters
    ----------
    frame
        The layer.
    label
        Whether to write the Chinese names beside the points.

    Returns
    -------
    qml
        A QGIS style, XML.

    Examples
    --------
    >>> 'attr="&quot;class&quot;"' in style(lay.routes)
    True

    """
    lines = set(frame.geometry.geom_type) <= {"LineString", "MultiLineString"}
    looks = _lines(frame) if lines else _points(frame)
    root = Element("qgis", version=VERSION, styleCategories="Symbology|Labeling",
                   labelsEnabled=str(int(label)))  # fmt: skip
    if len(looks) == 1:
        renderer = SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0")
    else:
        keys = [key for key in ("class", "status", "kind") if key in frame]
        attr = " || '/' || ".join(f'"{key}"' for key in keys)
        renderer = SubElement(root, "renderer-v2", type="categorizedSymbol", attr=attr,
                              symbollevels="0", enableorderby="0", forceraster="0")  # fmt: skip
        categories = SubElement(renderer, "categories")
        for number, (value, (text, _)) in enumerate(looks.items()):
            SubElement(categories, "category", value=value, symbol=str(number), label=text,
                       render="true")  # fmt: skip
    symbols = SubElement(renderer, "symbols")
    for number, (_, options) in enumerate(looks.values()):
        _add_symbol(symbols, number, options, line=lines)
    if label:
        _add_labels(root)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + tostring(
        root, "unicode"
    )


def _lines(frame: GeoDataFrame) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the text and the options of every look of the lines, by value."""
    if "class" not in frame:
        return {"": ("", _line(OTHER_LINE, "open"))}
    known = [*(key for key in LINES if key in set(frame["class"])),
             *sorted(set(frame["class"]) - set(LINES))]  # fmt: skip
    looks = {key: LINES.get(key, OTHER_LINE) for key in known}
    if "status" not in frame:
        return {key: (_text([named(CLASS, key)]), _line(look, "open"))
                for key, look in looks.items()}  # fmt: skip
    return {
        f"{key}/{status}": (_text([named(CLASS, key), STAGE[status]]), _line(look, status))
        for key, look in looks.items()
        for status in DASHES
    }


def _points(frame: GeoDataFrame) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the text and the options of every look of the points, by value."""
    if "kind" not in frame:
        return {"": ("", _point(CITY if "population" in frame else OTHER_POINT))}
    known = [kind for kind in sorted(set(frame["kind"])) if kind in POINT_OF_KIND]
    looks = {kind: (_text([KIND[POINT_OF_KIND[kind]]]), _point(POINTS[POINT_OF_KIND[kind]]))
             for kind in known}  # fmt: skip
    return {**looks, "": (_text([OTHER]), _point(OTHER_POINT))}


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
    symbol = SubElement(symbols, "symbol", type="line" if line else "marker", name=str(number),
                        alpha="1", clip_to_extent="1", force_rhr="0")  # fmt: skip
    kind = "SimpleLine" if line else "SimpleMarker"
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
    text: dict[str, Any] = {"fieldName": "name_zh", "fontSize": "9", "fontSizeUnit": "Point",
                            "textColor": "17,17,17,255", "isExpression": "0"}  # fmt: skip
    held = SubElement(settings, "text-style", text)
    SubElement(held, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM",
               bufferColor="255,255,255,255")  # fmt: skip
    SubElement(settings, "placement", placement="6", dist="1")


#: The version of the GeoPackage format that the GIS of some years ago read as well.
_GPKG = "1.2"
#: What the layers of the GeoPackage hold.
TITLES = {
    "places": "地点 Places",
    "sections": "区段 Sections",
    "routes": "线路 Routes",
    "cities": "城市 Cities",
    "crossings": "跨界处 Border crossings",
    "nodes": "网络节点 Nodes of the network",
    "edges": "网络边 Edges of the network",
}


def write_gpkg(frames: dict[str, gpd.GeoDataFrame], path: Path, *, terms: str = "") -> None:
    """
    Write layers into one GeoPackage, with their styles for QGIS.

    Parameters
    ----------
    frames
        GeoDataFrames by layer name.
    path
        The file.
    terms
        Licences and credit, which every layer carries in its description.

    """
    before = os.environ.get("OGR_CURRENT_DATE")
    os.environ["OGR_CURRENT_DATE"] = STAMP
    try:
        with replaced_file(path) as temporary:
            for name, frame in frames.items():
                title = ". ".join(filter(None, [TITLES.get(name, name), terms]))
                _to_file(with_index_column(frame), temporary, layer=name, driver="GPKG",
                         DESCRIPTION=title, VERSION=_GPKG)  # fmt: skip
            _to_file(
                layer_styles(frames), temporary, layer="layer_styles", driver="GPKG", FID="id"
            )
    finally:
        os.environ.pop("OGR_CURRENT_DATE")
        if before is not None:
            os.environ["OGR_CURRENT_DATE"] = before


def _to_file(frame: DataFrame, path: Path, **options: Any) -> None:
    """Write a layer; GDAL does not always tell of a full disk, so count what is there."""
    try:
        pyogrio.write_dataframe(frame, path, **options)
        layer = options.get("layer")
        count = pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"]
    except Exception as error:  # pyogrio and GDAL raise many kinds
        raise OSError("it cannot be written whole (is the disk full?)") from error
    if count != len(frame):
        raise OSError("it is not whole (is the disk full?)")
