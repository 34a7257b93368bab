"""What Kedro-Viz shows of the last run: states and times of nodes, sizes of files and tables.

Kedro-Viz's own hooks follow Kedro's sequential runner alone, and take a skipped node for one that
never ran. Here its files are written from the records of `kedro_fresh`: a fresh node has the time
of the run that made its outputs.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from kedro_fresh.files import write_json
from kedro_fresh.locations import Location, locations
from kedro_fresh.project import last_runs, project_root
from kedro_fresh.record import MADE

FOLDER = ".viz"
EVENTS, STATISTICS = "kedro_pipeline_events.json", "stats.json"
Event = dict[str, Any]


@dataclass(frozen=True)
class EndedRun:
    """A run that has ended.

    Attributes:
        pipeline: what was run.
        catalog: of the run.
        began: when, with its time zone.
        error: that ended it, if one did.
        failed: the node that raised it, where that is known.
    """

    pipeline: Pipeline
    catalog: DataCatalog
    began: datetime
    error: BaseException | None = None
    failed: Node | None = None


def note_for_viz(run: EndedRun) -> None:
    """Write what Kedro-Viz reads of a run; nothing where it is not installed."""
    if find_spec("kedro_viz") is None:
        return
    folder = project_root() / FOLDER
    before = _before(folder / STATISTICS)
    sizes = {}
    for name, location in locations(run.catalog, run.pipeline.datasets()).items():
        plain = name.partition("@")[0]
        if statistics := _statistics(location, before.get(plain, {})):
            sizes[plain] = statistics
    write_json(folder / STATISTICS, {**before, **sizes})
    write_json(folder / EVENTS, list(_events(run, sizes)))


def _events(run: EndedRun, sizes: Mapping[str, Mapping[str, int]]) -> Iterator[Event]:
    from kedro_viz.utils import _hash, _hash_input_output

    def of_node(node: Node) -> Event:
        return {"node": node.name, "node_id": _hash(str(node))}

    yield {"event": "before_pipeline_run", "timestamp": run.began.isoformat()}
    for node, seconds in _done(run):
        done = {"status": "success", "duration": seconds}
        yield {"event": "after_node_run", **of_node(node), **done}
    for name, size in sizes.items():
        known = {"dataset": name, "node_id": _hash_input_output(name), "status": "success"}
        yield {"event": "after_dataset_saved", **known, "size": size["file_size"]}
    now = {"timestamp": datetime.now(UTC).isoformat()}
    if run.error is None:
        yield {"event": "after_pipeline_run", **now}
        return
    trace = "".join(traceback.format_exception(run.error))
    told = {"error": str(run.error), "traceback": trace, **now}
    if run.failed:
        yield {"event": "on_node_error", **of_node(run.failed), **told}
    yield {"event": "on_pipeline_error", **told}


def _done(run: EndedRun) -> Iterator[tuple[Node, float]]:
    """The nodes whose outputs are as they should be, and the seconds that they took.

    Of a run that failed, only those that it executed: which of the others are fresh is not known.
    """
    began = run.began.astimezone().strftime(MADE) if run.error else ""
    runs = last_runs(run.pipeline, run.catalog)
    for node in run.pipeline.nodes:
        if node.name in runs and runs[node.name].made >= began:
            yield node, runs[node.name].seconds


def _before(path: Path) -> dict[str, dict[str, int]]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _statistics(location: Location, before: Mapping[str, int]) -> Mapping[str, int]:
    """Bytes of a dataset's file, and of a table its rows and columns; nothing where it is not.

    Of a file of the same size as before, what is known is kept: no table is opened for it.
    """
    path = location.current()
    if path is None or not path.is_file():
        return {}
    size = path.stat().st_size
    return before if before.get("file_size") == size else {**_rows(path), "file_size": size}


def _rows(path: Path) -> dict[str, int]:
    if path.suffix != ".parquet":
        return {}
    import pyarrow as pa
    from pyarrow import parquet

    try:
        read = parquet.read_metadata(path)
    except (OSError, pa.ArrowException):
        return {}
    return {"rows": read.num_rows, "columns": read.num_columns}
