"""Picture features: gradients and colours. Shapes: I items, P with a picture, d dimensions."""

from __future__ import annotations

import logging
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, PositiveInt, model_validator

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import PICTURES, RawFile
from siger_pipeline.errors import InputError
from siger_pipeline.features.extractor import Extractor, Placement, State
from siger_pipeline.remarks import Remark, few, without_features

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import pandas as pd
    from ibis.expr.types import Table
    from PIL import Image

    from siger_pipeline.features.align import Extracted
    from siger_pipeline.features.pictures import Described

    Pictures = Mapping[str, Callable[[], Image.Image]]

SHOWN = 10  # files in a message


class Config(PartConfig):
    """`features.picture:` of the parameters."""

    pictures: Annotated[
        str,
        RawFile(
            PICTURES,
            "Put one picture an item there, named after the item (B001.jpg); or leave the modality "
            "out: --params features.modalities.image=null.",
        ),
    ] = Field("images", description="folder of the pictures")
    size: PositiveInt = Field(64, description="pixels a side that pictures are brought to")
    cell: PositiveInt = Field(16, description="pixels a side of a cell of the gradient histograms")
    orientations: PositiveInt = Field(9, description="bins of a gradient's direction")
    colours: PositiveInt = Field(4, description="bins of each of red, green and blue")
    max_bad_share: float = Field(
        0.01,
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


def extract(item_index: Table, config: Config, pictures: Pictures) -> Extracted:
    """Features of the items' pictures; see `picture_features`.

    Args:
        item_index: item_id, item, row.
        config: parameters.
        pictures: item to a function that opens its picture; `left_out`, where there is such an
            attribute, names the files that are not pictures.
    """
    from siger_pipeline.data.schema import Columns
    from siger_pipeline.features.align import index_frame

    items = index_frame(item_index)[Columns.ITEM].tolist()
    features, missing, remarks = picture_features(items, pictures, config)
    left_out = _left_out(items, pictures, getattr(pictures, "left_out", []))
    return features, missing, [*remarks, *left_out]


def picture_features(items: list[str], pictures: Pictures, config: Config) -> Extracted:
    """Histograms of oriented gradients (Dalal and Triggs 2005) beside a histogram of colours.

    Both weigh the same, see `pictures.unit_rows`. One picture is in memory at a time.

    Args:
        items: row n for item n.
        pictures: item to a function that opens its picture, RGB; those of other items are ignored.
        config: parameters.

    Returns:
        float32 [I, d]; True for items without a picture that can be read, whose rows are zero; how
        many these are.

    Raises:
        InputError: no item has a picture; more pictures cannot be read than tolerated.
    """
    import numpy as np

    from siger_pipeline.features.align import with_missing
    from siger_pipeline.features.pictures import unit_rows

    pictured = [n for n, item in enumerate(items) if item in pictures]
    if not pictured:
        raise InputError(
            f"None of the {len(pictures)} pictures belongs to one of the {len(items)} items: a"
            f" picture's file is named after its item, such as {items[0]}.jpg."
        )
    described, bad = _describe_each({n: pictures[items[n]] for n in pictured}, config)
    _require_few(bad, len(pictured), config)
    rows_Pd = unit_rows(list(described.values()))
    features_Id = np.zeros((len(items), rows_Pd.shape[1]), dtype=np.float32)
    features_Id[list(described)] = rows_Pd
    features, missing = with_missing(features_Id)
    reasons = {
        "have no picture": len(items) - len(pictured),
        "have a picture that equals the mean of all": int(missing[list(described)].sum()),
        f"have one that cannot be read ({few(bad, SHOWN, '; ')})": len(bad),
    }
    remarks = without_features("picture features", reasons, len(items))
    # A damaged file is never ordinary.
    return features, missing, [Remark(r.text, logging.WARNING) if bad else r for r in remarks]


def _describe_each(
    pictures: Mapping[int, Callable[[], Image.Image]], config: Config
) -> tuple[dict[int, Described], list[str]]:
    """Number of an item -> gradients and colours; what is wrong with the pictures without."""
    from siger_pipeline.features.pictures import describe

    of_pictures = config.model_dump(include={"size", "cell", "orientations", "colours"})
    described, bad = {}, []
    for n, opened in pictures.items():
        try:
            described[n] = describe(opened(), **of_pictures)
        except InputError as error:
            bad.append(str(error).rstrip("."))
    return described, bad


def _require_few(bad: list[str], pictured: int, config: Config) -> None:
    share = len(bad) / pictured
    if share > config.max_bad_share or len(bad) == pictured:
        raise InputError(
            f"{len(bad):,} of {pictured:,} pictures ({share:.2%}) cannot be read, at most"
            f" {config.max_bad_share:.2%} may be: {few(bad, SHOWN, '; ')}. Replace or remove these"
            " files, or raise features.picture.max_bad_share: their items then have no picture."
        )


def _left_out(items: list[str], pictures: Pictures, names: list[str]) -> list[Remark]:
    """On the files that are not pictures: a warning where an item has such a file and no other."""
    if not names:
        return []
    wanted = set(items) - set(pictures)
    of_items = [name for name in names if PurePosixPath(name).stem in wanted]
    text = f"{len(names):,} of the files beside the pictures are not of a kind that is read"
    if not of_items:
        return [Remark(f"{text}: {few(names, SHOWN)}.")]
    advice = f"{len(of_items):,} of them are named after an item without a picture"
    text = f"{text}, and {advice}: {few(of_items, SHOWN)}. Save them as JPEG or PNG."
    return [Remark(text, logging.WARNING)]


def learn(config: Config, items: pd.DataFrame, pictures: Pictures) -> State:
    """Mean and spread of the columns over the catalogue's pictures, by which rows are scaled."""
    from siger_pipeline.data.schema import Columns
    from siger_pipeline.features.pictures import statistics_of

    wanted = {n: pictures[item] for n, item in enumerate(items[Columns.ITEM]) if item in pictures}
    described, _ = _describe_each(wanted, config)
    (mean, spread), (of_colours, spread_of_colours) = statistics_of(list(described.values()))
    return {
        "gradients_mean": mean,
        "gradients_spread": spread,
        "colours_mean": of_colours,
        "colours_spread": spread_of_colours,
    }


def place(config: Config, state: State, items: pd.DataFrame, pictures: Pictures) -> np.ndarray:
    """Features of the pictures of other items, scaled as the catalogue's are.

    Raises:
        InputError: a picture cannot be read.
    """
    import numpy as np

    from siger_pipeline.data.schema import Columns
    from siger_pipeline.features.pictures import unit_rows

    wanted = {n: pictures[item] for n, item in enumerate(items[Columns.ITEM]) if item in pictures}
    described, bad = _describe_each(wanted, config)
    if bad:
        raise InputError(f"pictures of new items cannot be read: {few(bad, SHOWN, '; ')}")
    names = ("gradients", "colours")
    of = [(np.asarray(state[f"{n}_mean"]), np.asarray(state[f"{n}_spread"])) for n in names]
    features_nd = np.zeros((len(items), sum(len(mean) for mean, _ in of)), dtype=np.float32)
    if described:
        features_nd[list(described)] = unit_rows(list(described.values()), of)
    return features_nd


EXTRACTOR = Extractor(
    Config, extract, pictures="pictures", placement=Placement(learn=learn, place=place)
)
