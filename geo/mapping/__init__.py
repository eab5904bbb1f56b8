"""Maps of a region: bilingual pages of one file each that need no network."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from geo.layers import Layers

__all__ = ["PAGES"]


def _page(name: str, layers: Layers, *, day: date, **options: Any) -> str:  # noqa: ANN401
    """Build one page; the libraries behind it are imported only now."""
    from importlib import import_module

    return str(import_module(f"geo.mapping.{name}").page(layers, day=day, **options))


#: The pages by name: each takes the layers and the day, and returns the HTML of one file.
PAGES: dict[str, Callable[..., str]] = {
    name: partial(_page, name)
    for name in ("index", "network", "crossings", "accessibility", "criticality", "compare")
}
