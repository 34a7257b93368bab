import pandas as pd
import pytest

from siger_pipeline.reporting.site.cells import Shown, grid, intervals, linked, placed
from siger_pipeline.studies.cell import BEST, SECOND, Cell


def test_a_column_with_a_mark_or_a_deviation_keeps_room_for_one_in_each_cell() -> None:
    cells = [Cell("0.1000 ± 0.0020", BEST, "†"), Cell("0.0900", SECOND)]
    table = grid({"model": ["a", "b"], "recall@20": cells, "ndcg@20": [Cell("0.1"), Cell("0.2")]})
    assert table.rows[0][1] == Shown("0.1000", place=BEST, spread="±\u202f0.0020", mark="†")
    assert table.rows[1][1] == Shown("0.0900", place=SECOND, spread="", mark="")
    assert table.rows[1][2] == Shown("0.2", spread=None, mark=None)


def test_words_are_named_by_their_columns() -> None:
    assert grid({"model": ["a"], "seeds": [1], "verdict": ["tie"]}, ("verdict",)).words == [2]


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ([0.1, 0.3, 0.2], [0, BEST, SECOND]),
        ([0.3, 0.3, None, 0.2], [BEST, BEST, 0, SECOND]),
        ([0.3, None], [0, 0]),
        ([0.3, 0.3], [0, 0]),
        ([None], [0]),
    ],
)
def test_the_best_and_the_second_are_marked_where_there_are_two(
    values: list[float | None], places: list[int]
) -> None:
    assert [cell.place for cell in placed(values)] == places


def test_a_figure_that_is_not_there_is_a_dash() -> None:
    assert [cell.text for cell in placed([0.12345, None])] == ["0.1235", "–"]


def test_intervals_share_an_axis_that_holds_all_of_them_and_zero() -> None:
    tests = pd.DataFrame(
        {
            **{
                "difference": [-0.3, 0.05, -0.1],
                "low": [-0.4, 0.0, -0.2],
                "high": [-0.2, 0.1, 0.0],
            },
            **{"tie": [False, True, False], "significant": [True, True, False]},
        }
    )
    different, tie, unclear = (cell.range for cell in intervals(tests))
    assert different and tie and unclear
    assert (different.zero, different.low, different.width, different.at) == (80.0, 0.0, 40.0, 20.0)
    assert (tie.low, tie.width, tie.at) == (80.0, 20.0, 90.0)
    # A difference inside the seeds' spread is a tie, whatever the test says.
    assert (different.kind, tie.kind, unclear.kind) == ("different", "tie", "unclear")


def test_no_difference_at_all_has_an_axis_too() -> None:
    tests = pd.DataFrame(
        {"difference": [0.0], "low": [0.0], "high": [0.0], "tie": [True], "significant": [False]}
    )
    (cell,) = intervals(tests)
    assert cell.range and (cell.range.zero, cell.range.width) == (0.0, 0.0)


def test_a_trial_leads_to_its_page_if_it_has_one() -> None:
    assert linked("siger+a=b%2F", "siger", {"siger+a=b%2F": 1}, "../").href == (
        "../siger%2Ba%3Db%252F.html"
    )
    assert linked("mgcn", "mgcn", {}) == Shown("mgcn", model="mgcn")
