"""The command line. Parse, call, print; everything heavy is imported by the command."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo import __version__
from geo.errors import BadInputError, GeoError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.catalogue import Catalogue

EPILOG = """examples:
  geo build                       all maps and statistics, into maps/
  geo crossings --year 2020       what crossed the border at the end of 2020
  geo od 成都 重庆 --mode rail     the fastest way by rail
  geo routes --group inter17      the inter-provincial expressways
"""


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command line.

    Parameters
    ----------
    argv
        Arguments; default: those of the process.

    Returns
    -------
    code
        0 when all is well, 1 when a check found a problem, 2 for bad input or usage.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    parser = _parser()
    arguments = parser.parse_args(argv)
    if not hasattr(arguments, "run"):
        parser.print_help()
        return 2
    try:
        return int(arguments.run(arguments) or 0)
    except (GeoError, argparse.ArgumentTypeError) as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("stopped; earlier results are untouched", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="geo",
        description="Corridor connectivity: what links two regions, how well, what breaks it, "
        "and what each new line changes. 区域交通走廊连通性分析。",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"geo {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_build(commands)
    _add_map(commands)
    _add(commands, "check", _check, "validate tables, geometry and borders", year=False)
    routes = _add(commands, "routes", _routes, "the catalogue with status and lengths")
    routes.add_argument("--mode", choices=["road", "rail", "water"])
    routes.add_argument("--group", help="named, inter17, expansion, ring, background")
    crossings = _add(commands, "crossings", _crossings, "where corridors cross a border")
    crossings.add_argument("regions", nargs="*", metavar="REGION",
                           help="two regions; default: the first two of the data")  # fmt: skip
    crossings.add_argument("--mode", choices=["road", "rail", "water"])
    stats = _add(commands, "stats", _stats, "connectivity indices, whole and by mode")
    stats.add_argument("--mode", choices=["road", "rail", "water"])
    od = _add(commands, "od", _od, "fastest and alternative ways between two cities")
    od.add_argument("origin", metavar="FROM", help="a city, in Chinese or English")
    od.add_argument("destination", metavar="TO", help="another city")
    od.add_argument("--mode", choices=["road", "rail", "water", "any"], default="any")
    od.add_argument("--k", type=_positive, default=1, metavar="K", help="ways wanted (default 1)")
    matrix = _add(commands, "matrix", _matrix, "fastest times between all cities")
    matrix.add_argument("--mode", choices=["road", "rail", "water", "any"], default="any")
    matrix.add_argument("--out", type=Path, metavar="FILE", help="also write it as CSV, in minutes")
    export = _add(commands, "export", _export, "layers and network as files")
    export.add_argument("format", metavar="FORMAT", help="gpkg, geojson, graphml or csv")
    export.add_argument("--out", type=Path, default=Path("export"), metavar="DIR")
    return parser


def _add(
    commands: Any,  # noqa: ANN401
    name: str,
    run: Any,  # noqa: ANN401
    text: str,
    *,
    year: bool = True,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text + ".")
    parser.set_defaults(run=run)
    parser.add_argument("--data", type=Path, metavar="DIR", help="another region's data folder")
    parser.add_argument("--json", action="store_true", help="machine-readable result on stdout")
    if year:
        parser.add_argument("--year", type=_day, metavar="YYYY[-MM-DD]",
                            help="its 31 December, or a date; default: today")  # fmt: skip
    return parser


def _add_build(commands: Any) -> None:  # noqa: ANN401
    build = _add(commands, "build", _build, "the main job: maps, statistics and exports")
    build.add_argument("--out", type=Path, default=Path("maps"), metavar="DIR",
                       help="folder for the results (default: maps)")  # fmt: skip


def _add_map(commands: Any) -> None:  # noqa: ANN401
    maps = _add(commands, "map", _map, "only the maps")
    maps.add_argument("pages", nargs="*", metavar="PAGE", help="index, network, crossings")
    maps.add_argument("--out", type=Path, default=Path("maps"), metavar="DIR",
                      help="folder for the pages (default: maps)")  # fmt: skip


def _day(text: str) -> date:
    from geo.dates import parse_day

    try:
        return parse_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None


def _positive(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 50:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 to 50")
    return int(text)


def _load(arguments: argparse.Namespace) -> Catalogue:
    from geo.catalogue import load

    return load(arguments.data)


def _when(arguments: argparse.Namespace) -> date:
    from geo.dates import parse_day

    return arguments.year or parse_day(None)


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def _print_table(rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """Print rows as aligned text; a Chinese character is two columns wide."""
    lines = [list(columns.values())]
    lines += [[_cell(row.get(key)) for key in columns] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        )
        print("  ".join(cells).rstrip())


def _cell(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _stamp(day: date, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "year": day.year,
        "date": day.isoformat(),
        "as_of": catalogue.region.as_of.isoformat(),
    }


def _build(arguments: argparse.Namespace) -> None:
    from geo.build import build

    catalogue = _load(arguments)
    with _progress(8) as progress:
        done = build(catalogue, arguments.out, day=_when(arguments), progress=progress)
    if arguments.json:
        _print_json(done)
        return
    out = Path(done["out"])
    print(f"{done['seconds']:.1f} s, {done['date']}: {out / 'index.html'}")
    for name in [*done["pages"], *done["files"]]:
        print(f"  {out / name}  {(out / name).stat().st_size / 1000:,.0f} kB")
    for finding in done["findings"]:
        print(f"- {finding['zh']}\n  {finding['en']}")
    if done["assumed"]:
        print(f"{len(done['assumed'])} sections count as open by their expected year")


def _progress(total: int) -> Any:  # noqa: ANN401
    """Return a context manager that gives a function to call at every stage."""
    from contextlib import contextmanager

    from tqdm import tqdm

    @contextmanager
    def bar() -> Any:  # noqa: ANN401
        with tqdm(total=total, disable=not sys.stderr.isatty(), leave=False,
                  bar_format="{desc:<12} {bar:30} {n}/{total}") as shown:  # fmt: skip

            def step(name: str) -> None:
                shown.set_description_str(name)
                shown.update()

            yield step

    return bar()


def _map(arguments: argparse.Namespace) -> None:
    from geo.build import build
    from geo.mapping import PAGES

    wanted = arguments.pages or list(PAGES)
    for name in wanted:
        if name not in PAGES:
            raise NotFoundError("page", name, PAGES)
    catalogue = _load(arguments)
    with _progress(5) as progress:
        done = build(catalogue, arguments.out, day=_when(arguments), progress=progress, pages=wanted)
    if arguments.json:
        _print_json({"out": done["out"], "pages": done["pages"], "date": done["date"]})
        return
    for name in done["pages"]:
        print(Path(done["out"]) / name)


def _check(arguments: argparse.Namespace) -> int:
    try:
        catalogue = _load(arguments)
    except BadInputError as error:
        if arguments.json:
            bad = [
                {"severity": "error", "code": "bad-input", "message": str(p), "file": p.file,
                 "row": p.row, "column": p.column, "route_id": "", "lon": None, "lat": None}
                for p in error.problems
            ]  # fmt: skip
            _print_json({"ok": False, "findings": bad})
        raise
    from geo.layers import layers
    from geo.quality import findings

    drawn = layers(catalogue)
    found = findings(drawn)
    ok = not any(finding.severity == "error" for finding in found)
    known = drawn.sections["length_ratio"].dropna()
    fit = {f"within_{p}_percent": int((known.sub(1).abs() <= p / 100).sum()) for p in (3, 8)}
    if arguments.json:
        rows = [finding._asdict() for finding in found]
        _print_json({"ok": ok, "findings": rows, "lengths": {"published": len(known), **fit}})
        return 0 if ok else 1
    for finding in found:
        where = f"{finding.file}:{finding.row}"
        print(f"{finding.severity:7}  {finding.code:20}  {where}  {finding.message}")
    print(
        f"{len(catalogue.routes)} routes, {len(catalogue.sections)} sections, "
        f"{len(catalogue.places)} places: {'no error' if ok else 'errors'}, {len(found)} findings; "
        f"of {len(known)} sections with a published length {fit['within_3_percent']} are drawn "
        f"within 3 %, {fit['within_8_percent']} within 8 %"
    )
    return 0 if ok else 1


def _routes(arguments: argparse.Namespace) -> None:
    from geo.layers import layers
    from geo.report import number, route_table

    catalogue = _load(arguments)
    table = route_table(layers(catalogue), _when(arguments))
    if arguments.mode:
        table = table[table["mode"] == arguments.mode]
    if arguments.group:
        groups = sorted(set(table["group"]))
        if arguments.group not in groups:
            raise NotFoundError("group", arguments.group, groups)
        table = table[table["group"] == arguments.group]
    table = table.rename(columns={"stage": "status"}).reset_index()
    keys = ["route_id", "name_zh", "name_en", "ref", "mode", "class_", "group", "status",
            "length_km", "running_km", "open_km", "geometry_km", "accuracy_m", "accuracy_class",
            "assumed"]  # fmt: skip
    keys = [key for key in keys if key in table]
    rows = [
        {key: number(row[key]) for key in keys} for row in table[keys].to_dict("records")
    ]
    if arguments.json:
        _print_json({**_stamp(_when(arguments), catalogue), "routes": rows})
        return
    _print_table(rows, {"route_id": "id", "name_zh": "名称", "ref": "编号", "status": "status",
                        "length_km": "published km", "geometry_km": "drawn km",
                        "accuracy_m": "± m"})  # fmt: skip


def _crossings(arguments: argparse.Namespace) -> None:
    from geo.borders import crossings, pair_of
    from geo.layers import layers

    if len(arguments.regions) not in (0, 2):
        raise BadInputError("crossings: expected two regions, or none for the first two")
    catalogue, day = _load(arguments), _when(arguments)
    names = arguments.regions or [None, None]
    pair = pair_of(catalogue.region, *names)
    frame = crossings(layers(catalogue), *names, day=day, mode=arguments.mode)
    rows = [_crossing_row(row) for row in frame.itertuples()]
    if arguments.json:
        regions = [region.name_zh for region in pair]
        _print_json({**_stamp(day, catalogue), "regions": regions, "crossings": rows})
        return
    for row in rows:
        row |= {name: f"{side['county']} {side['status']}" for name, side in row["sides"].items()}
    a, b = (region.name_zh for region in pair)
    _print_table(rows, {"mode": "mode", "name_zh": "名称", "status": "status", "opened": "opened",
                        a: a, b: b, "lon": "lon", "lat": "lat"})  # fmt: skip
    for mode in ("road", "rail", "water"):
        part = [row for row in rows if row["mode"] == mode]
        if part:
            own = [sum(r["sides"][n]["status"] == "open" for r in part) for n in (a, b)]
            through = sum(row["status"] == "open" for row in part)
            print(f"{day} {mode}: {len(part)} crossings; open to traffic {through}, "
                  f"on the side of {a} {own[0]}, of {b} {own[1]}")  # fmt: skip


def _crossing_row(row: Any) -> dict[str, Any]:  # noqa: ANN401
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


def _stats(arguments: argparse.Namespace) -> None:
    from geo.indices import indices
    from geo.network import network
    from geo.report import number

    catalogue, day = _load(arguments), _when(arguments)
    net = network(catalogue, year=day, mode=arguments.mode)
    values = indices(net)
    by_mode = {mode: indices(net.select(mode)) for mode in net.modes}
    lengths = net.edges.groupby("class")["length_km"].sum()
    result = {
        **_stamp(day, catalogue),
        "mode": arguments.mode or "all",
        "node_rule": net.node_rule,
        **_plain(values),
        "length_km_by_class": {str(k): number(v) for k, v in lengths.items()},
        "modes": {mode: _plain(found) for mode, found in by_mode.items()},
        "assumed": list(net.assumed),
    }
    if arguments.json:
        _print_json(result)
        return
    columns = {"name": f"{day}", "all": arguments.mode or "all", **{m: m for m in by_mode}}
    rows = [
        {"name": key, "all": _decimal(value), **{m: _decimal(f[key]) for m, f in by_mode.items()}}
        for key, value in values.items()
        if key != "reasons"
    ]
    _print_table(rows, columns if not arguments.mode else {"name": f"{day}", "all": arguments.mode})
    print(f"nodes: {net.node_rule}")
    if net.assumed:
        print(f"{len(net.assumed)} sections count as open by their expected year")


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    from geo.report import number

    return {key: value if key == "reasons" else number(value) for key, value in values.items()}


def _decimal(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"


def _od(arguments: argparse.Namespace) -> None:
    from geo.network import network
    from geo.times import best_routes, travel_graph

    catalogue, day = _load(arguments), _when(arguments)
    origin = catalogue.find_city(arguments.origin)
    destination = catalogue.find_city(arguments.destination)
    net = network(catalogue, year=day, nodes="stops")
    graph = travel_graph(net, [origin, destination], mode=arguments.mode)
    ways = best_routes(graph, origin, destination, k=arguments.k)
    routes = [_way(catalogue, graph, way) for way in ways]
    result = {
        "from": origin.name_zh,
        "to": destination.name_zh,
        **_stamp(day, catalogue),
        "mode": arguments.mode,
        "routes": routes,
    }
    if arguments.json:
        _print_json(result)
        return
    if not routes:
        print(f"{origin.name_zh} and {destination.name_zh} are not connected ({arguments.mode}, {day})")
    for number, route in enumerate(routes, 1):
        print(f"{number}. {route['time_min']:.0f} min, {route['length_km']:.0f} km")
        _print_table(route["legs"], {"mode": "mode", "name_zh": "名称", "from": "from", "to": "to",
                                     "time_min": "min", "length_km": "km"})  # fmt: skip


def _way(catalogue: Catalogue, graph: Any, way: list[str]) -> dict[str, Any]:  # noqa: ANN401
    from geo.times import legs

    city = {f"city:{row.city_id}": row.name_zh for row in catalogue.cities}
    parts = legs(graph, way)
    for leg in parts:
        for end in ("from", "to"):
            node = leg[end]
            leg[end] = city.get(node) or catalogue.place[node].name_zh
        leg["name_zh"] = catalogue.route[leg["route_id"]].name_zh if leg["route_id"] else "接驳"
        leg |= {key: round(leg[key], 2) for key in ("time_min", "length_km")}
    total = {key: round(sum(leg[key] for leg in parts), 1) for key in ("time_min", "length_km")}
    return {**total, "legs": parts}


def _matrix(arguments: argparse.Namespace) -> None:
    from geo.export import write_csv
    from geo.network import network
    from geo.report import cities_of, matrix_table, number

    catalogue, day = _load(arguments), _when(arguments)
    table = matrix_table(network(catalogue, year=day, nodes="stops"), catalogue, arguments.mode)
    if arguments.out:
        import numpy as np

        write_csv(table.replace(np.inf, np.nan), arguments.out)
    if arguments.json:
        minutes = [[number(round(v, 1)) for v in row] for row in table.to_numpy()]
        cities = [{"city_id": c.city_id, "name_zh": c.name_zh} for c in cities_of(catalogue)]
        _print_json({**_stamp(day, catalogue), "mode": arguments.mode,
                     "cities": [c["name_zh"] for c in cities], "city_ids": [c["city_id"] for c in cities],
                     "time_min": minutes})  # fmt: skip
    elif arguments.out:
        print(arguments.out)
    else:
        rows = [{"from": name, **{k: f"{v:.0f}" for k, v in row.items()}} for name, row in table.iterrows()]
        _print_table(rows, {"from": "min", **{name: name for name in table.columns}})


def _export(arguments: argparse.Namespace) -> None:
    from geo.borders import crossings
    from geo.export import FORMATS, export
    from geo.layers import layers
    from geo.network import network

    if arguments.format not in FORMATS:
        raise NotFoundError("format", arguments.format, FORMATS)
    catalogue, day = _load(arguments), _when(arguments)
    drawn = layers(catalogue)
    files = export(drawn, network(drawn, year=day), crossings(drawn, day=day),
                   fmt=arguments.format, out=arguments.out)  # fmt: skip
    names = [str(file) for file in files]
    if arguments.json:
        _print_json({"files": names})
        return
    print("\n".join(names))


if __name__ == "__main__":
    sys.exit(main())
