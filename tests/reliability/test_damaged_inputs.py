"""Damaged tables, settings, files and answers: a correct result, or refused in clear lines."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import shutil
from collections import Counter

import damaged_answers
import damaged_borders
import damaged_files
import damaged_tables
import pytest
import small_region
import trial

import geo


def digest(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def tried_all(attempt, source, room, kinds, count):
    """
    Try every kind of damage once, or a number of inputs by chance; return how many ended how.

    Still more are tried by scripts/reliability.py.
    """
    before = digest(source)
    trials = [(f"ci-{n}", None) for n in range(count)] or [
        (f"kind-{n}", kind) for n, kind in enumerate(kinds)
    ]
    outcomes = [attempt(source, room, key, kind) for key, kind in trials]
    broken = [outcome.why for outcome in outcomes if outcome.result == "broken"]
    assert not broken, "\n".join(broken)
    assert digest(source) == before
    assert [path.name for path in room.iterdir()] == [source.name]
    results = Counter(outcome.result for outcome in outcomes)
    assert min(results["correct"], results["refused"]) > len(trials) / 10
    return {outcome.kind for outcome in outcomes}


def test_the_region_is_right_when_nothing_is_damaged(tmp_path):
    folder = small_region.write(tmp_path / "region")
    for command in [trial.FIRST, *trial.THEN, *trial.SLOW]:
        more = ["--out", str(tmp_path / "out")] if command[0] in ("export", "map") else []
        code, out, err = trial.run([*command, "--data", str(folder), "--json", *more])
        assert (trial.judge(code, out, err), code) == (("correct", ""), 0), (command, err)
    cities = {city.name for city in geo.load(folder).cities}
    assert {word for command in trial.THEN for word in command if word[0] == "城"} <= cities


@pytest.mark.parametrize("command", [trial.FIRST, *trial.THEN, *trial.SLOW], ids=" ".join)
def test_a_region_with_counties_and_without_cities(tmp_path, command):
    folder = small_region.write(tmp_path / "region")
    for table in ("cities", "published_times", "projects"):
        path = folder / "tables" / f"{table}.csv"
        path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    more = ["--out", str(tmp_path / "out")] if command[0] in ("export", "map") else []
    code, out, err = trial.run([*command, "--data", str(folder), "--json", *more])
    assert trial.judge(code, out, err)[0] != "broken", err
    needs = {"od", "calibrate", "cut"} | ({"corridor"} if len(command) > 2 else set())
    assert code == (2 if command[0] in needs else 0)


def test_damaged_tables_of_a_small_region(tmp_path, many):
    source = trial.small(tmp_path / "source")
    kinds = tried_all(trial.tried, source, tmp_path, damaged_tables.KINDS, 1000 * many)
    assert kinds == set(damaged_tables.KINDS)


def test_damaged_tables_of_the_shipped_region(tmp_path, many):
    source = trial.shipped(tmp_path / "source")
    kinds = ("rows shuffled", "a cell deleted", "a file missing")
    tried_all(trial.tried_shipped, source, tmp_path, kinds, 40 * many)


def test_damaged_files_of_lines_and_extracts(tmp_path, many):
    pytest.importorskip("osmium")
    source = damaged_files.originals(tmp_path / "source")
    tried_all(damaged_files.tried, source, tmp_path, damaged_files.KINDS, 100 * many)


def test_damaged_borders_of_a_new_region(tmp_path, many):
    pytest.importorskip("osmium")
    source = damaged_borders.originals(tmp_path / "source")
    tried_all(damaged_borders.tried, source, tmp_path, damaged_files.KINDS, 40 * many)


def test_damaged_answers_of_a_server(tmp_path, monkeypatch, many):
    monkeypatch.delenv("GEO_OVERPASS_URL", raising=False)
    source = damaged_answers.originals(tmp_path / "source")
    tried_all(damaged_answers.tried, source, tmp_path, damaged_answers.KINDS, 40 * many)


def test_the_undamaged_files_replace_a_route(tmp_path):
    pytest.importorskip("osmium")
    source = damaged_files.originals(tmp_path / "source")
    for name in (*damaged_files.LAYERS, *damaged_files.EXTRACTS):
        kind = "pbf" if name.endswith(".pbf") else "layer"
        more = ["--columns", "name=Name"] if name.endswith(".kml") else []
        code, out, err = trial.run(["refresh", kind, str(source / name), "--data", str(source / "region"),
                                    "--dry-run", "--json", *more])  # fmt: skip
        assert code == 0, err
        assert '"status": "replaced"' in out, name


def rewritten(change):
    def damage(path):
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
        path.write_bytes(change(rows))

    return damage


def as_csv(rows, **options):
    out = io.StringIO(newline="")
    csv.writer(out, **{"lineterminator": "\n", **options}).writerows(rows)
    return out.getvalue().encode()


SAME = {
    "Windows newlines": lambda p: p.write_bytes(p.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")),
    "old Macintosh newlines": lambda p: p.write_bytes(p.read_bytes().replace(b"\r\n", b"\r").replace(b"\n", b"\r")),
    "byte order mark": lambda p: p.write_bytes(b"\xef\xbb\xbf" + p.read_bytes()),
    "both": lambda p: p.write_bytes(b"\xef\xbb\xbf" + p.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")),
    "no newline at the end": lambda p: p.write_bytes(p.read_bytes().rstrip(b"\r\n")),
    "every cell quoted": rewritten(lambda rows: as_csv(rows, quoting=csv.QUOTE_ALL)),
    "columns in another order": rewritten(lambda rows: as_csv([row[::-1] for row in rows])),
    "spaces around cells": rewritten(lambda rows: as_csv([[f" {cell}\t" for cell in row] for row in rows])),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_other_ways_to_write_the_same_table_change_nothing(tmp_path, name):
    plain, other = small_region.write(tmp_path / "plain"), small_region.write(tmp_path / "other")
    for path in (other / "tables").glob("*.csv"):
        SAME[name](path)
    if "column" not in name and "cell" not in name:
        SAME[name](other / "region.toml")
    commands = [
        ["check"],
        ["stats", "--year", "2026"],
        ["routes", "--year", "2026"],
        ["crossings", "--year", "2026"],
    ]
    for command in commands:
        runs = [trial.run([*command, "--json", "--data", str(f)]) for f in (plain, other)]
        assert runs[0] == runs[1]
        assert runs[0][0] == 0
    pages = []
    for folder in (plain, other):
        out = tmp_path / f"out-{folder.name}"
        trial.run(["map", "crossings", "--year", "2026", "--data", str(folder), "--out", str(out)])
        pages.append(digest(out))
    assert pages[0] == pages[1]
    assert sorted(pages[0]) == [".geo-files", "crossings.html"]


def test_the_order_of_rows_of_places_is_free(tmp_path):
    plain, other = small_region.write(tmp_path / "plain"), small_region.write(tmp_path / "other")
    for table in ("places", "sources", "published_times"):
        path = other / "tables" / f"{table}.csv"
        head, *rows = path.read_text("utf-8").splitlines(keepends=True)
        random.Random(1).shuffle(rows)
        path.write_text("".join([head, *rows]), encoding="utf-8", newline="")
    for command in (["stats"], ["matrix"], ["crossings"], ["critical"]):
        runs = [
            trial.run([*command, "--year", "2026", "--json", "--data", str(f)])
            for f in (plain, other)
        ]
        assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("=cmd|' /C calc'!A0", "spreadsheet"),
        ("@SUM(1)", "spreadsheet"),
        ("-2+3+cmd|' /C calc'!A0", "spreadsheet"),
        ("+HYPERLINK(1)", "spreadsheet"),
        ("red\x1b[31m", "control characters"),
        ("\ufffe", "control characters"),
        ("x" * 10_001, "at most 10000"),
    ],
)
def test_text_that_other_programs_run_or_cannot_hold_is_refused(tmp_path, text, words):
    folder = small_region.write(tmp_path / "region")
    with damaged_tables.rows_of(folder / "tables" / "routes.csv") as rows:
        rows[1][rows[0].index("notes")] = text
    code, out, err = trial.run(
        ["export", "csv", "--data", str(folder), "--out", str(tmp_path / "out")]
    )
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert err.startswith("tables/routes.csv:2 notes: ")
    assert words in err
    assert len(err) < 300
    assert trial.judge(code, out, err) == ("refused", "")
    assert not (tmp_path / "out").exists()


def test_text_that_only_looks_odd_is_kept(tmp_path):
    folder = small_region.write(tmp_path / "region")
    odd = [
        "-5 km",
        "--6ab.com (146 km, 2009)",
        "+86 28",
        "a\u2028b",
        "\u202eright",
        "line\nbreak",
        "a;b",
        "x" * 10_000,
        "\U0001f682",
    ]
    for text in odd:
        with damaged_tables.rows_of(folder / "tables" / "routes.csv") as rows:
            rows[1][rows[0].index("notes")] = text
        assert geo.load(folder).routes[0].notes == text


def test_a_file_outside_the_data_folder_is_not_read(tmp_path):
    folder = small_region.write(tmp_path / "region")
    (tmp_path / "secret.png").write_bytes(b"\x89PNG secret")
    text = (folder / "region.toml").read_text("utf-8")
    for file in (
        "../secret.png",
        str(tmp_path / "secret.png"),
        "base/../../secret.png",
        "..\\\\secret.png",
        "C:\\\\secret.png",
    ):
        (folder / "region.toml").write_text(text.replace("base/relief.png", file), "utf-8")
        code, out, err = trial.run(["map", "--data", str(folder), "--out", str(tmp_path / "out")])
        assert (code, out) == (2, "")
        assert "region.toml base.relief" in err
        assert "inside the data folder" in err
    shutil.rmtree(folder)
    assert not (tmp_path / "out").exists()
