"""The process-wide DuckDB connection."""

import subprocess
import sys
from pathlib import Path

import pytest
from kedro.io import DatasetError

from kedro_fresh.temporary import process_folders
from siger_pipeline.datasets import duckdb
from siger_pipeline.datasets.duckdb import connection, stream
from siger_pipeline.datasets.user_table import UserTableDataset
from siger_pipeline.errors import ParameterError
from siger_pipeline.shell.sentences import user_error


def setting(name: str) -> str:
    return str(connection().con.sql(f"SELECT current_setting('{name}')").fetchall()[0][0])


def test_one_connection_with_bounds_and_a_spill_folder() -> None:
    assert connection() is connection()
    spill = Path(setting("temp_directory"))
    assert spill.is_dir()
    assert spill in process_folders()  # so that a later run removes what a killed one leaves
    assert setting("autoinstall_known_extensions").lower() == "false"
    assert setting("memory_limit").endswith("iB")


def test_stream_is_batches_and_leaves_no_view_behind() -> None:
    backend = connection()
    backend.raw_sql("CREATE TEMP TABLE numbers AS SELECT range AS a FROM range(10000)")
    table = backend.table("numbers")
    views = "SELECT count(*) FROM duckdb_views() WHERE view_name LIKE 'stream%'"
    with stream(table.order_by("a"), 3000) as batches:
        sizes = [batch.num_rows for batch in batches]
    assert sum(sizes) == 10_000
    assert max(sizes) <= 3000
    with pytest.raises(RuntimeError, match="stop"), stream(table, 3000) as batches:
        batches.read_next_batch()
        raise RuntimeError("stop")
    assert backend.con.sql(views).fetchall() == [(0,)]
    backend.raw_sql("DROP TABLE numbers")


def test_settings_with_which_the_engine_cannot_start_are_named_and_not_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders.csv").write_text("user,item\n1,2\n")
    raw = UserTableDataset(filepath=tmp_path / "orders.csv")
    monkeypatch.setattr(duckdb, "chosen", lambda: 0)
    with pytest.raises(DatasetError) as caught:
        raw.load()
    told = str(user_error(caught.value))
    assert told.startswith("DuckDB cannot be started with threads 0, memory_limit ")
    assert "Must have at least 1 thread" in told and "orders.csv" not in told


def test_a_folder_for_temporary_files_that_cannot_be_made_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused() -> Path:
        raise PermissionError(13, "Permission denied", "/x")

    monkeypatch.setattr(duckdb.temporary, "process_folder", refused)
    with pytest.raises(ParameterError, match=r"can be made \(Permission denied\): set TMPDIR"):
        duckdb.spill_folder.__wrapped__()


# As after an error, whose traceback keeps what the function held.
HELD = """
import sys, weakref
import pyarrow as pa
from siger_pipeline.datasets.duckdb import connection, spill_folder

weakref.finalize(sys, int)  # so that finalizers run after functions that are registered later
numbers = connection().create_table("numbers", pa.table({"a": range(1000)}))
sys.held = numbers.filter(numbers.a > 3).cache()
print(sys.held.count().execute(), spill_folder())
"""


def test_a_cached_table_that_lives_to_the_end_ends_without_a_word() -> None:
    done = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    rows, folder = done.stdout.split()
    assert rows == "996"
    assert not Path(folder).exists()
