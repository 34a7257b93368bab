"""Catalog entries of the raw files that the chosen source and extractors read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from siger_pipeline.data.raw_file import PICTURE_TREE, RawFile, is_of_database, raw_files
from siger_pipeline.errors import ConfigurationError
from siger_pipeline.pipelines.names import PICTURE_FILES

if TYPE_CHECKING:
    from siger_pipeline.shell.parameters import StageParameters

OF_PATHS = "The paths in the items' column image start from this folder."


def raw_folder(global_values: Mapping[str, Any]) -> str:
    """The folder of the data set's raw files.

    Args:
        global_values: of globals.yml.

    Raises:
        ConfigurationError: they do not name one.
    """
    folder = global_values.get("raw")
    if not isinstance(folder, str) or not folder:
        raise ConfigurationError(
            f"global 'raw' is {folder!r}, wanted is the folder of the data set's raw files: name "
            "it in globals.yml"
        )
    return folder


def raw_entries(parameters: StageParameters, folder: str) -> dict[str, dict[str, Any]]:
    """Name of a raw dataset -> its entry, as it would be written in a catalog*.yml.

    Args:
        parameters: checked.
        folder: of the data set's raw files.
    """
    return {
        name: _entry(mark, _below(folder, path), key)
        for name, key, mark, path in _raw(parameters)
        if path is not None
    }


def absent_files(parameters: StageParameters) -> dict[str, str]:
    """Name of each raw dataset that the data set has no file for -> key of its parameter."""
    return {name: key for name, key, _, path in _raw(parameters) if path is None}


def raw_keys(parameters: StageParameters) -> dict[str, str]:
    """Name of a raw dataset -> dotted key of the parameter that names its file."""
    return {name: key for name, key, *_ in _raw(parameters)}


def _raw(parameters: StageParameters) -> Iterator[tuple[str, str, RawFile, str | None]]:
    """Name of each raw dataset, key of its parameter, what is said of it, and its path.

    The path is None where the data set has no such file.
    """
    source, modalities = parameters.ingest.source, parameters.features.modalities
    # What names the dataset, the block of parameters with the names of its files, and its values.
    parts = [(source, f"ingest.{source}", getattr(parameters.ingest, source))]
    parts += [
        (modality, f"features.{extractor}", getattr(parameters.features, extractor))
        for modality, extractor in modalities.items()
        if extractor is not None
    ]
    for name, block, config in parts:
        for field, mark in raw_files(type(config)).items():
            path = getattr(config, field)
            if path is not None:
                path = (
                    str(path).replace("{modality}", name).replace("{dataset}", parameters.dataset)
                )
            yield f"{name}_{field}", f"{block}.{field}", mark, path
    if parameters.pictures.source == "paths":
        folder = parameters.pictures.folder or _folder_of_items(getattr(parameters.ingest, source))
        yield PICTURE_FILES, "pictures.folder", RawFile(PICTURE_TREE, OF_PATHS), folder


def _folder_of_items(config: BaseModel) -> str:
    """The folder of a source's item file, below that of the raw files or by itself."""
    file = getattr(config, "item_file", None) or ""
    return "." if is_of_database(file) else posixpath.dirname(file) or "."


def _below(folder: str, path: str) -> str:
    return path if path.startswith("/") or "://" in path else f"{folder}/{path}"


def _entry(mark: RawFile, path: str, parameter: str) -> dict[str, Any]:
    viz = {"metadata": {"kedro-viz": {"layer": "raw"}}}
    if mark.database and is_of_database(path):
        return {"type": mark.database, "address": path, **viz}
    entry = {
        "type": mark.dataset,
        "filepath": path,
        **mark.options,
        **viz,
    }
    if mark.hint:
        entry["hint"] = (
            f"{mark.hint} SIGER_DATA names the folder that holds the data sets, `raw` of"
            f" globals.yml the folder of this one, and {parameter} the file in it."
        )
    return entry
