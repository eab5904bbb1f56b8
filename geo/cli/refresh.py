"""The command `geo refresh`: get surveyed ways, replace alignments, tell what matched."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd

from geo.catalogue import Catalogue
from geo.cli.data import _progress, load
from geo.cli.output import plain, print_json, print_table, say
from geo.core import BadInputError, OutputError

LICENCE = "ODbL 1.0"
CREDIT = "OpenStreetMap contributors"


def add_refresh(verbs: Any, add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command with one subcommand per source."""
    text = "replace drawn lines by surveyed ones, route by route"
    parser = verbs.add_parser("refresh", help=text, description=text + ".")
    sources = parser.add_subparsers(title="sources", metavar="SOURCE", required=True)
    _add_overpass(sources, add)
    add_files(sources, add, add_common)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options all sources share."""
    text = "write a full copy of the data folder with the new lines"
    parser.add_argument("--out", type=Path, metavar="DIR", help=text)
    text = "only this route; may be given again"
    parser.add_argument("--route", action="append", metavar="NAME", dest="routes", help=text)
    parser.add_argument("--dry-run", action="store_true", help="only tell what would match")


def _add_overpass(sources: Any, add: Callable[..., argparse.ArgumentParser]) -> None:
    text = "ask an Overpass server of OpenStreetMap, once per route"
    parser = add(sources, "overpass", overpass, text, year=False)
    add_common(parser)
    text = "server, such as https://…/api; default: GEO_OVERPASS_URL"
    parser.add_argument("--endpoint", default="", metavar="URL", help=text)
    text = "questions to the server at most (default 20)"
    parser.add_argument("--max-calls", type=_whole, default=20, metavar="N", help=text)
    text = "seconds for one answer (default 60)"
    parser.add_argument("--timeout", type=_seconds, default=60.0, metavar="S", help=text)
    text = "seconds before a busy server is asked again (default 30)"
    parser.add_argument("--pause", type=_seconds, default=30.0, metavar="S", help=text)
    parser.add_argument("--cache", type=Path, metavar="DIR", help="folder for answers")


def _whole(text: str) -> int:
    if not text.isdigit() or int(text) > 10_000:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number up to 10000")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r}: expected seconds from 0 to 3600")
    return value


def overpass(arguments: argparse.Namespace) -> None:
    """Replace lines by ways of an Overpass server."""
    from geo.layers import build_layers
    from geo.readers import Limits, download_ways, tags_of
    from geo.sources import route_requests

    catalogue = ready(arguments)
    pause = arguments.pause
    limits = Limits(arguments.max_calls, arguments.timeout, pause_s=pause, between_s=pause / 15)
    wanted = wanted_routes(catalogue, arguments)
    with _progress(2 * len(wanted)) as progress:
        requests = route_requests(build_layers(catalogue), wanted)
        found = download_ways(requests, endpoint=arguments.endpoint,
                         cache=arguments.cache, limits=limits, progress=progress)  # fmt: skip
        asked = sorted({catalogue.route[key].mode for key in wanted})
        tags = [f"{k}={'|'.join(v)}" for mode in asked for k, v in tags_of(mode).items()]
        source = {
            "key": f"osm-{found.date}",
            "title": "OpenStreetMap ways by Overpass",
            "publisher": CREDIT,
            "url": "https://www.openstreetmap.org",
            "licence": LICENCE,
            "origin": found.endpoint,
            "query": "ways along the drawn line with " + " or ".join(tags),
        }
        finish(arguments, catalogue, found.ways, source, found.date,
               routes=wanted, skipped=found.skipped, progress=progress)  # fmt: skip


def ready(arguments: argparse.Namespace) -> Catalogue:
    """Read the catalogue and make sure, before any work, that the result can be kept."""
    catalogue = load(arguments)
    if arguments.dry_run:
        return catalogue
    if arguments.out is None and arguments.data is None:
        raise BadInputError(
            "the shipped tables stay as they are: write a copy with --out DIR, change a folder "
            "of your own with --data DIR, or only look with --dry-run"
        )
    out = target(arguments)
    if arguments.out is not None and out.resolve() == catalogue.folder.resolve():
        raise BadInputError(f"--out {out}: expected a folder other than that of the data")
    if arguments.out is not None and out.exists() and not out.is_dir():
        raise BadInputError(f"--out {out}: expected a folder")
    if arguments.out is not None and out.is_dir() and any(out.iterdir()):
        raise BadInputError(f"--out {out}: expected a new or empty folder")
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not os.access(there, os.W_OK):
        raise OutputError(f"cannot write to {out}: no permission; write a copy with --out DIR")
    return catalogue


def target(arguments: argparse.Namespace) -> Path:
    """Return the data folder that gets the new tables."""
    return Path(arguments.out or arguments.data)


def wanted_routes(catalogue: Catalogue, arguments: argparse.Namespace) -> list[str]:
    """Return the ids of the routes asked for; all where none is."""
    if not arguments.routes:
        return list(catalogue.route)
    return list(dict.fromkeys(catalogue.find_route(name).route_id for name in arguments.routes))


def finish(
    arguments: argparse.Namespace,
    catalogue: Catalogue,
    ways: gpd.GeoDataFrame,
    source: dict[str, str],
    date: dt.date,
    *,
    routes: list[str],
    skipped: dict[str, str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Replace what matches and print the report: the end of every source."""
    from geo.core import staged_folder
    from geo.sources import refresh_alignments

    folder = None if arguments.dry_run else target(arguments)
    options: dict[str, Any] = {"source": source, "date": date, "routes": routes,
                               "skipped": skipped, "progress": progress}  # fmt: skip
    if arguments.out is not None and folder is not None:
        with staged_folder(folder) as stage:
            shutil.copytree(catalogue.folder, stage, dirs_exist_ok=True)
            report = refresh_alignments(catalogue, ways, out=stage, **options)
    else:
        report = refresh_alignments(catalogue, ways, out=folder, **options)
    rows = plain(report)
    replaced = sum(row["status"] == "replaced" for row in rows)
    if arguments.json:
        print_json({"routes": rows, "replaced": replaced, "dry_run": arguments.dry_run,
                    "out": None if folder is None else str(folder)})  # fmt: skip
        return
    for row in rows:
        row["share"] = f"{row['matched_share']:.1%}"
        row["missing"] = len(row["gaps"]) or ""
    print_table(rows, {"name_zh": "name", "status": "status", "share": "on ways",
                       "median_shift_m": "shift m", "p95_shift_m": "95 % m",
                       "missing": "gaps", "reason": "reason"})  # fmt: skip
    what = "would be replaced" if folder is None else f"replaced in {folder}"
    credit = ", ".join(filter(None, (source["publisher"], source["licence"], str(date))))
    say(f"{replaced} of {len(rows)} routes {what}; {credit}")


