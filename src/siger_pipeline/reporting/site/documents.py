"""What a site is made of: the results of trials, studies and data sets, as they were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from siger_pipeline.reporting.paper import Published

Document = Mapping[str, Any]
Metrics = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Lack:
    """What a page does not have, and the command that adds it, if there is one."""

    what: str
    command: str = ""


@dataclass(frozen=True)
class TrialResults:
    """The newest results of a trial, all of one training.

    Attributes:
        name: of the trial.
        version: of its metrics.
        metrics: split -> metric -> value.
        origin: its provenance.
        floors: floor -> split -> metric -> value, on the same data.
        groups: long table of `evaluation`; None where it is not there.
        history: a row an epoch, without rows of a model computed at once; None likewise.
        timings: likewise; None where `history` is.
        calibrations: documents of correctors, of these metrics.
        missing: modality -> items without features, all items; of the report stage, as what
            follows, which is empty or None where the stage has not been through since.
        graphs: of `graphs.describe`.
        lookup: users and items.
        ranks: of held-out items.
        reasons: of some users' recommendations.
        pictures: item -> data URI.
        users: main metrics at test, a row a user; None where they are not of these metrics.
        lacks: what its page does not have.
    """

    name: str
    version: str
    metrics: Metrics
    origin: Document
    floors: Mapping[str, Metrics] = field(default_factory=dict)
    groups: pd.DataFrame | None = None
    history: pd.DataFrame | None = None
    timings: pd.DataFrame | None = None
    calibrations: Sequence[Document] = ()
    missing: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    graphs: Document | None = None
    lookup: Document | None = None
    ranks: Document | None = None
    reasons: Document | None = None
    pictures: Mapping[str, str] = field(default_factory=dict)
    users: pd.DataFrame | None = None
    lacks: Sequence[Lack] = ()

    @property
    def model(self) -> str:
        """Registered name of its model."""
        return str(self.origin["model"])


@dataclass(frozen=True)
class Row:
    """A line of a comparison.

    Attributes:
        name: of a trial or a floor.
        model: registered name.
        test: metric -> value; those with a corrector under names such as `recall@20+itemknn`.
        floor: whether it is a floor.
    """

    name: str
    model: str
    test: Mapping[str, float]
    floor: bool = False


@dataclass(frozen=True)
class Comparison:
    """Trials and floors whose figures may stand in one table; `why` they stand apart, if so."""

    rows: Sequence[Row]
    why: str = ""


@dataclass(frozen=True)
class StudyResults:
    """The tables of a study, all of one run of it.

    Attributes:
        name: of its folder.
        title: as its summary has it.
        version: of the table.
        table: tidy, of its trials, points or graphs.
        tests: of differences; None where there are none.
        fusion: of its trials; None likewise.
        plots: `plot` and `differences`, as JSON of Plotly.
        downloads: name of the file -> content.
        lacks: what its page does not have.
    """

    name: str
    title: str
    version: str
    table: pd.DataFrame
    tests: pd.DataFrame | None = None
    fusion: Document | None = None
    plots: Mapping[str, Document] = field(default_factory=dict)
    downloads: Mapping[str, bytes] = field(default_factory=dict)
    lacks: Sequence[Lack] = ()


@dataclass(frozen=True)
class DatasetResults:
    """All that is known of a data set.

    Attributes:
        name: of the data set.
        comparisons: the tables of its trials, that with the newest results first.
        trials: name -> results, of those with metrics and provenance.
        studies: in alphabetical order.
        counts: of the ingest stage, of the same data as the first table; None where they are not.
        published: the paper's comparison of models on it.
        unmeasured: names of trials without test metrics.
        left_out: what there is and is not shown, and why, a sentence each.
    """

    name: str
    comparisons: Sequence[Comparison]
    trials: Mapping[str, TrialResults]
    studies: Sequence[StudyResults] = ()
    counts: pd.DataFrame | None = None
    published: Published = field(default_factory=dict)
    unmeasured: Sequence[str] = ()
    left_out: Sequence[str] = ()
