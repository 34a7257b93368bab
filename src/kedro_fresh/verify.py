"""Whether nodes are deterministic, by experiment: each runs twice, and its outputs are compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kedro.framework import project
from kedro.io import DataCatalog
from kedro.pipeline import Node

from kedro_fresh.contents import ABSENT
from kedro_fresh.difference import difference
from kedro_fresh.errors import FreshError
from kedro_fresh.freshness import Freshness
from kedro_fresh.phrases import few
from kedro_fresh.project import open_freshness, untranscoded
from kedro_fresh.record import Record, UnreadableError

# Two processes that order sets of strings in different ways.
HASH_SEEDS = ("1", "2")
CHILD = (
    "from pathlib import Path; from kedro.framework.startup import bootstrap_project; "
    f"bootstrap_project(Path.cwd()); from {__package__}.once import main; main()"
)


@dataclass(frozen=True)
class Verification:
    """One line of what was found.

    Attributes:
        text: of the line.
        same: whether an output was the same in both runs; None where nothing is said of one.
    """

    text: str
    same: bool | None = None


def verify(
    names: Iterable[str], catalog: DataCatalog, session: Mapping[str, Any]
) -> Iterator[Verification]:
    """Run nodes twice from the same inputs, in processes of their own; each output's verdict.

    What the catalog holds stays as it is: the outputs go to a temporary folder.

    Args:
        names: of nodes of the project.
        catalog: where their inputs lie.
        session: arguments of `KedroSession.create`.

    Raises:
        FreshError: there is no such node, an input is not there, or a run failed.
    """
    chosen = [_found(name) for name in dict.fromkeys(names)]
    parts = [open_freshness(project.pipelines[name], catalog) for name, _ in chosen]
    for (_, node), part in zip(chosen, parts, strict=True):
        _check_inputs(node, part)
    for (pipeline, node), part in zip(chosen, parts, strict=True):
        yield Verification(_announcement(node, part))
        versions = {name: part.versions.to_load().get(name) for name in node.inputs}
        run = {
            "pipeline_names": [pipeline],
            "node_names": [node.name],
            "load_versions": {name: version for name, version in versions.items() if version},
        }
        with tempfile.TemporaryDirectory(prefix="verify-") as folder:
            folders = [Path(folder) / seed for seed in HASH_SEEDS]
            for seed, target in zip(HASH_SEEDS, folders, strict=True):
                _run(node, seed, {"session": session, "run": run, "folder": str(target)})
            yield from _compared(node, part, *folders)


def _found(name: str) -> tuple[str, Node]:
    """The pipeline that has a node, and the node."""
    known: dict[str, tuple[str, Node]] = {}
    for pipeline, found in sorted(project.pipelines.items()):
        for node in found.nodes:
            known.setdefault(node.name, (pipeline, node))
    if name not in known:
        near = get_close_matches(name, known, n=1)
        wish = f"did you mean {near[0]!r}? " if near else ""
        raise FreshError(f"no node {name!r}; {wish}known are: {', '.join(sorted(known))}")
    return known[name]


def _check_inputs(node: Node, part: Freshness) -> None:
    made = {untranscoded(name) for name in part.pipeline.all_outputs()}
    inputs = [name for name in node.inputs if untranscoded(name) in made]
    unsaved = [name for name in inputs if part.locations[name].path is None]
    missing = [name for name in inputs if part.content(part.versions.loaded(name)) == ABSENT]
    if unsaved:
        raise FreshError(f"{node.name} reads {few(unsaved)}, which the catalog does not persist")
    if missing:
        raise FreshError(
            f"{node.name} reads {few(missing)}, which no run has made yet: run the pipeline first"
        )


def _announcement(node: Node, part: Freshness) -> str:
    try:
        last = Record(part.record_path(node)).finished.newest()
    except UnreadableError:
        last = None
    took = f"; its last run took {last.seconds:.1f} s" if last else ""
    return f"{node.name}: runs twice, in two processes{took}"


def _run(node: Node, seed: str, asked: Mapping[str, Any]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps(asked)],
        env={**os.environ, "PYTHONHASHSEED": seed},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise FreshError(
            f"{node.name} failed in the run with PYTHONHASHSEED={seed}: "
            f"{lines[-1] if lines else f'exit code {done.returncode}'}"
        )


def _compared(node: Node, part: Freshness, one: Path, other: Path) -> Iterator[Verification]:
    width = max((len(name) for name in node.outputs), default=0)
    for name in node.outputs:
        if part.locations[name].path is None:
            text, same = f"not compared: {part.locations[name].why_unknown()}", None
        else:
            found = difference(one / name, other / name)
            text, same = found or "same bytes", not found
            if found and part.locations[name].measured and _both_wrote(one / name, other / name):
                text, same = f"{found}; it is measured, so it may", None
        yield Verification(f"  {name.ljust(width)}  {text}", same)


def _both_wrote(one: Path, other: Path) -> bool:
    return one.exists() and other.exists()
