"""What the loss of a link, of two links or of a corridor costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from geo.algorithms import build_graph, replacements
from geo.catalogue import Catalogue, City, cities_of
from geo.connectivity.cuts import detours
from geo.core import Executor, number_blocks, run_locally
from geo.network import Network, travel_graph

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Loss(NamedTuple):
    """What the loss of links costs; see `removal`."""

    extra_min: float
    cut_off_population: float
    efficiency_loss: float
    pairs: int


def removal_loss(
    before: NDArray[np.float64], after: NDArray[np.float64], people: NDArray[np.float64]
) -> Loss:
    r"""
    Return what a change of travel times costs.

    `extra_min` is sum w (t' - t) / sum w over the pairs connected before and after, with
    w = P_i P_j, in minutes; `cut_off_population` the people of every component that falls
    apart but for its most populous remainder; `efficiency_loss` is 1 - E'/E with
    E = sum of 1/t over all pairs (Latora and Marchiori 2001); `pairs` counts the pairs whose
    time changes (after Jenelius, Petersen and Mattsson 2006).

    Parameters
    ----------
    before, after
        Times, shape (n, n), infinite where there is no way.
    people
        People per city, shape (n,).

    Returns
    -------
    loss
        The four measures.

    Examples
    --------
    >>> before = np.array([[0.0, 60], [60, 0]])
    >>> removal_loss(before, before + 30 * (before > 0), np.array([1.0, 1])).extra_min
    30.0

    """
    still = np.isfinite(before) & np.isfinite(after)
    np.fill_diagonal(still, val=False)
    weight = np.outer(people, people)
    change = np.where(still, np.where(still, after, 0.0) - np.where(still, before, 0.0), 0.0)
    total = float((weight * still).sum())
    extra = float((weight * change).sum() / total) if total else 0.0
    off = ~np.eye(len(people), dtype=bool)
    worth = [float((1 / minutes[off]).sum()) for minutes in (before, after)]
    efficiency = 1 - worth[1] / worth[0] if worth[0] else 0.0
    moved = (change > 1e-9) | (np.isfinite(before) & ~np.isfinite(after))
    alone = float(people[cut_off(before, after, people)].sum())
    return Loss(extra, alone, efficiency, int(moved.sum() // 2))


def cut_off(
    before: NDArray[np.float64], after: NDArray[np.float64], people: NDArray[np.float64]
) -> list[int]:
    """
    Return the cities that lose what they reached: all but the most populous remainder.

    To reach is not transitive here, for nobody travels through the centre of another city:
    cities that still reach the same ones remain together.

    Parameters
    ----------
    before, after
        Times, shape (n, n), infinite where there is no way.
    people
        People per city, shape (n,).

    Returns
    -------
    cities
        Numbers of the cities, in order.

    Examples
    --------
    >>> before = np.array([[0.0, 60], [60, 0]])
    >>> after = np.where(before > 0, np.inf, 0)
    >>> cut_off(before, after, np.array([5.0, 1]))
    [1]

    """
    was, still = np.isfinite(before), np.isfinite(after)
    if not (was & ~still).any():
        return []
    labels = connected_components(csr_array(was), directed=False)[1]
    lost: list[int] = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        alike: dict[bytes, list[int]] = {}
        for city in members.tolist():
            alike.setdefault(still[city].tobytes(), []).append(city)
        main = max(alike.values(), key=lambda own: float(people[own].sum()))
        pick = np.ix_(members, np.array(main))
        gone = (was[pick] & ~still[pick]).any(axis=1) & ~still[pick].any(axis=1)
        lost += members[gone].tolist()
    return sorted(lost)


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
        count = int(self.link.max(initial=-1)) + 1
        if count < MANY:
            return self.base, (self.without([link]) for link in range(count))
        tails, heads = self.ways[:, :2].astype(int).T
        network = build_graph(self.size, tails, heads, self.ways[:, 2], directed=True)
        found = replacements(network, self.starts, self.ends, groups=self.link)
        return _own(found.base), (_own(found.without(i)) for i in range(len(found.row)))


def _own(minutes: Floats) -> Floats:
    """Let no time pass from a terminal to itself."""
    np.fill_diagonal(minutes, 0.0)
    return minutes


def link_sweep(
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
    >>> made, links = link_sweep(stops, net, cat.cities, mode="rail")
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


#: Sets of links whose loss is one block of work.
BLOCK = 32


def _prepared(
    net: Network, junctions: Network, catalogue: Catalogue, mode: str
) -> tuple[Sweep, DataFrame, Floats]:
    cities = cities_of(catalogue)
    swept, links = link_sweep(net, junctions, cities, mode=mode)
    return swept, links, np.array([city.population for city in cities], float)


def _losses(large: tuple[Sweep, Floats], block: Sequence[Sequence[int]]) -> list[Loss]:
    """Return what the loss of each set of links costs."""
    swept, people = large
    return [removal_loss(swept.base, swept.without(links), people) for links in block]


def _costs(swept: Sweep, people: Floats, sets: Sequence[Any], executor: Executor) -> list[Loss]:
    """Return what the loss of many sets of links costs, some sets at a time."""
    blocks = [[sets[i] for i in part] for part in number_blocks(len(sets), BLOCK)]
    return [found for block in executor(_losses, (swept, people), blocks) for found in block]


def _each(swept: Sweep, people: Floats, count: int, executor: Executor) -> list[Loss]:
    """Return what the loss of every single link costs."""
    if executor is not run_locally:
        return _costs(swept, people, [[i] for i in range(count)], executor)
    base, every = swept.each()
    return [removal_loss(base, minutes, people) for minutes in every]


def link_losses(
    net: Network,
    junctions: Network,
    catalogue: Catalogue,
    *,
    mode: str = "any",
    executor: Executor = run_locally,
) -> DataFrame:
    """
    Return what the loss of every single link costs, the worst first.

    Parameters
    ----------
    net
        A network with a node at every stop.
    junctions
        The same with nodes at junctions: its edges are the links.
    catalogue
        The catalogue of the cities.
    mode
        Road, rail, water or any.
    executor
        Where blocks of links are done (`geo.core.executor.dask_executor`); default: in this process.

    Returns
    -------
    table
        The links by name (`link_sweep`) with `detour`, the best way round in times its own time
        (infinite for a bridge), and the measures of `removal_loss`; ordered by people cut off, then
        by extra minutes.

    Examples
    --------
    >>> table = link_losses(stops, net, cat, mode="rail")
    >>> bool((table["extra_min"] >= 0).all())
    True

    """
    swept, links, people = _prepared(net, junctions, catalogue, mode)
    losses = _each(swept, people, len(links), executor)
    around = detours(junctions if mode == "any" else junctions.select(mode))
    return _ranked(links.assign(detour=links["edge_id"].map(around)), losses)


def _ranked(links: DataFrame, losses: list[Loss]) -> DataFrame:
    table = pd.concat([links, pd.DataFrame(losses, columns=Loss._fields)], axis=1)
    keys = ["cut_off_population", "extra_min", "efficiency_loss"]
    return table.sort_values(keys, ascending=False, ignore_index=True)


def route_losses(
    net: Network,
    junctions: Network,
    catalogue: Catalogue,
    *,
    mode: str = "any",
    executor: Executor = run_locally,
) -> DataFrame:
    """
    Return what the loss of every whole route costs, the worst first.

    A route loses the links it owns, not those it runs on of other routes.

    Parameters
    ----------
    net, junctions, catalogue, mode, share
        As in `link_losses`.

    Returns
    -------
    table
        `route_id`, `name_zh`, `name_en`, `mode` and the measures of `removal_loss`.

    Examples
    --------
    >>> lost = route_losses(stops, net, cat, mode="rail").set_index("name_en")
    >>> lost.index[0], bool(lost["cut_off_population"].iloc[0] > 1e6)
    ("Chengdu–Ya'an Railway", True)

    """
    swept, links, people = _prepared(net, junctions, catalogue, mode)
    groups = links.groupby("route_id", sort=False)
    losses = _costs(swept, people, [list(own.index) for _, own in groups], executor)
    names = links.drop_duplicates("route_id")[["route_id", "name_zh", "name_en", "mode"]]
    return _ranked(names.reset_index(drop=True), losses)


def pair_losses(
    net: Network,
    junctions: Network,
    catalogue: Catalogue,
    *,
    mode: str = "any",
    among: int = 20,
    executor: Executor = run_locally,
) -> DataFrame:
    """
    Return the worst losses of two links at once among the worst single ones.

    A search, not a proof: a pair of links that are harmless one by one is not tried.

    Parameters
    ----------
    net, junctions, catalogue, mode
        As in `link_losses`.
    among
        Number of the worst single links that are paired.
    executor
        As in `link_losses`.

    Returns
    -------
    table
        The two links (`section_a`, `name_a`, `section_b`, `name_b`) and the measures of
        `removal_loss`, the worst first.

    Examples
    --------
    >>> pairs = pair_losses(stops, net, cat, mode="rail", among=3)
    >>> len(pairs), bool((pairs["section_a"] != pairs["section_b"]).any())
    (3, True)

    """
    swept, links, people = _prepared(net, junctions, catalogue, mode)
    single = _each(swept, people, len(links), executor)
    order = sorted(range(len(links)), key=lambda i: single[i][1::-1], reverse=True)
    pairs = list(combinations(order[:among], 2))
    losses = _costs(swept, people, pairs, executor)
    named = {"section": "section_id", "name": "name_zh", "from": "from", "to": "to"}
    frame = {
        f"{key}_{side}": [links[column].iloc[pair[at]] for pair in pairs]
        for at, side in enumerate("ab")
        for key, column in named.items()
    }
    return _ranked(pd.DataFrame(frame), losses)


def link_use(
    net: Network, junctions: Network, catalogue: Catalogue, *, mode: str = "any"
) -> DataFrame:
    r"""
    Return how much of all travel uses every link: betweenness weighted by people.

    Formula: sum over pairs of P_a P_b, where the fastest way from a to b uses the link, over
    the sum over all connected pairs (Freeman 1977, one fastest way per pair).

    Parameters
    ----------
    net, junctions, catalogue, mode
        As in `link_losses`.

    Returns
    -------
    table
        The links by name with `betweenness`, between 0 and 1, the most used first.

    Examples
    --------
    >>> used = link_use(stops, net, cat, mode="rail")
    >>> bool(0.1 < used["betweenness"].iloc[0] < 1)
    True

    """
    swept, links, people = _prepared(net, junctions, catalogue, mode)
    weight = np.outer(people, people) * np.isfinite(swept.base)
    np.fill_diagonal(weight, 0.0)
    share = np.zeros(len(links))
    for i, j, used in swept.pairs():
        share[list(used)] += weight[i, j]
    table = links.assign(betweenness=share / weight.sum() if weight.sum() else np.nan)
    return table.sort_values("betweenness", ascending=False, ignore_index=True)
