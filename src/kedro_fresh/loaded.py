"""The source that each module of a package was loaded from.

Kedro's nodes import what they use in their bodies, long after a run has begun. What counts as the
code of a result is the source that Python compiled, not what a file holds before or after.
"""

from __future__ import annotations

import hashlib
import marshal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from kedro_fresh import clock

ATTRIBUTE = "__loaded_source__"  # of a module: SHA-256 of each source that it was executed from
CHECKED_HASH = (0b11).to_bytes(4, "little")  # a .pyc that is compared by its source, PEP 552


@dataclass(frozen=True)
class Source:
    """A module's source.

    Attributes:
        path: of its file.
        text: the bytes of it.
    """

    path: Path
    text: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return digest_of(self.text)

    @property
    def search(self) -> list[str] | None:
        """Where a package's modules are looked for; None for a module."""
        return [str(self.path.parent)] if self.path.name == "__init__.py" else None


class WatchingLoader(SourceFileLoader):
    """Loads a module, and notes in it which source that was.

    A `.pyc` counts by the content of its source: size and time of change, Python's own measure,
    are the same for two branches that are checked out within a second.
    """

    def __init__(self, fullname: str, path: str, source: bytes | None = None) -> None:
        super().__init__(fullname, path)
        self.source = source
        self.digest = ""

    def get_code(self, fullname: str) -> CodeType:
        """The code of the source, compiled before or now."""
        path = self.get_filename(fullname)
        source = self.get_data(path) if self.source is None else self.source
        self.digest = digest_of(source)
        header = MAGIC_NUMBER + CHECKED_HASH + source_hash(source)
        cached = _cached_path(path)
        if cached and (found := self._compiled(cached, header, path)):
            return found
        code: CodeType = self.source_to_code(source, path)
        if cached and not sys.dont_write_bytecode:
            self.set_data(cached, header + marshal.dumps(code))
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module; one that is reloaded bears the sources of both times."""
        super().exec_module(module)
        _note(module, self.digest)

    def _compiled(self, cached: str, header: bytes, path: str) -> CodeType | None:
        with suppress(OSError, ValueError, EOFError, TypeError):
            data = self.get_data(cached)
            code = marshal.loads(data[len(header) :]) if data.startswith(header) else None
            # A copied folder brings compiled files along that name the original's.
            if isinstance(code, CodeType) and code.co_filename == path:
                return code
        return None


class WatchingFinder(MetaPathFinder):
    """Finds the modules of one package as Python does, and has them loaded by `WatchingLoader`."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.pinned: Mapping[str, Source] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's file, or the source that a run keeps to."""
        if fullname.partition(".")[0] != self.package:
            return None
        if pinned := self.pinned.get(fullname):
            loader = WatchingLoader(fullname, str(pinned.path), pinned.text)
            return spec_from_file_location(
                fullname, pinned.path, loader=loader, submodule_search_locations=pinned.search
            )
        spec = PathFinder.find_spec(fullname, path, target)
        if (
            spec and type(spec.loader) is SourceFileLoader
        ):  # not zip files, nor other tools' loaders
            spec.loader = WatchingLoader(fullname, spec.loader.path)
        return spec


def watch(package: str) -> WatchingFinder:
    """Note from now on what the modules of a package are loaded from; once more is nothing.

    Called where the package begins, so that no other module of it is loaded yet. Those that are
    count if they can be no other source than that of their files.
    """
    finder = next((found for found in sys.meta_path if _watches(found, package)), None)
    if finder is None:
        finder = WatchingFinder(package)
        sys.meta_path.insert(0, finder)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == package and not hasattr(module, ATTRIBUTE):
            with suppress(OSError, ImportError, SyntaxError):
                _note_if_certain(name, module)
    return finder  # type: ignore[return-value]


@contextmanager
def keeping_to(packages: Iterable[str], sources: Mapping[str, Source]) -> Iterator[None]:
    """Modules that are imported meanwhile are of these sources, whatever their files hold then."""
    finders = [watch(package) for package in packages]
    before = [finder.pinned for finder in finders]
    for finder in finders:
        finder.pinned = sources
    try:
        yield
    finally:
        for finder, pinned in zip(finders, before, strict=True):
            finder.pinned = pinned


def runs_other_source(name: str, digest: str) -> bool:
    """Whether a module is loaded, and not known to be of this source."""
    module = sys.modules.get(name)
    return module is not None and getattr(module, ATTRIBUTE, None) != (digest,)


def changed_since_start(module: str) -> bool:
    """Whether a loaded module's file changed after this process began, or its file is unknown."""
    path = getattr(sys.modules.get(module), "__file__", None)
    try:
        return path is None or clock.latest_change(Path(path).stat()) > clock.STARTED_NS
    except OSError:
        return True


def digest_of(text: bytes) -> str:
    """SHA-256."""
    return hashlib.sha256(text).hexdigest()


def _watches(finder: Any, package: str) -> bool:
    # By name: a notebook that reloads the project has this module twice.
    return type(finder).__name__ == WatchingFinder.__name__ and finder.package == package


def _note(module: ModuleType, digest: str) -> None:
    seen: tuple[str, ...] = getattr(module, ATTRIBUTE, ())
    setattr(module, ATTRIBUTE, tuple(dict.fromkeys((*seen, digest))))


def _note_if_certain(name: str, module: ModuleType) -> None:
    """Note the source of a module that was loaded unwatched, unless it may have been another."""
    loader, path = getattr(module.__spec__, "loader", None), getattr(module, "__file__", None)
    if not isinstance(loader, SourceLoader) or not path or changed_since_start(name):
        return
    source = Path(path).read_bytes()
    if loader.get_code(name) == loader.source_to_code(source, path):  # else: an outdated .pyc
        _note(module, digest_of(source))


def _cached_path(path: str) -> str | None:
    try:
        return cache_from_source(path)
    except NotImplementedError:  # a Python that keeps no compiled files
        return None
