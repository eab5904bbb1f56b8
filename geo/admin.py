"""Administrative areas: which region and county a place or a section lies in."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import BadInputError, Problem

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.catalogue import Catalogue
    from geo.layers import Layers

#: A section is sampled at this many points to find the region it lies in.
SAMPLES = 19


def read_base(catalogue: Catalogue, layer: str) -> gpd.GeoDataFrame:
    """
    Read a base layer of a region.

    Parameters
    ----------
    catalogue
        The catalogue of the region.
    layer
        Name of the layer in ``region.toml``: counties, cities, provinces or rivers.

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
    >>> read_base(cat, "provinces")["name_zh"].tolist()
    ['重庆', '四川', '河南', '湖北', '湖南', '贵州', '云南', '陕西', '甘肃', '青海']
    """
    file = getattr(catalogue.region.base, layer)
    if not file:
        text = f"expected a file: this needs the base layer {layer!r}"
        raise BadInputError([Problem("region.toml", 0, f"base.{layer}", "", text)])
    return _read(catalogue.folder / file, file).copy()


@lru_cache(maxsize=16)
def _read(path: Path, file: str) -> gpd.GeoDataFrame:
    import geopandas as gpd

    try:
        return gpd.read_file(path).to_crs(4326)
    except Exception as error:  # pyogrio and GDAL raise many kinds
        text = f"expected a readable GeoJSON file: {type(error).__name__}"
        raise BadInputError([Problem(file, expected=text)]) from error


def county_index(
    counties: gpd.GeoDataFrame, points: NDArray[np.object_], province: str = ""
) -> NDArray[np.intp]:
    """
    Return the county that every point lies in.

    Parameters
    ----------
    counties
        Counties with a column `province`.
    points
        Points in WGS-84.
    province
        Code of a province: then the nearest county of this province is meant, even for a
        point just outside it.

    Returns
    -------
    index
        Position in `counties` of every point, -1 where it lies in none.

    Examples
    --------
    >>> import shapely
    >>> counties = read_base(cat, "counties")
    >>> found = county_index(counties, shapely.points([[104.07, 30.67], [0, 0]]))
    >>> counties["city"].iloc[found[0]], int(found[1])
    ('510100', -1)
    """
    import shapely

    index = np.full(len(points), -1)
    if province:
        inside = np.flatnonzero(counties["province"] == province)
        tree = shapely.STRtree(counties.geometry.to_numpy()[inside])
        index[:] = inside[tree.nearest(points)]
        return index
    tree = shapely.STRtree(counties.geometry.to_numpy())
    which, county = tree.query(points, predicate="intersects")
    index[which[::-1]] = county[::-1]
    return index


def section_regions(layers: Layers) -> dict[str, tuple[str, float]]:
    """
    Return the region that every section lies in.

    Parameters
    ----------
    layers
        The drawn catalogue.

    Returns
    -------
    regions
        For every section the administrative code of the region that holds most of it, empty
        where that is none of the regions, and the share of its length that lies there.

    Examples
    --------
    >>> section_regions(lay)["chengyu-middle-hsr-1"][0]
    '500000'
    """
    import shapely

    counties = read_base(layers.catalogue, "counties")
    lines = layers.sections.geometry.to_numpy()
    at = np.arange(1, SAMPLES + 1) / (SAMPLES + 1)
    points = shapely.line_interpolate_point(lines[:, None], at[None, :], normalized=True)
    index = county_index(counties, points.ravel()).reshape(points.shape)
    codes = np.where(index >= 0, counties["province"].to_numpy(str)[index], "")
    regions = {}
    for section_id, row in zip(layers.sections.index, codes, strict=True):
        names, counts = np.unique(row, return_counts=True)
        best = int(counts.argmax())
        regions[str(section_id)] = (str(names[best]), float(counts[best] / SAMPLES))
    return regions
