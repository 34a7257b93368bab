"""Tables of any shape: what is read is what is written, and what is left out is said."""

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from siger_pipeline.data.conformity import require_ids, require_layout, require_one_row_an_item
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES
from siger_pipeline.data.source import Read
from siger_pipeline.data.sources.tables import SOURCE, Config
from siger_pipeline.data.sources.tables.values import amount, time_of
from siger_pipeline.datasets.user_table import UserTableDataset
from siger_pipeline.errors import InputError, ParameterError, UserError

ORDERS = "customer,sku,at,stars\n007,A1,1700000000,4.5\n7,A1,1700000100,\n7,B 2,1700000200,1\n"
COLUMNS = {"user": "customer", "item": "sku", "timestamp": "at", "rating": "stars"}


def read(
    folder: Path, share: float = 0.0, strategy: str = "temporal_per_user", **settings: Any
) -> tuple[Read, Read]:
    """Interactions and items, as the ingest stage reads them."""
    config = Config(**settings)
    interactions = UserTableDataset(filepath=folder / config.interactions).load()
    other = config.item_file and UserTableDataset(filepath=folder / config.item_file).load()
    given = {**config.model_dump(), "interactions": interactions, "max_bad_share": share}
    named = ("interactions", "columns", "item_columns", "decimal", "max_bad_share")
    items = SOURCE.read_items(**{name: given[name] for name in named}, item_file=other)
    require_one_row_an_item(require_layout(items, ITEM_TYPES, "tables").rows)
    del given["item_file"]
    found = SOURCE.read_interactions(**given, strategy=strategy, items=items.rows)
    require_ids(require_layout(found, INTERACTION_TYPES, "tables").rows, "tables")
    return found, items


def rows(read_: Read, *columns: str) -> list[tuple[Any, ...]]:
    table = read_.rows.select(*columns).to_pyarrow()
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=str)


def told(*reads: Read) -> str:
    return " ".join(remark.text for each in reads for remark in each.remarks)


