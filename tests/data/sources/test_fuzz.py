"""Damaged raw files: a valid table or one sentence that names the file, whatever is in them.

`FUZZ=500` in the environment tries more than the few that the suite does.
"""

import gzip
import os
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siger_pipeline.data.conformity import require_ids, require_layout, require_one_row_an_item
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES
from siger_pipeline.data.raw_file import raw_files
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import load_source
from siger_pipeline.errors import UserError

SAMPLES = Path(__file__).parents[3] / "data" / "01_raw" / "samples"
EXAMPLES = int(os.environ.get("FUZZ", "3"))
LINES = 12  # of a sample that are left
WHOLE = "mmrec/"  # whose files number each other's lines
TOUCHED = "touched_by_a_raw_file"
NASTY = (
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\r\n", b"\n\n", b"\x01", b"\x1f"),
    *(b'"', b"'", b"\t", b",", b":", b"{", b"}", b"[", b"]", b"\\", b"\\u0000", b"\\ud83d", b"|"),
    *("caf\xe9".encode("latin-1"), "🏖️".encode(), "مصباح".encode(), b"\xed\xa0\xbd", b"\xc3"),
    *(b"1e999", b"-0", b"NaN", b"null", b"007", b"9" * 40, b"1.5", b"[" * 3_000, b'{"a":' * 999),
    *(b"<!DOCTYPE html>", b"-" * 4_000, b"user_id", b"parent_asin", b"asin", b"item_id:token"),
    f"__import__('pathlib').Path({TOUCHED!r}).touch()".encode(),
    f"(lambda: open({TOUCHED!r}, 'w'))()".encode(),
)
# Name -> the source, the files of its parameters, and which of them is damaged.
Case = tuple[str, dict[str, str | None], str]
MMREC: dict[str, str | None] = {
    "interactions": "mmrec/home.inter",
    "item_file": "mmrec/i_id_mapping.csv",
    "user_file": "mmrec/u_id_mapping.csv",
}
BENCHMARK: dict[str, str | None] = {
    "interactions": "recbole/home.train.inter",
    "validation": "recbole/home.valid.inter",
    "test": "recbole/home.test.inter",
}
CASES: Mapping[str, Case] = {
    "amazon 2014, reviews": (
        "amazon",
        {
            "reviews": "amazon_2014/reviews_Home_5.json.gz",
            "metadata": "amazon_2014/meta_Home.json.gz",
        },
        "reviews",
    ),
    "amazon 2014, metadata": (
        "amazon",
        {
            "reviews": "amazon_2014/reviews_Home_5.json.gz",
            "metadata": "amazon_2014/meta_Home.json.gz",
        },
        "metadata",
    ),
    "amazon 2023, reviews": (
        "amazon",
        {"reviews": "amazon_2023/Home.jsonl.gz", "metadata": "amazon_2023/meta_Home.jsonl.gz"},
        "reviews",
    ),
    "amazon 2023, metadata": (
        "amazon",
        {"reviews": "amazon_2023/Home.jsonl.gz", "metadata": "amazon_2023/meta_Home.jsonl.gz"},
        "metadata",
    ),
    "amazon 2023, csv": (
        "amazon",
        {
            "reviews": "amazon_2023/5core/last_out/Home.train.csv.gz",
            "metadata": "amazon_2023/meta_Home.jsonl.gz",
        },
        "reviews",
    ),
    "microlens, sequences": (
        "microlens",
        {
            "sequences": "microlens/MicroLens-50k_pairs.tsv",
            "titles": "microlens/MicroLens-50k_titles.csv",
        },
        "sequences",
    ),
    "microlens, pairs": (
        "microlens",
        {
            "sequences": None,
            "pairs": "microlens/MicroLens-50k_pairs.csv",
            "titles": "microlens/MicroLens-50k_titles.csv",
        },
        "pairs",
    ),
    "microlens, tags": (
        "microlens",
        {
            "titles": "microlens/MicroLens-50k_titles.csv",
            "sequences": "microlens/MicroLens-50k_pairs.tsv",
            "tags": "microlens/tags_to_summary.csv",
        },
        "tags",
    ),
    "recbole, interactions": (
        "recbole",
        {"interactions": "recbole/home.inter", "item_file": "recbole/home.item"},
        "interactions",
    ),
    "recbole, items": (
        "recbole",
        {"interactions": "recbole/home.inter", "item_file": "recbole/home.item"},
        "item_file",
    ),
    "tables, orders": (
        "tables",
        {"interactions": "tables/bestellungen.csv", "item_file": "tables/products.jsonl"},
        "interactions",
    ),
    "tables, products": (
        "tables",
        {"interactions": "tables/bestellungen.csv", "item_file": "tables/products.jsonl"},
        "item_file",
    ),
    "mmrec, interactions": ("mmrec", MMREC, "interactions"),
    "mmrec, items": ("mmrec", MMREC, "item_file"),
    "mmrec, users": ("mmrec", MMREC, "user_file"),
    "recbole, training part": ("recbole", BENCHMARK, "interactions"),
    "recbole, validation part": ("recbole", BENCHMARK, "validation"),
    "recbole, test part": ("recbole", BENCHMARK, "test"),
    "tables, published split": ("tables", {"interactions": "mmrec/home.inter"}, "interactions"),
}
# Cases whose split is the source's own: the others need times.
PUBLISHED = {name for name in CASES if re.match("mmrec|recbole, .* part|.* published", name)}

