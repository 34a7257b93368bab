"""Parameters of the report stage."""

from pydantic import BaseModel, ConfigDict, Field


class ReportConfig(BaseModel):
    """`report:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    features_note: str = Field(
        description="what figures made with these features must be labelled with; empty: nothing"
    )
    paper_note: str = Field(
        description="how the published figures' data differ from these; empty: they do not"
    )
