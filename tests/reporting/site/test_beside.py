from dataclasses import replace
from math import sqrt
from statistics import mean, stdev

import numpy as np
import pandas as pd
import pytest

from reporting.site_made_up import METRICS, bare_trial, user_metrics
from siger_pipeline.reporting.site.beside import beside, mean_intervals, of_users
from siger_pipeline.reporting.site.documents import (
    Comparison,
    DatasetResults,
    Row,
    TrialResults,
)
from siger_pipeline.reporting.site.trial import trial_page


def trial(name: str, values: list[float], validation: float = 0.1) -> TrialResults:
    frame = pd.DataFrame({"recall@20": values}, index=[f"u{n}" for n in range(len(values))])
    test = {"recall@20": mean(values)}
    made = bare_trial(name, name.partition("+")[0])
    metrics = {"test": test, "validation": {"recall@20": validation}}
    return replace(made, users=frame, metrics=metrics)


def shop(*trials: TrialResults, apart: tuple[TrialResults, ...] = ()) -> DatasetResults:
    tables = [
        Comparison([Row(t.name, t.model, t.metrics["test"]) for t in group])
        for group in (trials, apart)
        if group
    ]
    return DatasetResults("shop", tables, {t.name: t for t in (*trials, *apart)})


OWN = trial("siger", [0.0, 1.0, 0.5, 0.5])
TIE = trial("mgcn", [0.5, 0.5, 0.5, 0.5])
WORSE = trial("bm3", [0.0, 0.9, 0.4, 0.3])


def test_intervals_are_those_of_the_textbook() -> None:
    values = np.random.default_rng(0).random((50, 2))
    means, low, high = mean_intervals(values)
    for n, column in enumerate(values.T.tolist()):
        error = 1.959964 * stdev(column) / sqrt(50)
        assert means[n] == pytest.approx(mean(column))
        assert (low[n], high[n]) == pytest.approx((mean(column) - error, mean(column) + error))
    alone = mean_intervals(values[:1])
    assert alone[1].tolist() == alone[0].tolist() == values[0].tolist()


def test_a_difference_is_paired_and_a_tie_is_said() -> None:
    (one,) = beside(OWN, shop(OWN, TIE, WORSE))
    assert one.title == "recall@20: siger is above 1 of 2 others, below 0, and ties with 1"
    assert [row[0].text for row in one.table.rows] == ["mgcn", "siger", "bm3"]
    cells = {row[0].text: row for row in one.table.rows}
    assert one.table.own == 1
    assert (cells["mgcn"][2].text, cells["mgcn"][2].mark) == ("+0.0000", "≈")
    assert (cells["bm3"][2].text, cells["bm3"][2].mark) == ("-0.1000", "†")
    differences = [0.0, -0.1, -0.1, -0.2]
    error = 1.959964 * stdev(differences) / 2
    assert cells["bm3"][5] == f"[{-0.1 - error:+.4f}, {-0.1 + error:+.4f}]"
    assert cells["siger"][2:4] == ("–", "–")
    assert cells["bm3"][0].href == "bm3.html"
    assert cells["siger"][0].href == ""


def test_a_model_is_there_once_as_configured_or_by_validation() -> None:
    others = [trial("mgcn+a=1", [0.9] * 4, 0.3), trial("mgcn+a=2", [0.8] * 4, 0.4)]
    (one,) = beside(OWN, shop(OWN, *others))
    assert {row[0].text for row in one.table.rows} == {"siger", "mgcn+a=2"}
    (one,) = beside(OWN, shop(OWN, TIE, *others))
    assert {row[0].text for row in one.table.rows} == {"siger", "mgcn"}


def test_no_trial_of_other_data_or_other_users_stands_beside_it() -> None:
    other = replace(TIE, users=TIE.users.rename(index={"u0": "u9"}))
    assert beside(OWN, shop(OWN, other)) == []
    assert beside(OWN, shop(OWN, apart=(TIE,))) == []
    assert beside(OWN, shop(OWN, replace(TIE, users=None))) == []
    assert beside(replace(OWN, users=None), shop(OWN, TIE)) == []


def test_figures_of_users_are_those_that_the_metrics_are_means_of() -> None:
    shown = user_metrics()
    parts = [shown.assign(split="test"), (shown + 1).assign(split="validation")]
    rows = pd.concat(parts).reset_index()
    metrics = {name: float(shown[name].mean()) for name in METRICS[1::2]}
    read = of_users(rows, metrics)
    assert read is not None
    pd.testing.assert_frame_equal(read, shown, check_names=False)
    assert of_users(rows, {**metrics, "recall@20": 0.3}) is None
    assert of_users(rows.drop(columns="split"), metrics) is None


def test_a_page_of_a_site_has_the_comparison() -> None:
    page = trial_page(OWN, shop(OWN, TIE, WORSE)).decode()
    assert "siger is above 1 of 2 others" in page
    assert 'id="beside"' not in trial_page(OWN, shop(OWN)).decode()
