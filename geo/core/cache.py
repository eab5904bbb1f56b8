"""Results kept between runs, under a checksum of everything they follow from."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import pickle
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar, Token
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd
import shapely

from geo.core.errors import OutputError
from geo.core.version import code_checksum
from geo.core.writing import replaced_file

Result = TypeVar("Result")
#: Environment variable with another folder for what is kept; "off": nothing is kept.
VARIABLE = "GEO_CACHE"
OFF = "off"
#: When more bytes are kept, what was not asked for longest goes.
LIMIT_BYTES = 400_000_000
#: What took less is not kept: to read it would take as long.
LEAST_S = 0.003
#: Packages whose version can change a result.
PACKAGES = (
    "folium", "branca", "geopandas", "jinja2", "networkx", "numpy", "pandas", "pyogrio", "pyproj",
    "pypinyin", "scipy", "shapely", "XStatic-Leaflet",
)  # fmt: skip
#: The same of those that may be missing.
_OPTIONAL = ("contourpy", "matplotlib", "numba", "pydantic", "pyroutingkit")
_DIGEST = 32
#: What was made in this run, by checksum, or by owner and name, while results are shared.
_RUN: ContextVar[dict[Any, Any] | None] = ContextVar("results of this run", default=None)


def user_cache() -> Path:
    """
    Return the folder of this package in the cache of the user.

    Returns
    -------
    folder
        It need not exist.

    Examples
    --------
    >>> user_cache().name
    'chuanyu-geo'
    """
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "chuanyu-geo"


def versions() -> dict[str, str]:
    """
    Return the versions of Python and of the packages that can change a result.

    Returns
    -------
    versions
        By name.

    Examples
    --------
    >>> "numpy" in versions()
    True
    """
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


@contextmanager
def nothing_remembered() -> Iterator[None]:
    """
    Keep no result and take none meanwhile, here and in processes that begin.

    Examples
    --------
    >>> with nothing_remembered():
    ...     remembered(lambda: 1 + 1, "sum")
    2
    """
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = OFF
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def remembered(make: Callable[[], Result], *known: Any) -> Result:
    """
    Return a result, from an earlier run where the same code made it of the same things.

    Parameters
    ----------
    make
        Makes the result, which can be pickled and which nobody changes.
    *known
        A name, and everything that the result follows from but code, packages and the machine,
        as in `checksum`.

    Returns
    -------
    result
        What `make` returns, or has returned. A file that is damaged counts as none, and where
        nothing can be written the result is made every time.

    Examples
    --------
    >>> remembered(lambda: sum(range(10)), "sum", 10)
    45
    """
    run, off = _RUN.get(), os.environ.get(VARIABLE) == OFF
    if run is None and off:
        return make()
    key = checksum(_origin(), pd.get_option("mode.string_storage"), known)
    if run is not None and key in run:
        return cast("Result", run[key])
    result = make() if off else _found_or_made(make, key)
    if run is not None:
        run[key] = result
    return result


def share_results() -> Token[dict[Any, Any] | None]:
    """Make nothing twice from now on; return what ends that (`ContextVar.reset`)."""
    return _RUN.set({})


@contextmanager
def shared_results() -> Iterator[None]:
    """
    Make nothing twice meanwhile: results stay in memory, also where none is kept between runs.

    Examples
    --------
    >>> with nothing_remembered(), shared_results():
    ...     remembered(list, "a list") is remembered(list, "a list")
    True
    """
    token = share_results()
    try:
        yield
    finally:
        _RUN.reset(token)


def made_once(owner: object, make: Callable[[], Result], *name: Any) -> Result:
    """
    Return what is made of an object, in a build once: there nobody changes it meanwhile.

    Parameters
    ----------
    owner
        The object.
    make
        Makes the result.
    *name
        What the result is called, and what else it follows from.

    Returns
    -------
    result
        What `make` returns, or has returned while results are shared (`shared_results`).

    Examples
    --------
    >>> made_once("owner", lambda: 1 + 1, "sum")
    2
    """
    run = _RUN.get()
    if run is None:
        return make()
    key = id(owner), *name
    if key not in run:
        run[key] = owner, make()  # the owner stays, and so does its id
    return cast("Result", run[key][1])


def _found_or_made(make: Callable[[], Result], key: str) -> Result:
    """Return a result that is kept in a file, or make it and keep it there."""
    place = os.environ.get(VARIABLE, "")
    try:
        folder = (Path(place) if place else user_cache()) / "results"
    except RuntimeError:  # there is no home
        return make()
    path = folder / key
    with suppress(OSError, ValueError, pickle.UnpicklingError, EOFError, AttributeError,
                  ImportError, IndexError, TypeError):  # fmt: skip
        content = path.read_bytes()
        if hashlib.sha256(content[_DIGEST:]).digest() == content[:_DIGEST]:
            found = cast("Result", pickle.loads(content[_DIGEST:]))  # noqa: S301 - written here
            os.utime(path)  # asked for now
            return found
    files, since = _watched(), time.perf_counter()
    result = make()
    took = time.perf_counter() - since
    # a file that was changed meanwhile may be in the result as it is now
    if took >= LEAST_S and all(_state(file) == state for file, state in files.items()):
        _keep(result, path)
    return result


def _keep(result: Any, path: Path) -> None:
    """Write a result beside the others; two who write the same one write the same bytes."""
    content = pickle.dumps(result, protocol=5)
    with suppress(OutputError, OSError):  # a full disk, or one that cannot be written
        with replaced_file(path) as temporary:
            temporary.write_bytes(hashlib.sha256(content).digest() + content)
        _make_room(path.parent)


def _make_room(folder: Path) -> None:
    """Remove what was not asked for longest, until the rest is within the limit."""
    files = []
    for entry in os.scandir(folder):
        with suppress(OSError):  # another process has removed it
            if entry.is_file(follow_symlinks=False):
                state = entry.stat()
                files.append((state.st_mtime_ns, entry.path, state.st_size))
    excess = sum(size for _, _, size in files) - LIMIT_BYTES
    for _, path, size in sorted(files):
        if excess <= 0:
            break
        with suppress(OSError):
            Path(path).unlink()
        excess -= size


@cache
def _origin() -> str:
    """Return a checksum of what makes results: the code, the packages, and the machine."""
    extra = []
    for name in _OPTIONAL:
        with suppress(PackageNotFoundError):
            extra.append((name, version(name)))
    machine = platform.system(), platform.machine(), shapely.geos_version_string
    return checksum(code_checksum(), tuple(versions().items()), tuple(extra), machine)


def checksum(*known: Any) -> str:
    """
    Return one checksum of values, the same in every run for the same values.

    Parameters
    ----------
    *known
        Plain values, dates, paths, arrays, tables with or without shapes, and tuples, lists and
        mappings of them; of rows, named tuples and dataclasses their class and values.

    Returns
    -------
    checksum
        SHA-256 as text.

    Examples
    --------
    >>> checksum("a", [1, 2.0]) == checksum("a", [1, 2.0]) != checksum("a", (1, 2.0))
    True
    """
    digest = hashlib.sha256()
    target = cast("io.BytesIO", _Sink(digest))
    pickler = pickle.Pickler(target, protocol=5)
    pickler.fast = True  # without references to equal objects: the same values, the same bytes
    pickler.dump(_plain(known))
    return digest.hexdigest()


def file_checksum(path: Path) -> str:
    """
    Return the checksum of a file, read once while its size and its time stay.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    checksum
        SHA-256 as text; empty where there is no such file.

    Examples
    --------
    >>> file_checksum(Path("no such file"))
    ''
    """
    path = path.absolute()
    state = _state(path)
    _seen[path] = state, time.monotonic()
    return _checksum_of(path, state) if state else ""


#: The files that were asked for, as they were then, and when.
_seen: dict[Path, tuple[tuple[int, int] | None, float]] = {}
#: Whatever is made next may follow from files asked for within so many seconds.
_RECENT_S = 60.0


def _watched() -> dict[Path, tuple[int, int] | None]:
    """Return the files that must stay for a result to be kept, as they were asked for."""
    now = time.monotonic()
    return {
        path: state
        for path, (state, when) in _seen.items()
        if now - when < _RECENT_S or _state(path) == state
    }


def _state(path: Path) -> tuple[int, int] | None:
    """Return the size and the time of a file, None where there is none."""
    try:
        state = path.stat()
    except OSError:
        return None
    return (state.st_size, state.st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=256)
def _checksum_of(path: Path, state: tuple[int, int]) -> str:  # noqa: ARG001 - tell states apart
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Sink:
    """A file that only goes into a checksum."""

    def __init__(self, digest: Any) -> None:
        self.write = digest.update


_ATOMS = frozenset({str, int, float, bool, type(None), bytes})


def _plain(value: Any) -> Any:
    """Return a value as one whose pickle says all that it holds and nothing else."""
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind in (tuple, list):
        return (
            kind.__name__,
            *(value if _ATOMS.issuperset(map(type, value)) else map(_plain, value)),
        )
    if kind is dict:
        return "dict", *((_plain(k), _plain(v)) for k, v in value.items())
    if kind in (set, frozenset):
        return "set", *sorted(map(repr, value))
    return _plain_table(value)


def _plain_table(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _plain_array(value)
    if isinstance(value, pd.Series):
        return "series", _plain(value.index), _plain_column(value)
    if isinstance(value, pd.Index):
        return "index", _plain_column(value)
    if isinstance(value, pd.DataFrame):
        columns = [_plain_column(value[name]) for name in value.columns]
        return "table", _plain(value.index), str(getattr(value, "crs", "")), *columns
    return _plain_object(value)


def _plain_array(value: np.ndarray[Any, Any]) -> Any:
    if value.dtype != object:
        return "array", value.dtype.str, value.shape, value.tobytes()
    items = value.ravel()
    if len(items) and shapely.is_geometry(items[0]):
        return "shapes", value.shape, *shapely.to_wkb(items).tolist()
    return "objects", value.shape, _plain(items.tolist())


def _plain_column(value: Any) -> Any:
    """Return the name, the kind and the values of a column."""
    kind = str(value.dtype)
    plain = np.asarray(value.array, object) if kind == "geometry" else value.to_numpy()
    return _plain(value.name), kind, _plain_array(plain)


def _plain_object(value: Any) -> Any:
    """Return an object as its class and what it holds."""
    name = f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, str):
        return name, str.__str__(value)
    if isinstance(value, dt.date | Path | int | float | np.generic) or value is pd.NA:
        return name, repr(value)
    if shapely.is_geometry(value):
        return name, shapely.to_wkb(value)
    if isinstance(value, tuple):
        return name, *map(_plain, value)
    if isinstance(value, type) or callable(value) or not hasattr(value, "__dict__"):
        raise TypeError(f"no checksum of {name}")
    held = value.__dict__
    fields = getattr(value, "__dataclass_fields__", held)  # without what was worked out since
    return name, *((key, _plain(held[key])) for key in held if key in fields)
