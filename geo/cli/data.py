"""What every command does: call the package, print the result."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import Any

from geo.catalogue import Catalogue
from geo.cli.output import decimal, plain, print_json, print_table, say, told
from geo.core import BadInputError, NotFoundError


def load(arguments: argparse.Namespace) -> Catalogue:
    """Read the catalogue that is asked for."""
    from geo.catalogue import load as read

    return read(arguments.data)


def when(arguments: argparse.Namespace) -> dt.date:
    """Return the day that is asked for; today where none is."""
    from geo.catalogue import parse_day

    return arguments.year or parse_day(None)


def stamp(date: dt.date, catalogue: Catalogue) -> dict[str, Any]:
    """Return what every result says of its day."""
    return {
        "year": date.year,
        "date": date.isoformat(),
        "as_of": catalogue.region.as_of.isoformat(),
    }


def build(arguments: argparse.Namespace) -> None:
    """Do the main job and tell what came of it."""
    from geo.pipeline import build

    catalogue = load(arguments)
    with _progress(9) as progress:
        done = build(catalogue, arguments.out, date=when(arguments), progress=progress,
                     parallel=True, force=arguments.force)  # fmt: skip
    if arguments.json:
        print_json(done)
        return
    if set(done["stages"]) == {"inputs"}:
        say("nothing has changed since the last build; --force builds again")
    out = Path(done["out"])
    say(f"{done['seconds']:.1f} s, {done['date']}: {out / 'index.html'}")
    for name in [*done["pages"], *done["files"]]:
        print(f"  {out / name}  {(out / name).stat().st_size / 1000:,.0f} kB")
    for finding in done["findings"]:
        print(f"- {finding['zh']}\n  {finding['en']}")
    if done["assumed"]:
        say(f"{len(done['assumed'])} sections count as open by their expected year")


def _progress(total: int) -> Any:
    """Return a context manager that gives a function to call at every stage."""
    from contextlib import contextmanager

    from tqdm import tqdm

    @contextmanager
    def bar() -> Any:
        with tqdm(total=total, disable=not sys.stderr.isatty(), leave=False,
                  bar_format="{desc:<12} {bar:30} {n}/{total}") as shown:  # fmt: skip

            def step(name: str) -> None:
                shown.set_description_str(name)
                shown.update()

            yield step

    return bar()


def verify(arguments: argparse.Namespace) -> int:
    """Tell which results and inputs are no longer those of the build; 1 where some are not."""
    from geo.pipeline import verify_build

    changed = verify_build(arguments.folder, load(arguments))
    if arguments.json:
        rows = [{"kind": kind, "file": name} for kind, name in changed]
        print_json({"ok": not changed, "changed": rows})
    elif not changed:
        say("every input and every result is as it was when the maps were built")
    else:
        for kind, name in changed:
            say(f"{kind} {name}: missing, or not as it was when the maps were built")
    return int(bool(changed))


def maps(arguments: argparse.Namespace) -> None:
    """Write only the maps: pages, figures for print, or both."""
    from geo.maps import FIGURES, FORMATS, PAGES, provider, require
    from geo.pipeline import build

    formats = [name.strip() for name in arguments.format.split(",")]
    if unknown := [name for name in formats if name not in ("html", *FORMATS)]:
        raise NotFoundError("format", unknown[0], ("html", *FORMATS))
    printed = [name for name in FORMATS if name in formats]
    known = list(dict.fromkeys([*(PAGES if "html" in formats else ()),
                                *(FIGURES if printed else ())]))  # fmt: skip
    wanted = arguments.pages or known
    for name in wanted:
        if name not in {**PAGES, **FIGURES} or (name not in PAGES and not printed):
            raise NotFoundError("page", name, known)
    tiles = provider(arguments.tiles, url=arguments.tile_url, datum=arguments.tile_datum)
    if printed:
        require()
    catalogue, date, out = load(arguments), when(arguments), arguments.out
    made: list[str] = []
    with _progress(6) as progress:
        if "html" in formats:
            pages = [name for name in wanted if name in PAGES]
            made += build(catalogue, out, date=date, progress=progress, pages=pages, tiles=tiles)[
                "pages"
            ]
        if printed:
            progress("figures")
            made += _figures(catalogue, out, date, wanted, printed, arguments.lang)
    if tiles and tiles.notice:
        say(f"note: {tiles.notice}", file=sys.stderr)
    for name in wanted:
        if not any(file.startswith(name) for file in made):
            say(f"note: nothing written for {name}: it has no such map", file=sys.stderr)
    if arguments.json:
        print_json({"out": str(out), "pages": made, "date": date.isoformat()})
        return
    for name in made:
        print(out / name)


def _figures(
    catalogue: Catalogue, out: Path, date: dt.date, pages: list[str], formats: list[str], lang: str
) -> list[str]:
    """Write the figures of the pages that have some; all or none."""
    from geo.core import staged_folder
    from geo.layers import build_layers
    from geo.maps import chinese_font, write_figures

    if lang != "en" and not chinese_font():
        say("warning: no Chinese font is installed; the figures are in English", file=sys.stderr)
    with staged_folder(out) as stage:
        return write_figures(
            build_layers(catalogue), stage, date=date, pages=pages, formats=formats, lang=lang
        )


def check(arguments: argparse.Namespace) -> int:
    """Validate tables, geometry and borders; 1 where an error was found."""
    try:
        catalogue = load(arguments)
    except BadInputError as error:
        if arguments.json:
            bad = [
                {"severity": "error", "code": "bad-input", "message": str(p), "file": p.file,
                 "row": p.row, "column": p.column, "route_id": "", "lon": None, "lat": None}
                for p in error.problems
            ]  # fmt: skip
            print_json({"ok": False, "findings": bad})
        raise
    from geo.layers import build_layers, layer_findings
    from geo.network import topology_findings

    layers = build_layers(catalogue)
    found = [*layer_findings(layers), *topology_findings(layers, catalogue.region.as_of)]
    found.sort(key=lambda finding: ("error", "warning", "info").index(finding.severity))
    ok = not any(finding.severity == "error" for finding in found)
    known = layers.sections["length_ratio"].dropna()
    fit = {f"within_{p}_percent": int((known.sub(1).abs() <= p / 100).sum()) for p in (3, 8)}
    if arguments.json:
        rows = [finding._asdict() for finding in found]
        print_json({"ok": ok, "findings": rows, "lengths": {"published": len(known), **fit}})
        return 0 if ok else 1
    for finding in found:
        where = f"{finding.file}:{finding.row}"
        print(f"{told(finding.severity):7}  {finding.code:20}  {where}  {told(finding.message)}")
    say(
        f"{len(catalogue.routes)} routes, {len(catalogue.sections)} sections, "
        f"{len(catalogue.places)} places: "
        f"{'no error' if ok else 'errors'}, {len(found)} findings; "
        f"of {len(known)} sections with a published length {fit['within_3_percent']} are drawn "
        f"within 3 %, {fit['within_8_percent']} within 8 %"
    )
    return 0 if ok else 1


def routes(arguments: argparse.Namespace) -> None:
    """List the routes."""
    from geo.core import json_value
    from geo.layers import build_layers, route_table

    catalogue = load(arguments)
    table = route_table(build_layers(catalogue), when(arguments))
    if arguments.group:
        groups = sorted(set(table["group"]))
        if arguments.group not in groups:
            raise NotFoundError("group", arguments.group, groups)
        table = table[table["group"] == arguments.group]
    if arguments.mode:
        table = table[table["mode"] == arguments.mode]
    table = table.rename(columns={"stage": "status"}).reset_index()
    keys = ["route_id", "name_zh", "name_en", "ref", "mode", "class_", "group", "status",
            "length_km", "running_km", "open_km", "geometry_km", "accuracy_m", "accuracy_class",
            "assumed"]  # fmt: skip
    keys = [key for key in keys if key in table]
    rows = [{key: json_value(row[key]) for key in keys} for row in table[keys].to_dict("records")]
    if arguments.json:
        print_json({**stamp(when(arguments), catalogue), "routes": rows})
        return
    print_table(rows, {"route_id": "id", "name_zh": "name", "ref": "number", "status": "status",
                        "length_km": "published km", "geometry_km": "drawn km",
                        "accuracy_m": "± m"})  # fmt: skip


def crossings(arguments: argparse.Namespace) -> None:
    """List the border crossings."""
    from geo.layers import border_crossings, build_layers, pair_of

    if len(arguments.regions) not in (0, 2):
        raise BadInputError("crossings: expected two regions, or none for the first two")
    catalogue, date = load(arguments), when(arguments)
    names = arguments.regions or [None, None]
    pair = pair_of(catalogue.region, *names)
    frame = border_crossings(build_layers(catalogue), *names, year=date, mode=arguments.mode)
    rows = [_crossing_row(row) for row in frame.itertuples()]
    if arguments.json:
        regions = [region.name_zh for region in pair]
        print_json({**stamp(date, catalogue), "regions": regions, "crossings": rows})
        return
    for row in rows:
        row |= {name: f"{side['county']} {side['status']}" for name, side in row["sides"].items()}
    a, b = (region.name_zh for region in pair)
    print_table(rows, {"mode": "mode", "name_zh": "name", "status": "status", "opened": "opened",
                        a: a, b: b, "lon": "lon", "lat": "lat"})  # fmt: skip
    for mode in ("road", "rail", "water"):
        part = [row for row in rows if row["mode"] == mode]
        if part:
            own = [sum(r["sides"][n]["status"] == "open" for r in part) for n in (a, b)]
            through = sum(row["status"] == "open" for row in part)
            say(f"{date} {mode}: {len(part)} crossings; open to traffic {through}, "
                  f"on the side of {a} {own[0]}, of {b} {own[1]}")  # fmt: skip


def _crossing_row(row: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "route_id": row.route_id,
        "name_zh": row.name_zh,
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
    from geo.network import build_network

    catalogue, date = load(arguments), when(arguments)
    net = build_network(catalogue, year=date, mode=arguments.mode)
    values = connectivity_indices(net)
    by_mode = {mode: connectivity_indices(net.select(mode)) for mode in net.modes}
    lengths = net.edges.groupby("class")["length_km"].sum()
    result = {
        **stamp(date, catalogue),
        "mode": arguments.mode or "all",
        "node_rule": net.node_rule,
        **plain(values),
        "length_km_by_class": plain(lengths.to_dict()),
        "modes": {mode: plain(found) for mode, found in by_mode.items()},
        "assumed": list(net.assumed),
    }
    if arguments.json:
        print_json(result)
        return
    columns = {"name": f"{date}", "all": arguments.mode or "all", **{m: m for m in by_mode}}
    rows = [
        {"name": key, "all": decimal(value), **{m: decimal(f[key]) for m, f in by_mode.items()}}
        for key, value in values.items()
        if key != "reasons"
    ]
    print_table(
        rows, columns if not arguments.mode else {"name": f"{date}", "all": arguments.mode}
    )
    say(f"nodes: {net.node_rule}")
    if net.assumed:
        say(f"{len(net.assumed)} sections count as open by their expected year")


def export(arguments: argparse.Namespace) -> None:
    """Write layers and network as files."""
    import geopandas as gpd

    from geo.export import FORMATS, export_network
    from geo.layers import border_crossings, build_layers
    from geo.network import build_network

    if arguments.format not in FORMATS:
        raise NotFoundError("format", arguments.format, FORMATS)
    catalogue, date = load(arguments), when(arguments)
    layers = build_layers(catalogue)
    met = border_crossings(layers, year=date) if catalogue.region.bordered else gpd.GeoDataFrame()
    files = export_network(
        layers, build_network(layers, year=date), met, fmt=arguments.format, out=arguments.out
    )
    names = [str(file) for file in files]
    if arguments.json:
        print_json({"files": names})
        return
    print("\n".join(names))


def new(arguments: argparse.Namespace) -> None:
    """Make a new region, empty or from an extract."""
    from geo.layers import read_areas
    from geo.sources import draft_region, new_region

    if arguments.from_pbf is None:
        if arguments.bbox or arguments.place or arguments.borders:
            raise BadInputError("--bbox, --place and --borders: expected with --from-pbf FILE")
        report: dict[str, Any] = {"files": new_region(arguments.out)}
    else:
        areas, credit = None, ""
        if arguments.borders:
            areas = read_areas(arguments.borders, arguments.border_columns)
            credit = arguments.border_credit or arguments.borders.name
        with _progress(4) as progress:
            report = draft_region(
                arguments.out, arguments.from_pbf, bounds=arguments.bbox, place=arguments.place,
                radius_km=arguments.radius, roads=arguments.roads, min_km=arguments.min_km,
                areas=areas, credit=credit, progress=progress,
            )  # fmt: skip
    if arguments.json:
        print_json({"out": str(arguments.out), **report})
        return
    if "routes" in report:
        say(
            f"{report['routes']:.0f} lines ({report['km']:.0f} km), {report['sections']:.0f} "
            f"sections, {report['places']:.0f} places, {report['cities']:.0f} cities\n"
            f"left out: {report['unnamed_km']:.1f} km without number or name, "
            f"{report['short_groups']:.0f} short routes ({report['short_km']:.1f} km), "
            f"{report['unchained_km']:.1f} km that fit no line, "
            f"{report['cities_without_population']:.0f} cities and towns without a population"
        )
    if "regions" in report:
        say(
            f"regions: {', '.join(report['regions'])}; lines cross a border "
            f"{report['borders']:.0f} times; {report['cities_outside']:.0f} cities and towns lie "
            "outside"
        )
    say(f"{arguments.out / 'README.md'} says what to do next; geo check --data {arguments.out}")
