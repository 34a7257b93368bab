"""What the outputs of a node follow from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from itertools import chain
from typing import Any

from kedro_fresh.contents import ABSENT
from kedro_fresh.reasons import (
    Change,
    CodeChanged,
    InputChanged,
    KeysReordered,
    ParameterChanged,
    Reason,
    SettingsChanged,
    WiringChanged,
)


@dataclass(frozen=True)
class Ingredients:
    """Code, parameters and inputs of a node: equal ones make equal outputs.

    Attributes:
        code: hash of each module that the node or its datasets reach.
        wiring: the node's function by name, its inputs and outputs as they are wired.
        parameters: name, as the node spells it -> value, as JSON holds it.
        inputs: dataset -> content.
        settings: dataset -> its type and arguments in the catalog.
    """

    code: Mapping[str, str]
    wiring: Mapping[str, Any]
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]
    settings: Mapping[str, Any]

    def fingerprint(self) -> str:
        """One hash of all of them."""
        # What a node gets as a dict may come out in the order of its keys.
        parameters = {name: in_order(value) for name, value in self.parameters.items()}
        text = _text({**vars(self), "parameters": parameters})
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def differences(
        self, earlier: Ingredients, files: Mapping[str, str] | None = None
    ) -> list[Reason]:
        """How these differ from earlier ones.

        Args:
            earlier: of an earlier run.
            files: where the inputs are, for the texts.
        """
        files = files or {}
        inputs = _changes(earlier.inputs, self.inputs)
        return [
            *_parameters(_keys(earlier.parameters), _keys(self.parameters)),
            *_reordered(earlier.parameters, self.parameters),
            *(CodeChanged(name, change) for name, change in _changes(earlier.code, self.code)),
            *(InputChanged(name, files.get(name, ""), change) for name, change in inputs),
            *(SettingsChanged(*pair) for pair in _changes(earlier.settings, self.settings)),
            *([WiringChanged()] if _text(earlier.wiring) != _text(self.wiring) else []),
        ]


def as_json(value: Any) -> Any:
    """A value as JSON can hold it.

    Args:
        value: as the catalog gives it: of JSON, a dataclass or a pydantic model.
    """
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    return json.loads(json.dumps(value, default=str))


def in_order(value: Any) -> Any:
    """A value of JSON in which dicts are pairs: dicts in another order are other values."""
    if isinstance(value, dict):
        return ["dict", *([key, in_order(inner)] for key, inner in value.items())]
    if isinstance(value, list | tuple):
        return [in_order(inner) for inner in value]
    return value


def _reordered(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Reason]:
    """Parameters that are the same but for the order of keys."""
    for name in sorted(new.keys() & old.keys()):
        before, now = old[name], new[name]
        if _text(before) == _text(now) and _text(in_order(before)) != _text(in_order(now)):
            yield KeysReordered(name.partition(":")[2] or name)


def _keys(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as dotted keys and values."""
    pairs = (_flat(name.partition(":")[2], value) for name, value in parameters.items())
    return dict(chain.from_iterable(pairs))


def _flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat(f"{key}.{name}" if key else str(name), inner)
    else:
        yield key, value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _parameters(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Reason]:
    for name, change in _changes(old, new):
        yield ParameterChanged(name, change, old.get(name), new.get(name))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Change]]:
    """Names whose values differ, those that are gone last."""
    for name, value in new.items():
        if name not in old:
            yield name, Change.NEW
        elif _text(old[name]) != _text(value):
            yield name, Change.ABSENT if value == ABSENT else Change.CHANGED
    yield from ((name, Change.GONE) for name in old if name not in new)
