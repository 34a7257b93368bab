"""The published split of a user's table: a label in each row."""

from collections.abc import Mapping

from ibis.expr.types import BooleanValue, StringValue, Table

from siger_pipeline.data.fields import Named
from siger_pipeline.data.labels import of_name, of_number, require_one_label
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.data.values import wrong
from siger_pipeline.errors import InputError

LABEL_TEXT = "label as text"
WANTED = "train, validation or test, or 0, 1 or 2 for these"
TAKEN_WHOLE = (
    "a published split is taken whole, so mend the table, or choose another split.strategy"
)


def with_label(text: StringValue) -> dict[str, StringValue]:
    """The part that a label names, null where it names none, and the label as it is written."""
    return {Columns.SPLIT: of_name(text).coalesce(of_number(text)), LABEL_TEXT: text}


def bad_label(
    parsed: Table, columns: Mapping[str, Named]
) -> list[tuple[BooleanValue, StringValue]]:
    """Where a label names no part; and the words."""
    named = str(columns[Columns.SPLIT])
    return [(parsed[Columns.SPLIT].isnull(), wrong(named, parsed[LABEL_TEXT], WANTED))]


def require_split(rows: Table, file: str, columns: Mapping[str, Named]) -> None:
    """Refuse labels that are not a split into training and test, each pair in one part.

    A column of 0 and 1 alone, such as one that marks test rows, would else be taken for training
    and validation.

    Args:
        rows: columns user, item, split, `line_number`.
        file: that they were read from.
        columns: our column -> the table's.

    Raises:
        InputError: no row trains, or none tests; a pair of a user and an item is in two parts.
    """
    label = str(columns[Columns.SPLIT])
    counted = rows.group_by(Columns.SPLIT).aggregate(rows=rows.count()).to_pyarrow().to_pylist()
    sizes = {row[Columns.SPLIT]: row["rows"] for row in counted}
    if not {Split.TRAIN, Split.TEST} <= set(sizes):
        listed = ", ".join(f"{split.value} {sizes.get(split.value, 0):,}" for split in Split)
        raise InputError(
            f"{file}: column {label!r} is no split, for it has {listed} rows; wanted are rows of"
            " training and of test at least, labelled train, validation and test, or 0, 1 and 2."
            " Mend the labels, or choose another split.strategy."
        )
    pair = {ours: str(columns[ours]) for ours in (Columns.USER, Columns.ITEM)}
    require_one_label(rows, file, label, pair)
