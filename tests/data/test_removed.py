"""Sentences on what ingest removed."""

import logging

import pandas as pd
import pytest

from siger_pipeline.data.counts import count_trained
from siger_pipeline.data.removed import (
    metadata_coverage,
    outside_core,
    repeated_pairs,
    untrained_users,
)
from siger_pipeline.remarks import Remark, few, without_features

NAMES = ["step", "users", "items", "interactions", "removed"]


def counts(*rows: tuple[str, int, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=NAMES)


READ = counts(("read", 212, 90, 2_040, 3), ("one per pair", 212, 90, 2_000, 40))


def test_repeated_pairs() -> None:
    text = (
        "40 of 2,040 interactions repeat a user and item (7 of them word for word): the earliest"
        " counts."
    )
    assert repeated_pairs(2_040, 2_000, 7) == [Remark(text)]
    assert repeated_pairs(2_040, 900, 0)[0].level == logging.WARNING


def test_the_core_as_a_whole_and_by_pass() -> None:
    passes = counts(
        ("5-core, pass 1", 204, 88, 1_970, 30),
        ("5-core, pass 2", 200, 87, 1_960, 10),
        ("5-core, pass 3", 200, 87, 1_960, 0),
    )
    assert outside_core(READ, passes, 5) == [
        Remark(
            "5-core: removed 12 of 212 users, 3 of 90 items, 40 of 2,000 interactions"
            " (ingest.k_core = 5); interactions by pass: 30, 10."
        )
    ]


def test_the_core_of_training_says_so() -> None:
    steps = counts(("training alone", 212, 90, 1_600, 0), ("with what is held out", 9, 8, 1_960, 4))
    (remark,) = outside_core(READ, steps, 3, on_training=True)
    assert remark.text.startswith("3-core of training: removed 203 of 212 users")


@pytest.mark.parametrize(("users", "items"), [(105, 90), (212, 44)])
def test_a_core_that_takes_more_than_half_of_users_or_items_is_a_warning(
    users: int, items: int
) -> None:
    left = counts(("5-core, pass 1", users, items, 1_990, 10))
    assert outside_core(READ, left, 5)[0].level == logging.WARNING


def test_a_core_that_removes_nothing_makes_no_remark() -> None:
    assert outside_core(READ, counts(("1-core, pass 1", 212, 90, 2_000, 0)), 1) == []


def test_users_without_training() -> None:
    (remark,) = untrained_users(READ, counts(("trained", 209, 90, 1_993, 7)))
    assert remark.level == logging.INFO
    assert remark.text.startswith("3 of 212 users have no training interaction: they leave")
    assert "with 7 interactions (split.untrained_users = leave)" in remark.text
    many = counts(("trained", 150, 90, 1_000, 1_000))
    assert untrained_users(READ, many)[0].level == logging.WARNING
    assert untrained_users(READ, count_trained(None, 0)) == []


def test_metadata() -> None:
    assert metadata_coverage(2, 13, 301) == [
        Remark(
            "2 of 301 items (0.66%) have no metadata; the metadata of 13 items outside the"
            " catalogue are not used."
        )
    ]
    assert metadata_coverage(40, 0, 301)[0].level == logging.WARNING
    (unused,) = metadata_coverage(0, 1_200, 301)
    assert unused == Remark("The metadata of 1,200 items outside the catalogue are not used.")
    assert metadata_coverage(0, 0, 301) == []


def test_items_without_features() -> None:
    reasons = {"have no metadata": 1_200, "have no text": 0, "have no word that counts": 3}
    assert without_features("text features", reasons, 20_000) == [
        Remark(
            "1,203 of 20,000 items (6.02%) have no text features: 1,200 have no metadata; 3 have no"
            " word that counts."
        )
    ]
    assert without_features("text features", reasons, 2_000)[0].level == logging.WARNING
    assert without_features("text features", {"have no text": 0}, 2_000) == []


def test_few() -> None:
    assert few(["a", "b"], 2) == "a, b"
    assert few(["a", "b", "c"], 2) == "a, b, and 1 more"
