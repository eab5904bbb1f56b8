"""The pages by name."""

from __future__ import annotations

from collections.abc import Callable

from geo.maps import accessibility, compare, criticality, crossings, index, network

#: The pages by name: each takes the layers and the day, and returns the HTML of one file.
PAGES: dict[str, Callable[..., str]] = {
    "index": index.page,
    "network": network.page,
    "crossings": crossings.page,
    "accessibility": accessibility.page,
    "criticality": criticality.page,
    "compare": compare.page,
}
