"""Text of the tables never runs in a page, whatever it says."""

from __future__ import annotations

from datetime import date

import pytest
import small_region
from depth import first_by_default

import geo
from geo.maps import PAGES
from geo.pipeline import build

#: What the text would leave behind if it ran, or became markup.
TRACES = """() => [
  typeof window.hit, document.querySelectorAll('[onerror], [onload], img[src="x"]').length,
  [...document.querySelectorAll('[href], [src], [action]')].filter(
    (node) => /^\\s*javascript:/i.test(node.getAttribute('href') || node.getAttribute('src') || '')).length,
  [...document.scripts].filter((script) => script.textContent.trim() === 'window.hit=1').length,
]"""
CLEAN = ["undefined", 0, 0, 0]


@pytest.fixture(scope="module")
def hostile_pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    catalogue = geo.load(small_region.hostile(folder / "region"))
    summary = build(catalogue, folder / "maps", date=date(2026, 11, 23))
    assert set(summary["pages"]) == {f"{name}.html" for name in PAGES}
    return folder / "maps"


@pytest.mark.parametrize("name", first_by_default(*PAGES))
def test_hostile_text_is_only_shown(name, hostile_pages, visit):
    path = hostile_pages / f"{name}.html"
    page = visit(path)
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    assert page.evaluate(TRACES) == CLEAN
    shown = page.evaluate("document.body.textContent")
    assert "<img src=x onerror=window.hit=2>" in shown, "the text is there, as text"
    assert "{{7*7}}${7*7}" in shown
    page.get_by_role("button", name="English").click()
    for box in page.locator("input[type=search]:visible").all():
        box.fill("Line")
        box.press("Enter")
    # handles, not locators: a click may take other buttons away, and a handle stays with its own
    buttons = page.locator("summary:visible, main button:visible, table button:visible")
    for button in buttons.element_handles()[:25]:
        if button.is_visible() and button.is_enabled():
            button.click(force=True, timeout=2000)
    page.wait_for_timeout(100)
    assert page.evaluate(TRACES) == CLEAN
