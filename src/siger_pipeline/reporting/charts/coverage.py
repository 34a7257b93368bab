"""The chart of a coverage study: SIGER, Figure 1, for each modality."""

from __future__ import annotations

import pandas as pd

from siger_pipeline.reporting.charts.chart import Chart, Panel, Series


def coverage_chart(table: pd.DataFrame, top: int, title: str) -> Chart:
    """Share of the items by how many of their co-occurring items are neighbours, bars a graph.

    Args:
        table: of `studies.coverage.coverage_summary`; items without co-occurring ones are left out.
        top: co-occurring items that count.
        title: of the study, before a colon, and what it shows.
    """
    counted = table[table["cooccurring"] > 0]
    series = []
    for names, group in counted.groupby(["variant", "graph", "features"], sort=False):
        variant, graph, features = map(str, names)
        shares = group["covered"].value_counts(normalize=True).reindex(range(top + 1), fill_value=0)
        label = ", ".join(filter(None, (variant, f"{graph} ({features})")))
        series.append(Series("bars", list(range(top + 1)), shares.tolist(), label=label))
    name, _, description = title.partition(": ")
    panel = Panel(
        "",
        f"covered, of the {top} items with most users in common",
        series,
        y_title="share of items",
        ticks=list(range(top + 1)),
        percent=True,
    )
    return Chart(name, description, (), [panel])
