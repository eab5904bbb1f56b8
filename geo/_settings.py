"""The settings of a new region, as text."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from geo.sources.pbf import Bounds

#: The borders of a new region.
AREAS = "base/areas.geojson"
_REGION = """\
# A region. Nothing in the package knows it by name; `geo check --data .` tells what is missing.
name_zh = {zh}
name_en = {en}
as_of = {as_of}                   # day up to which the tables are known
milestones = []                      # years at which the links are counted again
frame = [{frame}]    # west, south, east, north: no coordinate lies outside
metric_crs = "{crs}"

# One or more regions; between the first two the crossings are counted. With more than one, or
# to measure areas, give borders below.
{regions}
# Files relative to this folder: GeoJSON in WGS-84 with the columns of the catalogue that comes
# with the package. Maps do without.
[base]
{hash}counties = "{areas}"
{hash}provinces = "{areas}"
# rivers = "base/rivers.geojson"
# relief = "base/relief.webp"

[map]
centre = [{centre}]        # lon, lat of the first view
zoom = {zoom}
years = [1995, {last}]
attribution = {credit}
"""
_ONE = """\
[[regions]]
id = {id}
name_zh = {name_zh}
name_en = {name_en}
adcode = {adcode}                    # administrative code (510000, DE-BY), where there is one
"""


def settings_text(
    title: tuple[str, str],
    as_of: date,
    frame: Bounds,
    credit: str = "",
    areas: gpd.GeoDataFrame | None = None,
) -> str:
    """Return `region.toml` for a frame, and for one region or those of some areas."""
    west, south, east, north = frame
    width = max(east - west, (north - south) * 1.5, 1e-3)
    one = {"adcode": "", "id": "region", "name_zh": title[0], "name_en": title[1]}
    rows = [one] if areas is None else areas.assign(id=areas["adcode"]).to_dict("records")
    return _REGION.format(
        zh=_quoted(title[0]),
        en=_quoted(title[1]),
        as_of=as_of.isoformat(),
        frame=", ".join(f"{x:.4f}" for x in frame),
        crs=plane_around(frame),
        regions="\n".join(_ONE.format(**{key: _quoted(row[key]) for key in one}) for row in rows),
        areas=AREAS,
        hash="# " if areas is None else "",
        centre=f"{(west + east) / 2:.4f}, {(south + north) / 2:.4f}",
        zoom=min(max(int(math.log2(360 / width)) + 2, 3), 14),
        last=as_of.year + 10,
        credit=_quoted(credit),
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def plane_around(bounds: Bounds) -> str:
    """Return a projection in metres around the middle of a frame."""
    west, south, east, north = bounds
    lat, lon = round((south + north) / 2, 3), round((west + east) / 2, 3)
    return f"+proj=laea +lat_0={lat:g} +lon_0={lon:g} +datum=WGS84 +units=m"
