"""The documentation opens from a folder: quiet, searchable, and as wide as the screen."""

from __future__ import annotations

import pytest

PAGES = ["index", "tutorial.zh", "explanation/connectivity", "reference/commands", "data-quality"]


@pytest.fixture
def leaf(page, site):
    """Open a page of the documentation, and check afterwards that it kept quiet."""
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    def open_page(name):
        page.goto((site / f"{name}.html").as_uri())
        page.wait_for_selector("h1")
        return page

    yield open_page
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:"))] == []


def test_pages_fit_desktop_and_phone(leaf):
    for width, height in ((1280, 860), (390, 844)):
        for name in PAGES:
            page = leaf(name)
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("isochrone_areas", "connectivity.html#geo.connectivity.isochrone_areas"),
        ("最小割", "tutorial.zh.html#"),
        ("来源 铁路", "tutorial.zh.html#"),
    ],
)
def test_the_search_works_in_a_folder(leaf, words, where):
    page = leaf("index")
    page.locator("input.md-search__input").fill(words)
    page.keyboard.press("End")  # the search listens to keys
    page.wait_for_selector(f".md-search-result__link[href*='{where}']", state="attached")
    assert page.locator(".md-search-result__terms").count() == 0  # no word is missing
