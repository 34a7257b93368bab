"""The report of a trial as a page: alone in one file, or one of the pages of a site."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
from plotly import graph_objects as go

from siger_pipeline.data.counts import UNKNOWN
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.reporting import calibrated, figures, tables
from siger_pipeline.reporting.colours import colour
from siger_pipeline.reporting.labels import graph_label
from siger_pipeline.reporting.lookup import PICTURED
from siger_pipeline.reporting.plots import panels
from siger_pipeline.reporting.ranks import ranks_figure, ranks_line, ranks_title
from siger_pipeline.reporting.rendering import as_json, self_contained
from siger_pipeline.reporting.tables import Report, Table

TEMPLATE = "page.html"
GROUPS = {
    "user_activity": "users by their training interactions",
    "item_popularity": "held-out items by their training interactions",
}


def report_page(
    report: Report,
    *,
    curves: go.Figure,
    counts: pd.DataFrame,
    graphs: Mapping[str, Any],
    lookup: Mapping[str, Any],
    ranks: Mapping[str, Any],
    reasons: Mapping[str, Any],
    pictures: Mapping[str, str],
) -> str:
    """The page in one file. All text from data is escaped, and no script runs but its own.

    It depends on the trial alone: other models stand beside it on the pages of a site, which is
    made of what is there.

    Args:
        report: of `summary.summarise`.
        curves: of `plots.learning_curves`.
        counts: of the ingest stage: step, users, items, interactions, removed.
        graphs: of `graphs.describe`.
        lookup: of `lookup.document`.
        ranks: of `held_out.held_out_ranks`.
        reasons: of `reasons.reasons`.
        pictures: item -> data URI, of the items that have a picture.
    """
    parts = page_values(
        report,
        curves=curves,
        counts=counts,
        graphs=graphs,
        lookup=lookup,
        ranks=ranks,
        reasons=reasons,
        pictures=pictures,
    )
    return self_contained(TEMPLATE, **parts, crumbs=(), lacks=(), beside=())


def page_values(
    report: Report,
    *,
    curves: go.Figure,
    counts: pd.DataFrame | None = None,
    graphs: Mapping[str, Any] | None = None,
    lookup: Mapping[str, Any] | None = None,
    ranks: Mapping[str, Any] | None = None,
    reasons: Mapping[str, Any] | None = None,
    pictures: Mapping[str, str],
) -> dict[str, Any]:
    """What the template of the page is filled with; what is None is left out of the page.

    Arguments are those of `report_page`.
    """
    parameters = report["provenance"]["parameters"]
    made = drawn(report, curves, graphs or {"distributions": ()})
    if ranks is not None and _ranks_said(ranks):
        made["ranks"] = ranks_figure(ranks, colour(report["provenance"]["model"]))
    return {
        "report": report,
        "origin": report["provenance"],
        "tables": tables,
        "calibration_lines": calibrated.lines(report),
        "figures": {name: as_json(figure) for name, figure in made.items()},
        "titles": _titles(report, made),
        "ranks": _ranks_said(ranks),
        "counts": None if counts is None else counts_table(counts),
        "graphs": None if graphs is None else graph_table(graphs),
        "lookup": None if lookup is None else _embedded(lookup, reasons, pictures),
        "pictured": PICTURED,
        "of": f"{report['provenance']['dataset']} {report['provenance']['trial']}",
        "parameters": json.dumps(parameters, indent=2, sort_keys=True, ensure_ascii=False),
    }


def _titles(report: Report, made: Mapping[str, go.Figure]) -> dict[str, str]:
    """What some of the figures come to, in a sentence each."""
    titles = {"comparison": figures.comparison_title(report)}
    return titles | {by: figures.groups_title(report, by) for by in GROUPS if by in made}


def _embedded(
    lookup: Mapping[str, Any], reasons: Mapping[str, Any] | None, pictures: Mapping[str, str]
) -> dict[str, Any]:
    """What the page's script looks up, with the graphs as people call them."""
    graphs = [
        {**graph, "label": graph_label(graph["graph"])} for graph in lookup["items"]["graphs"]
    ]
    why = reasons if reasons and any(map(any, reasons["why"])) else {"user": [], "why": []}
    items = {**lookup["items"], "graphs": graphs}
    return {**lookup, "items": items, "reasons": why, "pictures": pictures}


def _ranks_said(ranks: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """Title and caption of the ranks of held-out items; None where no item was held out at test."""
    if ranks is None or Split.TEST.value not in ranks["splits"]:
        return None
    return ranks_title(ranks), ranks_line(ranks)


def drawn(report: Report, curves: go.Figure, graphs: Mapping[str, Any]) -> dict[str, go.Figure]:
    """Every figure of the page by its name; no learning curves where there were no epochs."""
    drawn_figures = {"comparison": figures.comparison(report)}
    if report["training"].get("epochs"):
        drawn_figures |= panels(curves)
    for distribution in graphs["distributions"]:
        drawn_figures[f"degrees_{distribution['of']}"] = figures.degrees(distribution)
    for group_by, of in GROUPS.items():
        if tables.group_rows(report, group_by):
            drawn_figures[group_by] = figures.groups(report, group_by, of)
    return drawn_figures


def counts_table(counts: pd.DataFrame) -> Table:
    """Users, items and interactions after each step of ingest."""
    header = ["", *map(str, counts.columns[1:])]
    return Table(header, [_count_cells(row) for row in counts.to_dict("records")])


def _count_cells(row: Mapping[Any, Any]) -> list[str]:
    step, *numbers = (str(row[Columns.STEP]), *(f"{n:,.0f}" for n in list(row.values())[1:]))
    # A part of what remains: only untrained users are removed from a split.
    whole = step.startswith(("split: ", UNKNOWN)) and row[Columns.REMOVED] == 0
    return [step, *numbers[:-1], tables.ABSENT] if whole else [step, *numbers]


def graph_table(graphs: Mapping[str, Any]) -> Table:
    """The rows of `graphs.describe`."""
    header = ("", "nodes", "edges", "mean degree", "degree", "in-degree", "isolated", "density")
    return Table(header, [_graph_cells(row) for row in graphs["graphs"]])


def _graph_cells(row: Mapping[str, Any]) -> list[str]:
    return [
        graph_label(row["graph"]),
        f"{row['nodes']:,}",
        f"{row['edges']:,}",
        f"{row['degree']['mean']:.2f}",
        _span(row["degree"]),
        _span(row["in_degree"]) if row["in_degree"] else tables.ABSENT,
        f"{row['isolated']:,}",
        f"{row['density']:.3%}",
    ]


def _span(of: Mapping[str, int]) -> str:
    return f"{of['min']:,} – {of['max']:,}"
