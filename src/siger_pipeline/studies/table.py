"""The results of a study as one tidy table, and a summary of it to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from siger_pipeline.evaluation.config import widen

COLUMNS = (
    *("dataset", "trial", "model", "variant", "seed", "split", "metric", "k", "value"),
    *("data", "features", "device", "version"),
)
CALIBRATED = ("corrector", "corrector_features", "weight", "calibrated")
ABSENT = "–"
FUSION = "fusion"  # where a model's name stands
NO_FUSION = {"trial": FUSION, "model": FUSION, "variant": FUSION, "seed": None}
SUMMARY = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Measured:
    """What a study knows of one of its trials.

    Attributes:
        trial: `trial`, `model`, `variant` and `seed`, null where none counts, as of a fusion.
        metrics: split -> metric such as `recall@20` -> value.
        origin: its provenance.
        calibration: of the trial, if it has a corrector.
    """

    trial: Document
    metrics: Document
    origin: Document
    calibration: Document | None = None


def tidy_table(trials: Sequence[Measured]) -> pd.DataFrame:
    """One row a trial, split and metric, in the order of the trials.

    Returns:
        Columns `COLUMNS`; `k` is null for a metric without a list length, `data` is the
        fingerprint of the split interactions. Where a trial has a corrector, also `CALIBRATED`:
        its name, the features that it reads, its weight and the value with it.
    """
    rows = [
        {
            **each.trial,
            **_origin(each.origin),
            **{"split": split, "metric": name, "k": k, "value": values[key]},
            **_calibrated(each.calibration, split, key),
        }
        for each in trials
        for split, values in each.metrics.items()
        for key, name, k in map(_parts, values)
    ]
    types = {"seed": "Int64", "k": "Int64", "value": "float64"}
    further: tuple[str, ...] = ()
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
    features: dict[str, list[str]] = {}
    for each in trials:
        if each.trial["trial"] in weights:
            for modality, extractor in each.origin["features"].items():
                features.setdefault(modality, []).append(extractor)
    read = {modality: " / ".join(dict.fromkeys(names)) for modality, names in features.items()}
    return Measured(said, fusion["metrics"], {**trials[0].origin, "features": read})


def fusion_note(fusion: Document) -> str:
    """A sentence on weights at the end of their grid; empty where there are none."""
    if not fusion["at_end"]:
        return ""
    named = ", ".join(fusion["at_end"])
    return f"In the fusion, the weight of {named} is {widen('fusion.weights of the study')}."


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Test metrics of each model and variant: the mean over seeds, and ± their deviation.

    Args:
        table: of `tidy_table`.

    Returns:
        Texts; columns `model`, `variant`, `seeds` and one a metric; then again one a metric with a
        corrector, where a trial has one.
    """
    test = table[(table["split"] == "test") & table["k"].notna()]
    names = test["metric"] + "@" + test["k"].astype(str)
    chosen = test.assign(name=names)[names.isin(SUMMARY)]
    rows = []
    for (model, variant), group in chosen.groupby(["model", "variant"], sort=False):
        cells: dict[str, Any] = {"seeds": group["seed"].nunique() or ABSENT}
        for name, values in group.groupby("name"):
            cells[str(name)] = _cell(values["value"])
            if "calibrated" in values:
                cells[f"{name} calibrated"] = _cell(values["calibrated"])
        rows.append({"model": model, "variant": variant, **cells})
    found = {key for row in rows for key in row}
    shown = [f"{name}{after}" for after in ("", " calibrated") for name in SUMMARY]
    shown = [name for name in shown if name in found]
    return pd.DataFrame(rows, columns=["model", "variant", "seeds", *shown]).fillna(ABSENT)


def as_markdown(rows: pd.DataFrame, title: str, note: str = "") -> str:
    """A table of texts in Markdown, below a heading and above a note."""
    lines = [list(rows.columns), ["---"] * len(rows.columns), *rows.to_numpy().tolist()]
    body = "\n".join(
        f"| {' | '.join(_escaped(cell, {'|': chr(92) + '|'}) for cell in line)} |" for line in lines
    )
    return f"# {title}\n\n{body}\n" + (f"\n{note}\n" if note else "")


def as_latex(rows: pd.DataFrame) -> str:
    """A table of texts for LaTeX's package booktabs."""
    head, *body = [
        " & ".join(_escaped(cell, LATEX) for cell in line) + r" \\"
        for line in [list(rows.columns), *rows.to_numpy().tolist()]
    ]
    columns = "l" * 2 + "r" * (len(rows.columns) - 2)
    start, end = rf"\begin{{tabular}}{{{columns}}}", r"\end{tabular}"
    return "\n".join([start, r"\toprule", head, r"\midrule", *body, r"\bottomrule", end, ""])


LATEX = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "−": "$-$",
    "–": "--",
    "·": r"$\cdot$",
}


def _origin(origin: Document) -> dict[str, Any]:
    return {
        "dataset": origin["dataset"],
        "data": origin["data"]["fingerprint"],
        "features": _listed(origin["features"]),
        "device": origin["device"],
        "version": origin["versions"]["siger-pipeline"],
    }


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


def _cell(values: pd.Series[float]) -> str:
    values = values.dropna()
    if values.empty:
        return ABSENT
    mean = f"{values.mean():.4f}"
    return f"{mean} ± {values.std():.4f}" if len(values) > 1 else mean


def _escaped(cell: object, signs: Mapping[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in str(cell))
