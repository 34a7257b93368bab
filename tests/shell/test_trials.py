"""The trial that parameters ask for."""

import pytest

from shell.configured import current, loader_of
from siger_pipeline.errors import ParameterError
from siger_pipeline.shell.parameters import check_parameters
from siger_pipeline.shell.trials import counts, without_effect


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
        ("evaluate.ks=[5]", "siger+evaluate.ks=5,"),
        ("split.ratios=[0.7,0.1,0.2]", "siger+split.ratios=0.7,0.1,0.2"),
        ("train.device=cpu,threads=2,report.paper_note=x,evaluate.block_mib=9", "siger"),
        ("train.block_mib=9,siger.contrast_block_mib=9,graphs.block_mib=9", "siger"),
        ("floors.seed=3", "siger"),
        ("lightgcn.layers=2", "siger"),
        ("model=lightgcn,siger.beta=0,features.tfidf_svd.dimension=64", "lightgcn"),
        ("ingest.max_bad_share=0.5", "siger"),
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
        ("model=lightgcn,threads=2,graphs.block_mib=9,report.paper_note=x,floors.seed=2", []),
        ("features.modalities.image=null,features.picture.size=32", ["features.picture.size"]),
    ],
)
def test_overrides_that_change_nothing_are_known(params: str, keys: list[str]) -> None:
    loader = loader_of(params)
    assert without_effect(current(params).trial, loader.runtime_params) == keys


def test_what_is_overridden_may_be_what_makes_the_configuration_right() -> None:
    params = "features.modalities.text=matrix"
    assert current(params, env="clothing").trial.name == f"siger+{params}"


def test_which_parameters_name_a_trial() -> None:
    schema = type(check_parameters(loader_of()["parameters"]))
    assert not counts(schema, "train.device")
    assert counts(schema, "train.seed")
    assert counts(schema, "features.modalities.image")


def test_a_bad_override_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"--params: no parameter 'siger.bta'.*'beta'"):
        current("siger.bta=0")
