"""Users and items that the model was not trained with, folded in without training.

Newcomers join the model's graphs with no embedding of their own, and the model propagates to them
as it does to everybody: see `serving.growth`. What was there before stays as it is, to the bit.

Shape suffixes: U users, I items, n newcomers, d dimensions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from scipy import sparse

from siger_pipeline.data.schema import Columns
from siger_pipeline.models.neighbourhood import Neighbourhood
from siger_pipeline.models.recommender import DotProduct, Recommender
from siger_pipeline.models.registry import model_class
from siger_pipeline.serving.growth import grown_features, grown_inputs, grown_weights
from siger_pipeline.serving.ids import Ids
from siger_pipeline.serving.newcomer_checks import (
    Newcomers,
    NoPlaceError,
    check,
    unfit_items,
    widths_of,
)
from siger_pipeline.serving.parts import Parts, unescaped
from siger_pipeline.serving.placing import placed
from siger_pipeline.serving.unplaced import unplaced
from siger_pipeline.training.checkpoint import restore


@dataclass(frozen=True)
class Grown:
    """The parts with newcomers.

    Attributes:
        parts: the known users and items first, then the new ones in their order.
        left_out: id of a newcomer who could not be placed -> why.
        unknown: id of a new user -> the items of their history that nobody knows; the others count.
    """

    parts: Parts
    left_out: Mapping[str, str]
    unknown: Mapping[str, Sequence[str]]


def with_newcomers(parts: Parts, newcomers: Newcomers) -> Grown:
    """Fold newcomers in; who cannot be placed is left out, and the others are served.

    Raises:
        InputError: features of the wrong width or number, ids that are no texts or stand twice, or
            nobody who could be placed: then the message says why.
    """
    newcomers = _described(parts, newcomers)
    check(parts, newcomers)
    left_out = unfit_items(parts, newcomers)
    while True:
        fit = _without(newcomers, left_out)
        histories, unknown, without = _histories(parts, fit)
        left_out |= without
        if not histories and not len(fit.items):
            first, why = next(iter(left_out.items()), ("nobody", "no newcomer was named"))
            (usual, _), *_ = Counter(left_out.values()).most_common(1) or [(why, 0)]
            raise NoPlaceError(f"no newcomer can be placed: {first!r}: {why}", usual)
        grown = _grown(parts, fit, histories)
        without_place = unplaced(grown, parts)
        if not without_place:
            return Grown(grown, left_out, unknown)
        left_out |= without_place


def _described(parts: Parts, newcomers: Newcomers) -> Newcomers:
    """The newcomers, with features of the modalities that an extractor can make."""
    if not len(newcomers.items):
        return newcomers
    wanted = {m: each for m, each in parts.learned.items() if m not in newcomers.features}
    made = placed(wanted, newcomers.items, newcomers.pictures)
    return replace(newcomers, features={**made, **newcomers.features})


def _without(newcomers: Newcomers, left_out: Mapping[str, str]) -> Newcomers:
    kept = ~newcomers.items[Columns.ITEM].isin(list(left_out)).to_numpy(dtype=bool)
    histories = {user: of for user, of in newcomers.histories.items() if user not in left_out}
    features = {modality: np.asarray(rows)[kept] for modality, rows in newcomers.features.items()}
    return Newcomers(histories, newcomers.items[kept], features)


def _histories(
    parts: Parts, newcomers: Newcomers
) -> tuple[dict[str, list[str]], dict[str, list[str]], dict[str, str]]:
    """Histories of items that there are, those that there are not, and who is left out, and why."""
    names = np.concatenate([parts.items[Columns.ITEM], newcomers.items[Columns.ITEM]])
    items, users = Ids("items", names.astype(object)), Ids("users", parts.users)
    already, _ = users.known(newcomers.histories)
    left_out = dict.fromkeys(already, "the recommender knows the user already, who stays as before")
    kept, unknown = {}, {}
    for user, history in newcomers.histories.items():
        if user in left_out:
            continue
        kept[user], lost = items.known(dict.fromkeys(history))
        if lost:
            unknown[user] = lost
        if not kept[user]:
            del kept[user]
            left_out[user] = (
                "nobody knows an item of the history" if lost else "no history is given"
            )
    return kept, unknown, left_out


def _grown(parts: Parts, newcomers: Newcomers, histories: Mapping[str, Sequence[str]]) -> Parts:
    inputs, items = parts.inputs, unescaped(newcomers.items)
    all_items = pd.concat([parts.items, items], ignore_index=True)[list(parts.items)]
    names = Ids("items", all_items[Columns.ITEM].to_numpy(dtype=object))
    rows = [np.sort(names.rows(list(history))) for history in histories.values()]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)])
    columns = np.concatenate([*rows, np.empty(0, np.int64)]).astype(np.int32)
    shape = (len(rows), len(all_items))
    ones = np.ones(len(columns), dtype=inputs.interactions.dtype)
    histories_nI = sparse.csr_matrix((ones, columns, indptr.astype(np.int32)), shape=shape)
    behind, features = _features(parts, newcomers)
    by_columns = issubclass(model_class(parts.checkpoint["model"]), Neighbourhood)
    grown = grown_inputs(inputs, histories_nI, features, scores_by_columns=by_columns)
    checkpoint = {**parts.checkpoint, "weights": grown_weights(parts.checkpoint, grown)}
    seen = sparse.csr_matrix(
        (parts.seen.data, parts.seen.indices, parts.seen.indptr),
        shape=(inputs.n_users, len(all_items)),
    )
    return replace(
        parts,
        checkpoint=checkpoint,
        inputs=grown,
        users=np.concatenate([parts.users, np.array(list(histories), dtype=object)]),
        items=all_items,
        seen=sparse.csr_matrix(sparse.vstack([seen, histories_nI], format="csr")),
        embeddings=_embeddings(parts, restore(checkpoint, grown)),
        behind=behind,
        card={**parts.card, "folded_in": _counted(parts, len(rows), len(items))},
    )


def _features(
    parts: Parts, newcomers: Newcomers
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Features of all items by modality: those behind graphs, and all."""
    known = {str(r.modality): x for r, x in parts.inputs.matrices.items() if r.modality}
    known |= parts.behind
    new = {
        modality: np.nan_to_num(
            newcomers.features.get(modality, np.zeros((len(newcomers.items), width)))
        )
        for modality, width in widths_of(parts).items()
    }
    features = grown_features(known, new)
    return {modality: features[modality] for modality in parts.behind}, features


def _embeddings(parts: Parts, model: Recommender) -> tuple[np.ndarray, np.ndarray] | None:
    """Those that were there, as they were, and below them the newcomers'."""
    if parts.embeddings is None or not isinstance(model, DotProduct):
        return None
    with torch.no_grad():
        made = [table.detach().float().numpy() for table in model.embed()]
    users, items = (
        np.concatenate([old, new[len(old) :]])
        for old, new in zip(parts.embeddings, made, strict=True)
    )
    return users, items


def _counted(parts: Parts, users: int, items: int) -> dict[str, int]:
    before = parts.card.get("folded_in", {"users": 0, "items": 0})
    return {"users": before["users"] + users, "items": before["items"] + items}
