"""Parameters of the report stage."""

from pydantic import BaseModel, ConfigDict, Field


class ReportConfig(BaseModel):
    """`report:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    features_note: str = Field(
        description="label of figures that are made with these features; empty: none"
    )
    paper_note: str = Field(
        description="how the data of the published figures differ from these; empty: they do not"
    )
