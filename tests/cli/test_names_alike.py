"""Names are labels, ids are keys: cities, routes and places of one name."""

from __future__ import annotations

import csv
import json

import extract
import pytest
import small_region
import toy

import geo
from geo.catalogue import name_labels
from geo.cli.main import main
from geo.connectivity import calibrate_times
from geo.network import matrix_by_name, matrix_with_ids

TWO = "several cities are called 城cc: cc, dd: give the id"
#: Every road is open then.
LATER = ("--year", "2030")


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    """The two provinces, where two cities are called 城cc and two routes carry S1."""
    folder = small_region.write(tmp_path_factory.mktemp("alike") / "region")
    toy.change(folder, "cities", "dd", name="城cc", name_en="City cc")
    toy.change(folder, "routes", "north", ref="S1")
    toy.change(folder, "published_times", "城aa", to="cc")
    return folder


def run(capsys, folder, *arguments):
    code = main([*arguments, "--data", str(folder)])
    return code, *capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["od", "aa", "城cc"], TWO),
        (["od", "City CC", "aa"], "several cities are called City CC: cc, dd: give the id"),
        (["cut", "城cc", "aa"], TWO),
        (["corridor", "城aa", "城cc"], TWO),
        (["corridor", "s1"], "several routes are called s1: north, south: give the id"),
        (["refresh", "pbf", "x", "--route", "S1", "--dry-run"],
         "several routes are called S1: north, south: give the id"),
    ],
)  # fmt: skip
def test_a_name_of_several_is_answered_with_their_ids(capsys, region, arguments, said):
    assert run(capsys, region, *arguments) == (2, "", said + "\n")


def test_the_shipped_routes_of_one_number(cat):
    with pytest.raises(geo.BadInputError, match=r"called G93: chengsuiyu, leyi, .*: give the id$"):
        cat.find_route("G93")


@pytest.mark.parametrize("name", ["cc", "dd", "CC"])
def test_an_id_is_one_city(region, name):
    assert geo.load(region).find_city(name).city_id == name.lower()


def test_an_id_comes_before_the_name_of_another(tmp_path):
    folder = small_region.write(tmp_path / "region")
    toy.change(folder, "cities", "dd", name="cc", name_en="aa")
    found = geo.load(folder)
    assert [found.find_city(key).city_id for key in ("aa", "cc", "dd")] == ["aa", "cc", "dd"]


def test_a_part_of_a_name_is_no_name(region):
    with pytest.raises(geo.NotFoundError, match="closest"):
        geo.load(region).find_city("城")


def test_labels_differ():
    assert name_labels({"a": "x", "b": "y", "c": "x"}) == {"a": "x (a)", "b": "y", "c": "x (c)"}
    assert name_labels({}) == {}


def test_the_matrix_keeps_every_column(capsys, region, tmp_path):
    code, shown, err = run(capsys, region, "matrix", "--mode", "road", *LATER)
    assert (code, err) == (0, "")
    head, *lines = shown.splitlines()
    assert head.split() == ["min", "城aa", "城bb", "城cc", "(cc)", "城cc", "(dd)"]
    found = json.loads(run(capsys, region, "matrix", "--mode", "road", *LATER, "--json")[1])
    assert found["city_ids"] == ["aa", "bb", "cc", "dd"]
    minutes = [line.split()[-4:] for line in lines[:4]]  # a line on what is assumed follows
    shown = [[float(cell) for cell in row] for row in minutes]
    for row, exact in zip(shown, found["time_min"], strict=True):
        assert row == pytest.approx(exact, abs=0.55)  # whole minutes, and tenths
    file = tmp_path / "m.csv"
    assert run(capsys, region, "matrix", "--mode", "road", *LATER, "--out", str(file))[0] == 0
    with file.open(encoding="utf-8", newline="") as text:
        head, *rows = csv.reader(text)
    assert head == ["city_id", "name", "aa", "bb", "cc", "dd"]
    assert [row[:2] for row in rows] == [
        ["aa", "城aa"],
        ["bb", "城bb"],
        ["cc", "城cc"],
        ["dd", "城cc"],
    ]
    written = [[round(float(cell), 1) for cell in row[2:]] for row in rows]
    assert written == found["time_min"]


