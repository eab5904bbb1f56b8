"""The area of all regions together, what lies around it, and where its centre is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.admin import read_base

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo.catalogue import Catalogue
    from geo.region import Region

#: A place this near to the outer border is at the border: so far may a route be cut short.
AT_BORDER_KM = 5.0
#: Holes of the area smaller than this are slivers between borders drawn differently.
SLIVER_KM2 = 1.0


def metric_crs(region: Region) -> str:
    """
    Return a projection in metres whose distances are true to 0.2 % within a frame of 1,000 km.

    Parameters
    ----------
    region
        The region; the projection is centred in its frame.

    Returns
    -------
    crs
        A PROJ string.
    """
    west, south, east, north = region.frame
    middle = f"+lon_0={(west + east) / 2} +lat_0={(south + north) / 2}"
    return f"+proj=laea {middle} +datum=WGS84 +units=m +no_defs"


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
        In the projection of :func:`metric_crs`, slivers closed; None where there are neither
        provinces nor counties among the base layers.

    Raises
    ------
    BadInputError
        When a base layer cannot be read.
    """
    import shapely

    region = catalogue.region
    codes = [r.adcode for r in region.regions]
    for layer, column in (("provinces", "adcode"), ("counties", "province")):
        if getattr(region.base, layer):
            frame = read_base(catalogue, layer)
            frame = frame[frame[column].astype(str).isin(codes)]
            if len(frame):
                shapes = frame.to_crs(metric_crs(region)).geometry.to_numpy()
                whole = shapely.union_all(shapely.make_valid(shapes))  # a projection folds slivers
                return shapely.union_all([_filled(part) for part in shapely.get_parts(whole)])
    return None


def _filled(polygon: Any) -> BaseGeometry:  # noqa: ANN401
    import shapely

    holes = [hole for hole in polygon.interiors if shapely.Polygon(hole).area > SLIVER_KM2 * 1e6]
    return shapely.Polygon(polygon.exterior, holes)


def centre_of(catalogue: Catalogue) -> tuple[float, float]:
    """
    Return the centre that bearings are taken from.

    Parameters
    ----------
    catalogue
        The catalogue of the region.

    Returns
    -------
    centre
        Longitude and latitude: the mean of the cities weighted by population, without those
        that are part of another; without cities the centre of the map.
    """
    cities = [c for c in catalogue.cities if not c.part_of and c.population]
    if not cities:
        return catalogue.region.map.centre
    lon, lat = np.average(
        [(c.lon, c.lat) for c in cities], axis=0, weights=[c.population for c in cities]
    )
    return float(lon), float(lat)


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
        Provinces that are none of the regions, in the projection of :func:`metric_crs`; None
        where there are none among the base layers.

    Raises
    ------
    BadInputError
        When the base layer cannot be read.
    """
    if not catalogue.region.base.provinces:
        return None
    frame = read_base(catalogue, "provinces")
    own = [r.adcode for r in catalogue.region.regions]
    frame = frame[~frame["adcode"].astype(str).isin(own)].reset_index(drop=True)
    return frame.to_crs(metric_crs(catalogue.region)) if len(frame) else None
