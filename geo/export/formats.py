"""Layers and network as files that other programs open."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import pandas as pd

from geo.catalogue import City
from geo.core import (
    DECIMALS,
    BadInputError,
    replaced_file,
    staged_folder,
    with_index_column,
    write_csv,
    write_json,
)
from geo.export.datapackage import licence_terms, package_description
from geo.export.geopackage import _to_file, write_gpkg
from geo.export.gmns import gmns_tables
from geo.layers import Layers, flat_crossings
from geo.network import Network


def cities_frame(layers: Layers) -> gpd.GeoDataFrame:
    """
    Return the cities as points.

    Parameters
    ----------
    layers
        The layers of the catalogue.

    Returns
    -------
    cities
        One row per city, indexed by id.

    Examples
    --------
    >>> cities_frame(lay).loc["wanzhou", "name_zh"]
    '万州'

    """
    dumped = [city.model_dump() for city in layers.catalogue.cities]
    rows = pd.DataFrame(dumped, columns=list(City.model_fields))
    points = gpd.points_from_xy(rows["lon"], rows["lat"])
    return gpd.GeoDataFrame(rows, geometry=points, crs=4326).set_index("city_id")


def export_layers(
    layers: Layers, net: Network, crossings: gpd.GeoDataFrame
) -> dict[str, gpd.GeoDataFrame]:
    """
    Return every layer that is exported.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    net
        A network.
    crossings
        Border crossings.

    Returns
    -------
    tables
        GeoDataFrames by name, those that are not empty.

    Examples
    --------
    >>> list(export_layers(lay, net, geo.border_crossings(lay, year=2025)))
    ['places', 'sections', 'routes', 'cities', 'crossings', 'nodes', 'edges']

    """
    found = {
        "places": layers.places,
        "sections": layers.sections,
        "routes": layers.routes,
        "cities": cities_frame(layers),
        "crossings": flat_crossings(crossings),
        "nodes": net.nodes,
        "edges": net.edges,
    }
    return {name: frame for name, frame in found.items() if len(frame)}


def _gpkg(layers: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    frames = export_layers(layers, net, crossings)
    write_gpkg(frames, out / "network.gpkg", terms=licence_terms(layers.catalogue))
    return [out / "network.gpkg"]


def _geojson(layers: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    files = []
    for name, frame in export_layers(layers, net, crossings).items():
        with replaced_file(out / f"{name}.geojson") as temporary:
            _to_file(
                with_index_column(frame),
                temporary,
                driver="GeoJSON",
                COORDINATE_PRECISION=DECIMALS,
            )
        files.append(out / f"{name}.geojson")
    return files


def _csv(layers: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    return _package(layers, export_layers(layers, net, crossings), out)


def _gmns(layers: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    del crossings
    return _package(layers, gmns_tables(layers, net), out)


def _package(layers: Layers, frames: dict[str, Any], out: Path) -> list[Path]:
    """Write tables as CSV with a description beside them."""
    for name, frame in frames.items():
        write_csv(frame, out / f"{name}.csv", index=frame.index.name is not None)
    described = out / "datapackage.json"
    write_json(package_description(layers.catalogue, frames), described)
    return [*(out / f"{name}.csv" for name in frames), described]


def _graphml(layers: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    del layers, crossings
    graph = net.graph.copy()
    for node, point in net.nodes.geometry.items():
        graph.nodes[node].update(lon=point.x, lat=point.y)
    with replaced_file(out / "network.graphml") as temporary:
        nx.write_graphml(graph, temporary)
    return [out / "network.graphml"]


def _parquet(layers: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    files = []
    for name, frame in export_layers(layers, net, crossings).items():
        with replaced_file(out / f"{name}.parquet") as temporary:
            frame.to_parquet(temporary, compression="zstd")
        files.append(out / f"{name}.parquet")
    return files


FORMATS: dict[str, Callable[[Layers, Network, Any, Path], list[Path]]] = {
    "gpkg": _gpkg,
    "geojson": _geojson,
    "csv": _csv,
    "graphml": _graphml,
    "gmns": _gmns,
    "parquet": _parquet,
}


def export_network(
    layers: Layers, net: Network, crossings: gpd.GeoDataFrame, *, fmt: str, out: Path
) -> list[Path]:
    """
    Write layers and network in a format.

    Parameters
    ----------
    layers
        The layers of the catalogue.
    net
        A network.
    crossings
        Border crossings.
    fmt
        One of `FORMATS`.
    out
        Folder to write to.

    Returns
    -------
    files
        The files written.

    Raises
    ------
    BadInputError
        When the format is unknown, or what it needs is not installed.
    OutputError
        When the folder cannot be written; the earlier files stay whole then.

    """
    if fmt not in FORMATS:
        raise BadInputError(f"format {fmt!r}: expected one of {', '.join(FORMATS)}")
    if fmt == "parquet" and not find_spec("pyarrow"):
        raise BadInputError("Parquet needs pyarrow: pip install 'chuanyu-geo[parquet]'")
    with staged_folder(out) as stage:
        made = FORMATS[fmt](layers, net, crossings, stage)
    return [out / path.relative_to(stage) for path in made]
