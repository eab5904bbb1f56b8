"""The benchmarks run, and agree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _here():
    if not (ROOT / "benchmarks").is_dir():
        pytest.skip("installed without the repository")


def test_a_quick_run_prints_a_table_of_equal_answers():
    done = run("noding", "--quick")
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| 1")]
    assert {row[1] for row in rows} >= {"shapely union", "geo, with the line of every piece"}
    assert all(float(row[4].strip(" |")) < 1e-5 for row in rows)


@pytest.mark.long
def test_pages_of_many_lines_are_smaller_than_those_of_folium():
    done = run("pages", "--quick")
    assert done.returncode == 0, done.stderr
    rows = [line.strip("| ").split(" | ") for line in done.stdout.splitlines()]
    megabytes = {row[1]: float(row[3]) for row in rows if row[0] == "974"}
    assert megabytes["geo"] < megabytes["folium GeoJson"]


def test_an_unknown_name_is_refused():
    done = run("nothing")
    assert done.returncode == 2
    assert "unknown: nothing" in done.stderr
