"""What the printed maps are made of: relief, borders, lines, names that keep apart, a scale."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from geo.admin import read_base, relief_file
from geo.mapping import facts
from geo.mapping.basemap import PROVINCE, RIVER, dissolved, simplified_counties
from geo.mapping.lettering import area_labels, city_labels
from geo.mapping.overview import mercator
from geo.mapping.styles import (
    BACKGROUND,
    CASING,
    CLASS,
    DASHES,
    EMPHASIS,
    LINES,
    OPACITY,
    OTHER_LINE,
    STAGE,
    Label,
    named,
    weight_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from matplotlib.axes import Axes
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

    from geo.layers import Layers

#: Points of a printed line per pixel of a line on the screen.
POINTS = 0.5
#: White ticks on a line, in points.
TICKS = (0.0, (3.0, 3.0))
#: Free space around the main corridors as a share of their extent.
MARGIN = 0.04
INK, GREY, WATER = "#1B2733", "#6B7680", "#2F6690"
#: Sizes of names in points: the first line and the second.
SIZES = {"metropolis": (12.5, 8.0), "city": (9.5, 6.8), "town": (7.2, 5.6),
         "river": (7.0, 5.8), "province": (10.0, 7.2)}  # fmt: skip
#: Where a name may stand around its place: steps across and up, tried in this order.
AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))


class Taken:
    """
    The boxes of a figure that nothing else may cover, in pixels.

    Parameters
    ----------
    ax
        The axes; nothing may reach out of them.
    """

    def __init__(self, ax: Axes) -> None:
        self.ax = ax
        self.boxes: list[Bbox] = []

    def free(self, box: Bbox) -> bool:
        """Return whether a box covers no other and stays inside."""
        frame = self.ax.bbox
        inside = (
            frame.x0 < box.x0 and box.x1 < frame.x1 and frame.y0 < box.y0 and box.y1 < frame.y1
        )
        return inside and not any(box.overlaps(other) for other in self.boxes)


class Stroke(NamedTuple):
    """The look of a group of lines: width in points, class, status."""

    width: float
    class_: str
    stage: str

    @property
    def color(self) -> str:
        """Return the colour."""
        return LINES.get(self.class_, OTHER_LINE).color

    @property
    def dash(self) -> Any:  # noqa: ANN401
        """Return the dashes as matplotlib takes them, in points."""
        if self.stage == "planned":
            return (0, (0.05, self.width * 2.2))
        steps = [float(step) * POINTS for step in DASHES[self.stage].split()]
        return (0, tuple(steps)) if steps else "solid"

    @property
    def cap(self) -> Literal["butt", "round"]:
        """Return the ends of dashes."""
        return "butt" if self.stage == "construction" else "round"


def say(label: Label, lang: str, between: str = " ") -> str:
    """Return a text in the language of the figure."""
    zh, en = label
    return {"zh": zh, "en": en}.get(lang) or (zh if zh == en else f"{zh}{between}{en}")


def show_region(ax: Axes, drawn: Layers) -> None:
    """Set the view around the main corridors, as wide as the axes are, within the frame."""
    main = drawn.routes[[EMPHASIS.get(g, BACKGROUND) == 1 for g in drawn.routes["group"]]]
    chosen = main if len(main) else drawn.routes
    frame = mercator(np.reshape(drawn.catalogue.region.frame, (2, 2)))
    box = mercator(np.reshape(chosen.total_bounds, (2, 2))) if len(chosen) else frame
    size = (box[1] - box[0]) * (1 + 2 * MARGIN)
    aspect = ax.bbox.width / ax.bbox.height
    size = np.array([max(size[0], size[1] * aspect), max(size[1], size[0] / aspect)])
    size *= min(1.0, *((frame[1] - frame[0]) / size))
    low = np.clip(box.mean(axis=0) - size / 2, frame[0], frame[1] - size)
    ax.set(xlim=(low[0], low[0] + size[0]), ylim=(low[1], low[1] + size[1]), xticks=[], yticks=[])
    ax.set_aspect("equal")


def draw_background(ax: Axes, drawn: Layers) -> None:
    """Draw relief, rivers, a veil over the neighbours and the borders of the provinces."""
    import shapely
    from matplotlib.collections import LineCollection
    from matplotlib.patches import PathPatch

    cat, base = drawn.catalogue, drawn.catalogue.region.base
    (west, south), (east, north) = frame = mercator(np.reshape(cat.region.frame, (2, 2)))
    if base.relief:
        from PIL import Image

        with Image.open(relief_file(cat)) as image:
            pixels = np.asarray(image.convert("RGB"))
        view = ax.axis()
        ax.imshow(pixels, extent=(west, east, south, north), alpha=0.72, zorder=0,
                  interpolation="bilinear", aspect="equal")  # fmt: skip
        ax.axis(view)
    if base.rivers:
        rivers = shapely.get_parts(read_base(cat, "rivers").geometry.to_numpy())
        lines = [mercator(shapely.get_coordinates(line)) for line in rivers]
        ax.add_collection(LineCollection(lines, colors=RIVER["color"], linewidths=0.8, zorder=1))
    if base.counties:
        own = np.array(dissolved(simplified_counties(cat), "province"), dtype=object)
        moved = shapely.transform(own, mercator)
        around = shapely.difference(shapely.box(*frame.ravel()), shapely.union_all(moved))
        veil = _path(shapely.orient_polygons(around))
        ax.add_patch(PathPatch(veil, facecolor="white", alpha=0.55, linewidth=0, zorder=2))
        rings = [shapely.get_coordinates(r) for r in shapely.get_rings(shapely.get_parts(moved))]
        ax.add_collection(LineCollection(rings, colors=PROVINCE["color"], linewidths=0.9,
                                         linestyles=(0, (6, 2, 1.4, 2)), alpha=0.8,
                                         zorder=3, label="provinces"))  # fmt: skip


def _path(area: Any) -> Any:  # noqa: ANN401
    """Return an area as a path of matplotlib, holes included."""
    import shapely
    from matplotlib.path import Path

    rings = [shapely.get_coordinates(r) for r in shapely.get_rings(shapely.get_parts(area))]
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))


def draw_lines(ax: Axes, drawn: Layers, day: date, faint: Collection[str] | None = None) -> None:
    """
    Draw every section once by class and status; those in `faint` as thin grey lines.

    The collections carry the label ``sections …``: their paths are the sections.
    """
    import shapely
    from matplotlib.collections import LineCollection

    groups: dict[Stroke | None, list[np.ndarray]] = {}
    for key, row in facts.status_today(drawn, day).iterrows():
        width = weight_of(row["class"], row["group"]) * POINTS
        low = faint is not None and str(key) in faint
        stroke = None if low else Stroke(width, row["class"], row["stage"])
        points = mercator(shapely.get_coordinates(row["geometry"]))
        groups.setdefault(stroke, []).append(points)
    for stroke, lines in groups.items():
        if stroke is None:
            ax.add_collection(LineCollection(lines, colors=GREY, linewidths=0.5, alpha=0.55,
                                             zorder=4, label="sections faint"))  # fmt: skip
            continue
        level = 5 + stroke.width
        if stroke.stage != "planned":
            ax.add_collection(LineCollection(lines, colors=CASING, linewidths=stroke.width + 1.2,
                                             alpha=0.92, zorder=level - 0.1))  # fmt: skip
        ax.add_collection(
            LineCollection(lines, colors=stroke.color, linewidths=stroke.width,
                           linestyles=[stroke.dash], capstyle=stroke.cap, joinstyle="round",
                           alpha=OPACITY[stroke.stage], zorder=level,
                           label=f"sections {stroke.class_} {stroke.stage}"))  # fmt: skip
        if LINES.get(stroke.class_, OTHER_LINE).ticks and stroke.stage == "open":
            ax.add_collection(LineCollection(lines, colors=CASING, linewidths=stroke.width / 2,
                                             linestyles=[TICKS],
                                             zorder=level + 0.05))  # fmt: skip


def draw_legend(ax: Axes, drawn: Layers, day: date, lang: str) -> None:
    """Draw the legend below the map: classes and status that are on it."""
    from matplotlib.legend_handler import HandlerTuple
    from matplotlib.lines import Line2D

    status = facts.status_today(drawn, day)
    present = set(status["class"])
    looks = [
        (Stroke(LINES.get(key, OTHER_LINE).weight * POINTS, key, "open"), named(CLASS, key))
        for key in [*LINES, *sorted(present.difference(LINES))]
        if key in present
    ]
    looks += [
        (Stroke(1.6, "", stage), STAGE[stage]) for stage in DASHES if stage in set(status["stage"])
    ]
    handles = []
    for stroke, _ in looks:
        line = Line2D([], [], color=stroke.color, linewidth=stroke.width, linestyle=stroke.dash)
        line.set_dash_capstyle(stroke.cap)
        ticks = Line2D([], [], color=CASING, linewidth=stroke.width / 2, linestyle=TICKS)
        has_ticks = LINES.get(stroke.class_, OTHER_LINE).ticks
        handles.append((line, ticks) if has_ticks else (line,))
    legend = ax.legend(handles, [say(label, lang) for _, label in looks], ncols=4, fontsize=7.5,
                       loc="upper left", bbox_to_anchor=(-0.004, 0.0), frameon=False,
                       handlelength=3.6, columnspacing=2.4, labelspacing=0.5, borderaxespad=0.3,
                       handler_map={tuple: HandlerTuple(ndivide=1)})  # fmt: skip
    legend.set_zorder(40)


def draw_scale(ax: Axes, taken: Taken) -> None:
    """Draw a scale bar that is true at the middle latitude of the view."""
    (low, high), (left, right) = ax.get_ylim(), ax.get_xlim()
    latitude = np.arctan(np.sinh((low + high) / 2))
    km = 6378.137 * np.cos(latitude)
    steps = np.outer(10.0 ** np.arange(-2, 4), (1, 2, 5)).ravel()
    length = float(steps[steps / km < (right - left) / 5].max())
    x, y = left + (right - left) * 0.02, low + (high - low) * 0.035
    tick = (high - low) * 0.006
    ax.plot([x, x, x + length / km, x + length / km], [y + tick, y, y, y + tick], color=INK,
            linewidth=1.1, zorder=41, solid_capstyle="butt", label="scale")  # fmt: skip
    label = f"{length:g} km ({np.degrees(latitude):.0f}° N)"
    text = ax.text(x + length / km / 2, y + tick, label, fontsize=7, ha="center", va="bottom",
                   color=INK, zorder=41, path_effects=_halo())  # fmt: skip
    taken.boxes.append(text.get_window_extent().padded(6))


def draw_names(ax: Axes, drawn: Layers, lang: str, taken: Taken, *, smallest: int = 8) -> None:
    """Write the names of cities, rivers and neighbours, the most important first."""
    box = ax.viewLim
    cities = [item for item in city_labels(drawn.catalogue) if item["zoom"] <= smallest]
    at = {id(item): mercator(np.array([item["at"][::-1]]))[0] for item in cities}
    for item in cities:
        place = ax.transData.transform(at[id(item)])
        if box.contains(*at[id(item)]):
            size = {"metropolis": 6.0, "city": 4.0}.get(item["kind"], 2.6)
            ax.plot(*at[id(item)], "o", markersize=size, markerfacecolor="white", zorder=30,
                    markeredgecolor=INK, markeredgewidth=1.3 if size > 3 else 0.8)  # fmt: skip
            dot = size * ax.figure.dpi / 72 / 2
            taken.boxes.append(_box(place, dot, dot))
    for item in cities:
        _write(ax, item, at[id(item)], lang, taken)
    for item in area_labels(drawn.catalogue):
        _write(ax, item, mercator(np.array([item["at"][::-1]]))[0], lang, taken)


def _write(ax: Axes, item: dict[str, Any], at: np.ndarray, lang: str, taken: Taken) -> None:
    """Write a name in two lines at the first position around its place that is free."""
    if not ax.viewLim.contains(*at):
        return
    area = item["kind"] in ("river", "province")
    color = {"river": WATER, "province": GREY}.get(item["kind"], INK)
    main, second = SIZES[item["kind"]]
    texts = [item["en"] if lang == "en" else item["zh"]]
    if lang == "both" and item["kind"] != "river" and item["en"] != item["zh"]:
        texts.append(item["en"])
    parts = [
        ax.annotate(text, tuple(at), xytext=(0, 0), textcoords="offset points",
                    ha="center", va="center", fontsize=size, color=color, zorder=35,
                    path_effects=_halo(),
                    rotation=-item.get("angle", 0), annotation_clip=True,
                    fontweight="bold" if size == main and not area else "normal")
        for text, size in zip(texts, (main, second), strict=False)
    ]  # fmt: skip
    extents = [part.get_window_extent() for part in parts]
    scale = 72 / ax.figure.dpi
    width = max(box.width for box in extents) * scale
    height = sum(box.height for box in extents) * scale - (1.5 if len(parts) > 1 else 0)
    place = ax.transData.transform(at)
    away = 3.4 + (0 if item["kind"] == "town" else 1.6)
    for right, up in ((0, 0),) if area else AROUND:
        middle = np.array([right * (width / 2 + away), up * (height / 2 + away)])
        box = _box(place + middle / scale, width / scale / 2, height / scale / 2)
        if taken.free(box):
            taken.boxes.append(box)
            _stack(parts, extents, middle, height, scale)
            return
    for part in parts:
        part.remove()


def _stack(
    parts: list[Annotation], extents: list[Bbox], middle: np.ndarray, height: float, scale: float
) -> None:
    """Put the lines of a name below one another around its middle."""
    top = middle[1] + height / 2
    for part, extent in zip(parts, extents, strict=True):
        part.set_position((middle[0], top - extent.height * scale / 2))
        top -= extent.height * scale - 1.5


def draw_numbers(ax: Axes, found: list[Any], colors: dict[str, str], taken: Taken) -> None:
    """Write the numbers of crossings, moved apart with a line to where they belong."""
    shapes = {"road": "circle,pad=0.22", "rail": "round,pad=0.28", "water": "round4,pad=0.3"}
    scale = 72 / ax.figure.dpi
    for item in found:
        at = mercator(np.array([[item.row.geometry.x, item.row.geometry.y]]))[0]
        place, color = ax.transData.transform(at), colors.get(item.mode, OTHER_LINE.color)
        half = np.array([3.1 + 1.9 * len(item.number), 6.2])
        for reach, turn in product((0, 10, 16, 23, 31, 40), np.arange(16) * np.pi / 8):
            shift = reach * np.array([np.cos(turn), np.sin(turn)])
            box = _box(place + shift / scale, *(half / scale))
            if taken.free(box):
                break
        taken.boxes.append(box)
        full = item.row.status == "open"
        ax.plot(*at, "o", markersize=2.6, color=color, markeredgecolor="white",
                markeredgewidth=0.5, zorder=32)  # fmt: skip
        line = {"arrowstyle": "-", "color": color, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
        frame = {"boxstyle": shapes.get(item.mode, "round"), "linewidth": 1,
                 "facecolor": color if full else "white", "edgecolor": color}  # fmt: skip
        for text, order in (("", 33), (item.number, 34)):
            ax.annotate(text, tuple(at), xytext=tuple(shift), textcoords="offset points",
                        ha="center", va="center", fontsize=7.5, fontweight="bold", zorder=order,
                        color="white" if full else color, bbox=frame if text else None,
                        arrowprops=line if reach and not text else None)  # fmt: skip


def _box(middle: np.ndarray, half_width: float, half_height: float) -> Bbox:
    """Return a box around a point, in pixels."""
    from matplotlib.transforms import Bbox

    half = np.array([half_width, half_height])
    return Bbox([middle - half, middle + half])


def _halo() -> list[Any]:
    """Return the white rim of letters."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.0, foreground="white", alpha=0.9)]
