"""Metrics that runs have left, read from their files."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter

from kedro_fresh.locations import Location

LOG = logging.getLogger(__name__)
Metrics = dict[str, dict[str, float]]  # split -> metric -> value


class Calibration(BaseModel):
    """What is read of the results of a corrector."""

    corrector: str
    weight: float
    at_end: bool = False  # which documents of earlier releases do not say
    alone: Metrics
    calibrated: Metrics


@dataclass(frozen=True)
class Result:
    """The newest metrics of a trial.

    Attributes:
        name: of the trial.
        test: metric -> value.
        version: of the metrics.
        data: fingerprint of the split interactions; empty where its provenance is not there.
        mask: items that were masked at test, as `evaluate.mask` says; empty likewise.
        floors: name of the folder of the floors on the same data; empty likewise.
        calibrations: of these metrics, by corrector.
    """

    name: str
    test: Mapping[str, float]
    version: str
    data: str
    mask: str
    floors: str
    calibrations: Mapping[str, Calibration]

    @property
    def basis(self) -> tuple[str, str]:
        """Equal for two trials whose figures may be compared."""
        return (self.data, self.mask) if self.data else ("", self.name)


def results_beside(metrics: Location) -> dict[str, Result]:
    """Trial -> its result, of every trial of the data set that has results.

    Args:
        metrics: of any trial.
    """
    assert metrics.path is not None
    folder, found = metrics.path.parents[1], {}
    for path in sorted(folder.glob(f"*/{metrics.path.name}")):
        place = replace(metrics, path=path)
        if read := metrics_of(place):
            origin = _origin(replace(metrics, path=path.with_name("provenance.json")))
            found[path.parent.name] = Result(
                name=path.parent.name,
                test=read["test"],
                version=place.newest() or "",
                data=_text_at(origin, "data", "fingerprint"),
                mask=_text_at(origin, "parameters", "evaluate", "mask"),
                floors=_text_at(origin, "floors"),
                calibrations=_calibrations(place, read),
            )
    return found


def metrics_of(metrics: Location) -> Metrics | None:
    """The newest metrics of a trial; None where there are none, or the file holds no metrics."""
    read = _read(metrics, TypeAdapter(Metrics))
    return read if read and _has_test(metrics, read) else None


def floors_of(floors: Location) -> dict[str, Metrics]:
    """The newest metrics of each floor; none where there is no file, or it holds no metrics."""
    read = _read(floors, TypeAdapter(dict[str, Metrics])) or {}
    return {name: values for name, values in read.items() if _has_test(floors, values)}


def floors_beside(floors: Location, name: str) -> dict[str, Metrics]:
    """The newest metrics of each floor on other data.

    Args:
        floors: of any data.
        name: of the folder of those that are wanted; empty where it is not known: there are none.
    """
    if not name:
        return {}
    assert floors.path is not None
    return floors_of(replace(floors, path=floors.path.parents[1] / name / floors.path.name))


def seen_from_here(path: Path) -> Path:
    """A path from the working directory, if it lies below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _calibrations(metrics: Location, values: Metrics) -> dict[str, Calibration]:
    """Those of a trial's newest metrics: not of a training before."""
    assert metrics.path is not None
    paths = sorted(metrics.path.with_name("calibrated").glob("*.json"))
    places = (replace(metrics, path=path) for path in paths)
    found = (_read(place, TypeAdapter(Calibration)) for place in places)
    return {each.corrector: each for each in found if each and each.alone == values}


def _has_test(place: Location, metrics: Metrics) -> bool:
    if not metrics.get("test"):
        LOG.warning("%s is left out: it has no test metrics", place.current())
    return bool(metrics.get("test"))


def _read(place: Location, kind: TypeAdapter[Any]) -> Any:
    path = place.current()
    if path is None or not path.exists():
        return None
    try:
        return kind.validate_json(path.read_bytes())
    except (OSError, ValueError):
        LOG.warning("%s is left out: it cannot be read as metrics", seen_from_here(path))
        return None


def _text_at(document: Any, *keys: str) -> str:
    """A text within nested blocks; empty where there is none."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, str) else ""


def _origin(place: Location) -> dict[str, Any]:
    """The newest provenance; empty where there is none that can be read."""
    path = place.current()
    try:
        read = json.loads(path.read_bytes()) if path else {}
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
