"""Wiring of a study: metrics and provenance of its trials → one table."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from siger_pipeline.pipelines.studies.nodes import tabulate

TABLES = ("table", "table_csv", "table_markdown", "table_latex")


def create_pipeline(name: str, trials: Sequence[str]) -> Pipeline:
    """The node that tabulates a study.

    Args:
        name: of the study, as in names of datasets.
        trials: slugs, as in names of datasets.
    """
    inputs = {"trials": f"params:study.{name}.trials", "title": f"params:study.{name}.title"}
    for n, slug in enumerate(trials):
        inputs |= {f"metrics_{n}": f"{slug}/metrics", f"origin_{n}": f"{slug}/provenance"}
    outputs = [f"studies/{name}/{table}" for table in TABLES]
    return Pipeline(
        [Node(tabulate, inputs, outputs, name=name, namespace="studies")], tags="studies"
    )
