"""A disk that is full or cannot be written, and a run that is killed in the midst of a file."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from disks import small_disk
from end_to_end.project import Project, copy_to

RUN = ("--params", "model=lightgcn")


def grow(folder: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)


def test_a_full_disk_and_then_a_larger_one(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    models = project.path / "data" / "06_models"
    with small_disk(models, size="200k"):
        told = project.fails(*RUN)
        assert "06_models/sample/lightgcn/checkpoint.pt" in told
        assert "cannot be written: the disk is full. Free some space on it" in told
        assert [path for path in models.rglob("*") if path.is_file()] == []
        grow(models, "64m")
        said = project.run(*RUN)
        assert "train.lightgcn: ran" in said
        assert "10 ran, 11 fresh" in said
        assert "All 21 nodes are fresh" in project.run(*RUN)


def test_no_room_for_the_records(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    with small_disk(project.path / "data" / ".fresh", size="60k"):
        told = project.fails(*RUN)
        assert "data/.fresh" in told
        assert "cannot be written" in told
        grow(project.path / "data" / ".fresh", "16m")
        project.run(*RUN)
        assert "All 21 nodes are fresh" in project.run(*RUN)


def test_no_room_for_a_table_is_one_sentence(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    with small_disk(project.path / "data" / "02_intermediate"):
        told = project.fails("--force", "--pipelines", "ingest")
    assert "cannot be written: the disk is full" in told.splitlines()[-1]
    assert "nanobind" not in told


SLOW = """
import sys, time
from siger_pipeline.datasets import sparse
own = sparse.SparseDataset._write
def slowly(dataset, handle, data):
    own(dataset, handle, data)
    handle.flush()
    print("writing", flush=True)
    time.sleep(60)
sparse.SparseDataset._write = slowly
from kedro.framework.cli import main
sys.argv = ["kedro", "run", "--pipelines", "ingest"]
main()
"""


def test_a_killed_run_leaves_nothing_that_the_next_does_not_remove(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    process = killed_in_mid_write(project)
    left = list((project.path / "data").rglob(".train_matrix.npz.*.tmp"))
    assert len(left) == 1
    other = project.run("--pipelines", "ingest")
    assert "Temporary files left by killed runs: " in other
    assert " MiB)" in other
    assert not left[0].exists()
    assert "Temporary files" not in project.run("--pipelines", "ingest")
    assert process.returncode == -signal.SIGKILL


def killed_in_mid_write(project: Project) -> subprocess.Popen[str]:
    variables = {"TMPDIR": str(project.path / "tmp"), "OMP_NUM_THREADS": "1"}
    (project.path / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW],
        cwd=project.path,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "writing" in line:
            break
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return process


def test_the_samples_generator(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    command = f"ulimit -f 4; exec {sys.executable} -m tools.sample {tmp_path}/shop"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert "cannot be written: [Errno 27] File too large" in done.stderr
    assert not list(tmp_path.rglob("*.gz"))
