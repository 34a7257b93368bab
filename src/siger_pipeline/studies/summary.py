"""The table of a study summed up for people: over seeds, beside a baseline and published figures.

Rows are tables of texts and of `Cell`s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from siger_pipeline.data.schema import Split
from siger_pipeline.studies.cell import BEST, SECOND, Cell
from siger_pipeline.studies.config import HEADLINE
from siger_pipeline.studies.groups import GROUP
from siger_pipeline.studies.table import ABSENT, as_latex, as_markdown
from siger_pipeline.studies.verdicts import ROW, differences, legend, marks_of

PLACES = "Best in bold, second underlined; ± is the deviation between seeds."
PUBLISHED = (
    "Public range: the paper's Table 1 and other public runs on the same split, which "
    "conf/base/public_references.csv names. Difference: ours less the paper's."
)
Texts = pd.DataFrame


def written(
    table: pd.DataFrame, tests: pd.DataFrame | None, title: str, note: str = ""
) -> tuple[str, str]:
    """The summary in Markdown, and its tables in LaTeX.

    Args:
        table: of `tidy_table`.
        tests: of `comparison_table`, if the study has any.
        title: of the study.
        note: a further sentence on the figures.
    """
    rows = summary(table, tests)
    said = [PLACES if len(rows) > 1 else "", "" if tests is None else legend(tests), note]
    parts = [(title, rows, " ".join(filter(None, said)))]
    if tests is not None:
        parts.append(("Differences to the baseline", differences(tests), ""))
    if len(published := beside_published(table)):
        parts.append(("Beside published figures", published, PUBLISHED))
    markdown = [
        as_markdown(rows, heading, note, level=2 if n else 1)
        for n, (heading, rows, note) in enumerate(parts)
    ]
    return "\n".join(markdown), "\n".join(as_latex(rows) for _, rows, _ in parts)


def summary(table: pd.DataFrame, tests: pd.DataFrame | None = None) -> Texts:
    """Test metrics of each model and variant: the mean over seeds, and ± their deviation.

    Args:
        table: of `tidy_table`, with groups or without.
        tests: of `comparison_table`, which mark ties and differences.

    Returns:
        Columns `model`, `variant`, `group` if the table has any, `seeds` and one a metric. Cells
        know the best and the second of their column, among the rows of their group.
    """
    if GROUP not in table:
        return _summed(table, tests)
    of_all = _summed(table[table[GROUP].isna()], tests).assign(**{GROUP: "all"})
    names = table[GROUP].dropna().unique()
    groups = [_summed(table[table[GROUP] == name], None).assign(**{GROUP: name}) for name in names]
    rows = pd.concat([of_all, *groups], ignore_index=True)
    columns = [*ROW, GROUP, *(c for c in of_all.columns if c not in (*ROW, GROUP))]
    return of_all[ROW].merge(rows, on=ROW, sort=False)[columns].fillna(ABSENT)


def _summed(table: pd.DataFrame, tests: pd.DataFrame | None) -> Texts:
    chosen, marks = _at_test(table), marks_of(tests)
    rows: list[dict[str, Any]] = []
    values: list[dict[str, pd.Series[float]]] = []
    for (model, variant), group in chosen.groupby(ROW, sort=False):
        rows.append({"model": model, "variant": variant, "seeds": _seeds(group)})
        values.append(_columns(group))
    for name in (name for name in HEADLINE if any(name in of_row for of_row in values)):
        means = [float(of_row[name].mean()) if name in of_row else None for of_row in values]
        for row, of_row, mean in zip(rows, values, means, strict=True):
            mark = marks.get((name, row["model"], row["variant"]), "")
            text = _figure(of_row[name]) if name in of_row else ABSENT
            row[name] = Cell(text, _place(mean, means), mark)
    return pd.DataFrame(rows, columns=list(rows[0]) if rows else [*ROW, "seeds"])


def beside_published(table: pd.DataFrame) -> Texts:
    """Our figures beside the paper's and other public ones; no rows where there are none.

    Args:
        table: of `tidy_table`.
    """
    chosen = _at_test(table)
    known = chosen[chosen["paper"].notna() | chosen["public_low"].notna()]
    rows = []
    for (model, variant, name), group in known.groupby([*ROW, "name"], sort=False):
        paper, ours = group["paper"].iloc[0], group["value"]
        ends = group[["public_low", "public_high"]].iloc[0]
        rows.append(
            {
                **{"model": model, "variant": variant, "metric": name},
                "paper": ABSENT if pd.isna(paper) else f"{paper:.4f}",
                "public range": _range(*ends),
                "ours": _figure(ours),
                "difference": _against(float(ours.mean()), paper),
            }
        )
    return pd.DataFrame(rows)


def _at_test(table: pd.DataFrame) -> pd.DataFrame:
    """The metrics of a summary, by `name`."""
    test = table[(table["split"] == Split.TEST.value) & table["k"].notna()]
    names = test["metric"] + "@" + test["k"].astype(str)
    return test.assign(name=names)[names.isin(HEADLINE)]


def _columns(group: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """Column of the summary -> values, one a seed."""
    return {str(name): rows["value"] for name, rows in group.groupby("name")}


def _place(mean: float | None, means: Sequence[float | None]) -> int:
    """`BEST`, `SECOND` or neither; among fewer than two nothing is best."""
    known = [each for each in means if each is not None]
    if mean is None or len(known) < 2:
        return 0
    larger = sum(each > mean for each in known)
    return (BEST, SECOND)[larger] if larger < 2 else 0


def _seeds(group: pd.DataFrame) -> int | str:
    return int(group["seed"].nunique()) or ABSENT


def _figure(values: pd.Series[float]) -> str:
    mean = f"{values.mean():.4f}"
    return f"{mean} ± {values.std():.4f}" if len(values) > 1 else mean


def _range(low: float, high: float) -> str:
    if pd.isna(low):
        return ABSENT
    return f"{low:.4f}" if low == high else f"{low:.4f} – {high:.4f}"


def _against(ours: float, paper: float) -> str:
    return ABSENT if pd.isna(paper) else f"{ours - paper:+.4f} ({ours / paper - 1:+.1%})"
