"""Adam: Kingma, Ba. ICLR 2015, arXiv 1412.6980."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.optim.adam import adam

MOMENTS = ("exp_avg", "exp_avg_sq", "step")
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8  # the paper's


@dataclass(frozen=True)
class Group:
    """Parameters that share their settings.

    Attributes:
        parameters: on the device that they are trained on.
        learning_rate: before the schedule.
        weight_decay: Adam's coupled L2: this times the parameter is added to its gradient.
        idle: what a step does to a parameter without a gradient: `skip` it, or take its gradient
            as `zero`, so that momentum goes on moving it (and weight decay shrinks it).
    """

    parameters: list[nn.Parameter]
    learning_rate: float
    weight_decay: float = 0.0
    idle: Literal["skip", "zero"] = "skip"


class Adam:
    """PyTorch's fused Adam, to the last bit.

    `torch.optim.Adam` calls the same function, but first imports PyTorch's compiler: a second and
    70 MiB of every training.

    Attributes:
        groups: of parameters.
        factor: of every group's learning rate; a schedule sets it.
    """

    def __init__(self, groups: Iterable[Group]) -> None:
        """Take the groups, which share no parameter."""
        self.groups = list(groups)
        self.factor = 1.0
        parameters = self._parameters()
        self.moments: dict[str, list[Tensor]] = {
            "exp_avg": [torch.zeros_like(parameter) for parameter in parameters],
            "exp_avg_sq": [torch.zeros_like(parameter) for parameter in parameters],
            "step": [torch.zeros((), device=parameter.device) for parameter in parameters],
        }

    def _parameters(self) -> list[nn.Parameter]:
        return [parameter for group in self.groups for parameter in group.parameters]

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self._parameters():
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Update every parameter that has a gradient, or whose group takes it as zero."""
        start = 0
        for group in self.groups:
            stop = start + len(group.parameters)
            self._step(group, *(self.moments[name][start:stop] for name in MOMENTS))
            start = stop

    def _step(
        self, group: Group, first: list[Tensor], second: list[Tensor], steps: list[Tensor]
    ) -> None:
        gradients = {
            n: torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            for n, parameter in enumerate(group.parameters)
            if parameter.grad is not None or group.idle == "zero"
        }
        adam(
            [group.parameters[n] for n in gradients],
            list(gradients.values()),
            [first[n] for n in gradients],
            [second[n] for n in gradients],
            [],
            [steps[n] for n in gradients],
            fused=True,
            amsgrad=False,
            lr=group.learning_rate * self.factor,
            maximize=False,
            beta1=BETA1,
            beta2=BETA2,
            eps=EPSILON,
            weight_decay=group.weight_decay,
        )

    def state_dict(self) -> dict[str, Any]:
        """Moments and settings."""
        settings = {
            "betas": (BETA1, BETA2),
            "eps": EPSILON,
            "groups": [
                {
                    "parameters": len(group.parameters),
                    "learning_rate": group.learning_rate,
                    "weight_decay": group.weight_decay,
                    "idle": group.idle,
                }
                for group in self.groups
            ],
        }
        return {"moments": self.moments, "settings": settings}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """The inverse of `state_dict`; the moments are copied.

        Raises:
            ValueError: other parameters than these.
        """
        for name, own in self.moments.items():
            for mine, other in zip(own, state["moments"][name], strict=True):
                if mine.shape != other.shape:
                    raise ValueError(
                        f"{name} of shape {tuple(other.shape)} for {tuple(mine.shape)}"
                    )
                mine.copy_(other)
