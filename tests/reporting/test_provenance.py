import dataclasses
import hashlib
import json
import struct
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

from siger_pipeline.reporting.fingerprints import matrix_fingerprint
from siger_pipeline.reporting.provenance import (
    Run,
    data_fingerprint,
    library_versions,
    provenance,
)
from siger_pipeline.requests import graph


@pytest.fixture
def splits() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "user_id": np.array([0, 0, 0, 1, 1], dtype=np.int32),
            "item_id": np.array([0, 1, 2, 0, 3], dtype=np.int32),
            "split": ["train", "validation", "test", "train", "train"],
        }
    )


@pytest.fixture
def run(parameters: dict[str, Any]) -> Run:
    trial = {"name": "da_mrs+seed=3", "overrides": {"train.seed": 3}, "floors": "baby"}
    matrices = {"features": {"text": np.eye(4, dtype=np.float32)}, "graphs": {}}
    return Run("da_mrs", "cpu", [2], trial, parameters, (), matrices)


def test_the_fingerprint_is_of_the_content_whatever_its_order_or_types(
    splits: pd.DataFrame,
) -> None:
    fingerprint = data_fingerprint(splits)
    shuffled = splits.sample(frac=1, random_state=3).astype({"user_id": "int64"})
    assert data_fingerprint(shuffled) == fingerprint
    content = struct.pack("<5i", 0, 0, 0, 1, 1) + struct.pack("<5i", 0, 1, 2, 0, 3)
    expected = hashlib.sha256(b"5\n" + content + bytes([0, 1, 2, 0, 0])).hexdigest()
    assert fingerprint == f"sha256:{expected}"


@pytest.mark.parametrize(
    ("column", "value"), [("user_id", 2), ("item_id", 4), ("split", "validation")]
)
def test_any_change_of_content_changes_the_fingerprint(
    splits: pd.DataFrame, column: str, value: int | str
) -> None:
    changed = splits.copy()
    changed.loc[4, column] = value
    assert data_fingerprint(changed) != data_fingerprint(splits)
    assert data_fingerprint(splits.iloc[:4]) != data_fingerprint(splits)


def test_versions_name_python_and_every_library_that_figures_depend_on() -> None:
    versions = library_versions()
    wanted = {"python", "torch", "numpy", "pandas", "scipy", "ibis-framework", "duckdb", "kedro"}
    assert wanted | {"siger-pipeline"} <= set(versions)
    assert versions["numpy"] == np.__version__


def test_provenance_holds_what_tells_runs_apart(run: Run, splits: pd.DataFrame) -> None:
    run = dataclasses.replace(run, requests=(graph("bipartite"),))
    result = provenance(run, splits, n_users=2, n_items=4)
    assert result["made_from"]["reads"] == ["interactions", "bipartite"]
    assert result["data"] == {
        "fingerprint": data_fingerprint(splits),
        "users": 2,
        "items": 4,
        "interactions": 5,
        "train": 3,
        "validation": 1,
        "test": 1,
    }
    assert (result["model"], result["dataset"], result["seed"]) == ("da_mrs", "baby", 999)
    assert (result["trial"], result["overrides"]) == ("da_mrs+seed=3", {"train.seed": 3})
    assert result["floors"] == "baby"
    assert (result["device"], result["threads"]) == ("cpu", [2])
    assert result["split"]["strategy"] == "published"
    assert result["features"] == {"text": "matrix"}
    text = matrix_fingerprint(np.eye(4, dtype=np.float32))
    assert result["fingerprints"] == {"features": {"text": text}, "graphs": {}}
    assert result["dimensions"] == {"text": 4}
    assert result["features_note"] == "rebuilt features"
    assert result["parameters"]["da_mrs"] == {"layers": 2}
    assert set(result["parameters"]) == set(run.parameters)
    json.dumps(result, allow_nan=False)


def test_a_model_without_features_is_not_labelled_with_theirs(
    run: Run, splits: pd.DataFrame
) -> None:
    without = {name: block for name, block in run.parameters.items() if name != "features"}
    result = provenance(dataclasses.replace(run, parameters=without), splits, 2, 4)
    assert result["features"] == {}
    assert result["features_note"] == ""


def test_typed_parameters_become_json_values(run: Run, splits: pd.DataFrame) -> None:
    class Train(BaseModel):
        seed: int
        ks: tuple[int, ...]

    parameters = {**run.parameters, "train": Train(seed=5, ks=(1, 2))}
    result = provenance(dataclasses.replace(run, parameters=parameters), splits, 2, 4)
    assert result["seed"] == 5
    assert result["parameters"]["train"] == {"seed": 5, "ks": [1, 2]}


def test_pictures_that_were_fetched_are_counted(run: Run, splits: pd.DataFrame) -> None:
    counts = {"fetched": 1200, "failed": 3, "no address": 0}
    assert provenance(run, splits, 3, 4, pictures=counts)["pictures"] == counts
    assert "pictures" not in provenance(run, splits, 3, 4)
