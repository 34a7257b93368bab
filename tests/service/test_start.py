"""A server process under load, while a newer version takes the place of the one before."""

import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click.testing import CliRunner

from serving.conftest import fitted_of
from siger_pipeline.errors import InputError, UserError
from siger_pipeline.service import start
from siger_pipeline.shell import serve
from siger_pipeline.shell.cli import cli

PATIENCE = 60  # seconds for what takes one
SERVE = "import sys; from pathlib import Path; from siger_pipeline.service.start import serve; "
SERVE += "serve(Path(sys.argv[1]), '127.0.0.1', *map(int, sys.argv[2:]), every=0.05)"


@pytest.fixture
def place(folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(folder, tmp_path / "recommender" / "2026-01-01" / "recommender")
    return tmp_path / "recommender"


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def port(place: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    """That of a server of the folder."""
    workers: int = request.param
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    command = [sys.executable, "-c", SERVE, str(place), str(number), str(workers)]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        _wait_for(number)
        yield number
    finally:
        server.send_signal(signal.SIGTERM)
        _, told = server.communicate(timeout=PATIENCE)
    assert server.returncode in (0, -signal.SIGTERM)
    assert "lightgcn, 30 users" in told
    assert "Traceback" not in told


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


def test_no_request_is_lost_while_the_version_changes(place: Path, port: int) -> None:
    """Two clients ask on until each has seen a hundred answers of the newer version."""
    seen: list[tuple[int, str]] = []
    newer = threading.Event()

    def ask() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        after, until = 0, time.monotonic() + PATIENCE
        while after < 100 and time.monotonic() < until:
            connection.request("GET", "/recommend?user=007")
            done = connection.getresponse()
            answer = json.loads(done.read())
            seen.append((done.status, answer["recommender"]))
            after += newer.is_set() and answer["recommender"] != seen[0][1]
        connection.close()

    clients = [threading.Thread(target=ask) for _ in range(2)]
    for client in clients:
        client.start()
    fitted_of("lightgcn").save(place / "2026-01-02" / "recommender")
    newer.set()
    for client in clients:
        client.join(PATIENCE)
    assert {status for status, _ in seen} == {200}
    assert len({name for _, name in seen}) == 2
    assert len(seen) > 200


def test_serving_without_its_libraries_is_refused(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(UserError, match=r"uvicorn, which is not installed: pip .*\[serve\]"):
        start.serve(folder, "127.0.0.1", 0, 1)


def test_a_faulty_folder_is_told_before_a_worker_starts(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither a recommender's folder"):
        start.serve(tmp_path, "127.0.0.1", 0, 2)


def test_a_worker_reads_its_folder_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.delenv(start.FOLDER, raising=False)
    with pytest.raises(UserError, match=start.FOLDER):
        start.create()
    monkeypatch.setitem(os.environ, start.FOLDER, str(folder))
    monkeypatch.setitem(os.environ, start.EVERY, "often")
    with pytest.raises(UserError, match="'often', wanted is a number of seconds"):
        start.create()


def test_requests_do_not_wait_until_all_modules_are_looked_through_for_garbage(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setenv(start.FOLDER, str(folder))
    before = gc.get_freeze_count()
    try:
        app = start.create()
        assert gc.get_freeze_count() - before > len(sys.modules)
        assert not any(each is app for each in gc.get_objects())
    finally:
        gc.unfreeze()


def test_a_trial_is_served_from_the_folder_of_its_versions(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    asked: list[tuple[object, ...]] = []
    newest = place / "2026-01-01" / "recommender"
    monkeypatch.setattr(serve, "newest_recommender", lambda env, trial: newest)
    monkeypatch.setattr(start, "serve", lambda *given: asked.append(given))
    done = CliRunner().invoke(cli, ["serve", "--trial", "siger", "--port", "9", "--workers", "2"])
    assert done.exit_code == 0, done.output
    assert asked == [(place, "127.0.0.1", 9, 2, False)]


def test_a_folder_and_a_trial_exclude_each_other() -> None:
    done = CliRunner().invoke(cli, ["serve", "--folder", "x", "--trial", "siger"])
    assert done.exit_code == 2
    assert "leave out --env and --trial" in done.output
