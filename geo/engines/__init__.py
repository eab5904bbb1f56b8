"""
Shortest paths and sweeps on large graphs, behind one small interface.

A graph is a handful of arrays (`graph`). `distances` and `trees` search it; `prepare` sets a
road network up for many searches and many weights; `replacements` and `removal_losses` take
every link away in turn; `betweenness` counts the shortest paths through it; `noded_graph`,
`node_lines` and `contract` make graphs of lines, and `border_crossings` tells where lines pass
from one area into another; `od_blocks` walks through a matrix too large to hold. All of it runs
on numpy and scipy alone; with numba (``chuanyu-geo[fast]``) the kernels are compiled.
"""

from __future__ import annotations

from geo.engines.blocks import Block, od_blocks, write_parquet
from geo.engines.centrality import Betweenness, betweenness
from geo.engines.crossing import border_crossings
from geo.engines.graphs import Graph, graph, with_weights
from geo.engines.hierarchy import Prepared, prepare, reweight
from geo.engines.lines import Noded, contract, noded_graph
from geo.engines.noding import node_lines
from geo.engines.paths import distances, trees
from geo.engines.removal import Losses, Replacements, removal_losses, replacements

__all__ = ["Betweenness", "Block", "Graph", "Losses", "Noded", "Prepared", "Replacements",
           "betweenness", "border_crossings", "contract", "distances", "graph", "node_lines",
           "noded_graph", "od_blocks", "prepare", "removal_losses", "replacements", "reweight",
           "trees", "with_weights", "write_parquet"]  # fmt: skip
