"""Values as JSON can hold them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def json_value(value: Any) -> float | int | str | bool | None:
    """
    Return a value as JSON can hold it: NaN and infinity become null.

    Parameters
    ----------
    value
        Anything a table cell holds.

    Returns
    -------
    plain
        A number, text, truth value or None.

    Examples
    --------
    >>> json_value(float("nan")), json_value(np.int64(3)), json_value("km")
    (None, 3, 'km')

    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int | bool):
        return value
    try:
        return float(value) if np.isfinite(value) else None
    except TypeError:
        return None if str(value) == "<NA>" else str(value)


def is_unknown(value: object) -> bool:
    """
    Tell whether a value is empty: None, NaN, NA, or nothing in it.

    Parameters
    ----------
    value
        A number, text or list.

    Returns
    -------
    unknown
        True where there is nothing to show.

    Examples
    --------
    >>> is_unknown(float("nan")), is_unknown(0)
    (True, False)

    """
    if isinstance(value, (str, list)):
        return not value
    scalar: Any = value
    return bool(pd.isna(scalar))
