"""What a sweep searches, and what is wrong with one in a sentence with its place."""

import shlex
from pathlib import Path

import pytest

from shell.configured import ROOT, current, loader_of
from siger_pipeline.errors import UserError
from siger_pipeline.models.registry import model_config
from siger_pipeline.shell.current import current_of
from siger_pipeline.shell.runtime_params import parse_params
from siger_pipeline.shell.sweeps import Sweep
from siger_pipeline.studies.search import Range


def sweep(conf: Path, text: str, params: str = "", env: str = "base") -> Sweep:
    (conf / "base" / "studies.yml").write_text(text + "\n")
    studies = current(params, conf, env).studies
    return studies.sweep(studies.study("mine"))


def test_the_shipped_sweep_searches_what_is_published() -> None:
    studies = current().studies
    found = studies.sweep(studies.study("sweep"))
    assert list(found.models) == ["siger", "lightgcn"]
    for model, searched in found.models.items():
        published = model_config(model).search
        assert {axis.key: axis.values for axis in searched.space.axes} == {
            f"{model}.{key}": values for key, values in published.items()
        }
        assert searched.monitor == "recall@20"
    assert found.models["siger"].space.size == 5 * 2 * 2 * 2 * 4 * 4 * 5 * 4
    assert found.folder == ROOT / "data/08_reporting/sample/studies/sweep"


def test_every_model_has_the_same_budget(conf: Path) -> None:
    found = sweep(conf, "mine: {models: [lightgcn, siger, mgcn], search: {budget: 7}}")
    # Of mgcn three points are published, and there are no more.
    assert [found.points_of(model) for model in found.models] == [7, 7, 3]


def test_a_parameter_may_be_of_one_model_and_stand_without_its_block(conf: Path) -> None:
    found = sweep(
        conf,
        "mine: {models: [lightgcn, siger], search: {budget: 2, space: {learning_rate: "
        "{low: 0.0001, high: 0.01, log: true}, lightgcn.layers: [1, 2], siger.beta: [0.1]}}}",
    )
    keys = {m: [axis.key for axis in one.space.axes] for m, one in found.models.items()}
    assert keys == {
        "lightgcn": ["train.learning_rate", "lightgcn.layers"],
        "siger": ["train.learning_rate", "siger.beta"],
    }
    first = found.models["lightgcn"].space.axes[0]
    assert first.values == Range(low=0.0001, high=0.01, log=True)


def test_a_point_is_the_trial_of_a_single_run(conf: Path) -> None:
    text = "mine: {models: [siger], search: {budget: 1, space: {beta: [0.1, 0.3], seed: [1]}}}"
    with pytest.raises(UserError, match=r"line 1: study 'mine' cannot search train\.seed: a seed"):
        sweep(conf, text)
    text = text.replace(", seed: [1]", "")
    found = sweep(conf, text, "train.max_epochs=2", "baby")
    trial = found.trial_at("siger", {"siger.beta": 0.1})
    assert (trial.name, found.slug) == ("siger+beta=0.1+max_epochs=2", "mine-train-max_epochs-2")
    command = shlex.split(found.command(trial))
    assert command[:5] == ["kedro", "run", "--env", "baby", "--params"]
    alone = current_of(loader_of(command[5], conf, "baby")).trial
    assert alone == trial
    assert found.trial_at("siger", {"siger.beta": 0.3}).name == "siger+max_epochs=2"


