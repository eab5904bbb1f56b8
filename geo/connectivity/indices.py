"""Connectivity indices of a network (Kansky 1963; Rodrigue and Ducruet)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from geo.geometry import geodesic_km
from geo.network import Network, dissolve_nodes

NAN = float("nan")
#: Sums of the same lengths in another order differ by less than this share.
ROUNDING = 1e-9


def connectivity_indices(net: Network, *, dissolve: bool = False) -> dict[str, Any]:
    r"""
    Return the connectivity indices of a network (Kansky 1963; Rodrigue and Ducruet, A.6).

    With v nodes, e edges, p components and L the total length in km:
    mu = e - v + p; alpha = mu / (2v - 5); beta = e / v; gamma = e / (3(v - 2));
    alpha and gamma of non-planar graphs: 2 mu / ((v - 1)(v - 2)) and 2e / (v(v - 1));
    eta = L / e km; theta = L / v km; diameter = longest shortest path in km, and pi = L / D,
    both of the component with the greatest length where there are several.

    Parameters
    ----------
    net
        A network.
    dissolve
        Leave out nodes where only two edges meet (`dissolve_nodes`): then the indices do not
        depend on how lines are cut into sections.

    Returns
    -------
    values
        The indices by name, with `degree_2`, the number of such nodes; NaN where an index is not
        defined, with the reason under `reasons`. Parallel edges count, and a value above 1 is
        left as it is.

    Examples
    --------
    >>> found = geo.connectivity_indices(geo.build_network(geo.load(), year=2025, mode="rail"))
    >>> found["mu"] == found["e"] - found["v"] + found["p"]
    True
    """
    net = dissolve_nodes(net) if dissolve else net
    v, e = len(net.nodes), len(net.edges)
    links = net.csr("length_km")
    p, components = connected_components(links, directed=False) if v else (0, np.zeros(0, int))
    total = float(net.edges["length_km"].sum())
    mu = e - v + p
    ends = np.stack([net.nodes.index.get_indexer(net.edges[end]) for end in ("u", "v")])
    lengths = np.bincount(components[ends[0]], net.edges["length_km"].to_numpy(float))
    inside = components == lengths.argmax() if e else []
    diameter = _diameter(links[inside][:, inside]) if e else NAN
    main_km = float(lengths.max(initial=0.0))
    values: dict[str, Any] = {
        "v": v,
        "e": e,
        "p": p,
        "mu": mu,
        "alpha": _ratio(mu, 2 * v - 5, valid=v >= 3),
        "beta": _ratio(e, v, valid=v > 0),
        "gamma": _ratio(e, 3 * (v - 2), valid=v >= 3),
        "alpha_nonplanar": _ratio(2 * mu, (v - 1) * (v - 2), valid=v >= 3),
        "gamma_nonplanar": _ratio(2 * e, v * (v - 1), valid=v >= 2),
        "eta_km": _ratio(total, e, valid=e > 0),
        "pi": _ratio(main_km, diameter, valid=bool(diameter > 0)),
        "theta_km": _ratio(total, v, valid=v > 0),
        "diameter_km": diameter,
        "length_km": total,
        "detour_index": detour_index(net),
        "loops": int((net.edges["u"] == net.edges["v"]).sum()),
        "parallel_edges": e - len(set(map(frozenset, net.edges[["u", "v"]].to_numpy()))),
        "degree_2": int((np.bincount(ends.ravel()) == 2).sum()),
    }
    values["reasons"] = _reasons(values, v, e, p)
    return values


def _diameter(links: csr_array) -> float:
    """
    Return the longest of the shortest paths of a connected graph.

    Every search bounds how far the furthest node lies from each other one; none is begun where
    that can no longer be the longest path (Takes and Kosters, 2011).
    """
    size = links.shape[0]
    least, most, longest, central = np.zeros(size), np.full(size, np.inf), 0.0, False
    while len(left := np.flatnonzero(most >= longest)):
        start = left[least[left].argmin() if central else most[left].argmax()]
        far = dijkstra(links, directed=False, indices=start)
        furthest, central = far.max(), not central
        longest = max(longest, float(furthest))
        least = np.maximum(least, np.maximum(far, furthest - far))
        most = np.minimum(most, (far + furthest) * (1 + ROUNDING))
        most[start] = -np.inf
    return longest


def _ratio(a: float, b: float, *, valid: bool) -> float:
    return a / b if valid else NAN


def _reasons(values: dict[str, Any], v: int, e: int, p: int) -> dict[str, str]:
    few = "fewer than 3 nodes" if v else "no nodes"
    none = "no edges"
    why = {"alpha": few, "gamma": few, "alpha_nonplanar": few, "gamma_nonplanar": few,
           "beta": "no nodes", "theta_km": "no nodes", "eta_km": none, "pi": none,
           "diameter_km": none, "detour_index": none}  # fmt: skip
    reasons = {k: text for k, text in why.items() if math.isnan(values[k])}
    if p > 1 and e:
        reasons |= dict.fromkeys(("diameter_km", "pi"), "of the longest of several components")
    return reasons


def detour_index(net: Network) -> float:
    """Return the sum of running lengths over that of geodesic distances, loops left out."""
    straight = straight_edges_km(net)
    length = net.edges["length_km"].to_numpy(float)[straight > 0]
    return float(length.sum() / straight.sum()) if len(length) else NAN


def straight_edges_km(net: Network) -> NDArray[np.float64]:
    """Return the geodesic distance between the ends of every edge, shape (e,); 0 for a loop."""
    place = net.nodes.geometry
    a, b = place.loc[net.edges["u"]], place.loc[net.edges["v"]]
    return geodesic_km(np.column_stack([a.x, a.y]), np.column_stack([b.x, b.y]))


#: Connectivity indices of parts of networks, by mode and edges.
Known = dict[tuple[str, tuple[str, ...]], dict[str, Any]]


def mode_indices(net: Network, *, known: Known | None = None) -> DataFrame:
    """
    Return the connectivity indices of the whole network and of every mode.

    Parameters
    ----------
    net
        The network.
    known
        Kept between networks of the same layers, of which many share the edges of a mode: those
        of a part that is in it are taken, others are added.

    Returns
    -------
    table
        One row per mode ("all" first), one column per index.

    Examples
    --------
    >>> mode_indices(net).index.tolist()
    ['all', 'road', 'rail', 'water']
    """
    parts = {"all": net, **{mode: net.select(mode) for mode in net.modes}}
    known, rows = {} if known is None else known, {}
    for name, part in parts.items():
        key = name, tuple(part.edges.index)
        if key not in known:
            known[key] = connectivity_indices(part)
        rows[name] = known[key]
    table = pd.DataFrame.from_dict(rows, orient="index").drop(columns="reasons")
    return table.rename_axis("mode")
