import pandas as pd
import pytest

from siger_pipeline.reporting.paper import name_in_paper, published_figures


def test_figures_are_those_of_the_comparison_on_this_data_set(paper: pd.DataFrame) -> None:
    assert published_figures(paper, "Baby") == {
        "LightGCN": {"recall@20": 0.0754, "ndcg@20": 0.0328},
        "DA-MRS": {"recall@20": 0.0994, "ndcg@20": 0.0435},
    }
    assert published_figures(paper, "sample") == {}


@pytest.mark.parametrize(
    ("model", "name"),
    [("lightgcn", "LightGCN"), ("da_mrs", "DA-MRS"), ("siger", None), ("popularity", None)],
)
def test_a_registered_name_finds_the_papers(
    paper: pd.DataFrame, model: str, name: str | None
) -> None:
    assert name_in_paper(model, published_figures(paper, "baby")) == name
