"""Kept results: the same value for the same things, anew for others, never a damaged one."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.core import (
    cache,
    checksum,
    made_once,
    nothing_remembered,
    remembered,
    shared_results,
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of kept results; everything is kept, however fast it was made."""
    monkeypatch.setenv("GEO_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "LEAST_S", 0.0)
    monkeypatch.setattr(cache, "_seen", {})  # other tests change files
    return tmp_path / "results"


@pytest.fixture
def made():
    """Counts how often something is made."""
    return []


def result(made, value="value"):
    made.append(value)
    return value


def test_a_result_is_made_once(folder, made):
    for _ in range(3):
        assert remembered(lambda: result(made), "name", 1) == "value"
    assert made == ["value"]
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(
    "known", [("name", 2), ("other", 1), ("name", 1.0), ("name", "1"), ("name",)]
)
def test_of_other_things_another_result_is_made(folder, made, known):
    remembered(lambda: result(made), "name", 1)
    assert remembered(lambda: result(made, "new"), *known) == "new"


def test_other_code_and_other_packages_make_results_anew(folder, made, monkeypatch):
    for name, other in (("code_checksum", lambda: "other"), ("versions", lambda: {"numpy": "0"})):
        cache._origin.cache_clear()
        remembered(lambda: result(made), "name")
        with monkeypatch.context() as patch:
            patch.setattr(cache, name, other)
            cache._origin.cache_clear()
            remembered(lambda: result(made), "name")
    cache._origin.cache_clear()
    assert len(made) == 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: raw[:-1],
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:40] + bytes([raw[40] ^ 1]) + raw[41:],
        lambda raw: b"\0" * len(raw),
        lambda raw: pickle.dumps("planted"),
    ],
)
def test_a_damaged_file_is_made_again(folder, made, damage):
    remembered(lambda: result(made), "name")
    (path,) = folder.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert remembered(lambda: result(made), "name") == "value"
    assert remembered(lambda: result(made), "name") == "value"
    assert len(made) == 2


def test_nothing_is_kept_where_that_is_asked_for_or_not_possible(folder, made, monkeypatch):
    with nothing_remembered():
        remembered(lambda: result(made), "name")
        assert os.environ["GEO_CACHE"] == "off"
    assert not folder.exists()
    monkeypatch.setenv("GEO_CACHE", str(folder.parent / "a file"))
    (folder.parent / "a file").write_text("somebody's own")
    for _ in range(2):
        assert remembered(lambda: result(made), "name") == "value"
    assert len(made) == 3
    assert (folder.parent / "a file").read_text() == "somebody's own"


def test_what_is_made_in_no_time_is_not_kept(folder, made, monkeypatch):
    monkeypatch.setattr(cache, "LEAST_S", 60.0)
    remembered(lambda: result(made), "name")
    assert not folder.exists()


def test_what_was_not_asked_for_longest_goes_first(folder, made, monkeypatch):
    monkeypatch.setattr(cache, "LIMIT_BYTES", 3000)
    for i in range(2):
        remembered(lambda: "x" * 1200, "name", i)
    first, second = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    os.utime(second, (1, 1))
    remembered(lambda: "x" * 1200, "name", 2)
    kept = set(folder.iterdir())
    assert first in kept
    assert second not in kept
    assert sum(path.stat().st_size for path in kept) <= 3000


