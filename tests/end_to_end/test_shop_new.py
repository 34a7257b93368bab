"""A shop's own files, of a shape that no sample has, from the command to recommendations."""

import csv
import gzip
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from end_to_end.project import copy_to

DRAW = random.Random(7)
BOOKS = [f"{n:04}" for n in range(40)]
READERS = [f"r{n}@example.org" for n in range(30)]


def write_shop(folder: Path) -> set[tuple[str, str]]:
    """Loans as packed CSV, books as Parquet with vectors in it; the pairs of reader and book."""
    folder.mkdir()
    taste = {reader: n % 4 for n, reader in enumerate(READERS)}
    pairs = {
        (reader, BOOKS[(DRAW.randrange(10) * 4 + kind) % 40])
        for reader, kind in taste.items()
        for _ in range(14)
    }
    with gzip.open(folder / "loans.csv.gz", "wt", newline="") as file:
        writer = csv.writer(file, delimiter="|")
        writer.writerow(["borrower email", "book no", "borrowed at", "shelf"])
        for n, (reader, book) in enumerate(sorted(pairs)):
            writer.writerow([reader, book, f"2024-03-{n % 28 + 1:02}T10:00:00+01:00", "a"])
    order = DRAW.sample(BOOKS, len(BOOKS))
    rng = np.random.default_rng(0)
    kinds = [[float(int(book) % 4 == n) for n in range(4)] for book in order]
    vectors = np.array(kinds) + rng.normal(scale=0.1, size=(40, 4))
    kind = ("History", "Cooking", "Travel", "Crime")
    titles = [f"{kind[int(book) % 4]} №{book}" for book in order]
    books = pa.table({"vec": vectors.tolist(), "book no": order, "title": titles})
    pq.write_table(books, folder / "books.parquet")
    return pairs


def test_from_a_companys_files_to_recommendations(tmp_path: Path) -> None:
    project = copy_to(tmp_path / "project")
    pairs = write_shop(tmp_path / "library")
    files = [str(tmp_path / "library" / name) for name in ("loans.csv.gz", "books.parquet")]
    done = project.kedro("shop", "new", "library", *files)
    assert done.returncode == 0, done.stderr
    assert "content has the vectors of books.parquet" in done.stdout
    assert done.stdout.rstrip().endswith("kedro run --env library")
    nodes = "evaluate.content_knn"
    project.run("--env", "library", "--params", "model=content_knn", "--to-nodes", nodes)
    found = pd.read_parquet(project.newest("02_intermediate/library/interactions.parquet"))
    assert set(zip(found["user"], found["item"], strict=True)) == pairs
    index = pd.read_parquet(project.newest("03_primary/library/item_index.parquet"))
    features = np.load(project.newest("04_feature/library/content_features.npy"))
    assert [int(item) % 4 for item in index["item"]] == features.argmax(axis=1).tolist()
    recommended = pd.read_parquet(
        project.newest("07_model_output/library/content_knn/recommendations.parquet")
    )
    assert set(recommended["item"]) <= set(BOOKS) and set(recommended["user"]) <= set(READERS)
