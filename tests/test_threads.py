"""The number of threads of the libraries, and how these wait."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np  # noqa: F401, BLAS must be loaded
import pytest
import torch
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from threadpoolctl import threadpool_info

from siger_pipeline import threads
from siger_pipeline.datasets.duckdb import connection
from siger_pipeline.errors import ParameterError
from siger_pipeline.threads import chosen, use_threads

ROOT = Path(__file__).parents[1]
TOLD = (
    "import os, siger_pipeline, torch; "
    "print(os.environ.get('GOMP_SPINCOUNT'), os.environ.get('OMP_WAIT_POLICY'))"
)


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = torch.get_num_threads()
    monkeypatch.setattr(threads, "_own", dict.fromkeys(threads.NUMBERS))
    yield
    use_threads("auto")
    torch.set_num_threads(before)


def duckdb_threads() -> int:
    (row,) = connection().con.sql("SELECT current_setting('threads')").fetchall()
    return int(row[0])


def blas_threads() -> set[int]:
    return {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"}


def waiting_in(code: str, **variables: str) -> str:
    mine = {name: value for name, value in os.environ.items() if "OMP_" not in name}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**mine, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_threads_that_wait_sleep_soon() -> None:
    assert waiting_in(TOLD) == f"{threads.SPIN_COUNT} None"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"GOMP_SPINCOUNT": "77"}, "77 None"),
        ({"OMP_WAIT_POLICY": "active"}, "None active"),
        ({"KMP_BLOCKTIME": "1"}, "None None"),
        ({"OMP_NUM_THREADS": "2"}, f"{threads.SPIN_COUNT} None"),
    ],
)
def test_the_users_own_way_of_waiting_stays(variables: dict[str, str], told: str) -> None:
    assert waiting_in(TOLD, **variables) == told


@pytest.mark.parametrize("module", ["cli", "shell.context", "settings", "training.start"])
def test_no_module_loads_openmp_before_that(module: str) -> None:
    code = (
        "import sys\n"
        "class Watch:\n"
        "    def find_spec(self, name, *_):\n"
        "        import os\n"
        "        if name in ('torch', 'sklearn', 'numpy'): print('GOMP_SPINCOUNT' in os.environ)\n"
        "sys.meta_path.insert(0, Watch())\n"
        f"import siger_pipeline.{module}, torch"
    )
    assert set(waiting_in(code).split()) == {"True"}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_number_holds_for_pytorch_blas_and_duckdb(number: int) -> None:
    use_threads(number)
    assert (torch.get_num_threads(), duckdb_threads(), chosen()) == (number, number, number)
    assert blas_threads() == {number}
    assert os.environ["OMP_NUM_THREADS"] == os.environ["OPENBLAS_NUM_THREADS"] == str(number)


def test_auto_touches_nothing_and_takes_a_number_back() -> None:
    torch.set_num_threads(1)
    use_threads("auto")
    assert torch.get_num_threads() == 1
    assert "OPENBLAS_NUM_THREADS" not in os.environ
    use_threads(3)
    use_threads("auto")
    assert torch.get_num_threads() == len(os.sched_getaffinity(0))
    assert chosen() is None
    assert "OPENBLAS_NUM_THREADS" not in os.environ


def test_libraries_that_are_loaded_later_take_the_number() -> None:
    code = (
        "from siger_pipeline.threads import use_threads; use_threads(1)\n"
        "import torch; print(torch.get_num_threads())\n"
        "from siger_pipeline.datasets.duckdb import connection\n"
        "print(connection().con.sql(\"SELECT current_setting('threads')\").fetchall()[0][0])\n"
        "import numpy; from threadpoolctl import threadpool_info\n"
        "print(*{lib['num_threads'] for lib in threadpool_info()})"
    )
    assert waiting_in(code).split() == ["1", "1", "1"]


@pytest.mark.parametrize("number", [2, "auto"])
def test_every_session_uses_the_parameter(number: int | str) -> None:
    use_threads(1)
    bootstrap_project(ROOT)
    with KedroSession.create(ROOT, runtime_params={"threads": number}) as session:
        session.load_context()
    assert chosen() == (None if number == "auto" else number)


@pytest.mark.parametrize("wrong", [0, -1, 1.5, 2.0, "two", "2", None, True, 2000, [1]])
def test_a_wrong_number_is_refused_by_a_sentence(wrong: object) -> None:
    bootstrap_project(ROOT)
    session = KedroSession.create(ROOT, runtime_params={"threads": wrong})
    with session, pytest.raises(ParameterError) as refused:
        session.load_context()
    assert f"'threads' = {wrong!r}" in str(refused.value)
    assert "must be auto or a whole number from 1 to 1024" in str(refused.value)
