"""The results of a study as one tidy table, and a summary of it to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.config import widen
from siger_pipeline.studies.cell import as_latex_cell, as_markdown_cell
from siger_pipeline.studies.published import PublishedFigures, is_comparable

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
CALIBRATED = ("corrector", "corrector_features", "weight", "calibrated")
ABSENT = "–"
FUSION = "fusion"  # where a model's name stands
NO_FUSION = {"trial": FUSION, "model": FUSION, "variant": FUSION, "seed": None}
DIGITS = 12  # of a hash that tells features or graphs apart
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Measured:
    """What a study knows of one of its trials.

    Attributes:
        trial: `trial`, `model`, `variant` and `seed`, null where none counts, as of a fusion.
        metrics: split -> metric such as `recall@20` -> value.
        origin: its provenance.
        calibration: of the trial, if it has a corrector.
        timings: of its training, a row an epoch.
    """

    trial: Document
    metrics: Document
    origin: Document
    calibration: Document | None = None
    timings: pd.DataFrame | None = None


def tidy_table(
    trials: Sequence[Measured], published: PublishedFigures | None = None
) -> pd.DataFrame:
    """One row a trial, split and metric, in the order of the trials.

    Args:
        trials: of the study.
        published: figures of others on the data set.

    Returns:
        Columns `COLUMNS`; `k` is null for a metric without a list length. `paper`, `public_low`
        and `public_high` are of rows at test whose data and split are the environment's. `data`
        is the fingerprint of the split interactions, the other hashes are shortened. `seconds` are
        those of training and validation, `peak_mib` is the peak memory of the training. Where a
        trial has a corrector, also `CALIBRATED`: its name, the features that it reads, its weight
        and the value with it.
    """
    others = published or PublishedFigures()
    rows = [
        {
            **each.trial,
            **_origin(each.origin),
            **{"split": split, "metric": name, "k": k, "value": values[key]},
            **_beside(each, others, split, key),
            **_took(each.timings),
            **_calibrated(each.calibration, split, key),
        }
        for each in trials
        for split, values in each.metrics.items()
        for key, name, k in map(_parts, values)
    ]
    further, types = (), TYPES  # type: tuple[str, ...], dict[str, str]
    if any(each.calibration for each in trials):
        further, types = CALIBRATED, types | {"weight": "float64", "calibrated": "float64"}
    return pd.DataFrame(rows, columns=[*COLUMNS, *further]).astype(types)


def fusion_row(fusion: Document, trials: Sequence[Measured]) -> Measured:
    """The fused trials as one more row, whose variant is what was added up, with its features.

    Args:
        fusion: of `evaluation.documents.fusion_document`.
        trials: those that were fused.
    """
    pairs = zip(fusion["trials"], fusion["weights"], strict=True)
    weights = {name: weight for name, weight in pairs if weight}
    total = " + ".join(f"{weight:g} · {name}" for name, weight in weights.items())
    said = {"trial": FUSION, "model": FUSION, "variant": total, "seed": None}
    read = [each.origin for each in trials if each.trial["trial"] in weights]
    origin = {
        **trials[0].origin,
        "features": _joined([of["features"] for of in read]),
        "fingerprints": {
            kind: _joined([of["fingerprints"][kind] for of in read])
            for kind in ("features", "graphs")
        },
    }
    return Measured(said, fusion["metrics"], origin)


def fusion_note(fusion: Document) -> str:
    """A sentence on weights at the end of their grid; empty where there are none."""
    if not fusion["at_end"]:
        return ""
    named = ", ".join(fusion["at_end"])
    return f"In the fusion, the weight of {named} is {widen('fusion.weights of the study')}."


def as_markdown(rows: pd.DataFrame, title: str, note: str = "", level: int = 1) -> str:
    """A table of texts in Markdown, below a heading and above a note."""
    lines = [list(rows.columns), ["---"] * len(rows.columns), *rows.to_numpy().tolist()]
    body = "\n".join(f"| {' | '.join(as_markdown_cell(cell) for cell in line)} |" for line in lines)
    return f"{'#' * level} {title}\n\n{body}\n" + (f"\n{note}\n" if note else "")


def as_latex(rows: pd.DataFrame) -> str:
    """A table of texts for LaTeX's package booktabs."""
    head, *body = [
        " & ".join(as_latex_cell(cell) for cell in line) + r" \\"
        for line in [list(rows.columns), *rows.to_numpy().tolist()]
    ]
    columns = "l" * 2 + "r" * (len(rows.columns) - 2)
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


def _took(timings: pd.DataFrame | None) -> dict[str, float]:
    """Seconds of a training, and its peak memory."""
    if timings is None:
        return {}
    seconds = timings[["seconds_train", "seconds_validation"]].to_numpy().sum()
    return {"seconds": float(seconds), "peak_mib": float(timings["peak_mib"].max())}


def _hashes(fingerprints: Mapping[str, str]) -> str:
    """By name, as short as tells them apart; several of one name where trials were added up."""
    return ", ".join(
        f"{name}: {' / '.join(_short(each) for each in hashes.split(' / '))}"
        for name, hashes in fingerprints.items()
    )


def _short(fingerprint: str) -> str:
    return fingerprint.partition(":")[2][:DIGITS]


def _joined(documents: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Several mappings as one; the different values of a key stand one after the other."""
    values: dict[str, list[str]] = {}
    for document in documents:
        for key, value in document.items():
            values.setdefault(key, []).append(value)
    return {key: " / ".join(dict.fromkeys(of_key)) for key, of_key in values.items()}


def _listed(features: Mapping[str, str]) -> str:
    """Modalities with their extractors."""
    return ", ".join(f"{modality}: {extractor}" for modality, extractor in features.items())


def _parts(key: str) -> tuple[str, str, int | None]:
    """A metric, its name without list length, and the list length."""
    name, _, k = key.partition("@")
    return key, name, int(k) if k else None


def _calibrated(calibration: Document | None, split: str, key: str) -> dict[str, Any]:
    if calibration is None:
        return {}
    return {
        "corrector": calibration["corrector"],
        "corrector_features": _listed(
            {modality: read["extractor"] for modality, read in calibration["features"].items()}
        ),
        "weight": calibration["weight"],
        "calibrated": calibration["calibrated"][split][key],
    }
