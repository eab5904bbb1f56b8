"""What pydantic finds wrong with a row or a setting, as its place and a sentence."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from geo.core import Message

_RULE = "rule"
#: Kinds of errors of pydantic whose sentence holds values.
_TEMPLATES = {
    "greater_than": Message("expected greater than {gt}"),
    "greater_than_equal": Message("expected greater than or equal to {ge}"),
    "less_than": Message("expected less than {lt}"),
    "less_than_equal": Message("expected less than or equal to {le}"),
    "literal_error": Message("expected {expected}"),
    "string_pattern_mismatch": Message("expected text to match pattern '{pattern}'"),
    "string_too_short": Message("expected text to have at least {min_length} character"),
    "string_too_long": Message("expected text to have at most {max_length} characters"),
}


def broken_rule(place: str, expected: Message) -> PydanticCustomError:
    """Return the error of a rule over several columns or settings, with the one to blame."""
    return PydanticCustomError(_RULE, "{expected}", {"place": place, "expected": expected})


def faults(error: ValidationError) -> Iterator[tuple[list[str], str]]:
    """
    Yield where something is wrong, and what was expected there.

    Parameters
    ----------
    error
        What pydantic found wrong with values.

    Yields
    ------
    fault
        The column, or the path of settings, and a sentence.

    Examples
    --------
    >>> from pydantic import TypeAdapter, ValidationError
    >>> try:
    ...     TypeAdapter(list[int]).validate_python(["many"])
    ... except ValidationError as error:
    ...     print(*faults(error))
    (['0'], 'expected a valid integer, unable to parse string as an integer')
    """
    for detail in error.errors():
        context: dict[str, Any] = detail.get("ctx", {})
        place = list(map(str, detail["loc"]))
        if detail["type"] == _RULE:
            yield [*place, context["place"]], context["expected"]
        elif detail["type"] == "value_error":
            yield place, str(context["error"])
        else:
            yield place, _expected(detail)


def _expected(detail: Any) -> str:
    """Return a sentence of pydantic in the words of the others."""
    if template := _TEMPLATES.get(detail["type"]):
        return Message(template, **detail["ctx"])
    text = detail["msg"].replace("Input should be", "expected")
    if text.startswith("expected"):
        return Message(text)
    return Message("expected a valid value: {problem}", problem=Message(text))


def with_closest(text: Message, value: str, known: Collection[str]) -> Message:
    """
    Return a sentence that names what was probably meant, if anything is close.

    Parameters
    ----------
    text, value, known
        A sentence, what was found, and what there is.

    Returns
    -------
    sentence
        The sentence, with the closest of what there is.

    Examples
    --------
    >>> from geo.core import Message
    >>> with_closest(Message("expected a known id"), "chengju", ["chengyu", "leyi"])
    'expected a known id (did you mean chengyu?)'
    """
    close = difflib.get_close_matches(value, known, 1)
    if not close:
        return text
    return Message("{text} (did you mean {close}?)", text=text, close=close[0])
