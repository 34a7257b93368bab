"""The newest results of a trial, read from its folder for a page of the site."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_fresh.locations import Location
from siger_pipeline.shell.comparison import Group
from siger_pipeline.shell.metrics import Metrics, Result, metrics_of
from siger_pipeline.shell.versions_together import newest_until, unchanged_since

if TYPE_CHECKING:
    import pandas as pd

    from siger_pipeline.reporting.site.documents import TrialResults

# Of provenance, what a page cannot do without.
NEEDED = {"trial", "model", "dataset", "overrides", "data", "split", "features", "features_note"}
NEEDED |= {"seed", "device", "threads", "parameters", "made_from", "versions"}
CALIBRATION = {"monitor", "tried", "features", "top"}
REPORTED = (
    *("report.json", "graph_statistics.json", "lookup.json", "held_out_ranks.json"),
    "reasons.json",
    "thumbnails.json",  # last, since there may be no pictures
)
PAGE = "report.html"
TABLES = ("history.parquet", "timings.parquet", "group_metrics.parquet")
# What a page may lack.
PARTS = (
    "how it was trained, epoch by epoch",
    "figures by groups of users and items",
    "graphs, ranks of held-out items, and users and items to look up",
)
CommandOf = Callable[[str, Mapping[str, Any]], str]
"""Model and overrides -> the command that runs the trial."""


def read_trial(
    metrics: Location, result: Result, group: Group, command: CommandOf
) -> TrialResults | str:
    """All that a page shows of a trial, or why there is no page, in a sentence.

    Args:
        metrics: of the trial.
        result: as compared with others.
        group: of the trials that it is compared with.
        command: that runs a trial.
    """
    from siger_pipeline.reporting.site.documents import Lack, TrialResults

    values, origin = metrics_of(metrics), _json(metrics, "provenance.json")
    if not isinstance(origin, dict) or values is None:
        return (
            f"{result.name} has no page: it has no provenance, which `kedro run --pipelines "
            "evaluate` writes"
        )
    if missing := sorted(NEEDED - origin.keys()):
        again = command(str(origin.get("model", "")), origin.get("overrides") or {})
        return (
            f"{result.name} has no page: its provenance is of an earlier release and lacks "
            f"{', '.join(missing)}; run it again{f': {again}' if again else ''}"
        )
    history, timings, groups = (_table(metrics, name, result.version) for name in TABLES)
    known = history is not None and timings is not None
    reported = reported_together(metrics, values, origin)
    there = (known, groups is not None, bool(reported))
    run = command(origin["model"], origin["overrides"])
    return TrialResults(
        name=result.name,
        version=result.version,
        metrics=values,
        origin=origin,
        floors=group.floors,
        groups=groups,
        history=history if known else None,
        timings=timings if known else None,
        calibrations=_calibrations(metrics, result),
        missing=_missing(reported.get("report", {})),
        graphs=reported.get("graph_statistics"),
        lookup=reported.get("lookup"),
        ranks=reported.get("held_out_ranks"),
        reasons=reported.get("reasons"),
        pictures=reported.get("thumbnails") or {},
        users=_users(metrics, result),
        lacks=[Lack(what, run) for what, has in zip(PARTS, there, strict=True) if not has],
    )


def _missing(report: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Modality -> items without features, all items."""
    counts: Mapping[str, Mapping[str, int]] = report.get("missing", {})
    return {modality: (each["missing"], each["items"]) for modality, each in counts.items()}


def reported_together(
    metrics: Location, values: Metrics, origin: Mapping[str, Any]
) -> dict[str, Any]:
    """What the report stage has made of these metrics, by name; nothing where it has not ended.

    The page is written last: where it is no older than what the report's parts hold, it was made
    of them. That the report is of these metrics it says itself.
    """
    assert metrics.path is not None
    report = _json(metrics, REPORTED[0])
    if not report or report.get("metrics") != values or report.get("provenance") != origin:
        return {}
    page = _beside(metrics, PAGE).newest() or ""
    since = [unchanged_since(_beside(metrics, name)) or "" for name in REPORTED]
    if max(since) > page or not all(since[:-1]):
        return {}
    return {Path(name).stem: _json(metrics, name) for name in REPORTED}


def _calibrations(metrics: Location, result: Result) -> list[dict[str, Any]]:
    """The whole documents of the correctors; those of earlier releases do not say `at_end`."""
    found = (_json(metrics, f"calibrated/{name}.json") for name in result.calibrations)
    return [{"at_end": False, **each} for each in found if each and each.keys() >= CALIBRATION]


def _users(metrics: Location, result: Result) -> pd.DataFrame | None:
    """The metrics of each user that those of the trial are means of."""
    from siger_pipeline.reporting.site.beside import of_users

    table = _table(metrics, "user_metrics.parquet", result.version)
    return None if table is None else of_users(table, result.test)


def _beside(metrics: Location, name: str) -> Location:
    """Another dataset of the same trial."""
    assert metrics.path is not None
    return replace(metrics, path=metrics.path.parent / name)


def _json(metrics: Location, name: str) -> Any:
    path = _beside(metrics, name).current()
    try:
        return json.loads(path.read_bytes()) if path else None
    except (OSError, ValueError):
        return None


def _table(metrics: Location, name: str, version: str) -> pd.DataFrame | None:
    import pandas as pd

    path = newest_until(_beside(metrics, name), version)
    try:
        return pd.read_parquet(path) if path else None
    except (OSError, ValueError):
        return None
