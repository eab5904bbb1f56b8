"""Commands on the tables of a region: check, routes, and new, which makes one."""

from __future__ import annotations

import argparse
from math import isnan
from typing import TYPE_CHECKING, Any

from geo.cli.inputs import load, stamp, when
from geo.cli.messages import _, word
from geo.cli.output import print_json, print_table, say, say_assumed, stages

if TYPE_CHECKING:
    from geo.core import Problem


def check(arguments: argparse.Namespace) -> int:
    """Validate tables, geometry and borders; 1 where an error was found."""
    from geo.connectivity import direction_findings
    from geo.core import BadInputError, json_value
    from geo.layers import build_layers, layer_findings, sourced_shares
    from geo.network import topology_findings

    try:
        catalogue = load(arguments)
    except BadInputError as error:
        if arguments.json:
            print_json({"ok": False, "findings": [*map(_bad_input, error.problems)]})
        raise
    layers = build_layers(catalogue)
    as_of = catalogue.region.as_of
    found = [
        *layer_findings(layers),
        *topology_findings(layers, as_of),
        *direction_findings(layers, as_of),
    ]
    found.sort(key=lambda finding: ("error", "warning", "info").index(finding.severity))
    ok = not any(finding.severity == "error" for finding in found)
    known = layers.sections["length_ratio"].dropna()
    fit = {f"within_{p}_percent": int((known.sub(1).abs() <= p / 100).sum()) for p in (3, 8)}
    if arguments.json:
        rows = json_value([finding._asdict() for finding in found])
        lengths = {"published": len(known), **fit}
        shares = json_value(sourced_shares(layers))
        print_json({"ok": ok, "findings": rows, "lengths": lengths, "sourced": shares})
        return 0 if ok else 1
    for finding in found:
        where = f"{finding.file}:{finding.row}"
        print(f"{word(finding.severity):7}  {finding.code:20}  {where}  {_(finding.message)}")
    say(
        "{routes} routes, {sections} sections, {places} places: {result}, {findings} findings; "
        "of {known} sections with a published length {close} are drawn within 3 %, {near} "
        "within 8 %",
        routes=len(catalogue.routes),
        sections=len(catalogue.sections),
        places=len(catalogue.places),
        result=_("no error") if ok else _("errors"),
        findings=len(found),
        known=len(known),
        close=fit["within_3_percent"],
        near=fit["within_8_percent"],
    )
    shares = sourced_shares(layers)
    if not any(map(isnan, shares.values())):
        say(
            "of the open kilometres {opened:.0%} have a sourced opening date, {speed:.0%} a "
            "sourced speed; of the sections opened since 2005 {started:.0%} have a start of works",
            **shares,
        )
    return 0 if ok else 1


def _bad_input(problem: Problem) -> dict[str, Any]:
    """Return a problem of the tables as a finding."""
    return {"severity": "error", "code": "bad-input", "message": str(problem),
            "file": problem.file, "row": problem.row, "column": problem.column, "route_id": "",
            "lon": None, "lat": None}  # fmt: skip


def routes(arguments: argparse.Namespace) -> None:
    """List the routes."""
    from geo.core import NotFoundError, json_value
    from geo.layers import build_layers, route_table

    catalogue, date = load(arguments), when(arguments)
    table = route_table(build_layers(catalogue), date)
    if arguments.group:
        groups = sorted(set(table["group"]))
        if arguments.group not in groups:
            raise NotFoundError("group", arguments.group, groups)
        table = table[table["group"] == arguments.group]
    if arguments.mode:
        table = table[table["mode"] == arguments.mode]
    table = table.rename(columns={"stage": "status"}).reset_index()
    keys = ["route_id", "name", "name_en", "ref", "mode", "class_", "group", "status",
            "length_km", "running_km", "open_km", "geometry_km", "accuracy_m", "accuracy_class",
            "assumed"]  # fmt: skip
    rows = json_value(table[[key for key in keys if key in table]])
    listed = {row["route_id"] for row in rows}
    about = stamp(date, catalogue)
    about["assumed"] = [
        key for key in about["assumed"] if catalogue.section[key].route_id in listed
    ]
    if arguments.json:
        print_json({**about, "routes": rows})
        return
    print_table(rows, {"route_id": _("id"), "name": _("name"), "ref": _("number"),
                       "status": _("status"), "length_km": _("published km"),
                       "geometry_km": _("drawn km"), "accuracy_m": "± m"})  # fmt: skip
    say_assumed(date, about["assumed"])


