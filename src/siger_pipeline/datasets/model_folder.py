"""A folder with a model, which is loaded by the library that knows its format."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from siger_pipeline.datasets.base import DataFileError, ReadOnlyDataset

NEEDED = "config.json"
WEIGHTS = "*.safetensors"


class ModelFolderDataset(ReadOnlyDataset):
    """The path of a folder of this machine with a model, its weights in safetensors."""

    KIND: ClassVar[str] = "a folder with a model"

    def _read(self, path: str) -> Path:
        folder = Path(path)
        wanted = f"wanted is {self.KIND}"
        if self._protocol != "file":
            raise DataFileError(f"{path} is on another machine, {wanted} of this one: copy it.")
        if not folder.is_dir():
            raise DataFileError(f"{path} is a file, {wanted}.")
        if not any(folder.rglob(NEEDED)):
            raise DataFileError(f"{path} has no {NEEDED} in it, {wanted}.")
        if not any(folder.rglob(WEIGHTS)):
            raise DataFileError(
                f"{path} has no weights in safetensors, {wanted} with such weights: others could"
                " run code when they are loaded. Save the model anew with"
                " `save_pretrained(path, safe_serialization=True)`."
            )
        return folder
