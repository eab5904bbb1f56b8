"""Disks that are full, folders that cannot be written, odd names, locales and time zones."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import damaged_files
import pytest

YEAR = ["--year", "2026"]


def digest(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return damaged_files.originals(tmp_path_factory.mktemp("outputs") / "source")


@pytest.fixture(scope="module")
def region(source):
    return source / "region"


def commands(source, out):
    region = source / "region"
    return {
        "build": ["build", "--data", region, "--out", out],
        "map": ["map", "crossings", "--data", region, "--out", out],
        **{f"export {name}": ["export", name, "--data", region, "--out", out]
           for name in ("gpkg", "geojson", "csv", "graphml")},
        "matrix": ["matrix", "--data", region, "--out", out / "m.csv"],
        "refresh": ["refresh", "layer", source / "j.geojson", "--data", region, "--out", out / "new"],
        "new": ["new", out / "new"],
    }  # fmt: skip


NAMES = ["build", "map", "export gpkg", "export geojson", "export csv", "export graphml", "matrix",
         "refresh", "new"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "largest", [300, *(pytest.param(n, marks=pytest.mark.long) for n in (0, 5000))]
)
def test_a_file_that_may_not_grow_is_one_line(starter, source, tmp_path, name, largest):
    ended = starter.run(commands(source, tmp_path / "out")[name], largest=largest)
    if ended.code:
        assert ended.code == 2, ended.err
        assert len(ended.err.splitlines()) == 1, ended.err
        assert str(tmp_path) in ended.err
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    else:
        assert largest
        assert starter.run(commands(source, tmp_path / "free")[name]).code == 0
        assert digest(tmp_path / "out") == digest(tmp_path / "free")


def test_a_full_disk_leaves_earlier_results_whole(starter, region, tmp_path):
    out = tmp_path / "maps"
    command = ["build", "--data", region, "--out", out]
    assert starter.run([*command, "--year", "2012"]).code == 0
    before = digest(out)
    for largest in (1000, 250_000):
        ended = starter.run([*command, *YEAR], largest=largest)
        assert (ended.code, len(ended.err.splitlines())) == (2, 1), ended.err
        assert digest(out) == before


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 300 kB in memory, where one may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", folder],
        capture_output=True,
        check=False,
    ).returncode:
        pytest.skip("only root may mount a disk; the limit of a file stands for it")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(not shutil.which("mount"), reason="no mount here")
def test_a_small_disk_gets_full_and_is_read_only(starter, source, small_disk):
    for name in ("build", "export gpkg"):
        filler = small_disk / "filler"
        filler.write_bytes(bytes(250_000))
        ended = starter.run(commands(source, small_disk / "out")[name])
        assert (ended.code, len(ended.err.splitlines())) == (2, 1), ended.err
        assert not [path for path in (small_disk / "out").rglob("*") if path.is_file()]
        filler.unlink()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for name in NAMES:
        ended = starter.run(commands(source, small_disk / "out")[name])
        assert (ended.code, len(ended.err.splitlines())) == (2, 1), (name, ended.err)
        assert "ead-only" in ended.err or "no permission" in ended.err, ended.err


@pytest.mark.parametrize("name", NAMES)
def test_a_file_where_a_folder_should_be(starter, source, tmp_path, name):
    (tmp_path / "out").write_text("mine")
    ended = starter.run(commands(source, tmp_path / "out")[name])
    assert (ended.code, len(ended.err.splitlines())) == (2, 1), ended.err
    assert (tmp_path / "out").read_text() == "mine"


def test_names_never_lead_out_of_the_folder(starter, region, tmp_path):
    inner = tmp_path / "inner"
    for arguments in (
        ["map", "../x"],
        ["map", "/etc/passwd"],
        ["export", "../csv"],
        ["map", "--format", "html,../png"],
        ["map", "crossings/../../x"],
    ):
        ended = starter.run([*arguments, "--data", region, "--out", inner])
        assert (ended.code, len(ended.err.splitlines())) == (2, 1), ended.err
    assert list(tmp_path.iterdir()) == []
    for table, column in (
        ("routes", 0),
        ("places", 0),
        ("sections", 0),
        ("projects", 0),
        ("cities", 0),
    ):
        folder = tmp_path / table
        shutil.copytree(region, folder)
        path = folder / "tables" / f"{table}.csv"
        lines = path.read_text("utf-8").splitlines()
        cells = lines[1].split(",")
        lines[1] = ",".join(["../../x" if i == column else cell for i, cell in enumerate(cells)])
        path.write_text("\n".join(lines), encoding="utf-8")
        ended = starter.run(["build", "--data", folder, "--out", inner])
        assert ended.code == 2
        assert "expected an id" in ended.err
    assert not inner.exists()


def test_a_link_in_the_output_is_replaced_and_not_followed(starter, region, tmp_path):
    mine, out = tmp_path / "mine.html", tmp_path / "maps"
    mine.write_text("mine")
    out.mkdir()
    (out / "crossings.html").symlink_to(mine)
    (out / "network.html").symlink_to(tmp_path / "nowhere")
    command = ["map", "crossings", "network", "--data", region, "--out", out, *YEAR]
    assert starter.run(command).code == 0
    assert mine.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    assert not any(path.is_symlink() for path in out.iterdir())


def test_paths_in_a_data_package_are_only_compared(starter, source, tmp_path):
    region = tmp_path / "region"
    shutil.copytree(source / "region", region)
    listing = region / "datapackage.json"
    paths = ["../../victim", "/etc/passwd", "tables/alignments.csv"]
    listing.write_text(json.dumps({"resources": [{"name": p, "path": p} for p in paths]}))
    command = ["refresh", "layer", source / "j.geojson", "--data", region, "--date", "2026-01-01"]
    assert starter.run(command).code == 0
    entries = {row["path"]: row for row in json.loads(listing.read_text("utf-8"))["resources"]}
    raw = (region / "tables" / "alignments.csv").read_bytes()
    assert entries["tables/alignments.csv"]["hash"] == f"sha256:{hashlib.sha256(raw).hexdigest()}"
    assert set(entries) == {*paths, "osm/refreshed.csv"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["region"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"resources": 1}', '{"resources": [1]}', "\xff"])
def test_a_damaged_data_package_is_told_before_anything_changes(starter, source, tmp_path, text):
    region = tmp_path / "region"
    shutil.copytree(source / "region", region)
    (region / "datapackage.json").write_bytes(text.encode("latin-1"))
    before = digest(region)
    ended = starter.run(["refresh", "layer", source / "j.geojson", "--data", region])
    assert (ended.code, len(ended.err.splitlines())) == (2, 1), ended.err
    assert "datapackage.json" in ended.err
    assert digest(region) == before


def test_the_place_the_locale_and_the_clock_change_nothing(starter, region, tmp_path):
    plain = tmp_path / "plain"
    assert starter.run(["build", "--data", region, "--out", plain, *YEAR]).code == 0
    odd = tmp_path / "成渝 路网 (π)" / "数据 data"
    shutil.copytree(region, odd)
    out = tmp_path / "成渝 路网 (π)" / "地图 'maps'"
    zones = {"TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8"}
    assert starter.run(["build", "--data", odd, "--out", out, *YEAR], **zones).code == 0
    assert digest(out) == digest(plain)
    bare = {
        "LC_ALL": "C",
        "PATH": os.environ["PATH"],
        "TZ": "Pacific/Kiritimati",
        "PYTHONPATH": os.pathsep.join(map(str, filter(None, (Path.cwd(), *sys.path)))),
    }
    out = tmp_path / "简 c"
    done = subprocess.run(
        [sys.executable, "-m", "geo", "build", "--data", odd, "--out", out, *YEAR],
        capture_output=True,
        check=False,
        env=bare,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "简 c" in done.stdout.decode("utf-8")
    assert digest(out) == digest(plain)


def test_paths_that_are_no_utf_8_work_or_are_named(starter, region, tmp_path):
    data = tmp_path / os.fsdecode("数 据 ".encode() + b"\xff")
    try:
        shutil.copytree(region, data)
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    for command in ("routes", "check", "map crossings", "export csv", "routes --json",
                    "export gpkg", "export geojson"):  # fmt: skip
        out = ["--out", f"{data}-out"] if command.startswith(("map", "export")) else []
        assert starter.run([*command.split(), "--data", data, *out]).code == 0
    plain = tmp_path / "plain"
    for name in ("gpkg", "geojson"):
        assert starter.run(["export", name, "--data", region, "--out", plain]).code == 0
    for file in plain.glob("[a-z]*.*"):
        assert file.read_bytes() == Path(f"{data}-out", file.name).read_bytes(), file.name
