"""Two depths of trying: one of each kind by default, the others behind the marker `long`."""

from __future__ import annotations

import pytest


def first_by_default(*values):
    """Return parameters of which only the first is tried unless `-m long` asks for the others."""
    others = [value if isinstance(value, tuple) else (value,) for value in values[1:]]
    return [values[0], *(pytest.param(*value, marks=pytest.mark.long) for value in others)]
