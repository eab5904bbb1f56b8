"""Files written whole or not at all."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd
import shapely
from pandas import DataFrame

from geo.core.errors import BadInputError, OutputError

_TEMPORARY = ".geo-build-"
#: Lists what was written into a folder: no other file there is replaced (a link to one is).
WRITTEN = ".geo-files"
#: What a build lists its results in.
MANIFEST = "manifest.json"
#: A table is replaced by one that begins with as many equal columns: another is somebody's own.
_ALIKE = 3
#: A folder of a build that has not changed for so long belongs to a build that is dead.
_STALE_S = 3600.0
#: A fixed time of change, so that the same data give the same bytes.
STAMP = "2000-01-01T00:00:00Z"
#: Decimals of degrees in text: 1 cm, so that lines that meet still meet when read back.
DECIMALS = 7
#: Names that Windows keeps for devices, whatever their suffix: no file there can be called so.
_DEVICE = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])([. ].*)?", re.IGNORECASE)


def refuse_inside(out: Path, folder: Path) -> None:
    """
    Refuse to write results into the folder of the data, over the tables they come from.

    Parameters
    ----------
    out, folder
        The folder or file to write, and the folder of the data.

    Raises
    ------
    BadInputError
        When one lies in the other.
    """
    if out.resolve().is_relative_to(folder.resolve()):
        raise BadInputError(
            "{out}: expected a place outside the folder of the data, {folder}",
            out=out,
            folder=folder,
        )


def refuse_device(out: Path) -> None:
    """
    Refuse a name that Windows keeps for a device, such as `nul` or `aux.csv`, on any system.

    Parameters
    ----------
    out
        The file or folder to write; one that exists already is no device.

    Raises
    ------
    BadInputError
        When it, or a folder that has to be made for it, is called so.
    """
    for path in (out, *out.parents):
        # Windows says that a device exists, but not that it is a file
        if _DEVICE.fullmatch(path.name) and not (path.is_file() or path.is_dir()):
            raise BadInputError(
                "{out}: expected another name: Windows keeps it for a device", out=path
            )


@contextmanager
def staged_folder(out: Path, *, own: bool = True) -> Iterator[Path]:
    """
    Write a folder of files so that a failure leaves the earlier files whole.

    Parameters
    ----------
    out
        The folder that gets the files; it is made where it does not exist.
    own
        Whether only files that were written so before may be replaced: the folder lists them in
        `.geo-files`. Otherwise any may.

    Yields
    ------
    stage
        The folder to write to; its files are moved into place when the block ends without error.

    Raises
    ------
    OutputError
        When the folder cannot be written, or has a file of somebody else where one is to go.
    """

    def refusal(reason: object) -> OutputError:
        return OutputError("cannot write to {folder}: {reason}", folder=out, reason=reason)

    refuse_device(out)
    with _staged(out, refusal) as stage:
        yield stage
        if own:
            _claim(out, [path.relative_to(stage) for path in _files(stage)])


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """
    Write a file whole or not at all, as `staged_folder` does a folder.

    Parameters
    ----------
    path
        The file to write; its folder is made where it does not exist.

    Yields
    ------
    temporary
        A path to write to.
    """

    def refusal(reason: object) -> OutputError:
        return OutputError("cannot write {file}: {reason}", file=path, reason=reason)

    refuse_device(path)
    with _staged(path.parent, refusal) as stage:
        yield stage / path.name


@contextmanager
def _staged(out: Path, refusal: Callable[[object], OutputError]) -> Iterator[Path]:
    """Yield a temporary folder inside `out`; move its files into place when all are there."""
    missing = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        for old in out.glob(_TEMPORARY + "*"):
            if time.time() - old.stat().st_mtime > _STALE_S:
                shutil.rmtree(old, ignore_errors=True)
        with tempfile.TemporaryDirectory(
            prefix=_TEMPORARY, dir=out, ignore_cleanup_errors=True
        ) as folder:
            stage = Path(folder)
            yield stage
            for file in _files(stage):
                target = out / file.relative_to(stage)
                target.parent.mkdir(parents=True, exist_ok=True)
                file.replace(target)
    except OutputError:
        raise
    except OSError as error:
        raise refusal(error.strerror or error) from error
    finally:
        for empty in missing:  # after a failure they are empty, and go as they came
            with suppress(OSError):
                empty.rmdir()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _claim(out: Path, files: list[Path]) -> None:
    """List files as written by this package, unless somebody else's lie there."""
    there = [file for file in files if (out / file).exists() and not (out / file).is_symlink()]
    record = out / WRITTEN  # read after the look, so that what another build wrote is in it
    is_there = record.is_file()
    written = set(record.read_text("utf-8").splitlines()) if is_there else _built_before(out)
    if foreign := [file for file in there if file.as_posix() not in written]:
        raise OutputError(
            "{file}: expected no file, or one that geo wrote: it stays as it is; give another "
            "place, or remove it; if an older geo wrote it, write {name} into {record}",
            file=out / foreign[0],
            name=foreign[0].as_posix(),
            record=record,
        )
    names = {file.as_posix() for file in files} | written
    new = sorted(names - written if is_there else names)
    with record.open("a", encoding="utf-8", newline="\n") as file:
        file.write("".join(name + "\n" for name in new))


def _built_before(out: Path) -> set[str]:
    """Return the files that a manifest of a build lists: before 0.2 nothing else told of them."""
    try:
        manifest = json.loads((out / MANIFEST).read_text("utf-8"))
        return (
            {MANIFEST, *manifest["outputs"]} if {"package", "inputs"} <= set(manifest) else set()
        )
    except (OSError, ValueError, TypeError, KeyError):
        return set()


def _refuse_other_table(path: Path, header: list[str]) -> None:
    """Refuse to replace a table that begins with other columns, or what is no table."""
    if path.is_file() and path.stat().st_size:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            found = file.readline().rstrip("\r\n").split(",")
        if found[:_ALIKE] != header[:_ALIKE]:
            raise OutputError(
                "{file}: expected no file, or one that geo wrote: it stays as it is; give another "
                "place, or remove it",
                file=path,
            )


def write_csv(frame: DataFrame, path: Path, *, index: bool = True) -> None:
    """
    Write a table; geometry becomes well-known text.

    Parameters
    ----------
    frame, path, index
        The table and the file, and whether to write the index.

    Raises
    ------
    OutputError
        When the file cannot be written, or is another table than an earlier one of these.
    """
    plain = pd.DataFrame(frame)
    if "geometry" in plain:
        shapes = shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=DECIMALS)
        plain = plain.assign(geometry=shapes)
    labels = [str(name or "") for name in plain.index.names] if index else []
    _refuse_other_table(path, [*labels, *map(str, plain.columns)])
    with replaced_file(path) as temporary:
        plain.to_csv(temporary, index=index, lineterminator="\n", float_format="%.10g")


def write_json(value: dict[str, Any], path: Path) -> None:
    """
    Write a description of files.

    Parameters
    ----------
    value, path
        What JSON can hold, and the file.
    """
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    with replaced_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