def test_of_a_file_changed_meanwhile_nothing_is_kept(folder, made, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("old")

    def make():
        table.write_text("newer")  # while it is read
        return table.read_text()

    remembered(make, cache.file_checksum(table))
    assert not folder.exists()


def test_an_old_change_of_another_file_does_not_keep_results_from_being_kept(
    folder, tmp_path, monkeypatch
):
    other = tmp_path / "other.csv"
    other.write_text("old")
    cache.file_checksum(other)
    other.write_text("newer")
    assert other in cache._watched()
    monkeypatch.setattr(cache, "_RECENT_S", 0.0)
    assert other not in cache._watched()
    remembered(lambda: 1, "name")
    assert folder.exists()


def test_results_killed_while_they_are_written_are_whole_or_not_there(tmp_path):
    code = (
        "import numpy as np\n"
        "from geo.core import cache, remembered\n"
        "cache.LEAST_S = 0.0\n"
        "print('ready', flush=True)\n"
        "for i in range(10_000):\n"
        "    remembered(lambda: (np.arange(400_000) + i).copy(), 'large', i)\n"
    )
    env = {**os.environ, "GEO_CACHE": str(tmp_path)}
    results = tmp_path / "results"
    for wait in (0.0, 0.05):
        several = [
            subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        for process in several:
            process.stdout.readline()
        patience = time.monotonic() + 60  # a busy machine takes long for the first of them
        while not (results.is_dir() and any(map(Path.is_file, results.iterdir()))):
            assert time.monotonic() < patience
            time.sleep(0.01)
        time.sleep(wait)
        for process in several:
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()
    for path in results.iterdir():
        if path.is_file():
            raw = path.read_bytes()
            assert cache.hashlib.sha256(raw[32:]).digest() == raw[:32]


@dataclass(frozen=True)
class Pair:
    a: int
    b: str


FRAME = gpd.GeoDataFrame(
    {"n": [1, 2], "t": ["a", None]}, geometry=[shapely.Point(0, 1), shapely.Point(2, 3)], crs=4326
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0.0, -0.0),
        ("", None),
        ([1, 2], (1, 2)),
        ([[1], 2], [[1, 2]]),
        ({"a": 1}, {"a": 2}),
        (frozenset("ab"), frozenset("ac")),
        (dt.date(2025, 1, 1), "2025-01-01"),
        (np.arange(4), np.arange(4).astype(np.int32)),
        (np.arange(4), np.arange(4).reshape(2, 2)),
        (np.array(["a", None], object), np.array(["a", ""], object)),
        (Pair(1, "a"), Pair(1, "b")),
        (pd.Series([1, 2]), pd.Series([1, 2], index=[1, 2])),
        (pd.Series([1, 2], name="a"), pd.Series([1, 2], name="b")),
        (pd.Series([1, None], dtype="Int64"), pd.Series([1, 2], dtype="Int64")),
        (FRAME, FRAME.assign(n=[1, 3])),
        (FRAME, FRAME.assign(t=["a", "b"])),
        (FRAME, FRAME.rename(columns={"n": "m"})),
        (FRAME, FRAME.to_crs(3857)),
        (FRAME, FRAME.iloc[::-1]),
        (FRAME, FRAME.set_geometry([shapely.Point(0, 1), shapely.Point(2, 4)], crs=4326)),
    ],
)
def test_different_things_have_different_checksums(one, other):
    assert checksum(one) == checksum(one)
    assert checksum(one) != checksum(other)


def test_equal_things_have_one_checksum_in_every_process():
    copied = pickle.loads(pickle.dumps(FRAME))  # noqa: S301 - made here
    assert checksum(copied, Pair(1, "x" * 2)) == checksum(FRAME, Pair(1, "xx"))
    code = "from geo.core import checksum; print(checksum({'b', 'a'}, ['ab', 'ab'], {1: 2.5}))"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert seen == {(checksum({"a", "b"}, ["a" + "b", "ab"], {1: 2.5}) + "\n").encode()}


def test_what_has_no_content_has_no_checksum():
    with pytest.raises(TypeError, match="no checksum"):
        checksum(lambda: 0)


def test_results_are_shared_within_a_run_only(monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, cache.OFF)
    made = []

    def make():
        made.append(len(made))
        return len(made)

    with shared_results():
        assert [remembered(make, "shared"), remembered(make, "shared")] == [1, 1]
        assert remembered(make, "another") == 2
    with shared_results():
        assert remembered(make, "shared") == 3
    assert remembered(make, "shared") == 4
    assert remembered(make, "shared") == 5


def test_what_an_object_makes_once_is_its_own():
    """Outside of a build objects may change; within it each has its own."""
    rows = [1, 2]
    assert made_once(rows, lambda: sum(rows), "sum") == 3
    rows.append(3)
    assert made_once(rows, lambda: sum(rows), "sum") == 6
    with shared_results():
        assert [made_once([n], lambda n=n: n, "sum") for n in range(5)] == [0, 1, 2, 3, 4]
        assert made_once(rows, lambda: sum(rows), "sum") == 6
        assert made_once(rows, lambda: 1 / 0, "sum") == 6
