"""What the commands of the analysis do: call the package, print the result."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from geo.catalogue import Catalogue
from geo.cli.data import load, stamp, when
from geo.cli.output import decimal, plain, print_json, print_sheet, print_table, say
from geo.core import BadInputError, Problem, dask_executor
from geo.network import Background


def od(arguments: argparse.Namespace) -> None:
    """Print the fastest ways between two cities."""
    from geo.network import build_network, fastest_routes, travel_graph

    catalogue, date = load(arguments), when(arguments)
    origin = catalogue.find_city(arguments.origin)
    destination = catalogue.find_city(arguments.destination)
    if origin is destination:
        raise BadInputError(f"od: {origin.name_zh} twice; expected two different cities")
    roads = _background(arguments, catalogue)
    net = build_network(catalogue, year=date, nodes="stops")
    graph = travel_graph(net, [origin, destination], mode=arguments.mode, background=roads)
    ways = fastest_routes(graph, origin, destination, k=arguments.k)
    routes = [_way(catalogue, graph, way) for way in ways]
    result = {
        "from": origin.name_zh,
        "to": destination.name_zh,
        **stamp(date, catalogue),
        "mode": arguments.mode,
        "assumed": list(net.assumed),
        **_used(roads),
        "routes": routes,
    }
    if arguments.json:
        print_json(result)
        return
    if not routes:
        say(
            f"{origin.name_zh} and {destination.name_zh} are not connected "
            f"({arguments.mode}, {date})"
        )
    for number, route in enumerate(routes, 1):
        say(f"{number}. {route['time_min']:.0f} min, {route['length_km']:.0f} km")
        print_table(route["legs"], {"mode": "mode", "name_zh": "name", "from": "from", "to": "to",
                                     "time_min": "min", "length_km": "km"})  # fmt: skip
    _say_background(roads)


def _background(arguments: argparse.Namespace, catalogue: Catalogue) -> Background | None:
    """Read the other roads that are asked for."""
    if arguments.background is None:
        return None
    from geo.network import expect_roads, read_background

    expect_roads(arguments.mode)
    return read_background(arguments.background, catalogue)


def _used(roads: Background | None) -> dict[str, Any]:
    """Return what a result says of the other roads it used."""
    return {} if roads is None else {"background": roads.source}


def _say_background(roads: Background | None) -> None:
    """Say which other roads a result used."""
    if roads is not None:
        file, date, licence, credit, _ = roads.source.values()
        say(f"other roads of {file} ({date or '?'}), the same on every day: {credit}, {licence}")


def _counted(done: int, total: int) -> None:
    """Show how many blocks of work are done."""
    if sys.stderr.isatty():
        print(f"\r{done}/{total}", end="" if done < total else "\n", file=sys.stderr)


def _way(catalogue: Catalogue, graph: Any, way: list[str]) -> dict[str, Any]:
    from geo.network import route_legs

    city = {f"city:{row.city_id}": row.name_zh for row in catalogue.cities}
    parts = route_legs(graph, way)
    for leg in parts:
        for end in ("from", "to"):
            node = leg[end]
            if node.startswith("road:"):
                leg[end] = "{lon:.4f},{lat:.4f}".format(**graph.nodes[node])
            else:
                leg[end] = city.get(node) or catalogue.place[node].name_zh
        if route := catalogue.route.get(leg["route_id"]):
            leg |= {"name_zh": route.name_zh, "name_en": route.name_en}
        elif leg["mode"] == "access":
            leg |= {"name_zh": "接驳", "name_en": "access"}
        else:
            leg |= {"name_zh": "其他道路", "name_en": "other roads"}
        leg |= {key: round(leg[key], 2) for key in ("time_min", "length_km")}
    total = {key: round(sum(leg[key] for leg in parts), 1) for key in ("time_min", "length_km")}
    return {**total, "legs": parts}


def matrix(arguments: argparse.Namespace) -> None:
    """Print or write the times between all cities."""
    from geo.catalogue import cities_of
    from geo.core import json_value, write_csv
    from geo.network import build_network, travel_time_matrix

    catalogue, date = load(arguments), when(arguments)
    roads = _background(arguments, catalogue)
    net = build_network(catalogue, year=date, nodes="stops")
    with dask_executor(arguments.scheduler, _counted) as share:
        table = travel_time_matrix(net, arguments.mode, background=roads, executor=share)
    if arguments.out:
        import numpy as np

        write_csv(table.replace(np.inf, np.nan), arguments.out)
    if arguments.json:
        minutes = [[json_value(round(v, 1)) for v in row] for row in table.to_numpy()]
        cities = cities_of(catalogue)
        names = {"cities": [c.name_zh for c in cities], "city_ids": [c.city_id for c in cities]}
        print_json({**stamp(date, catalogue), "mode": arguments.mode, **names,
                    "assumed": list(net.assumed), **_used(roads),
                    "time_min": minutes})  # fmt: skip
        return
    if arguments.out:
        print(arguments.out)
    else:
        shown = table.map("{:.0f}".format).reset_index().to_dict("records")
        rows = [{str(key): value for key, value in row.items()} for row in shown]
        print_table(rows, {"from": "min", **{name: name for name in table.columns}})
    _say_background(roads)


def calibrate(arguments: argparse.Namespace) -> None:
    """Print published and computed times side by side."""
    from geo.connectivity import WIDE, calibrate_times, calibration_summary
    from geo.core import json_value
    from geo.layers import build_layers

    catalogue = load(arguments)
    if not catalogue.services:
        text = "expected a published time to compare with"
        raise BadInputError([Problem("tables/services.csv", 2, expected=text)])
    table = calibrate_times(build_layers(catalogue))
    fit = {key: json_value(value) for key, value in calibration_summary(table).items()}
    rows = [{str(k): json_value(v) for k, v in row.items()} for row in table.to_dict("records")]
    if arguments.json:
        print_json({**fit, "pairs_compared": rows})
        return
    for row in rows:
        error = row["error"]
        row["error"] = "" if error is None else f"{error:+.0%}"
        wide = isinstance(error, float) and abs(error) > WIDE and not row["reason"]
        row["why"] = row["reason"] or (row["notes"] if wide else "")
    print_table(rows, {"mode": "mode", "from_zh": "from", "to_zh": "to", "date": "date",
                       "published_min": "published min", "computed_min": "computed min",
                       "error": "error", "why": "not counted, or why so far off"})  # fmt: skip
    if not fit["pairs"]:
        say("no pair that counts")
        return
    say(f"{fit['pairs']} pairs that count: median error {fit['median_error']:.1%}, worst "
          f"{fit['worst_error']:.1%}, within 20 % {fit['within_20_percent']:.0%}")  # fmt: skip


def compare(arguments: argparse.Namespace) -> None:
    """Print two dates side by side."""
    from geo.core import json_value
    from geo.layers import build_layers
    from geo.scenarios import compare_dates as compared

    catalogue = load(arguments)
    with dask_executor(arguments.scheduler, _counted) as share:
        found = compared(
            build_layers(catalogue), arguments.before, arguments.after, executor=share
        )
    stats = {
        str(name): {key: json_value(value) for key, value in row.items()}
        for name, row in found["stats"].iterrows()
    }
    if arguments.json:
        ends = {key: found[key].year for key in ("from", "to")}
        dates = {f"{key}_date": found[key].isoformat() for key in ("from", "to")}
        print_json({**ends, **dates, "as_of": catalogue.region.as_of.isoformat(), "stats": stats,
                    **plain({key: found[key] for key in ("cities", "projects")})})  # fmt: skip
        return
    rows = [
        {"name": name, **{key: decimal(value) for key, value in values.items()}}
        for name, values in stats.items()
        if values["delta"]
    ]
    first, second = str(found["from"]), str(found["to"])
    print_table(rows, {"name": "statistic", "before": first, "after": second, "delta": "+/-"})
    print()
    cities = found["cities"].sort_values("mean_min_delta")
    print_table(plain(cities), {"name_zh": "city", "mean_min_before": f"mean min {first}",
                "mean_min_after": second, "mean_min_delta": "+/-",
                "people_120min_delta": "people within 2 h +/-"})  # fmt: skip
    print()
    print_table(plain(found["projects"].round(3)), {"name_zh": "project", "change": "change",
                "first_in_percent": "first in, % of nearness", "last_in_percent": "last in, %",
                "relation": "to the others"})  # fmt: skip


def corridor(arguments: argparse.Namespace) -> None:
    """Print the sheet of a route, or of the ways between two cities."""
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
    sheet = {**stamp(date, catalogue), **plain(sheet)}
    if arguments.json:
        print_json(sheet)
        return
    print_sheet(sheet)


def access(arguments: argparse.Namespace) -> None:
    """Print the accessibility of every city."""
    from geo.catalogue import cities_of
    from geo.connectivity import city_table, connected_cities
    from geo.network import build_network, travel_time_matrix

    catalogue, date = load(arguments), when(arguments)
    roads = _background(arguments, catalogue)
    net = build_network(catalogue, year=date, nodes="stops")
    mode, indicator = arguments.mode, arguments.indicator
    with dask_executor(arguments.scheduler, _counted) as share:
        minutes = travel_time_matrix(net, mode, background=roads, executor=share)
    connected = connected_cities(net, catalogue, mode=mode, minutes=minutes)
    inside = [city.city_id for city in connected]
    left_out = [c.name_zh for c in cities_of(catalogue) if c.city_id not in inside]
    mean = indicator in ("location", "efficiency")  # a mean needs every destination
    table = city_table(net, catalogue, mode=mode, indicator=indicator, limit=arguments.within,
                       destinations=inside if mean else None, minutes=minutes)  # fmt: skip
    rows = plain(table.drop(columns="unit"))
    unit = str(table["unit"].iloc[0]) if len(table) else ""
    if arguments.json:
        print_json({**stamp(date, catalogue), "mode": arguments.mode, "unit": unit,
                    "indicator": arguments.indicator, "not_connected": left_out,
                    "assumed": list(net.assumed), **_used(roads),
                    "cities": rows})  # fmt: skip
        return
    best_last = arguments.indicator in ("daily", "potential")
    worst = float("-inf") if best_last else float("inf")
    rows.sort(key=lambda row: worst if row["value"] is None else row["value"], reverse=best_last)
    shown = {"name_zh": "city", "name_en": "city", "value": f"{arguments.indicator} ({unit})"}
    more = {key: key for key in table.columns if key not in {*shown, "unit", "city_id", "region"}}
    print_table(rows, {**shown, **more})
    if left_out:
        say(f"{date}, {arguments.mode}: not connected with the others: {'、'.join(left_out)}")
    _say_background(roads)


def openness(arguments: argparse.Namespace) -> None:
    """Print the links that leave the region, and the named groups of routes."""
    from geo.connectivity import group_openness, open_sectors, sectors
    from geo.connectivity import outbound_links as links_out
    from geo.layers import build_layers

    catalogue, date = load(arguments), when(arguments)
    layers = build_layers(catalogue)
    frame = links_out(layers, date)
    links, groups = plain(frame.drop(columns="geometry")), group_openness(layers, date).groups
    by_sector = sectors(frame).reset_index()
    if arguments.json:
        print_json({**stamp(date, catalogue), "open_sectors": open_sectors(frame),
                    "sectors": plain(by_sector), "links": links,
                    "groups": plain(groups.reset_index())})  # fmt: skip
        return
    print_table(links, {"sector_zh": "direction", "mode": "mode", "name_zh": "name",
                        "stage": "status", "neighbour_zh": "leads to",
                        "expected": "expected"})  # fmt: skip
    say(f"{date}: open links in {open_sectors(frame)} of 8 directions, of the routes drawn here")
    print_table(plain(groups), {"name_zh": "group", "length_km": "km", "open_km": "open km",
                                "stage": "status", "confidence": "confidence"})  # fmt: skip


def cut(arguments: argparse.Namespace) -> None:
    """Print how many independent links hold two regions or cities together."""
    from geo.connectivity import minimum_cut as cut_between
    from geo.network import build_network

    catalogue, date = load(arguments), when(arguments)
    net = build_network(catalogue, year=date, mode=arguments.mode, nodes="stops")
    found, name_a, name_b = cut_between(net, catalogue, arguments.a, arguments.b)

    def named(edges: list[str]) -> list[dict[str, Any]]:
        rows = net.edges.loc[edges]
        names = rows.rename(columns={"route_zh": "name_zh", "route_en": "name_en"})
        return [
            {**row, "from": catalogue.place[row.pop("u")].name_zh,
             "to": catalogue.place[row.pop("v")].name_zh}
            for row in names[["route_id", "name_zh", "name_en", "section_id", "mode", "u", "v"]]
            .to_dict("records")
        ]  # fmt: skip

    paths = [list(dict.fromkeys(net.edges.loc[path, "route_id"])) for path in found.paths]
    if arguments.json:
        print_json({**stamp(date, catalogue), "regions": [name_a, name_b],
                    "assumed": list(net.assumed),
                    "mode": arguments.mode or "all", "value": found.value,
                    "unique": found.unique, "cut": named(found.cut),
                    "far_cut": named(found.far_cut), "paths": paths})  # fmt: skip
        return
    say(f"{date}: {found.value} independent links hold {name_a} and {name_b} together; "
          f"a smallest set whose loss parts them:")  # fmt: skip
    print_table(named(found.cut), {"mode": "mode", "name_zh": "name", "from": "from", "to": "to"})
    say("as many ways without a common link:")
    for number_, path in enumerate(paths, 1):
        print(f"  {number_}. " + " · ".join(catalogue.route[key].name_zh for key in path))


def critical(arguments: argparse.Namespace) -> None:
    """Print what the loss of every link costs."""
    from geo.connectivity import link_losses, route_losses
    from geo.layers import build_layers
    from geo.network import build_network

    catalogue, date = load(arguments), when(arguments)
    layers = build_layers(catalogue)
    nets = build_network(layers, year=date, nodes="stops"), build_network(layers, year=date)
    remove = route_losses if arguments.routes else link_losses
    with dask_executor(arguments.scheduler, _counted) as share:
        table = remove(*nets, catalogue, mode=arguments.mode, executor=share).head(arguments.top)
    if arguments.json:
        print_json({**stamp(date, catalogue), "mode": arguments.mode,
                    "assumed": list(nets[0].assumed), "links": plain(table)})  # fmt: skip
        return
    table["efficiency_loss"] = [f"{value:.1%}" for value in table["efficiency_loss"]]
    shown = {"name_zh": "name", "from": "from", "to": "to", "extra_min": "extra min",
             "cut_off_population": "people cut off", "efficiency_loss": "efficiency lost",
             "pairs": "pairs"}  # fmt: skip
    print_table(plain(table), {key: text for key, text in shown.items() if key in table})
