"""`kedro run --pipelines <sweep>`: points are chosen and trained, then the tables are written.

Each point is an ordinary run of its trial, up to the validation metric: no test split is read.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any, cast

from filelock import FileLock
from kedro.framework.session import KedroSession

from kedro_fresh.errors import BrokenOff, behind, interrupted
from kedro_fresh.phrases import duration
from siger_pipeline.errors import UserError
from siger_pipeline.shell.current import current_of, project_loader
from siger_pipeline.shell.point_runner import PointFreshRunner
from siger_pipeline.shell.sentences import sentence_of
from siger_pipeline.shell.sweep_asked import Asked
from siger_pipeline.shell.sweep_origin import UP_TO, made_with, session_of, settings
from siger_pipeline.shell.sweep_points import Claim, Ended, Points
from siger_pipeline.shell.sweep_storage import StorageError
from siger_pipeline.shell.sweeps import Sweep
from siger_pipeline.studies.search import COMPLETE, FAILED, PRUNED, UNDER_WAY

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Searched:
    """What a search has come to.

    Attributes:
        sweep: what was searched.
        asked: all of its points.
    """

    sweep: Sweep
    asked: list[Asked]

    @property
    def under_way(self) -> bool:
        """Whether another process still runs a point: the last one writes the tables."""
        return any(point.state == UNDER_WAY for point in self.asked)

    def check(self) -> None:
        """End with an error where points have failed; else say what is best.

        Raises:
            UserError: how many have failed, and the first one's error.
        """
        sweep = self.sweep
        for model, chosen in sweep.models.items():
            full = [one for one in self.asked if one.model == model and one.state == COMPLETE]
            if full:
                best = max(full, key=lambda one: (one.value, -one.place))
                command = sweep.command(sweep.trial_at(model, best.point))
                LOG.info("%s: best %s %.4f: %s", model, chosen.monitor, best.value, command)
        if self.under_way:
            LOG.info("%s: the last process to end writes the tables", sweep.slug)
        if failed := [one for one in self.asked if one.state == FAILED]:
            first = failed[0]
            raise UserError(
                f"{len(failed)} of {len(self.asked)} points of {sweep.slug} failed, which the "
                f"same command tries again; {first.model}, point {first.place + 1}: {first.error}"
            )


def sweeps_among(names: Iterable[str], session: Mapping[str, Any]) -> dict[str, Sweep]:
    """Those of some pipelines that are sweeps.

    Raises:
        UserError: of the configuration, or of a study.
    """
    env = session["env"] or os.environ.get("KEDRO_ENV")
    loader = project_loader(**{**session, "env": env})
    configured = loader.optional("studies")
    found = [
        name
        for name in names
        if isinstance(block := configured.get(name), Mapping) and block.get("search") is not None
    ]
    if not found:
        return {}
    studies = current_of(loader).studies
    return {name: studies.sweep(studies.study(name)) for name in found}


def search(sweep: Sweep, session: Mapping[str, Any]) -> Searched:
    """Choose and run points until the budget of each model is spent.

    Args:
        sweep: what is searched.
        session: options of the run's session, `env`, `conf_source` and `runtime_params`.

    Raises:
        UserError: of the storage, or what would stop every point.
    """
    points = Points(sweep)
    for model in sweep.models:
        points.check(model, {**made_with(model, session), **settings(model, sweep)})
    turn, ended = FileLock(sweep.folder / "search" / "shared.lock"), None
    spent: list[float] = []
    while claim := points.next(ended):
        ended = _run(sweep, points, claim, session, turn)
        spent.append(ended.seconds)
        _tell(sweep, points.asked(), ended, sum(spent) / len(spent))
    return Searched(sweep, points.asked())


def _run(
    sweep: Sweep, points: Points, claim: Claim, session: Mapping[str, Any], turn: FileLock
) -> Ended:
    """Run a point; what goes wrong in it is its result, what goes wrong in the storage is not."""
    start, curve = perf_counter(), dict[int, float]()

    def told(now: Mapping[int, float]) -> bool:
        last = points.report(claim, now)
        curve.update({e: value for e, value in now.items() if last is None or e <= last})
        return last is not None

    def ended(state: str, **more: Any) -> Ended:
        return Ended(claim, state, perf_counter() - start, dict(curve), **more)

    try:
        trial, monitor = sweep.trial_at(claim.model, claim.point), sweep.models[claim.model].monitor
        runner = PointFreshRunner(trial.slug, monitor, turn, told)
        with session_of(session, {"model": claim.model, **claim.point}) as opened:
            cast(KedroSession, opened).run(pipeline_names=UP_TO, runner=runner)
    except Exception as error:
        if interrupted(error) or isinstance(error, StorageError):
            raise
        if any(isinstance(found, BrokenOff) for found in behind(error)):
            return ended(PRUNED)
        told_by = sentence_of(error)
        why = told_by or f"{type(error).__name__}: {error}"
        where = (sweep.slug, claim.model, claim.place + 1)
        LOG.error("%s, %s point %d: %s", *where, why, exc_info=not told_by)
        return ended(FAILED, error=why)
    assert runner.result is not None
    curve.update(runner.result.curve)
    return ended(COMPLETE, value=runner.result.value)


def _tell(sweep: Sweep, asked: list[Asked], ended: Ended, each: float) -> None:
    """One line on a point that has ended, and on what is left; `asked` knows of it as under way."""
    claim, model = ended.claim, ended.claim.model
    point = ", ".join(f"{key}={value}" for key, value in claim.point.items())
    what = ended.state
    if ended.value is not None:
        full = [one.value for one in asked if one.model == model and one.state == COMPLETE]
        best = max([ended.value, *(value for value in full if value is not None)])
        what = f"{sweep.models[model].monitor} {ended.value:.4f}, best {best:.4f}"
    total, elsewhere = sum(map(sweep.points_of, sweep.models)), -1
    elsewhere += sum(one.state == UNDER_WAY for one in asked)
    left = total - len(asked)
    LOG.info(
        "%s, %s point %d of %d (%s): %s. Of all %d points %d are left%s%s",
        *(sweep.slug, model, claim.place + 1, sweep.points_of(model), point, what, total, left),
        f", about {duration(each * left)}" if left else "",
        f"; {elsewhere} under way elsewhere" if elsewhere else "",
    )
