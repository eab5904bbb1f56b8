"""Layers and network as files that other programs open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import networkx as nx
import pandas as pd
from geopandas import GeoDataFrame
from pandas import DataFrame

from geo.catalogue import City
from geo.core import (
    DECIMALS,
    BadInputError,
    optional,
    replaced_file,
    staged_folder,
    with_index_column,
    write_csv,
    write_json,
)
from geo.export.datapackage import licence_terms, package_description
from geo.export.geopackage import write_gpkg, write_layer
from geo.export.gmns import gmns_tables
from geo.layers import Layers, crossings_or_none, flat_crossings
from geo.network import Network


def layer_tables(net: Network) -> dict[str, GeoDataFrame]:
    """
    Return the layers of a region and its network as tables to export.

    Parameters
    ----------
    net
        A network; its layers and the border crossings of its day come with it.

    Returns
    -------
    tables
        GeoDataFrames in EPSG:4326 by name, those that are not empty.

    Examples
    --------
    >>> list(layer_tables(net))
    ['places', 'sections', 'routes', 'cities', 'crossings', 'nodes', 'edges']
    """
    layers = net.layers
    tables = {
        "places": layers.places,
        "sections": layers.sections,
        "routes": layers.routes,
        "cities": _cities(layers),
        "crossings": flat_crossings(crossings_or_none(layers, net.date)),
        "nodes": net.nodes,
        "edges": net.edges,
    }
    return {name: table for name, table in tables.items() if len(table)}


def _cities(layers: Layers) -> GeoDataFrame:
    """Return the cities as points, indexed by id."""
    dumped = [city.model_dump() for city in layers.catalogue.cities]
    rows = pd.DataFrame(dumped, columns=list(City.model_fields))
    points = gpd.points_from_xy(rows["lon"], rows["lat"])
    return gpd.GeoDataFrame(rows, geometry=points, crs=4326).set_index("city_id")


def _write_gpkg(net: Network, out: Path) -> list[Path]:
    file = out / "network.gpkg"
    write_gpkg(layer_tables(net), file, terms=licence_terms(net.layers.catalogue))
    return [file]


def _write_geojson(net: Network, out: Path) -> list[Path]:
    files = []
    options = {"driver": "GeoJSON", "COORDINATE_PRECISION": DECIMALS}
    for name, table in layer_tables(net).items():
        files.append(out / f"{name}.geojson")
        with replaced_file(files[-1]) as temporary:
            write_layer(with_index_column(table), temporary, **options)
    return files


def _write_csv(net: Network, out: Path) -> list[Path]:
    return _write_package(net, layer_tables(net), out)


def _write_gmns(net: Network, out: Path) -> list[Path]:
    return _write_package(net, gmns_tables(net), out)


def _write_package(net: Network, tables: Mapping[str, DataFrame], out: Path) -> list[Path]:
    """Write tables as CSV with a description beside them."""
    for name, table in tables.items():
        write_csv(table, out / f"{name}.csv", index=table.index.name is not None)
    described = out / "datapackage.json"
    write_json(package_description(net.layers.catalogue, tables), described)
    return [*(out / f"{name}.csv" for name in tables), described]


def _write_graphml(net: Network, out: Path) -> list[Path]:
    graph, file = net.graph.copy(), out / "network.graphml"
    for node, point in net.nodes.geometry.items():
        graph.nodes[node].update(lon=point.x, lat=point.y)
    with replaced_file(file) as temporary:
        nx.write_graphml(graph, temporary)
    return [file]


def _write_parquet(net: Network, out: Path) -> list[Path]:
    optional("pyarrow", "parquet", "Parquet needs pyarrow")
    files = []
    for name, table in layer_tables(net).items():
        files.append(out / f"{name}.parquet")
        with replaced_file(files[-1]) as temporary:
            table.to_parquet(temporary, compression="zstd")
    return files


#: What writes a network and its layers into a folder and returns the files, by format.
FORMATS: dict[str, Callable[[Network, Path], list[Path]]] = {
    "gpkg": _write_gpkg,
    "geojson": _write_geojson,
    "csv": _write_csv,
    "graphml": _write_graphml,
    "gmns": _write_gmns,
    "parquet": _write_parquet,
}


def export_network(net: Network, format_: str, out: Path) -> list[Path]:
    """
    Write a network and its layers in a format.

    Parameters
    ----------
    net
        A network.
    format_
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

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     print([file.name for file in export_network(net, "graphml", Path(folder))])
    ['network.graphml']
    """
    if format_ not in FORMATS:
        raise BadInputError(
            "format {format!r}: expected one of {known}", format=format_, known=", ".join(FORMATS)
        )
    with staged_folder(out) as stage:
        files = FORMATS[format_](net, stage)
    return [out / file.relative_to(stage) for file in files]
