"""Small parts of models."""

from pathlib import Path

import numpy as np
import pytest
import torch

from siger_pipeline.ops.tables import constant, copied


def test_a_memory_map_is_not_copied(tmp_path: Path) -> None:
    np.save(tmp_path / "features.npy", np.ones((4, 3), dtype=np.float32))
    mapped = np.load(tmp_path / "features.npy", mmap_mode="r")
    assert constant(mapped).data_ptr() == mapped.ctypes.data
    assert constant(mapped.astype(np.float64)).dtype == torch.float32


def mapped_mib() -> float:
    """Pages of mapped files in this process's memory, MiB."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["RssFile"].split()[0]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells it")
@pytest.mark.parametrize("part", [slice(None), slice(500, None)])
def test_what_is_copied_of_a_mapped_file_leaves_the_memory(tmp_path: Path, part: slice) -> None:
    values = np.random.default_rng(0).random((4000, 2048), dtype=np.float32)  # 31 MiB
    np.save(tmp_path / "features.npy", values)
    mapped = np.load(tmp_path / "features.npy", mmap_mode="r")[part]
    before = mapped_mib()
    copy = copied(mapped)
    assert mapped_mib() < before + 8
    assert np.array_equal(copy.numpy(), values[part])
    assert np.array_equal(mapped, values[part])  # read again


def test_a_copy_is_its_own_and_leaves_changes_of_a_map_alone(tmp_path: Path) -> None:
    np.save(tmp_path / "features.npy", np.ones((4, 3), dtype=np.float32))
    private = np.load(tmp_path / "features.npy", mmap_mode="c")
    private[0] = 2
    copy = copied(private)
    copy[1] = 3
    assert private[:2].tolist() == [[2, 2, 2], [1, 1, 1]]
