"""Parameters of the graphs stage."""

from pydantic import BaseModel, ConfigDict, Field


class GraphsConfig(BaseModel):
    """`graphs:` of the parameters: what changes no graph."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    block_mib: float = Field(
        gt=0,
        description="bound on the memory of intermediate results, MiB",
        json_schema_extra={"names": False},
    )
