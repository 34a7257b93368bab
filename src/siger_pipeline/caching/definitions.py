"""What a module's text says: what it executes when it is imported, and what it only defines.

A node that uses one function of a module does not depend on the others. A definition counts where
it is named; whatever may do more than define a name, such as a decorator or a call, always counts.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from siger_pipeline.caching.inert import Inert
from siger_pipeline.caching.trees import (
    IMPORTS,
    binds,
    digest,
    executed,
    is_type_checking,
    tree_hash,
    without_log_lines,
)

REFLECTING = {"globals", "locals", "eval", "exec", "vars", "dir", "__import__", "getmembers"}
NAME = re.compile(r"[A-Za-z_]\w*")
LONGEST = 200  # characters of a text that may name something


@dataclass
class Part:
    """A definition, or all that a module executes.

    Attributes:
        tree: hash of its syntax.
        uses: names in it, in its texts too, where they may be annotations.
        imports: modules that it imports, and names from them, as in `Text`.
    """

    tree: str
    uses: list[str]
    imports: list[list[str]]


@dataclass
class Text:
    """A module's text, taken apart.

    Attributes:
        rest: what it executes when it is imported, besides its imports.
        imports: modules that it imports, and names from them; the empty name is the module itself.
        definitions: name -> definition that does nothing but define it.
        bindings: name -> module and name that it is imported from.
        bound: names that the rest binds.
        reflects: whether it asks for subclasses, wherever they are.
    """

    rest: Part
    imports: list[list[str]] = field(default_factory=list)
    definitions: dict[str, Part] = field(default_factory=dict)
    bindings: dict[str, list[str]] = field(default_factory=dict)
    bound: list[str] = field(default_factory=list)
    reflects: bool = False


def take_apart(tree: ast.Module, name: str, is_package: bool) -> Text:
    """A module's text, by its syntax tree.

    Args:
        tree: of the module.
        name: full name of the module.
        is_package: whether it is a package's `__init__`.
    """
    reader = _Reader(tree, name, is_package)
    return reader.text()


class _Reader:
    def __init__(self, tree: ast.Module, name: str, is_package: bool) -> None:
        self.name, self.is_package = name, is_package
        self.tree = without_log_lines(tree)
        self.statements = [node for node in self.tree.body if not _is_nothing(node)]
        self.bindings = dict(self._bindings())
        counts = Counter(name for node in self.statements for name in binds(node))
        counts.update(name for node in ast.walk(self.tree) for name in _rebinds(node))
        self.twice = {name for name, number in counts.items() if number > 1}

    def text(self) -> Text:
        """All of it."""
        inert = (
            {} if self._is_opaque() else Inert(self.statements, self.bindings, self.twice).found()
        )
        imports = [node for node in self.statements if isinstance(node, IMPORTS)]
        # Where two statements bind one name, their order counts, and nothing is told apart.
        apart = [*inert.values(), *([] if self.twice else imports)]
        rest = [node for node in self.statements if not any(node is other for other in apart)]
        pairs = sorted(pair for node in imports for pair in self._imported(node))
        executed = self._part(rest)
        executed.tree = digest(f"{executed.tree} {pairs}")
        return Text(
            executed,
            pairs,
            {name: self._part([node]) for name, node in sorted(inert.items())},
            self.bindings,
            sorted({name for node in rest for name in binds(node)}),
            any(_attribute(node) == "__subclasses__" for node in ast.walk(self.tree)),
        )

    def _part(self, nodes: list[ast.stmt]) -> Part:
        below = [inner for node in nodes for inner in executed(node)]
        uses = {name for node in below for name in _named(node)}
        imports = [pair for node in below for pair in self._imported(node)]
        return Part(tree_hash(ast.Module(nodes, [])), sorted(uses), sorted(imports))

    def _is_opaque(self) -> bool:
        """Whether the module may reach its own names in ways that cannot be read."""
        names = {name for node in ast.walk(self.tree) for name in (_id(node), _attribute(node))}
        by_name = {"modules", "__name__"} <= names and "sys" in names
        called = {_id(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)}
        bare = {
            _id(node.func)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call) and (node.args or node.keywords)
        }
        reflecting = (called & REFLECTING) - ({"vars", "dir"} & bare)
        defines = {name for node in self.statements for name in binds(node)}
        return bool(
            reflecting or by_name or "getmembers" in names or {"*", "__getattr__"} & defines
        )

    def _bindings(self) -> Iterator[tuple[str, list[str]]]:
        for node in self.statements:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.asname or alias.name.partition(".")[0], [alias.name, ""]
            elif isinstance(node, ast.ImportFrom):
                base = _base(node, self.name, self.is_package)
                yield from (
                    (alias.asname or alias.name, [base, alias.name]) for alias in node.names
                )

    def _imported(self, node: ast.AST) -> list[list[str]]:
        if isinstance(node, ast.Import):
            return [[alias.name, ""] for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            base = _base(node, self.name, self.is_package)
            return [[base, alias.name] for alias in node.names]
        return [[named, ""]] if (named := _imported_by_text(node)) else []


def _is_nothing(node: ast.stmt) -> bool:
    """Whether a statement is never executed, or is a docstring or another bare value."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.If) and is_type_checking(node.test) and not node.orelse


def _rebinds(node: ast.AST) -> Iterator[str]:
    """Names that a function binds in its module: they count as bound once more."""
    if isinstance(node, ast.Global):
        yield from node.names


def _named(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from NAME.findall(node.value) if len(node.value) <= LONGEST else ()


def _imported_by_text(node: ast.AST) -> str:
    """The module of `import_module("a.b")` or `sys.modules["a.b"]`; empty for all else."""
    text: ast.AST | None = None
    if isinstance(node, ast.Call) and node.args:
        last = _attribute(node.func) or _id(node.func)
        text = node.args[0] if last in ("import_module", "__import__") else None
    elif isinstance(node, ast.Subscript) and _attribute(node.value) == "modules":
        text = node.slice
    return str(text.value) if isinstance(text, ast.Constant) else ""


def _id(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _attribute(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""


def _base(node: ast.ImportFrom, name: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    above = parts[: len(parts) - node.level + is_package]
    return ".".join([*above, *filter(None, [node.module])])
