"""Why a file cannot be written, and what to do, in a sentence."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from kedro_fresh.errors import FreshError

# Cause and remedy.
REMEDIES = {
    errno.ENOSPC: ("the disk is full", "Free some space on it"),
    errno.EDQUOT: ("the disk quota is used up", "Free some space, or ask for more"),
    errno.EROFS: ("the file system is read-only", "Make it writable, or work in another folder"),
    errno.EACCES: ("permission is denied", "Give this user the right to write there"),
    errno.EPERM: ("permission is denied", "Give this user the right to write there"),
    errno.EFBIG: ("the file would be larger than allowed", "Raise the limit (`ulimit -f`)"),
    errno.ENAMETOOLONG: ("the name is too long", "Shorten the names of data set and folders"),
    errno.EISDIR: ("a folder stands where the file goes", "Move that folder away"),
    errno.ENOTEMPTY: ("a folder stands where the file goes", "Move that folder away"),
    errno.ENOTDIR: ("a file stands where a folder goes", "Move that file away"),
    errno.EEXIST: ("a file stands where a folder goes", "Move that file away"),
    errno.EMFILE: ("this process has too many files open", "Raise the limit (`ulimit -n`)"),
    errno.EIO: ("the disk reports an error", "Look after the disk"),
}
# Of these, whatever was being done, the disk is the reason.
OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.ENAMETOOLONG}


class WriteError(FreshError, OSError):
    """A file cannot be written; nothing half-written stays, and an older file is what it was."""

    def __str__(self) -> str:
        """The sentence, without the number of the error."""
        return str(self.args[0])


def write_error(path: str | os.PathLike[str], error: OSError) -> WriteError:
    """Why a file cannot be written, and what to do.

    Args:
        path: of the file.
        error: of the system.
    """
    if isinstance(error, WriteError):
        return error
    wrong = _number(error)
    what, remedy = REMEDIES.get(wrong, (error.strerror or str(error), "Mend that"))
    shown = Path(path)
    if wrong in (errno.ENOTDIR, errno.EEXIST):
        files = [folder for folder in shown.parents if folder.exists() and not folder.is_dir()]
        what = f"{files[0]} is a file and must be a folder" if files else what
    refused = WriteError(
        f"{shown} cannot be written: {what}. {remedy}, then run again: nothing half-written is"
        " left, and what was made before is still there."
    )
    refused.errno, refused.strerror = wrong, error.strerror or os.strerror(wrong)
    return refused


def _number(error: OSError) -> int:
    """Of the system; what copies a folder gives it in words, one for each file."""
    found = re.search(r"\[Errno (\d+)\]", str(error))
    return error.errno or (int(found[1]) if found else 0)
