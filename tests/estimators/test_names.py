"""`from siger_pipeline import SIGER`: which names there are, when they are made, what they cost."""

import ast
import pickle
from pathlib import Path

import pytest

import siger_pipeline
from end_to_end.project import ROOT
from kedro_fresh.code import SourceCode
from kedro_fresh.contents import Contents
from siger_pipeline.errors import ParameterError
from siger_pipeline.estimators import names
from siger_pipeline.estimators.estimator import Estimator
from siger_pipeline.models.registry import model_config
from siger_pipeline.plugins import RECOMMENDERS, own_names
from test_light_start import HEAVY, imported_by

PACKAGE = ROOT / "src" / "siger_pipeline"
CLASSES = sorted(model_config(model).recommender for model in own_names(RECOMMENDERS))


def test_each_recommender_is_there_under_the_name_of_its_class() -> None:
    for name in CLASSES:
        estimator = getattr(siger_pipeline, name)
        assert issubclass(estimator, Estimator)
        assert estimator is getattr(siger_pipeline, name)
        assert (estimator.__name__, estimator.__module__) == (name, "siger_pipeline")
        assert model_config(estimator.model).recommender == name
    assert {*CLASSES} <= {*dir(siger_pipeline)}


def test_editors_and_type_checkers_are_told_of_the_same_names() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    told = [
        node.name
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ClassDef)
    ]
    assert told == CLASSES
    assert (PACKAGE / "py.typed").exists()


def test_one_name_of_two_recommenders_belongs_to_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_models", lambda: {"SIGER": ("siger", "other")})
    with pytest.raises(ParameterError, match=r"models siger and other both have a class SIGER"):
        names.estimator_named("SIGER")


def test_a_misspelt_name_is_told_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match="SIGR; did you mean SIGER"):
        _ = siger_pipeline.SIGR
    with pytest.raises(ImportError):
        from siger_pipeline import LightGNC  # noqa: F401
    assert not hasattr(siger_pipeline, "no_such_module")


def test_it_can_be_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(siger_pipeline.SIGER)) is siger_pipeline.SIGER


def test_the_import_and_the_settings_take_no_heavy_library(tmp_path: Path) -> None:
    code = "from siger_pipeline import SIGER\nSIGER(beta=0.2).get_params()"
    assert HEAVY & imported_by(code, tmp_path) == set()


def test_no_logging_is_set_up_by_the_import(tmp_path: Path) -> None:
    code = (
        "import logging; from siger_pipeline import SIGER\n"
        "assert not logging.root.handlers, logging.root.handlers\n"
        "assert not logging.getLogger('siger_pipeline').handlers\n"
    )
    imported_by(code, tmp_path)


def test_estimators_are_no_code_of_a_node(tmp_path: Path) -> None:
    # Every node imports the package: else, a word in an estimator would train every model anew.
    source = SourceCode(
        "siger_pipeline", {"siger_pipeline": [PACKAGE]}, Contents(tmp_path / "memo")
    )
    reached = source.reached([("siger_pipeline.pipelines.train.nodes", "train_model")])
    assert "siger_pipeline.training.start" in reached
    assert not [name for name in reached if name.startswith("siger_pipeline.estimators")]
    assert "siger_pipeline.serving" not in reached


def test_its_help_lists_settings_with_defaults_and_meanings() -> None:
    text, given = siger_pipeline.SIGER.__doc__, siger_pipeline.SIGER.__signature__
    assert text
    assert "beta: [β] of C̄ in Eq. (7); 0 is the ablation −EISG. Default 0.3." in text
    assert given.parameters["batch_size"].default == 2048
    assert siger_pipeline.FREEDOM.__signature__.parameters["learning_rate"].default == (
        model_config("freedom").published.get("learning_rate", 0.001)
    )
