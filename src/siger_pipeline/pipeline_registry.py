"""The pipelines of the project. The name of a stage means that stage with all that it needs."""

from functools import partial
from pathlib import Path

from kedro.framework.project import settings
from kedro.pipeline import Pipeline
from kedro.utils import find_kedro_project

from siger_pipeline.pipelines.evaluate.pipeline import create_pipeline as evaluate
from siger_pipeline.pipelines.features.pipeline import create_pipeline as features
from siger_pipeline.pipelines.graphs.pipeline import create_pipeline as graphs
from siger_pipeline.pipelines.ingest.pipeline import create_pipeline as ingest
from siger_pipeline.pipelines.report.pipeline import create_pipeline as report
from siger_pipeline.pipelines.train.pipeline import create_pipeline as train
from siger_pipeline.shell.parameters import check_parameters
from siger_pipeline.shell.selection import Selection, selected, selection_of

STAGES = {
    "ingest": ingest,
    "features": features,
    "graphs": graphs,
    "train": train,
    "evaluate": evaluate,
    "report": report,
}
# Of these a whole run takes as much as the later stages need: no features for LightGCN.
PREPARING = {"ingest", "features", "graphs"}


def register_pipelines() -> dict[str, Pipeline]:
    """One pipeline a stage, and `__default__`: all stages, as far as the model needs them."""
    selection = selected() or _selection_of_base()
    everything = Pipeline([])
    pipelines = {}
    for name, create in STAGES.items():
        stage = create(selection)
        everything += stage
        pipelines[name] = _with_all_it_needs(everything, stage)
    wanted = (pipeline for name, pipeline in pipelines.items() if name not in PREPARING)
    return {**pipelines, "__default__": sum(wanted, Pipeline([]))}


def _with_all_it_needs(everything: Pipeline, stage: Pipeline) -> Pipeline:
    if not stage.nodes:
        return stage
    return everything.to_nodes(*(node.name for node in stage.nodes))


def _selection_of_base() -> Selection:
    """Commands without a context, such as `kedro registry list`, mean the base environment."""
    project = find_kedro_project(Path.cwd()) or Path.cwd()
    loader = settings.CONFIG_LOADER_CLASS(
        conf_source=str(project / settings.CONF_SOURCE), **settings.CONFIG_LOADER_ARGS
    )
    return selection_of(check_parameters(loader["parameters"], partial(loader.where, "parameters")))
