"""Features of items by an encoder: of their texts, or of their pictures.

Shapes: I items, d dimensions.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.features.encoders.encoding import Say, Store, encoded
from siger_pipeline.features.encoders.pictures import Opener, pixels_hash
from siger_pipeline.remarks import Remark, few, level_of, without_features

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from siger_pipeline.features.align import Extracted
    from siger_pipeline.features.encoders.encoder import Encoder

MANY_CUT = 0.1  # share of texts above which it is a warning
SHOWN = 10  # files in a message
DESCRIBED = ("precision", "revision", "sha256")  # of an identity, in the remark


def text_features(
    item_index: Table,
    items: Table,
    template: Sequence[str],
    encoder: Encoder[str],
    store: Store,
    say: Say,
) -> Extracted:
    """The vectors of the items' texts; an item without text has none.

    Args:
        item_index: item_id, item, row.
        items: item and its texts, null where missing, as in the source.
        template: of an item's text.
        encoder: of texts.
        store: of vectors.
        say: takes lines on how far it is.

    Returns:
        float32 [I, d], mapped from a file; True for items without features; remarks.

    Raises:
        InputError: no item has a text.
    """
    from siger_pipeline.data.index import unknown_items
    from siger_pipeline.features.align import align_items, with_missing
    from siger_pipeline.features.template import compose

    texts = compose(align_items(items, item_index), template)
    empty = sum(not text for text in texts)
    if empty == len(texts):
        raise InputError(
            f"None of the {len(texts)} items has a text of {' '.join(template)}. Name other fields"
            " in the template, or leave the modality out: --params features.modalities.text=null"
        )
    order = [_text_hash(text) if text else None for text in texts]
    contents = {mark: text for mark, text in zip(order, texts, strict=True) if mark}
    vectors, cut = encoded(contents, order, encoder, store, say)
    features, missing = with_missing(vectors)
    unknown = int(unknown_items(item_index, items).count().to_pyarrow().as_py())
    reasons = {
        "have no metadata": unknown,
        "have no text": empty - unknown,
        "have a text without a word that the encoder knows": int(missing.sum()) - empty,
    }
    remarks = [_on(encoder), *_on_cut(int(cut.sum()), len(texts) - empty, encoder)]
    return features, missing, [*remarks, *without_features("text features", reasons, len(texts))]


def picture_features(
    item_index: Table,
    pictures: Mapping[str, Opener],
    encoder: Encoder[Opener],
    max_bad_share: float,
    store: Store,
    say: Say,
) -> Extracted:
    """The vectors of the items' pictures; an item without one that can be read has none.

    Args:
        item_index: item_id, item, row.
        pictures: item to a function that opens its picture, RGB.
        encoder: of pictures.
        max_bad_share: tolerated share of pictures that cannot be read.
        store: of vectors.
        say: takes lines on how far it is.

    Raises:
        InputError: no item has a picture; more pictures cannot be read than tolerated.
    """
    from siger_pipeline.features.align import index_frame, with_missing

    items = index_frame(item_index)[Columns.ITEM].tolist()
    pictured = sum(item in pictures for item in items)
    if not pictured:
        raise InputError(
            f"None of the {len(pictures)} pictures belongs to one of the {len(items)} items: a"
            f" picture's file is named after its item, such as {items[0]}.jpg."
        )
    order, contents, bad = _known_by_pixels(items, pictures)
    if len(bad) == pictured or len(bad) / pictured > max_bad_share:
        raise InputError(
            f"{len(bad):,} of {pictured:,} pictures ({len(bad) / pictured:.2%}) cannot be read, at"
            f" most {max_bad_share:.2%} may be: {few(bad, SHOWN, '; ')}. Replace or"
            f" remove these files, or raise features.{encoder.name}.max_bad_share."
        )
    vectors, _ = encoded(contents, order, encoder, store, say)
    features, missing = with_missing(vectors)
    reasons = {
        "have no picture": len(items) - pictured,
        f"have one that cannot be read ({few(bad, SHOWN, '; ')})": len(bad),
    }
    remarks = without_features("picture features", reasons, len(items))
    # A damaged file is never ordinary.
    level = [Remark(each.text, logging.WARNING) if bad else each for each in remarks]
    return features, missing, [_on(encoder), *level]


def _text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _known_by_pixels(
    items: Sequence[str], pictures: Mapping[str, Opener]
) -> tuple[list[str | None], dict[str, Opener], list[str]]:
    """Hash of each item's pixels, hash -> picture, and what is wrong with unreadable ones."""
    order: list[str | None] = []
    contents: dict[str, Opener] = {}
    bad = []
    for item in items:
        mark = None
        try:
            if item in pictures:
                mark = pixels_hash(pictures[item]())
                contents[mark] = pictures[item]
        except InputError as error:
            bad.append(str(error).rstrip("."))
        order.append(mark)
    return order, contents, bad


def _on(encoder: Encoder[Any]) -> Remark:
    identity = encoder.identity
    model = identity.get("model", "its own weights")
    details = [f"{key} {identity[key]}" for key in DESCRIBED if key in identity]
    return Remark(
        f"{encoder.name}: vectors of {encoder.dimension} dimensions by {model},"
        f" {', '.join(details)}."
    )


def _on_cut(cut: int, total: int, encoder: Encoder[str]) -> list[Remark]:
    if not cut:
        return []
    limit = encoder.identity["max_tokens"]
    text = (
        f"{cut:,} of {total:,} texts ({cut / total:.2%}) are longer than the {limit} tokens that"
        f" {encoder.name} reads: the rest of them does not count."
    )
    return [Remark(text, level_of(cut / total, MANY_CUT))]
