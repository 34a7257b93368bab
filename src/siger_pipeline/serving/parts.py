"""What a fitted recommender is made of, whether it is in memory or in a folder.

Shape suffixes: U users, I items, d dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy import sparse

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.recommender import DotProduct
from siger_pipeline.serving.placing import Learned
from siger_pipeline.training.checkpoint import restore

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
        learned: modality -> what describes new items by it; without one of a modality that the
            model reads, new items bring vectors.
        behind: modality -> features of the items [I, d_m] that graphs were made of and the model
            does not read itself: new items find their neighbours by them.
    """

    checkpoint: Mapping[str, Any]
    inputs: ModelInputs
    users: np.ndarray
    items: pd.DataFrame
    seen: sparse.csr_matrix
    embeddings: tuple[np.ndarray, np.ndarray] | None = None
    card: Mapping[str, Any] = field(default_factory=dict)
    learned: Mapping[str, Learned] = field(default_factory=dict)
    behind: Mapping[str, np.ndarray] = field(default_factory=dict)


def parts_of(
    checkpoint: Mapping[str, Any],
    inputs: ModelInputs,
    users: np.ndarray,
    items: pd.DataFrame,
    seen: sparse.csr_matrix,
    *,
    card: Mapping[str, Any] | None = None,
    learned: Mapping[str, Learned] | None = None,
    behind: Mapping[str, np.ndarray] | None = None,
    device: str | torch.device = "cpu",
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
        learned: see `Parts`.
        behind: see `Parts`; those of `graphs.registry.features_behind`.
        device: where the embeddings are computed: the training's, for those of evaluation.

    Raises:
        InputError: ids that are not distinct texts, or shapes that do not fit.
    """
    _check_ids("users", users, inputs.n_users)
    _check_ids("items", items[Columns.ITEM].to_numpy(), inputs.n_items)
    if seen.shape != inputs.interactions.shape:
        raise InputError(
            f"seen has shape {seen.shape}, wanted {inputs.interactions.shape}: a row a user and a "
            "column an item, as the training interactions have"
        )
    for modality, matrix in (behind or {}).items():
        if len(matrix) != inputs.n_items:
            raise InputError(
                f"features of {modality} have {len(matrix)} rows, wanted {inputs.n_items}: a row "
                "an item"
            )
    return Parts(
        checkpoint={key: checkpoint[key] for key in SCORING},
        inputs=inputs,
        users=np.asarray(users, dtype=object),
        items=unescaped(items),
        seen=seen,
        embeddings=_embeddings(checkpoint, inputs, device),
        card=dict(card or {}),
        learned=dict(learned or {}),
        behind=dict(behind or {}),
    )


def titles_of(parts: Parts) -> np.ndarray:
    """Titles of the items, text or None, [I]."""
    if Columns.TITLE not in parts.items:
        return np.full(len(parts.items), None, dtype=object)
    titles = parts.items[Columns.TITLE].astype(object)
    return titles.where(titles.notna(), None).to_numpy(dtype=object)


def _check_ids(what: str, ids: np.ndarray, number: int) -> None:
    if len(ids) != number:
        raise InputError(f"there are {len(ids)} ids of {what}, and the model has {number} {what}")
    if wrong := [one for one in ids if not isinstance(one, str)]:
        raise InputError(
            f"{wrong[0]!r} among the ids of {what} is a {type(wrong[0]).__name__}: ids are texts"
        )
    found = pd.Index(ids)
    if not found.is_unique:
        raise InputError(
            f"{found[found.duplicated()][0]!r} stands twice among the ids of {what}: each must be "
            "one of a kind"
        )


def unescaped(items: pd.DataFrame) -> pd.DataFrame:
    """The columns of text, `&amp;` of a source that escapes being &; ids stay as they are."""
    texts = items.select_dtypes(include=["object", "string"])
    changed = {
        name: texts[name].map(unescape, na_action="ignore")
        for name in texts.columns
        if name != Columns.ITEM
    }
    return pd.DataFrame({Columns.ITEM: items[Columns.ITEM], **changed}).reset_index(drop=True)


def _embeddings(
    checkpoint: Mapping[str, Any], inputs: ModelInputs, device: str | torch.device
) -> tuple[np.ndarray, np.ndarray] | None:
    """Those that evaluation ranks by, float32 on the CPU."""
    model = restore(checkpoint, inputs)
    if not isinstance(model, DotProduct):
        return None
    with torch.no_grad():
        users_Ud, items_Id = model.to(device).embed()
    users, items = (table.detach().float().cpu().numpy() for table in (users_Ud, items_Id))
    return users, items
