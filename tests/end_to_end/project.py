"""The project in a temporary copy, run as a person runs it."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from end_to_end import warm

ROOT = Path(__file__).parents[2]
LOCAL = "conf/local/parameters.yml"  # a few epochs, without which each run takes minutes
LOGGERS = ("siger_pipeline", "kedro_fresh")


@dataclass(frozen=True)
class Project:
    """A copy of the project: its configuration, the sample's raw files, and no result.

    Attributes:
        path: its folder.
        forked: its commands are forks of a process that has the libraries already (`warm`), and not
            interpreters of their own.
    """

    path: Path
    forked: bool = True

    def kedro(
        self, *arguments: str, timeout: float = 600, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a kedro command in the copy; ``timeout`` in seconds."""
        variables = variables_with(environment)
        if self.forked and not any(name in environment for name in warm.READ_AT_START):
            return warm.kedro(arguments, self.path, variables, timeout)
        return subprocess.run(
            [sys.executable, "-m", "kedro", *arguments],
            cwd=self.path,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def started(self, log: Path, *arguments: str, **environment: str) -> warm.Command:
        """A kedro command that runs; the file is what it writes, and is empty at first."""
        log.write_text("")
        variables = variables_with(environment)
        return warm.start(arguments, self.path, variables, out=log, err=log, timeout=600)

    def run(self, *arguments: str, **environment: str) -> str:
        """`kedro run`, which must succeed; what it logged."""
        done = self.kedro("run", *arguments, **environment)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + done.stderr

    def verbose(self, *loggers: str) -> dict[str, str]:
        """Variables with which these loggers, or all of the project's, tell of everything."""
        config = yaml.safe_load((self.path / "conf" / "logging.yml").read_text())
        config["loggers"] |= {name: {"level": "DEBUG"} for name in loggers or LOGGERS}
        path = self.path / "verbose.yml"
        path.write_text(yaml.safe_dump(config))
        return {"KEDRO_LOGGING_CONFIG": str(path)}

    def fails(self, *arguments: str, **environment: str) -> str:
        """`kedro run`, which must fail with a sentence and no traceback; the sentence."""
        done = self.kedro("run", *arguments, **environment)
        assert done.returncode != 0, done.stdout[-3000:]
        assert "Traceback" not in done.stderr, done.stderr[-3000:]
        return done.stderr.partition("Error: ")[2]

    def newest(self, name: str) -> Path:
        """The newest version of a result, by its path below data/."""
        return max((self.path / "data" / name).glob("*/*"))

    def metrics(self, trial: str, dataset: str = "sample") -> dict[str, Any]:
        """The newest metrics of a trial."""
        path = self.newest(f"08_reporting/{dataset}/{trial}/metrics.json")
        loaded: dict[str, Any] = json.loads(path.read_text())
        return loaded


def variables_with(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of a command: those of this process without the person's own choices."""
    variables = {k: v for k, v in os.environ.items() if k not in ("SIGER_DATA", "KEDRO_ENV")}
    return {**variables, "OMP_NUM_THREADS": "1", "COLUMNS": "200", **environment}


def wait_for(text: str, log: Path, command: warm.Command) -> None:
    """Until a command that runs has written this."""
    while text not in log.read_text():
        assert command.poll() is None, log.read_text()
        time.sleep(0.02)


def copy_to(folder: Path, *, forked: bool = True) -> Project:
    """A fresh copy under a folder."""
    for name in ("conf", "data/01_raw/sample"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("local"))
    (folder / "conf" / "local").mkdir()
    (folder / LOCAL).write_text("train: {max_epochs: 3}\n")
    for name in ("pyproject.toml", ".telemetry"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "src").mkdir()  # Kedro wants one; the installed package is the one that runs
    return Project(folder, forked)
