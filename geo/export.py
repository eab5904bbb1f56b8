"""Layers and network as files that other programs open."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from geo.errors import BadInputError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import geopandas as gpd
    from pandas import DataFrame

    from geo.layers import Layers
    from geo.network import Network

#: A fixed time of change, so that the same data give the same bytes.
STAMP = "2000-01-01T00:00:00Z"
#: Decimals of degrees in text: 1 cm, so that lines that meet still meet when read back.
DECIMALS = 7
#: The version of the GeoPackage format that the GIS of some years ago read as well.
_GPKG = "1.2"


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """
    Write a file whole or not at all.

    Parameters
    ----------
    path
        The file to write.

    Yields
    ------
    temporary
        A path beside it to write to; moved into place when the block ends without error.

    Raises
    ------
    OutputError
        When the folder or the file cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with replaced(Path(folder) / "note.txt") as temporary:
    ...         size = temporary.write_text("whole")
    ...     print([path.name for path in Path(folder).iterdir()])
    ['note.txt']
    """
    temporary = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def flat_crossings(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return crossings with one column per side and fact, for tables and files.

    Parameters
    ----------
    frame
        Crossings with `sides`.

    Returns
    -------
    frame
        The same without `sides`, with columns such as ``四川_status``.

    Examples
    --------
    >>> flat = flat_crossings(geo.crossings(lay, year=2025))
    >>> [column for column in flat if column.endswith("_status")]
    ['四川_status', '重庆_status']
    """
    flat = frame.drop(columns="sides", errors="ignore")
    for name in frame["sides"].iloc[0] if len(frame) else ():
        sides = [asdict(sides[name]) for sides in frame["sides"]]
        for key in ("county", "route_id", "section_id", "status", "opened", "lanes", "tracks"):
            flat[f"{name}_{key}"] = [side[key] for side in sides]
    return flat


def cities_frame(drawn: Layers) -> gpd.GeoDataFrame:
    """
    Return the cities as points.

    Parameters
    ----------
    drawn
        The drawn catalogue.

    Returns
    -------
    cities
        One row per city, indexed by id.

    Examples
    --------
    >>> cities_frame(lay).loc["wanzhou", "name_zh"]
    '万州'
    """
    import geopandas as gpd
    import pandas as pd

    from geo.tables import City

    dumped = [city.model_dump() for city in drawn.catalogue.cities]
    rows = pd.DataFrame(dumped, columns=list(City.model_fields))
    points = gpd.points_from_xy(rows["lon"], rows["lat"])
    return gpd.GeoDataFrame(rows, geometry=points, crs=4326).set_index("city_id")


def tables(
    drawn: Layers, net: Network, crossings: gpd.GeoDataFrame
) -> dict[str, gpd.GeoDataFrame]:
    """
    Return every layer that is exported.

    Parameters
    ----------
    drawn
        The drawn catalogue.
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
    >>> list(tables(lay, net, geo.crossings(lay, year=2025)))
    ['places', 'sections', 'routes', 'cities', 'crossings', 'nodes', 'edges']
    """
    found = {
        "places": drawn.places,
        "sections": drawn.sections,
        "routes": drawn.routes,
        "cities": cities_frame(drawn),
        "crossings": flat_crossings(crossings),
        "nodes": net.nodes,
        "edges": net.edges,
    }
    return {name: frame for name, frame in found.items() if len(frame)}


def whole(frame: DataFrame) -> DataFrame:
    """
    Return a table with its index as a column, where the index has a name.

    Parameters
    ----------
    frame
        The table.

    Returns
    -------
    frame
        The same rows, numbered.

    Examples
    --------
    >>> whole(lay.routes[["name_zh"]]).columns.tolist()
    ['route_id', 'name_zh']
    """
    return frame.reset_index(drop=frame.index.name is None)


def write_csv(frame: DataFrame, path: Path, *, index: bool = True) -> None:
    """
    Write a table; geometry becomes well-known text.

    Parameters
    ----------
    frame
        The table.
    path
        The file.
    index
        Whether to write the index.
    """
    import pandas as pd
    import shapely

    plain = pd.DataFrame(frame)
    if "geometry" in plain:
        shapes = shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=DECIMALS)
        plain = plain.assign(geometry=shapes)
    with replaced(path) as temporary:
        plain.to_csv(temporary, index=index, encoding="utf-8", lineterminator="\n",
                     float_format="%.10g")  # fmt: skip


