"""Temporary folders of tables, and those that stay."""

import logging
import shutil
from pathlib import Path

LOG = logging.getLogger(__name__)


def remove_folder(folder: str | Path) -> None:
    """Remove a folder with all that can be removed in it; what stays is a warning."""
    shutil.rmtree(folder, ignore_errors=True)
    if not Path(folder).exists():
        return
    try:
        shutil.rmtree(folder)
    except OSError as error:
        if Path(folder).exists():
            reason = error.strerror or error
            LOG.warning(
                f"The temporary folder {folder} stays, since it cannot be removed ({reason}):"
                " remove it by hand."
            )
