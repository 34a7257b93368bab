"""Which interactions train, which validate, which test (`docs/protocol.md`, Split).

A random order is the order of md5("seed|user|item") as text, which every engine computes alike.

How many interactions of a user (or, split globally, of all) leave training, n being their number
and r a share: test takes floor(r n + 1/2), at least 1, then validation likewise, each at most what
leaves one interaction to those after it; a share of 0 takes none, and so do fewer than three.
"""

import ibis
from ibis.expr.types import IntegerValue, StringValue, Table, Value

from siger_pipeline.data.config import SplitConfig, Strategy
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.errors import InputError

PAIR = [Columns.USER, Columns.ITEM]
FEWEST = 3  # interactions that can be shared out among three splits
SHOWN = 3  # users in a message
LEAVE = "leave"


def assign(interactions: Table, settings: SplitConfig, *, given: bool = False) -> Table:
    """Each interaction with its split, by the strategy of the settings.

    - published: the source's own label.
    - random_per_user: each user's interactions in random order.
    - temporal_per_user: each user's latest test, the latest before those validate.
    - temporal_global: the latest of all users' interactions test.
    - leave_one_out: each user's latest tests, the one before it validates.

    Equal times are in random order.

    Args:
        interactions: columns user, item, timestamp, `timestamp_is_position`, split, others; one row
            a pair.
        settings: strategy, ratios, seed.
        given: whether the column `split` is that of `with_split`.

    Returns:
        user, item, split (text of `Split`), computed once.

    Raises:
        InputError: an interaction without the label or the time that the strategy needs, or with a
            position in the user's own order where a time is needed.
    """
    labelled = interactions if given else _labelled(interactions, settings)
    return labelled.select(*PAIR, Columns.SPLIT).cache()


def with_split(interactions: Table, settings: SplitConfig) -> Table:
    """The interactions with all their columns, `split` as `assign` has it; computed once."""
    return _labelled(interactions, settings).cache()


def without_cold(labelled: Table, settings: SplitConfig) -> Table:
    """The interactions without the training interactions of cold items (`docs/protocol.md`).

    Of I items with interactions, floor(r I + 1/2) are cold, r the share of the settings: those that
    come first in the order of md5("seed|item"). What is held out of them stays.

    Args:
        labelled: columns user, item, split.
        settings: cold_items, seed.

    Returns:
        The same columns, fewer rows.

    Raises:
        InputError: no training interaction is left.
    """
    if not settings.cold_items:
        return labelled
    items = labelled.select(Columns.ITEM).distinct()
    order = (ibis.literal(f"{settings.seed}|") + items[Columns.ITEM]).hexdigest("md5")
    ordered = items.mutate(
        position=ibis.row_number().over(order_by=[order, Columns.ITEM]), size=items.count()
    )
    share = (ordered["size"] * settings.cold_items + 0.5).floor()
    cold = ordered.filter(ordered["position"] < share)
    trained = labelled[Columns.SPLIT] == Split.TRAIN.value
    left = labelled.filter(~(trained & labelled[Columns.ITEM].isin(cold[Columns.ITEM]))).cache()
    if not left.filter(left[Columns.SPLIT] == Split.TRAIN.value).count().to_pyarrow().as_py():
        raise InputError(
            f"split.cold_items = {settings.cold_items} leaves no training interaction; choose a "
            "smaller share."
        )
    return left


def untrained(labelled: Table) -> Table:
    """Users without a training interaction.

    Args:
        labelled: columns user, split.

    Returns:
        user, one row each.
    """
    trained = labelled.filter(labelled[Columns.SPLIT] == Split.TRAIN.value)
    return labelled.anti_join(trained, Columns.USER).select(Columns.USER).distinct()


