"""The language of the command line: messages are written in English and translated at the edge."""

from __future__ import annotations

import argparse
import locale
import os
import re
import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from geo.core import BadInputError

LANGUAGES = ("zh", "en")
#: The language in which the command that runs speaks.
spoken: ContextVar[str] = ContextVar("spoken", default="en")


def language_of(locale_names: Mapping[str, str] | None = None) -> str:
    """
    Return the language that the locale asks for.

    Parameters
    ----------
    locale_names
        Environment variables; default: those of the process.

    Returns
    -------
    language
        "zh" where the locale is Chinese, else "en".

    Examples
    --------
    >>> language_of({"LANG": "zh_CN.UTF-8"})
    'zh'

    """
    names = os.environ if locale_names is None else locale_names
    given = (names.get(key) for key in ("LC_ALL", "LC_MESSAGES", "LANG"))
    name = next(filter(None, given), None) or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def translated(text: str, language: str) -> str:
    """
    Return a message in a language, line by line.

    A message whose English template stands in `zh.toml` is translated; what stands in its
    places stays as it is, unless it is a message or a term itself. Anything else stays English.

    Parameters
    ----------
    text
        The message in English.
    language
        "zh" or "en".

    Returns
    -------
    text
        The message.

    Examples
    --------
    >>> translated("nodes: places", "zh")
    '节点：places'

    """
    if language != "zh":
        return text
    return "\n".join(map(_line, text.split("\n")))


def translated_error(error: Exception, language: str) -> str:
    """
    Return what an error says in a language; file, row, column and value stay in front.

    Parameters
    ----------
    error
        The error.
    language
        "zh" or "en".

    Returns
    -------
    text
        One line per problem.

    Examples
    --------
    >>> from geo.core.errors import Problem
    >>> wanted = "expected a number used once per route"
    >>> error = BadInputError([Problem("places.csv", 5, "seq", expected=wanted)])
    >>> translated_error(error, "zh")
    'places.csv:5 seq: 同一线路内编号不应重复'

    """
    if not isinstance(error, BadInputError) or not error.problems:
        return translated(str(error), language)
    said = (
        replace(problem, expected=translated(problem.expected, language))
        for problem in error.problems
    )
    return "\n".join(map(str, said))


def translate_parser(parser: argparse.ArgumentParser, language: str) -> None:
    """
    Translate the help of a parser and of its commands, in place.

    Parameters
    ----------
    parser
        The parser.
    language
        "zh" or "en".

    Examples
    --------
    >>> parser = argparse.ArgumentParser(prog="geo")
    >>> translate_parser(parser, "zh")
    >>> print(parser.format_help().splitlines()[2])
    选项:

    """
    if language == "en":
        return
    for group in parser._action_groups:
        group.title = group.title and translated(group.title, language)
    parser.description = parser.description and translated(parser.description, language)
    parser.epilog = parser.epilog and translated(parser.epilog, language)
    for action in parser._actions:
        action.help = action.help and translated(action.help, language)
        if isinstance(action, argparse._SubParsersAction):
            for entry in action._choices_actions:
                entry.help = entry.help and translated(entry.help, language)
            for command in action.choices.values():
                translate_parser(command, language)


def _line(text: str) -> str:
    """Translate one line: a term, a whole message, or the most literal template that fits."""
    known = messages()
    body = text.strip()
    if found := known["terms"].get(body) or known["messages"].get(body):
        return text.replace(body, str(found)) if body else text
    for pattern, chinese in _templates():
        if fit := pattern.fullmatch(text):
            return chinese.format(*(map(_line, fit.groups())))
    return text


@cache
def messages() -> dict[str, dict[str, Any]]:
    """
    Return the Chinese of every term and every message.

    Returns
    -------
    messages
        By section, "terms" and "messages": the Chinese by its English.

    Examples
    --------
    >>> messages()["messages"]["nodes: {}"]
    '节点：{}'

    """
    return tomllib.loads((files("geo.cli") / "zh.toml").read_text(encoding="utf-8"))


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Return the patterns of all messages with places, those with most letters first."""
    rows = [(key, value) for key, value in messages()["messages"].items() if "{}" in key]
    rows.sort(key=lambda row: (-len(row[0].replace("{}", "")), row[0]))
    return [(re.compile("(.+?)".join(map(re.escape, key.split("{}")))), value)
            for key, value in rows]  # fmt: skip
