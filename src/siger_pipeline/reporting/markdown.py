"""The report as Markdown, to be read rendered or in a terminal."""

import json
from collections.abc import Iterable, Sequence

from siger_pipeline.reporting import calibrated, tables
from siger_pipeline.reporting.tables import Report, Table


def markdown(report: Report) -> str:
    """The report (`summary.summarise`) as Markdown.

    Sections: results beside floors and the paper, all published models, every metric, groups,
    training, provenance. A section without content is left out.
    """
    by_activity = tables.groups(report, "user_activity")
    by_popularity = tables.groups(report, "item_popularity")
    cold = tables.groups(report, "cold_items")
    sections = [
        _head(report),
        _results(report),
        _published(report),
        _section("Every metric, test", tables.every_metric(report, "test")),
        _section("Every metric, validation", tables.every_metric(report, "validation")),
        _section("Test, users by their training interactions", by_activity),
        _section("Test, held-out items by their training interactions", by_popularity),
        _section("Test, items without training interactions", cold) if cold.rows else "",
        _provenance(report),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table: the first column to the left, the others to the right, widths aligned."""
    cells = [list(header), *(list(row) for row in rows)]
    widths = [max(3, *(len(row[n]) for row in cells)) for n in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [
        [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
        for row in (cells[0], rule, *cells[1:])
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _head(report: Report) -> str:
    origin = report["provenance"]
    lead = (tables.data_line(report), tables.missing_line(report), tables.training_line(report))
    lines = [f"# {origin['trial']} on {origin['dataset']}", " ".join(filter(None, lead))]
    if warning := tables.warning(report):
        lines.append(f"**Warning**: {warning}.")
    if origin["features_note"]:
        lines.append(f"**Features of this run**: {origin['features_note']}.")
    return "\n\n".join(lines)


def _results(report: Report) -> str:
    section = _section("Results", tables.results(report))
    return "\n\n".join((section, *calibrated.lines(report)))


def _section(title: str, content: Table) -> str:
    rows = [
        [_emphasised(row[0]) if n == content.own else row[0], *row[1:]]
        for n, row in enumerate(content.rows)
    ]
    return f"## {title}\n\n{table(content.header, rows)}"


def _emphasised(label: str) -> str:
    """The name of the run in bold, and what follows it as it is."""
    name, comma, rest = label.partition(",")
    return f"**{name}**{comma}{rest}"


def _published(report: Report) -> str:
    content = tables.published(report)
    if content is None:
        return ""
    note = f"\n\n{report['paper']['note']}." if report["paper"]["note"] else ""
    return _section("Published figures (the paper's Table 1)", content) + note


def _provenance(report: Report) -> str:
    facts = tables.facts(report)
    facts["data fingerprint"] = f"`{facts['data fingerprint']}`"
    lines = "\n".join(f"- **{name}**: {value}" for name, value in facts.items())
    parameters = json.dumps(
        report["provenance"]["parameters"], indent=2, sort_keys=True, ensure_ascii=False
    )
    return f"## Provenance\n\n{lines}\n\n### Parameters\n\n```json\n{parameters}\n```"
