"""Charts with correctors: each model by itself and calibrated, as two marks of one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from siger_pipeline.reporting.charts.chart import Panel
from siger_pipeline.reporting.charts.means import Key, Slice
from siger_pipeline.reporting.charts.rows import (
    ALONE,
    Keys,
    Row,
    best_first,
    compared_labels,
    rows_panel,
)
from siger_pipeline.studies.sums import calibrated_variant, variant_alone

CORRECTOR = "corrector"
Correctors = Mapping[str, Mapping[Key, Key]]


def correctors_of(table: pd.DataFrame) -> Correctors:
    """Corrector -> model and variant by themselves -> the same with the corrector.

    Args:
        table: of `studies.table.tidy_table`. What failed does not count.
    """
    if CORRECTOR not in table:
        return {}
    rows = table[table[CORRECTOR].notna() & table["split"].notna()]
    pairs: dict[str, dict[Key, Key]] = {}
    for name, model, variant in rows[[CORRECTOR, "model", "variant"]].drop_duplicates().to_numpy():
        pairs.setdefault(name, {})[model, variant_alone(variant, name)] = (model, variant)
    return pairs


def corrected_panels(
    shown: Sequence[Slice], values: Mapping[Key, float], correctors: Correctors
) -> tuple[list[Panel], Keys]:
    """A panel each of what is shown; of several correctors the first metric with each of them.

    Args:
        shown: of a study.
        values: those of the first panel, by which models are ordered.
        correctors: of `correctors_of`.

    Returns:
        The panels, and what their looks stand for. Groups have no figures with correctors.
    """
    again = {after for pairs in correctors.values() for after in pairs.values()}
    alone = [key for key in shown[0].means if key not in again]
    alone += [key for pairs in correctors.values() for key in pairs]  # also where it failed itself
    rows = best_first(list(dict.fromkeys(alone)), values)
    if len(correctors) == 1:
        ((name, pairs),) = correctors.items()
        panels = [rows_panel(one, _rows(rows, pairs)) for one in shown]
        return panels, (("open", ALONE), ("filled", calibrated_variant("", name)))
    panels = [
        replace(rows_panel(shown[0], _rows(rows, pairs)), title=calibrated_variant("", name))
        for name, pairs in correctors.items()
    ]
    panels += [rows_panel(one, _rows(rows, {})) for one in shown[1:] if one.title]
    return panels, (("open", ALONE), ("filled", "calibrated"))


def _rows(keys: Sequence[Key], pairs: Mapping[Key, Key]) -> list[Row]:
    labels = compared_labels(keys)
    return [
        Row(key[0], label, pairs.get(key), key) for label, key in zip(labels, keys, strict=True)
    ]
