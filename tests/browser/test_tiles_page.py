"""Online tiles from a server on this machine: they lie where they belong, or are missed."""

from __future__ import annotations

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from depth import first_by_default
from PIL import Image
from scipy import ndimage

from geo.geometry.datum import to_gcj02
from geo.maps.tiles import tile_provider, with_tiles

TILE = 256
#: Distance of the marks in pixels: far more than any error, a few on every view.
STEP = 256
MARK = (255, 0, 255)
#: Everything but the tiles is hidden where pixels are measured.
ALONE = """body * { visibility: hidden !important }
.leaflet-tiles-pane, .leaflet-tiles-pane * { visibility: visible !important }"""
MAP = "geo.maps[0]"


def to_pixels(lonlat, zoom):
    """Pixels of the whole world in Web Mercator."""
    lon, lat = np.radians(np.asarray(lonlat, float)).T
    x, y = lon / (2 * np.pi) + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)
    return np.column_stack([x, y]) * TILE * 2**zoom


def to_lonlat(pixels, zoom):
    x, y = (np.asarray(pixels, float) / (TILE * 2**zoom)).T
    lat = np.arctan(np.sinh(2 * np.pi * (0.5 - y)))
    return np.column_stack([np.degrees((x - 0.5) * 2 * np.pi), np.degrees(lat)])


def marks_near(corner, size, zoom):
    """Marks, in WGS-84, whose pixels lie on a lattice around a box of pixels."""
    low, high = np.floor(corner / STEP) - 1, np.ceil((corner + size) / STEP) + 2
    x, y = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]))
    return to_lonlat(np.column_stack([x.ravel(), y.ravel()]) * STEP, zoom)


class Tiles(BaseHTTPRequestHandler):
    """Tiles in GCJ-02 (/gcj02/…) and in WGS-84 (/wgs84/…) with a mark on every mark."""

    def do_GET(self):
        datum, zoom, x, y = self.path.strip("/").removesuffix(".png").split("/")
        corner = np.array([int(x), int(y)]) * TILE
        at = marks_near(corner, TILE, int(zoom))
        at = to_gcj02(at) if datum == "gcj02" else at
        pixels = np.full((TILE, TILE, 3), 235, np.uint8)
        for column, row in np.rint(to_pixels(at, int(zoom)) - corner).astype(int):
            if -4 < column < TILE + 4 and -4 < row < TILE + 4:
                pixels[max(row - 4, 0) : row + 4, max(column - 4, 0) : column + 4] = MARK
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "png")
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(file.getvalue())

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Tiles) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture
def show(browser, browser_context_args, files, tmp_path):
    """Open a page on tiles in a browser that may use the network."""
    context = browser.new_context(**{**browser_context_args, "offline": False})
    page, messages, requests = context.new_page(), [], []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))

    def open_page(name, root, datum, *, drawn_as=None, fragment=""):
        tiles = tile_provider(
            "none", url=f"{root}/{datum}/{{z}}/{{x}}/{{y}}.png", datum=drawn_as or datum
        )
        path = tmp_path / f"{name}-own.html"
        path.write_text(with_tiles(files[name].read_text("utf-8"), tiles), encoding="utf-8")
        page.goto(path.as_uri() + fragment)
        page.wait_for_selector("html[data-ready]")
        page.messages, page.requests = messages, requests
        return page

    yield open_page
    context.close()


def settled(page):
    """Wait until the tiles of the view are there."""
    for _ in range(100):
        page.wait_for_timeout(60)
        if page.evaluate(
            "(() => { const all = [...document.querySelectorAll('.leaflet-tiles-pane img')];"
            "return all.length > 3 && all.every(tile => tile.complete && tile.naturalWidth) })()"
        ):
            page.wait_for_timeout(300)
            return
    pytest.fail("the tiles did not come")


def largest_error(page):
    """Distance in pixels between where marks are seen and where the map has their places."""
    box = page.locator(".folium-map").bounding_box()
    seen = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
    found, count = ndimage.label((np.abs(seen - MARK) < 40).all(axis=-1))
    spots = ndimage.find_objects(found)
    whole = [
        n + 1 for n, (r, c) in enumerate(spots) if r.stop - r.start > 4 and c.stop - c.start > 4
    ]
    middles = (
        np.array(ndimage.center_of_mass(found > 0, found, whole))[:, ::-1] + 0.5
    )  # centre of a pixel
    middles -= [box["x"], box["y"]]
    west, north, zoom = page.evaluate(
        f"(() => {{ const b = {MAP}.getBounds(); return [b.getWest(), b.getNorth(), {MAP}.getZoom()] }})()"
    )
    level = int(zoom + 0.5)  # of the tiles
    corner = to_pixels([(west, north)], level)[0]
    places = marks_near(corner, 1400, level)
    expected = np.array(page.evaluate(
        f"points => points.map(p => {{ const at = {MAP}.latLngToContainerPoint([p[1], p[0]]);"
        "return [at.x, at.y] })", places.tolist()))  # fmt: skip
    assert count >= len(middles) >= 3
    return np.hypot(*(middles[:, None] - expected[None]).transpose(2, 0, 1)).min(axis=1).max()


