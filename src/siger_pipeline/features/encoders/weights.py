"""Files of models, pinned by their hashes."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from siger_pipeline.errors import InputError


def package_folder(package: str) -> Path:
    """Where the files of an installed package are; nothing of it is imported."""
    spec = find_spec(package)
    assert spec is not None and spec.origin is not None  # `require_packages` has looked
    return Path(spec.origin).parent


def folder_hash(folder: Path) -> str:
    """SHA-256 of all files in a folder but the hidden ones, by path, hexadecimal.

    It is that of a line a file, in the order of the paths: its own SHA-256, two blanks and its path
    in the folder, which is what `sha256sum` prints.
    """
    files = [path for path in folder.rglob("*") if path.is_file()]
    shown = {path.relative_to(folder).as_posix(): path for path in files}
    digest = hashlib.sha256()
    for name in sorted(shown):
        if not any(part.startswith(".") for part in name.split("/")):
            digest.update(f"{file_hash(shown[name])}  {name}\n".encode())
    return digest.hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def require_hash(found: str, wanted: str | None, what: str, key: str) -> None:
    """Refuse weights that are not those of the parameters.

    Args:
        found: hash of what is there.
        wanted: the parameter.
        what: the file or folder.
        key: of the parameter, dotted.

    Raises:
        InputError: they differ, or the parameter is null.
    """
    if wanted is None:
        raise InputError(
            f"{key} is null, wanted is the hash of {what}, so that other weights are never taken"
            f" for these: set it to {found}"
        )
    if found != wanted:
        raise InputError(
            f"{what} has the SHA-256 {found}, but {key} is {wanted}: these are other weights. Put"
            " the right ones there, or change the parameter if these are meant."
        )
