"""The chart of a coverage study: SIGER, Figure 1, for each modality."""

from __future__ import annotations

import pandas as pd

from siger_pipeline.reporting.charts.chart import Chart, Panel, Series
from siger_pipeline.reporting.labels import graph_label


def coverage_chart(table: pd.DataFrame, top: int, title: str) -> Chart:
    """Share of the items by how many of their co-occurring items are neighbours, bars a graph.

    Args:
        table: of `studies.coverage.coverage_summary`; items without co-occurring ones are left out.
        top: co-occurring items that count.
        title: of the study, before a colon, and what it shows.
    """
    counted = table[table["cooccurring"] > 0]
    series = []
    graphs = counted.groupby(["variant", "graph", "features"], sort=False)
    unique = len(counted.drop_duplicates(["graph", "features"])) == len(graphs)
    for names, group in graphs:
        variant, graph, features = map(str, names)
        shares = group["covered"].value_counts(normalize=True).reindex(range(top + 1), fill_value=0)
        named = f"{graph_label(graph)} ({features})"
        label = ", ".join(filter(None, ("" if unique else variant, named)))
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
