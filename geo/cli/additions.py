"""The command `geo add`: drawn lines become planned routes, and what they change is reported."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from geo.cli.messages import _, spoken, word
from geo.cli.output import print_json, print_table, say, stages, warn
from geo.cli.refresh import changed_folder, modified, ready, target

if TYPE_CHECKING:
    from geo.catalogue import Catalogue
    from geo.sources import Added

#: What holds for every line, by argument.
GIVEN = {"name": "name", "name_en": "name_en", "class": "class_", "year": "year",
         "design_speed_kmh": "speed", "trains_per_day": "trains",
         "accuracy_m": "accuracy"}  # fmt: skip
#: Modes and classes of networks whose kilometres are reported.
LENGTHS = ("road.length_km", "rail.length_km", "water.length_km")


def add(arguments: argparse.Namespace) -> None:
    """Add drawn lines to the tables of a region."""
    from geo.readers import read_drawing
    from geo.sources import add_lines

    catalogue, file = ready(arguments), arguments.file
    lines = read_drawing(
        file, layer=arguments.layer, datum=arguments.datum, encoding=arguments.encoding
    )
    date = arguments.date or modified(file)
    source = {
        "key": f"drawing-{date}",
        "title": f"line drawn in {file.name}",
        "publisher": arguments.publisher,
        "date": date.isoformat(),
        "url": arguments.url,
        "licence": arguments.licence,
        "origin": str(file),
    }
    every = arguments.join == ["all"]
    joins = list(catalogue.route) if every else [
        catalogue.find_route(name).route_id for name in arguments.join
    ]  # fmt: skip
    given = {key: getattr(arguments, name) for key, name in GIVEN.items()}
    with stages(2) as progress:
        progress("tables")
        with changed_folder(arguments, catalogue) as out:
            added = add_lines(catalogue, lines, arguments.id, source=source, given=given,
                              snap_km=arguments.snap, junctions=joins, out=out)  # fmt: skip
        progress("compare")
        changes = _changes(catalogue, added)
    report = _report(arguments, added, changes)
    if arguments.json:
        print_json(report)
    else:
        _say(arguments, added, report)


def _changes(catalogue: Catalogue, added: Added) -> dict[str, Any]:
    """Return what the network is with the lines and without them, in the year they open."""
    from dataclasses import replace

    from geo.core import json_value
    from geo.scenarios import compare_catalogues

    years = added.routes["year"].dropna()
    if years.empty:
        return {}
    year = int(years.max())
    after = replace(added.catalogue, folder=catalogue.folder)
    found = compare_catalogues(catalogue, after, year)
    stats = found["stats"]
    keys = [key for key in stats.index if key in LENGTHS or str(key).endswith(".links")]
    changed = {
        str(key): json_value(row.to_dict())
        for key, row in stats.loc[keys].iterrows()
        if row["delta"]
    }
    pairs = found["pairs"].round(1)
    return {"year": year, "stats": changed, "pairs": json_value(pairs)}


def _report(
    arguments: argparse.Namespace, added: Added, changes: dict[str, Any]
) -> dict[str, Any]:
    """Return the result for machines."""
    from geo.core import json_value

    routes = json_value(added.routes)
    for row in routes:
        for key in ("joined", "new_places", "split"):
            row[key] = list(dict.fromkeys(value for value in row[key].split(";") if value))
    crosses = added.crossings.drop(columns="geometry")
    return {
        "route_id": routes[0]["route_id"],
        "joined": added.joined,
        "rows": added.rows,
        "snap_km": arguments.snap,
        "routes": routes,
        "crosses_without_junction": json_value(crosses),
        "changes": changes or None,
        "findings": json_value([finding._asdict() for finding in added.findings]),
        "dry_run": arguments.dry_run,
        "out": None if arguments.dry_run else str(target(arguments)),
    }


def _say(arguments: argparse.Namespace, added: Added, report: dict[str, Any]) -> None:
    """Say what was added, what it joins and crosses, and what it changes."""
    catalogue, label = added.catalogue, "name_en" if spoken.get() == "en" else "name"

    def named(table: dict[str, Any], ids: list[str]) -> str:
        return ", ".join(f"{getattr(table[key], label)} ({key})" for key in ids)

    for row in report["routes"]:
        say("{name} ({id}): {km:.1f} km, {kind}, {sections} sections, {year}",
            name=row[label], id=row["route_id"], km=row["length_km"], kind=word(row["class"]),
            sections=row["sections"], year=row["year"] or _("no year"))  # fmt: skip
        if row["joined"]:
            say("  joined within {km:g} km to: {places}", km=arguments.snap,
                places=named(catalogue.place, row["joined"]))  # fmt: skip
        if row["split"]:
            say("  new junctions with: {routes}", routes=named(catalogue.route, row["split"]))
        if not row["joined"] and not row["split"]:
            warn("  joined to nothing within {km:g} km: it changes no journey", km=arguments.snap)
        others = [
            crossing["other_route" if crossing["route_id"] == row["route_id"] else "route_id"]
            for crossing in report["crosses_without_junction"]
            if row["route_id"] in (crossing["route_id"], crossing["other_route"])
        ]
        if others:
            say("  crosses without a junction: {routes} (--join ROUTE makes one)",
                routes=named(catalogue.route, list(dict.fromkeys(others))))  # fmt: skip
    _say_changes(report["changes"])
    for finding in added.findings:
        if finding.severity == "warning":
            warn("warning: {text}", text=_(finding.message))
    tables = ", ".join(f"{name} +{count}" for name, count in added.rows.items())
    if arguments.dry_run:
        say("nothing written (--dry-run); rows: {tables}", tables=tables)
    else:
        say("written to {folder}: {tables}", folder=report["out"], tables=tables)


def _say_changes(changes: dict[str, Any] | None) -> None:
    """Say what the lines change in the year they open."""
    if changes is None:
        say("without a year (--year) the lines count as open on no day")
        return
    for key, row in changes["stats"].items():
        mode, _dot, index = key.partition(".")
        what = _("km") if index == "length_km" else _("crossings")
        say("{year}, {mode}: {before:,.0f} → {after:,.0f} {what}", year=changes["year"],
            mode=word(mode), before=row["before"] or 0.0, after=row["after"] or 0.0,
            what=what)  # fmt: skip
    if not changes["pairs"]:
        say("{year}: no two cities come closer", year=changes["year"])
        return
    say("{year}: the pairs of cities that win most", year=changes["year"])
    columns = {"from": _("from"), "to": _("to"), "before_min": _("min before"),
               "after_min": _("min after"), "saved_min": _("min saved")}  # fmt: skip
    if spoken.get() == "en":
        columns = {f"{key}_en" if key in ("from", "to") else key: text
                   for key, text in columns.items()}  # fmt: skip
    print_table(changes["pairs"], columns)
