"""The manifest of a recommender's folder: what it is, and of every file its size and SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from siger_pipeline.errors import InputError

FORMAT = 3
MANIFEST = "recommender.json"
AGAIN = "export it again (`kedro run --pipelines export`), or fetch the whole folder again"


def write_manifest(folder: Path, about: Mapping[str, Any]) -> None:
    """Write it, with all files that are there; a folder that has it is whole.

    Args:
        folder: with all other files.
        about: JSON values.
    """
    names = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    files = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": _sha256(folder / name)}
        for name in names
    }
    text = json.dumps({**about, "files": files}, indent=2, ensure_ascii=False, allow_nan=False)
    part = folder / f".{MANIFEST}.part"
    part.write_text(f"{text}\n", encoding="utf-8")
    part.replace(folder / MANIFEST)


def checked(folder: Path, *, verify: bool = False) -> dict[str, Any]:
    """The manifest of a folder whose files are all there.

    Args:
        folder: of a recommender.
        verify: compare hashes too, for which every file is read.

    Raises:
        InputError: it is no whole folder of this format; the message names what is wrong.
    """
    about = _read(folder)
    for name, of_file in about["files"].items():
        path = folder / name
        if not path.is_file():
            raise InputError(f"{path} is missing, and {MANIFEST} names it: {AGAIN}")
        if path.stat().st_size != of_file["bytes"]:
            raise InputError(
                f"{path} has {path.stat().st_size:,} bytes, and {MANIFEST} says "
                f"{of_file['bytes']:,}: the file is cut off or another one; {AGAIN}"
            )
        if verify and _sha256(path) != of_file["sha256"]:
            raise InputError(
                f"{path} does not have the SHA-256 that {MANIFEST} says: it was changed or "
                f"damaged; {AGAIN}"
            )
    return about


def _read(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not folder.is_dir():
        raise InputError(
            f"there is no folder {folder}: name that of a recommender, which `kedro run` leaves as "
            "data/06_models/<data set>/<trial>/recommender/<version>/recommender"
        )
    if not path.is_file():
        raise InputError(
            f"{folder} has no {MANIFEST}, which is written last: it is no recommender's folder, or "
            f"is not whole; {AGAIN}"
        )
    try:
        about = json.loads(path.read_bytes())
        found = about["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not the manifest of a recommender: {AGAIN}") from error
    if found != FORMAT:
        raise InputError(
            f"{path} is of format {found!r}, and this version reads {FORMAT}: export it again with "
            "this version, or read it with the one that wrote it"
        )
    _check_names(path, about)
    return dict(about)


def _check_names(path: Path, about: Mapping[str, Any]) -> None:
    """Every file lies in the folder, whatever a manifest of somebody else says."""
    learned = [file for each in about["learned"].values() for file in each["files"].values()]
    named = [*about["files"], *(each["file"] for each in about["requests"]), *learned]
    named += about["behind"].values()
    for name in named:
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or name not in about["files"]:
            raise InputError(
                f"{path} names {name!r}, which is no file of this folder: it is not a manifest "
                f"that this program wrote; {AGAIN}"
            )


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