def without_untrained(labelled: Table, settings: SplitConfig) -> Table:
    """The interactions without those of users who have none to train on (`docs/protocol.md`).

    Args:
        labelled: columns user, item, split.
        settings: untrained_users.

    Returns:
        The same columns, fewer rows.

    Raises:
        InputError: there are such users and the settings refuse them.
    """
    users = untrained(labelled)
    count = users.count().to_pyarrow().as_py()
    if count and settings.untrained_users != LEAVE:
        first = users.order_by(Columns.USER).limit(SHOWN).to_pandas()[Columns.USER]
        raise InputError(
            f"users without a training interaction: {count}, the first of them"
            f" {', '.join(map(repr, first))}; split.untrained_users: leave lets them leave"
            " validation and test."
        )
    return labelled.anti_join(users, Columns.USER)


def _labelled(interactions: Table, settings: SplitConfig) -> Table:
    if settings.strategy is Strategy.PUBLISHED:
        _require(interactions, Columns.SPLIT, settings.strategy)
        return interactions
    ordered = _ordered(interactions, settings)
    tested, validated = _shares(ordered["size"], settings)
    label = ibis.cases(
        (ordered["position"] < tested, Split.TEST.value),
        (ordered["position"] < tested + validated, Split.VALIDATION.value),
        else_=Split.TRAIN.value,
    )
    return ordered.mutate(**{Columns.SPLIT: label}).drop("position", "size")


def _ordered(interactions: Table, settings: SplitConfig) -> Table:
    """Each interaction's `position` in the order in which they leave training, of `size` in all."""
    group = [] if settings.strategy is Strategy.TEMPORAL_GLOBAL else [Columns.USER]
    order: list[Value | str] = [_random_text(interactions, settings.seed), *PAIR]
    if settings.strategy is not Strategy.RANDOM_PER_USER:
        _require(interactions, Columns.TIMESTAMP, settings.strategy)
        order.insert(0, ibis.desc(Columns.TIMESTAMP))
    if settings.strategy is Strategy.TEMPORAL_GLOBAL:
        _refuse_positions(interactions)
    return interactions.mutate(
        position=ibis.row_number().over(group_by=group, order_by=order),
        size=interactions.count().over(group_by=group),
    )


def _random_text(interactions: Table, seed: int) -> StringValue:
    user, item = interactions[Columns.USER], interactions[Columns.ITEM]
    return (ibis.literal(f"{seed}|") + user + "|" + item).hexdigest("md5")


def _shares(size: IntegerValue, settings: SplitConfig) -> tuple[IntegerValue, IntegerValue]:
    """How many of `size` interactions test, and how many validate."""
    if settings.strategy is Strategy.LEAVE_ONE_OUT:
        one = ibis.ifelse(size < FEWEST, 0, 1)
        return one, one
    _, validation, test = settings.ratios
    tested = _taken(size, test, size - 2)
    return tested, _taken(size, validation, size - 1 - tested)


def _taken(size: IntegerValue, share: float, most: IntegerValue) -> IntegerValue:
    if not share:
        return ibis.literal(0)
    rounded = (size * share + 0.5).floor().cast("int64")
    return ibis.ifelse(size < FEWEST, 0, ibis.least(ibis.greatest(rounded, 1), most))


def _require(interactions: Table, column: str, strategy: Strategy) -> None:
    empty = interactions.filter(interactions[column].isnull())
    count = empty.count().to_pyarrow().as_py()
    if count:
        user, item = empty.select(*PAIR).order_by(*PAIR).limit(1).to_pandas().iloc[0]
        raise InputError(
            f"split.strategy {strategy.value} needs the {column} of every interaction: {count} have"
            f" none, the first of them user {user!r}, item {item!r}; choose another strategy."
        )


def _refuse_positions(interactions: Table) -> None:
    if interactions[Columns.IS_POSITION].any().to_pyarrow().as_py():
        raise InputError(
            f"split.strategy {Strategy.TEMPORAL_GLOBAL.value} needs times: this source gives"
            " positions in each user's own order, which do not compare between users; choose"
            f" {Strategy.TEMPORAL_PER_USER.value}."
        )
