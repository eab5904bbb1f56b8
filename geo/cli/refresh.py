"""The command `geo refresh`: get surveyed ways, replace alignments, report what matched."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.cli.inputs import load
from geo.cli.messages import _
from geo.cli.output import print_json, print_table, say, stages

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.catalogue import Catalogue

LICENCE = "ODbL 1.0"
CREDIT = "OpenStreetMap contributors"
#: More routes than this that are kept for one reason stand in one row.
MANY = 5


def overpass(arguments: argparse.Namespace) -> None:
    """Replace lines by ways of an Overpass server."""
    from geo.layers import build_layers
    from geo.readers import Limits, download_ways
    from geo.sources import route_requests

    catalogue = ready(arguments)
    pause = arguments.pause
    limits = Limits(arguments.max_calls, arguments.timeout, pause_s=pause, between_s=pause / 15)
    wanted = _wanted_routes(catalogue, arguments)
    with stages(2 * len(wanted)) as progress:
        requests = route_requests(build_layers(catalogue), wanted)
        found = download_ways(
            requests,
            endpoint=arguments.endpoint,
            cache=arguments.cache,
            limits=limits,
            progress=progress,
        )
        source = {
            "key": f"osm-{found.date}",
            "title": "OpenStreetMap ways by Overpass",
            "publisher": CREDIT,
            "url": "https://www.openstreetmap.org",
            "licence": LICENCE,
            "origin": found.endpoint,
            "query": "ways along the drawn line with " + " or ".join(found.tags),
        }
        _finish(arguments, catalogue, found.ways, source, found.date,
               routes=wanted, skipped=found.skipped, progress=progress)  # fmt: skip


def ready(arguments: argparse.Namespace) -> Catalogue:
    """Read the catalogue and make sure, before any work, that the result can be kept."""
    from geo.core import BadInputError, OutputError, refuse_inside

    catalogue = load(arguments)
    if arguments.dry_run:
        return catalogue
    if arguments.out is None and arguments.data is None:
        raise BadInputError(
            "the shipped tables stay as they are: write a copy with --out DIR, change a folder "
            "of your own with --data DIR, or only look with --dry-run"
        )
    out = target(arguments)
    if arguments.out is not None:
        refuse_inside(out, catalogue.folder)
    if arguments.out is not None and out.exists() and not out.is_dir():
        raise BadInputError("--out {out}: expected a folder", out=out)
    if arguments.out is not None and out.is_dir() and any(out.iterdir()):
        raise BadInputError("--out {out}: expected a new or empty folder", out=out)
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not os.access(there, os.W_OK):
        raise OutputError(
            "cannot write to {folder}: no permission; write a copy with --out DIR", folder=out
        )
    return catalogue


def target(arguments: argparse.Namespace) -> Path:
    """Return the data folder that gets the new tables."""
    return Path(arguments.out or arguments.data)


@contextmanager
def changed_folder(arguments: argparse.Namespace, catalogue: Catalogue) -> Iterator[Path | None]:
    """Give the folder to change: that of the data, or a copy of it; none for a dry run."""
    from geo.core import staged_folder

    if arguments.dry_run or arguments.out is None:
        yield None if arguments.dry_run else target(arguments)
        return
    with staged_folder(arguments.out, own=False) as stage:
        shutil.copytree(catalogue.folder, stage, dirs_exist_ok=True)
        yield stage


def _wanted_routes(catalogue: Catalogue, arguments: argparse.Namespace) -> list[str]:
    """Return the ids of the routes asked for; all where none is."""
    if not arguments.routes:
        return list(catalogue.route)
    return list(dict.fromkeys(catalogue.find_route(name).route_id for name in arguments.routes))


def _finish(
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
    from geo.core import json_value
    from geo.sources import refresh_alignments

    folder = None if arguments.dry_run else target(arguments)
    options: dict[str, Any] = {
        "source": source,
        "date": date,
        "routes": routes,
        "skipped": skipped,
        "progress": progress,
    }
    with changed_folder(arguments, catalogue) as out:
        report = refresh_alignments(catalogue, ways, out=out, **options)
    rows = json_value(report)
    replaced = sum(row["status"] == "replaced" for row in rows)
    if arguments.json:
        print_json(
            {
                "routes": rows,
                "replaced": replaced,
                "dry_run": arguments.dry_run,
                "out": None if folder is None else str(folder),
            }
        )
        return
    for row in rows:
        row["share"] = f"{row['matched_share']:.1%}"
        row["missing"] = len(row["gaps"]) or ""
    print_table(_grouped(rows), {"name": _("name"), "status": _("status"), "share": _("on ways"),
                       "median_shift_m": _("shift m"), "p95_shift_m": _("95 % m"),
                       "missing": _("gaps"), "reason": _("reason")})  # fmt: skip
    credit = ", ".join(filter(None, (source["publisher"], source["licence"], str(date))))
    if folder is None:
        say(
            "{replaced} of {count} routes would be replaced; {credit}",
            replaced=replaced,
            count=len(rows),
            credit=credit,
        )
    else:
        say(
            "{replaced} of {count} routes replaced in {folder}; {credit}",
            replaced=replaced,
            count=len(rows),
            folder=folder,
            credit=credit,
        )


def _grouped(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let one row stand for many routes that are kept for the same reason."""
    alike: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        said = re.sub(r": .*|[\d.]+", "", row["reason"] or "") or row["name"]
        alike.setdefault(said, []).append(row)
    shown: list[dict[str, Any]] = []
    for same in alike.values():
        if len(same) > MANY:
            more = _("{name} and {count} more", name=same[0]["name"], count=len(same) - 1)
            shown.append({**same[0], "name": more})
        else:
            shown += same
    return shown


def pbf(arguments: argparse.Namespace) -> None:
    """Replace lines by ways of an extract."""
    from geo.readers import read_pbf, read_pbf_header

    catalogue = ready(arguments)
    wanted = _wanted_routes(catalogue, arguments)
    water = any(catalogue.route[key].mode == "water" for key in wanted)
    with stages(len(wanted) + 2) as progress:
        stamp, _ = read_pbf_header(arguments.file)
        ways = read_pbf(
            arguments.file, bounds=catalogue.region.frame, waterways=water, progress=progress
        )
        date = dt.date.fromisoformat(stamp) if stamp else modified(arguments.file)
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
        _finish(arguments, catalogue, ways, source, date, routes=wanted, progress=progress)


def layer(arguments: argparse.Namespace) -> None:
    """Replace lines by those of a file."""
    from geo.layers import build_layers
    from geo.readers import read_layer
    from geo.sources import expect_datum

    catalogue = ready(arguments)
    wanted = _wanted_routes(catalogue, arguments)
    with stages(len(wanted)) as progress:
        ways = read_layer(
            arguments.file,
            layer=arguments.layer,
            columns=arguments.columns,
            mode=arguments.mode,
            datum=arguments.datum,
            encoding=arguments.encoding,
            named=True,
        )
        if arguments.datum is None:
            expect_datum(arguments.file, ways, build_layers(catalogue), wanted)
        date = arguments.date or modified(arguments.file)
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
        _finish(arguments, catalogue, ways, source, date, routes=wanted, progress=progress)


def modified(file: Path) -> dt.date:
    """Return the day a file was changed last."""
    return dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC).date()
