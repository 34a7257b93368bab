"""What a recommender answers, as a file or as a table to read."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from siger_pipeline.errors import ParameterError
from siger_pipeline.shell.metrics import seen_from_here

if TYPE_CHECKING:
    from pandas import DataFrame

LOG = logging.getLogger(__name__)
ENDINGS = (".csv", ".parquet", ".json")


def give(
    tables: Iterable[DataFrame],
    what: str,
    known: Sequence[str],
    unknown: Sequence[str],
    out: Path | None,
) -> None:
    """Write or print the answer, and then refuse the ids that are not known.

    Args:
        tables: the answer, a block of users or items after the other.
        what: `user` or `item`: the column of those that were asked for.
        known: ids that are answered.
        unknown: ids that are not.
        out: the file; None for the terminal.

    Raises:
        UnknownIdsError: some ids are not known; the others have been answered.
    """
    answered: set[str] = set()
    tables = _noting(tables, what, answered)
    if known and out:
        rows = _write(tables, out)
        LOG.info("%s: %d rows for %d %ss", seen_from_here(out.absolute()), rows, len(known), what)
    elif known:
        for table in tables:
            for line in lines(table, what):
                click.echo(line)
    if empty := [one for one in known if one not in answered]:
        message = "%d of %d %ss have an empty list, such as %s: nothing is left for them"
        LOG.warning(message, len(empty), len(known), what, empty[0])
    if unknown:
        from siger_pipeline.serving.ids import UnknownIdsError

        raise UnknownIdsError(f"{what}s", unknown, answered=len(known))


def check_ending(out: Path | None) -> None:
    """Refuse a file of a kind that is not written."""
    if out and out.suffix.lower() not in ENDINGS:
        raise ParameterError(
            f"--out {out}: the ending says what is written, and {out.suffix or 'none'!r} is none "
            f"of {', '.join(ENDINGS)}: name such a file"
        )


def lines(table: DataFrame, what: str) -> Iterator[str]:
    """The lists, each under the id that it is for; reasons below the item that they are for."""
    other = next(name for name in ("similar", "item") if name in table and name != what)
    for name, rows in table.groupby(what, sort=False):
        yield f"{what} {name}"
        wide = rows[other].str.len().max()
        for _, of_item in rows.groupby("rank"):
            first = of_item.iloc[0]
            title = _after(first["title"])
            yield f"{first['rank']:>4}  {first[other]:<{wide}}  {first['score']:9.4f}{title}"
            yield from _reasons(of_item)


def _reasons(rows: DataFrame) -> Iterator[str]:
    if "because" not in rows:
        return
    for reason in rows[rows["because"].notna()].to_dict("records"):
        edges = f"; {reason['edges']}" if reason["edges"] else ""
        title = _after(reason["because_title"])
        yield f"        because of {reason['because']} ({reason['share']:.4f}{edges}){title}"


def _noting(tables: Iterable[DataFrame], what: str, seen: set[str]) -> Iterator[DataFrame]:
    """The tables, while the ids that they have rows for are added to a set."""
    for table in tables:
        seen |= set(table[what])
        yield table


def _after(title: object) -> str:
    """A title behind what it is the title of; nothing where it is missing, which pandas has NaN."""
    return f"  {title}" if isinstance(title, str) else ""


def _write(tables: Iterable[DataFrame], out: Path) -> int:
    """Write the file whole or not at all, a block after the other; the number of rows."""
    import fsspec

    from siger_pipeline.datasets.atomic import replacing
    from siger_pipeline.serving.output import write_rows

    with replacing(fsspec.filesystem("file"), str(out.absolute())) as handle:
        return write_rows(handle, out.suffix.lower(), tables)
