"""The map of the whole network: every class of route, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.mapping import facts, panels
from geo.mapping.basemap import Part, add_basemap, context, context_part, new_map
from geo.mapping.features import (
    add_classes,
    is_unknown,
    point_features,
    route_facts,
    section_features,
)
from geo.mapping.lettering import area_labels, city_labels
from geo.mapping.moments import Moments, figures_by_year, moments
from geo.mapping.offline import MAP_SLOT, offline_html, stable_ids
from geo.mapping.shell import cell, footer, header, number, order, scripts, style_sheet, table
from geo.mapping.styles import (
    ACCURACY,
    ASSUMED,
    CLASS,
    CONFIDENCE,
    GROUP,
    KIND,
    LINES,
    LOOKS,
    MODE,
    OTHER_LINE,
    POINTS,
    Label,
    bi,
    bi_attribute,
    named,
)

if TYPE_CHECKING:
    from datetime import date

    import folium

    from geo.layers import Layers

NAME = "network.html"
#: Texts of the card and the controls.
UI = {
    "section": Label("路段", "Section"),
    "sections": Label("本线路各路段", "Sections of this route"),
    "place": Label("地点", "Place"),
    "routes": Label("经过的线路", "Routes here"),
    "status": panels.STATUS,
    "assumed": ASSUMED,
    "opened": Label("通车", "Opened"),
    "started": Label("开工", "Works began"),
    "expected": Label("预计通车", "Expected"),
    "published": Label("公布里程", "Published length"),
    "geometry": Label("图上里程", "Length on the map"),
    "speed": Label("设计速度", "Design speed"),
    "operating": Label("运营速度", "Operating speed"),
    "lanes": Label("车道", "Lanes"),
    "tracks": Label("线数", "Tracks"),
    "profile": Label("设计速度 (km/h) 沿线", "Design speed (km/h) along the route"),
    "shares": Label("共线", "Shares track or carriageway of"),
    "accuracy": Label("位置精度", "Position accuracy"),
    "confidence": Label("可信度", "Confidence"),
    "sources": Label("来源", "Sources"),
    "close": Label("关闭", "Close"),
    "none": Label("没有找到", "Nothing found"),
    "play": panels.PLAY,
    "pause": Label("暂停", "Pause"),
    "step": Label("下一年", "Next year"),
    "yearend": Label("年底", "year end"),
    "sketch": Label(
        "示意线形：只说明走向，不可量取位置。",
        "Sketched line: shows the course, not the position.",
    ),
}


def page(layers: Layers, *, day: date, when: Moments | None = None) -> str:
    """
    Return the page of the network.

    Parameters
    ----------
    layers
        The drawn catalogue.
    day
        The day of the page, where the slider starts.
    when
        The moments of that day, where they are known already.

    Returns
    -------
    html
        The page.
    """
    region = layers.catalogue.region
    days = facts.years_of(layers, day)
    stages = facts.stages_by_year(layers, days.values())
    crossings = facts.crossings_or_none(layers, day)
    counts = facts.counts_by_year(layers, stages, crossings, len(days))
    moved = figures_by_year(when or moments(layers, day), layers, day, days)
    figures = [a | b for a, b in zip(counts, moved, strict=True)]
    title = Label(f"{region.name_zh}交通走廊", f"Transport corridors: {region.name_en}")
    with stable_ids():
        map_ = new_map(layers.catalogue)
        around = context(layers.catalogue)
        parts = add_basemap(map_, layers.catalogue) + context_part(around)
        classes = _add_routes(map_, layers, stages)
        points = _add_points(map_, layers)
        return offline_html(
            map_,
            title=title,
            body=_body(layers, day, days, stages, figures, classes, points, parts),
            css=style_sheet("map", "network"),
            script=_script(map_, layers, classes, points, parts),
            data=_data(layers, day, days, figures) | {"data-context": around},
        )


def _add_routes(map_: folium.Map, layers: Layers, stages: dict[str, str]) -> dict[str, str]:
    """Add one layer per class; the page draws them with casing and status."""
    present = set(layers.sections["class"]) if len(layers.sections) else set()
    return add_classes(map_, {name: section_features(layers, name, stages) for name in present})


def _add_points(map_: folium.Map, layers: Layers) -> dict[str, str]:
    import folium

    names = {}
    for key, style in POINTS.items():
        collection = point_features(layers, key)
        if collection["features"]:
            layer = folium.GeoJson(
                collection,
                style_function=lambda _, style=style: {"color": style.color},
                marker=folium.CircleMarker(radius=style.radius),
                name=key,
                show=False,
            ).add_to(map_)
            names[key] = layer.get_name()
    return names


def _data(
    layers: Layers, day: date, days: dict[int, date], figures: list[dict[str, Any]]
) -> dict[str, object]:
    """Return the data blocks of the page."""
    cat = layers.catalogue
    keys = {key for row in (*cat.sections, *cat.routes, *cat.places) for key in row.sources}
    labels = {
        "class": CLASS,
        "mode": MODE,
        "group": GROUP,
        "kind": KIND,
        "stage": panels.STAGES,
        "accuracy": ACCURACY,
        "confidence": CONFIDENCE,
        "ui": UI,
    }
    return {
        "data-routes": route_facts(layers),
        "data-sources": facts.used_sources(cat, keys),
        "data-labels": labels,
        "data-cities": city_labels(cat),
        "data-areas": area_labels(cat),
        "data-years": {
            "years": list(days),
            "start": min(max(day.year, min(days)), max(days)),
            "day": day.isoformat(),
            "figures": figures,
        },
    }


def _script(
    map_: folium.Map,
    layers: Layers,
    classes: dict[str, str],
    points: dict[str, str],
    parts: list[Part],
) -> str:
    """Return the scripts and the call that hands the layers of folium to them."""
    import json

    west, south, east, north = layers.catalogue.region.frame
    places = ",".join(
        "{" + f"key:{json.dumps(key)},layer:{variable},color:{json.dumps(style.color)},"
        f"fill:{json.dumps(style.fill)},radius:{style.radius},zoom:{style.zoom}" + "}"
        for key, variable in points.items()
        for style in [POINTS[key]]
    )
    base = ",".join(f"{json.dumps(part.key)}:[{','.join(part.layers)}]" for part in parts)
    looks = LOOKS | {"frame": [[south, west], [north, east]]}
    call = (
        f"geo.network({map_.get_name()},{class_groups(classes)},[{places}],{{{base}}},{json.dumps(looks)},"
        f"{settings(layers)});"
    )
    return scripts("map", "packed", "profile", "network") + call


def class_groups(classes: dict[str, str]) -> str:
    """
    Return the layers of the classes and how they look, as JavaScript.

    Parameters
    ----------
    classes
        Name of the layer in the script, by class.

    Returns
    -------
    js
        A list of objects, from the top of the drawing to the bottom.

    Examples
    --------
    >>> class_groups({"hsr": "layer_1"})
    '[{key:"hsr",layer:layer_1,color:"#D55E00",weight:4.0,ticks:false}]'
    """
    import json

    groups = ",".join(
        "{" + f"key:{json.dumps(key)},layer:{variable},color:{json.dumps(style.color)},"
        f"weight:{style.weight},ticks:{json.dumps(style.ticks)}" + "}"
        for key, variable in classes.items()
        for style in [LINES.get(key, OTHER_LINE)]
    )
    return f"[{groups}]"


def settings(layers: Layers) -> str:
    """
    Return what every map needs to know of its region, as JavaScript.

    Parameters
    ----------
    layers
        The drawn catalogue.

    Returns
    -------
    json
        The credits and the name of the map.

    Examples
    --------
    >>> import json
    >>> json.loads(settings(lay))["mapLabel"][1]
    'Map: Chengdu–Chongqing economic circle'
    """
    from geo.mapping.offline import json_text

    region = layers.catalogue.region
    label = [f"地图：{region.name_zh}", f"Map: {region.name_en}"]
    return json_text({"attribution": region.map.attribution, "mapLabel": label})


def _body(
    layers: Layers,
    day: date,
    days: dict[int, date],
    stages: dict[str, str],
    figures: list[dict[str, Any]],
    classes: dict[str, str],
    points: dict[str, str],
    parts: list[Part],
) -> str:
    region = layers.catalogue.region
    title = Label(f"{region.name_zh}交通走廊", f"Transport corridors: {region.name_en}")
    start = list(days).index(min(max(day.year, min(days)), max(days)))
    area = bi_attribute("aria-label", Label("地图与控件", "Map and controls"))
    return f"""{header(title, NAME, table="sections")}
