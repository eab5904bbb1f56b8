"""Degrees to metres and back, in the projection of a region."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from geo._outside import metric_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import Transformer

    from geo.layers import Layers


@cache
def _transformer(source: str, target: str) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def to_metres(drawn: Layers, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project points (degrees, shape (n, 2)) of a region."""
    there = _transformer("EPSG:4326", metric_crs(drawn.catalogue.region))
    return np.column_stack(there.transform(*lonlat.T))


def to_degrees(drawn: Layers, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Undo the projection."""
    back = _transformer(metric_crs(drawn.catalogue.region), "EPSG:4326")
    return np.column_stack(back.transform(*xy.T))
