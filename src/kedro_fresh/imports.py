"""Which modules the statements of a module import, by statements or by calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.util import resolve_name

IMPORTING = {"import_module", "__import__", "run_module", "resolve_name"}


class Imports:
    """The imports of a module.

    Attributes:
        bindings: name in the module -> module and name that it is imported from.
    """

    def __init__(self, statements: Sequence[ast.stmt], name: str, is_package: bool) -> None:
        """Take the module's statements, its full name, and whether it is a package's `__init__`."""
        self.name, self.is_package = name, is_package
        self.bindings = dict(self._bindings(statements))

    def of(self, node: ast.AST) -> list[list[str]]:
        """Modules and names that a node of the tree imports, the empty name for a module itself."""
        if isinstance(node, ast.Import):
            return [[alias.name, ""] for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            base = self._base(node)
            return [[base, alias.name] for alias in node.names]
        return [[named, ""]] if (named := self._imported_by_text(node)) else []

    def reach_themselves(self, call: ast.Call) -> bool:
        """Whether a call imports the module that it stands in."""
        names = {id_in(argument) for argument in call.args}
        return "__name__" in names and self._last_name(call.func) in IMPORTING

    def _last_name(self, function: ast.AST) -> str:
        """The name that a function has in the module that it is imported from."""
        name = id_in(function)
        return attribute_in(function) or self.bindings.get(name, ["", name])[1] or name

    def _bindings(self, statements: Sequence[ast.stmt]) -> Iterator[tuple[str, list[str]]]:
        for node in statements:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.asname or alias.name.partition(".")[0], [alias.name, ""]
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                yield from (
                    (alias.asname or alias.name, [base, alias.name]) for alias in node.names
                )

    def _imported_by_text(self, node: ast.AST) -> str:
        """The module of `import_module("a.b")` or `sys.modules["a.b"]`; empty for all else."""
        text: ast.AST | None = None
        package: ast.AST | None = None
        if isinstance(node, ast.Call) and self._last_name(node.func) in IMPORTING:
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            text, package = [*node.args, named.get("name"), named.get("package"), None][:2]
        elif isinstance(node, ast.Subscript) and "modules" in (
            attribute_in(node.value),
            id_in(node.value),
        ):
            text = node.slice
        name = text_in(text).partition(":")[0]
        if not name.startswith("."):
            return name
        base = self.name if id_in(package) in ("__name__", "__package__") else text_in(package)
        with suppress(ImportError):
            return resolve_name(name, base)
        return ""

    def _base(self, node: ast.ImportFrom) -> str:
        """The full name of the module that `from … import` names."""
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        above = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*above, *filter(None, [node.module])])


def text_in(node: ast.AST | None) -> str:
    """The text that a node of the tree is; empty for all else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ""


def id_in(node: ast.AST | None) -> str:
    """The name that a node of the tree is; empty for all else."""
    return node.id if isinstance(node, ast.Name) else ""


def attribute_in(node: ast.AST) -> str:
    """The attribute that a node of the tree asks for; empty for all else."""
    return node.attr if isinstance(node, ast.Attribute) else ""
