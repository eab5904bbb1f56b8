"""Layers to a network: nodes where routes end or meet, edges that are open on a day."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geo.dates import parse_day
from geo.layers import CRS, as_layers, status_frame
from geo.terms import MODES, TRANSFER_KINDS
from geo.times import pace

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd
    import networkx as nx
    from scipy.sparse import csr_array

    from geo.catalogue import Catalogue
    from geo.layers import Layers

Nodes = Literal["junctions", "stops"]
#: What makes a place a node, said beside every index.
NODE_RULE = {
    "junctions": "ends of sections, and places where open routes of a mode meet",
    "stops": "as junctions, and every other named place of a route",
}


@dataclass(frozen=True, repr=False)
class Network:
    """
    A multimodal network on a day.

    Parameters
    ----------
    nodes
        Points indexed by place id, with names, `kind` and `modes`.
    edges
        Lines with `u`, `v`, `mode`, `class`, `route_id`, `section_id`, `length_km` (running
        length), `geometry_km`, `speed_kmh`, `time_min` and `stop_min`, the part of it that
        stops of trains take. Routes that share a track or a
        carriageway have one edge.
    day
        The day it stands for.
    node_rule
        What makes a place a node.
    assumed
        Sections that count as open only because their expected year is over.
    drawn
        The drawn catalogue it was made from.
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    day: date
    node_rule: str
    assumed: tuple[str, ...]
    drawn: Layers

    @cached_property
    def graph(self) -> nx.MultiGraph[str]:
        """The network as an undirected NetworkX multigraph; edge keys are edge ids."""
        import networkx as nx

        graph: nx.MultiGraph[str] = nx.MultiGraph()
        for node, row in self.nodes.drop(columns="geometry").iterrows():
            graph.add_node(str(node), **row.to_dict())
        for edge, row in self.edges.drop(columns="geometry").iterrows():
            graph.add_edge(row["u"], row["v"], key=edge, **row.to_dict())
        return graph

    def csr(self, weight: str = "time_min") -> csr_array:
        """
        Return the network as a symmetric sparse matrix in the order of `nodes`.

        Parameters
        ----------
        weight
            Column of `edges`; of parallel edges the smallest counts.

        Returns
        -------
        matrix
            Weights, shape (v, v).
        """
        from scipy.sparse import coo_array, csr_array

        best = self.edges.groupby(["u", "v"])[weight].min()
        index = {node: i for i, node in enumerate(self.nodes.index)}
        u = np.array([index[a] for a, _ in best.index], int)
        v = np.array([index[b] for _, b in best.index], int)
        size = (len(self.nodes), len(self.nodes))
        keep = u != v
        half = coo_array((best.to_numpy(float)[keep], (u[keep], v[keep])), shape=size)
        full = half.tocsr()
        return csr_array(full.maximum(full.T))

    def select(self, mode: str) -> Network:
        """
        Return the part of the network that one mode has.

        Parameters
        ----------
        mode
            Road, rail or water.

        Returns
        -------
        network
            Its edges and the nodes they touch.
        """
        edges = self.edges[self.edges["mode"] == mode]
        touched = self.nodes.index.isin({*edges["u"], *edges["v"]})
        return replace(self, nodes=self.nodes[touched], edges=edges)

    def __repr__(self) -> str:
        modes = ", ".join(f"{mode} {len(self.select(mode).edges)}" for mode in self.modes)
        return f"<Network {self.day}: {len(self.nodes)} nodes, {len(self.edges)} edges ({modes})>"

    def _repr_html_(self) -> str:
        from geo.report import statistics

        return f"<p>{repr(self)[1:-1]}</p>{statistics(self).round(3).to_html()}"

    @property
    def modes(self) -> list[str]:
        """The modes it has edges of."""
        present = set(self.edges["mode"])
        return [mode for mode in MODES if mode in present]


def network(
    source: Catalogue | Layers,
    *,
    year: int | str | date | None = None,
    mode: str | None = None,
    nodes: Nodes = "junctions",
) -> Network:
    """
    Build the network that is open on a day.

    Parameters
    ----------
    source
        A catalogue, or its layers where they are there already.
    year
        A year (its 31 December) or a date; default: today.
    mode
        Only this mode of transport.
    nodes
        "junctions": nodes only where sections end or routes meet. "stops": at every named
        place, for travel between cities.

    Returns
    -------
    network
        The network.
    """
    drawn = as_layers(source)
    day = parse_day(year)
    sections = open_sections(drawn, day)
    if mode is not None:
        sections = sections[sections["mode"] == mode]
    cuts = _cuts(drawn, sections, nodes)
    rows, shapes = [], []
    for section_id, section in sections.iterrows():
        for row, shape in _edges(drawn, str(section_id), section, cuts):
            rows.append(row)
            shapes.append(shape)
    edges = _edge_frame(rows, shapes)
    return Network(
        nodes=_node_frame(drawn, edges),
        edges=edges,
        day=day,
        node_rule=NODE_RULE[nodes],
        assumed=tuple(map(str, sections.index[sections["assumed"]])),
        drawn=drawn,
    )


