"""The pipelines of the project. The name of a stage means that stage with all that it needs."""

import logging
import sys
from functools import reduce
from operator import add

from kedro.pipeline import Node, Pipeline

from siger_pipeline.errors import UserError
from siger_pipeline.pipelines.evaluate.pipeline import create_pipeline as evaluate
from siger_pipeline.pipelines.export.pipeline import create_pipeline as export
from siger_pipeline.pipelines.features.pipeline import create_pipeline as features
from siger_pipeline.pipelines.graphs.pipeline import create_pipeline as graphs
from siger_pipeline.pipelines.ingest.pipeline import create_pipeline as ingest
from siger_pipeline.pipelines.pictures.pipeline import create_pipeline as pictures
from siger_pipeline.pipelines.report.pipeline import create_pipeline as report
from siger_pipeline.pipelines.studies.pipeline import Member
from siger_pipeline.pipelines.studies.pipeline import create_pipeline as tabulate
from siger_pipeline.pipelines.sweeps.pipeline import create_pipeline as tabulate_sweep
from siger_pipeline.pipelines.train.pipeline import create_pipeline as train
from siger_pipeline.pipelines.validate.pipeline import create_pipeline as validate
from siger_pipeline.shell.current import (
    Current,
    UnknownPipelineError,
    current_of,
    project_loader,
    selected,
)
from siger_pipeline.shell.studies import Study
from siger_pipeline.shell.sweep_asked import asked_points, said_of
from siger_pipeline.studies.search import COMPLETE, UNDER_WAY

LOG = logging.getLogger(__name__)
STAGES = {
    "ingest": ingest,
    "pictures": pictures,
    "features": features,
    "graphs": graphs,
    "train": train,
    "validate": validate,
    "evaluate": evaluate,
    "report": report,
    "export": export,
}
PROVENANCE = "provenance"
# Of these a whole run takes as much as the later stages need: no features for LightGCN, and
# no validation of its own for a model that is evaluated.
PREPARING = {"ingest", "pictures", "features", "graphs", "validate"}
WHOLE = "__default__"


class Pipelines(dict[str, Pipeline]):
    """Pipelines by name; one of a study is built when it is asked for.

    There may be hundreds of trials in studies, for which no other run should wait.
    """

    def __init__(self, current: Current) -> None:
        """Build one pipeline a stage, and `__default__`: all, as far as the model needs them."""
        everything = Pipeline([])
        wired = current.nodes_of(current.trial, STAGES)
        for name, nodes in wired.stages.items():
            # Without provenance, figures could be taken for those of another split.
            origin = wired.makers_of(PROVENANCE) if name == "evaluate" else []
            everything += Pipeline([*nodes, *origin])
            self[name] = _with_all_it_needs(everything, [*nodes, *origin])
        wanted = (pipeline for name, pipeline in self.items() if name not in PREPARING)
        self[WHOLE] = reduce(add, wanted, Pipeline([]))
        self._current = current

    def __missing__(self, name: str) -> Pipeline:
        """The pipeline of a study."""
        if name not in self._current.studies.names():
            raise UnknownPipelineError(name)
        study = self._current.studies.study(name)
        self[name] = (_sweep if study.config.search else _study)(study, self._current)
        return self[name]


def register_pipelines() -> dict[str, Pipeline]:
    """One pipeline a stage, `__default__` for all, and one a study."""
    current = selected()
    pipelines = Pipelines(current or current_of(project_loader()))  # else the base environment's
    # Kedro-Viz, and commands without a context such as `kedro registry list`, show them all.
    if current is None or "viz" in sys.argv:
        for name in pipelines._current.studies.names():
            try:
                pipelines[name]
            except UserError as error:  # such as a parameter of --params that the study sets itself
                LOG.warning("study %s is not shown: %s", name, error)
    return pipelines


def _with_all_it_needs(everything: Pipeline, stage: list[Node]) -> Pipeline:
    return everything.to_nodes(*(node.name for node in stage)) if stage else Pipeline([])


def _study(study: Study, current: Current) -> Pipeline:
    """The trials of a study, as far as its table needs them, the table and its plots."""
    nodes: dict[str, Node] = {}
    members = []
    for part in study.parts:
        corrected = {
            name: current.nodes_of(trial, STAGES) for name, trial in part.corrected.items()
        }
        wired = current.nodes_of(part.trial, STAGES)
        for each in (*corrected.values(), wired):
            nodes |= {node.name: node for stage in each.stages.values() for node in stage}
        names = {name: each.names for name, each in corrected.items()}
        cold = bool(part.cold_items)
        member = Member(part.trial.selection, part.trial.dataset, wired.names, names, cold)
        members.append(member)
    made = tabulate(study.slug, members, study.config).nodes
    current.add_study(study)
    return _with_all_it_needs(Pipeline([*nodes.values(), *made]), made)


def _sweep(study: Study, current: Current) -> Pipeline:
    """The trainings of a sweep's complete points, the table of all that ended, and its plot."""
    sweep = current.studies.sweep(study)
    asked = asked_points(sweep)
    ended = [point for point in asked if point.state != UNDER_WAY]
    wanted = sum(map(sweep.points_of, sweep.models))
    if len(ended) < wanted:
        message = "%d of %d points of %s are done: `kedro run --pipelines %s` runs the others"
        LOG.warning(message, len(ended), wanted, study.name, study.name)
    nodes: dict[str, Node] = {}
    complete = []
    for n, point in enumerate(ended):
        if point.state == COMPLETE:
            wired = current.nodes_of(sweep.trial_at(point.model, point.point), STAGES)
            nodes |= {node.name: node for stage in wired.stages.values() for node in stage}
            complete.append((n, wired.names))
    current.add_sweep(study, [said_of(sweep, point) for point in ended])
    made = tabulate_sweep(study.slug, complete).nodes
    return _with_all_it_needs(Pipeline([*nodes.values(), *made]), made)
