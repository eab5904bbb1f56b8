"""Commands of the analysis: call the package, print the result."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from geo.cli.inputs import labelled, load, stamp, when
from geo.cli.messages import _, spoken, word
from geo.cli.output import (
    blocks,
    decimal,
    print_json,
    print_sheet,
    print_table,
    say,
    say_assumed,
)

if TYPE_CHECKING:
    from pathlib import Path

    from geopandas import GeoDataFrame
    from pandas import DataFrame

    from geo.catalogue import Catalogue
    from geo.network import Anywhere, Background, Journey, Network


def od(arguments: argparse.Namespace) -> None:
    """Print the fastest ways between two cities."""
    from geo.core import BadInputError
    from geo.network import build_network, end_of, fastest_routes

    catalogue, date = load(arguments), when(arguments)
    origin, destination = _ends(catalogue, arguments)
    a, b = end_of(origin), end_of(destination)
    if a.node == b.node:
        raise BadInputError("od: {city} twice; expected two different ends", city=a.name)
    roads = _background(arguments, catalogue)
    net = build_network(catalogue, year=date, nodes="stops")
    journeys = fastest_routes(
        net, origin, destination, arguments.k, mode=arguments.mode, background=roads
    )
    routes = [_way(catalogue, journey, arguments.mode) for journey in journeys]
    about = stamp(date, catalogue, arguments.mode)
    if arguments.json:
        print_json({"from": a.name, "to": b.name, "from_id": a.id, "to_id": b.id,
                    **about, "mode": arguments.mode, **_used(roads),
                    "routes": routes})  # fmt: skip
        return
    if not routes:
        say("{a} and {b} are not connected ({mode}, {date})", a=a.name, b=b.name,
            mode=word(arguments.mode), date=date)  # fmt: skip
    for number, route in enumerate(routes, 1):
        say("{number}. {minutes:.0f} min ({low:.0f}–{high:.0f}), {km:.0f} km", number=number,
            minutes=route["time_min"], low=route["low_min"], high=route["high_min"],
            km=route["length_km"])  # fmt: skip
        say("   access {access:.0f}, in stations {station:.0f}, waiting {wait:.0f}, on the way "
            "{way:.0f} min; changes: {changes}", access=route["access_min"],
            station=route["station_min"], wait=route["wait_min"], way=route["in_vehicle_min"],
            changes=route["changes"])  # fmt: skip
        print_table(route["legs"], {"mode": _("mode"), "name": _("name"), "from": _("from"),
                                    "to": _("to"), "time_min": _("min"),
                                    "length_km": _("km")})  # fmt: skip
    say_assumed(date, about["assumed"])
    _say_background(roads)


def _ends(catalogue: Catalogue, arguments: argparse.Namespace) -> tuple[Anywhere, Anywhere]:
    """Return the two ends of a trip: of one name a station where the other end is one."""
    from geo.network import find_end

    names = (arguments.origin, arguments.destination)
    ends = [find_end(catalogue, name) for name in names]
    stations = [getattr(end, "kind", "") == "station" for end in ends]
    if arguments.mode in ("rail", "any") and any(stations):
        ends = [
            end if station or isinstance(end, tuple) else catalogue.find_end(name, station=True)
            for end, station, name in zip(ends, stations, names, strict=True)
        ]
    return ends[0], ends[1]


def _background(arguments: argparse.Namespace, catalogue: Catalogue) -> Background | None:
    """Read the other roads that are asked for."""
    if arguments.background is None:
        return None
    from geo.network import read_background

    return read_background(arguments.background, catalogue)


def _used(roads: Background | None) -> dict[str, Any]:
    """Return what a result says of the other roads it used."""
    return {} if roads is None else {"background": roads.source}


def _say_background(roads: Background | None) -> None:
    """Say which other roads a result used."""
    if roads is not None:
        file, date, licence, credit, *_ = roads.source.values()
        say("other roads of {file} ({date}), the same on every day: {credit}, {licence}",
            file=file, date=date or "?", credit=credit or "?", licence=licence or "?")  # fmt: skip


def _way(catalogue: Catalogue, journey: Journey, mode: str) -> dict[str, Any]:
    """Return a journey with names and rounded numbers."""
    from geo.network import time_interval

    names = {f"city:{row.city_id}": row.name for row in catalogue.cities}
    names |= {f"zone:{row.zone_id}": row.name for row in catalogue.zones}
    names |= {place.place_id: place.name for place in catalogue.places}
    legs = []
    for leg in journey.legs:
        route = catalogue.route.get(leg["route_id"])
        if route:
            name, name_en = route.name, route.name_en
        elif leg["mode"] == "access":
            name, name_en = "接驳", "access"
        elif leg["mode"] == "station":
            name, name_en = "车站", "station"
        else:
            name, name_en = "其他道路", "other roads"
        ends = {end: names.get(leg[end], leg[end]) for end in ("from", "to")}
        sizes = {key: round(leg[key], 2) for key in ("time_min", "wait_min", "length_km")}
        legs.append({**leg, **ends, **sizes, "name": name, "name_en": name_en})
    keys = ("time_min", "access_min", "station_min", "wait_min", "in_vehicle_min", "length_km")
    parts = {key: round(getattr(journey, key), 1) for key in keys}
    low, high = time_interval(journey.time_min, mode, doors=not journey.between_stations)
    bounds = {"low_min": round(float(low), 1), "high_min": round(float(high), 1)}
    return {**parts, **bounds, "changes": journey.changes, "legs": legs}


def matrix(arguments: argparse.Namespace) -> None:
    """Print or write the times between all cities, or all ends of a list."""
    import numpy as np

    from geo.catalogue import name_labels
    from geo.core import BadInputError, dask_executor, json_value, refuse_inside, write_csv
    from geo.network import (
        build_network,
        end_of,
        find_end,
        matrix_with_ids,
        read_ends,
        time_interval,
        travel_time_matrix,
    )

    catalogue, date = load(arguments), when(arguments)
    if arguments.out:
        refuse_inside(arguments.out, catalogue.folder)
    roads = _background(arguments, catalogue)
    ends: list[Anywhere] = [find_end(catalogue, name) for name in arguments.ends]
    if arguments.list:
        ends += read_ends(arguments.list, catalogue)
    known = {end_of(end).id: end_of(end).name for end in ends or catalogue.centres}
    if len(known) < max(len(ends), 2 if ends else 0):
        raise BadInputError("matrix: expected two ends or more, each once")
    net = build_network(catalogue, year=date, nodes="stops")
    with blocks() as counted, dask_executor(arguments.scheduler, counted) as executor:
        table = travel_time_matrix(net, ends or None, ends or None, arguments.mode,
                                   background=roads, executor=executor)  # fmt: skip
    about = stamp(date, catalogue, arguments.mode)
    if arguments.out:
        write_csv(matrix_with_ids(table, catalogue), arguments.out)
    if arguments.json:
        both = (time_interval(table.to_numpy(float), arguments.mode, net.parameters, doors=doors)
                for doors in (True, False))  # fmt: skip
        station = [getattr(end, "kind", "") == "station" for end in ends or catalogue.centres]
        trains = np.outer(station, station) & (arguments.mode in ("rail", "any"))
        bounds = [np.where(trains, *pair[::-1]) for pair in zip(*both, strict=True)]
        keys = ("time_min", "low_min", "high_min")
        times = dict(zip(keys, (table.to_numpy(), *bounds), strict=True))
        minutes = {
            key: [[json_value(round(float(v), 1)) for v in row] for row in rows]
            for key, rows in times.items()
        }
        names = {"cities": [*known.values()], "city_ids": [*known]}
        print_json({**about, "mode": arguments.mode, **names, **_used(roads),
                    **minutes})  # fmt: skip
        return
    if arguments.out:
        print(arguments.out)
    else:
        _print_matrix(table, name_labels(known) | (catalogue.city_labels if not ends else {}))
    say_assumed(date, about["assumed"])
    _say_background(roads)


def _print_matrix(table: DataFrame, labels: dict[str, str]) -> None:
    """Print minutes between cities; a column has its number as key, for names may be alike."""
    cells = table.map("{:.0f}".format).to_numpy().tolist()
    rows = [
        {"from": labels[key], **{str(n): cell for n, cell in enumerate(row)}}
        for key, row in zip(table.index, cells, strict=True)
    ]
    headings = {str(n): labels[key] for n, key in enumerate(table.columns)}
    print_table(rows, {"from": _("min"), **headings})


def calibrate(arguments: argparse.Namespace) -> None:
    """Print published and computed times side by side."""
    from geo.catalogue import read_times
    from geo.connectivity import WIDE, calibrate_times, calibration_summary, residual_table
    from geo.core import BadInputError, Message, Problem, json_value
    from geo.layers import build_layers

    catalogue = load(arguments)
    own = arguments.times
    times = read_times(own, catalogue.region) if own else list(catalogue.published_times)
    if not times:
        text = Message("expected a published time to compare with")
        raise BadInputError([Problem("tables/published_times.csv", 2, expected=text)])
    without = arguments.leave_lines_out
    table = calibrate_times(build_layers(catalogue), times, leave_lines_out=without)
    modes = [mode for mode in ("rail", "road", "water") if (table["mode"] == mode).any()]
    fits = {mode: json_value(calibration_summary(table, mode)) for mode in modes}
    rows = json_value(table)
    if arguments.json:
        lines = json_value(residual_table(table))
        print_json({"pairs": rows, "summary": fits[modes[0]], "by_mode": fits, "lines": lines})
        return
    wide = [row for row in rows if row["counted"] and abs(row["error"]) > WIDE]
    wide.sort(key=lambda row: -abs(row["error"]))
    for row, why in zip(rows, table["reason"], strict=True):
        error = row["error"]
        row["error"] = "" if error is None else f"{error:+.0%}"
        row["why"], row["kind"] = why, word(row["kind"])
    print_table(rows, {"mode": _("mode"), "from_zh": _("from"), "to_zh": _("to"),
                       "date": _("date"), "kind": _("kind"), "published_min": _("published min"),
                       "computed_min": _("computed min"), "error": _("error"),
                       "why": _("why it does not count")})  # fmt: skip
    for mode, fit in fits.items():
        if not fit["n"]:
            say("{mode}: no pair that counts", mode=word(mode))
            continue
        say("{mode}: {n} pairs that count, median error {median:.1%} (leave-one-out {out:.1%}), "
            "bias {bias:+.1f} min, within 20 % {within:.0%}, worst {worst:.1%}",
            mode=word(mode), n=fit["n"], median=fit["median_error"], out=fit["leave_one_out"],
            bias=fit["bias_min"], within=fit["within_20"],
            worst=fit["worst_error"])  # fmt: skip
        if "left_out_error" in fit:
            say("with nothing known of the trains of their line: median error {median:.1%}, "
                "within 20 % {within:.0%}", median=fit["left_out_error"],
                within=fit["left_out_within_20"])  # fmt: skip
    if wide:
        say("outside of 20 %: {count}; the worst:", count=len(wide))
        print_table(wide[:25], {"from_zh": _("from"), "to_zh": _("to"), "date": _("date"),
                                "published_min": _("published min"),
                                "computed_min": _("computed min"), "error": _("error"),
                                "line": _("line"), "notes": _("notes")})  # fmt: skip


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
        print_json({**about, "draws": arguments.draws, "parameters": json_value(table),
                    "headlines": rows})  # fmt: skip
        return
    print_table(rows, {"name": _("headline"), "value": _("value"), "low": _("low"),
                       "high": _("high")})  # fmt: skip
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

    catalogue, other = load(arguments), _other(arguments)
    with blocks() as counted, dask_executor(arguments.scheduler, counted) as executor:
        if other is None:
            dates = arguments.before, arguments.after
            found = compare_dates(catalogue, *dates, executor=executor)
        else:
            found = compare_catalogues(other, catalogue, when(arguments), executor=executor)
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
        say("{date}: {other} and {mine}", date=first, other=other.folder, mine=catalogue.folder)
        first, second = _("before"), _("after")
    print_table(rows, {"name": _("statistic"), "before": first, "after": second, "delta": "+/-"})
    print()
    cities = found["cities"].sort_values("mean_min_delta")
    columns = {"name": _("city"), "mean_min_before": _("mean min {date}", date=first),
               "mean_min_after": second, "mean_min_delta": "+/-",
               "people_120min_delta": _("people within 2 h +/-")}  # fmt: skip
    print_table(labelled(json_value(cities), catalogue), columns)
    print()
    columns = {"name": _("project"), "change": _("change"),
               "first_in_percent": _("first in, % of nearness"),
               "last_in_percent": _("last in, %"), "relation": _("to the others")}  # fmt: skip
    projects = found["projects"].round(3)
    rows = [
        row | {"note": note}
        for row, note in zip(json_value(projects), projects["note"], strict=True)
    ]
    columns |= {"note": _("note")} if any(projects["note"]) else {}
    print_table(rows, columns)
    for key, sections in assumed.items():
        say_assumed(found[key], sections)


def _other(arguments: argparse.Namespace) -> Catalogue | None:
    """Return the catalogue to compare with; None where two dates are compared."""
    from geo.catalogue import load as read
    from geo.core import BadInputError

    dates = [date for date in (arguments.before, arguments.after) if date is not None]
    if arguments.against is None:
        if len(dates) != 2 or arguments.year is not None:
            raise BadInputError("compare: expected two dates, or --against DIR and --year")
        return None
    if dates:
        raise BadInputError("compare: expected --year with --against, not two dates")
    return read(None if arguments.against == "shipped" else arguments.against)


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


def access(arguments: argparse.Namespace) -> None:
    """Print the accessibility of every city."""
    from geo.connectivity import city_table, connected_cities
    from geo.core import dask_executor, json_value
    from geo.network import build_network, door_times

    catalogue, date = load(arguments), when(arguments)
    roads = _background(arguments, catalogue)
    net = build_network(catalogue, year=date, nodes="stops")
    mode, indicator = arguments.mode, arguments.indicator
    if arguments.counties:
        _access_by_county(arguments, net, roads)
        return
    with blocks() as counted, dask_executor(arguments.scheduler, counted) as executor:
        times = door_times(net, mode=mode, background=roads, executor=executor)
    connected = connected_cities(net, mode=mode, times=times)
    inside = [city.city_id for city in connected]
    left_out = [city for city in catalogue.centres if city.city_id not in inside]
    mean = indicator in ("location", "efficiency")  # a mean needs every destination
    table = city_table(net, mode=mode, indicator=indicator, limit=arguments.within,
                       destinations=inside if mean else None, times=times)  # fmt: skip
    rows = json_value(table.drop(columns="unit"))
    unit = str(table["unit"].iloc[0]) if len(table) else ""
    about = stamp(date, catalogue, mode)
    if arguments.json:
        print_json({**about, "mode": arguments.mode, "unit": unit,
                    "indicator": arguments.indicator,
                    "not_connected": [city.name for city in left_out],
                    "not_connected_ids": [city.city_id for city in left_out],
                    **_used(roads), "cities": rows})  # fmt: skip
        return
    best_last = arguments.indicator in ("daily", "potential")
    worst = float("-inf") if best_last else float("inf")
    rows.sort(key=lambda row: worst if row["value"] is None else row["value"], reverse=best_last)
    shown = {"name": _("city"), "name_en": _("city"), "value": word(f"{indicator} ({unit})")}
    hidden = {*shown, "unit", "city_id", "region"}
    more = {key: word(key) for key in table.columns if key not in hidden}
    print_table(labelled(rows, catalogue), {**shown, **more})
    if left_out:
        names = "、".join(catalogue.city_labels[city.city_id] for city in left_out)
        say("{date}, {mode}: not connected with the others: {cities}", date=date,
            mode=word(mode), cities=names)  # fmt: skip
    say_assumed(date, about["assumed"])
    _say_background(roads)


def _access_by_county(
    arguments: argparse.Namespace, net: Network, roads: Background | None
) -> None:
    """Print the accessibility of every county."""
    from geo.catalogue import Zone
    from geo.connectivity import zone_table
    from geo.core import BadInputError, dask_executor, json_value

    catalogue, indicator = net.layers.catalogue, arguments.indicator
    if not all(isinstance(row, Zone) for row in catalogue.settlements):
        raise BadInputError("access --counties: expected counties in tables/zones.csv")
    with blocks() as counted, dask_executor(arguments.scheduler, counted) as executor:
        table = zone_table(net, mode=arguments.mode, indicator=indicator, limit=arguments.within,
                           background=roads, executor=executor)  # fmt: skip
    unit = str(table["unit"].iloc[0])
    about = stamp(net.date, catalogue, arguments.mode)
    if arguments.json:
        print_json({**about, "mode": arguments.mode, "unit": unit, "indicator": indicator,
                    **_used(roads),
                    "counties": json_value(table.drop(columns="unit"))})  # fmt: skip
        return
    table = table.sort_values("value", ascending=indicator in ("location", "efficiency"))
    shown = {"name": _("county"), "name_en": _("county"), "value": word(f"{indicator} ({unit})")}
    shown |= {key: word(key) for key in ("low", "high", "population")}
    print_table(json_value(table), shown)
    say_assumed(net.date, about["assumed"])
    _say_background(roads)


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
        print_json({**stamp(date, catalogue), "open_sectors": count_open_sectors(frame),
                    "sectors": json_value(by_sector), "links": links,
                    "groups": json_value(groups.reset_index())})  # fmt: skip
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


def cut(arguments: argparse.Namespace) -> None:
    """Print how many independent links hold two regions or cities together."""
    from geo.connectivity import minimum_cut as cut_between
    from geo.network import build_network

    catalogue, date = load(arguments), when(arguments)
    net = build_network(catalogue, year=date, mode=arguments.mode, nodes="stops")
    found, name_a, name_b = cut_between(net, arguments.a, arguments.b)

    def named(edges: list[str]) -> list[dict[str, Any]]:
        rows = net.edges.loc[edges]
        names = rows.rename(columns={"route_zh": "name", "route_en": "name_en"})
        return [
            {**row, "from": catalogue.place[row.pop("u")].name,
             "to": catalogue.place[row.pop("v")].name}
            for row in names[["route_id", "name", "name_en", "section_id", "mode", "u", "v"]]
            .to_dict("records")
        ]  # fmt: skip

    about = stamp(date, catalogue, arguments.mode)
    paths = [list(dict.fromkeys(net.edges.loc[path, "route_id"])) for path in found.paths]
    if arguments.json:
        print_json({**about, "regions": [name_a, name_b],
                    "mode": arguments.mode or "all", "value": found.value,
                    "unique": found.unique, "cut": named(found.cut),
                    "far_cut": named(found.far_cut), "paths": paths})  # fmt: skip
        return
    say("{date}: {count} independent links hold {a} and {b} together; a smallest set whose "
        "loss parts them:", date=date, count=found.value, a=name_a, b=name_b)  # fmt: skip
    print_table(
        named(found.cut), {"mode": _("mode"), "name": _("name"), "from": _("from"), "to": _("to")}
    )
    say("as many ways without a common link:")
    for number_, path in enumerate(paths, 1):
        print(f"  {number_}. " + " · ".join(catalogue.route[key].name for key in path))
    say_assumed(date, about["assumed"])


def critical(arguments: argparse.Namespace) -> None:
    """Print what the loss of every link costs."""
    from functools import partial

    from geo.connectivity import link_losses, pair_losses, route_losses
    from geo.core import dask_executor, json_value
    from geo.layers import build_layers
    from geo.network import build_network

    catalogue, date = load(arguments), when(arguments)
    layers = build_layers(catalogue)
    net = build_network(layers, year=date, nodes="stops")
    remove = partial(link_losses, alternatives=arguments.top)
    if arguments.routes or arguments.pairs:
        remove = partial(route_losses if arguments.routes else pair_losses)
    with blocks() as counted, dask_executor(arguments.scheduler, counted) as executor:
        table = remove(net, mode=arguments.mode, executor=executor).head(arguments.top)
    about = stamp(date, catalogue, arguments.mode)
    if arguments.json:
        print_json({**about, "mode": arguments.mode, "links": json_value(table)})
        return
    table["efficiency_loss"] = [f"{value:.1%}" for value in table["efficiency_loss"]]
    shown = {"name": _("name"), "from": _("from"), "to": _("to"), "name_a": _("name"),
             "name_b": _("and"), "extra_min": _("extra min"),
             "cut_off_population": _("people cut off"),
             "loses_mode_population": _("people losing the mode"),
             "efficiency_loss": _("efficiency lost"), "pairs": _("pairs"),
             "alternative": _("best alternative")}  # fmt: skip
    rows = json_value(table)
    if not arguments.pairs:
        rows = labelled(rows, catalogue, "routes")
    for row in rows:
        if "alternative" in row:
            row["alternative"] = _alternative(row, catalogue)
    print_table(rows, {key: text for key, text in shown.items() if key in table})
    say_assumed(date, about["assumed"])


def _alternative(row: dict[str, Any], catalogue: Catalogue) -> str:
    """Return in words how the pair travels that loses most by a link."""
    if not row["pair"]:
        return _("no trip takes longer")
    routes = [catalogue.route[key] for key in filter(None, row["alternative"].split(";"))]
    english = spoken.get() == "en"
    ways = [f"{word(r.mode)} {r.name_en if english else r.name}" for r in routes]
    ways = ways or [_("other roads")]
    cities = {city.city_id: city for city in catalogue.centres}
    a, b = (cities[key].name_en if english else cities[key].name for key in row["pair"].split(";"))
    text = _("{a}–{b} {before:.0f} → {after:.0f} min: {ways}", a=a, b=b,
             before=row["before_min"], after=row["after_min"], ways=", ".join(ways))  # fmt: skip
    return str(text)


def disrupt(arguments: argparse.Namespace) -> None:
    """Print what it costs that everything in an area is closed, or in each cell of a grid."""
    from geo.core import BadInputError, refuse_inside
    from geo.network import build_network

    if (arguments.at is None) == (arguments.grid is None):
        raise BadInputError("disrupt: expected --at LON,LAT --km R, or --grid KM")
    catalogue, date = load(arguments), when(arguments)
    if arguments.out:
        refuse_inside(arguments.out, catalogue.folder)
    net = build_network(catalogue, year=date, nodes="stops")
    about = {**stamp(date, catalogue, arguments.mode), "mode": arguments.mode,
             "hours": arguments.hours}  # fmt: skip
    if arguments.grid is None:
        _disrupt_at(arguments, net, about)
    else:
        _disrupt_grid(arguments, net, about)
    say_assumed(date, about["assumed"])


def _disrupt_at(arguments: argparse.Namespace, net: Network, about: dict[str, Any]) -> None:
    """Close a circle."""
    from geo.connectivity import AreaSweep, circle_around
    from geo.core import BadInputError, json_value
    from geo.network import point_within

    catalogue = net.layers.catalogue
    point = point_within(catalogue, arguments.at)
    if point is None:
        raise BadInputError("--at {text!r}: expected LON,LAT", text=arguments.at)
    closure = AreaSweep(net, arguments.mode).close(
        circle_around(net, *point, arguments.km), arguments.hours
    )
    cost, cities = closure.cost, closure.cities
    shares = {key: getattr(cost, key) / (cost.demand or 1.0)
              for key in ("own", "detoured", "cut_off")}  # fmt: skip
    names = {place.place_id: place.name for place in catalogue.places}
    closed = closure.closed.assign(**{"from": closure.closed["u"].map(names),
                                      "to": closure.closed["v"].map(names)})  # fmt: skip
    closed = closed.drop(columns=["u", "v"])
    keys = ("extra_min", "cut_off_population", "loses_mode_population")
    numbers = {key: getattr(closure, key) for key in keys}
    numbers |= {f"{key}_share": share for key, share in shares.items()}
    numbers["mean_delay_min"] = cost.mean_delay_min
    if arguments.json:
        print_json({**about, "lon": point[0], "lat": point[1], "km": arguments.km,
                    "closed": json_value(closed), **json_value(numbers),
                    "cities": json_value(cities)})  # fmt: skip
        return
    print_table(json_value(closed), {"mode": _("mode"), "name": _("name"), "from": _("from"),
                                     "to": _("to"), "length_km": _("km")})  # fmt: skip
    affected = cities[(cities["extra_min"] > 0.05) | cities[["inside", "cut_off"]].any(axis=1)]
    affected = affected.sort_values("extra_min", ascending=False)
    print_table(labelled(json_value(affected), catalogue), {
        "name": _("city"), "extra_min": _("extra min"), "inside": _("in the area"),
        "cut_off": _("cut off"), "loses_mode": _("loses the mode")})  # fmt: skip
    say("of all travel between the cities {own:.1%} begins or ends in the area, {detoured:.1%} "
        "takes another way, {cut_off:.1%} has none", **shares)  # fmt: skip
    say("mean delay of all trips that begin within {hours:g} h: {delay:.1f} min",
        hours=arguments.hours, delay=cost.mean_delay_min)  # fmt: skip


def _disrupt_grid(arguments: argparse.Namespace, net: Network, about: dict[str, Any]) -> None:
    """Close every cell of a grid in turn."""
    from geo.connectivity import disruption_grid
    from geo.core import dask_executor, json_value

    with blocks() as counted, dask_executor(arguments.scheduler, counted) as executor:
        cells = disruption_grid(net, arguments.grid, mode=arguments.mode, hours=arguments.hours,
                                executor=executor)  # fmt: skip
    plain = cells.drop(columns="geometry")
    if arguments.out:
        _write_cells(cells, arguments.out)
    if arguments.json:
        print_json({**about, "km": arguments.grid, "cells": json_value(plain)})
        return
    worst = json_value(plain.head(arguments.top))
    for row in worst:
        for key in ("own_share", "detoured_share", "cut_off_share"):
            row[key] = f"{row[key]:.1%}"
    print_table(worst, {
        "lon": _("lon"), "lat": _("lat"), "closed_km": _("km closed"), "cities": _("cities"),
        "own_share": _("own"), "detoured_share": _("detoured"), "cut_off_share": _("cut off"),
        "extra_min": _("extra min"), "mean_delay_min": _("mean delay, min")})  # fmt: skip
    say("own: share of all travel that begins or ends in the cell; detoured, cut off: of the rest")


def _write_cells(cells: GeoDataFrame, path: Path) -> None:
    """Write the cells of a grid as a table, or with their squares as GeoJSON."""
    from geo.core import replaced_file, write_csv

    if path.suffix.lower() in (".geojson", ".json"):
        with replaced_file(path) as target:
            target.write_text(cells.to_json(), encoding="utf-8")
    else:
        write_csv(cells.drop(columns="geometry"), path)


def crossings(arguments: argparse.Namespace) -> None:
    """List the border crossings."""
    from geo.core import BadInputError
    from geo.layers import border_crossings, build_layers, pair_of

    if len(arguments.regions) not in (0, 2):
        raise BadInputError("crossings: expected two regions, or none for the first two")
    catalogue, date = load(arguments), when(arguments)
    names = arguments.regions or [None, None]
    pair = pair_of(catalogue.region, *names)
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
