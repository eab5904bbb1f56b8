"""The pages in headless Chromium, with the network switched off."""

from __future__ import annotations

import os
import shutil

import pytest

QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]


#: pytest-playwright brings pytest-base-url, whose fixture pytest 9.2 calls deprecated.
BASE_URL = "ignore:Session-scoped fixtures defined as instance methods"


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.filterwarnings(BASE_URL))


def chromium():
    """Return the path of the browser; without one fail in continuous integration, else skip."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        reason = "no Chromium: apt-get install chromium fonts-noto-cjk"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return path


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": chromium(), "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    size = {"width": 1280, "height": 860}
    return {
        **browser_context_args,
        "viewport": size,
        "locale": "zh-CN",
        "offline": True,
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def files(built):
    """The built pages, by name."""
    chromium()
    return {path.stem: path for path in built[0].glob("*.html")}


@pytest.fixture
def visit(page):
    """Open a page, wait until it can be used, and check afterwards that it kept quiet."""
    messages, requests, opened = [], [], []
    page.set_default_timeout(20_000)
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))

    def open_page(path, fragment=""):
        opened.append(path.as_uri() + fragment)
        page.goto(opened[-1])
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    assert messages == []
    files = [url.split("#")[0] for url in requests if not url.startswith(("data:", "blob:"))]
    assert set(files) <= {url.split("#")[0] for url in opened}


@pytest.fixture
def examined(browser, browser_context_args):
    """Open a page in a context that lets axe in, and count what it finds."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    contexts = []

    def examine(url, size=None, prepare=None):
        options = browser_context_args | {"bypass_csp": True}
        context = browser.new_context(**options | ({"viewport": size} if size else {}))
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        page.wait_for_selector("html[data-ready]")
        if prepare:
            prepare(page)
        # only what is wrong: to name every node that is right takes five times as long
        return axe.Axe().run(page, options={"resultTypes": ["violations"]})

    yield examine
    for context in contexts:
        context.close()
