"""The sources of `geo refresh` that are files: an extract of OpenStreetMap, a layer of lines."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.commands import _progress

if TYPE_CHECKING:
    from collections.abc import Callable


def add_files(sources: Any, add: Callable[..., Any], common: Callable[..., None]) -> None:  # noqa: ANN401
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
    from geo._refresh_commands import CREDIT, LICENCE, finish, ready, wanted_routes
    from geo.sources.pbf import header, read_pbf

    catalogue = ready(arguments)
    wanted = wanted_routes(catalogue, arguments)
    water = any(catalogue.route[key].mode == "water" for key in wanted)
    with _progress(len(wanted) + 2) as progress:
        stamp, _ = header(arguments.file)
        ways = read_pbf(arguments.file, bounds=catalogue.region.frame, waterways=water,
                        progress=progress)  # fmt: skip
        day = date.fromisoformat(stamp) if stamp else _modified(arguments.file)
        source = {
            "key": f"osm-{day}",
            "title": f"OpenStreetMap extract {arguments.file.name}",
            "publisher": CREDIT,
            "url": "https://www.openstreetmap.org",
            "licence": LICENCE,
            "origin": arguments.file.name,
            "query": "main roads and railways within the frame"
            + ("" if stamp else "; the extract has no date, that of the file is taken"),
        }
        finish(arguments, catalogue, ways, source, day, routes=wanted, progress=progress)


def layer(arguments: argparse.Namespace) -> None:
    """Replace lines by those of a file."""
    from geo._refresh_commands import finish, ready, wanted_routes
    from geo.layers import layers
    from geo.sources.files import expect_datum, read_layer

    catalogue = ready(arguments)
    wanted = wanted_routes(catalogue, arguments)
    with _progress(len(wanted)) as progress:
        ways = read_layer(arguments.file, layer=arguments.layer, columns=arguments.columns,
                          mode=arguments.mode, datum=arguments.datum,
                          encoding=arguments.encoding)  # fmt: skip
        if arguments.datum is None:
            expect_datum(arguments.file, ways, layers(catalogue))
        day = arguments.date or _modified(arguments.file)
        name = arguments.layer or "its only layer of lines"
        source = {
            "key": f"layer-{day}",
            "title": f"lines of {arguments.file.name}",
            "publisher": arguments.publisher,
            "url": arguments.url,
            "licence": arguments.licence,
            "origin": arguments.file.name,
            "query": f"{name}, datum {arguments.datum or 'as the reference system says'}",
        }
        finish(arguments, catalogue, ways, source, day, routes=wanted, progress=progress)


def _modified(file: Path) -> date:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()


def pairs(text: str) -> dict[str, str]:
    """Read what columns are called: KEY=COLUMN,KEY=COLUMN."""
    found = [item.partition("=") for item in text.split(",")]
    if not all(key and equal and column for key, equal, column in found):
        raise argparse.ArgumentTypeError(f"{text!r}: expected KEY=COLUMN,KEY=COLUMN,…")
    return {key.strip(): column.strip() for key, _, column in found}


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: expected YYYY-MM-DD") from None
