"""Ways to damage a data folder: one function each, driven by a random generator."""

from __future__ import annotations

import csv
import io
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Damage = "Callable[[random.Random, Path], None]"
TABLES = (
    "sources",
    "routes",
    "places",
    "alignments",
    "sections",
    "cities",
    "published_times",
    "projects",
)
NUMBERS = ("nan", "NaN", "inf", "-inf", "Infinity", "1e308", "-1e308", "1e-308", "-1", "0", "-0",
           "99999999999999999999", "1e5", "0x10", "１２", "٣", "1_000", "1,5", "5.0", " 5 ", "+5",
           "0.0001", "499.9", "5", "2100", "1850", "16", "99999", "1e2")  # fmt: skip
DATES = ("2020-13", "2020-02-30", "9999-12-31", "0000", "0001", "20200101", "2020/01/01", "٢٠٢٠",
         "01.02.2020", "2020-1-1", "2020-02-29", "2026-01-01", "2026-01-02", "2025", "2026",
         "2027", "1700", "2020-06-15T00:00", "-2020", "２０２０")  # fmt: skip
STRINGS = ("", " ", "\t", "true", "None", "null", "NULL", "N/A", "#REF!", "=cmd|' /C calc'!A0",
           "@SUM(1)", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}",
           "${7*7}", "%s%n%d", "{0.__class__}", "../../etc/passwd", "/etc/passwd", "..\\..\\x",
           "con", ";", ";;", "a;b", "a;a", "\u202eabc", "\u200b", "\ufeff", "e\u0301", "\U00020000",
           "\U0001f600" * 50, "x" * 9_999, "x" * 20_001, "x" * 201, "成都", "\x1b[31m", "a\nb",
           "a\rb", "a\r\nb", "\x7f", "\x85", "\ufffe", "\u2028", "'; DROP TABLE x;--", "`id`",
           "open", "planned", "construction", "road", "rail", "water", "expressway", "hsr",
           "station", "border", "junction", "high", "toy", "add", "close", "upgrade",
           "delay")  # fmt: skip
VALUES = NUMBERS + DATES + STRINGS


def _path(rng: random.Random, folder: Path) -> Path:
    return folder / "tables" / f"{rng.choice(TABLES)}.csv"


@contextmanager
def rows_of(path: Path) -> Iterator[list[list[str]]]:
    """Give the rows of a table, header first, and write them back; nothing where unreadable."""
    try:
        text = path.read_bytes().decode("utf-8-sig") if path.is_file() else ""
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except (OSError, ValueError, csv.Error):
        rows = []
    yield rows
    if rows:
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows(rows)
        path.write_bytes(out.getvalue().encode("utf-8"))


def _spot(rng: random.Random, rows: list[list[str]]) -> tuple[int, int]:
    """Return a cell below the header, if there is one."""
    row = rng.randrange(1, len(rows)) if len(rows) > 1 else 0
    return row, rng.randrange(len(rows[row]))


def _on_rows(change: Callable[[random.Random, list[list[str]]], None]) -> Damage:
    def damage(rng: random.Random, folder: Path) -> None:
        with rows_of(_path(rng, folder)) as rows:
            if rows:
                change(rng, rows)

    return damage


def _on_bytes(change: Callable[[random.Random, bytes], bytes]) -> Damage:
    def damage(rng: random.Random, folder: Path) -> None:
        path = _path(rng, folder)
        if path.is_file():
            path.write_bytes(change(rng, path.read_bytes()))

    return damage


def _set_cell(rng, rows):
    i, j = _spot(rng, rows)
    rows[i][j] = rng.choice(VALUES)


def _set_number(rng, rows):
    """Put a number or a date where one stands: more of these are read than refused."""
    spots = [
        (i, j) for i, row in enumerate(rows) if i for j, c in enumerate(row) if c[:1].isdigit()
    ]
    i, j = rng.choice(spots or [_spot(rng, rows)])
    rows[i][j] = rng.choice(NUMBERS + DATES)


def _shift_number(rng, rows):
    spots = [(i, j) for i, row in enumerate(rows) if i for j, c in enumerate(row) if "." in c]
    i, j = rng.choice(spots or [_spot(rng, rows)])
    with suppress(ValueError):
        rows[i][j] = repr(float(rows[i][j]) + rng.choice([-1, 1]) * 10 ** rng.uniform(-7, 2))


