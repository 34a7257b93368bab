"""The nodes of a study."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kedro_fresh.failures import Failed
from siger_pipeline.evaluation.config import EvaluateConfig, FusionConfig
from siger_pipeline.pipelines.evaluate.nodes import source_ids, telling_ids
from siger_pipeline.pipelines.types import DataFrame, Figure, Table, csr_matrix
from siger_pipeline.requests import Request
from siger_pipeline.studies.config import SignificanceConfig

if TYPE_CHECKING:
    from siger_pipeline.evaluation.scores import Scorer

LOG = logging.getLogger(__name__)
TRIAL = "trial "  # before the name of a trial whose score is not finite, in a message


def weigh_trials(
    trials: list[dict[str, Any]],
    *,
    fusion: FusionConfig,
    block_mib: float,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    requests: tuple[dict[Request, str], ...],
    modalities: tuple[tuple[str, ...], ...],
    **documents: Any,
) -> dict[str, Any]:
    """The trials, the best by validation first, and the weights that validation chooses for them.

    Arguments are those of `fuse_trials`, without the test split and what is measured by it.
    """
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.documents import fusion_choice
    from siger_pipeline.evaluation.fusion import best_first, choose

    matrices = by_split(train_matrix, validation_matrix)
    place, scorers = _scorers(trials, train_matrix, device, requests, modalities, documents)
    memory = {"block_mib": block_mib, "device": place}
    with telling_ids(*source_ids(user_index, item_index)):
        ordered = best_first(scorers, matrices, fusion, **memory)
        chosen = choose(ordered, matrices, fusion, **memory)
    if remark := fusion.remark("fusion", train_matrix.shape[1]):
        LOG.info(remark)
    return fusion_choice(chosen, [name.removeprefix(TRIAL) for name in ordered])


def fuse_trials(
    trials: list[dict[str, Any]],
    choice: dict[str, Any],
    *,
    fusion: FusionConfig,
    evaluate: EvaluateConfig,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    test_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    requests: tuple[dict[Request, str], ...],
    modalities: tuple[tuple[str, ...], ...],
    **documents: Any,
) -> tuple[dict[str, Any], DataFrame]:
    """Figures and recommendations by the scores of several trials.

    Args:
        trials: what is said of each in the table of the study.
        choice: their order and weights, by validation.
        fusion: number of candidates, weights to try, monitored metric.
        evaluate: as for each trial alone.
        device: where they score.
        train_matrix: interactions to learn from.
        validation_matrix: those that chose the weights.
        test_matrix: those that are measured by.
        user_index: users by index.
        item_index: items by index.
        requests: of each trial, what its model is built from -> argument.
        modalities: of each trial, those that its model reads.
        documents: `checkpoint_<n>` of the n-th trial; graphs and features.
    """
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.documents import fusion_document
    from siger_pipeline.evaluation.evaluate import recommendation_table
    from siger_pipeline.evaluation.fusion import fuse
    from siger_pipeline.studies.table import fusion_note

    matrices = by_split(train_matrix, validation_matrix, test_matrix)
    place, scorers = _scorers(trials, train_matrix, device, requests, modalities, documents)
    ordered = {name: scorers[name] for name in (f"{TRIAL}{each}" for each in choice["trials"])}
    names, weights = source_ids(user_index, item_index), tuple(choice["weights"][1:])
    with telling_ids(*names):
        fused = fuse(ordered, weights, matrices, evaluate, fusion, device=place)
    document = fusion_document(choice, fused.metrics, fusion)
    if note := fusion_note(document):
        LOG.info(note)
    return document, recommendation_table(fused.lists, *names)


def compare_trials(
    trials: list[dict[str, Any]], tests: SignificanceConfig, **users: Table
) -> DataFrame:
    """Each model and variant against the baseline, user by user.

    Args:
        trials: what is said of each in the table of the study.
        tests: baseline, tests, correction.
        users: `users_<n>`, metrics of each user of the n-th trial.
    """
    from siger_pipeline.data.schema import Columns
    from siger_pipeline.studies.comparisons import compared_metrics, comparison_table, rows_of

    metrics = compared_metrics(users["users_0"].columns)
    read = (Columns.USER, Columns.SPLIT, *metrics)
    frames = (users[f"users_{n}"].select(*read).to_pandas() for n in range(len(trials)))
    return comparison_table(rows_of(trials, frames, metrics), metrics, tests)


def cover_cooccurrence(
    trials: list[dict[str, Any]],
    title: str,
    coverage: dict[str, Any],
    *,
    dataset: str,
    graphs: tuple[dict[str, tuple[str, str]], ...],
    features: tuple[dict[str, str], ...],
    **arrays: Any,
) -> tuple[DataFrame, str, str, str, Figure]:
    """What item graphs share with co-occurrence: a table, CSV, a summary of it twice, a plot.

    Args:
        trials: what is said of each in the table of the study.
        title: of the summary.
        coverage: `top`, of the co-occurring items.
        dataset: name of the data set.
        graphs: of each trial, argument -> name of the graph and its modality.
        features: of each trial, modality -> extractor.
        arrays: `train_matrix_<n>`, `splits_<n>` and the indexes of the n-th trial; graphs.
    """
    from siger_pipeline.reporting.coverage import draw_coverage
    from siger_pipeline.reporting.provenance import data_fingerprint
    from siger_pipeline.studies.coverage import coverage_summary, coverage_table
    from siger_pipeline.studies.table import as_latex, as_markdown

    parts = [
        coverage_table(
            {**trial, "dataset": dataset, "data": data_fingerprint(splits.to_pandas())},
            {names: arrays[argument] for argument, names in graphs[n].items()},
            features[n],
            arrays[f"train_matrix_{n}"],
            source_ids(arrays[f"user_index_{n}"], arrays[f"item_index_{n}"])[1].tolist(),
            coverage["top"],
        )
        for n, trial in enumerate(trials)
        for splits in [arrays[f"splits_{n}"]]
    ]
    table, rows = coverage_summary(parts, coverage["top"])
    figure = draw_coverage(table, coverage["top"])
    return table, table.to_csv(index=False), as_markdown(rows, title), as_latex(rows), figure


def tabulate(
    trials: list[dict[str, Any]],
    title: str,
    dataset: str,
    paper_figures: Table,
    public_references: Table,
    tests: Table | None = None,
    **documents: Any,
) -> tuple[DataFrame, str, str, str]:
    """The results of trials as a table, the table as CSV, and its summary in Markdown and LaTeX.

    Args:
        trials: what is said of each in the table.
        title: of the summary.
        dataset: name of the data set.
        paper_figures: of the paper's tables.
        public_references: figures of public runs.
        tests: of `compare_trials`, if the study has any.
        documents: `metrics_<n>`, `origin_<n>` and `timings_<n>` of the n-th trial,
            `calibration_<n>` if it has a corrector; `fusion` of all, and `groups` with
            `groups_<n>`, if the study has these. What could not be made is `Failed`.
    """
    from siger_pipeline.reporting.paper import all_figures, public_figures
    from siger_pipeline.studies.failed import FailedTrial, failed_note, with_failed
    from siger_pipeline.studies.groups import with_groups
    from siger_pipeline.studies.published import PublishedFigures
    from siger_pipeline.studies.summary import written
    from siger_pipeline.studies.table import NO_FUSION, fusion_note, fusion_row, tidy_table

    reasons = [_why_failed(documents, f"_{n}") for n in range(len(trials))]
    failed = [FailedTrial(trials[n], why) for n, why in enumerate(reasons) if why]
    complete = [n for n, why in enumerate(reasons) if not why]
    measured = [_measured(trials[n], n, documents) for n in complete]
    notes = []
    if why := _why_failed(documents, "fusion"):
        failed.append(FailedTrial(NO_FUSION, why))
    elif fusion := documents.get("fusion"):
        measured.append(fusion_row(fusion, measured))
        notes.append(fusion_note(fusion))
    figures = all_figures(paper_figures, dataset), public_figures(public_references, dataset)
    table = tidy_table(measured, PublishedFigures(*figures))
    if chosen := documents.get("groups"):
        of_each = [documents[f"groups_{n}"].to_pandas() for n in complete]
        table = with_groups(table, measured, of_each, chosen)
    if why := _why_failed({"tests": tests}, "tests"):
        notes.append(f"Differences are not tested, since {why}.")
    compared = None if why or tests is None else tests.to_pandas()
    note = "\n\n".join(filter(None, [*notes, failed_note(failed)]))
    rows = with_failed(table, failed)
    return rows, rows.to_csv(index=False), *written(table, compared, title, note)


def _measured(trial: dict[str, Any], n: int, documents: dict[str, Any]) -> Any:
    """What is known of the n-th trial of a study."""
    from siger_pipeline.studies.table import Measured

    return Measured(
        trial,
        metrics=documents[f"metrics_{n}"],
        origin=documents[f"origin_{n}"],
        calibration=documents.get(f"calibration_{n}"),
        timings=documents[f"timings_{n}"].to_pandas(),
    )


def _why_failed(documents: dict[str, Any], end: str) -> str:
    """Which node failed, and why, of those that make documents with names of this end."""
    found = (each for name, each in documents.items() if name.endswith(end))
    failed = next((each for each in found if isinstance(each, Failed)), None)
    return " ".join(f"{failed.node}: {failed.error}".split()) if failed else ""


def _scorers(
    trials: list[dict[str, Any]],
    train_matrix: csr_matrix,
    device: str,
    requests: tuple[dict[Request, str], ...],
    modalities: tuple[tuple[str, ...], ...],
    documents: dict[str, Any],
) -> tuple[Any, Mapping[str, Scorer]]:
    """The device, and the scorers on it of the trials; the arguments are those of `fuse_trials`."""
    from siger_pipeline.training.checkpoint import restore
    from siger_pipeline.training.device import resolve_device
    from siger_pipeline.training.inputs import model_inputs

    place, scorers = resolve_device(device), {}
    for n, trial in enumerate(trials):
        inputs = model_inputs(train_matrix, requests[n], documents, modalities[n])
        model = restore(documents[f"checkpoint_{n}"], inputs).to(place)
        scorers[f"{TRIAL}{trial['trial']}"] = model.scorer()
    return place, scorers
