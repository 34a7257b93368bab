"""A shop by its tables: which is that of interactions, which that of items, and their columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from siger_pipeline.data.guess.events import events_that_count
from siger_pipeline.data.guess.guessed import Note, Shop, Sure, shared
from siger_pipeline.data.guess.items import guess_items
from siger_pipeline.data.guess.roles import Choice, choose
from siger_pipeline.data.guess.sheet import NEARLY, Named, Sheet
from siger_pipeline.data.guess.words import EVENT
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

SURE = 5  # score of an id from which its name and its values agree
OF_INTERACTIONS = (Columns.TIMESTAMP, Columns.USER, Columns.ITEM, Columns.RATING)
CLOSE = 2  # of the scores of two tables that both may be that of interactions
MOST_BAD = 0.01  # what conf/base tolerates


def guess_shop(sheets: Sequence[Sheet]) -> Shop:
    """The shop that tables describe.

    Args:
        sheets: the first rows of each.

    Raises:
        InputError: no table has a column of users and one of items; it lists the columns.
    """
    candidates = [found for sheet in sheets if (found := _interactions(sheet, sheets))]
    if not candidates:
        listed = "; ".join(
            f"{sheet.name} has {', '.join(map(repr, sheet.columns)) or 'none'}" for sheet in sheets
        )
        raise InputError(
            f"No table has a column of users and one of items, by its names and values: {listed}."
            " Name them by hand in ingest.tables.columns of an environment (docs/data.md, Your own"
            " tables), or rename the columns to user and item."
        )
    best = max(candidates, key=lambda found: found.score)
    shop = Shop(best.sheet.name)
    for role in (*OF_INTERACTIONS, Columns.SPLIT):
        if role in best.roles:
            _take(shop, best.sheet, role, best.roles[role])
    near = [c.sheet.name for c in candidates if c is not best and c.score > best.score - CLOSE]
    if near:
        others = ", ".join(near)
        shop.notes.append(
            Note(f"interactions are in {best.sheet.name}", "unsure", f"they may be in {others}")
        )
    _events(shop, best.sheet)
    shop.bad_share = _bad_share(shop, best.sheet)
    _split(shop)
    _time(shop, best.sheet)
    guess_items(shop, best.sheet, sheets)
    return shop


@dataclass(frozen=True)
class _Candidate:
    sheet: Sheet
    roles: Mapping[str, Choice]

    @property
    def score(self) -> float:
        timed = 3 * (Columns.TIMESTAMP in self.roles)
        repeats = 2 * (self.sheet.looks[self.roles[Columns.USER].column].unique < NEARLY)
        return (
            timed + repeats + sum(self.roles[each].score for each in (Columns.USER, Columns.ITEM))
        )


def _interactions(sheet: Sheet, sheets: Sequence[Sheet]) -> _Candidate | None:
    taken: set[Named] = set()
    roles: dict[str, Choice] = {}
    bonus = _described(sheet, sheets)
    for role in (Columns.SPLIT, *OF_INTERACTIONS):
        extra = bonus if role == Columns.ITEM else {}
        if choice := choose(sheet, role, taken, extra):
            roles[role] = choice
            taken.add(choice.column)
    return _Candidate(sheet, roles) if {Columns.USER, Columns.ITEM} <= set(roles) else None


def _described(sheet: Sheet, sheets: Sequence[Sheet]) -> dict[Named, float]:
    """Columns whose values are ids of another table -> how much speaks for an item's id."""
    ids = [_ids(other) for other in sheets if other is not sheet]
    return {
        column: 4 * max((shared(look.values, known) for found in ids for known in found), default=0)
        for column, look in sheet.looks.items()
        if look.looks_like_id
    }


def _ids(sheet: Sheet) -> Iterator[set[str]]:
    for look in sheet.looks.values():
        if look.looks_like_id and look.unique > NEARLY and not look.time_formats:
            yield set(look.values)


def _take(shop: Shop, sheet: Sheet, role: str, choice: Choice) -> None:
    shop.columns[role] = choice.column
    unsure = bool(choice.others) or isinstance(choice.column, int)
    sure: Sure = "unsure" if unsure else "sure" if choice.score >= SURE else "likely"
    check = f"or it is {', '.join(map(repr, choice.others))}" if choice.others else ""
    shown = sheet.looks[choice.column].values[0]
    shop.notes.append(Note(f"{role} is {choice.column!r} (such as {shown[:40]!r})", sure, check))


def _time(shop: Shop, sheet: Sheet) -> None:
    if Columns.TIMESTAMP not in shop.columns:
        check = "" if Columns.SPLIT in shop.columns else "the split is then at random"
        shop.notes.append(Note("no column of times was found", "unsure", check))
        return
    formats = sheet.looks[shop.columns[Columns.TIMESTAMP]].time_formats
    shop.time_format = formats[0]
    if len(formats) > 1:
        others = ", ".join(map(repr, formats[1:]))
        shop.notes.append(Note(f"dates are as {formats[0]!r}", "unsure", f"they fit {others} too"))


def _events(shop: Shop, sheet: Sheet) -> None:
    choice = choose(sheet, EVENT, set(shop.columns.values()), {})
    if choice is None:
        return
    counts, kept = events_that_count(sheet.looks[choice.column].values)
    listed = ", ".join(f"{value} ({rows:,})" for value, rows in counts.items())
    if kept:
        shop.only = {str(choice.column): kept}
        what = f"of the events in {choice.column!r} only {', '.join(kept)} counts"
        check = f"it has {listed}: add others to `only`, or remove it so that all count"
    else:
        what = f"all values of {choice.column!r} count alike"
        check = f"it has {listed}: if only some are interactions, name them in `only`"
    shop.notes.append(Note(what, "unsure", check))


def _split(shop: Shop) -> None:
    """Take the published split, if it can be taken whole."""
    if Columns.SPLIT not in shop.columns:
        return
    if not shop.bad_share:
        shop.notes.append(
            Note("the split is the published one, taken whole, without a k-core", "likely")
        )
        return
    named = shop.columns.pop(Columns.SPLIT)
    what = f"the split in {named!r} is not used: a published one is taken whole, with no bad row"
    shop.notes.append(Note(what, "sure", "mend those rows to use it"))


def _bad_share(shop: Shop, sheet: Sheet) -> float:
    """Share of rows without a user, an item or a time, of those that count."""
    columns = [c for role, c in shop.columns.items() if role != Columns.RATING]
    kept = [
        n
        for n in range(sheet.rows)
        if all(sheet.columns[name][n] in values for name, values in shop.only.items())
    ]
    bad = sum(any(not (sheet.columns[c][n] or "").strip() for c in columns) for n in kept)
    share = bad / len(kept) if kept else 0.0
    if share > MOST_BAD:
        shop.notes.append(
            Note(
                f"{share:.1%} of the rows lack a user, an item or a time and are left out",
                "sure",
                "perhaps purchases by guests",
            )
        )
    return share
