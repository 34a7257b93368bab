"""Parameters of the train stage."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class TrainConfig(BaseModel):
    """`train:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    seed: int = Field(ge=0, lt=2**63, description="initial weights, batches, negatives, noise")
    max_epochs: int = Field(ge=1, description="epochs at most")
    patience: int = Field(ge=1, description="epochs in a row without a better validation metric")
    monitor: str = Field(pattern=r"^(recall|ndcg|precision|map)@[1-9][0-9]*$")
    batch_size: int = Field(ge=1, description="training pairs a step")
    learning_rate: float = Field(gt=0, description="of Adam")
    device: Literal["auto", "cpu", "cuda"] = Field(json_schema_extra={"names": False})
    block_mib: float = Field(
        gt=0,
        description="bound on the scores held at validation, MiB",
        json_schema_extra={"names": False},
    )
