"""Files and folders written at once: there is the old one or the new one, whole."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kedro_fresh.temporary import temporary_beside, temporary_folder_beside
from kedro_fresh.writing import write_error


def write_json(path: Path, document: Any) -> None:
    """Write a JSON file at once.

    Raises:
        WriteError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary_beside(path) as temporary:
            # Escaped, since a file's name need not be UTF-8.
            temporary.write_text(json.dumps(document, ensure_ascii=True), encoding="utf-8")
            temporary.replace(path)
    except OSError as error:
        raise write_error(path, error) from error


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file or folder another name: hard links, or copies where there are no links.

    Raises:
        WriteError: there is no room for it, or no right to write.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary_folder_beside(target) as folder:
            try:
                _copy(source, folder / "link", _link)
                (folder / "link").replace(target)
            except OSError:
                _copy(source, folder / "copy", shutil.copyfile)
                (folder / "copy").replace(target)
    except OSError as error:
        raise write_error(target, error) from error


def _copy(source: Path, target: Path, copy_file: Callable[[str, str], Any]) -> None:
    if source.is_dir():
        shutil.copytree(source, target, copy_function=copy_file)
    else:
        copy_file(str(source), str(target))


def _link(source: str, target: str) -> None:
    # A hard link to a relative symbolic link would lead elsewhere from another folder.
    os.link(os.path.realpath(source), target)
