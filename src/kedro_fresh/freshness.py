"""Whether a node must run, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from kedro_fresh.contents import ABSENT, Contents
from kedro_fresh.ingredients import Ingredients, as_json
from kedro_fresh.listing import stamps_of
from kedro_fresh.loaded import Source
from kedro_fresh.locations import is_parameter, locations
from kedro_fresh.node_code import NodeCode, unknown_of, wiring
from kedro_fresh.phrases import few
from kedro_fresh.pinned import Versions
from kedro_fresh.reasons import (
    NeverRan,
    NoOutputs,
    OutputChanged,
    OutputMissing,
    Reason,
    Unseeded,
)
from kedro_fresh.record import Entry, Record, UnreadableError
from kedro_fresh.record_folders import key_of, record_folder, relative
from kedro_fresh.unfinished import UnfinishedDataset

DATASETS = "datasets"  # folder of the locks of datasets without versions; no record's name


class State(StrEnum):
    """What a run does with a node."""

    FRESH = "fresh"
    EARLIER = "earlier"  # an earlier version is what it would make: brought forward
    STALE = "stale"


@dataclass(frozen=True)
class Verdict:
    """A node's state.

    Attributes:
        state: what a run would do.
        reasons: why it is stale.
        ingredients: as they are now.
        record: of the node.
        entry: the finished run whose outputs are the right ones, if there is one.
    """

    state: State
    reasons: list[Reason]
    ingredients: Ingredients
    record: Record
    entry: Entry | None = None

    def why(self) -> str:
        """The reasons as one phrase."""
        return few(self.reasons)


@dataclass
class Freshness:
    """The nodes of a pipeline beside what is known of their outputs.

    Code is read once, and the newest versions are looked up once: a run keeps to them, and to those
    that it makes itself, whatever other runs do meanwhile.

    Attributes:
        pipeline: whose nodes are asked for.
        catalog: where their datasets lie.
        folder: of the records.
        root: of the project: records are found again when it moves.
        code: of the nodes.
        contents: hashes of files.
    """

    pipeline: Pipeline
    catalog: DataCatalog
    folder: Path
    root: Path
    code: NodeCode
    contents: Contents

    def __post_init__(self) -> None:
        """Find every dataset's location, and read the code of all nodes."""
        self.locations = locations(self.catalog, self.pipeline.datasets())
        datasets = {name: self.catalog.get(name) for name in self.locations}
        self.unfinished = {n for n, each in datasets.items() if isinstance(each, UnfinishedDataset)}
        caches = {n for n, each in datasets.items() if getattr(each, "CACHE", False)}
        self.uncompared = self.unfinished | caches  # what they hold saves work, and no more
        self.versions = Versions(self.locations)
        self.code = self.code.of_this_moment()
        self.modules = {
            node.name: self.code.modules(node, self._types(node)) for node in self.pipeline.nodes
        }

    @property
    def sources(self) -> Mapping[str, Source]:
        """The modules that the nodes reach, as they were read."""
        return self.code.source.sources

    def examine(self, node: Node) -> Verdict:
        """The state of a node, with its inputs as they are now."""
        record = Record(self.record_path(node))
        unknown = self.cannot_be_skipped(node)
        ingredients = self.ingredients(node)
        if unknown:
            return Verdict(State.STALE, unknown, ingredients, record)
        try:
            return self._compared(ingredients, record)
        except UnreadableError as error:
            return Verdict(State.STALE, [error.reason], ingredients, record)

    def _compared(self, ingredients: Ingredients, record: Record) -> Verdict:
        for entry in record.finished.of(ingredients):
            if entry.unseeded:
                return Verdict(State.STALE, [Unseeded(entry.unseeded)], ingredients, record)
            if not self.damaged(entry):
                return Verdict(State.FRESH, [], ingredients, record, entry)
            if self.versions_of(entry) is not None:
                return Verdict(State.EARLIER, self.damaged(entry), ingredients, record, entry)
        reasons = self._reasons(ingredients, record.finished.newest())
        return Verdict(State.STALE, reasons, ingredients, record)

    def _reasons(self, now: Ingredients, newest: Entry | None) -> list[Reason]:
        if newest is None:
            return [NeverRan()]
        if newest.ingredients.fingerprint() == now.fingerprint():
            return self.damaged(newest)
        files = {name: self.relative(self.versions.loaded(name)) for name in now.inputs}
        return now.differences(newest.ingredients, files)

    def cannot_be_skipped(self, node: Node) -> list[Reason]:
        """Why the node runs each time: what it follows from or makes cannot be compared."""
        names = [*node.outputs, *node.inputs]
        found = [self.locations[name] for name in names if name in self.locations]
        unknown: list[Reason] = [
            location.why_unknown()
            for location in found
            if location.path is None and location.name not in self.uncompared
        ]
        unread = self.code.not_in_files(node, self.modules[node.name])
        effect = [] if node.outputs else [NoOutputs()]
        return [*unknown, *unread, *unknown_of(node), *effect]

    def ingredients(self, node: Node) -> Ingredients:
        """What the node's outputs follow from."""
        inputs = [name for name in node.inputs if name in self.locations]
        known = [name for name in inputs if name not in self.uncompared]
        parameters = filter(is_parameter, node.inputs)
        return Ingredients(
            code=self.code.hashes(node, self.modules[node.name]),
            wiring=as_json(wiring(node)),
            parameters={name: as_json(self.catalog.load(name)) for name in parameters},
            inputs={name: self.content(self.versions.loaded(name)) for name in known},
            settings={
                name: self.locations[name].settings for name in sorted({*known, *node.outputs})
            },
        )

    def damaged(self, entry: Entry) -> list[Reason]:
        """What is not as a run left it, of the newest versions of its outputs."""
        found: list[Reason] = []
        for name, output in entry.outputs.items():
            location = self.locations[name]
            content = self.content(self.versions.current(name))
            if content == ABSENT:
                found.append(OutputMissing(name, self.relative(location.path)))
            elif content != output.content:
                file = self.relative(self.versions.current(name))
                found.append(OutputChanged(name, file))
        return found

    def versions_of(self, entry: Entry) -> dict[str, Path] | None:
        """Files that hold what a run wrote, one for each output; None where one is gone."""
        files = {}
        for name, output in entry.outputs.items():
            location = self.locations[name]
            candidates = [
                path for path in (self.versions.current(name), location.at(output.version)) if path
            ]
            whole = [path for path in candidates if self.content(path) == output.content]
            if not whole:
                return None
            files[name] = whole[0]
        return files

    def record_path(self, node: Node) -> Path:
        """Folder of a node's record."""
        return record_folder(node, self.locations, self.folder, self.root)

    def lock_path(self, dataset: str) -> Path:
        """File that stands for a dataset without versions, whatever pipeline it is of."""
        return self.folder / DATASETS / f"{key_of([self.locations[dataset]], self.root)}.lock"

    def imports(self, node: Node) -> set[str]:
        """All that the modules of a node's function import, libraries among them."""
        return {name for module in self.modules[node.name].values() for name in module.imports}

    def other_code(self, node: Node) -> list[str]:
        """How the code that this process runs may differ from the ingredients', in words."""
        modules = self.modules[node.name]
        text = "{} changed after it was loaded, or was loaded from an outdated .pyc"
        other = [text.format(name) for name in sorted(self.code.loaded_otherwise(node, modules))]
        data = {path: stamp for found in modules.values() for path, stamp in found.data.items()}
        written = [path for path, stamp in data.items() if stamps_of(Path(path)) != stamp]
        return other + [f"{self.relative(Path(path))} was written" for path in written]

    def _types(self, node: Node) -> set[str]:
        names = {*node.inputs, *node.outputs} - self.unfinished
        return set().union(*(self.locations[name].types() for name in names & set(self.locations)))

    def content(self, path: Path | None) -> str:
        """Hash of what a file or folder holds, `ABSENT` where there is none."""
        return self.contents.of(path) if path else ABSENT

    def relative(self, path: Path | None) -> str:
        """A path, relative to the project's folder if it lies there."""
        return relative(path, self.root)
