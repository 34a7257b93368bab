"""The text of an item by a template of its fields."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter
from typing import TYPE_CHECKING

from siger_pipeline.data.schema import Columns

if TYPE_CHECKING:
    import pandas as pd

FIELDS = (
    *(Columns.TITLE, Columns.BRAND, Columns.CATEGORIES),
    *(Columns.FEATURES, Columns.DESCRIPTION),
)
# What the field's text features are made of.
DEFAULT = [f"{{{f}}}" for f in FIELDS if f != Columns.FEATURES]


def field_of(piece: str) -> str:
    """The field that a piece of a template names, such as "title" of "Title: {title}".

    Raises:
        ValueError: it does not name exactly one field, or the braces do not fit.
    """
    wanted = f"wanted is text with one of {', '.join(f'{{{f}}}' for f in FIELDS)}"
    try:
        parsed = list(Formatter().parse(piece))
    except ValueError as error:
        raise ValueError(f"template has the piece {piece!r} ({error}), {wanted}") from error
    named = [(name, form, how) for _, name, form, how in parsed if name is not None]
    if len(named) != 1 or named[0][0] not in FIELDS or named[0][1] or named[0][2]:
        raise ValueError(f"template has the piece {piece!r}, {wanted}")
    return str(named[0][0])


def compose(items: pd.DataFrame, template: Sequence[str]) -> list[str]:
    """One text an item: the pieces of the template with a field that is not empty, a blank between.

    Fields are without HTML, see `text.strip_html`. A column that `items` lacks is empty.

    Args:
        items: a row an item, columns among `FIELDS`, null where missing.
        template: pieces, each with one field.
    """
    from siger_pipeline.features.text import strip_html

    fields = [field_of(piece) for piece in template]
    columns = [
        items[field].fillna("").astype(str) if field in items else [""] * len(items)
        for field in fields
    ]
    texts = []
    for row in zip(*columns, strict=True):
        pieces = zip(template, fields, map(strip_html, row), strict=True)
        texts.append(
            " ".join(piece.format(**{field: text}) for piece, field, text in pieces if text)
        )
    return texts
