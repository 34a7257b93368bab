"""What the points of a sweep follow from: raw data, code and settings, which must not change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from kedro_fresh.freshness import Freshness
from kedro_fresh.locations import is_parameter
from kedro_fresh.plan import plan
from kedro_fresh.project import open_freshness
from siger_pipeline.errors import ConfigurationError
from siger_pipeline.shell.preflight import check_before_run
from siger_pipeline.shell.sweep_storage import shown
from siger_pipeline.shell.sweeps import Sweep
from siger_pipeline.shell.trials import counts
from siger_pipeline.studies.differences import leaves, merged, nested

UP_TO = ["train", "validate"]
BLOCKS = ("ingest", "split", "features", "train")  # and the model's own: a training follows from


def made_with(model: str, session: Mapping[str, Any]) -> dict[str, str]:
    """Hashes of the raw data and of the code that trainings of a model follow from.

    Raises:
        UserError: what would stop each of them, such as a raw file that is missing.
    """
    with session_of(session, {"model": model}) as opened:
        context = cast(KedroSession, opened).load_context()
        pipeline = sum((pipelines[name] for name in UP_TO), Pipeline([]))
        freshness = open_freshness(pipeline, cast(DataCatalog, context.catalog))
        check_before_run(plan(freshness).coming(), freshness.catalog)
        raw = {
            name: freshness.content(freshness.versions.loaded(name))
            for name in pipeline.inputs() - freshness.uncompared
            if not is_parameter(name)
        }
        freshness.contents.save()
        return {"data": _digest(raw), "code": _digest(dict(_code(freshness)))}


def _code(freshness: Freshness) -> Iterator[tuple[str, Mapping[str, str]]]:
    for node in freshness.pipeline.nodes:
        yield node.name, freshness.code.hashes(node, freshness.modules[node.name])


def settings(model: str, sweep: Sweep) -> dict[str, Any]:
    """Dotted key -> value, of the parameters that count and of the search."""
    chosen = sweep.models[model]
    base = chosen.base
    own = {key: base.values[key] for key in (*BLOCKS, base.model)}
    named = {k: v for k, v in leaves(own) if counts(type(base.parameters), k)}
    space = {axis.key: axis.values for axis in chosen.space.axes}
    how = {"space": space, "monitor": chosen.monitor}
    asked = {**sweep.search.asked(), **how}
    return cast(
        dict[str, Any],
        json.loads(json.dumps({**named, **dict(leaves({"search": asked}))}, default=_as_json)),
    )


def refuse_mixed(
    sweep: Sweep, model: str, before: Mapping[str, Any], made_with: Mapping[str, Any]
) -> None:
    """Refuse to mix points of different code, data or settings.

    Args:
        sweep: whose storage holds points.
        model: of the points.
        before: dotted key -> value, of what follow the points that are there.
        made_with: of what new ones would follow.

    Raises:
        ConfigurationError: they differ; it names the first key, and both values.
    """
    keys = sorted({*before, *made_with})
    if changed := [key for key in keys if before.get(key) != made_with.get(key)]:
        key = changed[0]
        more = f" (and {len(changed) - 1} more)" if changed[1:] else ""
        raise ConfigurationError(
            f"the points of {model} in {shown(sweep)} were searched with {key} "
            f"{before.get(key)!r}, and it is {made_with.get(key)!r} now{more}: give the sweep "
            "another name, or remove what is there to search anew (trainings that are still "
            "what they would be now are not repeated)"
        )


def _as_json(value: Any) -> Any:
    return value.model_dump(mode="json")


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def session_of(session: Mapping[str, Any], params: Mapping[str, Any]) -> Any:
    """A session of the run with further parameters, by dotted key."""
    runtime = merged(session["runtime_params"] or {}, nested(params))
    return KedroSession.create(**{**session, "runtime_params": runtime})
