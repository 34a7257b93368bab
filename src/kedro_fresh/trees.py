"""Hashes of syntax trees, of what counts in them: no comments, docstrings, log lines, layout."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
IMPORTS = (ast.Import, ast.ImportFrom)
DOCUMENTED = (ast.Module, ast.ClassDef, *FUNCTIONS)
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
# What a log line may hold and still do nothing else.
ARGUMENTS = (ast.Constant, ast.Name, ast.Attribute, ast.JoinedStr, ast.FormattedValue, ast.BinOp)
ARGUMENTS += (ast.operator, ast.expr_context, ast.keyword, ast.Tuple)  # type: ignore[assignment]
HARMLESS = {"len", "str", "repr", "round", "int", "float"}


def tree_hash(tree: ast.AST) -> str:
    """Hash of a syntax tree without positions, docstrings and what is empty."""
    return digest(repr(_filled(tree)))


def docstrings_hash(tree: ast.Module) -> str:
    """Hash of all docstrings of a module, which count only for code that reads docstrings."""
    documented = (node for node in ast.walk(tree) if isinstance(node, DOCUMENTED))
    return digest(repr([ast.get_docstring(node, clean=False) for node in documented]))


class _Stripper(ast.NodeTransformer):
    def __init__(self, tree: ast.Module) -> None:
        self.loggers = loggers_of(tree)
        # A module that gives their names to something else calls that.
        self.harmless = HARMLESS - {name for node in ast.walk(tree) for name in _bound(node)}

    def visit(self, node: ast.AST) -> ast.AST | None:
        """The node without docstrings and log lines; None where it is one."""
        if _is_log_line(node, self.loggers, self.harmless):
            return None
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, False) is not None:
            node.body = node.body[1:]
        return self.generic_visit(node)


def without_log_lines(tree: ast.Module) -> ast.Module:
    """A module's tree without log lines and docstrings: to be looked at, no longer to be run."""
    stripped = _Stripper(tree).visit(tree)
    assert isinstance(stripped, ast.Module)
    return stripped


def digest(text: str) -> str:
    """A short hash of a text."""
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]


def loggers_of(tree: ast.Module) -> frozenset[str]:
    """Names that a module gives to `logging.getLogger(…)`, and to nothing else.

    Nor may it do anything else with them: a handler of its own may do more than write.
    """
    nodes = list(ast.walk(tree))
    bound = Counter(name for node in nodes for name in _bound(node))
    imported = {
        alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names
    }
    if "logging" not in imported or bound["logging"] > 1:
        return frozenset()
    made = {
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "logging.getLogger"
    }
    loads = Counter(node.id for node in nodes if isinstance(node, ast.Name) and not _stores(node))
    asked = Counter(
        node.value.id
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in LEVELS | {"log", "isEnabledFor"}
    )
    return frozenset(name for name in made if bound[name] == 1 and loads[name] == asked[name])


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that this node itself binds, in whatever scope."""
    if isinstance(node, ast.Name) and _stores(node):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, (*FUNCTIONS, *IMPORTS, ast.ClassDef)):
        yield from binds(node)
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, but for what only type checkers see."""
    if isinstance(node, ast.If) and is_type_checking(node.test):
        for rest in node.orelse:
            yield from executed(rest)
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from executed(child)


def is_type_checking(test: ast.expr) -> bool:
    """`TYPE_CHECKING` or `typing.TYPE_CHECKING`; `not TYPE_CHECKING` is executed."""
    if isinstance(test, ast.Attribute) and isinstance(test.value, ast.Name):
        return test.attr == "TYPE_CHECKING"
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def binds(node: ast.AST) -> Iterator[str]:
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
            yield from binds(inner)


def _stores(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _filled(value: Any) -> Any:
    # Empty fields are left out, since newer Pythons add some to their nodes.
    if isinstance(value, ast.AST):
        filled = [
            (name, _filled(_without_docstring(value, name, inner)))
            for name, inner in ast.iter_fields(value)
            if inner is not None and inner != []
        ]
        return (type(value).__name__, filled)
    if isinstance(value, list):
        return [_filled(inner) for inner in value]
    return value


def _without_docstring(node: ast.AST, name: str, value: Any) -> Any:
    if (
        name == "body"
        and isinstance(node, DOCUMENTED)
        and ast.get_docstring(node, False) is not None
    ):
        return value[1:]
    return value


def _is_log_line(node: Any, loggers: frozenset[str], harmless: set[str]) -> bool:
    """Whether a statement is a call of a logger, and does nothing else."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return False
    call = node.value
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in LEVELS
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in loggers
        and all(_only_reads(argument, harmless) for argument in [*call.args, *call.keywords])
    )


def _only_reads(node: ast.AST, harmless: set[str]) -> bool:
    if isinstance(node, ast.Call):
        is_known = isinstance(node.func, ast.Name) and node.func.id in harmless
        return is_known and not node.keywords and all(_only_reads(n, harmless) for n in node.args)
    below = ast.iter_child_nodes(node)
    return isinstance(node, ARGUMENTS) and all(_only_reads(inner, harmless) for inner in below)
