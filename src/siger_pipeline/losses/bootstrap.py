"""Bootstrapped targets: an embedding is to predict another one, which gets no gradient.

Shape suffixes: N rows, B pairs, d dimensions.
"""

import torch
from torch import Tensor

from siger_pipeline.ops.unit_rows import unit_rows


def bootstrap_target(embedding_Nd: Tensor, mask_Nd: Tensor) -> Tensor:
    """An embedding as a target: without a gradient, and times the factors of a dropout.

    BM3 §3.2, the contrastive view.
    """
    return embedding_Nd.detach() * mask_Nd


def cosine_distance(predicted_Bd: Tensor, target_Bd: Tensor) -> Tensor:
    """1 − mean_b s(predicted_b, target_b), s the cosine: each of the terms of BM3's loss.

    In 0 to 2; a zero row counts as a cosine of 0.
    """
    return 1 - torch.linalg.vecdot(unit_rows(predicted_Bd), unit_rows(target_Bd)).mean()
