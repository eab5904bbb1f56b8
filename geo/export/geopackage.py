"""A GeoPackage with styles for QGIS."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import pyogrio
from geopandas import GeoDataFrame
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pandas import DataFrame

from geo.catalogue import CLASS, KIND, STAGE, Label, named
from geo.core import STAMP, replaced_file
from geo.export.datapackage import with_index_column
from geo.layers import DASHES, LINES, OTHER_LINE, POINT_OF_KIND, POINTS, LineStyle, PointStyle

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
    """Return the style of a layer for QGIS, with names beside its points if asked for."""
    lines = set(frame.geometry.geom_type) <= {"LineString", "MultiLineString"}
    keys = [key for key in ("class", "status", "kind") if key in frame]
    return _TEMPLATES.get_template("qgis.xml").render(
        looks=_lines(frame) if lines else _points(frame),
        lines=lines,
        attr=" || '/' || ".join(f'"{key}"' for key in keys),
        label=label,
    )


def _lines(frame: GeoDataFrame) -> dict[str, tuple[str, LineStyle, str]]:
    """Return text, look and dashes of the lines by class and status, where they have these."""
    if "class" not in frame:
        return {"": ("", OTHER_LINE, DASHES["open"])}
    present = set(frame["class"])
    known = [*(key for key in LINES if key in present), *sorted(present - set(LINES))]
    looks = {key: (named(CLASS, key), LINES.get(key, OTHER_LINE)) for key in known}
    if "status" not in frame:
        return {key: (_text(name), look, DASHES["open"]) for key, (name, look) in looks.items()}
    return {
        f"{key}/{status}": (_text(name, STAGE[status]), look, dashes)
        for key, (name, look) in looks.items()
        for status, dashes in DASHES.items()
    }


def _points(frame: GeoDataFrame) -> dict[str, tuple[str, PointStyle, str]]:
    """Return text and look of the points by kind, where they have one; they have no dashes."""
    if "kind" not in frame:
        return {"": ("", _CITY if "population" in frame else _OTHER_POINT, "")}
    kinds = [kind for kind in sorted(set(frame["kind"])) if kind in POINT_OF_KIND]
    layers = {kind: POINT_OF_KIND[kind] for kind in kinds}
    looks = {kind: (_text(KIND[layer]), POINTS[layer], "") for kind, layer in layers.items()}
    return {**looks, "": (_text(_OTHER), _OTHER_POINT, "")}


def _text(*labels: Label) -> str:
    return " ".join(label.zh for label in labels) + " " + ", ".join(label.en for label in labels)


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


_TEMPLATES = Environment(  # noqa: S701 - XML, whose texts go through `quoted`
    loader=FileSystemLoader(Path(__file__).parent / "templates"), undefined=StrictUndefined
)
_TEMPLATES.filters["rgba"] = _rgba
_TEMPLATES.globals["quoted"] = partial(escape, entities={'"': "&quot;"})

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
    """Write layers with their styles for QGIS; each carries licences and credit (`terms`)."""
    with _fixed_date(), gdal_file(path) as temporary:
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


@contextmanager
def gdal_file(path: Path) -> Iterator[Path]:
    """Give a path to write a file to, whole or not at all, that is UTF-8: GDAL takes no other."""
    with replaced_file(path) as temporary:
        try:
            str(temporary).encode()
        except UnicodeEncodeError:
            with tempfile.TemporaryDirectory(prefix="geo-gdal-") as folder:
                plain = Path(folder) / path.name
                yield plain
                shutil.move(plain, temporary)
        else:
            yield temporary


def write_layer(frame: DataFrame, path: Path, **options: Any) -> None:
    """Write a layer; GDAL does not always report a full disk, so count what is there."""
    try:
        pyogrio.write_dataframe(frame, path, **options)
        layer = options.get("layer")
        count = pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"]
    except UnicodeEncodeError as error:
        raise OSError("GDAL takes no path that is not UTF-8") from error
    except Exception as error:  # pyogrio and GDAL raise many kinds
        raise OSError("it cannot be written whole (is the disk full?)") from error
    if count != len(frame):
        raise OSError("it is not whole (is the disk full?)")
