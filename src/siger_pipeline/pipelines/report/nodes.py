"""Nodes of the report stage."""

from typing import Any

from siger_pipeline.data.schema import Columns
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.pipelines.names import GRAPHS
from siger_pipeline.pipelines.types import Figure, Table, csr_matrix, ndarray
from siger_pipeline.reporting.config import ReportConfig
from siger_pipeline.requests import Request


def trace_provenance(
    checkpoint: dict[str, Any],
    *,
    trial: dict[str, Any],
    splits: Table,
    user_index: Table,
    item_index: Table,
    requests: tuple[Request, ...],
    matrices: dict[str, dict[str, str]],
    pictures: Any = None,
    **parts: Any,
) -> dict[str, Any]:
    """Data, parameters, versions, device and threads behind the figures.

    Args:
        checkpoint: of the trained model.
        trial: what it says of itself.
        splits: of all interactions.
        user_index: users by index.
        item_index: items by index.
        requests: of the model.
        matrices: `features` by modality and `graphs` by name -> argument.
        pictures: those that features are made from, where they were fetched.
        parts: these matrices; blocks of parameters.
    """
    from siger_pipeline.fetching.table import pictures_counted
    from siger_pipeline.reporting.provenance import Run, provenance

    how = checkpoint["model"], checkpoint["device"], checkpoint["threads"]
    read = {kind: {n: parts.pop(of) for n, of in each.items()} for kind, each in matrices.items()}
    run = Run(*how, trial=trial, parameters=parts, requests=requests, matrices=read)
    sizes = (int(index.count().to_pyarrow().as_py()) for index in (user_index, item_index))
    fetched = None if pictures is None else pictures_counted(pictures.table)
    return provenance(run, splits.to_pandas(), *sizes, pictures=fetched)


def write_report(
    metrics: dict[str, Any],
    *,
    group_metrics: Table,
    floors: dict[str, Any],
    history: Table,
    timings: Table,
    paper_figures: Table,
    origin: dict[str, Any],
    report: ReportConfig,
    calibration: dict[str, Any] | None = None,
    **missing: ndarray,
) -> tuple[dict[str, Any], str]:
    """The report, for programs and for people; `missing_<modality>`: items without features."""
    from siger_pipeline.reporting.calibrated import labelled
    from siger_pipeline.reporting.markdown import markdown
    from siger_pipeline.reporting.paper import published_figures
    from siger_pipeline.reporting.summary import summarise

    document = summarise(
        metrics,
        group_metrics.to_pandas(),
        floors,
        history=history.to_pandas(),
        timings=timings.to_pandas(),
        published=published_figures(paper_figures, origin["dataset"]),
        paper_note=report.paper_note,
        provenance=origin,
        calibration=labelled(calibration, report.features_note),
        missing={
            name.removeprefix("missing_"): (int(mask.sum()), len(mask))
            for name, mask in sorted(missing.items())
        },
    )
    return document, markdown(document)


def draw_learning_curves(history: Table, timings: Table, origin: dict[str, Any]) -> Figure:
    """Losses, validation and time, epoch by epoch."""
    from siger_pipeline.reporting.plots import learning_curves

    name = f"{origin['trial']} on {origin['dataset']}"
    return learning_curves(history.to_pandas(), timings.to_pandas(), name, origin["features_note"])


def describe_graphs(train_matrix: csr_matrix, **graphs: csr_matrix) -> dict[str, Any]:
    """Statistics and degree distributions of the training interactions and the item graphs."""
    from siger_pipeline.reporting.graphs import describe

    return describe(train_matrix, _by_request(graphs))


def look_up(
    items: Table,
    *,
    splits: Table,
    user_index: Table,
    item_index: Table,
    recommendations: Table,
    **graphs: csr_matrix,
) -> dict[str, Any]:
    """Users with what they are recommended, and items with their neighbours, for the page."""
    from siger_pipeline.reporting.lookup import document
    from siger_pipeline.reporting.lookup_items import items_document
    from siger_pipeline.reporting.lookup_users import users_document

    return document(
        users_document(splits, user_index, item_index, recommendations),
        items_document(splits, item_index, _by_request(graphs)),
        items,
    )


def rank_held_out(
    evaluate: EvaluateConfig,
    *,
    splits: Table,
    user_index: Table,
    item_index: Table,
    recommendations: Table,
) -> dict[str, Any]:
    """At which ranks held-out items are recommended to their users."""
    from siger_pipeline.reporting.held_out import held_out_ranks

    return held_out_ranks(splits, user_index, item_index, recommendations, evaluate.mask)


def explain_lists(
    lookup: dict[str, Any],
    checkpoint: dict[str, Any],
    *,
    train_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    items: Table,
    requests: dict[Request, str],
    modalities: tuple[str, ...],
    **arrays: Any,
) -> dict[str, Any]:
    """Why items are recommended to a few of the users, on the CPU."""
    from functools import partial

    from siger_pipeline.reporting.reasons import reasons
    from siger_pipeline.serving import FittedRecommender, Parts
    from siger_pipeline.serving.catalogue import ids_of, texts_of
    from siger_pipeline.training.inputs import model_inputs

    inputs = model_inputs(train_matrix, requests, arrays, modalities)
    titles = items.select(Columns.ITEM, Columns.TITLE)
    known = ids_of(user_index), texts_of(item_index, titles)
    fitted = FittedRecommender(Parts(checkpoint, inputs, *known, seen=train_matrix))
    return reasons(lookup, partial(fitted.explain, most=train_matrix.shape[1]))


def shrink_pictures(lookup: dict[str, Any], images: dict[str, Any]) -> dict[str, str]:
    """Thumbnails of the items that are looked up, or of those in most places."""
    from siger_pipeline.reporting.lookup import pictured
    from siger_pipeline.reporting.thumbnails import thumbnails

    return thumbnails(pictured(lookup), images)


def write_page(
    report: dict[str, Any],
    *,
    curves: Figure,
    counts: Table,
    graphs: dict[str, Any],
    lookup: dict[str, Any],
    ranks: dict[str, Any],
    reasons: dict[str, Any],
    pictures: dict[str, str] | None = None,
) -> str:
    """The report as one page to look at."""
    from siger_pipeline.reporting.page import report_page

    return report_page(
        report,
        curves=curves,
        counts=counts.to_pandas(),
        graphs=graphs,
        lookup=lookup,
        ranks=ranks,
        reasons=reasons,
        pictures=pictures or {},
    )


def _by_request(graphs: dict[str, csr_matrix]) -> dict[str, csr_matrix]:
    """Graphs by the names of their requests, such as `knn-text-k10`."""
    return {name.removeprefix(GRAPHS): graph for name, graph in graphs.items()}
