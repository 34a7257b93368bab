"""The first page: every claim on every data set, and where it does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from siger_pipeline.studies.table import ABSENT, as_markdown
from tools.results.claims import CLAIMS, Claim
from tools.results.page import MARK, PARTS, READING, Verdicts
from tools.results.texts import shown, wrapped
from tools.results.verdicts import Verdict

HOW = (
    "`make results` renders these pages from the tables in [tables/](tables) and the notes in "
    "[notes/](notes). `make results FROM=<project>/data/08_reporting MACHINE=<what it ran on>` "
    "first collects the newest tables of studies and single trials of a project, and replaces "
    "those that were there; all others stay. Of a study's table the four usual metrics are kept, "
    "of a coverage counts of items. Every row has the hashes of its split, features and graphs. "
    "A claim that is made of one data set is graded by its figures alone."
)


def overview(graded: Mapping[str, Verdicts]) -> str:
    """The first page in Markdown.

    Args:
        graded: data set -> its verdicts.
    """
    pages = [f"- [{name}]({name}.md)" for name in graded]
    pages.append("- [First epochs beside public logs](checks.md)")
    fails = "\n".join(_failing(graded)) or "Nowhere, as far as it was measured."
    parts = ["# Results", MARK, "\n".join(pages), wrapped(READING)]
    parts += ["## Where the paper does not hold here", fails]
    parts += [as_markdown(_matrix(claims, graded), title, level=2) for title, claims in PARTS]
    parts += ["## How they are made", wrapped(HOW)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _matrix(claims: Sequence[Claim], of: Mapping[str, Verdicts]) -> pd.DataFrame:
    rows: dict[str, dict[str, str]] = {}
    for claim in claims:
        row = rows.setdefault(claim.name, {"claim": claim.says, "where": claim.where})
        for dataset, graded in of.items():
            found = next((shown(g) for each, g in graded if each is claim), None)
            row[dataset] = found or row.get(dataset, ABSENT)
    return pd.DataFrame(list(rows.values()))


def _failing(of: Mapping[str, Verdicts]) -> list[str]:
    return [
        wrapped(f"- {dataset}, {claim.where}: {claim.says}: {found}. {found.figures}.", "  ")
        for dataset, graded in of.items()
        for claim, found in graded
        if claim in CLAIMS and found.verdict == Verdict.FAILS
    ]
