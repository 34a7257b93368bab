"""Whether the scores of a study's trials can be added up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from siger_pipeline.evaluation.config import FusionConfig
from siger_pipeline.shell.trials import Trial

SHARED = ("ingest", "split", "evaluate")  # blocks that fused trials have in common


def why_not_fused(fusion: FusionConfig, trials: Sequence[Trial]) -> str | None:
    """What is wrong with the fusion of a study, after its name; None where nothing is."""
    first, *others = trials
    if not others:
        return f"has fusion and one trial, {first.name}: give it another one, or leave fusion out"
    for other, block in product(others, SHARED):
        if getattr(other.parameters, block) != getattr(first.parameters, block):
            return (
                f"has fusion, but trials {first.name} and {other.name} differ in {block}, so that "
                "their scores cannot be added up: put them into studies of their own, or leave "
                "fusion out"
            )
    if misfit := fusion.misfit(first.parameters.evaluate):
        key, why = misfit
        return f"has fusion.{key} = {getattr(fusion, key)!r}: {why}"
    return None
