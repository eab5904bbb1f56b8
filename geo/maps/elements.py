"""What the templates of the pages build on: texts, numbers, samples of lines and points."""

from __future__ import annotations

import marshal
import re
from collections.abc import Iterable, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from geo.catalogue import (
    ACCURACY,
    ASSUMED,
    CHANGE,
    CLASS,
    GROUP,
    KIND,
    MODE,
    STAGE,
    STATUS_CODES,
    TRAVEL,
    Catalogue,
    Label,
    named,
)
from geo.core import is_unknown, remembered
from geo.layers import CASING, CASING_WIDTH, CASINGS, DASHES, LINES, OTHER_LINE, POINTS, weight_of
from geo.maps.texts import Texts, asset

TEXT = Texts("elements")


def render(template: str, /, **values: Any) -> str:
    """Return a page or a part of one from its template."""
    return TEMPLATES.get_template(f"{template}.html").render(values)


def number(value: object, digits: int = 0) -> str:
    """Return a number with its thousands separated, or a dash where it is unknown."""
    return "–" if is_unknown(value) else f"{value:,.{digits}f}"


def people_label(value: Any, *, sign: bool = False) -> Label:
    """Return a number of people as it is known, to three digits, in the units of each language."""
    if is_unknown(value):
        return Label("–", "–")
    if sign and value:
        zh, en = people_label(abs(value))
        mark = "+" if value > 0 else "−"
        return Label(mark + zh, mark + en)
    rounded = float(f"{value:.3g}")
    plain = f"{rounded:,.0f}"
    zh = f"{rounded / 1e8:g} 亿" if rounded >= 1e8 else f"{rounded / 1e4:,g} 万"
    en = f"{rounded / 1e6:g} million"
    return Label(zh if rounded >= 1e4 else plain, en if rounded >= 1e6 else plain)


def signed(value: Any, digits: int) -> str:
    """Return a difference with its sign, without one where it rounds to nothing."""
    if is_unknown(value):
        return "–"
    text = number(abs(value), digits)
    if not float(text.replace(",", "")):
        return text
    return ("+" if value > 0 else "−") + text


def order(value: object) -> str:
    """Return what a number sorts by, empty where it is unknown."""
    return "" if is_unknown(value) else f"{value:.3f}"


def opening(row: Any) -> str:
    """Return the date of opening of a section, or the expected year in brackets."""
    if row.opened:
        return str(row.opened)
    return "" if is_unknown(row.expected) else f"({int(row.expected)})"


def ends(row: Mapping[Any, Any] | Any) -> Label:
    """Return between which places a section runs."""
    return Label(*(f"{row['from_' + lang]} – {row['to_' + lang]}" for lang in ("zh", "en")))


def style_sheet(*names: str) -> str:
    """Return style sheets of this package without their comments."""
    text = "".join(asset(f"{name}.css") for name in ("shell", "colors", "publish", *names))
    return re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL)


#: The casings of lines by class of accuracy, for the scripts of the pages.
LOOKS = {"casing": CASINGS, "casingWidth": CASING_WIDTH}


def line_sample(
    class_: str, stage: str = "open", group: str = "named", accuracy: str = "surveyed"
) -> str:
    """Return a small SVG drawing of a line as it looks on the map."""
    style, weight = LINES.get(class_, OTHER_LINE), weight_of(class_, group)
    cap = "round" if stage == "planned" else "butt"
    dash = f' stroke-dasharray="{DASHES[stage]}"' if DASHES[stage] else ""
    line = '<path d="M2 6H36" fill="none" stroke="{}" stroke-width="{}" {}/>'
    parts = [
        line.format(CASINGS[accuracy], weight + CASING_WIDTH[accuracy], 'stroke-opacity=".95"'),
        line.format(style.color, weight, f'stroke-linecap="{cap}"{dash}'),
    ]
    if style.ticks and stage == "open":
        parts.append(line.format(CASING, round(weight * 0.5, 2), 'stroke-dasharray="6 6"'))
    return f'<svg width="38" height="12" aria-hidden="true">{"".join(parts)}</svg>'


def point_sample(layer: str) -> str:
    """Return a small SVG drawing of a kind of places."""
    style = POINTS[layer]
    return (
        '<svg width="38" height="14" aria-hidden="true"><circle cx="19" cy="7" '
        f'r="{min(style.radius, 5.5)}" fill="{style.fill}" stroke="{style.color}" '
        'stroke-width="2"/></svg>'
    )


def bi(label: Label | tuple[str, str]) -> str:
    """Return a text in both languages, escaped, of which the page shows one."""
    zh, en = (escape(text) for text in label)
    if zh == en and zh.isascii():
        return zh
    return f'<span class="zh">{zh}</span><span class="en">{en}</span>'


def bi_attribute(name: str, label: Label | tuple[str, str]) -> str:
    """Return an attribute that the page translates."""
    zh, en = (escape(text) for text in label)
    return f'{name}="{zh}" data-l10n="{name}" data-zh="{zh}" data-en="{en}"'


def used_sources(catalogue: Catalogue, keys: Iterable[str]) -> dict[str, list[str]]:
    """Return the sources that a page refers to."""
    wanted = set(keys)
    return {
        row.key: [row.title, row.publisher, row.date, web_address(row.url)]
        for row in catalogue.sources
        if row.key in wanted
    }


def web_address(url: str) -> str:
    """Return an address that is safe to link to."""
    return url if url.startswith(("http://", "https://")) else ""


class _Compiled(FileSystemLoader):
    """Templates as code, which is kept: to compile them takes a third of a second."""

    def load(
        self,
        environment: Environment,
        name: str,
        globals: Any = None,  # noqa: A002 - of Jinja
    ) -> Template:
        source, filename, uptodate = self.get_source(environment, name)

        def compiled() -> bytes:
            return marshal.dumps(environment.compile(source, name, filename))

        code = marshal.loads(remembered(compiled, "template", name, filename, source))  # noqa: S302
        return Template.from_code(environment, code, globals or {}, uptodate)


TEMPLATES = Environment(  # noqa: S701 - every text of a page goes through `bi` or `escape`
    loader=_Compiled(Path(__file__).parent / "templates"), undefined=StrictUndefined
)
TEMPLATES.filters["number"] = number
TEMPLATES.filters["extract"] = lambda key, mapping: mapping[key]
TEMPLATES.globals |= {
    "ACCURACY": ACCURACY,
    "ASSUMED": ASSUMED,
    "CHANGE": CHANGE,
    "CLASS": CLASS,
    "DASHES": DASHES,
    "GROUP": GROUP,
    "KIND": KIND,
    "LINES": LINES,
    "MODE": MODE,
    "STAGE": STAGE,
    "STATUS_CODES": STATUS_CODES,
    "TEXT": TEXT,
    "TRAVEL": TRAVEL,
    "aria": partial(bi_attribute, "aria-label"),
    "attribute": bi_attribute,
    **{
        helper.__name__: helper
        for helper in (
            bi,
            ends,
            escape,
            line_sample,
            named,
            number,
            opening,
            order,
            people_label,
            signed,
        )
    },
}
