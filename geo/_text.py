"""Print results as JSON or as aligned tables."""

from __future__ import annotations

import json
from typing import Any

from geo.language import spoken, translated

#: Columns whose cells are words of the package, not of the data.
SPOKEN = frozenset(
    {
        "mode",
        "status",
        "stage",
        "relation",
        "change",
        "confidence",
        "reason",
        "why",
        "name",
        "class",
    }
)


def print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def plain(value: Any) -> Any:  # noqa: ANN401
    """Return a result as JSON can hold it: tables as rows, NaN and infinity as null."""
    from geo.report import number

    if hasattr(value, "to_dict"):
        return plain(value.to_dict("records"))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return number(value)


def told(text: str) -> str:
    """Return a message in the language of the command."""
    return translated(text, spoken.get())


def say(text: str, **options: Any) -> None:  # noqa: ANN401
    """Print a message in the language of the command."""
    print(told(text), **options)


def print_table(rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """Print rows as aligned text; a Chinese character is two columns wide."""
    shown: dict[str, str] = {}
    for key, heading in columns.items():
        if key == "name_zh" and spoken.get() == "en" and rows and "name_en" in rows[0]:
            shown |= {"name_en": "name", "name_zh": "中文"}
        else:
            shown[key] = heading
    lines = [[told(heading) for heading in shown.values()]]
    lines += [[_cell(row.get(key), key) for key in shown] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        )
        print("  ".join(cells).rstrip())


def decimal(value: Any) -> str:  # noqa: ANN401
    """Return a number for a table: whole ones without decimals, nothing where there is none."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3f}"


def _cell(value: Any, key: str) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if key in SPOKEN:
        return told(str(value))
    return f"{value:.1f}" if isinstance(value, float) else " ".join(str(value).split())


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
