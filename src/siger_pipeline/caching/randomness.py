"""Randomness without a seed: whatever draws it cannot be cached."""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

UNSEEDED_WITHOUT_ARGUMENTS = {"default_rng", "RandomState", "Random"}
NEVER_SEEDED = {"uuid.uuid1", "uuid.uuid4", "os.urandom", "random.SystemRandom", "secrets"}
SEEDING = {
    "random.seed": "random",
    "numpy.random.seed": "numpy.random",
    "torch.manual_seed": "torch",
    "torch.random.manual_seed": "torch",
}
# Read, not watched: libraries draw from this module when they are imported.
OF_RANDOM = {f"random.{name}" for name in random.__all__ if name.islower()} - {
    "random.seed",
    "random.getstate",
    "random.setstate",
}


def unseeded_calls(tree: ast.AST) -> tuple[list[str], list[str]]:
    """What a module says of randomness.

    Returns:
        Its calls that draw without a seed (`line 3: default_rng()`), and the global generators
        that it seeds, of `random`, `numpy.random` and `torch`.
    """
    aliases = _aliases(tree)
    calls = [
        (ast.unparse(node.func), full, node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for full in _full_names(ast.unparse(node.func), aliases)
    ]
    seeds = {SEEDING[full] for _, full, call in calls if full in SEEDING and _is_given(call)}
    unseeded = {
        (call.lineno, name)
        for name, full, call in calls
        if _is_unseeded(full, call) or (full in OF_RANDOM and "random" not in seeds)
    }
    return [f"line {line}: {name}()" for line, name in sorted(unseeded)], sorted(seeds)


def _aliases(tree: ast.AST) -> dict[str, set[str]]:
    """Name -> the full names that a module imports under it, in whatever function."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                found.setdefault(alias.asname or top, set()).add(
                    alias.name if alias.asname else top
                )
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, set()).add(f"{base}.{alias.name}")
    return found


def _full_names(name: str, aliases: Mapping[str, set[str]]) -> set[str]:
    """A dotted name as its module spells it to the full ones; itself where nothing is imported."""
    first, dot, rest = name.partition(".")
    return {f"{full}{dot}{rest}" for full in aliases.get(first, {first})}


def _is_unseeded(name: str, call: ast.Call) -> bool:
    last = name.rpartition(".")[2]
    return (
        name in NEVER_SEEDED
        or name.partition(".")[0] in NEVER_SEEDED
        or (last in UNSEEDED_WITHOUT_ARGUMENTS and not _is_given(call))
    )


def _is_given(call: ast.Call) -> bool:
    """Whether a call has an argument other than None, such as a seed."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(not isinstance(value, ast.Constant) or value.value is not None for value in given)


def global_states(imports: Iterable[str]) -> dict[str, Any]:
    """The states of the global generators of libraries, to be compared.

    Args:
        imports: what a node may import: a generator is there before the node imports it.
    """
    tops = {name.partition(".")[0] for name in imports}
    states: dict[str, Any] = {}
    if "numpy" in tops or "numpy.random" in sys.modules:
        name, keys, *rest = import_module("numpy.random").get_state()
        states["numpy.random"] = (name, keys.tobytes(), *rest)
    if "torch" in tops or "torch" in sys.modules:
        states["torch"] = import_module("torch").get_rng_state().numpy().tobytes()
    return states


def drawn(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The global generators that were drawn from in between."""
    return [name for name, state in before.items() if after[name] != state]
