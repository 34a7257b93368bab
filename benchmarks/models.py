"""Every model on Baby, beside MMRec's: `python -m benchmarks.models [--mmrec PATH]`.

Seconds of a training epoch, or of a fit, and of an evaluation; peak memory.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.command import Case, chosen, run_cases
from benchmarks.harness import Job, Measured
from benchmarks.results import Row
from siger_pipeline.models.registry import model_config
from siger_pipeline.plugins import RECOMMENDERS, own_names

MEMORY = 1024.0  # MiB
PEERS = {  # in MMRec; SIGER has none there, and stands beside the most alike
    "bm3": "BM3",
    "damrs": "DAMRS",
    "freedom": "FREEDOM",
    "lattice": "LATTICE",
    "lgmrec": "LGMRec",
    "lightgcn": "LightGCN",
    "mf_bpr": "BPR",
    "mgcn": "MGCN",
    "siger": "MGCN",
    "slmrec": "SLMRec",
    "vbpr": "VBPR",
}
FASTER = {"lightgcn": 7.0}  # than MMRec's epoch is wanted
FASTER_BY_DEFAULT, FASTER_EVALUATION = 3.0, 5.0


@dataclass(frozen=True)
class ModelCase(Case):
    """A model: its seconds, its memory and an evaluation, with aims relative to MMRec's."""

    faster: float = FASTER_BY_DEFAULT

    def rows(self, own: Measured, others: Sequence[Measured]) -> list[Row]:
        """The rows of the seconds, the memory and the evaluation."""
        seconds, *memory = super().rows(own, others)
        evaluations = [_evaluation(measured) for measured in (own, *others)]
        return [
            replace(seconds, aim=_aim(others, self.faster)),
            *memory,
            Row(
                f"{self.name}_evaluation",
                f"{self.title}: evaluation of one split",
                "s",
                evaluations[0].median,
                _aim(evaluations[1:], FASTER_EVALUATION),
                evaluations[0],
                evaluations[1:],
            ),
        ]


def _aim(others: Sequence[Measured], faster: float) -> float | None:
    """So many times as fast as MMRec, if it was measured."""
    return others[0].median / faster if others else None


def _evaluation(measured: Measured) -> Measured:
    """The validation after a job's last repetition."""
    seconds = measured.notes["seconds_validation"]
    return replace(measured, samples=[seconds], warm_up=[], share=1.0)


def _case(model: str, world: str, widths: str) -> ModelCase:
    trained = model_config(model).train_settings is None
    wide = world == "baby_wide"
    return ModelCase(
        model if wide else f"{model}_128",
        f"{model}: {'epoch' if trained else 'graphs and fit'}, Baby, {widths}",
        Job(
            model,
            f"benchmarks.jobs:{'epochs' if trained else 'fits'}",
            {"world": world, "model": model},
        ),
        mmrec=(PEERS[model],) if wide and model in PEERS else (),
        memory_aim=MEMORY,
        faster=FASTER.get(model, FASTER_BY_DEFAULT),
    )


CASES = tuple(
    _case(model, world, widths)
    for world, widths in (("baby_wide", "4096-d + 384-d"), ("baby", "128-d features"))
    for model in own_names(RECOMMENDERS)
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; 2 where data are missing."""
    given = sys.argv[1:] if arguments is None else arguments
    return run_cases("models", *chosen(CASES, given), given)


if __name__ == "__main__":
    sys.exit(main())
