"""Machine code where numba is installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

Kernel = TypeVar("Kernel", bound="Callable[..., object]")


def compiled(kernel: Kernel) -> Kernel:
    """Compile a function once and for all; it lets other threads run meanwhile."""
    import numba

    try:
        return cast("Kernel", numba.njit(cache=True, nogil=True)(kernel))
    except RuntimeError:  # no folder to keep compiled code in
        return cast("Kernel", numba.njit(nogil=True)(kernel))


def has(package: str) -> bool:
    """Tell whether an optional package is installed."""
    return find_spec(package) is not None
