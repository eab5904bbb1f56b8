"""
Corridor connectivity: named railways and expressways to networks, statistics and maps.

>>> import geo
>>> cat = geo.load()
>>> net = geo.network(cat, year=2025)
>>> geo.indices(net)["p"]
3
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Functions that carry the name of their module are bound here, before anything else imports
# the module. The rest is imported when it is first used, so that `geo --help` is fast.
from geo.indices import indices
from geo.layers import Layers, layers
from geo.network import Network, network

if TYPE_CHECKING:
    from geo.borders import crossings
    from geo.catalogue import Catalogue, load
    from geo.errors import BadInputError, GeoError, NotFoundError
    from geo.report import od_matrix
    from geo.scenario import compare
    from geo.show import map  # noqa: A004

__all__ = [
    "BadInputError",
    "Catalogue",
    "GeoError",
    "Layers",
    "Network",
    "NotFoundError",
    "compare",
    "crossings",
    "indices",
    "layers",
    "load",
    "map",
    "network",
    "od_matrix",
]
__version__ = "0.1.0"

_HOME = {
    "BadInputError": "errors",
    "Catalogue": "catalogue",
    "GeoError": "errors",
    "NotFoundError": "errors",
    "compare": "scenario",
    "crossings": "borders",
    "load": "catalogue",
    "map": "show",
    "od_matrix": "report",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOME:
        raise AttributeError(f"module 'geo' has no attribute {name!r}")
    return getattr(import_module(f"geo.{_HOME[name]}"), name)
