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
        paper_note: how the paper's data differ; empty where they do not.
    """

    figures: PublishedFigures
    features_note: str = ""
    paper_note: str = ""


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
    file = root / "conf" / dataset / "parameters.yml"
    blocks = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    notes = (str(blocks.get("report", {}).get(n, "")) for n in ("features_note", "paper_note"))
    return Beside(PublishedFigures(*figures), *notes)
