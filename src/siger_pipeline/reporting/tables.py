"""The report as Markdown, to be read by people: rendered, or as it stands in a terminal."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from siger_pipeline.reporting.paper import name_in_paper

HEADLINE = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")  # what published tables hold
ORDER = ("recall", "ndcg", "precision", "map", "coverage", "novelty", "gini")
ABSENT = "–"


def markdown(report: Mapping[str, Any]) -> str:
    """The report (`summary.summarise`) as Markdown.

    Sections: results beside floors and the paper, all published models, every metric, groups,
    training, provenance. A section without content is left out.
    """
    sections = [
        _head(report),
        _results(report),
        _published(report),
        *(_every_metric(report, split) for split in ("test", "validation")),
        _groups(report, "user_activity", "Test, users by their training interactions"),
        _groups(report, "item_popularity", "Test, held-out items by their training interactions"),
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


def number(value: float | None) -> str:
    """Four decimals, as published tables have them."""
    return ABSENT if value is None else f"{value:.4f}"


def _head(report: Mapping[str, Any]) -> str:
    origin = report["provenance"]
    data = origin["data"]
    lines = [
        f"# {origin['model']} on {origin['dataset']}",
        f"{data['users']:,} users, {data['items']:,} items, {data['interactions']:,} interactions: "
        f"{data['train']:,} for training, {data['validation']:,} for validation, "
        f"{data['test']:,} for test. {_training(report['training'])}",
    ]
    if origin["features_note"]:
        lines.append(f"**Features of this run**: {origin['features_note']}.")
    return "\n\n".join(lines)


def _training(training: Mapping[str, Any]) -> str:
    if not training["epochs"]:
        return "The model is computed at once, without epochs."
    return (
        f"{training['epochs']} epochs, weights of epoch {training['best_epoch']}; an epoch took "
        f"{training['seconds_train']:.2f} s of training and "
        f"{training['seconds_validation']:.2f} s of validation."
    )


def _results(report: Mapping[str, Any]) -> str:
    metrics, published = report["metrics"], report["paper"]["figures"]
    model = report["provenance"]["model"]
    columns = _headline(metrics["test"])
    rows = [
        (f"**{model}**, test", metrics["test"]),
        (f"{model}, validation", metrics["validation"]),
    ]
    rows += [(f"{name}, test", splits["test"]) for name, splits in report["floors"].items()]
    cells = [[label, *(number(values.get(name)) for name in columns)] for label, values in rows]
    counterpart = name_in_paper(model, published)
    if counterpart:
        paper = published[counterpart]
        cells.append(
            [f"{counterpart} in the paper, test", *(number(paper.get(c)) for c in columns)]
        )
        compared = [_against(metrics["test"][c], paper.get(c)) for c in columns]
        cells.append([f"{model} against the paper", *compared])
    return f"## Results\n\n{table(['', *columns], cells)}"


def _headline(figures: Mapping[str, Any]) -> list[str]:
    """The columns that matter most, of those measured."""
    names, ks = _names_and_ks(figures)
    usual = [name for name in HEADLINE if name in figures]
    return usual or [f"{name}@{k}" for name in names[:2] for k in ks]


def _names_and_ks(figures: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    names = {name.partition("@")[0] for name in figures}
    ks = {int(name.partition("@")[2]) for name in figures}
    return sorted(names, key=[*ORDER, *sorted(names)].index), sorted(ks)


def _against(value: float, reference: float | None) -> str:
    return f"{value / reference - 1:+.1%}" if reference else ABSENT


def _published(report: Mapping[str, Any]) -> str:
    figures = report["paper"]["figures"]
    if not figures:
        return ""
    columns = list(dict.fromkeys(name for values in figures.values() for name in values))
    rows = [[model, *(number(values.get(c)) for c in columns)] for model, values in figures.items()]
    test = report["metrics"]["test"]
    own = f"**{report['provenance']['model']}, this run**"
    rows.append([own, *(number(test.get(c)) for c in columns)])
    note = f"\n\n{report['paper']['note']}." if report["paper"]["note"] else ""
    return f"## Published figures (the paper's Table 1)\n\n{table(['', *columns], rows)}{note}"


def _every_metric(report: Mapping[str, Any], split: str) -> str:
    figures = report["metrics"][split]
    names, ks = _names_and_ks(figures)
    rows = [[name, *(number(figures.get(f"{name}@{k}")) for k in ks)] for name in names]
    return f"## Every metric, {split}\n\n{table(['', *(f'@{k}' for k in ks)], rows)}"


def _groups(report: Mapping[str, Any], group_by: str, title: str) -> str:
    chosen = [
        row for row in report["groups"] if row["split"] == "test" and row["group_by"] == group_by
    ]
    columns = _headline({row["metric"]: row["value"] for row in chosen})
    by_group: dict[str, dict[str, str]] = {}
    for row in chosen:
        cells = by_group.setdefault(row["group"], {"users": f"{row['users']:,}"})
        cells[row["metric"]] = number(row["value"])
    rows = [[group, *(cells[c] for c in ("users", *columns))] for group, cells in by_group.items()]
    return f"## {title}\n\n{table(['', 'users', *columns], rows)}"


def _provenance(report: Mapping[str, Any]) -> str:
    origin = report["provenance"]
    features = ", ".join(f"{modality}: {how}" for modality, how in origin["features"].items())
    facts = {
        "data fingerprint": f"`{origin['data']['fingerprint']}`",
        "split": ", ".join(f"{key} {value}" for key, value in origin["split"].items()),
        "features": features or "none used",
        "seed": str(origin["seed"]),
        "device": origin["device"],
        "versions": ", ".join(f"{name} {number}" for name, number in origin["versions"].items()),
    }
    lines = "\n".join(f"- **{name}**: {value}" for name, value in facts.items())
    parameters = json.dumps(origin["parameters"], indent=2, sort_keys=True, ensure_ascii=False)
    return f"## Provenance\n\n{lines}\n\n### Parameters\n\n```json\n{parameters}\n```"
