"""The sheets of the named corridors: what opens when, how fast, for whom, what it changes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely

from geo.catalogue import GROUP, Label, Route, named
from geo.core import is_unknown
from geo.layers import BACKGROUND, EMPHASIS, Layers, crossings_or_none, sections_on, stages_by_year
from geo.maps.basemap import add_basemap, county_rings, new_map
from geo.maps.charts import speed_profile, year_axis
from geo.maps.elements import LOOKS, people_label, web_address
from geo.maps.features import romanised
from geo.maps.line_encoding import polyline_text
from geo.maps.map_page import add_sections, class_groups, page_with_map, status_table
from geo.maps.offline import stable_ids
from geo.maps.texts import Texts
from geo.network import end_of
from geo.scenarios import RouteVariants, corridor_profile

TEXT = Texts("corridors")

#: Routes drawn at least so strongly have a sheet; where there are none, the longest ones.
STRONG, LONGEST = 0.8, 40
#: Lower bounds of the classes of minutes gained, and their colours.
CLASSES = ((0.5, "#e4d8ee"), (2, "#c4a9db"), (5, "#9c76c1"), (10, "#71459c"), (20, "#451a6e"))
#: Counties in the table of those that gain most.
TOP = 8
#: Outlines and lines on the page are rounded to so many degrees; lines lose no more than this.
STEP, LINE_STEP, LINE_TOLERANCE = 1e-3, 1e-4, 0.002


class Sheet(NamedTuple):
    """What the page shows of a corridor."""

    route: Route
    #: As of `geo.scenarios.corridor_profile`.
    profile: dict[str, Any]
    sections: list[dict[str, Any]]
    axis: list[tuple[int, float]]
    now: float
    times: list[dict[str, Any]]
    chart: str
    served: Label
    gains: list[dict[Hashable, Any]]
    #: The mean of the minutes gained over all people, counties and people that gain a minute.
    mean_gain: float
    gaining: tuple[int, Label]
    loss: Any
    #: Names of the cities at its ends, and of those that its loss parts from the others.
    ends: Label
    parted: Label
    accuracy: list[tuple[str, float]]


def corridor_routes(layers: Layers) -> list[Route]:
    """Return the routes that have a sheet: named ones, widenings, and those of projects."""
    cat = layers.catalogue
    planned = {key for project in cat.projects for key in project.sections.split(";")}
    projects = {row.route_id for row in cat.sections if row.section_id in planned}
    order = list(GROUP)

    def rank(route: Route) -> int:
        return order.index(route.group) if route.group in order else len(order)

    chosen = [
        route
        for route in cat.routes
        if EMPHASIS.get(route.group, BACKGROUND) > STRONG or route.route_id in projects
    ]
    if not chosen:
        km = layers.routes["geometry_km"]
        chosen = sorted(cat.routes, key=lambda route: -km[route.route_id])[:LONGEST]
    modes = ("rail", "road", "water")
    return sorted(chosen, key=lambda route: (rank(route), modes.index(route.mode)))


def corridors_page(layers: Layers, *, date: dt.date) -> str:
    """Return the page of the named corridors."""
    routes = corridor_routes(layers)
    variants = RouteVariants(layers, routes, date=date)
    crossings = crossings_or_none(layers, date)
    stages = stages_by_year(layers, [date])
    sheets = [_sheet(layers, route, variants, crossings, stages, date) for route in routes]
    ids = {key for route in routes for key in variants.own.get(route.route_id, ())}
    with stable_ids():
        map_ = new_map(layers.catalogue)
        add_basemap(map_, layers.catalogue)
        classes = add_sections(map_, layers, stages, ids)
        return page_with_map(
            TEXT,
            layers,
            date,
            map_,
            title=TEXT["title"],
            styles=["search"],
            arguments=[class_groups(classes), json.dumps(LOOKS)],
            data={
                "data-status": status_table(),
                "data-corridors": _data(layers, sheets, variants),
            },
            sheets=sheets,
            classes=CLASSES,
            stages=stages,
            groups={sheet.route.route_id: named(GROUP, sheet.route.group) for sheet in sheets},
            cities={city.city_id: city.name_en for city in layers.catalogue.cities},
            counties_en={zone.name: zone.name_en for zone in layers.catalogue.zones},
            regions={region.name: region.name_en for region in layers.catalogue.region.regions},
            web_address=web_address,
        )


def _sheet(
    layers: Layers,
    route: Route,
    variants: RouteVariants,
    crossings: Any,
    stages: dict[str, str],
    date: dt.date,
) -> Sheet:
    profile = corridor_profile(
        layers, route, date=date, variants=variants, crossings=crossings, ways=1
    )
    own = sections_on(layers, date)
    own = own[own["route_id"] == route.route_id].sort_values("seq")
    axis, position = year_axis(
        [row[key] for row in own.to_dict("records") for key in ("started", "opened", "expected")],
        date,
    )
    gains = variants.gains(route.route_id).dropna(subset=["gain_min"])
    people = gains["population"].sum()
    large = gains[gains["gain_min"] >= 1]
    loss, parted = variants.loss(route.route_id)
    accuracy = own.groupby("accuracy_class", sort=True)["accuracy_m"].max()
    top = gains[gains["gain_min"] >= CLASSES[0][0]].nlargest(TOP, "gain_min")
    return Sheet(
        route=route,
        profile=profile,
        sections=[_section(row, key, position) for key, row in own.iterrows()],
        axis=axis,
        now=position(date) or 0.0,
        times=_times(profile, route.mode),
        chart=speed_profile(layers, route.route_id, own, stages, title=TEXT["profile_heading"]),
        served=people_label(profile["population_served"] if variants.counties else None),
        gains=top.to_dict("records"),
        mean_gain=float((gains["gain_min"] * gains["population"]).sum() / people)
        if people
        else np.nan,
        gaining=(len(large), people_label(float(large["population"].sum()))),
        loss=loss,
        ends=_listed(profile["ends"], "–", "–"),
        parted=_listed([city.model_dump() for city in parted], "、", ", "),
        accuracy=list(accuracy.items()),
    )


def _listed(rows: Sequence[dict[str, Any]], zh: str, en: str) -> Label:
    return Label(zh.join(row["name"] for row in rows), en.join(row["name_en"] for row in rows))


def _section(row: Any, section_id: Any, position: Any) -> dict[str, Any]:
    """Return a section with where its works and its opening stand on the axis of years."""
    expected = None if is_unknown(row["expected"]) else int(row["expected"])
    began, opens = position(row["started"]), position(row["opened"] or expected)
    return {
        **row.drop("geometry"),
        "id": section_id,
        "expected": expected,
        "began": began,
        "opens": opens,
    }


def _times(profile: dict[str, Any], mode: str) -> list[dict[str, Any]]:
    """Return the times between the ends with their bounds, each as a share of the longest."""
    rows = []
    shown = {mode, "road", "rail"} if mode != "water" else {mode, "road"}
    for key, values in sorted(profile["times"].items(), key=lambda item: item[0] != mode):
        if key not in shown:
            continue
        for state in ("now", "complete", "without") if key == mode else ("now",):
            value, low, high = (
                values[f"{state}{end}"] for end in ("_min", "_low_min", "_high_min")
            )
            if value is not None:
                row = {"mode": key, "state": state, "min": value, "low": low, "high": high}
                rows.append(row)
    own = {row["state"]: row["min"] for row in rows if row["mode"] == mode}
    if own.get("now") == own.get("complete"):  # all of it is open, or it changes nothing here
        rows = [row for row in rows if row["state"] != "complete"]
    if own.get("now") == own.get("without") and own.get("now") != own.get("complete"):
        rows = [row for row in rows if row["state"] != "without"]
    longest = max((row["high"] for row in rows), default=1.0)
    for row in rows:
        for end in ("min", "low", "high"):
            row[f"{end}_share"] = f"{100 * row[end] / longest:.1f}"
    return rows


def _data(layers: Layers, sheets: Sequence[Sheet], variants: RouteVariants) -> dict[str, Any]:
    """Return everything the script of the page needs."""
    detail = layers.catalogue.region.detail
    return {
        "routes": {sheet.route.route_id: _route(layers, sheet, variants) for sheet in sheets},
        "counties": [
            [
                end_of(county).node.partition(":")[2],
                county.name,
                county.name_en,
                round(county.lat, 4),
                round(county.lon, 4),
            ]
            for county in variants.counties
        ],
        "rings": county_rings(layers.catalogue, STEP),
        "lines": _lines(layers.sections.geometry.to_numpy(), detail),
        "classes": CLASSES,
        "steps": [STEP, LINE_STEP],
        "texts": TEXT.group("ui"),
    }


def _route(layers: Layers, sheet: Sheet, variants: RouteVariants) -> dict[str, Any]:
    """Return the names, sections, places and gains of a corridor."""
    route, cat = sheet.route, layers.catalogue
    ends = {row[key] for row in sheet.sections for key in ("from_place", "to_place")}
    places = [cat.place[key] for key in dict.fromkeys(layers.tracks[route.route_id].places) if key]
    crossed = {row["place_id"] for row in sheet.profile["border"]}
    gains = variants.gains(route.route_id)["gain_min"].to_numpy()
    regions = cat.region.regions[:2]
    sides = " | ".join(r.name for r in regions), " | ".join(r.name_en for r in regions)
    return {
        "names": [route.name, route.name_en],
        "keys": [route.ref, route.route_id, *romanised(route.name)],
        "group": named(GROUP, route.group),
        "sections": [row["id"] for row in sheet.sections],
        "other": _alternative(layers, sheet, variants),
        "places": [
            [
                *(sides if place.place_id in crossed else (place.name, place.name_en)),
                round(place.lat, 4),
                round(place.lon, 4),
                2 if place.place_id in crossed else int(place.place_id in ends),
            ]
            for place in places
            if place.kind in ("station", "interchange", "port") or place.place_id in ends
        ],
        "gains": [None if np.isnan(value) else round(float(value), 1) for value in gains],
    }


def _alternative(layers: Layers, sheet: Sheet, variants: RouteVariants) -> list[str]:
    """Return the pieces of routes that the fastest way without a corridor takes."""
    route, ends = sheet.route, sheet.profile["ends"]
    if not ends:
        return []
    city = {city.city_id: city for city in layers.catalogue.centres}
    pair = city[ends[0]["city_id"]], city[ends[1]["city_id"]]
    pieces = []
    for trip in variants.journeys(route.mode, route.route_id, "without", pair):
        for leg in trip.legs:
            track = layers.tracks.get(leg["route_id"])
            places = track.places if track else []
            if track and leg["from"] in places and leg["to"] in places:
                at = sorted(track.knots[[places.index(leg[end]) for end in ("from", "to")]])
                pieces.append(shapely.linestrings(track.line[at[0] : at[1] + 1]))
    return _lines(pieces, layers.catalogue.region.detail)


def _lines(shapes: Any, detail: float) -> list[str]:
    """Return lines as text, the finer the smaller the region is."""
    simple = shapely.simplify(shapes, LINE_TOLERANCE * detail)
    return [polyline_text(shapely.get_coordinates(line), LINE_STEP) for line in simple]
