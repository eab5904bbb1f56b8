"""Pages of many lines: seconds and megabytes, against folium and geopandas."""

from __future__ import annotations

import gc
import shutil
import statistics
import tempfile
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.measure import installed
from benchmarks.networks import planar

if TYPE_CHECKING:
    from geo.layers import Layers

ROOT = Path(__file__).resolve().parent.parent


def roads(size: int) -> gpd.GeoDataFrame:
    """Return made-up roads of ten points each within a square of eight degrees."""
    made = planar(size)
    rng, ends = np.random.default_rng(5), [made.points[made.tails], made.points[made.heads]]
    along = np.linspace(0, 1, 10)[None, :, None]
    points = ends[0][:, None] * (1 - along) + ends[1][:, None] * along
    points[:, 1:-1] += rng.normal(0, 0.02, (len(points), 8, 2))
    span = size**0.5
    return gpd.GeoDataFrame(geometry=shapely.linestrings(points / span * 8 - 4), crs=4326)


def by_folium(lines: gpd.GeoDataFrame) -> str:
    """Draw lines with folium's GeoJson on a canvas."""
    import folium

    page = folium.Map([0, 0], zoom_start=8, prefer_canvas=True)
    folium.GeoJson(lines).add_to(page)
    return str(page.get_root().render())


def by_explore(lines: gpd.GeoDataFrame) -> str:
    """Draw lines with geopandas."""
    return str(lines.explore(prefer_canvas=True).get_root().render())


def region(lines: gpd.GeoDataFrame, folder: Path) -> Layers:
    """Return the textbook region, which is small, with the lines as its context."""
    from geo.catalogue import load
    from geo.layers import build_layers

    shutil.copytree(ROOT / "docs" / "textbook", folder)
    with (folder / "region.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[context]\nroads = "roads.geojson"\n')
    lines.to_file(folder / "roads.geojson")
    return build_layers(load(folder))


def ours(drawn: Layers) -> str:
    """Write the network page."""
    from geo.maps import PAGES

    return str(PAGES["network"](drawn, date=drawn.catalogue.region.as_of))


def report(*, quick: bool) -> None:
    """Write pages in turn; print medians of three rounds after one that reads the files."""
    print("\n## pages\n\n| lines | engine | seconds | MB |\n|---|---|---|---|")
    for size in (1_000,) if quick else (10_000, 100_000):
        lines = roads(size * 3 // 4)
        with tempfile.TemporaryDirectory() as folder:
            drawn = region(lines, Path(folder) / "region")
            engines = {"folium GeoJson": lambda x=lines: by_folium(x)}
            if installed("mapclassify"):
                engines["geopandas explore"] = lambda x=lines: by_explore(x)
            engines["geo"] = lambda x=drawn: ours(x)
            seconds: dict[str, list[float]] = {name: [] for name in engines}
            megabytes = {}
            for _ in range(2 if quick else 4):
                for name, write in engines.items():
                    gc.collect()  # what the engine before left behind
                    start = process_time()
                    page = write()
                    seconds[name].append(process_time() - start)
                    megabytes[name] = len(page.encode()) / 1e6
        for name, taken in seconds.items():
            median = statistics.median(taken[1:])
            print(f"| {len(lines):,} | {name} | {median:.3g} | {megabytes[name]:.2f} |")
