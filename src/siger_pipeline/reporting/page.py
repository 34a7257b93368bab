"""The report as one page of HTML that holds its styles, scripts and data."""

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly import graph_objects as go
from plotly.offline import get_plotlyjs

from siger_pipeline.data.counts import UNKNOWN
from siger_pipeline.data.schema import Columns
from siger_pipeline.reporting import calibrated, figures, tables
from siger_pipeline.reporting.labels import graph_label
from siger_pipeline.reporting.tables import Report, Table

SCRIPT, STYLE = "page.js", "page.css"


def report_page(
    report: Report,
    *,
    curves: go.Figure,
    counts: pd.DataFrame,
    graphs: Mapping[str, Any],
    examples: Mapping[str, Any],
    pictures: Mapping[str, str],
) -> str:
    """The page. All text from data is escaped, and no script runs but the page's own two.

    Args:
        report: of `summary.summarise`.
        curves: of `plots.learning_curves`.
        counts: of the ingest stage: step, users, items, interactions, removed.
        graphs: of `graphs.describe`.
        examples: `users`, `items` and `titles` (item -> title).
        pictures: item -> data URI, of the items that have a picture.
    """
    environment = Environment(
        loader=PackageLoader("siger_pipeline.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["graph_label"] = graph_label
    scripts = [get_plotlyjs(), _source(environment, SCRIPT)]
    return environment.get_template("page.html").render(
        report=report,
        origin=report["provenance"],
        tables=tables,
        calibration_line=calibrated.line(report),
        style=Markup(_source(environment, STYLE)),
        scripts=[Markup(script) for script in scripts],
        script_hashes=" ".join(f"'{integrity(script)}'" for script in scripts),
        figures={name: as_json(made) for name, made in drawn(report, curves, graphs).items()},
        counts=counts_table(counts),
        graphs=graph_table(graphs),
        examples=examples,
        pictures=pictures,
        parameters=json.dumps(
            report["provenance"]["parameters"], indent=2, sort_keys=True, ensure_ascii=False
        ),
    )


def drawn(report: Report, curves: go.Figure, graphs: Mapping[str, Any]) -> dict[str, go.Figure]:
    """Every figure of the page by its name; no learning curves where there were no epochs."""
    drawn_figures = {"comparison": figures.comparison(report)}
    if report["training"]["epochs"]:
        drawn_figures["learning_curves"] = curves
    for distribution in graphs["distributions"]:
        drawn_figures[f"degrees_{distribution['of']}"] = figures.degrees(distribution)
    for group_by, of in (
        ("user_activity", "users by their training interactions"),
        ("item_popularity", "held-out items by their training interactions"),
    ):
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


def as_json(figure: go.Figure) -> Any:
    """Data and layout of a figure as JSON has values, whatever JSON libraries are installed."""
    return json.loads(figure.to_json(engine="json"))


def integrity(script: str) -> str:
    """`sha256-…` of a script, as a Content-Security-Policy names those that may run."""
    return f"sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}"


def _source(environment: Environment, name: str) -> str:
    loader = environment.loader
    assert loader is not None
    return loader.get_source(environment, name)[0]
