"""A checkpoint: all that brings a training back, as plain values and tensors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from siger_pipeline.errors import InputError
from siger_pipeline.models.base import Recommender, config_values
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.registry import build
from siger_pipeline.ops.adam import Adam

FORMAT = 3


@dataclass(frozen=True)
class Generators:
    """The randomness of a training, each stream apart so that none shifts another.

    Attributes:
        batches: order of the pairs and negatives (CPU).
        model: what the model draws in its loss (on the training's device).
    """

    batches: torch.Generator
    model: torch.Generator


def seeded(seed: int, stream: int, device: str | torch.device = "cpu") -> torch.Generator:
    """The generator of one stream of a seed."""
    mixed = torch.Generator().manual_seed(seed)
    draws = torch.randint(2**62, (stream + 1,), generator=mixed)
    return torch.Generator(device=device).manual_seed(int(draws[stream]))


def capture(
    name: str,
    model: Recommender,
    optimiser: Adam | None,
    generators: Generators,
    progress: Mapping[str, Any],
    threads: Sequence[int],
) -> dict[str, Any]:
    """The state of a training now.

    Args:
        name: registered name of the model.
        model: weights and configuration.
        optimiser: None for a model without epochs.
        generators: their states.
        progress: `epoch`, `best_epoch`, `finished` and the like.
        threads: how many of the CPU trained it; more than one number where that has changed.
    """
    return {
        "format": FORMAT,
        "model": name,
        "device": str(generators.model.device),
        "threads": list(threads),
        "config": config_values(model.config),  # type: ignore[arg-type]
        "weights": _copies(model.state_dict()),
        "optimiser": _copies(optimiser.state_dict()) if optimiser else {},
        "generators": {
            "batches": generators.batches.get_state(),
            "model": generators.model.get_state(),
        },
        "progress": dict(progress),
    }


def restore_state(
    checkpoint: Mapping[str, Any],
    model: Recommender,
    optimiser: Adam,
    generators: Generators,
) -> None:
    """The inverse of `capture`: the same training, at the moment of the checkpoint.

    Nothing of the checkpoint itself is changed by the training that goes on.
    """
    model.load_state_dict(checkpoint["weights"])
    optimiser.load_state_dict(checkpoint["optimiser"])
    generators.batches.set_state(checkpoint["generators"]["batches"])
    generators.model.set_state(checkpoint["generators"]["model"])


def restore(checkpoint: Mapping[str, Any], inputs: ModelInputs) -> Recommender:
    """The model of a checkpoint, ready to score.

    Raises:
        InputError: the checkpoint does not fit the inputs (another data set, other features).
    """
    if checkpoint.get("format") != FORMAT:
        raise InputError(
            f"the checkpoint has format {checkpoint.get('format')}, this version reads {FORMAT}; "
            "train again"
        )
    model = build(checkpoint["model"], checkpoint["config"], inputs, torch.Generator())
    try:
        model.load_state_dict(checkpoint["weights"])
    except RuntimeError as error:
        raise InputError(
            f"the checkpoint of model {checkpoint['model']} does not fit the data set, its "
            f"features or its graphs as they are now; train again ({error})"
        ) from error
    return model.eval()


def _copies(state: Any) -> Any:
    if isinstance(state, torch.Tensor):
        return state.detach().to("cpu", copy=True)
    if isinstance(state, Mapping):
        return {key: _copies(value) for key, value in state.items()}
    if isinstance(state, (list, tuple)):
        return type(state)(_copies(value) for value in state)
    return state
