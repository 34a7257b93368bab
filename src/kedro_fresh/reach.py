"""What is executed for a name in a module: definitions that name others, in this module or that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from kedro_fresh.definitions import Part, Text

WHOLE = "*"  # instead of a name: all that a module defines
IMPORTED = ""  # instead of a name: what a module executes when it is imported


class Reach:
    """Follows names from module to module.

    A name that is imported leads to its definition; a module that is imported by itself, whatever
    is used of it, to all of it, and so does a name that is not found.
    """

    def __init__(self, text: Callable[[str], Text | None], holds: Callable[[str], bool]) -> None:
        """Take what gives a module's text, and what tells whether a module is to be followed."""
        self.text = cache(text)
        self.holds = holds
        self.waiting: list[tuple[str, str]] = []

    def of(self, wanted: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
        """Module -> its definitions that count, for names in modules, each as in `WHOLE`."""
        wanted = list(wanted)
        found: dict[str, set[str]] = {}
        self._follow(wanted, found)
        texts = {name: self.text(name) for name in found}
        if any(text and text.reflects for text in texts.values()):
            # Whoever asks for all subclasses depends on those that nothing names.
            self._follow([(name, WHOLE) for name in found], found, whole=True)
        return found

    def _follow(
        self, wanted: list[tuple[str, str]], found: dict[str, set[str]], whole: bool = False
    ) -> None:
        seen: set[tuple[str, str]] = set()
        self.waiting = list(wanted)
        while self.waiting:
            asked = self.waiting.pop()
            if asked in seen or not self.holds(asked[0]):
                continue
            seen.add(asked)
            module, name = asked
            if module not in found or whole:
                for parent in _with_parents(module):
                    self._touch(parent, found, whole)
            if name == IMPORTED:
                continue
            if text := self.text(module):
                self._enter(module, text, name, found[module])
            elif self.text(
                f"{module}.{name}"
            ):  # a folder without `__init__.py`, of which a module is imported
                self.waiting.append((f"{module}.{name}", WHOLE))

    def _touch(self, module: str, found: dict[str, set[str]], whole: bool) -> None:
        """A module is imported: it executes what it executes."""
        if (text := self.text(module)) is None:
            return
        if module not in found:
            found[module] = set()
            self._use(module, text, text.rest)
            for base, name in text.imports:
                self.waiting += [(base, IMPORTED), (f"{base}.{name}".rstrip("."), IMPORTED)]
                if name == WHOLE:
                    self.waiting.append((base, WHOLE))
        if whole:
            self.waiting.append((module, WHOLE))

    def _enter(self, module: str, text: Text, name: str, parts: set[str]) -> None:
        if name == WHOLE:
            self.waiting += [(module, other) for other in text.definitions]
            self.waiting += [(module, other) for other in text.bindings]
            if exported := text.definitions.get("__all__"):  # of a package: its modules, too
                self.waiting += [(f"{module}.{other}", WHOLE) for other in exported.uses]
        elif name in text.definitions:
            parts.add(name)
            self._use(module, text, text.definitions[name])
        elif name in text.bindings:
            self.waiting += self._imported(*text.bindings[name])
        elif self.text(f"{module}.{name}"):
            self.waiting.append((f"{module}.{name}", WHOLE))
        elif name not in text.bound:
            self.waiting.append((module, WHOLE))

    def _use(self, module: str, text: Text, part: Part) -> None:
        """All that a part names and imports."""
        for name in part.uses:
            if name in text.definitions or name in text.bindings:
                self.waiting.append((module, name))
        for base, name in part.imports:
            self.waiting += self._imported(base, name)

    def _imported(self, base: str, name: str) -> Iterator[tuple[str, str]]:
        if name and name != WHOLE:
            yield base, name
        else:
            yield from ((parent, WHOLE) for parent in _with_parents(base))


@cache
def _with_parents(name: str) -> list[str]:
    """a.b.c: importing it runs a, a.b and a.b.c."""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
