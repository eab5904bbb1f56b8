"""The command `geo add`: drawn lines and plans become rows, and what they change is reported."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from geo.cli.messages import _, spoken, word
from geo.cli.output import print_json, print_table, say, stages, warn
from geo.cli.refresh import changed_folder, modified, ready, target

if TYPE_CHECKING:
    from geo.catalogue import Catalogue
    from geo.layers import Finding
    from geo.scenarios import Plan
    from geo.sources import Added, AddedPlan

#: What holds for every line, by argument.
GIVEN = {
    "name": "name",
    "name_en": "name_en",
    "class": "class_",
    "year": "year",
    "design_speed_kmh": "speed",
    "trains_per_day": "trains",
    "accuracy_m": "accuracy",
}
#: Modes and classes of networks whose kilometres are reported.
LENGTHS = ("road.length_km", "rail.length_km", "water.length_km")


def add(arguments: argparse.Namespace) -> None:
    """Add drawn lines, or what a plan says, to the tables of a region."""
    from geo.scenarios import is_plan

    catalogue = ready(arguments)
    (_add_plan if is_plan(arguments.file) else _add_drawing)(arguments, catalogue)


def _source(arguments: argparse.Namespace, key: str, title: str) -> dict[str, str]:
    """Return the row of the source of a file."""
    date = arguments.date or modified(arguments.file)
    given = {name: getattr(arguments, name) for name in ("publisher", "url", "licence")}
    return {"key": f"{key}-{date}", "title": title, "date": date.isoformat(), **given}


def _add_drawing(arguments: argparse.Namespace, catalogue: Catalogue) -> None:
    """Add drawn lines."""
    from geo.core import BadInputError
    from geo.readers import read_drawing
    from geo.sources import add_lines

    file = arguments.file
    lines = read_drawing(
        file, layer=arguments.layer, datum=arguments.datum, encoding=arguments.encoding
    )
    if arguments.id is None:
        raise BadInputError("add: expected --id ID with a drawing: the id of the new route")
    source = _source(arguments, "drawing", f"line drawn in {file.name}") | {"origin": str(file)}
    every = arguments.join == ["all"]
    joins = (
        list(catalogue.route)
        if every
        else [catalogue.find_route(name).route_id for name in arguments.join]
    )
    given = {key: getattr(arguments, name) for key, name in GIVEN.items()}
    with stages(2) as progress:
        progress("tables")
        with changed_folder(arguments, catalogue) as out:
            added = add_lines(catalogue, lines, arguments.id, source=source, given=given,
                              snap_km=_snap(arguments), junctions=joins, out=out)  # fmt: skip
        progress("compare")
        years = added.routes["year"].dropna()
        year = None if years.empty else int(years.max())
        changes = _changes(catalogue, added.catalogue, year)
    report = _report(arguments, added, changes)
    if arguments.json:
        print_json(report)
    else:
        _say(arguments, added, report)


def _snap(arguments: argparse.Namespace) -> float:
    """Return how far from a line places may be that it joins, in km."""
    return 1.5 if arguments.snap is None else float(arguments.snap)


#: What a drawing is told beside it, and a plan says itself.
OF_DRAWINGS = ("id", "class_", "name", "name_en", "year", "speed", "trains", "accuracy", "layer",
               "datum", "encoding", "join", "snap")  # fmt: skip


def _add_plan(arguments: argparse.Namespace, catalogue: Catalogue) -> None:
    """Write the edits of a plan."""
    from geo.core import BadInputError, json_value
    from geo.scenarios import read_plan
    from geo.sources import add_plan

    plan = read_plan(arguments.file)
    for name in OF_DRAWINGS:
        if getattr(arguments, name) not in (None, "", []):
            option = "--" + name.strip("_").replace("_", "-")
            raise BadInputError(
                "{option}: expected nothing with a plan, which says it itself", option=option
            )
    source = _source(arguments, "plan", f"plan {plan.name} in {arguments.file.name}")
    with stages(2) as progress:
        progress("tables")
        with changed_folder(arguments, catalogue) as out:
            added = add_plan(catalogue, plan, source=source, out=out)
        progress("compare")
        changes = _changes(catalogue, added.catalogue, _telling_year(catalogue, plan, added))
    folder = None if arguments.dry_run else str(target(arguments))
    report = {
        "plan": plan.name,
        "plan_en": plan.name_en,
        "edits": len(plan.edits),
        "rows": added.rows,
        "changed": added.changed,
        "sections": added.sections,
        "changes": changes,
        "findings": json_value([finding._asdict() for finding in added.findings]),
        "dry_run": arguments.dry_run,
        "out": folder,
    }
    if arguments.json:
        print_json(report)
        return
    _say_edits(plan, added)
    _say_changes(changes)
    _say_end(folder, added.rows, added.changed, added.findings)


def _telling_year(catalogue: Catalogue, plan: Plan, added: AddedPlan) -> int:
    """Return the year in which most sections are open with a plan or without it alone."""
    from geo.catalogue import OPEN_CODES, parse_date
    from geo.layers import build_layers, stages_by_year

    first = catalogue.region.as_of.year
    planned = [getattr(edit, "year", first) for edit in plan.edits]
    former = [
        catalogue.section[key].expected for key in added.sections if key in catalogue.section
    ]
    years = sorted({year for year in (first, *planned, *former) if year and year >= first})
    dates = [parse_date(year) for year in years]
    sides = [stages_by_year(build_layers(c), dates) for c in (catalogue, added.catalogue)]
    nowhere = " " * len(years)  # a section that only one of them has
    changed = [
        sum(
            len({side.get(key, nowhere)[i] in OPEN_CODES for side in sides}) - 1
            for key in added.sections
        )
        for i in range(len(years))
    ]
    best = max(range(len(years)), key=lambda i: (changed[i], i))
    return years[best]


def _say_edits(plan: Plan, added: AddedPlan) -> None:
    """Say what every edit of a plan means."""
    from geo.core import Message

    catalogue, label = added.catalogue, "name_en" if spoken.get() == "en" else "name"
    joint = ", " if label == "name_en" else "、"
    said = {
        "year": Message("  {number}. {sections}: open at the end of {year}"),
        "kmh": Message("  {number}. {sections}: {kmh:g} km/h"),
        "lanes": Message("  {number}. {sections}: {lanes} lanes"),
        "trains": Message("  {number}. {sections}: {trains:g} trains a day in each direction"),
        "sections": Message("  {number}. {sections}: never open"),
    }
    say("{name}: {count} edits", name=getattr(plan, label), count=len(plan.edits))
    for number, edit in enumerate(plan.edits, 1):
        cells: dict[str, Any] = dict(edit)
        if "stops" in cells:
            route = catalogue.route[cells["id"]]
            joined = [catalogue.place[stop.place] for stop in cells["stops"] if stop.place]
            say("  {number}. {name} ({id}): a new line, {kind}, {count} stops, {year}; it joins: "
                "{places}", number=number, name=getattr(route, label), id=route.route_id,
                kind=word(route.class_), count=len(cells["stops"]), year=cells["year"],
                places=joint.join(getattr(p, label) for p in joined) or _("nothing"))  # fmt: skip
            continue
        routes = [catalogue.route[catalogue.section[key].route_id] for key in cells["sections"]]
        names = zip(cells["sections"], routes, strict=True)
        cells["sections"] = joint.join(f"{getattr(row, label)} ({key})" for key, row in names)
        say(next(said[key] for key in said if key in cells), number=number, **cells)


def _say_end(
    folder: str | None, rows: dict[str, int], changed: dict[str, int], findings: list[Finding]
) -> None:
    """Say what is to be looked at, and which tables were written."""
    for finding in findings:
        if finding.severity == "warning":
            warn("warning: {text}", text=_(finding.message))
    counts = {name: f"+{count}" for name, count in rows.items()}
    for name, count in changed.items():
        counts[name] = f"{counts[name]} ~{count}" if name in counts else f"~{count}"
    tables = ", ".join(f"{name} {count}" for name, count in counts.items())
    if folder is None:
        say("nothing written (--dry-run); rows: {tables}", tables=tables)
    else:
        say("written to {folder}: {tables}", folder=folder, tables=tables)


def _changes(before: Catalogue, after: Catalogue, year: int | None) -> dict[str, Any]:
    """Return what the network of a year is with new rows and without them."""
    from dataclasses import replace

    from geo.core import json_value
    from geo.scenarios import compare_catalogues

    if year is None:
        return {}
    found = compare_catalogues(before, replace(after, folder=before.folder), year)
    stats = found["stats"]
    keys = [key for key in stats.index if key in LENGTHS or str(key).endswith(".links")]
    changed = {
        str(key): json_value(row.to_dict())
        for key, row in stats.loc[keys].iterrows()
        if row["delta"]
    }
    pairs, worse = (json_value(found[key].round(1)) for key in ("pairs", "worse"))
    return {"year": year, "stats": changed, "pairs": pairs, "worse": worse}


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
        "snap_km": _snap(arguments),
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
        say(
            "{name} ({id}): {km:.1f} km, {kind}, {sections} sections, {year}",
            name=row[label],
            id=row["route_id"],
            km=row["length_km"],
            kind=word(row["class"]),
            sections=row["sections"],
            year=row["year"] or _("no year"),
        )
        if row["joined"]:
            say(
                "  joined within {km:g} km to: {places}",
                km=_snap(arguments),
                places=named(catalogue.place, row["joined"]),
            )
        if row["split"]:
            say("  new junctions with: {routes}", routes=named(catalogue.route, row["split"]))
        if not row["joined"] and not row["split"]:
            warn(
                "  joined to nothing within {km:g} km: it changes no journey", km=_snap(arguments)
            )
        others = [
            crossing["other_route" if crossing["route_id"] == row["route_id"] else "route_id"]
            for crossing in report["crosses_without_junction"]
            if row["route_id"] in (crossing["route_id"], crossing["other_route"])
        ]
        if others:
            say(
                "  crosses without a junction: {routes} (--join ROUTE makes one)",
                routes=named(catalogue.route, list(dict.fromkeys(others))),
            )
    _say_changes(report["changes"])
    _say_end(report["out"], added.rows, {}, added.findings)


def _say_changes(changes: dict[str, Any] | None) -> None:
    """Say what the lines change in the year they open."""
    if changes is None:
        say("without a year (--year) the lines count as open on no day")
        return
    for key, row in changes["stats"].items():
        mode, _dot, index = key.partition(".")
        what = _("km") if index == "length_km" else _("crossings")
        say(
            "{year}, {mode}: {before:,.0f} → {after:,.0f} {what}",
            year=changes["year"],
            mode=word(mode),
            before=row["before"] or 0.0,
            after=row["after"] or 0.0,
            what=what,
        )
    columns = {
        "from": _("from"),
        "to": _("to"),
        "before_min": _("min before"),
        "after_min": _("min after"),
        "saved_min": _("min saved"),
    }
    if spoken.get() == "en":
        columns = {
            f"{key}_en" if key in ("from", "to") else key: text for key, text in columns.items()
        }
    if changes["pairs"]:
        say("{year}: the pairs of cities that win most", year=changes["year"])
        print_table(changes["pairs"], columns)
    else:
        say("{year}: no two cities come closer", year=changes["year"])
    if changes["worse"]:
        say("{year}: the pairs of cities that lose most", year=changes["year"])
        print_table(changes["worse"], columns)