def new(arguments: argparse.Namespace) -> None:
    """Make a new region, empty or from an extract."""
    from geo.core import BadInputError
    from geo.sources import draft_region, new_region, region_from_workbook

    if arguments.from_pbf and arguments.from_xlsx:
        raise BadInputError("--from-pbf and --from-xlsx: expected one of them")
    if arguments.data and not arguments.from_xlsx:
        raise BadInputError("--data: expected with --from-xlsx FILE")
    if arguments.from_pbf is None:
        if arguments.bbox or arguments.place or arguments.borders or arguments.cities:
            raise BadInputError(
                "--bbox, --place, --borders and --cities: expected with --from-pbf FILE"
            )
        report: dict[str, Any] = {}
        if arguments.from_xlsx:
            report["files"] = region_from_workbook(
                arguments.out, arguments.from_xlsx, arguments.data
            )
        else:
            report["files"] = new_region(arguments.out)
    else:
        areas, credit = None, ""
        if arguments.borders:
            areas, credit = _borders(arguments)
        with stages(4) as progress:
            report = draft_region(
                arguments.out, arguments.from_pbf, bounds=arguments.bbox, place=arguments.place,
                radius_km=arguments.radius, roads=arguments.roads, min_km=arguments.min_km,
                areas=areas, credit=credit, languages=arguments.languages,
                settlements=arguments.settlements, cities=arguments.cities, progress=progress,
            )  # fmt: skip
    if arguments.json:
        print_json({"out": str(arguments.out), **report})
        return
    if arguments.from_xlsx:
        say("the tables of {file} are in {folder}", file=arguments.from_xlsx, folder=arguments.out)
        return
    if "routes" in report:
        _print_draft(report)
    say(
        "{file} says what to do next; geo check --data {folder}",
        file=arguments.out / "README.md",
        folder=arguments.out,
    )


def _borders(arguments: argparse.Namespace) -> tuple[Any, str]:
    """Return the areas of a file, or of the extract itself, and whose they are."""
    from geo.readers import read_areas, read_boundaries

    file = arguments.borders
    if isinstance(file, int):
        return read_boundaries(arguments.from_pbf, file), arguments.border_credit
    areas = read_areas(
        file,
        arguments.border_columns,
        layer=arguments.border_layer,
        encoding=arguments.border_encoding,
    )
    return areas, arguments.border_credit or file.name


def _print_draft(report: dict[str, Any]) -> None:
    """Say what a draft has, and what it left out."""
    say(
        "{routes:.0f} lines ({km:.0f} km), {sections:.0f} sections, {places:.0f} places, "
        "{cities:.0f} cities",
        **report,
    )
    for mode, found in report["coverage"].items():
        if found["osm_km"]:
            say(
                "{mode}: {drawn_km:.1f} of {osm_km:.1f} km in OpenStreetMap drawn ({share:.0%}): "
                "{classes}",
                mode=word(mode),
                classes=", ".join(
                    f"{key} {of['drawn_km']:.1f} / {of['osm_km']:.1f}"
                    for key, of in found["classes"].items()
                ),
                **{key: found[key] for key in ("drawn_km", "osm_km", "share")},
            )
    if report["cities_without_population"]:
        say("cities and towns without a population: {cities_without_population:.0f}", **report)
    if not report["cities"]:
        say(
            "no city in the tables, so nothing to measure between: --settlements village reads "
            "smaller ones, --cities FILE takes your own (CSV: name, lon, lat, population)"
        )
    for expected, count in report["left_out"].items():
        say(
            "left out: {count} ({expected}); left_out.csv lists them",
            count=count,
            expected=expected,
        )
    if "regions" in report:
        say(
            "regions: {names}; lines cross a border {borders:.0f} times; {cities_outside:.0f} "
            "cities and towns lie outside",
            names=", ".join(report["regions"]),
            **report,
        )
