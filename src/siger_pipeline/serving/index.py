"""An index of items for large catalogues: not every item is scored, and the loss is measured.

Items are sorted into lists around centres (faiss, IVF), and a user's best items are sought in the
lists whose centres score best. How many lists are looked through is doubled until the recall
against exact search is what is wanted.

Shape suffixes: U users, I items, n users that are asked for, d dimensions, K length of a list.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from scipy import sparse

from siger_pipeline.errors import ParameterError
from siger_pipeline.serving.parts import Parts

LOG = logging.getLogger(__name__)
LEAST_ITEMS = 50_000  # below, scoring all items takes a few milliseconds
MEASURED_USERS, MEASURED_K = 500, 10
TRAINED_ON = 64  # items a list, of which the centres are computed
SEED = 1234


@dataclass(frozen=True)
class ItemIndex:
    """Approximate best items by a dot product.

    Attributes:
        lists: of items.
        probed: lists that are looked through for each user.
        recall: share of the exact ten best items that it finds, the mean over some users.
        users: their number.
    """

    lists: int
    probed: int
    recall: float
    users: int
    faiss: Any

    def __str__(self) -> str:
        return (
            f"approximate: {self.probed:,} of {self.lists:,} lists of items are looked through, "
            f"and hold {self.recall:.1%} of the exact {MEASURED_K} best items of {self.users:,} "
            "users"
        )

    def best(
        self, users_nd: np.ndarray, seen_nI: sparse.csr_matrix, k: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The k best items that are found and not masked, −1 where there are fewer, and scores.

        Args:
            users_nd: embeddings of the users.
            seen_nI: what is masked, a row a user.
            k: K.
        """
        most = int(np.diff(seen_nI.indptr).max(initial=0))
        scores_nD, items_nD = self.faiss.search(
            np.ascontiguousarray(users_nd, np.float32), k + most
        )
        for row, items in enumerate(items_nD):
            hidden = seen_nI.indices[seen_nI.indptr[row] : seen_nI.indptr[row + 1]]
            items[np.isin(items, hidden)] = -1
        scores_nD[items_nD < 0] = -np.inf
        order = np.argsort(-scores_nD, axis=1, kind="stable")[:, :k]
        items, scores = (np.take_along_axis(x, order, axis=1) for x in (items_nD, scores_nD))
        return items, scores


def index_of(parts: Parts, least_recall: float, least_items: int = LEAST_ITEMS) -> ItemIndex | None:
    """The index of a recommender's items; None of a catalogue with fewer than `least_items`.

    Raises:
        ParameterError: faiss is not installed, or the model ranks by no dot product.
    """
    if parts.embeddings is None:
        model = parts.checkpoint["model"]
        raise ParameterError(f"model {model} ranks by no dot product: it has no index")
    if len(parts.items) < least_items:
        return None
    return build_index(*parts.embeddings, least_recall)


def build_index(
    users_Ud: np.ndarray, items_Id: np.ndarray, least_recall: float = 0.95
) -> ItemIndex:
    """The index of some items; the same bytes of embeddings make the same one.

    Args:
        users_Ud: embeddings of users; the recall is measured over some of them.
        items_Id: embeddings of items.
        least_recall: recall@10 against exact search that is wanted, in (0, 1].

    Raises:
        ParameterError: faiss is not installed, or a recall that cannot be.
    """
    if find_spec("faiss") is None:
        raise ParameterError(
            "an index needs faiss, which is not installed: pip install 'siger-pipeline[ann]'; "
            "without an index all items are scored, which is exact"
        )
    if not 0 < least_recall <= 1:
        raise ParameterError(f"least_recall is {least_recall}, wanted is a share above 0, up to 1")
    import faiss

    items = np.ascontiguousarray(items_Id, np.float32)
    lists = max(1, min(len(items), round(4 * len(items) ** 0.5)))
    quantiser = faiss.IndexFlatIP(items.shape[1])
    index = faiss.IndexIVFFlat(quantiser, items.shape[1], lists, faiss.METRIC_INNER_PRODUCT)
    draw = np.random.default_rng(SEED)
    index.cp.seed = SEED
    some = draw.choice(len(items), min(len(items), TRAINED_ON * lists), replace=False)
    index.train(items[np.sort(some)])
    index.add(items)
    asked = draw.choice(len(users_Ud), min(len(users_Ud), MEASURED_USERS), replace=False)
    users = np.ascontiguousarray(users_Ud[np.sort(asked)], np.float32)
    exact = faiss.IndexFlatIP(items.shape[1])
    exact.add(items)
    _, wanted = exact.search(users, min(MEASURED_K, len(items)))
    index.nprobe = 1
    while (recall := _recall(index, users, wanted)) < least_recall and index.nprobe < lists:
        index.nprobe = min(lists, 2 * index.nprobe)
    found = ItemIndex(lists, int(index.nprobe), recall, len(users), index)
    LOG.info("Items are sought by an index, %s", found)
    return found


def _recall(index: Any, users: np.ndarray, wanted: np.ndarray) -> float:
    _, found = index.search(users, wanted.shape[1])
    hits = [np.isin(a, b).mean() for a, b in zip(wanted, found, strict=True)]
    return float(np.mean(hits))
