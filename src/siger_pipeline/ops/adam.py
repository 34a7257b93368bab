"""Adam: Kingma, Ba. ICLR 2015, arXiv 1412.6980."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.optim.adam import adam

from siger_pipeline.ops.factored import Factors, ask_for_factors, factors_of, gradient_blocks

State = tuple[nn.Parameter, Tensor, Tensor, Tensor]  # its moments and steps
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
        for parameter in parameters:
            ask_for_factors(parameter)
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
            _factors(parameter).clear()

    @torch.no_grad()
    def step(self) -> None:
        """Update every parameter that has a gradient, or whose group takes it as zero."""
        # By blocks first: a factor of a gradient may be a weight, which the other update changes.
        for update in (self._update_by_blocks, self._update_at_once):
            states = zip(*(self.moments[name] for name in MOMENTS), strict=True)
            for group in self.groups:
                update(group, [(p, *next(states)) for p in group.parameters])
        for parameter in self._parameters():
            _factors(parameter).clear()

    def _update_by_blocks(self, group: Group, states: list[State]) -> None:
        """Those without a gradient as large as they are."""
        for parameter, first, second, steps in states:
            if not _is_updated_by_blocks(parameter, group):
                continue
            tables = [torch.atleast_1d(tensor) for tensor in (parameter, first, second)]
            factors = _factors(parameter)
            for rows, gradient in gradient_blocks(tables[0], parameter.grad, factors):
                values, *moments = (table[rows] for table in tables)
                self._adam(group, [(values, gradient, *moments, steps.clone())])
            steps.add_(1)

    def _update_at_once(self, group: Group, states: list[State]) -> None:
        """Those with one."""
        updates = [
            (parameter, parameter.grad, *moments)
            for parameter, *moments in states
            if parameter.grad is not None and not _is_updated_by_blocks(parameter, group)
        ]
        if updates:
            self._adam(group, updates)

    def _adam(self, group: Group, updates: Sequence[tuple[Tensor, ...]]) -> None:
        values, gradients, first, second, steps = map(list, zip(*updates, strict=True))
        adam(
            values,
            gradients,
            first,
            second,
            [],
            steps,
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


def _factors(parameter: nn.Parameter) -> list[Factors]:
    return factors_of(parameter) or []


def _is_updated_by_blocks(parameter: nn.Parameter, group: Group) -> bool:
    return bool(_factors(parameter)) or (parameter.grad is None and group.idle == "zero")
