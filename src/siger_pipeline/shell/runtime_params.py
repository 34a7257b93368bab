"""`--params`: `key=value` pieces, of which a value may hold commas where YAML's signs close it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from omegaconf import OmegaConf
from omegaconf._utils import get_yaml_loader
from omegaconf.errors import OmegaConfBaseException

QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
CLOSING = {"[": "]", "{": "}"}
BEFORE_A_VALUE = "[{,:"  # within brackets, a quote sign after one of these opens a quotation


def parse_params(text: str) -> dict[str, Any]:
    """Nested parameters of `a.b=1,c=[5, 10]`: pieces at commas, each value read as YAML.

    Commas within brackets, braces and quotation marks belong to the value.

    Raises:
        ValueError: a piece that cannot be read, named.
    """
    seen: dict[str, str] = {}
    for piece in pieces(text):
        key, equals, value = (part.strip() for part in piece.partition("="))
        if not key or not equals:
            raise ValueError(
                f"{piece!r} is not key=value; a list is written in brackets, a text with commas in "
                "quotation marks: 'evaluate.ks=[5,10]', 'report.paper_note=\"a, b\"'"
            )
        for other, before in seen.items():
            if f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}."):
                raise ValueError(f"{piece!r} says again what '{other}={before}' says")
        seen[key] = value
    parameters = OmegaConf.create()
    for key, value in seen.items():
        try:
            loaded = yaml.load(value, get_yaml_loader())
            if loaded == {}:
                raise ValueError(f"{{}} changes nothing; one key of it is {key}.<key>=null")
            OmegaConf.update(parameters, key, loaded)
        except (yaml.YAMLError, OmegaConfBaseException, ValueError) as error:
            why = getattr(error, "problem", None) or str(error).partition("\n")[0]
            raise ValueError(f"{key}={value}: the value cannot be read: {why}") from error
    result = OmegaConf.to_container(parameters)
    assert isinstance(result, dict)
    return {str(key): value for key, value in result.items()}


def pieces(text: str) -> Iterator[str]:
    """The text between the commas that stand in no brackets and no quotation; empty ones go.

    Raises:
        ValueError: a bracket or quotation that does not close, or something else after it.
    """
    start = 0
    while start < len(text):
        end = _end_of_piece(text, start)
        if piece := text[start:end].strip():
            yield piece
        start = end + 1


def _end_of_piece(text: str, start: int) -> int:
    comma = text.find(",", start)
    end = comma if comma >= 0 else len(text)
    value = text.find("=", start, end) + 1
    if not value:
        return end
    while text[value : value + 1].isspace():
        value += 1
    closed = _closed(text, start, value)
    if closed == value:
        return end
    rest = text[closed:].partition(",")[0]
    if rest.strip():
        raise ValueError(f"{text[start:closed]!r} is followed by {rest!r}, wanted is a comma")
    return closed + len(rest)


def _closed(text: str, start: int, value: int) -> int:
    """Where a value that opens with a bracket or a quotation mark ends; of others the start."""
    open_brackets: list[str] = []
    place = value
    while place < len(text):
        sign = text[place]
        if sign in "'\"" and _opens(text[value:place], open_brackets):
            quoted = QUOTED.match(text, place)
            if not quoted:
                break
            place = quoted.end() - 1
        elif sign in CLOSING and (open_brackets or place == value):
            open_brackets.append(CLOSING[sign])
        elif open_brackets and sign == open_brackets[-1]:
            open_brackets.pop()
        elif place == value:
            return value
        place += 1
        if not open_brackets:
            return place
    if place == value == len(text):
        return value
    raise ValueError(f"{text[start:].strip()!r}: a bracket or quotation mark is not closed")


def _opens(before: str, open_brackets: list[str]) -> bool:
    """Whether a quote sign opens a quotation, rather than being an apostrophe in a word."""
    if not before:
        return True
    return bool(open_brackets) and before.rstrip()[-1:] in BEFORE_A_VALUE
