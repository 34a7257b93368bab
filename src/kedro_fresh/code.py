"""The code of a function: what it reaches of the project's modules, as their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from kedro_fresh.contents import Contents
from kedro_fresh.definitions import Part, Text, take_apart
from kedro_fresh.errors import FreshError
from kedro_fresh.listing import readable, stamp_of
from kedro_fresh.loaded import Source
from kedro_fresh.reach import WHOLE, Reach
from kedro_fresh.trees import digest

# What editors, merges and Python leave beside the code, and what is only for readers.
STRAY = ("*~", "#*#", "*.orig", "*.rej", "*.swp", "*.bak", "*.md", "*.pyc", "py.typed")
KIND = "code 8"  # to be raised when what is remembered of a module changes
OWN = __package__  # this package decides what runs, and never what a node makes


@dataclass(frozen=True)
class File:
    """A module's file.

    Attributes:
        text: what it says.
        source: SHA-256 of it.
        data: of a package, its other files and their stamps.
        data_hashes: of a package, its other files and their contents.
    """

    text: Text
    source: str
    data: Mapping[str, list[int]] = field(default_factory=dict)
    data_hashes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Module:
    """What is reached of a module.

    Attributes:
        tree: hash of that; comments, docstrings, log lines and formatting do not count.
        imports: full names of all modules that the module may import.
        digest: SHA-256 of the source.
        data: of a package, its other files and their stamps.
    """

    tree: str
    imports: list[str]
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
        self._seen: dict[str, File | None] | None = None

    def of_this_moment(self) -> SourceCode:
        """The same modules, each looked at once: what it says of them does not change."""
        still = SourceCode(self.package, self.folder, self.contents)
        still._seen = {}
        return still

    def reached(self, names: Iterable[str | tuple[str, str]]) -> dict[str, Module]:
        """What is executed within the package for these modules, or for names in them.

        Args:
            names: full names of modules, or pairs of a module and a name that it defines.

        Raises:
            FreshError: a module that is not Python.
        """
        wanted = [(name, WHOLE) if isinstance(name, str) else name for name in names]
        found = Reach(self.text, self.holds).of(wanted)
        texts = [self.text(name) for name in found]
        docs = any(text.reads_docs for text in texts if text)
        return {name: self._module(name, parts, docs) for name, parts in found.items()}

    def holds(self, name: str) -> bool:
        """Whether a module is one of the package."""
        return name.partition(".")[0] == self.package

    def text(self, name: str) -> Text | None:
        """What a module says; None where there is none of the package that may count."""
        if not self.holds(name) or name == OWN or name.startswith(f"{OWN}."):
            return None
        file = self._file(name)
        return file.text if file else None

    def _module(self, name: str, parts: set[str], docs: bool) -> Module:
        file = self._file(name)
        assert file is not None
        text = file.text
        trees = [f"{part} {text.definitions[part].tree}" for part in sorted(parts)]
        every = [text.rest, *text.definitions.values()]
        pairs = [*text.imports, *(pair for part in every for pair in part.imports)]
        imports = {name for base, name in pairs for name in (base, f"{base}.{name}".rstrip("."))}
        read = [text.docs] if docs else []
        hashed = digest("\n".join([text.rest.tree, *trees, *file.data_hashes, *read]))
        return Module(hashed, sorted(imports), file.source, file.data)

    def _file(self, name: str) -> File | None:
        if self._seen is None:
            return self._found(name)
        if name not in self._seen:
            self._seen[name] = self._found(name)
        return self._seen[name]

    def _found(self, name: str) -> File | None:
        base = self.folder.joinpath(*name.split(".")[1:])
        for path in (base / "__init__.py", base.with_name(f"{base.name}.py")):
            with readable(path), suppress(FileNotFoundError, NotADirectoryError):
                source = Source(path, path.read_bytes())
                self.sources[name] = source
                data = list(_data(base)) if source.search else []
                return File(
                    self._read(name, source),
                    source.digest,
                    {str(path): stamp_of(path.stat()) for path in data},
                    # A package's other files, such as templates, count as its code.
                    tuple(f"{path.relative_to(base)} {self.contents.of(path)}" for path in data),
                )
        return None

    def _read(self, name: str, source: Source) -> Text:
        kind, digested = f"{KIND} {name}", source.digest
        found = self.contents.derived(kind, source.path, digested)
        with suppress(KeyError, TypeError, ValueError, AttributeError):  # a damaged memory
            return _text_of(found)
        text = read(name, source)
        self.contents.keep(kind, source.path, digested, asdict(text))
        return text


def read(name: str, source: Source) -> Text:
    """What a module says.

    Raises:
        FreshError: the file is not Python.
    """
    path = source.path
    try:
        tree = ast.parse(source.text)
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise FreshError(f"{path}{line}: {error.msg}") from error
    except ValueError as error:  # null bytes, before Python 3.12
        raise FreshError(f"{path}: {error}") from error
    return take_apart(tree, name, source.search is not None)


def _text_of(found: Any) -> Text:
    """A remembered text."""
    parts = {name: Part(**part) for name, part in found["definitions"].items()}
    return Text(**{**found, "rest": Part(**found["rest"]), "definitions": parts})


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
