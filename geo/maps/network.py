"""The map of the whole network: every class of route, year by year."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, NamedTuple

import folium

from geo.catalogue import (
    ACCURACY,
    CLASS,
    CONFIDENCE,
    GROUP,
    KIND,
    MODE,
    STATUS_CODES,
    Label,
    named,
)
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
from geo.maps.bundling import page_script
from geo.maps.elements import (
    LOOKS,
    bi,
    cell,
    ends,
    footer,
    header,
    line_sample,
    number,
    number_cell,
    opening,
    point_sample,
    render,
    status_mark,
    style_sheet,
    table,
    table_row,
    used_sources,
)
from geo.maps.features import add_geojson, point_features, route_facts
from geo.maps.lettering import area_labels, city_labels
from geo.maps.map_page import (
    add_sections,
    class_groups,
    page_settings,
    region_title,
    status_table,
)
from geo.maps.offline import MAP_SLOT, offline_html, stable_ids
from geo.maps.texts import Texts
from geo.scenarios import Timeline, build_timeline, figures_by_year

TEXT = Texts("network")

TIERS = TEXT.group("tiers")
NAME = "network.html"
#: What the casing of a line says about its accuracy.
ALIGNMENT = TEXT.group("alignment")
#: Texts of the card and the controls.
UI = TEXT.group("ui")
COLUMNS = TEXT.columns("columns")


class Drawn(NamedTuple):
    """The map in the script: its name, those of its layers, the codes of status that occur."""

    name: str
    classes: dict[str, str]
    codes: frozenset[str]
    points: dict[str, str]
    parts: list[Part]


def network_page(layers: Layers, *, date: dt.date, timeline: Timeline | None = None) -> str:
    """Return the page of the network."""
    days = years_of(layers, date)
    stages = stages_by_year(layers, days.values())
    crossings = crossings_or_none(layers, date)
    counts = counts_by_year(layers, stages, crossings, len(days))
    moved = figures_by_year(timeline or build_timeline(layers, date), layers, date, days)
    figures = [a | b for a, b in zip(counts, moved, strict=True)]
    with stable_ids():
        map_ = new_map(layers.catalogue)
        around = context(layers.catalogue)
        parts = add_basemap(map_, layers.catalogue) + context_part(around)
        classes = add_sections(map_, layers, stages)
        codes = frozenset("".join(stages.values()))
        drawn = Drawn(map_.get_name(), classes, codes, _add_points(map_, layers), parts)
        return offline_html(
            map_,
            title=region_title(layers),
            body=_body(layers, date, days, stages, figures, drawn),
            css=style_sheet("map", "network"),
            script=_script(layers, drawn),
            data=_data(layers, date, days, figures) | {"data-context": around},
            lang=layers.catalogue.region.page_language,
        )


def _add_points(map_: folium.Map, layers: Layers) -> dict[str, str]:
    names = {}
    for key, style in POINTS.items():
        collection = point_features(layers, key)
        if collection["features"]:
            look, marker = {"color": style.color}, folium.CircleMarker(radius=style.radius)
            names[key] = add_geojson(map_, collection, look, marker=marker, name=key, show=False)
    return names


def _body(
    layers: Layers,
    date: dt.date,
    days: dict[int, dt.date],
    stages: dict[str, str],
    figures: list[dict[str, Any]],
    drawn: Drawn,
) -> str:
    start = list(days).index(min(max(date.year, min(days)), max(days)))
    groups, folded = _legend(layers, drawn)
    first, last = min(days), max(days)
    top = max((max(figure["km"].values(), default=0) for figure in figures), default=0)
    return render(
        "network",
        text=TEXT,
        map_slot=MAP_SLOT,
        head=header(region_title(layers), NAME, table="sections"),
        foot=footer(layers.catalogue, date),
        groups=groups,
        folded=folded,
        now=figures[start],
        top=top,
        bars=[_bar(key, figures[start]["km"].get(key, 0), top) for key in drawn.classes],
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
        table=_sections_table(layers, stages, start),
    )


def _legend(layers: Layers, drawn: Drawn) -> tuple[list[tuple[Label, str]], ...]:
    """Return the parts of the legend, which also switch the layers; then those folded."""
    mode_of = dict(zip(layers.routes["class"], layers.routes["mode"], strict=True))
    groups: list[tuple[Label, str]] = []
    for mode in [*MODE, *sorted(set(mode_of.values()).difference(MODE))]:
        items = [
            _switch(f"class:{key}", line_sample(key), named(CLASS, key)) + _routes(layers, key)
            for key in drawn.classes
            if mode_of.get(key) == mode
        ]
        groups.append((named(MODE, mode), "".join(items)))
    groups.append((TEXT["status"], _status_switches(drawn) if drawn.classes else ""))
    if len({EMPHASIS.get(group, BACKGROUND) > BACKGROUND for group in layers.routes["group"]}) > 1:
        samples = {"high": "named", "low": "background"}
        tiers = [_switch(f"tier:{k}", line_sample("", group=samples[k]), TIERS[k]) for k in TIERS]
        groups.append((TEXT["tier"], "".join(tiers)))
    known = [
        f'<div class="item key">{line_sample("", accuracy=key)}<span>{bi(label)}</span></div>'
        for key, label in ALIGNMENT.items()
    ]
    groups.append((TEXT["alignment_heading"], "".join(known) if drawn.classes else ""))
    places = [_switch(f"points:{key}", point_sample(key), KIND[key]) for key in drawn.points]
    more = [(TEXT["places"], "".join(places))]
    base = [_switch(f"base:{part.key}", "", part.label, on=part.on) for part in drawn.parts]
    base.append(_switch("base:labels", "", TEXT["place_names"]))
    more.append((TEXT["background"], "".join(base)))
    return groups, more


def _status_switches(drawn: Drawn) -> str:
    """Return a switch for every status; what had not begun in a past year is hidden at first."""
    codes = [code for code in STATUS_CODES if code == "o" or code in drawn.codes - {"a"}]
    return "".join(
        _switch(f"status:{code}", line_sample("", stage), label, on=code != "n")
        for code in codes
        for stage, _, label in [STATUS_CODES[code]]
    )


def _switch(key: str, sample: str, label: Label, *, on: bool = True) -> str:
    checked = " checked" if on else ""
    return (
        f'<label class="item"><input type="checkbox" data-toggle="{key}"{checked}>'
        f"{sample}<span>{bi(label)}</span></label>"
    )


def _routes(layers: Layers, class_: str) -> str:
    """Return a switch for every route of a class, the named corridors first."""
    rows = layers.routes[layers.routes["class"] == class_]
    rank = rows["group"].map(lambda group: -EMPHASIS.get(group, BACKGROUND))
    items = "".join(
        _switch(
            f"route:{route_id}",
            line_sample(class_, group=row["group"]),
            Label(row["name"], row["name_en"]),
        )
        for route_id, row in rows.iloc[rank.argsort(kind="stable")].iterrows()
    )
    label = Label(f"{len(rows)} 条线路", f"{len(rows)} route{'s' * (len(rows) != 1)}")
    return f'<details class="tree"><summary>{bi(label)}</summary>{items}</details>'


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


def _sections_table(layers: Layers, stages: dict[str, str], start: int) -> str:
    rows = []
    for section_id, row in layers.sections.iterrows():
        letter = stages[str(section_id)][start]
        opened, name = opening(row), bi((row["route_zh"], row["route_en"]))
        button = f'<button type="button" class="link" data-section="{section_id}">{name}</button>'
        cells = [
            cell(button),
            cell(bi(ends(row))),
            cell(bi(named(CLASS, row["class"])), css="nowrap"),
            cell(bi((row["ref"], row["ref"]))),
            cell(opened, order=opened.strip("()"), css="nowrap"),
            f'<td data-stage-of="{section_id}">{_stage(letter)}</td>',
            number_cell(row["length_km"], 1),
            number_cell(row["geometry_km"], 1),
            number_cell(row["accuracy_m"], text=f"±{number(row['accuracy_m'])}"),
        ]
        rows.append(table_row(cells))
    caption = TEXT["sections_table_caption"]
    return table(COLUMNS, rows, name="sections", caption=caption)


def _stage(letter: str) -> str:
    return status_mark(STATUS_CODES[letter].stage, STATUS_CODES[letter].label)


def _script(layers: Layers, drawn: Drawn) -> str:
    """Return the scripts and the call that hands the layers of folium to them."""
    places = ",".join(
        "{" + f"key:{json.dumps(key)},layer:{variable},color:{json.dumps(style.color)},"
        f"fill:{json.dumps(style.fill)},radius:{style.radius},zoom:{style.zoom}" + "}"
        for key, variable in drawn.points.items()
        for style in [POINTS[key]]
    )
    base = ",".join(f"{json.dumps(part.key)}:[{','.join(part.layers)}]" for part in drawn.parts)
    call = (
        f"geo.network({drawn.name},{class_groups(drawn.classes)},[{places}],{{{base}}},"
        f"{json.dumps(LOOKS)},{page_settings(layers)});"
    )
    return page_script("network") + call


def _data(
    layers: Layers, date: dt.date, days: dict[int, dt.date], figures: list[dict[str, Any]]
) -> dict[str, object]:
    """Return the data blocks of the page."""
    cat = layers.catalogue
    keys = {key for row in (*cat.sections, *cat.routes, *cat.places) for key in row.sources}
    labels = {"class": CLASS, "group": GROUP, "kind": KIND}
    labels |= {"accuracy": ACCURACY, "confidence": CONFIDENCE, "ui": UI}
    return {
        "data-routes": route_facts(layers),
        "data-sources": used_sources(cat, keys),
        "data-labels": labels,
        "data-status": status_table(),
        "data-cities": city_labels(cat),
        "data-areas": area_labels(cat),
        "data-years": {
            "years": list(days),
            "start": min(max(date.year, min(days)), max(days)),
            "day": date.isoformat(),
            "figures": figures,
        },
    }
