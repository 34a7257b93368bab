"""Whether a node must run, and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from kedro_fresh.contents import ABSENT, Contents
from kedro_fresh.ingredients import Ingredients, few, plain
from kedro_fresh.listing import stamps_of
from kedro_fresh.loaded import Source
from kedro_fresh.node_code import NodeCode, unknown_of, wiring
from kedro_fresh.pinned import Versions
from kedro_fresh.places import is_parameter, places
from kedro_fresh.record import Entry, Record, UnreadableError
from kedro_fresh.unfinished import UnfinishedDataset


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
    reasons: list[str]
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
        """Find every dataset's place, and read the code of all nodes."""
        self.places = places(self.catalog, self.pipeline.datasets())
        self.unfinished = {
            name for name in self.places if isinstance(self.catalog.get(name), UnfinishedDataset)
        }
        self.versions = Versions(self.places)
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
            return Verdict(State.STALE, [str(error)], ingredients, record)

    def _compared(self, ingredients: Ingredients, record: Record) -> Verdict:
        for entry in record.finished.of(ingredients):
            if entry.unseeded:
                reasons = [f"it draws random numbers without a seed ({few(list(entry.unseeded))})"]
                return Verdict(State.STALE, reasons, ingredients, record)
            if not self.damaged(entry):
                return Verdict(State.FRESH, [], ingredients, record, entry)
            if self.versions_of(entry) is not None:
                return Verdict(State.EARLIER, self.damaged(entry), ingredients, record, entry)
        reasons = self._reasons(ingredients, record.finished.newest())
        return Verdict(State.STALE, reasons, ingredients, record)

    def _reasons(self, now: Ingredients, newest: Entry | None) -> list[str]:
        if newest is None:
            return ["it has not run to its end before"]
        if newest.ingredients.fingerprint() == now.fingerprint():
            return self.damaged(newest)
        files = {name: self._relative(self.versions.loaded(name)) for name in now.inputs}
        return now.differences(newest.ingredients, files)

    def cannot_be_skipped(self, node: Node) -> list[str]:
        """Why nobody can say whether the node must run; empty where one can."""
        names = [*node.outputs, *node.inputs]
        found = [self.places[name] for name in names if name in self.places]
        unknown = [
            place.why_unknown()
            for place in found
            if place.path is None and place.name not in self.unfinished
        ]
        unread = self.code.not_in_files(node, self.modules[node.name])
        effect = [] if node.outputs else ["it has no outputs"]
        return unknown + unread + unknown_of(node) + effect

    def ingredients(self, node: Node) -> Ingredients:
        """What the node's outputs follow from."""
        inputs = [name for name in node.inputs if name in self.places]
        known = [name for name in inputs if name not in self.unfinished]
        parameters = filter(is_parameter, node.inputs)
        return Ingredients(
            code=self.code.hashes(node, self.modules[node.name]),
            wiring=plain(wiring(node)),
            parameters={name: plain(self.catalog.load(name)) for name in parameters},
            inputs={name: self.content(self.versions.loaded(name)) for name in known},
            settings={name: self.places[name].settings for name in sorted({*known, *node.outputs})},
        )

    def damaged(self, entry: Entry) -> list[str]:
        """What is not as a run left it, of the newest versions of its outputs."""
        found = []
        for name, output in entry.outputs.items():
            place = self.places[name]
            content = self.content(self.versions.current(name))
            if content == ABSENT:
                found.append(f"{name} ({self._relative(place.path)}) is missing")
            elif content != output.content:
                found.append(
                    f"{name} ({self._relative(self.versions.current(name))}) is not what it wrote"
                )
        return found

    def versions_of(self, entry: Entry) -> dict[str, Path] | None:
        """Files that hold what a run wrote, one for each output; None where one is gone."""
        files = {}
        for name, output in entry.outputs.items():
            place = self.places[name]
            candidates = [
                path for path in (self.versions.current(name), place.at(output.version)) if path
            ]
            whole = [path for path in candidates if self.content(path) == output.content]
            if not whole:
                return None
            files[name] = whole[0]
        return files

    def record_path(self, node: Node) -> Path:
        """Folder of a node's record: named after it and after where it writes."""
        return self.folder / f"{node.name.replace('/', '-')}-{self._key(node.outputs)}"

    def lock_path(self, dataset: str) -> Path:
        """File that stands for a dataset without versions, whatever pipeline it is of."""
        return self.folder / f"dataset-{self._key([dataset])}.lock"

    def _key(self, names: list[str]) -> str:
        """Of where datasets lie: their names may differ from pipeline to pipeline."""
        places = [self.places[name] for name in names]
        lie = sorted(self._relative(place.path) or place.filepath for place in places)
        return hashlib.sha256(json.dumps(lie).encode()).hexdigest()[:12]

    def imports(self, node: Node) -> set[str]:
        """All that the modules of a node's function import, libraries among them."""
        return {name for module in self.modules[node.name].values() for name in module.imports}

    def other_code(self, node: Node) -> list[str]:
        """How the code that this process runs may differ from the ingredients', in words."""
        modules = self.modules[node.name]
        told = "{} changed after it was loaded, or was loaded from an outdated .pyc"
        other = [told.format(name) for name in sorted(self.code.loaded_otherwise(node, modules))]
        data = {path: stamp for found in modules.values() for path, stamp in found.data.items()}
        written = [path for path, stamp in data.items() if stamps_of(Path(path)) != stamp]
        return other + [f"{self._relative(Path(path))} was written" for path in written]

    def _types(self, node: Node) -> set[str]:
        names = {*node.inputs, *node.outputs} - self.unfinished
        return set().union(*(self.places[name].types() for name in names & set(self.places)))

    def content(self, path: Path | None) -> str:
        """Hash of what a file or folder holds, `ABSENT` where there is none."""
        return self.contents.of(path) if path else ABSENT

    def _relative(self, path: Path | None) -> str:
        """A path as people say it: from the project's folder, if it lies there."""
        if path and path.is_relative_to(self.root):
            return path.relative_to(self.root).as_posix()
        return str(path or "")
