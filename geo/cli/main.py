"""The command line: parse, call, print. Everything heavy is imported by the command that runs."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from gettext import gettext
from pathlib import Path
from typing import Any, NoReturn

from geo.cli import additions, analysis, closures, journeys, refresh, region, results
from geo.cli.inputs import bounds, date_or_year, file_or_level, full_date, languages, number, pairs
from geo.cli.messages import LANGUAGES, _, error_text, language_of, speaking
from geo.cli.output import complain, silence_output, standard_streams, warn

MODES = ("road", "rail", "water")
TRAVEL_MODES = (*MODES, "any")
#: New objects between two searches for unreachable ones.
SEARCH_AFTER = 100_000
#: How shtab lets shells complete files and folders.
PATHS = {"bash": "_shtab_compgen_files", "zsh": "_files"}


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def add_argument(self, *names: str, **options: Any) -> argparse.Action:
        """Add an argument; shells complete paths."""
        action = super().add_argument(*names, **options)
        if action.type is Path:
            action.complete = PATHS  # type: ignore[attr-defined]
        return action

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse what a command does not know itself, for its own help lists what it takes."""
        namespace, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(gettext("unrecognized arguments: %s") % " ".join(unknown))
        return namespace, unknown

    def error(self, message: str) -> NoReturn:
        """End with one line on standard error and exit code 2."""
        complain(_("{prog}: {message} (see {prog} --help)", prog=self.prog, message=message))
        self.exit(2)


class _Version(argparse.Action):
    """Print the version, which lies beside heavy modules."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from geo.core import __version__

        print(f"geo {__version__}")
        parser.exit()


class _Completion(argparse.Action):
    """Print the script that completes commands and options in a shell."""

    def __call__(self, parser: argparse.ArgumentParser, _: Any, shell: Any, *__: Any) -> NoReturn:
        import shtab

        print(shtab.complete(parser, shell))
        parser.exit()


def run_alone() -> int:
    """
    Run the command line in a process that ends with it.

    Nearly all that a command makes lives until its end, so a search for unreachable objects at
    every 700 new ones, as Python has it, and one more at the end take a quarter of its time.
    """
    gc.set_threshold(SEARCH_AFTER, *gc.get_threshold()[1:])
    try:
        return main()
    finally:
        gc.freeze()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    with standard_streams(), speaking(_language(argv)):
        try:
            try:
                return _run(argv)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:  # who reads has read enough
            silence_output()
            return 0
        except OSError as error:
            complain(f"{error.filename or 'output'}: {error.strerror or error}")
            if not error.filename:
                silence_output()
            return 2


def _language(argv: Sequence[str] | None) -> str:
    """Return the language asked for, known before the help is written; else the locale's."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--lang")
    try:
        wanted = parser.parse_known_args(argv)[0].lang
    except argparse.ArgumentError:  # reported by the real parser
        wanted = None
    return wanted if wanted in LANGUAGES else language_of()


def _run(argv: Sequence[str] | None) -> int:
    """Parse and run a command; every refusal is one line and exit code 2."""
    parser = build_parser()
    arguments = parser.parse_args(argv)
    if not hasattr(arguments, "run"):
        parser.print_help()
        return 2
    from geo.core import GeoError, nothing_remembered, python_strings

    fresh = nothing_remembered if getattr(arguments, "no_cache", False) else nullcontext
    try:
        with python_strings(), fresh():
            return int(arguments.run(arguments) or 0)
    except (GeoError, argparse.ArgumentTypeError) as error:
        complain(error_text(error))
        return 2
    except KeyboardInterrupt:
        warn("stopped; earlier results are untouched")
        return 130


