"""The service under load: latency, throughput and memory, by clients in processes of their own.

    python -m benchmarks.serve FOLDER [--seconds 60] [--rate 100]

FOLDER is that of a recommender (docs/serving.md). Requests start at fixed times, and latencies
count from these, so that a slow answer also counts for the requests that it keeps waiting.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from benchmarks.results import RESULTS, aligned, number, one_line, provenance, save
from siger_pipeline.serving import FittedRecommender, load

HOST = "127.0.0.1"
CLIENTS = 8  # connections
K = 10
BATCH = 1000  # users of a batch
PATIENCE = 120  # seconds until a server answers
SERVE = "import sys; from pathlib import Path; from siger_pipeline.service.start import serve; "
SERVE += "serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), 1)"
HEADER = ("what", "p50 ms", "p99 ms", "max ms", "a second", "load average", "server")
Ask = Callable[[HTTPConnection, int], None]


def main() -> None:
    """Measure, print the table, and write results/serve.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=100.0)
    asked = parser.parse_args()
    fitted = load(asked.folder)
    with _server(asked.folder) as (port, server):
        rows = list(_rows(fitted, port, server, asked.rate, asked.seconds))
    run = provenance(sys.argv[1:], "benchmarks.serve")
    table = aligned([HEADER, *map(_cells, rows)])
    sys.stdout.write(f"{one_line(run)}\n{table}\n")
    save(RESULTS / "serve.json", run, rows=rows)


def _rows(
    fitted: FittedRecommender, port: int, server: int, rate: float, seconds: float
) -> Iterator[dict[str, Any]]:
    users, items = fitted.users.names.tolist(), fitted.items.names.tolist()
    one = _get([f"/recommend?user={quote(user)}&k={K}" for user in users])
    batch = json.dumps({"users": (users * BATCH)[:BATCH], "k": K})
    newcomer = json.dumps({"users": [{"user": "somebody new", "history": items[:5]}]})
    yield _row("top-k by numpy, one user, no HTTP", *_timed(lambda: _plain(fitted, 1000)))
    _held(port, one, rate, 2.0)
    cases: list[tuple[str, Callable[[], list[float]]]] = [
        (f"one user, {rate:g} a second for {seconds:g} s", lambda: _held(port, one, rate, seconds)),
        ("one user, 1 client without a pause", lambda: _in_turn(port, one, 1, 1000)),
        (
            f"one user, {CLIENTS} clients without a pause",
            lambda: _in_turn(port, one, CLIENTS, 1000),
        ),
        (f"batch of {BATCH} users", lambda: _in_turn(port, _post("/recommend", batch), 1, 20)),
        ("new user with five items", lambda: _in_turn(port, _post("/new-user", newcomer), 1, 40)),
    ]
    for title, measured in cases:
        before, cpu = _resident_mib(server), _cpu_seconds(server)
        latencies, taken = _timed(measured)
        each = (_cpu_seconds(server) - cpu) / len(latencies) * 1e3
        memory = f"{before:.0f} MiB before, {_resident_mib(server):.0f} after"
        yield _row(title, latencies, taken, f"{number(each)} ms of CPU a request; {memory}")


def _timed(measured: Callable[[], list[float]]) -> tuple[list[float], float]:
    """Latencies, and the seconds in which they were all measured."""
    began = time.perf_counter()
    return measured(), time.perf_counter() - began


def _plain(fitted: FittedRecommender, repeated: int) -> list[float]:
    """Seconds of the k best unseen items of a user as one writes it with numpy."""
    assert fitted.parts.embeddings is not None
    users_Ud, items_Id = map(np.asarray, fitted.parts.embeddings)
    seen, taken = fitted.parts.seen, []
    for n in range(repeated):
        began = time.perf_counter()
        user = n % len(users_Ud)
        score_I = items_Id @ users_Ud[user]
        score_I[seen.indices[seen.indptr[user] : seen.indptr[user + 1]]] = -np.inf
        best = np.argpartition(-score_I, K)[:K]
        best[np.argsort(-score_I[best])]
        taken.append(time.perf_counter() - began)
    return taken


def _held(port: int, ask: Ask, rate: float, seconds: float) -> list[float]:
    """Latencies of requests at fixed times, in seconds from these times."""
    begin = time.perf_counter() + 0.1
    taken: list[float] = []

    def client(first: int) -> None:
        connection = HTTPConnection(HOST, port, timeout=PATIENCE)
        for n in range(first, int(rate * seconds), CLIENTS):
            due = begin + n / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            ask(connection, n)
            taken.append(time.perf_counter() - due)
        connection.close()

    _together([threading.Thread(target=client, args=(first,)) for first in range(CLIENTS)])
    return _all_of(taken, int(rate * seconds))


def _in_turn(port: int, ask: Ask, clients: int, requests: int) -> list[float]:
    """Latencies of clients that ask again as soon as they are answered, after one to warm up."""
    taken: list[float] = []

    def client(first: int) -> None:
        connection = HTTPConnection(HOST, port, timeout=PATIENCE)
        ask(connection, first)
        for n in range(first, requests, clients):
            began = time.perf_counter()
            ask(connection, n)
            taken.append(time.perf_counter() - began)
        connection.close()

    _together([threading.Thread(target=client, args=(first,)) for first in range(clients)])
    return _all_of(taken, requests)


def _together(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _all_of(taken: list[float], wanted: int) -> list[float]:
    """The latencies; a client that broke off has left none of its later requests."""
    if len(taken) != wanted:
        raise RuntimeError(f"{len(taken)} of {wanted} requests were answered")
    return taken


def _get(paths: list[str]) -> Ask:
    asked = dict(enumerate(paths))
    return lambda connection, n: _answered(connection, "GET", asked[n % len(paths)])


def _post(path: str, body: str) -> Ask:
    return lambda connection, _: _answered(connection, "POST", path, body)


def _answered(connection: HTTPConnection, method: str, path: str, body: str | None = None) -> None:
    connection.request(method, path, body, {"content-type": "application/json"})
    response = connection.getresponse()
    told = response.read()
    if response.status != 200:
        raise RuntimeError(f"{method} {path}: {response.status} {told[:300]!r}")


@contextmanager
def _server(folder: Path) -> Iterator[tuple[int, int]]:
    """Port and process of a server of the folder."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(folder), HOST, str(port)])
    try:
        until = time.monotonic() + PATIENCE
        while server.poll() is None and time.monotonic() < until and not _listens(port):
            time.sleep(0.1)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex((HOST, port)) == 0


def _resident_mib(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def _cpu_seconds(process: int) -> float:
    """Time of the cores that a process has had, whoever else wanted them."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _row(title: str, latencies: list[float], seconds: float, note: str = "") -> dict[str, Any]:
    p50, p99 = np.percentile(latencies, [50, 99]) * 1e3
    return {
        "title": title,
        "p50_ms": float(p50),
        "p99_ms": float(p99),
        "max_ms": max(latencies) * 1e3,
        "rate": len(latencies) / seconds,
        "load_average": os.getloadavg()[0],
        "requests": len(latencies),
        "note": note,
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    figures = (row[name] for name in ("p50_ms", "p99_ms", "max_ms", "rate", "load_average"))
    return (row["title"], *map(number, figures), row["note"])


if __name__ == "__main__":
    main()
