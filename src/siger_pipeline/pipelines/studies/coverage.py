"""The node that compares item graphs with co-occurrence."""

from typing import Any

from siger_pipeline.pipelines.evaluate.nodes import source_ids
from siger_pipeline.pipelines.types import DataFrame


def cover_cooccurrence(
    trials: list[dict[str, Any]],
    title: str,
    coverage: dict[str, Any],
    *,
    dataset: str,
    graphs: tuple[dict[str, tuple[str, str]], ...],
    features: tuple[dict[str, str], ...],
    **arrays: Any,
) -> tuple[DataFrame, str, str, str]:
    """What item graphs share with co-occurrence: a table, CSV, a summary of it twice.

    Args:
        trials: what is said of each in the table of the study.
        title: of the summary.
        coverage: `top`, of the co-occurring items.
        dataset: name of the data set.
        graphs: of each trial, argument -> name of the graph and its modality.
        features: of each trial, modality -> extractor.
        arrays: `train_matrix_<n>`, `splits_<n>` and the indexes of the n-th trial; graphs.
    """
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
    return table, table.to_csv(index=False), as_markdown(rows, title), as_latex(rows)
