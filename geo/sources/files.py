"""Ways out of a file of lines: Shapefile, GeoPackage, GeoJSON, KML, whatever GDAL reads."""

from __future__ import annotations

import difflib
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo._ways import KEY_OF_MODE, TAGS
from geo.errors import BadInputError, NotFoundError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.layers import Layers

#: What a line is taken for where the file has no class of its own.
CLASS_OF_MODE = {"road": "motorway", "rail": "rail", "water": "river"}
#: The datums that are compared where none is declared.
CANDIDATES = ("wgs84", "gcj02", "bd09")
#: Routes drawn to this accuracy tell the datum; points of them this far apart or closer count.
KNOWN_M, EVERY_M = 250.0, 5000.0
#: A point further from every line is on no line of the file.
REACH_M = 2000.0
#: Fewer points than this tell nothing.
ENOUGH = 10
#: A datum is suspected where it fits this many times better than WGS-84.
BETTER = 1.7
#: No reference system has larger coordinates, in metres or feet.
FARTHEST = 1e9
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
        For tags of the ways the name of the column that holds them. Columns that are called
        like a tag need no mention.
    mode
        Road, rail or water: what the lines are, where no column says it.
    datum
        wgs84, cgcs2000, gcj02 or bd09; default: as the reference system says.
    encoding
        Encoding of the text, such as GBK.

    Returns
    -------
    ways
        LineStrings in EPSG:4326 indexed by `osm_id`, the number of their row from 0 (several
        rows for one of several parts), with one column of text or None per tag.

    Raises
    ------
    BadInputError
        When the file cannot be read, has no lines, or a column is missing.
    NotFoundError
        When the layer is missing.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from tempfile import TemporaryDirectory
    >>> line = gpd.GeoSeries.from_wkt(["LINESTRING (104 30, 105 30)"])
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "road.gpkg"
    ...     gpd.GeoDataFrame({"no": ["G93"]}, geometry=line, crs=4326).to_file(file)
    ...     ways = read_layer(file, columns={"ref": "no"}, mode="road")
    >>> ways[["ref", "highway"]].to_numpy().tolist()
    [['G93', 'motorway']]
    """
    import shapely

    from geo.datum import reproject

    columns = dict(columns or {})
    for tag in columns:
        if tag not in TAGS:
            raise BadInputError(f"--columns {tag}: expected one of {', '.join(TAGS)}")
    with _openable(Path(path)) as file:
        name = _layer(path, file, layer)
        frame = _read(path, file, name, encoding or _encoding(file))
    for column in columns.values():
        if column not in frame.columns:
            known = [str(key) for key in frame.columns if key != "geometry"]
            close = difflib.get_close_matches(column, known, 1)
            text = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
            raise BadInputError(f"{path}: expected a column {column!r}; {text}")
    frame = frame.explode().reset_index(names="osm_id")
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    if not (np.abs(shapely.get_coordinates(shapes)) < FARTHEST).all():
        raise BadInputError(f"{path}: expected finite coordinates on the earth")
    lines = (shapely.get_type_id(shapes) == 1) & (shapely.length(shapes) > 0)
    if not lines.any():
        raise BadInputError(f"{path}: expected lines; layer {name!r} has none")
    frame = frame.set_geometry(shapes)[lines]
    if frame.crs is None:
        _expect_degrees(path, frame)
    frame = reproject(frame, datum or "wgs84")
    _expect_degrees(path, frame)
    return _tagged(path, frame, columns, mode)


def datum_misfits(ways: gpd.GeoDataFrame, drawn: Layers) -> dict[str, float]:
    """
    Return how well lines fit the well-known routes if their coordinates are of each datum.

    Parameters
    ----------
    ways
        Lines as they stand in their file, in degrees.
    drawn
        The drawn catalogue; its routes accurate to :data:`KNOWN_M` are compared.

    Returns
    -------
    misfits
        Median distance in metres of points of the routes to the nearest line, by datum, over
        the points that have a line within :data:`REACH_M` in any of them. Empty where too few
        do.

    Examples
    --------
    >>> misfits = datum_misfits(lay.routes[["geometry"]], lay)
    >>> min(misfits, key=misfits.get)
    'wgs84'
    """
    import geopandas as gpd
    import shapely

    from geo.datum import reproject

    routes = drawn.routes[drawn.routes["accuracy_m"] <= KNOWN_M]
    if routes.empty or ways.empty:
        return {}
    counts = np.maximum(routes["geometry_km"].to_numpy() * 1000 / EVERY_M, ENOUGH).astype(int)
    which = np.repeat(np.arange(len(routes)), counts)
    share = np.concatenate([(np.arange(n) + 0.5) / n for n in counts])
    lines = routes.geometry.to_numpy()[which]
    spots = shapely.line_interpolate_point(lines, share, normalized=True)
    crs = drawn.catalogue.region.metric_crs
    points = gpd.GeoSeries(spots, crs=4326).to_crs(crs).to_numpy()
    away = {}
    for datum in CANDIDATES:
        shapes = reproject(ways[["geometry"]], datum).to_crs(crs).geometry.to_numpy()
        away[datum] = _distances(points, shapes)
    near = np.min(list(away.values()), axis=0) <= REACH_M
    if near.sum() < ENOUGH:
        return {}
    return {datum: float(np.median(metres[near])) for datum, metres in away.items()}


def _distances(points: Any, shapes: NDArray[np.object_]) -> NDArray[np.float64]:  # noqa: ANN401
    """Return the distance of points to the nearest shape, twice the reach where none is near."""
    import shapely

    found = np.full(len(points), 2 * REACH_M)
    (index, _), metres = shapely.STRtree(shapes).query_nearest(
        points, max_distance=2 * REACH_M, return_distance=True, all_matches=False
    )
    found[index] = metres
    return found


def expect_datum(path: Path | str, ways: gpd.GeoDataFrame, drawn: Layers) -> None:
    """
    Refuse lines whose datum is not declared and looks like another one.

    Parameters
    ----------
    path
        The file, for the message.
    ways
        Its lines, read as WGS-84.
    drawn
        The drawn catalogue.

    Raises
    ------
    BadInputError
        When another datum fits much better; the message says which option to give.

    Examples
    --------
    >>> import shapely
    >>> from geo.datum import to_gcj02
    >>> moved = lay.routes.geometry.map(lambda line: shapely.transform(line, to_gcj02))
    >>> try:
    ...     expect_datum("lines.shp", lay.routes.set_geometry(moved), lay)
    ... except BadInputError as error:
    ...     print(str(error).split("(")[0], str(error).split(": give ")[1][:13])
    lines.shp: its lines look like gcj02  --datum gcj02
    """
    misfits = datum_misfits(ways, drawn)
    if not misfits:
        return
    best = min(misfits, key=lambda datum: misfits[datum])
    if best != "wgs84" and misfits["wgs84"] > BETTER * misfits[best]:
        raise BadInputError(
            f"{path}: its lines look like {best} (median {misfits[best]:.0f} m from the "
            f"catalogue, as WGS-84 {misfits['wgs84']:.0f} m): give --datum {best}, or --datum "
            "wgs84 where they are WGS-84 all the same"
        )


@contextmanager
def _openable(path: Path) -> Iterator[Path]:
    """Give the file, or a copy of a Shapefile whose index can be made anew."""
    if not path.exists():
        raise BadInputError(f"{path}: expected a file of lines; there is none")
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
    return next((p for p in (path.with_suffix(suffix), path.with_suffix(suffix.upper()))
                 if p.is_file()), None)  # fmt: skip


def _layer(path: Path | str, file: Path, wanted: str | None) -> str:
    """Return the layer to read: the one asked for, or the only one that may have lines."""
    layers = [(str(name), str(kind)) for name, kind in _gdal(path, "list_layers", file)]
    names = [name for name, _ in layers]
    if wanted is not None:
        if wanted not in names:
            raise NotFoundError("layer", wanted, names[:8])
        return wanted
    fit = [name for name, kind in layers
           if "Line" in kind or kind.split()[0] in ("Unknown", "GeometryCollection")]  # fmt: skip
    if len(fit) != 1:
        text = f"give --layer, one of {', '.join(fit[:8])}" if fit else "it has none"
        raise BadInputError(f"{path}: expected one layer of lines; {text}")
    return fit[0]


def _read(path: Path | str, file: Path, layer: str, encoding: str | None) -> gpd.GeoDataFrame:
    import shapely

    frame = _gdal(path, "read_dataframe", file, layer=layer, encoding=encoding)
    if "geometry" not in frame:
        raise BadInputError(f"{path}: expected lines; layer {layer!r} has no geometry")
    shapes = frame.geometry.to_numpy()
    return frame[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]


def _gdal(path: Path | str, function: str, file: Path, **options: Any) -> Any:  # noqa: ANN401
    """Call pyogrio, and turn whatever goes wrong into one line."""
    import pyogrio

    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL tells of an index made anew, and the like
            return getattr(pyogrio, function)(file, **options)
    except Exception as error:  # GDAL and the decoders raise many kinds
        what = " ".join(str(error).replace(str(file), "it").split()) or type(error).__name__
        text = f"expected a file of lines that GDAL reads: {shown(what, 300)}"
        raise BadInputError(f"{path}: {text}") from error
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
    import shapely

    if not (np.abs(shapely.get_coordinates(frame.geometry)) <= DEGREES).all():
        text = "expected a reference system (.prj), for the coordinates are not degrees"
        raise BadInputError(f"{path}: {text}")


def _tagged(
    path: Path | str, frame: gpd.GeoDataFrame, columns: Mapping[str, str], mode: str | None
) -> gpd.GeoDataFrame:
    """Return lines with one column of text per tag."""
    import geopandas as gpd
    import pandas as pd

    data = {}
    for tag in TAGS:
        column = columns.get(tag, tag)
        values = frame[column] if column in frame.columns else [None] * len(frame)
        data[tag] = [_text(value) for value in values]
    if not any(value for key in KEY_OF_MODE.values() for value in data[key]):
        if mode is None:
            text = "say what its lines are: --mode road, rail or water (or --columns highway=…)"
            raise BadInputError(f"{path}: {text}")
        data[KEY_OF_MODE[mode]] = [CLASS_OF_MODE[mode]] * len(frame)
    index = pd.Index(frame["osm_id"].to_numpy("int64"), name="osm_id")
    table = pd.DataFrame(data, index=index, dtype=object)
    return gpd.GeoDataFrame(table, geometry=frame.geometry.to_numpy(), crs=4326)


def _text(value: object) -> str | None:
    """Return a cell as text: whole numbers without a point, nothing as None."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return " ".join(str(value).split()) or None
