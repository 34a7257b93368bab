"""What Kedro's command line calls before it imports the project (entry point `kedro.init`)."""

import logging
import tomllib
from pathlib import Path

from kedro.utils import find_kedro_project

from kedro_fresh.loaded import watch


def start() -> None:
    """Watch the package of the project in this folder, and show what runs say of their nodes."""
    logger = logging.getLogger(__package__)
    if logger.level == logging.NOTSET:  # else the project's logging configuration has set it
        logger.setLevel(logging.INFO)
    if package := package_of(find_kedro_project(Path.cwd())):
        watch(package)


def package_of(root: Path | None) -> str:
    """The package that `pyproject.toml` names; empty where Kedro is about to refuse the file."""
    if root is None:
        return ""
    try:
        with (root / "pyproject.toml").open("rb") as handle:
            return str(tomllib.load(handle)["tool"]["kedro"]["package_name"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
