"""Kedro's commands in processes that have the large libraries already.

A command that trains spends seconds on importing PyTorch, scikit-learn and their like, and the
tests start hundreds. So one process imports these, once, and each command is a fork of it: a
process of its own with its own folder, variables, streams and exit code, which imports Kedro and
the project itself. What differs from `python -m kedro`: all forks share the seed of Python's
hashes, and none takes its modules apart at the end, which is a second in which nothing happens.
"""

import atexit
import gc
import importlib
import inspect
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from runpy import run_module
from typing import Any

LIBRARIES = (
    *("torch", "pandas", "duckdb", "ibis", "ibis.backends.duckdb", "pyarrow.parquet"),
    *("scipy.sparse.linalg", "scipy.stats", "sklearn.decomposition", "plotly.graph_objects"),
    *("sklearn.feature_extraction.text", "skimage.feature", "PIL.Image", "jinja2", "requests"),
    *("dynaconf", "omegaconf", "rich", "pydantic.main", "fsspec", "click", "filelock", "pathspec"),
    *("plotly.io", "plotly.subplots", "IPython.display", "multiprocessing.managers", "sqlite3"),
    *("kedro.io", "kedro.pipeline", "kedro.config"),
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


def _ask(**request: Any) -> int | None:
    """What the server answers to a request."""
    server = _server()
    assert server.stdin is not None and server.stdout is not None
    server.stdin.write(json.dumps(request) + "\n")
    server.stdin.flush()
    answer: int | None = json.loads(server.stdout.readline())
    return answer


@dataclass(frozen=True)
class Command:
    """A command that runs, as a `subprocess.Popen`; its end is waited for after the `with`."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        return _ask(ended=self.pid, options=os.WNOHANG)

    def wait(self) -> int:
        """Its exit code, in the end."""
        code = _ask(ended=self.pid, options=0)
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def __enter__(self) -> "Command":
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        if failed and self.poll() is None:
            self.send_signal(signal.SIGKILL)
        self.wait()


def start(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    out: Path,
    err: Path,
    timeout: float,
) -> Command:
    """Start a command; the files of its streams may be one. After the timeout SIGALRM ends it."""
    asked = {"argv": [*arguments], "cwd": str(folder), "environ": {**environment}}
    asked |= {"streams": [os.devnull, str(out), str(err)], "seconds": int(timeout)}
    pid = _ask(**asked)
    assert pid is not None
    return Command(pid)


def kedro(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, as `subprocess.run` would; after the timeout SIGALRM ends it."""
    with tempfile.TemporaryDirectory() as streams:
        out, err = Path(streams, "out"), Path(streams, "err")
        returncode = start(arguments, folder, environment, out, err, timeout).wait()
        told = out.read_text(), err.read_text()
    return subprocess.CompletedProcess(["kedro", *arguments], returncode, *told)


def _serve() -> dict[str, Any]:
    """Fork for each request of a command; in the fork, what was requested."""
    for name in LIBRARIES:
        importlib.import_module(name)
    _warm_up()
    codes: dict[int, int] = {}
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        if "argv" not in asked:
            answer = _code(asked["ended"], asked["options"], codes)
        elif not (answer := os.fork()):
            return asked
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
    os._exit(0)


def _code(pid: int, options: int, known: dict[int, int]) -> int | None:
    """The exit code of a fork, which can be asked for more than once; None while it runs."""
    if pid not in known:
        ended, status = os.waitpid(pid, options)
        if not ended:
            return None
        known[pid] = os.waitstatus_to_exitcode(status)
    return known[pid]


def _warm_up() -> None:
    """Fill what libraries keep once they were used, so that no fork has to."""
    from plotly.graph_objects import Figure

    Figure(layout={"template": "plotly"}).to_json()
    # dynaconf looks at the stack, for which `inspect` learns where each module has come from; and
    # it goes through all of them again for each frame whose file is none of theirs.
    inspect.getmodule(_serve.__code__, "<none>")
    for name in ("importlib._bootstrap", "importlib._bootstrap_external", "runpy"):
        inspect.modulesbyfile[f"<frozen {name}>"] = name
    inspect.modulesbyfile[__file__] = "__main__"
    gc.collect()
    gc.freeze()  # no collection in a fork goes through what is there by now


def _become(asked: dict[str, Any]) -> None:
    """Be a process that was started as is requested."""
    signal.alarm(asked["seconds"])
    # What a shell starts in the background ignores it, and so do the children of that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, path in enumerate(asked["streams"]):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    tempfile.tempdir = None
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    places = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:1] = [asked["cwd"], *places]
    if find_spec("sitecustomize") and "sitecustomize" not in sys.modules:
        importlib.import_module("sitecustomize")
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
