"""The background of the maps, made of our own data: relief, rivers, borders, context lines.

Counties are simplified as one coverage and prefectures and provinces dissolved from the
result, so that a border of two levels is one line.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import folium
import geopandas as gpd
import numpy as np
import shapely
from folium.raster_layers import ImageOverlay
from shapely.geometry.base import BaseGeometry

from geo.catalogue import Catalogue, Label
from geo.layers import BaseFile, read_base, relief_file
from geo.maps.features import add_geojson, one_feature
from geo.maps.line_encoding import pack_lines, polyline_text, rounded_points
from geo.maps.texts import Texts

TEXT = Texts("basemap")

#: Lines as points, longitude and latitude.
Lines = list[list[list[float]]]

#: Tolerance of the simplified coverage and of rivers, in degrees.
COUNTY_TOLERANCE = 0.009
#: Nearer than this nothing is more exact: most lines are off by hundreds of metres.
MAX_ZOOM = 12
RIVER_TOLERANCE = 0.002
DIGITS = 4


class Part(NamedTuple):
    """A part of the background: its name, what it is called, its layers, and whether it is on."""

    key: str
    label: Label
    layers: list[str]
    on: bool


PANES = {
    "relief": 200,
    "rivers": 210,
    "veil": 220,
    "counties": 230,
    "provinces": 240,
    "context": 250,
}
RIVER = {"color": "#6FA3C7", "weight": 1.6, "opacity": 0.9}
COUNTY = {"color": "#7C858E", "weight": 0.6, "opacity": 0.38}
CITY = {"color": "#6A737C", "weight": 0.9, "opacity": 0.5, "dashArray": "4 3"}
PROVINCE = {"color": "#5B4B57", "weight": 1.7, "opacity": 0.85, "dashArray": "9 3 2 3"}
NEIGHBOUR = {"color": "#7C858E", "weight": 1.0, "opacity": 0.7, "dashArray": "9 3 2 3"}
VEIL = {"stroke": False, "fillColor": "#FFFFFF", "fillOpacity": 0.5}
CONTEXT = {"color": "#8A8F94", "weight": 0.9, "opacity": 0.75}


def new_map(catalogue: Catalogue) -> folium.Map:
    """Return an empty map of the region, its panes ready."""
    region = catalogue.region
    west, south, east, north = region.frame
    lon, lat = region.map.centre
    map_ = folium.Map(
        [lat, lon],
        zoom_start=region.map.zoom,
        tiles=None,
        zoom_control=False,
        minZoom=6,
        maxZoom=MAX_ZOOM,
        zoomSnap=0.5,
        zoomDelta=0.5,
        wheelPxPerZoomLevel=110,
        maxBounds=[[south, west], [north, east]],
        maxBoundsViscosity=0.8,
    )
    for name, z_index in PANES.items():
        map_.add_child(folium.map.CustomPane(name, z_index=z_index, pointer_events=False))
    return map_


def add_basemap(map_: folium.Map, catalogue: Catalogue) -> list[Part]:
    """Draw the background."""
    base, parts = catalogue.region.base, []
    if base.relief:
        parts.append(Part("relief", TEXT["relief"], [_relief(map_, catalogue)], on=True))
    if base.rivers:
        rivers = read_base(catalogue, "rivers").simplify(RIVER_TOLERANCE * catalogue.region.detail)
        layer = _lines(map_, _inside(catalogue, list(rivers)), "rivers", RIVER)
        parts.append(Part("rivers", TEXT["rivers"], [layer], on=True))
    if base.counties:
        parts += _borders(map_, catalogue)
    return parts


def context(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the context network, packed for `packed-layer.js` of the page."""
    found, files = [], catalogue.region.context
    for layer, file in files.model_dump().items():
        if file and (catalogue.folder / file).exists():
            frame = read_base(catalogue, layer).clip(catalogue.region.frame)
            packed = pack_lines(frame.geometry.to_numpy())._asdict()
            found.append({**packed, "style": CONTEXT, "pane": "context"})
    return found


def context_part(layers: list[dict[str, Any]]) -> list[Part]:
    """Return the context network as a part of the background, which is off at first."""
    if not layers:
        return []
    count, metres = sum(row["lines"] for row in layers), max(row["tolerance_m"] for row in layers)
    label = TEXT.fill("context", count=count, metres=metres)
    return [Part("context", label, [], on=False)]


def _relief(map_: folium.Map, catalogue: Catalogue) -> str:
    west, south, east, north = catalogue.region.frame
    layer = ImageOverlay(
        str(relief_file(catalogue)),
        [[south, west], [north, east]],
        pixelated=False,
        pane="relief",
        className="relief",
        alt="",
    ).add_to(map_)
    return str(layer.get_name())


class _Borders(NamedTuple):
    """Borders within the frame as points, and the rings of the veil around the region."""

    province: Lines
    city: Lines
    county: Lines
    neighbours: Lines
    veil: list[Lines]


@lru_cache(maxsize=2)
def _borders_of(
    counties: BaseFile, provinces: BaseFile | None, frame: tuple[float, ...]
) -> _Borders:
    """Return the borders of a region, the same on every page."""
    catalogue = counties.catalogue
    levels = [
        dissolved(simplified_counties(catalogue), column)
        for column in ("province", "city", "adcode")
    ]
    layers: list[BaseGeometry] = []
    for shapes in levels:
        layers.append(_new_lines(shapes, layers))
    province, city, county = (_inside(catalogue, [lines]) for lines in layers)
    around = _neighbour_lines(catalogue, levels[0]) if provinces else []
    neighbours = _inside(catalogue, around)
    return _Borders(province, city, county, neighbours, _veil(levels[0], frame))


