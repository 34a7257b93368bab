"""Wiring of a sweep: what its complete points came to on validation → one table, and a plot."""

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node, Pipeline

from siger_pipeline.pipelines.studies.pipeline import TABLES, plot_of
from siger_pipeline.pipelines.studies.plots import draw_sweep
from siger_pipeline.pipelines.sweeps.nodes import tabulate_sweep

MEASURED = ("history", "timings")


def create_pipeline(name: str, complete: Sequence[tuple[int, Mapping[str, str]]]) -> Pipeline:
    """The nodes that tabulate a sweep and draw it.

    Args:
        name: of the study, as in names of datasets.
        complete: number of each complete point, and plain name -> name in the catalog, of the
            datasets that its trial's nodes make.
    """
    inputs = {"points": f"params:study.{name}.points", "title": f"params:study.{name}.title"}
    for n, names in complete:
        kinds = ("validation",) if "validation" in names else MEASURED
        inputs |= {f"{kind}_{n}": names[kind] for kind in kinds}
    outputs = [f"studies/{name}/{table}" for table in TABLES]
    node = Node(tabulate_sweep, inputs, outputs, name=name, namespace="studies")
    return Pipeline([node, plot_of(draw_sweep, name)], tags="studies")
