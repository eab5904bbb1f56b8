"""Graph kernels on arrays: distances, hierarchies, link removal, flows, betweenness."""

from geo.algorithms.betweenness import edge_node_betweenness
from geo.algorithms.blocks import od_blocks, write_parquet
from geo.algorithms.distances import distances, trees
from geo.algorithms.flows import EdgeCut, minimum_edge_cut
from geo.algorithms.graphs import Graph, build_graph, fastest, with_weights
from geo.algorithms.hierarchy import Prepared, prepare, reweight
from geo.algorithms.link_removal import removal_losses, replacements

__all__ = [
    "EdgeCut",
    "Graph",
    "Prepared",
    "build_graph",
    "distances",
    "edge_node_betweenness",
    "fastest",
    "minimum_edge_cut",
    "od_blocks",
    "prepare",
    "removal_losses",
    "replacements",
    "reweight",
    "trees",
    "with_weights",
    "write_parquet",
]
