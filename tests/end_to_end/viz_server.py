"""Kedro-Viz as a server of its own, started as a person starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

# Kedro-Viz asks PyPI for a newer version of itself: a port without a server answers at once.
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "localhost,127.0.0.1"}
PATIENCE = 120  # seconds, on a busy machine


@dataclass(frozen=True)
class Viz:
    """A server of Kedro-Viz, by its address."""

    address: str

    def get(self, path: str) -> Any:
        with urlopen(f"{self.address}/api/{path}", timeout=PATIENCE) as answer:
            return json.load(answer)

    @cached_property
    def main(self) -> dict[str, Any]:
        return dict(self.get("main"))

    def named(self, kind: str) -> dict[str, dict[str, Any]]:
        """The nodes of a kind (task, data, parameters) by their names, as Kedro has them."""
        return {_name(node): node for node in self.main["nodes"] if node["type"] == kind}

    def details(self, kind: str, name: str) -> dict[str, Any]:
        """What the panel beside the graph shows of a node."""
        return dict(self.get(f"nodes/{self.named(kind)[name]['id']}"))


def _name(node: dict[str, Any]) -> str:
    folders = node.get("modular_pipelines") or [] if node["type"] == "task" else []
    return ".".join([max(folders, key=len, default=""), node["name"]]).removeprefix(".")


def free_port() -> int:
    # Kedro-Viz refuses the ports above 49151, where the system would find one.
    for port in range(20_000 + os.getpid() % 20_000, 49_000):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError("no free port")


def wait_for(viz: Viz, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            viz.get("main")
        except URLError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(log.read_text())


@contextmanager
def started(project: Path, log: Path) -> Iterator[Viz]:
    """`kedro viz run` in a project, stopped in the end."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "kedro", "viz", "run", "--no-browser", "--port", str(port)],
            cwd=project,
            env={**os.environ, **OFFLINE, "OMP_NUM_THREADS": "1", "KEDRO_ENV": ""},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the server is a child of the command: both are stopped
        )
    viz = Viz(f"http://127.0.0.1:{port}")
    try:
        wait_for(viz, process, log)
        yield viz
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE)