@pytest.mark.parametrize("name", ["from", "name", "mode", "乙"])
def test_any_name_may_head_a_column(capsys, tmp_path, name):
    folder = small_region.write(tmp_path / "region")
    toy.change(folder, "cities", "dd", name=name)
    head, *rows = run(capsys, folder, "matrix", "--mode", "road")[1].splitlines()
    assert head.split()[-1] == name
    assert [line.split()[0] for line in rows] == ["城aa", "城bb", "城cc", name]


def test_matrices_in_python(region):
    found = geo.load(region)
    table = geo.travel_time_matrix(geo.build_network(found, year=2025, nodes="stops"))
    assert table.columns.tolist() == ["aa", "bb", "cc", "dd"]
    named, written = matrix_by_name(table, found), matrix_with_ids(table, found)
    assert named.columns.tolist() == ["城aa", "城bb", "城cc (cc)", "城cc (dd)"]
    assert named.loc["城aa", "城cc (dd)"] == table.loc["aa", "dd"] == written.loc["aa", "dd"]
    assert written["name"].tolist() == ["城aa", "城bb", "城cc", "城cc"]


@pytest.mark.parametrize(
    "arguments", [["access", "--mode", "road", *LATER], ["compare", "2020", "2028"]], ids=" ".join
)
def test_tables_tell_them_apart(capsys, region, arguments):
    for language in ("zh", "en"):
        shown = run(capsys, region, *arguments, "--lang", language)[1]
        assert sum("(cc)" in line for line in shown.splitlines()) == 1
        assert sum("(dd)" in line for line in shown.splitlines()) == 1
        assert "(aa)" not in shown


def test_results_for_machines_have_ids(capsys, region):
    def found(*arguments):
        return json.loads(run(capsys, region, *arguments, "--json", "--year", "2025")[1])

    way = found("od", "aa", "dd", "--mode", "road")
    assert (way["from_id"], way["to_id"], way["to"]) == ("aa", "dd", "城cc")
    pair = found("corridor", "bb", "dd")
    assert (pair["from_id"], pair["to_id"]) == ("bb", "dd")
    sheet = found("corridor", "south")
    assert [end["city_id"] for end in sheet["ends"]] == ["aa", "cc"]
    assert len(sheet["cities_served_ids"]) == len(sheet["cities_served"]) > 0
    left = found("access", "--mode", "water")
    assert len(left["not_connected_ids"]) == len(left["not_connected"])


def test_a_published_time_names_one_city(region, tmp_path, capsys):
    """An id counts as such, and a name that two carry is refused with its line."""
    times = calibrate_times(geo.build_layers(geo.load(region)))
    assert times.loc[times["mode"] == "road", "computed_min"].notna().all()
    folder = small_region.write(tmp_path / "region")
    toy.change(folder, "cities", "dd", name="城cc")
    code, _, err = run(capsys, folder, "calibrate")
    assert code == 2
    assert err == (
        "tables/published_times.csv:2 to: '城cc': expected an id, for several cities are called "
        "so: cc, dd\n"
    )


@pytest.mark.parametrize(("other", "code"), [("village", 2), ("town", 0), ("hamlet", 0)])
def test_a_place_of_an_extract_is_one_place(capsys, tmp_path, other, code):
    """Of two of a name the larger kind counts; two of a kind are listed."""
    road = ([(-0.2, 0.0), (0.2, 0.0)], {"highway": "motorway", "ref": "A1"})
    extract.write(
        tmp_path / "x.osm.pbf",
        [road],
        [
            (0.0, 0.0, {"place": "village", "name": "Ham"}),
            (0.1, 0.0, {"place": other, "name": "Ham"}),
        ],
    )
    done = main(
        ["new", str(tmp_path / "r"), "--from-pbf", str(tmp_path / "x.osm.pbf"), "--place", "Ham"]
    )
    said = capsys.readouterr().err
    assert done == code, said
    if code:
        assert said == "several places are called Ham: 0.0000,0.0000; 0.1000,0.0000: give --bbox\n"
