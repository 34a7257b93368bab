"""Nested parameters as dotted keys, and what one set of them has that another has not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def leaves(values: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Dotted key and value of each innermost parameter; an empty block is one."""
    for key, value in values.items():
        keys = (*above, str(key))
        if isinstance(value, Mapping) and value:
            yield from leaves(value, keys)
        else:
            yield ".".join(keys), value


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted key -> value after, of each that differs; null for one that is no more."""
    old, new = dict(leaves(before)), dict(leaves(after))
    changed = {key: value for key, value in new.items() if key not in old or old[key] != value}
    gone = (key for key in old.keys() - new.keys() if old[key] is not None and old[key] != {})
    return changed | dict.fromkeys(gone)


def nested(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Blocks within blocks, of dotted keys."""
    result: dict[str, Any] = {}
    for key, value in overrides.items():
        *blocks, last = key.split(".")
        inner = result
        for block in blocks:
            inner = inner.setdefault(block, {})
        inner[last] = value
    return result


def merged(values: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """The values, key by key replaced by others; a list is replaced as a whole."""
    result = dict(values)
    for key, value in over.items():
        before = result.get(key)
        blocks = isinstance(before, Mapping) and isinstance(value, Mapping)
        result[key] = merged(before, value) if blocks else value  # type: ignore[arg-type]
    return result
