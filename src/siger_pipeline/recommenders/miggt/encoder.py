"""The MLP that encodes the features of a modality.

Shape suffixes: I items, m feature dimensions, h hidden units, d dimensions.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import xavier_map
from siger_pipeline.models.randomness import Axis, Randomness, all_items
from siger_pipeline.ops.tables import constant
from siger_pipeline.ops.unit_rows import unit_rows
from siger_pipeline.recommenders.miggt.config import Config
from siger_pipeline.requests import features

PROJECTED, WIDTH_OF = "image", "text"  # modalities
SLOPE, MOMENTUM = 0.25, 0.1  # PyTorch's defaults


class Dropout:
    """Inverted dropout in training, nothing at scoring.

    Attributes:
        training: whether anything is dropped.
    """

    def __init__(self, randomness: Randomness | None) -> None:
        """Draw from a randomness, if there is one."""
        self._randomness = randomness
        self.training = randomness is not None

    def __call__(self, x: Tensor, rate: float, rows: Axis) -> Tensor:
        """``x`` times a mask, [n, …]; ``rows`` says what its rows stand for."""
        factors = self.factors(rate, rows, *x.shape[1:])
        return x if factors is None else x * factors

    def factors(self, rate: float, *shape: Axis | int) -> Tensor | None:
        """The mask; None where it would be 1 everywhere."""
        if self._randomness is None or rate == 0:
            return None
        return self._randomness.dropout_mask(rate, *shape)


class Normalised(nn.Module):
    """PReLU(batch norm(x W)), with one slope for all units.

    A bias before a batch normalisation cancels. The public code has one, which rounding errors
    alone would move, as far as Adam lets them.
    """

    running_mean: Tensor
    running_variance: Tensor

    def __init__(self, inputs: int, outputs: int, randomness: Randomness) -> None:
        super().__init__()
        self.weight = xavier_map(inputs, outputs, randomness)
        self.scale = nn.Parameter(torch.ones(outputs))
        self.shift = nn.Parameter(torch.zeros(outputs))
        self.slope = nn.Parameter(torch.full((1,), SLOPE))
        self.register_buffer("running_mean", torch.zeros(outputs))
        self.register_buffer("running_variance", torch.ones(outputs))

    def forward(self, x: Tensor, *, training: bool) -> Tensor:
        """The statistics are those of the rows in training, else the running ones."""
        normalised = functional.batch_norm(
            x @ self.weight,
            self.running_mean,
            self.running_variance,
            self.scale,
            self.shift,
            training,
            MOMENTUM,
        )
        return functional.prelu(normalised, self.slope)


class Encoder(nn.Module):
    """e_m = MLP_m(x_m) of two layers, m → h → d; the features x_m are constant.

    x_m of images is rownorm(E_v Ω) with random Ω ~ N(0, 1), as wide as the text; without text it is
    rownorm(E_v). Other features are taken as they are.
    """

    inputs: Tensor

    def __init__(
        self, config: Config, inputs: ModelInputs, modality: str, randomness: Randomness
    ) -> None:
        super().__init__()
        self.input_rate, self.hidden_rate = config.input_dropout, config.hidden_dropout
        x_Im, projected = constant(inputs[features(modality)]), modality == PROJECTED
        if projected and WIDTH_OF in inputs.modalities:
            width = inputs[features(WIDTH_OF)].shape[1]
            x_Im = x_Im @ randomness.normal(x_Im.shape[1], width)
        # Ω is drawn, so what it makes is part of the checkpoint.
        x_Im = unit_rows(x_Im) if projected else x_Im
        self.register_buffer("inputs", x_Im, persistent=projected)
        self.inner = Normalised(x_Im.shape[1], config.hidden, randomness)
        self.outer = Normalised(config.hidden, config.dimension, randomness)

    def forward(self, drop: Dropout) -> Tensor:
        """e_m of all items, [I, d]."""
        items = all_items(len(self.inputs))
        x_Im = drop(self.inputs, self.input_rate, items)
        hidden_Ih = self.inner(x_Im, training=drop.training)
        return self.outer(drop(hidden_Ih, self.hidden_rate, items), training=drop.training)
