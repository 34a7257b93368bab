"""Wiring of a study: results of its trials → a table, differences, plots; models → a fusion."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from kedro_fresh.failures import DESPITE
from siger_pipeline.graphs.registry import content_graphs, features_of
from siger_pipeline.models.registry import module_of
from siger_pipeline.pipelines.names import (
    MATRICES,
    SPLIT_TABLES,
    TEST_MATRIX,
    TRAIN_MATRIX,
    calibrated,
    dataset_of,
    fitted,
    weighed,
)
from siger_pipeline.pipelines.studies.coverage import cover_cooccurrence
from siger_pipeline.pipelines.studies.folding_in import folding_in
from siger_pipeline.pipelines.studies.fusion import fuse_trials, weigh_trials
from siger_pipeline.pipelines.studies.nodes import compare_trials, tabulate
from siger_pipeline.pipelines.studies.plots import draw_coverage, draw_differences, draw_study
from siger_pipeline.requests import Request
from siger_pipeline.shell.selection import Selection
from siger_pipeline.studies.config import StudyConfig
from siger_pipeline.studies.sums import OF_CALIBRATED, OF_FUSION

TABLES = ("table", "table_csv", "table_markdown", "table_latex")
PLOT, DIFFERENCES = ("plot", "plot_pdf"), ("differences", "differences_pdf")
WEIGHTS = ("weights", "weights_timings")
FUSION = ("fusion", "fused_user_metrics", "fused_recommendations")
OF_TRIAL = {"metrics": "metrics", "origin": "provenance", "timings": "timings"}
OF_ALL = {
    "dataset": "params:dataset",
    **{name: name for name in ("paper_figures", "public_references")},
}


@dataclass(frozen=True)
class Member:
    """A trial of a study.

    Attributes:
        selection: what it is wired by.
        dataset: name of its data set.
        names: plain name -> name in the catalog, of the datasets that its nodes make.
        corrected: the same with each corrector, by the name of the corrector.
        cold: whether it has cold items.
    """

    selection: Selection
    dataset: str
    names: Mapping[str, str]
    corrected: Mapping[str, Mapping[str, str]]
    cold: bool = False

    @property
    def requests(self) -> dict[Request, str]:
        """The catalog name of each of its model's requests."""
        return {each: self.names[dataset_of(each)] for each in self.selection.requests}

    @property
    def features(self) -> dict[str, str]:
        """Modality -> extractor, and what takes the place of its features, of those it reads."""
        return self.selection.named(self.selection.requests)

    @property
    def calibrations(self) -> dict[str, list[str]]:
        """The names of what `results_of` reads of it with each corrector, in that order."""
        return {
            corrector: [
                names[plain]
                for plain in (
                    calibrated(corrector)[0],
                    *fitted(corrector)[1:],
                    weighed(corrector)[1],
                )
            ]
            for corrector, names in self.corrected.items()
        }


def create_pipeline(name: str, members: Sequence[Member], config: StudyConfig) -> Pipeline:
    """The node that tabulates a study, those that fuse and compare its trials, and its plots.

    Args:
        name: of the study, as in names of datasets.
        members: its trials.
        config: whether their scores are added up, their users' metrics compared, groups
            tabulated, cold items folded in, or coverage.
    """
    if config.coverage:
        nodes = [_coverage(name, members), plot_of(draw_coverage, name, "coverage")]
        return Pipeline(nodes, tags="studies")
    inputs = {"trials": f"params:study.{name}.trials", "title": f"params:study.{name}.title"}
    inputs |= OF_ALL
    for n, member in enumerate(members):
        names = member.names
        inputs |= {f"{argument}_{n}": names[of] for argument, of in OF_TRIAL.items()}
        for corrector, made in member.calibrations.items():
            arguments = (f"{document}_{n}_{corrector}" for document in OF_CALIBRATED)
            inputs |= dict(zip(arguments, made, strict=True))
            inputs["correctors"] = f"params:study.{name}.correctors"
        if config.groups:
            inputs[f"groups_{n}"] = names["group_metrics"]
            inputs["groups"] = f"params:study.{name}.groups"
    before, arrived = folding_in(members) if config.fold_in else ([], {})
    inputs |= arrived
    if config.fusion:
        before += _fusion(name, members)
        read = (FUSION[0], WEIGHTS[1])
        inputs |= {of: f"studies/{name}/{each}" for of, each in zip(OF_FUSION, read, strict=True)}
    if config.tests:
        before.append(_comparison(name, members, config))
        inputs["tests"] = f"studies/{name}/tests"
    outputs = [f"studies/{name}/{table}" for table in TABLES]
    table = Node(tabulate, inputs, outputs, name=name, namespace="studies", tags=DESPITE)
    plots = [plot_of(draw_study, name, "varied")]
    plots += [_differences(name)] if config.tests else []
    return Pipeline([*before, table, *plots], tags="studies")


