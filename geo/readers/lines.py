"""Ways out of a file of lines: Shapefile, GeoPackage, GeoJSON, KML, whatever GDAL reads."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.core import BadInputError, Message, is_unknown
from geo.geometry import reproject
from geo.readers.graph_file import plain_edges, read_graphml
from geo.readers.vector_file import WHOLE, expect_degrees, read_vector_file, read_vector_layers
from geo.readers.ways import KEY_OF_MODE, TAGS

#: What OSMnx saves graphs as, and all names of files of lines.
GRAPH = ".graphml"
LAYERS = (*WHOLE, ".shp", ".shz", ".zip", GRAPH)
#: No reference system has larger coordinates, in metres or feet.
FARTHEST = 1e9
#: What a drawing may say of a line, beside it.
WRITTEN_BESIDE = ("route_id", "name", "name_en", "mode", "class", "design_speed_kmh",
                  "trains_per_day", "year", "accuracy_m")  # fmt: skip
#: What a line is taken for where the file has no class of its own.
CLASS_OF_MODE = {"road": "motorway", "rail": "rail", "water": "river"}


def read_layer(
    path: Path | str,
    *,
    layer: str | None = None,
    columns: Mapping[str, str] | None = None,
    mode: str | None = None,
    datum: str | None = None,
    encoding: str | None = None,
    named: bool = False,
) -> gpd.GeoDataFrame:
    """
    Read the lines of a file.

    A Shapefile without ``.shx`` or ``.prj`` is read too: without a reference system its
    coordinates must be degrees. Without ``.cpg`` its text is taken for UTF-8 where that is
    possible, else for GBK. Columns called as a tag count for it, in any letter case. Graphs of
    OSMnx are read as GraphML or GeoPackage, each street once.

    Parameters
    ----------
    path
        A file, or a folder that GDAL takes for one.
    layer, columns
        Name of the layer, not needed where only one has lines; and by tag the column that holds
        it, where it has another name.
    mode
        Road, rail or water: what the lines are, where no column says it.
    datum
        One of wgs84, cgcs2000, gcj02 and bd09; default: as the reference system says.
    encoding
        Encoding of the text, such as GBK.
    named
        Whether the lines must have numbers or names.

    Returns
    -------
    ways
        LineStrings in EPSG:4326 indexed by `osm_id`, the number of their row from 0, with one
        column of text or None per tag.

    Raises
    ------
    BadInputError
        When the file cannot be read, has no lines, or a column is missing.
    NotFoundError
        When the layer is missing.
    """
    columns = dict(columns or {})
    for tag in columns:
        if tag not in TAGS:
            raise BadInputError(
                "--columns {tag}: expected one of {known}", tag=tag, known=", ".join(TAGS)
            )
    path = Path(path)
    if path.suffix.lower() == GRAPH:
        name, frame = path.stem, read_graphml(path)
    else:
        name, frame = read_vector_file(path, "Line", layer=layer, encoding=encoding)
    frame = plain_edges(frame)
    for column in columns.values():
        if column not in frame.columns:
            known = [str(key) for key in frame.columns if key != "geometry"]
            close = difflib.get_close_matches(column, known, 1)
            text = Message("there are {names}", names=", ".join(known))
            if close:
                text = Message("did you mean {close}?", close=close[0])
            raise BadInputError(
                "{path}: expected a column {column!r}; {text}", path=path, column=column, text=text
            )
    frame = _line_frame(path, frame, datum)
    if not len(frame):
        raise BadInputError(
            "{path}: expected lines; layer {name!r} has none", path=path, name=name
        )
    return _tagged(path, frame, columns, mode, named=named)


def _line_frame(path: Path, frame: gpd.GeoDataFrame, datum: str | None) -> gpd.GeoDataFrame:
    """Return the lines of a layer in WGS-84, every part by itself; `osm_id` counts the rows."""
    # a column of that name, as extracts for GIS have it, is not the number of the row
    frame = frame.drop(columns="osm_id", errors="ignore").explode().reset_index(names="osm_id")
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    if not (np.abs(shapely.get_coordinates(shapes)) < FARTHEST).all():
        raise BadInputError("{path}: expected finite coordinates on the earth", path=path)
    lines = (shapely.get_type_id(shapes) == 1) & (shapely.length(shapes) > 0)
    frame = frame.set_geometry(shapes)[lines]
    if frame.crs is None:
        expect_degrees(path, frame)
    frame = reproject(frame, datum or "wgs84")
    expect_degrees(path, frame)
    return frame


def read_drawing(
    path: Path | str,
    *,
    layer: str | None = None,
    datum: str | None = None,
    encoding: str | None = None,
) -> gpd.GeoDataFrame:
    """
    Read drawn lines with what is written beside them, from all layers or folders of a file.

    Parameters
    ----------
    path
        A file that GDAL reads: KML, GeoJSON, Shapefile, GeoPackage and others.
    layer
        The only layer to read; default: all that have lines.
    datum, encoding
        As for `read_layer`.

    Returns
    -------
    lines
        LineStrings in EPSG:4326 in the order of the file, with one column of text or None for
        each of :data:`WRITTEN_BESIDE`; columns are found in any letter case.

    Raises
    ------
    BadInputError
        When the file cannot be read or has no lines.
    NotFoundError
        When the layer is missing.
    """
    path = Path(path)
    parts = []
    for _, frame in read_vector_layers(path, "Line", layer=layer, encoding=encoding):
        lines = _line_frame(path, frame, datum)
        called = {str(column).lower(): column for column in reversed(lines.columns)}
        data = {
            key: [_text(value) for value in lines.get(called.get(key, key), [None] * len(lines))]
            for key in WRITTEN_BESIDE
        }
        table = pd.DataFrame(data, dtype=object)
        parts.append(gpd.GeoDataFrame(table, geometry=lines.geometry.to_numpy(), crs=4326))
    found = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=4326)
    if not len(found):
        raise BadInputError("{path}: expected lines; it has none", path=path)
    return found


def _tagged(
    path: Path,
    frame: gpd.GeoDataFrame,
    columns: Mapping[str, str],
    mode: str | None,
    *,
    named: bool,
) -> gpd.GeoDataFrame:
    """Return lines with one column of text per tag."""
    data, called = {}, {str(column).lower(): column for column in reversed(frame.columns)}
    for tag in TAGS:
        values = frame.get(columns.get(tag, called.get(tag, tag)), [None] * len(frame))
        data[tag] = [_text(value) for value in values]
    if named and not any(value for tag in ("ref", "name", "name:zh") for value in data[tag]):
        known = [str(key) for key in frame.columns if key not in ("geometry", "osm_id")]
        raise BadInputError(
            "{path}: no column holds numbers or names; there are {names}: give "
            "--columns ref=… or name=…",
            path=path,
            names=", ".join(known),
        )
    if not any(value for key in KEY_OF_MODE.values() for value in data[key]):
        if mode is None:
            raise BadInputError(
                "{path}: say what its lines are: --mode road, rail or water (or --columns "
                "highway=…)",
                path=path,
            )
        data[KEY_OF_MODE[mode]] = [CLASS_OF_MODE[mode]] * len(frame)
    index = pd.Index(frame["osm_id"].to_numpy("int64"), name="osm_id")
    table = pd.DataFrame(data, index=index, dtype=object)
    return gpd.GeoDataFrame(table, geometry=frame.geometry.to_numpy(), crs=4326)


def _text(value: object) -> str | None:
    """Return a cell as text: whole numbers without a point, nothing as None."""
    if is_unknown(value):
        return None
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return " ".join(str(value).split()) or None
