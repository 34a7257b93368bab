"""Randomness without a seed: whatever draws it cannot be cached."""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any

UNSEEDED_WITHOUT_ARGUMENTS = {"default_rng", "RandomState", "Random"}
NEVER_SEEDED = {"uuid.uuid1", "uuid.uuid4", "os.urandom", "random.SystemRandom", "secrets"}
SEEDING = {"random.seed", "np.random.seed", "numpy.random.seed", "torch.manual_seed"}
# Read, not watched: libraries draw from this module when they are imported.
OF_RANDOM = {f"random.{name}" for name in random.__all__ if name.islower()} - {
    "random.seed",
    "random.getstate",
    "random.setstate",
}


def unseeded_calls(tree: ast.AST) -> tuple[list[str], bool]:
    """Calls of a module that draw without a seed (`line 3: default_rng()`); whether others seed."""
    calls = [(ast.unparse(n.func), n) for n in ast.walk(tree) if isinstance(n, ast.Call)]
    names = {name for name, _ in calls}
    unseeded = [
        f"line {call.lineno}: {name}()"
        for name, call in calls
        if _is_unseeded(name, call) or (name in OF_RANDOM and "random.seed" not in names)
    ]
    return unseeded, bool(names & SEEDING)


def _is_unseeded(name: str, call: ast.Call) -> bool:
    last = name.rpartition(".")[2]
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    nothing = all(isinstance(value, ast.Constant) and value.value is None for value in given)
    return (
        name in NEVER_SEEDED
        or name.partition(".")[0] in NEVER_SEEDED
        or (last in UNSEEDED_WITHOUT_ARGUMENTS and nothing)
    )


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
