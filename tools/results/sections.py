"""A table of `docs/results/tables` as a section of its data set's page."""

from __future__ import annotations

import pandas as pd

from siger_pipeline.data.schema import Split
from siger_pipeline.studies.cell import BEST, SECOND, Cell
from siger_pipeline.studies.failed import ERROR
from siger_pipeline.studies.summary import PLACES, PUBLISHED, beside_published, legend, summary
from siger_pipeline.studies.summary import differences as of_tests
from siger_pipeline.studies.sums import FUSION
from siger_pipeline.studies.sweep_table import best_rows
from siger_pipeline.studies.table import ABSENT, as_markdown
from tools.results.published import Beside
from tools.results.settings import RECALL, alone, chosen_settings, headline, with_corrector
from tools.results.tables import TESTS, TRIALS, Tables, is_sweep, is_tidy
from tools.results.texts import wrapped

NAMED = ("python", "torch", "numpy", "scipy")  # of the versions
SHARE = "share of co-occurring items"
DIGITS = 12
OTHERS = "Validation did not choose these, or they are on another split or other features."
TESTED = "Further metrics are in the table of tests."
SINGLE = (
    "Models as they are, and trials outside of studies. Of each model the settings with the best "
    "validation recall@20; *validation* is recall@20 there, *+* is recall@20 at test with "
    "calibration by this corrector, with a weight by validation. Range: the paper's Table 1 and "
    "other public runs on the same split, which conf/base/public_references.csv names."
)


def section(title: str, name: str, tables: Tables, beside: Beside) -> str:
    """A table with a heading, a legend and where its figures come from.

    Args:
        title: of the section.
        name: of the table.
        tables: of the data set.
        beside: figures of others; a note on features.
    """
    rows = tables.studies[name]
    if name == TRIALS:
        parts = _trials(rows, beside)
    elif is_tidy(rows):
        parts = _study(title, rows, tables.tests.get(name))
    elif is_sweep(rows):
        parts = [as_markdown(best_rows(rows), title, level=2)]
    else:
        parts = [as_markdown(_coverage(rows), title, level=2)]
    links = [f"{tables.dataset}/{name}.csv"]
    links += [f"{tables.dataset}/{name}{TESTS}.csv"] if name in tables.tests else []
    origin = wrapped(_origin(rows, beside.features_note))
    return "\n".join([*parts, origin, *(f"[{link}](tables/{link})" for link in links)])


def _study(title: str, rows: pd.DataFrame, tests: pd.DataFrame | None) -> list[str]:
    shown = summary(rows, tests)
    said = [PLACES if len(shown) > 1 else "", "" if tests is None else legend(tests)]
    parts = [as_markdown(shown, title, wrapped(" ".join(filter(None, said))), level=2)]
    if tests is not None:
        recall = tests[(tests["metric"] == "recall") & (tests["k"] == 20)]
        parts.append(as_markdown(of_tests(recall), "Differences to the baseline", TESTED, level=3))
    if len(published := beside_published(rows)):
        parts.append(
            as_markdown(published, "Beside published figures", wrapped(PUBLISHED), level=3)
        )
    failed = rows.dropna(subset=[ERROR]) if ERROR in rows else rows.head(0)
    errors = (f"{one['trial']} failed: {one[ERROR]}" for one in failed.to_dict("records"))
    return [*parts, *(f"{wrapped(each)}\n" for each in errors)]


def _trials(rows: pd.DataFrame, beside: Beside) -> list[str]:
    plain = alone(rows)
    chosen = chosen_settings(plain[plain["model"] != FUSION])
    fused = plain[plain["model"] == FUSION]
    others = plain.drop([*chosen.index, *fused.index])
    parts = ["## Single trials\n"]
    if len(chosen) + len(fused):
        main = _with_published(_single(pd.concat([chosen, fused])), beside)
        for corrector in sorted(rows["corrector"].dropna().unique()):
            main = _beside_corrected(main, with_corrector(rows, corrector), f"+ {corrector}")
        parts.append(as_markdown(main, "As they are", wrapped(f"{PLACES} {SINGLE}"), level=3))
    if len(others):
        further = _single(others).astype(str)  # on several splits, so that none is best
        parts.append(as_markdown(further, "Other settings", wrapped(OTHERS), level=3))
    return parts


