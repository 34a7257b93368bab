import csv
import io
from urllib.parse import unquote

from siger_pipeline.reporting.downloads import as_csv, downloads, tex
from siger_pipeline.reporting.site.cells import Grid, Shown
from siger_pipeline.reporting.tables import Table
from siger_pipeline.studies.cell import BEST, TIE

HOSTILE = 'a "quoted", <b>name</b>\nof_two & more 100% \\input{x}'
GRID = Grid(
    ["trial", "kind", "recall@20", "drawn", "users"],
    [
        [Shown(HOSTILE, model="siger"), "own", Shown("0.1", place=BEST, mark=TIE), Shown(""), "–"],
        ["b", "other", Shown("0.2", spread="±\u202f0.01"), Shown(""), "19,445"],
    ],
    words=[1],
)


def test_a_csv_reads_back_as_the_table_without_pictures_and_dashes() -> None:
    head, *rows = csv.reader(io.StringIO(as_csv(GRID), newline=""))
    assert head == ["trial", "kind", "recall@20", "users"]
    assert rows == [
        [HOSTILE, "own", "0.1 ≈", ""],
        ["b", "other", "0.2 ± 0.01", "19445"],
    ]


def test_latex_escapes_all_that_latex_reads() -> None:
    text = tex(GRID)
    assert text.startswith("\\begin{tabular}{llrr}\n\\toprule\n")
    assert r"of\_two \& more 100\% \textbackslash{}input\{x\}" in text
    assert r"\textbf{0.1} $\approx$ & -- \\" in text
    assert r"0.2 $\pm$ 0.01 & 19,445 \\" in text


def test_links_are_data_with_names_of_files() -> None:
    table = Table(["", "a"], [["x", "1"]])
    one, other = downloads(table, "Test, <as> it/is", "../shop siger+beta=0.3")
    assert one.name == "shop-siger+beta=0.3-test-as-it-is.csv"
    assert other.name.endswith(".tex")
    kind, _, text = one.href.partition(",")
    assert kind == "data:text/csv;charset=utf-8"
    assert unquote(text) == as_csv(table)
    assert not set('"<>& ') & set(one.href)
