"""What describes new items, as files of a recommender's folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from siger_pipeline.serving.files import read_array, read_table, write_array, write_table
from siger_pipeline.serving.placing import Learned

FOLDER, TEXT = "learned", "text"


def write_learned(place: Path, learned: Mapping[str, Learned]) -> dict[str, Any]:
    """Write what was learned of each modality; what the manifest says of it.

    Args:
        place: the recommender's folder.
        learned: by modality.
    """
    return {modality: _written(place, modality, each) for modality, each in learned.items()}


def read_learned(place: Path, about: Mapping[str, Any]) -> dict[str, Learned]:
    """What was learned of each modality.

    Args:
        place: the recommender's folder.
        about: what the manifest says of it.

    Raises:
        InputError: a file is missing or damaged.
    """
    return {
        modality: Learned(
            each["extractor"],
            each["config"],
            {name: _read(place / file) for name, file in each["files"].items()},
        )
        for modality, each in about.items()
    }


def _written(place: Path, modality: str, learned: Learned) -> dict[str, Any]:
    folder = place / FOLDER / modality
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, value in learned.state.items():
        if isinstance(value, np.ndarray):
            file = folder / f"{name}.npy"
            write_array(file, value)
        else:
            file = folder / f"{name}.parquet"
            write_table(file, {TEXT: value})
        files[name] = file.relative_to(place).as_posix()
    return {"extractor": learned.extractor, "config": dict(learned.config), "files": files}


def _read(file: Path) -> np.ndarray | list[str]:
    return read_array(file) if file.suffix == ".npy" else read_table(file)[TEXT].tolist()
