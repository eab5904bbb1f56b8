"""What is measured of lines: cutting, numbering and joining them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.measure import Case, Engine, installed
from benchmarks.networks import planar
from geo.geometry import contract, line_area_crossings, node_lines, noded_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SIZES = (1_000, 10_000, 100_000)
#: Metres: momepy takes coordinates as they are.
CRS = "EPSG:32648"


def _roads(size: int) -> gpd.GeoDataFrame:
    roads = planar(size)
    ends = np.stack([roads.points[roads.tails], roads.points[roads.heads]], axis=1)
    return gpd.GeoDataFrame(
        {"time_min": roads.weights}, geometry=shapely.linestrings(ends), crs=CRS
    )


def numbering(*, quick: bool) -> Iterator[Case]:
    """Noded lines to nodes and edges: their number, and the sum of the degrees squared."""
    for size in SIZES[: 2 if quick else 3]:
        lines = _roads(size)

        def by_hand(lines: gpd.GeoDataFrame = lines) -> NDArray[np.float64]:
            import networkx as nx

            made = nx.MultiGraph()
            for line, minutes in zip(lines.geometry, lines["time_min"], strict=True):
                ends = (tuple(np.round(xy, 7)) for xy in (line.coords[0], line.coords[-1]))
                made.add_edge(*ends, weight=minutes)
            return _degrees(np.array([d for _, d in made.degree()]))

        def ours(lines: gpd.GeoDataFrame = lines) -> NDArray[np.float64]:
            _, edges = noded_graph(lines)
            return _degrees(np.bincount(edges[["u", "v"]].to_numpy().ravel()))

        engines = {"a loop with networkx": Engine(by_hand)}
        if installed("momepy"):

            def theirs(lines: gpd.GeoDataFrame = lines) -> NDArray[np.float64]:
                import momepy

                made = momepy.gdf_to_nx(lines, approach="primal")
                return _degrees(np.array([d for _, d in made.degree()]))

            engines["momepy"] = Engine(theirs)
        if installed("snkit"):

            def joined(lines: gpd.GeoDataFrame = lines) -> NDArray[np.float64]:
                from snkit import network as snkit

                made = snkit.add_endpoints(snkit.Network(edges=lines[["geometry"]].copy()))
                made = snkit.add_topology(snkit.add_ids(made)).edges
                return _degrees(
                    np.unique(made[["from_id", "to_id"]].to_numpy(), return_counts=True)[1]
                )

            engines["snkit"] = Engine(joined)
        missing = tuple(f"{k} (not installed)" for k in ("momepy", "snkit") if not installed(k))
        yield Case(f"{len(lines):,} lines", len(lines), engines | {"geo": Engine(ours)}, missing)


def _degrees(degree: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.array([len(degree), (degree**2).sum()], float)


def noding(*, quick: bool) -> Iterator[Case]:
    """Lines that cross: the number and the length of the pieces."""
    for size in SIZES[: 2 if quick else 3]:
        rng = np.random.default_rng(3)
        start, angle = rng.uniform(0, 1, (size, 2)), rng.uniform(0, 2 * np.pi, size)
        reach = (2.2 / np.sqrt(size) * rng.uniform(0.3, 1, size))[:, None]
        ends = [start, start + reach * np.stack([np.cos(angle), np.sin(angle)], axis=1)]
        lines = shapely.linestrings(np.stack(ends, axis=1))
        frame = gpd.GeoDataFrame(geometry=lines)
        together, near = shapely.multilinestrings(lines), 1e-5
        engines = {
            "shapely union": Engine(lambda x=lines: _pieces(shapely.union_all(x)), within=near),
            "shapely node": Engine(lambda x=together: _pieces(shapely.node(x)), within=near),
            "geo, with the line of every piece": Engine(
                lambda f=frame: _pieces(node_lines(f).geometry.to_numpy())
            ),
        }
        yield Case(f"{size:,} lines", size, engines)


def _pieces(made: object) -> NDArray[np.float64]:
    parts = shapely.get_parts(made)
    return np.array([len(parts), shapely.length(parts).sum()])


def joining(*, quick: bool) -> Iterator[Case]:
    """Join chains of lines: the number and the length of what is left."""
    for size in SIZES[: 2 if quick else 3]:
        lines = _roads(size)
        graph = noded_graph(lines)

        def ours(graph: object = graph) -> NDArray[np.float64]:
            return _pieces(contract(graph, add=["time_min"]).edges.geometry.to_numpy())

        engines, missing = {}, ("momepy (not installed)",)
        if installed("momepy"):

            def theirs(lines: gpd.GeoDataFrame = lines) -> NDArray[np.float64]:
                import momepy

                return _pieces(momepy.remove_false_nodes(lines.geometry).to_numpy())

            engines, missing = {"momepy": Engine(theirs)}, ()
        engines["geo, times added up"] = Engine(ours)
        yield Case(f"{len(lines):,} lines", len(lines), engines, missing)


def borders(*, quick: bool) -> Iterator[Case]:
    """Lines that cross a border of 5,000 vertices: their number. geo tells where, and whither."""
    for size in (1_000, 10_000) if quick else (*SIZES, 1_000_000):
        lines, side = _roads(size), size**0.5
        angle = np.linspace(0, 2 * np.pi, 5001)[:-1]
        reach = 0.3 * side * (1 + 0.2 * np.sin(7 * angle) + 0.05 * np.sin(40 * angle))
        ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) * reach[:, None] + side / 2
        area = gpd.GeoDataFrame(geometry=[shapely.Polygon(ring)], crs=CRS)
        border = gpd.GeoDataFrame(geometry=area.boundary, crs=CRS)

        def prepared(
            lines: gpd.GeoDataFrame = lines, border: gpd.GeoDataFrame = border
        ) -> NDArray[np.float64]:
            ring = shapely.from_wkb(shapely.to_wkb(border.geometry.iloc[0]))
            shapely.prepare(ring)
            return np.array([shapely.intersects(ring, lines.geometry.to_numpy()).sum()], float)

        def ours(
            lines: gpd.GeoDataFrame = lines, area: gpd.GeoDataFrame = area
        ) -> NDArray[np.float64]:
            return np.array([line_area_crossings(lines, area)["line"].nunique()], float)

        engines = {"shapely, prepared": Engine(prepared)}
        engines["geopandas sjoin"] = Engine(
            lambda a=lines, b=border: np.array([len(gpd.sjoin(a, b))], float)
        )
        engines["geo, with places and areas"] = Engine(ours)
        yield Case(f"{len(lines):,} lines", len(lines), engines)
