"""Checkpoints: the whole state of a training, as JSON values and tensors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from siger_pipeline.errors import InputError
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import Recommender, config_values
from siger_pipeline.models.registry import build
from siger_pipeline.ops.adam import Adam

FORMAT = 4
WEIGHTS, BATCHES, MODEL = range(3)  # streams of a seed


@dataclass(frozen=True)
class Streams:
    """The randomness of a training: separate streams, so that no draw of one shifts the other.

    Attributes:
        batches: order of the pairs and negatives (CPU).
        model: what the model draws in its epochs (on the training's device).
    """

    batches: Randomness
    model: Randomness


def stream(seed: int, number: int, device: str | torch.device = "cpu") -> Randomness:
    """One stream of a seed: `WEIGHTS`, `BATCHES` or `MODEL`."""
    mixed = torch.Generator().manual_seed(seed)
    draws = torch.randint(2**62, (number + 1,), generator=mixed)
    return Randomness.seeded(int(draws[number]), device)


def streams(seed: int, device: str | torch.device) -> Streams:
    """The streams of a training on a device."""
    return Streams(stream(seed, BATCHES), stream(seed, MODEL, device))


def capture(
    name: str,
    model: Recommender,
    optimiser: Adam | None,
    randomness: Streams,
    progress: Mapping[str, Any],
    threads: Sequence[int],
) -> dict[str, Any]:
    """The state of a training now, which holds until the next step.

    Tensors on the CPU are shared with model and optimiser, not copied: a model that trains wide
    features would not fit in memory several times over.

    Args:
        name: registered name of the model.
        model: weights and configuration.
        optimiser: None for a closed form.
        randomness: the streams, for their states.
        progress: `epoch`, `best_epoch`, `finished` and the like.
        threads: number of CPU threads that trained it; several if a resume changed the number.
    """
    return {
        "format": FORMAT,
        "model": name,
        "device": str(randomness.model.device),
        "threads": list(threads),
        "config": config_values(model.config),
        "weights": _on_cpu(dict(model.state_dict())),
        "optimiser": _on_cpu(optimiser.state_dict()) if optimiser else {},
        "randomness": {
            "batches": randomness.batches.state(),
            "model": randomness.model.state(),
        },
        "progress": dict(progress),
    }


def kept_for_scoring(
    checkpoint: Mapping[str, Any], kept: dict[str, torch.Tensor] | None = None
) -> dict[str, Any]:
    """A copy of a checkpoint that lasts, without the moments that only a resume needs.

    Args:
        checkpoint: one of this moment.
        kept: the weights of an earlier copy, which are written over: two would not fit in memory
            where wide features are trained.
    """
    kept = {} if kept is None else kept
    for key, value in checkpoint["weights"].items():
        kept[key] = kept[key].copy_(value) if key in kept else value.clone()
    return {
        **checkpoint,
        "weights": dict(kept),
        "optimiser": {"settings": checkpoint["optimiser"]["settings"]},
    }


def restore_state(
    checkpoint: Mapping[str, Any],
    model: Recommender,
    optimiser: Adam,
    randomness: Streams,
) -> None:
    """Set a training back to the moment of a checkpoint: the inverse of `capture`.

    Values are copied, so that the training does not change the checkpoint.
    """
    model.load_state_dict(checkpoint["weights"])
    optimiser.load_state_dict(checkpoint["optimiser"])
    randomness.batches.restore(checkpoint["randomness"]["batches"])
    randomness.model.restore(checkpoint["randomness"]["model"])


def restore(checkpoint: Mapping[str, Any], inputs: ModelInputs) -> Recommender:
    """The model of a checkpoint, ready to score; it shares the checkpoint's weights.

    Raises:
        InputError: the checkpoint does not fit the inputs (another data set, other features).
    """
    if checkpoint.get("format") != FORMAT:
        raise InputError(
            f"the checkpoint has format {checkpoint.get('format')}, this version reads {FORMAT}; "
            "train again"
        )
    model = build(checkpoint["model"], checkpoint["config"], inputs, Randomness(torch.Generator()))
    try:
        model.load_state_dict(checkpoint["weights"], assign=True)
    except RuntimeError as error:
        raise InputError(
            f"the checkpoint of model {checkpoint['model']} does not fit the data set, its "
            f"features or its graphs as they are now; train again ({error})"
        ) from error
    return model.eval()


def _on_cpu(state: Any) -> Any:
    if isinstance(state, torch.Tensor):
        return state.detach().cpu()
    if isinstance(state, Mapping):
        return {key: _on_cpu(value) for key, value in state.items()}
    if isinstance(state, (list, tuple)):
        return type(state)(_on_cpu(value) for value in state)
    return state
