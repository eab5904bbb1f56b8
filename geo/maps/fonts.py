"""Fonts by the script of a region's language, for pages and figures: the first that is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

#: Fonts of East Asian languages: one character looks different in each.
EAST_ASIAN = {
    "zh": ("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC",
           "Microsoft YaHei", "WenQuanYi Micro Hei", "Noto Sans CJK JP"),
    "ja": ("Noto Sans CJK JP", "Source Han Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo"),
    "ko": ("Noto Sans CJK KR", "Source Han Sans KR", "Apple SD Gothic Neo", "Malgun Gothic"),
}  # fmt: skip
#: Fonts with Latin letters and all their marks, Greek and Cyrillic; then those of other scripts.
EUROPEAN = ("Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "Liberation Sans", "Arial",
            "DejaVu Sans")  # fmt: skip
OTHERS = tuple(
    f"Noto Sans {script}"
    for script in ("Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Telugu", "Thai", "Lao",
                   "Khmer", "Myanmar", "Sinhala", "Georgian", "Armenian", "Ethiopic")
)  # fmt: skip


def font_rule(languages: Sequence[str]) -> str:
    """Return the style of pages whose names are in some language; none for Chinese ones."""
    language = languages[0].split("-")[0]
    if language == "zh":
        return ""
    own = [*EAST_ASIAN.get(language, ()), *EUROPEAN, *OTHERS, *EAST_ASIAN["zh"]]
    names = ", ".join(f'"{name}"' for name in own)
    return f":root {{ --sans: {names}, sans-serif; }}\n"


def figure_fonts(languages: Sequence[str], installed: Collection[str]) -> list[str]:
    """
    Return the installed fonts in which figures are drawn, letter by letter the first that has it.

    A font with European letters comes first but for East Asian languages: the others have some
    of these letters only, and a name in two fonts looks torn.
    """
    known = {
        key: [name for name in names if name in installed][:1] for key, names in EAST_ASIAN.items()
    }
    own = known.get(languages[0].split("-")[0], [])
    others = [name for name in OTHERS if name in installed]
    # the second one comes with matplotlib
    return list(dict.fromkeys([*own, "DejaVu Sans", *others, *chain(*known.values())]))