def _single(rows: pd.DataFrame) -> pd.DataFrame:
    """The summary, the weakest first, with the validation metric and the epochs."""
    shown = summary(rows)
    keys = [(one["model"], one["variant"]) for one in shown.to_dict("records")]
    of = {key: rows[(rows["model"] == key[0]) & (rows["variant"] == key[1])] for key in keys}
    values = {key: _mean(each, Split.VALIDATION) for key, each in of.items()}
    shown["validation"] = [ABSENT if v is None else f"{v:.4f}" for v in values.values()]
    shown["best epoch"] = [_epochs(each) for each in of.values()]
    order = sorted(range(len(keys)), key=lambda n: _mean(of[keys[n]], Split.TEST) or 0.0)
    return shown.iloc[order].reset_index(drop=True)


def _with_published(shown: pd.DataFrame, beside: Beside) -> pd.DataFrame:
    figures = [beside.figures.of(model, "", RECALL) for model in shown["model"]]
    paper = [_number(each["paper"]) for each in figures]
    ranges = []
    for each in figures:
        ends = dict.fromkeys(_number(each[end]) for end in ("public_low", "public_high"))
        ranges.append(" – ".join(ends))
    return shown.assign(**{"paper": paper, "range": ranges})


def _beside_corrected(shown: pd.DataFrame, rows: pd.DataFrame, title: str) -> pd.DataFrame:
    test = headline(rows[rows["split"] == Split.TEST.value], RECALL)
    means = test.groupby(["model", "variant"])["value"].mean().to_dict()
    values = [means.get((one["model"], one["variant"])) for one in shown.to_dict("records")]
    ranked = sorted((value for value in values if value is not None), reverse=True)
    places = dict(zip(ranked, (BEST, SECOND), strict=False))
    cells = [Cell(_number(value), 0 if value is None else places.get(value, 0)) for value in values]
    return pd.concat([shown, pd.DataFrame({title: cells})], axis=1)


def _coverage(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a graph: how many items have so many of their co-occurring ones as neighbours."""
    shown = []
    rows = rows[rows["cooccurring"] > 0]
    for keys, of in rows.groupby(["variant", "graph", "modality", "features"], sort=False):
        items, top = of["items"].sum(), int(rows["cooccurring"].max())
        shares = of.groupby("covered")["items"].sum() / items
        pairs = (of["covered"] * of["items"]).sum() / (of["cooccurring"] * of["items"]).sum()
        weight = of["weight_covered"].sum() / of["weight"].sum()
        shown.append(
            dict(zip(("variant", "graph", "modality", "features"), keys, strict=True))
            | {"items": items}
            | {f"{n} covered": f"{shares.get(n, 0.0):.1%}" for n in range(top + 1)}
            | {SHARE: f"{pairs:.1%}", "share of weight": f"{weight:.1%}"}
        )
    return pd.DataFrame(shown)


def _origin(rows: pd.DataFrame, features_note: str) -> str:
    """Where figures come from, in sentences."""
    said = [f"Made {_values(rows, 'made')} on {_values(rows, 'machine')}"]
    if "device" in rows:
        said[0] += f" ({_values(rows, 'device')})"
    if "versions" in rows:
        said.append(f"Versions: {_versions(rows)}")
    if "data" in rows:
        hashes = sorted({_short(each) for each in rows["data"] if each})
        said.append(f"{'Raw data' if is_sweep(rows) else 'Split'}: {', '.join(hashes)}")
    if features := _values(rows, "features") if "features" in rows else "":
        note = f" ({features_note})" if features_note else ""
        said.append(f"Features: {features}{note}")
    said += [note for note in dict.fromkeys(rows["note"]) if note]
    return ". ".join(said) + "."


def _versions(rows: pd.DataFrame) -> str:
    each = {part for text in rows["versions"].dropna() for part in text.split(", ") if part}
    own = sorted(f"siger-pipeline {version}" for version in set(rows["version"]) if version)
    return ", ".join([*own, *sorted(p for p in each if p.partition(" ")[0] in NAMED)])


def _values(rows: pd.DataFrame, column: str) -> str:
    return "; ".join(sorted({str(value) for value in rows[column].dropna() if value}))


def _short(fingerprint: str) -> str:
    return fingerprint.removeprefix("sha256:")[:DIGITS]


def _mean(rows: pd.DataFrame, split: Split) -> float | None:
    chosen = headline(rows[rows["split"] == split.value], RECALL)
    return float(chosen["value"].mean()) if len(chosen) else None


def _epochs(rows: pd.DataFrame) -> str:
    """`40 of 60`, one a seed."""
    known = rows.dropna(subset=["best_epoch"]).drop_duplicates("trial")
    pairs = zip(known["best_epoch"], known["epochs"], strict=True)
    return ", ".join(f"{best} of {last}" for best, last in pairs) or ABSENT


def _number(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.4f}"
