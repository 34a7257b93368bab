"""The trial that parameters ask for."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from shell.configured import ROOT, current, loader_of
from siger_pipeline.errors import ParameterError
from siger_pipeline.models import registry
from siger_pipeline.models.config import ModelConfig
from siger_pipeline.shell import model_blocks, parameters
from siger_pipeline.shell.parameters import check_parameters
from siger_pipeline.shell.trials import counts, without_effect


def test_a_modality_that_is_left_out_is_there() -> None:
    with pytest.raises(ParameterError, match=r"modality that is not there; did you mean 'text'\?"):
        current("features.modalities.txt=null")
    assert current("features.modalities.text=null", env="tiktok").trial.name == "siger"


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ("", "siger"),
        ("model=lightgcn", "lightgcn"),
        ("siger.lambda_perturbation=0", "siger+lambda_perturbation=0"),
        ("siger.lambda_perturbation=0.0", "siger+lambda_perturbation=0"),
        ("siger.beta=0.3,siger.lambda_perturbation=1e-2,train.seed=999", "siger"),
        ("model=lightgcn,train.seed=3", "lightgcn+seed=3"),
        ("train.learning_rate=0.01,split.seed=3", "siger+learning_rate=0.01+split.seed=3"),
        ("features.modalities.image=null", "siger+features.modalities.image=null"),
        ("features.tfidf_svd.dimension=64", "siger+features.tfidf_svd.dimension=64"),
        ("features.missing=neighbours", "siger+features.missing=neighbours"),
        ("evaluate.ks=[5]", "siger+evaluate.ks=5,"),
        ("split.ratios=[0.7,0.1,0.2]", "siger+split.ratios=0.7,0.1,0.2"),
        ("train.device=cpu,threads=2,report.paper_note=x,evaluate.block_mib=9", "siger"),
        ("train.block_mib=9,siger.contrast_block_mib=9,graphs.block_mib=9", "siger"),
        ("floors.seed=3", "siger"),
        ("lightgcn.layers=2", "siger"),
        ("model=lightgcn,siger.beta=0,features.tfidf_svd.dimension=64", "lightgcn"),
        ("ingest.max_bad_share=0.5", "siger"),
        ("calibration.corrector=itemknn,calibration.top=99,itemknn.k=5", "siger"),
        (
            "model=lightgcn,calibration.corrector=ease_text,features.tfidf_svd.dimension=64",
            "lightgcn",
        ),
        ("model=ease,train.seed=3,train.learning_rate=0.1,ease.train.patience=9", "ease"),
        ("model=ease,ease.ridge=9,ease.solve_mib=9", "ease+ridge=9"),
        ("model=random,train.seed=3,train.patience=9", "random+seed=3"),
        ("features.knockout.image=noise", "siger+features.knockout.image=noise"),
        (
            "features.knockout.image=noise,features.knockout_seed=3",
            "siger+features.knockout.image=noise+features.knockout_seed=3",
        ),
        (
            "features.knockout.image=zeros,features.knockout_seed=3",
            "siger+features.knockout.image=zeros",
        ),
        ("features.knockout.image=null,features.knockout_seed=3", "siger"),
        ("model=lightgcn,features.knockout.image=noise,features.knockout_seed=3", "lightgcn"),
        ("model=ease_text,features.knockout.image=noise", "ease_text"),
        ("split.cold_items=0.2", "siger+split.cold_items=0.2"),
    ],
)
def test_a_name_has_the_overrides_that_count(params: str, name: str) -> None:
    assert current(params).trial.name == name


def test_overrides_are_what_differs_from_the_environment() -> None:
    assert current("split.untrained_users=refuse", env="baby").trial.name == "siger"
    assert current("split.untrained_users=leave").trial.name == "siger"
    assert (
        current("split.untrained_users=refuse").trial.name == "siger+split.untrained_users=refuse"
    )


@pytest.mark.parametrize(
    ("params", "keys"),
    [
        ("lightgcn.layers=2,siger.beta=0", ["lightgcn.layers"]),
        ("model=lightgcn,features.tfidf_svd.dimension=64", ["features.tfidf_svd.dimension"]),
        ("model=lightgcn,features.missing=mean", ["features.missing"]),
        ("model=lightgcn,threads=2,graphs.block_mib=9,report.paper_note=x,floors.seed=2", []),
        ("features.modalities.image=null,features.picture.size=32", ["features.picture.size"]),
        (
            "calibration.corrector=itemknn,calibration.top=99,itemknn.k=5,ease.ridge=9",
            ["ease.ridge"],
        ),
        ("calibration.top=99,itemknn.k=5", ["calibration.top", "itemknn.k"]),
        (
            "model=lightgcn,calibration.corrector=ease_text,features.tfidf_svd.dimension=64,"
            "features.picture.size=32",
            ["features.picture.size"],
        ),
        (
            "model=ease,train.seed=3,ease.train.patience=9,train.device=cpu",
            ["ease.train.patience", "train.seed"],
        ),
    ],
)
def test_overrides_that_change_nothing_are_known(params: str, keys: list[str]) -> None:
    loader = loader_of(params)
    assert without_effect(current(params).trial, loader.runtime_params) == keys


def test_what_is_overridden_may_be_what_makes_the_configuration_right() -> None:
    params = "features.modalities.text=matrix"
    given = f"model=siger,{params}"
    assert current(given, env="clothing").trial.name == f"siger+{params}"


@pytest.mark.parametrize(
    "text", ["siger: {beta: 2}\n", "siger: {beta: '${runtime_params:siger.beta}'}\n"]
)
def test_each_override_counts_where_the_configuration_is_wrong_without(
    tmp_path: Path, text: str
) -> None:
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    (tmp_path / "conf/baby/parameters_more.yml").write_text(text)
    params = "siger.beta=0.3,siger.train.patience=20"
    trial = current(params, tmp_path / "conf", "baby").trial
    assert trial.name == "siger+beta=0.3+patience=20"


def test_a_model_computed_at_once_reads_no_training_setting_but_the_device() -> None:
    assert current("model=ease").trial.values["train"] == {"device": "auto"}
    assert current("model=random").trial.values["train"] == {"device": "auto", "seed": 999}


def test_which_parameters_name_a_trial() -> None:
    schema = type(check_parameters(loader_of()["parameters"]))
    assert not counts(schema, "train.device")
    assert counts(schema, "train.seed")
    assert counts(schema, "features.modalities.image")


def test_where_pictures_come_from_names_a_trial_and_how_they_are_fetched_does_not() -> None:
    given = "pictures.source=addresses,pictures.connections=2,pictures.allow_private=true"
    assert current(given).trial.name == "siger+pictures.source=addresses"
    assert current(f"model=lightgcn,{given}").trial.name == "lightgcn"
    text = "features.modalities.image=null"
    assert current(f"{given},{text}").trial.name == f"siger+{text}"


def test_a_bad_override_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"--params: no parameter 'siger.bta'.*'beta'"):
        current("siger.bta=0")


def test_settings_that_contradict_each_other_are_named_without_the_whole_block() -> None:
    with pytest.raises(ParameterError, match=r"parameters of 'train': patience is 1 epochs, but"):
        current("train.patience=1,train.evaluate_every=2")


Plug = Callable[[type[ModelConfig]], None]


class Published(ModelConfig):
    """A model with training settings of its paper."""

    recommender = "Published"
    published: ClassVar[dict[str, object]] = {"batch_size": 1024, "patience": 10}

    width: int = Field(8, description="of nothing")


class Clash(Published):
    """A hyperparameter by which a name of a trial would not tell what is meant."""

    seed: int = Field(1, description="taken")


@pytest.fixture
def plugged_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[type[ModelConfig]], None]]:
    """Puts other hyperparameters in the place of SIGER's."""

    def plug(config: type[ModelConfig]) -> None:
        parameters._schema.cache_clear()
        for module in (model_blocks, registry):
            monkeypatch.setattr(module, "model_config", lambda name: config)

    yield plug
    parameters._schema.cache_clear()


