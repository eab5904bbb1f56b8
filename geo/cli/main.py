"""The command line. Parse, call, print; everything heavy is imported by the command."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from geo.cli import analysis, data
from geo.cli.messages import LANGUAGES, language_of, spoken, translate_parser, translated_error
from geo.cli.output import say, told
from geo.cli.refresh import add_refresh, pairs
from geo.core import GeoError, __version__

EPILOG = """examples:
  geo build                       all maps and statistics, into maps/
  geo crossings --year 2020       what crossed the border at the end of 2020
  geo od 成都 重庆 --mode rail     the fastest way by rail
  geo routes --group inter17      the inter-provincial expressways
"""


BACKGROUND = "travel over the other main roads of an extract (.osm.pbf) as well"
SCHEDULER = "share the work among the workers of a Dask scheduler, such as tcp://10.0.0.5:8786"
LANG = "language of messages, tables and help; default: that of the locale"


class _Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """End with one line on standard error and exit code 2."""
        text = told(f"{self.prog}: {message} (see {self.prog} --help)")
        self.exit(2, text + "\n")


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
    token = spoken.set(_language(argv))
    try:
        return _run(argv)
    finally:
        spoken.reset(token)


def _language(argv: Sequence[str] | None) -> str:
    """Return the language asked for, known before the help is written; else the locale's."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--lang")
    try:
        wanted = parser.parse_known_args(argv)[0].lang
    except argparse.ArgumentError:  # said again by the real parser
        wanted = None
    return wanted if wanted in LANGUAGES else language_of()


