"""What the documents say is what the package computes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import geo

ROOT = Path(geo.__file__).parent.parent
pytestmark = pytest.mark.skipif(
    not (ROOT / "README.md").exists(), reason="installed without the repository"
)


def test_the_changelog_counts_the_catalogue(cat):
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    said = re.search(r"(\d+) routes, (\d+) sections and ([\d,]+) places", text)
    assert said is not None
    counts = [int(number.replace(",", "")) for number in said.groups()]
    assert counts == [len(cat.routes), len(cat.sections), len(cat.places)]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_command_of_the_readme_is_known(name):
    from geo.cli.main import build_parser

    text = (ROOT / name).read_text("utf-8")
    commands = re.findall(r"^geo ([^#\n]+)", text, re.MULTILINE)
    assert len(commands) == 10
    for command in commands:
        arguments = build_parser().parse_args(command.split())
        assert callable(arguments.run)


def test_the_documents_show_pictures_that_exist():
    for name in ("README.md", "README.zh-CN.md"):
        for path in re.findall(r"!\[.*?\]\((.*?)\)", (ROOT / name).read_text("utf-8")):
            assert (ROOT / path).is_file()


def test_the_two_readmes_have_the_same_parts():
    english, chinese = (
        (ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md")
    )
    for pattern in (r"^#+ ", r"^- ", r"^!\[", r"^```", r"^geo \w+"):
        count = [len(re.findall(pattern, text, re.MULTILINE)) for text in (english, chinese)]
        assert count[0] == count[1], pattern
    code = [set(re.findall(r"`([^`\n]+)`", text)) for text in (english, chinese)]
    assert code[0] == code[1]
    numbers = [set(re.findall(r"\d+(?:[.-]\d+)*", text)) for text in (english, chinese)]
    assert numbers[0] - numbers[1] == set()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_file_that_the_readme_links_to_exists(name):
    text = (ROOT / name).read_text("utf-8")
    for path in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / path).exists(), path
    assert len(text.splitlines()) < 90
