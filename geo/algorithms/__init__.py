"""
Graph kernels on arrays: distances, hierarchies, link removal, flows, betweenness.

A graph is made by `build_graph` from arrays; results are arrays by node, link or arc. Compiled
where numba is installed, else with scipy or in plain Python.
"""

from geo.algorithms.betweenness import edge_node_betweenness
from geo.algorithms.blocks import od_blocks, write_parquet
from geo.algorithms.distances import shortest_distances, shortest_path_trees
from geo.algorithms.flows import EdgeCut, minimum_edge_cut
from geo.algorithms.graphs import Graph, build_graph
from geo.algorithms.hierarchy import Prepared, prepare, reweight
from geo.algorithms.link_removal import removal_losses, replacements
from geo.algorithms.shortcuts import bypassed
from geo.algorithms.trees import Trees

__all__ = [
    "EdgeCut", "Graph", "Prepared", "Trees", "build_graph", "bypassed",
    "edge_node_betweenness", "minimum_edge_cut", "od_blocks", "prepare", "removal_losses",
    "replacements", "reweight", "shortest_distances", "shortest_path_trees", "write_parquet",
]  # fmt: skip
