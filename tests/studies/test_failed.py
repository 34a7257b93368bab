import pandas as pd
import pytest

from siger_pipeline.studies.failed import FailedTrial, failed_note, with_failed
from siger_pipeline.studies.summary import summary
from siger_pipeline.studies.table import tidy_table
from studies.test_table import TRIALS

SAID = {"trial": "siger+beta=0", "model": "siger", "variant": "none", "seed": 3}
FAILED = FailedTrial(SAID, "train.siger-beta-0: epoch 2: the loss is nan.")


def test_a_failed_trial_is_a_row_with_its_error() -> None:
    table = tidy_table(TRIALS)
    both = with_failed(table, [FAILED])
    assert list(both.columns) == [*table.columns, "error"]
    pd.testing.assert_frame_equal(both[: len(table)][table.columns], table)
    assert both["error"][: len(table)].isna().all()
    (row,) = both[len(table) :].to_dict("records")
    assert {key: row[key] for key in SAID} == SAID
    assert (row["dataset"], row["error"]) == (table["dataset"][0], FAILED.error)
    assert all(pd.isna(row[key]) for key in ("split", "metric", "k", "value", "data"))
    pd.testing.assert_frame_equal(summary(both), summary(table))


@pytest.mark.parametrize("failed", [[], [FAILED]])
def test_the_columns_are_the_same_whether_any_failed(failed: list[FailedTrial]) -> None:
    types = with_failed(tidy_table(TRIALS), failed).dtypes
    assert types["error"] == "str"
    assert types["seed"] == types["k"] == "Int64"
    assert types["value"] == "float64"


def test_all_but_one_node_failed() -> None:
    table = with_failed(tidy_table([]), [FAILED])
    assert table["trial"].tolist() == ["siger+beta=0"]
    assert summary(table).empty


def test_the_note_names_trial_node_and_error() -> None:
    assert failed_note([FAILED]) == (
        "siger+beta=0 failed and is not part of the table: train.siger-beta-0: epoch 2: the loss "
        "is nan."
    )
    corrected = FailedTrial({**SAID, "corrector": "ease"}, FAILED.error)
    assert failed_note([corrected]).startswith("siger+beta=0, calibrated by ease failed and is")
    assert failed_note([]) == ""
