"""The folder by whose locks the processes of a sweep share its points."""

from __future__ import annotations

import platform
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from siger_pipeline.errors import UserError

if TYPE_CHECKING:
    from optuna import Study

FOLDER = "locks_in"  # what a study of Optuna is told: the folder's id, and where it is
RUNNING = ("RUNNING", "WAITING")


class SweepFolder:
    """Locks that the system releases when a process dies: of the choice, and of each point.

    A database may be reached from several folders or machines, which see no locks of each other's.

    Attributes:
        choosing: held while a point is chosen.
    """

    def __init__(self, path: Path) -> None:
        """Make the folder, with an id of its own."""
        path.mkdir(parents=True, exist_ok=True)
        self._path = path
        self.choosing = FileLock(path / "choosing.lock")
        with self.choosing:
            own = path / "id"
            if not own.exists() or not own.read_text():
                own.write_text(uuid.uuid4().hex)
            self._me = {"id": own.read_text(), "at": f"{path.resolve()} on {platform.node()}"}

    def hold(self, model: str, place: int) -> FileLock | None:
        """The lock of a point; None where a living process has it."""
        held = FileLock(self._path / f"{model}-{place}.lock", timeout=0)
        try:
            held.acquire()
        except Timeout:
            return None
        return held

    def take(self, studies: Iterable[Study]) -> None:
        """Let others know that the points of these studies are run from here.

        Raises:
            UserError: points of them are under way, and their locks are in another folder.
        """
        for study in studies:
            other = study.user_attrs.get(FOLDER)
            if other and other["id"] == self._me["id"]:
                continue
            trials = study.get_trials(deepcopy=False)
            if other and any(trial.state.name in RUNNING for trial in trials):
                raise UserError(
                    f"points of {study.study_name} are under way in {other['at']}, and this is "
                    f"{self._me['at']}: processes share a sweep from one folder alone. Go on there "
                    "(a point whose process was killed runs again there), or give the sweep "
                    "another name"
                )
            study.set_user_attr(FOLDER, self._me)