def write_json(value: dict[str, Any], path: Path) -> None:
    """
    Write a description of files.

    Parameters
    ----------
    value
        What JSON can hold.
    path
        The file.
    """
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    with replaced(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


#: What the layers of the GeoPackage hold.
TITLES = {
    "places": "地点 Places",
    "sections": "区段 Sections",
    "routes": "线路 Routes",
    "cities": "城市 Cities",
    "crossings": "跨界处 Border crossings",
    "nodes": "网络节点 Nodes of the network",
    "edges": "网络边 Edges of the network",
}


def write_gpkg(frames: dict[str, gpd.GeoDataFrame], path: Path, *, terms: str = "") -> None:
    """
    Write layers into one GeoPackage, with their styles for QGIS.

    Parameters
    ----------
    frames
        GeoDataFrames by layer name.
    path
        The file.
    terms
        Licences and credit, which every layer carries in its description.
    """
    from geo.qgis import layer_styles

    before = os.environ.get("OGR_CURRENT_DATE")
    os.environ["OGR_CURRENT_DATE"] = STAMP
    try:
        with replaced(path) as temporary:
            for name, frame in frames.items():
                title = ". ".join(filter(None, [TITLES.get(name, name), terms]))
                _to_file(whole(frame), temporary, layer=name, driver="GPKG",
                         DESCRIPTION=title, VERSION=_GPKG)  # fmt: skip
            _to_file(
                layer_styles(frames), temporary, layer="layer_styles", driver="GPKG", FID="id"
            )
    finally:
        os.environ.pop("OGR_CURRENT_DATE")
        if before is not None:
            os.environ["OGR_CURRENT_DATE"] = before


def _to_file(frame: DataFrame, path: Path, **options: Any) -> None:  # noqa: ANN401
    """Write a layer; GDAL does not always tell of a full disk, so count what is there."""
    import pyogrio

    try:
        pyogrio.write_dataframe(frame, path, **options)
        layer = options.get("layer")
        count = pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"]
    except Exception as error:  # pyogrio and GDAL raise many kinds
        raise OSError("it cannot be written whole (is the disk full?)") from error
    if count != len(frame):
        raise OSError("it is not whole (is the disk full?)")


def _gpkg(drawn: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    from geo.datapackage import terms

    frames = tables(drawn, net, crossings)
    write_gpkg(frames, out / "network.gpkg", terms=terms(drawn.catalogue))
    return [out / "network.gpkg"]


def _geojson(drawn: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    files = []
    for name, frame in tables(drawn, net, crossings).items():
        with replaced(out / f"{name}.geojson") as temporary:
            _to_file(whole(frame), temporary, driver="GeoJSON", COORDINATE_PRECISION=DECIMALS)
        files.append(out / f"{name}.geojson")
    return files


def _csv(drawn: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    return _package(drawn, tables(drawn, net, crossings), out)


def _gmns(drawn: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    from geo.gmns import gmns

    del crossings
    return _package(drawn, gmns(drawn, net), out)


def _package(drawn: Layers, frames: dict[str, Any], out: Path) -> list[Path]:
    """Write tables as CSV with a description beside them."""
    from geo.datapackage import datapackage

    for name, frame in frames.items():
        write_csv(frame, out / f"{name}.csv", index=frame.index.name is not None)
    described = out / "datapackage.json"
    write_json(datapackage(drawn.catalogue, frames), described)
    return [*(out / f"{name}.csv" for name in frames), described]


def _graphml(drawn: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    import networkx as nx

    del drawn, crossings
    graph = net.graph.copy()
    for node, point in net.nodes.geometry.items():
        graph.nodes[node].update(lon=point.x, lat=point.y)
    with replaced(out / "network.graphml") as temporary:
        nx.write_graphml(graph, temporary)
    return [out / "network.graphml"]


def _parquet(drawn: Layers, net: Network, crossings: gpd.GeoDataFrame, out: Path) -> list[Path]:
    files = []
    for name, frame in tables(drawn, net, crossings).items():
        with replaced(out / f"{name}.parquet") as temporary:
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


def export(
    drawn: Layers, net: Network, crossings: gpd.GeoDataFrame, *, fmt: str, out: Path
) -> list[Path]:
    """
    Write layers and network in a format.

    Parameters
    ----------
    drawn
        The drawn catalogue.
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
    from importlib.util import find_spec

    if fmt not in FORMATS:
        raise BadInputError(f"format {fmt!r}: expected one of {', '.join(FORMATS)}")
    if fmt == "parquet" and not find_spec("pyarrow"):
        raise BadInputError("Parquet needs pyarrow: pip install 'chuanyu-geo[parquet]'")
    from geo.build import staged

    with staged(out) as stage:
        made = FORMATS[fmt](drawn, net, crossings, stage)
    return [out / path.relative_to(stage) for path in made]
