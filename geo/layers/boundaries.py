"""Administrative areas: which region and county a place or a section lies in."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.catalogue import Catalogue
from geo.core import BadInputError, Message, Problem, file_checksum, remembered
from geo.geometry import areas_of, metric_crs
from geo.layers.layers import Layers

#: What every base layer is made of: a kind of shape, and columns.
BASE_LAYERS = {
    "counties": ("Polygon", ("adcode", "name", "province")),
    "cities": ("Polygon", ("adcode", "name")),
    "provinces": ("Polygon", ("adcode", "name", "name_en")),
    "rivers": ("LineString", ("name",)),
    "railways": ("LineString", ()),
    "roads": ("LineString", ()),
}
#: The `kind`, if a river has one, of lines that are coasts: nobody crosses them off a road.
COAST = "coast"
#: A section is sampled at this many points to find the region it lies in.
SAMPLES = 19
#: Coarse borders: how far they may be off, and the decimals of their points, in degrees.
COARSE_DEGREES, COARSE_DECIMALS = 1e-3, 4


def read_base(catalogue: Catalogue, layer: str) -> gpd.GeoDataFrame:
    """
    Read a base layer of a region.

    Parameters
    ----------
    catalogue
        The catalogue of the region.
    layer
        Its name in ``region.toml``: counties, cities, provinces, rivers, railways or roads.

    Returns
    -------
    frame
        Its features in WGS-84.

    Raises
    ------
    BadInputError
        When the region has no such layer, or the file cannot be read.

    Examples
    --------
    >>> read_base(cat, "provinces")["name"].tolist()[:3]
    ['重庆', '四川', '河南']
    """
    return BaseFile.of(catalogue, layer).read()


def coarse_borders(catalogue: Catalogue) -> dict[str, list[NDArray[np.float64]]]:
    """
    Return the outlines of the provinces of a region, coarse enough for a page to carry.

    Parameters
    ----------
    catalogue
        The catalogue of the region.

    Returns
    -------
    rings
        Closed rings in degrees (WGS-84), shape (n, 2), by code of the province; none where the
        region has no counties. They keep to the counties within about 100 m.

    Examples
    --------
    >>> {code: len(rings) > 0 for code, rings in coarse_borders(cat).items()}
    {'500000': True, '510000': True}
    """
    if not catalogue.region.base.counties:
        return {}
    return {code: list(rings) for code, rings in _coarse(BaseFile.of(catalogue, "counties"))}


@lru_cache(maxsize=4)
def _coarse(counties: BaseFile) -> tuple[tuple[str, tuple[NDArray[np.float64], ...]], ...]:
    """Return the rings of provinces, simplified and rounded."""
    areas = counties.read().dissolve("province", method="coverage")
    shapes = areas.geometry.simplify(COARSE_DEGREES).to_numpy()
    found = []
    for code, shape in zip(areas.index, shapes, strict=True):
        rings = [
            np.round(shapely.get_coordinates(ring), COARSE_DECIMALS)
            for ring in shapely.get_rings(shapely.get_parts(shape))
        ]
        found.append((str(code), tuple(ring for ring in rings if len(ring) > 3)))
    return tuple(found)


@dataclass(frozen=True)
class BaseFile:
    """
    A base layer of a region as its file is now, to keep what was made of it.

    Parameters
    ----------
    layer, path, size, time_ns
        Its name, the file, its bytes, and when it was written (0 where there is none).
    catalogue
        The catalogue of the region.

    Examples
    --------
    >>> BaseFile.of(cat, "rivers") == BaseFile.of(geo.load(), "rivers")
    True
    """

    layer: str
    path: Path
    size: int
    time_ns: int
    catalogue: Catalogue = field(compare=False, repr=False)

    @classmethod
    def of(cls, catalogue: Catalogue, layer: str) -> BaseFile:
        """Return a base layer of a region."""
        path = catalogue.folder / _file_of(catalogue, layer)
        state = path.stat() if path.is_file() else None
        size, time_ns = (state.st_size, state.st_mtime_ns) if state else (0, 0)
        return cls(layer, path, size, time_ns, catalogue)

    def read(self) -> gpd.GeoDataFrame:
        """Return its features (`read_base`)."""
        return _features(self).copy()


def relief_file(catalogue: Catalogue) -> Path:
    """
    Return the picture of the relief.

    Parameters
    ----------
    catalogue
        The catalogue of a region that has one.

    Returns
    -------
    path
        A PNG, JPEG or WebP file.

    Raises
    ------
    BadInputError
        When it is missing or no such picture.
    """
    file = catalogue.region.base.relief
    path = catalogue.folder / file
    head = path.read_bytes()[:12] if path.is_file() else b""
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff")) or head[:4] + head[8:] == b"RIFFWEBP":
        return path
    raise BadInputError([Problem(file, expected=Message("expected a PNG, JPEG or WebP picture"))])


def _file_of(catalogue: Catalogue, layer: str) -> str:
    base, context = catalogue.region.base, catalogue.region.context
    return str(getattr(base, layer, "") or getattr(context, layer, ""))


@lru_cache(maxsize=16)
def _features(base: BaseFile) -> gpd.GeoDataFrame:
    """Read a layer; once, while its file is of the same size and time."""
    file = _file_of(base.catalogue, base.layer)
    if not file:
        text = Message("expected a file: this needs the base layer {layer!r}", layer=base.layer)
        raise BadInputError([Problem("region.toml", 0, f"base.{base.layer}", "", text)])
    if not base.path.is_file():
        raise BadInputError([Problem(file, expected=Message("expected this file; it is missing"))])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what GDAL only warns of is looked for below
            frame = gpd.read_file(BytesIO(base.path.read_bytes()))  # GDAL takes no path but UTF-8
        frame = frame.set_crs(4326) if frame.crs is None else frame.to_crs(4326)
        if "name" not in frame:  # folders of before 0.2
            frame = frame.rename(columns={"name_zh": "name"})
    except Exception as error:  # pyogrio and GDAL raise many kinds
        text = Message("expected a readable GeoJSON file: {reason}", reason=type(error).__name__)
        raise BadInputError([Problem(file, expected=text)]) from error
    if wrong := _fault(frame, *BASE_LAYERS[base.layer]):
        raise BadInputError([Problem(file, expected=wrong)])
    codes = frame.columns.intersection(["adcode", "city", "province"])
    return frame.astype(dict.fromkeys(codes, str))


def _fault(frame: gpd.GeoDataFrame, kind: str, needed: tuple[str, ...]) -> str:
    """Return what a layer lacks; nothing where it can be drawn and measured."""
    if missing := [column for column in needed if column not in frame]:
        return Message("expected a column {column!r}", column=missing[0])
    shapes = frame.geometry.to_numpy()
    wrong = [k not in (kind, f"Multi{kind}") for k in frame.geometry.geom_type]
    if not len(frame) or any(wrong) or shapely.is_empty(shapes).any():
        return Message("expected features, and all of them {kind}s", kind=kind)
    if not (np.abs(shapely.get_coordinates(shapes)) <= (180, 90)).all():
        return Message("expected coordinates in degrees")
    if not shapely.is_valid(shapes).all():
        bad = int(np.argmin(shapely.is_valid(shapes)))
        return f"expected valid {kind}s; feature {bad + 1}: {shapely.is_valid_reason(shapes[bad])}"
    return ""


def county_index(
    counties: gpd.GeoDataFrame, points: NDArray[np.object_], province: str = ""
) -> NDArray[np.intp]:
    """
    Return the county that every point lies in.

    Parameters
    ----------
    counties, points
        Counties with a column `province`, and points in WGS-84.
    province
        Code of a province: its county nearest to each point is meant, even for a point outside.

    Returns
    -------
    index
        Position in `counties` of every point, -1 where it lies in none.
    """
    shapes = counties.geometry.to_numpy()
    if not province:
        return areas_of(points, shapes)
    inside = np.flatnonzero(counties["province"] == province)
    if not len(inside):
        return np.full(len(points), -1)
    return inside[shapely.STRtree(shapes[inside]).nearest(points)]


def section_regions(layers: Layers) -> dict[str, tuple[str, float]]:
    """
    Return the region that every section lies in.

    Parameters
    ----------
    layers
        The layers of the catalogue.

    Returns
    -------
    regions
        By section the code of the region that holds most of it (empty where it is none of them)
        and the share of its length that lies there.

    Examples
    --------
    >>> section_regions(lay)["chengyu-middle-hsr-1"][0]
    '500000'
    """
    lines = layers.sections.geometry
    counties = BaseFile.of(layers.catalogue, "counties")
    known = lines, file_checksum(counties.path)
    return remembered(lambda: _section_regions(lines, counties.read()), "regions", *known)


def _section_regions(
    sections: gpd.GeoSeries, counties: gpd.GeoDataFrame
) -> dict[str, tuple[str, float]]:
    lines = sections.to_numpy()
    at = np.arange(1, SAMPLES + 1) / (SAMPLES + 1)
    points = shapely.line_interpolate_point(lines[:, None], at[None, :], normalized=True)
    index = county_index(counties, points.ravel()).reshape(points.shape)
    codes = np.where(index >= 0, counties["province"].to_numpy(str)[index], "")
    regions = {}
    for section_id, row in zip(sections.index.tolist(), codes, strict=True):
        names, counts = np.unique(row, return_counts=True)
        best = int(counts.argmax())
        regions[str(section_id)] = (str(names[best]), float(counts[best] / SAMPLES))
    return regions


#: A place this near to the outer border is at the border: so far may a route be cut short.
AT_BORDER_KM = 5.0
#: Holes of the area smaller than this are slivers between borders drawn differently.
SLIVER_KM2 = 1.0


def outer_area(catalogue: Catalogue) -> BaseGeometry | None:
    """
    Return the area of all regions together.

    Parameters
    ----------
    catalogue
        The catalogue of the region.

    Returns
    -------
    area
        In the projection of :func:`metric_crs`, slivers closed; None without base layers of areas.
    """
    region = catalogue.region
    codes = [r.adcode for r in region.regions]
    for layer, column in (("provinces", "adcode"), ("counties", "province")):
        frame = read_base(catalogue, layer) if getattr(region.base, layer) else None
        if frame is not None and (own := frame[column].isin(codes)).any():
            shapes = frame[own].to_crs(metric_crs(region.frame)).geometry.to_numpy()
            whole = shapely.union_all(shapely.make_valid(shapes))  # a projection folds slivers
            return shapely.union_all([_filled(part) for part in shapely.get_parts(whole)])
    return None


def _filled(polygon: Any) -> BaseGeometry:
    holes = [hole for hole in polygon.interiors if shapely.Polygon(hole).area > SLIVER_KM2 * 1e6]
    return shapely.Polygon(polygon.exterior, holes)


def neighbours(catalogue: Catalogue) -> gpd.GeoDataFrame | None:
    """
    Return the provinces around the regions.

    Parameters
    ----------
    catalogue
        The catalogue of the region.

    Returns
    -------
    provinces
        In the projection of :func:`metric_crs`; None where no base layer has any.
    """
    if not catalogue.region.base.provinces:
        return None
    frame = read_base(catalogue, "provinces")
    own = [r.adcode for r in catalogue.region.regions]
    frame = frame[~frame["adcode"].isin(own)].reset_index(drop=True)
    return frame.to_crs(metric_crs(catalogue.region.frame)) if len(frame) else None
