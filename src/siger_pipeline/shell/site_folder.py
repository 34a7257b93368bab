"""The folder of a site: replaced file by file, and nothing else in it is ever touched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from kedro_fresh.temporary import temporary_folder_beside
from kedro_fresh.writing import write_error
from siger_pipeline.errors import InputError

MANIFEST = ".site.json"  # the names of the files that the folder has of the site
LOCK = ".site.lock"


def replace_site(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of a site, and remove those of the site before that are not among them.

    All are written beside the folder first, and then take their places one by one, the index last:
    each page is the old one or the new one, whole, and where there is no room, all are the old
    ones. A folder is not replaced as a whole, since a server of files may work in it.

    Args:
        folder: of the site; made where it is not there.
        files: relative path -> content.

    Raises:
        InputError: the folder holds something else than a site, or another process writes it.
        WriteError: there is no room, or no right to write.
    """
    before = _files_before(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCK, timeout=0), temporary_folder_beside(folder) as new:
            for name, content in files.items():
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                (new / name).write_bytes(content)
            # Before the first page: what a broken-off run has written is the site's, too.
            _write_names(folder, new, {*before, *files})
            for name in files:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (new / name).replace(folder / name)
            _remove(folder, before - files.keys())
            _write_names(folder, new, set(files))
    except Timeout as error:
        raise InputError(
            f"{folder} is being written by another `kedro site`: wait for it"
        ) from error
    except OSError as error:
        raise write_error(folder, error) from error


def _files_before(folder: Path) -> set[str]:
    """The files of the site that is in a folder."""
    manifest = folder / MANIFEST
    if not folder.exists():
        return set()
    if not folder.is_dir():
        raise InputError(f"{folder} is a file, wanted is a folder: name another one by --out")
    if not manifest.exists():
        if set(folder.iterdir()) - {folder / LOCK}:
            raise InputError(
                f"{folder} holds other files and no site: name a new or an empty folder by --out"
            )
        return set()
    try:
        names = json.loads(manifest.read_bytes())
        return {
            name for name in names if not Path(name).is_absolute() and ".." not in Path(name).parts
        }
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{manifest} does not list the files of the site, so that old pages "
            "cannot be told from other files: remove the folder, and it is written anew"
        ) from error


def _write_names(folder: Path, new: Path, names: set[str]) -> None:
    (new / MANIFEST).write_text(json.dumps(sorted(names)), encoding="utf-8")
    (new / MANIFEST).replace(folder / MANIFEST)


def _remove(folder: Path, names: set[str]) -> None:
    """Remove files, and folders that are empty then."""
    for name in sorted(names, reverse=True):
        (folder / name).unlink(missing_ok=True)
        for parent in (folder / name).relative_to(folder).parents:
            if (
                (folder / parent).is_dir()
                and parent != Path()
                and not any((folder / parent).iterdir())
            ):
                (folder / parent).rmdir()
