"""Machine code where numba is installed; the same kernels as plain Python where it is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, update_wrapper
from types import FunctionType
from typing import Any

from geo.core import has, optional


class Kernel:
    """
    A function that becomes machine code when it is first called.

    Numba takes half a second to import, and most commands call no kernel. A kernel may call
    others: numba knows only compiled functions, so these stand in for them when it is compiled.
    Without numba plain functions stand in, so that the question is asked once a call from outside.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        update_wrapper(self, function)

    @cached_property
    def machine(self) -> Any:
        """The compiled function."""
        numba = optional("numba", "fast", "kernels need numba")
        linked = self._linked("machine")
        try:
            return numba.njit(cache=True, nogil=True)(linked)
        except RuntimeError:  # no folder to keep compiled code in
            return numba.njit(nogil=True)(linked)

    @cached_property
    def plain(self) -> Any:
        """The function in plain Python, down to the kernels that it calls."""
        return self._linked("plain")

    def _linked(self, form: str) -> Any:
        """Return the function with that form of every kernel it calls in the kernel's place."""
        own: Any = self.function
        names = dict(own.__globals__)
        for key in own.__code__.co_names:
            if isinstance(called := names.get(key), Kernel):
                names[key] = getattr(called, form)
        linked = FunctionType(own.__code__, names, own.__name__, own.__defaults__)
        linked.__module__, linked.__qualname__ = own.__module__, own.__qualname__
        return linked

    def __call__(self, *arguments: Any) -> Any:
        """Run the compiled function, or the plain one without numba."""
        return (self.machine if has("numba") else self.plain)(*arguments)


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function when it is first called; it lets other threads run meanwhile."""
    return Kernel(function)
