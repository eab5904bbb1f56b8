"""The command `geo refresh`: get surveyed ways, replace alignments, tell what matched."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo._refresh_files import add_files
from geo._text import plain, print_json, print_table, say
from geo.commands import _progress, load
from geo.errors import BadInputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import geopandas as gpd

    from geo.catalogue import Catalogue

LICENCE = "ODbL 1.0"
CREDIT = "OpenStreetMap contributors"


def add_refresh(verbs: Any, add: Callable[..., argparse.ArgumentParser]) -> None:  # noqa: ANN401
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


def _add_overpass(sources: Any, add: Callable[..., argparse.ArgumentParser]) -> None:  # noqa: ANN401
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
    from geo.layers import layers
    from geo.sources._session import Limits
    from geo.sources.osm import download, tags_of

    catalogue = ready(arguments)
    pause = arguments.pause
    limits = Limits(arguments.max_calls, arguments.timeout, pause_s=pause, between_s=pause / 15)
    wanted = wanted_routes(catalogue, arguments)
    with _progress(2 * len(wanted)) as progress:
        found = download(layers(catalogue), wanted, endpoint=arguments.endpoint,
                         cache=arguments.cache, limits=limits, progress=progress)  # fmt: skip
        asked = sorted({catalogue.route[key].mode for key in wanted})
        tags = [f"{k}={'|'.join(v)}" for mode in asked for k, v in tags_of(mode).items()]
        source = {
            "key": f"osm-{found.day}",
            "title": "OpenStreetMap ways by Overpass",
            "publisher": CREDIT,
            "url": "https://www.openstreetmap.org",
            "licence": LICENCE,
            "origin": found.endpoint,
            "query": "ways along the drawn line with " + " or ".join(tags),
        }
        finish(arguments, catalogue, found.ways, source, found.day,
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
    day: date,
    *,
    routes: list[str],
    skipped: dict[str, str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Replace what matches and print the report: the end of every source."""
    from geo.build import staged
    from geo.refresh import refresh

    folder = None if arguments.dry_run else target(arguments)
    options: dict[str, Any] = {"source": source, "date": day, "routes": routes,
                               "skipped": skipped, "progress": progress}  # fmt: skip
    if arguments.out is not None and folder is not None:
        with staged(folder) as stage:
            shutil.copytree(catalogue.folder, stage, dirs_exist_ok=True)
            report = refresh(catalogue, ways, out=stage, **options)
    else:
        report = refresh(catalogue, ways, out=folder, **options)
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
    credit = ", ".join(filter(None, (source["publisher"], source["licence"], str(day))))
    say(f"{replaced} of {len(rows)} routes {what}; {credit}")
