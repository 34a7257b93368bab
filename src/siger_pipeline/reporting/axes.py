"""Ranges and ticks of the axes of learning curves."""

import math

import pandas as pd

TICKED = 8  # numbers below an axis, about: what fits on a phone
NEGLIGIBLE = 1e-4  # of the sum: terms below it do not widen the axis


def loss_range(history: pd.DataFrame) -> tuple[int, int] | None:
    """Whole powers of ten that enclose the loss and each of its terms, negligible ones left out.

    Args:
        history: a row an epoch: `loss`, the sum, and `loss_<term>`; terms below 10⁻⁴ of the sum
            are negligible.

    Returns:
        Exponents of the lower and the upper end; None where no value is positive and finite.
    """
    values = history[[name for name in map(str, history) if name.split("_")[0] == "loss"]]
    matters = values.ge(NEGLIGIBLE * history["loss"].abs(), axis="index") & values.gt(0)
    shown = values.where(matters & values.lt(math.inf)).stack().dropna().to_numpy()
    if not shown.size:
        return None
    high = math.ceil(math.log10(shown.max()))
    return min(math.floor(math.log10(shown.min())), high - 1), high


def is_off_scale(values: pd.Series, ends: tuple[int, int] | None) -> bool:
    """Whether all values of a term are outside the axis of `loss_range`."""
    return ends is not None and not values.between(10.0 ** ends[0], 10.0 ** ends[1]).any()


def epoch_step(epochs: int) -> int:
    """Epochs from tick to tick: 1, 2 or 5 times a power of ten, for eight ticks at most."""
    least = max(1.0, epochs / TICKED)
    power = 10 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)
