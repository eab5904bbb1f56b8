"""Machine code where numba is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, update_wrapper
from importlib import import_module
from types import FunctionType
from typing import Any


class Kernel:
    """
    A function that becomes machine code when it is first called.

    Numba takes half a second to import, and most commands call no kernel. A kernel may call
    others: numba knows only compiled functions, so these stand in for them when it is compiled.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        update_wrapper(self, function)

    @cached_property
    def machine(self) -> Callable[..., Any]:
        """The compiled function."""
        numba = import_module("numba")
        own = self.function
        assert isinstance(own, FunctionType)  # noqa: S101 - kernels are plain functions
        names = dict(own.__globals__)
        for key in own.__code__.co_names:
            if isinstance(called := names.get(key), Kernel):
                names[key] = called.machine
        linked = FunctionType(own.__code__, names, own.__name__, own.__defaults__)
        linked.__module__, linked.__qualname__ = own.__module__, own.__qualname__
        try:
            return numba.njit(cache=True, nogil=True)(linked)  # type: ignore[no-any-return]
        except RuntimeError:  # no folder to keep compiled code in
            return numba.njit(nogil=True)(linked)  # type: ignore[no-any-return]

    def __call__(self, *arguments: Any) -> Any:
        return self.machine(*arguments)


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function when it is first called; it lets other threads run meanwhile."""
    return Kernel(function)