def add_files(sources: Any, add: Callable[..., Any], common: Callable[..., None]) -> None:
    """Add the subcommands pbf and layer."""
    text = "read an OpenStreetMap extract (.osm.pbf)"
    parser = add(sources, "pbf", pbf, text, year=False)
    parser.add_argument("file", type=Path, metavar="FILE", help="the extract")
    common(parser)
    text = "read a file of lines: Shapefile, GeoPackage, GeoJSON, KML"
    parser = add(sources, "layer", layer, text, year=False)
    parser.add_argument("file", type=Path, metavar="FILE", help="the file")
    common(parser)
    parser.add_argument("--layer", metavar="NAME", help="the layer, where there are several")
    parser.add_argument("--columns", type=pairs, default={}, metavar="TAG=COLUMN,…",
                        help="where the tags are, such as ref=ROADNO,name=NAME")  # fmt: skip
    parser.add_argument("--mode", choices=["road", "rail", "water"],
                        help="what the lines are, where no column says it")  # fmt: skip
    parser.add_argument("--datum", choices=["wgs84", "cgcs2000", "gcj02", "bd09"],
                        help="of the coordinates; asked for where it is in doubt")  # fmt: skip
    parser.add_argument("--encoding", metavar="NAME", help="of the text, such as GBK")
    parser.add_argument("--date", type=_date, metavar="YYYY-MM-DD",
                        help="the day the lines stand for; default: that of the file")  # fmt: skip
    for name, what in (("publisher", "who made them"), ("licence", "under which they may be used"),
                       ("url", "where they are from")):  # fmt: skip
        parser.add_argument(f"--{name}", default="", metavar="TEXT", help=what)


def pbf(arguments: argparse.Namespace) -> None:
    """Replace lines by ways of an extract."""
    from geo.cli.refresh import CREDIT, LICENCE, finish, ready, wanted_routes
    from geo.readers import header, read_pbf

    catalogue = ready(arguments)
    wanted = wanted_routes(catalogue, arguments)
    water = any(catalogue.route[key].mode == "water" for key in wanted)
    with _progress(len(wanted) + 2) as progress:
        stamp, _ = header(arguments.file)
        ways = read_pbf(arguments.file, bounds=catalogue.region.frame, waterways=water,
                        progress=progress)  # fmt: skip
        date = dt.date.fromisoformat(stamp) if stamp else _modified(arguments.file)
        source = {
            "key": f"osm-{date}",
            "title": f"OpenStreetMap extract {arguments.file.name}",
            "publisher": CREDIT,
            "url": "https://www.openstreetmap.org",
            "licence": LICENCE,
            "origin": arguments.file.name,
            "query": "main roads and railways within the frame"
            + ("" if stamp else "; the extract has no date, that of the file is taken"),
        }
        finish(arguments, catalogue, ways, source, date, routes=wanted, progress=progress)


def layer(arguments: argparse.Namespace) -> None:
    """Replace lines by those of a file."""
    from geo.cli.refresh import finish, ready, wanted_routes
    from geo.layers import build_layers
    from geo.readers import read_layer
    from geo.sources import expect_datum

    catalogue = ready(arguments)
    wanted = wanted_routes(catalogue, arguments)
    with _progress(len(wanted)) as progress:
        ways = read_layer(arguments.file, layer=arguments.layer, columns=arguments.columns,
                          mode=arguments.mode, datum=arguments.datum,
                          encoding=arguments.encoding)  # fmt: skip
        if arguments.datum is None:
            expect_datum(arguments.file, ways, build_layers(catalogue))
        date = arguments.date or _modified(arguments.file)
        name = arguments.layer or "its only layer of lines"
        source = {
            "key": f"layer-{date}",
            "title": f"lines of {arguments.file.name}",
            "publisher": arguments.publisher,
            "url": arguments.url,
            "licence": arguments.licence,
            "origin": arguments.file.name,
            "query": f"{name}, datum {arguments.datum or 'as the reference system says'}",
        }
        finish(arguments, catalogue, ways, source, date, routes=wanted, progress=progress)


def _modified(file: Path) -> dt.date:
    return dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC).date()


def pairs(text: str) -> dict[str, str]:
    """Read what columns are called: KEY=COLUMN,KEY=COLUMN."""
    found = [item.partition("=") for item in text.split(",")]
    if not all(key and equal and column for key, equal, column in found):
        raise argparse.ArgumentTypeError(f"{text!r}: expected KEY=COLUMN,KEY=COLUMN,…")
    return {key.strip(): column.strip() for key, _, column in found}


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: expected YYYY-MM-DD") from None
