"""The main job: layers, network, statistics, exports and maps, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.analysis import analyse
from geo.errors import OutputError
from geo.export import write_json
from geo.findings import findings
from geo.manifest import FILE, manifest, unchanged
from geo.second import second

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from geo.analysis import Analysis
    from geo.catalogue import Catalogue
    from geo.layers import Layers
    from geo.mapping.moments import Moments
    from geo.mapping.tiles import Tiles
    from geo.second import Submit

#: Name of the folder of data files beside the pages.
DATA = "data"
_TEMPORARY = ".geo-build-"
#: A folder of a build that has not changed for so long belongs to a build that is dead.
_STALE_S = 3600.0


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """
    Write a folder of files so that a failure leaves the earlier files whole.

    Files are written into a folder of their own on the same disk and moved into place, each
    in one step, when everything is there.

    Parameters
    ----------
    out
        The folder that gets the files; it is made where it does not exist.

    Yields
    ------
    stage
        The folder to write to.

    Raises
    ------
    OutputError
        When the folder cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     try:
    ...         with staged(Path(folder)) as stage:
    ...             size = (stage / "half.csv").write_text("half")
    ...             raise KeyboardInterrupt
    ...     except KeyboardInterrupt:
    ...         print(list(Path(folder).iterdir()))
    []
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        _sweep(out)
        stage = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=out))
    except OSError as error:
        raise OutputError(f"cannot write to {out}: {error.strerror or error}") from error
    try:
        yield stage
        for file in sorted(path for path in stage.rglob("*") if path.is_file()):
            target = out / file.relative_to(stage)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"cannot write to {out}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _sweep(out: Path) -> None:
    """Remove what builds that were killed long ago left behind."""
    for folder in out.glob(_TEMPORARY + "*"):
        if time.time() - folder.stat().st_mtime > _STALE_S:
            shutil.rmtree(folder, ignore_errors=True)


def build(
    catalogue: Catalogue,
    out: Path,
    *,
    day: date,
    progress: Callable[[str], None] = lambda _: None,
    pages: list[str] | None = None,
    tiles: Tiles | None = None,
    parallel: bool = False,
    force: bool = False,
) -> dict[str, Any]:
    """
    Do the main job.

    Parameters
    ----------
    catalogue
        A validated catalogue.
    out
        Folder for the pages; the data files go to ``data`` inside it.
    day
        The day the statistics and the first view of the maps stand for.
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
        Whether to build even where the folder already holds the result (`manifest.unchanged`).

    Returns
    -------
    summary
        `out`, `pages` and `files` (relative names), `seconds`, `stages` (seconds by name)
        and `findings` (sentences in Chinese and English with their methods, where a page or a
        table shows them).
    """
    clock = _Clock(progress)
    from geo.layers import layers
    from geo.mapping import PAGES
    from geo.network import network

    parameters = {"date": day.isoformat()}
    if pages is None and not force:
        with clock("inputs"):
            known = unchanged(catalogue, out, parameters)
        if known:
            return {"out": str(out), **known["result"], **_timed(clock)}
    wanted = [name for name in PAGES if pages is None or name in pages]
    with second(process=parallel) as submit, staged(out) as stage:
        with clock("layers"):
            drawn = layers(catalogue)
        early = _begin(submit, drawn, day, wanted)
        found, sentences = None, list[dict[str, str]]()
        if pages is None or ("index" in pages and not tiles):
            found = analyse(drawn, day, clock.begin)
            sentences = findings(found)
            if pages is None:
                with clock("exports"):
                    _write_tables(found, stage / DATA)
        files = sorted(str(p.relative_to(stage)) for p in stage.rglob("*") if p.is_file())
        with clock("maps"):
            options: dict[str, dict[str, Any]] = {
                "index": {"findings": sentences, "downloads": files},
                "criticality": {"found": found},
                "compare": {"found": found},
            }
            made = _write_pages(drawn, stage, day, options, wanted, early, tiles)
        result = {
            "pages": made,
            "files": [*files, FILE] if pages is None else files,
            "date": day.isoformat(),
            "findings": sentences,
            "assumed": list(network(drawn, year=day).assumed),
        }
        if pages is None:
            write_json(manifest(catalogue, stage, parameters) | {"result": result}, stage / FILE)
    return {"out": str(out), **result, **_timed(clock)}


