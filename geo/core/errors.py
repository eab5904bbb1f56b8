"""Errors a user can act on.

GeoError
├── BadInputError   tables, files or arguments that cannot be used (exit code 2)
├── NotFoundError   a name that nothing in the catalogue carries (exit code 2)
└── OutputError     a result that cannot be written (exit code 2)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self


class Message(str):
    """
    An English sentence that keeps its template and values, so that it can be translated.

    The command line translates the template and fills in the values; a value that is a Message
    is translated too. A template without values is taken as it is.

    Examples
    --------
    >>> said = Message("{file}: expected {count} cells", file="cities.csv", count=9)
    >>> said, said.template
    ('cities.csv: expected 9 cells', '{file}: expected {count} cells')
    """

    __slots__ = ("template", "values")
    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """Fill the template."""
        message = super().__new__(cls, template.format(**values) if values else template)
        message.template, message.values = template, values
        return message

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.template,), self.values

    def __str__(self) -> Message:  # so that str(error) keeps what it was raised with
        return self


class GeoError(Exception):
    """
    Anything this package refuses to do; takes a sentence, or what a `Message` takes.

    Examples
    --------
    >>> issubclass(geo.NotFoundError, geo.GeoError), issubclass(geo.BadInputError, geo.GeoError)
    (True, True)
    """

    def __init__(self, text: str = "", /, **values: Any) -> None:
        super().__init__(text if isinstance(text, Message) else Message(text, **values))


@dataclass(frozen=True, order=True)
class Problem:
    """
    One thing wrong in one place of an input: the value found there, and what was expected.

    Rows count from 1, the header; 0 and empty text where no row, column or value is to blame.
    """

    file: str
    row: int = 0
    column: str = ""
    value: str = ""
    expected: str = ""

    def __str__(self) -> str:
        where = self.file + (f":{self.row}" if self.row else "")
        where += f" {shown(self.column)}" if self.column else ""
        found = f" {shown(self.value)!r}:" if self.value else ""
        return f"{where}:{found} {shown(self.expected, 500)}"


def shown(text: str, longest: int = 80) -> str:
    r"""
    Return text that fits a line and cannot steer a terminal.

    Parameters
    ----------
    text, longest
        Any text, and the number of characters that are kept.

    Returns
    -------
    line
        The text; escape sequences stand for what cannot be printed.

    Examples
    --------
    >>> shown("G85\n" + 90 * "0", longest=12)
    'G85\\n0000000…'
    """
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class BadInputError(GeoError, ValueError):
    """
    Input that cannot be used: all problems found, or a sentence as for `GeoError`.

    Examples
    --------
    >>> problem = Problem("tables/places.csv", 5, "lon", "north", "expected a number")
    >>> try:
    ...     raise geo.BadInputError([problem])
    ... except ValueError as error:
    ...     print(error)
    tables/places.csv:5 lon: 'north': expected a number
    """

    def __init__(self, problems: Iterable[Problem] | str, /, **values: Any) -> None:
        self.problems = () if isinstance(problems, str) else tuple(sorted(set(problems)))
        text = problems if isinstance(problems, str) else "\n".join(map(str, self.problems))
        super().__init__(text, **values)


class NotFoundError(GeoError, LookupError):
    """
    A name that nothing of its kind carries, and the closest names there are.

    Examples
    --------
    >>> print(geo.NotFoundError("city", "Chendu", ["Chengdu"]))
    no city 'Chendu'; closest: Chengdu
    """

    def __init__(self, kind: str, name: str, close: Iterable[str] = ()) -> None:
        values = {"kind": Message(kind), "name": name}
        if names := ", ".join(close):
            text = Message("no {kind} {name!r}; closest: {names}", **values, names=names)
        else:
            text = Message("no {kind} {name!r}", **values)
        super().__init__(text)


class OutputError(GeoError, OSError):
    """
    A file or folder that cannot be written.

    Examples
    --------
    >>> isinstance(OutputError("cannot write to maps"), OSError)
    True
    """
