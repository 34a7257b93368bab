"""Removal of old versions that no fresh result needs: what `kedro fresh prune` does."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from kedro_fresh.contents import Contents
from kedro_fresh.errors import FreshError
from kedro_fresh.freshness import DATASETS, Freshness
from kedro_fresh.leftovers import remove_leftovers
from kedro_fresh.locations import Location
from kedro_fresh.locks import Locks, refuse_if_held
from kedro_fresh.old_versions import Old, Rule
from kedro_fresh.project import open_freshness
from kedro_fresh.record import Record
from kedro_fresh.temporary import temporary_folder_beside


class Pruning:
    """What a rule removes of the datasets that some pipelines of a project make.

    Attributes:
        elsewhere: versioned datasets that are left, since they are not on a local disk.
    """

    def __init__(
        self, chosen: Iterable[Pipeline], project: Iterable[Pipeline], catalog: DataCatalog
    ) -> None:
        """Find what must stay.

        Args:
            chosen: the pipelines whose datasets are pruned.
            project: all pipelines, since what their nodes need stays.
            catalog: where the datasets lie.
        """
        chosen = list(chosen)
        self.opened = list(_opened([*chosen, *project], catalog))
        self.makers: dict[Path, dict[Path, str]] = defaultdict(dict)
        self.needed: dict[Path, set[str]] = defaultdict(set)
        self.resumable = _resumable(self._records())
        for freshness in self.opened:
            self._note_makers(freshness)
            self._note_needed(freshness)
        names = {name for pipeline in chosen for name in pipeline.all_outputs()}
        known = {name: one for opened in self.opened for name, one in opened.locations.items()}
        made = [known[name] for name in sorted(names) if known[name].versioned]
        self.local = {one.path: one for one in reversed(made) if one.path is not None}
        self.elsewhere = [one.name for one in made if one.path is None]
        for freshness in self.opened:
            freshness.contents.save()

    def old(self, rule: Rule) -> list[Old]:
        """The versions that a rule removes, by dataset."""
        found = []
        for folder, location in self.local.items():
            versions, stay = location.versions(), self.needed[folder] | self.resumable
            old = [version for version in rule.old(versions, folder) if version not in stay]
            found.append(Old(location.name, folder, old, len(versions), self.makers[folder]))
        return sorted((one for one in found if one.versions), key=lambda one: one.dataset)

    def remove(self, old: Iterable[Old]) -> None:
        """Remove versions, each at once: one that is half removed no longer counts as a version.

        Raises:
            FreshError: a run is going on, or a version cannot be removed.
        """
        for record in self._records():
            refuse_if_held(record, record.name.rpartition("-")[0])
        for freshness in self.opened:
            remove_leftovers(freshness)
        for one in old:
            with Locks() as locks:
                for record, node in one.makers.items():
                    locks.take(record, node)
                for version in one.versions:
                    _remove(one.folder, version)

    def _records(self) -> set[Path]:
        """The records of all nodes that ever ran, of whatever pipeline and parameters."""
        folders = {freshness.folder for freshness in self.opened}
        paths = [path for folder in folders if folder.is_dir() for path in folder.iterdir()]
        locks = [path.with_suffix("") for path in paths if path.suffix == ".lock"]
        folders = {path for path in paths if path.is_dir() and path.name != DATASETS}
        return {*locks, *folders}

    def _note_makers(self, freshness: Freshness) -> None:
        for node in freshness.pipeline.nodes:
            for name in node.outputs:
                if path := freshness.locations[name].path:
                    self.makers[path][freshness.record_path(node)] = node.name

    def _note_needed(self, freshness: Freshness) -> None:
        """What each node needs, with what a run brings forward before it comes to the node."""
        newest = freshness.versions.newest
        for name, location in freshness.locations.items():
            self._need(location, newest[name], location.load_version)
        for node in freshness.pipeline.nodes:
            entry = freshness.examine(node).entry
            if entry is None:
                continue
            for name, file in (freshness.versions_of(entry) or {}).items():
                if freshness.locations[name].versioned:
                    newest[name] = file.parent.name
                    written = entry.outputs[name].version
                    self._need(freshness.locations[name], newest[name], written)

    def _need(self, location: Location, *versions: str | None) -> None:
        if location.path is not None and location.versioned:
            self.needed[location.path] |= {version for version in versions if version}


def _opened(pipelines: Iterable[Pipeline], catalog: DataCatalog) -> Iterator[Freshness]:
    """The freshness of the nodes of each pipeline, but of those that add nothing to a larger one.

    What is made before a node decides whether it is fresh: a pipeline adds nothing if its nodes are
    the larger one's, and the larger one makes none of its inputs.
    """
    contents: Contents | None = None
    larger: list[tuple[set[int], set[str]]] = []
    for pipeline in sorted(pipelines, key=lambda one: -len(one.nodes)):
        nodes = set(map(id, pipeline.nodes))
        if any(nodes <= own and not made & pipeline.inputs() for own, made in larger):
            continue
        larger.append((nodes, pipeline.all_outputs()))
        freshness = open_freshness(pipeline, catalog, contents)
        contents = freshness.contents
        yield freshness


def _resumable(records: Iterable[Path]) -> set[str]:
    """The versions that broken-off runs of these nodes have left, whatever their parameters."""
    entries = [entry for path in records for entry in Record(path).unfinished.readable()]
    return {out.version for entry in entries for out in entry.outputs.values() if out.version}


def _remove(folder: Path, version: str) -> None:
    """Remove a version's folder; if the process is killed meanwhile, a later run goes on."""
    try:
        with temporary_folder_beside(folder) as removed:
            (folder / version).replace(removed / version)
            shutil.rmtree(removed / version)
    except OSError as error:
        raise FreshError(
            f"{folder / version} cannot be removed ({error.strerror or error}): the versions "
            "listed before it are gone, the others stay. Mend that, then prune again"
        ) from error
