"""The code of a node: its function's, and that of the datasets that it loads and saves."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from kedro.pipeline import Node

from siger_pipeline.caching.code import Module, SourceCode
from siger_pipeline.caching.extra import extra_modules


class NodeCode:
    """What the nodes of a project run, read from its files."""

    def __init__(self, source: SourceCode) -> None:
        self.source = source

    def modules(self, node: Node) -> dict[str, Module]:
        """The project's modules that a node's function reaches, as the files are now."""
        return self.source.reached(
            [_unwrapped(node.func).__module__ or "", *extra_modules(node.func)]
        )

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
        function = _unwrapped(node.func)
        if not self.source.holds(function.__module__ or ""):
            hashes[f"{function.__module__}.{node.name}"] = _text_hash(function)
        return hashes


def _unwrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    while isinstance(function, partial):
        function = function.func
    return inspect.unwrap(function)


def _text_hash(function: Callable[..., Any]) -> str:
    """Of its source; empty for what has none, such as a function of a compiled library."""
    try:
        return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16]
    except (OSError, TypeError):
        return ""
