"""Where encoders run, and in which numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def chosen_device(name: str) -> torch.device:
    """`auto` is CUDA where there is one, else the CPU; `config.require_device` has looked."""
    import torch

    cuda = name == "cuda" or (name == "auto" and torch.cuda.is_available())
    return torch.device("cuda" if cuda else "cpu")


def chosen_precision(name: str, device: torch.device) -> str:
    """`auto` is float32 on a CPU, bfloat16 on a GPU that has it, else float16."""
    import torch

    if name != "auto":
        return name
    if device.type == "cpu":
        return "float32"
    return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
