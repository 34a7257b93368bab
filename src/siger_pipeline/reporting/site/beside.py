"""Other models of a data set beside a trial, with intervals over their users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from siger_pipeline.reporting.figures import main_metrics
from siger_pipeline.reporting.site.cells import (
    Grid,
    Shown,
    intervals,
    linked,
    marked_differences,
)
from siger_pipeline.reporting.site.documents import DatasetResults, TrialResults
from siger_pipeline.reporting.tables import ABSENT

WITHIN = 1.959964  # standard errors on each side of a mean: 95 % of a normal distribution
NOTE = (
    "Intervals are of 95 %, normal, over users: that of a figure is of its mean, that of a "
    "difference of the mean difference of the same users. ≈: a tie, since the interval of the "
    "difference holds zero; †: it does not. They are of one training each and not corrected for "
    "their number: what another seed would change is for a study to say. Drawn: the point is the "
    "difference to this trial, the upright zero."
)


@dataclass(frozen=True)
class Beside:
    """Other models beside a trial by one metric; `title` says what comes out."""

    metric: str
    title: str
    table: Grid


def beside(trial: TrialResults, dataset: DatasetResults) -> list[Beside]:
    """The trial and one of each other model, a table a main metric, the best first.

    Of each model stands the trial that has its name, which is as the environment configures it;
    where there is none, that with the best figure at validation. None is shown of a trial whose
    figures of each user are not there, or that was measured on other users.

    Args:
        trial: of the page.
        dataset: of the trial: compared are those of its own table.
    """
    own = trial.users
    rivals = [] if own is None else _rivals(trial, dataset)
    if own is None or not rivals:
        return []
    return [_by_metric(metric, trial, rivals) for metric in map(str, own)]


def of_users(table: pd.DataFrame, metrics: Mapping[str, float]) -> pd.DataFrame | None:
    """The main metrics of each user at test; None where their means are not those of the trial.

    Args:
        table: of `evaluation.users.user_table`.
        metrics: of the trial at test.
    """
    if not {"user", "split"} <= set(table):
        return None
    columns = [name for name in main_metrics(metrics) if name in table]
    rows = table[table["split"] == "test"].set_index("user")[columns]
    same = all(np.isclose(rows[name].mean(), metrics[name], rtol=1e-9) for name in columns)
    return rows if columns and same else None


def mean_intervals(values_UC: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means of columns and the ends of their normal intervals, mean ∓ 1.96 s / √U, [C] each.

    Args:
        values_UC: of each user. Of one user alone, the interval has no width.
    """
    users = len(values_UC)
    means = values_UC.mean(axis=0)
    error = values_UC.std(axis=0, ddof=1) / np.sqrt(users) if users > 1 else np.zeros_like(means)
    return means, means - WITHIN * error, means + WITHIN * error


def _rivals(trial: TrialResults, dataset: DatasetResults) -> list[TrialResults]:
    assert trial.users is not None
    tables = [{row.name for row in each.rows if not row.floor} for each in dataset.comparisons]
    names = next((names for names in tables if trial.name in names), set())
    by_model: dict[str, list[TrialResults]] = {}
    for name in sorted(names & dataset.trials.keys() - {trial.name}):
        other = dataset.trials[name]
        if other.users is not None and _same_users(other.users, trial.users):
            by_model.setdefault(other.model, []).append(other)
    return [_of_model(trials) for trials in by_model.values()]


def _same_users(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return one.index.equals(other.index) and list(one) == list(other)


def _of_model(trials: Sequence[TrialResults]) -> TrialResults:
    def validated(trial: TrialResults) -> tuple[bool, float]:
        figures = trial.metrics.get("validation", {})
        return trial.name == trial.model, max(
            (figures.get(metric, 0.0) for metric in main_metrics(figures)[:1]), default=0.0
        )

    return max(trials, key=validated)


def _by_metric(metric: str, trial: TrialResults, rivals: Sequence[TrialResults]) -> Beside:
    assert trial.users is not None
    shown = sorted([trial, *rivals], key=lambda each: (-each.metrics["test"][metric], each.name))
    values_UC = np.stack(
        [each.users[metric].to_numpy(float) for each in shown if each.users is not None], axis=1
    )
    own = shown.index(trial)
    ends = np.stack(mean_intervals(values_UC), axis=1)
    tests = _tests(*mean_intervals(values_UC - values_UC[:, [own]]))
    return Beside(metric, _title(metric, trial, tests, own), _grid(metric, shown, ends, tests, own))


def _tests(mean: np.ndarray, low: np.ndarray, high: np.ndarray) -> pd.DataFrame:
    """Differences as `cells.intervals` draws them."""
    tie = (low <= 0) & (high >= 0)
    columns = {"difference": mean, "low": low, "high": high, "tie": tie, "significant": ~tie}
    return pd.DataFrame(columns)


def _title(metric: str, trial: TrialResults, tests: pd.DataFrame, own: int) -> str:
    others = tests.drop(index=own)
    ties = int(others["tie"].sum())
    above = int((others["significant"] & (others["difference"] > 0)).sum())
    below = len(others) - ties - above
    return (
        f"{metric}: {trial.name} is above {below} of {len(others)} others, "
        f"below {above}, and ties with {ties}"
    )


def _grid(
    metric: str, shown: Sequence[TrialResults], ends: np.ndarray, tests: pd.DataFrame, own: int
) -> Grid:
    others = {each.name: each for n, each in enumerate(shown) if n != own}
    spans = tests[["low", "high"]].to_numpy()
    columns: list[list[Any]] = [
        [linked(e.name, e.model, others) for e in shown],
        [f"{mean:.4f}" for mean, _, _ in ends],
        _but(marked_differences(tests), own),
        _but(intervals(tests), own),
        [f"[{low:.4f}, {high:.4f}]" for _, low, high in ends],
        _but([f"[{low:+.4f}, {high:+.4f}]" for low, high in spans], own),
    ]
    header = ["trial", metric, "difference", "drawn", "interval", "of the difference"]
    return Grid(header, list(zip(*columns, strict=True)), own=own)


def _but(cells: Sequence[str | Shown], own: int) -> list[str | Shown]:
    """The cells of a column, without that of the trial itself."""
    return [ABSENT if n == own else cell for n, cell in enumerate(cells)]