<main>
<section class="stage-area" {area}>
<div class="map-frame">{MAP_SLOT}</div>
<div class="side left">{panels.search()}{panels.legend(layers, classes, points, parts)}</div>
<div class="side right">{panels.figures(layers, figures, start, list(classes))}
<div class="panel card" id="sheet-card" role="region" tabindex="-1" hidden
 {bi_attribute("aria-label", Label("详情", "Details"))}></div></div>
{panels.sheet_buttons()}
{panels.timebar(days, start)}
</section>
<section class="page"><h2>{bi(Label("全部路段", "All sections"))}</h2>
<p>{bi(panels.NOTE)}</p>
{_sections_table(layers, stages, start)}</section>
</main>
{footer(layers.catalogue, day)}"""


COLUMNS = (
    (Label("线路", "Route"), ""),
    (Label("路段", "Section"), ""),
    (Label("类别", "Class"), "nowrap"),
    (Label("编号", "No."), "nowrap"),
    (Label("通车", "Opened"), "nowrap"),
    (Label("状态", "Status"), "nowrap"),
    (Label("公布 km", "Published km"), "num"),
    (Label("图上 km", "Map km"), "num"),
    (Label("精度 m", "Accuracy m"), "num"),
)


def _sections_table(layers: Layers, stages: dict[str, str], start: int) -> str:
    rows = []
    for section_id, row in layers.sections.iterrows():
        letter = stages[str(section_id)][start]
        year = "" if is_unknown(row["expected"]) else f"({int(row['expected'])})"
        opened = row["opened"] or year
        name = bi((row["route_zh"], row["route_en"]))
        ends = Label(*(f"{row['from_' + lang]} – {row['to_' + lang]}" for lang in ("zh", "en")))
        button = f'<button type="button" class="link" data-section="{section_id}">{name}</button>'
        cells = [
            cell(button),
            cell(bi(ends)),
            cell(bi(named(CLASS, row["class"])), css="nowrap"),
            cell(bi((row["ref"], row["ref"]))),
            cell(opened, order=opened.strip("()"), css="nowrap"),
            f'<td data-stage-of="{section_id}">{_stage(letter)}</td>',
            cell(number(row["length_km"], 1), order=order(row["length_km"]), css="num"),
            cell(number(row["geometry_km"], 1), order=order(row["geometry_km"]), css="num"),
            cell(f"±{number(row['accuracy_m'])}", order=order(row["accuracy_m"]), css="num"),
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    caption = Label(
        "括号内为预计年份；状态随所选年份变化。点线路名在地图上显示。",
        "Expected years in brackets; the status follows the chosen year. "
        "A route's name shows it on the map.",
    )
    return table(COLUMNS, rows, name="sections", caption=caption)


def _stage(letter: str) -> str:
    stage = facts.stage_of_letter(letter)
    label = ASSUMED if letter == "a" else panels.STAGES[stage]
    return f'<span class="stage {stage}">{bi(label)}</span>'
