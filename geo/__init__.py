"""
Corridor connectivity: named railways and expressways to networks, statistics and maps.

>>> import geo
>>> cat = geo.load()
>>> net = geo.build_network(cat, year=2025)
>>> geo.connectivity_indices(net)["p"]
5
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo.catalogue import Catalogue, load
    from geo.connectivity import connectivity_indices
    from geo.core import BadInputError, GeoError, NotFoundError
    from geo.core import __version__ as __version__
    from geo.layers import Layers, border_crossings, build_layers
    from geo.maps import show_map
    from geo.network import Network, build_network, fastest_routes, travel_time_matrix
    from geo.pipeline import build
    from geo.scenarios import compare_catalogues, compare_dates

#: Where the public names are defined; they are imported when first used, so `geo --help` is fast.
_HOME = {
    "catalogue": ("Catalogue", "load"),
    "connectivity": ("connectivity_indices",),
    "core": ("BadInputError", "GeoError", "NotFoundError", "__version__"),
    "layers": ("Layers", "border_crossings", "build_layers"),
    "maps": ("show_map",),
    "network": ("Network", "build_network", "fastest_routes", "travel_time_matrix"),
    "pipeline": ("build",),
    "scenarios": ("compare_catalogues", "compare_dates"),
}
#: What shows itself in a notebook, by the module that defines it.
_SHOWN = {
    "geo.catalogue.catalogue": "Catalogue",
    "geo.layers.layers": "Layers",
    "geo.network.network": "Network",
}
__all__ = [
    "BadInputError", "Catalogue", "GeoError", "Layers", "Network", "NotFoundError",
    "border_crossings", "build", "build_layers", "build_network", "compare_catalogues",
    "compare_dates", "connectivity_indices", "fastest_routes", "load", "show_map",
    "travel_time_matrix",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = next((module for module, names in _HOME.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'geo' has no attribute {name!r}")
    if "IPython" in sys.modules:
        _show_in_notebooks()
    return getattr(import_module(f"geo.{home}"), name)


def _show_in_notebooks() -> None:
    """Tell a running IPython how catalogues, layers and networks show themselves."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return
    formatter = shell.display_formatter.formatters["text/html"]
    for module, kind in _SHOWN.items():
        formatter.for_type_by_name(module, kind, _as_html)


def _as_html(shown: Any) -> str:
    from geo.maps import as_html

    return as_html(shown)


def __dir__() -> list[str]:
    return __all__