def _borders(map_: folium.Map, catalogue: Catalogue) -> list[Part]:
    """Draw borders of three levels, and a veil over what lies around the region."""
    provinces = BaseFile.of(catalogue, "provinces") if catalogue.region.base.provinces else None
    counties = BaseFile.of(catalogue, "counties")
    found = _borders_of(counties, provinces, tuple(catalogue.region.frame))
    veil = one_feature("MultiPolygon", found.veil)
    outlines = [
        add_geojson(map_, veil, VEIL, pane="veil", interactive=False),
        *([_lines(map_, found.neighbours, "provinces", NEIGHBOUR)] if found.neighbours else []),
        _lines(map_, found.province, "provinces", PROVINCE),
    ]
    fine = [
        _lines(map_, lines, "counties", style)
        for lines, style in ((found.county, COUNTY), (found.city, CITY))
        if lines
    ]
    return [
        Part("counties", TEXT["counties"], fine, on=True),
        Part("provinces", TEXT["provinces"], outlines, on=True),
    ]


def simplified_counties(catalogue: Catalogue) -> gpd.GeoDataFrame:
    """Return the counties of the region, simplified together."""
    counties = read_base(catalogue, "counties").sort_values("adcode", ignore_index=True)
    tolerance = COUNTY_TOLERANCE * catalogue.region.detail
    shapes = shapely.coverage_simplify(counties.geometry.to_numpy(), tolerance)
    return counties.set_geometry(shapes, crs=counties.crs)


def county_rings(catalogue: Catalogue, step: float) -> dict[str, str]:
    """Return the outlines of the counties with people by id, rings with a space between them."""
    if not catalogue.region.base.counties:
        return {}
    known = {zone.zone_id for zone in catalogue.zones}
    return {
        str(row.adcode): " ".join(
            polyline_text(shapely.get_coordinates(ring)[:-1], step)
            for ring in shapely.get_rings(shapely.get_parts(row.geometry))
        )
        for row in simplified_counties(catalogue).itertuples()
        if str(row.adcode) in known
    }


def dissolved(counties: gpd.GeoDataFrame, column: str) -> list[BaseGeometry]:
    """Return the union of the counties that share a value."""
    if column not in counties:
        return []
    groups = counties.groupby(column, sort=True)
    return [shapely.coverage_union_all(group.geometry.to_numpy()) for _, group in groups]


def _new_lines(shapes: list[BaseGeometry], layers: list[BaseGeometry]) -> BaseGeometry:
    """Return the borders of areas, each once, without those drawn at a higher level."""
    lines = shapely.union_all(shapely.boundary(np.array(shapes, dtype=object)))
    for above in layers:
        lines = shapely.difference(lines, above)
    return shapely.line_merge(lines)


def _neighbour_lines(catalogue: Catalogue, own: list[BaseGeometry]) -> list[BaseGeometry]:
    """Return the borders between the neighbours, away from the region's own border."""
    frame = read_base(catalogue, "provinces")
    if "context" in frame:
        frame = frame[frame["context"].fillna(0).astype(bool)]
    detail = catalogue.region.detail
    shapes = shapely.simplify(frame.geometry.to_numpy(), COUNTY_TOLERANCE * detail)
    near = shapely.buffer(shapely.union_all(own), 0.04 * detail)
    view = window(catalogue)
    lines = [
        shapely.difference(shapely.intersection(shapely.boundary(shape), view), near)
        for shape in shapes
    ]
    return [shapely.line_merge(shapely.union_all(lines))] if lines else []


def window(catalogue: Catalogue, margin: float = 0.02) -> BaseGeometry:
    """Return the frame, a little smaller, so that clipped areas leave no line along it."""
    west, south, east, north = catalogue.region.frame
    return shapely.box(west + margin, south + margin, east - margin, north - margin)


def _veil(own: list[BaseGeometry], frame: tuple[float, ...]) -> list[Lines]:
    """Cover all but the region in its frame; the veil reaches far out, so that no edge shows."""
    west, south, east, north = frame
    world = shapely.box(west - 30, max(south - 20, -80), east + 30, min(north + 20, 80))
    inside = shapely.clip_by_rect(shapely.union_all(own), west, south, east, north)
    around = shapely.difference(world, inside)
    polygons = [part for part in shapely.get_parts(around) if part.geom_type == "Polygon"]
    return [
        [rounded_points(shapely.get_coordinates(r), DIGITS) for r in (p.exterior, *p.interiors)]
        for p in polygons
    ]


def _inside(catalogue: Catalogue, lines: list[BaseGeometry]) -> Lines:
    """Return the coordinates of lines within the frame."""
    clipped = shapely.clip_by_rect(np.array(lines, dtype=object), *catalogue.region.frame)
    parts = shapely.get_parts(shapely.line_merge(clipped))
    kept = [part for part in parts if part.geom_type == "LineString" and part.length > 0]
    return [rounded_points(shapely.get_coordinates(part), DIGITS) for part in kept]


def _lines(map_: folium.Map, lines: Lines, pane: str, style: dict[str, Any]) -> str:
    data = one_feature("MultiLineString", lines)
    return add_geojson(map_, data, style, pane=pane, interactive=False, smooth_factor=0.7)
