"""The model card: where a recommender comes from, how good it is, and what it may be used for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Columns

Z_95 = 1.96  # of the normal distribution
LICENCE = (
    "The program that made it is under the Apache licence 2.0. The numbers and texts in this folder"
    " come from the data set: whoever passes them on follows the terms of its source."
)


def card_of(provenance: Mapping[str, Any], user_metrics: pd.DataFrame) -> dict[str, Any]:
    """What the card of a trial says, JSON values.

    Args:
        provenance: of the trial.
        user_metrics: user, split, and a column a metric: a row a user with held-out items.
    """
    return {"metrics": with_intervals(user_metrics), "provenance": dict(provenance)}


def with_intervals(user_metrics: pd.DataFrame) -> dict[str, dict[str, dict[str, float]]]:
    """Split -> metric -> mean over the users, and the ends of its normal 95 % interval.

    The interval is m ± 1.96 s / √n, s the standard deviation over the n users (n − 1 in its
    denominator): what other users of the same kind might give, not another training.

    Args:
        user_metrics: see `card_of`.
    """
    names = [str(name) for name in user_metrics if name not in (Columns.USER, Columns.SPLIT)]
    return {
        str(split): {name: _interval(rows[name].to_numpy(float)) for name in names}
        for split, rows in user_metrics.groupby(Columns.SPLIT, sort=False)
    }


def _interval(values: np.ndarray) -> dict[str, float]:
    mean = float(np.mean(values))
    half = Z_95 * float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return {"mean": mean, "low": mean - half, "high": mean + half, "users": len(values)}


def model_card(about: Mapping[str, Any]) -> str:
    """The card in Markdown.

    Args:
        about: the manifest of a folder (`serving.manifest`).
    """
    origin = about["card"].get("provenance", {})
    lines = [f"# {origin.get('trial', about['model'])}", "", *_data(about, origin)]
    lines += ["", "## Metrics", "", *_metrics(about["card"].get("metrics", {}))]
    lines += ["", "## Made from", "", *_made_from(about, origin)]
    lines += ["", "## Parameters", "", *_table(("parameter", "value"), about["config"].items())]
    lines += ["", "## Licence", "", LICENCE]
    if versions := origin.get("versions"):
        lines += ["", "## Versions", "", *_table(("package", "version"), versions.items())]
    return "\n".join([*lines, ""])


def _data(about: Mapping[str, Any], origin: Mapping[str, Any]) -> Iterator[str]:
    counts, data = about["counts"], origin.get("data", {})
    on = f" on {origin['dataset']}" if origin else ""
    yield (
        f"A recommender by the model `{about['model']}`{on}: {counts['users']:,} users, "
        f"{counts['items']:,} items, {counts['interactions']:,} interactions to learn from."
    )
    if new := about["card"].get("folded_in"):
        yield ""
        yield (
            f"Of these, {new['users']:,} users and {new['items']:,} items were folded in without "
            "training."
        )
    if data:
        yield ""
        yield f"Split interactions: `{data['fingerprint']}`. Seed: {origin['seed']}."


def _metrics(metrics: Mapping[str, Any]) -> Iterator[str]:
    if not metrics:
        yield "It was not measured."
        return
    yield "Means over users with held-out items; in brackets their normal 95 % interval."
    yield ""
    splits = list(metrics)
    rows = (
        (name, *(_told(metrics[split][name]) for split in splits)) for name in metrics[splits[0]]
    )
    yield from _table(("metric", *splits), rows)


def _told(value: Mapping[str, float]) -> str:
    return f"{value['mean']:.4f} ({value['low']:.4f} to {value['high']:.4f})"


def _made_from(about: Mapping[str, Any], origin: Mapping[str, Any]) -> Iterator[str]:
    features = origin.get("features", {})
    for each in about["requests"]:
        modality = each["parameters"].get("modality")
        how = f", features by `{features[modality]}`" if modality in features else ""
        yield f"- `{each['file']}`{how}"
    if not about["requests"]:
        yield "The interactions alone."
    if note := origin.get("features_note"):
        yield f"- {note}"


def _table(head: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |"
