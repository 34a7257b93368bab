"""No model or node draws from the global generators."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from contracts.world import EVERY, config_of, small_world, train_config_of, withheld
from end_to_end.project import copy_to
from siger_pipeline.training.checkpoint import restore
from siger_pipeline.training.start import start_training

# Node by node, so that the one that draws is named.
EVERY_NODE = """
import json
from pathlib import Path

import ibis  # what it is built on draws once, when it is imported
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner

from contracts.test_no_global_randomness import global_states

bootstrap_project(Path.cwd())
drawing = {}
with KedroSession.create(runtime_params={"train": {"max_epochs": 1}}) as session:
    catalog = session.load_context().catalog
    for node in pipelines["__default__"].nodes:
        before = global_states()
        SequentialRunner().run(Pipeline([node]), catalog)
        after = global_states()
        drawing[node.name] = [name for name in before if before[name] != after[name]]
print(json.dumps(drawing))
"""


def global_states() -> dict[str, Any]:
    """The generators that libraries draw from by default."""
    return {
        "random": random.getstate(),
        "numpy.random": str(np.random.get_state()),  # noqa: NPY002
        "torch": torch.get_rng_state().tolist(),
    }


def test_no_node_of_the_sample_draws_from_them(tmp_path: Path) -> None:
    project = copy_to(tmp_path / "project")
    tests = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", tests + EVERY_NODE],
        cwd=project.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    drawing = json.loads(done.stdout.splitlines()[-1])
    seeded = {"features.text", "ingest.split_interactions", "train.siger-max_epochs-1"}
    assert {*seeded, "evaluate.floors"} <= set(drawing)
    assert {name: drawn for name, drawn in drawing.items() if drawn} == {}


@pytest.mark.parametrize("name", EVERY)
def test_no_training_draws_from_them(name: str) -> None:
    inputs, config = small_world(), train_config_of(name, max_epochs=2)
    before = global_states()
    *_, last = start_training(name, config_of(name), config, inputs, withheld(inputs.interactions))
    restore(last.best, inputs).score(torch.arange(4))
    assert global_states() == before
