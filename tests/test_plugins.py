"""Parts by name, those of other packages among them: what is offered and what is refused."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts.world import config_of
from plugin.package import PARTS, install
from siger_pipeline import plugins
from siger_pipeline.errors import ParameterError
from siger_pipeline.graphs.registry import recipe_config
from siger_pipeline.models.registry import (
    model_class,
    model_config,
    parameter_blocks,
    requests_of,
)
from siger_pipeline.plugins import RECIPES, RECOMMENDERS, Kind

Install = Callable[..., Path]
MODELS, GRAPHS = RECOMMENDERS.folder, RECIPES.folder


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """The function that installs `tiny_parts` with these entry points."""

    def put(parts: Mapping[str, Mapping[str, str]] = PARTS) -> Path:
        folder = install(tmp_path / "site", parts)
        monkeypatch.syspath_prepend(str(folder))
        plugins._modules.cache_clear()
        return folder / "tiny_parts"

    yield put
    plugins._modules.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "tiny_parts"]:
        del sys.modules[name]


def edit(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_parts_of_another_package_stand_among_ours(installed: Install) -> None:
    installed()
    assert {"neighbours", "siger"} <= set(plugins.names(RECOMMENDERS))
    assert {"common_users", "knn"} <= set(plugins.names(RECIPES))
    assert "neighbours" not in plugins.own_names(RECOMMENDERS)
    assert model_class("neighbours").__name__ == "Neighbours"
    assert set(recipe_config("common_users").model_fields) == {"least"}
    requests = requests_of("neighbours", {}, ["text"])
    assert [r.name for r in requests] == ["common_users-least1", "knn-text-k4-weights-binary"]


def test_a_part_of_another_package_is_known_by_its_module(installed: Install) -> None:
    installed()
    found = plugins.name_from_elsewhere(RECOMMENDERS, "tiny_parts.neighbours")
    assert found == "neighbours"
    assert plugins.name_from_elsewhere(RECOMMENDERS, "siger_pipeline.recommenders.siger") is None
    assert plugins.name_from_elsewhere(RECIPES, "tiny_parts.neighbours") is None


def test_a_name_that_is_taken_is_refused_where_it_is_used(installed: Install) -> None:
    installed({MODELS: {"siger": "tiny_parts.neighbours"}, GRAPHS: {"knn": "tiny_parts.common"}})
    with pytest.raises(
        ParameterError,
        match=r"model 'siger' is both siger_pipeline.recommenders.siger and tiny_parts.neighbours: "
        "rename the entry point of group 'siger_pipeline.recommenders'",
    ):
        model_config("siger")
    with pytest.raises(ParameterError, match="graph recipe 'knn' is both"):
        recipe_config("knn")
    assert requests_of("lightgcn", config_of("lightgcn"), [])


@pytest.mark.parametrize(
    ("kind", "name", "module", "words"),
    [
        (
            RECOMMENDERS,
            "My-Model",
            "tiny_parts.neighbours",
            "name of a model must consist of small",
        ),
        (RECOMMENDERS, "tiny", "tiny_parts.neighbours:Model", "'.* it must name a module, such as"),
        (RECIPES, "features", "tiny_parts.common_users", "a letter other than features; rename it"),
    ],
    ids=["letters", "object", "reserved"],
)
def test_an_unfit_entry_point_is_one_sentence(
    installed: Install, kind: Kind, name: str, module: str, words: str
) -> None:
    installed({kind.folder: {name: module}})
    with pytest.raises(ParameterError, match=f"entry point {name} = {module!r} of group .*{words}"):
        plugins.load(kind, name)


def test_a_part_that_does_not_exist(installed: Install) -> None:
    installed()
    with pytest.raises(
        ParameterError, match="model 'neighbors' does not exist; did you mean 'neighbours'"
    ):
        plugins.module_of(RECOMMENDERS, "neighbors")


BROKEN: dict[str, tuple[str, str, str, str]] = {
    "syntax": ("config", "class Config(", "class Config((", r"cannot be imported \(SyntaxError"),
    "import": (
        "config",
        "pydantic import",
        "pydantics import",
        r"\(ModuleNotFoundError: .*dantics",
    ),
    "config": ("config", "class Config(", "class Configuration(", "lacks a class Config, derived"),
    "base": ("config", "(ModelConfig)", "", "lacks a class Config, derived from ModelConfig"),
    "class": ("config", 'recommender = "Neighbours"', "", "lacks Config.recommender, the name of"),
    "name": ("config", '"Neighbours"', '"Neighbors"', "lacks a class Neighbors, derived from Tr"),
    "model": ("model", "import torch\n", "import torhc\n", r"\(ModuleNotFoundError: .*torhc"),
    "raises": ("config", "for m in modalities", "for m in 3", "requests: it raises TypeError: 'in"),
    "returns": ("config", "return (graph(", "return ((", r"requests: it returns \('common_users'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_model_is_one_sentence_and_stops_no_other(installed: Install, name: str) -> None:
    file, old, new, words = BROKEN[name]
    folder = installed()
    edit(folder / "neighbours" / f"{file}.py", old, new)
    if name == "returns":
        edit(folder / "neighbours" / "config.py", "least=self.least_users)", "self.least_users)")
    with pytest.raises(ParameterError, match=words) as refused:
        requests_of("neighbours", {}, ["text"])
        model_class("neighbours")
    assert "neighbours" in str(refused.value)
    assert set(parameter_blocks("siger", {"siger": {}}, ())[0]) == set(
        plugins.own_names(RECOMMENDERS)
    )


def test_parameters_of_a_broken_model_that_is_not_used_are_not_checked(installed: Install) -> None:
    folder = installed()
    edit(folder / "neighbours" / "config.py", "import Field", "import Feild")
    given: dict[str, Any] = {"siger": {}, "neighbours": {"least_users": 3}}
    blocks, (remark,) = parameter_blocks("siger", given, ())
    assert blocks["neighbours"].model_validate(given["neighbours"]).model_dump() == {
        "least_users": 3
    }
    assert remark.startswith("This run does without model neighbours, which cannot be used: ")
    with pytest.raises(ParameterError, match="cannot be imported"):
        parameter_blocks("neighbours", given, ())


def test_a_model_that_bears_the_name_of_a_parameter(installed: Install) -> None:
    installed({MODELS: {"train": "tiny_parts.neighbours"}})
    assert "train" not in parameter_blocks("siger", {"train": {}}, {"train"})[0]
    with pytest.raises(ParameterError, match="'train' is the name of a parameter as well: rename"):
        parameter_blocks("train", {"train": {}}, {"train"})


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("class Config(", "class Configuration(", "lacks a class Config, derived from graphs.rec"),
        ("def build(", "def built(", r"lacks a function build\(config, inputs\)"),
        ("import annotations", "import anotations", r"cannot be imported \(SyntaxError"),
    ],
    ids=["config", "build", "import"],
)
def test_a_broken_recipe_is_one_sentence(
    installed: Install, old: str, new: str, words: str
) -> None:
    edit(installed() / "common_users.py", old, new)
    with pytest.raises(ParameterError, match=f"'common_users' is module tiny_parts.*{words}"):
        recipe_config("common_users")
