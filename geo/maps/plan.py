"""The page that plans: journeys, changed networks and closures, computed in the page itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import shapely

from geo.catalogue import CLASS, CLASSES_OF_MODE, MODE, STAGE, TRAVEL, Catalogue, ReadyPlan, Zone
from geo.connectivity import core_cities
from geo.layers import LINES, OTHER_LINE, Layers, weight_of
from geo.maps.basemap import add_basemap, new_map, simplified_counties
from geo.maps.bundling import page_script
from geo.maps.criticality import closed_squares, square_data
from geo.maps.elements import used_sources
from geo.maps.features import romanised
from geo.maps.line_encoding import polyline_text
from geo.maps.map_page import mode_color, page_with_map, status_table
from geo.maps.offline import stable_ids
from geo.maps.plan_data import engine_data
from geo.maps.texts import Texts
from geo.network import build_network
from geo.scenarios import plan_of

TEXT = Texts("plan")

#: Where plans to start from are written.
FILE = "region.toml"

#: Steps of a degree that outlines of counties are rounded to, and the smallest part drawn.
AREA_STEP, LEAST_AREA = 1e-3, 1e-4
#: The chart of a journey begins so many years before the first milestone.
LOOK_BACK = 10


def plan_page(layers: Layers, *, date: dt.date) -> str:
    """Return the page that plans."""
    cat = layers.catalogue
    squares = closed_squares(build_network(layers, year=date, nodes="stops"))
    first, last = cat.region.map.years
    with stable_ids():
        map_ = new_map(cat)
        add_basemap(map_, cat)
        return page_with_map(
            TEXT,
            layers,
            date,
            map_,
            title=TEXT["title"],
            styles=["crossings", "search"],
            data={
                "data-plan": engine_data(layers),
                "data-worker": f"{page_script('plan-worker')}geo.serveEngine();",
                "data-status": status_table(),
                "data-page": _page_data(layers, date) | square_data(squares, layers),
            },
            modes={mode: TRAVEL[mode] for mode in _modes(layers)},
            first=first,
            last=max(last, date.year),
        )


def _modes(layers: Layers) -> list[str]:
    """Return the modes that can be chosen."""
    present = set(layers.routes["mode"])
    single = [mode for mode in TRAVEL if mode in present]
    return ["any", *single] if len(present) > 1 else single


def _page_data(layers: Layers, date: dt.date) -> dict[str, Any]:
    """Return what the page shows beside what its engine computes with."""
    cat = layers.catalogue
    keys = {row.section_id: row.sources for row in cat.sections}
    milestones = cat.region.milestones or (date.year,)
    chart = sorted({min(milestones) - LOOK_BACK, *milestones})
    return {
        "day": date.isoformat(),
        "years": [cat.region.map.years[0], max(cat.region.map.years[1], date.year)],
        "chart": [year for year in chart if year != date.year],
        "cores": [city.city_id for city in core_cities(cat)],
        "labels": {"class": CLASS, "mode": MODE, "travel": TRAVEL, "stage": STAGE},
        "classes": {
            mode: [key for key in LINES if key in CLASSES_OF_MODE[mode]]
            for mode in MODE
            if mode in CLASSES_OF_MODE
        },
        "styles": {key: style._asdict() for key, style in {**LINES, "": OTHER_LINE}.items()},
        "weights": {
            str(key): weight_of(row["class"], row["group"])
            for key, row in layers.routes.iterrows()
        },
        "colors": {mode: mode_color(mode) for mode in MODE},
        "ready": [_ready(plan) for plan in cat.region.plans],
        "pinyin": _pinyin(cat),
        "outlines": _areas(cat),
        "outlineStep": AREA_STEP,
        "sources": used_sources(cat, {key for keys_ in keys.values() for key in keys_}),
        "sourcesOf": keys,
    }


def _ready(plan: ReadyPlan) -> dict[str, Any]:
    """Return a plan to start from, once its edits are known to be ones."""
    shown = {"name": plan.name, "name_en": plan.name_en, "edits": [*plan.edits]}
    plan_of(shown, FILE)
    note = [plan.note, plan.note_en or plan.note] if plan.note else None
    return shown | {"year": plan.year, "note": note}


def _pinyin(catalogue: Catalogue) -> dict[str, str]:
    """Return what the names of places can be found by beside themselves."""
    names = {row.name for row in (*catalogue.cities, *catalogue.settlements, *catalogue.places)}
    found = {name: " ".join(romanised(name)) for name in sorted(names)}
    return {name: text for name, text in found.items() if text.split()[0] != name.lower()}


def _areas(catalogue: Catalogue) -> dict[str, str]:
    """Return the outlines of the counties that people are counted by, simplified together."""
    if not catalogue.region.base.counties:
        return {}
    counted = {row.zone_id for row in catalogue.settlements if isinstance(row, Zone)}
    found = {}
    for row in simplified_counties(catalogue).itertuples():
        if row.adcode in counted:
            rings = [
                part.exterior for part in shapely.get_parts(row.geometry) if part.area > LEAST_AREA
            ]
            coordinates = (shapely.get_coordinates(ring)[:-1] for ring in rings)
            found[row.adcode] = " ".join(polyline_text(at, AREA_STEP) for at in coordinates)
    return found
