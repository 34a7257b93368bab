"""JSON documents."""

import json
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError

from siger_pipeline.datasets.json import JsonDataset


def test_numpy_scalars_keys_and_letters(tmp_path: Path) -> None:
    dataset = JsonDataset(filepath=tmp_path / "a.json")
    dataset.save({"b": np.float32(0.5), "a": np.int64(3), "ü": np.bool_(True)})
    assert (tmp_path / "a.json").read_text("utf-8") == '{\n  "a": 3,\n  "b": 0.5,\n  "ü": true\n}\n'
    assert json.loads(dataset.preview()) == dataset.load() == {"a": 3, "b": 0.5, "ü": True}


def test_floats_are_not_rounded(tmp_path: Path) -> None:
    dataset = JsonDataset(filepath=tmp_path / "a.json")
    dataset.save({"recall@20": 0.1 + 0.2})
    assert dataset.load() == {"recall@20": 0.1 + 0.2}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.zeros(2)])
def test_what_json_lacks_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(DatasetError, match="JSON"):
        JsonDataset(filepath=tmp_path / "a.json").save({"a": value})
    assert list(tmp_path.iterdir()) == []
