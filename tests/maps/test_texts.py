"""The texts of the pages: each is used, stands in both languages, and takes the same values."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from geo.catalogue import Label
from geo.maps import texts
from geo.maps.texts import Texts, read_texts

HOME = Path(texts.__file__).parent
KEY = re.compile(r'\b(?:TEXT|text)(?:\[|\.(?:fill|group|listed|columns)\()\s*"(\w+)"')


def rows(table, at=""):
    """Yield every text with its place in the file."""
    if isinstance(table, dict) and isinstance(table.get("zh"), str):
        yield at, table
        return
    pairs = table.items() if isinstance(table, dict) else enumerate(table)
    for key, value in pairs:
        yield from rows(value, f"{at}.{key}")


TEXTS = list(rows(read_texts()))


def uses(module):
    """Return the keys that a module and its template ask for, all of them literals."""
    files = [HOME / f"{module}.py", *HOME.glob(f"templates/{module}.html")]
    return {key for file in files for key in KEY.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("module", read_texts())
def test_a_module_uses_each_of_its_texts_and_no_other(module):
    assert uses(module) == set(read_texts()[module])
    assert f'TEXT = Texts("{module}")' in (HOME / f"{module}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(("at", "row"), TEXTS, ids=[at for at, _ in TEXTS])
def test_a_text_stands_in_both_languages_and_takes_the_same_values(at, row):
    assert set(row) <= {"zh", "en", "css"}
    assert row["zh"].strip()
    assert row["en"].strip()
    places = [{f for _, f, _, _ in Formatter().parse(row[lang]) if f} for lang in ("zh", "en")]
    assert places[0] == places[1]


def test_a_label_fills_each_language_with_its_own():
    name = Label("成都", "Chengdu")
    assert Texts("crossings").fill("side", name=name) == ("成都侧", "Chengdu side")


def test_an_unknown_text_is_named():
    with pytest.raises(KeyError, match=r"texts\.toml has no text 'nowhere' for 'index'"):
        Texts("index")["nowhere"]
