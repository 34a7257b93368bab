"""The headers of atomic files: a name and a type for each column."""

from collections.abc import Mapping, Sequence

from ibis.expr.types import Table

from siger_pipeline.data.formats import advice, separated_otherwise
from siger_pipeline.data.raw import SHOWN, file_of, header
from siger_pipeline.data.schema import Columns, raw_name
from siger_pipeline.errors import InputError

TYPES = ("token", "token_seq", "float", "float_seq")
ONE_VALUE = {Columns.USER: "token", Columns.ITEM: "token"}
NUMBERS = {Columns.RATING: "float", Columns.TIMESTAMP: "float", Columns.PRICE: "float"}
OURS = (Columns.LINE_NUMBER, Columns.FILE, Columns.FIELDS)


def untyped(table: Table, columns: Mapping[str, str], what: str) -> Table:
    """The table with the columns' names without their types.

    Args:
        table: raw, of an atomic file.
        columns: our column -> the name in the file.
        what: the file in words, for messages, when its name is not known.

    Raises:
        InputError: a column has no type, an unknown one, or one that ours cannot have.
    """
    written = header(table)
    names = [_parted(name) for name in written.values()]
    _require_types(list(written.values()), names, file_of(table, what))
    _require_fit(names, columns, file_of(table, what))
    renamed = {
        raw_name(n, name): column
        for n, (column, (name, _)) in enumerate(zip(written, names, strict=True))
    }
    return table.select(
        **{new: table[old] for new, old in renamed.items()},
        **{name: table[name] for name in OURS if name in table.columns},
    )


def _parted(written: str) -> tuple[str, str]:
    name, _, kind = written.strip().strip("\ufeff").rpartition(":")
    return name, kind


def _require_types(written: Sequence[str], names: Sequence[tuple[str, str]], file: str) -> None:
    wrong = [n for n, (name, kind) in enumerate(names) if not name or kind not in TYPES]
    if not wrong:
        return
    hint = separated_otherwise(list(written), "\t") or advice(["\t".join(written)], "\t")
    near = "Write it as user_id:token." if hint is None or "recbole" in hint else hint
    raise InputError(
        f"{file}, line 1: column {written[wrong[0]][:SHOWN]!r} of the header is not a name, a colon"
        f" and one of {', '.join(TYPES)}, as RecBole's atomic files have it. {near}"
    )


def _require_fit(names: Sequence[tuple[str, str]], columns: Mapping[str, str], file: str) -> None:
    kinds = dict(names)
    for ours, name in columns.items():
        wanted = {**ONE_VALUE, **NUMBERS}.get(ours)
        kind = kinds.get(name)
        if wanted and kind and kind != wanted:
            raise InputError(
                f"{file}, line 1: column {name!r} is of type {kind}, and ingest.recbole.columns"
                f" takes it for {ours}, which is a {wanted}: correct one of them."
            )
