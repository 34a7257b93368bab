import gzip
import json
import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from omegaconf import OmegaConf
from scipy.sparse import load_npz

from siger_pipeline.data.config import IngestConfig, SplitConfig, ingest_model
from siger_pipeline.data.raw_file import raw_files
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import load_source
from siger_pipeline.datasets.delimited import DelimitedDataset
from siger_pipeline.datasets.json import JsonDataset
from siger_pipeline.datasets.lines import LinesDataset
from siger_pipeline.datasets.sparse import SparseDataset
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.pipelines.ingest import nodes
from siger_pipeline.pipelines.ingest.pipeline import create_pipeline
from siger_pipeline.plugins import SOURCES, own_names
from siger_pipeline.shell.selection import Selection

CONF = Path(__file__).parents[2] / "conf" / "base"
MADE = {
    *("raw_interactions", "interactions", "items", "read_counts", "clean_counts"),
    *("core_interactions", "core_counts"),
    *("counts", "splits", "user_index", "item_index"),
}
SOURCED = own_names(SOURCES)
CHECKS = "split_checks"
MATRICES = {f"{split}_matrix" for split in ("train", "validation", "test")}
RAW = {name: {f"{name}_{file}" for file in raw_files(load_source(name).config)} for name in SOURCED}
Tables = dict[str, pd.DataFrame]


def selection(source: str, present: Collection[str]) -> Selection:
    absent = {name: f"ingest.{name}" for name in RAW[source] - set(present)}
    return Selection(source=source, modalities={}, model="lightgcn", requests=(), absent=absent)


def conf(name: str) -> dict[str, Any]:
    """A file of the base configuration, its ${...} unread."""
    return cast(dict[str, Any], OmegaConf.to_container(OmegaConf.load(CONF / name)))


def run(source: str, raw: dict[str, Any], folder: Path, **changes: Any) -> Tables:
    """Run the stage on these raw datasets; the tables that it made."""
    parameters = conf("parameters_ingest.yml")
    ingest, split = parameters["ingest"], parameters["split"]
    ingest.update({"source": source, **{k: v for k, v in changes.items() if k in ingest}})
    split.update({k: v for k, v in changes.items() if k in split})
    typed = ingest_model(ingest)(**ingest)
    made = {name: TableDataset(filepath=str(folder / f"{name}.parquet")) for name in MADE}
    checks = {CHECKS: JsonDataset(filepath=str(folder / f"{CHECKS}.json"))}
    matrices = {name: SparseDataset(filepath=str(folder / f"{name}.npz")) for name in MATRICES}
    catalog = DataCatalog(
        {
            **raw,
            **made,
            **matrices,
            **checks,
            **{f"params:ingest.{name}": MemoryDataset(value) for name, value in typed},
            **{
                f"params:ingest.{source}.{name}": MemoryDataset(value)
                for name, value in getattr(typed, source)
            },
            "params:split": MemoryDataset(SplitConfig(**split)),
            "params:split.strategy": MemoryDataset(split["strategy"]),
            "params:split.cold_items": MemoryDataset(SplitConfig(**split).cold_items),
        }
    )
    chosen = replace(selection(source, raw), kcore_on=typed.kcore_on)
    SequentialRunner().run(create_pipeline(chosen), catalog)
    return {name: dataset.load().to_pandas() for name, dataset in made.items()}


def review(user: int, item: int, **changes: Any) -> str:
    record = {"reviewerID": f"U{user}", "asin": f"I{item}", "overall": 5.0}
    return json.dumps({**record, "unixReviewTime": 100 * user + item, **changes})


def amazon(folder: Path, extra: list[str]) -> dict[str, Any]:
    """12 users with each of 8 items, an item that one user has, and further lines."""
    reviews = [review(user, item) for user in range(12) for item in range(8)]
    reviews += [review(0, 99), *extra]
    metadata = [json.dumps({"asin": f"I{n}", "title": f"Thing {n}"}) for n in range(20)]
    for name, lines in (("reviews", reviews), ("metadata", metadata)):
        (folder / f"{name}.json.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    return {
        f"amazon_{name}": LinesDataset(filepath=str(folder / f"{name}.json.gz"))
        for name in ("reviews", "metadata")
    }


