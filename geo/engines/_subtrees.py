"""Kernels that take groups of links away where ways have a direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.engines._compiled import compiled
from geo.engines._removal import add
from geo.engines._search import drop, push, search

if TYPE_CHECKING:
    from geo.engines.graphs import Floats, Ints


@compiled
def _preorder(into: Ints, tails: Ints, order: Ints, spot: Ints, below: Ints, tree: Ints) -> None:
    """List a tree so that every subtree is one slice: `tree[spot[v] : spot[v] + below[v]]`."""
    for v in order:
        below[v] = 1
    for i in range(len(order) - 1, 0, -1):
        below[tails[into[order[i]]]] += below[order[i]]
    onward = np.empty(len(spot), np.int32)  # where the next child of a node begins
    for v in order:
        spot[v] = 0
        if into[v] >= 0:
            spot[v] = onward[tails[into[v]]]
            onward[tails[into[v]]] += below[v]
        onward[v] = spot[v] + 1
        tree[spot[v]] = v


@compiled
def _slices(
    v: int, following: Ints, spot: Ints, below: Ints, tree: Ints, holds: Ints, cut: Ints
) -> int:
    """Write the nodes below any arc of a group, each once; none if no target is there."""
    count, end, targets = 0, 0, 0
    while v >= 0:
        if spot[v] >= end:
            end = spot[v] + below[v]
            targets += holds[end] - holds[spot[v]]
            cut[count : count + below[v]] = tree[spot[v] : end]
            count += below[v]
        v = following[v]
    return count if targets else 0


@compiled
def _again(
    network: tuple[Ints, Ints, Floats, Ints, Ints],
    backward: tuple[Ints, Ints],
    group: int,
    cut: Ints,
    far: Floats,
    new: Floats,
    inside: Ints,
    keys: Floats,
    nodes: Ints,
) -> None:
    """
    Find the distances of the nodes that lost their way, without the arcs of a group.

    Nodes outside keep theirs: their way uses none of the arcs. So the search starts with the
    arcs that lead in, and stays inside.
    """
    indptr, indices, weights, groups, tails = network
    into, arcs = backward
    count = 0
    for y in cut:
        new[y] = np.inf
        for k in range(into[y], into[y + 1]):
            a = arcs[k]
            if groups[a] != group and inside[tails[a]] == 0:
                new[y] = min(new[y], far[tails[a]] + weights[a])
        if new[y] < np.inf:
            push(keys, nodes, count, new[y], y)
            count += 1
    while count:
        v, here = nodes[0], keys[0]
        count -= 1
        drop(keys, nodes, count)
        if here > new[v]:
            continue
        for a in range(indptr[v], indptr[v + 1]):
            u, way = indices[a], here + weights[a]
            if groups[a] != group and inside[u] == 1 and way < new[u]:
                new[u] = way
                push(keys, nodes, count, way, u)
                count += 1


@compiled
def subtrees(
    network: tuple[Ints, Ints, Floats, Ints, Ints],
    backward: tuple[Ints, Ints],
    sources: Ints,
    targets: Ints,
    worth: Floats,
    sums: Floats,
    listed: bool,  # noqa: FBT001
) -> tuple[Floats, Ints, Floats]:
    """
    Find, for every source and every group on its tree, the distances to the targets cut off.

    Only the subtrees below the arcs of the group are searched again, and only where they
    hold a target. Results as those of `replacement_paths`, for ordered pairs.
    """
    indptr, indices, weights, groups, tails = network
    n, base = len(indptr) - 1, np.empty((len(sources), len(targets)))
    far, new = np.empty(n), np.empty(n)
    into, order = np.empty(n, np.int32), np.empty(n, np.int32)
    # the second search may push one entry per node before any arc
    keys, heap = np.empty(len(indices) + n + 1), np.empty(len(indices) + n + 1, np.int32)
    spot, below, tree = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    first, following = np.full(sums.shape[1], -1, np.int32), np.empty(n, np.int32)
    cut, inside, holds = np.empty(n, np.int32), np.zeros(n, np.int32), np.zeros(n + 1, np.int32)
    is_target = np.zeros(n, np.int32)
    is_target[targets] = 1
    rows, minutes, found = np.empty((64, 3), np.int32), np.empty(64), 0
    for i in range(len(sources)):
        count = search(indptr, indices, weights, sources[i], far, into, order, keys, heap)[0]
        _preorder(into, tails, order[:count], spot, below, tree)
        base[i] = far[targets]
        for p in range(count):
            holds[p + 1] = holds[p] + is_target[tree[p]]
        # the arcs of a group, by the nodes they enter, in the order of the tree
        for p in range(count - 1, 0, -1):
            group = groups[into[tree[p]]]
            if group >= 0:
                following[tree[p]], first[group] = first[group], tree[p]
        for p in range(1, count):
            group = groups[into[tree[p]]]
            if group < 0 or first[group] != tree[p]:
                continue
            first[group] = -1
            size = _slices(tree[p], following, spot, below, tree, holds, cut)
            if not size:
                continue
            inside[cut[:size]] = 1
            _again(network, backward, group, cut[:size], far, new, inside, keys, heap)
            for j in range(len(targets)):
                if inside[targets[j]]:
                    t = targets[j]
                    add(sums, group, far[t], new[t], worth[i, j])
                    if listed and found == len(minutes):
                        rows = np.concatenate((rows, np.empty_like(rows)))
                        minutes = np.concatenate((minutes, np.empty_like(minutes)))
                    if listed:
                        rows[found, 0], rows[found, 1], rows[found, 2] = group, i, j
                        minutes[found] = max(far[t], new[t])
                        found += 1
            inside[cut[:size]] = 0
    return base, rows[:found], minutes[:found]
