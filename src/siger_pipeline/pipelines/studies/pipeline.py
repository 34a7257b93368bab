"""Wiring of a study: metrics and provenance of its trials → one table; their models → a fusion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from kedro_fresh.failures import DESPITE
from siger_pipeline.graphs.registry import features_of
from siger_pipeline.models.registry import module_of
from siger_pipeline.pipelines.names import MATRICES, TEST_MATRIX, calibrated, dataset_of
from siger_pipeline.pipelines.studies.nodes import fuse_trials, tabulate, weigh_trials
from siger_pipeline.requests import Request
from siger_pipeline.shell.selection import Selection

TABLES = ("table", "table_csv", "table_markdown", "table_latex")
FUSION = ("fusion", "fused_recommendations")


@dataclass(frozen=True)
class Member:
    """A trial of a study.

    Attributes:
        selection: what it is wired by.
        names: plain name -> name in the catalog, of the datasets that its nodes make.
    """

    selection: Selection
    names: Mapping[str, str]

    @property
    def requests(self) -> dict[Request, str]:
        """The catalog name of each of its model's requests."""
        return {each: self.names[dataset_of(each)] for each in self.selection.requests}


def create_pipeline(name: str, members: Sequence[Member], *, fused: bool = False) -> Pipeline:
    """The node that tabulates a study, and before it, if wanted, those that fuse its trials.

    Args:
        name: of the study, as in names of datasets.
        members: its trials.
        fused: whether their scores are added up.
    """
    inputs = {"trials": f"params:study.{name}.trials", "title": f"params:study.{name}.title"}
    for n, member in enumerate(members):
        names = member.names
        inputs |= {f"metrics_{n}": names["metrics"], f"origin_{n}": names["provenance"]}
        if member.selection.corrector:
            inputs[f"calibration_{n}"] = names[calibrated(member.selection.corrector)[0]]
    before = []
    if fused:
        before += _fusion(name, members)
        inputs["fusion"] = f"studies/{name}/{FUSION[0]}"
    outputs = [f"studies/{name}/{table}" for table in TABLES]
    table = Node(tabulate, inputs, outputs, name=name, namespace="studies", tags=DESPITE)
    return Pipeline([*before, table], tags="studies")


def _fusion(name: str, members: Sequence[Member]) -> list[Node]:
    """The node that weighs trials, which share data and evaluation, and that which measures."""
    first, weights = members[0], f"studies/{name}/weights"
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
    measuring["choice"] = weights
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
