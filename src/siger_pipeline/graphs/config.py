"""Parameters of the graphs stage."""

from pydantic import BaseModel, ConfigDict, Field


class GraphsConfig(BaseModel):
    """`graphs:` of the parameters; symbols of SIGER in brackets."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    cooccurrence_k: int = Field(ge=1, description="[K] neighbours kept in Eq. (4)")
    knn_k: int = Field(ge=1, description="neighbours kept in Eq. (6), the item itself counted")
    beta: float = Field(ge=0, le=1, description="[β] weight of co-occurrence in Eq. (7)")
    block_mib: float = Field(
        gt=0, description="bound on what is held at once, MiB", json_schema_extra={"names": False}
    )
