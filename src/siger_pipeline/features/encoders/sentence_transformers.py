"""Models that sentence-transformers loads, as encoders of texts or of pictures.

Shapes: n contents of a batch, d dimensions.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siger_pipeline.errors import InputError
from siger_pipeline.features.encoders.device import chosen_device, chosen_precision
from siger_pipeline.features.encoders.encoder import Batch, Encoder
from siger_pipeline.features.encoders.pictures import Opener
from siger_pipeline.features.encoders.weights import folder_hash, require_hash

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    from siger_pipeline.features.encoders.config import EncoderConfig, PinnedConfig


def text_encoder(
    model: SentenceTransformer, identity: dict[str, Any], config: EncoderConfig
) -> Encoder[str]:
    """Texts, each cut off after the tokens that the model takes."""
    limit = model.max_seq_length

    def encode(texts: Sequence[str]) -> Batch:
        import numpy as np

        cut = np.zeros(len(texts), dtype=bool)
        if limit is not None:
            tokens = model.tokenizer(list(texts), truncation=False, verbose=False)["input_ids"]
            cut = np.array([len(of_text) > limit for of_text in tokens])
        return _vectors(model, list(texts)), cut

    return Encoder(
        {**identity, "max_tokens": limit},
        _dimension(model),
        config.batch_size,
        len,
        encode,
    )


def picture_encoder(
    model: SentenceTransformer, identity: dict[str, Any], config: EncoderConfig
) -> Encoder[Opener]:
    """Pictures, each brought to the size that the model takes by its own preprocessing."""

    def encode(openers: Sequence[Opener]) -> Batch:
        import numpy as np

        pictures = [opened() for opened in openers]
        return _vectors(model, pictures), np.zeros(len(pictures), dtype=bool)

    return Encoder(identity, _dimension(model), config.batch_size, lambda _: 0, encode)


def pinned_model(
    config: PinnedConfig, folder: Path | None, whose: str
) -> tuple[SentenceTransformer, dict[str, Any]]:
    """The model of the parameters, and what identifies its vectors.

    Args:
        config: parameters.
        folder: with the model, where one is named.
        whose: name of the extractor.

    Raises:
        InputError: the folder is another one than its hash says; the hub does not give the model.
    """
    if folder is None:
        where, pin = config.model, {"model": config.model, "revision": config.revision}
    else:
        found = folder_hash(folder)
        require_hash(found, config.sha256, str(folder), f"features.{whose}.sha256")
        where, pin = str(folder), {"sha256": found}
    return load_model(where, pin, config, whose, None if folder else config.revision)


def load_model(
    where: str, pin: dict[str, str], config: EncoderConfig, whose: str, revision: str | None = None
) -> tuple[SentenceTransformer, dict[str, Any]]:
    """A model of the hub or of a folder; nothing of it is unpickled, and no code of it is run.

    Args:
        where: name on the hub, or path of a folder.
        pin: what its weights are.
        config: how it is run.
        whose: name of the extractor.
        revision: commit on the hub; None for a folder.

    Raises:
        InputError: it cannot be loaded.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as of_transformers

    of_transformers.disable_progress_bar()
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    device = chosen_device(config.device)
    precision = chosen_precision(config.precision, device)
    try:
        model = SentenceTransformer(
            where,
            device=device.type,
            revision=revision,
            local_files_only=revision is None,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True, "dtype": getattr(torch, precision)},
        )
    except Exception as error:
        raise InputError(_why_not(where, whose, revision, error)) from error
    model.eval()
    return model, {"encoder": whose, **pin, "precision": precision}


def _why_not(where: str, whose: str, revision: str | None, error: Exception) -> str:
    first = " ".join(str(error).split()).rstrip(".")[:300]
    what = f"extractor {whose!r}: the model {where} cannot be loaded ({first})"
    if revision is None:
        return (
            f"{what}: wanted is a folder as sentence-transformers or transformers saves it, with "
            "weights in safetensors."
        )
    return (
        f"{what}: at revision {revision} it is neither in the cache of the hub on this machine nor "
        "can it be fetched. Fetch it where there is a connection and name its folder in "
        f"features.{whose}.folder, or choose an extractor that brings its weights along: minilm, "
        "wordllama, efficientnet_lite."
    )


def _vectors(model: SentenceTransformer, contents: list[Any]) -> NDArray[np.float32]:
    found = model.encode(contents, batch_size=len(contents), show_progress_bar=False)
    vectors: NDArray[np.float32] = found.astype("float32", copy=False)
    return vectors


def _dimension(model: SentenceTransformer) -> int:
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise InputError("the model does not say how many dimensions its vectors have")
    return int(dimension)
