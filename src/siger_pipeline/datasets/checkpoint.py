"""A training checkpoint: nested dicts of tensors and simple values."""

from __future__ import annotations

import json
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING, Any, ClassVar

from kedro_datasets._typing import JSONPreview

from siger_pipeline.datasets.base import AtomicDataset, DataFileError

if TYPE_CHECKING:
    from torch import Tensor

SIMPLE = (int, float, bool, type(None))


class CheckpointDataset(AtomicDataset):
    """Weights, optimiser, generator state and configuration, by `torch.save`.

    Loaded with `weights_only=True` on the CPU: a file cannot run code. What that cannot read back
    is refused when it is saved: tensors, str, int, float, bool, None, and dicts, lists and tuples
    of them are taken.
    """

    KIND: ClassVar[str] = "a checkpoint"
    MAGIC: ClassVar[tuple[bytes, ...]] = (b"PK\x03\x04",)

    def _read(self, path: str) -> Any:
        import torch

        with self._fs.open(path, "rb") as handle:
            return torch.load(handle, weights_only=True, map_location="cpu")

    def _write(self, handle: IO[bytes], data: Any) -> None:
        import torch

        # To a handle: with a path, torch writes the (temporary) file's name into the archive.
        # In a thread, since only the main one is interrupted: an exception of Ctrl-C inside
        # torch's writer loses its name there, or aborts the process.
        with ThreadPoolExecutor(1) as writer:
            writer.submit(torch.save, canonical(data), handle).result()

    def preview(self) -> JSONPreview:
        """The simple values, and type and shape of each tensor, for Kedro-Viz."""
        return JSONPreview(json.dumps(outline(self.load())))


def outline(value: Any) -> Any:
    """The same nested values as JSON has them, a tensor as its type and shape."""
    import torch

    if isinstance(value, torch.Tensor):
        return f"{value.dtype} {list(value.shape)}"
    if isinstance(value, dict):
        return {str(key): outline(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [outline(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def canonical(value: Any, where: str = "checkpoint", taken: set[int] | None = None) -> Any:
    """An equal object whose pickle depends on values alone.

    Pickle writes an object that it met before as a reference, and torch a tensor with all of its
    storage: equal strings become one object, containers new ones, tensors contiguous ones on the
    CPU, each with a storage of its own.

    Args:
        value: to be saved.
        where: it stands, for the message.
        taken: storages of the tensors before it.

    Raises:
        DataFileError: a value of a type that a checkpoint cannot hold; the message names its keys.
    """
    import torch

    taken = set() if taken is None else taken
    if isinstance(value, torch.Tensor):
        return _alone(value, taken)
    if type(value) is str:
        return sys.intern(value)
    if isinstance(value, dict):
        return {canonical(k, where): canonical(v, f"{where}.{k}", taken) for k, v in value.items()}
    if type(value) in (list, tuple):
        return type(value)(canonical(v, f"{where}[{n}]", taken) for n, v in enumerate(value))
    if type(value) in SIMPLE:
        return value
    raise DataFileError(
        f"{where} is a {type(value).__name__}: a checkpoint holds tensors, str, int, float, bool,"
        " None, and dicts, lists and tuples of them."
    )


def _alone(tensor: Tensor, taken: set[int]) -> Tensor:
    """The tensor in the plain form; a copy only where it shares a storage, or has a part of it.

    A model that is computed at once may have weights of gigabytes.
    """
    import torch

    plain = tensor.detach().cpu().contiguous()
    storage = plain.untyped_storage()
    if storage.nbytes() != plain.nbytes or storage.data_ptr() in taken:
        return plain.clone(memory_format=torch.contiguous_format)
    taken.add(storage.data_ptr())
    return plain.view(-1).view(plain.shape)  # strides of dimensions of one element may be any
