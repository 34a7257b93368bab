"""The nodes of a study."""

import logging
from typing import Any

from siger_pipeline.evaluation.config import EvaluateConfig, FusionConfig
from siger_pipeline.pipelines.evaluate.nodes import source_ids, telling_ids
from siger_pipeline.pipelines.types import DataFrame, Table, csr_matrix
from siger_pipeline.requests import Request

LOG = logging.getLogger(__name__)


def fuse_trials(
    trials: list[dict[str, Any]],
    *,
    fusion: FusionConfig,
    evaluate: EvaluateConfig,
    device: str,
    split_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    requests: tuple[dict[Request, str], ...],
    modalities: tuple[tuple[str, ...], ...],
    **documents: Any,
) -> tuple[dict[str, Any], DataFrame]:
    """Figures and recommendations by the scores of several trials.

    Args:
        trials: what is said of each in the table of the study.
        fusion: number of candidates, weights to try, monitored metric.
        evaluate: as for each trial alone.
        device: where they score.
        split_matrix: interactions of each split.
        user_index: users by index.
        item_index: items by index.
        requests: of each trial, what its model is built from -> argument.
        modalities: of each trial, those that its model reads.
        documents: `checkpoint_<n>` and `metrics_<n>` of the n-th trial; graphs and features.
    """
    from siger_pipeline.data.matrix import split_matrices
    from siger_pipeline.evaluation.documents import fusion_document
    from siger_pipeline.evaluation.evaluate import recommendation_table
    from siger_pipeline.evaluation.fusion import best_first, fuse
    from siger_pipeline.studies.table import fusion_note
    from siger_pipeline.training.checkpoint import restore
    from siger_pipeline.training.device import resolve_device
    from siger_pipeline.training.inputs import model_inputs

    matrices, place = split_matrices(split_matrix), resolve_device(device)
    order = best_first([documents[f"metrics_{n}"] for n in range(len(trials))], fusion)
    scorers = {}
    for n in order:
        inputs = model_inputs(matrices, requests[n], documents, modalities[n])
        model = restore(documents[f"checkpoint_{n}"], inputs).to(place)
        scorers[f"trial {trials[n]['trial']}"] = model.scorer()
    names = source_ids(user_index, item_index)
    with telling_ids(*names):
        fused = fuse(scorers, matrices, evaluate, fusion, device=place)
    document = fusion_document(fused, [trials[n]["trial"] for n in order], fusion)
    for said in (fusion.remark("fusion", split_matrix.shape[1]), fusion_note(document)):
        if said:
            LOG.info(said)
    return document, recommendation_table(fused.lists, *names)


def tabulate(
    trials: list[dict[str, Any]], title: str, **documents: dict[str, Any]
) -> tuple[DataFrame, str, str, str]:
    """The results of trials as a table, the table as CSV, and its summary in Markdown and LaTeX.

    Args:
        trials: what is said of each in the table.
        title: of the summary.
        documents: `metrics_<n>` and `origin_<n>` of the n-th trial, `calibration_<n>` if it has a
            corrector, and `fusion` of all if the study has one.
    """
    from siger_pipeline.studies.table import (
        Measured,
        as_latex,
        as_markdown,
        fusion_note,
        fusion_row,
        summary,
        tidy_table,
    )

    measured = [
        Measured(
            trial,
            documents[f"metrics_{n}"],
            documents[f"origin_{n}"],
            documents.get(f"calibration_{n}"),
        )
        for n, trial in enumerate(trials)
    ]
    note = ""
    if fusion := documents.get("fusion"):
        measured.append(fusion_row(fusion, measured))
        note = fusion_note(fusion)
    table = tidy_table(measured)
    rows = summary(table)
    return table, table.to_csv(index=False), as_markdown(rows, title, note), as_latex(rows)
