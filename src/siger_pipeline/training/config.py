"""Parameters of the train stage, and which of several settings counts."""

from collections.abc import Mapping
from math import floor, log
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from siger_pipeline.evaluation.config import METRIC


class TrainConfig(BaseModel):
    """`train:` of the parameters; a model's published settings take the place of these defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    seed: int = Field(999, ge=0, lt=2**63, description="initial weights, batches, negatives, noise")
    max_epochs: int = Field(1000, ge=1, description="epochs at most")
    patience: int = Field(
        20,
        ge=1,
        description="epochs in a row without a better validation metric, at which it stops",
    )
    evaluate_every: int = Field(1, ge=1, description="[n] epochs from one validation to the next")
    monitor: str = Field(
        "recall@20",
        pattern=METRIC,
        description="validation metric that chooses the best epoch",
    )
    batch_size: int = Field(2048, ge=1, description="training pairs a step")
    learning_rate: float = Field(0.001, gt=0, description="of Adam, in the first epoch")
    decay: float = Field(
        1.0, gt=0, le=1, description="[c] of the schedule rate · c^((epoch − 1)/n)"
    )
    decay_epochs: int = Field(1, ge=1, description="[n] of the schedule")
    least_learning_rate: float = Field(
        0.0, ge=0, description="the schedule takes no step that would go below it"
    )
    weight_decay: float = Field(0.0, ge=0, description="Adam's coupled L2, of every parameter")
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="where the model is trained", json_schema_extra={"names": False}
    )
    block_mib: float = Field(
        64.0,
        gt=0,
        description="bound on the scores in memory at validation, MiB",
        json_schema_extra={"names": False},
    )

    @model_validator(mode="after")
    def _validate_before_patience_ends(self) -> Self:
        if self.patience < self.evaluate_every:
            raise ValueError(
                f"patience is {self.patience} epochs, but a validation is due each "
                f"{self.evaluate_every} epochs (evaluate_every), so that the second one would end "
                "every training: raise patience or lower evaluate_every"
            )
        return self

    def rate_factor(self, epoch: int) -> float:
        """What the schedule multiplies the learning rate by: c^((epoch − 1)/n), epochs from 1.

        It stays at the last value with which the rate is at least `least_learning_rate`.
        """
        steps = epoch - 1
        if self.decay < 1 and self.least_learning_rate > 0:
            room = log(self.least_learning_rate / self.learning_rate)
            most = floor(self.decay_epochs * room / log(self.decay) + 1e-9)
            steps = min(steps, max(0, most))
        return float(self.decay ** (steps / self.decay_epochs))

    def validates(self, epoch: int) -> bool:
        """Whether an epoch ends with a validation: each n-th one does, and the last one."""
        return epoch % self.evaluate_every == 0 or epoch == self.max_epochs


def merged_settings(
    defaults: Mapping[str, Any],
    published: Mapping[str, Any],
    of_model: Mapping[str, Any],
    explicit: Mapping[str, Any],
) -> dict[str, Any]:
    """The settings of a training, each from the last of these layers that has it.

    Args:
        defaults: `train:` of the parameters.
        published: `Config.published` of the model: what its authors trained it with.
        of_model: `train:` below the model's own parameters, such as an environment's
            `siger: {train: {patience: 40}}`.
        explicit: what this run asks for, such as `--params train.seed=3`.
    """
    return {**defaults, **published, **of_model, **explicit}
