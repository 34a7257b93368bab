"""The code of a node: its function's, and that of the datasets that it loads and saves."""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kedro.pipeline import Node

from siger_pipeline import caching
from siger_pipeline.caching.code import Module, SourceCode, tree_hash
from siger_pipeline.caching.extra import extra_modules
from siger_pipeline.caching.function import layers


class NodeCode:
    """What the nodes of a project run, read from its files."""

    def __init__(self, source: SourceCode) -> None:
        self.source = source

    def of_this_moment(self) -> NodeCode:
        """The same, each file looked at once."""
        return NodeCode(self.source.of_this_moment())

    def modules(self, node: Node) -> dict[str, Module]:
        """The project's modules that a node's function reaches, as the files are now."""
        functions = layers(node.func).functions
        own = [function.__module__ or "" for function in functions]
        told = [name for function in functions for name in extra_modules(function)]
        return self.source.reached([*own, *told])

    def hashes(self, node: Node, dataset_types: Iterable[str]) -> dict[str, str]:
        """Hash of each module that a node and its datasets reach, as the files are now.

        A function from outside the package counts with its own text.

        Args:
            node: of the pipeline.
            dataset_types: full names of the classes of its datasets.
        """
        datasets = self.source.reached(name.rpartition(".")[0] for name in dataset_types)
        modules = {**datasets, **self.modules(node)}
        hashes = {name: module.tree for name, module in sorted(modules.items())}
        for function in layers(node.func).functions:
            if not self.source.holds(function.__module__ or ""):
                hashes[name_of(function)] = _text_hash(function)
        return hashes


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


def newer_than_loaded(modules: Iterable[str]) -> set[str]:
    """Modules that are loaded and whose files changed after that: what runs is not what they say.

    So it is in a notebook, or when a file is written while the process starts.
    """
    files = {name: getattr(sys.modules.get(name), "__file__", None) for name in modules}
    return {
        name
        for name, file in files.items()
        if file and Path(file).exists() and Path(file).stat().st_ctime_ns > caching.STARTED_NS
    }


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
