"""Figures for print: real files, the right lines, names that keep apart, the same bytes twice."""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections import Counter
from datetime import date
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
import toy
from matplotlib.collections import LineCollection
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from PIL import Image

import geo
from geo.cli.main import main
from geo.core.errors import BadInputError
from geo.maps import FIGURES, figures
from geo.maps.figures import chinese_font
from geo.scenarios.comparison import compare_cities

DAY = date(2026, 11, 23)
CHINESE = re.compile("[\u4e00-\u9fff]")


def figure_style():
    return mpl.rc_context(figures._settings())


needs_chinese = pytest.mark.skipif(
    not chinese_font(), reason="no Chinese font: apt-get install fonts-noto-cjk"
)


def drawn_sections(figure):
    """Number of sections in all collections of lines, by the label of the collection."""
    counts = Counter()
    for lines in figure.axes[0].collections:
        if isinstance(lines, LineCollection) and lines.get_label().startswith("sections"):
            counts[lines.get_label()] += len(lines.get_paths())
    return counts


def boxes(figure):
    """Boxes of all names and numbers on a map; both lines of a name are one."""
    texts = [t for t in figure.axes[0].texts if t.get_text() and isinstance(t, Annotation)]
    groups = itertools.groupby(texts, key=lambda text: text.xy)
    return [Bbox.union([t.get_window_extent() for t in group]) for _, group in groups]


def words(figure):
    return " ".join(text.get_text() for text in figure.findobj(Text))


@pytest.fixture(scope="module", params=["both", "zh", "en"])
def network(request, drawn):
    with figure_style():
        yield figures.network_map(drawn, DAY, request.param), request.param


@needs_chinese
def test_every_section_is_drawn_once(network, drawn):
    figure, _ = network
    counts = drawn_sections(figure)
    assert sum(counts.values()) == len(drawn.sections)
    status = drawn.sections["status"].value_counts()
    for stage in ("open", "construction", "planned"):
        assert sum(n for label, n in counts.items() if label.endswith(stage)) == status[stage]


@needs_chinese
def test_names_keep_apart_and_on_the_map(network):
    figure, _ = network
    found = boxes(figure)
    assert len(found) > 30
    frame = figure.axes[0].bbox
    for box in found:
        assert frame.x0 <= box.x0
        assert box.x1 <= frame.x1
        assert frame.y0 <= box.y0
        assert box.y1 <= frame.y1
    shrunk = [box.padded(-0.5) for box in found]
    assert not [pair for pair in itertools.combinations(shrunk, 2) if pair[0].overlaps(pair[1])]


@needs_chinese
def test_the_words_are_in_the_language(network):
    figure, lang = network
    text = words(figure)
    assert "OpenStreetMap contributors" in text
    assert "2026-11-23" in text
    assert ("重庆" in text) == (lang != "en")
    assert ("Chongqing" in text) == (lang != "zh")
    assert ("在建" in text) == (lang != "en")


def test_a_later_day_says_what_it_assumes(drawn):
    with figure_style():
        later, today = (figures.network_map(drawn, day, "en") for day in (date(2030, 12, 31), DAY))
    assert "expected to be open" in words(later)
    assert "expected to be open" not in words(today)


def test_the_scale_bar_is_true(drawn):
    """A hundred kilometres on the map are a hundred on the ellipsoid, within half a percent."""
    from pyproj import Geod

    with figure_style():
        ax = figures.network_map(drawn, DAY, "en").axes[0]
    bar = next(line for line in ax.lines if line.get_label() == "scale")
    length = float(re.search(r"(\d+) km", words(ax.figure))[1])
    (x0, x1), y = bar.get_xdata()[[1, 2]], np.mean(ax.get_ylim())
    lon, lat = np.degrees([x0, x1]), np.degrees(np.arctan(np.sinh(y)))
    km = Geod(ellps="WGS84").inv(lon[0], lat, lon[1], lat)[2] / 1000
    assert km == pytest.approx(length, rel=0.005)


@needs_chinese
def test_crossings_are_numbered_like_the_page(drawn):
    from geo.layers.crossings import border_crossings

    with figure_style():
        figure = figures.crossings_map(drawn, DAY)
    found = border_crossings(drawn, year=DAY)
    counts = drawn_sections(figure)
    own = {side.section_id for sides in found["sides"] for side in sides.values()}
    assert sum(counts.values()) == len(drawn.sections)
    assert counts["sections faint"] == len(drawn.sections) - len(own)
    numbers = [
        t.get_text() for t in figure.axes[0].texts if re.fullmatch(r"[RW]?\d+", t.get_text())
    ]
    modes = found["mode"].value_counts()
    expected = {
        f"{prefix}{n + 1}"
        for mode, prefix in (("road", ""), ("rail", "R"), ("water", "W"))
        for n in range(modes.get(mode, 0))
    }
    assert len(numbers) == len(found)
    assert set(numbers) == expected
    found_boxes = [box.padded(-0.5) for box in boxes(figure)]
    assert not [p for p in itertools.combinations(found_boxes, 2) if p[0].overlaps(p[1])]


@needs_chinese
def test_the_growth_ends_at_the_counts_of_the_day(drawn):
    from geo.layers.crossings import border_crossings

    with figure_style():
        figure = figures.growth_figure(drawn, DAY)
    found = border_crossings(drawn, year=DAY)
    for ax, mode in zip(figure.axes, ("road", "rail"), strict=True):
        line = next(x for x in ax.lines if "两侧贯通" in str(x.get_label()))
        assert line.get_xdata()[[0, -1]].tolist() == [1995, 2026]
        here = found[found["mode"] == mode]
        assert line.get_ydata()[-1] == (here["status"] == "open").sum()
        later = list(ax.lines)[list(ax.lines).index(line) + 1]
        assert later.get_xdata()[[0, -1]].tolist() == [2026, 2035]
        assert later.get_ydata()[-1] <= len(here)


