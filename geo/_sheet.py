"""The sheet of paper of a figure: its fonts, title, date and sources."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from geo._drawing import INK, say
from geo.mapping.facts import status_today
from geo.mapping.styles import Label

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from geo.layers import Layers

#: Fonts with Chinese letters, the first installed one is taken.
FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC",
         "Microsoft YaHei", "WenQuanYi Micro Hei", "Noto Sans CJK JP")  # fmt: skip
#: Landscape A4 in inches.
PAGE = (11.69, 8.27)
ACCURACY = Label(
    "线形精度因路段而异，不可用于测量或导航。",
    "Accuracy differs by section: not for survey or navigation.",
)

ASSUMED = Label("含届时预计通车的路段。", "With sections that are expected to be open by then.")


def chinese_font() -> str | None:
    """Return the first of the fonts for Chinese that is installed."""
    from matplotlib.font_manager import fontManager

    installed = set(fontManager.get_font_names())
    return next((name for name in FONTS if name in installed), None)


def settings() -> dict[Any, Any]:
    """Return the fonts, and what makes the bytes of a figure the same every time."""
    font = chinese_font()
    return {
        "font.family": [*([font] if font else []), "DejaVu Sans"],
        "axes.unicode_minus": False,
        "lines.scale_dashes": False,
        "svg.hashsalt": "geo",
        "svg.fonttype": "path",
        "pdf.fonttype": 3,  # outlines: fonts such as Noto Sans CJK cannot be embedded as TrueType
        "text.color": INK,
        "axes.edgecolor": "#9AA5AF",
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }


@contextmanager
def style() -> Iterator[None]:
    """Draw with these settings."""
    import matplotlib as mpl

    with mpl.rc_context(settings()):
        yield


def page(drawn: Layers, day: date, title: Label, lang: str, charts: int = 0) -> tuple[Figure, Any]:
    """Return a page with title, date and sources, and its axes: one of a map, or of charts."""
    from matplotlib.figure import Figure

    # the pages have a layout of their own, whatever a notebook has set
    figure = Figure(figsize=PAGE, dpi=100, layout="none")  # type: ignore[arg-type]
    region = drawn.catalogue.region
    first, second = (title.en, "") if lang == "en" else (title.zh, title.en * (lang == "both"))
    figure.text(0.025, 0.945, first, fontsize=18, fontweight="bold", va="baseline")
    figure.text(0.025, 0.918, second, fontsize=10.5, va="baseline", color="#4A5763")
    status = Label(f"状态日期 {day}", f"Status on {day}")
    figure.text(0.975, 0.945, say(status, lang, "  "), fontsize=10.5, ha="right", va="baseline")
    facts = Label(f"数据截至 {region.as_of}", f"Data as of {region.as_of}")
    lines = [f"{say(facts, lang, '  ')}  ·  {say(ACCURACY, lang)}", region.map.attribution]
    if charts:
        lines[0] = say(facts, lang, "  ")
    if status_today(drawn, day)["assumed"].any():
        lines[0] += f"  ·  {say(ASSUMED, lang)}"
    figure.text(0.025, 0.018, "\n".join(lines), fontsize=7, color="#4A5763", linespacing=1.5)
    if charts:
        left = 0.045 if charts > 1 else 0.16
        return figure, figure.subplots(
            1, charts, gridspec_kw={"left": left, "right": 0.975, "bottom": 0.155, "top": 0.87,
                                    "wspace": 0.12})  # fmt: skip
    return figure, figure.add_axes((0.025, 0.115, 0.95, 0.788))


def plain(ax: Axes, axis: Literal["x", "y"]) -> None:
    """Leave only what is read off a chart."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis=axis, color="#E3E8EC", linewidth=0.8)
    ax.set_axisbelow(True)
    ax.tick_params(axis="both" if axis == "y" else "x", labelsize=9)
