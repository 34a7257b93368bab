"""Small parts of models."""

import numpy as np
import torch

from siger_pipeline.ops.tables import constant


def test_a_memory_map_is_not_copied(tmp_path) -> None:  # type: ignore[no-untyped-def]
    np.save(tmp_path / "features.npy", np.ones((4, 3), dtype=np.float32))
    mapped = np.load(tmp_path / "features.npy", mmap_mode="r")
    assert constant(mapped).data_ptr() == mapped.ctypes.data
    assert constant(mapped.astype(np.float64)).dtype == torch.float32
