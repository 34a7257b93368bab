"""Adam: Kingma, Ba. ICLR 2015, arXiv 1412.6980."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.adam import adam

MOMENTS = ("exp_avg", "exp_avg_sq", "step")
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # the paper's


class Adam:
    """PyTorch's fused Adam, to the last bit.

    `torch.optim.Adam` calls the same function, but first imports PyTorch's compiler: a second and
    70 MiB of every training.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], learning_rate: float) -> None:
        """Take the parameters, on the device that they are trained on."""
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.moments: dict[str, list[Tensor]] = {
            "exp_avg": [torch.zeros_like(parameter) for parameter in self.parameters],
            "exp_avg_sq": [torch.zeros_like(parameter) for parameter in self.parameters],
            "step": [torch.zeros((), device=parameter.device) for parameter in self.parameters],
        }

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Update every parameter that has a gradient."""
        having = [n for n, parameter in enumerate(self.parameters) if parameter.grad is not None]
        first, second, steps = ([self.moments[name][n] for n in having] for name in MOMENTS)
        adam(
            [self.parameters[n] for n in having],
            [gradient for p in self.parameters if (gradient := p.grad) is not None],
            first,
            second,
            [],
            steps,
            fused=True,
            amsgrad=False,
            lr=self.learning_rate,
            maximize=False,
            beta1=BETA1,
            beta2=BETA2,
            eps=EPSILON,
            weight_decay=0.0,
        )

    def state_dict(self) -> dict[str, Any]:
        """Moments and settings."""
        settings = {"learning_rate": self.learning_rate, "betas": (BETA1, BETA2), "eps": EPSILON}
        return {"moments": self.moments, "settings": settings}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """The inverse of `state_dict`; the moments are copied.

        Raises:
            ValueError: other parameters than these.
        """
        for name, held in self.moments.items():
            for mine, other in zip(held, state["moments"][name], strict=True):
                if mine.shape != other.shape:
                    raise ValueError(
                        f"{name} of shape {tuple(other.shape)} for {tuple(mine.shape)}"
                    )
                mine.copy_(other)
