import pytest
from ibis.expr.types import Table

from siger_pipeline.errors import InputError
from siger_pipeline.reporting.paper import name_in_paper, published_figures


def test_figures_are_those_of_the_comparison_on_this_data_set(paper: Table) -> None:
    assert published_figures(paper, "Baby") == {
        "LightGCN": {"recall@20": 0.0754, "ndcg@20": 0.0328},
        "DA-MRS": {"recall@20": 0.0994, "ndcg@20": 0.0435},
    }
    assert published_figures(paper, "sample") == {}


def test_models_stay_in_the_order_of_the_file(paper: Table) -> None:
    upside_down = paper.mutate(line_number=100 - paper["line_number"])
    assert list(published_figures(upside_down, "baby")) == ["DA-MRS", "LightGCN"]


def test_a_value_that_is_no_number_is_named(paper: Table) -> None:
    broken = paper.mutate(value=paper["value"].replace("0.0994", "O.0994"))
    with pytest.raises(InputError, match=r"tables.csv, line 4: value is 'O.0994'"):
        published_figures(broken, "baby")


def test_a_missing_column_is_named(paper: Table) -> None:
    with pytest.raises(InputError, match="metric"):
        published_figures(paper.drop("metric"), "baby")


@pytest.mark.parametrize(
    ("model", "name"),
    [("lightgcn", "LightGCN"), ("da_mrs", "DA-MRS"), ("siger", None), ("popularity", None)],
)
def test_a_registered_name_finds_the_papers(paper: Table, model: str, name: str | None) -> None:
    assert name_in_paper(model, published_figures(paper, "baby")) == name
