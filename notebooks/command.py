"""The project's commands, as cells of the notebooks run them."""

import shlex
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def run(command: str) -> None:
    """Run a command in the project's folder, as a shell would, and show what it says.

    Args:
        command: of a package of this environment, such as `kedro compare`.

    Raises:
        subprocess.CalledProcessError: it failed, so that the cell does too.
    """
    words = [sys.executable, "-m", *shlex.split(command)]
    with subprocess.Popen(
        words, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
