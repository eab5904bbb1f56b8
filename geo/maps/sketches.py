"""Drawings of lines as SVG: the network on the landing page, and small ones for notebooks."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from geo.layers import (
    BACKGROUND,
    CASING,
    EMPHASIS,
    LINES,
    OTHER_LINE,
    UNCASED,
    Layers,
    LineStyle,
    read_base,
    relief_file,
    sections_on,
    weight_of,
)
from geo.maps.basemap import dissolved, simplified_counties
from geo.maps.elements import render
from geo.maps.lettering import city_labels

WIDTH, HEIGHT = 1000.0, 720.0
#: Share of the drawing left free around the main corridors.
MARGIN = 0.06
LINE_TOLERANCE = 0.003
#: Width of a letter as a share of its size, for keeping labels apart.
LETTER = 1.0
FONT = {"metropolis": 25.0, "city": 19.0}


class Frame(NamedTuple):
    """Where the drawing lies in Web Mercator, and how large a unit is."""

    west: float
    north: float
    scale: float

    def at(self, lonlat: np.ndarray) -> np.ndarray:
        """Return positions on the drawing."""
        x, y = mercator(lonlat).T
        return np.stack([(x - self.west) * self.scale, (self.north - y) * self.scale], axis=-1)


def mercator(lonlat: np.ndarray) -> np.ndarray:
    """Project to Web Mercator in radians."""
    lon, lat = np.radians(lonlat).T
    return np.stack([lon, np.log(np.tan(np.pi / 4 + lat / 2))], axis=-1)


def main_box(layers: Layers) -> np.ndarray:
    """Return the corners of the main corridors in Web Mercator, or of everything, shape (2, 2)."""
    main = layers.routes[[EMPHASIS.get(g, BACKGROUND) == 1 for g in layers.routes["group"]]]
    chosen = main if len(main) else layers.routes
    box = chosen.total_bounds if len(chosen) else layers.catalogue.region.frame
    return mercator(np.reshape(np.asarray(box, float), (2, 2)))


class Stroke(NamedTuple):
    """The look of a group of sections: width in pixels of the screen, class and status."""

    weight: float
    class_: str
    stage: str
    #: Number of the scene from which on it is open.
    first: int = 0

    @property
    def style(self) -> LineStyle:
        """Return colour and ticks."""
        return LINES.get(self.class_, OTHER_LINE)


def section_strokes(
    layers: Layers, date: dt.date, first: Mapping[str, int] | None = None
) -> dict[Stroke, gpd.GeoDataFrame]:
    """Return the sections by their look on a date, and by the scene from which they are open."""
    rows = sections_on(layers, date)
    looks: dict[Stroke, list[int]] = {}
    for i, (key, row) in enumerate(zip(rows.index, rows.to_dict("records"), strict=True)):
        weight = weight_of(row["class"], row["group"])
        stroke = Stroke(weight, row["class"], row["stage"], (first or {}).get(key, 0))
        looks.setdefault(stroke, []).append(i)
    return {stroke: rows.iloc[own] for stroke, own in looks.items()}


def svg_path(lines: Iterable[np.ndarray], digits: int) -> str:
    """Return lines as the data of one path."""
    return "".join(
        "M" + "L".join(f"{x:.{digits}f} {y:.{digits}f}" for x, y in line) for line in lines
    )


def overview_sketch(layers: Layers, date: dt.date, first: Mapping[str, int] | None = None) -> str:
    """Draw the network on a date, with relief, borders and names; `first` marks the scenes."""
    frame, region = _frame(layers), layers.catalogue.region
    looks = section_strokes(layers, date, first) if len(layers.sections) else {}
    return render(
        "overview",
        name=f"{region.name} {region.name_en}, {date}",
        width=f"{WIDTH:.0f}",
        height=f"{HEIGHT:.0f}",
        relief=_relief(layers, frame),
        borders=_borders(layers, frame),
        strokes=[
            (look, _path(frame, shapely.simplify(rows.geometry, LINE_TOLERANCE * region.detail)))
            for look, rows in sorted(looks.items(), key=itemgetter(0))
        ],
        labels=_labels(layers, frame),
        casing=CASING,
        uncased=UNCASED,
    )


def _frame(layers: Layers) -> Frame:
    """Return a frame around the main corridors, or around everything."""
    (west, south), (east, north) = main_box(layers)
    scale = (1 - 2 * MARGIN) * min(
        WIDTH / max(east - west, 1e-6), HEIGHT / max(north - south, 1e-6)
    )
    middle = (west + east) / 2, (south + north) / 2
    return Frame(middle[0] - WIDTH / scale / 2, middle[1] + HEIGHT / scale / 2, scale)


def _path(frame: Frame, shapes: Iterable[Any]) -> str:
    return svg_path((frame.at(shapely.get_coordinates(shape)) for shape in shapes), 1)


def _relief(layers: Layers, frame: Frame) -> dict[str, str]:
    """Return where the picture of the relief lies and its picture; nothing without one."""
    base = layers.catalogue.region.base
    if not base.relief:
        return {}
    west, south, east, north = layers.catalogue.region.frame
    (x0, y0), (x1, y1) = frame.at(np.array([[west, north], [east, south]]))
    place = {"x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0}
    data = base64.b64encode(relief_file(layers.catalogue).read_bytes()).decode()
    kind = base.relief.rsplit(".", 1)[-1]
    return {key: f"{value:.1f}" for key, value in place.items()} | {"kind": kind, "data": data}


def _borders(layers: Layers, frame: Frame) -> dict[str, str]:
    """Return the rivers, the veil over the neighbours and the borders of the provinces."""
    base, paths = layers.catalogue.region.base, {}
    if base.rivers:
        rivers = read_base(layers.catalogue, "rivers").geometry.simplify(
            0.01 * layers.catalogue.region.detail
        )
        paths["river"] = _path(frame, shapely.get_parts(rivers.to_numpy()))
    if base.counties:
        own = dissolved(simplified_counties(layers.catalogue), "province")
        shapes = shapely.simplify(
            shapely.get_parts(np.array(own, dtype=object)), 0.01 * layers.catalogue.region.detail
        )
        union = shapely.get_rings(shapely.get_parts(shapely.union_all(shapes)))
        paths["veil"] = f"M0 0H{WIDTH:.0f}V{HEIGHT:.0f}H0Z{_path(frame, union)}"
        paths["border"] = _path(frame, shapely.get_rings(shapes))
    return paths


def _labels(layers: Layers, frame: Frame) -> list[tuple[dict[str, Any], float, float, float]]:
    """Return the cities whose names have room, where they stand, and the size of the letters."""
    taken: list[tuple[float, float, float, float]] = []
    labels = []
    for city in city_labels(layers.catalogue):
        if city["kind"] == "town" or city["zoom"] > 7:
            continue
        x, y = frame.at(np.array([[city["at"][1], city["at"][0]]]))[0]
        size = FONT[city["kind"]]
        width = max(len(city["zh"]) * LETTER, len(city["en"]) * 0.42) * size
        box = (x - 6, y - size, x + width + 12, y + size * 0.9)
        inside = width < x < WIDTH - width and size < y < HEIGHT - size
        if inside and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            labels.append((city, x, y, size))
    return labels


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
