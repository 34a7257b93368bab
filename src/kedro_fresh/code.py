"""The code that a function reaches: the modules of the project, as their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
KIND = "code 1"  # to be raised when what is remembered of a module changes


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
    """The modules of a project's package and of plug-in packages, read and never imported.

    Attributes:
        package: the project's.
        sources: the modules that were read.
    """

    def __init__(self, package: str, folders: Mapping[str, Sequence[Path]], contents: Contents):
        """Take the project's package, and where it and the plug-in packages are.

        Args:
            package: its name.
            folders: package -> its folders (of a namespace package, several), or its one file.
            contents: hashes of files.
        """
        self.package = package
        self.folders = folders
        self.contents = contents
        self.sources: dict[str, Source] = {}
        self._seen: dict[str, File | None] | None = None

    def of_this_moment(self) -> SourceCode:
        """The same modules, each looked at once: what it says of them does not change."""
        still = SourceCode(self.package, self.folders, self.contents)
        still._seen = {}
        return still

    def reached(
        self, names: Iterable[str | tuple[str, str]], plugins: Iterable[str] = ()
    ) -> dict[str, Module]:
        """What is executed within the project's package for these modules, or for names in them.

        Args:
            names: full names of modules, or pairs of a module and a name that it defines.
            plugins: packages whose modules count as the project's own do.

        Raises:
            FreshError: a module that is not Python.
        """
        wanted = [(name, WHOLE) if isinstance(name, str) else name for name in names]
        packages = {self.package, *plugins}
        found = Reach(self.text, lambda name: top_level(name) in packages).of(wanted)
        texts = [self.text(name) for name in found]
        docs = any(text.reads_docs for text in texts if text)
        return {name: self._module(name, parts, docs) for name, parts in found.items()}

    def text(self, name: str) -> Text | None:
        """What a module says; None where no file of these packages has it."""
        if top_level(name) not in self.folders:
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
        for base, path in self._candidates(name):
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

    def _candidates(self, name: str) -> Iterator[tuple[Path, Path]]:
        """Where a module's files would be: the folder of a package, and the file to be read."""
        for folder in self.folders[top_level(name)]:
            base = folder.joinpath(*name.split(".")[1:])
            yield base, base / "__init__.py"
            yield base, base if base.suffix == ".py" else base.with_name(f"{base.name}.py")

    def _read(self, name: str, source: Source) -> Text:
        kind, digested = f"{KIND} {name}", source.digest
        found = self.contents.derived(kind, source.path, digested)
        with suppress(KeyError, TypeError, ValueError, AttributeError):  # a damaged memory
            return _text_of(found)
        text = read(name, source)
        self.contents.keep(kind, source.path, digested, asdict(text))
        return text


def top_level(name: str) -> str:
    """The package of a module."""
    return name.partition(".")[0]


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
