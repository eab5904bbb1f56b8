"""The scripts of the pages in a browser: one namespace, and the table of status they use."""

from __future__ import annotations

import pytest
from depth import first_by_default

from geo.catalogue import STATUS_CODES
from geo.maps import PAGES
from geo.maps.tiles import tile_provider, with_tiles

#: Leaflet brings names of its own.
LEAFLET = {"L", "leaflet", "_leaflet_events"}
STATUSES = """codes => codes.map(code => {
  const { stage, assumed } = geo.statusOf(code);
  return [code, stage, assumed, geo.codeOf(stage, assumed)];
})"""


def global_names(page):
    """Return all that a script could have added: properties of the window, and declarations."""
    session = page.context.new_cdp_session(page)
    declared = session.send("Runtime.globalLexicalScopeNames")["names"]
    session.detach()
    return set(page.evaluate("Object.getOwnPropertyNames(window)")) | set(declared)


@pytest.fixture
def empty(page, tmp_path):
    """The global names of a page without scripts."""
    path = tmp_path / "empty.html"
    path.write_text("<!DOCTYPE html><title>Empty</title>", encoding="utf-8")
    page.goto(path.as_uri())
    return global_names(page)


@pytest.mark.parametrize("name", first_by_default(*PAGES))
def test_a_page_adds_one_global_name(page, empty, files, name):
    page.goto(files[name].as_uri())
    page.wait_for_selector("html[data-ready]")
    assert global_names(page) - empty - LEAFLET == {"geo"}
    assert (
        page.evaluate("typeof geo[document.baseURI.split('/').pop().split('.')[0]]") == "function"
    )


def test_a_page_on_tiles_adds_no_other_name(page, empty, files, tmp_path):
    path = tmp_path / "crossings-osm.html"
    text = with_tiles(files["crossings"].read_text("utf-8"), tile_provider("osm"))
    path.write_text(text, encoding="utf-8")
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]")
    assert global_names(page) - empty - LEAFLET == {"geo"}
    assert page.evaluate("typeof geo.tiles + typeof geo.crossings") == "functionfunction"


@pytest.mark.parametrize("name", ["network", "crossings", "compare"])
def test_scripts_read_status_as_python_writes_it(visit, files, name):
    page = visit(files[name])
    assert page.evaluate(STATUSES, list(STATUS_CODES)) == [
        [code, status.stage, status.assumed, code.replace("n", "p")]
        for code, status in STATUS_CODES.items()
    ]
