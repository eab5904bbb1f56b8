"""Layers and network as files that other programs open."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import networkx as nx
from geopandas import GeoDataFrame
from pandas import DataFrame

from geo.core import (
    DECIMALS,
    BadInputError,
    optional,
    refuse_inside,
    replaced_file,
    staged_folder,
    write_csv,
    write_json,
)
from geo.export.datapackage import licence_terms, package_description, with_index_column
from geo.export.geopackage import gdal_file, write_gpkg, write_layer
from geo.export.gmns import gmns_tables
from geo.export.gtfs import write_gtfs
from geo.export.workbook import layer_sheets, table_sheets, write_workbook
from geo.layers import crossings_or_none, flat_crossings, route_table, sections_on
from geo.network import Network

#: The file that describes the tables of a folder.
DESCRIPTION = "datapackage.json"


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
        GeoDataFrames in EPSG:4326 by name, with the status and the speed of the day; a layer
        without rows is there too.

    Examples
    --------
    >>> list(layer_tables(net))
    ['places', 'sections', 'routes', 'cities', 'zones', 'crossings', 'nodes', 'edges']
    """
    layers, date = net.layers, net.date
    return {
        "places": layers.places,
        "sections": _of_the_day(sections_on(layers, date)),
        "routes": _of_the_day(route_table(layers, date)),
        "cities": layers.cities,
        "zones": layers.zones,
        "crossings": flat_crossings(crossings_or_none(layers, date)),
        "nodes": net.nodes,
        "edges": net.edges,
    }


def _of_the_day(table: GeoDataFrame) -> GeoDataFrame:
    """Return a table whose `status` is that of the day, where the tables tell that of today."""
    columns = [column for column in table if column != "status"]
    return table[columns].rename(columns={"stage": "status"})


def _write_gpkg(net: Network, out: Path) -> list[Path]:
    file = out / "network.gpkg"
    write_gpkg(layer_tables(net), file, terms=licence_terms(net.layers.catalogue))
    return [file]


def _write_geojson(net: Network, out: Path) -> list[Path]:
    files = []
    options = {"driver": "GeoJSON", "COORDINATE_PRECISION": DECIMALS}
    for name, table in layer_tables(net).items():
        files.append(out / f"{name}.geojson")
        with gdal_file(files[-1]) as temporary:
            write_layer(with_index_column(table), temporary, **options)
    return files


def _write_package(net: Network, tables: Mapping[str, DataFrame], out: Path) -> list[Path]:
    """Write tables as CSV with a description beside them."""
    for name, table in tables.items():
        write_csv(table, out / f"{name}.csv", index=table.index.name is not None)
    described = out / DESCRIPTION
    write_json(package_description(net.layers.catalogue, tables), described)
    return [*(out / f"{name}.csv" for name in tables), described]


def _write_graphml(net: Network, out: Path) -> list[Path]:
    graph, file = net.graph.copy(), out / "network.graphml"
    for node, point in net.nodes.geometry.items():
        graph.nodes[node].update(lon=point.x, lat=point.y)
    with replaced_file(file) as temporary:
        nx.write_graphml(graph, temporary)
    return [file]


def _write_osmnx(net: Network, out: Path) -> list[Path]:
    """Write a graph as OSMnx saves and loads it: every value as text, lines as WKT."""
    graph, file = net.to_osmnx(), out / "osmnx.graphml"
    graph.graph["crs"] = str(graph.graph["crs"])
    for data in (*graph.nodes.values(), *graph.edges.values()):
        data.update({key: str(value) for key, value in data.items()})
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


def _write_xlsx(net: Network, out: Path) -> list[Path]:
    """Write a workbook of the layers on the day, and one of the tables as they are edited."""
    sheets = {
        "network": layer_sheets(layer_tables(net)),
        "tables": table_sheets(net.layers.catalogue),
    }
    files = [out / f"{name}.xlsx" for name in sheets]
    for file, content in zip(files, sheets.values(), strict=True):
        write_workbook(content, file)
    return files


def _write_gtfs(net: Network, out: Path) -> list[Path]:
    write_gtfs(net, out / "gtfs.zip")
    return [out / "gtfs.zip"]


def _keep_described(out: Path, described: Path) -> None:
    """Keep in a description what an earlier one in the folder says of other files there."""
    new = json.loads(described.read_text("utf-8"))
    try:
        earlier = json.loads((out / DESCRIPTION).read_text("utf-8"))["resources"]
        paths = {resource["path"] for resource in new["resources"]}
        kept = [r for r in earlier if r["path"] not in paths and (out / r["path"]).is_file()]
    except (OSError, ValueError, KeyError, TypeError):
        return
    write_json({**new, "resources": [*new["resources"], *kept]}, described)


def _mark_utf8(files: list[Path]) -> None:
    """Begin CSV files with a byte order mark, and say so in their description."""
    for file in files:
        if file.suffix == ".csv":
            file.write_bytes(codecs.BOM_UTF8 + file.read_bytes())
        elif file.name == DESCRIPTION:
            package = json.loads(file.read_text("utf-8"))
            for resource in package["resources"]:
                resource["encoding"] = "utf-8-sig"
            write_json(package, file)


#: What writes a network and its layers into a folder and returns the files, by format.
FORMATS: dict[str, Callable[[Network, Path], list[Path]]] = {
    "gpkg": _write_gpkg,
    "geojson": _write_geojson,
    "csv": lambda net, out: _write_package(net, layer_tables(net), out),
    "graphml": _write_graphml,
    "osmnx": _write_osmnx,
    "gmns": lambda net, out: _write_package(net, gmns_tables(net), out),
    "gtfs": _write_gtfs,
    "parquet": _write_parquet,
    "xlsx": _write_xlsx,
}


def export_network(net: Network, format_: str, out: Path, *, excel: bool = False) -> list[Path]:
    """
    Write a network and its layers in a format.

    Parameters
    ----------
    net, format_, out
        A network, one of `FORMATS`, and the folder to write to.
    excel
        Whether CSV files begin with the mark by which Excel knows UTF-8.

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
    if format_ not in FORMATS:
        raise BadInputError(
            "format {format!r}: expected one of {known}", format=format_, known=", ".join(FORMATS)
        )
    refuse_inside(out, net.layers.catalogue.folder)
    with staged_folder(out) as stage:
        files = FORMATS[format_](net, stage)
        if excel:
            _mark_utf8(files)
        if stage / DESCRIPTION in files:
            _keep_described(out, stage / DESCRIPTION)
    return [out / file.relative_to(stage) for file in files]
