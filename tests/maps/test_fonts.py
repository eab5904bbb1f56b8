"""Names in any script are drawn in fonts that have all of their letters, on figures and pages."""

from __future__ import annotations

from datetime import date

import extract
import pytest
from extract_region import line

from geo.catalogue import load
from geo.layers import build_layers
from geo.maps import write_figures
from geo.maps.fonts import figure_fonts, font_rule
from geo.maps.network import network_page
from geo.sources import draft_region

NAMES = ("Iż-Żurrieq, Ħal Għaxaq", "Αθήνα", "Київ", "بيروت")


@pytest.mark.parametrize(
    ("languages", "first"),
    [(("zh", "en"), "Noto Sans CJK SC"), (("ja", "en"), "Noto Sans CJK JP"),
     (("mt", "en"), "DejaVu Sans"), (("ar", "en"), "DejaVu Sans")],
)  # fmt: skip
def test_the_language_says_which_font_comes_first(languages, first):
    installed = {"Noto Sans CJK SC", "Noto Sans CJK JP", "DejaVu Sans", "Noto Sans Arabic"}
    found = figure_fonts(languages, installed)
    assert found[0] == first
    assert set(found) == installed
    assert figure_fonts(languages, set()) == ["DejaVu Sans"]


def test_names_of_five_scripts_are_drawn_whole(tmp_path):
    """A letter that no font of the figure has would be a warning, which is an error here."""
    pytest.importorskip("osmium")
    pytest.importorskip("matplotlib")
    roads = [(line((9 * k, 0), (9 * k + 8, 0)), {"highway": "trunk", "name": name})
             for k, name in enumerate(NAMES)]  # fmt: skip
    towns = [(*line((9 * k, 1))[0], {"place": "town", "name": name, "population": "9000"})
             for k, name in enumerate(NAMES)]  # fmt: skip
    file = extract.write(tmp_path / "names.osm.pbf", roads, towns)
    draft_region(tmp_path / "r", file, languages=("mt", "en"))
    layers = build_layers(load(tmp_path / "r"))
    assert {city.name for city in layers.catalogue.cities} == set(NAMES)
    day = date(2026, 3, 1)
    made = write_figures(layers, tmp_path, date=day, pages=["network"], formats=["png"])
    assert made == ["network.png"]
    page = network_page(layers, date=day)
    assert font_rule(("mt", "en")) in page
    assert page.index(font_rule(("mt", "en"))) > page.index("--sans:")


def test_pages_of_chinese_regions_keep_their_fonts():
    assert font_rule(("zh", "en")) == font_rule(("zh-Hans",)) == ""
    assert font_rule(("ja", "en")).index("Noto Sans CJK JP") < font_rule(("ja",)).index("Segoe UI")
    assert font_rule(("el", "en")).startswith(':root { --sans: "Segoe UI"')
