"""The texts of the pages and figures in both languages: `texts.toml`, by page and key."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from geo.catalogue import Label

FILE = Path(__file__).with_name("texts.toml")


def asset(name: str) -> str:
    """Return the text of one of the style sheets, scripts or notices of this package."""
    return (Path(__file__).parent / "assets" / name).read_text(encoding="utf-8")


@cache
def read_texts() -> dict[str, dict[str, Any]]:
    """Read the file of texts, once."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


class Texts:
    """The texts of one page: by key, and as groups and lists of them."""

    def __init__(self, page: str) -> None:
        self.page = page
        self._rows = read_texts()[page]

    def _row(self, key: str) -> Any:
        if key not in self._rows:
            raise KeyError(f"{FILE.name} has no text {key!r} for {self.page!r}")
        return self._rows[key]

    def __getitem__(self, key: str) -> Label:
        return _label(self._row(key))

    def fill(self, key: str, **values: Any) -> Label:
        """Return a text with values in its places; a label gives each language its own."""
        texts = []
        for i, template in enumerate(self[key]):
            own = {name: v[i] if isinstance(v, Label) else v for name, v in values.items()}
            texts.append(template.format(**own))
        return Label(*texts)

    def group(self, key: str) -> dict[str, Label]:
        """Return the texts of a table by their keys."""
        return {name: _label(row) for name, row in self._row(key).items()}

    def listed(self, key: str) -> list[Label]:
        """Return the texts of a list."""
        return [_label(row) for row in self._row(key)]

    def columns(self, key: str) -> list[tuple[Label, str]]:
        """Return the headings of a table with their classes of CSS."""
        return [(_label(row), row["css"]) for row in self._row(key)]


def _label(row: dict[str, str]) -> Label:
    return Label(row["zh"], row["en"])
