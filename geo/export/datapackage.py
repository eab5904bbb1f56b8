"""A description of tables in files that programs read: a Data Package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pandas import DataFrame

from geo.catalogue import Catalogue

#: Types of columns by the kind that pandas gives them; the rest is text.
_TYPES = {"i": "integer", "u": "integer", "f": "number", "b": "boolean"}
#: Columns that name a row of another table: that table and its key.
_NAMING = {
    **dict.fromkeys(("from_place", "to_place"), ("places", "place_id")),
    **dict.fromkeys(("u", "v"), ("nodes", "place_id")),
    **dict.fromkeys(("from_node_id", "to_node_id"), ("node", "node_id")),
    "route_id": ("routes", "route_id"),
    "section_id": ("sections", "section_id"),
    "geometry_id": ("geometry", "geometry_id"),
}


def with_index_column(frame: DataFrame) -> DataFrame:
    """Return a table with its index as a column, where the index has a name."""
    return frame.reset_index(drop=frame.index.name is None)


def package_description(catalogue: Catalogue, tables: Mapping[str, DataFrame]) -> dict[str, Any]:
    """
    Return the Data Package of tables that are written to ``NAME.csv``.

    It has a schema per table, the key of each and what it names in others; a table has its
    index as a column where this has a name. Units stand in the names of the columns.
    """
    region = catalogue.region
    licences = _licences(catalogue)
    return {
        "profile": "tabular-data-package",
        "name": "chuanyu-geo-export",
        "title": f"{region.name} {region.name_en}",
        "description": f"Data as of {region.as_of.isoformat()}",
        **({"licenses": licences} if licences else {}),
        "resources": [_resource(name, table, set(tables)) for name, table in tables.items()],
    }


def licence_terms(catalogue: Catalogue) -> str:
    """Return in one line under which licences the data stand, if any, and whom to name."""
    names = [licence["name"] for licence in _licences(catalogue)]
    credit = ["© OpenStreetMap contributors"] if "ODbL-1.0" in names else []
    return "; ".join([*names, *credit])


def _licences(catalogue: Catalogue) -> list[dict[str, str]]:
    """Return the licences that the data folder names for its tables."""
    path = catalogue.folder / "datapackage.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return list(found.get("licenses", []))


def _resource(name: str, table: DataFrame, others: set[str]) -> dict[str, Any]:
    key, full = table.index.name, with_index_column(table)
    fields = [{"name": str(column), "type": _type(full[column].dtype)} for column in full]
    naming = {column: _NAMING[column] for column in full if column in _NAMING}
    foreign = [
        {"fields": column, "reference": {"resource": other, "fields": named}}
        for column, (other, named) in naming.items()
        if other in others - {name}
    ]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": fields,
            "missingValues": [""],
            **({"primaryKey": key} if key else {}),
            **({"foreignKeys": foreign} if foreign else {}),
        },
    }


def _type(dtype: Any) -> str:
    return _TYPES.get(getattr(dtype, "kind", "O"), "string")
