"""The main job: layers, network, statistics, exports and maps, whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from geo.catalogue import TABLES, Catalogue
from geo.core import (
    BadInputError,
    Problem,
    Submit,
    __version__,
    second_process,
    staged_folder,
    write_csv,
    write_json,
)
from geo.export import export_layers, licence_terms, write_gpkg
from geo.layers import Layers, build_layers, flat_crossings, route_table
from geo.maps import (
    PAGES,
    Tiles,
    file_name,
    has_map,
    modes_shown,
    page,
    reach,
    two_networks,
    with_tiles,
)
from geo.network import build_network, travel_time_matrix
from geo.scenarios import Analysis, Timeline, analyse, build_timeline, headline_sentences

MANIFEST = "manifest.json"
#: Files of the package that decide what it does.
CODE = frozenset({".py", ".js", ".css", ".toml", ".html", ".json"})
#: Packages whose version can change a result.
PACKAGES = ("folium", "branca", "geopandas", "jinja2", "networkx", "numpy", "pandas", "pyogrio",
            "pyproj", "pypinyin", "scipy", "shapely", "XStatic-Leaflet")  # fmt: skip


def build_manifest(catalogue: Catalogue, out: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    """
    Return what a build was made from and what came out.

    It holds no time and no path of the machine: the same inputs, parameters and versions give
    the same bytes.

    Parameters
    ----------
    catalogue
        The catalogue of the build.
    out
        Folder with its results, and nothing else.
    parameters
        What was asked for.

    Returns
    -------
    manifest
        `package`, `code` (a checksum), `versions`, `parameters`, and per file of `inputs` and
        `outputs` its `bytes` and `sha256`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     size = (Path(folder) / "a.txt").write_text("made")
    ...     made = build_manifest(cat, Path(folder), {"day": "2025-12-31"})
    >>> made["parameters"]["day"], made["outputs"]["a.txt"]["bytes"]
    ('2025-12-31', 4)

    """
    results = (path for path in out.rglob("*") if path.is_file())
    return {
        **_origin(catalogue, parameters),
        "outputs": _hashed(out, (path.relative_to(out).as_posix() for path in results)),
    }


def _origin(catalogue: Catalogue, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return everything that decides what a build gives."""
    return {
        "package": f"chuanyu-geo {__version__}",
        "code": _code(),
        "versions": {"python": platform.python_version(), **{n: version(n) for n in PACKAGES}},
        "parameters": {**parameters, "as_of": catalogue.region.as_of.isoformat()},
        "inputs": _hashed(catalogue.folder, input_files(catalogue)),
    }


