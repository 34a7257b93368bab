"""Each source's environment on its tracked sample, against readings of the raw files by pandas.

One process runs them all, since most of a run's seconds are imports.
"""

import ast
import csv
import gzip
import json
import subprocess
import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from end_to_end.project import ROOT, Project, copy_to
from tools.samples.amazon import user_2023
from tools.samples.shop import FOREIGN_TITLES

SAMPLES = ROOT / "data" / "01_raw" / "samples"
ENVIRONMENTS = (
    *("amazon_2014_sample", "amazon_2023_sample", "amazon_2023_split_sample"),
    *("microlens_sample", "mmrec_sample", "recbole_sample", "tables_sample"),
)
RUN_EACH = """
import sys
from kedro.framework.cli.cli import main
for environment in sys.argv[1:]:
    sys.argv = ["kedro", "run", "--env", environment, "--params", "model=content_knn"]
    sys.argv += ["--to-nodes", "evaluate.content_knn"]
    try:
        main()
    except SystemExit as end:
        assert not end.code, environment
"""
PARTS = {"train": "train", "valid": "validation", "test": "test"}
Pairs = set[tuple[str, str]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_to(tmp_path_factory.mktemp("sources"))
    (project.path / "data/01_raw/samples").symlink_to(SAMPLES)
    done = subprocess.run(
        [sys.executable, "-c", RUN_EACH, *ENVIRONMENTS],
        cwd=project.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return project


def table(project: Project, environment: str, name: str) -> pd.DataFrame:
    layer = "02_intermediate" if name in ("items", "interactions") else "03_primary"
    found = pd.read_parquet(project.newest(f"{layer}/{environment}/{name}.parquet"))
    return found.astype(object).where(found.notna(), None)


def splits(project: Project, environment: str) -> dict[str, Pairs]:
    """The pairs of each part by the ids of the source."""
    numbered = table(project, environment, "splits")
    named = numbered.merge(table(project, environment, "user_index"), on="user_id")
    named = named.merge(table(project, environment, "item_index"), on="item_id")
    return {
        part: set(zip(rows["user"], rows["item"], strict=True))
        for part, rows in named.groupby("split")
    }


def records(path: Path, read: Any = json.loads) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [read(line) for line in file]


def pairs_of(rows: Iterable[dict[str, Any]], user: str, item: str) -> Pairs:
    return {(str(row[user]), str(row[item])) for row in rows}


def csv_rows(path: Path, delimiter: str = ",") -> list[dict[str, Any]]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(text.decode().splitlines(), delimiter=delimiter))


def published(folder: Path, pattern: str, user: str, item: str, by: str) -> dict[str, Pairs]:
    return {
        ours: pairs_of(csv_rows(folder / pattern.format(part), by), user, item)
        for part, ours in PARTS.items()
    }


def test_every_interaction_of_2014_stands_where_mmrecs_split_has_it(project: Project) -> None:
    folder = SAMPLES / "amazon_2014"
    reviews = records(folder / "reviews_Home_5.json.gz")
    found = splits(project, "amazon_2014_sample")
    assert set.union(*found.values()) == pairs_of(reviews, "reviewerID", "asin")
    inter = pd.read_csv(folder / "split/home.inter", sep="\t")
    inter = inter.merge(pd.read_csv(folder / "split/i_id_mapping.csv", sep="\t"), on="itemID")
    inter = inter.merge(pd.read_csv(folder / "split/u_id_mapping.csv", sep="\t"), on="userID")
    for label, part in enumerate(PARTS.values()):
        rows = inter[inter["x_label"] == label]
        assert found[part] == set(zip(rows["user_id"], rows["asin"], strict=True))


def test_literals_and_vectors_of_2014_belong_to_their_items(project: Project) -> None:
    folder = SAMPLES / "amazon_2014"
    expected: dict[str, Any] = {}
    for record in records(folder / "meta_Home.json.gz", ast.literal_eval):
        expected.setdefault(record["asin"], record)
    items = table(project, "amazon_2014_sample", "items").set_index("item")
    assert set(FOREIGN_TITLES) <= set(items["title"]) and len(items) == len(expected)
    for asin, record in expected.items():
        assert items.loc[asin, "title"] == record["title"]
        assert items.loc[asin, "categories"] == " ".join(chain(*record["categories"]))
        assert items.loc[asin, "image"] == record.get("imUrl")
    layout = np.dtype([("asin", "S10"), ("vector", "<f4", (4096,))])
    stored = np.fromfile(folder / "image_features_Home.b", dtype=layout)
    vectors = {row["asin"].decode(): row["vector"] for row in stored}
    folder_ = "04_feature/amazon_2014_sample"
    features = np.load(project.newest(f"{folder_}/image_features.npy"))
    missing = np.load(project.newest(f"{folder_}/image_missing.npy"))
    for _, row in table(project, "amazon_2014_sample", "item_index").iterrows():
        asin, n = row["item"], row["item_id"]
        assert missing[n] == (asin not in vectors)
        np.testing.assert_array_equal(features[n], vectors.get(asin, np.zeros(4096)))


def test_reviews_of_2023_are_all_there_with_their_times(project: Project) -> None:
    reviews = records(SAMPLES / "amazon_2023" / "Home.jsonl.gz")
    rows = table(project, "amazon_2023_sample", "interactions")
    expected = {(r["user_id"], r["parent_asin"], r["timestamp"], r["rating"]) for r in reviews}
    columns = [rows[name] for name in ("user", "item", "timestamp", "rating")]
    assert set(zip(*columns, strict=True)) == expected
    found = splits(project, "amazon_2023_sample")
    time = {(user, item): at for user, item, at, _ in expected}
    assert max(time[p] for p in found["train"]) < min(time[p] for p in found["validation"])
    assert max(time[p] for p in found["validation"]) < min(time[p] for p in found["test"])


def test_metadata_of_2023_are_items_with_features_and_pictures(project: Project) -> None:
    expected: dict[str, Any] = {}
    for record in records(SAMPLES / "amazon_2023" / "meta_Home.jsonl.gz"):
        expected.setdefault(record["parent_asin"], record)
    items = table(project, "amazon_2023_sample", "items").set_index("item")
    assert len(items) == len(expected)
    for item, record in expected.items():
        row = items.loc[item]
        assert row["title"] == record["title"] and row["brand"] == record["store"]
        assert (row["features"] or "") == " ".join(record["features"])
        pictures = record["images"]
        assert row["image"] == (pictures[0]["hi_res"] if pictures else None)


@pytest.mark.parametrize(
    ("environment", "pattern", "user", "item", "by"),
    [
        (
            *("amazon_2023_split_sample", "amazon_2023/5core/last_out/Home.{}.csv.gz"),
            *("user_id", "parent_asin", ","),
        ),
        (
            *("recbole_sample", "recbole/home.{}.inter"),
            *("user_id:token", "item_id:token", "\t"),
        ),
    ],
)
def test_ready_splits_are_taken_as_they_are(
    project: Project, environment: str, pattern: str, user: str, item: str, by: str
) -> None:
    assert splits(project, environment) == published(SAMPLES, pattern, user, item, by)


def test_all_sources_have_the_same_shop(project: Project) -> None:
    # The generator writes one shop in all formats: so what is read must be the same.
    of_2014, of_2023 = (
        splits(project, name) for name in ("amazon_2014_sample", "amazon_2023_split_sample")
    )
    for part, pairs in of_2014.items():
        assert {(user_2023(user), item) for user, item in pairs} == of_2023[part]
    assert splits(project, "recbole_sample") == of_2014
    assert splits(project, "mmrec_sample") == of_2014
    of_tables = splits(project, "tables_sample")
    assert set.union(*of_tables.values()) == set.union(*of_2014.values())


def test_pairs_and_texts_of_microlens_are_those_of_the_files(project: Project) -> None:
    folder = SAMPLES / "microlens"
    pairs = csv_rows(folder / "MicroLens-50k_pairs.csv")
    assert set.union(*splits(project, "microlens_sample").values()) == pairs_of(
        pairs, "user", "item"
    )
    titles = {row["item"]: row["title"] for row in csv_rows(folder / "MicroLens-50k_titles.csv")}
    others, tags = (
        dict(csv.reader((folder / name).read_text(encoding="utf-8").splitlines()))
        for name in ("title_other.csv", "tags_to_summary.csv")
    )
    items = table(project, "microlens_sample", "items").set_index("item")
    assert set(items.index) == set(titles)
    for item, title in titles.items():
        assert items.loc[item, "title"] == f"{title} {others[item]}"
        assert items.loc[item, "categories"] == tags[item]
    missing = np.load(project.newest("04_feature/microlens_sample/image_missing.npy"))
    index = table(project, "microlens_sample", "item_index")
    covers = {path.stem for path in (folder / "covers").iterdir()}
    assert set(index["item"][missing.astype(bool)]) == set(index["item"]) - covers


def test_any_modality_of_mmrec_is_the_rows_of_its_file(project: Project) -> None:
    index = table(project, "mmrec_sample", "item_index")
    for modality in ("text", "image", "audio"):
        raw = np.load(SAMPLES / "mmrec" / f"{modality}_feat.npy")
        features = np.load(project.newest(f"04_feature/mmrec_sample/{modality}_features.npy"))
        np.testing.assert_array_equal(features, raw[index["row"].astype(int)])


def test_tables_are_read_by_the_names_that_the_configuration_gives(project: Project) -> None:
    folder = SAMPLES / "tables"
    orders = pd.read_csv(folder / "bestellungen.csv", sep=";", decimal=",", encoding="utf-8-sig")
    bought = orders[orders["Ereignis"] == "kauf"]
    times = pd.to_datetime(bought["Bestelldatum"], format="%d.%m.%Y %H:%M:%S", utc=True)
    rows = table(project, "tables_sample", "interactions")
    found = zip(*(rows[name] for name in ("user", "item", "timestamp", "rating")), strict=True)
    milliseconds = times.dt.tz_localize(None).astype("datetime64[ms]").astype("int64")
    named = (bought["Kundennummer"], bought["Artikelnummer"], milliseconds, bought["Sterne"])
    assert set(found) == set(zip(*named, strict=True))
    products = map(json.loads, (folder / "products.jsonl").read_text("utf-8").splitlines())
    items = table(project, "tables_sample", "items").set_index("item")
    for product in products:
        row = items.loc[product["sku"]]
        assert row["title"] == product["details"]["name"]
        assert (row["categories"] or "") == " ".join(product["tags"])
        assert (row["brand"] or "") == product["details"]["maker"]


def test_vectors_stand_in_the_rows_of_their_items_whatever_the_order_of_the_file(
    project: Project,
) -> None:
    ids = (SAMPLES / "tables/image_ids.txt").read_text().split()
    vectors = dict(zip(ids, np.load(SAMPLES / "tables/image_vectors.npy"), strict=True))
    features = np.load(project.newest("04_feature/tables_sample/image_features.npy"))
    index = table(project, "tables_sample", "item_index").sort_values("item_id")
    assert index["item"].tolist() != [item for item in ids if item in set(index["item"])]
    zeros = np.zeros(features.shape[1])
    expected = np.array([vectors.get(item, zeros) for item in index["item"]], dtype=np.float32)
    np.testing.assert_array_equal(features, expected)
    missing = np.load(project.newest("04_feature/tables_sample/image_missing.npy"))
    assert missing.sum() == 1


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_model_was_evaluated(project: Project, environment: str) -> None:
    metrics = project.metrics("content_knn", environment)
    assert metrics
