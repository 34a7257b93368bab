"""Values as parts of a file's name: readable, safe on any disk, different for different values."""

from __future__ import annotations

import json
import re
from typing import Any

SAFE = re.compile(r"[A-Za-z0-9_@.-]")
WORDS = {None: "null", True: "true", False: "false"}
NUMBER = re.compile(r"[-+.]?[0-9]")  # how a number begins


def spelt(value: Any) -> str:
    """A value as text: `0.01`, `null`, `true`, `5,10` for a list.

    Equal numbers are spelt alike, whatever their type. What cannot stand in a file's name is
    written as `%` and two hexadecimal digits, as in an address of the web.

    Args:
        value: null, a truth value, a number, a text, or lists and mappings of these.
    """
    if value is None or isinstance(value, bool):
        return WORDS[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return _word(value)
    if isinstance(value, list | tuple) and not any(
        isinstance(v, list | tuple | dict) for v in value
    ):
        return ",".join(map(spelt, value)) + ("," if len(value) < 2 else "")
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    except TypeError:  # keys of several types have no order
        text = repr(value)
    return escaped(text)


def escaped(text: str) -> str:
    """A text in which all signs but letters, digits and `_ @ . -` are `%` and their bytes."""
    return "".join(sign if SAFE.match(sign) else _bytes(sign) for sign in text)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value).replace("e+", "e")


def _word(text: str) -> str:
    """A text that nobody takes for a number, a truth value or null."""
    if text and not NUMBER.match(text) and text not in (*WORDS.values(), "nan", "inf"):
        return escaped(text)
    return _bytes(text[:1]) + escaped(text[1:]) if text else "%"


def _bytes(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode())
