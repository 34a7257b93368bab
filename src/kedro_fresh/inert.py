"""Statements that do nothing but define a name: they count only where it is named."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping

from kedro_fresh.trees import FUNCTIONS, IMPORTS, binds

# Expressions that do nothing but make a value, unless their operators were redefined.
VALUES = (ast.Constant, ast.Name, ast.Attribute, ast.Tuple, ast.List, ast.Set, ast.Dict)
VALUES += (ast.UnaryOp, ast.BinOp, ast.Subscript, ast.Starred, ast.Slice)  # type: ignore[assignment]
VALUES += (ast.expr_context, ast.operator, ast.unaryop)  # type: ignore[assignment]
# Decorators and bases that do nothing to other definitions.
DECORATORS = {"functools.cache", "functools.lru_cache", "contextlib.contextmanager"}
DECORATORS |= {"dataclasses.dataclass", "abc.abstractmethod", "typing.overload"}
OF_METHODS = {"property", "staticmethod", "classmethod"}
BASES = {"abc.ABC", "enum.Enum", "enum.StrEnum", "enum.IntEnum", "typing.Protocol"}
BASES |= {"typing.NamedTuple"}


class Inert:
    """Tells such statements of a module from those that may do more."""

    def __init__(
        self, statements: list[ast.stmt], bindings: Mapping[str, list[str]], twice: set[str]
    ) -> None:
        """Take a module's statements, what its names are imported from, and what is bound twice."""
        self.statements = statements
        self.bindings = bindings
        self.twice = twice
        self.classes: set[str] = set()

    def found(self) -> dict[str, ast.stmt]:
        """Name -> statement that only defines it, where nothing else binds the name."""
        found = {}
        for node in self.statements:
            names = list(binds(node))
            if len(names) != 1 or names[0] in self.twice or isinstance(node, IMPORTS):
                continue
            if self._is_inert(node):
                if isinstance(node, ast.ClassDef):
                    self.classes.add(node.name)
                found[names[0]] = node
        return found

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
        bases = {*BASES, *self.classes, *_exceptions(self.bindings, self.statements)}
        known = self._are_known(node.decorator_list, DECORATORS)
        if node.keywords or not known or not self._are_known(node.bases, bases):
            return False
        hooks = {"__init_subclass__", "__set_name__", "__class_getitem__"}
        return all(
            isinstance(inner, ast.Pass)
            or (isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant))
            or (self._is_inert(inner, OF_METHODS) and not hooks & set(binds(inner)))
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


def _is_value(node: ast.AST) -> bool:
    """Whether an expression, or what is left of arguments without their names, calls nothing."""
    if isinstance(node, ast.arg):
        return node.annotation is None or _is_value(node.annotation)
    if isinstance(node, ast.keyword):
        return _is_value(node.value)
    return isinstance(node, VALUES) and all(map(_is_value, ast.iter_child_nodes(node)))


def _exceptions(bindings: Mapping[str, list[str]], statements: list[ast.stmt]) -> set[str]:
    """Python's own exceptions and `object`, where a module gives the name to nothing else."""
    own = {name for node in statements for name in binds(node)}
    kinds = {
        name
        for name, value in vars(builtins).items()
        if isinstance(value, type) and issubclass(value, BaseException)
    }
    return ({"object"} | kinds) - own - bindings.keys()
