"""Tables on Spark, or on a server that speaks Spark Connect, by way of Parquet files.

Spark and this process must see the same files under the same paths, as they do on one machine or
on shared storage: the data of the project, and the folder for temporary files (`TMPDIR`).
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import ibis.expr.operations as ops
from ibis.backends.pyspark import Backend
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from siger_pipeline.datasets.duckdb import file_of, read_files, spill_folder
from siger_pipeline.datasets.temporary_folder import remove_folder
from siger_pipeline.engines import CONNECT
from siger_pipeline.errors import InputError
from siger_pipeline.memory import limit_mib
from siger_pipeline.threads import number_of_threads

if TYPE_CHECKING:
    from ibis.expr.types import Table

PARTS_A_THREAD = 4  # of a table that Spark distributes anew


class SparkBackend(Backend):
    """Ibis's backend, whose cached tables are computed once.

    Spark's own cache keeps the plan behind a table, which an iteration such as the k-core
    multiplies with each pass, and computes again what it has dropped. Here rows go to files.
    """

    def _create_cached_table(self, name: str, expr: Table) -> Table:
        folder, schema = self.write(expr)
        # With its schema, since an empty table may have no file to take it from.
        self._session.read.schema(schema).parquet(folder).createOrReplaceTempView(name)
        self._cached_dataframes[name] = folder
        return self.table(name)

    def _drop_cached_table(self, name: str) -> None:
        # The view of that name stays, which costs nothing: at this process's end, the server that
        # would drop it may be gone.
        remove_folder(self._cached_dataframes.pop(name))

    def write(self, expr: Table) -> tuple[str, Any]:
        """A new folder with the rows in Parquet files, and their schema in terms of Spark."""
        folder = new_path()
        with _in_one_sentence("Spark could not compute a table: {}."):
            frame = self._session.sql(self.compile(expr))
            frame.write.parquet(folder)
            return folder, frame.schema

    def execute(self, expr: Any, /, **options: Any) -> Any:
        """The value of an expression in this process."""
        with _in_one_sentence("Spark could not compute a table: {}."):
            return super().execute(expr, **options)


@functools.cache
def backend(engine: str) -> SparkBackend:
    """Spark behind Ibis: in a process beside this one, or the server at an address.

    Raises:
        InputError: it cannot be started or reached.
    """
    start = f"ingest.engine {engine!r} cannot be started or reached: {{}}."
    with _in_one_sentence(start):
        if engine.startswith(CONNECT):
            session = SparkSession.builder.remote(engine).getOrCreate()
            session.range(1).count()  # only a query reaches the server
        else:
            session = SparkSession.builder.config(map=_settings()).getOrCreate()
            session.sparkContext.setLogLevel("ERROR")
        made = SparkBackend()
        made.register_options()
        return cast(SparkBackend, made.connect(session))


def _settings() -> dict[str, str]:
    """Of a Spark that is this process's own: nothing listens to other machines."""
    threads, mib = number_of_threads(), limit_mib()
    memory = {} if mib is None else {"spark.driver.memory": f"{mib}m"}
    return {
        "spark.master": f"local[{threads}]",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": spill_folder(),
        "spark.sql.shuffle.partitions": str(PARTS_A_THREAD * threads),
        **memory,
    }


def moved(table: Table, engine: str) -> Table:
    """A table of DuckDB as one of Spark, which reads its file; one without a file gets one."""
    spark = backend(engine)
    path = file_of(table)
    if path is None:
        path = f"{new_path()}.parquet"
        table.to_parquet(path)
    with _in_one_sentence(f"Spark cannot read {path}: {{}}."):
        return spark.read_parquet(path)


@contextmanager
def fetched(table: Table) -> Iterator[Table]:
    """The rows of a sorted table of Spark as a table of DuckDB.

    DuckDB sorts them: the files that Spark writes of a table need not be named in its order.

    Raises:
        ValueError: the table is not sorted, so that nothing says how its rows are to be written.
    """
    spark, asked = table.get_backend(), table.op()
    assert isinstance(spark, SparkBackend)
    if not isinstance(asked, ops.Sort):
        raise ValueError("a table of Spark is fetched in an order: end the expression by order_by")
    keys = [key.name for key in asked.keys]
    folder, _ = spark.write(asked.parent.to_expr())
    try:
        files = sorted(map(str, Path(folder).glob("*.parquet")))
        yield read_files(files, like=table).order_by(keys)
    finally:
        remove_folder(folder)


def new_path() -> str:
    """A path in the folder for temporary files that nothing has yet."""
    return f"{spill_folder()}/{uuid.uuid4().hex}"


@contextmanager
def _in_one_sentence(sentence: str) -> Iterator[None]:
    """Raise errors of Spark as one that a person can read; {} is the first line of its own."""
    try:
        yield
    except (PySparkException, OSError, RuntimeError) as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)[:300]
        raise InputError(sentence.format(first.rstrip("."))) from error