def write(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def test_any_names_of_columns_are_read_by_the_configuration(tmp_path: Path) -> None:
    write(tmp_path, orders_csv=ORDERS)
    found, items = read(tmp_path, interactions="orders.csv", columns=COLUMNS)
    assert rows(found, "user", "item", "timestamp", "rating") == [
        ("007", "A1", 1700000000, 4.5),
        ("7", "A1", 1700000100, None),
        ("7", "B 2", 1700000200, 1.0),
    ]
    assert rows(items, "item", "title") == [("A1", None), ("B 2", None)]


def test_formats_of_one_table_are_read_alike(tmp_path: Path) -> None:
    header, *lines = (line.split(",") for line in ORDERS.splitlines())
    records = [dict(zip(header, line, strict=True)) for line in lines]
    nested = [{"who": {"id": r["customer"]}, **r, "stars": float(r["stars"] or 0)} for r in records]
    text = "".join(json.dumps(record) + "\n" for record in nested)
    zstd = pa.compress(text.encode(), "zstd", asbytes=True)
    write(
        tmp_path,
        a_csv=ORDERS,
        b_tsv="\ufeff" + ORDERS.replace(",", "\t").replace("\n", "\r\n"),
        c_csv=ORDERS.replace(",", ";").replace("A1", '"A1"').encode("utf-16"),
        d_gz=gzip.compress(ORDERS.replace(",", "|").encode()),
        e_jsonl=text,
        f_zst=zstd,
    )
    pq.write_table(pa.Table.from_pylist(nested), tmp_path / "g.parquet")
    expected, _ = read(tmp_path, interactions="a.csv", columns=COLUMNS)
    for name in ("b.tsv", "c.csv", "d.gz"):
        found, _ = read(tmp_path, interactions=name, columns=COLUMNS)
        assert rows(found, *INTERACTION_TYPES) == rows(expected, *INTERACTION_TYPES), name
    for name in ("e.jsonl", "f.zst", "g.parquet"):
        found, _ = read(tmp_path, interactions=name, columns={**COLUMNS, "user": "who.id"})
        columns = ("user", "item", "timestamp")
        assert rows(found, *columns) == rows(expected, *columns), name


def test_a_file_without_a_header_has_columns_by_number(tmp_path: Path) -> None:
    write(
        tmp_path,
        r_dat="1::10::5::978300760\n2::007::3::978300761\n",
        m_dat='10::A "B"::X|Y\n7::x::\n',
    )
    found, items = read(
        tmp_path,
        interactions="r.dat",
        item_file="m.dat",
        columns={"user": 1, "item": 2, "rating": 3, "timestamp": 4},
        item_columns={"item": 1, "title": 2, "categories": 3},
    )
    assert rows(found, "user", "item", "rating") == [("1", "10", 5.0), ("2", "007", 3.0)]
    assert rows(items, "item", "title", "categories") == [("10", 'A "B"', "X|Y"), ("7", "x", None)]


def test_a_list_of_line_items_is_a_row_for_each(tmp_path: Path) -> None:
    orders = [
        {"by": {"id": 7}, "at": "2024-05-01", "lines": [{"sku": "007", "n": "a"}, {"sku": 12}]},
        {"by": {"id": "x"}, "at": "2024-05-02", "lines": [{"sku": "007", "n": "other"}]},
        {"by": {"id": "y"}, "at": "2024-05-03", "lines": []},
    ]
    write(tmp_path, o_jsonl="".join(json.dumps(order) + "\n" for order in orders))
    settings = {
        "interactions": "o.jsonl",
        "item_file": "o.jsonl",
        "columns": {"user": "by.id", "item": "lines[].sku", "timestamp": "at"},
        "item_columns": {"item": "lines[].sku", "title": "lines[].n"},
    }
    found, items = read(tmp_path, share=0.25, **settings)
    assert rows(found, "user", "item") == [("7", "007"), ("7", "12"), ("x", "007")]
    assert rows(items, "item", "title") == [("007", "a"), ("12", None)]
    assert "line 3: lines[].sku is missing or empty" in told(found)
    assert "1 of them otherwise: the first description counts" in told(items)


def test_ids_are_text_as_they_are_written(tmp_path: Path) -> None:
    write(tmp_path, o_csv="user,item\n 007 ,é🏖️\n7,مصباح\n0x1,1e5\nN/A,-\n1.50,00\n")
    found, _ = read(tmp_path, interactions="o.csv", strategy="random_per_user")
    assert rows(found, "user", "item") == sorted(
        [("007", "é🏖️"), ("7", "مصباح"), ("0x1", "1e5"), ("N/A", "-"), ("1.50", "00")], key=str
    )


def test_ids_that_a_program_wrote_with_decimals_lose_them_and_it_is_said(tmp_path: Path) -> None:
    users = pa.array([12345.0, None, 2.0**53 - 1])
    pq.write_table(pa.table({"user": users, "item": [1, 2, 3]}), tmp_path / "o.parquet")
    write(tmp_path, o_csv="user,item\n12345.0,a\n7.0,a\n", mixed_csv="user,item\n12345.0,a\n7,a\n")
    found, _ = read(tmp_path, share=0.4, interactions="o.parquet", strategy="random_per_user")
    assert rows(found, "user", "item") == [("12345", "1"), ("9007199254740991", "3")]
    assert "ids of column 'user' are written as numbers with decimals" in told(found)
    found, _ = read(tmp_path, interactions="o.csv", strategy="random_per_user")
    assert rows(found, "user") == [("12345",), ("7",)]
    found, _ = read(tmp_path, interactions="mixed.csv", strategy="random_per_user")
    assert rows(found, "user") == [("12345.0",), ("7",)] and not told(found)


def test_ids_that_a_spreadsheet_rounded_are_bad(tmp_path: Path) -> None:
    write(tmp_path, o_csv="user,item\n1,1.23457E+16\n2,b\n")
    with pytest.raises(InputError, match=r"line 2: item is 1\.23457E\+16, not an id but a rounded"):
        read(tmp_path, interactions="o.csv", strategy="random_per_user")


@pytest.mark.parametrize(
    ("text", "time_format", "expected"),
    [
        ("2024-05-01", None, datetime(2024, 5, 1, tzinfo=UTC)),
        ("2024-05-01T12:30:00Z", None, datetime(2024, 5, 1, 12, 30, tzinfo=UTC)),
        ("2024-05-01 12:30:00+02:00", None, datetime(2024, 5, 1, 10, 30, tzinfo=UTC)),
        ("2024-05-01 12:30:00 -0530", None, datetime(2024, 5, 1, 18, 0, tzinfo=UTC)),
        ("2024-05-01 12:30:00 UTC", None, datetime(2024, 5, 1, 12, 30, tzinfo=UTC)),
        ("2024-05-01 12:30:00.250", None, datetime(2024, 5, 1, 12, 30, 0, 250_000, tzinfo=UTC)),
        (" 01.05.2024 12:30", "%d.%m.%Y %H:%M", datetime(2024, 5, 1, 12, 30, tzinfo=UTC)),
    ],
)
def test_dates_are_milliseconds_whatever_zone_the_machine_is_in(
    text: str, time_format: str | None, expected: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for zone in ("UTC", "America/New_York"):
        connection = ibis.duckdb.connect()
        connection.raw_sql(f"SET TimeZone = '{zone}'")
        time = time_of(ibis.literal(text), time_format)
        assert connection.execute(time.value) == expected.timestamp() * 1000
        assert connection.execute(time.kind) == "date"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("3", "number"),
        ("1700000000", "seconds"),
        ("1700000000000", "milliseconds"),
        ("1700000000000000", "microseconds"),
        ("1700000000000000000", "nanoseconds"),
    ],
)
def test_whole_numbers_stay_as_they_are(text: str, kind: str) -> None:
    connection = ibis.duckdb.connect()
    time = time_of(ibis.literal(text), None)
    assert connection.execute(time.value) == int(text) and connection.execute(time.kind) == kind


