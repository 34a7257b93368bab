"""The studies of an environment: as trials, and what is wrong with one in a sentence."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from shell.configured import ROOT, current, loader_of
from siger_pipeline.errors import UserError
from siger_pipeline.models.registry import model_config
from siger_pipeline.plugins import RECOMMENDERS, own_names
from siger_pipeline.shell.current import check_each, select
from siger_pipeline.shell.studies import Studies, Study
from siger_pipeline.studies.config import SignificanceConfig


def study(conf: Path, text: str, params: str = "", name: str = "mine") -> Study:
    (conf / "base" / "studies.yml").write_text(text)
    return current(params, conf).studies.study(name)


def names_of(found: Study) -> list[tuple[str, str]]:
    return [(part.trial.name, part.variant) for part in found.parts]


def test_the_shipped_study() -> None:
    found = current().studies.study("ablation")
    assert names_of(found) == [
        ("siger", "SIGER"),
        ("siger+beta=0", "−EISG"),
        ("siger+lambda_perturbation=0", "−MP"),
        ("siger+personalised=false", "−MP*"),
        ("siger+lambda_alignment=0", "−DA"),
        ("siger+alignment=standard", "−DA*"),
    ]


def test_models_variants_grid_and_seeds_become_trials(conf: Path) -> None:
    text = (
        "mine:\n  models: [siger, lightgcn]\n  seeds: [999, 3]\n"
        "  variants: {all: {}, text: {features.modalities.image: null}}\n"
    )
    siger = [
        ("siger", "all"),
        ("siger+seed=3", "all"),
        ("siger+features.modalities.image=null", "text"),
        ("siger+features.modalities.image=null+seed=3", "text"),
    ]
    assert names_of(study(conf, text.replace(", lightgcn", ""))) == siger
    # A model that reads none of what a variant overrides has no trial of it.
    of_lightgcn = [("lightgcn", "all"), ("lightgcn+seed=3", "all")]
    assert names_of(study(conf, text)) == [*siger, *of_lightgcn]
    with pytest.raises(UserError, match=r"'all' and 'text'.*changes nothing for model lightgcn"):
        study(conf, text.replace("siger, ", ""))


def test_a_parameter_of_one_model_among_several(conf: Path) -> None:
    text = "mine: {models: [siger, lightgcn], variants: {usual: {}, less: {siger.beta: 0}}}\n"
    assert names_of(study(conf, text)) == [
        *(("siger", "usual"), ("siger+beta=0", "less"), ("lightgcn", "usual"))
    ]


def test_a_variant_for_each_modality_of_the_data_set(conf: Path) -> None:
    (conf / "base" / "studies.yml").write_text(
        "mine:\n  models: [siger]\n"
        '  variants: {all: {}, "no {modality}": {"features.modalities.{modality}": null}}\n'
    )
    assert names_of(current("", conf).studies.study("mine")) == [
        ("siger", "all"),
        ("siger+features.modalities.text=null", "no text"),
        ("siger+features.modalities.image=null", "no image"),
    ]
    of_tiktok = current("", conf, "tiktok").studies.study("mine")
    assert [variant for _, variant in names_of(of_tiktok)] == ["all", "no image", "no audio"]


EACH = "mine:\n  models: [siger]\n  each: {beta: [0.1, 0.3], siger.item_layers: [1, 2]}\n"


def test_one_parameter_at_a_time(conf: Path) -> None:
    assert names_of(study(conf, EACH)) == [
        ("siger", "as configured"),
        ("siger+beta=0.1", "beta=0.1"),
        ("siger+item_layers=1", "siger.item_layers=1"),
    ]


def test_one_parameter_at_a_time_from_the_command_line(conf: Path) -> None:
    found = study(conf, EACH, "each.siger.epsilon=[0.1, 0.2],train.max_epochs=2")
    assert names_of(found) == [
        ("siger+max_epochs=2", "as configured"),
        ("siger+epsilon=0.1+max_epochs=2", "siger.epsilon=0.1"),
        ("siger+epsilon=0.2+max_epochs=2", "siger.epsilon=0.2"),
    ]
    assert found.label == "mine+each.siger.epsilon=0.1,0.2+train.max_epochs=2"
    with pytest.raises(UserError, match="'mine' varies no parameter one at a time"):
        study(conf, "mine: {models: [siger]}\n", "each.siger.epsilon=[0.1]")
    with pytest.raises(UserError, match=r"each.siger.epsilon is 0.1; Input should be a valid list"):
        study(conf, EACH, "each.siger.epsilon=0.1")
    select(current("each.siger.epsilon=[0.1]", conf))
    check_each(["mine"])
    with pytest.raises(UserError, match=r"--params each.siger.epsilon: a study varies it"):
        check_each([])


def test_a_study_that_folds_in_has_cold_items(conf: Path) -> None:
    text = (
        "mine:\n  models: [siger]\n  variants: {cold: {split.cold_items: 0.2}}\n  fold_in: true\n"
    )
    assert study(conf, text).parts[0].cold_items == 0.2
    message = (
        r"studies.yml, line 4: study 'mine' folds in cold items, and none of its trials has any"
    )
    with pytest.raises(UserError, match=message):
        study(conf, text.replace("split.cold_items: 0.2", "siger.beta: 0"))


def test_a_study_of_coverage_has_models_with_item_graphs(conf: Path) -> None:
    for block in ("{}", "true"):
        assert study(conf, f"mine: {{models: [siger], coverage: {block}}}\n").config.coverage
    with pytest.raises(UserError, match="lightgcn has no item graph of features"):
        study(conf, "mine: {models: [lightgcn], coverage: {}}\n")


def test_a_model_that_reads_no_seed_is_one_trial_of_all_seeds(conf: Path) -> None:
    found = study(conf, "mine: {models: [ease, random, lightgcn], seeds: [999, 3]}\n")
    assert [part.trial.name for part in found.parts] == [
        *("ease", "random", "random+seed=3", "lightgcn", "lightgcn+seed=3")
    ]
    config = current("", conf)
    config.add_study(found)
    seeds = [row["seed"] for row in config.parameters["study"]["mine"]["trials"]]
    assert seeds == [None, 999, 3, 999, 3]


def test_a_model_may_have_seeds_of_its_own(conf: Path) -> None:
    text = (
        "mine: {models: [ease, siger, lightgcn], seeds: [3], "
        "seeds_of: {siger: [999, 1], lightgcn: null, vbpr: null}}\n"
    )
    names = [name for name, _ in names_of(study(conf, text))]
    assert names == ["ease", "siger", "siger+seed=1", "lightgcn+seed=3"]


def plain(model: str) -> bool:
    """Whether a model reads no features."""
    return not model_config(model).fewest_modalities


def test_all_models_are_in_table_1_in_every_environment() -> None:
    published = {
        f.parent.name for f in ROOT.glob("conf/*/globals.yml") if "data_root:" in f.read_text()
    }
    for env in sorted({"base", *published}):
        found = current(env=env).studies.study("table1")
        models = [name for name in own_names(RECOMMENDERS) if env != "clothing" or plain(name)]
        assert {part.trial.model for part in found.parts} == set(models), env
        seeds = Counter(part.trial.model for part in found.parts)
        made_up = env == "base" or env.endswith("_sample")
        assert seeds["lightgcn"] == (2 if made_up else 5), env
        assert seeds["mf_bpr"] == (1 if made_up or env == "baby" else 5), env
        assert found.config.tests == SignificanceConfig()


@pytest.mark.parametrize("baseline", ["best", "siger", "full"])
def test_differences_may_be_tested(conf: Path, baseline: str) -> None:
    text = "mine: {models: [siger], variants: {full: {}, −EISG: {beta: 0}}, tests: {baseline: %s}}"
    found = study(conf, text % baseline + "\n").config.tests
    assert found is not None
    assert (found.baseline, found.test, found.correction) == (baseline, "t", "holm")
    assert study(conf, "mine: {models: [siger], tests: false}\n").config.tests is None


def test_what_a_run_overrides_holds_for_each_trial(conf: Path) -> None:
    text = "mine: {models: [siger], grid: {beta: [0.1, 0.3]}}\n"
    found = study(conf, text, "train.max_epochs=2")
    assert names_of(found) == [
        ("siger+beta=0.1+max_epochs=2", "beta=0.1"),
        ("siger+max_epochs=2", "beta=0.3"),
    ]


@pytest.mark.parametrize(
    ("params", "slug"),
    [
        ("", "mine"),
        ("siger.beta=0.30,train.device=cpu,siger.lambda_alignment=0.5", "mine"),
        ("lightgcn.train.seed=4,split.seed=3", "mine-split-seed-3-train-seed-4"),
        ("floors.seed=4", "mine-floors-seed-4"),
    ],
)
def test_what_a_run_overrides_names_the_table(conf: Path, params: str, slug: str) -> None:
    (conf / "base" / "studies.yml").write_text("mine: {models: [lightgcn]}\n")
    loader = loader_of(params, conf)
    assert Studies(loader, loader["parameters"]).study("mine").slug == slug


def test_a_study_with_the_name_of_anothers_table(conf: Path) -> None:
    text = "mine: {models: [siger]}\nmine-train-seed-4: {models: [siger]}\n"
    assert study(conf, text).slug == "mine"
    with pytest.raises(UserError, match=r"line 2: study 'mine-train-seed-4' has the name that"):
        study(conf, text, "train.seed=4")


def test_trials_may_differ_in_their_data(conf: Path) -> None:
    text = "mine: {models: [lightgcn], grid: {split.seed: [999, 3]}}\n"
    assert [name for name, _ in names_of(study(conf, text))] == [
        "lightgcn",
        "lightgcn+split.seed=3",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mine: {models: [sigr]}", ["'sigr'", "did you mean 'siger'", "lightgcn"]),
        ("mine: {models: []}", ["study 'mine' is empty: models has no value"]),
        ("mine: {models: [siger], seeds: []}", ["is empty: seeds"]),
        ("mine: {models: [siger], grid: {beta: []}}", ["is empty: grid.beta"]),
        ("mine: {models: [siger], variants: {}}", ["is empty: variants"]),
        ("mine: {variants: {a: {}}}", ["lacks 'models'"]),
        ("mine: {models: [siger], varants: {a: {}}}", ["'varants'", "did you mean 'variants'"]),
        ("mine: {models: siger}", ["models is 'siger'"]),
        ("mine: 3", ["study 'mine' cannot be read"]),
        (
            "mine: {models: [siger], variants: {a: {}, b: {beta: 0.3}}}",
            ["trial siger twice", "'a' and 'b'", "equals what is configured"],
        ),
        ("mine:", ["cannot be read: it is None; Input should be a block"]),
        ("mine: {models: [siger], seeds: [true]}", ["seeds.0 is True", "valid integer"]),
        ("mine: {models: [siger], variants: {a: {model: lightgcn}}}", ["model cannot", "`models`"]),
        ("mine: {models: [siger], grid: {dataset: [baby]}}", ["dataset cannot be", "--env"]),
        ("mine: {models: [siger], variants: {a: {threads: 1}}}", ["threads cannot be", "--params"]),
        (
            "mine: {models: [siger], variants: {a: {calibration.corrector: itemknn}}}",
            ["calibration.corrector cannot be", "see `correctors` of a study"],
        ),
        ("mine: {models: [siger], variants: {a: {train: 5}}, seeds: [1]}", ["train is set twice"]),
        (
            "mine: {models: [siger], variants: {a: {siger.train.seed: 5}}, seeds: [1]}",
            ["variant 'a'", "train.seed is set twice"],
        ),
        ("mine: {models: [siger], seeds: [3, 3]}", ["seeds is [3, 3]; 3 stands there twice"]),
        ("mine: {models: [ease], seeds: [3, 3]}", ["3 stands there twice"]),
        ("mine: {models: [siger, siger]}", ["'siger' stands there twice: leave one of them out"]),
        ("mine: {models: [siger], seeds_of: {siger: [3, 3]}}", ["seeds_of.siger is [3, 3]"]),
        ("mine: {models: [siger], grid: {beta: [0.1, 0.10]}}", ["grid.beta is [0.1, 0.1]; 0.1 st"]),
        (
            "mine: {models: [siger], groups: [user_activity Q1, user_activity Q1]}",
            ["'user_activity Q1' stands there twice"],
        ),
        ("mine: {models: [siger], groups: [user_activty Q2]}", ["mean 'user_activity Q2'?"]),
        ("mine: {models: [siger], grid: {}}", ["is empty: grid has no value"]),
        ("mine: {models: [siger], each: {}}", ["is empty: each has no value"]),
        ("mine: {models: [siger], grid: null}", ["grid is None; Input should be a block"]),
        ("mine: {model: [siger]}", ["no key 'model'; did you mean 'models'?"]),
        ("mine: {models: [siger, 3]}", ["models.1 is 3; Input should be a valid string"]),
        (
            "mine: {models: [siger], variants: {3: {}}}",
            ["the key 3 in variants", "quotation marks"],
        ),
        ("mine: {models: [siger], variants: {true: {}}}", ["the key true in variants"]),
        ('mine: {models: [siger], variants: {"a\\tb": {}}}', ["'a\\tb'", "in one line, is wanted"]),
        ("mine: {models: [siger], grid: {bta: [1]}}", ["no parameter 'bta'; did you mean 'beta'?"]),
        ("mine: {models: [siger], grid: {beta: [.nan]}}", ["siger.beta' = nan", "finite number"]),
        ("mine: {models: [siger], grid: {beta: [{1: a, b: 2}]}}", ["siger.beta", "valid number"]),
        (
            "mine: {models: [siger], seeds: [-1]}",
            ["train.seed' = -1", "greater than or equal to 0"],
        ),
        (
            "mine: {models: [siger], variants: {a: {lightgcn.layers: 3}}}",
            ["variant 'a': lightgcn.layers is read by none of its trials"],
        ),
        (
            "mine: {models: [siger], variants: {a: {features.modalities.txt: null}}}",
            ["variant 'a'", "a modality that is not there; did you mean 'text'?", "text, image"],
        ),
        ("mine: {models: [siger], seeds_of: {sigr: null}}", ["seeds of 'sigr'", "mean 'siger'?"]),
        ("mine: {models: [siger], coverage: {top: true}}", ["coverage.top is True: a number is"]),
        ("mine: {models: [siger, ease], fusion: {top: yes}}", ["fusion.top is True: a number is"]),
        ("mine: {models: [siger, ease], tests: {seed: on}}", ["tests.seed is True: a number is"]),
        (
            "mine: {models: [siger, ease], tests: {resamples: 10000000}}",
            ["tests.resamples is 10000000", "less than or equal to 1000000"],
        ),
        (
            "mine: {models: [siger, ease], fusion: {monitor: mrr@20}}",
            ["fusion.monitor is 'mrr@20'", "there are recall, ndcg, precision and map"],
        ),
        (
            "mine: {models: [siger], variants: {a: {train.monitor: mrr@20}}}",
            ["train.monitor' = 'mrr@20'", "there are recall, ndcg, precision and map"],
        ),
        (
            "mine: {models: [siger], unavailable: no features}",
            ["study 'mine' cannot be made here: no features"],
        ),
        ("mine: {models: [siger], each: {beta: []}}", ["is empty: each.beta"]),
        (
            'mine: {models: [siger], variants: {"a {modality}": {beta: 0}}}',
            ["variant 'a {modality}' has {modality} in its name alone", "write it in both"],
        ),
        (
            "mine: {models: [siger], groups: [cold]}",
            ["groups.0 is 'cold'", "'user_activity Q1'"],
        ),
        (
            "mine: {models: [siger], coverage: {}, seeds: [1]}",
            ["coverage trains nothing, so that seeds has no meaning"],
        ),
        ("mine: {models: [siger], coverage: {topp: 1}}", ["no key 'coverage.topp'"]),
        ("mine: {models: [siger], fusion: true}", ["fusion and one trial, siger"]),
        ("mine: {models: [siger, lightgcn], fusion: 1}", ["fusion is 1"]),
        (
            "mine: {models: [siger, lightgcn], fusion: {tops: 1}}",
            ["no key 'fusion.tops'", "did you mean 'top'?", "there are top, weights, monitor"],
        ),
        (
            "mine: {models: [siger, lightgcn], fusion: {top: 20}}",
            ["study 'mine' has fusion.top = 20", "evaluate.top_k = 50"],
        ),
        (
            "mine: {models: [siger, lightgcn], fusion: {weights: [0.5]}}",
            ["fusion.weights is [0.5]", "begin with 0"],
        ),
        ("mine: {models: [siger, lightgcn], fusion: {weights: []}}", ["is empty: fusion.weights"]),
        (
            "mine: {models: [siger, lightgcn], fusion: {monitor: recall}}",
            ["fusion.monitor is 'recall'; a metric at a list length is wanted"],
        ),
        (
            "mine: {models: [lightgcn], grid: {split.seed: [999, 3]}, fusion: true}",
            ["trials lightgcn and lightgcn+split.seed=3 differ in split", "leave fusion out"],
        ),
        (
            "mine: {models: [siger], correctors: [itemkn]}",
            ["model siger: parameter 'calibration.corrector' = 'itemkn'", "mean 'itemknn'?"],
        ),
        ("mine: {models: [siger], correctors: [lightgcn]}", ["trained by epochs"]),
        ("mine: {models: [siger], correctors: [ease, ease]}", ["it names ease twice"]),
        (
            "mine: {models: [siger], correctors: [ease], coverage: {top: 5}}",
            ["correctors has no meaning beside it"],
        ),
        (
            "mine: {models: [siger], correctors: [ease], tests: {baseline: calibrated by eas}}",
            ["did you mean 'calibrated by ease'?"],
        ),
        ("mine: {models: [siger], tests: true}", ["siger has nothing to be compared with"]),
        ("mine: {models: [siger], seeds: [1, 2], tests: {}}", ["has nothing to be compared"]),
        ("mine: {models: [siger, ease], tests: 1}", ["tests is 1"]),
        (
            "mine: {models: [siger, ease], tests: {base: siger}}",
            ["no key 'tests.base'", "did you mean 'baseline'?", "test, correction, level"],
        ),
        (
            "mine: {models: [siger, ease], tests: {baseline: sigr}}",
            ["tests.baseline = 'sigr'", "did you mean 'siger'?", "wanted is best, or one of its"],
        ),
        (
            "mine: {models: [siger, ease], tests: {correction: bonferroni}}",
            ["tests.correction is 'bonferroni'", "'holm' or 'bh'"],
        ),
        ("mine: {models: [siger, ease], tests: {test: f}}", ["tests.test is 'f'", "'t' or 'wil"]),
        ("mine: {models: [siger, ease], tests: {level: 5}}", ["tests.level is 5", "less than 1"]),
        ("mine: {models: [siger, ease], tests: {resamples: 9}}", ["tests.resamples is 9"]),
        (
            "mine: {models: [siger, ease], grid: {split.seed: [999, 3]}, tests: true}",
            ["trials siger and siger+split.seed=3 differ in split", "leave tests out"],
        ),
        (
            "mine: {models: [siger, ease], grid: {evaluate.ks: [[5]]}, tests: true}",
            ["evaluate.ks = [5] has neither K"],
        ),
        (
            "mine: {models: [siger], seeds_of: {ease: [1]}}",
            ["seeds of 'ease', which is none of its models: siger"],
        ),
        ("mine: {models: [siger], seeds_of: {siger: []}}", ["is empty: seeds_of.siger"]),
        (
            "mine: {models: [siger], variants: {a: {bta: 1}}}",
            ["variant 'a'", "no parameter 'bta'"],
        ),
        (
            "mine: {models: [siger], variants: {a: {siger.bta: 1}}}",
            ["variant 'a'", "no parameter 'siger.bta'", "did you mean 'beta'"],
        ),
        (
            "mine: {models: [siger], variants: {a: {beta: much}}}",
            ["variant 'a'", "siger.beta", "'much'"],
        ),
        (
            "mine: {models: [siger], variants: {a: {seed: 3}}, seeds: [1]}",
            ["variant 'a'", "train.seed is set twice"],
        ),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_place(
    conf: Path, text: str, words: list[str]
) -> None:
    with pytest.raises(UserError) as error:
        study(conf, text + "\n")
    sentence = str(error.value)
    assert sentence.startswith("conf/base/studies.yml, line 1:")
    assert "\n" not in sentence
    for word in words:
        assert word in sentence, sentence


LONG = "a" * 81


@pytest.mark.parametrize(
    "name", ["train", "a/b", "..", "two words", "a.b", "-x", "Übung", "表", "", LONG]
)
def test_a_name_that_cannot_be_a_studys(conf: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"studies.yml, line 1: study .*(another pipeline|letters)"):
        study(conf, f'"{name}": {{models: [siger]}}\n', name=name)


@pytest.mark.parametrize("name", ["3", "true", "null"])
def test_a_name_that_is_no_text(conf: Path, name: str) -> None:
    with pytest.raises(UserError, match=rf"line 1: the key {name} is no text.*quotation marks"):
        study(conf, f"{name}: {{models: [siger]}}\n")


def test_two_names_that_differ_in_capital_letters_alone(conf: Path) -> None:
    with pytest.raises(UserError, match=r"line 2: study 'Mine' and 'mine' would share a folder"):
        study(conf, "mine: {models: [siger]}\nMine: {models: [siger]}\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("mine: {models: [siger]}\nmine: {models: [siger]}\n", "line 2: key 'mine'"),
        ("mine:\n  models: [siger]\n  models: [ease]\n", "line 3: key 'models'"),
        ("mine: {models: [siger], grid: {beta: [0], beta: [1]}}\n", "line 1: key 'beta'"),
    ],
)
def test_a_key_that_stands_twice(conf: Path, text: str, line: str) -> None:
    with pytest.raises(UserError, match=f"{line} stands here for the second time"):
        study(conf, text)


def test_the_line_is_that_of_the_fault(conf: Path) -> None:
    text = "mine:\n  models: [siger]\n  grid:\n    beta: [0.1]\n    epsilon: []\n"
    with pytest.raises(UserError, match=r"studies.yml, line 5: study 'mine' is empty: grid.eps"):
        study(conf, text)


def test_a_study_that_sets_what_the_run_sets(conf: Path) -> None:
    with pytest.raises(
        UserError, match=r"'mine' sets siger\.beta itself: leave it out of --params"
    ):
        study(conf, "mine: {models: [siger], grid: {beta: [0.1, 0.2]}}\n", "siger.beta=0.5")


@pytest.mark.parametrize(
    ("params", "key"),
    [("model=lightgcn", "model"), ("siger.train.seed=5", "train.seed"), ("train=5", "train")],
)
def test_a_run_does_not_replace_what_a_study_sets(conf: Path, params: str, key: str) -> None:
    loader = loader_of(params, conf)
    (conf / "base" / "studies.yml").write_text("mine: {models: [siger], seeds: [1, 2]}\n")
    with pytest.raises(UserError, match=f"'mine' sets {key} itself: leave it out of --params"):
        Studies(loader, loader["parameters"]).study("mine")


def test_scores_may_be_added_up(conf: Path) -> None:
    assert study(conf, "mine: {models: [siger, lightgcn], fusion: false}\n").config.fusion is None
    found = study(conf, "mine: {models: [siger, lightgcn], fusion: true}\n").config.fusion
    assert found is not None
    assert (found.top, found.monitor, found.weights[:3]) == (200, "recall@20", (0.0, 0.1, 0.2))


def varied(conf: Path, text: str) -> dict[str, Any]:
    """What is said of the parameters that a study varies, which it says at its end."""
    config, found = current("", conf), study(conf, text)
    config.add_study(found)
    said: dict[str, Any] = config.parameters["study"]["mine"]["varied"]
    return said


def test_the_values_of_parameters_are_known_trial_by_trial(conf: Path) -> None:
    text = (
        "mine: {models: [siger, lightgcn], seeds: [999, 3], "
        "each: {siger.cooccurrence_k: [3, 5], learning_rate: [0.01]}}\n"
    )
    said = varied(conf, text)
    sizes = {"siger": 5, "siger+cooccurrence_k=3": 3, "siger+learning_rate=0.01": 5}
    both = {f"{name}{seed}": k for name, k in sizes.items() for seed in ("", "+seed=3")}
    assert said["siger.cooccurrence_k"] == {"values": both, "configured": 5}
    assert said["learning_rate"]["configured"] == 0.001
    rates = said["learning_rate"]["values"]
    assert {name for name, rate in rates.items() if rate == 0.01} == {
        f"{model}+learning_rate=0.01{seed}"
        for model in ("siger", "lightgcn")
        for seed in ("", "+seed=3")
    }
    assert len(rates) == 10  # with LightGCN's, which has no K


@pytest.mark.parametrize(
    ("models", "values", "configured"),
    [
        ("siger", "[512, 2048]", 2048),
        ("siger", "[512, 1024]", None),
        ("siger, damrs", "[512, 4096]", None),  # the one's own size is 2048, the other's 4096
        ("siger, damrs", "[2048, 4096]", None),
    ],
)
def test_what_is_configured_is_known_where_models_agree(
    conf: Path, models: str, values: str, configured: int | None
) -> None:
    text = f"mine: {{models: [{models}], grid: {{batch_size: {values}}}}}\n"
    assert varied(conf, text)["batch_size"]["configured"] == configured


CORRECTED = "mine: {models: [siger, mf_bpr], correctors: [itemknn, ease_text]}\n"


def test_every_trial_is_corrected_by_every_corrector(conf: Path) -> None:
    found = study(conf, CORRECTED)
    assert names_of(found) == [("siger", ""), ("mf_bpr", "")]
    assert found.correctors == ("itemknn", "ease_text")
    for part in found.parts:
        assert part.trial.selection.corrector == ""
        for name, trial in part.corrected.items():
            assert (trial.name, trial.selection.corrector) == (part.trial.name, name)


def test_a_table_with_other_correctors_stands_in_a_folder_of_its_own(conf: Path) -> None:
    assert study(conf, CORRECTED, "itemknn.k=9").label == "mine+itemknn.k=9"
    weights = study(conf, CORRECTED, "calibration.weights=[0, 1]")
    assert weights.label == "mine+calibration.weights=0,1"
    with pytest.raises(UserError, match=r"'mine' sets calibration\.corrector itself"):
        study(conf, CORRECTED, "calibration.corrector=ease")
    plain = study(conf, "mine: {models: [siger]}\n", "calibration.corrector=ease")
    assert plain.correctors == ("ease",)
    assert plain.label == "mine+calibration.corrector=ease"


def test_a_model_with_a_corrector_may_be_compared_with_itself(conf: Path) -> None:
    text = "mine: {models: [siger], correctors: [ease], tests: {baseline: %s}}\n"
    for baseline in ("best", "siger", "calibrated by ease"):
        tests = study(conf, text % baseline).config.tests
        assert tests is not None
        assert tests.baseline == baseline
    fused = "mine: {models: [siger, ease], fusion: true, tests: {baseline: fusion}}\n"
    assert study(conf, fused).config.tests is not None
