"""Layers of files that GDAL reads: Shapefile, GeoPackage, GeoJSON, KML, zipped or not."""

from __future__ import annotations

import codecs
import shutil
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from geo.core import BadInputError, Message, NotFoundError, shown

#: The largest value of a coordinate in degrees.
DEGREES = np.array([180.0, 90.0])


#: Files that an archive may hold instead of a Shapefile.
WHOLE = (".gpkg", ".geojson", ".json", ".kml", ".kmz", ".gml", ".fgb", ".gpx", ".tab", ".mif",
         ".dxf")  # fmt: skip
#: What lies beside a Shapefile.
PARTS = (".dbf", ".prj", ".cpg", ".shx")
#: What messages call the kinds.
WHAT = {"Line": Message("lines"), "Polygon": Message("areas")}
OPTION = {"Line": "--layer", "Polygon": "--border-layer"}


def read_vector_file(
    path: Path, kind: str, *, layer: str | None = None, encoding: str | None = None
) -> tuple[str, gpd.GeoDataFrame]:
    """
    Read a layer of lines or polygons (`kind` is Line or Polygon), and return its name with it.

    A Shapefile without ``.shx`` or ``.prj`` is read too. Without ``.cpg`` its text is taken for
    UTF-8 where that is possible, else for GBK. In a zip archive files may lie in any folder.
    """
    (found,) = read_vector_layers(path, kind, layer=layer, encoding=encoding, only=True)
    return found


def read_vector_layers(
    path: Path,
    kind: str,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    only: bool = False,
) -> list[tuple[str, gpd.GeoDataFrame]]:
    """Read all layers that may have lines or polygons, or the one asked for, with their names."""
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise BadInputError(
                "encoding {encoding!r}: expected the name of one, such as GBK or UTF-8",
                encoding=encoding,
            ) from None
    if path.suffix.lower() in PARTS:  # of a Shapefile somebody may name any file
        path = _beside(path, ".shp") or path
    found = []
    with _openable(path) as file:
        for name in _layers(path, file, layer, kind, only=only):
            inside = file / f"{name}.shp"
            part = inside if inside.is_file() else file
            found.append((name, _read(path, part, name, encoding or _encoding(path, part))))
    return found


@contextmanager
def _openable(path: Path) -> Iterator[Path]:
    """Give the file, or a copy of a Shapefile whose index can be made anew."""
    if not path.exists():
        raise BadInputError("{path}: expected a file; there is none", path=path)
    unpacked = path.suffix.lower() in (".zip", ".shz") and path.is_file()
    indexed = path.suffix.lower() != ".shp" or _beside(path, ".shx")
    if indexed and not unpacked:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="geo-shp-") as folder:
        if unpacked:
            yield _unzipped(path, Path(folder))
            return
        for suffix in (".shp", *PARTS):
            if part := _beside(path, suffix):
                shutil.copyfile(part, Path(folder) / f"lines{suffix}")
        yield Path(folder) / "lines.shp"


