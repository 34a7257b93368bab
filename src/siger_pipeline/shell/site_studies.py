"""The newest tables of a study, read from its folder for a page of the site."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_fresh.locations import Location
from siger_pipeline.shell.versions_together import newest_until, unchanged_since

if TYPE_CHECKING:
    import pandas as pd

    from siger_pipeline.reporting.site.documents import StudyResults

# Made of the table, or together with it: offered beside its page, and drawn on it.
OFFERED = ("table.csv", "table.tex", "table.md", "plot.pdf", "differences.pdf")
PLOTS = ("plot.json", "differences.json")
WHOLE = ("seed", "k", "best_epoch")
TESTS, FUSION = "tests.parquet", "fusion.json"
Files = dict[str, Path]


def read_study(table: Location) -> StudyResults | str:
    """All that a page shows of a study, or why there is no page, in a sentence.

    Args:
        table: of the study.
    """
    from siger_pipeline.reporting.site.documents import Lack, StudyResults
    from siger_pipeline.reporting.site.study import are_tests_of, kind_of

    assert table.path is not None
    name, path = table.path.parent.name, table.current()
    rows = _with_whole_numbers(_frame(path))
    if path is None or rows is None:
        return f"the study {name} has no page: its table cannot be read"
    if not kind_of(rows):
        return f"the study {name} has no page: its table has the columns of another release"
    version = table.newest() or ""
    tests = newest_until(_beside(table, TESTS), version)
    tested = _frame(tests)
    if tested is not None and not are_tests_of(tested, rows):
        tested = None
    made, older = _made_of(table)
    downloads = {path.name: path} | {key: made[key] for key in OFFERED if key in made}
    if tests and tested is not None:
        downloads[TESTS] = tests
    again = "older than the table: " + ", ".join(older)
    return StudyResults(
        name=name,
        title=_title(made.get("table.md")) or name,
        version=version,
        table=rows,
        tests=tested,
        fusion=_json(newest_until(_beside(table, FUSION), version)),
        plots={Path(key).stem: _json(made[key]) for key in PLOTS if key in made},
        downloads={key: file.read_bytes() for key, file in downloads.items()},
        lacks=[Lack(again)] if older else [],
    )


def _made_of(table: Location) -> tuple[Files, list[str]]:
    """The newest of the files that are made of the table; the names of those of an older one."""
    since, made, older = unchanged_since(table) or "", Files(), list[str]()
    for name in (*OFFERED, *PLOTS):
        place = _beside(table, name)
        if (file := place.current()) and file.exists():
            if (place.newest() or "") >= since:
                made[name] = file
            else:
                older.append(name)
    return made, older


def _beside(table: Location, name: str) -> Location:
    """Another dataset of the same study."""
    assert table.path is not None
    return replace(table, path=table.path.with_name(name))


def _title(summary: Path | None) -> str:
    """The heading of the summary."""
    text = summary.read_text(encoding="utf-8") if summary else ""
    return text.partition("\n")[0].removeprefix("# ").partition(": ")[2]


def _json(path: Path | None) -> Any:
    return json.loads(path.read_bytes()) if path else None


def _with_whole_numbers(table: pd.DataFrame | None) -> pd.DataFrame | None:
    """A table whose whole numbers are such where some are null: pandas reads these as fractions."""
    if table is None:
        return None
    return table.astype({name: "Int64" for name in WHOLE if name in table})


def _frame(path: Path | None) -> pd.DataFrame | None:
    import pandas as pd

    try:
        return pd.read_parquet(path) if path else None
    except (OSError, ValueError):
        return None
