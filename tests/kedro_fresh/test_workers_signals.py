"""Runs of real processes with workers that are interrupted or killed leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

FILES = {
    "pyproject.toml": """
[tool.kedro]
package_name = "tiny"
project_name = "tiny"
kedro_init_version = "1.7.0"
source_dir = "src"
""",
    "conf/base/catalog.yml": "\n".join(
        f"{name}: {{type: siger_pipeline.datasets.json.JsonDataset, filepath: data/{name}.json}}"
        for name in ("one", "other", "both", "writes")
    ),
    "conf/base/parameters.yml": "size: 3",
    "conf/local/.gitkeep": "",
    "conf/logging.yml": """
version: 1
disable_existing_loggers: false
formatters: {plain: {format: "%(levelname)s %(message)s"}}
handlers: {console: {class: logging.StreamHandler, formatter: plain}}
root: {handlers: [console], level: INFO}
""",
    "src/tiny/__init__.py": "",
    "src/tiny/settings.py": """
from kedro.framework.hooks import hook_impl


class Hooks:
    @hook_impl
    def before_node_run(self, node, inputs):
        return {"params:size": 4} if node.name == "one" else None


HOOKS = (Hooks(),)
""",
    "src/tiny/pipeline_registry.py": """
from kedro.pipeline import Node, Pipeline
from tiny.nodes import both, lasts, quick, writes


def register_pipelines():
    nodes = [
        Node(lasts, "params:size", "one", name="one"),
        Node(lasts, "params:size", "other", name="other"),
        Node(both, ["one", "other"], "both", name="both"),
    ]
    return {
        "__default__": Pipeline(nodes),
        "idling": Pipeline([nodes[1], Node(quick, "params:size", "one", name="one")]),
        "writing": Pipeline([nodes[1], Node(writes, "params:size", "writes", name="writes")]),
    }
""",
    "src/tiny/nodes.py": """
import os
import time
from pathlib import Path


def lasts(size):
    Path(f"{os.getpid()}.process").touch()
    while not Path("go").exists():
        time.sleep(0.02)
    return {"size": size}


def quick(size):
    Path(f"{os.getpid()}.process").touch()
    return size


def both(one, other):
    return [one, other]


class Slow(dict):
    # An object that is long in being written.
    def items(self):
        Path(f"{os.getpid()}.process").touch()
        yield "a", "b" * 10_000_000
        while not Path("go").exists():
            time.sleep(0.02)


def writes(size):
    return Slow(a=1)
""",
}
RUN = ("run", "--runner", "kedro_fresh.FreshRunner", "--runner-params", "workers=2")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture(autouse=True)
def _ctrl_c_reaches_children() -> Iterator[None]:
    # A process in the background of a shell ignores it, and its children would too.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def started(project: Path, *arguments: str) -> subprocess.Popen[str]:
    """A run in a process group of its own, as a terminal starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "kedro", *RUN, *arguments],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def at_work(project: Path) -> list[int]:
    """The processes whose nodes have begun."""
    return [int(path.stem) for path in project.glob("*.process")]


def group_is_gone(process: subprocess.Popen[str]) -> bool:
    """Whether no process that the run has started is left, of whatever generation."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


def files(project: Path) -> set[str]:
    """What was written, temporary files among it."""
    return {path.name for path in (project / "data").iterdir() if path.name != ".fresh"}


def test_hooks_of_nodes_run_in_the_workers(tiny: Path) -> None:
    (tiny / "go").touch()
    with started(tiny) as process:
        log, _ = process.communicate(timeout=120)
    assert process.returncode == 0, log
    assert (tiny / "data/one.json").read_text().split() == ["{", '"size":', "4", "}"]
    assert len(set(at_work(tiny))) == 2
    assert "both: ran in" in log
    wait_for(lambda: group_is_gone(process))


@pytest.mark.parametrize("pipeline", ["__default__", "writing", "idling"])
def test_ctrl_c_ends_all_processes_and_leaves_no_half_file(tiny: Path, pipeline: str) -> None:
    with started(tiny, "--pipelines", pipeline) as process:
        wait_for(lambda: len(at_work(tiny)) == 2)
        if pipeline == "idling":
            wait_for((tiny / "data/one.json").exists)
            time.sleep(0.5)
        os.killpg(process.pid, signal.SIGINT)
        log, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert ("ran in" in log) is (pipeline == "idling")
    assert "Traceback" not in log
    wait_for(lambda: group_is_gone(process))
    written = {"one.json"} if pipeline == "idling" else set()
    assert files(tiny) == written


def test_workers_end_with_a_run_that_is_killed(tiny: Path) -> None:
    with started(tiny) as process:
        wait_for(lambda: len(at_work(tiny)) == 2)
        process.kill()
        process.wait()
        wait_for(lambda: group_is_gone(process))
    assert files(tiny) == set()
    (tiny / "go").touch()
    with started(tiny) as process:
        log, _ = process.communicate(timeout=120)
    assert process.returncode == 0, log


def test_a_killed_worker_is_an_error_that_names_its_node(tiny: Path) -> None:
    with started(tiny) as process:
        wait_for(lambda: len(at_work(tiny)) == 2)
        os.kill(at_work(tiny)[0], signal.SIGKILL)
        time.sleep(0.5)
        (tiny / "go").touch()
        log, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "was ended by SIGKILL before the node was done" in log
    written = {path.name for path in (tiny / "data").glob("*.json")}
    assert written in ({"one.json"}, {"other.json"})
    (name,) = written
    assert f"{name.partition('.')[0]}: ran in" in log
