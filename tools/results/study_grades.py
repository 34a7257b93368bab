"""How claims about parts of SIGER and about groups are graded: by one study each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import pandas as pd

from siger_pipeline.features.knockout import Knockout
from siger_pipeline.studies.grid import BASE
from tools.results.collect import pairs
from tools.results.evidence import Evidence
from tools.results.grades import Grade
from tools.results.rivals import SIGER, of_table1, siger_of
from tools.results.settings import RECALL, alone
from tools.results.tables import CONDENSED, CONFIGURED, TRIALS
from tools.results.verdicts import (
    Figure,
    Graded,
    MissingError,
    all_of,
    beside,
    higher,
    unknown,
    verdict_of,
)

KNOCKOUT = "knockout"
PAPER_K = 10  # neighbours of Eq. (6), an item itself among them


def loses(study: str, without: str, in_paper: str = "") -> Grade:
    """A grade: whether SIGER is better than without a part of it.

    Args:
        study: its name.
        without: the study's name for SIGER without the part.
        in_paper: the paper's, if it is another.
    """

    def grade(evidence: Evidence) -> Graded:
        ours = higher(evidence.variant(study, "SIGER"), evidence.variant(study, without))
        return beside(ours, _paper_difference(evidence, "SIGER", in_paper or without))

    return grade


def loses_most(study: str, without: str, others: tuple[str, ...]) -> Grade:
    """A grade: whether SIGER is worse without this part than without each other one."""

    def grade(evidence: Evidence) -> Graded:
        most = evidence.variant(study, without)
        return all_of([higher(evidence.variant(study, other), most) for other in others])

    return grade


def uses_content(modality: str) -> Grade:
    """A grade: whether SIGER is worse with each stand-in for a modality's features.

    By the study `knockout`, or by single trials and the model as it is.
    """

    def grade(evidence: Evidence) -> Graded:
        studied = KNOCKOUT in evidence.studies
        as_it_is = (
            evidence.variant(KNOCKOUT, "as it is") if studied else siger_of(evidence.models())
        ).called(SIGER)
        parts = []
        for how in get_args(Knockout):
            name = f"{modality}: {how}"
            variant = name if studied else f"features.knockout.{modality}={how}"
            try:
                figure = evidence.variant(KNOCKOUT if studied else TRIALS, variant)
            except MissingError as why:
                parts.append(unknown(str(why)))
            else:
                parts.append(higher(as_it_is, figure.called(name)))
        return all_of(parts)

    return grade


def best_value(key: str, letter: str, best: int, values: tuple[int, ...]) -> Grade:
    """A grade: whether a parameter is best at this value, in the study `sensitivity`.

    Args:
        key: its name.
        letter: the paper's name for it.
        best: value in the paper.
        values: that the paper compares.
    """

    def against(evidence: Evidence, figures: Mapping[int, Figure], value: int) -> Graded:
        if value not in figures:
            return unknown(f"{key}={value} was not trained")
        theirs = _paper_difference(evidence, f"{letter}={best}", f"{letter}={value}")
        return beside(higher(figures[best], figures[value]), theirs)

    def grade(evidence: Evidence) -> Graded:
        figures = _by_value(evidence, key)
        if best not in figures:
            return unknown(f"{key}={best} was not trained")
        return all_of([against(evidence, figures, value) for value in values if value != best])

    return grade


def best_of_group(variant: str, group: str) -> Grade:
    """A grade: whether SIGER is better for a group than each other trained model that was run.

    The study is `cold_start`. Which models the paper compares there is not known, so all of
    Table 1's that were measured count.
    """

    def grade(evidence: Evidence) -> Graded:
        models = evidence.group("cold_start", variant, group)
        siger, others = siger_of(models), of_table1(models)
        return all_of([higher(siger, other) for other in others.values()])

    return grade


def few_covered(evidence: Evidence) -> Graded:
    """Whether less than half of the top co-occurring items are neighbours, in every modality."""
    rows = evidence.studies.get("coverage")
    if rows is None or not set(CONDENSED) <= set(rows.columns):
        raise MissingError("no table of the study coverage")
    graphs = rows[rows["graph"].str.endswith(f"-k{PAPER_K}")]
    if graphs.empty or graphs["data"].nunique() > 1:
        raise MissingError(f"no graph with {PAPER_K} neighbours on one split in coverage")
    return all_of([_covered(str(m), of) for m, of in graphs.groupby("modality", sort=False)])


def _paper_difference(evidence: Evidence, one: str, other: str) -> float | None:
    """The paper's difference in recall between two variants of SIGER, if it has both."""
    ends = [evidence.published.of(SIGER, variant, RECALL)["paper"] for variant in (one, other)]
    return None if ends[0] is None or ends[1] is None else ends[0] - ends[1]


def _by_value(evidence: Evidence, key: str) -> dict[int, Figure]:
    """Figures of `sensitivity` by the value of a parameter of SIGER, the others as configured."""
    rows = alone(evidence.study("sensitivity"))
    found: dict[int, Figure] = {}
    for variant in dict.fromkeys(rows["variant"]):
        of_variant = rows[rows["variant"] == variant]
        value = _value(variant, of_variant, key)
        if value is not None:
            found[value] = evidence.variant("sensitivity", variant).called(f"{key}={value}")
    return found


def _value(variant: str, rows: pd.DataFrame, key: str) -> int | None:
    told = rows[CONFIGURED].iloc[0] if variant == BASE and CONFIGURED in rows else variant
    values = {name.rpartition(".")[2]: value for name, value in pairs(told)}
    return int(values[key]) if key in values else None


def _covered(modality: str, rows: pd.DataFrame) -> Graded:
    share = (rows["covered"] * rows["items"]).sum() / (rows["cooccurring"] * rows["items"]).sum()
    carried = rows["weight_covered"].sum() / rows["weight"].sum()
    said = f"{modality}: {share:.1%} are neighbours, with {carried:.1%} of the weight"
    return Graded(verdict_of(0.5 - float(share), 0.0), said)
