"""The code of a function: the syntax trees of the project's modules that it reaches by imports."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from siger_pipeline.caching.contents import Contents
from siger_pipeline.caching.listing import readable, stamp_of
from siger_pipeline.caching.loaded import Source
from siger_pipeline.errors import UserError

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# What editors, merges and Python leave beside the code, and what is only for readers.
STRAY = ("*~", "#*#", "*.orig", "*.rej", "*.swp", "*.bak", "*.md", "*.pyc", "py.typed")
DOCUMENTED = (ast.Module, ast.ClassDef, *FUNCTIONS)
KIND = "code 4"  # to be raised when what is remembered of a module changes
FIELDS = 2  # of a module that are remembered
OWN = __package__  # this package decides what runs, and never what a node makes


@dataclass(frozen=True)
class Module:
    """What a module's file says.

    Attributes:
        tree: hash of its syntax tree; comments, docstrings and formatting do not count.
        imports: full names that it may import.
        digest: SHA-256 of the source.
        data: of a package, its other files and their stamps.
    """

    tree: str
    imports: Sequence[str]
    digest: str = ""
    data: Mapping[str, list[int]] = field(default_factory=dict)


class SourceCode:
    """The modules of one package, read and never imported."""

    def __init__(self, package: str, folder: Path, contents: Contents) -> None:
        """Take the package's name and folder."""
        self.package = package
        self.folder = folder
        self.contents = contents
        self.sources: dict[str, Source] = {}
        self._seen: dict[str, Module | None] | None = None

    def of_this_moment(self) -> SourceCode:
        """The same modules, each looked at once: what it says of them does not change."""
        still = SourceCode(self.package, self.folder, self.contents)
        still._seen = {}
        return still

    def reached(self, names: Iterable[str]) -> dict[str, Module]:
        """These modules and all that they import, directly or not, within the package.

        Raises:
            UserError: a module that is not Python.
        """
        found: dict[str, Module] = {}
        waiting = list(names)
        while waiting:
            for name in self._with_parents(waiting.pop()):
                if name not in found and (module := self._module(name)):
                    found[name] = module
                    waiting += module.imports
        return found

    def holds(self, name: str) -> bool:
        """Whether a module is one of the package."""
        return name.partition(".")[0] == self.package

    def _with_parents(self, name: str) -> Iterator[str]:
        """a.b.c: importing it runs a, a.b and a.b.c."""
        if self.holds(name) and name != OWN and not name.startswith(f"{OWN}."):
            parts = name.split(".")
            for end in range(1, len(parts) + 1):
                yield ".".join(parts[:end])

    def _module(self, name: str) -> Module | None:
        if self._seen is None:
            return self._found(name)
        if name not in self._seen:
            self._seen[name] = self._found(name)
        return self._seen[name]

    def _found(self, name: str) -> Module | None:
        base = self.folder.joinpath(*name.split(".")[1:])
        for path in (base / "__init__.py", base.with_name(f"{base.name}.py")):
            with readable(path), suppress(FileNotFoundError, NotADirectoryError):
                source = Source(path, path.read_bytes())
                self.sources[name] = source
                module = self._read(name, source)
                return self._with_data(module, base) if source.search else module
        return None

    def _read(self, name: str, source: Source) -> Module:
        digest = source.digest
        found = self.contents.derived(f"{KIND} {name}", source.path, digest)
        if not (isinstance(found, list) and len(found) == FIELDS):
            found = read(name, source)
            self.contents.keep(f"{KIND} {name}", source.path, digest, found)
        return replace(Module(*found), digest=digest)

    def _with_data(self, module: Module, package: Path) -> Module:
        """A package's other files, such as templates, count as its code."""
        data = {path: stamp_of(path.stat()) for path in _data(package)}
        hashes = [f"{path.relative_to(package)} {self.contents.of(path)}" for path in data]
        stamps = {str(path): stamp for path, stamp in data.items()}
        return replace(module, tree=_digest("\n".join([module.tree, *hashes])), data=stamps)


def _data(package: Path) -> Iterator[Path]:
    """The files of a package that are not Python's, in folders that are no packages too."""
    for path in sorted(package.iterdir()):
        if path.name.startswith((".", "__pycache__")) or _is_stray(path.name):
            continue
        if path.is_file() and path.suffix != ".py":
            yield path
        elif path.is_dir() and not (path / "__init__.py").exists():
            yield from _data(path)


def _is_stray(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in STRAY)


def read(name: str, source: Source) -> list[Any]:
    """The first fields of `Module`, which follow from the source alone, as JSON can hold them.

    Raises:
        UserError: the file is not Python.
    """
    path = source.path
    try:
        tree = ast.parse(source.text)
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise UserError(f"{path}{line}: {error.msg}") from error
    except ValueError as error:  # null bytes, before Python 3.12
        raise UserError(f"{path}: {error}") from error
    imports = sorted(set(_imports(tree, name, path.name == "__init__.py")))
    return [tree_hash(tree), imports]


def tree_hash(tree: ast.AST) -> str:
    """Hash of a syntax tree without positions, docstrings and what is empty."""
    return _digest(repr(_plain(tree)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]


def _plain(value: Any) -> Any:
    # Empty fields are left out, since newer Pythons add some to their nodes.
    if isinstance(value, ast.AST):
        filled = [
            (name, _plain(_without_docstring(value, name, inner)))
            for name, inner in ast.iter_fields(value)
            if inner is not None and inner != []
        ]
        return (type(value).__name__, filled)
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _without_docstring(node: ast.AST, name: str, value: Any) -> Any:
    if (
        name == "body"
        and isinstance(node, DOCUMENTED)
        and ast.get_docstring(node, False) is not None
    ):
        return value[1:]
    return value


def _imports(tree: ast.AST, name: str, is_package: bool) -> Iterator[str]:
    for node in _executed(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, name, is_package)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _base(node: ast.ImportFrom, name: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    above = parts[: len(parts) - node.level + is_package]
    return ".".join([*above, *filter(None, [node.module])])


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below, but for what only type checkers see."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and _is_type_checking(child.test):
            for rest in child.orelse:
                yield rest
                yield from _executed(rest)
            continue
        yield child
        yield from _executed(child)


def _is_type_checking(test: ast.expr) -> bool:
    """`TYPE_CHECKING` or `typing.TYPE_CHECKING`; `not TYPE_CHECKING` is executed."""
    if isinstance(test, ast.Attribute) and isinstance(test.value, ast.Name):
        return test.attr == "TYPE_CHECKING"
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"
