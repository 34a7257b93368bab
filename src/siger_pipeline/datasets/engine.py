"""The engine that computes tables: DuckDB in this process, or Spark."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from siger_pipeline.engines import DUCKDB, SPARK
from siger_pipeline.errors import ParameterError

if TYPE_CHECKING:
    from ibis.expr.types import Table

_engine = DUCKDB


def use_engine(engine: str) -> None:
    """Let this process compute the tables of `on_engine` by this engine from now on.

    Args:
        engine: a name of `siger_pipeline.engines`.

    Raises:
        ParameterError: what it needs is not installed.
    """
    global _engine  # noqa: PLW0603, as the engines are global
    if engine == SPARK and not ("JAVA_HOME" in os.environ or shutil.which("java")):
        raise ParameterError(
            "ingest.engine is 'spark' and there is no Java: install version 17 or later, or set"
            " JAVA_HOME or ingest.engine: duckdb."
        )
    if engine != DUCKDB and find_spec("pyspark") is None:
        raise ParameterError(
            f"ingest.engine is {engine!r} and pyspark is not installed: pip install"
            " 'siger-pipeline[spark]', or set ingest.engine: duckdb."
        )
    _engine = engine


def chosen_engine() -> str:
    """The engine of this process."""
    return _engine


def on_engine(*tables: Table) -> tuple[Table, ...]:
    """The same tables, each where the chosen engine computes what is made of it."""
    if _engine == DUCKDB:
        return tables
    from siger_pipeline.datasets.spark import moved

    return tuple(moved(table, _engine) for table in tables)


@contextmanager
def on_duckdb(table: Table) -> Iterator[Table]:
    """The same rows in the same order as a table of DuckDB, whichever engine computes them."""
    spark = sys.modules.get("siger_pipeline.datasets.spark")  # without it, no table is of Spark
    if spark is None or table.get_backend().name == DUCKDB:
        yield table
        return
    with spark.fetched(table) as rows:
        yield rows
