"""Parameters of conf/base, and the defaults that code has."""

import pytest
from pydantic import BaseModel

from shell.configured import ROOT, loader_of
from siger_pipeline.data.config import SplitConfig
from siger_pipeline.evaluation.config import CalibrationConfig, EvaluateConfig, FloorsConfig
from siger_pipeline.features.config import FeaturesConfig
from siger_pipeline.graphs.config import GraphsConfig


@pytest.mark.parametrize(
    ("block", "config"),
    [
        ("split", SplitConfig),
        ("features", FeaturesConfig),
        ("graphs", GraphsConfig),
        ("evaluate", EvaluateConfig),
        ("calibration", CalibrationConfig),
        ("floors", FloorsConfig),
    ],
)
def test_a_default_stands_in_the_code_alone_and_conf_says_what_there_is(
    block: str, config: type[BaseModel]
) -> None:
    given = loader_of()["parameters"][block]
    wanted = {name for name, field in config.model_fields.items() if field.is_required()}
    assert given.keys() == wanted
    files = (ROOT / "conf" / "base").glob("parameters*.yml")
    (text,) = [text for file in files if f"\n{block}:" in f"\n{(text := file.read_text())}"]
    assert [name for name in config.model_fields if name not in text] == []
