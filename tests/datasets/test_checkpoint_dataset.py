"""Checkpoints: deterministic, loaded without running code."""

import json
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import torch

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.checkpoint import CheckpointDataset, canonical


def trained() -> dict[str, Any]:
    generator = torch.Generator().manual_seed(3)
    weight = torch.nn.Parameter(torch.randn(6, 4, generator=generator))
    optimiser = torch.optim.Adam([weight])
    weight.square().sum().backward()
    optimiser.step()
    return {
        "weights": {"embedding": weight},
        "optimiser": optimiser.state_dict(),
        "generator": generator.get_state(),
        "config": {"model": "siger", "layers": (1, 2), "best": None, "rate": 1e-3, "on": True},
    }


def test_round_trip_restores_optimiser_and_generator(tmp_path: Path) -> None:
    dataset = CheckpointDataset(filepath=tmp_path / "a.pt")
    dataset.save(trained())
    loaded, expected = dataset.load(), trained()
    assert loaded["config"] == expected["config"]
    assert torch.equal(loaded["weights"]["embedding"], expected["weights"]["embedding"])
    optimiser = torch.optim.Adam([torch.nn.Parameter(torch.zeros(6, 4))])
    optimiser.load_state_dict(loaded["optimiser"])
    generator = torch.Generator()
    generator.set_state(loaded["generator"])
    same = torch.Generator()
    same.set_state(expected["generator"])
    assert torch.equal(torch.rand(3, generator=generator), torch.rand(3, generator=same))


def test_bytes_depend_on_values_alone(tmp_path: Path) -> None:
    shared = torch.arange(12.0).reshape(3, 4)
    word = "".join(["mo", "del"])
    variants = {
        "shared": {"a": shared, "b": shared, "c": [word, word]},
        "separate": {"a": shared.clone(), "b": shared.clone(), "c": ["model", "mode" + word[-1]]},
        "transposed": {"a": shared.T.contiguous().T, "b": shared, "c": [word, "model"]},
        "slices": {
            "a": torch.cat([shared, shared])[3:],
            "b": shared.requires_grad_(),
            "c": [word, word],
        },
    }
    for name, state in variants.items():
        CheckpointDataset(filepath=tmp_path / name).save(state)
        assert (tmp_path / name).read_bytes() == (tmp_path / "shared").read_bytes(), name


def test_strides_of_a_single_row_do_not_matter(tmp_path: Path) -> None:
    row = torch.arange(3.0)
    for name, tensor in (("a", row.view(1, 3)), ("b", row.as_strided((1, 3), (7, 1)))):
        CheckpointDataset(filepath=tmp_path / name).save({"row": tensor})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_large_weights_are_not_copied_to_be_saved() -> None:
    weights = torch.nn.Parameter(torch.ones(3, 4))
    plain = canonical({"a": weights, "b": [weights]})
    assert plain["a"].data_ptr() == weights.data_ptr()
    assert plain["b"][0].data_ptr() != weights.data_ptr()
    assert not plain["a"].requires_grad


def test_a_view_does_not_drag_its_storage_along(tmp_path: Path) -> None:
    CheckpointDataset(filepath=tmp_path / "a").save({"row": torch.zeros(1_000_000)[:3]})
    assert (tmp_path / "a").stat().st_size < 10_000


def test_pickles_are_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[object]]:
            return Path.touch, (tmp_path / "sprung",)

    (tmp_path / "a.pt").write_bytes(pickle.dumps(Trap()))
    torch.save({"a": Trap()}, tmp_path / "b.pt")
    for name in ("a.pt", "b.pt"):
        with pytest.raises(DataFileError, match=rf"{name} cannot be read as a checkpoint"):
            CheckpointDataset(filepath=tmp_path / name).load()
    assert not (tmp_path / "sprung").exists()


def test_what_cannot_be_read_back_is_refused_with_its_position(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"checkpoint\.config\.paths\[1\] is a PosixPath"):
        CheckpointDataset(filepath=tmp_path / "a.pt").save({"config": {"paths": [1, tmp_path]}})


INTERRUPTED = """
import random, signal, sys, time, torch
from siger_pipeline.datasets.checkpoint import CheckpointDataset
from kedro_fresh.errors import interrupted

draws = random.Random(5)
data = {n: torch.rand(100, 10) for n in range(100)}
began = time.perf_counter()
for _ in range(10):
    CheckpointDataset(filepath=sys.argv[1]).save(data)
seconds = (time.perf_counter() - began) / 10
signal.signal(signal.SIGALRM, signal.default_int_handler)
for _ in range(100):
    try:
        signal.setitimer(signal.ITIMER_REAL, draws.uniform(0, seconds) + 1e-6)
        CheckpointDataset(filepath=sys.argv[1]).save(data)
        time.sleep(1)
    except BaseException as error:
        assert interrupted(error), error
    torch.load(sys.argv[1], weights_only=True)
"""


def test_an_interrupted_save_is_reported_as_such(tmp_path: Path) -> None:
    # In a process of its own: torch's writer ends the process that it is interrupted in.
    command = [sys.executable, "-c", INTERRUPTED, str(tmp_path / "a.pt")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.pt"]


def test_torch_writes_outside_the_thread_that_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writers, save = [], torch.save

    def watched(*arguments: Any) -> None:
        writers.append(threading.current_thread())
        save(*arguments)

    monkeypatch.setattr(torch, "save", watched)
    CheckpointDataset(filepath=tmp_path / "a.pt").save({"a": 1})
    assert len(writers) == 1
    assert threading.main_thread() not in writers


def test_preview_is_an_outline(tmp_path: Path) -> None:
    dataset = CheckpointDataset(filepath=tmp_path / "a.pt")
    dataset.save({"weights": {"users": torch.zeros(3, 2)}, "best": float("-inf"), 1: [True, "x"]})
    assert json.loads(dataset.preview()) == {
        "weights": {"users": "torch.float32 [3, 2]"},
        "best": "-inf",
        "1": [True, "x"],
    }
