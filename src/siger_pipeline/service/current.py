"""The recommender that answers, and its change for a newer version while requests go on."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from siger_pipeline import serving
from siger_pipeline.errors import InputError
from siger_pipeline.service.answers import EXACT, Loaded
from siger_pipeline.serving.manifest import MANIFEST

LOG = logging.getLogger(__name__)
NAME = 12  # characters of the manifest's SHA-256


class Current:
    """The newest whole version of a folder.

    Attributes:
        loaded: what answers; whoever holds it goes on with it while a newer one takes its place.
        refused: why a newer version does not answer; None where there is none.
    """

    def __init__(self, folder: Path, *, index: bool = False) -> None:
        """Load the newest version.

        Args:
            folder: of a recommender, of versions of one (`<version>/recommender`), or a link to
                one of both; it is looked at again by `renew`.
            index: whether items are sought by an index where there are many.

        Raises:
            UserError: it cannot be loaded, or has no index: the message says why.
        """
        self.folder, self.index = folder, index
        self.refused: str | None = None
        newest = newest_version(folder)
        self._state = _state(newest)
        self.loaded = _load(newest, index)

    def renew(self) -> bool:
        """Load the newest version where it is another one than before; whether it was.

        A version that cannot be loaded is refused once, with a warning, and the one before goes
        on answering; it is tried again when its manifest changes.
        """
        try:
            newest = newest_version(self.folder)
            state = _state(newest)
            if state == self._state:
                return False
            self._state = state
            self.loaded = _load(newest, self.index)
        except Exception as error:  # whatever is wrong with it must not end what works
            if str(error) != self.refused:
                LOG.warning("%s goes on answering: %s", self.loaded.name, error)
            self.refused = str(error) or type(error).__name__
            return False
        self.refused = None
        return True


def newest_version(folder: Path) -> Path:
    """The folder itself, or that of its newest version, as Kedro names them; links are followed.

    Raises:
        InputError: it is none of both.
    """
    if (folder / MANIFEST).is_file():
        return folder.resolve()
    versions = sorted(folder.glob(f"*/{folder.name}")) if folder.is_dir() else []
    if not versions:
        raise InputError(
            f"{folder} is neither a recommender's folder, which has {MANIFEST}, nor one of its "
            f"versions, which are <version>/{folder.name}: `kedro run` leaves them as "
            "data/06_models/<data set>/<trial>/recommender"
        )
    return versions[-1].resolve()


def _state(folder: Path) -> tuple[Path, tuple[int, int, int] | None]:
    """What differs once there is another version, or once a version is whole."""
    path = folder / MANIFEST
    if not path.is_file():
        return folder, None
    found = path.stat()
    return folder, (found.st_ino, found.st_size, found.st_mtime_ns)


def _load(folder: Path, index: bool) -> Loaded:
    """The recommender, every file compared with its SHA-256, ready for the first request."""
    fitted = serving.load(folder, verify=True)
    search = fitted.use_index() if index else EXACT
    fitted.lists(fitted.users.names[:1].tolist(), 1)
    name = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()[:NAME]
    users, items = len(fitted.users.names), len(fitted.items.names)
    message = "%s answers: %s, %d users, %d items, of %s"
    LOG.info(message, name, fitted.parts.checkpoint["model"], users, items, folder)
    return Loaded(fitted, name, search)
