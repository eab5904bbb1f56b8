"""Print results as JSON or as aligned tables."""

from __future__ import annotations

import json
import re
from typing import Any

from geo.cli.messages import spoken, translated

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
_NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+%?")
#: Values of facts that are not known or empty.
_NOTHING: tuple[Any, ...] = (None, "", [], {})


def print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def plain(value: Any) -> Any:
    """Return a result as JSON can hold it: tables as rows, NaN and infinity as null."""
    from geo.core import json_value

    if hasattr(value, "to_dict"):
        return plain(value.to_dict("records"))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return json_value(value)


def told(text: str) -> str:
    """Return a message in the language of the command."""
    return translated(text, spoken.get())


def say(text: str, **options: Any) -> None:
    """Print a message in the language of the command."""
    print(told(text), **options)


def print_table(rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    """Print rows as aligned text, numbers to the right; a hanzi is two columns wide."""
    shown: dict[str, str] = {}
    for key, heading in columns.items():
        if key == "name_zh" and spoken.get() == "en" and rows and "name_en" in rows[0]:
            shown |= {"name_en": "name", "name_zh": "中文"}
        else:
            shown[key] = heading
    lines = [[told(heading) for heading in shown.values()]]
    lines += [[_cell(row.get(key), key) for key in shown] for row in rows]
    cells_of = list(zip(*lines, strict=True))
    widths = [max(map(_width, column)) for column in cells_of]
    right = [all(map(_NUMBER.fullmatch, filter(None, column[1:]))) for column in cells_of]
    for line in lines:
        cells = []
        for cell, width, number in zip(line, widths, right, strict=True):
            space = " " * (width - _width(cell))
            cells.append(space + cell if number else cell + space)
        print("  ".join(cells).rstrip())


def print_sheet(sheet: dict[str, Any]) -> None:
    """Print facts one below the other, groups of facts as tables below their name."""
    after = False
    for key, value in sheet.items():
        rows = _rows(value)
        if rows:
            print(f"\n{told(key)}")
            print_table(rows, _columns(rows))
        elif value not in _NOTHING:
            print(("\n" if after else "") + f"{told(key)}: {_cell(value, key)}")
        after = bool(rows)


def _rows(value: Any) -> list[dict[str, Any]]:
    """Return facts that make a table: dicts in a list, or by mode of travel."""
    if isinstance(value, list):
        return value if value and isinstance(value[0], dict) else []
    groups = value.items() if isinstance(value, dict) else ()
    listed = {mode: [item] if isinstance(item, dict) else item for mode, item in groups}
    return [
        {"mode": mode, **row}
        for mode, rows in listed.items()
        for row in rows or ()
        if any(cell not in (*_NOTHING, 0) for cell in row.values())
    ]


def _columns(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return the columns that are not empty, without ids of lists and the other language."""
    filled = {name for row in rows for name, cell in row.items() if cell not in _NOTHING}
    kept = [name for name in dict.fromkeys(name for row in rows for name in row)
            if name in filled and not name.endswith("_ids")]  # fmt: skip
    for name in [name for name in kept if name.endswith("_en")]:
        stem = name.removesuffix("_en")
        local = stem if stem in kept else f"{stem}_zh"
        if local in kept:  # print_table gives both of name_zh and name_en
            kept.remove(local if spoken.get() == "en" and stem != "name" else name)
    kept.sort(key=lambda name: any(isinstance(row.get(name), list) for row in rows))  # wide last
    return {name: name.removesuffix("_en") for name in kept}


def decimal(value: Any) -> str:
    """Return a number for a table: whole ones without decimals, nothing where there is none."""
    if value is None or value != value:
        return ""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.3f}"


def _cell(value: Any, key: str) -> str:
    if value is None:
        return ""
    if key in SPOKEN:
        return told(str(value))
    if isinstance(value, list):
        return " · ".join(_cell(item, key) for item in value)
    if isinstance(value, dict):  # what two sides of a border say
        return " · ".join(f"{name} {_said(item)}" for name, item in value.items())
    if isinstance(value, float):
        return f"{value:.4f}" if key in ("lon", "lat") else f"{value:.1f}"
    return " ".join(str(value).split())


def _said(facts: dict[str, Any]) -> str:
    known = {name: cell for name, cell in facts.items() if cell not in _NOTHING}
    return ", ".join(
        f"{told(name)} {_cell(cell, name)}" if isinstance(cell, int) else _cell(cell, name)
        for name, cell in known.items()
    )


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