def plot_of(draw: Callable[..., Any], name: str, *parameters: str) -> Node:
    """The node that draws the table of a study, for a page and for a paper.

    Args:
        draw: of `pipelines.studies.plots`.
        name: of the study, as in names of datasets.
        parameters: of the study, which it takes beside table and title.
    """
    inputs = {"table": f"studies/{name}/table"}
    inputs |= {key: f"params:study.{name}.{key}" for key in ("title", *parameters)}
    outputs = [f"studies/{name}/{plot}" for plot in PLOT]
    return Node(draw, inputs, outputs, name=name, namespace="studies.draw")


def _differences(name: str) -> Node:
    inputs = {"tests": f"studies/{name}/tests", "title": f"params:study.{name}.title"}
    outputs = [f"studies/{name}/{plot}" for plot in DIFFERENCES]
    return Node(draw_differences, inputs, outputs, name=name, namespace="studies.draw_differences")


def _comparison(name: str, members: Sequence[Member], config: StudyConfig) -> Node:
    """The node that compares trials, which share their users, and what is made of them."""
    inputs = {"trials": f"params:study.{name}.trials", "tests": f"params:study.{name}.tests"}
    for n, member in enumerate(members):
        inputs[f"users_{n}"] = member.names["user_metrics"]
        for corrector, names in member.corrected.items():
            inputs[f"users_{n}_{corrector}"] = names[calibrated(corrector)[1]]
            inputs["correctors"] = f"params:study.{name}.correctors"
    if config.fusion:
        inputs["fusion"], inputs["users_fusion"] = (f"studies/{name}/{of}" for of in FUSION[:2])
    output = f"studies/{name}/tests"
    return Node(compare_trials, inputs, output, name=name, namespace="studies.compare")


def _coverage(name: str, members: Sequence[Member]) -> Node:
    """The node that compares the item graphs of trials with co-occurrence: nothing is trained."""
    inputs = {key: f"params:study.{name}.{key}" for key in ("trials", "title", "coverage")}
    graphs = []
    for n, member in enumerate(members):
        read = (TRAIN_MATRIX, *SPLIT_TABLES)
        inputs |= {f"{data}_{n}": member.names[data] for data in read}
        compared = {}
        for number, graph in enumerate(content_graphs(member.selection.requests)):
            argument = f"graph_{n}_{number}"
            inputs[argument] = member.names[dataset_of(graph.request)]
            compared[argument] = (graph.request.name, ", ".join(features_of([graph.request])))
        graphs.append(compared)
    function = with_values(
        cover_cooccurrence,
        dataset=members[0].dataset,
        graphs=tuple(graphs),
        features=tuple(member.features for member in members),
    )
    outputs = [f"studies/{name}/{output}" for output in TABLES]
    return Node(function, inputs, outputs, name=name, namespace="studies")


def _fusion(name: str, members: Sequence[Member]) -> list[Node]:
    """The node that weighs trials, which share data and evaluation, and that which measures."""
    first, weights = members[0], [f"studies/{name}/{output}" for output in WEIGHTS]
    own = first.selection.trial
    measuring = {
        "trials": f"params:study.{name}.trials",
        "fusion": f"params:study.{name}.fusion",
        "evaluate": f"params:{own}/evaluate",
        "device": f"params:{own}/train.device",
        **{data: first.names[data] for data in (*MATRICES, "user_index", "item_index")},
    }
    for n, member in enumerate(members):
        measuring[f"checkpoint_{n}"] = member.names["checkpoint"]
        measuring |= {dataset: dataset for dataset in member.requests.values()}
    choosing = {
        key: name for key, name in measuring.items() if key not in (TEST_MATRIX, "evaluate")
    }
    choosing["block_mib"] = f"params:{own}/evaluate.block_mib"
    measuring["choice"] = weights[0]
    weigh, fuse = (
        with_values(
            with_code(function, *(module_of(member.selection.model) for member in members)),
            requests=tuple(member.requests for member in members),
            modalities=tuple(features_of(member.selection.requests) for member in members),
        )
        for function in (weigh_trials, fuse_trials)
    )
    outputs = [f"studies/{name}/{output}" for output in FUSION]
    return [
        Node(weigh, choosing, weights, name=name, namespace="studies.weigh"),
        Node(fuse, measuring, outputs, name=name, namespace="studies.fuse"),
    ]
