"""Commands on travel times: call the package, print the result."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from geo.cli.inputs import labelled, load, stamp, when
from geo.cli.messages import _, word
from geo.cli.output import blocks, print_json, print_table, say, say_assumed

if TYPE_CHECKING:
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
        say(
            "{a} and {b} are not connected ({mode}, {date})",
            a=a.name,
            b=b.name,
            mode=word(arguments.mode),
            date=date,
        )
    for number, route in enumerate(routes, 1):
        say(
            "{number}. {minutes:.0f} min ({low:.0f}–{high:.0f}), {km:.0f} km",
            number=number,
            minutes=route["time_min"],
            low=route["low_min"],
            high=route["high_min"],
            km=route["length_km"],
        )
        say(
            "   access {access:.0f}, in stations {station:.0f}, waiting {wait:.0f}, on the way "
            "{way:.0f} min; changes: {changes}",
            access=route["access_min"],
            station=route["station_min"],
            wait=route["wait_min"],
            way=route["in_vehicle_min"],
            changes=route["changes"],
        )
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
        say(
            "other roads of {file} ({date}), the same on every day: {credit}, {licence}",
            file=file,
            date=date or "?",
            credit=credit or "?",
            licence=licence or "?",
        )


def _way(catalogue: Catalogue, journey: Journey, mode: str) -> dict[str, Any]:
    """Return a journey with names and rounded numbers."""
    from geo.network import time_interval

    names = {f"city:{row.city_id}": row.name for row in catalogue.cities}
    names |= {f"zone:{row.zone_id}": row.name for row in catalogue.zones}
    names |= {place.place_id: place.name for place in catalogue.places}
    chinese = catalogue.region.page_language == "zh-CN"
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
        if not route and not chinese:
            name = name_en
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
        table = travel_time_matrix(
            net, ends or None, ends or None, arguments.mode, background=roads, executor=executor
        )
    about = stamp(date, catalogue, arguments.mode)
    if arguments.out:
        write_csv(matrix_with_ids(table, catalogue), arguments.out)
    if arguments.json:
        both = (
            time_interval(table.to_numpy(float), arguments.mode, net.parameters, doors=doors)
            for doors in (True, False)
        )
        station = [getattr(end, "kind", "") == "station" for end in ends or catalogue.centres]
        trains = np.outer(*[np.array(station, bool)] * 2) & (arguments.mode in ("rail", "any"))
        bounds = [np.where(trains, *pair[::-1]) for pair in zip(*both, strict=True)]
        keys = ("time_min", "low_min", "high_min")
        times = dict(zip(keys, (table.to_numpy(), *bounds), strict=True))
        minutes = {
            key: [[json_value(round(float(v), 1)) for v in row] for row in rows]
            for key, rows in times.items()
        }
        names = {"cities": [*known.values()], "city_ids": [*known]}
        print_json({**about, "mode": arguments.mode, **names, **_used(roads), **minutes})
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
        say(
            "{mode}: {n} pairs that count, median error {median:.1%} (leave-one-out {out:.1%}), "
            "bias {bias:+.1f} min, within 20 % {within:.0%}, worst {worst:.1%}",
            mode=word(mode),
            n=fit["n"],
            median=fit["median_error"],
            out=fit["leave_one_out"],
            bias=fit["bias_min"],
            within=fit["within_20"],
            worst=fit["worst_error"],
        )
        if "left_out_error" in fit:
            say(
                "with nothing known of the trains of their line: median error {median:.1%}, "
                "within 20 % {within:.0%}",
                median=fit["left_out_error"],
                within=fit["left_out_within_20"],
            )
    if wide:
        say("outside of 20 %: {count}; the worst:", count=len(wide))
        print_table(wide[:25], {"from_zh": _("from"), "to_zh": _("to"), "date": _("date"),
                                "published_min": _("published min"),
                                "computed_min": _("computed min"), "error": _("error"),
                                "line": _("line"), "notes": _("notes")})  # fmt: skip


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
    table = city_table(
        net,
        mode=mode,
        indicator=indicator,
        limit=arguments.within,
        destinations=inside if mean else None,
        times=times,
    )
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
        say(
            "{date}, {mode}: not connected with the others: {cities}",
            date=date,
            mode=word(mode),
            cities=names,
        )
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
        table = zone_table(
            net,
            mode=arguments.mode,
            indicator=indicator,
            limit=arguments.within,
            background=roads,
            executor=executor,
        )
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