@pytest.mark.parametrize(
    "text", ["", "soon", "24.12.2024", "2024-13-01", "12:30", "2024-05-01T99:00Z"]
)
def test_what_is_no_time_is_null(text: str) -> None:
    assert ibis.duckdb.connect().to_pyarrow(time_of(ibis.literal(text), None).value).as_py() is None


def test_times_in_another_unit_than_most_are_bad(tmp_path: Path) -> None:
    lines = ["user,item,at", *(f"{n},a,{1700000000 + n}" for n in range(8))]
    lines += ["8,a,1700000000000", "9,a,2024-05-01"]
    write(tmp_path, o_csv="\n".join(lines))
    columns = {"user": "user", "item": "item", "timestamp": "at"}
    with pytest.raises(InputError, match="line 10: timestamp is 1700000000000, not in the unit of"):
        read(tmp_path, interactions="o.csv", columns=columns)
    found, _ = read(tmp_path, share=0.2, interactions="o.csv", columns=columns)
    assert found.bad_lines == 2
    found, _ = read(tmp_path, interactions="o.csv", columns=columns, strategy="random_per_user")
    assert found.bad_lines == 0 and "2 lines have a value that cannot be read" in told(found)


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("12.99", ".", 12.99),
        ("$1,234.50", ".", 1234.5),
        ("EUR 7", ".", 7),
        ("-3", ".", -3),
        ("12,99", ".", None),
        ("1-2", ".", None),
        ("12,99 €", ",", 12.99),
        ("1.234,5", ",", 1234.5),
        ("1.5", ",", None),
        ("free", ",", None),
        ("nan", ".", None),
    ],
)
def test_amounts_have_the_decimal_sign_that_is_named(
    text: str, decimal: str, expected: float | None
) -> None:
    found = ibis.duckdb.connect().to_pyarrow(amount(ibis.literal(text), decimal)).as_py()
    assert found == expected


def test_only_some_events_count_and_the_others_are_counted(tmp_path: Path) -> None:
    write(tmp_path, o_csv="user,item,kind\n1,a,buy\n1,b,view\n2,a,\n2,b,gift\n")
    settings: Mapping[str, Any] = {"interactions": "o.csv", "strategy": "random_per_user"}
    found, items = read(tmp_path, **settings, only={"kind": ["buy", "gift"]})
    assert rows(found, "user", "item") == [("1", "a"), ("2", "b")]
    assert "2 of 4 rows are left out by ingest.tables.only" in told(found)
    assert len(rows(items, "item")) == 2
    with pytest.raises(InputError, match=r"no row has 'by' in column 'kind'; did you mean 'buy'\?"):
        read(tmp_path, **settings, only={"kind": ["by"]})


SPLIT = {"columns": {"user": "user", "item": "item", "split": "fold"}, "strategy": "published"}


