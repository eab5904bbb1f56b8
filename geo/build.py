"""The main job: layers, network, statistics, exports and maps, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from geo.catalogue import Catalogue

#: Name of the folder of data files beside the pages.
DATA = "data"
_TEMPORARY = ".geo-build-"

Progress = "Callable[[str], None]"


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
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
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


def build(
    catalogue: Catalogue,
    out: Path,
    *,
    day: date,
    progress: Callable[[str], None] = lambda _: None,
    pages: list[str] | None = None,
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
        Only these pages and no data files; default: everything.

    Returns
    -------
    summary
        `out`, `pages` and `files` (relative names), `seconds`, `stages` (seconds by name)
        and `findings` (sentences in Chinese and English).
    """
    clock = _Clock(progress)
    from geo.borders import crossings as find_crossings
    from geo.export import flat_crossings, tables, write_csv, write_gpkg
    from geo.layers import layers
    from geo.network import network
    from geo.report import headlines, matrix_table, route_table, statistics

    with clock("layers"):
        drawn = layers(catalogue)
    with clock("network"):
        net = network(drawn, year=day)
        stops = network(drawn, year=day, nodes="stops")
    with clock("crossings"):
        border = find_crossings(drawn, day=day)
    with clock("statistics"):
        stats = statistics(net)
        findings = headlines(drawn, day, border, net, stops)
    with staged(out) as stage:
        if pages is None:
            with clock("matrices"):
                for mode in [m for m in ("road", "rail") if m in net.modes]:
                    table = matrix_table(stops, catalogue, mode)
                    write_csv(table, stage / DATA / f"times_{mode}_min.csv")
            with clock("exports"):
                write_csv(stats, stage / DATA / "statistics.csv")
                routes = route_table(drawn, day).drop(columns="geometry")
                write_csv(routes, stage / DATA / "routes.csv")
                write_csv(flat_crossings(border), stage / DATA / "crossings.csv", index=False)
                write_gpkg(tables(drawn, net, border), stage / DATA / "network.gpkg")
        files = sorted(str(p.relative_to(stage)) for p in stage.rglob("*") if p.is_file())
        with clock("maps"):
            made = _write_pages(drawn, stage, day, findings, files, pages)
    return {
        "out": str(out),
        "pages": made,
        "files": files,
        "date": day.isoformat(),
        "seconds": round(sum(clock.stages.values()), 2),
        "stages": {name: round(value, 2) for name, value in clock.stages.items()},
        "findings": findings,
        "assumed": list(net.assumed),
    }


class _Clock:
    """Names the stages of a job as they begin, and keeps how long each took."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self.progress, self.stages = progress, dict[str, float]()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        self.progress(name)
        start = time.perf_counter()
        yield
        self.stages[name] = time.perf_counter() - start


def _write_pages(
    drawn: Any,  # noqa: ANN401
    stage: Path,
    day: date,
    findings: list[dict[str, str]],
    files: list[str],
    pages: list[str] | None,
) -> list[str]:
    from geo.mapping import PAGES

    made = []
    for name, page in PAGES.items():
        if pages is not None and name not in pages:
            continue
        extra = {"findings": findings, "downloads": files} if name == "index" else {}
        (stage / f"{name}.html").write_text(page(drawn, day=day, **extra), encoding="utf-8")
        made.append(f"{name}.html")
    return made
