"""One ranking by the scores of several models: of a model and its corrector, or of trained ones.

Ranked are the first model's candidates (`candidates`), by

    Σ_m w_m · z_m(u, i),  w_1 = 1,

z_m the standardised score of model m, with the weights that are best at validation. With one
further model, ItemKNN, this is the candidate calibration of BRIDGE (arXiv 2605.22073); its ablation
loses a third of the gain where all items are candidates.

Shape suffixes: n users with training data, K candidates, k ranked ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from scipy import sparse

from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.candidates import Candidates, candidates
from siger_pipeline.evaluation.config import EvaluateConfig, FusionConfig
from siger_pipeline.evaluation.evaluate import (
    EvaluationResult,
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
class Choice:
    """What validation has chosen.

    Attributes:
        weights: of the models after the first.
        tried: weights -> validation metric, in the order of the search.
    """

    weights: Weights
    tried: Mapping[Weights, float]


def choose(
    scorers: Mapping[str, Scorer],
    matrices: Mapping[Split, sparse.csr_matrix],
    fusion: FusionConfig,
    *,
    block_mib: float,
    device: torch.device | str = "cpu",
) -> Choice:
    """The weights that are best at validation; nothing here knows of the test split.

    Args:
        scorers: by the name of the model, on ``device``; the first one's candidates are ranked.
        matrices: interactions of training and validation, CSR [U, I].
        fusion: number of candidates, weights to try, monitored metric.
        block_mib: bound on the memory of a block of scores, MiB.
        device: where the scorers expect the user indices.

    Raises:
        InputError: a score that is not finite (`ScoreError`, which names the model), or no user to
            validate by.
    """
    train = matrices[Split.TRAIN]
    among = candidates(scorers, train, train, fusion.top, block_mib=block_mib, device=device)
    tried = search(among, matrices[Split.VALIDATION], fusion)
    return Choice(max(tried, key=lambda weights: tried[weights]), tried)  # of equal ones the first


def fuse(
    scorers: Mapping[str, Scorer],
    weights: Weights,
    matrices: Mapping[Split, sparse.csr_matrix],
    evaluate: EvaluateConfig,
    fusion: FusionConfig,
    *,
    device: torch.device | str = "cpu",
) -> EvaluationResult:
    """Measure the ranking by weights that have been chosen, on validation and test.

    Args:
        scorers: as for `choose`.
        weights: of the models after the first.
        matrices: interactions of each split, CSR [U, I].
        evaluate: list lengths, mask, memory bound.
        fusion: number of candidates.
        device: where the scorers expect the user indices.

    Raises:
        InputError: a score that is not finite (`ScoreError`, which names the model), or a split
            without a user to measure.
    """
    train = matrices[Split.TRAIN]
    masks = [train] if evaluate.mask == "train" else [train, seen_at_test(matrices, evaluate)]
    find = partial(candidates, scorers, train, block_mib=evaluate.block_mib, device=device)
    lists = [ranked(find(seen, fusion.top), weights, evaluate.top_k) for seen in masks]
    return measured(lists[0], lists[-1], matrices, evaluate)


def best_first(
    scorers: Mapping[str, Scorer],
    matrices: Mapping[Split, sparse.csr_matrix],
    fusion: FusionConfig,
    *,
    block_mib: float,
    device: torch.device | str = "cpu",
) -> dict[str, Scorer]:
    """The models in the order of their own validation metric, of equal ones the first.

    Args:
        scorers: by the name of the model.
        matrices: interactions of training and validation, CSR [U, I].
        fusion: which metric.
        block_mib: bound on the memory of a block of scores, MiB.
        device: where the scorers expect the user indices.

    Raises:
        InputError: as of `choose`.
    """
    train, held_out = matrices[Split.TRAIN], matrices[Split.VALIDATION]
    values = {}
    for name, scorer in scorers.items():
        alone = candidates(
            {name: scorer}, train, train, fusion.monitored, block_mib=block_mib, device=device
        )
        values[name] = _validated(ranked(alone, (), fusion.monitored), held_out, fusion)
    return {name: scorers[name] for name in sorted(values, key=lambda name: -values[name])}


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
            tried[weights] = _validated(lists, validation, fusion)
        return tried[weights]

    best, before = (0.0,) * (len(among.standardised) - 1), None
    while best != before:
        before = best
        for n in range(len(best)):
            options = [(*best[:n], weight, *best[n + 1 :]) for weight in fusion.weights]
            best = max((best, *options), key=value)  # of equal ones the first
    return tried


def _validated(lists: RankedLists, validation: sparse.csr_matrix, fusion: FusionConfig) -> float:
    """The monitored metric of lists of its length."""
    hits = hits_of_split(Split.VALIDATION, lists, validation)
    return accuracy(hits, (fusion.monitored,)).means()[fusion.monitor]