@pytest.mark.parametrize("labels", ["train valid test", "0 1 2", "0.0 1.0 2", " Training VAL 2"])
def test_a_column_is_the_published_split(labels: str, tmp_path: Path) -> None:
    train, validation, test = labels.rsplit(" ", 2)
    lines = [f"1,a,{train}", f"1,b,{validation}", f'1,c,"{test}"', f"2,a,{train}"]
    write(tmp_path, o_csv="\n".join(["user,item,fold", *lines]))
    found, _ = read(tmp_path, interactions="o.csv", **SPLIT)
    assert rows(found, "user", "item", "split") == [
        *(("1", "a", "train"), ("1", "b", "validation"), ("1", "c", "test"), ("2", "a", "train")),
    ]
    assert SOURCE.holds_split(Config(columns=SPLIT["columns"])) and not SOURCE.holds_split(Config())


def test_labels_of_parquet_are_numbers(tmp_path: Path) -> None:
    for labels in (pa.array([0, 1, 2]), pa.array([0.0, 1.0, 2.0])):
        table = pa.table({"user": ["1"] * 3, "item": [1, 2, 3], "fold": labels})
        pq.write_table(table, tmp_path / "o.parquet")
        found, _ = read(tmp_path, interactions="o.parquet", **SPLIT)
        assert rows(found, "split") == [("test",), ("train",), ("validation",)]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            ["1,a,train", "1,b,test", "1,c,3"],
            "1 of 3 lines (33.33%) are bad: line 4: fold is 3, not train, validation or test, or 0,"
            " 1 or 2 for these. At most 0.00% may be: a published split is taken whole, so mend",
        ),
        (["1,a,train", "1,b,test", "1,c,"], "line 4: fold is missing, not train, validation or"),
        (["1,a,train", "1,b,test", ",c,test"], "line 4: user is missing or empty"),
        (
            ["1,a,0", "1,b,1"],
            "column 'fold' is no split, for it has train 1, validation 1, test 0 rows; wanted are",
        ),
        (["1,a,test", "1,b,val"], "it has train 0, validation 1, test 1 rows"),
        (
            ["1,a,train", "1,b,test", "1,a,train", "1,a,valid"],
            "1 pairs of a user and an item have different labels (fold), the first of them user"
            " '1', item 'a' on lines 2, 4, 5. A pair belongs to one part",
        ),
    ],
)
def test_what_is_no_published_split_is_refused_with_file_line_and_value(
    lines: list[str], words: str, tmp_path: Path
) -> None:
    write(tmp_path, o_csv="\n".join(["user,item,fold", *lines]))
    with pytest.raises(InputError) as caught:
        read(tmp_path, share=0.9, interactions="o.csv", **SPLIT)
    assert str(caught.value).startswith(f"{tmp_path}/o.csv: ") and words in str(caught.value)


def test_labels_that_no_split_needs_are_noted(tmp_path: Path) -> None:
    write(tmp_path, o_csv="user,item,fold\n1,a,train\n1,b,B\n1,c,\n")
    found, _ = read(tmp_path, interactions="o.csv", **SPLIT | {"strategy": "random_per_user"})
    assert found.bad_lines == 0 and "1 lines have a value that cannot be read" in told(found)
    assert "line 3: fold is B, not train" in told(found)


def test_texts_of_several_columns_are_joined(tmp_path: Path) -> None:
    items = 'sku,a,b,price\nx,"one\ntwo",,9.5\ny,,three,?\nx,other,,\n'
    write(tmp_path, o_csv="user,item\n1,x\n", p_csv=items)
    columns = {"item": "sku", "title": ["b", "a"], "description": "a", "price": "price"}
    _, found = read(
        tmp_path,
        interactions="o.csv",
        item_file="p.csv",
        item_columns=columns,
        strategy="random_per_user",
    )
    assert rows(found, "item", "title", "description", "price") == [
        ("x", "one two", "one two", 9.5),
        ("y", "three", None, None),
    ]
    assert "1 of 3 lines describe an item again, 1 of them otherwise" in told(found)
    assert "price is ?, not one amount with '.'" in told(found)


def test_items_none_of_which_is_sold_are_refused(tmp_path: Path) -> None:
    write(tmp_path, o_csv="user,item\n1,SKU-1\n", p_csv="id,sku\n1,SKU-1\n")
    with pytest.raises(InputError, match=r"such as 'SKU-1' \(column 'item'\), items such as '1'"):
        read(
            tmp_path,
            interactions="o.csv",
            item_file="p.csv",
            item_columns={"item": "id"},
            strategy="random_per_user",
        )


