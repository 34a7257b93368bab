"""A corrector: what it may be, and what its trial is wired by."""

import pytest

from contracts.plugged_in import awkward_models
from kedro_fresh.extra import extra_modules
from shell.configured import current
from siger_pipeline.errors import ParameterError
from siger_pipeline.pipeline_registry import STAGES
from siger_pipeline.shell.wiring import Wired, wire

ON = "model=lightgcn,calibration.corrector="


def wired(params: str) -> Wired:
    return wire(current(params).trial, STAGES)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ("corrector=itemkn", ["'calibration.corrector' = 'itemkn'", "did you mean 'itemknn'?"]),
        ("corrector=siger", ["'calibration.corrector' = 'siger'", "trained by epochs", "`fusion`"]),
        ("corrector=itemknn,calibration.top=49", ["'calibration.top' = 49", "top_k = 50"]),
        ("corrector=itemknn,calibration.monitor=recall@30", ["recall@30", "[5, 10, 20, 50]"]),
        (
            "corrector=itemknn,calibration.monitor=coverage",
            ["a metric at a list length"],
        ),
        ("corrector=itemknn,calibration.weights=[0,-1]", ["begin with 0", "increase"]),
        ("corrector=itemknn,calibration.weights=[0,1,1]", ["begin with 0", "increase"]),
        ("corrector=itemknn,calibration.weights=[]", ["at least 1 item"]),
        ("corrector=itemknn,calibration.weights=[1]", ["'calibration.weights'", "begin with 0"]),
        ("corector=itemknn", ["no parameter 'calibration.corector'", "'corrector'"]),
        ("corrector=itemknn,itemknn.kk=3", ["no parameter 'itemknn.kk'"]),
        (
            "corrector=ease_text,features.modalities.text=null,features.modalities.image=null",
            ["calibration.corrector: model ease_text needs item features"],
        ),
    ],
)
def test_what_cannot_be_is_one_sentence(params: str, words: list[str]) -> None:
    with pytest.raises(ParameterError) as error:
        current(f"model=lightgcn,calibration.{params}")
    sentence = str(error.value)
    assert "\n" not in sentence
    assert sentence.startswith(("--params: ", "calibration.corrector: "))
    for word in words:
        assert word in sentence, sentence


def test_settings_of_a_calibration_that_is_off_may_be_anything_that_is_read() -> None:
    assert current("evaluate.top_k=300,calibration.top=99").trial.name == "siger+evaluate.top_k=300"


def test_a_corrector_adds_its_nodes_and_changes_no_other() -> None:
    plain, corrected = wired("model=lightgcn"), wired(f"{ON}itemknn")
    before, after = (
        {node.name: node for stage in found.stages.values() for node in stage}
        for found in (plain, corrected)
    )
    assert after.keys() - before.keys() == {
        "evaluate.fit_itemknn",
        "evaluate.lightgcn.weigh_itemknn",
        "evaluate.lightgcn.calibrate_itemknn",
        "graphs.item_cosine-k1000-shrinkage100p0",
    }
    changed = {
        name
        for name, node in before.items()
        if (node.inputs, node.outputs) != (after[name].inputs, after[name].outputs)
    }
    assert changed == {"report.lightgcn.write_report"}


def test_the_nodes_read_what_the_corrector_requests() -> None:
    found = wired(f"{ON}ease_text")
    (node,) = found.makers_of("calibrated/ease_text")
    own = {"lightgcn/checkpoint", "corrector/ease_text", "params:lightgcn/calibration"}
    assert {"features_text", "graphs/bipartite"} | own <= set(node.inputs)
    assert "params:lightgcn/features" in node.inputs  # told beside its figures
    assert "features_image" not in node.inputs
    assert "siger_pipeline.recommenders.ease_text.model" in extra_modules(node.func)
    assert node.outputs == [
        "lightgcn/calibrated/ease_text",
        "lightgcn/calibrated_user_metrics/ease_text",
        "lightgcn/calibrated_recommendations/ease_text",
    ]
    (fit,) = found.makers_of("corrector/ease_text")
    assert set(fit.inputs) == {"params:ease_text", "train_matrix", "features_text"}
    assert "siger_pipeline.recommenders.ease_text.model" in extra_modules(fit.func)


def test_a_corrector_is_fitted_once_for_all_trials_on_the_same_data() -> None:
    names = [
        wired(f"{params},calibration.corrector=itemknn").names["corrector/itemknn"]
        for params in (
            "model=siger,siger.beta=0.1,train.seed=5",
            "model=lightgcn",
            "model=lightgcn,itemknn.k=9",
            "model=lightgcn,split.seed=9",
            "model=lightgcn,floors.seed=9",  # itemknn draws nothing
        )
    ]
    others = [f"sample-{key}-9/corrector/itemknn" for key in ("itemknn-k", "split-seed")]
    assert names == [*["corrector/itemknn"] * 2, *others, "corrector/itemknn"]
    found = wired("model=lightgcn,floors.seed=9,calibration.corrector=random")
    assert found.names["corrector/random"] == "sample-floors-seed-9/corrector/random"


def test_the_provenance_of_a_corrector_has_all_that_it_is_made_of() -> None:
    (fit,) = wired(f"{ON}content_knn,features.knockout.text=noise").makers_of(
        "corrector_origin/content_knn"
    )
    values = fit.func.__kwdefaults__
    assert values["extractors"] == {"text": "tfidf_svd (noise)", "image": "picture"}
    assert values["matrices"]["features"] == {"image": "features_image", "text": "features_text"}
    of_text = "sample-features-knockout-text-noise"
    assert any(name.startswith(of_text) and "features_text" in name for name in fit.inputs)


def test_features_of_the_corrector_alone_are_named_by_their_overrides() -> None:
    found = wired(f"{ON}ease_text,features.tfidf_svd.dimension=64")
    assert found.names["metrics"] == "lightgcn/metrics"
    assert found.names["features_text"] == "sample-features-tfidf_svd-dimension-64/features_text"
    (node,) = found.makers_of("calibrated/ease_text")
    assert found.names["features_text"] in node.inputs


def test_a_model_of_its_own_seedless_kind_may_be_corrected() -> None:
    found = wired("model=ease,calibration.corrector=itemknn")
    (node,) = found.makers_of("calibrated/itemknn")
    read = {name.removeprefix("params:ease/") for name in node.inputs if "params:" in name}
    assert read == {"calibration", "evaluate", "train.device"}


def test_a_closed_form_of_another_package_may_correct() -> None:
    with awkward_models():
        assert current(f"{ON}content_profile").trial.selection.corrector == "content_profile"
        with pytest.raises(ParameterError, match="trained by epochs"):
            current(f"{ON}noisy")
        found = wired(f"{ON}content_profile")  # of which conf/ has no block
        assert found.names["corrector/content_profile"] == "corrector/content_profile"
        assert found.parameters["content_profile"] == {}
