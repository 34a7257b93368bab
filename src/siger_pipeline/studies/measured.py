"""The rows of a study: its trials, these as correctors correct them, and the fusion of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from siger_pipeline.evaluation.config import widen
from siger_pipeline.studies.sums import FOLDED_IN, summed, weights_of

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Measured:
    """What a study knows of one of its rows.

    Attributes:
        trial: `trial`, `model`, `variant` and `seed`, null where none counts, as of a fusion;
            `corrector`, if one has corrected it, `folded_in`, if its cold items were
            (`studies.sums`).
        metrics: split -> metric such as `recall@20` -> value.
        origin: its provenance.
        timings: tables of what it took; each has seconds, in columns of such names, and `peak_mib`.
        weight: of the corrector, if there is one.
    """

    trial: Document
    metrics: Document
    origin: Document
    timings: Sequence[pd.DataFrame] = ()
    weight: float | None = None


def of_trial(
    trial: Document, metrics: Document, origin: Document, timings: pd.DataFrame
) -> Measured:
    """A trial by itself; `timings` have a row an epoch."""
    return Measured(trial, metrics, origin, [timings])


def of_calibrated(
    said: Document,
    origin: Document,
    calibration: Document,
    corrector_origin: Document,
    *timings: pd.DataFrame,
) -> Measured:
    """A trial as a corrector corrects it, made of what both read.

    Args:
        said: of `sums.corrected`.
        origin: provenance of the trial alone.
        calibration: of `evaluation.documents.calibration_document`.
        corrector_origin: of `reporting.provenance.corrector_provenance`.
        *timings: what fitting the corrector took, and what choosing its weight took.
    """
    together = _together([origin, corrector_origin])
    return Measured(said, calibration["calibrated"], together, timings, calibration["weight"])


def of_folded_in(
    said: Document, origin: Document, document: Document, timings: Sequence[pd.DataFrame]
) -> Measured:
    """A trial's cold items, folded in; its graphs are those of the known items, which none keeps.

    Args:
        said: of `sums.folded_in`.
        origin: provenance of the trial itself.
        document: of `serving.arrivals.document`.
        timings: of the training without these items, if there was one.
    """
    made_from = {**origin, "fingerprints": {**origin["fingerprints"], "graphs": {}}}
    row = {**said, FOLDED_IN: document["why"] or said[FOLDED_IN]}
    return Measured(row, document["metrics"], made_from, timings)


def of_fusion(
    fusion: Document, choice: pd.DataFrame, trials: Sequence[str], origins: Sequence[Document]
) -> Measured:
    """The fused trials, made of what those with a weight read.

    Args:
        fusion: of `evaluation.documents.fusion_document`.
        choice: what choosing the weights took.
        trials: names, of all.
        origins: their provenance.
    """
    weights = weights_of(fusion)
    read = [origin for name, origin in zip(trials, origins, strict=True) if name in weights]
    return Measured(summed(fusion), fusion["metrics"], _together(read), [choice])


def fusion_note(fusion: Document) -> str:
    """A sentence on weights at the end of their grid; empty where there are none."""
    if not fusion["at_end"]:
        return ""
    named = ", ".join(fusion["at_end"])
    return f"In the fusion, the weight of {named} is {widen('fusion.weights of the study')}."


def calibration_note(said: Document, calibration: Document) -> str:
    """A sentence on a weight at the end of its grid; empty where it is not there.

    Args:
        said: of `sums.corrected`.
        calibration: of `evaluation.documents.calibration_document`.
    """
    if not calibration["at_end"]:
        return ""
    end = widen("calibration.weights")
    return f"The weight of {said['corrector']} beside {said['trial']} is {end}."


def _together(origins: Sequence[Document]) -> dict[str, Any]:
    """The provenance of a sum: that of the first, with features, graphs and machines of all."""
    return {
        **origins[0],
        "device": " / ".join(dict.fromkeys(of["device"] for of in origins)),
        "features": _joined([of["features"] for of in origins]),
        "versions": _joined([of["versions"] for of in origins]),
        "fingerprints": {
            kind: _joined([of["fingerprints"][kind] for of in origins])
            for kind in ("features", "graphs")
        },
    }


def _joined(documents: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Several mappings as one; the different values of a key stand one after the other."""
    values: dict[str, list[str]] = {}
    for document in documents:
        for key, value in document.items():
            values.setdefault(key, []).append(value)
    return {key: " / ".join(dict.fromkeys(of_key)) for key, of_key in values.items()}