def _run(argv: Sequence[str] | None) -> int:
    """Parse and run a command; every refusal is one line and exit code 2."""
    parser = _parser()
    translate_parser(parser, spoken.get())
    arguments = parser.parse_args(argv)
    if not hasattr(arguments, "run"):
        parser.print_help()
        return 2
    try:
        code = int(arguments.run(arguments) or 0)
        sys.stdout.flush()
    except (GeoError, argparse.ArgumentTypeError) as error:
        print(translated_error(error, spoken.get()), file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        print(f"{error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]
        return 2
    except KeyboardInterrupt:
        say("stopped; earlier results are untouched", file=sys.stderr)
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="geo",
        description="Corridor connectivity: what links two regions, how well, what breaks it, "
        "and what each new line changes. 区域交通走廊连通性分析。",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--lang", choices=LANGUAGES, dest="language", help=LANG)
    parser.add_argument("--version", action="version", version=f"geo {__version__}")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_build(verbs)
    _add_map(verbs)
    _add(verbs, "check", data.check, "validate tables, geometry and borders", year=False)
    routes = _add(verbs, "routes", data.routes, "the catalogue with status and lengths")
    routes.add_argument("--mode", choices=["road", "rail", "water"])
    routes.add_argument("--group", help="named, inter17, expansion, ring, background")
    crossings = _add(verbs, "crossings", data.crossings, "where corridors cross a border")
    crossings.add_argument("regions", nargs="*", metavar="REGION",
                           help="two regions; default: the first two of the data")  # fmt: skip
    crossings.add_argument("--mode", choices=["road", "rail", "water"])
    stats = _add(verbs, "stats", data.stats, "connectivity indices, whole and by mode")
    stats.add_argument("--mode", choices=["road", "rail", "water"])
    od = _add(verbs, "od", analysis.od, "fastest and alternative ways between two cities")
    od.add_argument("origin", metavar="FROM", help="a city, in Chinese or English")
    od.add_argument("destination", metavar="TO", help="another city")
    od.add_argument("--mode", choices=["road", "rail", "water", "any"], default="any")
    od.add_argument("--k", type=_positive, default=1, metavar="K", help="ways wanted (default 1)")
    matrix = _add(verbs, "matrix", analysis.matrix, "fastest times between all cities")
    matrix.add_argument("--mode", choices=["road", "rail", "water", "any"], default="any")
    matrix.add_argument(
        "--out", type=Path, metavar="FILE", help="also write it as CSV, in minutes"
    )
    _add(verbs, "calibrate", analysis.calibrate, "computed times against published ones",
         year=False)  # fmt: skip
    access = _add(verbs, "access", analysis.access, "accessibility of every city")
    access.add_argument("--mode", choices=["road", "rail", "water", "any"], default="any")
    access.add_argument("--indicator", choices=["location", "daily", "potential", "efficiency"],
                        default="location", help="default: location")  # fmt: skip
    access.add_argument("--within", type=_minutes, default=120.0, metavar="MIN",
                        help="limit of the indicator daily (default 120)")  # fmt: skip
    for command in (od, matrix, access):
        command.add_argument("--background", type=Path, metavar="FILE", help=BACKGROUND)
    _add_sweeps(verbs, matrix, access)
    _add(verbs, "openness", analysis.openness, "links that leave the region, by direction")
    cut = _add(verbs, "cut", analysis.cut, "how many independent links hold two regions together")
    cut.add_argument("a", metavar="A", help="a region or a city")
    cut.add_argument("b", metavar="B", help="another region or city")
    cut.add_argument("--mode", choices=["road", "rail", "water"])
    corridor = _add(verbs, "corridor", analysis.corridor, "everything about one corridor")
    corridor.add_argument("names", nargs="+", metavar="NAME",
                          help="a route, or two cities: geo corridor 万州 达州")  # fmt: skip
    add_refresh(verbs, _add)
    export = _add(verbs, "export", data.export, "layers and network as files")
    export.add_argument(
        "format", metavar="FORMAT", help="gpkg, geojson, csv, graphml, gmns or parquet"
    )
    export.add_argument("--out", type=Path, default=Path("export"), metavar="DIR")
    _add_new(verbs)
    return parser


def _add_sweeps(verbs: Any, *others: argparse.ArgumentParser) -> None:
    """Add the commands whose work can be shared among machines, and the option of all such."""
    critical = _add(verbs, "critical", analysis.critical, "what the loss of every link costs")
    critical.add_argument("--mode", choices=["road", "rail", "water", "any"], default="any")
    critical.add_argument("--top", type=_count, metavar="N", default=20,
                          help="only the worst N (default 20)")  # fmt: skip
    critical.add_argument("--routes", action="store_true", help="whole routes instead of links")
    text = "two dates side by side, and what each project is worth"
    compare = _add(verbs, "compare", analysis.compare, text, year=False)
    compare.add_argument("before", type=_day, metavar="Y1", help="a year or a date")
    compare.add_argument("after", type=_day, metavar="Y2", help="a later year or date")
    for command in (critical, compare, *others):
        command.add_argument("--scheduler", default="", metavar="ADDRESS", help=SCHEDULER)


def _add(
    verbs: Any,
    name: str,
    run: Any,
    text: str,
    *,
    year: bool = True,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text + ".")
    parser.set_defaults(run=run)
    parser.add_argument("--data", type=Path, metavar="DIR", help="another region's data folder")
    parser.add_argument("--json", action="store_true", help="machine-readable result on stdout")
    if name != "map":
        parser.add_argument("--lang", choices=LANGUAGES, help=LANG)
    if year:
        parser.add_argument("--year", type=_day, metavar="YYYY[-MM-DD]",
                            help="its 31 December, or a date; default: today")  # fmt: skip
    return parser


def _add_build(verbs: Any) -> None:
    build = _add(verbs, "build", data.build, "the main job: maps, statistics and exports")
    build.add_argument("--out", type=Path, default=Path("maps"), metavar="DIR",
                       help="folder for the results (default: maps)")  # fmt: skip
    build.add_argument("--force", action="store_true",
                       help="build again even where nothing has changed")  # fmt: skip
    text = "whether results are still those of their build"
    verify = _add(verbs, "verify", data.verify, text, year=False)
    verify.add_argument("folder", nargs="?", type=Path, default=Path("maps"), metavar="DIR",
                        help="folder for the results (default: maps)")  # fmt: skip


def _add_map(verbs: Any) -> None:
    maps = _add(verbs, "map", data.maps, "only the maps")
    maps.add_argument(
        "pages",
        nargs="*",
        metavar="PAGE",
        help="index, network, crossings, accessibility, criticality, compare; default: all",
    )
    maps.add_argument("--out", type=Path, default=Path("maps"), metavar="DIR",
                      help="folder for the pages (default: maps)")  # fmt: skip
    maps.add_argument("--format", default="html", metavar="LIST",
                      help="html,png,svg,pdf: pages, and figures for print of network, "
                      "crossings and accessibility (default: html)")  # fmt: skip
    maps.add_argument("--lang", choices=["both", "zh", "en"], default="both",
                      help="language of the figures (default: both) and of messages "
                      "(default: that of the locale)")  # fmt: skip
    maps.add_argument("--tiles", choices=["osm", "gaode", "tianditu", "none"], default="none",
                      help="online tiles below the maps, in files such as network-osm.html; "
                      "tianditu takes its token from GEO_TIANDITU_TOKEN")  # fmt: skip
    maps.add_argument("--tile-url", default="", metavar="TEMPLATE",
                      help="tiles of your own server: https://HOST/{z}/{x}/{y}.png")  # fmt: skip
    maps.add_argument("--tile-datum", choices=["wgs84", "gcj02"], default="wgs84",
                      help="datum of that server (default: wgs84)")  # fmt: skip


def _add_new(verbs: Any) -> None:
    text = "a new region: empty tables, or a first catalogue from OpenStreetMap"
    new = verbs.add_parser("new", help=text, description=text + ".")
    new.set_defaults(run=data.new)
    new.add_argument("out", type=Path, metavar="DIR", help="a folder that is new or empty")
    new.add_argument("--lang", choices=LANGUAGES, help=LANG)
    new.add_argument("--json", action="store_true", help="machine-readable result on stdout")
    new.add_argument("--from-pbf", type=Path, metavar="FILE", help="an extract, .osm.pbf")
    where = new.add_mutually_exclusive_group()
    where.add_argument("--bbox", type=_bounds, metavar="W,S,E,N",
                       help="degrees; default: the whole extract (write --bbox=-9.5,… where "
                       "west is negative)")  # fmt: skip
    where.add_argument("--place", metavar="NAME", help="a city or town of the extract")
    new.add_argument("--radius", type=_km, default=50.0, metavar="KM",
                     help="how far the region reaches around --place (default 50)")  # fmt: skip
    new.add_argument("--roads", choices=["motorway", "trunk", "primary", "secondary"],
                     default="trunk", help="lowest class of roads (default: trunk)")  # fmt: skip
    new.add_argument("--min-km", type=_km, default=5.0, metavar="KM",
                     help="shortest line of a route (default 5)")  # fmt: skip
    new.add_argument("--borders", type=Path, metavar="FILE",
                     help="areas to cut the lines at, with codes and names (adcode, name_zh, "
                     "name_en): they become the regions, and crossings between them can be "
                     "counted")  # fmt: skip
    new.add_argument("--border-columns", type=pairs, default={}, metavar="KEY=COLUMN,…",
                     help="what these are called in the file, such as adcode=ISO,"
                     "name_zh=NAME,name_en=NAME")  # fmt: skip
    new.add_argument("--border-credit", default="", metavar="TEXT",
                     help="whose borders they are (default: the name of the file)")  # fmt: skip


def _bounds(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        west = south = east = north = 0.0
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise argparse.ArgumentTypeError(f"{text!r}: expected west,south,east,north in degrees")
    return west, south, east, north


def _km(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.05 <= value <= 2000:
        raise argparse.ArgumentTypeError(f"{text!r}: expected kilometres from 0.05 to 2000")
    return value


def _day(text: str) -> dt.date:
    from geo.catalogue import parse_day

    try:
        return parse_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None


def _minutes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r}: expected minutes above 0")
    return value


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number above 0")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 50:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 to 50")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
