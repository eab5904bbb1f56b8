"""The language of the command line: English in the code, translations in gettext catalogues.

`geo.po` has the sentences of the code, as `pybabel extract` finds them; `words.po` the coded
values, statistics and keys that stand alone in tables; `argparse.po` what argparse says. The
`.mo` files beside them are compiled by `pybabel compile`.
"""

from __future__ import annotations

import gettext
import locale
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
LOCALE = Path(__file__).with_name("locale")
#: The language in which the command that runs speaks.
spoken: ContextVar[str] = ContextVar("spoken", default="en")


def language_of(locale_names: Mapping[str, str] | None = None) -> str:
    """Return the language that the locale asks for; default: that of the environment."""
    names = os.environ if locale_names is None else locale_names
    given = (names.get(key) for key in ("LC_ALL", "LC_MESSAGES", "LANG"))
    name = next(filter(None, given), None) or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let messages be in a language, those of argparse included."""
    token = spoken.set(language)
    domain, wanted = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain("argparse", LOCALE)
    gettext.textdomain("argparse")
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        os.environ.pop("LANGUAGE")
        if wanted is not None:
            os.environ["LANGUAGE"] = wanted
        spoken.reset(token)


@cache
def _catalogue(first: str, second: str, language: str) -> gettext.NullTranslations:
    """Return the translations of one catalogue, and of another where that has none."""
    found = gettext.translation(first, LOCALE, [language], fallback=True)
    found.add_fallback(gettext.translation(second, LOCALE, [language], fallback=True))
    return found


def _(text: str, /, **values: Any) -> str:
    """
    Return a sentence in the language of the command, with its values filled in.

    A `geo.core.Message` brings its values along; those that are messages are translated too.
    """
    template = getattr(text, "template", text)
    values = values or getattr(text, "values", {})
    said = _catalogue("geo", "words", spoken.get()).gettext(template) if template else ""
    if not values:
        return said
    return said.format(
        **{
            name: _(value) if hasattr(value, "template") else value
            for name, value in values.items()
        }
    )


def word(text: str) -> str:
    """Return a coded value or a key in the language of the command; sentences too."""
    if hasattr(text, "template") or not text:
        return _(text)
    return _catalogue("words", "geo", spoken.get()).gettext(text)


def error_text(error: Exception) -> str:
    """Return what an error says, a line per problem; file, row, column and value stay in front."""
    problems = getattr(error, "problems", ())
    if not problems:
        return _(str(error))
    return "\n".join(str(replace(one, expected=_(one.expected))) for one in problems)
