"""Files of which each save is a version."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siger_pipeline.errors import InputError

DAY = 10  # signs of a version that are its date


@dataclass(frozen=True)
class Version:
    """A version of a file.

    Attributes:
        path: of the file.
        version: when the run that wrote it began.
    """

    path: Path
    version: str

    @property
    def made(self) -> str:
        """The day."""
        return self.version[:DAY]


def newest(path: Path, until: str | None = None) -> Version | None:
    """The newest version of a file, `path/<version>/<name of path>`; None where there is none.

    Args:
        path: of the folder of its versions.
        until: a later version does not count: a run under way may have written it.
    """
    versions = (file.parent.name for file in path.glob(f"*/{path.name}"))
    last = max((each for each in versions if until is None or each <= until), default=None)
    return Version(path / last / path.name, last) if last else None


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object.

    Raises:
        InputError: the file cannot be read, or is none.
    """
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON: {error}: run its trial again") from error
    if not isinstance(read, dict):
        raise InputError(f"{path} has no JSON object, but {type(read).__name__}: run it again")
    return read
