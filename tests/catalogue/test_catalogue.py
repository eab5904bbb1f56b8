"""The catalogue that is shipped, and thirty and more ways to damage it."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
import small_region
import toy

import geo
from geo.catalogue import status_on
from geo.cli.main import main
from geo.core.errors import NotFoundError


def edit(folder, table, change):
    """Let a function change the rows of a table (a list of dicts) or its text."""
    path = folder / "tables" / f"{table}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    names = list(rows[0])
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def cell(table, row, **values):
    def change(folder):
        edit(folder, table, lambda rows: rows[row].update(values))

    return change


def drop_row(table, row):
    return lambda folder: edit(folder, table, lambda rows: rows.pop(row))


def repeat_row(table, row):
    return lambda folder: edit(folder, table, lambda rows: rows.append(dict(rows[row])))


def swap(folder):
    def change(rows):
        rows[3]["lon"], rows[3]["lat"] = rows[3]["lat"], rows[3]["lon"]

    edit(folder, "places", change)


def text(table, change):
    def damage(folder):
        path = folder / "tables" / f"{table}.csv"
        path.write_bytes(change(path.read_bytes()))

    return damage


def sections_swapped(folder):
    def change(rows):
        rows[0]["seq"], rows[1]["seq"] = rows[1]["seq"], rows[0]["seq"]

    edit(folder, "sections", change)


def kilometres_fall(folder):
    def change(rows):
        known = [i for i, row in enumerate(rows) if row["chainage_km"] == "0"]
        rows[known[0]]["chainage_km"] = "9999"

    edit(folder, "alignments", change)


def first(rows, **wanted):
    return next(i for i, r in enumerate(rows) if all(r[k] == v for k, v in wanted.items()))


def section(section_id, **values):
    def change(folder):
        edit(folder, "sections",
             lambda rows: rows[first(rows, section_id=section_id)].update(values))  # fmt: skip

    return change


# name: (damage, what the message must name)
DAMAGES = {
    "file missing": (lambda f: (f / "tables/cities.csv").unlink(), ["cities.csv", "missing"]),
    "region missing": (lambda f: (f / "region.toml").unlink(), ["region.toml", "missing"]),
    "region broken": (lambda f: (f / "region.toml").write_text("a = ["), ["region.toml", "TOML"]),
    "region without frame": (
        lambda f: (f / "region.toml").write_text((f / "region.toml").read_text("utf-8").replace("frame", "fram"), "utf-8"),
        ["region.toml", "frame"],
    ),
    "column missing": (text("routes", lambda b: b.replace(b",group,", b",", 1)), ["routes.csv:1", "group", "missing"]),
    "column unknown": (text("routes", lambda b: b.replace(b"name", b"name_cn", 1)), ["routes.csv:1", "name_cn"]),
    "column twice": (text("places", lambda b: b.replace(b"name_en", b"name", 1)), ["places.csv:1", "name", "once"]),
    "empty file": (text("sections", lambda b: b""), ["sections.csv:1", "section_id"]),
    "header only": (text("routes", lambda b: b.split(b"\n")[0] + b"\n"), ["routes.csv:2", "one row"]),
    "Western European text": (text("places", lambda b: b.decode().encode("cp1252", "replace").replace(b"?", b"\xe4")), ["places.csv:2", "UTF-8"]),
    "Japanese text": (text("places", lambda b: b.decode().encode("shift-jis", "replace")), ["places.csv:2", "UTF-8"]),
    "one byte lost": (text("places", lambda b: b.replace("成".encode(), "成".encode()[1:], 1)), ["places.csv", "UTF-8"]),
    "UTF-16 without its mark": (text("cities", lambda b: b.decode().encode("utf-16-le")), ["cities.csv"]),
    "half of UTF-16": (text("cities", lambda b: b.decode().encode("utf-16")[:-1]), ["cities.csv", "UTF-8"]),
    "NUL": (text("cities", lambda b: b.replace(b"Zigong", b"Zi\0ong")), ["cities.csv:3", "NUL"]),
    "a comma too many": (text("cities", lambda b: b.replace(b"\nzigong,", b"\nzigong,,")), ["cities.csv:3", "cells"]),
    "a cell too few": (text("cities", lambda b: b.replace(b"\nzigong,", b"\n")), ["cities.csv:3", "cells"]),
    "open quote": (text("sources", lambda b: b + b'"x,y,z'), ["sources.csv", "CSV"]),
    "swapped lon and lat": (swap, ["places.csv:5", "lon", "swapped"]),
    "out of the frame": (cell("places", 0, lat="45.5"), ["places.csv:2", "lat", "45.5", "27.0"]),
    "lon no number": (cell("places", 0, lon="104,19"), ["places.csv:2", "lon", "104,19"]),
    "lon not finite": (cell("places", 0, lon="nan"), ["places.csv:2", "lon", "nan"]),
    "no name": (cell("places", 1, name=""), ["places.csv:3", "name"]),
    "unknown kind": (cell("places", 1, kind="Station"), ["places.csv:3", "kind", "Station"]),
    "duplicate place": (repeat_row("places", 2), ["places.csv", "place_id", "row 4"]),
    "duplicate route": (repeat_row("routes", 2), ["routes.csv", "route_id", "row 4"]),
    "duplicate section": (repeat_row("sections", 2), ["sections.csv", "section_id", "row 4"]),
    "duplicate city": (repeat_row("cities", 2), ["cities.csv", "city_id", "row 4"]),
    "duplicate source": (repeat_row("sources", 2), ["sources.csv", "key", "row 4"]),
    "id with a space": (cell("routes", 0, route_id="cheng yu"), ["routes.csv:2", "route_id"]),
    "unknown place": (cell("alignments", 0, place_id="nowhere"), ["alignments.csv:2", "place_id", "nowhere"]),
    "unknown route of a point": (cell("alignments", 0, route_id="chengyuu"), ["alignments.csv:2", "route_id", "chengyu?"]),
    "unknown route of a section": (cell("sections", 0, route_id="nothing"), ["sections.csv:2", "route_id"]),
    "unknown source": (cell("sections", 0, source="hearsay"), ["sections.csv:2", "source", "hearsay"]),
    "unknown section shared": (section("dawan-1", shares="dayu-yulin-9"), ["sections.csv", "shares", "dayu-yulin-9"]),
    "shares itself": (section("dawan-1", shares="dawan-1"), ["sections.csv", "shares"]),
    "section missing": (drop_row("sections", 0), ["sections.csv:2", "from_place", "missing"]),
    "last section missing": (drop_row("sections", 1), ["sections.csv", "to_place", "missing"]),
    "sections overlap": (section("chengyu-2", from_place="longquanyiqu"), ["sections.csv:3", "from_place", "overlap"]),
    "sections swapped": (sections_swapped, ["sections.csv", "from_place"]),
    "section backwards": (
        section("chengyu-1", from_place="sangjiapo-border", to_place="longquanyiqu"),
        ["sections.csv:2", "from_place"],
    ),
    "place off the alignment": (section("chengyu-1", to_place="mianyang-station"), ["sections.csv:2", "to_place"]),
    "points out of order": (cell("alignments", 3, seq="1"), ["alignments.csv", "seq"]),
    "point twice": (cell("alignments", 1, place_id="longquanyiqu", lon="", lat=""), ["alignments.csv:3", "place_id"]),
    "point on the place before": (
        cell("alignments", 1, place_id="", lon="104.1906", lat="30.6212", accuracy_m="60", source="osm"),
        ["alignments.csv:3", "lon", "other than"],
    ),
    "point and place": (cell("alignments", 0, lon="104.2", lat="30.6"), ["alignments.csv:2", "place_id", "either"]),
    "lat without lon": (cell("alignments", 0, place_id="", lat="30.6"), ["alignments.csv:2", "place_id"]),
    "kilometres fall": (kilometres_fall, ["alignments.csv", "chainage_km", "9999, the kilometre before"]),
    "impossible day": (section("chengyu-1", opened="1995-02-30"), ["sections.csv:2", "opened", "1995-02-30", "calendar"]),
    "no date": (section("chengyu-1", opened="15.9.1995"), ["sections.csv:2", "opened", "YYYY"]),
    "opened before begun": (section("chengyu-1", started="1999"), ["sections.csv:2", "started"]),
    "planned and opened": (section("chengyu-1", status="planned"), ["sections.csv:2", "opened"]),
    "unknown status": (section("chengyu-1", status="built"), ["sections.csv:2", "status", "built"]),
    "negative length": (section("chengyu-1", length_km="-3"), ["sections.csv:2", "length_km", "-3"]),
    "no lanes": (section("chengyu-1", lanes="0"), ["sections.csv:2", "lanes"]),
    "lanes as text": (section("chengyu-1", lanes="four"), ["sections.csv:2", "lanes", "four"]),
    "speed too high": (section("chengyu-1", design_speed_kmh="900"), ["sections.csv:2", "design_speed_kmh", "900"]),
    "class of another mode": (cell("routes", 0, **{"class": "hsr"}), ["routes.csv:2", "class", "expressway"]),
    "unknown mode": (cell("routes", 0, mode="tram"), ["routes.csv:2", "mode", "tram"]),
    "people negative": (cell("cities", 0, population="-1"), ["cities.csv:2", "population"]),
    "region unknown": (cell("cities", 0, region="Hunan"), ["cities.csv:2", "region", "Hunan"]),
    "code with a space": (cell("cities", 0, adcode="51 01"), ["cities.csv:2", "adcode", "51 01"]),
    "project of nothing": (cell("projects", 0, sections="x-1"), ["projects.csv:2", "sections", "x-1"]),
    "service from nowhere": (cell("published_times", 0, **{"from": "nowhere"}), ["published_times.csv:2", "from", "nowhere"]),
    "confidence": (cell("places", 0, confidence="sure"), ["places.csv:2", "confidence", "sure"]),
    "lanes of a railway": (section("chengyu-hsr-1", lanes="4"), ["sections.csv", "lanes", "rail"]),
    "tracks of a road": (section("chengyu-1", tracks="2"), ["sections.csv:2", "tracks", "road"]),
    "shares a road by rail": (section("chengyu-hsr-1", shares="chengyu-1"), ["sections.csv", "shares", "same mode"]),
    "opened tomorrow": (section("chengyu-1", opened="2031-01-01"), ["sections.csv:2", "opened", "2026-11-23"]),
    "part of itself": (cell("cities", 0, part_of="chengdu"), ["cities.csv:2", "part_of", "no part"]),
    "a cell of a novel": (cell("routes", 0, notes="x" * 20_000), ["routes.csv:2", "notes"]),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_named_with_file_row_and_column(name, data_copy, capsys):
    damage, words = DAMAGES[name]
    damage(data_copy)
    assert main(["routes", "--data", str(data_copy)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert any(all(word in line for word in words) for line in err.splitlines()), err


def test_there_are_more_than_thirty_kinds():
    assert len(DAMAGES) >= 30


def test_all_errors_are_told_at_once(data_copy, capsys):
    cell("places", 0, lat="45.5")(data_copy)
    cell("routes", 3, mode="tram")(data_copy)
    cell("cities", 5, population="many")(data_copy)
    assert main(["check", "--data", str(data_copy)]) == 2
    err = capsys.readouterr().err
    assert all(name in err for name in ("places.csv:2", "routes.csv:5", "cities.csv:7"))


def test_byte_order_mark_and_windows_newlines_are_read(data_copy):
    path = data_copy / "tables" / "routes.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert geo.load(data_copy).routes == geo.load().routes


NAMED = [
    ("成渝中线高铁", "Chengdu–Chongqing Middle Line HSR"),
    ("成达万高铁", "Chengdu–Dazhou–Wanzhou HSR"),
    ("开梁高速", "Kaijiang–Liangping"),
    ("万开达高速", "Wanzhou–Kaijiang direct"),
    ("达万高速", "Dazhou–Wanzhou Expressway"),
    ("开江—梁平", "Kaijiang-Liangping"),
    ("万州—达州", "Dazhou—Wanzhou Expressway"),
]


def test_every_named_route_is_found_in_chinese_and_english(cat):
    for zh, en in NAMED:
        assert cat.find_route(zh) == cat.find_route(en)
    inter = [route for route in cat.routes if route.group == "inter17"]
    assert len(inter) == 17
    for route in inter:
        assert cat.find_route(route.name) == cat.find_route(route.name_en) == route


def test_an_unknown_name_is_answered_with_the_closest(cat):
    with pytest.raises(NotFoundError, match="成都"):
        cat.find_city("成督")
    with pytest.raises(NotFoundError, match="closest"):
        cat.find_route("高速")


def test_population_is_that_of_the_census(cat):
    assert len({city.city_id for city in cat.cities}) == len(cat.cities)
    chongqing = [c for c in cat.cities if c.region == "Chongqing" and not c.part_of]
    core = [c for c in cat.cities if c.part_of == "chongqing"]
    assert sum(c.population for c in core) == cat.find_city("chongqing").population
    assert sum(c.population for c in chongqing) == 32_054_159
    assert len([c for c in cat.cities if c.region == "Sichuan"]) == 17


def test_people_of_the_zones_are_those_of_the_census_and_of_the_cities(cat):
    """Official totals of 2020; a city has the people of its zones and of its parts."""
    people = dict.fromkeys(("sichuan", "chongqing"), 0)
    of_city = dict.fromkeys((city.city_id for city in cat.cities), 0)
    for zone in cat.zones:
        people[zone.region] += zone.population
        if zone.city_id:
            of_city[zone.city_id] += zone.population
    assert people == {"sichuan": 83_674_866, "chongqing": 32_054_159}
    assert len(cat.zones) == len({zone.zone_id for zone in cat.zones}) == 221
    for city in cat.cities:
        parts = sum(c.population for c in cat.cities if c.part_of == city.city_id)
        assert city.population == of_city[city.city_id] + parts, city.city_id


def test_history_is_told(cat):
    """Something is being built at the end of every year; what opened mostly has a start."""
    for year in range(2004, 2026):
        end = date(year, 12, 31)
        on = [status_on(end, today=s.status, started=s.started, opened=s.opened,
                        expected=s.expected, as_of=cat.region.as_of) for s in cat.sections]  # fmt: skip
        assert "construction" in {status.stage for status in on}, year
    recent = [s for s in cat.sections if s.opened >= "2005" and not s.shares]
    assert sum(bool(s.started) for s in recent) >= 0.85 * len(recent)


def test_every_row_has_a_source_and_every_source_a_title(cat):
    titles = {source.key: source.title for source in cat.sources}
    for rows in (cat.routes, cat.sections, cat.places, cat.cities, cat.published_times):
        assert all(row.sources and all(titles[key] for key in row.sources) for row in rows)
    shape = [point for point in cat.alignments if not point.place_id]
    assert all(point.sources and point.accuracy_m for point in shape)


@pytest.mark.parametrize("name", ["万州", "万州区", "Wanzhou", "WANZHOU", "wanzhou", "500101"])
def test_a_city_has_many_names(cat, name):
    assert cat.find_city(name).city_id == "wanzhou"


def test_rows_are_told_by_the_line_where_they_begin(data_copy, capsys):
    """Blank lines and cells over several lines move what follows, as an editor shows it."""
    path = data_copy / "tables" / "cities.csv"
    head, one, two, *rest = path.read_text("utf-8").splitlines()
    name = one.split(",")[2]
    one = one.replace(name, f'"{name}\n"', 1)  # lines 2 and 3, then two that are blank
    path.write_text("\n".join([head, one, "", "x,", two, *rest]) + "\n", "utf-8")
    assert main(["routes", "--data", str(data_copy)]) == 2
    assert "tables/cities.csv:5: expected" in capsys.readouterr().err
    path.write_text("\n".join([head, one, "", "", two, *rest]) + "\n", "utf-8")
    lines = geo.load(data_copy).lines["cities"]
    assert list(lines.values())[:2] == [2, 6]
    assert path.read_text("utf-8").splitlines()[5] == two
    assert two.startswith(list(lines)[1])


def test_a_quote_that_is_not_closed_is_told_where_its_row_begins(data_copy, capsys):
    path = data_copy / "tables" / "cities.csv"
    head, one, two, *rest = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head, one, two.replace(",", ',"', 1), *rest]) + "\n", "utf-8")
    assert main(["routes", "--data", str(data_copy)]) == 2
    assert "tables/cities.csv:3: expected valid CSV" in capsys.readouterr().err


SETTINGS = {
    "frame": (("[100.0, 27.0", "[112.0, 27.0"), "region.toml frame: expected west < east"),
    "years": (("years = [1995, 2035]", "years = [2035, 1995]"),
              "region.toml map.years: expected the first before the last"),
    "file": (('counties = "', 'counties = "../'), "region.toml base.counties: expected a file inside"),
    "timezone": (('"Asia/Shanghai"', '"Asia/Nowhere"'), "region.toml timezone: expected a time zone"),
    "zone of a folder": (('"Asia/Shanghai"', '"/etc"'), "region.toml timezone: expected a time zone"),
    "zoom": (("zoom = ", "zoom = 9"), "region.toml map.zoom: expected less than or equal to 14"),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_a_damaged_setting_is_named(name, data_copy):
    (old, new), words = SETTINGS[name]
    path = data_copy / "region.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(geo.BadInputError) as error:
        geo.load(data_copy)
    assert words in str(error.value)


def test_a_folder_of_before_names_changed_is_read(tmp_path):
    """0.1 said name_zh and services; the kind of a published time was not known."""
    small_region.write(tmp_path)
    wanted = geo.load(tmp_path)
    for path in (tmp_path / "tables").glob("*.csv"):
        head, _, rest = path.read_text("utf-8").partition("\n")
        path.write_text(re.sub(r"\bname\b", "name_zh", head) + "\n" + rest, "utf-8")
    settings = tmp_path / "region.toml"
    settings.write_text(re.sub(r"(?m)^name =", "name_zh =", settings.read_text("utf-8")), "utf-8")
    for table in ("zones", "train_services", "through_running", "speeds_by_period"):
        (tmp_path / "tables" / f"{table}.csv").unlink(missing_ok=True)
    times = tmp_path / "tables" / "published_times.csv"
    with times.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    times.unlink()
    old = [
        "from",
        "to",
        "mode",
        "minutes",
        "km",
        "date",
        "reason",
        "source",
        "confidence",
        "notes",
    ]
    with (tmp_path / "tables" / "services.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, old, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    found = geo.load(tmp_path)
    assert (found.routes, found.places, found.cities) == (
        wanted.routes,
        wanted.places,
        wanted.cities,
    )
    assert found.region == wanted.region
    assert [time.minutes for time in found.published_times] == [
        time.minutes for time in wanted.published_times
    ]
    assert {time.kind for time in found.published_times} == {""}


def test_a_frame_reaches_at_most_five_degrees_beyond_the_points(tmp_path):
    # A projection in metres centred in a frame around the world would fit at no place of it.
    toy.region(tmp_path, {"a": (0, 0), "b": (100, 0)}, {"ab": 100}, {"a": 1})
    path = tmp_path / "region.toml"
    wide = path.read_text("utf-8").replace("-5.0, -5.0, 5.0, 5.0", "-180.0, -2.0, 180.0, 90.0")
    path.write_text(wide, "utf-8")
    expected = (-5.0, -2.0, 100 / toy.KM_LON + 5, 5.0)
    assert geo.load(tmp_path).region.frame == pytest.approx(expected)


def test_a_line_over_the_180th_meridian_is_named(tmp_path):
    toy.region(tmp_path, {"a": (0, 0), "b": (40, 0)}, {"ab": 40}, {"a": 1})
    text = (
        (tmp_path / "region.toml").read_text("utf-8").replace("-5.0, -5.0, 5.0", "-180, -5.0, 180")
    )
    (tmp_path / "region.toml").write_text(text, "utf-8")
    toy.edit(tmp_path, "places", lambda row: {"lon": 179.8 if row["place_id"] == "a" else -179.8})
    with pytest.raises(
        geo.BadInputError, match=r"alignments.csv:3 place_id: 'b': .*180th meridian"
    ):
        geo.load(tmp_path)
