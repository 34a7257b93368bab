"""The code of a node: its function's, and that of the datasets that it loads and saves."""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kedro.pipeline import Node

from kedro_fresh.callables import module_of, name_of
from kedro_fresh.code import Module, SourceCode, top_level
from kedro_fresh.extra import extra_modules
from kedro_fresh.function import layers
from kedro_fresh.ingredients import in_order
from kedro_fresh.loaded import ATTRIBUTE, changed_since_start, runs_other_source
from kedro_fresh.reach import WHOLE
from kedro_fresh.reasons import CodeNotInFile, NotComparable, NotInModule, Reason
from kedro_fresh.trees import tree_hash

# Functions of these have no file: Python itself has them.
BUILT_IN = {"", *sys.builtin_module_names}


class NodeCode:
    """What the nodes of a project run, read from its files."""

    def __init__(self, source: SourceCode) -> None:
        self.source = source

    def of_this_moment(self) -> NodeCode:
        """The same, each file looked at once."""
        return NodeCode(self.source.of_this_moment())

    def modules(self, node: Node, dataset_types: Iterable[str]) -> dict[str, Module]:
        """The modules that a node's function and its datasets reach: see `counts`.

        Args:
            node: of the pipeline.
            dataset_types: full names of the classes of its datasets.
        """
        functions = layers(node.func).functions
        own = [(module_of(function), _defined(function)) for function in functions]
        types = [name.rpartition(".")[::2] for name in sorted(dataset_types)]
        named = named_modules(node)
        return self.source.reached([*own, *named, *types], map(top_level, named))

    def counts(self, node: Node, module: str) -> bool:
        """Whether a module is of the project's package, or of one that `with_code` named."""
        packages = {self.source.package, *map(top_level, named_modules(node))}
        return top_level(module) in packages

    def hashes(self, node: Node, modules: Mapping[str, Module]) -> dict[str, str]:
        """Hash of each module; a function from outside the package counts with its own text."""
        hashes = {name: module.tree for name, module in sorted(modules.items())}
        for function in self._from_outside(node):
            hashes[name_of(function)] = _text_hash(function)
        return hashes

    def not_in_files(self, node: Node, modules: Mapping[str, Module]) -> list[Reason]:
        """The modules of a node's functions, and those it names, whose code cannot be read."""
        own = {module_of(function) for function in layers(node.func).functions}
        wanted = sorted({name for name in own if self.counts(node, name)} | {*named_modules(node)})
        missing = [name for name in wanted if name not in modules]
        return [CodeNotInFile(name) for name in missing]

    def loaded_otherwise(self, node: Node, modules: Mapping[str, Module]) -> set[str]:
        """Modules that this process runs from other source than that which is hashed.

        So it is in a notebook, or when a compiled file is older than its source.
        """
        other = {name for name, found in modules.items() if runs_other_source(name, found.digest)}
        outside = {module_of(function) for function in self._from_outside(node)}
        other |= {name for name in outside - BUILT_IN if changed_since_start(name)}
        for function in layers(node.func).functions:
            # A notebook that reloads a project may hold functions of the modules before. What a
            # decorator of a library makes bears the name of the module that it decorates.
            names = getattr(function, "__globals__", {})
            module = modules.get(names.get("__name__", ""))
            if module and names.get(ATTRIBUTE) != (module.digest,):
                other.add(names["__name__"])
        return other

    def _from_outside(self, node: Node) -> Iterator[Callable[..., Any]]:
        for function in layers(node.func).functions:
            if not self.counts(node, module_of(function)):
                yield function


def named_modules(node: Node) -> list[str]:
    """The modules that `with_code` named for a node."""
    functions = layers(node.func).functions
    return [name for function in functions for name in extra_modules(function)]


def wiring(node: Node) -> dict[str, Any]:
    """Which function a node calls, with which values of its own, and what it is wired to."""
    parts = layers(node.func)
    return {
        "function": parts.description,
        # Kedro's own `inputs` has lost which argument of a function gets which dataset.
        "inputs": _in_order(node._inputs, node.func),
        "outputs": in_order(node._outputs),
    }


def _in_order(inputs: Any, function: Callable[..., Any]) -> Any:
    """Inputs by name as pairs: their order counts where the function takes them as `**inputs`."""
    if not isinstance(inputs, dict):
        return inputs
    try:
        taken = inspect.signature(function, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError):
        return in_order(inputs)
    any_name = any(parameter.kind is parameter.VAR_KEYWORD for parameter in taken)
    return in_order(inputs if any_name else dict(sorted(inputs.items())))


def unknown_of(node: Node) -> list[Reason]:
    """Why a node's function cannot be compared with an earlier one; empty where it can."""
    parts = layers(node.func)
    reasons: list[Reason] = [NotComparable(kind) for kind in parts.unknown]
    if any(module_of(function) == "__main__" for function in parts.functions):
        reasons.append(NotInModule())
    return reasons


def _defined(function: Callable[..., Any]) -> str:
    """The name in its module that a function or class is found under, or within which it is."""
    name = str(getattr(function, "__qualname__", "")).partition(".")[0]
    return name if name.isidentifier() else WHOLE


def _text_hash(function: Callable[..., Any]) -> str:
    """Of its source; empty for what has none, such as a function of a compiled library."""
    try:
        text = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return ""
    try:
        return tree_hash(ast.parse(text))
    except SyntaxError:  # a lambda amid other code
        return hashlib.sha256(text.encode()).hexdigest()[:16]