@pytest.mark.parametrize("source", RAW)
def test_each_source_reads_its_own_files_and_makes_the_same_tables(source: str) -> None:
    pipeline = create_pipeline(selection(source, RAW[source]))
    of_tables = ("columns", "item_columns", "only", "time_format", "decimal")
    of_source = {
        "mmrec": {"mmrec.item_columns"},
        "recbole": {"recbole.columns", "max_bad_share"},
        "tables": {*(f"tables.{name}" for name in of_tables), "max_bad_share"},
    }
    read = of_source.get(source, {"max_bad_share"}) | {"source", "k_core", "kcore_on", "expect"}
    read |= {"min_rating", "since", "until"}
    parameters = {f"params:ingest.{name}" for name in read}
    parameters |= {"params:split", "params:split.strategy", "params:split.cold_items"}
    assert pipeline.inputs() == RAW[source] | parameters
    assert pipeline.all_outputs() == MADE | MATRICES | {CHECKS}
    assert {tag for node in pipeline.nodes for tag in node.tags} == {"ingest"}
    catalogued = conf("catalog_ingest.yml")
    assert set(catalogued) == {f"{{data}}/{name}" for name in MADE | MATRICES | {CHECKS}}
    assert all("kedro-viz" in entry["metadata"] for entry in catalogued.values())


def test_the_base_parameters_are_valid() -> None:
    parameters = conf("parameters_ingest.yml")
    assert set(parameters) == {"ingest", "split"}
    assert IngestConfig(**parameters["ingest"]).k_core == 5
    assert SplitConfig(**parameters["split"]).seed == 999


def test_reviews_become_numbered_splits_and_every_step_is_counted(tmp_path: Path) -> None:
    raw = amazon(tmp_path, extra=["no json", review(3, 3, unixReviewTime=5)])
    made = run("amazon", raw, tmp_path, max_bad_share=0.05)
    counts = made["counts"].set_index(Columns.STEP)
    assert counts[Columns.REMOVED].to_dict() == {
        "read": 1,
        "one per pair": 1,
        "5-core, pass 1": 1,
        "5-core, pass 2": 0,
        "split: train": 0,
        "split: validation": 0,
        "split: test": 0,
    }
    assert counts.loc[["5-core, pass 2"]].to_numpy().tolist() == [[12, 8, 96, 0]]
    assert made["splits"][Columns.SPLIT].value_counts().to_dict() == {
        "train": 72,
        "validation": 12,
        "test": 12,
    }
    of_splits = [load_npz(tmp_path / f"{s}_matrix.npz") for s in ("train", "validation", "test")]
    assert [(of_split.shape, of_split.nnz) for of_split in of_splits] == [
        *(((12, 8), 72), ((12, 8), 12), ((12, 8), 12)),
    ]
    assert (sum(of_splits).toarray() == 1).all()
    assert made["item_index"][Columns.ITEM].tolist() == [f"I{n}" for n in range(8)]
    assert made["user_index"][Columns.USER_ID].tolist() == list(range(12))
    assert len(made["items"]) == 20 and len(made["interactions"]) == 97
    again = made["interactions"].set_index([Columns.USER, Columns.ITEM]).loc[[("U3", "I3")]]
    assert again[Columns.TIMESTAMP].tolist() == [5]


def test_bad_lines_are_told_in_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "siger_pipeline"):
        run("amazon", amazon(tmp_path, extra=["no json"]), tmp_path, max_bad_share=0.05)
    assert "reviews.json.gz: 1 of 98 lines (1.02%) are bad: line 98: it is not" in caplog.text
    with pytest.raises(InputError, match="line 98"):
        run("amazon", amazon(tmp_path, extra=["no json"]), tmp_path, max_bad_share=0.01)


def test_what_the_steps_removed_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    extra = [review(77, item) for item in range(3)] + [review(user, 30) for user in range(9)]
    with caplog.at_level(logging.INFO, "siger_pipeline"):
        made = run("amazon", amazon(tmp_path, extra=[*extra, review(3, 3)]), tmp_path)
    told = [record.getMessage() for record in caplog.records if record.name.endswith("nodes")]
    assert told == [
        "1 of 110 interactions repeat a user and item (1 of them word for word): the earliest"
        " counts.",
        "5-core: removed 1 of 13 users, 1 of 10 items, 4 of 109 interactions (ingest.k_core = 5);"
        " interactions by pass: 4.",
        "1 of 9 items (11.11%) have no metadata; the metadata of 12 items outside the catalogue are"
        " not used.",
    ]
    assert [r.levelname for r in caplog.records if "no metadata" in r.getMessage()] == ["WARNING"]
    assert made["counts"].to_numpy().tolist()[-1] == ["items without metadata", 9, 1, 9, 0]


def test_a_run_that_loses_nothing_says_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [f"{u}\t{(u + k) % 12}\t{k % 3}" for u in range(12) for k in range(4)]
    with caplog.at_level(logging.INFO, "siger_pipeline"):
        run("mmrec", mmrec(tmp_path, lines, None), tmp_path, strategy="published", k_core=1)
    assert not [record for record in caplog.records if record.name.endswith("nodes")]


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        run("amazon", amazon(folder, extra=[]), folder)
    tables = (f"{table}.parquet" for table in MADE)
    for name in [*tables, *(f"{name}.npz" for name in MATRICES), f"{CHECKS}.json"]:
        first, second = ((folder / name).read_bytes() for folder in folders)
        assert first == second, name


