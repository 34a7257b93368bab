"""Sessions that are given no runner get the project's; others stay as they are."""

from collections.abc import Iterator

import pytest
from kedro.framework import project
from kedro.framework.session import service_session, session
from kedro.runner import SequentialRunner, ThreadRunner

from kedro_fresh import FreshRunner
from kedro_fresh.sessions import run_by_default

MODULES = (session, service_session)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in MODULES:  # put back at the end
        monkeypatch.setattr(module, "SequentialRunner", SequentialRunner)
    run_by_default("shop", FreshRunner)
    monkeypatch.setattr(project, "PACKAGE_NAME", "shop")
    yield
    run_by_default("shop", SequentialRunner)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("module", MODULES)
def test_of_the_project_it_is_made_for_each_run(module: object) -> None:
    made = [module.SequentialRunner() for _ in range(2)]  # type: ignore[attr-defined]
    assert [type(runner) for runner in made] == [FreshRunner, FreshRunner]
    assert made[0] is not made[1]


@pytest.mark.usefixtures("shop")
def test_another_project_in_the_same_process_keeps_kedros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project, "PACKAGE_NAME", "bakery")
    assert type(session.SequentialRunner()) is SequentialRunner


@pytest.mark.usefixtures("shop")
def test_kedros_own_runners_are_there_as_ever() -> None:
    from kedro import runner

    assert (runner.SequentialRunner, runner.ThreadRunner) == (SequentialRunner, ThreadRunner)
