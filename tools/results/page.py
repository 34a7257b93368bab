"""The page of a data set: claims with their verdicts, notes, and all tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from siger_pipeline.studies.table import as_markdown
from tools.results.claims import CLAIMS, QUESTIONS, Claim
from tools.results.evidence import Evidence
from tools.results.notes import Notes
from tools.results.published import Beside
from tools.results.sections import section
from tools.results.tables import TRIALS, Tables
from tools.results.texts import shown, wrapped
from tools.results.verdicts import Graded

MARK = "<!-- Written by `make results`: change tables/ or notes/, then run it again. -->"
READING = (
    "A difference no larger than the deviation between seeds, √(s² + s_o²), is a tie. *One seed*: "
    "something compared was trained with one seed alone, so that the deviation is not known. "
    "Figures are recall@20 at test where nothing else is said, with mean ± deviation over seeds; "
    "settings were chosen by validation alone."
)
PARTS = (("Claims of the paper", CLAIMS), ("What its readers ask next", QUESTIONS))
Verdicts = Sequence[tuple[Claim, Graded]]


def verdicts(tables: Tables, beside: Beside) -> Verdicts:
    """The claims that are made of a data set, with what its figures say."""
    evidence = Evidence(tables.dataset, tables.studies, beside.figures, beside.paper_note)
    claims = (each for each in (*CLAIMS, *QUESTIONS) if each.is_of(tables.dataset))
    return [(each, each.graded(evidence)) for each in claims]


def page(
    tables: Tables,
    beside: Beside,
    graded: Verdicts,
    descriptions: Mapping[str, str],
    notes: Notes,
) -> str:
    """The page of a data set in Markdown.

    Args:
        tables: of the data set.
        beside: figures of others; notes on its features and on the paper's data.
        graded: of `verdicts`.
        descriptions: study -> what it shows.
        notes: on claims.
    """
    parts = [f"# Results on {tables.dataset}", MARK, wrapped(READING)]
    if beside.features_note:
        parts.append(wrapped(f"Features: {beside.features_note}."))
    if beside.paper_note:
        parts.append(wrapped(f"Published figures: {beside.paper_note}."))
    for title, claims in PARTS:
        of_these = [(claim, found) for claim, found in graded if claim in claims]
        if of_these:
            parts += _claims(title, of_these, notes, tables.dataset)
    for name in sorted(tables.studies, key=lambda name: _order(name, descriptions)):
        title = f"{name}: {descriptions[name]}" if name in descriptions else name
        parts.append(section(title, name, tables, beside))
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _order(study: str, descriptions: Mapping[str, str]) -> tuple[bool, int, str]:
    """Studies as `studies.yml` has them, then others, the single trials last."""
    known = [*descriptions]
    return study == TRIALS, known.index(study) if study in known else len(known), study


def _claims(title: str, graded: Verdicts, notes: Notes, dataset: str) -> Iterator[str]:
    rows = [
        {"claim": claim.says, "where": claim.where, "here": shown(found), "figures": found.figures}
        for claim, found in graded
    ]
    yield as_markdown(pd.DataFrame(rows), title, level=2)
    for claim, found in graded:
        if texts := notes.get((dataset, claim.name)):
            yield f"### {claim.says}: {found}"
            yield from texts