def _unzipped(path: Path, folder: Path) -> Path:
    """Unpack an archive; give its only file, or the folder where it holds several Shapefiles."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                name = PureWindowsPath(member.filename).name
                if not (member.is_dir() or name.startswith(".")):
                    stem, suffix = PureWindowsPath(name).stem, PureWindowsPath(name).suffix.lower()
                    with (
                        archive.open(member) as packed,
                        (folder / (stem + suffix)).open("wb") as out,
                    ):
                        shutil.copyfileobj(packed, out)
    except (OSError, RuntimeError, NotImplementedError, EOFError, ValueError, zlib.error,
            zipfile.BadZipFile) as error:  # fmt: skip
        raise BadInputError(
            "{path}: expected a zip archive that can be unpacked: {reason}",
            path=path,
            reason=shown(str(error), 200),
        ) from error
    shapes = sorted(folder.glob("*.shp"))
    whole = shapes or sorted(file for file in folder.iterdir() if file.suffix in WHOLE)
    if not whole or (len(whole) > 1 and not shapes):
        found = ", ".join(sorted(file.name for file in folder.iterdir())[:8])
        raise BadInputError(
            "{path}: expected one file of a map in the archive; it holds {names}",
            path=path,
            names=shown(found or "-", 200),
        )
    return whole[0] if len(whole) == 1 else folder


def _beside(path: Path, suffix: str) -> Path | None:
    """Return the part of a Shapefile with a suffix, in any letter case."""
    parts = (path.with_suffix(suffix), path.with_suffix(suffix.upper()))
    return next(filter(Path.is_file, parts), None)


def _layers(path: Path, file: Path, wanted: str | None, kind: str, *, only: bool) -> list[str]:
    """Return the layers to read: the one asked for, or those, or the only one, that may fit."""
    layers = [(str(name), str(kind)) for name, kind in _gdal(path, "list_layers", file)]
    names = [name for name, _ in layers]
    if wanted is not None:
        if wanted not in names:
            raise NotFoundError("layer", wanted, names[:8])
        return [wanted]
    mixed = ("Unknown", "GeometryCollection")
    fit = [name for name, held in layers if kind in held or held.split()[0] in mixed]
    if not fit or (only and len(fit) != 1):
        text = Message("it has none")
        if fit:
            found = ", ".join(fit[:8])
            text = Message("give {option}, one of {names}", option=OPTION[kind], names=found)
        raise BadInputError(
            "{path}: expected one layer of {what}; {text}", path=path, what=WHAT[kind], text=text
        )
    return fit


def _read(path: Path, file: Path, layer: str, encoding: str | None) -> gpd.GeoDataFrame:
    frame = _gdal(path, "read_dataframe", file, layer=layer, encoding=encoding)
    if "geometry" not in frame:
        raise BadInputError("{path}: layer {layer!r} has no geometry", path=path, layer=layer)
    shapes = frame.geometry.to_numpy()
    return frame[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]


def _gdal(path: Path, function: str, file: Path, **options: Any) -> Any:
    """Call pyogrio, and turn whatever goes wrong into one line."""
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL tells of an index made anew, and the like
            return getattr(pyogrio, function)(file, **options)
    except Exception as error:  # GDAL and the decoders raise many kinds
        what = " ".join(str(error).replace(str(file), "it").split()) or type(error).__name__
        raise BadInputError(
            "{path}: expected a file that GDAL reads: {reason}", path=path, reason=shown(what, 300)
        ) from error
    finally:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})


def _encoding(path: Path, file: Path) -> str | None:
    """Return the encoding of a Shapefile that does not tell it: UTF-8 where it fits, or GBK."""
    table = _beside(file, ".dbf") if file.suffix.lower() == ".shp" else None
    if table is None:
        return None
    raw = table.read_bytes()
    text = raw[int.from_bytes(raw[8:10], "little") :]
    fits = [encoding for encoding in ("UTF-8", "GBK") if _decodes(text, encoding)]
    if named := _beside(file, ".cpg"):
        told = named.read_text("ascii", "replace").strip()
        if told.upper().replace("-", "") in ("UTF8", "65001") and "UTF-8" not in fits:
            raise BadInputError(
                "{path}: its text is not {told}, as its .cpg says; give its encoding: {other}",
                path=path,
                told=told,
                other=fits[0] if fits else "NAME",
            )
        return None
    return fits[0] if fits else None


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def expect_degrees(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Refuse coordinates that are no degrees, or have longitude and latitude swapped."""
    spots = np.abs(shapely.get_coordinates(frame.geometry))
    if not (spots <= DEGREES).all():
        if (spots[:, ::-1] <= DEGREES).all():
            raise BadInputError(
                "{path}: expected longitude before latitude: are they swapped?", path=path
            )
        raise BadInputError(
            "{path}: expected a reference system (.prj), for the coordinates are not degrees",
            path=path,
        )
