"""Each model and variant of a study against a baseline, user by user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.errors import InputError
from siger_pipeline.studies.config import BEST, HEADLINE, SignificanceConfig
from siger_pipeline.studies.significance import (
    CORRECTIONS,
    TESTS,
    Floats,
    bootstrap_intervals,
)
from siger_pipeline.studies.sums import is_sum

COLUMNS = (
    *("metric", "k", "model", "variant", "value", "baseline_model", "baseline_variant"),
    *("baseline_value", "difference", "low", "high", "p_t", "p_wilcoxon", "p_corrected"),
    *("significant", "spread", "tie", "users", "seeds", "baseline_seeds"),
    *("test", "correction", "level", "comparisons", "resamples"),
)
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A model under a variant: what is compared.

    Attributes:
        model: name.
        variant: the study's name for its overrides.
        users: split -> metrics of each user, means over the seeds, [U, metrics].
        means: split -> metrics of each seed, [seeds, metrics].
        is_sum: whether scores were added up with weights that validation has chosen.
    """

    model: str
    variant: str
    users: Mapping[str, Floats]
    means: Mapping[str, Floats]
    is_sum: bool = False

    @property
    def seeds(self) -> int:
        """How many trainings there are."""
        return len(self.means[Split.TEST.value])

    def deviation(self, metric: int) -> float:
        """Of the test metric between seeds; 0 of one alone."""
        return float(self.means[Split.TEST.value][:, metric].std(ddof=1)) if self.seeds > 1 else 0.0


def compared_metrics(columns: Iterable[str]) -> list[str]:
    """Those of `HEADLINE` that were measured, of the columns of a trial's user metrics."""
    known = set(columns)
    return [name for name in HEADLINE if name in known]


def rows_of(
    trials: Sequence[Document], scores: Iterable[pd.DataFrame], metrics: Sequence[str]
) -> list[Row]:
    """Models under variants, in the order of the study; each user's mean over the seeds.

    Held are one table of users a row, whatever the number of seeds.

    Args:
        trials: `trial`, `model` and `variant` of each; see `studies.sums`.
        scores: of each trial, one after the other, as of `evaluation.users.user_table`.
        metrics: columns that are compared.

    Raises:
        InputError: a trial was measured on other users than the first one.
    """
    first: dict[str, list[str]] = {}
    sums: dict[tuple[str, str], dict[str, Floats]] = {}
    means: dict[tuple[str, str], dict[str, list[Floats]]] = {}
    added = set()
    for trial, frame in zip(trials, scores, strict=True):
        key = trial["model"], trial["variant"]
        if is_sum(trial):
            added.add(key)
        for split, part in frame.groupby(Columns.SPLIT, sort=False):
            _check_users(trials[0], trial, str(split), first, part[Columns.USER].tolist())
            values = part[list(metrics)].to_numpy(np.float64)
            of_row = sums.setdefault(key, {})
            of_row[str(split)] = of_row[str(split)] + values if str(split) in of_row else values
            seen = means.setdefault(key, {}).setdefault(str(split), [])
            seen.append(values.mean(axis=0))
    return [
        Row(
            *key,
            {split: total / len(means[key][split]) for split, total in sums[key].items()},
            {split: np.stack(of_seeds) for split, of_seeds in means[key].items()},
            is_sum=key in added,
        )
        for key in sums
    ]


def comparison_table(
    rows: Sequence[Row], metrics: Sequence[str], config: SignificanceConfig
) -> pd.DataFrame:
    """Every row against the baseline, at test, for each metric.

    Args:
        rows: of `rows_of`.
        metrics: of their columns.
        config: baseline, tests, correction.

    Returns:
        Columns `COLUMNS`, one row a metric and model under a variant other than the baseline.
        `difference` is the mean over users of value − baseline, `low` and `high` its bootstrap
        interval, `p_corrected` that of `test` among all comparisons of the table. `spread` is
        √(s² + s_b²), the deviations between seeds (ddof 1) of both, 0 of one seed alone; a
        `tie` is a difference that does not exceed it.
    """
    pairs = [
        (n, row, baseline)
        for n in range(len(metrics))
        for baseline in [baseline_of(rows, n, config.baseline)]
        for row in rows
        if row is not baseline
    ]
    test = Split.TEST.value
    differences_UC = np.stack(
        [row.users[test][:, n] - other.users[test][:, n] for n, row, other in pairs], axis=1
    )
    draw = np.random.default_rng(config.seed)
    low_C, high_C = bootstrap_intervals(differences_UC, config.level, config.resamples, draw)
    p = {name: np.array([f(d) for d in differences_UC.T]) for name, f in TESTS.items()}
    corrected_C = CORRECTIONS[config.correction](p[config.test])
    lines = [
        {
            **_compared(metrics[n], n, row, other, differences_UC[:, c]),
            **{"low": low_C[c], "high": high_C[c], "p_corrected": corrected_C[c]},
            **{f"p_{name}": values[c] for name, values in p.items()},
            "significant": bool(corrected_C[c] < config.level),
            **{"test": config.test, "correction": config.correction, "level": config.level},
            **{"comparisons": len(pairs), "resamples": config.resamples},
        }
        for c, (n, row, other) in enumerate(pairs)
    ]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def baseline_of(rows: Sequence[Row], metric: int, name: str) -> Row:
    """The row that others are compared with.

    Args:
        rows: of the study.
        metric: its column.
        name: `best`, that with the best mean at validation, so that test chooses nothing, among
            models by themselves: sums, whose weights validation has chosen, would always be best
            there; or a variant or a model, of which the first row counts.
    """
    if name == BEST:
        alone = (row for row in rows if not row.is_sum)
        return max(alone, key=lambda r: float(r.users[Split.VALIDATION.value][:, metric].mean()))
    named = [row for row in rows if name == row.variant] or [r for r in rows if name == r.model]
    return named[0]


def _compared(metric: str, n: int, row: Row, other: Row, difference_U: Floats) -> dict[str, Any]:
    name, _, k = metric.partition("@")
    values = (float(each.users[Split.TEST.value][:, n].mean()) for each in (row, other))
    value, baseline = values
    difference = float(difference_U.mean())
    spread = float(np.hypot(row.deviation(n), other.deviation(n)))
    return {
        **{"metric": name, "k": int(k), "model": row.model, "variant": row.variant},
        **{"value": value, "baseline_value": baseline, "difference": difference},
        **{"baseline_model": other.model, "baseline_variant": other.variant},
        **{"spread": spread, "tie": abs(difference) <= spread, "users": len(difference_U)},
        **{"seeds": row.seeds, "baseline_seeds": other.seeds},
    }


def _check_users(
    one: Document, other: Document, split: str, first: dict[str, list[str]], users: list[str]
) -> None:
    if first.setdefault(split, users) != users:
        raise InputError(
            f"trials {one['trial']} and {other['trial']} were measured on other {split} users "
            f"({len(first[split])} and {len(users)}), so that their differences cannot be paired: "
            "put them into studies of their own, or leave tests out"
        )
