"""The public files, as they are; SIGER_DATA names the folder that holds them."""

import os
from pathlib import Path

import pandas as pd
import pytest
from ibis.expr.types import Table

from siger_pipeline.data.config import SplitConfig, Strategy
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.datasets.delimited import DelimitedDataset
from siger_pipeline.datasets.lines import LinesDataset
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.pipelines.ingest import nodes

TOTALS = {
    "baby": (19_445, 7_050, [118_551, 20_559, 21_682]),
    "sports": (35_598, 18_357, [218_409, 37_899, 40_029]),
    "microlens": (49_075, 17_228, [250_111, 50_543, 51_991]),
    "clothing": (39_387, 23_033, [197_338, 40_150, 41_189]),
    # Ten users have no training interaction, and their ten held-out ones leave.
    "tiktok": (9_308, 6_710, [59_541, 3_046, 6_125]),
}


def real(*parts: str) -> str:
    """The path of a file below SIGER_DATA; skips the test where it is absent."""
    root = os.environ.get("SIGER_DATA")
    if not root:
        pytest.skip("SIGER_DATA is not set")
    path = Path(root, *parts)
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return str(path)


def split_config(strategy: Strategy) -> SplitConfig:
    return SplitConfig(strategy=strategy, ratios=(0.8, 0.1, 0.1), seed=999, untrained_users="leave")


def stored(folder: Path, counts: pd.DataFrame) -> Table:
    """What the next node gets."""
    dataset = TableDataset(filepath=str(folder / "counts.parquet"))
    dataset.save(counts)
    return dataset.load()


def cleaned(rows: Table, read: pd.DataFrame, folder: Path) -> tuple[Table, pd.DataFrame]:
    return nodes.clean_interactions(rows, stored(folder, read), None, None, None)


@pytest.mark.parametrize("name", TOTALS)
def test_published_folders_keep_their_numbers_and_split(name: str, tmp_path: Path) -> None:
    inter = DelimitedDataset(filepath=real(name, f"{name}.inter"), delimiter="\t").load()
    item_file = Path(real(name), "i_id_mapping.csv")
    mapping = DelimitedDataset(filepath=item_file, delimiter="\t", optional=True).load()
    asin = {"item": "asin"}
    items = nodes.read_items("mmrec", item_file=mapping, interactions=inter, item_columns=asin)
    items = items.cache()
    user_file = Path(real(name), "u_id_mapping.csv")
    no_users = DelimitedDataset(filepath=user_file, delimiter="\t", optional=True).load()
    interactions, counts = nodes.read_interactions(
        "mmrec", interactions=inter, items=items, user_file=no_users, strategy=Strategy.PUBLISHED
    )
    interactions, counts = cleaned(interactions, counts, tmp_path)
    interactions = interactions.cache()
    users = nodes.index_users(interactions)
    catalogue = nodes.index_items(interactions, items, 1)
    assert (users[Columns.USER_ID] == users[Columns.USER].cast("int64")).all().to_pyarrow().as_py()
    assert (catalogue[Columns.ITEM_ID] == catalogue[Columns.ROW]).all().to_pyarrow().as_py()
    n_users, n_items, sizes = TOTALS[name]
    assert users.count().to_pyarrow().as_py() == n_users
    assert catalogue.count().to_pyarrow().as_py() == n_items
    splits, _ = nodes.split_interactions(
        interactions,
        stored(tmp_path, counts),
        users,
        catalogue,
        split_config(Strategy.PUBLISHED),
        items,
    )
    found = splits.to_pandas()[Columns.SPLIT].value_counts()
    assert [int(found[split.value]) for split in Split] == sizes


def test_raw_gift_cards(tmp_path: Path) -> None:
    folder = "raw", "amazon_2018"
    reviews = LinesDataset(filepath=real(*folder, "Gift_Cards_5.json.gz")).load()
    metadata = LinesDataset(filepath=real(*folder, "meta_Gift_Cards.json.gz")).load()
    interactions, read = nodes.read_interactions(
        "amazon", reviews=reviews, max_bad_share=0.0, strategy=Strategy.RANDOM_PER_USER
    )
    interactions, read = cleaned(interactions, read, tmp_path)
    assert read[Columns.INTERACTIONS].tolist() == [2_972, 2_965]
    assert read[Columns.REMOVED].tolist() == [0, 7]
    core, counts = nodes.keep_k_core(interactions, stored(tmp_path, read), 5)
    assert counts[Columns.INTERACTIONS].tolist()[-1] == 2_941
    items = nodes.read_items("amazon", metadata=metadata, reviews=reviews, max_bad_share=0.0)
    assert items.count().to_pyarrow().as_py() == 1_547
    assert items[Columns.PRICE].max().to_pyarrow().as_py() > 100
    assert core.anti_join(items, Columns.ITEM).count().to_pyarrow().as_py() == 0


def test_raw_microlens(tmp_path: Path) -> None:
    folder = "raw", "microlens_50k"
    sequences = LinesDataset(filepath=real(*folder, "MicroLens-50k_pairs.tsv")).load()
    titles = DelimitedDataset(
        filepath=real(*folder, "MicroLens-50k_titles.csv"), delimiter=","
    ).load()
    interactions, read = nodes.read_interactions(
        "microlens", sequences=sequences, max_bad_share=0.0, strategy=Strategy.RANDOM_PER_USER
    )
    interactions, read = cleaned(interactions, read, tmp_path)
    assert read[Columns.USERS].tolist() == [50_000, 50_000]
    assert read[Columns.ITEMS].tolist() == [19_220, 19_220]
    items = nodes.read_items("microlens", titles=titles, max_bad_share=0.0)
    assert interactions.anti_join(items, Columns.ITEM).count().to_pyarrow().as_py() == 0
