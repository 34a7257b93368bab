"""Made-up tables of studies, trials and what others report."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from siger_pipeline.studies.config import HEADLINE
from siger_pipeline.studies.measured import Measured
from siger_pipeline.studies.published import PublishedFigures
from siger_pipeline.studies.sums import corrected
from siger_pipeline.studies.table import tidy_table
from studies.test_table import ORIGIN
from tools.results.rivals import TABLE1

Values = Mapping[tuple[str, str], Sequence[float]]  # model and variant -> a value a seed
MadeUp = Callable[..., pd.DataFrame]
CORRECTOR = "itemknn"
SEEDLESS = ("popularity", "content_knn", "itemknn", "ease", "ease_text")


@pytest.fixture
def paper() -> PublishedFigures:
    """All figures are 0.2."""
    figures = dict.fromkeys(HEADLINE, 0.2)
    variants = [f"SIGER/{name}" for name in ("EISG", "MP", "MP*", "DA", "DA*")]
    return PublishedFigures(dict.fromkeys(("SIGER", *TABLE1, *variants), figures))


@pytest.fixture
def made_up(paper: PublishedFigures) -> MadeUp:
    """A function that makes the table of a study, on the published split or another."""

    def table(
        values: Values, dataset: str = "baby", split: str = "sha256:1", again: Values | None = None
    ) -> pd.DataFrame:
        origin = {**ORIGIN, "dataset": dataset, "data": {"fingerprint": split}}
        measured = [
            Measured(_trial(model, variant, seed), _metrics(value), origin)
            for (model, variant), of_seeds in values.items()
            for seed, value in enumerate(of_seeds)
        ]
        measured += [
            Measured(corrected(_trial(*key, seed), CORRECTOR), _metrics(value), origin, weight=0.5)
            for key, of_seeds in (again or {}).items()
            for seed, value in enumerate(of_seeds)
        ]
        rows = tidy_table(measured, paper)
        return rows.assign(made="2026-11-26", machine="two cores", note="")

    return table


@pytest.fixture
def calibrated(made_up: MadeUp) -> MadeUp:
    """A function that makes a table of single trials, with and without a corrector."""

    def table(alone: Values, again: Values, **more: Any) -> pd.DataFrame:
        return made_up(alone, again=again, **more).assign(best_epoch=3, epochs=5)

    return table


def _trial(model: str, variant: str, seed: int) -> dict[str, Any]:
    name = "+".join(filter(None, [model, variant, f"seed={seed}"]))
    own = None if model in SEEDLESS or model == "fusion" else seed
    return {"trial": name, "model": model, "variant": variant, "seed": own}


def _metrics(value: float) -> dict[str, dict[str, float]]:
    return {split: dict.fromkeys(HEADLINE, value) for split in ("test", "validation")}
