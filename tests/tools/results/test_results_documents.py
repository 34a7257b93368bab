"""The documents of results: the committed ones are those of the committed tables."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from end_to_end.project import ROOT
from siger_pipeline.errors import InputError
from test_documents import broken_links, long_lines
from tools.results.__main__ import RESULTS, rendered
from tools.results.tables import write_table

MadeUp = Callable[..., pd.DataFrame]
MARK = "Written by `make results`"
OLD_COLUMNS = r"ablation.csv has columns of another version .* lacks paper: run the study again"


@pytest.fixture(scope="module")
def documents() -> dict[Path, str]:
    return rendered(ROOT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with the committed configuration and no results."""
    (tmp_path / "conf").symlink_to(ROOT / "conf")
    (tmp_path / RESULTS / "tables").mkdir(parents=True)
    return tmp_path


def test_the_committed_documents_are_those_of_the_tables(documents: dict[Path, str]) -> None:
    committed = {
        path.relative_to(ROOT): text
        for path in (ROOT / RESULTS).glob("*.md")
        if MARK in (text := path.read_text(encoding="utf-8"))
    }
    assert committed == documents, "run `make results`"


def test_their_links_lead_to_files_and_their_lines_are_wrapped(documents: dict[Path, str]) -> None:
    for path, text in documents.items():
        assert broken_links(text, ROOT / path.parent) == []
        prose = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        assert long_lines(prose) == [], path


def test_another_figure_makes_them_stale(root: Path, made_up: MadeUp) -> None:
    folder = root / RESULTS / "tables"
    for dataset in ("baby", "sports"):
        values = {("siger", "SIGER"): [0.2], ("siger", "−DA"): [0.1]}
        write_table(folder / dataset / "ablation.csv", made_up(values, dataset))
    documents = rendered(root)
    table = folder / "baby" / "ablation.csv"
    table.write_text(table.read_text().replace(",0.1,", ",0.3,"))
    stale = rendered(root)
    assert [path.name for path in documents if stale[path] != documents[path]] == [
        *("README.md", "baby.md")
    ]
    assert "(−DA) | Table 2 | **does not hold (one seed)** |" in stale[RESULTS / "baby.md"]


def test_two_data_sets_and_their_claims(root: Path, made_up: MadeUp) -> None:
    folder = root / RESULTS / "tables"
    for dataset, without in (("baby", [0.1, 0.1]), ("sports", [0.3, 0.3])):
        values = {("siger", "SIGER"): [0.2, 0.22], ("siger", "−MP"): without}
        write_table(folder / dataset / "ablation.csv", made_up(values, dataset))
    note = root / RESULTS / "notes" / "sports" / "mp" / "why.md"
    note.parent.mkdir(parents=True)
    note.write_text("A larger ε does not help.\n")
    found = rendered(root)
    first, baby, sports = (found[RESULTS / f"{name}.md"] for name in ("README", "baby", "sports"))
    row = "| The perturbation raises recall@20 (−MP) | Table 2 | holds | **does not hold** |"
    assert row in first
    assert "- sports, Table 2: The perturbation raises recall@20 (−MP): does not hold." in first
    assert "- baby, Table 2" not in first
    assert "−MP 0.1000 ± 0.0000 (+0.1100), in the paper +0.0036 |" in baby
    assert "## ablation: What each component of SIGER brings" in baby
    assert "| siger | SIGER | 2 | **0.2100 ± 0.0141** |" in baby
    assert "| siger | −MP | recall@20 | 0.2000 | – | 0.1000 ± 0.0000 | -0.1000 (-50.0%) |" in baby
    assert "Made 2026-11-26 on two cores (cpu). Versions: siger-pipeline 1, python 3." in baby
    assert "rebuilt features: 128-d" in baby
    heading = "### The perturbation raises recall@20 (−MP): does not hold"
    assert f"{heading}\n\nA larger ε does not help." in sports
    assert "larger ε" not in baby


def test_single_trials_beside_the_paper(root: Path, calibrated: MadeUp) -> None:
    rows = {("vbpr", ""): [0.01], ("vbpr", "regularisation=0.1"): [0.05], ("siger", ""): [0.1]}
    table = calibrated(rows, {key: [values[0] + 0.01] for key, values in rows.items()})
    write_table(root / RESULTS / "tables" / "baby" / "trials.csv", table)
    text = rendered(root)[RESULTS / "baby.md"]
    main, _, other = text.partition("### Other settings")
    vbpr = (
        "| vbpr | regularisation=0.1 | 1 | <u>0.0500</u> | <u>0.0500</u> | <u>0.0500</u> | "
        "<u>0.0500</u> | 0.0500 | 3 of 5 | 0.0664 | 0.0592 – 0.0664 | <u>0.0600</u> |"
    )
    assert vbpr in main
    assert "| 3 of 5 | 0.1060 | 0.1060 | **0.1100** |" in main
    assert "| vbpr |  | 1 | 0.0100 |" in other


@pytest.mark.parametrize(
    "text",
    ["sports/mp/why.md", "baby/mpp/why.md", "baby/why.md", "baby/mp/more/why.md"],
)
def test_a_note_that_belongs_to_nothing_is_refused(text: str, root: Path, made_up: MadeUp) -> None:
    write_table(
        root / RESULTS / "tables" / "baby" / "ablation.csv", made_up({("siger", ""): [0.1]})
    )
    note = root / RESULTS / "notes" / text
    note.parent.mkdir(parents=True)
    note.write_text("Because.")
    with pytest.raises(InputError, match=f"{text} belongs to nothing"):
        rendered(root)


def test_bad_tables_are_refused(root: Path, made_up: MadeUp) -> None:
    rows = made_up({("siger", "SIGER"): [0.1]})
    path = root / RESULTS / "tables" / "baby" / "ablation.csv"
    write_table(path, rows.drop(columns="paper"))
    with pytest.raises(InputError, match=OLD_COLUMNS):
        rendered(root)
    write_table(path, rows.assign(dataset="sports"))
    with pytest.raises(
        InputError, match="has rows of the data set sports, wanted are those of baby"
    ):
        rendered(root)
    write_table(path, rows.astype(object).assign(value="high"))
    with pytest.raises(InputError, match=r"ablation.csv has a value of another type: .*high"):
        rendered(root)
    write_table(path, rows.head(0))
    with pytest.raises(InputError, match=r"ablation.csv has no rows"):
        rendered(root)
    path.write_text('a,b\n"')
    with pytest.raises(InputError, match=r"ablation.csv cannot be read as CSV"):
        rendered(root)
