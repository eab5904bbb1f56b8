"""
Take the pictures of the pages that the documentation shows.

Builds every page into a temporary folder, opens it in Debian's Chromium without network, and
writes one compressed PNG per page and size, and an animation of the years of the network, into a
folder, by default ``docs/images``.

    python scripts/screenshots.py [--out docs/images] [--data DIR] [--day YYYY-MM-DD]
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

import geo
from geo.catalogue import parse_date
from geo.pipeline import build

SIZES = {"desktop": (1280, 860), "phone": (390, 844)}
#: Frequent and rare colours in the palette of a picture, tried until the file is small enough.
PALETTES = ((160, 96), (96, 64), (48, 48))
LIMIT = 400_000
#: A page that has computed what it shows, and the project that the walk moves.
SETTLED, WALK = "html[data-ready]:not([data-busy])", "成达万高铁晚一年"
#: The animation: size of the page, milliseconds of a year and of the last, quality of a frame.
FILM_SIZE, YEAR_MS, LAST_MS, FILM_QUALITY = (900, 600), 650, 3000, 62
#: What the animation leaves out of the page.
UNFILMED = ".top, .foot, .side, .leaflet-control-zoom, section.page { display: none !important; } :root { --top: 0px; } :focus-visible { outline: none; }"
#: The map is seen from a little farther, above the bar of the years.
FILM_VIEW = "(map => map.setZoom(map.getZoom() - 0.5, { animate: false }).panBy([0, 36], { animate: false }))"


def compressed(picture: bytes) -> bytes:
    """
    Return a PNG with a palette, small enough for a repository.

    Parameters
    ----------
    picture
        A PNG in true colour.

    Returns
    -------
    picture
        The same with fewer colours.
    """
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    raw = b""
    for shares in PALETTES:
        out = io.BytesIO()
        palette = _palette(image, *shares)
        image.quantize(palette=palette, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        raw = out.getvalue()
        if len(raw) <= LIMIT:
            break
    return raw


def _palette(image: Image.Image, frequent: int, rare: int) -> Image.Image:
    """Return a palette for the tints of the relief and for the small spots of colour."""
    colors: list[int] = []
    for count, method in (
        (frequent, Image.Quantize.MEDIANCUT),
        (rare, Image.Quantize.MAXCOVERAGE),
    ):
        found = image.quantize(count, method).getpalette() or []
        colors += found[: count * 3]
    palette = Image.new("P", (1, 1))
    palette.putpalette(colors)
    return palette


def quiet_context(browser: Any, size: tuple[int, int], **more: Any) -> Any:
    """Return a context of one size, in Chinese, without network and without motion."""
    viewport = dict(zip(("width", "height"), size, strict=True))
    return browser.new_context(
        viewport=viewport, offline=True, locale="zh-CN", reduced_motion="reduce", **more
    )


def film(file: Path, out: Path, browser: Any) -> None:
    """
    Take a picture of every year of the network and write them as one animation.

    Parameters
    ----------
    file
        The page of the network.
    out
        File of the animation, WebP.
    browser
        The browser of Playwright.
    """
    context = quiet_context(browser, FILM_SIZE, bypass_csp=True)
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.add_style_tag(content=UNFILMED)
    page.set_viewport_size({"width": FILM_SIZE[0], "height": FILM_SIZE[1] - 1})
    page.set_viewport_size({"width": FILM_SIZE[0], "height": FILM_SIZE[1]})
    page.evaluate(f"{FILM_VIEW}(geo.maps[0])")
    slider = page.locator("#year")
    first, last = (int(slider.get_attribute(end)) for end in ("min", "max"))
    frames = []
    for year in range(first, last + 1):
        slider.fill(str(year))
        page.wait_for_timeout(150)
        frames.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    context.close()
    frames[0].save(
        out, "WEBP", save_all=True, append_images=frames[1:], loop=0, method=6,
        duration=[YEAR_MS] * (len(frames) - 1) + [LAST_MS], quality=FILM_QUALITY,
    )  # fmt: skip
    print(out.name, out.stat().st_size)


def walk(file: Path, out: Path, browser: Any) -> None:
    """
    Take the pictures of a plan in the making, as the documentation tells it.

    Parameters
    ----------
    file
        The page of plans.
    out
        Folder for the pictures.
    browser
        The browser of Playwright.
    """
    context = quiet_context(browser, SIZES["desktop"])
    page = context.new_page()

    def take(number: int) -> None:
        page.wait_for_selector(SETTLED)
        page.wait_for_timeout(500)
        raw = compressed(page.screenshot())
        (out / f"plan-walk-{number}.png").write_bytes(raw)
        print(f"plan-walk-{number}.png", len(raw))

    page.goto(f"{file.as_uri()}#tab=plan")
    page.wait_for_selector(SETTLED)
    page.locator(".projects summary").click()
    for _ in range(2):
        page.get_by_role("button", name=WALK).click()
        page.wait_for_selector(SETTLED)
    page.locator(".projects summary").click()
    page.locator("#year").fill("2028")
    page.wait_for_timeout(300)
    take(1)
    page.locator(".pairs button").first.click()
    take(2)
    page.locator("#tab-plan").click()
    page.wait_for_selector(SETTLED)
    page.locator("button.publish").click()
    take(3)
    context.close()


def shoot(files: dict[str, Path], out: Path) -> None:
    """
    Open every page at every size and write the pictures.

    Parameters
    ----------
    files
        The pages.
    out
        Folder for the pictures.
    """
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for size, viewport in SIZES.items():
            context = quiet_context(browser, viewport)
            for name, file in files.items():
                page = context.new_page()
                page.goto(file.as_uri())
                page.wait_for_selector(SETTLED)
                page.wait_for_timeout(300)
                raw = compressed(page.screenshot())
                (out / f"{name}-{size}.png").write_bytes(raw)
                print(f"{name}-{size}.png", len(raw))
            context.close()
        if "network" in files:
            film(files["network"], out / "network-years.webp", browser)
        if "plan" in files:
            walk(files["plan"], out, browser)
        browser.close()


def main() -> int:
    """
    Read the arguments, build and shoot.

    Returns
    -------
    code
        0, or 2 without a browser.
    """
    parser = argparse.ArgumentParser(description="Take the pictures of the pages.")
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--day")
    arguments = parser.parse_args()
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        print("no Chromium: apt-get install chromium fonts-noto-cjk", file=sys.stderr)
        return 2
    catalogue = geo.load(arguments.data)
    day = parse_date(arguments.day) if arguments.day else catalogue.region.as_of
    with tempfile.TemporaryDirectory() as folder:
        pages = build(catalogue, Path(folder), date=day)["pages"]
        shoot({Path(page).stem: Path(folder) / page for page in pages}, arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
