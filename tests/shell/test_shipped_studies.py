"""The studies of conf/: their trials are those of the paper, on every data set."""

import csv

import pytest

from shell.configured import ROOT, current
from siger_pipeline.errors import UserError
from siger_pipeline.models.registry import model_names
from siger_pipeline.studies.published import PublishedFigures

MODALITIES = {"base": ["text", "image"], "tiktok": ["image", "audio"], "baby": ["text", "image"]}
KINDS = ["noise", "constant", "shuffled", "zeros"]


def trials(study: str, env: str = "base") -> list[str]:
    return [part.trial.name for part in current("", env=env).studies.study(study).parts]


def test_table_3_drops_each_modality() -> None:
    for env, modalities in MODALITIES.items():
        without = [f"siger+features.modalities.{modality}=null" for modality in modalities]
        assert trials("modality", env) == ["siger", *without]


def test_figures_4_and_5_vary_one_parameter() -> None:
    assert trials("sensitivity") == [
        "siger",
        *(f"siger+cooccurrence_k={k}" for k in (2, 3, 8, 10)),
        *(f"siger+item_layers={layers}" for layers in (1, 3, 4)),
    ]


@pytest.mark.parametrize(("env", "symbols"), [("baby", "K"), ("microlens", "L")])
def test_every_value_of_figures_4_and_5_stands_beside_the_papers(env: str, symbols: str) -> None:
    rows = list(csv.DictReader((ROOT / "conf/base/paper_tables.csv").open()))
    paper = {row["model"]: {"recall@20": 1.0} for row in rows if row["dataset"] == env}
    figures = PublishedFigures(paper)
    known = {name for name in paper if name.startswith("SIGER[")}
    parts = current("", env=env).studies.study("sensitivity").parts
    found = [figures.of("siger", part.variant, "recall@20")["paper"] for part in parts]
    of_figure = [value for value in found if value is not None]
    assert {name[6] for name in known} >= set(symbols)
    assert len(of_figure) == len(known)  # one of them is the configured one


def test_figure_3_has_every_model_with_and_without_cold_items() -> None:
    models = [*model_names()]
    found = trials("cold_start")
    assert len(found) == 2 * len(models)
    assert {*found} == {*models, *(f"{model}+split.cold_items=0.2" for model in models)}
    of_baby = "siger+split.cold_items=0.2+split.untrained_users=leave"
    assert of_baby in trials("cold_start", "baby")


@pytest.mark.parametrize("env", ["base", "tiktok"])
def test_each_modality_is_knocked_out_in_each_way(env: str) -> None:
    out = [f"+features.knockout.{m}={kind}" for kind in KINDS for m in MODALITIES[env]]
    assert trials("knockout", env) == [
        *(f"{model}{end}" for model in ("siger", "freedom") for end in ("", *out)),
        "lightgcn",  # it reads no features: one trial
    ]


def test_two_extractors() -> None:
    models = ["siger", "freedom", "vbpr", "content_knn"]
    hashing, tfidf = (f"+features.modalities.text={name}" for name in ("hashing", "tfidf_svd"))
    assert trials("extractors") == [
        *(f"{model}{end}" for model in models for end in ("", hashing)),
        "lightgcn",
    ]
    assert f"siger{tfidf}" in trials("extractors", "sports")


def test_the_split_in_time_has_every_model() -> None:
    found = trials("time_split")
    assert sorted(found) == sorted(
        f"{model}+split.strategy=temporal_global" for model in model_names()
    )
    of_microlens = trials("time_split", "microlens")
    end = "+split.strategy=temporal_per_user+split.untrained_users=leave"
    assert sorted(of_microlens) == sorted(f"{model}{end}" for model in model_names())


def test_figure_1_compares_graphs_of_several_sizes() -> None:
    assert trials("coverage") == ["siger+knn_k=5", "siger", "siger+knn_k=20"]


@pytest.mark.parametrize("env", ["sports", "microlens", "tiktok"])
@pytest.mark.parametrize("study", ["ablation", "modality", "sensitivity", "cold_start", "knockout"])
def test_every_data_set_with_features_has_them(env: str, study: str) -> None:
    assert trials(study, env)


@pytest.mark.parametrize("study", ["ablation", "modality", "coverage"])
def test_without_features_a_sentence_says_why(study: str) -> None:
    with pytest.raises(UserError, match="siger"):
        trials(study, "clothing")


def test_calibration_and_fusion_have_the_models_that_are_added_up() -> None:
    studies = current("").studies
    calibrated, fused = (studies.study(name) for name in ("calibration", "fusion"))
    assert {part.trial.name for part in calibrated.parts} >= {"siger", "lightgcn", "freedom"}
    assert calibrated.correctors == ("itemknn", "ease_text")
    assert trials("fusion") == ["siger", "lightgcn", "itemknn", "ease_text"]
    assert None not in (calibrated.config.tests, fused.config.tests, fused.config.fusion)


@pytest.mark.parametrize("env", ["baby", "tiktok", "clothing"])
def test_extractors_of_text_need_texts(env: str) -> None:
    with pytest.raises(UserError, match=rf"^conf/{env}/studies.yml, line .*no texts of items"):
        trials("extractors", env)
