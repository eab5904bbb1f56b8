"""Pages in a cell of a notebook: a frame without an address of its own."""

from __future__ import annotations

import pytest
from depth import first_by_default

from geo.maps.notebook import Page


@pytest.fixture
def frame(page, files, tmp_path):
    """Show a page as a cell does, and check that it kept quiet."""
    trouble, requests = [], []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))

    def show(name):
        cell = Page(name, files[name].read_text("utf-8"))._repr_html_()
        path = tmp_path / "cell.html"
        path.write_text(
            f"<!doctype html><meta charset=utf-8><h1>Cell</h1>{cell}", encoding="utf-8"
        )
        page.goto(path.as_uri())
        inside = page.frame_locator("iframe")
        inside.locator("html[data-ready]").wait_for(timeout=20_000)
        return inside

    yield show
    assert trouble == []
    assert [u for u in requests if not u.startswith(("data:", "blob:", "about:"))] == requests[:1]


@pytest.mark.parametrize(
    "name", first_by_default("network", "crossings", "criticality", "compare")
)
def test_a_page_works_in_a_cell(frame, name):
    inside = frame(name)
    assert inside.locator("path.leaflet-interactive, canvas").count() > 0
    assert not inside.locator(".top nav").is_visible(), (
        "there are no other pages beside a notebook"
    )
    before = inside.locator("html").get_attribute("lang")
    inside.locator(".top .lang").click()
    assert inside.locator("html").get_attribute("lang") != before


def test_a_link_is_closed_in_a_cell(frame):
    inside = frame("criticality")
    row = inside.locator("table button, table a").nth(8)
    row.click()
    inside.locator("tr.chosen").wait_for()
