"""Parameters of the features stage: one block an extractor."""

import re
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator, model_validator

MODALITY_NAME = re.compile(r"[a-z][a-z0-9_]*")


class TfidfSvdConfig(BaseModel):
    """`features.tfidf_svd:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dimension: PositiveInt = Field(description="[d_m] at most; fewer where texts or words are few")
    min_df: PositiveInt = Field(description="items that a word must occur in to be kept")
    max_df: float = Field(gt=0, le=1, description="share of items above which a word is left out")
    ngram: PositiveInt = Field(
        description="words in a row that are counted as one, up to so many; in scripts without"
        " blanks characters, up to one more"
    )
    max_words: PositiveInt = Field(description="the most frequent words that are kept")
    iterations: PositiveInt = Field(description="power iterations of the randomised SVD")
    seed: int = Field(ge=0, lt=2**32, description="of the randomised SVD")


class PictureConfig(BaseModel):
    """`features.picture:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: PositiveInt = Field(description="pixels a side that pictures are brought to")
    cell: PositiveInt = Field(description="pixels a side of a cell of the gradient histograms")
    orientations: PositiveInt = Field(description="bins of a gradient's direction")
    colours: PositiveInt = Field(description="bins of each of red, green and blue")
    max_bad_share: float = Field(
        ge=0,
        le=1,
        description="tolerated share of unreadable pictures",
        json_schema_extra={"names": False},
    )

    @model_validator(mode="after")
    def _cells_make_a_block(self) -> Self:
        if self.size < 2 * self.cell:
            raise ValueError(f"size {self.size} must be at least two cells of {self.cell} pixels")
        return self


class MatrixConfig(BaseModel):
    """`features.matrix:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    block_mib: float = Field(
        gt=0,
        description="bound on the rows converted at once, MiB",
        json_schema_extra={"names": False},
    )


class FeaturesConfig(BaseModel):
    """`features:` of the parameters: which modalities, and how each extractor works."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    modalities: dict[str, str | None] = Field(
        description="name of a modality -> name of its extractor; null drops the modality"
    )
    tfidf_svd: TfidfSvdConfig
    picture: PictureConfig
    matrix: MatrixConfig

    @field_validator("modalities")
    @classmethod
    def _names_are_known(cls, modalities: dict[str, str | None]) -> dict[str, str | None]:
        known = sorted(set(cls.model_fields) - {"modalities"})
        for modality, extractor in modalities.items():
            if not MODALITY_NAME.fullmatch(modality):
                raise ValueError(
                    f"modality {modality!r}: a name is small letters, digits and _, since files"
                    " and catalog entries are named after it"
                )
            if extractor is not None and extractor not in known:
                raise ValueError(
                    f"modality {modality!r} has extractor {extractor!r}; known extractors:"
                    f" {', '.join(known)} (null drops the modality)"
                )
        return modalities


def extractor_config(extractor: str, values: Mapping[str, Any]) -> BaseModel:
    """An extractor's block of the parameters, typed.

    Args:
        extractor: a registered name.
        values: `features.<extractor>` of the parameters.
    """
    block: Any = FeaturesConfig.model_fields[extractor].annotation
    checked: BaseModel = block.model_validate(values)
    return checked