def _code(folder: Path = Path(__file__).parent) -> str:
    """
    Return one checksum of all files of the package: its version stays while one writes it.

    An installed package holds the data too; these are inputs, not code.
    """
    files = (path for path in folder.rglob("*") if path.suffix in CODE and path.is_file()
             and folder / "data" not in path.parents)  # fmt: skip
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def unchanged(
    catalogue: Catalogue, out: Path, parameters: dict[str, Any]
) -> dict[str, Any] | None:
    """
    Return the manifest of a folder that already holds what a build would give.

    Parameters
    ----------
    catalogue
        The catalogue of the build.
    out
        Folder of the results.
    parameters
        What is asked for.

    Returns
    -------
    manifest
        None where an input, a parameter, a version, the code of the package or a result is
        other than it was, or there is no manifest that can be read.

    Examples
    --------
    >>> days = ["2025-12-31", "2030-12-31"]
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     made = build_manifest(cat, Path(folder), {"day": days[0]})
    ...     size = (Path(folder) / FILE).write_text(json.dumps(made))
    ...     print([unchanged(cat, Path(folder), {"day": day}) is not None for day in days])
    [True, False]

    """
    try:
        known: dict[str, Any] = json.loads((out / MANIFEST).read_text("utf-8"))
        same = all(known[key] == value for key, value in _origin(catalogue, parameters).items())
        whole = not _changed(out, known["outputs"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return known if same and whole else None


def input_files(catalogue: Catalogue) -> list[str]:
    """
    Return the files that a catalogue and its maps are read from.

    Parameters
    ----------
    catalogue
        The catalogue.

    Returns
    -------
    files
        Paths relative to the data folder.

    Examples
    --------
    >>> input_files(cat)[:2]
    ['region.toml', 'tables/sources.csv']

    """
    region = catalogue.region
    layers = [*region.base.model_dump().values(), *region.context.model_dump().values()]
    return ["region.toml", *(f"tables/{name}.csv" for name in TABLES), *filter(None, layers)]


def verify_build(out: Path, catalogue: Catalogue) -> list[tuple[str, str]]:
    """
    Return which files are no longer those of the build.

    Parameters
    ----------
    out
        Folder of the results.
    catalogue
        The catalogue as it is now.

    Returns
    -------
    differences
        Kind (input or output) and name of every file that is missing or has other bytes.

    Raises
    ------
    BadInputError
        When the folder has no manifest that can be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     size = (Path(folder) / "a.txt").write_text("made")
    ...     text = json.dumps(build_manifest(cat, Path(folder), {}))
    ...     size = (Path(folder) / FILE).write_text(text)
    ...     size = (Path(folder) / "a.txt").write_text("touched")
    ...     print(verify_build(Path(folder), cat))
    [('output', 'a.txt')]

    """
    try:
        known = json.loads((out / MANIFEST).read_text("utf-8"))
        listed = {kind: dict(known[f"{kind}s"]) for kind in ("input", "output")}
    except (OSError, ValueError, KeyError, TypeError):
        text = f"expected the manifest of a build in {out}"
        raise BadInputError([Problem(MANIFEST, expected=text)]) from None
    folders = {"input": catalogue.folder, "output": out}
    return [(kind, name) for kind in listed for name in _changed(folders[kind], listed[kind])]


def _changed(folder: Path, listed: dict[str, Any]) -> list[str]:
    """Return the files that are missing or have other bytes than those listed."""
    return [name for name, entry in listed.items() if _entry(folder / name) != entry]


def _hashed(folder: Path, files: Iterable[str]) -> dict[str, Any]:
    found = {name: _entry(folder / name) for name in sorted(files)}
    return {name: entry for name, entry in found.items() if entry}


def _entry(path: Path) -> dict[str, Any] | None:
    """Return size and checksum of a file; None where there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


#: Name of the folder of data files beside the pages.
DATA = "data"


def build(
    catalogue: Catalogue,
    out: Path,
    *,
    date: dt.date,
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
    date
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
        and `headline_sentences` (sentences in Chinese and English with their methods, where a page or a
        table shows them).

    """
    clock = _Clock(progress)
    parameters = {"date": date.isoformat()}
    if pages is None and not force:
        with clock("inputs"):
            known = unchanged(catalogue, out, parameters)
        if known:
            return {"out": str(out), **known["result"], **_timed(clock)}
    wanted = [name for name in PAGES if pages is None or name in pages]
    with second_process(process=parallel) as submit, staged_folder(out) as stage:
        with clock("layers"):
            layers = build_layers(catalogue)
        early = _begin(submit, layers, date, wanted)
        found, sentences = None, list[dict[str, str]]()
        if pages is None or ("index" in pages and not tiles):
            found = analyse(layers, date, clock.begin)
            sentences = headline_sentences(found)
            if pages is None:
                with clock("exports"):
                    _write_tables(found, stage / DATA)
        files = sorted(str(p.relative_to(stage)) for p in stage.rglob("*") if p.is_file())
        with clock("maps"):
            options: dict[str, dict[str, Any]] = {
                "index": {"findings": sentences, "downloads": files},
                "criticality": {"analysis": found},
                "compare": {"analysis": found},
            }
            made = _write_pages(layers, stage, date, options, wanted, early, tiles)
        result = {
            "pages": made,
            "files": [*files, MANIFEST] if pages is None else files,
            "date": date.isoformat(),
            "findings": sentences,
            "assumed": list(build_network(layers, year=date).assumed),
        }
        if pages is None:
            write_json(
                build_manifest(catalogue, stage, parameters) | {"result": result}, stage / MANIFEST
            )
    return {"out": str(out), **result, **_timed(clock)}


def _timed(clock: _Clock) -> dict[str, Any]:
    """Return the seconds of a job, whole and by stage."""
    stages = {name: round(value, 2) for name, value in clock.stages.items()}
    return {"seconds": round(sum(clock.stages.values()), 2), "stages": stages}


def _write_tables(analysis: Analysis, folder: Path) -> None:
    """Write every table of the analysis, and the layers as a GeoPackage."""
    for mode in [mode for mode in ("road", "rail") if mode in analysis.net.modes]:
        matrix = travel_time_matrix(analysis.stops, mode)
        write_csv(matrix, folder / f"times_{mode}_min.csv")
    routes = route_table(analysis.layers, analysis.date).drop(columns="geometry")
    write_csv(analysis.statistics, folder / "statistics.csv")
    write_csv(routes, folder / "routes.csv")
    plain = {
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
    for name, table in plain.items():
        if len(table):
            write_csv(table, folder / f"{name}.csv", index=False)
    layers = export_layers(analysis.layers, analysis.net, analysis.crossings)
    write_gpkg(layers, folder / "network.gpkg", terms=licence_terms(analysis.layers.catalogue))


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
    submit: Submit, layers: Layers, date: dt.date, wanted: list[str]
) -> dict[str, Callable[[], Any]]:
    """Begin the pages that need no analysis; by name, what returns them when they are done."""
    early: dict[str, Callable[[], Any]] = {}
    if {"network", "compare"} & set(wanted):
        early["network"] = submit(_moments_and_network, layers, date, page="network" in wanted)
    if "accessibility" in wanted:
        nets = two_networks(layers, date)
        parts = [submit(reach, layers, nets, mode) for mode in modes_shown(layers, nets[1])]
        early["accessibility"] = partial(_accessibility, layers, date, parts)
    return early


def _accessibility(layers: Layers, date: dt.date, parts: list[Callable[[], Any]]) -> str:
    """Return the page of modes that were measured early, the last of them first."""
    results = [part() for part in reversed(parts)]
    return page(layers, date=date, results=results[::-1])


def _moments_and_network(layers: Layers, date: dt.date, *, page: bool) -> tuple[Timeline, str]:
    when = build_timeline(layers, date)
    return when, PAGES["network"](layers, date=date, timeline=when) if page else ""


def _write_pages(
    layers: Layers,
    stage: Path,
    date: dt.date,
    options: dict[str, dict[str, Any]],
    wanted: list[str],
    early: dict[str, Callable[[], Any]],
    tiles: Tiles | None,
) -> list[str]:
    late = [name for name in wanted if name not in (*early, "compare")]
    made = {name: PAGES[name](layers, date=date, **options.get(name, {})) for name in late}
    if "accessibility" in early:
        made["accessibility"] = early["accessibility"]()
    if "network" in early:
        when, made["network"] = early["network"]()
        if "compare" in wanted:
            made["compare"] = PAGES["compare"](
                layers, date=date, timeline=when, **options["compare"]
            )
    made = {name: made[name] for name in wanted}
    if tiles:
        made = {name: html for name, html in made.items() if has_map(html)}
        made = {name: with_tiles(html, tiles, made) for name, html in made.items()}
    files = {file_name(name, tiles): html for name, html in made.items()}
    for file, html in files.items():
        (stage / file).write_text(html, encoding="utf-8")
    return list(files)
