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

from siger_pipeline.caching.code import Module, SourceCode, tree_hash
from siger_pipeline.caching.extra import extra_modules
from siger_pipeline.caching.function import layers
from siger_pipeline.caching.loaded import ATTRIBUTE, changed_since_start, runs_other_source

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
        """The project's modules that a node's function and its datasets reach.

        Args:
            node: of the pipeline.
            dataset_types: full names of the classes of its datasets.
        """
        functions = layers(node.func).functions
        own = [function.__module__ or "" for function in functions]
        told = [name for function in functions for name in extra_modules(function)]
        types = [name.rpartition(".")[0] for name in sorted(dataset_types)]
        return self.source.reached([*own, *told, *types])

    def hashes(self, node: Node, modules: Mapping[str, Module]) -> dict[str, str]:
        """Hash of each module; a function from outside the package counts with its own text."""
        hashes = {name: module.tree for name, module in sorted(modules.items())}
        for function in self._from_outside(node):
            hashes[name_of(function)] = _text_hash(function)
        return hashes

    def not_in_files(self, node: Node, modules: Mapping[str, Module]) -> list[str]:
        """Why the code of a node's own functions cannot be read, such as that of a zip file."""
        own = sorted({function.__module__ or "" for function in layers(node.func).functions})
        missing = [name for name in own if self.source.holds(name) and name not in modules]
        return [f"the code of {name} is not in a file" for name in missing]

    def loaded_otherwise(self, node: Node, modules: Mapping[str, Module]) -> set[str]:
        """Modules that this process runs from other source than that which is hashed.

        So it is in a notebook, or when a compiled file is older than its source.
        """
        other = {name for name, found in modules.items() if runs_other_source(name, found.digest)}
        outside = {function.__module__ or "" for function in self._from_outside(node)}
        other |= {name for name in outside - BUILT_IN if changed_since_start(name)}
        for function in layers(node.func).functions:
            # A notebook that reloads a project may hold functions of the modules before.
            names, module = getattr(function, "__globals__", {}), modules.get(function.__module__)
            if module and names and names.get(ATTRIBUTE) != (module.digest,):
                other.add(function.__module__)
        return other

    def _from_outside(self, node: Node) -> Iterator[Callable[..., Any]]:
        for function in layers(node.func).functions:
            if not self.source.holds(function.__module__ or ""):
                yield function


def wiring(node: Node) -> dict[str, Any]:
    """Which function a node calls, with which values of its own, and what it is wired to."""
    parts = layers(node.func)
    return {
        "functions": [name_of(function) for function in parts.functions],
        "values": parts.values,
        # Kedro's own `inputs` has lost which argument of a function gets which dataset.
        "inputs": node._inputs,
        "outputs": node._outputs,
    }


def unknown_of(node: Node) -> list[str]:
    """Why nobody can say whether a node's function is what it was; empty where one can."""
    parts = layers(node.func)
    told = [f"its function carries a {kind}, which cannot be compared" for kind in parts.unknown]
    if any(function.__module__ == "__main__" for function in parts.functions):
        told.append("its function is not in a module")
    return told


def name_of(function: Callable[..., Any]) -> str:
    """Module and name of a function."""
    return f"{function.__module__}.{getattr(function, '__qualname__', repr(function))}"


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
