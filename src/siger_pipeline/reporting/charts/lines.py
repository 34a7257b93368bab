"""Charts with a panel a parameter: a metric by the parameter's value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from siger_pipeline.reporting.charts.chart import Panel, Series
from siger_pipeline.reporting.charts.means import Key, Mean, Slice, short
from siger_pipeline.studies.grid import BASE
from siger_pipeline.studies.spelling import spelt

WIDE = 10  # largest value over smallest one, from which on an axis is logarithmic


@dataclass(frozen=True)
class Parameter:
    """A parameter that a study varies.

    Attributes:
        name: dotted key, as the study has it.
        values: model and variant -> its value.
        configured: the value without the study; None where it has none, or differs by model.
    """

    name: str
    values: Mapping[Key, Any]
    configured: Any = None

    @property
    def is_numeric(self) -> bool:
        """Whether it has two values or more, and all of them are numbers."""
        found = set(map(repr, self.values.values()))
        return len(found) > 1 and all(
            isinstance(value, int | float) and not isinstance(value, bool)
            for value in self.values.values()
        )


def parameter_panels(of: Slice, parameters: Sequence[Parameter]) -> list[Panel]:
    """A panel for each numeric parameter, with a line for all that differs in nothing else.

    Args:
        of: metric, and means by model and variant.
        parameters: those that the study varies, numeric or not.
    """
    numeric = [parameter for parameter in parameters if parameter.is_numeric]
    return [_panel(of, parameter, _lines(of, parameter, parameters)) for parameter in numeric]


def _panel(of: Slice, parameter: Parameter, lines: Mapping[str, Sequence[Key]]) -> Panel:
    series = []
    for label, keys in lines.items():
        points = sorted((float(parameter.values[key]), of.means[key]) for key in keys)
        series += _series(points, keys[0][0], label if len(lines) > 1 else "")
    ticks = sorted({x for each in series for x in each.x})
    log = bool(ticks) and ticks[0] > 0 and ticks[-1] / ticks[0] >= WIDE
    at = None if parameter.configured is None else float(parameter.configured)
    return Panel(
        of.title,
        parameter.name,
        series,
        y_title=f"{of.metric}, test",
        at=at,
        ticks=ticks,
        log=log,
    )


def _series(points: Sequence[tuple[float, Mean]], model: str, label: str) -> list[Series]:
    x, means = [x for x, _ in points], [mean for _, mean in points]
    paper = [(x, mean.paper) for x, mean in points if not isnan(mean.paper)]
    beside = [Series("paper", [x for x, _ in paper], [y for _, y in paper])] if paper else []
    low, high = [mean.low for mean in means], [mean.high for mean in means]
    return [*beside, Series("line", x, [mean.value for mean in means], model, low, high, label)]


def _lines(
    of: Slice, parameter: Parameter, parameters: Sequence[Parameter]
) -> dict[str, list[Key]]:
    """Label -> models and variants that differ by a parameter alone; of two or more."""
    lines: dict[str, list[Key]] = {}
    several = len({model for model, _ in parameter.values}) > 1
    for key in of.means:
        if key not in parameter.values:
            continue
        others = [each for each in parameters if each is not parameter and key in each.values]
        words = [key[0]] if several else []
        words += _own_words(key, parameters)
        words += [f"{each.name}={spelt(each.values[key])}" for each in others]
        lines.setdefault(short(", ".join(words)) or key[0], []).append(key)
    return {label: keys for label, keys in lines.items() if len(keys) > 1}


def _own_words(key: Key, parameters: Sequence[Parameter]) -> list[str]:
    """The name of a variant without the values of parameters behind it."""
    values = {f"{each.name}={spelt(each.values[key])}" for each in parameters if key in each.values}
    return [word for word in key[1].split(", ") if word and word not in {BASE, *values}]
