"""A fitted recommender as a folder of plain files: written once, memory-mapped when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.requests import FEATURES, Request, graph
from siger_pipeline.serving.card import model_card
from siger_pipeline.serving.files import (
    read_array,
    read_csr,
    read_table,
    read_weights,
    write_array,
    write_csr,
    write_table,
    write_weights,
)
from siger_pipeline.serving.learned_files import read_learned, write_learned
from siger_pipeline.serving.manifest import FORMAT, checked, write_manifest
from siger_pipeline.serving.parts import Parts

USERS, ITEMS, SEEN, WEIGHTS = "users.parquet", "items.parquet", "seen.npz", "weights.pt"
EMBEDDINGS = ("users.npy", "items.npy")
INTERACTIONS = "inputs/interactions.npz"


def save(parts: Parts, folder: str | Path) -> None:
    """Write a new folder; its manifest comes last, so that a half-written folder has none.

    A matrix that is a memory map of a whole `.npy` file is linked, where the disk has hard links.

    Args:
        parts: of a fitted recommender.
        folder: to be made; one that exists must be empty.

    Raises:
        InputError: the folder is not empty.
    """
    place = Path(folder)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise InputError(f"{place} is there already: name a folder that is new, or empty")
    (place / "inputs").mkdir(parents=True, exist_ok=True)
    write_table(place / USERS, {Columns.USER: list(parts.users)})
    write_table(place / ITEMS, {str(name): list(parts.items[name]) for name in parts.items})
    write_csr(place / SEEN, parts.seen)
    write_weights(place / WEIGHTS, parts.checkpoint["weights"])
    write_csr(place / INTERACTIONS, parts.inputs.interactions)
    files = {request: _file_of(request) for request in parts.inputs.matrices}
    for request, name in files.items():
        write = write_array if request.modality else write_csr
        write(place / name, parts.inputs[request])
    behind = {modality: f"behind/{modality}.npy" for modality in parts.behind}
    for modality, name in behind.items():
        (place / name).parent.mkdir(exist_ok=True)
        write_array(place / name, parts.behind[modality])
    for name, table in zip(EMBEDDINGS, parts.embeddings or (), strict=False):
        write_array(place / name, table)
    learned = write_learned(place, parts.learned)
    about = {**_about(parts, files), "learned": learned, "behind": behind}
    (place / "README.md").write_text(model_card(about), encoding="utf-8")
    write_manifest(place, about)


def read(folder: str | Path, *, verify: bool = False) -> Parts:
    """The parts in a folder; large arrays are read-only memory maps, nothing is unpickled.

    Args:
        folder: as `save` wrote it.
        verify: compare the SHA-256 of every file, not only sizes.

    Raises:
        InputError: no such folder, one without a manifest, of another format or half-written, or a
            file that is missing, foreign or damaged: the message names it.
    """
    place = Path(folder)
    about = checked(place, verify=verify)
    return Parts(
        checkpoint={
            "format": about["checkpoint_format"],
            "model": about["model"],
            "config": about["config"],
            "weights": read_weights(place / WEIGHTS),
        },
        inputs=_inputs(place, about),
        users=read_table(place / USERS)[Columns.USER].to_numpy(dtype=object),
        items=read_table(place / ITEMS),
        seen=read_csr(place / SEEN),
        embeddings=_embeddings(place, about),
        card=about["card"],
        learned=read_learned(place, about["learned"]),
        behind={modality: read_array(place / name) for modality, name in about["behind"].items()},
    )


def _about(parts: Parts, files: Mapping[Request, str]) -> dict[str, Any]:
    """All of the manifest but the list of files."""
    interactions = parts.inputs.interactions
    counts = {"users": parts.inputs.n_users, "items": parts.inputs.n_items}
    counts["interactions"] = int(interactions.nnz)
    if parts.embeddings:
        counts["dimensions"] = int(parts.embeddings[0].shape[1])
    return {
        "format": FORMAT,
        "model": parts.checkpoint["model"],
        "config": dict(parts.checkpoint["config"]),
        "checkpoint_format": parts.checkpoint["format"],
        "counts": counts,
        "modalities": list(parts.inputs.modalities),
        "requests": [
            {"recipe": request.recipe, "parameters": dict(request.parameters), "file": name}
            for request, name in files.items()
        ],
        "card": dict(parts.card),
    }


def _file_of(request: Request) -> str:
    return f"inputs/{request.name}.{'npy' if request.modality else 'npz'}"


def _inputs(place: Path, about: Mapping[str, Any]) -> ModelInputs:
    matrices: dict[Request, Any] = {}
    for each in about["requests"]:
        read_matrix = read_array if each["recipe"] == FEATURES else read_csr
        request = graph(each["recipe"], **each["parameters"])
        matrices[request] = read_matrix(place / each["file"])
    return ModelInputs(read_csr(place / INTERACTIONS), tuple(about["modalities"]), matrices)


def _embeddings(place: Path, about: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray] | None:
    if "dimensions" not in about["counts"]:
        return None
    users, items = (read_array(place / name) for name in EMBEDDINGS)
    return users, items


def about_folder(folder: str | Path) -> dict[str, Any]:
    """What the manifest says, such as `model`, `counts` and `card`; the other files stay shut.

    Raises:
        InputError: as `read`.
    """
    return checked(Path(folder))