def open_sections(drawn: Layers, day: date) -> gpd.GeoDataFrame:
    """
    Return the sections open on a day, each track or carriageway once.

    Parameters
    ----------
    drawn
        The drawn catalogue.
    day
        The day asked for.

    Returns
    -------
    sections
        Open sections; one that shares the track of others is left out where these are open.
        A widening, a section of the group "expansion" on the carriageway of another, gives
        that one its lanes and its design speed.
    """
    sections = status_frame(drawn.sections, day, drawn.catalogue.region.as_of)
    sections = _widened(sections[sections["stage"] == "open"])
    here = set(sections.index)
    own = [not shares or not set(shares.split(";")) <= here for shares in sections["shares"]]
    return sections[np.array(own, bool)]


def _widened(sections: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a road the lanes and the speed of a later section on its carriageway."""
    from pandas import notna

    sections = sections.copy()
    expansion = sections[(sections["shares"] != "") & (sections["group"] == "expansion")]
    for _, wider in expansion.iterrows():
        for owner in set(wider["shares"].split(";")) & set(sections.index):
            for key in ("design_speed_kmh", "lanes"):
                values = [sections.loc[owner, key], wider[key]]
                sections.loc[owner, key] = max((v for v in values if notna(v)), default=None)
    return sections


def _cuts(drawn: Layers, sections: gpd.GeoDataFrame, nodes: Nodes) -> set[str]:
    """Return the places at which lines are cut into edges."""
    ends = {*sections["from_place"], *sections["to_place"]}
    routes: dict[str, set[str]] = {}
    for section_id, row in sections.iterrows():
        i, j = drawn.span[str(section_id)]
        for place in filter(None, drawn.tracks[row["route_id"]].places[i : j + 1]):
            routes.setdefault(place, set()).add(row["route_id"])
    if nodes == "stops":
        return ends | set(routes)
    kinds = drawn.places["kind"]
    shared = {p for p, r in routes.items() if len(r) > 1 and kinds[p] in TRANSFER_KINDS}
    return ends | shared


def _edges(drawn: Layers, section_id: str, section: Any, cuts: set[str]) -> Any:  # noqa: ANN401
    track, (i, j) = drawn.tracks[section["route_id"]], drawn.span[section_id]
    stops = [k for k in range(i, j + 1) if k in (i, j) or track.places[k] in cuts]
    scale = section["running_km"] / section["geometry_km"]
    run, stopping = pace(section)
    for a, b in itertools.pairwise(stops):
        start, end = track.knots[a], track.knots[b]
        geometry_km = float(track.km[end] - track.km[start])
        length_km = geometry_km * scale
        row = {
            "edge_id": f"{section_id}:{track.places[a]}",
            "u": track.places[a],
            "v": track.places[b],
            "section_id": section_id,
            "length_km": length_km,
            "geometry_km": geometry_km,
            "speed_kmh": 60 / (run + stopping),
            "time_min": length_km * (run + stopping),
            "stop_min": length_km * stopping,
        }
        row |= {key: section[key] for key in ("route_id", "mode", "class", "route_zh", "route_en")}
        yield row, track.line[start : end + 1]


_EDGE_COLUMNS = ["edge_id", "u", "v", "section_id", "route_id", "mode", "class", "route_zh",
                 "route_en", "length_km", "geometry_km", "speed_kmh", "time_min",
                 "stop_min"]  # fmt: skip


def _edge_frame(rows: list[dict[str, Any]], shapes: list[Any]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd
    import shapely

    frame = pd.DataFrame(rows, columns=_EDGE_COLUMNS)
    lines = [shapely.LineString(shape) for shape in shapes]
    return gpd.GeoDataFrame(frame, geometry=lines, crs=CRS).set_index("edge_id")


def _node_frame(drawn: Layers, edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    modes: dict[str, set[str]] = {}
    for u, v, mode in zip(edges["u"], edges["v"], edges["mode"], strict=True):
        modes.setdefault(u, set()).add(mode)
        modes.setdefault(v, set()).add(mode)
    nodes = drawn.places.loc[drawn.places.index.isin(modes)]
    nodes = nodes[["name_zh", "name_en", "kind", "geometry"]].copy()
    nodes["modes"] = [";".join(m for m in MODES if m in modes[place]) for place in nodes.index]
    return nodes
