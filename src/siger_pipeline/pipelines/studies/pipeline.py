"""Wiring of a study: results of its trials → one table, their differences; models → a fusion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from siger_pipeline.graphs.registry import features_of
from siger_pipeline.models.registry import module_of
from siger_pipeline.pipelines.names import SPLIT_MATRIX, calibrated, dataset_of
from siger_pipeline.pipelines.studies.nodes import compare_trials, fuse_trials, tabulate
from siger_pipeline.requests import Request
from siger_pipeline.shell.selection import Selection

TABLES = ("table", "table_csv", "table_markdown", "table_latex")
FUSION = ("fusion", "fused_recommendations")
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
        names: plain name -> name in the catalog, of the datasets that its nodes make.
    """

    selection: Selection
    names: Mapping[str, str]

    @property
    def requests(self) -> dict[Request, str]:
        """The catalog name of each of its model's requests."""
        return {each: self.names[dataset_of(each)] for each in self.selection.requests}


def create_pipeline(
    name: str, members: Sequence[Member], *, fused: bool = False, tested: bool = False
) -> Pipeline:
    """The node that tabulates a study, and before it those that fuse and compare its trials.

    Args:
        name: of the study, as in names of datasets.
        members: its trials.
        fused: whether their scores are added up.
        tested: whether their users' metrics are compared.
    """
    inputs = {"trials": f"params:study.{name}.trials", "title": f"params:study.{name}.title"}
    inputs |= OF_ALL
    for n, member in enumerate(members):
        names = member.names
        inputs |= {f"{argument}_{n}": names[of] for argument, of in OF_TRIAL.items()}
        if member.selection.corrector:
            inputs[f"calibration_{n}"] = names[calibrated(member.selection.corrector)[0]]
    before = []
    if fused:
        before.append(_fusion(name, members))
        inputs["fusion"] = f"studies/{name}/{FUSION[0]}"
    if tested:
        before.append(_comparison(name, members))
        inputs["tests"] = f"studies/{name}/tests"
    outputs = [f"studies/{name}/{table}" for table in TABLES]
    table = Node(tabulate, inputs, outputs, name=name, namespace="studies")
    return Pipeline([*before, table], tags="studies")


def _comparison(name: str, members: Sequence[Member]) -> Node:
    """The node that compares trials, which share their users."""
    inputs = {"trials": f"params:study.{name}.trials", "tests": f"params:study.{name}.tests"}
    inputs |= {f"users_{n}": member.names["user_metrics"] for n, member in enumerate(members)}
    output = f"studies/{name}/tests"
    return Node(compare_trials, inputs, output, name=name, namespace="studies.compare")


def _fusion(name: str, members: Sequence[Member]) -> Node:
    """The node that fuses trials, which share their data and how they are evaluated."""
    first = members[0]
    own = first.selection.trial
    inputs = {
        "trials": f"params:study.{name}.trials",
        "fusion": f"params:study.{name}.fusion",
        "evaluate": f"params:{own}/evaluate",
        "device": f"params:{own}/train.device",
        **{data: first.names[data] for data in (SPLIT_MATRIX, "user_index", "item_index")},
    }
    for n, member in enumerate(members):
        inputs |= {f"{kind}_{n}": member.names[kind] for kind in ("checkpoint", "metrics")}
        inputs |= {dataset: dataset for dataset in member.requests.values()}
    function = with_values(
        with_code(fuse_trials, *(module_of(member.selection.model) for member in members)),
        requests=tuple(member.requests for member in members),
        modalities=tuple(features_of(member.selection.requests) for member in members),
    )
    outputs = [f"studies/{name}/{output}" for output in FUSION]
    return Node(function, inputs, outputs, name=name, namespace="studies.fuse")
