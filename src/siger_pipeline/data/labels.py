"""Labels of a published split: how they are written, and whether each pair has one."""

from collections.abc import Mapping
from typing import Final

from ibis.expr.types import StringValue, Table

from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.data.values import AROUND
from siger_pipeline.errors import InputError

NUMBERS: Final = {"0": Split.TRAIN.value, "1": Split.VALIDATION.value, "2": Split.TEST.value}
# In any case of letters; what each part is called elsewhere too.
NAMES: Final = {
    **dict.fromkeys(("train", "training"), Split.TRAIN.value),
    **dict.fromkeys(("validation", "valid", "val", "dev"), Split.VALIDATION.value),
    **dict.fromkeys(("test", "testing"), Split.TEST.value),
}
A_NUMBER = rf"^{AROUND}([012])(\.0*)?{AROUND}$"
SHOWN = 5  # lines in a message


def of_number(text: StringValue) -> StringValue:
    """The part that 0, 1 or 2 stands for; null where the text is something else."""
    number = text.isin(list(NUMBERS)).ifelse(text, text.re_extract(A_NUMBER, 1))
    return number.cases(*NUMBERS.items(), else_=None)


def of_name(text: StringValue) -> StringValue:
    """The part that a name stands for; null where the text is something else."""
    return text.strip().lower().cases(*NAMES.items(), else_=None)


def require_one_label(rows: Table, file: str, label: str, pair: Mapping[str, str]) -> None:
    """Refuse a published split that has one pair of a user and an item in two parts.

    A rule of ours that chose one would move interactions between training and test.

    Args:
        rows: the columns of `pair`, split, `line_number`.
        file: that they were read from.
        label: what the file calls the split.
        pair: columns of users and items -> what the file calls them.

    Raises:
        InputError: it names the file, the first such pair with its lines, and how many there are.
    """
    columns = list(pair)
    if rows.select(*columns).distinct().count().to_pyarrow() == rows.count().to_pyarrow():
        return
    labels = rows.group_by(columns).aggregate(
        first=rows[Columns.SPLIT].min(),
        last=rows[Columns.SPLIT].max(),
        lines=rows[Columns.LINE_NUMBER].collect(),
    )
    contradictory = labels.filter(labels["first"] != labels["last"])
    count = contradictory.count().to_pyarrow().as_py()
    if not count:
        return
    first = contradictory.order_by(columns).limit(1).to_pyarrow().to_pylist()[0]
    named = ", ".join(f"{name} {first[column]!r}" for column, name in pair.items())
    lines = ", ".join(map(str, sorted(first["lines"])[:SHOWN]))
    raise InputError(
        f"{file}: {count} pairs of a user and an item have different labels ({label}), the first of"
        f" them {named} on lines {lines}. A pair belongs to one part of a published split: take out"
        " the lines that are wrong."
    )
