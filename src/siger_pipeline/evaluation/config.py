"""Parameters of the evaluate stage, and of the fusion of several models' scores."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator, model_validator

METRIC = r"^(recall|ndcg|precision|map)@[1-9][0-9]*$"
Weight = Annotated[float, Field(le=1e6)]  # a weighted sum is of float32


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


class FusionConfig(BaseModel):
    """How the scores of several models are added up: `fusion:` of a study."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    top: PositiveInt = Field(
        default=200, description="candidates: the first model's best items of each user"
    )
    weights: tuple[Weight, ...] = Field(
        default=tuple(n / 10 for n in range(16)),
        min_length=1,
        description="[w] tried for each further model; the first one's is 1",
    )
    monitor: str = Field(
        default="recall@20",
        pattern=METRIC,
        description="validation metric that chooses the weights",
    )

    @field_validator("weights")
    @classmethod
    def _ascend_from_zero(cls, weights: tuple[Weight, ...]) -> tuple[Weight, ...]:
        if weights[0] != 0 or any(a >= b for a, b in pairwise(weights)):
            raise ValueError("they must begin with 0, the first model alone, and increase")
        return weights

    def misfit(self, evaluate: EvaluateConfig) -> tuple[str, str] | None:
        """The name of a setting that does not fit what is measured, and why; None where all do.

        Args:
            evaluate: what is measured.
        """
        if self.top < evaluate.top_k:
            return "top", (
                f"the lists of evaluate.top_k = {evaluate.top_k} items are chosen among so many "
                "candidates, so that at least as many are wanted"
            )
        if self.monitored not in evaluate.ks:
            return "monitor", (
                f"a metric at one of the list lengths evaluate.ks = {list(evaluate.ks)} is wanted"
            )
        return None

    def remark(self, block: str, n_items: int) -> str:
        """A sentence on a small catalogue, in which `top` chooses nothing; empty where it does.

        Args:
            block: where `top` stands, for the message.
            n_items: I.
        """
        if self.top < n_items:
            return ""
        return (
            f"{block}.top = {self.top} leaves out none of the {n_items:,} items of the catalogue: "
            "candidates are all items that a user has not seen."
        )

    def at_end(self, weight: float) -> bool:
        """Whether a wider grid could have given another weight: it is the largest, and not 0."""
        return 0 < weight == self.weights[-1]

    @property
    def monitored(self) -> int:
        """K of the monitored metric."""
        return int(self.monitor.partition("@")[2])


class CalibrationConfig(FusionConfig):
    """`calibration:` of the parameters: a closed form corrects the model's order."""

    corrector: str | None = Field(description="name of a model computed at once; null: none")


class FloorsConfig(BaseModel):
    """`floors:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(ge=0, lt=2**63, description="of the random floor; no model's seed changes it")


def widen(grid: str) -> str:
    """A clause on a weight at the end of its grid.

    Args:
        grid: the parameter.
    """
    return f"the largest of {grid}: widen it"
