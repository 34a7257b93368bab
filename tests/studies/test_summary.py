"""A study's table summed up for people."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from siger_pipeline.studies.cell import BEST, SECOND, Cell, as_latex_cell, as_markdown_cell
from siger_pipeline.studies.published import PublishedFigures
from siger_pipeline.studies.summary import beside_published, differences, summary, written
from siger_pipeline.studies.table import as_latex, as_markdown, tidy_table
from studies.test_table import ORIGIN, TRIALS, Measured, calibrated, fused, metrics, trial

FIGURES = {"SIGER": {"recall@20": 0.16}, "SIGER[full]": {"recall@20": 0.15}}
PAPER = PublishedFigures(FIGURES, {"SIGER": {"recall@20": [0.14, 0.17]}})


@pytest.fixture
def table() -> pd.DataFrame:
    return tidy_table(TRIALS, PAPER)


def texts(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {key: str(cell) if isinstance(cell, Cell) else cell for key, cell in row.items()}
        for row in rows.to_dict("records")
    ]


def compared(**changes: Any) -> pd.DataFrame:
    one = {
        **{"metric": "recall", "k": 20, "model": "siger", "variant": "−MP & more_1"},
        **{"value": 0.05, "baseline_model": "siger", "baseline_variant": "full"},
        **{"baseline_value": 0.15, "difference": -0.1, "low": -0.12, "high": -0.08},
        **{"p_t": 0.00001, "p_wilcoxon": 0.0002, "p_corrected": 0.00003, "significant": True},
        **{"spread": 0.07, "tie": False, "users": 1234, "seeds": 1, "baseline_seeds": 2},
        **{"test": "t", "correction": "holm", "level": 0.05, "comparisons": 3, "resamples": 9},
    }
    return pd.DataFrame([{**one, **changes}])


def test_a_summary_over_seeds(table: pd.DataFrame) -> None:
    assert texts(summary(table)) == [
        {"model": "siger", "variant": "full", "seeds": 2, "recall@20": "0.1500 ± 0.0707"},
        {"model": "siger", "variant": "−MP & more_1", "seeds": 1, "recall@20": "0.0500"},
    ]


def test_a_trial_without_a_seed() -> None:
    row = {"trial": "ease", "model": "ease", "variant": "", "seed": None}
    table = tidy_table([Measured(each, metrics(0.1), ORIGIN) for each in (row, trial("", 3))])
    assert summary(table)["seeds"].tolist() == ["–", 1]


def test_the_best_and_the_second_by_unrounded_means() -> None:
    values = (0.30001, 0.30002, 0.2, 0.30002)
    trials = [
        Measured({**trial("", 1), "model": f"m{n}"}, metrics(value), ORIGIN)
        for n, value in enumerate(values)
    ]
    places = [cell.place for cell in summary(tidy_table(trials))["recall@20"]]
    assert places == [0, BEST, 0, BEST], "two that share the first place leave no second"
    places = [cell.place for cell in summary(tidy_table(trials[:3]))["recall@20"]]
    assert places == [SECOND, BEST, 0]
    (alone,) = summary(tidy_table(trials[:1]))["recall@20"]
    assert alone.place == 0


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "0.0500 †"),
        ({"significant": False}, "0.0500"),
        ({"tie": True}, "0.0500 ≈"),
        ({"tie": True, "significant": False}, "0.0500 ≈"),
    ],
)
def test_ties_and_differences_are_marked(
    table: pd.DataFrame, changes: dict[str, bool], shown: str
) -> None:
    rows = texts(summary(table, compared(**changes)))
    assert [row["recall@20"] for row in rows] == ["0.1500 ± 0.0707", shown]


def test_cells_in_markdown_and_latex() -> None:
    cell = Cell("0.1 ± 0.2", BEST, "†")
    assert (str(cell), as_markdown_cell(cell)) == ("0.1 ± 0.2 †", "**0.1 ± 0.2** †")
    assert as_latex_cell(cell) == r"\textbf{0.1 $\pm$ 0.2} $^{\dagger}$"
    second = replace(cell, place=SECOND, mark="≈")
    assert as_markdown_cell(second) == "<u>0.1 ± 0.2</u> ≈"
    assert as_latex_cell(second) == r"\underline{0.1 $\pm$ 0.2} $\approx$"
    assert (as_markdown_cell("a|b"), as_latex_cell("a_b")) == (r"a\|b", r"a\_b")


def test_the_summary_in_markdown_and_latex(table: pd.DataFrame) -> None:
    rows = summary(table)
    assert as_markdown(rows, "mine | yours").splitlines()[:5] == [
        "# mine | yours",
        "",
        "| model | variant | seeds | recall@20 |",
        "| --- | --- | --- | --- |",
        "| siger | full | 2 | **0.1500 ± 0.0707** |",
    ]
    latex = as_latex(rows)
    assert r"siger & $-$MP \& more\_1 & 1 & \underline{0.0500} \\" in latex
    assert latex.startswith("\\begin{tabular}{llrr}\n\\toprule\n")


def test_the_whole_summary_names_what_its_marks_mean(table: pd.DataFrame) -> None:
    markdown, latex = written(table, compared(), "mine", "A note.")
    headings = [line for line in markdown.splitlines() if line.startswith("#")]
    assert headings == ["# mine", "## Differences to the baseline", "## Beside published figures"]
    assert "paired t-test over 1,234 users" in markdown
    assert "corrected for 3 comparisons (Holm)" in markdown
    assert "differs from the baseline (siger, full), at level 0.05" in markdown
    assert "A note." in markdown
    assert latex.count(r"\begin{tabular}") == latex.count(r"\end{tabular}") == 3
    alone, one = written(tidy_table(TRIALS), None, "mine")
    assert alone.count("#") == 1
    assert "†" not in alone
    assert one.count(r"\begin{tabular}") == 1


def test_our_figures_beside_published_ones(table: pd.DataFrame) -> None:
    trials = [Measured(trial("", seed), metrics(v), ORIGIN) for seed, v in ((1, 0.1), (2, 0.2))]
    assert texts(beside_published(tidy_table(trials, PAPER))) == [
        {
            **{"model": "siger", "variant": "", "metric": "recall@20", "paper": "0.1600"},
            **{"public range": "0.1400 – 0.1700", "ours": "0.1500 ± 0.0707"},
            "difference": "-0.0100 (-6.2%)",
        }
    ]
    assert beside_published(tidy_table(TRIALS[2:])).empty


def test_each_comparison_with_its_interval_and_verdict() -> None:
    (row,) = differences(compared()).to_dict("records")
    assert row == {
        **{"metric": "recall@20", "model": "siger", "variant": "−MP & more_1"},
        **{"baseline": "siger, full", "difference": "-0.1000"},
        **{"95% interval": "[-0.1200, -0.0800]", "p, t-test": "1e-05"},
        **{"p, Wilcoxon": "0.0002", "p, corrected": "3e-05", "verdict": "different"},
    }
    vanishing = compared().assign(p_t=0.0)
    assert differences(vanishing)["p, t-test"].tolist() == ["< 1e-300"]
    assert differences(compared(tie=True))["verdict"].tolist() == ["tie"]
    assert differences(compared(significant=False))["verdict"].tolist() == ["not shown"]


def test_trials_with_a_corrector_are_a_row_of_their_own() -> None:
    rows = texts(summary(tidy_table([*TRIALS[:2], *map(calibrated, TRIALS[:2])])))
    assert rows == [
        {"model": "siger", "variant": "full", "seeds": 2, "recall@20": "0.1500 ± 0.0707"},
        {
            **{"model": "siger", "variant": "full, calibrated by ease_text", "seeds": 2},
            "recall@20": "0.3000 ± 0.0000",
        },
    ]


def test_a_fusion_is_one_more_row() -> None:
    rows = texts(summary(tidy_table([*TRIALS, fused()])))
    assert rows[-1] == {
        "model": "fusion",
        "variant": "1 · siger+seed=1 + 0.3 · siger+seed=2",
        "seeds": "–",
        "recall@20": "0.4000",
    }
