"""How claims about whole models are graded: by the figures of one data set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import hypot

from siger_pipeline.data.schema import Split
from siger_pipeline.studies.config import HEADLINE
from tools.results.evidence import Evidence
from tools.results.rivals import SIGER, TABLE1, in_paper, of_table1, siger_of
from tools.results.settings import RECALL
from tools.results.verdicts import (
    Figure,
    Graded,
    MissingError,
    Verdict,
    all_of,
    higher,
    unknown,
    verdict_of,
)

PAPER = "the paper's"
ROUNDING = 0.00005  # of a published figure, which has four digits
AT_ONCE = ("popularity", "content_knn", "itemknn", "ease", "ease_text")
WIDENED = 0.03  # on either side of the range of public figures
Grade = Callable[[Evidence], Graded]


def is_best(evidence: Evidence) -> Graded:
    """Whether SIGER is above the best of Table 1's other models, by each metric."""
    parts = [_above_all(evidence.models(metric), metric) for metric in HEADLINE]
    return all_of(parts)


def has_margin(evidence: Evidence) -> Graded:
    """Whether SIGER's lead over the best other model, in percent, is as large as the paper's."""
    models = evidence.models()
    others = of_table1(models)
    siger, best = siger_of(models), max(others.values(), key=lambda figure: figure.mean)
    paper = {name: metrics[RECALL] for name, metrics in _table1(evidence).items()}
    theirs = paper["SIGER"] / max(paper[name] for name in TABLE1) - 1
    ours = siger.mean / best.mean - 1
    spread = hypot(siger.deviation, best.deviation, 2 * ROUNDING) / best.mean
    verdict = verdict_of(ours - theirs, spread)
    said = f"{ours:+.1%} over {best.name} here, {theirs:+.1%} in the paper"
    lead = Graded(verdict, said, higher(siger, best).one_seed)
    return all_of([lead, *_missing(models)])


def reaches_paper(evidence: Evidence) -> Graded:
    """Whether SIGER's recall, tuned as in the paper, is at least the paper's."""
    _refuse_other_data(evidence)
    paper = Figure(PAPER, _table1(evidence)["SIGER"][RECALL], ROUNDING)
    return higher(evidence.tuned(SIGER), paper)


def baselines_in_range(evidence: Evidence) -> Graded:
    """Whether the other models are within 3 % of the range of published figures."""
    _refuse_other_data(evidence)
    models = evidence.models()
    parts = [_in_range(evidence, name, models) for name in TABLE1]
    whole, inside = all_of(parts), sum(part.verdict == Verdict.HOLDS for part in parts)
    said = "; ".join(filter(None, [f"{inside} of {len(parts)} are inside", whole.figures]))
    return Graded(whole.verdict, said, whole.one_seed)


def best_calibrated(evidence: Evidence) -> Graded:
    """Whether SIGER is above the others when all are calibrated, by each corrector."""
    return all_of(
        [_above_all(evidence.calibrated(by), f"with {by}") for by in _correctors(evidence)]
    )


def calibration_lifts(evidence: Evidence) -> Graded:
    """Whether every trained model is better with each corrector."""
    alone, parts = evidence.models(), []
    for corrector in _correctors(evidence):
        for model, figure in evidence.calibrated(corrector).items():
            if model in alone:
                named = figure.called(f"{model} + {corrector}")
                parts.append(higher(named, alone[model]))
    return all_of(parts)


def reaches_calibrated(published: Mapping[str, float]) -> Grade:
    """A grade: whether the model and corrector that validation prefers reach a published figure."""

    def grade(evidence: Evidence) -> Graded:
        validated = {
            (model, by): figure.mean
            for by in _correctors(evidence)
            for model, figure in evidence.calibrated(by, Split.VALIDATION).items()
        }
        model, by = max(validated, key=lambda pair: validated[pair])
        best = evidence.calibrated(by)[model].called(f"{model} + {by}")
        return higher(best, Figure("published", published[evidence.dataset], ROUNDING))

    return grade


def fusion_is_best(evidence: Evidence) -> Graded:
    """Whether each sum of trials is better than every model alone."""
    fusions = evidence.fusions()
    if not fusions:
        raise MissingError("no fusion")
    best = max(evidence.models().values(), key=lambda figure: figure.mean)
    return all_of([higher(fusion, best) for fusion in fusions.values()])


def beats_closed_forms(evidence: Evidence) -> Graded:
    """Whether SIGER is better than each model that is computed at once."""
    models = evidence.models()
    siger = siger_of(models)
    return all_of(
        [
            higher(siger, models[name]) if name in models else unknown(f"{name} was not run")
            for name in AT_ONCE
        ]
    )


def _above_all(models: Mapping[str, Figure], what: str) -> Graded:
    siger, others = siger_of(models), of_table1(models)
    against = higher(siger, max(others.values(), key=lambda figure: figure.mean))
    # A second one of a larger deviation may be a tie where the best is not.
    parts = [against, *(higher(siger, other) for other in others.values())]
    decided = all_of(parts)
    top = Graded(decided.verdict, f"{what}: {against.figures}", against.one_seed, against.lead)
    return all_of([top, *_missing(models)])


def _missing(models: Mapping[str, Figure]) -> list[Graded]:
    lacking = [name for name in TABLE1 if in_paper(models, name) is None]
    return [unknown(f"{', '.join(lacking)} not run")] if lacking else []


def _refuse_other_data(evidence: Evidence) -> None:
    """Figures on other data say nothing of how well a figure is reached."""
    if evidence.paper_note:
        raise MissingError(f"not comparable: {evidence.paper_note}")


def _table1(evidence: Evidence) -> Mapping[str, Mapping[str, float]]:
    if "SIGER" not in evidence.published.paper:
        raise MissingError("the paper has no figures of this data set")
    return evidence.published.paper


def _in_range(evidence: Evidence, name: str, models: Mapping[str, Figure]) -> Graded:
    figure = in_paper(models, name)
    if figure is None:
        return unknown(f"{name} not run")
    ends = evidence.published.of(figure.name, "", RECALL)
    low, high = ends["public_low"], ends["public_high"]
    if low is None or high is None:
        return unknown(f"nothing is published of {name}")
    low, high = low * (1 - WIDENED), high * (1 + WIDENED)
    outside = max(low - figure.mean, figure.mean - high)
    verdict = Verdict.HOLDS if outside <= 0 else verdict_of(-outside, figure.deviation)
    said = "" if outside <= 0 else f"{figure} is {outside:.4f} outside of {low:.4f} – {high:.4f}"
    one_seed = (figure.name,) if figure.seeds == 1 else ()
    return Graded(verdict, said, one_seed)


def _correctors(evidence: Evidence) -> list[str]:
    correctors = evidence.correctors()
    if not correctors:
        raise MissingError("nothing was calibrated")
    return correctors
