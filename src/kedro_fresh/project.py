"""Where the project that runs is, by Kedro's own account."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from kedro.framework import project
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline
from kedro.utils import find_kedro_project

from kedro_fresh.code import SourceCode, top_level
from kedro_fresh.contents import Contents
from kedro_fresh.freshness import Freshness
from kedro_fresh.loaded import watch
from kedro_fresh.locations import locations
from kedro_fresh.node_code import NodeCode, named_modules
from kedro_fresh.record import Entry, Record
from kedro_fresh.record_folders import record_folder

FOLDER = Path("data") / ".fresh"


def project_root() -> Path:
    """The folder of the project that runs; without one the present folder."""
    return find_kedro_project(Path.cwd()) or Path.cwd()


def open_freshness(
    pipeline: Pipeline, catalog: DataCatalog, contents: Contents | None = None
) -> Freshness:
    """The freshness of a pipeline's nodes; records are in `data/.fresh` of the project.

    Args:
        pipeline: whose nodes are asked for.
        catalog: where their datasets lie.
        contents: hashes that are known already.
    """
    root = project_root()
    folder = root / FOLDER
    contents = contents or Contents(folder / "contents.json")
    package = project.PACKAGE_NAME or ""
    plugins = {top_level(name) for node in pipeline.nodes for name in named_modules(node)}
    folders = {name: found for name in {package, *plugins} if (found := _folders(name))}
    for name in folders:
        watch(name)
    code = NodeCode(SourceCode(package, folders, contents))
    return Freshness(pipeline, catalog, folder, root, code, contents)


def _folders(package: str) -> list[Path]:
    """The folders of a package, of a namespace several, or its one file; none where it is not."""
    spec = find_spec(package) if package else None
    if spec is None:
        return []
    if spec.submodule_search_locations is not None:
        return [Path(folder) for folder in spec.submodule_search_locations]
    return [Path(spec.origin)] if spec.has_location and spec.origin else []


def upstream(part: Pipeline) -> Pipeline:
    """The project's nodes that make what a part of its pipelines starts from.

    Each start is looked for in one pipeline after another, since two of them may make it in
    different ways.
    """
    wanted = {untranscoded(name) for name in part.inputs()}
    mine = {node.name for node in part.nodes}
    found: dict[str, Node] = {}
    for pipeline in project.pipelines.values():
        made = {name for name in pipeline.all_outputs() if untranscoded(name) in wanted}
        wanted -= {untranscoded(name) for name in made}
        before = pipeline.to_outputs(*made).nodes if made else []
        found |= {node.name: node for node in before if node.name not in mine | found.keys()}
    return Pipeline(list(found.values()))


def untranscoded(name: str) -> str:
    """A dataset's name without Kedro's transcoding: `prices@spark` is `prices`."""
    return name.partition("@")[0]


def last_runs(pipeline: Pipeline, catalog: DataCatalog) -> dict[str, Entry]:
    """Name of each node that has a record -> its last run that ended."""
    root = project_root()
    lie = locations(catalog, pipeline.all_outputs())
    found = {}
    for node in pipeline.nodes:
        record = Record(record_folder(node, lie, root / FOLDER, root))
        if entry := next(record.finished.readable(), None):
            found[node.name] = entry
    return found
