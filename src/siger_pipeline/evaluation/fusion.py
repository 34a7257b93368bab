"""One ranking by the scores of several models: of a model and its corrector, or of trained ones.

Ranked are the first model's candidates (`candidates`), by

    Σ_m w_m · z_m(u, i),  w_1 = 1,

z_m the standardised score of model m, with the weights that are best at validation. With one
further model, ItemKNN, this is the candidate calibration of BRIDGE (arXiv 2605.22073); its ablation
loses a third of the gain where all items are candidates.

Shape suffixes: n users with training data, K candidates, k ranked ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse

from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.candidates import Candidates, candidates
from siger_pipeline.evaluation.config import EvaluateConfig, FusionConfig
from siger_pipeline.evaluation.evaluate import (
    Metrics,
    RankedLists,
    hits_of_split,
    measured,
    seen_at_test,
)
from siger_pipeline.evaluation.metrics import accuracy
from siger_pipeline.evaluation.scores import Scorer
from siger_pipeline.evaluation.selection import best_of_rows

Weights = tuple[float, ...]
"""w of each model after the first."""


@dataclass(frozen=True)
class Fused:
    """What a fusion has found.

    Attributes:
        weights: of the models after the first.
        tried: weights -> validation metric, in the order of the search.
        metrics: of validation and test under the weights.
        lists: recommendations for each user with training data, masked as at test.
    """

    weights: Weights
    tried: Mapping[Weights, float]
    metrics: Metrics
    lists: RankedLists


def fuse(
    scorers: Mapping[str, Scorer],
    matrices: Mapping[Split, sparse.csr_matrix],
    evaluate: EvaluateConfig,
    fusion: FusionConfig,
    *,
    device: torch.device | str = "cpu",
) -> Fused:
    """Choose the weights by validation, and measure their ranking on validation and test.

    Args:
        scorers: by the name of the model, on ``device``; the first one's candidates are ranked.
        matrices: interactions of each split, CSR [U, I].
        evaluate: list lengths, mask, memory bound.
        fusion: number of candidates, weights to try, monitored metric.
        device: where the scorers expect the user indices.

    Raises:
        InputError: a score that is not finite (`ScoreError`, which names the model), or a split
            without a user to measure.
    """
    train, block = matrices[Split.TRAIN], evaluate.block_mib
    at_validation = candidates(scorers, train, train, fusion.top, block_mib=block, device=device)
    tried = search(at_validation, matrices[Split.VALIDATION], fusion)
    weights = max(tried, key=lambda weights: tried[weights])  # of equal ones the first
    at_test = at_validation
    if evaluate.mask != "train":
        seen = seen_at_test(matrices, evaluate)
        at_test = candidates(scorers, train, seen, fusion.top, block_mib=block, device=device)
    validated, tested = (ranked(c, weights, evaluate.top_k) for c in (at_validation, at_test))
    metrics = measured(validated, tested, matrices, evaluate).metrics
    return Fused(weights, tried, metrics, tested)


def best_first(metrics: Sequence[Metrics], fusion: FusionConfig) -> list[int]:
    """The positions of models in the order of their validation metric, of equal ones the first.

    Args:
        metrics: of each model alone.
        fusion: which metric.
    """
    values = [of_model[Split.VALIDATION.value][fusion.monitor] for of_model in metrics]
    return sorted(range(len(values)), key=lambda n: -values[n])


def ranked(among: Candidates, weights: Weights, k: int) -> RankedLists:
    """The k best candidates by Σ w_m z_m, and that sum.

    Equal ones keep the order of the first model, which has the smaller index first where its own
    scores are equal. So without further weight the lists are the first model's own.
    """
    first, *others = among.standardised
    total_nK = first.copy()
    for weight, z_nK in zip(weights, others, strict=True):
        if weight:
            total_nK += np.float32(weight) * z_nK
    total_nK[among.items < 0] = -np.inf
    place_nk, total_nk = (t.numpy() for t in best_of_rows(torch.from_numpy(total_nK), k))
    items_nk = np.take_along_axis(among.items, np.maximum(place_nk, 0), axis=1)
    return RankedLists(among.users, np.where(place_nk < 0, -1, items_nk), total_nk)


def search(
    among: Candidates, validation: sparse.csr_matrix, fusion: FusionConfig
) -> dict[Weights, float]:
    """The validation metric of all weights that were tried.

    One model after the other gets the weight that is best beside the present ones of the others,
    from 0 for all, until none changes. With one further model that is every weight in order.

    Args:
        among: candidates under the mask of validation.
        validation: held-out interactions, CSR [U, I].
        fusion: weights and monitored metric.
    """
    tried: dict[Weights, float] = {}

    def value(weights: Weights) -> float:
        if weights not in tried:
            lists = ranked(among, weights, fusion.monitored)
            hits = hits_of_split(Split.VALIDATION, lists, validation)
            tried[weights] = accuracy(hits, (fusion.monitored,)).means()[fusion.monitor]
        return tried[weights]

    best, before = (0.0,) * (len(among.standardised) - 1), None
    while best != before:
        before = best
        for n in range(len(best)):
            options = [(*best[:n], weight, *best[n + 1 :]) for weight in fusion.weights]
            best = max((best, *options), key=value)  # of equal ones the first
    return tried
