"""The main job: layers, network, statistics, exports and maps, whole or not at all."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from geo.catalogue import Catalogue, parse_date
from geo.core import (
    Submit,
    python_strings,
    refuse_inside,
    remembered,
    second_process,
    shared_results,
    staged_folder,
    write_csv,
    write_json,
)
from geo.export import FORMATS, MANIFEST, build_manifest, unchanged_build
from geo.layers import Layers, build_layers, flat_crossings, route_table, travel_facts
from geo.maps import PAGES, LossDetails, Tiles, begin_accessibility, page_files
from geo.network import build_network, matrix_with_ids, travel_time_matrix
from geo.scenarios import Analysis, Timeline, analyse, build_timeline, headline_sentences

#: Name of the folder of data files beside the pages.
DATA = "data"


def build(
    catalogue: Catalogue,
    out: str | Path,
    *,
    date: float | str | dt.date | None = None,
    progress: Callable[[str], None] = lambda _: None,
    pages: Sequence[str] | None = None,
    tiles: Tiles | None = None,
    parallel: bool = False,
    force: bool = False,
) -> dict[str, Any]:
    """
    Do the main job: analyse a region, and write its tables, exports and maps.

    Parameters
    ----------
    catalogue
        A validated catalogue.
    out
        Folder for the pages; the data files go to ``data`` inside it.
    date
        A year (its 31 December) or a date that the statistics and the first view of the maps
        stand for; default: today.
    progress
        Called with the name of every stage when it begins.
    pages
        Only these pages and no tables; default: everything.
    tiles
        Online tiles below the maps; then only pages with a map are written, under names of
        their own. Default: none, the pages need no network.
    parallel
        Whether to use a second process. A script that asks for it must do so below
        ``if __name__ == "__main__":``.
    force
        Whether to build even where the folder already holds the result.

    Returns
    -------
    summary
        `out`, `pages` and `files` (relative names), `date`, `seconds`, `stages` (seconds by
        name), `findings` (headline sentences in Chinese and English with their methods, where
        a page or a table shows them) and `assumed` (sections that count as open by their
        expected year).

    Raises
    ------
    OutputError
        When the folder cannot be written; the earlier results stay whole then.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> cat = geo.load()
    >>> with TemporaryDirectory() as folder:
    ...     print(geo.build(cat, folder, date=2025, pages=["crossings"])["pages"])
    ['crossings.html']
    """
    out, date = Path(out), parse_date(date)
    refuse_inside(out, catalogue.folder)
    clock, parameters = _Clock(progress), {"date": date.isoformat()}
    if pages is None and not force:
        with clock("inputs"):
            known = unchanged_build(catalogue, out, parameters)
        if known:
            return {"out": str(out), **known["result"], **clock.summary()}
    wanted = [name for name in PAGES if pages is None or name in pages]
    with (
        python_strings(),
        shared_results(),
        second_process(process=parallel) as submit,
        staged_folder(out) as stage,
    ):
        with clock("layers"):
            layers = build_layers(catalogue)
        early = _begin_pages(submit, layers, date, wanted)
        analysis, sentences = None, list[dict[str, str]]()
        details = LossDetails() if "criticality" in wanted else None
        if pages is None or ("index" in pages and not tiles):
            analysis = analyse(layers, date, clock.begin, details)
            sentences = headline_sentences(analysis)
        if pages is None and analysis:
            with clock("exports"):
                _write_tables(analysis, stage / DATA)
        files = sorted(p.relative_to(stage).as_posix() for p in stage.rglob("*") if p.is_file())
        options: dict[str, dict[str, Any]] = {
            "index": {"findings": sentences, "downloads": files, "analysis": analysis},
            "criticality": {
                "analysis": analysis,
                "details": analysis.inspected if analysis else None,
            },
            "compare": {"analysis": analysis},
        }
        with clock("maps"):
            htmls = _pages(layers, date, wanted, early, options)
            written = _write_pages(htmls, stage, tiles)
        result = {
            "pages": written,
            "files": [*files, MANIFEST] if pages is None else files,
            "date": date.isoformat(),
            "findings": sentences,
            "assumed": list(build_network(layers, year=date).assumed),
        }
        if pages is None:
            manifest = build_manifest(catalogue, stage, parameters)
            write_json(manifest | {"result": result}, stage / MANIFEST)
    return {"out": str(out), **result, **clock.summary()}


def _write_tables(analysis: Analysis, folder: Path) -> None:
    """Write every table of the analysis, and the layers as a GeoPackage."""
    for mode in ("road", "rail"):
        if mode in analysis.net.modes:
            minutes = remembered(
                partial(travel_time_matrix, analysis.stops, mode=mode),
                "matrix of cities",
                travel_facts(analysis.layers, analysis.date),
                mode,
            )
            write_csv(
                matrix_with_ids(minutes, analysis.layers.catalogue),
                folder / f"times_{mode}_min.csv",
            )
    routes = route_table(analysis.layers, analysis.date).drop(columns="geometry")
    write_csv(analysis.statistics, folder / "statistics.csv")
    write_csv(routes, folder / "routes.csv")
    unindexed = {
        "crossings": flat_crossings(analysis.crossings),
        "cuts": analysis.cuts,
        "links": analysis.links,
        "links_later": analysis.links_later,
        "route_losses": analysis.routes,
        "accessibility": analysis.access,
        "city_changes": analysis.changes,
        "projects": analysis.projects,
        "project_effects": analysis.effects,
        "circles": analysis.circles,
        "leaving": analysis.leaving,
    }
    for name, table in unindexed.items():
        if len(table):
            write_csv(table, folder / f"{name}.csv", index=False)
    FORMATS["gpkg"](analysis.net, folder)


class _Clock:
    """Names the stages of a job as they begin, and keeps how long each took."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self.progress, self.stages = progress, dict[str, float]()
        self.running, self.since = "", 0.0

    def begin(self, name: str) -> None:
        """End the running stage and begin another."""
        now = time.perf_counter()
        if self.running:
            self.stages[self.running] = now - self.since
        self.running, self.since = name, now
        if name:
            self.progress(name)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        self.begin(name)
        yield
        self.begin("")

    def summary(self) -> dict[str, Any]:
        """Return the seconds of the job, whole and by stage."""
        stages = {name: round(value, 2) for name, value in self.stages.items()}
        return {"seconds": round(sum(self.stages.values()), 2), "stages": stages}