def _timed(clock: _Clock) -> dict[str, Any]:
    """Return the seconds of a job, whole and by stage."""
    stages = {name: round(value, 2) for name, value in clock.stages.items()}
    return {"seconds": round(sum(clock.stages.values()), 2), "stages": stages}


def _write_tables(found: Analysis, folder: Path) -> None:
    """Write every table of the analysis, and the layers as a GeoPackage."""
    from geo.datapackage import terms
    from geo.export import flat_crossings, tables, write_csv, write_gpkg
    from geo.report import od_matrix, route_table

    for mode in [mode for mode in ("road", "rail") if mode in found.net.modes]:
        matrix = od_matrix(found.stops, mode)
        write_csv(matrix, folder / f"times_{mode}_min.csv")
    routes = route_table(found.drawn, found.day).drop(columns="geometry")
    write_csv(found.statistics, folder / "statistics.csv")
    write_csv(routes, folder / "routes.csv")
    plain = {
        "crossings": flat_crossings(found.crossings),
        "cuts": found.cuts,
        "links": found.links,
        "links_later": found.links_later,
        "route_losses": found.routes,
        "accessibility": found.access,
        "city_changes": found.changes,
        "projects": found.projects,
        "project_effects": found.effects,
        "circles": found.circles,
        "leaving": found.leaving,
    }
    for name, table in plain.items():
        if len(table):
            write_csv(table, folder / f"{name}.csv", index=False)
    layers = tables(found.drawn, found.net, found.crossings)
    write_gpkg(layers, folder / "network.gpkg", terms=terms(found.drawn.catalogue))


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


def _begin(
    submit: Submit, drawn: Layers, day: date, wanted: list[str]
) -> dict[str, Callable[[], Any]]:
    """Begin the pages that need no analysis; by name, what returns them when they are done."""
    early: dict[str, Callable[[], Any]] = {}
    if {"network", "compare"} & set(wanted):
        early["network"] = submit(_moments_and_network, drawn, day, page="network" in wanted)
    if "accessibility" in wanted:
        from geo.mapping.reach import modes_shown, reach, two_networks

        nets = two_networks(drawn, day)
        parts = [submit(reach, drawn, nets, mode) for mode in modes_shown(drawn, nets[1])]
        early["accessibility"] = partial(_accessibility, drawn, day, parts)
    return early


def _accessibility(drawn: Layers, day: date, parts: list[Callable[[], Any]]) -> str:
    """Return the page of modes that were measured early, the last of them first."""
    from geo.mapping.accessibility import page

    results = [part() for part in reversed(parts)]
    return page(drawn, day=day, results=results[::-1])


def _moments_and_network(drawn: Layers, day: date, *, page: bool) -> tuple[Moments, str]:
    from geo.mapping import PAGES
    from geo.mapping.moments import moments

    when = moments(drawn, day)
    return when, PAGES["network"](drawn, day=day, when=when) if page else ""


def _write_pages(
    drawn: Layers,
    stage: Path,
    day: date,
    options: dict[str, dict[str, Any]],
    wanted: list[str],
    early: dict[str, Callable[[], Any]],
    tiles: Tiles | None,
) -> list[str]:
    from geo.mapping import PAGES
    from geo.mapping.tiles import file_name, has_map, with_tiles

    late = [name for name in wanted if name not in (*early, "compare")]
    made = {name: PAGES[name](drawn, day=day, **options.get(name, {})) for name in late}
    if "accessibility" in early:
        made["accessibility"] = early["accessibility"]()
    if "network" in early:
        when, made["network"] = early["network"]()
        if "compare" in wanted:
            made["compare"] = PAGES["compare"](drawn, day=day, when=when, **options["compare"])
    made = {name: made[name] for name in wanted}
    if tiles:
        made = {name: html for name, html in made.items() if has_map(html)}
        made = {name: with_tiles(html, tiles, made) for name, html in made.items()}
    files = {file_name(name, tiles): html for name, html in made.items()}
    for file, html in files.items():
        (stage / file).write_text(html, encoding="utf-8")
    return list(files)
