"""Values as JSON can hold them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def json_value(value: Any) -> Any:
    """
    Return a value as JSON can hold it: what is unknown or infinite becomes null.

    Parameters
    ----------
    value
        A cell of a table, or a table, array, mapping or sequence of such values.

    Returns
    -------
    plain
        Tables as lists of rows, keys as text, dates in ISO 8601, anything else as text.

    Examples
    --------
    >>> json_value([float("nan"), np.int64(3), "km", dt.date(2025, 12, 31)])
    [None, 3, 'km', '2025-12-31']
    >>> json_value(pd.DataFrame({"minutes": [62.5, np.inf]}))
    [{'minutes': 62.5}, {'minutes': None}]
    """
    if isinstance(value, pd.DataFrame):
        value = value.to_dict("records")
    if isinstance(value, Mapping):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray | pd.Series | pd.Index):
        return [json_value(item) for item in value]
    plain = value.item() if isinstance(value, np.generic) else value
    if pd.isna(plain) or (isinstance(plain, float) and np.isinf(plain)):
        return None
    if isinstance(plain, dt.date):
        return plain.isoformat()
    return plain if isinstance(plain, int | float | str) else str(plain)


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
        True where there is nothing to show; 0 is something.
    """
    if isinstance(value, (str, list)):
        return not value
    scalar: Any = value
    return bool(pd.isna(scalar))
