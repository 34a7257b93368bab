"""The first page: every claim on every data set, and where it does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from siger_pipeline.studies.table import ABSENT, as_markdown
from tools.results.claims import CLAIMS, QUESTIONS, Claim
from tools.results.page import MARK, READING, Verdicts, shown, verdicts, wrapped
from tools.results.published import Beside
from tools.results.tables import Tables
from tools.results.verdicts import Verdict

HOW = (
    "`make results` renders these pages from the tables in [tables/](tables) and the notes in "
    "[notes/](notes). `make results FROM=<project>/data/08_reporting MACHINE=<what it ran on>` "
    "first collects the newest tables of studies and single trials of a project, and replaces "
    "those that were there; all others stay. Of a study's table the four usual metrics are kept, "
    "of a coverage counts of items. Every row has the hashes of its split, features and graphs. "
    "A claim that is made of one data set is graded by its figures alone."
)


def overview(datasets: Sequence[tuple[Tables, Beside]]) -> str:
    """The first page in Markdown.

    Args:
        datasets: tables of each, and what stands beside them.
    """
    names = [tables.dataset for tables, _ in datasets]
    pages = [f"- [{name}]({name}.md)" for name in names]
    pages.append("- [First epochs beside public logs](checks.md)")
    parts = ["# Results", MARK, "\n".join(pages), wrapped(READING)]
    fails: list[str] = []
    for title, claims in (
        ("Claims of the paper", CLAIMS),
        ("What its readers ask next", QUESTIONS),
    ):
        of = {tables.dataset: verdicts(tables, beside, claims) for tables, beside in datasets}
        parts.append(as_markdown(_matrix(claims, of), title, level=2))
        fails += _failing(of) if claims is CLAIMS else []
    parts.insert(4, "## Where the paper does not hold here")
    parts.insert(5, "\n".join(fails) or "Nowhere, as far as it was measured.")
    return (
        "\n\n".join([*(part.strip() for part in parts), "## How they are made", wrapped(HOW)])
        + "\n"
    )


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
        if found.verdict == Verdict.FAILS
    ]
