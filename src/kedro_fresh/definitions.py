"""What a module's text says: what it executes when it is imported, and what it only defines.

A node that uses one function of a module does not depend on the others. A definition counts where
it is named; a statement that may do more than define a name, such as a call, always counts.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kedro_fresh.imports import Imports, attribute_in, id_in, text_in
from kedro_fresh.inert import Inert
from kedro_fresh.trees import (
    IMPORTS,
    binds,
    digest,
    docstrings_hash,
    executed,
    is_type_checking,
    tree_hash,
    without_log_lines,
)

# Names of what reaches a module's definitions by other ways than their names, wherever it stands.
REFLECTING = {"globals", "eval", "exec", "__import__", "__globals__", "f_globals"}
REFLECTING |= {"getmembers", "getmodule"}
# The same, where it is called without arguments: an object's attributes are no definitions.
REFLECTING_BARE = {"locals", "vars", "dir"}
# What a class does when another class, or an object in one, is made: no name leads there.
HOOKS = {"__subclasses__", "__init_subclass__", "__set_name__"}
DOCS = {"__doc__", "getdoc"}
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
        reflects: whether it uses `__subclasses__`, `__init_subclass__` or `__set_name__`.
        docs: hash of its docstrings.
        reads_docs: whether it reads docstrings, its own or those of other modules.
    """

    rest: Part
    imports: list[list[str]] = field(default_factory=list)
    definitions: dict[str, Part] = field(default_factory=dict)
    bindings: dict[str, list[str]] = field(default_factory=dict)
    bound: list[str] = field(default_factory=list)
    reflects: bool = False
    docs: str = ""
    reads_docs: bool = False


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
        self.docs = docstrings_hash(tree)
        self.tree = without_log_lines(tree)
        self.statements = [node for node in self.tree.body if not _is_nothing(node)]
        self.imports = Imports(self.statements, name, is_package)
        self.bindings = self.imports.bindings
        counts = Counter(name for node in self.statements for name in binds(node))
        counts.update(name for node in ast.walk(self.tree) for name in _rebinds(node))
        self.twice = {name for name, number in counts.items() if number > 1}

    def text(self) -> Text:
        """All of it."""
        inert = (
            {} if self._is_opaque() else Inert(self.statements, self.bindings, self.twice).found()
        )
        imports = [node for node in self.statements if isinstance(node, IMPORTS)]
        # Where two statements bind one name, their order matters: the imports stay among them.
        apart = [*inert.values(), *([] if self.twice else imports)]
        rest = [node for node in self.statements if not any(node is other for other in apart)]
        pairs = sorted(pair for node in imports for pair in self.imports.of(node))
        executed = self._part(rest)
        executed.tree = digest(f"{executed.tree} {self._between(rest, imports)}")
        return Text(
            executed,
            pairs,
            {name: self._part([node]) for name, node in sorted(inert.items())},
            self.bindings,
            sorted({name for node in rest for name in binds(node)}),
            any(not HOOKS.isdisjoint(_spelt(node)) for node in ast.walk(self.tree)),
            self.docs,
            any(not DOCS.isdisjoint((*_spelt(node), id_in(node))) for node in ast.walk(self.tree)),
        )

    def _between(
        self, rest: Sequence[ast.stmt], imports: Sequence[ast.stmt]
    ) -> list[list[list[str]]]:
        """What is imported before each statement that may do something: imports may see it."""
        groups: list[list[list[str]]] = [[]]
        for node in self.statements:
            if any(node is other for other in imports):
                groups[-1] = sorted([*groups[-1], *self.imports.of(node)])
            elif groups[-1] and any(node is other for other in rest):
                groups.append([])
        return groups

    def _part(self, nodes: list[ast.stmt]) -> Part:
        below = [inner for node in nodes for inner in executed(node)]
        uses = {name for node in below for name in _named(node)}
        imports = [pair for node in below for pair in self.imports.of(node)]
        return Part(tree_hash(ast.Module(nodes, [])), sorted(uses), sorted(imports))

    def _is_opaque(self) -> bool:
        """Whether the module may reach its own names in ways that cannot be read."""
        nodes = list(ast.walk(self.tree))
        names = {name for node in nodes for name in (id_in(node), attribute_in(node))}
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        bare = {id_in(node.func) for node in calls if not (node.args or node.keywords)}
        defines = {name for node in self.statements for name in binds(node)}
        return (
            not names.isdisjoint(REFLECTING)
            or not bare.isdisjoint(REFLECTING_BARE)
            or {"modules", "__name__"} <= names
            or any(self.imports.reach_themselves(node) for node in calls)
            or not defines.isdisjoint({"*", "__getattr__"})
        )


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


def _spelt(node: ast.AST) -> Iterator[str]:
    """A name in a text, of an attribute, or of a function that is defined."""
    yield text_in(node)
    yield attribute_in(node)
    yield getattr(node, "name", None) or ""
