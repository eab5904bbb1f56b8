"""Commands on what holds a network together, and what its closures cost."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from geo.cli.inputs import labelled, load, stamp, when
from geo.cli.messages import _, spoken, word
from geo.cli.output import blocks, print_json, print_table, say, say_assumed

if TYPE_CHECKING:
    from pathlib import Path

    from geopandas import GeoDataFrame

    from geo.catalogue import Catalogue
    from geo.network import Network


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
            {
                **row,
                "from": catalogue.place[row.pop("u")].name,
                "to": catalogue.place[row.pop("v")].name,
            }
            for row in names[
                ["route_id", "name", "name_en", "section_id", "mode", "u", "v"]
            ].to_dict("records")
        ]

    about = stamp(date, catalogue, arguments.mode)
    paths = [list(dict.fromkeys(net.edges.loc[path, "route_id"])) for path in found.paths]
    if arguments.json:
        print_json({**about, "regions": [name_a, name_b],
                    "mode": arguments.mode or "all", "value": found.value,
                    "unique": found.unique, "cut": named(found.cut),
                    "far_cut": named(found.far_cut), "paths": paths})  # fmt: skip
        return
    say(
        "{date}: {count} independent links hold {a} and {b} together; a smallest set whose "
        "loss parts them:",
        date=date,
        count=found.value,
        a=name_a,
        b=name_b,
    )
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
    text = _(
        "{a}–{b} {before:.0f} → {after:.0f} min: {ways}",
        a=a,
        b=b,
        before=row["before_min"],
        after=row["after_min"],
        ways=", ".join(ways),
    )
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
    about = {
        **stamp(date, catalogue, arguments.mode),
        "mode": arguments.mode,
        "hours": arguments.hours,
    }
    if arguments.grid is None:
        _disrupt_at(arguments, net, about)
    else:
        _disrupt_grid(arguments, net, about)
    if not arguments.json:
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
    shares = {
        key: getattr(cost, key) / (cost.demand or 1.0) for key in ("own", "detoured", "cut_off")
    }
    names = {place.place_id: place.name for place in catalogue.places}
    closed = closure.closed.assign(
        **{"from": closure.closed["u"].map(names), "to": closure.closed["v"].map(names)}
    )
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
    say(
        "of all travel between the cities {own:.1%} begins or ends in the area, {detoured:.1%} "
        "takes another way, {cut_off:.1%} has none",
        **shares,
    )
    say(
        "mean delay of all trips that begin within {hours:g} h: {delay:.1f} min",
        hours=arguments.hours,
        delay=cost.mean_delay_min,
    )


def _disrupt_grid(arguments: argparse.Namespace, net: Network, about: dict[str, Any]) -> None:
    """Close every cell of a grid in turn."""
    from geo.connectivity import disruption_grid
    from geo.core import dask_executor, json_value

    with blocks() as counted, dask_executor(arguments.scheduler, counted) as executor:
        cells = disruption_grid(
            net, arguments.grid, mode=arguments.mode, hours=arguments.hours, executor=executor
        )
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
