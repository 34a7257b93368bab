"""What made each output: one file a node, with all that it made before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from siger_pipeline.caching.contents import write_json
from siger_pipeline.caching.ingredients import Ingredients

FORMAT = 2
KEPT = 50  # different ingredients, or unfinished runs, of a node
ALIKE = 2  # entries of the same ingredients


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
        unseeded: random draws without a seed, in words; with any the node always runs.
    """

    ingredients: Ingredients
    outputs: Mapping[str, Output]
    made: str
    seconds: float = 0.0
    process: int = 0
    libraries: Mapping[str, str] = field(default_factory=dict)
    unseeded: tuple[str, ...] = ()


@dataclass
class Record:
    """All that is known of a node.

    Attributes:
        path: of its file.
        entries: finished runs, the newest last.
        unfinished: runs that began and have not ended, the newest last.
        remark: why an earlier record does not count, or empty.
    """

    path: Path
    entries: list[Entry] = field(default_factory=list)
    unfinished: list[Entry] = field(default_factory=list)
    remark: str = ""

    def begin(self, entry: Entry) -> None:
        """Note that a run begins."""
        self.unfinished = [*self._untouched(entry), entry][-KEPT:]
        self.save()

    def finish(self, entry: Entry) -> None:
        """Note that a run ended, with what it wrote."""
        mine = entry.ingredients.fingerprint()
        self.unfinished = [
            run for run in self._untouched(entry) if run.ingredients.fingerprint() != mine
        ]
        self.entries = _kept([*self.entries, entry])
        self.save()

    def _untouched(self, entry: Entry) -> list[Entry]:
        """The unfinished runs whose outputs a run does not overwrite."""
        if all(output.version for output in entry.outputs.values()):
            return self.unfinished
        mine = entry.ingredients.fingerprint()
        return [run for run in self.unfinished if run.ingredients.fingerprint() == mine]

    def save(self) -> None:
        """Write the file; one that could not be read is set aside."""
        if self.remark and self.path.exists():
            self.path.replace(self.path.with_suffix(".unreadable"))
            self.remark = ""
        document = {
            "format": FORMAT,
            "entries": [asdict(entry) for entry in self.entries],
            "unfinished": [asdict(entry) for entry in self.unfinished],
        }
        write_json(self.path, document)


def _kept(entries: list[Entry]) -> list[Entry]:
    """The newest entries: a few of each ingredients, so that going back and forth drops none."""
    counts: Counter[str] = Counter()
    kept = []
    for entry in reversed(entries):
        counts[entry.ingredients.fingerprint()] += 1
        if counts[entry.ingredients.fingerprint()] <= ALIKE and len(counts) <= KEPT:
            kept.append(entry)
    return kept[::-1]


def read_record(path: Path) -> Record:
    """The record of a node; one that cannot be read counts as none, and says why."""
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text)["format"]
        if found != FORMAT:
            return Record(
                path, remark=f"{path.name} has format {found}, this version reads {FORMAT}"
            )
        document = TypeAdapter(_Document).validate_json(text)
        return Record(path, document.entries, document.unfinished)
    except FileNotFoundError:
        return Record(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Record(path, remark=f"{path.name} is damaged ({_first_line(error)})")


@dataclass(frozen=True)
class _Document:
    format: int
    entries: list[Entry]
    unfinished: list[Entry]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
