"""Results of earlier runs stand in only where nothing that they follow from has changed."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from depth import first_by_default
from small_region import write

import geo
from geo.catalogue import TABLES
from geo.core import cache, nothing_remembered
from geo.layers import build_layers, travel_facts
from geo.layers.facts import catalogue_facts
from geo.pipeline import build
from geo.scenarios import travel_times_on

DAY = date(2026, 11, 23)


def contents(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != ".geo-files"
    }


def edit(folder, table, row, column, value):
    """Change one cell of a table, or several at once."""
    path = folder / "tables" / f"{table}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[row][column] != value
    rows[row][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def keeping(tmp_path, monkeypatch):
    """Results are kept in a folder of their own, however fast they were made."""
    monkeypatch.setenv("GEO_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(cache, "LEAST_S", 0.0)
    monkeypatch.setattr(cache, "_seen", {})  # other tests change files
    return tmp_path / "kept" / "results"


def equal_builds(folder, out, *, day=DAY):
    """Build with what is kept, and from nothing; return both as bytes by file."""
    build(geo.load(folder), out / "kept", date=day)
    with nothing_remembered():
        build(geo.load(folder), out / "anew", date=day)
    return contents(out / "kept"), contents(out / "anew")


#: One cell of each kind: table, row, column, new value.
EDITS = {
    "a date": ("sections", 3, "expected", "2029"),
    "a speed": ("sections", 1, "design_speed_kmh", "90"),
    "a point of a line": ("alignments", 1, "lat", "-0.03"),
    "people": ("cities", 1, "population", "21000"),
    "a name": ("places", 4, "name", "别名"),
}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A region that was built once with everything kept."""
    folder = tmp_path_factory.mktemp("kept")
    write(folder / "region")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEO_CACHE", str(folder / "cache"))
        patch.setattr(cache, "LEAST_S", 0.0)
        build(geo.load(folder / "region"), folder / "out", date=DAY)
        yield folder


@pytest.mark.parametrize("kind", first_by_default(*EDITS))
def test_after_an_edit_a_build_is_as_one_from_nothing(first, tmp_path, kind):
    shutil.copytree(first / "region", tmp_path / "region")
    edit(tmp_path / "region", *EDITS[kind])
    kept, anew = equal_builds(tmp_path / "region", tmp_path)
    assert kept == anew
    assert kept != contents(first / "out")


def test_a_build_of_the_same_tables_makes_hardly_anything(first, tmp_path, monkeypatch):
    kept = len(list((first / "cache" / "results").iterdir()))
    build(
        geo.load(first / "region"), tmp_path / "other", date=DAY
    )  # what this process had at hand
    made = []
    monkeypatch.setattr(cache, "_keep", lambda result, path: made.append(path.name))
    build(geo.load(first / "region"), tmp_path / "again", date=DAY)
    assert contents(tmp_path / "again") == contents(first / "out")
    assert kept > 20
    assert not made


def candidates(value):
    """Yield other values for a cell."""
    yield from ("90", "2016-03", "0.013", "border", "")
    if value:
        yield value + "x"


@pytest.mark.long
def test_where_times_change_so_do_the_facts_that_they_follow_from(first, tmp_path):
    """Every column of every table: a change that the facts do not see changes no time."""
    plain = write(tmp_path / "region")
    before = build_layers(geo.load(plain))
    known, times = travel_facts(before, DAY), travel_times_on(before, DAY)
    unseen, seen = set(), set()
    for table in TABLES:
        path = plain / "tables" / f"{table}.csv"
        if not path.exists():
            continue
        whole = path.read_bytes()
        with path.open(encoding="utf-8", newline="") as file:
            row = next(iter(csv.DictReader(file)))
        for column, value in row.items():
            for other in candidates(value):
                if other == value:
                    continue
                edit(plain, table, 0, column, other)
                try:
                    after = build_layers(geo.load(plain))
                except geo.core.GeoError:
                    continue
                finally:
                    path.write_bytes(whole)
                if travel_facts(after, DAY) != known:
                    seen.add((table, column))
                    break
                unseen.add((table, column))
                with nothing_remembered():
                    anew = travel_times_on(after, DAY)
                assert (anew.cities == times.cities).all(), (table, column, other)
                assert (anew.settlements == times.settlements).all(), (table, column, other)
                break
    assert {("cities", "population"), ("places", "lon"), ("sections", "length_km")} <= seen
    assert {("sections", "notes"), ("routes", "name_en"), ("projects", "year")} <= unseen


def test_files_beside_the_tables_count(tmp_path):
    folder = write(tmp_path / "region")
    catalogue = geo.load(folder)
    before = catalogue_facts(catalogue)
    river = folder / "base" / "rivers.geojson"
    river.write_text(river.read_text("utf-8") + " ", "utf-8")
    assert catalogue_facts(catalogue) != before


def test_what_layers_hold_beside_their_tables_counts(tmp_path):
    layers = build_layers(geo.load(write(tmp_path / "region")))
    other = replace(layers, closed=frozenset({"south-1:wa"}))
    assert travel_facts(other, DAY) != travel_facts(layers, DAY)


def test_a_changed_copy_is_drawn_anew(keeping, tmp_path):
    catalogue = geo.load(write(tmp_path / "region"))
    assert build_layers(catalogue).sections.equals(build_layers(catalogue).sections)
    other = catalogue.with_section("south-2", length_km=60)
    assert build_layers(other).sections.loc["south-2", "running_km"] == 60
    assert keeping.is_dir()


#: Rows of the shipped tables by id, and other values for one of their cells.
SHIPPED = [
    ("sections", "section_id", "chengyu-middle-hsr-1", "expected", "2028"),
    ("sections", "section_id", "chengyu-hsr-1", "design_speed_kmh", "250"),
    ("cities", "city_id", "chengdu", "population", "21000000"),
]


@pytest.mark.long
@pytest.mark.usefixtures("built", "keeping_results")  # what the first build has kept
def test_the_shipped_region_after_edits(data_copy, tmp_path):
    for part in ("base", "osm"):
        shutil.copytree(Path(geo.load().folder) / part, data_copy / part, dirs_exist_ok=True)
    for table, key, name, column, value in SHIPPED:
        file = data_copy / "tables" / f"{table}.csv"
        with file.open(encoding="utf-8-sig", newline="") as lines:
            row = [line[key] for line in csv.DictReader(lines)].index(name)
        edit(data_copy, table, row, column, value)
    kept, anew = equal_builds(data_copy, tmp_path)
    assert kept == anew
