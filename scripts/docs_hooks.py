"""
Parts of the documentation that the package tells of itself.

A line ``<!-- made: NAME -->`` in a page becomes what the function `NAME` of `PARTS` returns, so
that commands, columns, constants and the state of the data are never copied by hand.
"""

from __future__ import annotations

import argparse
import ast
import re
import tomllib
import types
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from geo.layers import Layers

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
MARK = re.compile(r"^<!-- made: (\w+) -->$", re.MULTILINE)
#: The end of a line within a Chinese sentence, also within a quotation.
CHINESE_BREAK = re.compile(r"(?<=[\u4e00-\u9fff，、；：])\n(?:> )?(?=[\u4e00-\u9fff])")
#: Units by the end of a column's name.
UNITS = {"_kmh": "km/h", "_km": "km", "_m": "m", "minutes": "min", "lon": "°", "lat": "°",
         "km": "km", "population": "people"}  # fmt: skip

#: Tables whose rows name sources.
SOURCED = ("routes", "sections", "alignments", "places", "cities", "zones", "published_times",
           "train_services", "through_running", "station_calls", "speeds_by_period")  # fmt: skip
#: Published kilometres in use by day and code of the region: expressways, then railways.
#: Text: above so many.
OFFICIAL_KM: dict[str, dict[str, float | str]] = {
    "2012-12-19": {"510000": 4097},
    "2013-06-05": {"510000": 4615},
    "2018-12-31": {"510000": 7238},
    "2019-12-31": {"510000": "7500"},
    "2024-09-13": {"500000": 4251, "510000": 10051},
    "2024-11-01": {"500000": 4286.5},
    "2024-12-31": {"510000": 10310},
    "2025-01-02": {"500000": "4500"},
    "2025-12-31": {"500000": 4771},
    "2026-01-01": {"510000": "11000"},
}
OFFICIAL_RAIL_KM: dict[str, dict[str, float | str]] = {
    "2014-12-31": {"510000": 3977},
    "2018-12-31": {"510000": 5095},
    "2023-12-31": {"510000": 6471},
    "2024-12-31": {"510000": 6588},
    "2025-12-31": {"500000": 3130, "510000": "7000"},
}
#: The inner ring is a road of the city: official totals leave it out.
NO_EXPRESSWAY = "chongqing-ring-1"
#: Shares with a source in the tables of 0.1.0, in percent.
SOURCED_BEFORE = {"opened": 58, "speed": 58, "started": 7}

#: Rides as short as this, and pairs with fewer trains than this, fit badly for that alone.
SHORT_MIN, FEW_TRAINS = 15, 8
#: What is known of single pairs.
KNOWN_REASONS = {
    frozenset({"成都东", "石柱县"}): "the trains run by 遂宁, the computed way goes by 成渝高铁",
    frozenset(
        {"达州", "万州"}
    ): "told when the road opened in Sichuan; in Chongqing it did in 2015",
}