def test_sequences_are_split_by_their_order(tmp_path: Path) -> None:
    sequences = tmp_path / "pairs.tsv"
    sequences.write_text("".join(f"{u}\t{' '.join('12345678')}\n" for u in range(1, 11)))
    titles = tmp_path / "titles.csv"
    titles.write_text('item,title\n1,"one, first"\n2,two\n')
    raw = {
        "microlens_sequences": LinesDataset(filepath=str(sequences)),
        "microlens_titles": DelimitedDataset(filepath=str(titles), delimiter=","),
    }
    made = run("microlens", raw, tmp_path, strategy="leave_one_out")
    held = made["splits"].set_index([Columns.SPLIT])[Columns.ITEM_ID]
    assert set(held["test"]) == {7} and set(held["validation"]) == {6}
    assert made["items"][Columns.TITLE].tolist() == ["one, first", "two"]


def mmrec(folder: Path, lines: list[str], mapped: int | None) -> dict[str, Any]:
    inter, items = folder / "a.inter", folder / "items.csv"
    inter.write_text("\n".join(["userID\titemID\tx_label", *lines]) + "\n")
    if mapped is not None:
        rows = [f"A{mapped - n}\t{n}" for n in range(mapped)]
        items.write_text("\n".join(["asin\titemID", *rows]) + "\n")
    return {
        "mmrec_interactions": DelimitedDataset(filepath=str(inter), delimiter="\t"),
        "mmrec_item_file": DelimitedDataset(filepath=str(items), delimiter="\t", optional=True),
        "mmrec_user_file": DelimitedDataset(
            filepath=str(folder / "users.csv"), delimiter="\t", optional=True
        ),
    }


@pytest.mark.parametrize("mapped", [None, 14])
def test_numbers_of_the_published_layout_are_kept(tmp_path: Path, mapped: int | None) -> None:
    lines = [f"{u}\t{(u + k) % 12}\t{k % 3}" for u in range(11, -1, -1) for k in range(4)]
    made = run("mmrec", mmrec(tmp_path, lines, mapped), tmp_path, strategy="published", k_core=1)
    expected = sorted(tuple(map(int, line.split("\t"))) for line in lines)
    names = {"train": 0, "validation": 1, "test": 2}
    found = made["splits"].to_numpy().tolist()
    assert [(user, item, names[label]) for user, item, label in found] == expected
    assert made["item_index"][Columns.ROW].tolist() == list(range(mapped or 12))
    first = "0" if mapped is None else "A14"
    assert made["item_index"][Columns.ITEM].tolist()[0] == first


