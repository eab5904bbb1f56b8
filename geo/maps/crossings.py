"""The map of the crossings between two regions, with a table and a chart of their growth."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import folium
import geopandas as gpd
import shapely

from geo.catalogue import OPEN_CODES, AdminRegion, Label, way_labels
from geo.layers import Layers, crossings_or_none, read_base, stages_by_year, years_of
from geo.maps.basemap import add_basemap, new_map
from geo.maps.charts import Series, growth_chart
from geo.maps.elements import LOOKS
from geo.maps.features import add_geojson, collection, one_feature, point_feature
from geo.maps.line_encoding import rounded_points
from geo.maps.map_page import (
    COLOR,
    add_sections,
    class_groups,
    mode_color,
    page_with_map,
    status_table,
)
from geo.maps.offline import stable_ids
from geo.maps.texts import Texts

TEXT = Texts("crossings")

#: The chart of growth ends in this year, or where the years of the map end.
CHART_END = 2030
#: Modes in the order of the page.
CROSSED = ("road", "rail", "water")
SIDE_COLORS = ("#9C4F86", "#8A6A00")
#: Letter before the numbers of a mode.
PREFIX = {"road": "", "rail": "R", "water": "W"}
FAINT = {"color": "#6F7A83", "weight": 1.1, "opacity": 0.5}
FAINT_TOLERANCE = 0.002


class Numbered(NamedTuple):
    """A crossing with its number."""

    number: str
    mode: str
    row: Any


def crossings_page(layers: Layers, *, date: dt.date) -> str:
    """Return the page of the crossings between the first two regions."""
    pair: Sequence[AdminRegion] = layers.catalogue.region.regions[:2]
    found = numbered(crossings_or_none(layers, date))
    modes = [mode for mode in CROSSED if any(item.mode == mode for item in found)]
    rows = {mode: [item.row for item in found if item.mode == mode] for mode in modes}
    names = [[r.name for r in pair], [r.name_en for r in pair]]
    with stable_ids():
        map_ = new_map(layers.catalogue)
        add_basemap(map_, layers.catalogue)
        classes = _add_lines(map_, layers, found, date)
        return page_with_map(
            TEXT,
            layers,
            date,
            map_,
            title=Label(f"{'—'.join(names[0])}跨界通道", f"Crossings: {'–'.join(names[1])}"),
            arguments=[class_groups(classes), _add_points(map_, found), json.dumps(LOOKS)],
            data={
                "data-status": status_table(),
                "data-routes": {
                    key: [row["name"], row["name_en"]] for key, row in layers.routes.iterrows()
                },
            },
            jump=f"crossings-{modes[0]}" if modes else "",
            modes=modes,
            found=found,
            names=names[0],
            both=Label(" / ".join(names[0]), " / ".join(names[1])),
            columns={mode: _columns(pair, mode) for mode in modes},
            counties=_county_names(layers),
            growth=_growth(layers, date, pair, found),
            columns_of=growth_columns,
            groups={mode: crossings_title(layers, mode, rows[mode]) for mode in modes},
            counts={mode: count_title(layers, mode, rows[mode]) for mode in modes},
            road=way_labels("road", _classes(layers, rows.get("road", ())))[0],
            prefix=PREFIX,
            colors=COLOR,
        )


def numbered(crossings: gpd.GeoDataFrame) -> list[Numbered]:
    """Return the crossings with their numbers: by mode, in the order of opening."""
    counts: dict[str, int] = {}
    found = []
    for row in crossings.itertuples():
        mode = str(row.mode)
        counts[mode] = counts.get(mode, 0) + 1
        found.append(Numbered(f"{PREFIX.get(mode, '')}{counts[mode]}", mode, row))
    order = dict(zip(CROSSED, range(9), strict=False))
    return sorted(found, key=lambda item: order.get(item.mode, 9))


def crossings_title(layers: Layers, mode: str, rows: Iterable[Any]) -> Label:
    """Return the heading of crossings of a mode."""
    return TEXT.fill("group", way=way_labels(mode, _classes(layers, rows))[0]).capital


def count_title(layers: Layers, mode: str, rows: Iterable[Any]) -> Label:
    """Return the heading of the number of crossings of a mode."""
    return TEXT.fill("count", way=way_labels(mode, _classes(layers, rows))[0]).capital


def _classes(layers: Layers, rows: Iterable[Any]) -> set[str]:
    """Return the classes of the routes that cross."""
    return {layers.catalogue.route[row.route_id].class_ for row in rows}


def _add_lines(
    map_: folium.Map, layers: Layers, found: list[Numbered], date: dt.date
) -> dict[str, str]:
    """Add the sections that cross by class, and everything else as faint lines."""
    stages = stages_by_year(layers, [date])
    ids = {side.section_id for item in found for side in item.row.sides.values()}
    others = layers.sections[~layers.sections.index.isin(ids)]
    tolerance = FAINT_TOLERANCE * layers.catalogue.region.detail
    parts = shapely.simplify(others.geometry.to_numpy(), tolerance) if len(others) else []
    lines = [rounded_points(shapely.get_coordinates(part), 4) for part in parts]
    if lines:
        data = one_feature("MultiLineString", lines)
        add_geojson(map_, data, FAINT, interactive=False, pane="context")
    return add_sections(map_, layers, stages, ids)


def _add_points(map_: folium.Map, found: list[Numbered]) -> str:
    """Add the crossings as one layer of points; without any there is none."""
    if not found:
        return "null"
    features = []
    for item in found:
        row = item.row
        properties = {
            "number": item.number,
            "mode": item.mode,
            "color": mode_color(item.mode),
            "name": row.name,
            "name_en": row.name_en,
            "place_zh": row.place_zh,
            "place_en": row.place_en,
            "status": row.status,
            "assumed": bool(row.assumed),
            "sections": [side.section_id for side in row.sides.values()],
        }
        features.append(point_feature(item.number, properties, row.geometry.x, row.geometry.y))
    marker = folium.CircleMarker(radius=9)
    return add_geojson(
        map_,
        collection(features),
        {"color": "#1d2a35"},
        marker=marker,
        name="crossings",
        show=False,
    )


def _growth(
    layers: Layers, date: dt.date, pair: Sequence[AdminRegion], found: list[Numbered]
) -> list[tuple[str, str, list[int], list[Series]]]:
    """Return the charts of growth by mode, with their years and lines."""
    growth = []
    for mode in ("road", "rail"):
        if rows := [item.row for item in found if item.mode == mode]:
            title = count_title(layers, mode, rows)
            years, series = growth_series(layers, date, pair, mode, rows)
            chart = growth_chart(years, series, title=title, known_to=date.year)
            growth.append((mode, chart, years, series))
    return growth


def _columns(pair: Sequence[AdminRegion], mode: str) -> list[tuple[Label, str]]:
    columns = [
        (TEXT["number"], "num"),
        (TEXT["name"], ""),
        *((TEXT.fill("side", name=Label(r.name, r.name_en)), "") for r in pair),
        (TEXT["through"], "nowrap"),
    ]
    lanes = {"road": TEXT["lanes"], "rail": TEXT["tracks"]}
    return [*columns, (lanes[mode], "num")] if mode in lanes else columns


def _county_names(layers: Layers) -> dict[str, tuple[str, str]]:
    """Return the English names of counties by the Chinese ones, and those of their cities."""
    if not layers.catalogue.region.base.counties:
        return {}
    english = {city.adcode: city.name_en for city in layers.catalogue.cities}
    return {
        str(row["name"]): (
            row.get("name_en") or english.get(str(row["adcode"]), ""),
            english.get(str(row.get("city")), ""),
        )
        for row in read_base(layers.catalogue, "counties").to_dict("records")
    }


def growth_series(
    layers: Layers,
    date: dt.date,
    pair: Sequence[AdminRegion],
    mode: str,
    rows: Sequence[Any],
    end: int = CHART_END,
) -> tuple[list[int], list[Series]]:
    """Return how the number of crossings grew, on each side and on both."""
    days = {y: d for y, d in years_of(layers, date).items() if y <= end}
    stages = stages_by_year(layers, days.values())
    sides = [[[row.sides[region.name].section_id] for row in rows] for region in pair]
    both = [[side.section_id for side in row.sides.values()] for row in rows]
    series = [
        Series(
            TEXT.fill("side_open", name=Label(region.name, region.name_en)),
            open_groups_by_year(groups, stages, len(days)),
            color,
        )
        for region, groups, color in zip(pair, sides, SIDE_COLORS, strict=False)
    ]
    through = open_groups_by_year(both, stages, len(days))
    label = TEXT["open_on_both_sides"]
    return list(days), [*series, Series(label, through, COLOR[mode], filled=True)]


def growth_columns(series: Sequence[Series]) -> list[tuple[Label, str]]:
    """Return the headings of a table of growth."""
    return [(TEXT["year"], "num"), *((line.label, "num") for line in series)]


def open_groups_by_year(
    groups: Sequence[Sequence[str]], stages: Mapping[str, str], count: int
) -> list[int]:
    """Return how many groups of sections are open as a whole in every year."""
    return [
        sum(all(stages[key][i] in OPEN_CODES for key in group) for group in groups)
        for i in range(count)
    ]