# Source, or case, -> what its parameters say beside the names of files.
OPTIONS: Mapping[str, dict[str, Any]] = {
    "tables, published split": {
        "columns": {"user": "userID", "item": "itemID", "split": "x_label", "rating": "rating"}
    },
    "tables": {
        "columns": {
            **{"user": "Kundennummer", "item": "Artikelnummer"},
            **{"timestamp": "Bestelldatum", "rating": "Sterne"},
        },
        "item_columns": {"item": "sku", "title": "details.name", "categories": "tags"},
        "time_format": "%d.%m.%Y %H:%M:%S",
        "decimal": ",",
    },
}


def start_of(name: str) -> bytes:
    """The first lines of a sample, without gzip."""
    content = (SAMPLES / name).read_bytes()
    content = gzip.decompress(content) if name.endswith(".gz") else content
    lines = content.splitlines(keepends=True)
    return b"".join(lines if name.startswith(WHOLE) else lines[:LINES])


@st.composite
def damaged(draw: Callable[[Any], Any], content: bytes) -> bytes:
    """The content with a few bytes replaced, removed, inserted, repeated or cut off."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        end = min(at + draw(st.integers(0, 40)), len(content))
        kind = draw(st.sampled_from(["replace", "insert", "remove", "cut", "repeat", "byte"]))
        piece = draw(st.sampled_from(NASTY))
        if kind == "byte":
            piece, end = bytes([draw(st.integers(0, 255))]), at + 1
        changed = {
            "replace": content[:at] + piece + content[end:],
            "byte": content[:at] + piece + content[end:],
            "insert": content[:at] + piece + content[at:],
            "remove": content[:at] + content[end:],
            "cut": content[:at],
            "repeat": content[:end] + content[at:],
        }
        content = changed[kind]
    return content


def read_all(case: str, files: Mapping[str, Path | None]) -> None:
    """What the ingest stage does with the raw files, up to the checks of their result."""
    source, *_ = CASES[case]
    part = load_source(source)
    named = {name: path and str(path) for name, path in files.items()}
    config = part.config(**named, **OPTIONS.get(case, OPTIONS.get(source, {})))
    tables = dict.fromkeys(raw_files(part.config))
    for name, mark in raw_files(part.config).items():
        if (path := getattr(config, name)) and Path(path).is_absolute():
            module, _, kind = mark.dataset.rpartition(".")
            dataset = getattr(import_module(module), kind)(filepath=path, **mark.options)
            tables[name] = dataset.load()
        elif mark.options.get("optional"):
            module, _, kind = mark.dataset.rpartition(".")
            absent = getattr(import_module(module), kind)(filepath="/dev/null/x", **mark.options)
            tables[name] = absent.load()
    strategy = "published" if case in PUBLISHED else "leave_one_out"
    given = {**config.model_dump(), **tables, "max_bad_share": 0.2, "strategy": strategy}
    items = require_layout(call(part.read_items, given), ITEM_TYPES, source)
    require_one_row_an_item(items.rows)
    interactions = call(part.read_interactions, given | {"items": items.rows})
    require_ids(require_layout(interactions, INTERACTION_TYPES, source).rows, source)
    ids = interactions.rows.select(Columns.USER, Columns.ITEM).to_pyarrow().to_pylist()
    texts = [text for row in ids for text in row.values()]
    assert texts and all(text.strip() and "\ufffd" not in text for text in texts)
    if case in PUBLISHED:
        of_pair = interactions.rows.group_by([Columns.USER, Columns.ITEM])
        parts = of_pair.aggregate(n=lambda t: t[Columns.SPLIT].nunique())["n"].to_pyarrow()
        assert set(parts.to_pylist()) == {1}


def call(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return function(**{name: given[name] for name in names})


@pytest.mark.parametrize("case", ["mmrec, users", "recbole, test part", "tables, published split"])
def test_undamaged_files_are_read(case: str, tmp_path: Path) -> None:
    _, names, _ = CASES[case]
    paths: dict[str, Path | None] = {}
    for field, name in names.items():
        paths[field] = tmp_path / field
        (tmp_path / field).write_bytes(start_of(str(name)))
    read_all(case, paths)


@pytest.mark.parametrize("case", CASES)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_damaged_file_is_a_valid_table_or_one_sentence(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.chdir(tmp_path)
    _, names, chosen = CASES[case]
    paths: dict[str, Path | None] = {}
    for field, name in names.items():
        path = (
            None if name is None else tmp_path / f"{field}{Path(name).suffix}".removesuffix(".gz")
        )
        paths[field] = path
        if path and name:
            content = start_of(name)
            path.write_bytes(data.draw(damaged(content)) if field == chosen else content)
    try:
        read_all(case, paths)
    except UserError as error:
        told = str(error)
        # The ids of two tables that differ are no fault of one file.
        named = [*(str(path) for path in paths.values() if path), "is in the table of items"]
        assert any(name in told for name in named), told
        assert "Traceback" not in told and len(told) < 2_000, told
    assert not (tmp_path / TOUCHED).exists()
