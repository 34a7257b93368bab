"""What a fitted recommender is made of, whether it is in memory or in a folder.

Shape suffixes: U users, I items, d dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from siger_pipeline.models.inputs import ModelInputs

SCORING = ("format", "model", "config", "weights")  # of a checkpoint, what a model is restored from


@dataclass(frozen=True)
class Parts:
    """All that recommending, explaining and folding in newcomers needs.

    Attributes:
        checkpoint: `format`, `model`, `config` and `weights`, as `training.checkpoint.restore`
            reads them.
        inputs: what the model was built from: training interactions, and matrices by request.
        users: ids of the users as text, [U]; row u of everything is user u.
        items: a row an item, in the order of the items everywhere: `item` (id as text), `title`
            where there are titles, and other columns of text.
        seen: what is never recommended unless asked for, CSR [U, I].
        embeddings: final embeddings of users [U, d] and items [I, d], float32, of a model that
            ranks by a dot product; None of any other.
        card: what the model card says, JSON values: `provenance` and `metrics` of a trial; empty
            where nothing is known.
    """

    checkpoint: Mapping[str, Any]
    inputs: ModelInputs
    users: np.ndarray
    items: pd.DataFrame
    seen: sparse.csr_matrix
    embeddings: tuple[np.ndarray, np.ndarray] | None = None
    card: Mapping[str, Any] = field(default_factory=dict)


def parts_of(
    checkpoint: Mapping[str, Any],
    inputs: ModelInputs,
    users: np.ndarray,
    items: pd.DataFrame,
    seen: sparse.csr_matrix,
    *,
    card: Mapping[str, Any] | None = None,
    device: str = "cpu",
) -> Parts:
    """The parts of a trained model; its final embeddings are computed here.

    Args:
        checkpoint: of the trained model (`training.checkpoint`); of a closed form, the fitted one.
        inputs: what it was built from.
        users: ids as text, [U].
        items: a row an item: `item`, perhaps `title` and other texts. Texts that a shop's pages
            escape (`Corkle &amp; Finch`) become what they stand for.
        seen: what is not to be recommended, CSR [U, I]: at least the training interactions.
        card: see `Parts`.
        device: where the embeddings are computed: the training's, for those of evaluation.

    Raises:
        InputError: ids that are not distinct texts, or shapes that do not fit.
    """
    raise NotImplementedError
