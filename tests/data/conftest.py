"""Small tables in an in-memory engine."""

from collections.abc import Callable, Sequence
from typing import Any

import ibis
import pyarrow as pa
import pytest
from ibis.expr.types import Table

from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES
from siger_pipeline.data.schema import Columns

MakeTable = Callable[[dict[str, Sequence[Any]]], Table]
MakeLines = Callable[[Sequence[str | None]], Table]

ARROW = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_()}
KNOWN = {name: ARROW[kind] for name, kind in (INTERACTION_TYPES | ITEM_TYPES).items()}
FILE = "folder/raw.txt"


@pytest.fixture(scope="session")
def con() -> Any:
    return ibis.duckdb.connect(":memory:")


@pytest.fixture(scope="session")
def table(con: Any) -> MakeTable:
    """A table of the given columns; the project's own have their types even if all are null."""

    def make(columns: dict[str, Sequence[Any]]) -> Table:
        arrays = {name: pa.array(values, KNOWN.get(name)) for name, values in columns.items()}
        return con.create_table(ibis.util.gen_name("test"), pa.table(arrays), temp=True)

    return make


@pytest.fixture(scope="session")
def lines(table: MakeTable) -> MakeLines:
    """What LinesDataset gives for a file of these lines."""

    def make(texts: Sequence[str | None]) -> Table:
        raw = table(
            {
                Columns.LINE_NUMBER: range(1, len(texts) + 1),
                Columns.LINE: pa.array(texts, pa.string()),
            }
        )
        return raw.mutate(**{Columns.FILE: ibis.literal(FILE)})

    return make


@pytest.fixture(scope="session")
def texts(con: Any) -> MakeTable:
    """What DelimitedDataset gives for a file of these columns."""

    def make(columns: dict[str, Sequence[Any]]) -> Table:
        rows = len(next(iter(columns.values()), []))
        raw = {name: pa.array(values, pa.string()) for name, values in columns.items()}
        raw[Columns.LINE_NUMBER] = pa.array(range(2, rows + 2), pa.int64())
        made = con.create_table(ibis.util.gen_name("test"), pa.table(raw), temp=True)
        return made.mutate(**{Columns.FILE: ibis.literal(FILE)})

    return make
