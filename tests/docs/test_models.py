"""`docs/models.md` and `docs/extending.md` say what the code does: files, defaults, recipes."""

import re

import pytest
import yaml

from end_to_end.project import ROOT
from plugin.package import PARTS, SOURCE
from siger_pipeline.graphs.registry import recipe_config
from siger_pipeline.models.registry import model_config
from siger_pipeline.plugins import RECIPES, RECOMMENDERS, own_names

MODELS, EXTENDING = ((ROOT / "docs" / f"{n}.md").read_text() for n in ("models", "extending"))
FENCE = re.compile(r"`([\w/]+\.py)`\n\n```python\n(.*?)```", re.DOTALL)
ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \| ([^|]+) \|", re.MULTILINE)
RECIPE = re.compile(r"^- `(\w+)\(([^)]*)\)`:", re.MULTILINE)


def test_the_shown_files_are_those_that_the_tests_run() -> None:
    shown = dict(FENCE.findall(EXTENDING))
    assert set(shown) == {"neighbours/config.py", "neighbours/model.py", "common_users.py"}
    for file, text in shown.items():
        assert text == (SOURCE / file).read_text(), file
    for group, parts in PARTS.items():
        for name, module in parts.items():
            assert f'[project.entry-points."{group}"]\n{name} = "{module}"\n' in EXTENDING


def test_every_model_is_described() -> None:
    described = re.findall(r"^- `(\w+)`: ", MODELS, re.MULTILINE)
    assert set(own_names(RECOMMENDERS)) <= set(described)


@pytest.mark.parametrize(
    "model", [name for name in own_names(RECOMMENDERS) if model_config(name).model_fields]
)
def test_the_defaults_are_those_of_the_configuration(model: str) -> None:
    _, _, table = MODELS.partition(f"| `{model}.` | default | |\n")
    rows = ROW.findall(table.partition("\n\n")[0])
    shown = {name: value for cell, value in rows for name in re.findall(r"`(\w+)`", cell)}
    shown = {name: yaml.safe_load(value) for name, value in shown.items()}
    assert shown.keys() == model_config(model).model_fields.keys()
    assert model_config(model)(**shown) == model_config(model)()


def test_the_recipes_are_described_with_their_parameters() -> None:
    described = {
        name: [argument.partition("=")[0] for argument in arguments.split(", ")]
        for name, arguments in RECIPE.findall(EXTENDING.partition("The recipes")[2])
    }
    assert described == {
        name: list(recipe_config(name).model_fields) for name in own_names(RECIPES)
    }
