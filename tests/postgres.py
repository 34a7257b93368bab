"""A PostgreSQL server of a test's own, reached by a socket in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

USER = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
ME = "siger"


@cache
def _programs() -> Path | None:
    """The folder of the server's programs; None where it is not installed."""
    found = shutil.which("pg_ctl")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    paths = [Path(found).resolve(), *debian] if found else debian
    return paths[-1].parent if paths else None


def _call(program: str, *arguments: str) -> None:
    folder = _programs()
    assert folder is not None
    done = subprocess.run(
        [str(folder / program), *arguments],
        user=USER,
        group=USER,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@dataclass(frozen=True)
class Server:
    """A server that nobody else uses: it trusts all but the user `guarded`."""

    folder: Path

    def url(self, database: str, user: str = ME) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg2://{user}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Return when it answers."""
        options = f"-c listen_addresses='' -c fsync=off -k {self.folder}"
        log = str(self.folder / "log")
        _call("pg_ctl", "start", "-w", "-D", str(self.folder / "data"), "-l", log, "-o", options)

    def kill(self) -> None:
        """End it at once, as a lost machine does: what has been committed stays."""
        _call("pg_ctl", "stop", "-m", "immediate", "-D", str(self.folder / "data"))

    def create(self, database: str) -> str:
        """The URL of a new database."""
        self.run(f"CREATE DATABASE {database}")
        return self.url(database)

    def run(self, statement: str) -> None:
        """Run a statement of SQL."""
        _call("psql", "-q", "-h", str(self.folder), "-U", ME, "-d", "postgres", "-c", statement)


@contextmanager
def server() -> Iterator[Server]:
    """A server that runs; the test is skipped where none is installed."""
    pytest.importorskip("psycopg2")
    if _programs() is None:
        pytest.skip("PostgreSQL is not installed here: no pg_ctl")
    # Below the folder of pytest, the server's user may enter nothing.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        if USER:
            shutil.chown(folder, USER, USER)
        own = Server(folder)
        data = str(folder / "data")
        _call("initdb", "-D", data, "-U", ME, "-A", "trust", "--no-sync", "-E", "UTF8")
        rules = folder / "data/pg_hba.conf"
        rules.write_text(f"local all guarded scram-sha-256\n{rules.read_text()}")
        own.start()
        try:
            yield own
        finally:
            own.kill()
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """A server for the tests of a module."""
    with server() as running:
        yield running