def build_parser() -> Parser:
    """Return the parser of all commands, its help in the language of the command."""
    parser = Parser(
        prog="geo",
        description=_(
            "Corridor connectivity: what links two regions, how well, what breaks it, "
            "and what each new line changes. 区域交通走廊连通性分析。"
        ),
        epilog=_(
            "examples:\n"
            "  geo build                       all maps and statistics, into maps/\n"
            "  geo crossings --year 2020       what crossed the border at the end of 2020\n"
            "  geo od 成都 重庆 --mode rail     the fastest way by rail\n"
            "  geo routes --group inter17      the inter-provincial expressways\n"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--lang", choices=LANGUAGES, dest="language", help=_language_help())
    text = _("show program's version number and exit")
    parser.add_argument("--version", action=_Version, nargs=0, help=text)
    text = _("print the script that completes commands in a shell")
    parser.add_argument(
        "--print-completion", choices=["bash", "zsh"], action=_Completion, help=text
    )
    verbs = parser.add_subparsers(title=_("commands"), metavar="COMMAND")
    _add_results(verbs)
    _add_map(verbs)
    _add_tables(verbs)
    _add_journeys(verbs)
    _add_sweeps(verbs)
    _add_links(verbs)
    _add_refresh(verbs)
    _add_lines(verbs)
    export = _add(verbs, "export", results.export, _("layers and network as files"))
    text = _("gpkg, geojson, csv, xlsx, graphml, osmnx, gmns, gtfs or parquet")
    export.add_argument("format", metavar="FORMAT", help=text)
    export.add_argument("--out", type=Path, default=Path("export"), metavar="DIR")
    text = _("let CSV files open right in Excel: with a byte order mark")
    export.add_argument("--excel", action="store_true", help=text)
    _add_new(verbs)
    return parser


def _language_help() -> str:
    return _("language of messages, tables and help; default: that of the locale")


def _add(
    verbs: Any, name: str, run: Callable[..., Any], text: str, *, year: bool = True
) -> Parser:
    """Add a command, with the options that all have."""
    parser: Parser = verbs.add_parser(name, help=text, description=_("{text}.", text=text))
    parser.set_defaults(run=run)
    parser.add_argument("--data", type=Path, metavar="DIR", help=_("another region's data folder"))
    _add_json(parser)
    if name != "map":
        parser.add_argument("--lang", choices=LANGUAGES, help=_language_help())
    text = _("make everything anew: neither take nor keep results of other runs")
    parser.add_argument("--no-cache", action="store_true", help=text)
    if year:
        text = _("its 31 December, or a date; default: today")
        parser.add_argument("--year", type=date_or_year, metavar="YYYY[-MM-DD]", help=text)
    return parser


def _add_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help=_("machine-readable result on stdout"))


def _add_mode(parser: Parser, *, any_mode: bool = False) -> None:
    if any_mode:
        parser.add_argument("--mode", choices=TRAVEL_MODES, default="any")
    else:
        parser.add_argument("--mode", choices=MODES)


def _add_scheduler(parser: Parser) -> None:
    text = _("share the work among the workers of a Dask scheduler, such as tcp://10.0.0.5:8786")
    parser.add_argument("--scheduler", default="", metavar="ADDRESS", help=text)


def _add_results(verbs: Any) -> None:
    build = _add(verbs, "build", results.build, _("the main job: maps, statistics and exports"))
    _add_results_folder(build)
    text = _("build again even where nothing has changed")
    build.add_argument("--force", action="store_true", help=text)
    text = _("whether results are still those of their build")
    _add_results_folder(_add(verbs, "verify", results.verify, text))


def _add_results_folder(parser: Parser) -> None:
    """Add the folder of the results, by itself or as `--out`."""
    where = parser.add_mutually_exclusive_group()
    text = _("folder for the results (default: maps)")
    where.add_argument("folder", nargs="?", type=Path, metavar="DIR", help=text)
    where.add_argument("--out", type=Path, metavar="DIR", help=text)


def _add_map(verbs: Any) -> None:
    maps = _add(verbs, "map", results.maps, _("only the maps"))
    text = _(
        "index, network, corridors, crossings, accessibility, criticality, compare, plan; "
        "default: all"
    )
    maps.add_argument("pages", nargs="*", metavar="PAGE", help=text)
    text = _("folder for the pages (default: maps)")
    maps.add_argument("--out", type=Path, default=Path("maps"), metavar="DIR", help=text)
    text = _(
        "html,png,svg,pdf: pages, and figures for print of network, crossings and "
        "accessibility (default: html)"
    )
    maps.add_argument("--format", default="html", metavar="LIST", help=text)
    text = _(
        "language of the figures (default: both) and of messages (default: that of the locale)"
    )
    maps.add_argument("--lang", choices=["both", *LANGUAGES], default="both", help=text)
    text = _(
        "online tiles below the maps, in files such as network-osm.html; tianditu takes its "
        "token from GEO_TIANDITU_TOKEN"
    )
    maps.add_argument(
        "--tiles", choices=["osm", "gaode", "tianditu", "none"], default="none", help=text
    )
    text = _("tiles of your own server: https://HOST/{z}/{x}/{y}.png")
    maps.add_argument("--tile-url", default="", metavar="TEMPLATE", help=text)
    text = _("datum of that server (default: wgs84)")
    maps.add_argument("--tile-datum", choices=["wgs84", "gcj02"], default="wgs84", help=text)


def _add_tables(verbs: Any) -> None:
    _add(verbs, "check", region.check, _("validate tables, geometry and borders"), year=False)
    routes = _add(verbs, "routes", region.routes, _("the catalogue with status and lengths"))
    _add_mode(routes)
    routes.add_argument("--group", help=_("named, inter17, expansion, ring, background"))
    crossings = _add(verbs, "crossings", analysis.crossings, _("where corridors cross a border"))
    text = _("two regions; default: the first two of the data")
    crossings.add_argument("regions", nargs="*", metavar="REGION", help=text)
    _add_mode(crossings)
    stats = _add(verbs, "stats", analysis.stats, _("connectivity indices, whole and by mode"))
    _add_mode(stats)
    text = _("join the edges at nodes where only two meet: independent of how lines are cut")
    stats.add_argument("--dissolve", action="store_true", help=text)


def _add_journeys(verbs: Any) -> None:
    """Add the commands on travel times."""
    od = _add(verbs, "od", journeys.od, _("fastest ways between two ends"))
    od.add_argument(
        "origin", metavar="FROM", help=_("a city, county, station, interchange, or LON,LAT")
    )
    od.add_argument("destination", metavar="TO", help=_("another one"))
    _add_mode(od, any_mode=True)
    count = number(lambda n: 1 <= n <= 50, _("expected a whole number from 1 to 50"), whole=True)
    od.add_argument("--k", type=count, default=1, metavar="K", help=_("ways wanted (default 1)"))
    text = _("fastest times between all cities, or between ends of your own")
    matrix = _add(verbs, "matrix", journeys.matrix, text)
    text = _("a city, county, station, interchange, or LON,LAT; default: all cities")
    matrix.add_argument("ends", nargs="*", metavar="END", help=text)
    text = _("CSV file of ends: id, name, lon, lat; without lon and lat what is called so")
    matrix.add_argument("--list", type=Path, metavar="FILE", help=text)
    _add_mode(matrix, any_mode=True)
    text = _("also write it as CSV, in minutes")
    matrix.add_argument("--out", type=Path, metavar="FILE", help=text)
    text = _("computed times against published ones")
    fit = _add(verbs, "calibrate", journeys.calibrate, text, year=False)
    text = _("own published times: from, to, minutes[, mode, date, trains]")
    fit.add_argument("--times", type=Path, metavar="FILE", help=text)
    text = _("compute rail times also without the trains of their line (some minutes)")
    fit.add_argument("--leave-lines-out", action="store_true", help=text)
    access = _add(verbs, "access", journeys.access, _("accessibility of every city"))
    _add_mode(access, any_mode=True)
    access.add_argument(
        "--indicator",
        choices=["location", "daily", "potential", "efficiency"],
        default="location",
        help=_("default: location"),
    )
    access.add_argument("--counties", action="store_true", help=_("every county instead of city"))
    minutes = number(lambda n: 0 < n <= 10_000, _("expected minutes above 0"))
    text = _("limit of the indicator daily (default 120)")
    access.add_argument("--within", type=minutes, default=120.0, metavar="MIN", help=text)
    for command in (od, matrix, access):
        text = _(
            "travel over the other main roads of an extract (.osm.pbf) or a file of lines as well"
        )
        command.add_argument("--background", type=Path, metavar="FILE", help=text)
    for command in (matrix, access):
        _add_scheduler(command)


def _add_sweeps(verbs: Any) -> None:
    """Add the commands that lose links or change dates, many times over."""
    critical = _add(verbs, "critical", closures.critical, _("what the loss of every link costs"))
    _add_mode(critical, any_mode=True)
    count = number(lambda n: n > 0, _("expected a whole number above 0"), whole=True)
    text = _("only the worst N (default 20)")
    critical.add_argument("--top", type=count, metavar="N", default=20, help=text)
    what = critical.add_mutually_exclusive_group()
    what.add_argument("--routes", action="store_true", help=_("whole routes instead of links"))
    text = _("two links at once, among the 20 worst")
    what.add_argument("--pairs", action="store_true", help=text)
    _add_disrupt(verbs)
    text = _(
        "two dates or two data folders side by side, and the marginal benefit of each project"
    )
    compare = _add(verbs, "compare", analysis.compare, text)
    text = _("a year or a date")
    compare.add_argument("before", nargs="?", type=date_or_year, metavar="Y1", help=text)
    text = _("a later year or date")
    compare.add_argument("after", nargs="?", type=date_or_year, metavar="Y2", help=text)
    text = _("another data folder, or shipped: compare with it on one date (--year) instead")
    compare.add_argument("--against", metavar="DIR", help=text)
    text = _(
        "a plan saved by the plan page: with --year alone, the data without it and with it; with "
        "two dates or --against, the data with it"
    )
    compare.add_argument("--plan", type=Path, metavar="FILE", help=text)
    text = _("which parameter of travel times moves which headline")
    sensitivity = _add(verbs, "sensitivity", analysis.sensitivity, text)
    count = number(lambda n: 0 <= n <= 10_000, _("expected a whole number from 0 on"), whole=True)
    text = _("also draw all parameters at once, N times, for intervals (default 0)")
    sensitivity.add_argument("--draws", type=count, default=0, metavar="N", help=text)
    for command in (critical, compare, sensitivity):
        _add_scheduler(command)


def _add_disrupt(verbs: Any) -> None:
    """Add the command that closes areas."""
    text = _("what it costs when everything in an area is closed: an earthquake, a flood")
    disrupt = _add(verbs, "disrupt", closures.disrupt, text)
    km = number(lambda n: 0.1 <= n <= 1000, _("expected kilometres from 0.1 to 1000"))
    text = _("the middle of a circle that is closed")
    disrupt.add_argument("--at", metavar="LON,LAT", help=text)
    text = _("its radius (default 10)")
    disrupt.add_argument("--km", type=km, default=10.0, metavar="R", help=text)
    side = number(lambda n: 5 <= n <= 1000, _("expected kilometres from 5 to 1000"))
    text = _("close every square of a grid in turn; the worst first")
    disrupt.add_argument("--grid", type=side, metavar="KM", help=text)
    hours = number(lambda n: 0 < n <= 8760, _("expected hours above 0, up to 8760"))
    text = _("for how long it is closed (default 24)")
    disrupt.add_argument("--hours", type=hours, default=24.0, metavar="H", help=text)
    count = number(lambda n: n > 0, _("expected a whole number above 0"), whole=True)
    text = _("print only the worst N squares (default 20)")
    disrupt.add_argument("--top", type=count, metavar="N", default=20, help=text)
    text = _("also write the squares: .geojson, or a table as .csv")
    disrupt.add_argument("--out", type=Path, metavar="FILE", help=text)
    _add_mode(disrupt, any_mode=True)
    _add_scheduler(disrupt)


def _add_links(verbs: Any) -> None:
    """Add the commands on what links two regions, and the region with others."""
    _add(verbs, "openness", analysis.openness, _("links that leave the region, by direction"))
    text = _("how many independent links hold two regions together")
    cut = _add(verbs, "cut", closures.cut, text)
    cut.add_argument("a", metavar="A", help=_("a region or a city"))
    cut.add_argument("b", metavar="B", help=_("another region or city"))
    _add_mode(cut)
    corridor = _add(verbs, "corridor", analysis.corridor, _("everything about one corridor"))
    text = _("a route, or two cities: geo corridor 万州 达州")
    corridor.add_argument("names", nargs="+", metavar="NAME", help=text)


def _add_refresh(verbs: Any) -> None:
    """Add the command with one subcommand per source."""
    text = _("replace drawn lines by surveyed ones, route by route")
    parser = verbs.add_parser("refresh", help=text, description=_("{text}.", text=text))
    sources = parser.add_subparsers(title=_("sources"), metavar="SOURCE", required=True)
    _add_overpass(sources)
    text = _("read an OpenStreetMap extract (.osm.pbf)")
    pbf = _add(sources, "pbf", refresh.pbf, text, year=False)
    pbf.add_argument("file", type=Path, metavar="FILE", help=_("the extract"))
    _add_source_options(pbf)
    _add_layer(sources)


def _add_source_options(parser: Parser) -> None:
    """Add the options all sources share."""
    _add_target(parser)
    text = _("only this route; may be given again")
    parser.add_argument("--route", action="append", metavar="NAME", dest="routes", help=text)


def _add_target(parser: Parser) -> None:
    """Add where changed tables go."""
    text = _("write a full copy of the data folder with the new lines")
    parser.add_argument("--out", type=Path, metavar="DIR", help=text)
    parser.add_argument("--dry-run", action="store_true", help=_("only report what would match"))


def _add_overpass(sources: Any) -> None:
    text = _("ask an Overpass server of OpenStreetMap, once per route")
    parser = _add(sources, "overpass", refresh.overpass, text, year=False)
    _add_source_options(parser)
    text = _("server, such as https://…/api; default: GEO_OVERPASS_URL")
    parser.add_argument("--endpoint", default="", metavar="URL", help=text)
    calls = number(
        lambda n: 0 <= n <= 10_000, _("expected a whole number up to 10000"), whole=True
    )
    text = _("questions to the server at most (default 20)")
    parser.add_argument("--max-calls", type=calls, default=20, metavar="N", help=text)
    seconds = number(lambda n: 0 < n <= 3600, _("expected seconds from 0 to 3600"))
    text = _("seconds for one answer (default 60)")
    parser.add_argument("--timeout", type=seconds, default=60.0, metavar="S", help=text)
    text = _("seconds before a busy server is asked again (default 30)")
    parser.add_argument("--pause", type=seconds, default=30.0, metavar="S", help=text)
    parser.add_argument("--cache", type=Path, metavar="DIR", help=_("folder for answers"))


def _add_layer(sources: Any) -> None:
    text = _("read a file of lines: Shapefile, GeoPackage, GeoJSON, KML")
    parser = _add(sources, "layer", refresh.layer, text, year=False)
    parser.add_argument("file", type=Path, metavar="FILE", help=_("the file"))
    _add_source_options(parser)
    text = _("the layer, where there are several")
    parser.add_argument("--layer", metavar="NAME", help=text)
    text = _("where the tags are, such as ref=ROADNO,name=NAME")
    parser.add_argument("--columns", type=pairs, default={}, metavar="TAG=COLUMN,…", help=text)
    text = _("what the lines are, where no column says it")
    parser.add_argument("--mode", choices=MODES, help=text)
    _add_credit(parser)


def _add_credit(parser: Parser) -> None:
    """Add how a file of lines is read, and who made it."""
    text = _("of the coordinates; asked for where it is in doubt")
    parser.add_argument("--datum", choices=["wgs84", "cgcs2000", "gcj02", "bd09"], help=text)
    parser.add_argument("--encoding", metavar="NAME", help=_("of the text, such as GBK"))
    text = _("the day the lines stand for; default: that of the file")
    parser.add_argument("--date", type=full_date, metavar="YYYY-MM-DD", help=text)
    for name, text in (
        ("publisher", _("who made them")),
        ("licence", _("under which they may be used")),
        ("url", _("where they are from")),
    ):
        parser.add_argument(f"--{name}", default="", metavar="TEXT", help=text)


def _add_lines(verbs: Any) -> None:
    """Add the command that makes routes of drawn lines."""
    text = _(
        "a drawn line becomes a planned route: KML, GeoJSON, any layer of lines; and a plan of "
        "the plan page becomes rows of the tables"
    )
    parser = _add(verbs, "add", additions.add, text, year=False)
    parser.add_argument("file", type=Path, metavar="FILE", help=_("the file"))
    text = _("id of the new route, such as new-line; of several new-line-2 and so on")
    text = _("{text}; a plan has its own", text=text)
    parser.add_argument("--id", metavar="ID", help=text)
    classes = ["expressway", "trunk", "hsr", "intercity", "conventional", "waterway", "ferry"]
    text = _("standard of the line, where the file does not say it")
    parser.add_argument("--class", choices=classes, dest="class_", help=text)
    parser.add_argument("--name", default="", metavar="TEXT", help=_("its name"))
    parser.add_argument("--name-en", default="", metavar="TEXT", help=_("its English name"))
    text = _("year in which it is expected to open")
    parser.add_argument("--year", metavar="YYYY", help=text)
    text = _("design speed in km/h")
    parser.add_argument("--speed", metavar="KMH", help=text)
    text = _("trains a day in each direction")
    parser.add_argument("--trains", metavar="N", help=text)
    km = number(lambda n: 0 <= n <= 50, _("expected kilometres from 0 to 50"))
    text = _("how far from the line places may be that it joins (default 1.5)")
    parser.add_argument("--snap", type=km, metavar="KM", help=text)
    text = _("make a junction where it crosses this route, or all; may be given again")
    parser.add_argument("--join", action="append", default=[], metavar="ROUTE", help=text)
    text = _("how far the drawing may be off, in metres (default 2000: a sketch)")
    parser.add_argument("--accuracy", metavar="M", help=text)
    text = _("only this layer or folder of the file; default: all that have lines")
    parser.add_argument("--layer", metavar="NAME", help=text)
    _add_credit(parser)
    _add_target(parser)


def _add_new(verbs: Any) -> None:
    text = _("a new region: empty tables, or a first catalogue from OpenStreetMap")
    new = verbs.add_parser("new", help=text, description=_("{text}.", text=text))
    new.set_defaults(run=region.new)
    new.add_argument("out", type=Path, metavar="DIR", help=_("a folder that is new or empty"))
    new.add_argument("--lang", choices=LANGUAGES, help=_language_help())
    _add_json(new)
    new.add_argument("--from-pbf", type=Path, metavar="FILE", help=_("an extract, .osm.pbf"))
    text = _("a workbook with a sheet per table, as geo export xlsx writes it")
    new.add_argument("--from-xlsx", type=Path, metavar="FILE", help=text)
    text = _("with --from-xlsx: the data folder that gives settings and base layers")
    new.add_argument("--data", type=Path, metavar="DIR", help=text)
    where = new.add_mutually_exclusive_group()
    text = _("degrees; default: the whole extract (write --bbox=-9.5,… where west is negative)")
    where.add_argument("--bbox", type=bounds, metavar="W,S,E,N", help=text)
    where.add_argument("--place", metavar="NAME", help=_("a city or town of the extract"))
    km = number(lambda n: 0.05 <= n <= 2000, _("expected kilometres from 0.05 to 2000"))
    text = _("how far the region reaches around --place (default 50)")
    new.add_argument("--radius", type=km, default=50.0, metavar="KM", help=text)
    new.add_argument(
        "--roads",
        choices=["motorway", "trunk", "primary", "secondary"],
        default="trunk",
        help=_("lowest class of roads (default: trunk)"),
    )
    text = _("shortest line of a route (default 5, in a region below 100 km less, 2 at least)")
    new.add_argument("--min-km", type=km, metavar="KM", help=text)
    text = _("smallest settlements that become cities (default: town)")
    new.add_argument(
        "--settlements", choices=["city", "town", "village"], default="town", help=text
    )
    text = _("your own cities instead, a CSV file: name, lon, lat, population")
    new.add_argument("--cities", type=Path, metavar="FILE", help=text)
    text = _("language of the names, then English, such as de,en (default: as the names show)")
    new.add_argument("--languages", type=languages, default=(), metavar="CODE,en", help=text)
    text = _(
        "areas to cut the lines at, with codes and names (adcode, name, name_en): they "
        "become the regions, and crossings between them can be counted"
    )
    text = _(
        "{text}; a number stands for the boundaries of the extract of that admin_level", text=text
    )
    new.add_argument("--borders", type=file_or_level, metavar="FILE|LEVEL", help=text)
    text = _("what these are called in the file, such as adcode=ISO,name=NAME,name_en=NAME")
    new.add_argument("--border-columns", type=pairs, default={}, metavar="KEY=COLUMN,…", help=text)
    text = _("layer of the file; not needed where only one has areas")
    new.add_argument("--border-layer", metavar="NAME", help=text)
    text = _("encoding of the text of a Shapefile, such as GBK; default: as the file shows")
    new.add_argument("--border-encoding", metavar="NAME", help=text)
    text = _("whose borders they are (default: the name of the file)")
    new.add_argument("--border-credit", default="", metavar="TEXT", help=text)


if __name__ == "__main__":
    sys.exit(main())
