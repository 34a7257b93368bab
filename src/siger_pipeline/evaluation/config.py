"""Parameters of the evaluate stage."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator


class EvaluateConfig(BaseModel):
    """`evaluate:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    ks: tuple[PositiveInt, ...] = Field(min_length=1, description="list lengths K of the metrics")
    top_k: PositiveInt = Field(description="length of the recommendation lists")
    mask: Literal["train", "train+validation"] = Field(
        description="items masked at test; at validation the training items are"
    )
    block_mib: float = Field(
        gt=0,
        description="bound on the memory of a block of scores, MiB",
        json_schema_extra={"names": False},
    )

    @model_validator(mode="after")
    def _lists_hold_every_k(self) -> Self:
        if any(later <= earlier for earlier, later in zip(self.ks, self.ks[1:], strict=False)):
            raise ValueError(f"ks must increase without repeats, but is {list(self.ks)}")
        if self.ks[-1] > self.top_k:
            raise ValueError(
                f"top_k must be at least the largest of ks, but {self.top_k} < {self.ks[-1]}"
            )
        return self


class FloorsConfig(BaseModel):
    """`floors:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(ge=0, lt=2**63, description="of the random floor; no model's seed changes it")