def look(page, zoom):
    """Show a place at a zoom, then drag the map as a reader does."""
    page.evaluate(f"void {MAP}.setView([30.62, 104.1], {zoom}, {{animate: false}})")
    settled(page)
    page.evaluate(f"void {MAP}.panBy([430, -260], {{animate: false}})")
    page.evaluate(f"void {MAP}.panBy([350, -190], {{animate: false}})")
    settled(page)


@pytest.mark.parametrize("datum", first_by_default("gcj02", "wgs84"))
def test_tiles_lie_below_what_is_drawn_in_wgs84(show, server, datum):
    page = show("crossings", server, datum)
    page.add_style_tag(content=ALONE)
    for zoom in (7, 9, 9.5, 11, 13, 15):
        look(page, zoom)
        assert largest_error(page) <= 3, zoom
    assert page.messages == []
    assert {url.split("/")[2] for url in page.requests if url.startswith("http")} == {server[7:]}


def test_unshifted_tiles_would_be_noticed(show, server):
    page = show("crossings", server, "gcj02", drawn_as="wgs84")
    page.add_style_tag(content=ALONE)
    look(page, 15)
    assert largest_error(page) > 50


def test_both_languages_of_the_formula_agree(show, server):
    page = show("crossings", server, "gcj02")
    points = [
        [104.0657, 30.6595],
        [106.5516, 29.563],
        [105.0, 35.0],
        [139.77, 35.68],
        [97.4, 26.1],
    ]
    moved = page.evaluate(
        "points => points.map(p => { const at = geo.toGcj02(L.latLng(p[1], p[0])); return [at.lng, at.lat] })",
        points,
    )
    assert np.allclose(moved, to_gcj02(points), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["network", "crossings", "criticality"])
def test_tiles_are_switched_and_the_address_keeps_it(show, server, name):
    page = show(name, server, "wgs84")
    settled(page)
    box = page.get_by_label("在线底图")
    assert box.is_checked()
    assert "© 127.0.0.1" in page.locator(".leaflet-control-attribution").text_content()
    box.focus()
    page.keyboard.press("Space")
    assert page.locator(".leaflet-tiles-pane img").count() == 0
    assert "127.0.0.1" not in page.locator(".leaflet-control-attribution").text_content()
    assert "tiles=off" in page.url
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert not page.get_by_label("在线底图").is_checked()
    assert page.locator(".leaflet-tiles-pane img").count() == 0
    page.get_by_label("在线底图").check()
    settled(page)
    assert "tiles=" not in page.url
    assert page.messages == []


def test_a_page_without_its_tiles_says_so_and_works(show, server):
    page = show("network", "http://127.0.0.1:9", "wgs84")
    line = page.locator(".tiles-control p")
    line.get_by_text("在线底图无法加载").wait_for()
    assert page.locator("img.relief").is_visible()
    assert page.locator("path.route-line").count() > 100
    page.locator("[data-switch-language]").click()
    assert "cannot be loaded" in line.inner_text()
    page.get_by_label("Online tiles").uncheck()
    assert line.text_content() == ""
    assert all(text.startswith("Failed to load resource") for text in page.messages)


@pytest.mark.parametrize("name", first_by_default("crossings", "network", "criticality"))
def test_axe_finds_no_violation_without_the_tiles(examined, files, tmp_path, name):
    def prepare(page):
        page.locator(".tiles-control p").get_by_text("在线底图无法加载").wait_for()

    path = tmp_path / f"{name}-osm.html"
    path.write_text(
        with_tiles(files[name].read_text("utf-8"), tile_provider("osm")), encoding="utf-8"
    )

    results = examined(path.as_uri(), None, prepare)
    assert results.violations_count == 0, results.generate_report()


def test_the_switch_can_be_touched_on_a_phone(show, server):
    page = show("network", server, "wgs84")
    page.set_viewport_size({"width": 390, "height": 844})
    settled(page)
    box = page.locator(".tiles-control").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.get_by_label("在线底图").click()
    assert not page.get_by_label("在线底图").is_checked()