@needs_chinese
def test_accessibility_shows_the_means_of_every_city(drawn):
    with figure_style():
        figure = figures.accessibility_figure(drawn, DAY, "zh")
    today, later = figure.axes[0].lines[:2]
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    table = compare_cities(drawn, DAY, date(2030, 12, 31)).set_index("name").loc[names]
    assert len(table) == len(today.get_xdata()) > 40
    assert np.allclose(today.get_xdata(), table["mean_min_before"])
    assert np.allclose(later.get_xdata(), table["mean_min_after"])


@pytest.mark.long
@needs_chinese
def test_files_are_real_and_the_same_twice(drawn, tmp_path):
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        made.append(
            figures.write_figures(
                drawn, folder, date=DAY, pages=["crossings"], formats=["png", "svg", "pdf"]
            )
        )
    assert made[0] == made[1]
    assert len(made[0]) == 6
    for name in made[0]:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), (
            name
        )
    with Image.open(tmp_path / "one/crossings.png") as image:
        assert image.size == (3507, 2481)
        assert len(image.convert("RGB").getcolors(2**24)) > 1000
    root = ET.parse(tmp_path / "one/crossings.svg").getroot()
    assert root.tag.endswith("svg")
    assert not [node for node in root.iter() if node.tag.endswith("}text")]
    pdf = (tmp_path / "one/crossings.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")


def run(capsys, *arguments):
    code = main(["map", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_writes_pages_and_figures(tmp_path, capsys):
    code, out, err = run(
        capsys,
        "network",
        "plan",
        "--format",
        "png,html",
        "--lang",
        "en",
        "--year",
        str(DAY),
        "--out",
        str(tmp_path),
        "--json",
    )
    assert code == 0
    assert json.loads(out)["pages"] == ["network.html", "plan.html", "network.png"]
    assert sorted(file.name for file in tmp_path.glob("[!.]*")) == [
        "network.html",
        "network.png",
        "plan.html",
    ]
    assert err == ""


def test_pages_without_a_figure_are_said_to_be_skipped(tmp_path, capsys):
    code, out, err = run(
        capsys, "criticality", "--format", "svg", "--out", str(tmp_path), "--json"
    )
    assert code == 0
    assert json.loads(out)["pages"] == []
    assert err == "note: nothing written for criticality: it has no such map\n"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--format", "gif"], "no format 'gif'"),
        (["nothing", "--format", "png"], "no page 'nothing'"),
        (["nothing"], "no page 'nothing'"),
    ],
)
def test_what_is_unknown_is_refused(tmp_path, capsys, arguments, text):
    code, _, err = run(capsys, *arguments, "--out", str(tmp_path / "out"))
    assert code == 2
    assert text in err
    assert not (tmp_path / "out").exists()


def test_an_unknown_language_is_refused(drawn, tmp_path):
    with pytest.raises(BadInputError, match="language 'fr'"):
        figures.write_figures(
            drawn, tmp_path, date=DAY, pages=["network"], formats=["png"], lang="fr"
        )


def test_without_matplotlib_one_line_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, err = run(capsys, "network", "--format", "png", "--out", str(tmp_path / "out"))
    assert code == 2
    assert err == "figures need matplotlib: pip install 'chuanyu-geo[figures]'\n"
    assert not (tmp_path / "out").exists()


def test_without_a_chinese_font_the_figures_are_in_english(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(figures, "FONTS", ())
    shown, save = [], figures._save

    def seen(figure, *arguments):
        shown.append(words(figure))
        save(figure, *arguments)

    monkeypatch.setattr(figures, "_save", seen)
    code, _, err = run(
        capsys, "network", "--format", "svg", "--year", str(DAY), "--out", str(tmp_path)
    )
    assert code == 0
    assert "warning: no Chinese font" in err
    assert not CHINESE.search(shown[0])
    assert "© OpenStreetMap contributors (ODbL) · Tianditu · Natural Earth" in shown[0]


def test_a_region_without_borders_and_relief_has_figures(tmp_path):
    cat = geo.load(toy.region(tmp_path / "data", toy.K_NODES, toy.K_EDGES, toy.K_POPULATION))
    names = figures.write_figures(
        geo.build_layers(cat),
        tmp_path,
        date=date(2026, 1, 1),
        pages=list(FIGURES),
        formats=["svg"],
    )
    assert len(names) == 4
    assert all((tmp_path / name).stat().st_size > 1000 for name in names)


def test_charts_of_a_notebook_take_the_looks_of_the_figures(drawn):
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from geo.maps.figures import OKABE_ITO, network_map, use_style

    with mpl.rc_context():
        use_style()
        axes = Figure().subplots()
        assert [axes.plot([0, 1])[0].get_color() for _ in OKABE_ITO] == list(OKABE_ITO)
        assert not axes.spines["top"].get_visible()
        assert mpl.rcParams["svg.hashsalt"] == "geo"
        sheet = network_map(drawn, drawn.catalogue.region.as_of)
        assert sheet.axes[0].get_position().bounds == pytest.approx(
            (0.025, 0.115, 0.95, 0.788), abs=0.06
        )
        assert not sheet.get_constrained_layout()
