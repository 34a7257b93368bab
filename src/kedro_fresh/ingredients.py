"""What the outputs of a node follow from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from itertools import chain
from typing import Any

from kedro_fresh.contents import ABSENT

SHOWN = 3  # differences that are told, of more


@dataclass(frozen=True)
class Ingredients:
    """Code, parameters and inputs of a node: equal ones make equal outputs.

    Attributes:
        code: hash of each module that the node or its datasets reach.
        wiring: the node's function by name, its inputs and outputs as they are wired.
        parameters: name, as the node spells it -> plain value.
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
    ) -> list[str]:
        """How these differ from earlier ones, in words.

        Args:
            earlier: of an earlier run.
            files: where the inputs lie, to be told too.
        """
        return [
            *_changes(_keys(earlier.parameters), _keys(self.parameters), _parameter),
            *_moved(earlier.parameters, self.parameters),
            *_changes(earlier.code, self.code, _by_name("code of")),
            *_changes(earlier.inputs, self.inputs, _by_name("content of", files)),
            *_changes(earlier.settings, self.settings, _by_name("catalog entry of")),
            *(["its wiring changed"] if _text(earlier.wiring) != _text(self.wiring) else []),
        ]


def few(reasons: list[str]) -> str:
    """The first reasons, as one phrase."""
    more = f" and {len(reasons) - SHOWN} more" if len(reasons) > SHOWN else ""
    return ", ".join(reasons[:SHOWN]) + more


def plain(value: Any) -> Any:
    """A parameter's value as JSON has it.

    Args:
        value: as the catalog gives it: plain, a dataclass or a pydantic model.
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


def _moved(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Parameters that are the same but for the order of keys."""
    for name in sorted(new.keys() & old.keys()):
        before, now = old[name], new[name]
        if _text(before) == _text(now) and _text(in_order(before)) != _text(in_order(now)):
            yield f"order of the keys of {name.partition(':')[2] or name} changed"


def _keys(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as dotted keys and values, to be told."""
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


def _changes(
    old: Mapping[str, Any], new: Mapping[str, Any], told: Callable[[str, Any, Any], str]
) -> list[str]:
    missing = "nothing"
    names = [*new, *(name for name in old if name not in new)]
    pairs = ((name, old.get(name, missing), new.get(name, missing)) for name in names)
    return [told(name, before, now) for name, before, now in pairs if _text(before) != _text(now)]


def _parameter(name: str, before: Any, now: Any) -> str:
    return f"{name} {before} → {now}"


def _by_name(what: str, files: Mapping[str, str] | None = None) -> Callable[[str, Any, Any], str]:
    def told(name: str, before: Any, now: Any) -> str:
        gone = "is gone" if now == "nothing" else "is not there" if now == ABSENT else "changed"
        verb = "is new" if before == "nothing" else gone
        file = f" ({files[name]})" if files and name in files else ""
        return f"{what} {name}{file} {verb}"

    return told
