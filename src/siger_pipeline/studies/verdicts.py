"""What the tests of a study say, for people: marks of a summary, a legend, a table of differences.

Rows are tables of texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from siger_pipeline.studies.cell import DIFFERENT, TIE

ROW = ["model", "variant"]
CORRECTED = {"holm": "Holm", "bh": "Benjamini–Hochberg"}
LEAST_P = 1e-300  # what is smaller may have been rounded to 0
TESTED = {"t": "paired t-test", "wilcoxon": "Wilcoxon signed-rank test"}


def legend(tests: pd.DataFrame) -> str:
    """What the marks of a summary mean, in sentences."""
    one = tests.iloc[0]
    pairs = tests[["baseline_model", "baseline_variant"]].drop_duplicates().to_numpy().tolist()
    named = f" ({_named(*pairs[0])})" if len(pairs) == 1 else ", one a metric"
    return (
        f"{DIFFERENT}: differs from the baseline{named}, at level {one['level']:g} by the "
        f"{TESTED[one['test']]} over {one['users']:,} users, means over seeds, corrected for "
        f"{one['comparisons']} comparisons ({CORRECTED[one['correction']]}). {TIE}: a tie, since "
        "the difference to the baseline is no larger than the deviation between seeds."
    )


def differences(tests: pd.DataFrame) -> pd.DataFrame:
    """Each comparison with its interval and its verdict.

    Args:
        tests: of `comparison_table`.
    """
    rows = []
    for one in tests.to_dict("records"):
        ends = f"[{one['low']:+.4f}, {one['high']:+.4f}]"
        rows.append(
            {
                "metric": f"{one['metric']}@{one['k']}",
                **{key: one[key] for key in ROW},
                "baseline": _named(one["baseline_model"], one["baseline_variant"]),
                "difference": f"{one['difference']:+.4f}",
                f"{1 - one['level']:.0%} interval": ends,
                "p, t-test": _p(one["p_t"]),
                "p, Wilcoxon": _p(one["p_wilcoxon"]),
                "p, corrected": _p(one["p_corrected"]),
                "verdict": _verdict(one),
            }
        )
    return pd.DataFrame(rows)


def marks_of(tests: pd.DataFrame | None) -> Mapping[tuple[str, str, str], str]:
    """Metric, model and variant -> the mark of its figure; none without tests.

    Args:
        tests: of `comparison_table`, if the study has any.
    """
    if tests is None:
        return {}
    signs = {"tie": TIE, "different": DIFFERENT}
    return {
        (f"{one['metric']}@{one['k']}", one["model"], one["variant"]): signs.get(_verdict(one), "")
        for one in tests.to_dict("records")
    }


def _verdict(one: Mapping[Any, Any]) -> str:
    if one["tie"]:
        return "tie"
    return "different" if one["significant"] else "not shown"


def _named(model: str, variant: str) -> str:
    return f"{model}, {variant}" if variant else model


def _p(value: float) -> str:
    if value < LEAST_P:
        return f"< {LEAST_P:.0e}"
    return f"{value:.4f}" if value >= 1e-4 else f"{value:.0e}"
