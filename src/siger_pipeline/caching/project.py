"""Where the project that runs is, by Kedro's own account."""

from __future__ import annotations

from functools import reduce
from importlib.util import find_spec
from operator import add
from pathlib import Path

from kedro.framework import project
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.utils import find_kedro_project

from siger_pipeline.caching.code import SourceCode
from siger_pipeline.caching.contents import Contents
from siger_pipeline.caching.freshness import Freshness
from siger_pipeline.caching.node_code import NodeCode

FOLDER = Path("data") / ".caching"


def open_freshness(pipeline: Pipeline, catalog: DataCatalog) -> Freshness:
    """The freshness of a pipeline's nodes; records lie in `data/.caching` of the project."""
    root = find_kedro_project(Path.cwd()) or Path.cwd()
    folder = root / FOLDER
    contents = Contents(folder / "contents.json")
    package = project.PACKAGE_NAME or ""
    spec = find_spec(package) if package else None
    places = list(spec.submodule_search_locations or []) if spec else []
    source = SourceCode(package, Path(places[0]) if places else root, contents)
    return Freshness(pipeline, catalog, folder, root, NodeCode(source), contents)


def upstream(part: Pipeline) -> Pipeline:
    """The project's nodes that make what a part of its pipelines starts from."""
    everything: Pipeline = reduce(add, project.pipelines.values(), Pipeline([]))
    made = {output for node in everything.nodes for output in node.outputs}
    starts = part.inputs() & made
    if not starts:
        return Pipeline([])
    mine = {node.name for node in part.nodes}
    return Pipeline([n for n in everything.to_outputs(*starts).nodes if n.name not in mine])
