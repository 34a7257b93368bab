"""A project to run outside the repository, laid out from what the package brings along."""

from __future__ import annotations

import shutil
from pathlib import Path

from siger_pipeline.errors import UserError
from siger_pipeline.shell.folders import BRACES, PATTERNS, check_folder

TEMPLATE = Path(__file__).parents[1] / "template"
# conf/local is this machine's alone, passwords included; what makes it a package is no one's.
NOT_TAKEN = ("local", "__init__.py", "__pycache__")


def lay_out(folder: Path) -> None:
    """Write configuration, the samples' raw files and what Kedro wants into a folder.

    Args:
        folder: that is empty, or is not there yet.

    Raises:
        UserError: there is something already, Kedro could not work there, or it cannot be written.
            What was begun is removed.
    """
    check_folder(str(folder.absolute()), "the project", PATTERNS | BRACES)
    try:
        there = next(iter(sorted(folder.iterdir())), None) if folder.exists() else None
        if there is not None:
            raise UserError(
                f"{folder} is not empty ({there.name} is there): name a new or an empty folder"
            )
        _copy(folder)
    except OSError as error:
        raise UserError(
            f"{folder}: a project cannot be laid out there ({_why(error)}); name a folder that can"
            " be written"
        ) from error


def _copy(folder: Path) -> None:
    """Copy contents alone: in an installed package, files may be read-only."""
    first = next((each for each in (*reversed(folder.parents), folder) if not each.exists()), None)
    try:
        shutil.copytree(
            TEMPLATE,
            folder,
            ignore=shutil.ignore_patterns(*NOT_TAKEN),
            copy_function=shutil.copyfile,
            dirs_exist_ok=True,
        )
        (folder / "conf" / "local").mkdir()
    except BaseException:
        _remove(folder, first)
        raise


def _why(error: OSError) -> str:
    """What the system said; of a copied tree, of its first file."""
    if isinstance(error, shutil.Error):
        return str(error.args[0][0][2])
    return f"{error.filename}: {error.strerror}"


def _remove(folder: Path, first: Path | None) -> None:
    """Leave all as it was: without the folders that were made, or with an empty one."""
    if first is not None:
        shutil.rmtree(first, ignore_errors=True)
        return
    for each in folder.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
