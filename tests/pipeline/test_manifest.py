"""A build says what it was made of and what came out, the same wherever it runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import toy

import geo
from geo.catalogue.catalogue import data_folder
from geo.cli.main import main
from geo.core.errors import BadInputError
from geo.export.manifest import code_checksum, verify_build
from geo.pipeline import build

DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    return toy.region(folder / "data", toy.K_NODES, toy.K_EDGES, toy.K_POPULATION)


RUN = "import sys; from geo.cli.main import main; sys.exit(main(sys.argv[1:]))"


def test_surroundings_do_not_show_in_the_results(small, tmp_path):
    """Other hashes, another clock, locale, folder and path: the same bytes, manifest included."""
    outs = []
    for seed, zone, locale, lang in (
        ("1", "UTC", "C", "en"),
        ("77", "Asia/Shanghai", "C.UTF-8", "zh"),
    ):
        folder = tmp_path / f"工作 {seed}"
        folder.mkdir()
        told = {
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": locale,
            "GEO_CACHE": str(folder / "c"),
        }
        command = [
            "build",
            "--data",
            str(small),
            "--out",
            "maps",
            "--year",
            "2026",
            "--lang",
            lang,
        ]
        done = subprocess.run([sys.executable, "-c", RUN, *command], cwd=folder, check=False, capture_output=True,
                              text=True, env={**os.environ, **told})  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        out = folder / "maps"
        outs.append(
            {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        )
    assert len(outs[0]) > 8
    assert outs[0] == outs[1]


@pytest.fixture(scope="module")
def built(small, tmp_path_factory):
    out = tmp_path_factory.mktemp("maps")
    build(geo.load(small), out, date=DAY)
    return out


def test_a_manifest_lists_what_went_in_and_what_came_out(small, built):
    found = json.loads((built / "manifest.json").read_text("utf-8"))
    assert found["package"] == f"chuanyu-geo {geo.__version__}"
    assert found["versions"]["numpy"] == np.__version__
    assert found["parameters"] == {"date": "2026-01-01", "as_of": "2026-01-01"}
    assert set(found["inputs"]) == {
        "region.toml",
        *(f"tables/{p.name}" for p in (small / "tables").iterdir()),
    }
    results = {str(p.relative_to(built)) for p in built.rglob("*") if p.is_file()}
    assert set(found["outputs"]) == results - {"manifest.json", ".geo-files"}
    assert found["outputs"]["index.html"]["bytes"] == (built / "index.html").stat().st_size
    assert str(built) not in (built / "manifest.json").read_text("utf-8")


def test_the_package_is_the_same_code_installed_or_not(tmp_path):
    """An installed package holds its data, a checkout has them beside it."""
    source = Path(geo.__file__).parent
    shutil.copytree(source, tmp_path / "geo", ignore=shutil.ignore_patterns("data", "__pycache__"))
    shutil.copytree(data_folder(), tmp_path / "geo" / "data")
    assert code_checksum(tmp_path / "geo") == code_checksum()
    with (tmp_path / "geo" / "times.py").open("a") as file:
        file.write("#")
    assert code_checksum(tmp_path / "geo") != code_checksum()


def test_a_changed_file_is_told(small, built, capsys, tmp_path):
    assert verify_build(built, geo.load(small)) == []
    assert main(["verify", str(built), "--data", str(small)]) == 0
    assert "every input and every result" in capsys.readouterr().out
    kept = (built / "network.html").read_bytes()
    (built / "network.html").write_bytes(kept + b" ")
    try:
        assert main(["verify", str(built), "--data", str(small), "--json"]) == 1
        said = json.loads(capsys.readouterr().out)
        assert said == {"ok": False, "changed": [{"kind": "output", "file": "network.html"}]}
        assert main(["verify", str(built)]) == 1
        assert "input tables/routes.csv: missing, or not" in capsys.readouterr().out
    finally:
        (built / "network.html").write_bytes(kept)
    with pytest.raises(BadInputError, match="expected the manifest of a build"):
        verify_build(tmp_path, geo.load(small))


def test_a_build_of_nothing_new_is_not_done_again(small, tmp_path, monkeypatch):
    data, out = tmp_path / "data", tmp_path / "maps"
    shutil.copytree(small, data)
    first = build(geo.load(data), out, date=DAY)
    files = {p: p.stat().st_mtime_ns for p in out.rglob("*")}

    def stages(day=DAY, **options):
        return set(build(geo.load(data), out, date=day, **options)["stages"])

    second = build(geo.load(data), out, date=DAY)
    assert set(second["stages"]) == {"inputs"}
    assert {**second, "seconds": 0, "stages": 0} == {**first, "seconds": 0, "stages": 0}
    assert files == {p: p.stat().st_mtime_ns for p in out.rglob("*")}
    assert "maps" in stages(force=True)
    page = out / "index.html"
    page.write_text(page.read_text("utf-8") + " ", encoding="utf-8")
    assert "maps" in stages()  # a result was changed
    assert stages() == {"inputs"}
    assert "maps" in stages(date(2025, 1, 1))
    assert "maps" in stages()
    table = data / "tables" / "cities.csv"
    table.write_text(table.read_text("utf-8").replace(",4,", ",5,"), encoding="utf-8")
    assert "maps" in stages()  # a cell was changed
    assert stages() == {"inputs"}
    monkeypatch.setattr("geo.export.manifest.code_checksum", lambda: "other")
    assert "maps" in stages()  # the package was changed
    (out / "manifest.json").write_text("{", encoding="utf-8")
    assert "maps" in stages()
