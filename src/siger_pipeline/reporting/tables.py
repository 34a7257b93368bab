"""The tables of a report, whatever they are rendered in: headers and cells as text.

Every function takes the report of `summary.summarise`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siger_pipeline.reporting import calibrated
from siger_pipeline.reporting.below import below_popularity
from siger_pipeline.reporting.labels import epochs
from siger_pipeline.reporting.paper import name_in_paper

HEADLINE = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")  # metrics of published tables
ORDER = ("recall", "ndcg", "precision", "map", "coverage", "novelty", "gini")
ABSENT = "–"

Report = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """Cells as text; the first column names the row. `own` is the row of this run, if any.

    `words` are the numbers of further columns that hold words.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    own: int | None = None
    words: Sequence[int] = ()


def number(value: float | None) -> str:
    """Four decimals, as published tables have them."""
    return ABSENT if value is None else f"{value:.4f}"


def against(value: float, reference: float | None) -> str:
    """How much larger a value is than another, in per cent of the other."""
    return f"{value / reference - 1:+.1%}" if reference else ABSENT


def headline(figures: Mapping[str, Any]) -> list[str]:
    """The metrics that matter most, of those measured."""
    names, ks = _names_and_ks(figures)
    usual = [name for name in HEADLINE if name in figures]
    return usual or [f"{name}@{k}" for name in names[:2] for k in ks]


def tiles(report: Report) -> list[dict[str, Any]]:
    """The headline metrics: metric, value at test, validation, `against` (difference, of what)."""
    test, validation = report["metrics"]["test"], report["metrics"]["validation"]
    return [
        {
            "metric": metric,
            "value": number(test[metric]),
            "validation": number(validation.get(metric)),
            "against": _rivals(report, metric),
        }
        for metric in headline(test)
    ]


def _rivals(report: Report, metric: str) -> list[tuple[str, str]]:
    """The run at test against the floors and the paper's figures of the model."""
    value, model = report["metrics"]["test"][metric], report["provenance"]["model"]
    rivals = []
    for name, splits in report["floors"].items():
        floor = splits["test"].get(metric)
        if floor and name != model:
            rivals.append((f"{value / floor:.1f} ×", name))
    counterpart = name_in_paper(model, report["paper"]["figures"])
    paper = report["paper"]["figures"].get(counterpart, {}).get(metric)
    if paper:
        rivals.append((against(value, paper), f"against {counterpart} in the paper"))
    return rivals


def results(report: Report) -> Table:
    """The headline metrics of the run beside the floors and the paper's figures of the model."""
    metrics, published = report["metrics"], report["paper"]["figures"]
    trial = report["provenance"]["trial"]
    columns = headline(metrics["test"])
    rows = [(f"{trial}, test", metrics["test"]), (f"{trial}, validation", metrics["validation"])]
    rows += calibrated.rows(report)
    rows += [(f"{name}, test", splits["test"]) for name, splits in report["floors"].items()]
    cells = [[label, *(number(values.get(name)) for name in columns)] for label, values in rows]
    counterpart = name_in_paper(report["provenance"]["model"], published)
    if counterpart:
        paper = published[counterpart]
        cells.append(
            [f"{counterpart} in the paper, test", *(number(paper.get(c)) for c in columns)]
        )
        compared = [against(metrics["test"][c], paper.get(c)) for c in columns]
        cells.append([f"{trial} against the paper", *compared])
    return Table(["", *columns], cells, own=0)


def published(report: Report) -> Table | None:
    """All models of the paper's comparison and the run; None where the paper lacks the data set."""
    figures = report["paper"]["figures"]
    if not figures:
        return None
    columns = list(dict.fromkeys(name for values in figures.values() for name in values))
    rows = [[model, *(number(values.get(c)) for c in columns)] for model, values in figures.items()]
    test = report["metrics"]["test"]
    label = f"{report['provenance']['trial']}, this run"
    rows.append([label, *(number(test.get(c)) for c in columns)])
    return Table(["", *columns], rows, own=len(rows) - 1)


