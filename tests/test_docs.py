"""What the documents say is what the package computes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import geo
from geo.calibration import calibration, summary

ROOT = Path(geo.__file__).parent.parent
pytestmark = pytest.mark.skipif(
    not (ROOT / "README.md").exists(), reason="installed without the repository"
)


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_tells_the_fit_of_the_times(name, drawn):
    text = (ROOT / name).read_text("utf-8")
    found = summary(calibration(drawn))
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
    from geo.cli import _parser

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
def test_the_python_of_the_readme_runs(name):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    known: dict[str, object] = {}
    exec(code, known)  # noqa: S102 - our own document
    assert len(known["layers"].routes) == len(known["cat"].routes)
