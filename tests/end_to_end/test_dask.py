"""A study on a Dask cluster of which a worker is killed: the table is that of one process."""

import time
from pathlib import Path

import pandas as pd
import pytest

from end_to_end.project import LOCAL, Project, copy_to

STUDY = "seeds: {models: [lightgcn], seeds: [1, 2]}\n"
SETTINGS = "train: {max_epochs: 30, patience: 30}\n"
RUN = ("run", "--pipelines", "seeds")
ON_DASK = ("--runner-params", "workers=2,executor=kedro_fresh.dask.executor")
MEASURED = ["seconds", "peak_mib"]


def project_in(folder: Path) -> Project:
    made = copy_to(folder)
    (made.path / LOCAL).write_text(SETTINGS)
    (made.path / "conf/local/studies.yml").write_text(STUDY)
    return made


def table(project: Project) -> pd.DataFrame:
    found = pd.read_parquet(project.newest("08_reporting/sample/studies/seeds/table.parquet"))
    return found.drop(columns=MEASURED, errors="ignore")


# A lost worker of a cluster, and a training that goes on in another process, are tested in small by
# tests/kedro_fresh/test_dask.py and test_workers.py beside this.
@pytest.mark.slow
def test_a_killed_worker_changes_nothing_of_the_table(tmp_path: Path) -> None:
    psutil = pytest.importorskip("psutil")
    pytest.importorskip("distributed")
    alone, shared = (project_in(tmp_path / name) for name in ("alone", "shared"))
    alone.run(*RUN[1:])
    log = tmp_path / "log"
    with shared.started(log, *RUN, *ON_DASK) as run:
        models, deadline = shared.path / "data/06_models/sample", time.monotonic() + 240
        while len(list(models.glob("*/last_checkpoint.pt/*/last_checkpoint.pt"))) < 2:
            assert run.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        children = psutil.Process(run.pid).children(recursive=True)
        workers = [each for each in children if "spawn_main" in " ".join(each.cmdline())]
        workers[0].kill()
    said = log.read_text()
    assert run.poll() == 0, said[-3000:]
    assert said.count("its worker was lost") == 1
    assert "resumes after epoch" in said
    pd.testing.assert_frame_equal(table(shared), table(alone))
    for trial in ("lightgcn+seed=1", "lightgcn+seed=2"):
        name = f"06_models/sample/{trial}/checkpoint.pt"
        assert shared.newest(name).read_bytes() == alone.newest(name).read_bytes()
