"""Files appear whole or not at all, and one line says why not."""

from __future__ import annotations

import contextlib
import json
import os
import time

import pandas as pd
import pytest

from geo.core.errors import BadInputError, OutputError
from geo.core.extras import optional
from geo.core.writing import replaced_file, staged_folder, write_csv


def test_a_file_is_whole_or_as_it_was(tmp_path):
    path = tmp_path / "new" / "od.csv"
    with replaced_file(path) as temporary:
        temporary.write_text("first")
        assert not path.exists()
    with contextlib.suppress(KeyboardInterrupt), replaced_file(path) as temporary:
        temporary.write_text("sec")
        raise KeyboardInterrupt
    assert path.read_text() == "first"
    assert [file.name for file in path.parent.iterdir()] == ["od.csv"]


def test_a_folder_is_whole_or_as_it_was(tmp_path):
    with staged_folder(tmp_path) as stage:
        (stage / "data").mkdir()
        (stage / "data" / "a.csv").write_text("1")
    with contextlib.suppress(BadInputError), staged_folder(tmp_path) as stage:
        (stage / "b.csv").write_text("2")
        raise BadInputError("no")
    assert {path.name for path in tmp_path.rglob("*")} == {"data", "a.csv", ".geo-files"}
    assert (tmp_path / ".geo-files").read_text("utf-8") == "data/a.csv\n"


def write(folder, text, *names, **options):
    with staged_folder(folder, **options) as stage:
        for name in names:
            (stage / name).write_text(text)


def test_a_failure_leaves_no_folder_behind(tmp_path):
    out = tmp_path / "new" / "folder"
    with contextlib.suppress(RuntimeError), staged_folder(out) as stage:
        (stage / "a.txt").write_text("a", encoding="utf-8")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "new").mkdir()
    with contextlib.suppress(RuntimeError), staged_folder(out):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["new"], "it was there before"
    with staged_folder(out) as stage:
        (stage / "a.txt").write_text("a", encoding="utf-8")
    assert (out / "a.txt").exists()


def test_files_of_somebody_else_stay(tmp_path):
    mine = tmp_path / "index.html"
    mine.write_text("mine")
    for text in ("first", "second"):
        write(tmp_path, text, "network.html")
        with pytest.raises(OutputError, match=r"index.html: expected no file, or one that geo"):
            write(tmp_path, "new", "network.html", "index.html")
        assert (mine.read_text(), (tmp_path / "network.html").read_text()) == ("mine", text)
    write(tmp_path, "changed as wished", "index.html", own=False)
    assert mine.read_text() == "changed as wished"
    assert (tmp_path / ".geo-files").read_text("utf-8") == "network.html\n"


def test_results_of_a_build_before_0_2_are_replaced(tmp_path):
    """Nothing but the manifest told then which files were results."""
    for name in ("index.html", "notes.txt"):
        (tmp_path / name).write_text("old", "utf-8")
    manifest = {"package": "chuanyu-geo 0.1.0", "inputs": {}, "outputs": {"index.html": {}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    for name in ("index.html", "manifest.json"):
        with staged_folder(tmp_path) as stage:
            (stage / name).write_text("new", "utf-8")
    assert (tmp_path / "index.html").read_text() == "new"
    assert set((tmp_path / ".geo-files").read_text("utf-8").split()) == {
        "index.html", "manifest.json"
    }  # fmt: skip
    with (
        pytest.raises(
            OutputError, match=r"notes\.txt: expected.*write notes\.txt into .*geo-files"
        ),
        staged_folder(tmp_path) as stage,
    ):
        (stage / "notes.txt").write_text("new", "utf-8")
    assert (tmp_path / "notes.txt").read_text() == "old"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"outputs": {"index.html": {}}}', "null"])
def test_a_manifest_of_somebody_else_gives_nothing_away(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text, "utf-8")
    (tmp_path / "index.html").write_text("mine", "utf-8")
    with pytest.raises(OutputError, match="it stays as it is"), staged_folder(tmp_path) as stage:
        (stage / "index.html").write_text("new", "utf-8")
    assert (tmp_path / "index.html").read_text() == "mine"


def test_a_table_of_somebody_else_stays(tmp_path):
    path, table = tmp_path / "times.csv", pd.DataFrame({"name": ["A"], "a": [0.0]}, ["a"])
    table.index.name = "city_id"
    write_csv(table, path)
    write_csv(table.assign(b=1.0), path)  # one city more
    assert path.read_text("utf-8") == "city_id,name,a,b\na,A,0,1\n"
    for mine in ("city_id,name,population\n", "notes\n", "\0\xff"):
        path.write_text(mine, "utf-8")
        with pytest.raises(
            OutputError, match=r"times.csv: expected no file, or one that geo wrote"
        ):
            write_csv(table, path)
        assert path.read_text("utf-8") == mine


def test_what_cannot_be_written_is_named(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with (
        pytest.raises(OutputError, match=r"cannot write \S+od.csv: ") as error,
        replaced_file(file / "od.csv"),
    ):
        pass
    assert error.value.args[0].template == "cannot write {file}: {reason}"
    with (
        pytest.raises(OutputError, match=r"cannot write to \S+maps: "),
        staged_folder(file / "maps"),
    ):
        pass
    with (
        pytest.raises(OutputError, match=r"cannot write \S+inner: "),
        staged_folder(tmp_path),
        replaced_file(file / "inner"),
    ):
        pass


def test_folders_of_dead_builds_go(tmp_path):
    old, young = tmp_path / ".geo-build-old", tmp_path / ".geo-build-young"
    for folder in (old, young):
        folder.mkdir()
    os.utime(old, 2 * (time.time() - 4000,))
    with replaced_file(tmp_path / "a"):
        pass
    assert (old.exists(), young.exists()) == (False, True)


def test_a_missing_package_is_named_with_what_needs_it():
    with pytest.raises(BadInputError, match=r"^maps need it: pip install 'chuanyu-geo\[x\]'$"):
        optional("no_such_package.inside", "x", "maps need it")
    assert optional("os.path", "x", "maps need it") is os.path
