"""Whether the models and variants of a study can be tested against a baseline."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from siger_pipeline.shell.fusion import unlike
from siger_pipeline.shell.trials import Trial
from siger_pipeline.studies.config import BEST, HEADLINE, SignificanceConfig


def why_not_tested(
    tests: SignificanceConfig,
    trials: Sequence[Trial],
    variants: Sequence[str],
    sums: Sequence[str] = (),
) -> str | None:
    """What is wrong with the tests of a study, after its name; None where nothing is.

    Args:
        tests: as configured.
        trials: of the study.
        variants: what the study calls each.
        sums: variants whose scores are added up, with a corrector or in a fusion.
    """
    rows = {(trial.model, name) for trial, name in zip(trials, variants, strict=True)}
    if len(rows) < 2 and not sums:
        return f"has tests, but {trials[0].name} has nothing to be compared with: leave tests out"
    names = list(
        dict.fromkeys([*filter(None, variants), *(trial.model for trial in trials), *sums])
    )
    if tests.baseline not in (BEST, *names):
        near = get_close_matches(tests.baseline, [BEST, *names], n=1)
        wish = f"did you mean {near[0]!r}? " if near else ""
        return (
            f"has tests.baseline = {tests.baseline!r}; {wish}wanted is best, or one of its "
            f"variants or models: {', '.join(names)}"
        )
    if (others := unlike(trials)) is not None:
        one, other, block = others
        return (
            f"has tests, but trials {one.name} and {other.name} differ in {block}, so that their "
            "users cannot be paired: put them into studies of their own, or leave tests out"
        )
    ks = trials[0].parameters.evaluate.ks
    if not {int(name.partition("@")[2]) for name in HEADLINE} & set(ks):
        return f"has tests of {', '.join(HEADLINE)}, but evaluate.ks = {list(ks)} has neither K"
    return None
