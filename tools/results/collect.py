"""Tables of studies and of single trials, read from the folders that runs leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from siger_pipeline.errors import InputError
from siger_pipeline.studies import coverage
from siger_pipeline.studies.config import HEADLINE
from siger_pipeline.studies.grid import BASE
from siger_pipeline.studies.published import PublishedFigures
from siger_pipeline.studies.sums import variant_alone
from tools.results.tables import CONFIGURED, MODELS, TESTS, TRIALS, is_tidy, kind_of
from tools.results.trials import trial_rows
from tools.results.versions import newest, read_json

STUDIES = "studies"


@dataclass(frozen=True)
class Said:
    """What is written beside each figure that is collected.

    Attributes:
        machine: that the trials ran on.
        note: what else a reader has to know of them; empty for nothing.
    """

    machine: str
    note: str = ""


def collect(
    folder: Path, said: Said, wanted: Callable[[str], bool], published: PublishedFigures
) -> dict[str, pd.DataFrame]:
    """File name without its end -> table, of one data set.

    Args:
        folder: of the data set below `data/08_reporting`.
        said: of the figures.
        wanted: whether a study, or a trial outside of studies, is.
        published: figures of others on the data set.

    Raises:
        InputError: a table has columns of another version, or a study the name of our own table.
    """
    tables: dict[str, pd.DataFrame] = {}
    for path in sorted((folder / STUDIES).glob("*")):
        if wanted(path.name):
            tables |= dict(_study(path, said))
    folders = [path.parent for path in sorted(folder.glob("*/metrics.json"))]
    rows = [trial_rows(path, published) for path in folders if wanted(path.name)]
    if rows:
        beside = {"machine": said.machine, "note": said.note}
        tables[TRIALS] = pd.concat(rows, ignore_index=True).assign(**beside)
    return tables


def unfinished(folder: Path, wanted: Callable[[str], bool]) -> list[str]:
    """Trials without figures at test, and studies without a table, of a data set's folder."""
    trials = [path.parent for path in folder.glob("*/history.parquet")]
    none = [path.name for path in trials if not newest(path / "metrics.json")]
    studies = (folder / STUDIES).glob("*")
    none += [path.name for path in studies if not newest(path / "table.parquet")]
    return sorted(filter(wanted, none))


def merged(new: Mapping[str, pd.DataFrame], old: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """The single trials: the new ones, and old ones that neither they nor the studies replace.

    A trial with a corrector and the same without are two. Those of a model as it is, which many
    studies have, stay until `table1` has them.

    Args:
        new: tables that were collected.
        old: all tables that were there.

    Returns:
        None where there are none.
    """
    frames = [tables[TRIALS] for tables in (new, old) if TRIALS in tables]
    if not frames:
        return None
    studies = {name: rows for name, rows in {**old, **new}.items() if name != TRIALS}
    measured = {
        name: _keys(rows.dropna(subset=["value"]))
        for name, rows in studies.items()
        if is_tidy(rows)
    }
    of_studies = {key for keys in measured.values() for key in keys}
    kept, seen = [], set(measured.get(MODELS, []))
    for rows in frames:
        keys = pd.Series(_keys(rows), index=rows.index)
        kept.append(rows[~keys.isin(seen) & (_as_it_is(rows) | ~keys.isin(of_studies))])
        seen = seen | set(keys)
    rows = pd.concat([part for part in kept if len(part)] or [frames[0].head(0)], ignore_index=True)
    order = ["trial", "corrector", "split", "metric", "k"]
    return rows.sort_values(order, kind="stable", na_position="first", ignore_index=True)


def _keys(rows: pd.DataFrame) -> list[tuple[str, str]]:
    correctors = rows["corrector"].astype(object).fillna("") if "corrector" in rows else ""
    correctors = pd.Series(correctors, index=rows.index)
    return list(zip(rows["trial"], correctors, strict=True))


def _as_it_is(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether a single trial overrides nothing but its seed, with or without a corrector."""
    correctors = rows["corrector"].astype(object).fillna("")
    pairs = zip(rows["variant"], correctors, strict=True)
    return pd.Series([not variant_alone(*pair) for pair in pairs], index=rows.index, dtype=bool)


def _study(folder: Path, said: Said) -> Iterator[tuple[str, pd.DataFrame]]:
    if folder.name == TRIALS:
        raise InputError(
            f"{folder}: a study cannot have the name {TRIALS}, which is that of the table of all "
            "single trials: give it another one in studies.yml, or leave it out by --only"
        )
    found = newest(folder / "table.parquet")
    if found is None:
        return  # one that has not come to its end
    rows = _condensed(pd.read_parquet(found.path), folder)
    beside = {"made": found.made, "machine": said.machine, "note": said.note}
    kind = kind_of(set(rows.columns), str(found.path))
    yield folder.name, rows.astype(dict(_types(kind.types, rows))).assign(**beside)
    if tests := newest(folder / "tests.parquet", until=found.version):
        rows = pd.read_parquet(tests.path)
        kind_of(set(rows.columns), str(tests.path))
        yield folder.name + TESTS, rows.assign(**beside)


def _types(types: Mapping[str, str], rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    return ((column, kind) for column, kind in types.items() if column in rows)


def _condensed(rows: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """A table as small as the documents need: the usual metrics, counts of items."""
    if set(rows.columns) == set(coverage.COLUMNS):
        return counted(rows)
    if not is_tidy(rows):
        return rows
    rows = rows[rows["metric"].isna() | (_names(rows).isin(HEADLINE))]
    if rows["variant"].str.contains(BASE, regex=False).any():
        keys = sorted({key for variant in rows["variant"] for key, _ in pairs(variant)})
        known = {trial: _configured(folder, trial, keys) for trial in rows["trial"].unique()}
        rows = rows.assign(**{CONFIGURED: rows["trial"].map(known)})
    return rows


def counted(rows: pd.DataFrame) -> pd.DataFrame:
    """A coverage with a row for each number of co-occurring and covered items, not each item.

    Args:
        rows: of `studies.coverage.coverage_table`.

    Returns:
        Its columns, `items` in place of the items; weights are sums over these.
    """
    keys = ["dataset", *coverage.KEYS, "cooccurring", "covered", "data"]
    sums = rows.groupby(keys, sort=False, as_index=False).agg(
        items=("item", "size"), weight=("weight", "sum"), weight_covered=("weight_covered", "sum")
    )
    return sums.sort_values(keys, ignore_index=True)


def pairs(variant: str) -> list[tuple[str, str]]:
    """Keys and values of a variant's name, such as `siger.cooccurrence_k=5`."""
    parts = (part.partition("=") for part in variant.split(", "))
    return [(key, value) for key, equals, value in parts if equals]


def _names(rows: pd.DataFrame) -> pd.Series[str]:
    return rows["metric"].astype(str) + "@" + rows["k"].astype("Int64").astype(str)


def _configured(folder: Path, trial: str, keys: list[str]) -> str:
    """What a trial has for these keys, by its provenance; empty where that is not there."""
    origin = newest(folder.parents[1] / trial / "provenance.json")
    values = read_json(origin.path) if origin else {}
    known = ((key, _at(values, key)) for key in keys)
    return ", ".join(f"{key}={value}" for key, value in known if value is not None)


def _at(origin: Mapping[str, Any], key: str) -> Any:
    parameters = origin.get("parameters", {})
    value: Any = parameters if "." in key else parameters.get(origin.get("model"), {})
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