@pytest.mark.parametrize(
    ("params", "batch_size", "patience", "name"),
    [
        ("", 1024, 10, "siger"),
        ("train.patience=40", 1024, 40, "siger+patience=40"),
        ("train.batch_size=2048", 2048, 10, "siger+batch_size=2048"),
        ("siger.train.batch_size=512", 512, 10, "siger+batch_size=512"),
        ("siger.train.batch_size=1024", 1024, 10, "siger"),
        ("siger.train.batch_size=512,train.batch_size=256", 256, 10, "siger+batch_size=256"),
    ],
)
def test_training_settings_are_the_models_unless_the_environment_or_the_run_says_more(
    plugged_in: Plug, params: str, batch_size: int, patience: int, name: str
) -> None:
    plugged_in(Published)
    trial = current(params).trial
    assert (trial.parameters.train.batch_size, trial.parameters.train.patience) == (
        batch_size,
        patience,
    )
    assert trial.name == name
    assert trial.values["siger"] == {"width": 8}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ("siger.train.batch_sise=3", "no parameter 'siger.train.batch_sise'.*'batch_size'"),
        ("siger.train.batch_size=0", "'siger.train.batch_size' = 0"),
    ],
)
def test_a_bad_training_setting_of_a_model_is_refused(params: str, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        current(params)


def test_a_hyperparameter_must_not_bear_the_name_of_a_training_setting(
    plugged_in: Plug,
) -> None:
    plugged_in(Clash)
    with pytest.raises(
        ParameterError, match=r"its hyperparameter 'seed' has the name of a training"
    ):
        current()
