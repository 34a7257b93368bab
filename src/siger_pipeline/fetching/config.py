"""Parameters of the pictures stage."""

from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    StringConstraints,
    model_validator,
)

# The network decides more of what is fetched than these: they are no part of a trial's name.
HOW: dict[str, Any] = {"names": False}
HEADER_TEXT = r"[ -~]+"  # no line ends: a user agent is a line of each request

PicturesSource: TypeAlias = Literal["folder", "addresses", "paths"]
Port: TypeAlias = Annotated[int, Field(ge=1, le=65535)]


class PicturesConfig(BaseModel):
    """`pictures:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    source: PicturesSource = Field(
        "folder",
        description="where the items' pictures are: in a folder of raw files, named after items; "
        "at the addresses in the items' column image, from which they are fetched; or in the files "
        "that this column names by paths, addresses among which are fetched",
    )
    folder: str | None = Field(
        None,
        min_length=1,
        description="that paths start from; null: that of the source's item file",
    )
    max_failed_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="tolerated share of addresses without a picture",
        json_schema_extra=HOW,
    )
    connections: PositiveInt = Field(
        16, description="pictures fetched at a time", json_schema_extra=HOW
    )
    per_host: PositiveInt = Field(
        4, description="pictures fetched at a time from one host", json_schema_extra=HOW
    )
    attempts: PositiveInt = Field(
        4, description="for a picture, where a failure may be temporary", json_schema_extra=HOW
    )
    max_mib: PositiveFloat = Field(
        20, description="bound on a picture's file, MiB", json_schema_extra=HOW
    )
    idle_seconds: PositiveFloat = Field(
        15, description="for a connection, and from some bytes to the next", json_schema_extra=HOW
    )
    seconds: PositiveFloat = Field(
        60, description="for a picture, redirects included", json_schema_extra=HOW
    )
    max_wait_seconds: PositiveFloat = Field(
        300,
        description="longest pause that a host may ask for by Retry-After",
        json_schema_extra=HOW,
    )
    ports: tuple[Port, ...] = Field(
        (80, 443), min_length=1, description="those that addresses may name", json_schema_extra=HOW
    )
    user_agent: Annotated[str, StringConstraints(pattern=f"^{HEADER_TEXT}$")] = Field(
        "siger-pipeline/0.1",
        description="`User-Agent` of the requests",
        json_schema_extra=HOW,
    )
    seed: int = Field(
        999,
        ge=0,
        lt=2**63,
        description="of the random part of pauses between attempts",
        json_schema_extra=HOW,
    )
    allow_private: bool = Field(
        False,
        description="also fetch from this machine and private networks: for tests alone",
        json_schema_extra=HOW,
    )

    @model_validator(mode="after")
    def _folder_is_of_paths(self) -> Self:
        if self.folder is not None and self.source != "paths":
            raise ValueError(
                f"folder is {self.folder!r}, which is where paths start from, and source is"
                f" {self.source}: set source to paths, or folder to null (the folder of pictures"
                " named after items is features.<extractor>.pictures)"
            )
        return self
