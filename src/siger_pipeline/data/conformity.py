"""Whether a source returned what every source must: any stage after it relies on that."""

from collections.abc import Mapping

from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.errors import ParameterError


def require_layout(read: object, types: Mapping[str, str], source: str) -> Read:
    """What a source has read, if it is a table of these columns and types.

    Args:
        read: by the source.
        types: column -> type, one of `data.layout`.
        source: its name.

    Raises:
        ParameterError: it is of another class, or its columns or types are others.
    """
    if not isinstance(read, Read):
        raise ParameterError(
            f"source {source!r} returned a {type(read).__name__}, wanted is a"
            " siger_pipeline.data.source.Read: mend its module"
        )
    columns = {name: str(kind).lstrip("!") for name, kind in read.rows.schema().items()}
    if columns != dict(types):
        raise ParameterError(
            f"source {source!r} returned the columns {_listed(columns)}; wanted are"
            f" {_listed(types)}: `conform` of siger_pipeline.data.layout makes these"
        )
    return read


def require_ids(interactions: Table, source: str) -> None:
    """Refuse interactions without a user or an item.

    Args:
        interactions: columns user, item.
        source: that they were read from.

    Raises:
        ParameterError: there are some.
    """
    for column in (Columns.USER, Columns.ITEM):
        count = interactions[column].isnull().sum().to_pyarrow().as_py()
        if count:
            raise ParameterError(
                f"source {source!r} returned {count:,} interactions without {column}: such lines"
                " are bad, and its module must leave them out and count them"
            )


def require_one_row_an_item(items: Table) -> None:
    """Refuse items that occur more than once.

    Args:
        items: column item.

    Raises:
        ParameterError: it names the first, and how many there are.
    """
    item = items[Columns.ITEM]
    counted = items.aggregate(rows=items.count(), different=item.nunique()).to_pyarrow()
    rows, different = counted.to_pylist()[0].values()
    if rows == different:
        return
    repeated = items.group_by(Columns.ITEM).aggregate(rows=items.count())
    repeated = repeated.filter(repeated["rows"] > 1).order_by(Columns.ITEM).limit(1)
    first = repeated.to_pyarrow().to_pylist() or [{Columns.ITEM: None}]
    raise ParameterError(
        f"items has {rows:,} rows of {different:,} items, the first of them"
        f" {first[0][Columns.ITEM]!r}: the module of the source must return one row an item"
    )


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({kind})" for name, kind in columns.items())
