"""An index of items beside exact search: `python -m benchmarks.item_index`.

A made-up catalogue of clustered embeddings (64-d); a user at a time on one thread: milliseconds of
the ten best items by the index and by a plain product with all items, and the index's recall.
"""

import argparse
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from scipy import sparse

from siger_pipeline.serving.index import build_index

DIMENSIONS, CENTRES, USERS = 64, 2000, 300


def clustered(draw: np.random.Generator, centres: np.ndarray, number: int) -> np.ndarray:
    """Embeddings around centres, float32 [number, d]."""
    around = centres[draw.integers(len(centres), size=number)]
    spread = 0.5 * draw.standard_normal((number, DIMENSIONS), dtype=np.float32)
    return np.asarray(around + spread, dtype=np.float32)


def milliseconds(answer: Callable[[np.ndarray], object], users: np.ndarray) -> float:
    """The median of one user's answer."""
    taken = []
    for user in users:
        start = time.perf_counter()
        answer(user[None])
        taken.append(time.perf_counter() - start)
    return 1e3 * median(taken)


def main() -> None:
    """Measure, and print a row of Markdown for each size."""
    import faiss

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--least-recall", type=float, default=0.95)
    asked = parser.parse_args()
    faiss.omp_set_num_threads(1)
    draw = np.random.default_rng(0)
    centres = draw.standard_normal((CENTRES, DIMENSIONS), dtype=np.float32)
    users = clustered(draw, centres, USERS)
    sys.stdout.write(
        "| items | built, s | index, ms | exact, ms | recall@10 |\n|---|---|---|---|---|\n"
    )
    for number in asked.items:
        items = clustered(draw, centres, number)
        start = time.perf_counter()
        index = build_index(users, items, asked.least_recall)
        built = time.perf_counter() - start
        nothing = sparse.csr_matrix((1, number))

        def scored(user: np.ndarray, items: np.ndarray = items) -> np.ndarray:
            scores = (user @ items.T)[0]
            best = np.argpartition(-scores, 10)[:10]
            return best[np.argsort(-scores[best])]

        fast = milliseconds(lambda user, i=index, n=nothing: i.best(user, n, 10), users)  # type: ignore[misc]
        row = [f"{number:,}", f"{built:.0f}", f"{fast:.2f}", f"{milliseconds(scored, users):.2f}"]
        sys.stdout.write(f"| {' | '.join([*row, f'{index.recall:.3f}'])} |\n")


if __name__ == "__main__":
    main()