def test_a_user_without_training_is_refused_unless_asked_to_leave(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    raw = mmrec(tmp_path, ["0\t0\t0", "0\t1\t2", "1\t1\t1"], None)
    published = {"strategy": "published", "k_core": 1}
    with pytest.raises(InputError, match="users without a training interaction: 1"):
        run("mmrec", raw, tmp_path, **published, untrained_users="refuse")
    with caplog.at_level(logging.INFO, "siger_pipeline"):
        made = run("mmrec", raw, tmp_path, **published, untrained_users="leave")
    assert "1 of 2 users have no training interaction: they leave validation" in caplog.text
    assert made["counts"].to_numpy().tolist()[-4] == [
        "users with training interactions",
        1,
        2,
        2,
        1,
    ]
    assert made["splits"].to_numpy().tolist() == [[0, 0, "train"], [0, 1, "test"]]
    assert made["user_index"][Columns.USER].tolist() == ["0", "1"]
    assert made["counts"][Columns.REMOVED].tolist()[-3:] == [0, 1, 0]


def test_names_of_users_change_no_number(tmp_path: Path) -> None:
    lines = [f"{u}\t{(u + k) % 12}\t{k % 3}" for u in range(12) for k in range(4)]
    published = {"strategy": "published", "k_core": 1}
    numbered = run("mmrec", mmrec(tmp_path, lines, 12), tmp_path, **published)
    names = [f"{'z' * (12 - n)}{n}" for n in range(12)]
    rows = [f"{name}\t{n}" for n, name in enumerate(names)]
    (tmp_path / "users.csv").write_text("\n".join(["user_id\tuserID", *rows]) + "\n")
    named = run("mmrec", mmrec(tmp_path, lines, 12), tmp_path, **published)
    pd.testing.assert_frame_equal(named["splits"], numbered["splits"])
    assert named["user_index"][Columns.USER].tolist() == names


def test_repeated_pairs_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    extra = [review(3, 3), review(3, 4, unixReviewTime=5), review(3, 4, overall=1.0)]
    with caplog.at_level(logging.INFO, "siger_pipeline"):
        run("amazon", amazon(tmp_path, extra=extra), tmp_path)
    told = "3 of 100 interactions repeat a user and item (1 of them word for word)"
    assert told in caplog.text
    caplog.clear()
    run("amazon", amazon(tmp_path, extra=[]), tmp_path)
    assert "repeat" not in caplog.text


def test_values_that_nothing_needs_are_told_and_their_lines_stay(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    raw = amazon(tmp_path, extra=[review(3, 9, overall="good", unixReviewTime="once")])
    made = run("amazon", raw, tmp_path, max_bad_share=0.0)
    assert len(made["interactions"]) == 98
    told = "reviews.json.gz: 1 lines have a value that cannot be read and that nothing needs: line"
    assert told in caplog.text and 'line 98: overall is "good", not a number' in caplog.text
    with pytest.raises(InputError, match='line 98: unixReviewTime is "once"'):
        run("amazon", raw, tmp_path, max_bad_share=0.0, strategy="leave_one_out")


def test_the_order_of_lines_changes_nothing(tmp_path: Path) -> None:
    extra = [review(3, 3, unixReviewTime=5), review(3, 4, overall=1.0), review(3, 5)]
    made = []
    for order in (1, -1):
        folder = tmp_path / str(order)
        folder.mkdir()
        raw = amazon(folder, extra=extra)
        path = folder / "reviews.json.gz"
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        path.write_bytes(gzip.compress("\n".join(lines[::order]).encode()))
        made.append(run("amazon", raw, folder, strategy="leave_one_out"))
    for name in ("interactions", "splits"):
        pd.testing.assert_frame_equal(made[0][name], made[1][name])


def test_a_file_that_a_source_cannot_do_without_must_be_named() -> None:
    chosen = selection("amazon", {"amazon_reviews"})  # no metadata
    with pytest.raises(
        ParameterError, match=r"^ingest\.\w+ is null, but source 'amazon' cannot do without"
    ):
        create_pipeline(chosen)
    node = next(
        node
        for node in create_pipeline(
            selection("amazon", {"amazon_reviews", "amazon_metadata"})
        ).nodes
        if node.name == "read_interactions"
    )
    assert "amazon_test" not in node.inputs


def test_thresholds_are_counted_and_what_is_read_stays(tmp_path: Path) -> None:
    extra = [review(user, 20, overall=2.0) for user in range(6)]
    changes = {"min_rating": 3.0, "until": "1970-01-01T00:19:00"}  # 1,140 s: without user 12
    made = run("amazon", amazon(tmp_path, extra=[*extra, review(12, 0)]), tmp_path, **changes)
    steps = made["counts"].set_index(Columns.STEP)[Columns.REMOVED]
    assert steps["rating of 3 or more"] == 6
    assert steps["until 1970-01-01T00:19:00 (times in seconds)"] == 1
    assert len(made["raw_interactions"]) == 104
    assert 20 not in made["core_interactions"][Columns.ITEM].str[1:].astype(int).tolist()


@pytest.mark.parametrize("strategy", ["random_per_user", "temporal_global"])
def test_a_core_of_training_has_k_training_interactions_each(tmp_path: Path, strategy: str) -> None:
    rare = [review(user, 30) for user in range(5)]
    changes = {"strategy": strategy, "kcore_on": "train", "k_core": 5}
    made = run("amazon", amazon(tmp_path, extra=rare), tmp_path, **changes)
    trained = made["splits"][made["splits"][Columns.SPLIT] == "train"]
    for index, key in (("user_index", Columns.USER_ID), ("item_index", Columns.ITEM_ID)):
        degrees = trained[key].value_counts()
        assert len(degrees) == len(made[index]) and degrees.min() >= 5
    assert made["counts"][Columns.STEP].tolist()[2] == "training alone"
    found = json.loads((tmp_path / f"{CHECKS}.json").read_text())
    assert found["checked"][-1] == "5 training interactions of every user and item"
    assert found["split"].startswith("sha256:")


def test_a_poisoned_split_ends_the_stage_before_any_matrix(tmp_path: Path) -> None:
    made = run("amazon", amazon(tmp_path, extra=[]), tmp_path)
    first = made["splits"].iloc[:1].assign(**{Columns.SPLIT: "test"})
    poisoned = pd.concat([made["splits"], first], ignore_index=True)
    tables = {name: TableDataset(filepath=str(tmp_path / f"{name}.parquet")) for name in MADE}
    tables["splits"].save(poisoned)
    read = (tables[name].load() for name in ("splits", "user_index", "item_index"))
    with pytest.raises(InputError, match="1 pairs of a user and an item more than once"):
        nodes.arrange_splits(
            *read, tables["core_interactions"].load(), 5, "all", "random_per_user", 0.0
        )
