"""Ways out of a file of lines: Shapefile, GeoPackage, GeoJSON, KML, whatever GDAL reads."""

from __future__ import annotations

import difflib
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo.core import BadInputError, Message, NotFoundError, is_unknown, shown
from geo.geometry import reproject
from geo.readers.ways import KEY_OF_MODE, TAGS

#: No reference system has larger coordinates, in metres or feet.
FARTHEST = 1e9
#: What a line is taken for where the file has no class of its own.
CLASS_OF_MODE = {"road": "motorway", "rail": "rail", "water": "river"}
#: The largest value of a coordinate in degrees.
DEGREES = np.array([180.0, 90.0])


def read_layer(
    path: Path | str,
    *,
    layer: str | None = None,
    columns: Mapping[str, str] | None = None,
    mode: str | None = None,
    datum: str | None = None,
    encoding: str | None = None,
) -> gpd.GeoDataFrame:
    """
    Read the lines of a file.

    A Shapefile without ``.shx`` or ``.prj`` is read too: without a reference system its
    coordinates must be degrees. Without ``.cpg`` its text is taken for UTF-8 where that is
    possible, else for GBK.

    Parameters
    ----------
    path
        A file, or a folder that GDAL takes for one.
    layer
        Name of the layer; not needed where only one has lines.
    columns
        By tag the column that holds it, where it has another name.
    mode
        Road, rail or water: what the lines are, where no column says it.
    datum
        One of wgs84, cgcs2000, gcj02 and bd09; default: as the reference system says.
    encoding
        Encoding of the text, such as GBK.

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
    with _openable(Path(path)) as file:
        name = _layer(path, file, layer)
        frame = _read(path, file, name, encoding or _encoding(file))
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
    frame = frame.explode().reset_index(names="osm_id")
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    if not (np.abs(shapely.get_coordinates(shapes)) < FARTHEST).all():
        raise BadInputError("{path}: expected finite coordinates on the earth", path=path)
    lines = (shapely.get_type_id(shapes) == 1) & (shapely.length(shapes) > 0)
    if not lines.any():
        raise BadInputError(
            "{path}: expected lines; layer {name!r} has none", path=path, name=name
        )
    frame = frame.set_geometry(shapes)[lines]
    if frame.crs is None:
        _expect_degrees(path, frame)
    frame = reproject(frame, datum or "wgs84")
    _expect_degrees(path, frame)
    return _tagged(path, frame, columns, mode)


@contextmanager
def _openable(path: Path) -> Iterator[Path]:
    """Give the file, or a copy of a Shapefile whose index can be made anew."""
    if not path.exists():
        raise BadInputError("{path}: expected a file of lines; there is none", path=path)
    if path.suffix.lower() != ".shp" or _beside(path, ".shx"):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="geo-shp-") as folder:
        for suffix in (".shp", ".dbf", ".prj", ".cpg"):
            if part := _beside(path, suffix):
                shutil.copyfile(part, Path(folder) / f"lines{suffix}")
        yield Path(folder) / "lines.shp"


def _beside(path: Path, suffix: str) -> Path | None:
    """Return the part of a Shapefile with a suffix, in any letter case."""
    parts = (path.with_suffix(suffix), path.with_suffix(suffix.upper()))
    return next(filter(Path.is_file, parts), None)


def _layer(path: Path | str, file: Path, wanted: str | None) -> str:
    """Return the layer to read: the one asked for, or the only one that may have lines."""
    layers = [(str(name), str(kind)) for name, kind in _gdal(path, "list_layers", file)]
    names = [name for name, _ in layers]
    if wanted is not None:
        if wanted not in names:
            raise NotFoundError("layer", wanted, names[:8])
        return wanted
    mixed = ("Unknown", "GeometryCollection")
    fit = [name for name, kind in layers if "Line" in kind or kind.split()[0] in mixed]
    if len(fit) != 1:
        text = Message("it has none")
        if fit:
            text = Message("give --layer, one of {names}", names=", ".join(fit[:8]))
        raise BadInputError("{path}: expected one layer of lines; {text}", path=path, text=text)
    return fit[0]


def _read(path: Path | str, file: Path, layer: str, encoding: str | None) -> gpd.GeoDataFrame:
    frame = _gdal(path, "read_dataframe", file, layer=layer, encoding=encoding)
    if "geometry" not in frame:
        raise BadInputError(
            "{path}: expected lines; layer {layer!r} has no geometry", path=path, layer=layer
        )
    shapes = frame.geometry.to_numpy()
    return frame[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]


def _gdal(path: Path | str, function: str, file: Path, **options: Any) -> Any:
    """Call pyogrio, and turn whatever goes wrong into one line."""
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL tells of an index made anew, and the like
            return getattr(pyogrio, function)(file, **options)
    except Exception as error:  # GDAL and the decoders raise many kinds
        what = " ".join(str(error).replace(str(file), "it").split()) or type(error).__name__
        raise BadInputError(
            "{path}: expected a file of lines that GDAL reads: {reason}",
            path=path,
            reason=shown(what, 300),
        ) from error
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})


def _encoding(file: Path) -> str | None:
    """Return the encoding of a Shapefile that does not tell it: UTF-8 where it fits, or GBK."""
    table = _beside(file, ".dbf") if file.suffix.lower() == ".shp" else None
    if table is None or _beside(file, ".cpg"):
        return None
    raw = table.read_bytes()
    text = raw[int.from_bytes(raw[8:10], "little") :]
    for encoding in ("utf-8", "gbk"):
        try:
            text.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding.upper()
    return None


def _expect_degrees(path: Path | str, frame: gpd.GeoDataFrame) -> None:
    if not (np.abs(shapely.get_coordinates(frame.geometry)) <= DEGREES).all():
        raise BadInputError(
            "{path}: expected a reference system (.prj), for the coordinates are not degrees",
            path=path,
        )


def _tagged(
    path: Path | str, frame: gpd.GeoDataFrame, columns: Mapping[str, str], mode: str | None
) -> gpd.GeoDataFrame:
    """Return lines with one column of text per tag."""
    data = {}
    for tag in TAGS:
        values = frame.get(columns.get(tag, tag), [None] * len(frame))
        data[tag] = [_text(value) for value in values]
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
