"""The runner of a session that is given none: `KedroSession.create().run()`, Kedro's server."""

from __future__ import annotations

from collections.abc import Callable

from kedro.framework import project
from kedro.framework.session import service_session, session
from kedro.runner import AbstractRunner, SequentialRunner

Make = Callable[[], AbstractRunner]
_MAKERS: dict[str, Make] = {}  # package of a project -> what makes its runner


def run_by_default(package: str, make: Make) -> None:
    """Have sessions of a project run by another runner than Kedro's sequential one.

    Kedro has no setting for that: its two kinds of session call `SequentialRunner()`, by a name of
    their modules, where no runner is handed in. A runner that is handed in counts as ever, and so
    does `kedro run --runner SequentialRunner`.

    Args:
        package: of the project; sessions of others stay as they are.
        make: called once a run.
    """
    _MAKERS[package] = make
    for module in (session, service_session):
        vars(module).update(SequentialRunner=_runner)


def _runner() -> AbstractRunner:
    return _MAKERS.get(project.PACKAGE_NAME or "", SequentialRunner)()
