"""Files written whole or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
from pandas import DataFrame

from geo.core.errors import OutputError

_TEMPORARY = ".geo-build-"
#: A folder of a build that has not changed for so long belongs to a build that is dead.
_STALE_S = 3600.0
#: A fixed time of change, so that the same data give the same bytes.
STAMP = "2000-01-01T00:00:00Z"
#: Decimals of degrees in text: 1 cm, so that lines that meet still meet when read back.
DECIMALS = 7


@contextmanager
def staged_folder(out: Path) -> Iterator[Path]:
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
    ...         with staged_folder(Path(folder)) as stage:
    ...             size = (stage / "half.csv").write_text("half")
    ...             raise KeyboardInterrupt
    ...     except KeyboardInterrupt:
    ...         print(list(Path(folder).iterdir()))
    []
    """
    try:
        with _staged(out) as stage:
            yield stage
    except OutputError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(
            "cannot write to {folder}: {reason}", folder=out, reason=reason
        ) from error


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """
    Write a file whole or not at all.

    Parameters
    ----------
    path
        The file to write; its folder is made where it does not exist.

    Yields
    ------
    temporary
        A path to write to; moved into place when the block ends without error.

    Raises
    ------
    OutputError
        When the folder or the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with replaced_file(Path(folder) / "note.txt") as temporary:
    ...         size = temporary.write_text("whole")
    ...     print([path.name for path in Path(folder).iterdir()])
    ['note.txt']
    """
    try:
        with _staged(path.parent) as stage:
            yield stage / path.name
    except OutputError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise OutputError("cannot write {file}: {reason}", file=path, reason=reason) from error


@contextmanager
def _staged(out: Path) -> Iterator[Path]:
    """Yield a temporary folder inside `out`; move its files into place when all are there."""
    out.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    stage = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=out))
    try:
        yield stage
        for file in sorted(path for path in stage.rglob("*") if path.is_file()):
            target = out / file.relative_to(stage)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _sweep(out: Path) -> None:
    """Remove what builds that were killed long ago left behind."""
    for folder in out.glob(_TEMPORARY + "*"):
        if time.time() - folder.stat().st_mtime > _STALE_S:
            shutil.rmtree(folder, ignore_errors=True)


def with_index_column(frame: DataFrame) -> DataFrame:
    """
    Return a table with its index as a column, where the index has a name.

    Parameters
    ----------
    frame
        The table.

    Returns
    -------
    frame
        The same rows, numbered.

    Examples
    --------
    >>> with_index_column(lay.routes[["name_zh"]]).columns.tolist()
    ['route_id', 'name_zh']
    """
    return frame.reset_index(drop=frame.index.name is None)


def write_csv(frame: DataFrame, path: Path, *, index: bool = True) -> None:
    """
    Write a table; geometry becomes well-known text.

    Parameters
    ----------
    frame
        The table.
    path
        The file.
    index
        Whether to write the index.
    """
    plain = pd.DataFrame(frame)
    if "geometry" in plain:
        shapes = shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=DECIMALS)
        plain = plain.assign(geometry=shapes)
    with replaced_file(path) as temporary:
        plain.to_csv(
            temporary,
            index=index,
            encoding="utf-8",
            lineterminator="\n",
            float_format="%.10g",
        )


def write_json(value: dict[str, Any], path: Path) -> None:
    """
    Write a description of files.

    Parameters
    ----------
    value
        What JSON can hold.
    path
        The file.
    """
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    with replaced_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
