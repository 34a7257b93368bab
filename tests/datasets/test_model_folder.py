"""Folders of models."""

from pathlib import Path

import pytest

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.model_folder import ModelFolderDataset


def test_a_folder_with_weights_that_run_no_code_is_its_path(tmp_path: Path) -> None:
    dataset = ModelFolderDataset(filepath=str(tmp_path), hint="Put it there.")
    with pytest.raises(DataFileError, match=r"has no config\.json in it"):
        dataset.load()
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(DataFileError, match="no weights in safetensors"):
        dataset.load()
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert dataset.load() == tmp_path
    with pytest.raises(DataFileError, match=r"config\.json is a file"):
        ModelFolderDataset(filepath=str(tmp_path / "config.json")).load()
    absent = ModelFolderDataset(filepath=str(tmp_path / "none"), hint="Put it there.")
    assert absent.why_missing().endswith("none does not exist. Put it there.")
