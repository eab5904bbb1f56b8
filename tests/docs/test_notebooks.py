"""The notebooks run offline from top to bottom, show something, and come in equal pairs."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from depth import first_by_default

import geo

FOLDER = Path(geo.__file__).parent.parent / "notebooks"
NAMES = ["01_layers", "02_connectivity", "03_what_each_line_changes", "04_what_breaks",
         "05_your_own_region", "06_a_hundred_projects"]  # fmt: skip
CHINESE = re.compile("[\u4e00-\u9fff]")
#: Runs first in the kernel, which is a process of its own.
BLOCK = """
import warnings, pytest_socket
warnings.simplefilter("error", FutureWarning)
pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)
"""

jupytext = pytest.importorskip("jupytext")
nbclient = pytest.importorskip("nbclient")
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="installed without the repository")


class Addresses(HTMLParser):
    """What a page would load: every address but those of links to click on."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for key, value in attributes:
            if key == "srcdoc":
                self.found += Addresses(value).found
            elif key in ("src", "href", "srcset", "poster") and tag != "a":
                self.found.append(value)
            elif key == "style":
                self.found += re.findall(r"url\((.*?)\)", value or "")


@pytest.fixture(scope="module", params=first_by_default(*reversed(NAMES[:5]), NAMES[5]))
def notebook(request):
    return jupytext.read(FOLDER / f"{request.param}.py")


@pytest.fixture(scope="module")
def outputs(notebook, tmp_path_factory):
    """What the cells give in a real kernel without network."""
    import nbformat
    from jupyter_client.manager import KernelManager

    folder = tmp_path_factory.mktemp("kernel")
    made = nbformat.from_dict(notebook)
    made.cells.insert(0, nbformat.v4.new_code_cell(BLOCK))
    manager = KernelManager(transport="ipc", ip=str(folder / "kernel"))
    client = nbclient.NotebookClient(
        made, km=manager, timeout=300, resources={"metadata": {"path": str(folder)}}
    )
    client.execute(cleanup_kc=True)
    assert [p.name for p in folder.iterdir() if not p.name.startswith("kernel")] == []
    return [output for cell in made.cells for output in cell.get("outputs", [])]


def test_every_notebook_is_tested():
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == NAMES
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_pairs_agree(name):
    text = jupytext.read(FOLDER / f"{name}.py")
    paired = jupytext.read(FOLDER / f"{name}.ipynb")
    cells = [[(cell.cell_type, cell.source) for cell in book.cells] for book in (text, paired)]
    assert cells[0] == cells[1], "write it again: jupytext --update --to ipynb notebooks/*.py"
    code = [cell for cell in paired.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)


def test_it_runs_quietly(outputs):
    kinds = {output.output_type for output in outputs}
    assert "error" not in kinds
    assert [o.text for o in outputs if o.output_type == "stream" and o.name == "stderr"] == []


def test_it_shows_pictures_and_tables(outputs):
    data = [output.data for output in outputs if "data" in output]
    assert sum("image/png" in item for item in data) >= 1
    html = [item["text/html"] for item in data if "text/html" in item]
    assert any("<table" in text for text in html)
    assert sum("image/png" in item or "<iframe" in item.get("text/html", "") for item in data) >= 2


def test_what_it_shows_loads_nothing(outputs):
    for output in outputs:
        text = output.get("data", {}).get("text/html", "")
        assert [a for a in Addresses(text).found if not a.startswith(("data:", "#"))] == []
        assert "@import" not in unescape(text)


def test_it_is_written_for_readers(notebook):
    words = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert words[0].startswith("# ")
    for line in "\n".join(words).splitlines():
        if line.startswith("#"):
            assert CHINESE.search(line), line
    assert "**Question.**" in words[0]
    assert "**摘要**" in words[0]
    assert any(text.startswith(("## Limits 局限", "## Sources and limits")) for text in words)
    assert notebook.cells[0].cell_type == "markdown"


def test_the_text_is_computed(notebook, outputs):
    told = [o.data["text/markdown"] for o in outputs if "text/markdown" in o.get("data", {})]
    assert len(told) >= 3
    assert all(re.search(r"\d", text) for text in told)
    assert not any(re.search(r"\b(nan|inf|None)\b", text) for text in told)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\d [%]|\d{3,} (?:km|min)", cell.source), "compute this"
