"""Every block of code in the documents runs, and prints what the documents say it prints."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import shutil
from pathlib import Path

import extract
import geopandas as gpd
import pytest
import shapely
from depth import first_by_default
from extract_region import POINTS, THREE, WAYS, areas
from extract_region import line as on_ground

import geo
from geo.catalogue import catalogue as tables
from geo.cli.main import main
from geo.layers import layers as drawing
from geo.maps import figures

ROOT = Path(geo.__file__).parent.parent
pytestmark = [
    pytest.mark.skipif(
        not (ROOT / "mkdocs.yml").exists(), reason="installed without the repository"
    ),
    pytest.mark.usefixtures("keeping_results"),
]
BLOCK = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Lines that no test runs: whole ones, or how they begin, which ends in a space.
EXCEPTIONS = {
    "pip install ": "changes the installation; .ci/run does the first two",
    "python -m venv .venv": "changes the installation",
    ". .venv/bin/activate": "changes the installation",
    "geo build": "the main job has tests of its own, and .ci/run does it as it stands",
    "geo --print-completion ": "ends as help does; tests/cli reads what it prints",
    "geo refresh overpass ": "needs a network; tests/support has a server of the protocol",
    "dask ": "starts servers on other machines",
    "geo critical --scheduler ": "needs a scheduler on another machine",
    "geo compare 2020 2030 --scheduler ": "needs a scheduler on another machine",
    "python scripts/reliability.py": "takes hours; tests/reliability damages fewer inputs the same way",
    "python scripts/reliability.py --parts ": "looks at one input of that run",
    "GEO_KILLS=1000 pytest ": "takes long; .ci/run has fifty kills",
}
#: Pages whose code another test runs, with what it needs.
ELSEWHERE = {"docs/second-region.md": "tests/sources/test_region_folder.py"}

#: Pages whose code takes libraries that only the tests install.
NEEDS = {"docs/howto/other-tools.md": ("osmnx", "momepy", "igraph", "pandana")}


def code(text):
    """Return blocks of code as (language, code, what it prints)."""
    found = []
    for language, title, block in BLOCK.findall(text):
        if language in ("bash", "sh", "python"):
            found.append([language, block, None])
        elif "Output" in title:
            found[-1][2] = block
    return found


def documents():
    pages = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {page.relative_to(ROOT).as_posix(): code(page.read_text("utf-8")) for page in pages}


def commands(block):
    """Return the commands of a shell block, without comments."""
    lines = block.replace("\\\n", " ").splitlines()
    return [line for line in (re.sub(r"\s+#.*", "", raw).strip() for raw in lines) if line]


DOCUMENTS = documents()
SHELL = {
    page: [
        line for language, block, _ in blocks if language != "python" for line in commands(block)
    ]
    for page, blocks in DOCUMENTS.items()
}
PYTHON = {
    page: [(block, out) for language, block, out in blocks if language == "python"]
    for page, blocks in DOCUMENTS.items()
}
FIRST = {line: page for page in reversed(DOCUMENTS) for line in SHELL[page]}


def begins(line, start):
    return line.startswith(start) if start.endswith(" ") else line == start


def excepted(line):
    return any(begins(line, start) for start in EXCEPTIONS)


@pytest.fixture
def desk(tmp_path, monkeypatch, cat, drawn):
    """A folder with the files that the documents speak of; the catalogue is read once."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    city = (
        *on_ground((30, 1), (31, 1))[0],
        {"place": "city", "name": "武汉", "population": "9000000"},
    )
    extract.write(tmp_path / "china-latest.osm.pbf", WAYS, [*POINTS, city])
    areas(tmp_path / "provinces.geojson", *THREE)
    route = [tuple(point) for point in drawn.tracks["chengyu"].line]
    other = [(106.6, 30.5), (107.5, 31.2), (108.6, 31.9)]  # from 广安 towards 城口
    ways = [
        (route, {"highway": "motorway", "ref": "G76;G85"}),
        (other, {"highway": "primary", "name": "广城路"}),
    ]
    extract.write(tmp_path / "sichuan.osm.pbf", ways)
    roads = drawn.routes[["ref", "geometry"]].rename(columns={"ref": "ROADNO"}).head(3)
    gpd.GeoDataFrame(roads, crs=roads.crs).to_file(tmp_path / "roads.shp")
    course = [
        (104.627, 30.122),
        (104.95, 30.13),
        (105.34, 30.10),
        (105.60, 30.14),
        (105.841, 30.189),
    ]
    plan = gpd.GeoDataFrame(
        {"Name": ["资潼高速"]}, geometry=[shapely.LineString(course)], crs=4326
    )
    plan.to_file(tmp_path / "plan.kml", driver="KML")
    own = {"name": "资潼高速", "class": "expressway", "design_speed_kmh": 120, "year": 2032}
    plan.drop(columns="Name").assign(**own).to_file(tmp_path / "plan.geojson")
    edit = {"do": "open", "sections": "chengdawan-hsr-2", "year": 2029}
    feature = {"type": "Feature", "properties": edit, "geometry": None}
    late = {"type": "FeatureCollection", "plan": {"name": "推迟"}, "features": [feature]}
    (tmp_path / "late.geojson").write_text(json.dumps(late), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    load, draw = tables.load, drawing.build_layers
    monkeypatch.setattr(tables, "load", lambda folder=None: load(folder) if folder else cat)
    monkeypatch.setattr(
        drawing, "build_layers", lambda source: drawn if source is cat else draw(source)
    )
    monkeypatch.setattr(figures, "DPI", 40)  # coarse, for the time it takes
    return tmp_path


def run(line):
    """Run a command in this process; return its output."""
    program, *arguments = shlex.split(line)
    assert program == "geo", line
    if {"refresh", "add"} & set(
        arguments
    ) and "--out" in arguments:  # the documents offer alternatives
        shutil.rmtree(arguments[arguments.index("--out") + 1], ignore_errors=True)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(arguments) == 0, line
    return out.getvalue()


OWN = {page: [line for line in SHELL[page] if FIRST[line] == page and not excepted(line)]
       for page in DOCUMENTS if page not in ELSEWHERE and page != "docs/reference/json.md"}  # fmt: skip


@pytest.mark.parametrize("document", first_by_default(*(p for p, lines in OWN.items() if lines)))
def test_the_commands_of_a_page_run(document, desk):
    for line in dict.fromkeys(OWN[document]):
        assert run(line), line


@pytest.mark.parametrize("document", first_by_default(*(p for p, code in PYTHON.items() if code)))
def test_the_python_of_a_page_runs(document, desk):
    if document == "README.zh-CN.md":
        strip = [re.sub(r"\s+#.*", "", block) for block, _ in PYTHON[document]]
        assert strip == [re.sub(r"\s+#.*", "", block) for block, _ in PYTHON["README.md"]]
        return
    for library in NEEDS.get(document, ()):
        pytest.importorskip(library)
    known: dict[str, object] = {"__name__": document}
    for block, said in PYTHON[document]:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block, document, "exec"), known)  # noqa: S102 - our own documents
        if said is not None:
            assert out.getvalue().rstrip().splitlines() == said.rstrip().splitlines()


