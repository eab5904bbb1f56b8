"""What commands take, and who answers what they do not."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import box

import geo
from geo.cli.main import main
from geo.cli.messages import error_text, speaking
from geo.readers import read_areas
from geo.sources import new_region


@pytest.mark.parametrize(
    ("arguments", "command", "unknown"),
    [
        (["routes", "--foo"], "geo routes", "--foo"),
        (["od", "a", "b", "c"], "geo od", "c"),
        (["refresh", "layer", "x", "--foo", "--bar"], "geo refresh layer", "--foo --bar"),
        (["new", "x", "--zz"], "geo new", "--zz"),
        (["--foo", "routes"], "geo", "--foo"),
    ],
)
def test_the_command_itself_answers_what_it_does_not_know(capsys, arguments, command, unknown):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    said = f"{command}: unrecognized arguments: {unknown} (see {command} --help)\n"
    assert capsys.readouterr() == ("", said)


@pytest.fixture(scope="module")
def built(two_provinces, tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    assert main(["build", str(folder), "--data", str(two_provinces), "--year", "2020"]) == 0
    return folder


@pytest.mark.parametrize("option", [[], ["--out"]])
@pytest.mark.parametrize("command", ["build", "verify"])
def test_a_build_and_its_check_take_the_folder_alike(
    built, two_provinces, capsys, command, option
):
    """The build finds nothing to do there, the check nothing changed."""
    asked = [command, *option, str(built), "--data", str(two_provinces), "--year", "2020"]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "nothing has changed" in said or "is as it was" in said


def test_results_of_another_day_are_not_those(built, two_provinces, capsys):
    asked = ["verify", str(built), "--data", str(two_provinces)]
    assert main(asked) == 0
    assert main([*asked, "--year", "2021"]) == 1
    assert "parameter date" in capsys.readouterr().out


def test_one_folder_alone(capsys):
    with pytest.raises(SystemExit):
        main(["verify", "a", "--out", "b"])
    assert "not allowed with" in capsys.readouterr().err


def test_a_new_region_takes_text_and_paths(tmp_path):
    assert new_region(str(tmp_path / "a")) == new_region(tmp_path / "b")
    assert (tmp_path / "a" / "region.toml").exists()


@pytest.mark.parametrize(
    ("columns", "said", "chinese"),
    [
        ({"adcode": ["DE-BY", ""], "name": ["a", "b"]}, "feature 2: expected a code such as", "第 2 个要素：应为代码"),
        ({"adcode": ["DE-BY", "DE-BW"], "name": ["", "b"]}, "feature 1: expected a name", "第 1 个要素：应为名称"),
    ],
)  # fmt: skip
def test_areas_without_code_or_name_are_refused_in_both_languages(
    tmp_path, columns, said, chinese
):
    file = tmp_path / "areas.geojson"
    columns |= {"name_en": ["A", "B"]}
    gpd.GeoDataFrame(columns, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4326).to_file(file)
    with pytest.raises(geo.BadInputError) as refused:
        read_areas(file)
    for language, text in (("en", said), ("zh", chinese)):
        with speaking(language):
            assert text in error_text(refused.value)
