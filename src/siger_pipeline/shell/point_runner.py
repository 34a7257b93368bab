"""The run of one point of a sweep: the caching runner, watched after each epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol, DataCatalog
from kedro.pipeline import Pipeline

from kedro_fresh.errors import BrokenOff
from kedro_fresh.plan import plan
from kedro_fresh.project import open_freshness
from kedro_fresh.runner import FreshRunner
from siger_pipeline.shell.preflight import check_before_run

if TYPE_CHECKING:
    from pluggy import PluginManager

Told = Callable[[Mapping[int, float]], bool]  # epoch -> metric; whether it is pruned


@dataclass(frozen=True)
class Result:
    """What a point came to on the validation split.

    Attributes:
        value: the monitored metric, of the best epoch.
        curve: epoch -> monitored metric; none of a model computed at once.
    """

    value: float
    curve: Mapping[int, float]


class Watch:
    """Hooks that tell of a training after each epoch, when all of it has been saved."""

    def __init__(self, trial: str, monitor: str, told: Told) -> None:
        self._history, self._last = f"{trial}/history", f"{trial}/last_checkpoint"
        self._monitor, self._told = monitor, told
        self._curve: Mapping[int, float] = {}

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Break the training off where it is to be pruned; its end is no reason to."""
        if dataset_name == self._history:
            self._curve = curve_of(data, self._monitor)
        if dataset_name != self._last:
            return
        end = data["progress"]["epoch"] if data["progress"]["finished"] else None
        if self._told({epoch: value for epoch, value in self._curve.items() if epoch != end}):
            raise BrokenOff("pruned")


class PointFreshRunner(FreshRunner):
    """Runs the training of one point.

    What trainings share is made first, by one process of the sweep after the other, since no two
    runs may write the same.
    """

    def __init__(self, trial: str, monitor: str, turn: AbstractContextManager[Any], told: Told):
        """Take the slug of the trial, its metric, the lock of shared data, and whom to tell."""
        super().__init__(check=check_before_run)
        self.trial, self.monitor, self.turn = trial, monitor, turn
        self.watch = Watch(trial, monitor, told)
        self.result: Result | None = None

    def _run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol,
        hook_manager: PluginManager | None = None,
        run_id: str | None = None,
    ) -> None:
        assert isinstance(catalog, DataCatalog) and hook_manager is not None
        own = pipeline.from_nodes(f"train.{self.trial}")
        shared = pipeline - own
        if plan(open_freshness(shared, catalog)).coming():
            with self.turn:
                super()._run(shared, catalog, hook_manager, run_id)
        if f"{self.trial}/validation" in pipeline.all_outputs():  # no epochs to watch
            super()._run(pipeline, catalog, hook_manager, run_id)
        else:
            hook_manager.register(self.watch)
            try:
                super()._run(pipeline, catalog, hook_manager, run_id)
            finally:
                hook_manager.unregister(self.watch)
        self.result = result_of(catalog, pipeline, self.trial, self.monitor)


def result_of(catalog: DataCatalog, pipeline: Pipeline, trial: str, monitor: str) -> Result:
    """What a trial that has run came to, by its history or its validation."""
    if (validation := f"{trial}/validation") in pipeline.all_outputs():
        return Result(catalog.load(validation)[monitor], {})
    curve = curve_of(catalog.load(f"{trial}/history").to_pandas(), monitor)
    return Result(max(curve.values()), curve)


def curve_of(history: Any, monitor: str) -> dict[int, float]:
    """Epoch -> monitored metric, of the epochs that ended with a validation."""
    rows = history[["epoch", monitor]].dropna()
    return {int(epoch): float(value) for epoch, value in rows.itertuples(index=False)}
