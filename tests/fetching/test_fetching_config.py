"""Parameters of the pictures stage."""

import re
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from end_to_end.project import ROOT
from siger_pipeline.fetching.config import PicturesConfig


def test_the_documented_parameters_are_those_of_the_configuration() -> None:
    _, _, table = (ROOT / "docs/data.md").read_text().partition("| `pictures.` | default | |\n")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", table.partition("\n\n")[0], re.MULTILINE)
    defaults = PicturesConfig().model_dump(mode="json")
    assert {name: yaml.safe_load(value) for name, value in rows} == defaults


def test_the_base_environment_has_the_defaults() -> None:
    block = yaml.safe_load((ROOT / "conf/base/parameters_pictures.yml").read_text())["pictures"]
    assert block.items() <= PicturesConfig().model_dump().items()


@pytest.mark.parametrize(
    "bad",
    [
        {"source": "web"},
        {"max_failed_share": 1.1},
        {"connections": 0},
        {"seconds": 0},
        {"ports": []},
        {"ports": [0]},
        {"ports": [65536]},
        {"user_agent": ""},
        {"user_agent": "a\r\nHost: b"},
        {"user_agent": "ü"},
        {"proxy": "http://x"},
        {"folder": "images"},
        {"folder": "", "source": "paths"},
    ],
)
def test_what_cannot_be_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PicturesConfig.model_validate(bad)
