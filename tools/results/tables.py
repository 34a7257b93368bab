"""The tables of `docs/results/tables`: which there are, and their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from siger_pipeline.errors import InputError
from siger_pipeline.studies import comparisons, sweep_table, table
from siger_pipeline.studies.failed import ERROR
from siger_pipeline.studies.groups import GROUP
from siger_pipeline.studies.sums import FOLDED_IN

MODELS = "table1"  # the study of all models as they are
TRIALS = "trials"  # models as they are, and what ran outside of studies; no study has this name
TESTS = ".tests"
MADE = ("made", "machine", "note")  # when, on what, and what else is to be known
CONFIGURED = "configured"  # what the row `as configured` has: key=value
CONDENSED = (
    *("dataset", "variant", "graph", "modality", "features", "cooccurring", "covered"),
    *("items", "weight", "weight_covered", "data"),
)
COUNTS = ("cooccurring", "covered", "items")
TIDY = "the table of a study"
TRUTH = {"True": True, "False": False}


@dataclass(frozen=True)
class Kind:
    """What columns a table has.

    Attributes:
        name: in words.
        required: columns that it has.
        optional: columns that it may have.
        types: column -> type, of those that are no text.
        nullable: columns of text in which nothing means null; in others it is an empty text.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    nullable: tuple[str, ...] = ()

    @property
    def known(self) -> set[str]:
        """All columns that it may have."""
        return {*self.required, *self.optional, *MADE}

    def matches(self, columns: set[str]) -> bool:
        """Whether a table with these columns is of this kind."""
        return set(self.required) <= columns <= self.known


EPOCHS = ("best_epoch", "epochs")
KINDS = (
    Kind(
        TIDY,
        table.COLUMNS,
        (*table.CALIBRATED, FOLDED_IN, GROUP, ERROR, CONFIGURED, *EPOCHS),
        table.TYPES | {"weight": "float64"} | dict.fromkeys(EPOCHS, "Int64"),
        ("split", "corrector", FOLDED_IN, GROUP, ERROR),
    ),
    Kind(
        "the tests of a study",
        comparisons.COLUMNS,
        types=dict.fromkeys(("k", "users", "seeds", "baseline_seeds"), "int64")
        | dict.fromkeys(("comparisons", "resamples"), "int64")
        | dict.fromkeys(("value", "baseline_value", "difference", "low", "high"), "float64")
        | dict.fromkeys(("p_t", "p_wilcoxon", "p_corrected", "spread", "level"), "float64")
        | dict.fromkeys(("significant", "tie"), "bool"),
    ),
    Kind(
        "the points of a sweep",
        sweep_table.COLUMNS,
        types={"point": "int64", "value": "float64", "seconds": "float64"}
        | dict.fromkeys(EPOCHS, "Int64"),
        nullable=("error",),
    ),
    Kind(
        "a coverage",
        CONDENSED,
        types=dict.fromkeys(COUNTS, "int64")
        | dict.fromkeys(("weight", "weight_covered"), "float64"),
    ),
)


@dataclass(frozen=True)
class Tables:
    """The tables of a data set.

    Attributes:
        dataset: its name.
        studies: name -> table, `TRIALS` among them.
        tests: study -> its comparisons with a baseline.
    """

    dataset: str
    studies: Mapping[str, pd.DataFrame]
    tests: Mapping[str, pd.DataFrame]


def kind_of(columns: set[str], where: str) -> Kind:
    """The kind of table that has these columns.

    Raises:
        InputError: none has; it names what differs from the nearest one.
    """
    if found := next((kind for kind in KINDS if kind.matches(columns)), None):
        return found
    nearest = max(KINDS, key=lambda kind: len(columns & kind.known) - len(columns - kind.known))
    lacks, more = set(nearest.required) - columns, columns - nearest.known
    said = [f"lacks {', '.join(sorted(lacks))}"] if lacks else []
    said += [f"has {', '.join(sorted(more))} besides"] if more else []
    raise InputError(
        f"{where} has columns of another version of the code: as {nearest.name} it "
        f"{' and '.join(said)}: run the study again with this version, or remove the file"
    )


def read_table(path: Path) -> pd.DataFrame:
    """A table of `docs/results/tables`, with its types.

    Raises:
        InputError: it is no CSV, has columns of another version, a value of another type, or no
            rows.
    """
    try:
        texts = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (ValueError, OSError) as error:
        raise InputError(f"{path} cannot be read as CSV: {error}: collect it again") from error
    kind = kind_of(set(texts.columns), str(path))
    if texts.empty:
        raise InputError(f"{path} has no rows: collect it again, or remove it")
    try:
        return texts.assign(**{c: _typed(texts[c], kind, str(c)) for c in texts.columns})
    except (ValueError, KeyError) as error:
        raise InputError(f"{path} has a value of another type: {error}: collect it again") from None


def write_table(path: Path, rows: pd.DataFrame) -> None:
    """Write a table as CSV: as a whole, or not at all."""
    write_text(path, rows.to_csv(index=False, lineterminator="\n"))


def write_text(path: Path, text: str) -> None:
    """Write a text: as a whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_tables(folder: Path) -> list[Tables]:
    """Those of all data sets, by name.

    Args:
        folder: has a folder for each data set.

    Raises:
        InputError: as of `read_table`, or a table is of another data set than its folder.
    """
    return [_of_dataset(path) for path in sorted(folder.iterdir()) if path.is_dir()]


def is_tidy(rows: pd.DataFrame) -> bool:
    """Whether it is the table of a study of trainings."""
    return set(table.COLUMNS) <= set(rows.columns)


def is_sweep(rows: pd.DataFrame) -> bool:
    """Whether it has the points of a sweep."""
    return set(sweep_table.COLUMNS) <= set(rows.columns)


def _of_dataset(folder: Path) -> Tables:
    frames = {path.stem: read_table(path) for path in sorted(folder.glob("*.csv"))}
    for name, rows in frames.items():
        others = set(rows.get("dataset", ())) - {folder.name, ""}  # none where all trials failed
        if others:
            raise InputError(
                f"{folder / name}.csv has rows of the data set {', '.join(sorted(others))}, wanted "
                f"are those of {folder.name} alone: collect it again"
            )
    studies = {name: rows for name, rows in frames.items() if not name.endswith(TESTS)}
    tests = {n.removesuffix(TESTS): rows for n, rows in frames.items() if n.endswith(TESTS)}
    return Tables(folder.name, studies, tests)


def _typed(texts: pd.Series[str], kind: Kind, column: str) -> pd.Series[str]:
    if wanted := kind.types.get(column):
        if wanted == "bool":
            return texts.map(TRUTH.__getitem__).astype(bool)  # type: ignore[return-value]
        numbers = pd.to_numeric(texts.where(texts != ""))
        return numbers.astype(wanted)  # type: ignore[call-overload]
    if column in kind.nullable:
        return texts.where(texts != "", None)
    return texts
