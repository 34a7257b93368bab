"""Newcomers folded in, beside a model that was trained with them: `python -m benchmarks.newcomers`.

A tenth of the users, then a tenth of the items, are taken away before training. Folded in, they are
compared with the same model trained with them: recall@20 of what these users like on test, or of
the new items among the new items, and the rank correlation of scores (Spearman's ρ, the mean over
users). Popularity, or chance, is the floor.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import sparse
from scipy.stats import spearmanr

import siger_pipeline
from siger_pipeline.serving import FittedRecommender
from siger_pipeline.serving.arrivals import arrive

K = 20
SHARE = 0.1
MODELS = ("SIGER", "LightGCN", "FREEDOM", "MGCN", "EASE")
PLACE_ITEMS = ("SIGER", "FREEDOM", "MGCN", "DAMRS", "ContentKNN")
Row = tuple[str, str, list[float]]


def newest(project: Path, name: str) -> Path:
    """The newest version of a file that a run has left."""
    return max((project / "data" / name).glob("*/*"))


def data_of(project: Path) -> tuple[dict[str, sparse.csr_matrix], dict[str, np.ndarray]]:
    """Interactions by split, and features by modality, of the sample."""
    splits = {
        name: sparse.load_npz(newest(project, f"03_primary/sample/{name}_matrix.npz")).tocsr()
        for name in ("train", "validation", "test")
    }
    features = {
        name: np.load(newest(project, f"04_feature/sample/{name}_features.npy"))
        for name in ("text", "image")
    }
    return splits, features


def without_rows(matrix: sparse.csr_matrix, rows: np.ndarray) -> sparse.csr_matrix:
    """The matrix with some rows emptied."""
    kept = np.ones(matrix.shape[0], dtype=np.float32)
    kept[rows] = 0
    emptied = sparse.csr_matrix(sparse.diags(kept) @ matrix)
    emptied.eliminate_zeros()
    return emptied


def fitted(model: str, seed: int, *given: Any, **more: Any) -> FittedRecommender:
    """The recommender of a model."""
    recommender: FittedRecommender = (
        getattr(siger_pipeline, model)(**seed_of(model, seed)).fit(*given, **more).recommender
    )
    return recommender


def seed_of(model: str, seed: int) -> dict[str, int]:
    """The seed, of a model that draws."""
    known = getattr(siger_pipeline, model)().get_params()
    return {"seed": seed} if "seed" in known else {}


def scores_of(recommender: FittedRecommender, users: Sequence[str]) -> np.ndarray:
    """Scores of all items for some users, [n, I]."""
    with torch.no_grad():
        return recommender.scorer(torch.from_numpy(recommender.users.rows(users))).numpy()


def recall(scores: np.ndarray, masked: sparse.csr_matrix, liked: sparse.csr_matrix) -> float:
    """Recall@20, the mean over the users with a liked item."""
    scores = np.where(masked.toarray() > 0, -np.inf, scores)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :K]
    hits = np.take_along_axis(liked.toarray() > 0, best, axis=1).sum(axis=1)
    number = np.diff(liked.indptr)
    return float(np.mean(hits[number > 0] / number[number > 0]))


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's ρ of the scores of each user, the mean."""
    pairs = zip(one, other, strict=True)
    return float(np.mean([spearmanr(a, b).statistic for a, b in pairs]))


def users(project: Path, model: str, seed: int) -> Row:
    """New users: folded in, and trained with."""
    splits, features = data_of(project)
    train, test = splits["train"], splits["test"]
    draw = np.random.default_rng(seed)
    ready = np.flatnonzero((np.diff(test.indptr) > 0) & (np.diff(train.indptr) > 0))
    new = np.sort(draw.choice(ready, int(SHARE * len(ready)), replace=False))
    given = {"features": features}
    whole = fitted(model, seed, train, validation=splits["validation"], **given)
    before, validation = (without_rows(splits[name], new) for name in ("train", "validation"))
    base = fitted(model, seed, before, validation=validation, **given)
    histories = {f"new {user}": list(map(str, train[user].indices)) for user in new}
    grown = base.with_newcomers(histories)
    trained, placed = scores_of(whole, [str(u) for u in new]), scores_of(grown, list(histories))
    popular = np.tile(np.asarray(before.sum(axis=0)), (len(new), 1))
    measured = [recall(scores, train[new], test[new]) for scores in (placed, trained, popular)]
    return model, "users", [*measured, correlation(placed, trained)]


def items(project: Path, model: str, seed: int) -> Row:
    """New items, ranked among themselves: folded in, and trained with but for interactions."""
    splits, features = data_of(project)
    everything = sparse.csr_matrix(sum(splits.values()))
    draw = np.random.default_rng(seed)
    n_items = everything.shape[1]
    new = np.sort(draw.choice(n_items, int(SHARE * n_items), replace=False))
    old = np.setdiff1d(np.arange(n_items), new)
    cold = [splits[name].T.tocsr() for name in ("train", "validation")]
    train, validation = (sparse.csr_matrix(without_rows(each, new).T) for each in cold)
    whole = fitted(model, seed, train, validation=validation, features=features)
    of_old = {name: rows[old] for name, rows in features.items()}
    base = fitted(model, seed, train[:, old], validation=validation[:, old], features=of_old)
    known = np.isin(np.arange(n_items), old)
    arrived = arrive(base.parts, features, known)
    liked = everything[:, new]
    asked = np.flatnonzero((np.diff(liked.indptr) > 0) & (np.diff(train.indptr) > 0))
    placed = arrived.scorer(torch.from_numpy(asked)).numpy()[:, new]
    trained = scores_of(whole, [str(user) for user in asked])[:, new]
    nothing = sparse.csr_matrix(liked[asked].shape)
    chance = draw.random(placed.shape)
    measured = [recall(scores, nothing, liked[asked]) for scores in (placed, trained, chance)]
    return model, "items", [*measured, correlation(placed, trained)]


def rows(project: Path, seeds: Sequence[int]) -> Iterator[Row]:
    """A row a model and kind of newcomer, means over the seeds."""
    for measure, models in ((users, MODELS), (items, PLACE_ITEMS)):
        for model in models:
            found = [measure(project, model, seed) for seed in seeds]
            yield *found[0][:2], np.mean([figures for *_, figures in found], axis=0).tolist()


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path, default=Path(), help="where `kedro run` has run")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    asked = parser.parse_args()
    lines = ["| model | new | folded in | trained with | floor | ρ |", "|---|---|---|---|---|---|"]
    for model, kind, figures in rows(asked.project, asked.seeds):
        lines.append(f"| {model} | {kind} | {' | '.join(f'{value:.3f}' for value in figures)} |")
    sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
