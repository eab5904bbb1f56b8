"""The documentation builds without network, asks for nothing elsewhere, and no link of it is broken."""

from __future__ import annotations

import importlib
import inspect
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import geo
from geo.catalogue.schema import TABLES, columns
from geo.cli.main import build_parser
from geo.network import Parameters

ROOT = Path(geo.__file__).parent.parent
pytestmark = pytest.mark.skipif(
    not (ROOT / "mkdocs.yml").exists(), reason="installed without the repository"
)
#: Attributes by which a page loads something.
LOADS = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"),
         ("video", "src"), ("audio", "src"), ("object", "data"), ("img", "srcset")}  # fmt: skip


class Page(HTMLParser):
    """What a page loads, links to and can be linked at."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.links, self.anchors = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if (tag, name) in LOADS and value:
                self.loads.append(value)
            elif (tag, name) == ("a", "href"):
                self.links.append(value)
            elif name in ("id", "name"):
                self.anchors.add(value)


@pytest.fixture(scope="session")
def pages(site):
    return {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}


def test_pages_load_only_their_own_files(site, pages):
    assert len(pages) > 25
    for path, page in pages.items():
        for address in page.loads:
            assert not urlsplit(address).netloc, (path, address)
            if path.name != "404.html":
                assert (path.parent / unquote(urlsplit(address).path)).is_file(), (path, address)
    for sheet in site.rglob("*.css"):
        for address in re.findall(
            r"(?:url\(|@import\s+)[\"']?([^\"')]+)", sheet.read_text("utf-8")
        ):
            assert not urlsplit(address).netloc, (sheet, address)


def test_no_link_within_the_pages_is_broken(pages):
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for address in page.links:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), (path, address)
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].anchors, (path, address)


def test_the_reference_is_that_of_the_package(site):
    shown = (site / "reference" / "commands.html").read_text("utf-8")
    (verbs,) = [
        a.choices for a in build_parser()._actions if isinstance(getattr(a, "choices", None), dict)
    ]
    for name, parser in verbs.items():
        assert f"geo {name}" in shown
        options = {a.option_strings[-1] for a in parser._actions if a.option_strings}
        assert all(option in shown for option in options - {"--help"})
    shown = (site / "reference" / "tables.html").read_text("utf-8")
    for name, model in TABLES.items():
        assert f"{name}.csv" in shown
        assert all(f"<code>{column}</code>" in shown for column in columns(model))
        assert all(field.description for field in model.model_fields.values())
    shown = (site / "explanation" / "times.html").read_text("utf-8")
    for name, parameter in Parameters().table().iterrows():
        row = f"<code>{name}</code></td>\n<td>{parameter.value:g}</td>"
        assert row in shown, name
        assert parameter.unit in shown


def test_every_exported_name_is_in_the_reference(site):
    for path in sorted((ROOT / "geo").glob("*/__init__.py")):
        package = path.parent.name
        if package == "cli":
            continue
        shown = (site / "reference" / "api" / f"{package}.html").read_text("utf-8")
        module = importlib.import_module(f"geo.{package}")
        for name in module.__all__:
            if inspect.isfunction(getattr(module, name)):
                assert f'id="geo.{package}.{name}"' in shown, f"geo.{package}.{name}"


def test_no_mark_is_left(site):
    assert not [page for page in site.rglob("*.html") if "made: " in page.read_text("utf-8")]


def test_the_citation_is_that_of_the_package():
    yaml = pytest.importorskip("yaml")
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert said["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(said)
    assert said["title"].startswith(project["name"])
    assert said["version"] == geo.__version__
    assert said["license"] == project["license"] == "MIT"
    assert said["authors"] == [{"name": project["authors"][0]["name"]}]
    assert not {"doi", "identifiers", "orcid"} & set(said)
