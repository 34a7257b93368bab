"""Parameters of the features stage."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from siger_pipeline.blocks import with_blocks
from siger_pipeline.features.extractor import load_extractor
from siger_pipeline.features.knockout import Knockout
from siger_pipeline.plugins import EXTRACTORS, names

Missing: TypeAlias = Literal["zero", "mean", "neighbours"]
MODALITY_NAME = re.compile(r"[a-z][a-z0-9_]*")


class FeaturesConfig(BaseModel):
    """`features:` of the parameters, without the blocks of the extractors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    modalities: dict[str, str | None] = Field(
        description="name of a modality -> name of its extractor; null drops the modality"
    )
    missing: Missing = Field(
        "zero",
        description="the features of items that have none: zero, the mean of the items that have "
        "some, or that of those which the same users have in training",
    )
    knockout: dict[str, Knockout | None] = Field(
        {},
        description="name of a modality -> what takes the place of its features, so that nothing "
        "is learned from their content: noise, constant, shuffled, zeros",
    )
    knockout_seed: int = Field(999, ge=0, lt=2**63, description="of noise and shuffles")

    @field_validator("modalities")
    @classmethod
    def _names_are_known(cls, modalities: dict[str, str | None]) -> dict[str, str | None]:
        known = names(EXTRACTORS)
        for modality, extractor in modalities.items():
            if not MODALITY_NAME.fullmatch(modality):
                raise ValueError(
                    f"modality {modality!r}: a name is small letters, digits and _, since files"
                    " and catalog entries are named after it"
                )
            if extractor is not None and extractor not in known:
                near = get_close_matches(extractor, known, n=1)
                wish = f"did you mean {near[0]!r}? " if near else ""
                raise ValueError(
                    f"modality {modality!r} has extractor {extractor!r}; {wish}known extractors:"
                    f" {', '.join(known)} (null drops the modality)"
                )
        return modalities

    @field_validator("knockout")
    @classmethod
    def _null_is_none(cls, knockout: dict[str, Knockout | None]) -> dict[str, Knockout | None]:
        return {modality: how for modality, how in knockout.items() if how}

    @model_validator(mode="after")
    def _knockouts_are_of_modalities(self) -> Self:
        for modality, kind in self.knockout.items():
            if not self.modalities.get(modality):
                known = [name for name, extractor in self.modalities.items() if extractor]
                near = get_close_matches(modality, known, n=1)
                wish = f"did you mean {near[0]!r}? " if near else ""
                raise ValueError(
                    f"knockout.{modality} is {kind!r}, but no modality of that name has features; "
                    f"{wish}there are {', '.join(known) or 'none'}"
                )
        return self


def features_model(given: object) -> type[FeaturesConfig]:
    """`FeaturesConfig` with a block for each chosen extractor, and for others that are given.

    Args:
        given: `features:` of the parameters, not checked yet.

    Raises:
        ParameterError: the module of such an extractor is not what it must be.
    """
    block = given if isinstance(given, Mapping) else {}
    modalities = block.get("modalities")
    chosen = list(modalities.values()) if isinstance(modalities, Mapping) else []
    asked = [*chosen, *block]
    extractors = [name for name in names(EXTRACTORS) if name in asked]
    return with_blocks(
        "features", FeaturesConfig, {name: load_extractor(name).config for name in extractors}
    )
