"""What a catalogue, layers, a network and a page show of themselves in a notebook."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.catalogue import CLASS, MODE, Catalogue, Label, named, parse_date
from geo.connectivity import mode_indices
from geo.core import NotFoundError, replaced_file
from geo.layers import DASHES, LINES, OTHER_LINE, Layers, as_layers
from geo.maps.compare import ALL, STATISTICS
from geo.maps.elements import number, render
from geo.maps.features import class_order
from geo.maps.pages import PAGES
from geo.maps.sketches import svg_path
from geo.maps.texts import Texts
from geo.network import Network

TEXT = Texts("notebook")

#: Pixels of the sketch: the longer side, and the detail that is left out.
SIDE, DETAIL = 340.0, 0.6
#: Indices of a network in the order of the table.
INDICES = ("v", "e", "p", "mu", "alpha", "beta", "gamma", "eta_km", "diameter_km", "length_km")
TABLES = TEXT.group("tables")


def as_html(shown: Catalogue | Layers | Network) -> str:
    """
    Return what a notebook shows of a catalogue, of layers or of a network.

    Parameters
    ----------
    shown
        What is shown: its counts, its lengths or its indices, beside a sketch.

    Returns
    -------
    html
        A fragment with its style, which loads nothing.

    Examples
    --------
    >>> as_html(net)[:22]
    '<div style="display:fl'
    """
    if isinstance(shown, Catalogue):
        return catalogue_html(shown)
    return layers_html(shown) if isinstance(shown, Layers) else network_html(shown)


def catalogue_html(cat: Catalogue) -> str:
    """Return a catalogue as the number of its rows, its routes by name, and a sketch."""
    region = cat.region
    by_class: dict[str, list[str]] = {}
    for route in cat.routes:
        name = route.name_en if route.name_en != route.name else ""
        words = " ".join(filter(None, (route.name, name, route.ref)))
        by_class.setdefault(route.class_, []).append(words)
    return render(
        "notebook",
        title=Label(region.name, region.name_en),
        about=TEXT.fill("as_of", as_of=region.as_of),
        head=[],
        rows=[(name, [number(len(getattr(cat, key)))]) for key, name in TABLES.items()],
        lists=[(named(CLASS, key), by_class[key]) for key in class_order(by_class)],
        sketch=_sketch(as_layers(cat).sections),
    )


def layers_html(layers: Layers) -> str:
    """Return layers as routes, sections and lengths by class, and a sketch."""
    region, rows = layers.catalogue.region, []
    groups = dict(list(layers.sections.groupby("class")))
    for key in class_order(groups):
        own = groups[key]
        numbers = own["route_id"].nunique(), len(own), own["running_km"].sum()
        rows.append((named(CLASS, key), [*map(number, numbers)]))
    return render(
        "notebook",
        title=Label(region.name, region.name_en),
        about=TEXT.fill("places", count=len(layers.places)),
        head=[TEXT["routes"], TEXT["sections"], TEXT["length"]],
        rows=rows,
        lists=[],
        sketch=_sketch(layers.sections),
    )


def network_html(net: Network) -> str:
    """Return a network as its indices, whole and by mode, and a sketch."""
    found, region = mode_indices(net), net.layers.catalogue.region
    rows = []
    for key in INDICES:
        label, digits = STATISTICS[key]
        rows.append((label, [number(value, digits) for value in found[key]]))
    about = TEXT.fill("open_on", date=net.date)
    if net.assumed:
        about = TEXT.fill("with_assumed", about=about, n=len(net.assumed))
    return render(
        "notebook",
        title=TEXT.fill("network_title", name=Label(region.name, region.name_en)),
        about=about,
        head=[ALL if key == "all" else named(MODE, key) for key in found.index],
        rows=rows,
        lists=[],
        sketch=_sketch(net.edges.assign(status="open")),
    )


def _sketch(lines: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return lines by class and status, drawn in equal degrees of the middle latitude."""
    if lines.empty:
        return None
    west, south, east, north = lines.total_bounds
    narrow = np.cos(np.radians((south + north) / 2))
    scale = SIDE / max((east - west) * narrow, north - south, 1e-9)
    width, height = (east - west) * narrow * scale + 12, (north - south) * scale + 12
    origin, unit = np.array([west, north]), np.array([narrow * scale, -scale])
    moved = shapely.transform(lines.geometry.to_numpy(), lambda xy: (xy - origin) * unit + 6)
    paths = []
    frame = lines[["class", "status"]].reset_index(drop=True)
    rank = class_order(frame["class"])
    groups = frame.groupby(["class", "status"])
    for (kind, stage), own in sorted(groups, key=lambda item: -rank.index(item[0][0])):
        shapes = shapely.simplify(moved[own.index], DETAIL)
        dash = "4 3" if stage == "construction" else "1 3"
        path = svg_path(map(shapely.get_coordinates, shapes), 0)
        paths.append((path, LINES.get(kind, OTHER_LINE).color, dash if DASHES.get(stage) else ""))
    shown = [key for key in LINES if key in set(frame["class"])]
    marks = [(LINES[key].color, "━", CLASS[key]) for key in shown]
    if set(frame["status"]) != {"open"}:
        marks.append(("inherit", "┄", TEXT["not_open"]))
    return {"width": f"{width:.0f}", "height": f"{height:.0f}", "paths": paths, "marks": marks}


@dataclass(frozen=True, repr=False)
class Page:
    """A self-contained page, which shows itself in a notebook."""

    name: str
    html: str

    def __repr__(self) -> str:
        return f"<Page {self.name}: {len(self.html) / 1000:,.0f} kB>"

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="{escape(self.name)}" '
            'style="width:100%;height:640px;border:0"></iframe>'
        )

    def save(self, path: Path | str) -> Path:
        """Write the page to a file; return its path."""
        with replaced_file(Path(path)) as temporary:
            temporary.write_text(self.html, encoding="utf-8")
        return Path(path)


def show_map(
    source: Catalogue | Layers, page: str = "network", *, year: float | str | dt.date | None = None
) -> Page:
    """
    Return a map page that shows itself in a notebook, without network.

    Parameters
    ----------
    source
        A catalogue, or its layers where they are there already.
    page
        Name of the page: index, network, crossings, accessibility, criticality or compare.
    year
        A year (its 31 December) or a date; default: today.

    Returns
    -------
    page
        The page: `name`, `html`, and `save(path)`, which writes it to a file.

    Raises
    ------
    NotFoundError
        When there is no such page.

    Examples
    --------
    >>> cat = geo.load()
    >>> page = geo.show_map(cat, "crossings", year=2025)
    >>> page.name, page.html[:15]
    ('crossings', '<!DOCTYPE html>')
    """
    if page not in PAGES:
        raise NotFoundError("page", page, PAGES)
    return Page(page, PAGES[page](as_layers(source), date=parse_date(year)))
