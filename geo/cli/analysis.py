"""Commands of the analysis: call the package, print the result."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from geo.cli.inputs import labelled, load, stamp, when
from geo.cli.messages import _, spoken, word
from geo.cli.output import blocks, decimal, print_json, print_sheet, print_table, say, say_assumed

if TYPE_CHECKING:
    from geo.catalogue import Catalogue
    from geo.layers import Layers
    from geo.scenarios import Plan


def sensitivity(arguments: argparse.Namespace) -> None:
    """Print which parameter of travel times moves which headline."""
    from geo.core import dask_executor, json_value
    from geo.layers import build_layers
    from geo.scenarios import headline_intervals, sensitivity_table

    catalogue, date = load(arguments), when(arguments)
    layers = build_layers(catalogue)
    with blocks() as counted, dask_executor(arguments.scheduler, counted) as executor:
        table = sensitivity_table(layers, date, executor=executor)
        headlines = headline_intervals(layers, date, arguments.draws, executor=executor)
    about = stamp(date, catalogue, "any")
    rows, names = json_value(headlines), headlines["name"].tolist()
    if arguments.json:
        print_json(
            {**about, "draws": arguments.draws, "parameters": json_value(table), "headlines": rows}
        )
        return
    print_table(
        rows, {"name": _("headline"), "value": _("value"), "low": _("low"), "high": _("high")}
    )
    say("the ten parameters that matter most, each within its range, the others as they are:")
    worst = table.head(10)
    most = [
        max(names, key=lambda key: abs(row[f"{key}_high"] - row[f"{key}_low"]) / (base[key] or 1))
        for base in [dict(zip(names, headlines["value"], strict=True))]
        for row in worst.to_dict("records")
    ]
    shown = worst.assign(
        range=[f"{a:g}–{b:g}" for a, b in zip(worst["low"], worst["high"], strict=True)],
        moves=[f"{swing:.1%}" for swing in worst["swing"]],
        headline=most,
    )
    print_table(json_value(shown[["name", "value", "range", "unit", "moves", "headline"]]), {
        "name": _("parameter"), "value": _("value"), "range": _("range"), "unit": _("unit"),
        "moves": _("moves by"), "headline": _("headline")})  # fmt: skip
    say_assumed(date, about["assumed"])


def compare(arguments: argparse.Namespace) -> None:
    """Print two dates, or two data folders on one date, side by side."""
    from geo.core import dask_executor, json_value
    from geo.scenarios import compare_catalogues, compare_dates

    catalogue = load(arguments)
    other = _other(arguments, catalogue)
    layers, catalogue, plan = _planned(arguments, catalogue)
    with blocks() as counted, dask_executor(arguments.scheduler, counted) as executor:
        if other is None:
            dates = arguments.before, arguments.after
            found = compare_dates(layers, *dates, executor=executor)
        else:
            found = compare_catalogues(other, layers, when(arguments), executor=executor)
    stats = {
        str(name): {key: json_value(value) for key, value in row.items()}
        for name, row in found["stats"].iterrows()
    }
    sides = {"from": other or catalogue, "to": catalogue}
    assumed = {key: side.assumed_on(found[key]) for key, side in sides.items()}
    if arguments.json:
        ends = {key: found[key].year for key in sides}
        about = {f"{key}_date": found[key].isoformat() for key in sides}
        if other is not None:
            about |= {f"{key}_data": str(side.folder) for key, side in sides.items()}
        if plan is not None:
            about |= {"plan": plan.name, "plan_en": plan.name_en, "closed": sorted(layers.closed)}
        tables = {key: found[key] for key in ("cities", "projects", "pairs")}
        print_json({**ends, **about, "as_of": catalogue.region.as_of.isoformat(),
                    "assumed": list(dict.fromkeys([*assumed["from"], *assumed["to"]])),
                    **{f"assumed_{key}": sections for key, sections in assumed.items()},
                    "stats": stats, **json_value(tables)})  # fmt: skip
        return
    rows = [
        {"name": _statistic(name), **{key: decimal(value) for key, value in values.items()}}
        for name, values in stats.items()
        if values["delta"]
    ]
    first, second = str(found["from"]), str(found["to"])
    if other is not None:
        mine = str(catalogue.folder)
        if plan is not None:
            mine = _(
                "{folder} with the plan {name}",
                folder=mine,
                name=plan.name_en if spoken.get() == "en" else plan.name,
            )
        say("{date}: {other} and {mine}", date=first, other=other.folder, mine=mine)
        first, second = _("before"), _("after")
    print_table(rows, {"name": _("statistic"), "before": first, "after": second, "delta": "+/-"})
    print()
    cities = found["cities"].sort_values("mean_min_delta")
    columns = {
        "name": _("city"),
        "mean_min_before": _("mean min {date}", date=first),
        "mean_min_after": second,
        "mean_min_delta": "+/-",
        "people_120min_delta": _("people within 2 h +/-"),
    }
    print_table(labelled(json_value(cities), catalogue), columns)
    print()
    columns = {
        "name": _("project"),
        "change": _("change"),
        "first_in_percent": _("first in, % of nearness"),
        "last_in_percent": _("last in, %"),
        "relation": _("to the others"),
    }
    projects = found["projects"].round(3)
    rows = [
        row | {"note": note}
        for row, note in zip(json_value(projects), projects["note"], strict=True)
    ]
    columns |= {"note": _("note")} if any(projects["note"]) else {}
    print_table(rows, columns)
    for key, sections in assumed.items():
        say_assumed(found[key], sections)


def _other(arguments: argparse.Namespace, catalogue: Catalogue) -> Catalogue | None:
    """Return the catalogue to compare with; None where two dates are compared."""
    from geo.catalogue import load as read
    from geo.core import BadInputError

    dates = [date for date in (arguments.before, arguments.after) if date is not None]
    if arguments.against is not None:
        if dates:
            raise BadInputError("compare: expected --year with --against, not two dates")
        return read(None if arguments.against == "shipped" else arguments.against)
    if arguments.plan is not None and not dates:
        return catalogue
    if len(dates) != 2 or arguments.year is not None:
        raise BadInputError("compare: expected two dates, or --against DIR and --year, or --plan")
    return None


def _planned(
    arguments: argparse.Namespace, catalogue: Catalogue
) -> tuple[Layers, Catalogue, Plan | None]:
    """Return the layers of the data, with a plan where one is given, their catalogue, the plan."""
    from geo.layers import build_layers
    from geo.scenarios import planned_layers, read_plan

    if arguments.plan is None:
        return build_layers(catalogue), catalogue, None
    plan = read_plan(arguments.plan)
    layers = planned_layers(catalogue, plan)
    return layers, layers.catalogue, plan


def _statistic(name: str) -> str:
    """Return the name of an index, or of one by mode such as road.alpha."""
    mode, dot, index = name.rpartition(".")
    return f"{word(mode)} {word(index)}" if dot and spoken.get() == "zh" else name


def corridor(arguments: argparse.Namespace) -> None:
    """Print the sheet of a route, or of the ways between two cities."""
    from geo.core import BadInputError, json_value
    from geo.layers import build_layers
    from geo.scenarios import city_pair_profile, corridor_profile

    catalogue, date = load(arguments), when(arguments)
    if len(arguments.names) == 1:
        route = catalogue.find_route(arguments.names[0])
        sheet = corridor_profile(build_layers(catalogue), route, date=date)
    elif len(arguments.names) == 2:
        pair = [catalogue.find_city(name) for name in arguments.names]
        sheet = city_pair_profile(build_layers(catalogue), *pair, date=date)
    else:
        raise BadInputError("corridor: expected the name of a route, or two cities")
    sheet = {**stamp(date, catalogue), **json_value(sheet)}
    if arguments.json:
        print_json(sheet)
        return
    assumed = sheet.pop("assumed")
    print_sheet(sheet)
    say_assumed(date, assumed)


def openness(arguments: argparse.Namespace) -> None:
    """Print the links that leave the region, and the named groups of routes."""
    from geo.connectivity import count_open_sectors, group_openness, links_by_sector
    from geo.connectivity import outbound_links as links_out
    from geo.core import json_value
    from geo.layers import build_layers

    catalogue, date = load(arguments), when(arguments)
    layers = build_layers(catalogue)
    frame = links_out(layers, date)
    links, groups = json_value(frame.drop(columns="geometry")), group_openness(layers, date)
    by_sector = links_by_sector(frame).reset_index()
    if arguments.json:
        print_json(
            {
                **stamp(date, catalogue),
                "open_sectors": count_open_sectors(frame),
                "sectors": json_value(by_sector),
                "links": links,
                "groups": json_value(groups.reset_index()),
            }
        )
        return
    print_table(links, {"sector_zh": _("direction"), "mode": _("mode"), "name": _("name"),
                        "stage": _("status"), "neighbour_zh": _("leads to"),
                        "expected": _("expected")})  # fmt: skip
    say(
        "{date}: open links in {count} of 8 directions, of the routes drawn here",
        date=date,
        count=count_open_sectors(frame),
    )
    print_table(json_value(groups), {"name": _("group"), "length_km": _("km"),
                                     "open_km": _("open km"), "stage": _("status"),
                                     "confidence": _("confidence")})  # fmt: skip
    say_assumed(date, catalogue.assumed_on(date))


def crossings(arguments: argparse.Namespace) -> None:
    """List the border crossings."""
    from geo.core import BadInputError
    from geo.layers import border_crossings, build_layers

    if len(arguments.regions) not in (0, 2):
        raise BadInputError("crossings: expected two regions, or none for the first two")
    catalogue, date = load(arguments), when(arguments)
    names = arguments.regions or [None, None]
    pair = catalogue.region.pair(*names)
    frame = border_crossings(build_layers(catalogue), *names, year=date, mode=arguments.mode)
    rows = [_crossing_row(row) for row in frame.itertuples()]
    about = stamp(date, catalogue, arguments.mode)
    if arguments.json:
        regions = [region.name for region in pair]
        print_json({**about, "regions": regions, "crossings": rows})
        return
    for row in rows:
        for name, side in row["sides"].items():
            row[name] = f"{side['county']} {word(side['status'])}"
    a, b = (region.name for region in pair)
    print_table(rows, {"mode": _("mode"), "name": _("name"), "status": _("status"),
                       "opened": _("opened"), a: a, b: b, "lon": _("lon"),
                       "lat": _("lat")})  # fmt: skip
    for mode in ("road", "rail", "water"):
        part = [row for row in rows if row["mode"] == mode]
        if part:
            own = [sum(r["sides"][n]["status"] == "open" for r in part) for n in (a, b)]
            through = sum(row["status"] == "open" for row in part)
            say("{date} {mode}: {count} crossings; open to traffic {through}, on the side of {a} "
                "{open_a}, of {b} {open_b}", date=date, mode=word(mode), count=len(part),
                through=through, a=a, open_a=own[0], b=b, open_b=own[1])  # fmt: skip
    say_assumed(date, about["assumed"])


def _crossing_row(row: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "route_id": row.route_id,
        "name": row.name,
        "name_en": row.name_en,
        "mode": row.mode,
        "group": row.group,
        "ref": row.ref,
        "status": row.status,
        "assumed": bool(row.assumed),
        "opened": row.opened or None,
        "lon": round(row.geometry.x, 4),
        "lat": round(row.geometry.y, 4),
        "place_id": row.place_id,
        "sides": {
            name: {**asdict(side), "opened": side.opened or None}
            for name, side in row.sides.items()
        },
    }


def stats(arguments: argparse.Namespace) -> None:
    """Print the connectivity indices."""
    from geo.connectivity import connectivity_indices
    from geo.core import json_value
    from geo.network import build_network, dissolve_nodes

    catalogue, date = load(arguments), when(arguments)
    net = build_network(catalogue, year=date, mode=arguments.mode)
    if arguments.dissolve:
        net = dissolve_nodes(net)
    values = connectivity_indices(net)
    by_mode = {mode: connectivity_indices(net.select(mode)) for mode in net.modes}
    lengths = net.edges.groupby("class")["length_km"].sum()
    result = {
        **stamp(date, catalogue, arguments.mode),
        "mode": arguments.mode or "all",
        "node_rule": net.node_rule,
        **json_value(values),
        "length_km_by_class": json_value(lengths.to_dict()),
        "modes": {mode: json_value(found) for mode, found in by_mode.items()},
    }
    if arguments.json:
        print_json(result)
        return
    columns = {"name": f"{date}", "all": word(arguments.mode or "all")}
    if not arguments.mode:
        columns |= {mode: word(mode) for mode in by_mode}
    rows = [
        {"name": key, "all": decimal(value), **{m: decimal(f[key]) for m, f in by_mode.items()}}
        for key, value in values.items()
        if key != "reasons"
    ]
    print_table(rows, columns)
    say("nodes: {rule}", rule=net.node_rule)
    say_assumed(date, result["assumed"])
