"""The results of a study's trials, of these with correctors, and of their fusion: its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from siger_pipeline.studies.failed import FailedTrial
from siger_pipeline.studies.measured import (
    Measured,
    calibration_note,
    fusion_note,
    of_calibrated,
    of_folded_in,
    of_fusion,
    of_trial,
)
from siger_pipeline.studies.sums import (
    FOLDED_IN,
    NO_FUSION,
    OF_CALIBRATED,
    OF_FOLDED_IN,
    OF_FUSION,
    corrected,
    folded_in,
)

Document = Mapping[str, Any]
OF_TRIAL = ("metrics", "origin", "timings")


@dataclass
class Results:
    """What a study has come to.

    Attributes:
        rows: of the table, in its order.
        failed: those that could not be made.
        groups: those of trials by themselves, each with its groups, where the study has these.
        notes: sentences on weights.
    """

    rows: list[Measured] = field(default_factory=list)
    failed: list[FailedTrial] = field(default_factory=list)
    groups: list[tuple[Measured, pd.DataFrame]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def results_of(
    trials: Sequence[Document],
    correctors: Sequence[str],
    documents: Mapping[str, Any],
    lost: Mapping[str, str],
) -> Results:
    """The rows of a study, and those that failed.

    Args:
        trials: `trial`, `model`, `variant` and `seed` of each.
        correctors: names.
        documents: those of `OF_TRIAL` with `_<n>` behind, and `groups_<n>` if the study has groups;
            those of `OF_FOLDED_IN` likewise, of trials whose cold items were folded in, timings
            where there was a training; those of `OF_CALIBRATED` with `_<n>_<corrector>` behind;
            those of `OF_FUSION`, if there is one.
        lost: names of those that could not be made -> the node that failed, and why.
    """
    results = Results()
    for said, names in _rows(trials, correctors, documents):
        if why := next((lost[name] for name in names if name in lost), ""):
            results.failed.append(FailedTrial(said, why))
        else:
            _add(results, said, trials, [documents[name] for name in names])
    return results


def _rows(
    trials: Sequence[Document], correctors: Sequence[str], documents: Mapping[str, Any]
) -> Iterator[tuple[Document, list[str]]]:
    """What is said of each row, and the names of the documents that it is made of."""
    for n, trial in enumerate(trials):
        groups = [f"groups_{n}"] if f"groups_{n}" in documents else []
        yield trial, [*(f"{name}_{n}" for name in OF_TRIAL), *groups]
        if arrived := [name for of in OF_FOLDED_IN if (name := f"{of}_{n}") in documents]:
            yield folded_in(trial), [f"origin_{n}", *arrived]
        for corrector in correctors:
            own = (f"{name}_{n}_{corrector}" for name in OF_CALIBRATED)
            yield corrected(trial, corrector), [f"origin_{n}", *own]
    if OF_FUSION[0] in documents:
        yield NO_FUSION, [*OF_FUSION, *(f"origin_{n}" for n in range(len(trials)))]


def _add(
    results: Results, said: Document, trials: Sequence[Document], documents: Sequence[Any]
) -> None:
    """A row whose documents are all there."""
    if said is NO_FUSION:
        fusion, took, *origins = documents
        row = of_fusion(fusion, took, [trial["trial"] for trial in trials], origins)
        results.notes.append(fusion_note(fusion))
    elif FOLDED_IN in said:
        origin, document, groups, *timings = documents
        row = of_folded_in(said, origin, document, timings)
        results.groups += [(row, groups)] if len(groups) else []
    elif "corrector" in said:
        row = of_calibrated(said, *documents)
        results.notes.append(calibration_note(said, documents[1]))
    else:
        metrics, origin, timings, *groups = documents
        row = of_trial(said, metrics, origin, timings)
        results.groups += [(row, of_row) for of_row in groups]
    results.rows.append(row)
