"""Tables of databases: as those of files, in an order of their own, and never written."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from postgres import Server, postgres  # noqa: F401, a fixture
from siger_pipeline.data.raw_file import is_of_database
from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.database_table import DatabaseTableDataset

CREATE = "CREATE TABLE orders (customer {text}, sku {text}, stars {real}, note {text})"
INSERT = "INSERT INTO orders VALUES ('7', 'B', 0.5, NULL), ('007', 'A', 4, 'é'), ('7', 'A', 3, '')"
EXPECTED = [("007", "A", "4.0", "é"), ("7", "A", "3.0", ""), ("7", "B", "0.5", None)]


def of_duckdb(folder: Path) -> str:
    with duckdb.connect(str(folder / "shop.duckdb")) as database:
        database.execute(CREATE.format(text="VARCHAR", real="DOUBLE"))
        database.execute(INSERT)
    return f"duckdb://{folder}/shop.duckdb"


def of_sqlite(folder: Path) -> str:
    database = sqlite3.connect(folder / "shop.db")
    database.execute(CREATE.format(text="TEXT", real="REAL"))
    database.execute(INSERT)
    database.commit()
    database.close()
    return f"sqlite://{folder}/shop.db"


@pytest.fixture(scope="module")
def shop(postgres: Server) -> Iterator[str]:  # noqa: F811
    psycopg = pytest.importorskip("psycopg")
    postgres.create("shop")
    with psycopg.connect(host=str(postgres.folder), user="siger", dbname="shop") as database:
        database.execute(CREATE.format(text="text", real="double precision"))
        database.execute(INSERT)
        database.execute(
            "CREATE SCHEMA other; CREATE TABLE other.padded (sku char(6), at timestamptz)"
        )
        database.execute("INSERT INTO other.padded VALUES ('007', '2024-05-01 12:00+02')")
    return f"postgres://siger@/shop?host={postgres.folder}"


def rows(address: str) -> list[tuple[Any, ...]]:
    table = DatabaseTableDataset(address=address).load().to_pyarrow()
    return [tuple(row.values()) for row in table.to_pylist()]


@pytest.mark.parametrize("make", [of_duckdb, of_sqlite])
def test_a_table_is_text_sorted_by_its_columns(make: Callable[[Path], str], tmp_path: Path) -> None:
    address = f"{make(tmp_path)}#orders"
    assert is_of_database(address)
    found = sorted(rows(address), key=lambda row: row[-2])
    assert [row[:4] for row in found] == EXPECTED
    assert [row[4:] for row in found] == [(n, address) for n in (1, 2, 3)]


def test_a_table_of_postgres_is_read_too(shop: str) -> None:
    found = sorted(rows(f"{shop}#orders"), key=lambda row: row[-2])
    assert [row[:4] for row in found] == EXPECTED
    ((sku, at, *_),) = rows(f"{shop}#other.padded")
    assert (sku, at) == ("007   ", "2024-05-01 10:00:00+00")


def test_what_postgres_refuses_is_told_before_a_run(shop: str) -> None:
    guarded = shop.replace("siger@", "guarded@")
    for address, words in {
        f"{shop}#order": "has no table 'order'; did you mean 'orders'? it has orders.",
        f"{guarded}#orders": "no password supplied. Mend the address",
        f"{shop.replace('/shop', '/shap')}#orders": '"shap" does not exist',
    }.items():
        dataset = DatabaseTableDataset(address=address)
        assert words in dataset.why_missing()
        with pytest.raises(DataFileError):
            dataset.load()
    assert DatabaseTableDataset(address=f"{shop}#orders").why_missing() == ""


@pytest.mark.parametrize("make", [of_duckdb, of_sqlite])
def test_a_table_or_file_that_is_missing_is_told(
    make: Callable[[Path], str], tmp_path: Path
) -> None:
    url = make(tmp_path)
    assert "did you mean 'orders'?" in DatabaseTableDataset(address=f"{url}#oders").why_missing()
    gone = DatabaseTableDataset(address=f"{url}x#orders")
    assert gone.why_missing().endswith("does not exist, in which table 'orders' is wanted.")
    assert not Path(f"{url}x".partition("://")[2]).exists()


def test_a_driver_that_is_not_installed_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "ibis.backends.postgres", raising=False)
    told = DatabaseTableDataset(address="postgres://me@host/db#orders").why_missing()
    assert "pip install 'siger-pipeline[postgres]'" in told and "\n" not in told


def test_it_is_read_never_written(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="it is read, never written"):
        DatabaseTableDataset(address=f"{of_sqlite(tmp_path)}#orders").save(1)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("postgres://h/d#t", True),
        ("postgresql://h/d#s.t", True),
        ("duckdb:///x/y.db#t", True),
        ("postgres://h/d", False),
        ("s3://bucket/a#b.csv", False),
        ("orders#1.csv", False),
    ],
)
def test_addresses_are_told_from_paths(path: str, expected: bool) -> None:
    assert is_of_database(path) is expected
