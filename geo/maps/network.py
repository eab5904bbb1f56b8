"""The map of the whole network: every class of route, year by year."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

import folium

from geo.catalogue import ACCURACY, CLASS, CONFIDENCE, GROUP, KIND, MODE, Label, named, way_labels
from geo.connectivity import core_cities
from geo.layers import (
    BACKGROUND,
    EMPHASIS,
    LINES,
    OTHER_LINE,
    POINTS,
    Layers,
    counts_by_year,
    crossings_or_none,
    stages_by_year,
    years_of,
)
from geo.maps.basemap import Part, add_basemap, context, context_part, new_map
from geo.maps.elements import LOOKS, point_sample, used_sources
from geo.maps.features import add_geojson, point_features, route_facts
from geo.maps.map_page import add_sections, class_groups, page_with_map, region_title, status_table
from geo.maps.offline import stable_ids
from geo.maps.texts import Texts
from geo.scenarios import Timeline, build_timeline, figures_by_year

TEXT = Texts("network")

#: With fewer routes than this all of them are shown at first, else the main lines.
MANY = 40
#: Texts of the card and the controls.
UI = TEXT.group("ui")


def network_page(layers: Layers, *, date: dt.date, timeline: Timeline | None = None) -> str:
    """Return the page of the network."""
    days = years_of(layers, date)
    stages = stages_by_year(layers, days.values())
    crossings = crossings_or_none(layers, date)
    counts = counts_by_year(layers, stages, crossings, len(days))
    moved = figures_by_year(timeline or build_timeline(layers, date), layers, date, days)
    figures = [a | b for a, b in zip(counts, moved, strict=True)]
    first, last = min(days), max(days)
    start = list(days).index(min(max(date.year, first), last))
    top = max((max(figure["km"].values(), default=0) for figure in figures), default=0)
    tiers = {EMPHASIS.get(group, BACKGROUND) > BACKGROUND for group in layers.routes["group"]}
    with stable_ids():
        map_ = new_map(layers.catalogue)
        around = context(layers.catalogue)
        parts = add_basemap(map_, layers.catalogue) + context_part(around)
        drawn = add_sections(map_, layers, stages)
        points = _add_points(map_, layers)
        return page_with_map(
            TEXT,
            layers,
            date,
            map_,
            title=region_title(layers),
            styles=["search"],
            arguments=[class_groups(drawn), *_other_layers(points, parts), json.dumps(LOOKS)],
            data=_data(layers, date, days, figures) | {"data-context": around},
            jump="sections",
            drawn=drawn,
            classes=_routes_by_class(layers, drawn),
            codes=set("".join(stages.values())),
            two_tiers=len(tiers) > 1,
            main_first=len(layers.routes) >= MANY,
            presets=_presets(layers),
            points=points,
            background=parts,
            point_sample=point_sample,
            stages=stages,
            now_at=start,
            now=figures[start],
            top=top,
            bars=[_bar(key, figures[start]["km"].get(key, 0), top) for key in drawn],
            modes=[
                (mode, name)
                for mode, name in MODE.items()
                if any(figure[k].get(mode) for figure in figures for k in ("routes", "crossings"))
            ],
            times=_times(layers, figures),
            first=first,
            last=last,
            year=list(days)[start],
            ticks=[
                (tick, f"{100 * (tick - first) / max(last - first, 1):.2f}")
                for tick in days
                if tick % 5 == 0
            ],
        )


def _presets(layers: Layers) -> dict[str, Label]:
    """Return what the map can show at one press; roads go by the name of their class."""
    present = layers.routes[["mode", "class"]].drop_duplicates()
    roads = present["class"][present["mode"] == "road"]
    gone = set() if present["class"].isin(["hsr", "intercity"]).any() else {"rail"}
    gone |= set() if len(roads) else {"road"}
    texts = TEXT.group("presets") | {"road": way_labels("road", roads)[1].capital}
    return {key: label for key, label in texts.items() if key not in gone}


def _add_points(map_: folium.Map, layers: Layers) -> dict[str, str]:
    names = {}
    for key, style in POINTS.items():
        collection = point_features(layers, key)
        if collection["features"]:
            look, marker = {"color": style.color}, folium.CircleMarker(radius=style.radius)
            names[key] = add_geojson(map_, collection, look, marker=marker, name=key, show=False)
    return names


def _routes_by_class(layers: Layers, drawn: Iterable[str]) -> dict[Label, dict[str, list[Any]]]:
    """Return the routes of the classes drawn by mode and class, the named corridors first."""
    found: dict[Label, dict[str, list[Any]]] = {}
    modes = [*MODE, *sorted(set(layers.routes["mode"]).difference(MODE))]
    mode_of = dict(zip(layers.routes["class"], layers.routes["mode"], strict=True))
    for mode in modes:
        own = found[named(MODE, mode)] = {}
        for key in drawn:
            if mode_of.get(key) == mode:
                rows = layers.routes[layers.routes["class"] == key]
                rank = rows["group"].map(lambda group: -EMPHASIS.get(group, BACKGROUND))
                rows = rows.iloc[rank.argsort(kind="stable")]
                own[key] = [
                    (route_id, Label(row["name"], row["name_en"]), row["group"])
                    for route_id, row in rows.iterrows()
                ]
    return found


def _bar(class_: str, value: int, top: int) -> dict[str, Any]:
    """Return the bar of a class: its length as a share of the longest of any year."""
    color = LINES.get(class_, OTHER_LINE).color
    share = f"{100 * value / top if top else 0:.1f}"
    name = named(CLASS, class_)
    return {"key": class_, "label": name, "value": value, "share": share, "color": color}


def _times(layers: Layers, figures: list[dict[str, Any]]) -> dict[str, Label]:
    """Return the rows on travel times that have a value in some year."""
    pair = core_cities(layers.catalogue)
    ends = Label("–".join(c.name for c in pair), "–".join(c.name_en for c in pair))
    labels = {"cores": TEXT.fill("door_to_door", ends=ends), "near": TEXT["nearness"]}
    return {
        key: label
        for key, label in labels.items()
        if any(figure["times"][key] is not None for figure in figures)
    }


def _other_layers(points: dict[str, str], parts: list[Part]) -> list[str]:
    """Return the layers of places and of the background, as JavaScript."""
    places = ",".join(
        "{" + f"key:{json.dumps(key)},layer:{variable},color:{json.dumps(style.color)},"
        f"fill:{json.dumps(style.fill)},radius:{style.radius},zoom:{style.zoom}" + "}"
        for key, variable in points.items()
        for style in [POINTS[key]]
    )
    base = ",".join(f"{json.dumps(part.key)}:[{','.join(part.layers)}]" for part in parts)
    return [f"[{places}]", f"{{{base}}}"]


def _data(
    layers: Layers, date: dt.date, days: dict[int, dt.date], figures: list[dict[str, Any]]
) -> dict[str, object]:
    """Return the data blocks of the page."""
    cat = layers.catalogue
    keys = {key for row in (*cat.sections, *cat.routes, *cat.places) for key in row.sources}
    labels: dict[str, Any] = {"class": CLASS, "group": GROUP, "kind": KIND}
    labels |= {"accuracy": ACCURACY, "confidence": CONFIDENCE, "ui": UI}
    labels["named"] = list(EMPHASIS)
    return {
        "data-routes": route_facts(layers),
        "data-sources": used_sources(cat, keys),
        "data-labels": labels,
        "data-status": status_table(),
        "data-years": {
            "years": list(days),
            "start": min(max(date.year, min(days)), max(days)),
            "day": date.isoformat(),
            "figures": figures,
        },
    }