def test_a_command_holds_any_value(conf: Path) -> None:
    text = "mine: {models: [siger], search: {budget: 1, space: {features.missing: [mean, zero]}}}"
    found = sweep(conf, text, "split.ratios=[0.7, 0.2, 0.1],features.modalities.image=null")
    trial = found.trial_at("siger", {"features.missing": "mean"})
    params = shlex.split(found.command(trial))[-1]
    assert parse_params(params)["split"] == {"ratios": [0.7, 0.2, 0.1]}
    assert current_of(loader_of(params, conf)).trial.name == trial.name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{models: [siger], search: {budget: 0}}", ["search.budget is 0", "greater than or equal"]),
        ("{models: [siger], search: {}}", ["lacks 'search.budget'"]),
        ("{models: [siger], search: {budget: 1, space: {}}}", ["search.space is {}", "wanted is"]),
        (
            "{models: [siger], search: {budget: 1, space: {beta: []}}}",
            ["beta has []: wanted is a list of values"],
        ),
        (
            "{models: [siger], search: {budget: 1, trials: 3}}",
            ["no key 'search.trials'", "there are budget, space"],
        ),
        ("{models: [sigr], search: {budget: 1}}", ["'sigr'", "did you mean 'siger'"]),
        (
            "{models: [siger], search: {budget: 1, space: {bta: [1]}}}",
            ["model siger", "no parameter 'bta'; did you mean 'beta'?"],
        ),
        (
            "{models: [siger], search: {budget: 1, space: {beta: [0.1, much]}}}",
            ["siger.beta", "'much'"],
        ),
        (
            "{models: [siger], search: {budget: 1, space: {item_layers: {low: 0, high: 3}}}}",
            ["siger.item_layers", "= 0"],
        ),
        (
            "{models: [random], search: {budget: 1}}",
            ["no parameter of model random to search: no space is published"],
        ),
        (
            "{models: [siger, ease], search: {budget: 1, space: {siger.beta: [0.1]}}}",
            ["no parameter of model ease to search: give it one"],
        ),
        (
            "{models: [siger], search: {budget: 1, space: {split.seed: [1, 2]}}}",
            ["cannot search split.seed", "not comparable by validation"],
        ),
        (
            "{models: [siger], search: {budget: 1, space: {train.monitor: [recall@10, ndcg@10]}}}",
            ["cannot search train.monitor: points are compared by it"],
        ),
        (
            "{models: [siger], search: {budget: 1, space: {beta: [0.1, 0.10]}}}",
            ["cannot search siger.beta: its values 0.1 and 0.1 make the same trial"],
        ),
        (
            "{models: [siger], search: {budget: 2, space: {train.device: [cpu, auto]}}}",
            ["cannot search train.device: no result of model siger depends on it"],
        ),
        (
            "{models: [lightgcn], search: {budget: 2, space: {features.missing: [mean, zero]}}}",
            ["cannot search features.missing", "make the same trial, lightgcn"],
        ),
        ("{models: [siger], seeds: [1], search: {budget: 1}}", ["has search and seeds"]),
        ("{models: [siger, ease], fusion: true, search: {budget: 1}}", ["search and fusion"]),
        (
            "{models: [siger], search: {budget: 9, sampler: grid, space: "
            "{beta: {low: 0.1, high: 0.3}}}}",
            ["sampler grid, and siger.beta of model siger has infinitely many values"],
        ),
        (
            "{models: [lightgcn], search: {budget: 9, sampler: grid}}",
            ["sampler grid and a budget of 9, and model lightgcn has 20 points"],
        ),
        ("{models: [siger], search: {budgt: 3}}", ["'search.budgt'; did you mean 'budget'?"]),
        (
            "{models: [siger], search: {budget: 3, sampler: tpee}}",
            ["search.sampler is 'tpee'; did you mean 'tpe'?"],
        ),
        (
            "{models: [siger], search: {budget: 3, space: {beta: [0.1], lightgcn.layers: [1, 2]}}}",
            ["searches lightgcn.layers, and lightgcn is none of its models: siger"],
        ),
        (
            "{models: [siger], search: {budget: 3, space: {beta: [0.1], siger.beta: [0.2]}}}",
            ["cannot be searched: siger.beta is set twice"],
        ),
        (
            "{models: [siger], search: {budget: 3, space: {beta: [.nan, 0.1]}}}",
            ["'siger.beta' = nan"],
        ),
    ],
)
def test_what_cannot_be_searched(conf: Path, text: str, words: list[str]) -> None:
    with pytest.raises(UserError) as error:
        sweep(conf, f"mine: {text}")
    sentence = str(error.value)
    assert sentence.startswith("conf/base/studies.yml, line 1:")
    assert "\n" not in sentence
    for word in words:
        assert word in sentence, sentence


def test_a_closed_form_is_validated_at_lengths_of_the_evaluation(conf: Path) -> None:
    text = "mine: {models: [ease], search: {budget: 1}}"
    assert sweep(conf, text).models["ease"].monitor == "recall@20"
    with pytest.raises(UserError, match=r"has model ease, which is validated at evaluate\.ks = "):
        sweep(conf, text, "train.monitor=recall@7")


def test_what_a_sweep_sets_cannot_be_set_by_the_run(conf: Path) -> None:
    text = "mine: {models: [siger], search: {budget: 1, space: {beta: [0.1, 0.2]}}}"
    with pytest.raises(UserError, match=r"sets siger\.beta itself: leave it out of --params"):
        sweep(conf, text, "siger.beta=0.5")