def _empty_cell(rng, rows):
    i, j = _spot(rng, rows)
    rows[i][j] = ""


def _other_value(rng, rows):
    """Give a cell the value of another row of its column."""
    i, j = _spot(rng, rows)
    rows[i][j] = rng.choice([row[j] for row in rows if len(row) > j])


def _swap_cells(rng, rows):
    (i, j), (k, m) = _spot(rng, rows), _spot(rng, rows)
    rows[i][j], rows[k][m] = rows[k][m], rows[i][j]


def _swap_neighbours(rng, rows):
    i, j = _spot(rng, rows)
    k = (j + 1) % len(rows[i])
    rows[i][j], rows[i][k] = rows[i][k], rows[i][j]


def _drop_cell(rng, rows):
    i, j = _spot(rng, rows)
    rows[i].pop(j)


def _repeat_cell(rng, rows):
    i, j = _spot(rng, rows)
    rows[i].insert(j, rows[i][j])


def _drop_row(rng, rows):
    if len(rows) > 1:
        rows.pop(rng.randrange(1, len(rows)))


def _repeat_row(rng, rows):
    rows.insert(rng.randrange(1, len(rows) + 1), list(rng.choice(rows)))


def _drop_rows(rng, rows):
    rows[1:] = [row for row in rows[1:] if rng.random() < rng.choice([0, 0.5, 0.9])]


def _shuffle(rng, rows):
    rest = rows[1:]
    rng.shuffle(rest)
    rows[1:] = rest


def _swap_rows(rng, rows):
    if len(rows) > 2:
        i, j = rng.sample(range(1, len(rows)), 2)
        rows[i], rows[j] = rows[j], rows[i]


def _rename_column(rng, rows):
    j = rng.randrange(len(rows[0]))
    rows[0][j] = rng.choice([rows[0][j].upper(), rows[0][j][:-1], rows[0][0], rng.choice(STRINGS)])


def _drop_column(rng, rows):
    j = rng.randrange(len(rows[0]))
    for row in rows:
        del row[j : j + 1]


def _add_column(rng, rows):
    j = rng.randrange(len(rows[0]) + 1)
    for i, row in enumerate(rows):
        row.insert(j, rng.choice(STRINGS) if i else "extra")


def _fill_column(rng, rows):
    j, value = rng.randrange(len(rows[0])), rng.choice(VALUES)
    for row in rows[1:]:
        if len(row) > j:
            row[j] = value


def _swap_columns(rng, rows):
    """Swap the values of two columns, not their names."""
    j, k = (rng.randrange(len(rows[0])) for _ in range(2))
    for row in rows[1:]:
        if len(row) > max(j, k):
            row[j], row[k] = row[k], row[j]


def _flip(rng, raw):
    raw = bytearray(raw)
    for _ in range(rng.choice([1, 1, 3, 20])):
        if raw:
            raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return bytes(raw)


def _insert(rng, raw):
    at = rng.randrange(len(raw) + 1)
    what = rng.choice([b"\0", b'"', b"'", b",", b"\n", b"\r", b"\xff", b"\x1a", b"\x1b[0m", b";",
                       b'","', b'""', b"\xe2\x80\xa8", b"\x0c", b"\xc3\x28"])  # fmt: skip
    return raw[:at] + what + raw[at:]


def _recode(rng, raw):
    text = raw.decode("utf-8", "replace")
    return text.encode(
        rng.choice(
            ["gbk", "utf-16", "utf-16-le", "utf-32", "latin-1", "big5", "shift-jis", "utf-7"]
        ),
        "replace",
    )


def _cut(rng, raw):
    return raw[: rng.randrange(len(raw) + 1)]


def _repeat_bytes(rng, raw):
    at, size = rng.randrange(len(raw) + 1), rng.choice([1, 10, 100])
    return raw[:at] + raw[at : at + size] * rng.choice([2, 5]) + raw[at + size :]


def _separators(rng, raw):
    return raw.replace(b",", rng.choice([b";", b"\t", b"|", "，".encode(), b", "]))


def _random_bytes(rng, raw):
    return rng.randbytes(rng.choice([0, 1, 10, 1000]))


def _missing(rng, folder):
    with suppress(OSError):
        _path(rng, folder).unlink()


def _folder_instead(rng, folder):
    path = _path(rng, folder)
    with suppress(OSError):
        path.unlink()
        path.mkdir()


