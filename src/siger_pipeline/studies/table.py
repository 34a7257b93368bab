"""The results of a study as one tidy table, and a summary of it to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from siger_pipeline.data.schema import Split
from siger_pipeline.studies.cell import as_latex_cell, as_markdown_cell
from siger_pipeline.studies.measured import Measured
from siger_pipeline.studies.published import PublishedFigures, is_comparable
from siger_pipeline.studies.sums import FOLDED_IN, YES

COLUMNS = (
    *("dataset", "trial", "model", "variant", "seed", "split", "metric", "k", "value"),
    *("paper", "public_low", "public_high", "data", "features", "device", "version"),
    *("versions", "feature_hashes", "graph_hashes", "seconds", "peak_mib"),
)
TYPES = {
    **dict.fromkeys(("seed", "k"), "Int64"),
    **dict.fromkeys(("value", "paper", "public_low", "public_high"), "float64"),
    **dict.fromkeys(("seconds", "peak_mib"), "float64"),
}
CALIBRATED = ("corrector", "weight")
ABSENT = "–"
DIGITS = 12  # of a hash that tells features or graphs apart
Document = Mapping[str, Any]


def tidy_table(
    trials: Sequence[Measured], published: PublishedFigures | None = None
) -> pd.DataFrame:
    """One row a trial, split and metric, in the order of the trials.

    Args:
        trials: of the study, and what is made of them.
        published: figures of others on the data set.

    Returns:
        Columns `COLUMNS`; `k` is null for a metric without a list length. `paper`, `public_low`
        and `public_high` are of rows at test whose data and split are the environment's. `data`
        is the fingerprint of the split interactions, the other hashes are shortened. `seconds` and
        `peak_mib` are the sum and the maximum of the row's timings. Where a row has a corrector,
        also `CALIBRATED`: its name and its weight. Where cold items were folded in, also
        `folded_in`: null for other rows, `yes`, or why the model places no new items.
    """
    others = published or PublishedFigures()
    rows = [
        {
            **each.trial,
            **_origin(each.origin),
            **{"split": split, "metric": name, "k": k, "value": values[key]},
            **_beside(each, others, split, key),
            **_took(each.timings),
            "weight": each.weight,
        }
        for each in trials
        for split, values in each.metrics.items()
        for key, name, k in map(_parts, values)
    ]
    further, types = (), TYPES  # type: tuple[str, ...], dict[str, str]
    if any("corrector" in each.trial for each in trials):
        further, types = CALIBRATED, types | {"weight": "float64"}
    if any(FOLDED_IN in each.trial for each in trials):
        further = (*further, FOLDED_IN)
    return pd.DataFrame(rows, columns=[*COLUMNS, *further]).astype(types)


def no_place_note(table: pd.DataFrame) -> str:
    """Sentences on models that place no new items; empty where there are none.

    Args:
        table: of `tidy_table`.
    """
    if FOLDED_IN not in table:
        return ""
    rows = table[table[FOLDED_IN].notna() & (table[FOLDED_IN] != YES)].drop_duplicates("trial")
    pairs = zip(rows["trial"], rows[FOLDED_IN], strict=True)
    return " ".join(f"{trial}, folded in: {why}." for trial, why in pairs)


def as_markdown(rows: pd.DataFrame, title: str, note: str = "", level: int = 1) -> str:
    """A table of texts in Markdown, below a heading and above a note."""
    lines = [list(rows.columns), ["---"] * len(rows.columns), *rows.to_numpy().tolist()]
    body = "\n".join(f"| {' | '.join(as_markdown_cell(cell) for cell in line)} |" for line in lines)
    return f"{'#' * level} {title}\n\n{body}\n" + (f"\n{note}\n" if note else "")


def as_latex(rows: pd.DataFrame, left: int = 2) -> str:
    """A table of texts for LaTeX's package booktabs.

    Args:
        rows: of texts and `Cell`s.
        left: so many first columns hold words.
    """
    head, *body = [
        " & ".join(as_latex_cell(cell) for cell in line) + r" \\"
        for line in [list(rows.columns), *rows.to_numpy().tolist()]
    ]
    columns = "l" * left + "r" * (len(rows.columns) - left)
    start, end = rf"\begin{{tabular}}{{{columns}}}", r"\end{tabular}"
    return "\n".join([start, r"\toprule", head, r"\midrule", *body, r"\bottomrule", end, ""])


def _origin(origin: Document) -> dict[str, Any]:
    return {
        "dataset": origin["dataset"],
        "data": origin["data"]["fingerprint"],
        "features": _listed(origin["features"]),
        "device": origin["device"],
        "version": origin["versions"]["siger-pipeline"],
        "versions": ", ".join(f"{name} {number}" for name, number in origin["versions"].items()),
        "feature_hashes": _hashes(origin["fingerprints"]["features"]),
        "graph_hashes": _hashes(origin["fingerprints"]["graphs"]),
    }


def _beside(
    each: Measured, others: PublishedFigures, split: str, metric: str
) -> dict[str, float | None]:
    if split != Split.TEST.value or not is_comparable(each.origin["overrides"]):
        return {}
    return others.of(each.trial["model"], each.trial["variant"], metric)


def _took(timings: Sequence[pd.DataFrame]) -> dict[str, float]:
    """Seconds, and peak memory."""
    if not timings:
        return {}
    steps = pd.concat(timings)
    seconds = steps.filter(like="seconds").sum().sum()
    return {"seconds": float(seconds), "peak_mib": float(steps["peak_mib"].max())}


def _hashes(fingerprints: Mapping[str, str]) -> str:
    """By name, as short as tells them apart; several of one name where trials were added up."""
    return ", ".join(
        f"{name}: {' / '.join(_short(each) for each in hashes.split(' / '))}"
        for name, hashes in fingerprints.items()
    )


def _short(fingerprint: str) -> str:
    return fingerprint.partition(":")[2][:DIGITS]


def _listed(features: Mapping[str, str]) -> str:
    """Modalities with their extractors."""
    return ", ".join(f"{modality}: {extractor}" for modality, extractor in features.items())


def _parts(key: str) -> tuple[str, str, int | None]:
    """A metric, its name without list length, and the list length."""
    name, _, k = key.partition("@")
    return key, name, int(k) if k else None
