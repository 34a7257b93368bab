"""SIGER and the models that it is compared with, among figures of models."""

from __future__ import annotations

from collections.abc import Mapping

from siger_pipeline.reporting.paper import letters
from tools.results.verdicts import Figure, MissingError

SIGER = "siger"
TABLE1 = (
    *("LightGCN", "VBPR", "LATTICE", "SLMRec", "FREEDOM", "BM3", "MGCN", "LGMRec", "DA-MRS"),
    "MIG-GT",
)


def in_paper(models: Mapping[str, Figure], paper_name: str) -> Figure | None:
    """The figure of a model by the paper's name for it."""
    return next((f for name, f in models.items() if letters(name) == letters(paper_name)), None)


def siger_of(models: Mapping[str, Figure]) -> Figure:
    """The figure of SIGER.

    Raises:
        MissingError: there is none.
    """
    if SIGER not in models:
        raise MissingError("SIGER was not trained")
    return models[SIGER]


def of_table1(models: Mapping[str, Figure]) -> dict[str, Figure]:
    """Figures of Table 1's other models, by the paper's names.

    Raises:
        MissingError: there are none.
    """
    found = {name: figure for name in TABLE1 if (figure := in_paper(models, name))}
    if not found:
        raise MissingError("no other model of Table 1 was trained")
    return found
