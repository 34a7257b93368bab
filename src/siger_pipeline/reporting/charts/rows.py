"""Charts with a row a model, or a variant: one mark a row, or two that are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan

from siger_pipeline.reporting.charts.chart import Look, Panel, Series
from siger_pipeline.reporting.charts.means import Key, Mean, Slice, short
from siger_pipeline.studies.sums import FUSION, calibrated_variant

Keys = tuple[tuple[Look, str], ...]
ALONE = "alone"  # a model under no variant, beside it under one, such as with a corrector


@dataclass(frozen=True)
class Row:
    """A row of all panels.

    Attributes:
        model: whose colour and shape it has.
        label: at its left.
        key: model and variant of its mark; None where there is none.
        before: of the mark that it is compared with; None where there is none.
    """

    model: str
    label: str
    key: Key | None
    before: Key | None = None


def compared_rows(keys: Sequence[Key], values: Mapping[Key, float]) -> tuple[list[Row], Keys]:
    """A row a model and variant, or, of several models under several variants, a row a pair.

    Args:
        keys: models and variants in the order of the study.
        values: those of the first panel, by which models are ordered.

    Returns:
        The rows from the top, and what their looks stand for. One model has its variants in the
        order of the study, several stand from the best to the worst. Under several variants, each
        is compared with the first that the study has.
    """
    own = [key for key in keys if key[0] != FUSION]
    variants = list(dict.fromkeys(variant for _, variant in own))
    ordered = best_first(keys, values)
    if len({model for model, _ in own}) > 1 and len(variants) > 1:
        return _pairs(ordered, variants)
    labels = compared_labels(ordered)
    return [Row(key[0], label, key) for label, key in zip(labels, ordered, strict=True)], ()


def best_first(keys: Sequence[Key], values: Mapping[Key, float]) -> list[Key]:
    """Several models by the value of their first variant, those without any at the end.

    One model has its variants in the order of the study.

    Args:
        keys: models and variants in the order of the study.
        values: of those that have one.
    """
    if len({model for model, _ in keys if model != FUSION}) < 2:
        return list(keys)
    first: dict[str, float] = {}
    for key in keys:
        first.setdefault(key[0], values.get(key, nan))
    models = sorted(first, key=lambda model: (isnan(first[model]), -first[model]))
    return sorted(keys, key=lambda key: models.index(key[0]))


def compared_labels(keys: Sequence[Key]) -> list[str]:
    """A label for each model and variant: the one, the other or both, whatever tells them apart."""
    own = [key for key in keys if key[0] != FUSION]
    models, variants = {model for model, _ in own}, {variant for _, variant in own}
    if len(models) > 1 and len(variants) > 1:
        return [model if model == FUSION else _both(model, v) for model, v in keys]
    if len(models) > 1:
        return [model for model, _ in keys]
    return [model if model == FUSION or not v else short(v) for model, v in keys]


def _both(model: str, variant: str) -> str:
    """`siger, −MP + itemknn`: a short name for the model, its variant and its corrector."""
    label = f"{model}, {short(variant)}" if variant else model
    return label.replace(f", {calibrated_variant('', '')}", " + ")


def _pairs(keys: Sequence[Key], variants: Sequence[str]) -> tuple[list[Row], Keys]:
    """Each changed variant of each model beside the first variant."""
    first, *changed = variants
    rows = []
    for model in dict.fromkeys(model for model, _ in keys):
        before = (model, first) if (model, first) in keys else None
        others = [key for key in keys if key[0] == model and key != before]
        named = len(changed) > 1 and model != FUSION
        rows += [Row(model, _both(*key) if named else model, key, before) for key in others]
        rows += [] if others else [Row(model, model, None, before)]
    after = short(changed[0]) if len(changed) == 1 else "as the row says"
    return rows, (("open", short(first) or ALONE), ("filled", after))


def rows_panel(of: Slice, rows: Sequence[Row]) -> Panel:
    """The marks of all rows; those of the paper and of public runs behind them.

    Args:
        of: metric, and means by model and variant.
        rows: from the top.
    """
    series = [*published_series(of.means, rows)]
    for y, row in enumerate(rows):
        marks = [(look, of.means[key]) for look, key in _looks(row) if key in of.means]
        series += row_series(row.model, y, marks)
    return Panel(of.title, f"{of.metric}, test", series, rows=[row.label for row in rows])


def _looks(row: Row) -> list[tuple[Look, Key]]:
    found: list[tuple[Look, Key]] = [("open", row.before)] if row.before else []
    return [*found, ("filled", row.key)] if row.key else found


def row_series(model: str, y: int, marks: Sequence[tuple[Look, Mean]]) -> list[Series]:
    """The marks of a row, joined where there are two."""
    link = [Series("link", [mean.value for _, mean in marks], [y] * len(marks))]
    return (link if len(marks) > 1 else []) + [
        Series(look, [mean.value], [y], model, [mean.low], [mean.high]) for look, mean in marks
    ]


def published_series(means: Mapping[Key, Mean], rows: Sequence[Row]) -> list[Series]:
    """Public ranges and the paper's figures, of the rows that have them."""
    known = [
        (y, means[key]) for y, row in enumerate(rows) for _, key in _looks(row) if key in means
    ]
    public = [(mean.public, y) for y, mean in known if _says_more(mean)]
    paper = [(mean.paper, y) for y, mean in known if not isnan(mean.paper)]
    series = []
    if public:
        low, high = [ends[0] for ends, _ in public], [ends[1] for ends, _ in public]
        middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
        series.append(Series("band", middle, [y for _, y in public], low=low, high=high))
    if paper:
        series.append(Series("paper", [value for value, _ in paper], [y for _, y in paper]))
    return series


def _says_more(mean: Mean) -> bool:
    """Whether there are public figures beside the paper's."""
    return not isnan(mean.public[0]) and mean.public != (mean.paper, mean.paper)


def published_key(panels: Sequence[Panel]) -> Keys:
    """What the marks of published figures stand for, where there are any."""
    looks = {series.look for panel in panels for series in panel.series}
    known: Keys = (("paper", "the paper"), ("band", "public runs, the paper among them"))
    return tuple((look, label) for look, label in known if look in looks)