#: Arguments that most commands have; told once.
SHARED = ("data", "json", "lang", "year")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill the marks of a page, and join its Chinese lines without a space (an event of MkDocs)."""
    return MARK.sub(lambda mark: PARTS[mark[1]](), CHINESE_BREAK.sub("", markdown))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    text = f"{value:,.1f}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


@cache
def _drawn() -> Layers:
    """Return the layers of the catalogue, read once."""
    import geo

    return geo.build_layers(geo.load())


def commands() -> str:
    """Return every command with its arguments, as argparse knows them."""
    from geo.cli.main import build_parser

    verbs = _choices(build_parser())
    shared = [a for a in verbs["routes"]._actions if a.dest in SHARED]
    parts = [
        "## Arguments of most commands",
        table(("argument", "meaning"), map(_argument, shared)),
    ]
    return "\n\n".join([*parts, *(_command(*item) for item in verbs.items())])


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the subcommands of a parser."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= action.choices
    return found


def _command(name: str, parser: argparse.ArgumentParser, level: int = 2) -> str:
    usage = argparse.HelpFormatter(parser.prog, width=90)
    usage.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups, prefix="")
    parts = [
        f"{'#' * level} {'geo ' if level == 2 else ''}{name}",
        _sentence(parser.description or ""),
        f"```text\n{usage.format_help().strip()}\n```",
    ]
    own = "lang" if "map" in parser.prog.split() else ""  # its --lang is that of the figures too
    rows = [
        _argument(a)
        for a in parser._actions
        if _shown(a) and (a.dest not in SHARED or a.dest == own)
    ]
    if rows:
        parts.append(table(("argument", "meaning"), rows))
    parts += [_command(*item, level=level + 1) for item in _choices(parser).items()]
    return "\n\n".join(parts)


def _shown(action: argparse.Action) -> bool:
    return not isinstance(action, argparse._SubParsersAction | argparse._HelpAction)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _argument(action: argparse.Action) -> tuple[str, str]:
    values = action.metavar if isinstance(action.metavar, str) else ""
    if action.option_strings:
        shown = " ".join([", ".join(action.option_strings), values]).strip()
    else:
        shown = values or action.dest
    meaning = action.help or ""
    if action.choices:
        meaning = f"{meaning}{'; ' if meaning else ''}one of {', '.join(map(str, action.choices))}"
    if action.default not in (None, False, "") and "default" not in meaning:
        meaning += f"; default: {action.default}"
    return f"`{shown}`", meaning


def constants() -> str:
    """Return the constants of the travel times."""
    from geo.network import Parameters

    rows = [
        (f"`{name}`", f"{p.value:g}", f"{p.low:g}–{p.high:g}", p.unit, p.reason)
        for name, p in Parameters().table().iterrows()
    ]
    return table(("parameter", "value", "range", "unit", "reason"), rows)


def dictionary() -> str:
    """Return the columns of every table, from the models that check them."""
    from geo.catalogue import KEY_COLUMN, TABLES

    parts = []
    for name, model in TABLES.items():
        rows = []
        for field, info in model.model_fields.items():
            column = info.alias or field
            key = " (key)" if KEY_COLUMN.get(name) == column else ""
            kind, allowed = _type(info)
            rows.append((f"`{column}`{key}", kind, _unit(column), info.description or "", allowed))
        about = (model.__doc__ or "").strip().split("\n\n")[0]
        head = ("column", "type", "unit", "meaning", "allowed")
        parts.append(
            f"## {name}.csv\n\nOne row: {about[0].lower()}{about[1:]}\n\n{table(head, rows)}"
        )
    return "\n\n".join(parts)


def _unit(column: str) -> str:
    return next((unit for end, unit in UNITS.items() if column.endswith(end)), "")


def _type(info: Any) -> tuple[str, str]:
    """Return the type of a column and the values it may have."""
    import geo.catalogue.schema as models

    kind, limits, empty = _plain(info.annotation, list(info.metadata))
    if get_origin(kind) is Literal:
        return "text", ", ".join(map(str, get_args(kind)))
    if models._partial_date in limits.values():
        return "date", "YYYY, YYYY-MM, YYYY-MM-DD or empty"
    if models._identifier in limits.values():
        return "id", "lower-case letters, digits, single hyphens"
    words = [
        f"{word} {limits[key]:.10g}"
        for key, word in (("gt", "above"), ("ge", "from"), ("lt", "below"), ("le", "to"))
        if key in limits
    ]
    if "pattern" in limits:
        words.append("six digits or empty")
    name = {int: "whole number", float: "number"}.get(kind, "text")
    if "min_length" in limits:
        words.append("not empty")
    return name, ", ".join([*words, *(["or empty"] if empty else [])])


def _plain(kind: Any, metadata: list[Any]) -> tuple[Any, dict[str, Any], bool]:
    """Take annotations and unions with None off a type; return its limits and what may be empty."""
    empty = False
    while True:
        if hasattr(kind, "__metadata__"):
            metadata += kind.__metadata__
            kind = kind.__origin__
        elif get_origin(kind) in (Union, types.UnionType):
            empty = True
            kind = next(part for part in get_args(kind) if part is not type(None))
        else:
            return kind, _limits(metadata), empty


def _limits(metadata: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in metadata:
        for part in (item, *getattr(item, "metadata", ())):
            for key in ("gt", "ge", "lt", "le", "min_length", "pattern", "func"):
                if getattr(part, key, None) is not None:
                    found[key] = getattr(part, key)
    return found


def coverage() -> str:
    """Return how many sections and kilometres there are by mode, class of accuracy and confidence."""
    sections = _drawn().sections
    parts = []
    for column, title in (("accuracy_class", "accuracy class"), ("confidence", "confidence")):
        groups = sections.groupby(["mode", column])["running_km"].agg(["size", "sum"])
        rows = [
            (*key, row["size"].astype(int), f"{row['sum']:,.0f}") for key, row in groups.iterrows()
        ]
        parts.append(table(("mode", title, "sections", "km"), rows))
    return "\n\n".join(parts)


def places() -> str:
    """Return where the positions of places come from."""
    catalogue = _drawn().catalogue
    counts: Counter[str] = Counter()
    good: dict[str, list[float]] = {}
    for row in catalogue.places:
        for key in row.sources:
            counts[key] += 1
            good.setdefault(key, []).append(row.accuracy_m or float("nan"))
    import numpy as np

    title = {source.key: source.title for source in catalogue.sources}

    rows = [
        (f"`{key}`", title[key], number, f"{np.nanmedian(good[key]):.0f}")
        for key, number in counts.most_common(12)
    ]
    return table(("source", "title", "places", "median accuracy, m"), rows)


def recalled() -> str:
    """Return how much of every table is recalled and not sourced."""
    catalogue = _drawn().catalogue
    rows = []
    for name in SOURCED:
        those = getattr(catalogue, name)
        only = sum(row.sources == ["recalled"] for row in those)
        part = sum("recalled" in row.sources for row in those) - only
        rows.append((name, len(those), only, part))
    return table(("table", "rows", "recalled only", "recalled in part"), rows)


def open_km() -> str:
    """Return the kilometres of expressways open by day and region beside official totals."""
    return _open_km("class", "expressway", OFFICIAL_KM, range(2018, 2026))


def open_rail_km() -> str:
    """Return the kilometres of railways open by day and region beside official totals."""
    return _open_km("mode", "rail", OFFICIAL_RAIL_KM, range(2004, 2026))


def _open_km(
    column: str, value: str, official: dict[str, dict[str, float | str]], years: range
) -> str:
    """Return the kilometres of some sections, shared track once, beside published totals."""
    from geo.catalogue import parse_date
    from geo.layers import open_sections, section_regions

    layers = _drawn()
    regions, of = layers.catalogue.region.regions, section_regions(layers)
    rows = []
    for day in sorted({*official, *(f"{year}-12-31" for year in years)}):
        now = open_sections(layers, parse_date(day))
        now = now[(now[column] == value) & (now["route_id"] != NO_EXPRESSWAY)]
        km = now.groupby([of[section][0] for section in now.index])["running_km"].sum()
        row = [day]
        for region in regions:
            ours = float(km.get(region.adcode, 0.0))
            row += [f"{ours:,.0f}", *_beside(ours, official.get(day, {}).get(region.adcode))]
        rows.append(row)
    head = ["day"]
    for region in regions:
        head += [f"{region.name_en}, km here", "official", "difference"]
    return table(head, rows)


def _beside(ours: float, official: float | str | None) -> tuple[str, str]:
    """Return an official total and how far ours is from it; a text is a lower bound."""
    if official is None:
        return "", ""
    total = float(official)
    bound = isinstance(official, str)
    said = f"above {total:,.0f}" if bound else f"{total:,.1f}".removesuffix(".0")
    return said, ("below " if bound else "") + f"{ours / total - 1:+.1%}"


def sourced() -> str:
    """Return how much of the open network rests on a source, before and now."""
    from geo.layers import sourced_shares

    what = {
        "opened": "open kilometres with a sourced opening date",
        "speed": "open kilometres with a sourced speed",
        "started": "sections opened since 2005 with a start of works",
    }
    shares = sourced_shares(_drawn())
    rows = [
        (text, f"{SOURCED_BEFORE[key]} %", f"{100 * shares[key]:.0f} %")
        for key, text in what.items()
    ]
    return table(("share", "0.1.0", "now"), rows)


def lengths() -> str:
    """Return the sections whose drawn and published lengths differ most."""
    sections = _drawn().sections.dropna(subset="length_ratio")
    worst = sections["length_ratio"].sub(1).abs().sort_values(ascending=False).index[:15]
    rows = [
        (row.route_zh, row.name, row.length_km, row.geometry_km, f"{row.length_ratio - 1:+.1%}",
         row.accuracy_class)
        for row in sections.loc[worst].itertuples()
    ]  # fmt: skip
    ratio = sections["length_ratio"].sub(1).abs()
    said = (
        f"{len(sections)} sections have a published length of their own: "
        f"{(ratio <= 0.03).sum()} are drawn within 3 % of it, {(ratio <= 0.08).sum()} within 8 %. "
        f"The {len(rows)} that differ most:"
    )
    head = ("route", "section", "published km", "drawn km", "difference", "accuracy class")
    return f"{said}\n\n{table(head, rows)}"


def fit() -> str:
    """Return how computed times fit published ones: in all, by line, and where worst."""
    from geo.connectivity import calibrate_times, calibration_summary, residual_table

    pairs = calibrate_times(_drawn())
    names = {route.route_id: route.name for route in _drawn().catalogue.routes}
    said = [
        f"By {mode} {found['n']} published times count: median error {found['median_error']:.1%}, "
        f"bias {found['bias_min']:+.1f} min, within 20 % {found['within_20']:.0%}, worst "
        f"{found['worst_error']:.1%}; {found['leave_one_out']:.1%} where the others of its line "
        "alone correct each pair."
        for mode in ("rail", "road")
        for found in (calibration_summary(pairs, mode),)
    ]
    counted = pairs[pairs["counted"]]
    said.append(f"{len(pairs) - len(counted)} more do not count, with the reason beside them.")
    lines = [
        (r.mode, names.get(r.line, "ordinary roads"), r.n, f"{r.median_error:+.1%}",
         f"{r.median_absolute_error:.1%}", f"{r.bias_min:+.1f}")
        for r in residual_table(pairs).itertuples()
    ]  # fmt: skip
    head = (
        "mode",
        "line of most of the way",
        "pairs",
        "median error",
        "without sign",
        "bias, min",
    )
    worst = counted.loc[counted["error"].abs().sort_values(ascending=False).index[:25]]
    rows = [
        (r.mode, r.from_zh, r.to_zh, r.date, r.published_min, r.computed_min, f"{r.error:+.0%}",
         _likely(r))
        for r in worst.itertuples()
    ]  # fmt: skip
    title = ("mode", "from", "to", "date", "published min", "computed min", "error", "likely why")
    return (
        f"{' '.join(said)}\n\n{table(head, lines)}\n\nThe {len(rows)} that fit worst, with what is "
        f"likely to be behind it:\n\n{table(title, rows)}"
    )


def _likely(row: Any) -> str:
    """Return what is likely to be behind a large error, by what is known of the published time."""
    if known := KNOWN_REASONS.get(frozenset({row.from_zh, row.to_zh})):
        return known
    if row.mode == "road":
        return "a figure of a report, its ends not told; the tables have few interchanges"
    if row.published_min <= SHORT_MIN:
        return f"a short ride: a minute is {1 / row.published_min:.0%} of it"
    if row.kind == "press":
        return "the fastest train as told at the opening"
    if row.trains < FEW_TRAINS:
        return f"{row.trains:.0f} trains a day: the stops and the way of these alone decide"
    return "a line with more stops or a lower speed than the tables have"


def findings() -> str:
    """Return what `geo check` finds, counted by its code, with one example each."""
    from geo.connectivity import direction_findings
    from geo.layers import layer_findings
    from geo.network import topology_findings

    drawn = _drawn()
    day = drawn.catalogue.region.as_of
    found = [
        *layer_findings(drawn),
        *topology_findings(drawn, day),
        *direction_findings(drawn, day),
    ]
    first = {finding.code: finding for finding in reversed(found)}
    counts = Counter(finding.code for finding in found)
    rows = [
        (f"`{code}`", first[code].severity, number, first[code].message)
        for code, number in counts.most_common()
    ]
    return f"{len(found)} findings:\n\n" + table(
        ("code", "severity", "number", "for example"), rows
    )


def sources() -> str:
    """Return the sources, those that most rows rest on first."""
    catalogue = _drawn().catalogue
    uses = Counter(
        key for name in SOURCED for row in getattr(catalogue, name) for key in row.sources
    )
    rows = [
        (f"`{s.key}`", s.title, s.publisher, s.date, uses[s.key], s.licence)
        for s in sorted(catalogue.sources, key=lambda s: (-uses[s.key], s.key))
    ]
    return table(("key", "title", "publisher", "date", "rows", "licence"), rows)


def house() -> str:
    """Return the packages from the top of the house to the ground, as the contract has them."""
    import geo

    (contract,) = tomllib.loads(PROJECT.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    folder = Path(geo.__file__).parent
    rows = []
    for number, layer in zip(
        range(len(contract["layers"]), 0, -1), contract["layers"], strict=True
    ):
        for name in (part.strip() for part in layer.split("|")):
            place = folder / name.removeprefix("geo.")
            file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
            about = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").split("\n\n")[0]
            modules = sorted(p.stem for p in place.glob("*.py") if p.stem != "__init__")
            rows.append((number, f"`{name}`", about, ", ".join(modules)))
    return table(("floor", "package", "what it is for", "modules"), rows)


#: What a page may ask for.
PARTS: dict[str, Callable[[], str]] = {
    part.__name__: part
    for part in (commands, constants, dictionary, coverage, open_km, open_rail_km, sourced,
                 places, recalled, lengths, fit, findings, sources, house)
}  # fmt: skip
