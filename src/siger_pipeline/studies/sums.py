"""What a study calls rows whose scores are added up: corrected trials, and the fusion of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FUSION = "fusion"  # where a model's name stands
NO_FUSION = {"trial": FUSION, "model": FUSION, "variant": FUSION, "seed": None}
# What such rows are made of, beside the provenance of trials (`studies.results`).
OF_CALIBRATED = ("calibration", "corrector_origin", "corrector_timings", "calibration_timings")
OF_FUSION = ("fusion", "fusion_timings")
FOLDED_IN, YES = "folded_in", "yes"  # a column of the table; else why a model places none
OF_FOLDED_IN = ("folded_in", "folded_in_groups", "folded_in_timings")
Document = Mapping[str, Any]


def corrected(trial: Document, corrector: str) -> dict[str, Any]:
    """What is said of a trial as a corrector corrects it: a variant of its own."""
    variant = calibrated_variant(trial["variant"], corrector)
    return {**trial, "variant": variant, "corrector": corrector}


def folded_in(trial: Document) -> dict[str, Any]:
    """What is said of a trial whose cold items were folded in: a variant of its own."""
    variant = ", ".join(filter(None, (trial["variant"], "folded in")))
    return {**trial, "variant": variant, FOLDED_IN: YES}


def calibrated_variant(variant: str, corrector: str) -> str:
    """What a study calls a variant with a corrector."""
    return ", ".join(filter(None, (variant, f"calibrated by {corrector}")))


def variant_alone(variant: str, corrector: str) -> str:
    """What a study calls the same variant without the corrector."""
    return variant.removesuffix(calibrated_variant("", corrector)).removesuffix(", ")


def row_name(said: Mapping[Any, Any]) -> str:
    """What a row is called in a sentence: its trial, and its corrector, if it has one."""
    corrector = said.get("corrector")  # no text in a table, where others have one
    name = str(said["trial"])
    return calibrated_variant(name, corrector) if isinstance(corrector, str) else name


def is_sum(said: Document) -> bool:
    """Whether a row is of scores that were added up."""
    return "corrector" in said or said["model"] == FUSION


def summed(fusion: Document) -> dict[str, Any]:
    """What is said of fused trials: the variant is what was added up.

    Args:
        fusion: of `evaluation.documents.fusion_document`.
    """
    total = " + ".join(f"{weight:g} · {name}" for name, weight in weights_of(fusion).items())
    return {**NO_FUSION, "variant": total}


def weights_of(fusion: Document) -> dict[str, float]:
    """The weights of the fused trials that have one, by name.

    Args:
        fusion: of `evaluation.documents.fusion_document`.
    """
    pairs = zip(fusion["trials"], fusion["weights"], strict=True)
    return {name: weight for name, weight in pairs if weight}
