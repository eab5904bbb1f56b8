"""What the loss of a link, of two links or of a corridor costs."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.distributed import blocks_of, here
from geo.losses import Loss, loss
from geo.report import cities_of
from geo.resilience import detours
from geo.sweeps import Sweep, sweep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandas import DataFrame

    from geo.catalogue import Catalogue
    from geo.distributed import Share
    from geo.network import Network

    Floats = NDArray[np.float64]


#: Sets of links whose loss is one block of work.
BLOCK = 32


def _prepared(
    net: Network, junctions: Network, catalogue: Catalogue, mode: str
) -> tuple[Sweep, DataFrame, Floats]:
    cities = cities_of(catalogue)
    swept, links = sweep(net, junctions, cities, mode=mode)
    return swept, links, np.array([city.population for city in cities], float)


def _losses(large: tuple[Sweep, Floats], block: Sequence[Sequence[int]]) -> list[Loss]:
    """Return what the loss of each set of links costs."""
    swept, people = large
    return [loss(swept.base, swept.without(links), people) for links in block]


def _costs(swept: Sweep, people: Floats, sets: Sequence[Any], share: Share) -> list[Loss]:
    """Return what the loss of many sets of links costs, some sets at a time."""
    blocks = [[sets[i] for i in part] for part in blocks_of(len(sets), BLOCK)]
    return [found for block in share(_losses, (swept, people), blocks) for found in block]


def _each(swept: Sweep, people: Floats, count: int, share: Share) -> list[Loss]:
    """Return what the loss of every single link costs."""
    if share is not here:
        return _costs(swept, people, [[i] for i in range(count)], share)
    base, every = swept.each()
    return [loss(base, minutes, people) for minutes in every]


def link_removal(
    net: Network,
    junctions: Network,
    catalogue: Catalogue,
    *,
    mode: str = "any",
    share: Share = here,
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
    share
        Where blocks of links are done (`geo.distributed.workers`); default: in this process.

    Returns
    -------
    table
        The links by name (`sweep`) with `detour`, the best way round in times its own time
        (infinite for a bridge), and the measures of `loss`; ordered by people cut off, then
        by extra minutes.

    Examples
    --------
    >>> table = link_removal(stops, net, cat, mode="rail")
    >>> bool((table["extra_min"] >= 0).all())
    True
    """
    swept, links, people = _prepared(net, junctions, catalogue, mode)
    losses = _each(swept, people, len(links), share)
    around = detours(junctions if mode == "any" else junctions.select(mode))
    return _ranked(links.assign(detour=links["edge_id"].map(around)), losses)


def _ranked(links: DataFrame, losses: list[Loss]) -> DataFrame:
    import pandas as pd

    table = pd.concat([links, pd.DataFrame(losses, columns=Loss._fields)], axis=1)
    keys = ["cut_off_population", "extra_min", "efficiency_loss"]
    return table.sort_values(keys, ascending=False, ignore_index=True)


def route_removal(
    net: Network,
    junctions: Network,
    catalogue: Catalogue,
    *,
    mode: str = "any",
    share: Share = here,
) -> DataFrame:
    """
    Return what the loss of every whole route costs, the worst first.

    A route loses the links it owns, not those it runs on of other routes.

    Parameters
    ----------
    net, junctions, catalogue, mode, share
        As in `link_removal`.

    Returns
    -------
    table
        `route_id`, `name_zh`, `name_en`, `mode` and the measures of `loss`.

    Examples
    --------
    >>> lost = route_removal(stops, net, cat, mode="rail").set_index("name_en")
    >>> lost.index[0], bool(lost["cut_off_population"].iloc[0] > 1e6)
    ("Chengdu–Ya'an Railway", True)
    """
    swept, links, people = _prepared(net, junctions, catalogue, mode)
    groups = links.groupby("route_id", sort=False)
    losses = _costs(swept, people, [list(own.index) for _, own in groups], share)
    names = links.drop_duplicates("route_id")[["route_id", "name_zh", "name_en", "mode"]]
    return _ranked(names.reset_index(drop=True), losses)


def double_removal(
    net: Network,
    junctions: Network,
    catalogue: Catalogue,
    *,
    mode: str = "any",
    among: int = 20,
    share: Share = here,
) -> DataFrame:
    """
    Return the worst losses of two links at once among the worst single ones.

    A search, not a proof: a pair of links that are harmless one by one is not tried.

    Parameters
    ----------
    net, junctions, catalogue, mode
        As in `link_removal`.
    among
        Number of the worst single links that are paired.
    share
        As in `link_removal`.

    Returns
    -------
    table
        The two links (`section_a`, `name_a`, `section_b`, `name_b`) and the measures of
        `loss`, the worst first.

    Examples
    --------
    >>> pairs = double_removal(stops, net, cat, mode="rail", among=3)
    >>> len(pairs), bool((pairs["section_a"] != pairs["section_b"]).any())
    (3, True)
    """
    swept, links, people = _prepared(net, junctions, catalogue, mode)
    single = _each(swept, people, len(links), share)
    order = sorted(range(len(links)), key=lambda i: single[i][1::-1], reverse=True)
    pairs = list(combinations(order[:among], 2))
    losses = _costs(swept, people, pairs, share)
    named = {"section": "section_id", "name": "name_zh", "from": "from", "to": "to"}
    frame = {
        f"{key}_{side}": [links[column].iloc[pair[at]] for pair in pairs]
        for at, side in enumerate("ab")
        for key, column in named.items()
    }
    import pandas as pd

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
        As in `link_removal`.

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