def _begin_pages(
    submit: Submit, layers: Layers, date: dt.date, wanted: Sequence[str]
) -> dict[str, Callable[[], Any]]:
    """Begin the pages that need no analysis; by name, what returns them when they are done."""
    early: dict[str, Callable[[], Any]] = {}
    if {"network", "compare"} & set(wanted):
        early["network"] = submit(_timeline_and_network, layers, date, page="network" in wanted)
    if "corridors" in wanted:
        early["corridors"] = submit(PAGES["corridors"], layers, date=date)
    if "accessibility" in wanted:
        early["accessibility"] = begin_accessibility(submit, layers, date)
    return early


def _timeline_and_network(layers: Layers, date: dt.date, *, page: bool) -> tuple[Timeline, str]:
    timeline = build_timeline(layers, date)
    return timeline, PAGES["network"](layers, date=date, timeline=timeline) if page else ""


def _pages(
    layers: Layers,
    date: dt.date,
    wanted: Sequence[str],
    early: dict[str, Callable[[], Any]],
    options: dict[str, dict[str, Any]],
) -> dict[str, str]:
    """Return the HTML of the pages in their order; those begun early are asked for last."""
    made = {
        name: PAGES[name](layers, date=date, **options.get(name, {}))
        for name in wanted
        if name not in (*early, "compare")
    }
    made |= {name: early[name]() for name in ("accessibility", "corridors") if name in early}
    if "network" in early:
        timeline, made["network"] = early["network"]()
        if "compare" in wanted:
            made["compare"] = PAGES["compare"](
                layers, date=date, timeline=timeline, **options["compare"]
            )
    return {name: made[name] for name in wanted}


def _write_pages(htmls: dict[str, str], stage: Path, tiles: Tiles | None) -> list[str]:
    """Write the pages, with tiles only those that have a map; return the names of the files."""
    files = page_files(htmls, tiles)
    for file, html in files.items():
        (stage / file).write_text(html, encoding="utf-8")
    return list(files)
