"""The rows of a study from its documents, and what is lost with a document."""

from typing import Any

import pandas as pd
import pytest

from siger_pipeline.reporting.site.study_tables import alone as of_site
from siger_pipeline.studies.results import results_of
from siger_pipeline.studies.table import no_place_note, tidy_table
from studies.test_table import FUSION, MADE, OF_CORRECTOR, ORIGIN, STEP, TIMINGS, metrics
from tools.results.settings import alone as of_documents

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


def test_cold_items_that_were_folded_in_have_a_row_after_their_trial() -> None:
    groups = pd.DataFrame({"split": ["test"]})
    of_siger = {"metrics": metrics(0.7), "why": ""}
    of_lightgcn = {"metrics": {"test": {"placed": 0.0}}, "why": "it reads no features"}
    further = {
        "folded_in_0": of_siger,
        "folded_in_groups_0": groups,
        "folded_in_timings_0": TIMINGS,
    }
    further |= {"folded_in_1": of_lightgcn, "folded_in_groups_1": groups.head(0)}
    found = results_of(TRIALS, [], {**documents(), **further}, {})
    rows = [(row.trial["trial"], row.trial["variant"]) for row in found.rows[:4]]
    assert rows == [
        ("siger", ""), ("siger", "folded in"), ("lightgcn", ""), ("lightgcn", "folded in")
    ]  # fmt: skip
    folded, none = found.rows[1], found.rows[3]
    assert folded.metrics["test"]["recall@20"] == 0.7
    assert folded.origin["fingerprints"]["graphs"] == {}  # they are of fewer items
    assert none.trial["folded_in"] == "it reads no features"
    assert [row.trial["variant"] for row, _ in found.groups] == ["", "folded in", ""]

    table = tidy_table(found.rows[:4])
    assert table["folded_in"].dropna().unique().tolist() == ["yes", "it reads no features"]
    assert no_place_note(table) == "lightgcn, folded in: it reads no features."
    rows = table[table["variant"] == "folded in"]
    assert rows["seconds"].notna().tolist() == [True] * 3 + [False]
    assert rows.iloc[-1][["metric", "value"]].tolist() == ["placed", 0.0]
    for alone in (of_site, of_documents):
        assert {*alone(table)["variant"]} == {""}
    assert "folded_in" not in tidy_table(found.rows[:1])
    assert no_place_note(tidy_table(found.rows[:1])) == ""

    lost = dict.fromkeys(["folded_in_0", "folded_in_groups_0"], "studies.fold_in.siger: nan")
    left = results_of(TRIALS, [], {**documents(), **further}, lost)
    assert [(each.trial["variant"], each.error) for each in left.failed] == [
        ("folded in", "studies.fold_in.siger: nan")
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
