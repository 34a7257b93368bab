"""Folders that Kedro cannot work in, whatever this project does: refused before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kedro.config import OmegaConfigLoader

from siger_pipeline.errors import UserError

IS_PATTERN = "Kedro looks for its configuration by patterns, and takes it for one"
IS_PLACEHOLDER = "Kedro takes what stands between braces in a path of the catalog for a placeholder"
PATTERNS = dict.fromkeys("*?[", IS_PATTERN)
BRACES = dict.fromkeys("{}", IS_PLACEHOLDER)
SEPARATORS = ("/", "\\")


class ConfigLoader(OmegaConfigLoader):
    """Kedro's loader, in folders whose names it takes for nothing but names."""

    def __init__(self, conf_source: str, *arguments: Any, **options: Any) -> None:
        """Refuse a folder of configuration that Kedro would not find, or take for another.

        Raises:
            UserError: it names the folder and the character, or the environment.
        """
        check_folder(conf_source, "the project", PATTERNS | BRACES)
        env = options.get("env") or ""
        if env in (".", "..") or any(sign in env for sign in SEPARATORS):
            raise UserError(
                f"--env {env}: an environment is the name of a folder of conf/, such as baby, and "
                "not a path"
            )
        super().__init__(conf_source, *arguments, **options)


def check_folder(path: str, what: str, signs: dict[str, str]) -> None:
    """Refuse a path with a character that Kedro takes for something else.

    Args:
        path: of a folder.
        what: the folder in words.
        signs: character -> what Kedro takes it for.

    Raises:
        UserError: it names the folder and the character.
    """
    parts = Path(path).parts
    found = next(((part, sign) for part in parts for sign in signs if sign in part), None)
    if found is None:
        return
    part, sign = found
    raise UserError(
        f"{what} cannot stand below a folder named {part!r} ({path}): {signs[sign]} ({sign!r})."
        " Rename the folder, or move what is in it elsewhere."
    )
