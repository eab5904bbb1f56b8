"""Shortest times between cities with links removed, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.times import travel_graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from pandas import DataFrame
    from scipy.sparse import csr_array

    from geo.network import Network
    from geo.tables import City

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

#: From this many links on, all of them are taken away in one sweep of the engines.
MANY = 4000


class Sweep:
    """
    Shortest times between terminals with any links removed.

    The base times are computed once with the links each one uses; when links are lost, only
    the origins that used one of them are computed again.

    Parameters
    ----------
    ways
        Directed edges: from, to (numbers of nodes) and minutes, shape (m, 3).
    link
        Number of the link that every edge belongs to, -1 for none, shape (m,).
    starts, ends
        Nodes to leave from and to arrive at, shapes (n,).
    size
        Number of nodes.
    """

    def __init__(self, ways: Floats, link: Ints, starts: Ints, ends: Ints, size: int) -> None:
        from scipy.sparse import csr_array

        u, v = ways[:, 0].astype(int), ways[:, 1].astype(int)
        pairs, entry = np.unique(u * size + v, return_inverse=True)
        self.ways, self.link, self.entry = ways, link, entry.reshape(-1)
        self.minutes = ways[:, 2]
        fastest = np.full(len(pairs), np.inf)
        np.minimum.at(fastest, self.entry, self.minutes)
        rows, columns = np.divmod(pairs, size)
        self.graph = csr_array((fastest, (rows, columns)), shape=(size, size))
        self.starts, self.ends, self.size = starts, ends, size
        self.base, self.before = self._times(self.graph, np.arange(len(starts)))
        best = np.flatnonzero(self.minutes == fastest[self.entry])
        self.link_of = dict(
            zip(pairs[self.entry[best]].tolist(), link[best].tolist(), strict=True)
        )
        self.used: list[set[int]] = [set() for _ in starts]
        for i, _, links in self.pairs():
            self.used[i] |= links

    def _times(self, graph: csr_array, origins: Ints) -> tuple[Floats, Ints]:
        from scipy.sparse.csgraph import dijkstra

        found = dijkstra(graph, indices=self.starts[origins], return_predecessors=True)
        times, before = found[0], np.asarray(found[1], np.intp)
        minutes = times[:, self.ends]
        minutes[np.arange(len(origins)), origins] = 0.0
        return minutes, before

    def pairs(self) -> Iterator[tuple[int, int, set[int]]]:
        """
        Yield the links that the fastest way of every connected pair uses.

        Yields
        ------
        i, j
            Numbers of the terminals.
        links
            Numbers of the links on the way.
        """
        for i in range(len(self.starts)):
            before = self.before[i].tolist()
            for j in np.flatnonzero(np.isfinite(self.base[i])).tolist():
                node, links = int(self.ends[j]), set()
                while i != j and before[node] >= 0:
                    links.add(self.link_of[before[node] * self.size + node])
                    node = before[node]
                yield i, j, links - {-1}

    def without(self, links: Iterable[int]) -> Floats:
        """
        Return the times without some links.

        Parameters
        ----------
        links
            Numbers of the links.

        Returns
        -------
        minutes
            Shape (n, n).
        """
        gone = set(links)
        hit = np.array([i for i, used in enumerate(self.used) if used & gone], int)
        minutes = self.base.copy()
        if not len(hit):
            return minutes
        graph = self.graph.copy()  # threads may share the sweep
        lost = np.isin(self.link, list(gone))
        entries = np.unique(self.entry[lost])
        left = np.isin(self.entry, entries) & ~lost
        graph.data[entries] = np.inf
        np.minimum.at(graph.data, self.entry[left], self.minutes[left])
        minutes[hit] = self._times(graph, hit)[0]
        return minutes

    def each(self) -> tuple[Floats, Iterator[Floats]]:
        """
        Take every link away in turn; from `MANY` links on by one search for all of them.

        Returns
        -------
        base
            The times with all links, shape (n, n).
        without
            The times without link 0, 1, …; of many links both equal those of `without` but
            for the order in which minutes are added up.
        """
        from geo.engines import graph, replacements

        count = int(self.link.max(initial=-1)) + 1
        if count < MANY:
            return self.base, (self.without([link]) for link in range(count))
        tails, heads = self.ways[:, :2].astype(int).T
        network = graph(self.size, tails, heads, self.ways[:, 2], directed=True)
        found = replacements(network, self.starts, self.ends, groups=self.link)
        return _own(found.base), (_own(found.without(i)) for i in range(len(found.row)))


def _own(minutes: Floats) -> Floats:
    """Let no time pass from a terminal to itself."""
    np.fill_diagonal(minutes, 0.0)
    return minutes


def sweep(
    net: Network, junctions: Network, cities: Sequence[City], *, mode: str
) -> tuple[Sweep, DataFrame]:
    """
    Return a sweep over the links of a network, and the links by name.

    Trains between large cities stop like others here.

    Parameters
    ----------
    net
        A network with a node at every stop.
    junctions
        The same with nodes at junctions: its edges are the links.
    cities
        The cities, n of them.
    mode
        Road, rail, water or any.

    Returns
    -------
    sweep
        Times between the cities with any links removed.
    links
        One row per link: `edge_id` (in `junctions`), `section_id`, `route_id`, `name_zh`,
        `name_en`, `mode`, `from`, `to`, `from_en`, `to_en`, `length_km`, `time_min`.

    Examples
    --------
    >>> made, links = sweep(stops, net, cat.cities, mode="rail")
    >>> lost = links.index[links["section_id"] == "chengyu-hsr-1"][:1]
    >>> bool((made.without(lost) >= made.base - 1e-9).all())
    True
    """
    part = net if mode == "any" else net.select(mode)
    edges, links = _links(part, set(junctions.nodes.index))
    graph = travel_graph(net, cities, mode=mode)
    graph.graph.clear()
    names = sorted({*part.nodes.index, *graph.nodes})
    number = {name: i for i, name in enumerate(names)}
    ways, link = [], []
    for u, v, minutes, which in edges:
        ways += [(number[u], number[v], minutes), (number[v], number[u], minutes)]
        link += [which, which]
    arrival = {f"city:{city.city_id}": len(names) + i for i, city in enumerate(cities)}
    for u, v, way in graph.edges(data=True):
        if way["leg"] == "access":
            for a, b in ((u, v), (v, u)):
                ways.append((number[a], arrival.get(b, number[b]), way["time_min"]))
                link.append(-1)
    # a city that no stop is near to keeps a node of its own
    start = {
        name: number.get(name, len(names) + len(cities) + i) for i, name in enumerate(arrival)
    }
    size = len(names) + 2 * len(cities)
    ends = np.array(list(arrival.values()), int)
    made = Sweep(np.array(ways, float).reshape(-1, 3), np.array(link, int),
                 np.array(list(start.values()), int), ends, size)  # fmt: skip
    return made, _link_frame(part, links)


def _links(
    part: Network, junctions: set[str]
) -> tuple[list[tuple[str, str, float, int]], list[list[str]]]:
    """Join the edges of a section between two junctions to one link."""
    edges: list[tuple[str, str, float, int]] = []
    links: list[list[str]] = []
    section = ""
    columns = [part.edges[key].tolist() for key in ("u", "v", "section_id", "time_min")]
    for edge, u, v, own, minutes in zip(part.edges.index.tolist(), *columns, strict=True):
        if own != section or u in junctions:
            links.append([])
            section = own
        links[-1].append(edge)
        edges.append((u, v, minutes, len(links) - 1))
    return edges, links


def _link_frame(part: Network, links: list[list[str]]) -> DataFrame:
    import pandas as pd

    size = np.array([len(members) for members in links], int)
    end = np.cumsum(size)
    first, last = part.edges.iloc[end - size], part.edges.iloc[end - 1]
    names = part.nodes[["name_zh", "name_en"]]
    columns: dict[str, Any] = {
        "edge_id": first.index.tolist(),
        "section_id": first["section_id"].tolist(),
        "route_id": first["route_id"].tolist(),
        "name_zh": first["route_zh"].tolist(),
        "name_en": first["route_en"].tolist(),
        "mode": first["mode"].tolist(),
    }
    for suffix, key in (("", "name_zh"), ("_en", "name_en")):
        for side, place in (("from", first["u"]), ("to", last["v"])):
            columns[side + suffix] = names.loc[place, key].tolist()
    for key in ("length_km", "time_min"):
        parts = np.split(part.edges[key].to_numpy(float), end[:-1]) if len(links) else []
        columns[key] = [own.sum() for own in parts]
    return pd.DataFrame(columns)
