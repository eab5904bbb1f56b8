"""A description of tables in files that programs read: a Data Package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from pandas import DataFrame

    from geo.catalogue import Catalogue

#: Types of columns by the kind that pandas gives them; the rest is text.
_TYPES = {"i": "integer", "u": "integer", "f": "number", "b": "boolean"}


def datapackage(catalogue: Catalogue, tables: dict[str, DataFrame]) -> dict[str, Any]:
    """
    Return the description of CSV files that hold some tables.

    Parameters
    ----------
    catalogue
        The catalogue they come from.
    tables
        Tables by name, as they are written to ``NAME.csv``: with their index where it has a name.

    Returns
    -------
    package
        A Data Package with a schema per table; units stand in the names of the columns.
    """
    region = catalogue.region
    licences = _licences(catalogue)
    return {
        "profile": "tabular-data-package",
        "name": "chuanyu-geo-export",
        "title": f"{region.name_zh} {region.name_en}",
        "description": f"Data as of {region.as_of.isoformat()}",
        **({"licenses": licences} if licences else {}),
        "resources": [_resource(name, table) for name, table in tables.items()],
    }


def write_datapackage(package: dict[str, Any], path: Path) -> None:
    """
    Write a description.

    Parameters
    ----------
    package
        The description.
    path
        The file, such as ``datapackage.json``.
    """
    from geo.export import replaced

    with replaced(path) as temporary:
        text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _licences(catalogue: Catalogue) -> list[dict[str, str]]:
    """Return the licences that the data folder names for its tables."""
    path = catalogue.folder / "datapackage.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return list(found.get("licenses", []))


def _resource(name: str, table: DataFrame) -> dict[str, Any]:
    whole = table.reset_index() if table.index.name else table
    fields = [{"name": str(column), "type": _type(whole[column].dtype)} for column in whole]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _type(dtype: Any) -> str:  # noqa: ANN401
    return _TYPES.get(getattr(dtype, "kind", "O"), "string")
