"""What others report, and what is said of features, by data set: read from `conf/`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from siger_pipeline.datasets.delimited import DelimitedDataset
from siger_pipeline.reporting.paper import all_figures, public_figures
from siger_pipeline.studies.published import PublishedFigures

PAPER = "conf/base/paper_tables.csv"
PUBLIC = "conf/base/public_references.csv"


@dataclass(frozen=True)
class Beside:
    """What stands beside our figures of a data set.

    Attributes:
        figures: of the paper and of public runs.
        features_note: of its environment; empty where it has none.
    """

    figures: PublishedFigures
    features_note: str = ""


def beside(root: Path, dataset: str) -> Beside:
    """What stands beside the figures of a data set.

    Args:
        root: of the repository.
        dataset: its name, which is that of its environment.
    """
    paper, public = (
        DelimitedDataset(filepath=str(root / f), delimiter=",") for f in (PAPER, PUBLIC)
    )
    figures = all_figures(paper.load(), dataset), public_figures(public.load(), dataset)
    return Beside(PublishedFigures(*figures), _features_note(root / "conf" / dataset))


def _features_note(folder: Path) -> str:
    file = folder / "parameters.yml"
    blocks = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    return str(blocks.get("report", {}).get("features_note", ""))
