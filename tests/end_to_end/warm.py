"""Kedro's commands in processes that have the large libraries already.

A command that trains spends seconds on importing PyTorch, scikit-learn and their like, and the
tests start hundreds. So one process imports these, once, and each command is a fork of it: a
process of its own with its own folder, variables, streams and exit code, which imports Kedro and
the project itself. What differs from `python -m kedro`: all forks share the seed of Python's
hashes, and none takes its modules apart at the end, which is a second in which nothing happens.
"""

import atexit
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from runpy import run_module
from typing import Any

LIBRARIES = (
    *("torch", "pandas", "duckdb", "ibis", "ibis.backends.duckdb", "pyarrow.parquet"),
    *("scipy.sparse.linalg", "scipy.stats", "sklearn.decomposition", "plotly.graph_objects"),
    *("sklearn.feature_extraction.text", "skimage.feature", "PIL.Image", "jinja2", "requests"),
    *("dynaconf", "omegaconf", "rich", "pydantic", "fsspec", "click"),
)
# What Python, or a library, reads once, when it starts.
READ_AT_START = ("PYTHONIOENCODING", "OMP_NUM_THREADS")


@cache
def _server() -> "subprocess.Popen[str]":
    """The process that forks; it ends with this one."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    server = subprocess.Popen(
        [sys.executable, __file__],
        env={**variables, "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(server.communicate)
    return server


def kedro(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, as `subprocess.run` would; after the timeout SIGALRM ends it."""
    server = _server()
    assert server.stdin is not None and server.stdout is not None
    with tempfile.TemporaryDirectory() as streams:
        out, err = Path(streams, "out"), Path(streams, "err")
        asked = {"argv": [*arguments], "cwd": str(folder), "environ": {**environment}}
        asked |= {"streams": [os.devnull, str(out), str(err)], "seconds": int(timeout)}
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        returncode = int(server.stdout.readline())
        told = out.read_text(), err.read_text()
    return subprocess.CompletedProcess(["kedro", *arguments], returncode, *told)


def _serve() -> dict[str, Any]:
    """Fork for each request; in the fork, what was requested."""
    for name in LIBRARIES:
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            asked: dict[str, Any] = json.loads(line)
            return asked
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    os._exit(0)


def _become(asked: dict[str, Any]) -> None:
    """Be a process that was started as is requested."""
    signal.alarm(asked["seconds"])
    for number, path in enumerate(asked["streams"]):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    tempfile.tempdir = None
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    places = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:1] = [asked["cwd"], *places]
    sys.argv[1:] = asked["argv"]


def _run() -> int:
    """`python -m kedro`; its exit code."""
    try:
        run_module("kedro", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            return 1
        return int(end.code or 0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


if __name__ == "__main__":
    _become(_serve())
    code = _run()
    # What an interpreter does at its end, in its order.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
