"""Whether the scores of a study's trials can be added up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from siger_pipeline.evaluation.config import FusionConfig
from siger_pipeline.shell.trials import Trial

SHARED = ("ingest", "split", "evaluate")  # blocks by which trials have their users in common


def why_not_fused(fusion: FusionConfig, trials: Sequence[Trial]) -> str | None:
    """What is wrong with the fusion of a study, after its name; None where nothing is."""
    first = trials[0]
    if len(trials) < 2:
        return f"has fusion and one trial, {first.name}: give it another one, or leave fusion out"
    if (others := unlike(trials)) is not None:
        one, other, block = others
        return (
            f"has fusion, but trials {one.name} and {other.name} differ in {block}, so that "
            "their scores cannot be added up: put them into studies of their own, or leave "
            "fusion out"
        )
    if misfit := fusion.misfit(first.parameters.evaluate):
        key, why = misfit
        return f"has fusion.{key} = {getattr(fusion, key)!r}: {why}"
    return None


def unlike(trials: Sequence[Trial]) -> tuple[Trial, Trial, str] | None:
    """The first two trials that differ in their data or how they are evaluated, and the block."""
    first, *others = trials
    for other, block in product(others, SHARED):
        if getattr(other.parameters, block) != getattr(first.parameters, block):
            return first, other, block
    return None
