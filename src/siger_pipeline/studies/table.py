"""The results of a study as one tidy table, and a summary of it to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

COLUMNS = (
    *("dataset", "trial", "model", "variant", "seed", "split", "metric", "k", "value"),
    *("data", "features", "device", "version"),
)
SUMMARY = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")
Document = Mapping[str, Any]


def tidy_table(
    trials: Sequence[Document], metrics: Sequence[Document], origins: Sequence[Document]
) -> pd.DataFrame:
    """One row a trial, split and metric, in the order of the trials.

    Args:
        trials: `trial`, `model`, `variant` and `seed` of each, null where none counts.
        metrics: of each trial, split -> metric such as `recall@20` -> value.
        origins: of each trial, its provenance.

    Returns:
        Columns `COLUMNS`; `k` is null for a metric without a list length, `data` is the
        fingerprint of the split interactions.
    """
    rows = [
        {**trial, **_origin(origin), "split": split, "metric": name, "k": k, "value": value}
        for trial, document, origin in zip(trials, metrics, origins, strict=True)
        for split, values in document.items()
        for name, k, value in _parts(values)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"seed": "Int64", "k": "Int64", "value": "float64"}
    )


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Test metrics of each model and variant: the mean over seeds, and ± their deviation.

    Args:
        table: of `tidy_table`.

    Returns:
        Texts; columns `model`, `variant`, `seeds` and one a metric.
    """
    test = table[(table["split"] == "test") & table["k"].notna()]
    names = test["metric"] + "@" + test["k"].astype(str)
    chosen = test.assign(name=names)[names.isin(SUMMARY)]
    rows = []
    for (model, variant), group in chosen.groupby(["model", "variant"], sort=False):
        cells = {name: _cell(values["value"]) for name, values in group.groupby("name")}
        seeds = group["seed"].nunique() or "–"
        rows.append({"model": model, "variant": variant, "seeds": seeds, **cells})
    shown = [name for name in SUMMARY if name in set(chosen["name"])]
    return pd.DataFrame(rows, columns=["model", "variant", "seeds", *shown]).fillna("–")


def as_markdown(rows: pd.DataFrame, title: str) -> str:
    """A table of texts in Markdown, below a heading."""
    lines = [list(rows.columns), ["---"] * len(rows.columns), *rows.to_numpy().tolist()]
    body = "\n".join(
        f"| {' | '.join(_escaped(cell, {'|': chr(92) + '|'}) for cell in line)} |" for line in lines
    )
    return f"# {title}\n\n{body}\n"


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
}


def _origin(origin: Document) -> dict[str, Any]:
    features = origin["features"].items()
    return {
        "dataset": origin["dataset"],
        "data": origin["data"]["fingerprint"],
        "features": ", ".join(f"{modality}: {extractor}" for modality, extractor in features),
        "device": origin["device"],
        "version": origin["versions"]["siger-pipeline"],
    }


def _parts(values: Mapping[str, float]) -> Iterator[tuple[str, int | None, float]]:
    for key, value in values.items():
        name, _, k = key.partition("@")
        yield name, int(k) if k else None, value


def _cell(values: pd.Series[float]) -> str:
    mean = f"{values.mean():.4f}"
    return f"{mean} ± {values.std():.4f}" if len(values) > 1 else mean


def _escaped(cell: object, signs: Mapping[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in str(cell))