def _link(rng, folder):
    """A link to nothing, to itself, to another table, or to what is no file."""
    path = _path(rng, folder)
    with suppress(OSError):
        path.unlink()
        path.symlink_to(rng.choice(["nowhere.csv", path.name, "places.csv", "..", "/dev/null"]))


def _pipe(rng, folder):
    path = _path(rng, folder)
    with suppress(OSError):
        path.unlink()
        os.mkfifo(path)


def _tables_gone(rng, folder):
    shutil.rmtree(folder / "tables", ignore_errors=True)
    if rng.random() < 0.5:
        (folder / "tables").write_bytes(b"x")


TOML_LINES = (
    "frame = [1, 2, 3]", "frame = []", 'frame = "all"', "frame = [0, 0, 0, 0]", "frame = [1.0, 1.0, -1.0, -1.0]",
    "frame = [nan, nan, nan, nan]", "frame = [-inf, -1.0, inf, 1.0]", 'metric_crs = ""',
    "frame = [-180.0, -90.0, 180.0, 90.0]", "frame = [-0.9, -0.9, 0.9, 0.9]",
    'metric_crs = "EPSG:99999"', 'metric_crs = "EPSG:4326"', 'metric_crs = "+proj=nothing"',
    "metric_crs = 3857", "as_of = 2026-13-01", 'as_of = "soon"', "as_of = 0001-01-01", "as_of = 9999-12-31",
    "milestones = [0]", "milestones = [99999]", "milestones = [-5]", 'milestones = ["x"]', "milestones = [1900, 2090]",
    "centre = [999.0, 999.0]", "centre = [nan, 0.0]", "centre = [0.0]", "zoom = 99", "zoom = -1", "zoom = 3", "zoom = 14",
    "years = [2035, 1995]", "years = [0, 99999]", "years = [2000, 2000]", "years = [-1, 2]", 'name = ""', "name = 5",
    'name_en = "<script>alert(1)</script>"', 'name_en = "a\\u0000b"', 'name_en = "a\\u001bb"',
    'adcode = "12"', 'adcode = "１２３４５６"', 'adcode = "110000"', 'adcode = "999999"', 'id = ""', 'id = "east"', 'id = "../x"',
    'counties = "/etc/passwd"', 'counties = "../../../../etc/passwd"', 'counties = "nothing.geojson"',
    'counties = "tables/places.csv"', 'counties = "base"', 'counties = ""', 'provinces = "base/rivers.geojson"',
    'counties = "base/rivers.geojson"', 'rivers = "base/counties.geojson"', 'rivers = "region.toml"',
    'relief = "region.toml"', 'relief = "nothing.webp"', 'relief = "base"', 'relief = "/etc/passwd"',
    'railways = "tables/places.csv"', 'railways = "nothing.geojson"', 'railways = "base"', 'roads = "region.toml"',
    'cities = "/dev/zero"', 'rivers = "http://127.0.0.1:9/x.geojson"', 'rivers = "/vsicurl/http://127.0.0.1:9/x"',
    'kind = "circle"', 'routes = ["nowhere"]', 'routes = ["north", "north"]', "routes = []", 'region = "nowhere"',
    "partial = 1", "extra = 1", "[extra]", "[[regions]]", "[[groups]]", "[map]", "]", "= 1", "x", "[[", '"""',
)  # fmt: skip


def _toml_line(rng, folder):
    """Replace, add or drop a line of the settings."""
    path = folder / "region.toml"
    with suppress(OSError, UnicodeDecodeError):
        lines = path.read_text("utf-8").splitlines()
        new = rng.choice(TOML_LINES)
        same = [i for i, line in enumerate(lines) if line.split("=")[0] == new.split("=")[0]]
        if rng.random() < 0.1:
            lines.pop(rng.randrange(len(lines)))
        elif same:
            lines[rng.choice(same)] = new
        else:
            lines.insert(rng.randrange(len(lines) + 1), new)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml_bytes(rng, folder):
    path = folder / "region.toml"
    with suppress(OSError):
        change = rng.choice([_flip, _insert, _recode, _cut, _repeat_bytes, _random_bytes])
        path.write_bytes(change(rng, path.read_bytes()))


def _toml_gone(rng, folder):
    path = folder / "region.toml"
    with suppress(OSError):
        path.unlink()
        if rng.random() < 0.5:
            path.mkdir()


