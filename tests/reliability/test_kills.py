"""Builds and refreshes killed at any moment, and two at once: results are whole, old or new."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys

import damaged_files
import pytest
import small_region

import geo


@pytest.fixture
def kills(many):
    """How often commands are killed; GEO_KILLS=1000 pytest -m long does more."""
    return int(os.environ.get("GEO_KILLS", "25")) if many else 5


def digest(folder):
    """Return the checksums of the results; what a killed run left beside them does not count."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".geo-" not in str(path.relative_to(folder))
    }


def killed(starter, command, out, states, kills, rng):
    """Kill a command again and again; every file must stay as in one of two states."""
    whole = starter.run(command).seconds
    new = digest(out)
    seen = []
    for _ in range(kills):
        starter.run(command, rng.uniform(0, 1.1) * whole)
        now = digest(out)
        assert set(now) <= set(new) | set(states[0])
        wrong = {name for name in now if now[name] not in {new.get(name), states[0].get(name)}}
        assert not wrong
        assert set(states[0]) <= set(now), "an earlier result is gone"
        seen.append(now == new)
        states[1]()
    return new, seen


def test_a_build_killed_at_any_moment_leaves_whole_files(starter, tmp_path, kills):
    folder, out = small_region.write(tmp_path / "region"), tmp_path / "maps"
    command = ["build", "--force", "--data", folder, "--out", out, "--year"]
    starter.run([*command, "2012"])
    before = digest(out)
    originals = {name: (out / name).read_bytes() for name in before}

    def restore():
        for name, raw in originals.items():
            (out / name).write_bytes(raw)

    new, _ = killed(
        starter,
        [*command, "2026"],
        out,
        (before, restore),
        kills * 2 // 5,
        random.Random(1),
    )
    assert set(new) == set(before)
    assert new != before
    left = list(out.glob(".geo-build-*"))
    for path in left:
        os.utime(path, (0, 0))
    starter.run([*command, "2026"])
    assert digest(out) == new, "the next build is whole"
    assert not list(out.glob(".geo-build-*")), "and sweeps up what is old"


def test_a_refresh_killed_at_any_moment_leaves_tables_that_can_be_read(starter, tmp_path, kills):
    source = damaged_files.originals(tmp_path / "source")
    region = tmp_path / "region"
    small_region.write(region)
    command = ["refresh", "layer", source / "j.geojson", "--data", region, "--date", "2026-01-01",
               "--route", "south", "--licence", "ODbL"]  # fmt: skip
    before = digest(region)
    originals = {name: (region / name).read_bytes() for name in before}
    fresh = []

    def restore():
        geo.load(region)
        fresh.append(digest(region) != before)
        for path in region.glob("osm/*"):
            path.unlink()
        for name, raw in originals.items():
            (region / name).write_bytes(raw)

    whole = starter.run(command).seconds
    new = digest(region)
    assert set(new) - set(before) == {"osm/refreshed.csv"}
    restore()
    rng = random.Random(2)
    for _ in range(kills * 2 // 5):
        starter.run(command, rng.uniform(0, 1.1) * whole)
        now = digest(region)
        assert all(raw in (new[name], before.get(name)) for name, raw in now.items())
        assert set(before) <= set(now)
        restore()
    starter.run(command)
    assert digest(region) == new, "the next refresh is whole"


def test_a_new_region_killed_at_any_moment_is_whole_or_not_there(starter, tmp_path, kills):
    pytest.importorskip("osmium")
    source, out = damaged_files.originals(tmp_path / "source"), tmp_path / "new" / "region"
    command = ["new", out, "--from-pbf", source / "plain.osm.pbf"]
    whole, rng = starter.run(command).seconds, random.Random(3)
    new = digest(out)
    for number in range(kills // 5):
        out = tmp_path / f"new{number}" / "region"
        starter.run(["new", out, *command[2:]], rng.uniform(0, 1.1) * whole)
        assert not out.exists() or digest(out) == new
        if not out.exists():
            starter.run(["new", out, *command[2:]])
            assert digest(out) == new, "the next run works"


@pytest.mark.long
def test_two_builds_at_once_give_one_whole_result(tmp_path):
    folder = small_region.write(tmp_path / "region")

    def build(out, processes):
        """Build as often at once; all must end well and say nothing on standard error."""
        command = [sys.executable, "-m", "geo", "build", "--force", "--year", "2026"]
        command += ["--data", folder, "--out", out]
        running = [
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for _ in range(processes)
        ]
        ends = [(process.communicate(timeout=120)[1], process.returncode) for process in running]
        assert ends == [(b"", 0)] * processes
        assert not list(out.glob(".geo-build-*"))
        return digest(out)

    assert build(tmp_path / "together", 2) == build(tmp_path / "alone", 1)
