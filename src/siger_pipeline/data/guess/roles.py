"""Which column of a sheet has which role."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from siger_pipeline.data.guess.sheet import EMAIL, NEARLY, NUMBER, PICTURE, Look, Named, Sheet
from siger_pipeline.data.guess.words import (
    EVENT,
    IDENTIFIERS,
    PROPERTIES,
    names_role,
    parts_of,
)
from siger_pipeline.data.labels import NAMES, NUMBERS
from siger_pipeline.data.schema import Columns, Split

X_LABEL = "x_label"  # MMRec's and RecBole's name of the split
FEW = 20  # kinds of events, or grades of a rating, at most
TEXTS = (Columns.TITLE, Columns.BRAND, Columns.CATEGORIES, Columns.DESCRIPTION)
OF_ITEMS = (*TEXTS, Columns.PRICE, Columns.IMAGE)


@dataclass(frozen=True)
class Choice:
    """A column that was chosen for a role.

    Attributes:
        column: name, or number.
        score: of it.
        others: columns that are nearly as fit.
    """

    column: Named
    score: float
    others: tuple[Named, ...] = ()


def choose(
    sheet: Sheet, role: str, taken: Collection[Named], bonus: Mapping[Named, float]
) -> Choice | None:
    """The fittest column for a role; None where none is fit.

    Args:
        sheet: with the columns.
        role: one of ours, or `event`.
        taken: columns that have a role already.
        bonus: column -> what else speaks for it.
    """
    scores = {
        column: SCORES[role](column, look) + bonus.get(column, 0)
        for column, look in sheet.looks.items()
        if column not in taken and look.values
    }
    fit = sorted((c for c, score in scores.items() if score > 0), key=lambda c: -scores[c])
    if not fit:
        return None
    best = scores[fit[0]]
    return Choice(fit[0], best, tuple(c for c in fit[1:] if scores[c] > best - 1))


def _id(role: str) -> Callable[[Named, Look], float]:
    def score(column: Named, look: Look) -> float:
        named = names_role(column, role)
        parts = parts_of(column) if isinstance(column, str) else []
        last = parts[-1] if parts else ""
        if not look.looks_like_id and (not named or last in PROPERTIES):
            return 0
        if (last in PROPERTIES and last not in IDENTIFIERS) or look.distinct < min(3, look.rows):
            return 0
        if isinstance(column, str) and not named:
            return 0
        value = 2.0 * named + (last in IDENTIFIERS) + (look.filled > 0.5) + look.looks_like_id
        return value + (2 if role == Columns.USER and look.share(EMAIL) > NEARLY else 0)

    return score


def _timestamp(column: Named, look: Look) -> float:
    if not look.time_formats:
        return 0
    return 1.0 + names_role(column, Columns.TIMESTAMP) + look.filled


def _rating(column: Named, look: Look) -> float:
    if look.share(NUMBER) < NEARLY or look.distinct > FEW:
        return 0
    named = names_role(column, Columns.RATING)
    within = all(abs(float(v.replace(",", "."))) <= 100 for v in look.values if NUMBER.fullmatch(v))
    if not within or isinstance(column, str):
        return named if within else 0
    return 1 if 2 <= look.distinct <= 11 and look.words <= 1 else 0


def _split(column: Named, look: Look) -> float:
    """Each row has a label: a name such as train, or 0, 1 or 2 in a column named as a split."""
    values = {value.strip().lower() for value in look.values}
    by_name = {NAMES[value] for value in values if value in NAMES}
    by_number = {NUMBERS[bare] for v in values if (bare := v.removesuffix(".0")) in NUMBERS}
    if look.filled < 1 or (values - set(NAMES) and len(by_number) < len(values)):
        return 0
    named = 2 if column == X_LABEL else names_role(column, Columns.SPLIT)
    both = {Split.TRAIN, Split.TEST} <= by_name | (by_number if named == 2 else set())
    # A long table sorted by its split has but one label in the first rows.
    return named + 3 * both if both or (by_name and named == 2) else 0


def _event(column: Named, look: Look) -> float:
    named = names_role(column, EVENT)
    words = look.share(NUMBER) < 1 - NEARLY and 1 < look.distinct <= FEW
    return named if words else 0


def _text(role: str) -> Callable[[Named, Look], float]:
    def score(column: Named, look: Look) -> float:
        if look.share(NUMBER) > NEARLY or look.share(PICTURE) > NEARLY or look.time_formats:
            return 0
        if isinstance(column, int):
            return _without_name(role, look)
        return names_role(column, role) + (
            0.5 if role == Columns.TITLE and look.unique > 0.5 else 0
        ) * bool(names_role(column, role))

    return score


def _without_name(role: str, look: Look) -> float:
    if role == Columns.TITLE:
        return look.unique if look.words > 1 else 0
    return float(role == Columns.CATEGORIES and look.unique < 0.5 and look.distinct > 1)


def _price(column: Named, look: Look) -> float:
    numbers = sum(any(sign.isdigit() for sign in value) for value in look.values)
    return names_role(column, Columns.PRICE) if numbers > NEARLY * len(look.values) else 0


def _image(column: Named, look: Look) -> float:
    return 2 + names_role(column, Columns.IMAGE) if look.share(PICTURE) > NEARLY else 0


SCORES: Mapping[str, Callable[[Named, Look], float]] = {
    Columns.USER: _id(Columns.USER),
    Columns.ITEM: _id(Columns.ITEM),
    Columns.TIMESTAMP: _timestamp,
    Columns.RATING: _rating,
    Columns.SPLIT: _split,
    EVENT: _event,
    **{role: _text(role) for role in TEXTS},
    Columns.PRICE: _price,
    Columns.IMAGE: _image,
}