def _base_bytes(rng, folder):
    paths = sorted(path for path in folder.glob("base/*") if path.is_file())
    if paths:
        path = rng.choice(paths)
        change = rng.choice([_flip, _insert, _cut, _repeat_bytes, _random_bytes, _recode])
        path.write_bytes(change(rng, path.read_bytes()))


def _base_words(rng, folder):
    """Replace a word of a base layer: a name of a column, a kind of shape, a code, a number."""
    paths = sorted(path for path in folder.glob("base/*") if path.is_file())
    if paths:
        path = rng.choice(paths)
        old = rng.choice(["province", "adcode", "city", "name", "name_en", "Polygon", "coordinates",
                          "120000", "110000", "0.5", "[0.0", "-0.8", "Feature", "FeatureCollection",
                          "LineString", "context", "geometry"])  # fmt: skip
        new = rng.choice(["x", "null", "1e308", "NaN", "", "Point", "Polygon", "LineString", "-0.8",
                          "999", '"', "MultiPolygon", "<script>"])  # fmt: skip
        path.write_text(
            path.read_text("utf-8", "replace").replace(old, new, rng.choice([1, 99])), "utf-8"
        )


def _base_gone(rng, folder):
    paths = sorted(folder.glob("base/*"))
    with suppress(OSError, IndexError):
        path = rng.choice(paths)
        path.unlink()
        if rng.random() < 0.5:
            path.mkdir()


#: Every kind of damage by name, with how often it is taken.
DAMAGES: dict[str, tuple[int, Damage]] = {
    "a cell of another value": (10, _on_rows(_set_cell)),
    "a number of another value": (10, _on_rows(_set_number)),
    "a number shifted": (5, _on_rows(_shift_number)),
    "a cell emptied": (5, _on_rows(_empty_cell)),
    "a cell of another row": (8, _on_rows(_other_value)),
    "two cells swapped": (4, _on_rows(_swap_cells)),
    "neighbours swapped": (3, _on_rows(_swap_neighbours)),
    "a cell deleted": (3, _on_rows(_drop_cell)),
    "a cell repeated": (3, _on_rows(_repeat_cell)),
    "a row dropped": (4, _on_rows(_drop_row)),
    "a row repeated": (3, _on_rows(_repeat_row)),
    "many rows dropped": (3, _on_rows(_drop_rows)),
    "rows shuffled": (2, _on_rows(_shuffle)),
    "two rows swapped": (3, _on_rows(_swap_rows)),
    "a column renamed": (2, _on_rows(_rename_column)),
    "a column removed": (2, _on_rows(_drop_column)),
    "a column added": (2, _on_rows(_add_column)),
    "a column of one value": (4, _on_rows(_fill_column)),
    "two columns swapped": (2, _on_rows(_swap_columns)),
    "bits flipped": (4, _on_bytes(_flip)),
    "bytes inserted": (5, _on_bytes(_insert)),
    "another encoding": (3, _on_bytes(_recode)),
    "a file cut off": (3, _on_bytes(_cut)),
    "bytes repeated": (3, _on_bytes(_repeat_bytes)),
    "other separators": (1, _on_bytes(_separators)),
    "random bytes": (2, _on_bytes(_random_bytes)),
    "a file missing": (2, _missing),
    "a folder for a file": (1, _folder_instead),
    "a symbolic link": (2, _link),
    "a pipe for a file": (1, _pipe),
    "no tables": (1, _tables_gone),
    "a setting changed": (10, _toml_line),
    "settings damaged": (3, _toml_bytes),
    "no settings": (1, _toml_gone),
    "a base layer damaged": (3, _base_bytes),
    "words of a base layer": (4, _base_words),
    "a base layer missing": (2, _base_gone),
}


TWO = "two at once"
KINDS = (*DAMAGES, TWO)


def damage(rng: random.Random, folder: Path, kind: str | None = None) -> str:
    """Damage a folder in one way, or by chance, twice in one of five cases; return the kind."""
    weights = [weight for weight, _ in DAMAGES.values()]
    twice = kind == TWO or (kind is None and rng.random() < 0.2)
    chosen = rng.choices(list(DAMAGES), weights, k=2 if twice else 1)
    if kind in DAMAGES:
        chosen = [kind]
    for name in chosen:
        DAMAGES[name][1](rng, folder)
    return TWO if twice else chosen[0]
