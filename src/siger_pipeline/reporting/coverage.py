"""The figure of a coverage study: SIGER, Figure 1, for each modality."""

import pandas as pd
from plotly import graph_objects as go

from siger_pipeline.reporting.plots import INK, PALETTE, escaped

PATTERNS = ("", "/", "x", "-", "\\", ".")  # told apart in grey


def draw_coverage(table: pd.DataFrame, top: int) -> go.Figure:
    """Share of the items by how many of their co-occurring items are neighbours, a colour a graph.

    Args:
        table: of `studies.coverage.coverage_summary`; items without co-occurring ones are left out.
        top: co-occurring items that count.
    """
    counted = table[table["cooccurring"] > 0]
    figure = go.Figure()
    graphs = counted.groupby(["variant", "graph", "features"], sort=False)
    for n, (names, group) in enumerate(graphs):
        variant, graph, features = map(str, names)
        shares = group["covered"].value_counts(normalize=True).reindex(range(top + 1), fill_value=0)
        label = ", ".join(filter(None, (variant, f"{graph} ({features})")))
        marker = {
            "color": PALETTE[n % len(PALETTE)],
            "pattern": {"shape": PATTERNS[n % len(PATTERNS)], "solidity": 0.3},
            "line": {"color": INK, "width": 1},
        }
        figure.add_trace(
            go.Bar(x=list(shares.index), y=list(shares), name=escaped(label), marker=marker)
        )
    figure.update_layout(
        template="plotly_white",
        barmode="group",
        legend={"orientation": "h", "y": -0.2},
        font={"color": INK},
    )
    figure.update_xaxes(title=f"covered, of the {top} items with most users in common", dtick=1)
    return figure.update_yaxes(title="share of items", tickformat=".0%", rangemode="tozero")
