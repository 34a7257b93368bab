"""What the outputs of a node follow from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

SHOWN = 3  # differences that are told, of more


@dataclass(frozen=True)
class Ingredients:
    """Code, parameters and inputs of a node: equal ones make equal outputs.

    Attributes:
        code: hash of each module that the node or its datasets reach.
        parameters: dotted key -> value.
        inputs: dataset -> content.
        settings: dataset -> its type and arguments in the catalog.
    """

    code: Mapping[str, str]
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]
    settings: Mapping[str, Any]

    def fingerprint(self) -> str:
        """One hash of all of them."""
        text = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def differences(
        self, earlier: Ingredients, files: Mapping[str, str] | None = None
    ) -> list[str]:
        """How these differ from earlier ones, in words.

        Args:
            earlier: of an earlier run.
            files: where the inputs lie, to be told too.
        """
        return [
            *_changes(earlier.parameters, self.parameters, _parameter),
            *_changes(earlier.code, self.code, _by_name("code of")),
            *_changes(earlier.inputs, self.inputs, _by_name("content of", files)),
            *_changes(earlier.settings, self.settings, _by_name("catalog entry of")),
        ]


def few(reasons: list[str]) -> str:
    """The first reasons, as one phrase."""
    more = f" and {len(reasons) - SHOWN} more" if len(reasons) > SHOWN else ""
    return ", ".join(reasons[:SHOWN]) + more


def flat(name: str, value: Any) -> dict[str, Any]:
    """A parameter as dotted keys and plain values.

    Args:
        name: as nodes spell it: `parameters`, `params:train`.
        value: as the catalog gives it: plain, a dataclass or a pydantic model.
    """
    key = name.partition(":")[2]
    return dict(_flat(key, _plain(value)))


def _flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat(f"{key}.{name}" if key else str(name), inner)
    else:
        yield key, value


def _plain(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    return json.loads(json.dumps(value, default=str))


def _changes(
    old: Mapping[str, Any], new: Mapping[str, Any], told: Callable[[str, Any, Any], str]
) -> list[str]:
    missing = object()
    names = [*new, *(name for name in old if name not in new)]
    pairs = ((name, old.get(name, missing), new.get(name, missing)) for name in names)
    return [
        told(name, *("nothing" if value is missing else value for value in (before, now)))
        for name, before, now in pairs
        if before != now
    ]


def _parameter(name: str, before: Any, now: Any) -> str:
    return f"{name} {before} → {now}"


def _by_name(what: str, files: Mapping[str, str] | None = None) -> Callable[[str, Any, Any], str]:
    def told(name: str, before: Any, now: Any) -> str:
        verb = {"nothing": "is new"}.get(str(before), "is gone" if now == "nothing" else "changed")
        file = f" ({files[name]})" if files and name in files else ""
        return f"{what} {name}{file} {verb}"

    return told
