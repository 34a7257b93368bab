"""What made each output: a folder a node, a file for each of its runs."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from kedro_fresh.files import write_json
from kedro_fresh.ingredients import Ingredients
from kedro_fresh.listing import readable
from kedro_fresh.reasons import RecordUnreadable

FORMAT = 1
KEPT = 50  # different ingredients, or unfinished runs, of a node
MADE = "%Y-%m-%d %H:%M:%S"  # local time, which sorts as text
ALIKE = 2  # entries of the same ingredients
NAME = re.compile(r"\d{8}-[0-9a-f]{16}\.json")  # number and fingerprint


class UnreadableError(Exception):
    """A record cannot be read; nothing follows from it."""

    def __init__(self, reason: RecordUnreadable) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class Output:
    """A dataset as it was written.

    Attributes:
        version: Kedro's, None without versions.
        content: its hash; empty while it is being written.
    """

    version: str | None
    content: str


@dataclass(frozen=True)
class Entry:
    """One run of a node.

    Attributes:
        ingredients: what the outputs follow from.
        outputs: dataset -> what was written.
        made: local time, ISO.
        seconds: it took.
        process: its number.
        libraries: distribution -> version.
        unseeded: generators that it drew from without a seed; with any the node runs each time.
    """

    ingredients: Ingredients
    outputs: Mapping[str, Output]
    made: str
    seconds: float = 0.0
    process: int = 0
    libraries: Mapping[str, str] = field(default_factory=dict)
    unseeded: tuple[str, ...] = ()


@dataclass
class Shelf:
    """Entries, a file each: `<number>-<fingerprint>.json`, numbered in the order they came.

    The names alone tell which is the newest, which are of the same ingredients and which are too
    many, so that no more is read than is asked for.

    Attributes:
        folder: of the files.
        unreadable: files that were met and do not count: set aside when the next entry comes.
    """

    folder: Path
    unreadable: list[Path] = field(default_factory=list)

    def of(self, ingredients: Ingredients) -> Iterator[Entry]:
        """The entries of these ingredients, the newest first, each read when it is asked for.

        Raises:
            UnreadableError: one cannot be read; what is older may not be the right one.
        """
        for path in reversed(self.paths(ingredients)):
            if entry := self._read(path):
                yield entry

    def readable(self) -> Iterator[Entry]:
        """All entries that can be read, the newest first."""
        for path in reversed(self.paths()):
            with suppress(UnreadableError):
                if entry := self._read(path):
                    yield entry

    def newest(self) -> Entry | None:
        """The entry that came last; None where there is none.

        Raises:
            UnreadableError: it cannot be read.
        """
        paths = self.paths()
        return self._read(paths[-1]) if paths else None

    def paths(self, ingredients: Ingredients | None = None) -> list[Path]:
        """The files of these ingredients, or of all; the newest last."""
        mine = ingredients.fingerprint() if ingredients else None
        names: list[str] = []
        with readable(self.folder), suppress(FileNotFoundError):
            names = sorted(path.name for path in self.folder.iterdir())
        found = [self.folder / name for name in names if NAME.fullmatch(name)]
        return [path for path in found if mine in (None, _fingerprint(path))]

    def add(self, entry: Entry) -> None:
        """Put an entry last, and aside what could not be read."""
        while self.unreadable:
            path = self.unreadable.pop()
            with suppress(FileNotFoundError):
                path.replace(path.with_suffix(".unreadable"))
        number = max((int(path.name.partition("-")[0]) for path in self.paths()), default=0) + 1
        path = self.folder / f"{number:08}-{entry.ingredients.fingerprint()}.json"
        write_json(path, {"format": FORMAT, "entry": asdict(entry)})

    def drop(self, paths: Iterable[Path]) -> None:
        """Forget these files' entries."""
        for path in paths:
            path.unlink(missing_ok=True)

    def _read(self, path: Path) -> Entry | None:
        """A file's entry; None where it is gone, since another run dropped it meanwhile."""
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["format"] == FORMAT:
                return _adapter().validate_python(document["entry"])
            why = f"has format {document['format']}, this version reads {FORMAT}"
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            why = f"is damaged ({_first_line(error)})"
        self.unreadable.append(path)
        raise UnreadableError(RecordUnreadable(f"{path.parent.name}/{path.name}", why))


class Record:
    """All that is known of a node.

    Attributes:
        path: of its folder.
        finished: runs that ended, with what they wrote.
        unfinished: runs that began and have not ended.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.finished = Shelf(path)
        self.unfinished = Shelf(path / "unfinished")

    def begin(self, entry: Entry) -> None:
        """Note that a run begins."""
        self._drop_overwritten(entry)
        self.unfinished.add(entry)
        self.unfinished.drop(self.unfinished.paths()[:-KEPT])

    def finish(self, entry: Entry) -> None:
        """Note that a run ended, with what it wrote."""
        self.finished.add(entry)
        self.finished.drop(_too_many(self.finished.paths()))
        self._drop_overwritten(entry)
        self.unfinished.drop(self.unfinished.paths(entry.ingredients))

    def _drop_overwritten(self, entry: Entry) -> None:
        """Forget other unfinished runs where their outputs are overwritten: without versions."""
        if not all(output.version for output in entry.outputs.values()):
            mine = self.unfinished.paths(entry.ingredients)
            self.unfinished.drop(set(self.unfinished.paths()) - set(mine))


def _too_many(paths: list[Path]) -> Iterator[Path]:
    """All but the newest few of each ingredients, so that going back and forth drops none."""
    counts: Counter[str] = Counter()
    for path in reversed(paths):
        fingerprint = _fingerprint(path)
        counts[fingerprint] += 1
        if counts[fingerprint] > ALIKE or len(counts) > KEPT:
            yield path


def _fingerprint(path: Path) -> str:
    return path.stem.partition("-")[2]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


@cache
def _adapter() -> TypeAdapter[Entry]:
    return TypeAdapter(Entry)