def every_metric(report: Report, split: str) -> Table:
    """All metrics of a split, a row a metric, a column a list length."""
    figures = report["metrics"][split]
    names, ks = _names_and_ks(figures)
    rows = [[name, *(number(figures.get(f"{name}@{k}")) for k in ks)] for name in names]
    return Table(["", *(f"@{k}" for k in ks)], rows)


def groups(report: Report, group_by: str) -> Table:
    """Headline metrics at test by `user_activity` or `item_popularity`."""
    chosen = group_rows(report, group_by)
    columns = headline({row["metric"]: row["value"] for row in chosen})
    by_group: dict[str, dict[str, str]] = {}
    for row in chosen:
        cells = by_group.setdefault(row["group"], {"users": f"{row['users']:,}"})
        cells[row["metric"]] = number(row["value"])
    rows = [[group, *(cells[c] for c in ("users", *columns))] for group, cells in by_group.items()]
    return Table(["", "users", *columns], rows)


def group_rows(report: Report, group_by: str) -> list[Mapping[str, Any]]:
    """The rows of the groups at test, groups in ascending order."""
    return [
        row for row in report["groups"] if row["split"] == "test" and row["group_by"] == group_by
    ]


def facts(report: Report) -> dict[str, str]:
    """What the figures depend on, by name: data, split, features, seed, device, …"""
    origin = report["provenance"]
    sizes = {name: f", {size}-d" for name, size in origin.get("dimensions", {}).items()}
    features = "; ".join(
        f"{modality}: {how}{sizes.get(modality, '')}"
        for modality, how in origin["features"].items()
    )
    pictures = ", ".join(f"{n:,} {status}" for status, n in origin.get("pictures", {}).items())
    return {
        "data fingerprint": origin["data"]["fingerprint"],
        "split": ", ".join(f"{key} {value}" for key, value in origin["split"].items()),
        "features": features or "none used",
        **({"pictures": pictures} if pictures else {}),
        "model reads": ", ".join(origin["made_from"]["reads"]),
        "seed": "none counts" if origin["seed"] is None else str(origin["seed"]),
        "device": origin["device"],
        "threads": ", then ".join(map(str, origin["threads"])),
        "versions": ", ".join(f"{name} {number}" for name, number in origin["versions"].items()),
    }


def data_line(report: Report) -> str:
    """The data in a sentence."""
    data = report["provenance"]["data"]
    return (
        f"{data['users']:,} users, {data['items']:,} items, {data['interactions']:,} interactions: "
        f"{data['train']:,} for training, {data['validation']:,} for validation, "
        f"{data['test']:,} for test."
    )


def warning(report: Report) -> str:
    """What is wrong with the figures, in a sentence; empty where nothing is."""
    trial = report["provenance"]["trial"]
    return below_popularity(trial, report["metrics"], report["floors"])


def missing_line(report: Report) -> str:
    """Items without features, by modality, in a sentence; empty where every item has all."""
    lacking = {name: counts for name, counts in report["missing"].items() if counts["missing"]}
    parts = [
        f"{counts['missing']:,} of {counts['items']:,} without {name} features"
        f" ({counts['missing'] / counts['items']:.2%})"
        for name, counts in lacking.items()
    ]
    return f"Items: {', '.join(parts)}." if parts else ""


def training_line(report: Report) -> str:
    """The training in a sentence; empty where nothing is known of it."""
    training = report["training"]
    if not training:
        return ""
    if not training["epochs"]:
        return "The model is computed at once, without epochs."
    return (
        f"{epochs(training['epochs'])}, weights of epoch {training['best_epoch']}; "
        "an epoch typically took "
        f"{training['seconds_train']:.2f} s of training and "
        f"{training['seconds_validation']:.2f} s of validation."
    )


def _names_and_ks(figures: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    names = {name.partition("@")[0] for name in figures}
    ks = {int(name.partition("@")[2]) for name in figures}
    return sorted(names, key=[*ORDER, *sorted(names)].index), sorted(ks)
