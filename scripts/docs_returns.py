"""Griffe extension: a word above a result is its name; its type stands in the signature."""

from __future__ import annotations

import re
from typing import Any

import griffe

RETURNS = re.compile(r"(?<=\nReturns\n-------\n).*?(?=\n\n\w+\n-+\n|\Z)", re.DOTALL)


class Returns(griffe.Extension):
    """Mark the names of results, which the parser would take for types."""

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        """Add the colon that makes a word a name."""
        if func.docstring is not None:
            func.docstring.value = RETURNS.sub(_named, func.docstring.value)


def _named(block: re.Match[str]) -> str:
    return re.sub(r"^(\w+)$", r"\1:", block[0], flags=re.MULTILINE)
