"""The runner that skips what is fresh, as this project has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from siger_pipeline.shell.preflight import check_before_run

if TYPE_CHECKING:
    from kedro_fresh.runner import FreshRunner

OPTIONS: dict[str, Any] = {
    "check": check_before_run,
    "prepare": "siger_pipeline.shell.workers.prepare_workers",
}


def caching_runner() -> FreshRunner:
    """A `FreshRunner` with the project's check before a run."""
    from kedro_fresh.runner import FreshRunner

    return FreshRunner(**OPTIONS)
