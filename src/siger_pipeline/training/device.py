"""Where training runs."""

import torch

from siger_pipeline.errors import TrainingError


def resolve_device(name: str) -> torch.device:
    """`auto` is CUDA where there is one, else the CPU.

    Raises:
        TrainingError: CUDA is asked for and absent.
    """
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise TrainingError(
            "train.device = 'cuda', but PyTorch sees no CUDA device on this machine; "
            "use --params train.device=cpu, or auto"
        )
    return torch.device("cuda" if available and name != "cpu" else "cpu")
