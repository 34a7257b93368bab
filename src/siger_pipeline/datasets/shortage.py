"""Full disks behind the errors of libraries that write or spill to them."""

from __future__ import annotations

import tempfile
from typing import Any

from kedro_fresh.errors import behind
from kedro_fresh.writing import OF_THE_DISK, WriteError, write_error
from siger_pipeline.memory import setting_behind


def shortage(error: BaseException) -> WriteError | None:
    """The full or unwritable disk behind an error of any library; None where there is none."""
    for cause in behind(error):
        if isinstance(cause, OSError) and cause.errno in OF_THE_DISK:
            return write_error(cause.filename or "a file", cause)
        if type(cause).__module__.endswith("duckdb") and (setting := setting_behind(str(cause))):
            message = str(cause).partition("\n")[0].rstrip(".")
            return WriteError(
                f"tables need more memory than there is, and the setting that limits it is"
                f" {setting}: {message}. Free some space in {tempfile.gettempdir()}, name a folder"
                " with more by TMPDIR, or raise memory_limit, then run again."
            )
    return None


class WatchedFile:
    """A file being written that remembers why the system refused.

    The libraries that write into it report that in words of their own, or not at all.
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self.failure: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._handle, name)

    def write(self, data: Any) -> int:
        """Write on; see `io.RawIOBase`."""
        try:
            written: int = self._handle.write(data)
        except OSError as error:
            # A copy: a library's writer that holds this file would be held by the error's frames,
            # in a circle that Python cannot see through.
            self.failure = OSError(*error.args)
            raise
        return written
