"""What the documents say is what the package computes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import geo
from geo.connectivity.calibration import calibrate_times, calibration_summary

ROOT = Path(geo.__file__).parent.parent
pytestmark = pytest.mark.skipif(
    not (ROOT / "README.md").exists(), reason="installed without the repository"
)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_tells_the_fit_of_the_times(name, drawn):
    text = (ROOT / name).read_text("utf-8")
    found = calibration_summary(calibrate_times(drawn))
    for said in (
        f"{found['pairs']}",
        f"{found['median_error']:.1%}".replace("%", " %"),
        f"{found['within_20_percent']:.0%}".replace("%", " %"),
    ):
        assert said in text


def test_the_changelog_counts_the_catalogue(cat):
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    said = re.search(r"(\d+) routes, (\d+) sections and ([\d,]+) places", text)
    assert said is not None
    counts = [int(number.replace(",", "")) for number in said.groups()]
    assert counts == [len(cat.routes), len(cat.sections), len(cat.places)]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_command_of_the_readme_is_known(name):
    from geo.cli.main import _parser

    text = (ROOT / name).read_text("utf-8")
    commands = re.findall(r"^geo ([^#\n]+)", text, re.MULTILINE)
    assert len(commands) > 10
    for command in commands:
        arguments = _parser().parse_args(command.split())
        assert callable(arguments.run)


def test_the_documents_show_pictures_that_exist():
    for name in ("README.md", "README.zh-CN.md"):
        for path in re.findall(r"!\[.*?\]\((.*?)\)", (ROOT / name).read_text("utf-8")):
            assert (ROOT / path).is_file()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_tells_how_exactly_lines_are_drawn(name, drawn):
    text = (ROOT / name).read_text("utf-8")
    now = drawn.sections[drawn.sections["status"] == "open"]
    exact = now["running_km"].where(now["accuracy_class"] != "sketch", 0.0)
    share = exact.groupby(now["mode"]).sum() / now["running_km"].groupby(now["mode"]).sum()
    for mode in ("road", "rail"):
        assert f"{share[mode]:.0%}".replace("%", " %") in text


def test_the_two_readmes_have_the_same_parts():
    english, chinese = (
        (ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md")
    )
    for pattern in (r"^#+ ", r"^- ", r"^!\[", r"^```", r"^geo \w+"):
        count = [len(re.findall(pattern, text, re.MULTILINE)) for text in (english, chinese)]
        assert count[0] == count[1], pattern
    code = [set(re.findall(r"`([^`\n]+)`", text)) for text in (english, chinese)]
    assert code[1] - code[0] == {"docs/tutorial.zh.md"}
    assert code[0] <= code[1]
    numbers = [set(re.findall(r"\d+(?:[.-]\d+)*", text)) for text in (english, chinese)]
    assert numbers[0] - numbers[1] == set()
