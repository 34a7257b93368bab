"""The rows of a study from its documents, and what is lost with a document."""

from typing import Any

import pytest

from siger_pipeline.studies.results import results_of
from studies.test_table import FUSION, MADE, OF_CORRECTOR, ORIGIN, STEP, TIMINGS, metrics

TRIALS = [
    {"trial": name, "model": name, "variant": "", "seed": 1} for name in ("siger", "lightgcn")
]
FUSED = {**FUSION, "trials": ["siger", "lightgcn"], "weights": [1.0, 0.2], "at_end": ["lightgcn"]}
OWN = ["siger", "siger, itemknn", "lightgcn", "lightgcn, itemknn", "fusion"]


def documents() -> dict[str, Any]:
    found: dict[str, Any] = {"fusion": FUSED, "fusion_timings": STEP}
    for n in range(len(TRIALS)):
        found |= {f"metrics_{n}": metrics(0.1 * n), f"origin_{n}": ORIGIN}
        found |= {f"timings_{n}": TIMINGS, f"groups_{n}": f"groups of {n}"}
        found |= {f"calibration_{n}_itemknn": {**MADE, "at_end": n == 1}}
        found |= {f"corrector_origin_{n}_itemknn": OF_CORRECTOR}
        found |= {f"corrector_timings_{n}_itemknn": TIMINGS}
        found |= {f"calibration_timings_{n}_itemknn": STEP}
    return found


def named(said: Any) -> str:
    return f"{said['trial']}, {said['corrector']}" if "corrector" in said else str(said["trial"])


def test_a_row_a_trial_then_its_correctors_then_the_fusion() -> None:
    found = results_of(TRIALS, ["itemknn"], documents(), {})
    assert [named(row.trial) for row in found.rows] == OWN
    assert not found.failed
    values = [row.metrics["test"]["recall@20"] for row in found.rows]
    assert values == [0.0, 0.3, 0.1, 0.3, 0.4]
    assert [(row.trial["trial"], of_row) for row, of_row in found.groups] == [
        ("siger", "groups of 0"),
        ("lightgcn", "groups of 1"),
    ]
    assert [note.partition(" is the")[0] for note in found.notes if note] == [
        "The weight of itemknn beside lightgcn",
        "In the fusion, the weight of lightgcn",
    ]


@pytest.mark.parametrize(
    ("lost", "failed"),
    [
        (["calibration_1_itemknn"], ["lightgcn, itemknn"]),
        (["corrector_origin_0_itemknn", "calibration_0_itemknn"], ["siger, itemknn"]),
        (["fusion"], ["fusion"]),
        (["groups_1", "metrics_1", "fusion"], ["lightgcn", "fusion"]),
        (["origin_1", "timings_1"], ["lightgcn", "lightgcn, itemknn", "fusion"]),
    ],
)
def test_of_what_is_lost_only_the_rows_are_that_need_it(lost: list[str], failed: list[str]) -> None:
    found = results_of(TRIALS, ["itemknn"], documents(), dict.fromkeys(lost, "train.x: nan"))
    assert [named(each.trial) for each in found.failed] == failed
    assert {each.error for each in found.failed} == {"train.x: nan"}
    assert [named(row.trial) for row in found.rows] == [each for each in OWN if each not in failed]