def test_exceptions_and_pages_tested_elsewhere_are_still_there():
    lines = [line for page in SHELL.values() for line in page]
    for start in EXCEPTIONS:
        assert any(begins(line, start) for line in lines), start
    for page, test in ELSEWHERE.items():
        assert Path(page).name in (ROOT / test).read_text("utf-8")


def test_other_code_is_listed_too():
    """Whatever is not a command of the package is among the exceptions."""
    for page, lines in SHELL.items():
        assert [
            line for line in lines if not line.startswith("geo ") and not excepted(line)
        ] == [], page


JSON = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", (ROOT / "docs/reference/json.md").read_text("utf-8")
                       if (ROOT / "docs").exists() else "", re.MULTILINE | re.DOTALL))  # fmt: skip
STAMP = {"year", "date", "as_of", "assumed[]"}


def keys(value, path=""):
    """Return the keys of a JSON value as the reference writes them."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from keys(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value or [None]:
            yield from keys(item, f"{path}[]")
    else:
        yield path


def pattern(key):
    """Return what a key of the reference stands for; a list of objects may be empty."""
    fixed = re.escape(key.removesuffix(".*")).replace(r"\*", ".+")
    return re.compile(
        fixed + (r"(\..+)?" if key.endswith("[].*") else r"\..+" if key.endswith(".*") else "")
    )


@pytest.mark.parametrize("name", JSON)
def test_the_reference_names_every_key_of_the_json(name, desk):
    section = JSON[name]
    said = set(
        re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)))
    )
    patterns = {key: pattern(key) for key in said | STAMP}
    found: set[str] = set()
    for block in code(section):
        for line in commands(block[1]):
            said_now = run(line)
            if line.endswith(" --json"):
                found |= set(keys(json.loads(said_now)))
    fit = {key: [name for name, own in patterns.items() if own.fullmatch(key)] for key in found}
    assert sorted(key for key, by in fit.items() if not by) == []
    assert sorted(said - {name for by in fit.values() for name in by}) == []


def test_the_reference_knows_every_command():
    from geo.cli.main import build_parser

    (verbs,) = [
        a for a in build_parser()._actions if hasattr(a, "choices") and isinstance(a.choices, dict)
    ]
    assert {name.split()[0] for name in JSON} == set(verbs.choices)
