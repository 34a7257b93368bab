"""Published figures by the names that models and variants have here."""

import pytest

from siger_pipeline.studies.published import PublishedFigures, is_comparable

PAPER = {
    "SIGER": {"recall@20": 0.106},
    "DA-MRS": {"recall@20": 0.0994},
    "SIGER/EISG": {"recall@20": 0.1},
    "SIGER/MP*": {"recall@20": 0.101},
    "SIGER[K=2]": {"recall@20": 0.102},
    "SIGER[L=3]": {"recall@20": 0.103},
}
PUBLIC = {"DA-MRS": {"recall@20": [0.0924, 0.0994]}, "MF-BPR": {"recall@20": [0.0575, 0.054]}}
FIGURES = PublishedFigures(PAPER, PUBLIC)


@pytest.mark.parametrize(
    ("model", "variant", "figures"),
    [
        ("damrs", "", (0.0994, 0.0924, 0.0994)),
        ("mf_bpr", "", (None, 0.054, 0.0575)),
        ("siger", "", (0.106, 0.106, 0.106)),
        ("siger", "SIGER", (0.106, 0.106, 0.106)),
        ("siger", "−EISG", (0.1, None, None)),
        ("siger", "-EISG", (0.1, None, None)),
        ("siger", "−MP*", (0.101, None, None)),
        ("siger", "as configured", (0.106, 0.106, 0.106)),
        ("siger", "K=2", (0.102, None, None)),
        ("siger", "siger.cooccurrence_k=2", (0.102, None, None)),
        ("siger", "cooccurrence_k=2", (0.102, None, None)),
        ("siger", "siger.item_layers=3", (0.103, None, None)),
        ("siger", "siger.cooccurrence_k=3", (None, None, None)),
        ("siger", "lightgcn.cooccurrence_k=2", (None, None, None)),
        ("siger", "as configured", (0.106, 0.106, 0.106)),
        ("damrs", "siger.cooccurrence_k=2", (None, None, None)),
        ("siger", "beta=0.1", (None, None, None)),
        ("damrs", "−EISG", (None, None, None)),
        ("ease", "", (None, None, None)),
    ],
)
def test_figures_of_a_model_under_a_variant(
    model: str, variant: str, figures: tuple[float | None, ...]
) -> None:
    assert tuple(FIGURES.of(model, variant, "recall@20").values()) == figures
    assert set(FIGURES.of(model, variant, "recall@5").values()) == {None}


def test_only_trials_on_the_environments_own_split_are_compared() -> None:
    assert is_comparable({"train.seed": 3, "siger.beta": 0.1, "features.missing": "mean"})
    for key in ("split.seed", "ingest.k_core", "evaluate.mask"):
        assert not is_comparable({key: 1})
