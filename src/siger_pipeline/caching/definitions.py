"""What a module's text says: what it executes when it is imported, and what it only defines.

A node that uses one function of a module does not depend on the others. A definition counts where
it is named; whatever may do more than define a name, such as a decorator or a call, always counts.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from siger_pipeline.caching.trees import (
    digest,
    executed,
    is_type_checking,
    tree_hash,
    without_log_lines,
)

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
IMPORTS = (ast.Import, ast.ImportFrom)
# Expressions that do nothing but make a value, if nobody made their operators do more.
VALUES = (ast.Constant, ast.Name, ast.Attribute, ast.Tuple, ast.List, ast.Set, ast.Dict)
VALUES += (ast.UnaryOp, ast.BinOp, ast.Subscript, ast.Starred, ast.Slice)  # type: ignore[assignment]
VALUES += (ast.expr_context, ast.operator, ast.unaryop)  # type: ignore[assignment]
# Decorators and bases that do nothing to other definitions.
DECORATORS = {"functools.cache", "functools.lru_cache", "contextlib.contextmanager"}
DECORATORS |= {"dataclasses.dataclass", "abc.abstractmethod", "typing.overload"}
OF_METHODS = {"property", "staticmethod", "classmethod"}
BASES = {"abc.ABC", "enum.Enum", "enum.StrEnum", "enum.IntEnum", "typing.Protocol"}
BASES |= {"typing.NamedTuple"}
REFLECTING = {"globals", "locals", "eval", "exec", "vars", "dir", "__import__", "getmembers"}
NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
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
        counts = Counter(name for node in self.statements for name in _binds(node))
        counts.update(name for node in ast.walk(self.tree) for name in _rebinds(node))
        self.twice = {name for name, number in counts.items() if number > 1}
        self.inert_classes: set[str] = set()

    def text(self) -> Text:
        """All of it."""
        inert = {} if self._is_opaque() else dict(self._inert())
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
            sorted({name for node in rest for name in _binds(node)}),
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
        defines = {name for node in self.statements for name in _binds(node)}
        return bool(
            reflecting or by_name or "getmembers" in names or {"*", "__getattr__"} & defines
        )

    def _inert(self) -> Iterator[tuple[str, ast.stmt]]:
        """Statements that only define one name, which nothing else binds."""
        for node in self.statements:
            names = list(_binds(node))
            if len(names) != 1 or names[0] in self.twice or isinstance(node, IMPORTS):
                continue
            if self._is_inert(node):
                if isinstance(node, ast.ClassDef):
                    self.inert_classes.add(node.name)
                yield names[0], node

    def _is_inert(self, node: ast.stmt, decorators: Iterable[str] = ()) -> bool:
        if isinstance(node, FUNCTIONS):
            evaluated = [*ast.iter_child_nodes(node.args), *filter(None, [node.returns])]
            known = self._are_known(node.decorator_list, {*DECORATORS, *decorators})
            return known and all(map(_is_value, evaluated))
        if isinstance(node, ast.ClassDef):
            return self._is_inert_class(node)
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            is_name = all(isinstance(target, ast.Name) for target in targets)
            return is_name and (node.value is None or _is_value(node.value))
        return False

    def _is_inert_class(self, node: ast.ClassDef) -> bool:
        bases = {*BASES, *self.inert_classes, *_exceptions(self.bindings, self.statements)}
        known = self._are_known(node.decorator_list, DECORATORS)
        if node.keywords or not known or not self._are_known(node.bases, bases):
            return False
        hooks = {"__init_subclass__", "__set_name__", "__class_getitem__"}
        return all(
            isinstance(inner, ast.Pass)
            or (isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant))
            or (self._is_inert(inner, OF_METHODS) and not hooks & set(_binds(inner)))
            for inner in node.body
        )

    def _are_known(self, nodes: list[ast.expr], known: set[str]) -> bool:
        """Whether these decorators or bases are among those known to do nothing else."""
        for node in nodes:
            call = node if isinstance(node, ast.Call) else None
            if call and not all(map(_is_value, [*call.args, *call.keywords])):
                return False
            full = self._full_name(call.func if call else node)
            if full not in known:
                return False
        return True

    def _full_name(self, node: ast.AST) -> str:
        spelt = ast.unparse(node)
        first, dot, rest = spelt.partition(".")
        base, name = self.bindings.get(first, ["", first])
        return ".".join(filter(None, [base, name, rest if dot else ""]))

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
        return []


def _is_nothing(node: ast.stmt) -> bool:
    """Whether a statement is never executed, or is a docstring or another bare value."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    return isinstance(node, ast.If) and is_type_checking(node.test) and not node.orelse


def _binds(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds in its module or class."""
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield node.name
        return
    if isinstance(node, IMPORTS):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
        return
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            yield inner.id
        elif not isinstance(inner, ast.Lambda):
            yield from _binds(inner)


def _rebinds(node: ast.AST) -> Iterator[str]:
    """Names that a function binds in its module: they count as bound once more."""
    if isinstance(node, ast.Global):
        yield from node.names


def _named(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from NAME.findall(node.value) if len(node.value) <= LONGEST else ()


def _id(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _attribute(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""


def _is_value(node: ast.AST) -> bool:
    """Whether an expression, or what is left of arguments without their names, calls nothing."""
    if isinstance(node, ast.arg):
        return node.annotation is None or _is_value(node.annotation)
    if isinstance(node, ast.keyword):
        return _is_value(node.value)
    return isinstance(node, VALUES) and all(map(_is_value, ast.iter_child_nodes(node)))


def _exceptions(bindings: dict[str, Any], statements: list[ast.stmt]) -> set[str]:
    """Python's own exceptions and `object`, where a module gives the name to nothing else."""
    own = {name for node in statements for name in _binds(node)}
    kinds = {
        name
        for name, value in vars(builtins).items()
        if isinstance(value, type) and issubclass(value, BaseException)
    }
    return ({"object"} | kinds) - own - bindings.keys()


def _base(node: ast.ImportFrom, name: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    above = parts[: len(parts) - node.level + is_package]
    return ".".join([*above, *filter(None, [node.module])])
