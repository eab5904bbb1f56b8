"""Commands that write results: build, map, export; and verify, which looks whether they last."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from geo.cli.inputs import load, stamp, when
from geo.cli.messages import spoken, word
from geo.cli.output import print_json, say, say_assumed, stages, warn

if TYPE_CHECKING:
    from geo.catalogue import Catalogue


def build(arguments: argparse.Namespace) -> None:
    """Do the main job and report what came of it."""
    from geo.pipeline import build

    catalogue = load(arguments)
    with stages(9) as progress:
        done = build(catalogue, _folder(arguments), date=when(arguments), progress=progress,
                     parallel=True, force=arguments.force)  # fmt: skip
    if arguments.json:
        print_json(done)
        return
    if set(done["stages"]) == {"inputs"}:
        say("nothing has changed since the last build; --force builds again")
    out = Path(done["out"])
    say(
        "{seconds:.1f} s, {date}: {file}",
        seconds=done["seconds"],
        date=done["date"],
        file=out / "index.html",
    )
    for name in [*done["pages"], *done["files"]]:
        print(f"  {out / name}  {(out / name).stat().st_size / 1000:,.0f} kB")
    languages = ["zh", "en"] if catalogue.region.page_language == "zh-CN" else [spoken.get()]
    for finding in done["findings"]:
        print("- " + "\n  ".join(finding[key] for key in languages))
    say_assumed(dt.date.fromisoformat(done["date"]), done["assumed"])


def _folder(arguments: argparse.Namespace) -> Path:
    """Return the folder of the results."""
    return Path(arguments.folder or arguments.out or "maps")


def verify(arguments: argparse.Namespace) -> int:
    """Report which results and inputs are no longer those of the build; 1 where some are not."""
    from geo.export import verify_build

    asked = {} if arguments.year is None else {"date": arguments.year.isoformat()}
    changed = verify_build(_folder(arguments), load(arguments), asked)
    if arguments.json:
        rows = [{"kind": kind, "file": name} for kind, name in changed]
        print_json({"ok": not changed, "changed": rows})
    elif not changed:
        say("every input and every result is as it was when the maps were built")
    for kind, name in () if arguments.json else changed:
        say(
            "{kind} {name}: missing, or not as it was when the maps were built",
            kind=word(kind),
            name=name,
        )
    return int(bool(changed))


def maps(arguments: argparse.Namespace) -> None:
    """Write only the maps: pages, figures for print, or both."""
    from geo.core import NotFoundError, optional, refuse_inside
    from geo.maps import FIGURES, FORMATS, PAGES, tile_provider
    from geo.pipeline import build

    formats = [name.strip() for name in arguments.format.split(",")]
    if unknown := [name for name in formats if name not in ("html", *FORMATS)]:
        raise NotFoundError("format", unknown[0], ("html", *FORMATS))
    printed = [name for name in FORMATS if name in formats]
    known = list(
        dict.fromkeys([*(PAGES if "html" in formats else ()), *(FIGURES if printed else ())])
    )
    wanted = arguments.pages or known
    for name in wanted:
        if name not in {**PAGES, **FIGURES} or (name not in PAGES and not printed):
            raise NotFoundError("page", name, known)
    tiles = tile_provider(arguments.tiles, url=arguments.tile_url, datum=arguments.tile_datum)
    if printed:
        optional("matplotlib", "figures", "figures need matplotlib")
    catalogue, date, out = load(arguments), when(arguments), arguments.out
    refuse_inside(out, catalogue.folder)
    made: list[str] = []
    with stages(6) as progress:
        if "html" in formats:
            pages = [name for name in wanted if name in PAGES]
            done = build(catalogue, out, date=date, progress=progress, pages=pages, tiles=tiles)
            made += done["pages"]
        if printed:
            progress("figures")
            made += _figures(catalogue, out, date, wanted, printed, arguments.lang)
    if tiles and tiles.notice:
        warn("note: {text}", text=tiles.notice)
    for name in wanted:
        if not any(file.startswith(name) for file in made):
            warn("note: nothing written for {page}: it has no such map", page=name)
    if arguments.json:
        print_json({"out": str(out), "pages": made, **stamp(date, catalogue)})
        return
    for name in made:
        print(out / name)
    say_assumed(date, catalogue.assumed_on(date))


def _figures(
    catalogue: Catalogue, out: Path, date: dt.date, pages: list[str], formats: list[str], lang: str
) -> list[str]:
    """Write the figures of the pages that have some; all or none."""
    from geo.core import staged_folder
    from geo.layers import build_layers
    from geo.maps import chinese_font, write_figures

    if lang != "en" and not chinese_font():
        warn("warning: no Chinese font is installed; the figures are in English")
    with staged_folder(out) as stage:
        return write_figures(
            build_layers(catalogue), stage, date=date, pages=pages, formats=formats, lang=lang
        )


def export(arguments: argparse.Namespace) -> None:
    """Write layers and network as files."""
    from geo.core import NotFoundError
    from geo.export import FORMATS, export_network
    from geo.network import build_network

    if arguments.format not in FORMATS:
        raise NotFoundError("format", arguments.format, FORMATS)
    catalogue, date = load(arguments), when(arguments)
    net = build_network(catalogue, year=date)
    files = export_network(net, arguments.format, arguments.out, excel=arguments.excel)
    names = [str(file) for file in files]
    if arguments.json:
        print_json({**stamp(date, catalogue), "files": names})
        return
    print("\n".join(names))
    say_assumed(date, catalogue.assumed_on(date))
