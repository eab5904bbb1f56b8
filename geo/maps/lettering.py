"""The names on the maps: cities, rivers and neighbouring provinces."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString

from geo.catalogue import Catalogue
from geo.layers import read_base
from geo.maps.basemap import window
from geo.maps.features import romanised

#: Levels of cities from the first to be labelled to the last; unknown ones come after.
LEVELS = ("central-urban", "municipality", "prefecture", "city", "district", "county")
#: First zoom of a label by level.
LABEL_ZOOM = {"district": 8, "county": 8, "central-district": 10, "town": 10}
#: A city above this many people is lettered larger.
METROPOLIS = 10_000_000


def city_labels(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the labels of the cities, the most important first."""

    def rank(city: Any) -> tuple[int, int, str]:
        level = LEVELS.index(city.level) if city.level in LEVELS else len(LEVELS)
        return (-1 if city.population >= METROPOLIS else level, -city.population, city.city_id)

    labels = []
    for city in sorted(catalogue.cities, key=rank):
        large = city.population >= METROPOLIS
        labels.append(
            {
                "id": city.city_id,
                "zh": city.name,
                "en": city.name_en,
                "pinyin": romanised(city.name),
                "at": [round(city.lat, 4), round(city.lon, 4)],
                "zoom": 6 if large else LABEL_ZOOM.get(city.level, 7),
                "kind": "metropolis" if large else "city" if city.level in LEVELS[:4] else "town",
            }
        )
    return labels


#: Distance between two labels of one river, in degrees.
RIVER_LABEL_STEP = 2.4
STEEP = 62.0


def area_labels(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the labels of rivers and of neighbouring provinces."""
    base = catalogue.region.base
    labels = _province_labels(catalogue) if base.provinces else []
    return labels + (_river_labels(catalogue) if base.rivers else [])


def _province_labels(catalogue: Catalogue) -> list[dict[str, Any]]:
    frame = read_base(catalogue, "provinces")
    if "context" not in frame:
        return []
    frame = frame[frame["context"].fillna(0).astype(bool)]
    shapes = frame.geometry.intersection(window(catalogue, 0.3))
    labels = []
    for row, shape in zip(frame.to_dict("records"), shapes, strict=True):
        if shape.area > 0.8:
            at = shape.representative_point()
            label = _label(row, at.y, at.x, "province", 6)
            labels.append(label)
    return labels


def _label(row: Any, lat: float, lon: float, kind: str, zoom: int) -> dict[str, Any]:
    """Return a name at a position; `row` is a mapping or a series."""
    zh = str(row["name"])
    en = str(row.get("name_en") or zh)
    return {"zh": zh, "en": en, "at": [round(lat, 4), round(lon, 4)], "kind": kind, "zoom": zoom}


def _river_labels(catalogue: Catalogue) -> list[dict[str, Any]]:
    frame = read_base(catalogue, "rivers")
    frame = frame[frame["name"].fillna("").astype(str) != ""]
    detail = catalogue.region.detail
    view, step = window(catalogue, 0.3 * detail), RIVER_LABEL_STEP * detail
    labels = []
    for name, rows in frame.groupby("name", sort=True):
        lines = shapely.line_merge(shapely.union_all(rows.geometry.intersection(view)))
        for line in shapely.get_parts(lines):
            if line.geom_type != "LineString" or line.length < step / 4:
                continue
            count = max(1, round(line.length / step))
            for share in (np.arange(count) + 0.5) / count:
                lat, lon, angle = _flattest(line, float(share))
                label = _label(rows.iloc[0], lat, lon, "river", 7 if count > 1 else 8)
                labels.append(label | {"zh": str(name), "angle": angle})
    return labels


def _flattest(line: LineString, share: float) -> tuple[float, float, int]:
    """Return a place near a share of a river where its name stands least steep."""
    near = share + np.linspace(-0.06, 0.06, 7)
    points = shapely.line_interpolate_point(line, np.clip(near, 0.0, 1.0), normalized=True)
    spread = shapely.get_coordinates(points)
    a, b = min(pairwise(spread), key=lambda ends: abs(_angle(*ends)))
    (lon, lat), angle = ((a + b) / 2).tolist(), _angle(a, b)
    return lat, lon, round(angle) if abs(angle) < STEEP else 0


def _angle(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the angle of a line on the screen, clockwise, readable from left to right."""
    dx = (b[0] - a[0]) * np.cos(np.radians(a[1]))
    angle = float(np.degrees(np.arctan2(a[1] - b[1], dx)))
    return (angle + 90) % 180 - 90