@pytest.mark.parametrize(
    ("content", "settings", "words"),
    [
        ("User,itm\n1,2\n", {}, "no column 'item'; found 'User', 'itm'. Did you mean 'itm'?"),
        ("user;item\n1;2\n", {"columns": {"user": "user", "item": "x"}}, "found 'user', 'item'"),
        ("1,2\n3,4\n", {}, "Its first line seems to hold values: name columns by number"),
        ("1,2\n3,4\n", {"columns": {"user": 1, "item": 3}}, "names column 3, and its first line"),
        ("a,b\n3,4\n", {"columns": {"user": 1, "item": "b"}}, "then for each column; found 1, 'b'"),
        ("user,user,item\n1,2,3\n", {}, "more than one column is 'user'"),
        ("user,item\n", {}, "o.csv is empty: wanted is a line for each record"),
        ("", {}, "is empty, wanted is a table"),
        ('[{"user": 1}]', {}, "is one JSON document, wanted is an object on each line"),
        ('{"user": 1, "itme": 2}\n', {}, "no record has 'item'; found 'user', 'itme'. Did you"),
        ("<!DOCTYPE html>\n", {}, "it is a web page"),
        ("PK\x03\x04", {}, "it is a zip archive (an .xlsx"),
        ("user,item\n,1\n1,\n", {}, "2 of 2 lines (100.00%) are bad: line 2: user is missing"),
        ("user,item\n1,2\n1,2,3\n", {}, "line 3: it has 3 fields, the header has 2"),
        (
            '{"user":1,"a":[{"x":1}],"b":[{"x":1}]}\n',
            {"columns": {"user": "a[].x", "item": "b[].x"}},
            "paths go through more than one list ('a', 'b')",
        ),
        (
            '{"user":1,"item":2}\n',
            {"columns": {"user": "user", "item": "a..b"}},
            "no record has 'a.",
        ),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(
    content: str, settings: dict[str, Any], words: str, tmp_path: Path
) -> None:
    write(tmp_path, o_csv=content)
    with pytest.raises(UserError) as caught:
        read(tmp_path, interactions="o.csv", strategy="random_per_user", **settings)
    assert words in str(caught.value)


def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="It is a folder, wanted is a file"):
        read(tmp_path.parent, interactions=tmp_path.name)


def test_latin_1_is_named_with_the_remedy(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path, o_csv="user,item\n1,a\n2,b\n", p_csv="item,t\na,Caf\xe9\n".encode("latin-1"))
    _, items = read(
        tmp_path,
        interactions="o.csv",
        item_file="p.csv",
        item_columns={"item": "item", "title": "t"},
        strategy="random_per_user",
    )
    assert rows(items, "title") == [("Caf\ufffd",)]
    assert "Latin-1 by iconv -f latin1 -t utf-8" in caplog.text


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"columns": {"user": "a"}}, "columns must name user and item"),
        ({"columns": {"user": "a", "item": "b", "time": "c"}}, "did you mean 'timestamp'?"),
        ({"columns": {"user": "a", "item": 0}}, "greater than or equal to 1"),
        ({"columns": {"user": "a", "item": ""}}, "at least 1 character"),
        ({"item_columns": {"item": "a", "tilte": "b"}, "item_file": "x"}, "did you mean 'title'?"),
        ({"item_columns": {"item": "a", "title": "b"}}, "item_file is null"),
        ({"item_columns": {"item": ["a", "b"]}, "item_file": "x"}, "lists are for title"),
        ({"time_format": "d.m.Y"}, "wanted is one such as"),
        ({"decimal": ";"}, "Input should be"),
    ],
)
def test_columns_that_cannot_be_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Config(**settings)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "address",
    ["postgres://me:geheim@host/db#orders", "postgres://host/db?password=geheim#orders"],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(ParameterError) as caught:
        Config(interactions=address)
    assert "PGPASSWORD" in str(caught.value) and "geheim" not in str(caught.value)


def test_without_a_column_of_times_none_compare_users() -> None:
    assert not SOURCE.holds_times(Config())
    assert SOURCE.holds_times(Config(columns=COLUMNS))
