"""What is said while a run goes on and at its end, whatever started it and whatever runs it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from kedro_fresh.events import RUNNING
from kedro_fresh.phrases import duration
from siger_pipeline.datasets.held_out import reader
from siger_pipeline.shell.current import check_each
from siger_pipeline.shell.narration import Narration
from siger_pipeline.shell.preflight import check_before_run
from siger_pipeline.shell.progress import Progress
from siger_pipeline.shell.results import closing_lines
from siger_pipeline.shell.viz import EndedRun, note_for_viz

LOG = logging.getLogger(__name__)
POINT = "PointFreshRunner"  # of a sweep, which tells what has come of each of its points
# It tells of its nodes itself, and checks those that it will run; None is the session's own one.
CACHING = ("FreshRunner", "None")


class ProjectHooks:
    """One line a node, and at the end the results."""

    def __init__(self) -> None:
        self.narration = Narration()
        self.tells_itself = True
        self.tells_results = True
        self.node = ""
        self.start = 0.0
        self.began = datetime.now(UTC)
        self.failed: Node | None = None
        self.later: dict[str, Callable[[], None]] = {}

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Begin to narrate.

        Raises:
            ParameterError: `each` of `--params` without a study.
        """
        check_each(run_params.get("pipeline_names") or [])
        runner = str(run_params["runner"])
        self.tells_itself, self.node = any(name in runner for name in CACHING), ""
        self.tells_results = POINT not in runner
        self.began, self.failed = datetime.now(UTC), None
        self.later = {}
        if not self.tells_itself:
            later = check_before_run(pipeline.nodes, catalog)
            self.later = {name: partial(check, catalog) for name, check in later.items()}
            for name in pipeline.inputs():
                self.after_dataset_saved(name)
        self.narration.start(Progress(pipeline))

    @hook_impl
    def before_dataset_loaded(self, node: Node) -> None:
        """The first thing that happens to a node: the one before it has ended.

        Kedro's hook after a node comes too early for one that yields: nothing is computed yet.
        """
        reader.set(node.name)  # whoever loads the test split leaves an entry
        if node.name != self.node:
            self._end_node()
            self.node, self.start = node.name, perf_counter()
            if not self.tells_itself:
                RUNNING.debug("%s: running", node.name)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str) -> None:
        """Look for what only its data show, and would stop a later node."""
        if check := self.later.pop(dataset_name, None):
            check()

    @hook_impl
    def on_node_error(self, node: Node) -> None:
        """Keep which one it was."""
        self.failed = node

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Say what came of it."""
        reader.set(None)
        self._end_node()
        if self.tells_results:
            for level, line in closing_lines(pipeline, catalog):
                LOG.log(level, "%s", line)
            note_for_viz(EndedRun(pipeline, catalog, self.began))
        self.narration.stop()

    @hook_impl
    def on_pipeline_error(self, error: Exception, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Name the node: Kedro's own line of it spells out all of its inputs and outputs.

        A study has a table all the same, of the trials that did not fail.
        """
        if self.narration.progress and self.narration.progress.tabulated:
            for level, line in closing_lines(pipeline, catalog):
                LOG.log(level, "%s", line)
        reader.set(None)
        if self.node and not self.tells_itself:
            LOG.error("%s: failed after %s", self.node, duration(perf_counter() - self.start))
        if self.tells_results:
            note_for_viz(EndedRun(pipeline, catalog, self.began, error, self.failed))
        self.narration.stop()

    def _end_node(self) -> None:
        if self.node and not self.tells_itself:
            RUNNING.debug("")
            LOG.info("%s: ran in %s", self.node, duration(perf_counter() - self.start))
